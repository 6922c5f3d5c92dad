// What PostgreSQL's client programs share (libpq): where the server is, letting oneself in, a query and its answer.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { gaiStrerror, getaddrinfo, isGaiError, sockAddrOf } from '../../libc/getaddrinfo.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, writeAll } from '../../libc/unistd.ts'
import { cstring, type Fields, int32, message, type Message, MessageStream, readError, startup } from './protocol.ts'
import { base64, clientProof } from './scram.ts'
import { PORT, SOCKET_DIRECTORY } from './settings.ts'

export interface Target { readonly host: string; readonly port: string; readonly user: string; readonly database: string; readonly password: string | undefined }
export interface Given { readonly host?: string | undefined; readonly port?: string | undefined; readonly user?: string | undefined; readonly database?: string | undefined }

/** From options, a `postgresql://` address in place of the database, the environment, and who runs it. */
export function* targetOf(c: Crt, given: Given): Flow<Target> {
  const [, userPart, password, host, port, name] = /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?(?:\/([^?]*))?/.exec(given.database ?? '') ?? []
  const isAddress = /^postgres(?:ql)?:\/\//.test(given.database ?? '')
  const uid = yield* call('geteuid')
  const self = isErr(uid) ? undefined : yield* getpwuid(uid)
  const set = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text)
  const user = given.user ?? set(userPart) ?? c.env.get('PGUSER') ?? self?.name ?? String(uid)
  return {
    host: given.host ?? set(host) ?? c.env.get('PGHOST') ?? SOCKET_DIRECTORY, port: given.port ?? set(port) ?? c.env.get('PGPORT') ?? String(PORT), user,
    database: (isAddress ? set(name) : given.database) ?? c.env.get('PGDATABASE') ?? user, password: set(password) ?? c.env.get('PGPASSWORD'),
  }
}

export interface ResultSet { readonly columns: readonly { readonly name: string; readonly oid: number }[]; readonly rows: (string | null)[][]; tag: string }
/** An answer of the server: results in order, notices, and the error that ended it. */
export interface Answer { readonly results: readonly ResultSet[]; readonly notices: readonly string[]; readonly error: ReadonlyMap<string, string> | undefined }

/** The server wants a password and there is none. */
export class NeedsPassword {}

export class Connection {
  readonly target: Target
  #address = ''
  /** What the server must answer to the proof. */
  #signature = ''
  #fd = -1
  readonly #stream = new MessageStream()

