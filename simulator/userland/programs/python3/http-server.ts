// python3 -m http.server: serves the files of a directory. Requests are answered one at a time as they become complete, where the real one has a thread for each.
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLIN } from '../../../abi/fcntl.ts'
import { SIGINT } from '../../../abi/signal.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, EMPTY_BYTES, encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { gaiStrerror, getaddrinfo, isGaiError, passiveAddress, sockAddrOf } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close, getcwd, sigaction, writeAll } from '../../libc/unistd.ts'
import { strftime } from '../../libc/time.ts'
import { type ServerArguments, serverArguments } from './arguments.ts'
import { type Answer, errorAnswer, fileAnswer, httpDate, now } from './response.ts'
import { bindTraceback, gaiTraceback } from './tracebacks.ts'

const BACKLOG = 5
const CHUNK = 8192
const SERVER = 'SimpleHTTP/0.6 Python/3.11.2'
const SHUT_WR = 1

interface Client {
  readonly fd: number
  readonly addr: string
  received: Uint8Array
}
interface Request {
  readonly line: string
  readonly words: readonly string[]
  readonly headers: ReadonlyMap<string, string>
}

/** What a request line is wrong about (parse_request). */
function lineFault({ line, words }: Request): Answer | undefined {
  const version = words.length >= 3 ? words[words.length - 1] : ''
  if (words.length >= 3) {
    if (!/^HTTP\/\d+\.\d+$/.test(version)) return errorAnswer(400, `Bad request version ('${version}')`)
    if (Number(version.slice(5).split('.')[0]) >= 2) return errorAnswer(505, `Invalid HTTP version (${version.slice(5)})`)
  }
  if (words.length < 2 || words.length > 3) return errorAnswer(400, `Bad request syntax ('${line}')`)
  if (words.length === 2 && words[0] !== 'GET') return errorAnswer(400, `Bad HTTP/0.9 request type ('${words[0]}')`)
  return undefined
}
/** A request, once it is whole. HTTP/0.9 has no headers: its line is all. */
function requestOf(text: string, isAll: boolean): Request | undefined {
  const end = text.indexOf('\n')
  if (end < 0 && !isAll) return undefined
  const line = (end < 0 ? text : text.slice(0, end)).replace(/\r$/, '')
  const words = line.split(/\s+/).filter((w) => w !== '')
  const hasHeaders = words.length >= 3
  const headEnd = /\r?\n\r?\n/.exec(text)
  if (hasHeaders && headEnd === null && !isAll) return undefined
  const headers = new Map<string, string>()
  for (const field of hasHeaders ? text.slice(end + 1, headEnd === null ? undefined : headEnd.index).split(/\r?\n/) : []) {
    const colon = field.indexOf(':')
    if (colon > 0) headers.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim())
  }
  return { line, words, headers }
}

class Server {
  readonly #c: Crt
  readonly #root: string
  readonly #protocol: string
  readonly #clients = new Map<number, Client>()
  constructor(c: Crt, root: string, protocol: string) {
    this.#c = c
    this.#root = root
    this.#protocol = protocol
  }

