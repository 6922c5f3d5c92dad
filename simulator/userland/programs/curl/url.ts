// URLs as curl reads them (urlapi.c): a scheme may be missing, `..` is taken out of paths.
export interface Url {
  readonly scheme: string
  readonly user: string | undefined
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** Path and query. */
  readonly target: string
}
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([['http', 80], ['https', 443], ['ftp', 21]])
export const isKnownScheme = (scheme: string): boolean => DEFAULT_PORTS.has(scheme)
export const defaultPort = (scheme: string): number => DEFAULT_PORTS.get(scheme) ?? 80

function withoutDots(path: string): string {
  const out: string[] = []
  const parts = path.split('/').slice(1)
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1
    if (part === '..') out.pop()
    else if (part !== '.') out.push(part)
    if (isLast && (part === '.' || part === '..')) out.push('')
  })
  return `/${out.join('/')}`
}

/** Undefined: no URL. A scheme curl doesn't know is an answer, too. */
export function parseUrl(text: string): Url | undefined {
  if (/[\s\0]/.test(text)) return undefined
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)([^#]*)/.exec(text)
  if (match === null) return undefined
  const [, typed, authority, rest] = match
  const at = authority.lastIndexOf('@')
  const place = /^(\[[0-9A-Fa-f:.%]+\w*\]|[^:[\]]*)(?::(\d*))?$/.exec(authority.slice(at + 1))
  if (place === null || place[1] === '') return undefined
  const host = place[1].replace(/^\[|\]$/g, '')
  const scheme = typed?.toLowerCase() ?? (/^ftp\./i.test(host) ? 'ftp' : 'http')
  const port = place[2] === undefined || place[2] === '' ? defaultPort(scheme) : Number(place[2])
  if (port > 65535) return undefined
  const [path, ...query] = rest.split('?')
  const target = `${path === '' ? '/' : withoutDots(path)}${query.length > 0 ? `?${query.join('?')}` : ''}`
  return { scheme, user: at < 0 ? undefined : authority.slice(0, at), host, port, target }
}
export const hostHeader = ({ scheme, host, port }: Url): string => `${host.includes(':') ? `[${host}]` : host}${port === defaultPort(scheme) ? '' : `:${port}`}`
export const formatUrl = (url: Url): string => `${url.scheme}://${hostHeader(url)}${url.target}`

/** Where a Location header leads. */
export function resolveUrl(base: Url, location: string): Url | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(location)) return parseUrl(location)
  if (location.startsWith('//')) return parseUrl(`${base.scheme}:${location}`)
  const origin = `${base.scheme}://${hostHeader(base)}`
  if (location.startsWith('/')) return parseUrl(origin + location)
  const dir = base.target.replace(/\?.*/, '').replace(/[^/]*$/, '')
  return parseUrl(`${origin}${dir}${location}`)
}
