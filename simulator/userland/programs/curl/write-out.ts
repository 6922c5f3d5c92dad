// curl -w (tool_writeout.c).
import type { SockAddr } from '../../../abi/syscalls.ts'
import { httpHeader } from '../../../lib/http.ts'
import type { Limits } from './connect.ts'
import type { Outcome } from './transfer.ts'
import { formatUrl, resolveUrl, type Url } from './url.ts'

export interface Told {
  readonly outcome: Outcome
  readonly limits: Limits
  readonly url: Url
  readonly typed: string
  readonly method: string
  readonly redirects: number
  readonly filename: string
  readonly endMs: number
}
const addr = (a: SockAddr | undefined): string => (a?.family === 'inet' || a?.family === 'inet6' ? a.addr : '')
const port = (a: SockAddr | undefined): string => (a?.family === 'inet' || a?.family === 'inet6' ? String(a.port) : '0')

function redirectUrl({ outcome: { head }, url }: Told): string {
  const location = head === undefined ? undefined : httpHeader(head.headers, 'location')
  const to = location === undefined || head === undefined || head.status < 300 || head.status > 399 ? undefined : resolveUrl(url, location)
  return to === undefined ? '' : formatUrl(to)
}
const VARIABLES: ReadonlyMap<string, (told: Told) => string> = new Map<string, (told: Told) => string>([
  ['http_code', (t) => String(t.outcome.head?.status ?? 0).padStart(3, '0')], ['response_code', (t) => String(t.outcome.head?.status ?? 0).padStart(3, '0')], ['http_connect', () => '000'],
  ['content_type', (t) => httpHeader(t.outcome.head?.headers ?? [], 'content-type') ?? ''], ['size_download', (t) => String(t.outcome.downloaded)], ['size_upload', (t) => String(t.outcome.uploaded)],
  ['size_header', (t) => String(t.outcome.headerBytes)], ['size_request', (t) => String(t.outcome.requestBytes)], ['remote_ip', (t) => addr(t.outcome.peer)], ['remote_port', (t) => port(t.outcome.peer)],
  ['local_ip', (t) => addr(t.outcome.local)], ['local_port', (t) => port(t.outcome.local)], ['url', (t) => t.typed], ['url_effective', (t) => formatUrl(t.url)], ['num_redirects', (t) => String(t.redirects)],
  ['num_connects', (t) => String(t.outcome.connectMs === 0 ? 0 : t.redirects + 1)], ['exitcode', (t) => String(t.outcome.error?.status ?? 0)], ['errormsg', (t) => t.outcome.error?.message ?? ''],
  ['method', (t) => t.method], ['scheme', (t) => t.url.scheme.toUpperCase()], ['http_version', (t) => (t.outcome.head === undefined ? '0' : t.outcome.head.version.slice(5).replace(/\.0$/, ''))],
  ['redirect_url', redirectUrl], ['filename_effective', (t) => t.filename], ['ssl_verify_result', () => '0'], ['urlnum', () => '0'],
  ['num_headers', (t) => String(t.outcome.head?.headers.length ?? 0)], ['speed_download', (t) => speed(t, t.outcome.downloaded)], ['speed_upload', (t) => speed(t, t.outcome.uploaded)],
  ['time_total', (t) => seconds(t, t.endMs)], ['time_connect', (t) => seconds(t, t.outcome.connectMs)], ['time_namelookup', (t) => seconds(t, t.limits.start)], ['time_appconnect', () => '0.000000'],
  ['time_pretransfer', (t) => seconds(t, t.outcome.connectMs)], ['time_starttransfer', (t) => seconds(t, t.outcome.firstByteMs)], ['time_redirect', () => '0.000000'],
])
const seconds = (t: Told, at: number): string => (Math.max(0, at === 0 ? 0 : at - t.limits.start) / 1000).toFixed(6)
const speed = (t: Told, bytes: number): string => String(Math.floor((bytes * 1000) / Math.max(1, t.endMs - t.limits.start)))

/** The text, and complaints about variables there are none of. */
export function writeOut(format: string, told: Told): { readonly out: string; readonly complaints: string } {
  let complaints = ''
  const out = format.replace(/%%|%\{([^}]*)\}|\\([nrt])|\\(.)/g, (all, name: string | undefined, escape: string | undefined) => {
    if (all === '%%') return '%'
    if (escape !== undefined) return { n: '\n', r: '\r', t: '\t' }[escape] ?? all
    if (name === undefined) return all
    const variable = VARIABLES.get(name)
    if (variable === undefined) complaints += `curl: unknown --write-out variable: '${name}'\n`
    return variable === undefined ? '' : variable(told)
  })
  return { out, complaints }
}
