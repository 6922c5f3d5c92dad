// System V semaphore arrays (ipc/sem.c, semget(2), semctl(2)). Operations that wait (semop) are not simulated; values can be set and read.
import { Errno } from '../../abi/errno.ts'
import { GETALL, GETVAL, IPC_RMID, IPC_SET, IPC_STAT, type IpcChange, SEMVMX, type SemStat, SETALL, SETVAL } from '../../abi/ipc.ts'
import { bindingOf } from '../fs/proc/sysctl-bindings.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import { changeOwner, checkIpcControl, checkIpcPermission, type IpcIds, IpcObject, idsOf, ipcGet, seconds } from './ipc-ids.ts'
import { Room } from '../rooms.ts'

export class SemaphoreArray extends IpcObject {
  readonly values: number[]
  otime = 0

  constructor(task: Task, key: number, flags: number, count: number) {
    super(task, key, flags)
    this.values = new Array<number>(count).fill(0)
  }
  destroy(): void {}
  stat(viewer: UserNamespace): SemStat {
    return { ...this.perm(viewer), otime: seconds(this.otime), ctime: seconds(this.ctime), nsems: this.values.length }
  }
}

const SEM_IDS = new Room<IpcIds<SemaphoreArray>>('sem')
export const semIds = (task: Task): IpcIds<SemaphoreArray> => idsOf(task.nsproxy.ipc, SEM_IDS)
/** kernel.sem: SEMMSL SEMMNS SEMOPM SEMMNI */
const limits = (task: Task): readonly number[] => bindingOf('kernel/sem').get(task).split(/\s+/).map(Number)

export function semget(task: Task, key: number, count: number, flags: number): number {
  const [perArray, total, , arrays] = limits(task)
  const ids = semIds(task)
  if (count < 0 || count > perArray) throw Errno.EINVAL
  const make = (): SemaphoreArray => {
    if (count === 0) throw Errno.EINVAL
    if (ids.list().reduce((sum, s) => sum + s.values.length, 0) + count > total) throw Errno.ENOSPC
    return new SemaphoreArray(task, key, flags, count)
  }
  return ipcGet(task, ids, key, flags, arrays, make, (found) => {
    if (count > found.values.length) throw Errno.EINVAL
  })
}

function setValues(task: Task, array: SemaphoreArray, first: number, values: readonly number[]): 0 {
  checkIpcPermission(task, array, 0o222)
  if (values.some((v) => v < 0 || v > SEMVMX)) throw Errno.ERANGE
  values.forEach((v, i) => {
    array.values[first + i] = v
  })
  array.ctime = task.kernel.clock.realtimeMs
  return 0
}

export function semctl(task: Task, id: number, index: number, command: number, arg: unknown): unknown {
  const ids = semIds(task)
  const array = ids.require(id)
  if ((command === GETVAL || command === SETVAL) && (index < 0 || index >= array.values.length)) throw Errno.EINVAL
  switch (command) {
    case IPC_STAT:
      checkIpcPermission(task, array, 0o444)
      return array.stat(task.userNs)
    case GETVAL:
      checkIpcPermission(task, array, 0o444)
      return array.values[index]
    case GETALL:
      checkIpcPermission(task, array, 0o444)
      return [...array.values]
    case SETVAL:
      return setValues(task, array, index, [Number(arg)])
    case SETALL:
      return setValues(task, array, 0, (arg as readonly number[]).slice(0, array.values.length))
    case IPC_SET:
      checkIpcControl(task, array)
      changeOwner(task, array, arg as IpcChange)
      return 0
    case IPC_RMID:
      checkIpcControl(task, array)
      ids.remove(array)
      return 0
    default:
      throw Errno.EINVAL
  }
}
