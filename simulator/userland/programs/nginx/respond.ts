// From a request to its answer: server by name, location by path, files below the root (ngx_http_core_module, static, index and autoindex modules).
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { isDir, isReg, type Stat } from '../../../abi/stat.ts'
import { concatBytes, encodeUtf8, EMPTY_BYTES } from '../../../lib/bytes.ts'
import { gzip } from '../../../lib/gzip.ts'
import { formatChunk, formatResponse, httpHeader, type HttpHeaders, type HttpRequest, LAST_CHUNK } from '../../../lib/http.ts'
import { parseIp } from '../../../lib/ip.ts'
import { close, open, readDir, readToEnd, stat } from '../../libc/unistd.ts'
import { type Config, DEFAULTS, isAllowed, type Listen, type Location, type Server, type Settings } from './config.ts'
import { httpTime } from './log.ts'

const serverName = (tellsVersion: boolean): string => (tellsVersion ? 'nginx/1.22.1' : 'nginx')
const GZIP_MIN = 20
const REASONS = new Map<number, string>([
  [200, 'OK'], [204, 'No Content'], [206, 'Partial Content'], [301, 'Moved Permanently'], [302, 'Moved Temporarily'], [303, 'See Other'], [304, 'Not Modified'], [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'], [400, 'Bad Request'], [401, 'Unauthorized'], [403, 'Forbidden'], [404, 'Not Found'], [405, 'Not Allowed'], [410, 'Gone'], [413, 'Request Entity Too Large'], [414, 'Request-URI Too Large'],
  [416, 'Requested Range Not Satisfiable'], [418, ''], [429, 'Too Many Requests'], [500, 'Internal Server Error'], [501, 'Not Implemented'], [502, 'Bad Gateway'], [503, 'Service Temporarily Unavailable'],
])

export interface Peer {
  readonly addr: string
  readonly localAddr: string
  readonly localPort: number
}
export interface Answer {
  readonly status: number
  readonly head: Uint8Array
  readonly body: Uint8Array
  readonly keepAlive: boolean
  readonly settings: Settings
  /** A line for the error log, without client and request. */
  readonly complaint: string | undefined
}
interface Content {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
  readonly headers?: HttpHeaders
  readonly after?: HttpHeaders
  readonly complaint?: string
  /** The page nginx makes up itself, not found in a file. */
  readonly isErrorPage?: boolean
}
interface Request {
  readonly config: Config
  readonly server: Server
  readonly request: HttpRequest
  /** Decoded, without query. */
  readonly uri: string
  readonly peer: Peer
}

const CRLF = '\r\n'
const isError = (status: number): boolean => status >= 300

export function errorPage(status: number, tellsVersion = true): Uint8Array {
  const title = `${status} ${status === 302 ? 'Found' : REASONS.get(status) ?? ''}`
  return encodeUtf8([
    '<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`, `<hr><center>${serverName(tellsVersion)}</center>`, '</body>', '</html>', '',
  ].join(CRLF))
}
const failure = (status: number, complaint?: string): Content => ({ status, type: 'text/html', body: errorPage(status), isErrorPage: true, ...(complaint === undefined ? {} : { complaint }) })

/** The server that bears the name, of those that listen on the address a connection came to (the exact one, else any), else their default. */
export function chooseServer(config: Config, { localAddr, localPort }: Peer, host: string | undefined): Server | undefined {
  const family = localAddr.includes(':') ? 'inet6' : 'inet'
  const here = parseIp(family, localAddr)
  const isExact = (listen: Listen): boolean => listen.port === localPort && listen.family === family && parseIp(family, listen.addr) === here
  const isAny = (listen: Listen): boolean => listen.port === localPort && listen.family === family && parseIp(family, listen.addr) === 0n
  const fits = config.servers.some(({ listens }) => listens.some(isExact)) ? isExact : isAny
  const candidates = config.servers.filter(({ listens }) => listens.some(fits))
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase()
  return candidates.find(({ names }) => names.some((n) => n.toLowerCase() === name || (n.startsWith('*.') && name.endsWith(n.slice(1)))))
    ?? candidates.find(({ listens }) => listens.some((listen) => fits(listen) && listen.isDefault)) ?? candidates[0]
}

/** Exact, then the longest prefix unless a regular expression matches and it isn't `^~`. */
function chooseLocation(server: Server, uri: string): Location | undefined {
  const exact = server.locations.find(({ modifier, pattern }) => modifier === '=' && pattern === uri)
  if (exact !== undefined) return exact
  let prefix: Location | undefined
  for (const location of server.locations) {
    if (location.regex !== undefined || location.modifier === '=' || !uri.startsWith(location.pattern)) continue
    if (prefix === undefined || location.pattern.length > prefix.pattern.length) prefix = location
  }
  if (prefix?.modifier === '^~') return prefix
  return server.locations.find(({ regex }) => regex?.test(uri) === true) ?? prefix
}

/** Percent escapes decoded, `.`, `..` and double slashes taken out; undefined for what leads out of the root. */
function normalise(target: string): string | undefined {
  const path = target.replace(/[?#].*$/s, '')
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  if (!decoded.startsWith('/') || decoded.includes('\0')) return undefined
  const parts: string[] = []
  for (const part of decoded.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return `/${parts.join('/')}${/\/\.{0,2}$/.test(decoded) && parts.length > 0 ? '/' : ''}`
}

export function* respond(config: Config, request: HttpRequest, peer: Peer, now: number): Flow<Answer> {
  const host = httpHeader(request.headers, 'host')
  const server = chooseServer(config, peer, host)
  const uri = normalise(request.target.replace(/^https?:\/\/[^/]*/, '') || '/')
  const isBad = server === undefined || uri === undefined || (request.version === 'HTTP/1.1' && host === undefined)
  if (isBad) return finish(request, failure(400), server?.settings ?? NO_SETTINGS, now, false)
  const r: Request = { config, server, request, uri, peer }
  const location = chooseLocation(server, uri)
  const settings = location?.settings ?? server.settings
  let content = yield* serve(r, location, settings, uri, 0)
  const page = isError(content.status) ? settings.errorPages.get(content.status) : undefined
  if (page !== undefined) {
    const inner = chooseLocation(server, page)
    const shown = yield* serve({ ...r, request: { ...request, method: 'GET' } }, inner, inner?.settings ?? server.settings, page, 1)
    if (!isError(shown.status)) content = { ...shown, status: content.status, ...(content.complaint === undefined ? {} : { complaint: content.complaint }) }
  }
  const connection = httpHeader(request.headers, 'connection')?.toLowerCase()
  const asks = request.version === 'HTTP/1.1' ? connection !== 'close' : connection === 'keep-alive'
  const keepAlive = asks && settings.keepAlive > 0 && content.status !== 413
  return finish(request, content, settings, now, keepAlive)
}
const NO_SETTINGS: Settings = {
  root: '/', alias: undefined, index: [], tryFiles: undefined, returns: undefined, autoindex: false, accessLog: '/var/log/nginx/access.log', defaultType: 'text/plain',
  addHeaders: [], errorPages: new Map(), ...DEFAULTS,
}

/** The answer to what isn't HTTP at all. */
export const badRequest = (request: HttpRequest, now: number): Answer => finish(request, failure(400), NO_SETTINGS, now, false)

/** The gzip filter: text/html for those who take it, made while it is sent, so that its length isn't known. */
function zipped(request: HttpRequest, content: Content, settings: Settings): Content {
  const takes = /\bgzip\b/.test(httpHeader(request.headers, 'accept-encoding') ?? '') && request.version === 'HTTP/1.1' && httpHeader(request.headers, 'via') === undefined
  if (!settings.gzip || !takes || content.type !== 'text/html' || ![200, 403, 404].includes(content.status) || content.body.length < GZIP_MIN) return content
  const after = (content.after ?? []).flatMap(([name, value]): HttpHeaders => (name === 'Accept-Ranges' ? [] : [[name, name === 'ETag' ? `W/${value}` : value]]))
  return {
    ...content, body: concatBytes([formatChunk(gzip(content.body)), LAST_CHUNK]), headers: [...(content.headers ?? []), ['Transfer-Encoding', 'chunked']], after: [...after, ['Content-Encoding', 'gzip']],
  }
}
function finish(request: HttpRequest, plain: Content, settings: Settings, now: number, keepAlive: boolean): Answer {
  const whole = plain.isErrorPage === true ? { ...plain, body: errorPage(plain.status, settings.tellsVersion) } : plain
  const content = zipped(request, whole, settings)
  const { status, type, body } = content
  const hasBody = status !== 304 && status !== 204
  const headers: (readonly [string, string])[] = [['Server', serverName(settings.tellsVersion)], ['Date', httpTime(now)]]
  if (hasBody) headers.push(['Content-Type', type])
  if (hasBody && content === whole) headers.push(['Content-Length', String(body.length)])
  headers.push(...(content.headers ?? []), ['Connection', keepAlive ? 'keep-alive' : 'close'], ...(content.after ?? []))
  if (status < 400) headers.push(...settings.addHeaders)
  const head = formatResponse({ version: 'HTTP/1.1', status, reason: REASONS.get(status) ?? '', headers })
  const complaint = content.status === 404 && !settings.logsNotFound ? undefined : content.complaint
  return { status, head, body: hasBody && request.method !== 'HEAD' ? body : EMPTY_BYTES, keepAlive, settings, complaint }
}

function expand(text: string, r: Request): string {
  const host = (httpHeader(r.request.headers, 'host') ?? '').replace(/:\d+$/, '')
  const query = /\?(.*)$/s.exec(r.request.target)?.[1] ?? ''
  const values = new Map<string, string>([
    ['uri', r.uri], ['document_uri', r.uri], ['request_uri', r.request.target], ['host', host], ['http_host', httpHeader(r.request.headers, 'host') ?? ''], ['args', query],
    ['query_string', query], ['is_args', query === '' ? '' : '?'], ['remote_addr', r.peer.addr], ['server_addr', r.peer.localAddr], ['server_port', String(r.peer.localPort)],
    ['scheme', 'http'], ['request_method', r.request.method], ['server_name', r.server.names[0] ?? ''], ['server_protocol', r.request.version], ['nginx_version', '1.22.1'],
    ['http_user_agent', httpHeader(r.request.headers, 'user-agent') ?? ''],
  ])
  return text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => values.get(name) ?? whole)
}

function* serve(r: Request, location: Location | undefined, settings: Settings, uri: string, depth: number): Flow<Content> {
  const length = Number(httpHeader(r.request.headers, 'content-length') ?? 0)
  if (settings.maxBody > 0 && length > settings.maxBody) return failure(413, `client intended to send too large body: ${length} bytes`)
  if (settings.returns !== undefined) return returned(r, settings.returns, settings)
  if (!isAllowed(settings.rules, r.peer.addr)) return failure(403, 'access forbidden by rule')
  if (settings.tryFiles !== undefined && depth < 10) return yield* tryFiles(r, location, settings, settings.tryFiles, uri, depth)
  return yield* staticFile(r, location, settings, uri, depth)
}

function returned(r: Request, [first, second]: readonly string[], settings: Settings): Content {
  if (!/^\d+$/.test(first)) return { ...failure(302), headers: [['Location', expand(first, r)]] }
  const status = Number(first)
  if (status >= 300 && status < 400 && second !== undefined) return { ...failure(status), headers: [['Location', expand(second, r)]] }
  if (second !== undefined) return { status, type: settings.defaultType, body: encodeUtf8(expand(second, r)) }
  return status === 200 ? { status, type: settings.defaultType, body: EMPTY_BYTES } : failure(status)
}

const filePath = (location: Location | undefined, settings: Settings, uri: string): string =>
  settings.alias !== undefined && location !== undefined ? settings.alias + uri.slice(location.pattern.length) : settings.root + uri

function* tryFiles(r: Request, location: Location | undefined, settings: Settings, candidates: readonly string[], uri: string, depth: number): Flow<Content> {
  for (const candidate of candidates.slice(0, -1)) {
    const path = expand(candidate, { ...r, uri })
    const st = yield* stat(filePath(location, settings, path).replace(/\/$/, '') || '/')
    if (isErr(st) || isDir(st.mode) !== path.endsWith('/')) continue
    return yield* staticFile(r, location, settings, path, depth)
  }
  const last = candidates[candidates.length - 1]
  if (last.startsWith('=')) return failure(Number(last.slice(1)))
  const target = expand(last, { ...r, uri })
  const next = chooseLocation(r.server, target)
  return yield* serve(r, next, next?.settings ?? r.server.settings, target, depth + 1)
}

function* staticFile(r: Request, location: Location | undefined, settings: Settings, uri: string, depth: number): Flow<Content> {
  const path = filePath(location, settings, uri)
  if (!uri.endsWith('/')) return yield* sendFile(r, settings, path, uri)
  for (const name of settings.index) {
    const found = yield* stat(path + name)
    if (isErr(found) || !isReg(found.mode)) continue
    const next = chooseLocation(r.server, uri + name)
    return yield* next === location || depth > 9 ? sendFile(r, settings, path + name, uri + name) : serve(r, next, next?.settings ?? settings, uri + name, depth + 1)
  }
  const st = yield* stat(path)
  if (isErr(st)) return failure(404, `"${path}${settings.index[0] ?? ''}" is not found (2: No such file or directory)`)
  if (settings.autoindex) return yield* listing(path, uri)
  return failure(403, `directory index of "${path}" is forbidden`)
}

function* sendFile(r: Request, settings: Settings, path: string, uri: string): Flow<Content> {
  const { method } = r.request
  const fd = yield* open(path, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) {
    const status = fd === Errno.EACCES ? 403 : fd === Errno.ENOENT || fd === Errno.ENOTDIR || fd === Errno.ENAMETOOLONG ? 404 : 500
    return failure(status, `open() "${path}" failed (${fd.number}: ${fd.message})`)
  }
  const st = yield* stat(path)
  const data = isErr(st) || isDir(st.mode) ? EMPTY_BYTES : yield* readToEnd(fd)
  yield* close(fd)
  if (isErr(st) || isErr(data)) return failure(500)
  if (isDir(st.mode)) {
    const host = httpHeader(r.request.headers, 'host') ?? r.peer.localAddr
    const query = /\?.*$/s.exec(r.request.target)?.[0] ?? ''
    const port = r.peer.localPort === 80 || host.includes(':') ? '' : `:${r.peer.localPort}`
    return { ...failure(301), headers: [['Location', `http://${host}${port}${uri}/${query}`]] }
  }
  if (method !== 'GET' && method !== 'HEAD') return failure(405)
  return fileContent(r, settings, path, st, data)
}

function fileContent(r: Request, settings: Settings, path: string, st: Stat, data: Uint8Array): Content {
  const modified = Math.floor(st.mtime / 1000)
  const lastModified: HttpHeaders = [['Last-Modified', httpTime(modified)]]
  const etag = `"${modified.toString(16)}-${data.length.toString(16)}"`
  const tag: HttpHeaders = settings.etag ? [['ETag', etag]] : []
  const type = r.config.types.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase()) ?? settings.defaultType
  const none = httpHeader(r.request.headers, 'if-none-match')
  const matches = settings.etag && none?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*') === true
  // both conditions must hold where both are asked
  const since = httpHeader(r.request.headers, 'if-modified-since')
  const isOld = settings.ifModifiedSince !== 'off' && since === httpTime(modified)
  const isSame = since === undefined ? matches : isOld && (none === undefined || matches)
  if (isSame) return { status: 304, type, body: EMPTY_BYTES, headers: lastModified, after: tag }
  const range = /^bytes=(\d*)-(\d*)$/.exec(httpHeader(r.request.headers, 'range') ?? '')
  if (range !== null && (range[1] !== '' || range[2] !== '')) {
    const start = range[1] === '' ? Math.max(0, data.length - Number(range[2])) : Number(range[1])
    const end = range[1] === '' || range[2] === '' ? data.length - 1 : Math.min(Number(range[2]), data.length - 1)
    if (start > end) return { ...failure(416), after: [['Content-Range', `bytes */${data.length}`]] }
    const after: HttpHeaders = [...tag, ['Content-Range', `bytes ${start}-${end}/${data.length}`]]
    return { status: 206, type, body: data.subarray(start, end + 1), headers: lastModified, after }
  }
  return { status: 200, type, body: data, headers: lastModified, after: [...tag, ['Accept-Ranges', 'bytes']] }
}

function* listing(path: string, uri: string): Flow<Content> {
  const entries = yield* readDir(path)
  const rows: string[] = []
  const names = isErr(entries) ? [] : entries.map(({ name }) => name).filter((name) => !name.startsWith('.'))
  const all: { readonly name: string; readonly st: Stat }[] = []
  for (const name of names) {
    const st = yield* stat(path + name)
    if (!isErr(st)) all.push({ name, st })
  }
  all.sort((a, b) => Number(isDir(b.st.mode)) - Number(isDir(a.st.mode)) || (a.name < b.name ? -1 : 1))
  for (const { name, st } of all) {
    const shown = isDir(st.mode) ? `${name}/` : name
    const cut = shown.length > 50 ? `${shown.slice(0, 47)}..&gt;` : shown
    const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\d\d:\d\d)/.exec(httpTime(st.mtime / 1000)) ?? []
    rows.push(`<a href="${encodeURI(shown)}">${cut}</a>${' '.repeat(Math.max(1, 51 - cut.length))}${day}-${month}-${year} ${time}${(isDir(st.mode) ? '-' : String(st.size)).padStart(20)}${CRLF}`)
  }
  const html = `<html>${CRLF}<head><title>Index of ${uri}</title></head>${CRLF}<body>${CRLF}<h1>Index of ${uri}</h1><hr><pre><a href="../">../</a>${CRLF}${rows.join('')}</pre><hr></body>${CRLF}</html>${CRLF}`
  return { status: 200, type: 'text/html', body: concatBytes([encodeUtf8(html)]) }
}
