// The tables of ipcs: as they are, by time, by PID, by creator (sys-utils/ipcs.c: do_shm, do_msg, do_sem).
import type { Flow } from '../../../../abi/syscalls.ts'
import type { Crt } from '../../../libc/crt.ts'
import { getgrgid, getpwuid } from '../../../libc/pwd.ts'
import { strftime } from '../../../libc/time.ts'
import { sizeString } from '../size-string.ts'
import { ID_COLUMN, type IpcEntry, type IpcKind, keyText, readTable } from './tables.ts'

export type IpcsView = 'table' | 'time' | 'pid' | 'creator'

const TITLES: Readonly<Record<IpcKind, Readonly<Record<IpcsView, string>>>> = {
  msg: { table: 'Message Queues', time: 'Message Queues Send/Recv/Change Times', pid: 'Message Queues PIDs', creator: 'Message Queues Creators/Owners' },
  shm: { table: 'Shared Memory Segments', time: 'Shared Memory Attach/Detach/Change Times', pid: 'Shared Memory Creator/Last-op PIDs', creator: 'Shared Memory Segment Creators/Owners' },
  sem: { table: 'Semaphore Arrays', time: 'Semaphore Operation/Change Times', pid: 'Semaphore Arrays', creator: 'Semaphore Arrays Creators/Owners' },
}
const col = (text: string | number, width: number): string => `${String(text).padEnd(width)} `
const head = (...cells: readonly (readonly [string, number])[]): string => `${cells.map(([t, w]) => col(t, w)).join('').slice(0, -1)}\n`
const time = (seconds: number): string => (seconds === 0 ? 'Not set' : strftime('%b %e %H:%M:%S', seconds))
const longTime = (seconds: number): string => (seconds === 0 ? 'Not set' : strftime('%a %b %e %H:%M:%S %Y', seconds))

export function* userName(uid: number): Flow<string> {
  return (yield* getpwuid(uid))?.name ?? String(uid)
}
function* groupName(gid: number): Flow<string> {
  return (yield* getgrgid(gid))?.name ?? String(gid)
}

export function* printTable(c: Crt, kind: IpcKind, view: IpcsView, human: boolean): Flow<void> {
  if (kind === 'sem' && view === 'pid') return
  yield* c.stdout.write(`------ ${TITLES[kind][view]} --------\n`)
  const entries = yield* readTable(kind)
  yield* c.stdout.write(header(kind, view, human))
  for (const entry of entries) yield* c.stdout.write(`${(yield* row(kind, view, entry, human)).replace(/ $/, '')}\n`)
}

function header(kind: IpcKind, view: IpcsView, human: boolean): string {
  const id = ID_COLUMN[kind]
  if (view === 'creator') return head([id, 10], ['perms', 10], ['cuid', 10], ['cgid', 10], ['uid', 10], ['gid', 10])
  if (view === 'pid') return kind === 'shm' ? head([id, 10], ['owner', 10], ['cpid', 10], ['lpid', 10]) : head([id, 10], ['owner', 10], ['lspid', 10], ['lrpid', 10])
  if (view === 'time') {
    if (kind === 'shm') return head([id, 10], ['owner', 10], ['attached', 20], ['detached', 20], ['changed', 20])
    if (kind === 'msg') return head([id, 8], ['owner', 10], ['send', 20], ['recv', 20], ['change', 20])
    return head([id, 8], ['owner', 10], ['last-op', 26], ['last-changed', 26])
  }
  if (kind === 'shm') return head(['key', 10], [id, 10], ['owner', 10], ['perms', 10], [human ? 'size' : 'bytes', 10], ['nattch', 10], ['status', 12])
  if (kind === 'msg') return head(['key', 10], [id, 10], ['owner', 10], ['perms', 10], [human ? 'size' : 'used-bytes', 12], ['messages', 12])
  return head(['key', 10], [id, 10], ['owner', 10], ['perms', 10], ['nsems', 10])
}

function* row(kind: IpcKind, view: IpcsView, e: IpcEntry, human: boolean): Flow<string> {
  const id = e[ID_COLUMN[kind]]
  const perms = (e.perms & 0o777).toString(8)
  const owner = (yield* userName(e.uid)).slice(0, 10)
  if (view === 'creator') {
    return `${col(id, 10)}${col(perms, 10)}${col(yield* userName(e.cuid), 10)}${col(yield* groupName(e.cgid), 10)}${col(owner, 10)}${col(yield* groupName(e.gid), 10)}`
  }
  if (view === 'pid') return kind === 'shm' ? `${col(id, 10)}${col(owner, 10)}${col(e.cpid, 10)}${col(e.lpid, 10)}` : `${col(id, 8)}${col(owner, 10)}${String(e.lspid).padStart(6)}    ${String(e.lrpid).padStart(6)}`
  if (view === 'time') {
    if (kind === 'shm') return `${col(id, 10)}${col(owner, 10)}${col(time(e.atime), 20)}${col(time(e.dtime), 20)}${col(time(e.ctime), 20)}`
    if (kind === 'msg') return `${col(id, 8)}${col(owner, 10)}${col(time(e.stime), 20)}${col(time(e.rtime), 20)}${col(time(e.ctime), 20)}`
    return `${col(id, 8)}${col(owner, 11)}${col(longTime(e.otime), 26)}${col(longTime(e.ctime), 26)}`
  }
  const start = `${col(keyText(e.key), 10)}${col(id, 10)}${col(owner, 10)}${col(perms, 10)}`
  const size = (bytes: number, width: number): string => (human ? `${sizeString(bytes).padStart(width)}    ` : col(bytes, 10))
  if (kind === 'shm') return `${start}${size(e.size, 6)}${human ? ' ' : ''}${col(e.nattch, 10)}${col((e.perms & 0o1000) !== 0 ? 'dest' : '', 6)}${col((e.perms & 0o2000) !== 0 ? 'locked' : '', 6)}`
  if (kind === 'msg') return `${start}${human ? `${sizeString(e.cbytes).padStart(6)}       ` : col(e.cbytes, 12)}${col(e.qnum, 12)}`
  return `${start}${col(e.nsems, 10)}`
}
