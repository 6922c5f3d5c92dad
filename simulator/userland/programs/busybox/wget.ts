// BusyBox's wget for http: one file at a time. ftp, TLS, proxies and continuing are not simulated.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { SIGALRM } from '../../../abi/signal.ts'
import { concatBytes, encodeUtf8 } from '../../../lib/bytes.ts'
import { formatRequest, httpHeader, type HttpHeaders, type HttpResponse, MessageReader } from '../../../lib/http.ts'
import { type LongOption, getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readFile, sigaction, writeAll } from '../../libc/unistd.ts'
import { die, number, showUsage } from './applet.ts'

const LONG: readonly LongOption[] = [
  { name: 'spider', arg: 'none' }, { name: 'header', arg: 'required' }, { name: 'post-data', arg: 'required' }, { name: 'post-file', arg: 'required' }, { name: 'quiet', arg: 'none', is: 'q' },
  { name: 'output-document', arg: 'required', is: 'O' }, { name: 'server-response', arg: 'none', is: 'S' }, { name: 'user-agent', arg: 'required', is: 'U' },
  { name: 'timeout', arg: 'required', is: 'T' }, { name: 'directory-prefix', arg: 'required', is: 'P' }, { name: 'no-check-certificate', arg: 'none' }, { name: 'continue', arg: 'none', unsimulated: true },
]
const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 303, 307, 308])
const MOST_REDIRECTS = 5

interface Job {
  readonly flags: ReadonlyMap<string, string>
  readonly headers: readonly string[]
  readonly body: Uint8Array | undefined
}
interface Url {
  readonly host: string
  readonly port: number
  readonly path: string
}

export function* wget(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'cqSO:o:P:U:Y:T:t:n:', LONG, 'cotn')
  const flags = new Map<string, string>()
  const headers: string[] = []
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`wget: ${event.error.replace(/unrecognized option '--(.*)'/, 'unrecognized option: $1')}\n`)
      return yield* showUsage(c)
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'header') headers.push(event.arg ?? '')
    flags.set(event.opt, event.arg ?? '')
  }
  if (parsed.operands.length === 0) return yield* showUsage(c)
  let body = flags.has('post-data') ? encodeUtf8(flags.get('post-data') ?? '') : undefined
  const file = flags.get('post-file')
  if (file !== undefined) {
    const text = yield* readFile(file)
    if (isErr(text)) return yield* die(c, `can't open '${file}'`, text)
    body = encodeUtf8(text)
  }
  for (const url of parsed.operands) yield* fetch(c, url, { flags, headers, body })
  return 0
}