  constructor(target: Target) {
    this.target = target
  }
  get isLocal(): boolean {
    return this.target.host.startsWith('/')
  }
  get #where(): string {
    const { host, port } = this.target
    return this.isLocal ? `connection to server on socket "${host}/.s.PGSQL.${port}" failed` : `connection to server at "${host}"${this.#address === '' || this.#address === host ? '' : ` (${this.#address})`}, port ${port} failed`
  }

  /** Answers why not. */
  *open(password: string | undefined): Flow<string | NeedsPassword | undefined> {
    const reached = yield* this.#reach()
    if (reached !== undefined) return reached
    const { user, database } = this.target
    yield* writeAll(this.#fd, startup([['user', user], ['database', database], ['application_name', 'psql'], ['client_encoding', 'UTF8']]))
    for (;;) {
      const got = yield* this.#receive()
      if (got === undefined) return `${this.#where}: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.`
      if (got.type === 'Z') return undefined
      if (got.type === 'E') return `${this.#where}: ${severityAndText(readError(got.body))}`
      if (got.type !== 'R') continue
      const kind = got.body.int32()
      if (kind === 0) continue
      if (password === undefined) {
        yield* this.close()
        return new NeedsPassword()
      }
      if (kind === 3) yield* writeAll(this.#fd, message('p', cstring(password)))
      else if (kind === 10) {
        const refused = yield* this.#scram(password)
        if (refused !== undefined) return refused
      } else if (kind === 12) {
        // the server, too, has to prove that it knows the password
        if (restOf(got.body) !== `v=${this.#signature}`) return `${this.#where}: incorrect server signature`
      } else return `${this.#where}: authentication method ${kind} not supported`
    }
  }
  noPassword(): string {
    return `${this.#where}: fe_sendauth: no password supplied`
  }
  *#reach(): Flow<string | undefined> {
    const { host, port } = this.target
    if (this.isLocal) {
      const fd = yield* call('socket', 'unix', 'stream', 0)
      const connected = isErr(fd) ? fd : yield* call('connect', fd, { family: 'unix', path: `${host}/.s.PGSQL.${port}` })
      if (isErr(fd) || isErr(connected)) return `${this.#where}: ${isErr(connected) ? connected.message : ''}\n\tIs the server running locally and accepting connections on that socket?`
      this.#fd = fd
      return undefined
    }
    const found = yield* getaddrinfo(host)
    if (isGaiError(found)) return `could not translate host name "${host}" to address: ${gaiStrerror(found)}`
    const problems: string[] = []
    for (const info of found) {
      this.#address = info.addr
      const fd = yield* call('socket', info.family, 'stream', 0)
      const connected = isErr(fd) ? fd : yield* call('connect', fd, sockAddrOf(info, Number(port)))
      if (!isErr(fd) && !isErr(connected)) {
        this.#fd = fd
        return undefined
      }
      if (!isErr(fd)) yield* close(fd)
      problems.push(`${this.#where}: ${isErr(connected) ? connected.message : ''}\n\tIs the server running on that host and accepting TCP/IP connections?`)
    }
    return problems.join('\n')
  }
  *#scram(password: string): Flow<string | undefined> {
    const chance = yield* call('getrandom', 18)
    const first = `n=,r=${base64(isErr(chance) ? new Uint8Array(18) : chance)}`
    const bytes = encodeUtf8(`n,,${first}`)
    yield* writeAll(this.#fd, message('p', cstring('SCRAM-SHA-256'), int32(bytes.length), bytes))
    const challenge = yield* this.#receive()
    if (challenge?.type !== 'R') return challenge === undefined ? this.#where : `${this.#where}: ${severityAndText(readError(challenge.body))}`
    challenge.body.int32()
    const text = restOf(challenge.body)
    const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)/.exec(text) ?? []
    const bare = `c=biws,r=${nonce}`
    const { proof, signature } = clientProof(password, salt, Number(iterations), `${first},${text},${bare}`)
    this.#signature = signature
    yield* writeAll(this.#fd, message('p', encodeUtf8(`${bare},p=${proof}`)))
    return undefined
  }

  *#receive(): Flow<Message | undefined> {
    for (let got = this.#stream.next(); ; got = this.#stream.next()) {
      if (got !== undefined) return got
      const bytes = yield* call('read', this.#fd, 65536)
      if (isErr(bytes) && bytes.name === 'EINTR') continue
      if (isErr(bytes) || bytes.length === 0) return undefined
      this.#stream.push(bytes)
    }
  }
  *close(): Flow<void> {
    if (this.#fd >= 0) {
      yield* writeAll(this.#fd, message('X'))
      yield* close(this.#fd)
    }
    this.#fd = -1
  }

  /** Undefined when the server has gone. */
  *query(text: string): Flow<Answer | undefined> {
    const results: ResultSet[] = []
    const notices: string[] = []
    let error: ReadonlyMap<string, string> | undefined
    let columns: ResultSet['columns'] = []
    let rows: (string | null)[][] = []
    yield* writeAll(this.#fd, message('Q', cstring(text)))
    for (;;) {
      const got = yield* this.#receive()
      if (got === undefined) return error === undefined ? undefined : { results, notices, error }
      const { body } = got
      switch (got.type) {
        case 'T': columns = Array.from({ length: body.int16() }, () => readColumn(body)); break
        case 'D': rows.push(Array.from({ length: body.int16() }, () => readCell(body))); break
        case 'C':
          results.push({ columns, rows, tag: body.cstring() })
          columns = []
          rows = []
          break
        case 'E': error = readError(body); break
        case 'N': notices.push(severityAndText(readError(body))); break
        case 'Z': return { results, notices, error }
      }
    }
  }
}

function readColumn(body: Fields): { readonly name: string; readonly oid: number } {
  const name = body.cstring()
  body.int32()
  body.int16()
  const oid = body.int32()
  body.take(8)
  return { name, oid }
}
function readCell(body: Fields): string | null {
  const length = body.int32()
  return length < 0 ? null : decodeUtf8(body.take(length))
}
const restOf = (body: Fields): string => decodeUtf8(body.bytes.subarray(4))
export const severityAndText = (fields: ReadonlyMap<string, string>): string => `${fields.get('S') ?? ''}:  ${fields.get('M') ?? ''}`
