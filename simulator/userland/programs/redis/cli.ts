// redis-cli(1): one command from the command line, or many from standard input, with a prompt on a terminal. Line editing and the modes for measuring are not simulated.
import { isErr } from '../../../abi/errno.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { gaiStrerror, getaddrinfo, isGaiError, sockAddrOf } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close, isatty, readToEnd, writeAll } from '../../libc/unistd.ts'
import { encodeCommand, RedisError, type Reply, ReplyReader, splitWords, Status } from './resp.ts'
import { VERSION } from './info.ts'

const VALUE_OPTIONS = ['-h', '-p', '-a', '-n', '-r', '-i', '--user', '--pass']
const FLAG_OPTIONS = ['-x', '-e', '-2', '--raw', '--no-raw', '--no-auth-warning', '-v', '--version']
/** Real, and not simulated: those with a value, those without. */
const OTHER_VALUES = ['-s', '-u', '-X', '-d', '-D', '--sni', '--cacert', '--cacertdir', '--cert', '--key', '--tls-ciphers', '--tls-ciphersuites', '--rdb', '--functions-rdb', '--pipe-timeout', '--eval', '--pattern', '--quoted-pattern', '--intrinsic-latency', '--memkeys-samples', '--lru-test', '--show-pushes']
const OTHER_FLAGS = ['-3', '-c', '--tls', '--insecure', '--askpass', '--quoted-input', '--csv', '--json', '--quoted-json', '--stat', '--latency', '--latency-history', '--latency-dist', '--replica', '--pipe', '--bigkeys', '--memkeys', '--hotkeys', '--scan', '--ldb', '--ldb-sync-mode', '--cluster', '--verbose']

interface Options {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

function parse(argv: readonly string[]): Options | { readonly bad: string } | { readonly other: string } {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]
    if (FLAG_OPTIONS.includes(word)) flags.add(word)
    else if (VALUE_OPTIONS.includes(word) && argv[i + 1] !== undefined) values.set(word, argv[++i])
    else if (OTHER_FLAGS.includes(word) || OTHER_VALUES.includes(word)) return { other: word }
    else if (word.startsWith('-')) return { bad: word }
    else return { flags, values, words: argv.slice(i) }
  }
  return { flags, values, words: [] }
}

const ESCAPES: Readonly<Record<number, string>> = { 34: '\\"', 92: '\\\\', 10: '\\n', 13: '\\r', 9: '\\t', 7: '\\a', 8: '\\b' }
const quoted = (text: string): string =>
  `"${Array.from(encodeUtf8(text), (byte) => ESCAPES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('')}"`

/** As on a terminal: types told apart, strings quoted. */
function shown(reply: Reply, prefix = ''): string {
  if (reply === null) return '(nil)\n'
  if (typeof reply === 'number') return `(integer) ${reply}\n`
  if (typeof reply === 'string') return `${quoted(reply)}\n`
  if (reply instanceof Status) return `${reply.text}\n`
  if (reply instanceof RedisError) return `(error) ${reply.text}\n`
  if (reply.length === 0) return '(empty array)\n'
  const width = String(reply.length).length
  const inner = `${prefix}${' '.repeat(width + 2)}`
  return reply.map((item, i) => `${i === 0 ? '' : prefix}${String(i + 1).padStart(width)}) ${shown(item, inner)}`).join('')
}
/** As into a pipe: the bare text. */
function raw(reply: Reply): string {
  if (reply === null) return ''
  if (typeof reply === 'number') return String(reply)
  if (typeof reply === 'string') return reply
  if (reply instanceof Status) return reply.text
  if (reply instanceof RedisError) return `${reply.text}\n`
  return reply.map(raw).join('\n')
}
/** Whose answers are texts to read, on a terminal as well. */
const isText = (words: readonly string[]): boolean => words[0]?.toLowerCase() === 'info' || (words[0]?.toLowerCase() === 'client' && ['list', 'info'].includes(words[1]?.toLowerCase() ?? ''))

