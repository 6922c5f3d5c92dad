// pg_isready(1): does a server take connections?
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { Connection, NeedsPassword, targetOf } from './client.ts'
import { long, type PgOptionTable, readOptions } from './options.ts'

export const PG_ISREADY_OPTIONS: PgOptionTable = {
  short: 'd:h:p:qt:U:', long: [long('dbname', 'd'), long('host', 'h'), long('port', 'p'), long('quiet', 'q', false), long('timeout', 't'), long('username', 'U')],
}
const REJECTING = 1, NO_RESPONSE = 2, NO_ATTEMPT = 3

export function* pgIsReady(c: Crt): Flow<number> {
  const read = yield* readOptions(c, PG_ISREADY_OPTIONS, 'pg_isready: hint: Try "pg_isready --help" for more information.\n')
  if (typeof read === 'number') return read === 1 ? NO_ATTEMPT : read
  const { values: options } = read
  const target = yield* targetOf(c, { host: options.get('h'), port: options.get('p'), user: options.get('U'), database: options.get('d') })
  const link = new Connection(target)
  const why = yield* link.open(undefined)
  yield* link.close()
  // who is refused by name or password has been heard
  const isUp = why === undefined || why instanceof NeedsPassword || (/FATAL: /.test(why) && !/the database system is/.test(why))
  const isRejecting = typeof why === 'string' && /the database system is/.test(why)
  const text = isUp ? 'accepting connections' : isRejecting ? 'rejecting connections' : 'no response'
  if (!options.has('q')) yield* c.stdout.write(`${target.host}:${target.port} - ${text}\n`)
  return isUp ? 0 : isRejecting ? REJECTING : NO_RESPONSE
}