function* parseUrl(c: Crt, text: string): Flow<Url> {
  const scheme = /^(\w+):\/\//.exec(text)?.[1]
  if (scheme === 'https' || scheme === 'ftp' || scheme === 'ftps') return exit(yield* unsimulated(c, `the protocol ${scheme}`))
  if (scheme !== undefined && scheme !== 'http') return yield* die(c, `not an http or ftp url: ${text}`)
  const [, where, path] = /^(?:http:\/\/)?([^/?#]*)(.*)$/s.exec(text) ?? []
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(where) ?? ['', where, undefined]
  return { host, port: port === undefined ? 80 : Number(port), path: path.replace(/#.*$/s, '').replace(/^(?!\/)/, '/') }
}

function* connectTo(c: Crt, { host, port }: Url, quiet: boolean, timeout: number): Flow<number> {
  const found = yield* getaddrinfo(host.replace(/^\[|\]$/g, ''))
  if (isGaiError(found)) return yield* die(c, `bad address '${host}'`)
  const [{ family, addr }] = found
  const shown = family === 'inet6' ? `[${addr}]` : addr
  if (!quiet) yield* c.stderr.write(`Connecting to ${host}:${port} (${shown}:${port})\n`)
  const fd = yield* call('socket', family, 'stream', 0)
  if (isErr(fd)) return yield* die(c, 'socket', fd)
  if (timeout > 0) yield* call('alarm', timeout)
  const connected = yield* call('connect', fd, { family, addr, port })
  if (isErr(connected)) return yield* connected === Errno.EINTR ? die(c, 'download timed out') : die(c, `can't connect to remote host (${addr})`, connected)
  return fd
}

interface Reply {
  readonly head: HttpResponse
  readonly body: Uint8Array
}

function* exchange(c: Crt, fd: number, url: Url, { flags, headers, body }: Job): Flow<Reply> {
  const given: HttpHeaders = headers.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  const host = url.port === 80 ? url.host : `${url.host}:${url.port}`
  const fields: HttpHeaders = [
    ...(httpHeader(given, 'host') === undefined ? [['Host', host] as const] : []), ...(httpHeader(given, 'user-agent') === undefined ? [['User-Agent', flags.get('U') ?? 'Wget'] as const] : []),
    ['Connection', 'close'], ...given,
    ...(body === undefined ? [] : [['Content-Type', 'application/x-www-form-urlencoded'] as const, ['Content-Length', String(body.length)] as const]),
  ]
  const request = formatRequest({ method: body === undefined ? (flags.has('spider') ? 'HEAD' : 'GET') : 'POST', target: url.path, version: 'HTTP/1.1', headers: fields })
  const sent = yield* writeAll(fd, concatBytes([request, ...(body === undefined ? [] : [body])]))
  if (isErr(sent)) return yield* die(c, 'error getting response')
  const reader = MessageReader.response(flags.has('spider'))
  const parts: Uint8Array[] = []
  while (!reader.isComplete && reader.error === undefined) {
    const data = yield* call('read', fd, 65536)
    if (data === Errno.EINTR) return yield* die(c, 'download timed out')
    if (isErr(data)) return yield* die(c, 'error getting response', data)
    if (data.length === 0) reader.end()
    else reader.push(data)
    parts.push(reader.takeBody())
  }
  if (reader.head === undefined) return yield* die(c, 'error getting response')
  return { head: reader.head, body: concatBytes(parts) }
}

function* fetch(c: Crt, text: string, job: Job): Flow<void> {
  const { flags } = job
  const quiet = flags.has('q')
  const say = function* (line: string): Flow<void> {
    if (!quiet) yield* c.stderr.write(`${line}\n`)
  }
  const output = flags.get('O')
  const timeout = flags.has('T') ? yield* number(c, flags.get('T') ?? '') : 900
  yield* sigaction(SIGALRM, function* () {})
  let url = yield* parseUrl(c, text)
  const name = url.path.replace(/\?.*$/s, '').replace(/^.*\//s, '') || 'index.html'
  const file = output ?? `${flags.has('P') ? `${flags.get('P')}/` : ''}${name}`
  let target = output === '-' ? 1 : -1
  for (let redirects = 0; ; redirects++) {
    const fd = yield* connectTo(c, url, quiet, timeout)
    const { head, body } = yield* exchange(c, fd, url, job)
    yield* call('alarm', 0)
    yield* close(fd)
    const line = `${head.version} ${head.status} ${head.reason}`
    if (flags.has('S')) yield* c.stderr.write(`  ${line}\n${head.headers.map(([key, value]) => `  ${key}: ${value}\n`).join('')}  \n`)
    const location = httpHeader(head.headers, 'location')
    if (REDIRECTS.has(head.status) && location !== undefined) {
      if (redirects >= MOST_REDIRECTS) return yield* die(c, 'too many redirections')
      url = location.startsWith('/') ? { ...url, path: location } : yield* parseUrl(c, location)
      continue
    }
    if (head.status < 200 || head.status > 299) return yield* die(c, `server returned error: ${line}`)
    if (flags.has('spider')) return yield* say('remote file exists')
    if (target < 0) target = yield* create(c, file, output !== undefined)
    yield* say(target === 1 ? 'writing to stdout' : `saving to '${file}'`)
    yield* writeAll(target, body)
    if (!quiet) yield* progress(c, target === 1 ? '-' : file.replace(/^.*\//s, ''), body.length)
    yield* say(target === 1 ? 'written to stdout' : `'${file}' saved`)
    if (target !== 1) yield* close(target)
    return
  }
}

/** A file of that name is overwritten only if -O named it. */
function* create(c: Crt, file: string, overwrites: boolean): Flow<number> {
  const fd = yield* open(file, O_WRONLY | O_CREAT | (overwrites ? O_TRUNC : O_EXCL), 0o666)
  return isErr(fd) ? yield* die(c, `can't open '${file}'`, fd) : fd
}

function* progress(c: Crt, name: string, size: number): Flow<void> {
  const shown = size < 100000 ? String(size).padStart(5) : `${(size / 1024).toFixed(0)}k`.padStart(5)
  yield* c.stderr.write(`${name.slice(0, 20).padEnd(20)} 100% |${'*'.repeat(32)}| ${shown}  0:00:00 ETA\n`)
}
