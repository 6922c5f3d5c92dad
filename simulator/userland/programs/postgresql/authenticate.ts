// Client authentication: which line of pg_hba.conf decides, and what it asks for (manual, chapter 21).
import { isErr } from '../../../abi/errno.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { inPrefix, parseIp } from '../../../lib/ip.ts'
import { call } from '../../libc/syscall.ts'
import { readFile } from '../../libc/unistd.ts'
import type { Role } from './catalog.ts'
import { cstring, int32, message, type Message, SqlError } from './protocol.ts'
import { base64, readSecret, scramSecret, serverSignature, unbase64 } from './scram.ts'

const AUTH_OK = 0, AUTH_CLEARTEXT = 3, AUTH_SASL = 10, AUTH_SASL_CONTINUE = 11, AUTH_SASL_FINAL = 12
const SALT_SIZE = 16, NONCE_SIZE = 18

export interface Peer { readonly isLocal: boolean; readonly host: string; readonly port: number }

export function peerOf(addr: SockAddr | undefined): Peer {
  if (addr === undefined || !('port' in addr)) return { isLocal: true, host: '[local]', port: 0 }
  return { isLocal: false, host: addr.addr.replace(/^::ffff:(?=\d+\.)/, ''), port: addr.port }
}

/** The method for a connection; undefined without a fitting line. */
function* methodFor(peer: Peer, user: string, database: string): Flow<string | undefined> {
  const text = yield* readFile('pg_hba.conf')
  const named = (list: string, name: string): boolean => list.split(',').some((word) => word === 'all' || word.replaceAll('"', '') === name)
  for (const line of isErr(text) ? [] : text.split('\n')) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/)
    const [type, databases = '', users = '', ...rest] = words
    if (rest.length === 0 || !named(databases, database) || !named(users, user)) continue
    if (type === 'local' && peer.isLocal) return rest[0]
    if ((type === 'host' || type === 'hostnossl') && !peer.isLocal && matches(rest[0], peer.host)) return rest[1]
  }
  return undefined
}
function matches(wanted: string, host: string): boolean {
  if (wanted === 'all') return true
  const [network, length] = wanted.split('/')
  const family = host.includes(':') ? 'inet6' : 'inet'
  const [a, b] = [parseIp(family, host), parseIp(family, network)]
  return a !== undefined && b !== undefined && inPrefix(family, a, b, Number(length ?? (family === 'inet' ? 32 : 128)))
}

export interface Conversation {
  readonly send: (bytes: Uint8Array) => Flow<void>
  readonly receive: () => Flow<Message | undefined>
}

/** Lets the user in. @throws {SqlError} */
export function* authenticate({ send, receive }: Conversation, peer: Peer, user: string, database: string, role: Role | undefined): Flow<void> {
  const method = yield* methodFor(peer, user, database)
  const fatal = (code: string, text: string): SqlError => new SqlError(code, text, { severity: 'FATAL' })
  const refuse = (): never => {
    throw fatal('28P01', `password authentication failed for user "${user}"`)
  }
  switch (method) {
    case undefined: throw fatal('28000', `no pg_hba.conf entry for host "${peer.host}", user "${user}", database "${database}", no encryption`)
    case 'reject': throw fatal('28000', `pg_hba.conf rejects connection for host "${peer.host}", user "${user}", database "${database}", no encryption`)
    case 'trust': break
    case 'password': {
      yield* send(message('R', int32(AUTH_CLEARTEXT)))
      const answer = yield* receive()
      const secret = role?.secret ?? null
      if (answer === undefined || secret === null) return refuse()
      const { salt, iterations } = readSecret(secret)
      const again = scramSecret(answer.body.cstring(), unbase64(salt))
      if (iterations === 0 || again !== secret) refuse()
      break
    }
    case 'scram-sha-256': case 'md5': yield* scram({ send, receive }, role?.secret ?? null, refuse); break
    default: throw fatal('0A000', `the authentication method ${method} is real, but not simulated here`)
  }
  yield* send(message('R', int32(AUTH_OK)))
}

function* scram({ send, receive }: Conversation, secret: string | null, refuse: () => never): Flow<void> {
  yield* send(message('R', int32(AUTH_SASL), cstring('SCRAM-SHA-256'), Uint8Array.of(0)))
  const first = yield* receive()
  if (first === undefined) return refuse()
  first.body.cstring()
  const clientFirst = decodeUtf8(first.body.take(first.body.int32())).replace(/^n,[^,]*,/, '')
  const chance = yield* call('getrandom', NONCE_SIZE)
  const nonce = `${/r=([^,]*)/.exec(clientFirst)?.[1] ?? ''}${base64(isErr(chance) ? new Uint8Array(NONCE_SIZE) : chance)}`
  const known = readSecret(secret ?? '')
  const serverFirst = `r=${nonce},s=${secret === null ? base64(new Uint8Array(SALT_SIZE)) : known.salt},i=${secret === null ? 4096 : known.iterations}`
  yield* send(message('R', int32(AUTH_SASL_CONTINUE), encodeUtf8(serverFirst)))
  const last = yield* receive()
  if (last === undefined) return refuse()
  const clientLast = decodeUtf8(last.body.bytes)
  const [, bare = '', proof = ''] = /^(.*),p=(.*)$/s.exec(clientLast) ?? []
  const signature = secret === null ? undefined : serverSignature(known, proof, `${clientFirst},${serverFirst},${bare}`)
  if (signature === undefined) return refuse()
  yield* send(message('R', int32(AUTH_SASL_FINAL), encodeUtf8(`v=${signature}`)))
}

export function* makeSecret(password: string): Flow<string> {
  const salt = yield* call('getrandom', SALT_SIZE)
  return scramSecret(password, isErr(salt) ? new Uint8Array(SALT_SIZE) : salt)
}