class Connection {
  readonly #host: string
  readonly #port: number
  #fd = -1
  #reader = new ReplyReader()

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
  }
  get isOpen(): boolean {
    return this.#fd >= 0
  }
  get name(): string {
    return `${this.#host}:${this.#port}`
  }

  /** Answers why not. */
  *open(): Flow<string | undefined> {
    const found = yield* getaddrinfo(this.#host)
    if (isGaiError(found)) return `Could not connect to Redis at ${this.name}: ${gaiStrerror(found)}`
    let why = ''
    for (const info of found) {
      const fd = yield* call('socket', info.family, 'stream', 0)
      if (isErr(fd)) continue
      const connected = yield* call('connect', fd, sockAddrOf(info, this.#port))
      if (!isErr(connected)) {
        this.#fd = fd
        this.#reader = new ReplyReader()
        return undefined
      }
      why = connected.message
      yield* close(fd)
    }
    return `Could not connect to Redis at ${this.name}: ${why}`
  }
  *close(): Flow<void> {
    if (this.#fd >= 0) yield* close(this.#fd)
    this.#fd = -1
  }
  /** The server's answer; undefined if it has gone. */
  *ask(words: readonly string[]): Flow<Reply | undefined> {
    const sent = yield* writeAll(this.#fd, encodeCommand(words))
    for (;;) {
      const reply = isErr(sent) ? undefined : this.#reader.next()
      if (reply !== undefined) return reply
      const bytes = isErr(sent) ? sent : yield* call('read', this.#fd, 65536)
      if (isErr(bytes) || bytes.length === 0) {
        yield* this.close()
        return undefined
      }
      this.#reader.push(bytes)
    }
  }
}

class Cli {
  readonly #c: Crt
  readonly #options: Options
  readonly #link: Connection
  readonly #isRaw: boolean
  #db: number

  constructor(c: Crt, options: Options, isRaw: boolean) {
    this.#c = c
    this.#options = options
    this.#isRaw = isRaw
    this.#db = Number(options.values.get('-n') ?? 0)
    this.#link = new Connection(options.values.get('-h') ?? '127.0.0.1', Number(options.values.get('-p') ?? 6379))
  }

  /** Connects, says who it is, chooses the database. */
  *connect(): Flow<boolean> {
    const why = yield* this.#link.open()
    if (why !== undefined) {
      yield* this.#c.stderr.write(`${why}\n`)
      return false
    }
    const { values } = this.#options
    const password = values.get('-a') ?? values.get('--pass') ?? this.#c.env.get('REDISCLI_AUTH')
    const user = values.get('--user')
    if (password !== undefined) {
      const reply = yield* this.#link.ask(user === undefined ? ['AUTH', password] : ['AUTH', user, password])
      if (reply instanceof RedisError) yield* this.#c.stderr.write(`AUTH failed: ${reply.text}\n`)
    }
    if (this.#db !== 0) {
      const reply = yield* this.#link.ask(['SELECT', String(this.#db)])
      if (reply instanceof RedisError) {
        yield* this.#c.stderr.write(`SELECT ${this.#db} failed: ${reply.text}\n`)
        if (!reply.text.startsWith('NOAUTH')) this.#db = 0
      }
    }
    return true
  }

  /** Answers false when the server couldn't be asked. */
  *#send(words: readonly string[]): Flow<{ readonly isError: boolean } | undefined> {
    if (!this.#link.isOpen && !(yield* this.connect())) return undefined
    const reply = yield* this.#link.ask(words)
    const name = words[0].toLowerCase()
    if (reply === undefined) {
      if (name === 'shutdown' || name === 'quit') return { isError: false }
      yield* this.#c.stderr.write('Error: Server closed the connection\n')
      return undefined
    }
    if (name === 'select' && reply instanceof Status) this.#db = Number(words[1])
    yield* this.#c.stdout.write(isText(words) && typeof reply === 'string' ? reply : this.#isRaw ? `${raw(reply)}\n` : shown(reply))
    return { isError: reply instanceof RedisError }
  }

  *once(words: readonly string[]): Flow<number> {
    if (!(yield* this.connect())) return 1
    const repeat = Number(this.#options.values.get('-r') ?? 1)
    const seconds = Number(this.#options.values.get('-i') ?? 0)
    for (let n = 0; repeat < 0 || n < repeat; n++) {
      const done = yield* this.#send(words)
      if (done === undefined || (done.isError && this.#options.flags.has('-e'))) return 1
      yield* this.#c.stdout.flush()
      if (seconds > 0 && n + 1 !== repeat) yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: Math.floor(seconds), nsec: Math.round((seconds % 1) * 1e9) })
    }
    return 0
  }

  *interact(): Flow<number> {
    const isTerminal = yield* isatty(0)
    const isUp = yield* this.connect()
    if (!isUp && !isTerminal) return 1
    for (;;) {
      if (isTerminal) {
        yield* this.#c.stdout.write(this.#link.isOpen ? `${this.#link.name}${this.#db === 0 ? '' : `[${this.#db}]`}> ` : 'not connected> ')
        yield* this.#c.stdout.flush()
      }
      const bytes = yield* this.#c.stdin.lineBytes()
      if (bytes === undefined) return 0
      const words = splitWords(decodeUtf8(bytes))
      if (words === undefined) {
        yield* this.#c.stdout.write('Invalid argument(s)\n')
        continue
      }
      if (words.length === 0) continue
      const name = words[0].toLowerCase()
      if (name === 'quit' || name === 'exit') return 0
      if (name === 'clear') yield* this.#c.stdout.write('\x1b[H\x1b[2J')
      else if (name === 'help' || name === '?') yield* this.#c.stdout.write('the help of redis-cli is real, but not simulated here\n')
      else if (name === 'monitor' || name.endsWith('subscribe')) yield* this.#c.stdout.write(`${name} is real, but not simulated here\n`)
      else yield* this.#send(words)
      yield* this.#c.stdout.flush()
    }
  }
}

export function* redisCli(c: Crt): Flow<number> {
  const options = parse(c.argv)
  if ('other' in options) return yield* unsimulated(c, `option ${options.other}`)
  if ('bad' in options) {
    if (options.bad === '--help') return yield* unsimulated(c, 'option --help')
    yield* c.stderr.write(`Unrecognized option or bad number of args for: '${options.bad}'\n`)
    return 1
  }
  const { flags, values } = options
  if (flags.has('-v') || flags.has('--version')) {
    yield* c.stdout.write(`redis-cli ${VERSION}\n`)
    return 0
  }
  if ((values.has('-a') || values.has('--pass')) && !flags.has('--no-auth-warning')) {
    yield* c.stderr.write("Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n")
  }
  const isRaw = flags.has('--raw') || (!flags.has('--no-raw') && !(yield* isatty(1)))
  const cli = new Cli(c, options, isRaw)
  const input = flags.has('-x') ? yield* readToEnd(0) : undefined
  const words = [...options.words, ...(input === undefined || isErr(input) ? [] : [decodeUtf8(input)])]
  return words.length > 0 ? yield* cli.once(words) : yield* cli.interact()
}
