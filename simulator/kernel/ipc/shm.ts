// System V shared memory (ipc/shm.c, shmget(2), shmop(2)). Segments are counted, owned and attached; their bytes are not simulated.
import { Errno } from '../../abi/errno.ts'
import { IPC_RMID, IPC_SET, IPC_STAT, type IpcChange, SHM_RDONLY, type ShmStat } from '../../abi/ipc.ts'
import { bindingOf } from '../fs/proc/sysctl-bindings.ts'
import type { PidNamespace } from '../ns/pid-namespace.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Pid } from '../pid.ts'
import type { Task } from '../task.ts'
import { changeOwner, checkIpcControl, checkIpcPermission, type IpcIds, IpcObject, idsOf, ipcGet, seconds } from './ipc-ids.ts'
import { Room } from '../rooms.ts'

const PAGE = 4096
/** SHM_DEST: removed once nobody has it attached. */
const DEST = 0o1000
const FIRST_ADDRESS = 0x7f0000000000

export class ShmSegment extends IpcObject {
  readonly size: number
  attached = 0
  atime = 0
  dtime = 0
  readonly creator: Pid
  lastUser: Pid | undefined
  readonly ids: IpcIds<ShmSegment>

  constructor(task: Task, ids: IpcIds<ShmSegment>, key: number, size: number, flags: number) {
    super(task, key, flags)
    this.ids = ids
    this.size = size
    this.creator = task.pid
  }
  isGone = false
  destroy(): void {
    this.isGone = true
  }

  stat(pidNs: PidNamespace, viewer: UserNamespace): ShmStat {
    return {
      ...this.perm(viewer), size: this.size, atime: seconds(this.atime), dtime: seconds(this.dtime), ctime: seconds(this.ctime),
      cpid: this.creator.numberIn(pidNs), lpid: this.lastUser?.numberIn(pidNs) ?? 0, nattch: this.attached,
    }
  }
}

const SHM_IDS = new Room<IpcIds<ShmSegment>>('shm')
export const shmIds = (task: Task): IpcIds<ShmSegment> => idsOf(task.nsproxy.ipc, SHM_IDS)
const limit = (task: Task, name: string): number => Number(bindingOf(`kernel/${name}`).get(task))

export function shmget(task: Task, key: number, size: number, flags: number): number {
  const ids = shmIds(task)
  const make = (): ShmSegment => {
    if (size < 1 || size > limit(task, 'shmmax')) throw Errno.EINVAL
    const pages = ids.list().reduce((sum, s) => sum + Math.ceil(s.size / PAGE), 0)
    if (pages + Math.ceil(size / PAGE) > limit(task, 'shmall')) throw Errno.ENOSPC
    const segment = new ShmSegment(task, ids, key, size, flags)
    task.shmCreated.add(segment)
    return segment
  }
  return ipcGet(task, ids, key, flags, limit(task, 'shmmni'), make, (found) => {
    if (found.size < size) throw Errno.EINVAL
  })
}

/** shmat(2): answers the address. */
export function shmat(task: Task, id: number, flags: number): number {
  const segment = shmIds(task).require(id)
  checkIpcPermission(task, segment, (flags & SHM_RDONLY) !== 0 ? 0o444 : 0o666)
  const used = [...task.shmAttached.keys()]
  const address = used.length === 0 ? FIRST_ADDRESS : Math.max(...used) + 0x1000000
  attach(task, address, segment)
  segment.atime = task.kernel.clock.realtimeMs
  return address
}

function attach(task: Task, address: number, segment: ShmSegment): void {
  task.shmAttached.set(address, segment)
  segment.attached++
  segment.lastUser = task.pid
}

export function shmdt(task: Task, address: number): 0 {
  const segment = task.shmAttached.get(address)
  if (segment === undefined) throw Errno.EINVAL
  task.shmAttached.delete(address)
  detach(task, segment)
  return 0
}

const isForced = (task: Task): boolean => limit(task, 'shm_rmid_forced') !== 0

function detach(task: Task, segment: ShmSegment): void {
  segment.attached--
  segment.dtime = task.kernel.clock.realtimeMs
  segment.lastUser = task.pid
  if (segment.attached === 0 && ((segment.owner.mode & DEST) !== 0 || isForced(task))) segment.ids.remove(segment)
}

/** exit and execve: everything attached is let go. */
export function detachAll(task: Task): void {
  for (const segment of task.shmAttached.values()) detach(task, segment)
  task.shmAttached.clear()
}
/** exit_shm: with kernel.shm_rmid_forced a segment doesn't outlive its creator unattached. */
export function forgetCreated(task: Task): void {
  if (task.shmCreated.size > 0 && isForced(task)) {
    for (const segment of task.shmCreated) if (segment.attached === 0 && segment.ids === shmIds(task) && !segment.isGone) segment.ids.remove(segment)
  }
  task.shmCreated.clear()
}
/** fork: the child has the same segments attached. */
export function inheritAttached(parent: Task, child: Task): void {
  for (const [address, segment] of parent.shmAttached) attach(child, address, segment)
}

export function shmctl(task: Task, id: number, command: number, arg: unknown): unknown {
  const ids = shmIds(task)
  const segment = ids.require(id)
  switch (command) {
    case IPC_STAT:
      checkIpcPermission(task, segment, 0o444)
      return segment.stat(task.pidNs, task.userNs)
    case IPC_SET:
      checkIpcControl(task, segment)
      changeOwner(task, segment, arg as IpcChange)
      return 0
    case IPC_RMID:
      checkIpcControl(task, segment)
      if (segment.attached > 0) {
        segment.owner.mode |= DEST
        segment.owner.key = 0
      } else ids.remove(segment)
      return 0
    default:
      throw Errno.EINVAL
  }
}
