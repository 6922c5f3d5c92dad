// What the server's processes share: the cluster's contents and who is doing what. It stands for the shared memory that the postmaster maps before it forks.
// The System V segment of 56 bytes is there for another purpose, as in the real server: to find out whether processes of an old postmaster still hold it.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_EXCL, O_RDWR } from '../../../abi/fcntl.ts'
import { IPC_CREAT, IPC_EXCL, IPC_RMID, IPC_STAT, type ShmStat } from '../../../abi/ipc.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, stat, unlink } from '../../libc/unistd.ts'
import type { Cluster } from './catalog.ts'
import { SqlError } from './protocol.ts'
import type { PgSettings } from './settings.ts'

const SEGMENT_SIZE = 56
/** Dynamic shared memory in /dev/shm: the control segment, and that of the statistics. */
const DSM_SIZES = [26976, 1048576]

export interface Activity {
  readonly pid: number
  readonly user: string | null
  readonly database: string | null
  readonly client: string | null
  readonly application: string
  readonly type: string
  state: string | null
  query: string
}

export interface Shared {
  cluster: Cluster
  readonly settings: PgSettings
  readonly activity: Map<number, Activity>
  state: 'starting' | 'running' | 'recovering' | 'stopping'
  clients: number
  /** ms since 1970 */
  readonly started: number
  clock: number
}

export interface Segment { readonly key: number; readonly id: number; readonly address: number }

/** The segment whose key is the data directory's inode number, or the next free one. @throws {SqlError} */
export function* makeSegment(old: { readonly key: number; readonly id: number } | undefined, directory: string): Flow<Segment> {
  if (old !== undefined) {
    const left = yield* call('shmctl', old.id, IPC_STAT, undefined)
    if (!isErr(left) && (left as ShmStat).nattch > 0) {
      throw new SqlError('F0001', `pre-existing shared memory block (key ${old.key}, ID ${old.id}) is still in use`, { severity: 'FATAL', hint: `Terminate any old server processes associated with data directory "${directory}".` })
    }
    if (!isErr(left)) yield* call('shmctl', old.id, IPC_RMID, undefined)
  }
  const st = yield* stat('.')
  for (let key = isErr(st) ? 1 : st.ino; ; key++) {
    const id = yield* call('shmget', key, SEGMENT_SIZE, IPC_CREAT | IPC_EXCL | 0o600)
    if (id === Errno.EEXIST || id === Errno.EACCES) continue
    if (isErr(id)) throw new SqlError('53200', `could not create shared memory segment: ${id.message}`, { severity: 'FATAL', detail: `Failed system call was shmget(key=${key}, size=${SEGMENT_SIZE}, 03600).` })
    const address = yield* call('shmat', id, 0)
    return { key, id, address: isErr(address) ? 0 : address }
  }
}
export function* dropSegment({ id, address }: Segment): Flow<void> {
  yield* call('shmdt', address)
  yield* call('shmctl', id, IPC_RMID, undefined)
}

/** shm_open(3). @throws {SqlError} */
export function* makeDsm(): Flow<readonly string[]> {
  const names: string[] = []
  for (const size of DSM_SIZES) {
    const chance = yield* call('getrandom', 4)
    const name = `PostgreSQL.${isErr(chance) ? 0 : new DataView(chance.slice().buffer).getUint32(0)}`
    const fd = yield* open(`/dev/shm/${name}`, O_RDWR | O_CREAT | O_EXCL, 0o600)
    const sized = isErr(fd) ? fd : yield* call('fallocate', fd, 0, 0, size)
    if (!isErr(fd)) yield* close(fd)
    if (isErr(fd)) throw new SqlError('58030', `could not open shared memory segment "/${name}": ${fd.message}`, { severity: 'FATAL' })
    if (isErr(sized)) throw new SqlError('53100', `could not resize shared memory segment "/${name}" to ${size} bytes: ${sized.message}`, { severity: 'FATAL' })
    names.push(name)
  }
  return names
}
export function* dropDsm(names: readonly string[]): Flow<void> {
  for (const name of names) yield* unlink(`/dev/shm/${name}`)
}