  *serve(listener: number): Flow<never> {
    for (;;) {
      const fds = [listener, ...this.#clients.keys()]
      const ready = yield* call('poll', fds.map((fd) => ({ fd, events: POLLIN })), -1)
      if (isErr(ready)) continue
      for (const [i, fd] of fds.entries()) {
        if (ready[i] === 0) continue
        if (fd === listener) yield* this.#accept(listener)
        else yield* this.#read(this.#clients.get(fd))
      }
    }
  }
  *#accept(listener: number): Flow<void> {
    const accepted = yield* call('accept4', listener, 0)
    if (isErr(accepted)) return
    const { fd, addr } = accepted
    this.#clients.set(fd, { fd, addr: addr?.family === 'inet' || addr?.family === 'inet6' ? addr.addr : '', received: EMPTY_BYTES })
  }
  *#read(client: Client | undefined): Flow<void> {
    if (client === undefined) return
    const data = yield* call('read', client.fd, CHUNK)
    if (isErr(data)) return yield* this.#drop(client)
    client.received = concatBytes([client.received, data])
    const request = requestOf(decodeUtf8(client.received), data.length === 0)
    if (request === undefined) return
    if (request.line !== '') yield* this.#respond(client, request)
    yield* this.#drop(client)
  }
  *#drop({ fd }: Client): Flow<void> {
    this.#clients.delete(fd)
    yield* call('shutdown', fd, SHUT_WR)
    yield* close(fd)
  }
  *#log(client: Client, text: string): Flow<void> {
    yield* this.#c.stderr.write(`${client.addr} - - [${strftime('%d/%b/%Y %H:%M:%S', yield* now())}] ${text}\n`)
  }
  *#respond(client: Client, request: Request): Flow<void> {
    const { words, headers, line } = request
    const [method, target] = words
    const isKnown = method === 'GET' || method === 'HEAD'
    const answer = lineFault(request) ?? (isKnown ? yield* fileAnswer(this.#root, target, headers.get('if-modified-since')) : errorAnswer(501, `Unsupported method ('${method}')`))
    if (answer.complaint !== undefined) yield* this.#log(client, answer.complaint)
    yield* this.#log(client, `"${line}" ${answer.status} -`)
    const isBare = words.length < 3
    const head = isBare ? '' : `${this.#protocol} ${answer.status} ${answer.reason}\r\nServer: ${SERVER}\r\nDate: ${httpDate(yield* now())}\r\n${answer.headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`
    yield* writeAll(client.fd, encodeUtf8(head))
    if (method !== 'HEAD') yield* writeAll(client.fd, answer.body)
  }
}

/** The address to listen on: of several the first. */
function* bindAddress(c: Crt, { bind, port: wanted }: ServerArguments): Flow<SockAddr> {
  // getaddrinfo(3) takes any number for a service and keeps its low 16 bits.
  const port = wanted & 0xffff
  if (bind === undefined) return sockAddrOf(yield* passiveAddress(), port)
  const found = yield* getaddrinfo(bind)
  if (!isGaiError(found)) return sockAddrOf(found[0], port)
  yield* c.stderr.write(gaiTraceback(found === 'EAI_AGAIN' ? -3 : -2, gaiStrerror(found)))
  return exit(1)
}

/** `args`: what stands behind `-m http.server`. */
export function* httpServer(c: Crt, args: readonly string[]): Flow<number> {
  const settings = yield* serverArguments(c, args)
  const addr = yield* bindAddress(c, settings)
  const listener = yield* call('socket', addr.family, 'stream|cloexec', 0)
  if (isErr(listener)) return 1
  yield* call('setsockopt', listener, 'SOL_SOCKET', 'SO_REUSEADDR', 1)
  const bound = yield* call('bind', listener, addr)
  const listening = isErr(bound) ? bound : yield* call('listen', listener, BACKLOG)
  if (isErr(listening)) {
    yield* c.stderr.write(bindTraceback(listening.number, listening === Errno.EADDRINUSE ? 'Address already in use' : listening.message))
    return 1
  }
  const local = yield* call('getsockname', listener)
  if (!isErr(local) && (local.family === 'inet' || local.family === 'inet6')) {
    const host = local.addr.includes(':') ? `[${local.addr}]` : local.addr
    yield* c.stdout.write(`Serving HTTP on ${local.addr} port ${local.port} (http://${host}:${local.port}/) ...\n`)
  }
  const old = yield* sigaction(SIGINT, 'default')
  if (!isErr(old) && old.handler === 'ignore') yield* sigaction(SIGINT, 'ignore')
  else {
    yield* sigaction(SIGINT, function* () {
      yield* c.stdout.write('\nKeyboard interrupt received, exiting.\n')
      yield* c.stdout.flush()
      yield* call('exit_group', 0)
    })
  }
  const cwd = yield* getcwd()
  const root = settings.directory ?? (isErr(cwd) ? '/' : cwd)
  return yield* new Server(c, root.replace(/\/$/, ''), settings.protocol).serve(listener)
}
