// System V message queues (ipc/msg.c, msgget(2), msgop(2)).
import { Errno } from '../../abi/errno.ts'
import { IPC_NOWAIT, IPC_RMID, IPC_SET, IPC_STAT, type IpcChange, MSG_NOERROR, type MsgStat } from '../../abi/ipc.ts'
import { bindingOf } from '../fs/proc/sysctl-bindings.ts'
import type { PidNamespace } from '../ns/pid-namespace.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Pid } from '../pid.ts'
import type { Task } from '../task.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import { changeOwner, checkIpcControl, checkIpcPermission, type IpcIds, IpcObject, idsOf, ipcGet, seconds } from './ipc-ids.ts'
import { Room } from '../rooms.ts'

interface Message { readonly type: number; readonly data: Uint8Array }

export class MessageQueue extends IpcObject {
  qbytes: number
  readonly messages: Message[] = []
  stime = 0
  rtime = 0
  lastSender: Pid | undefined
  lastReceiver: Pid | undefined
  isRemoved = false
  readonly changed = new WaitQueue()

  constructor(task: Task, key: number, flags: number, qbytes: number) {
    super(task, key, flags)
    this.qbytes = qbytes
  }
  get bytes(): number {
    return this.messages.reduce((sum, m) => sum + m.data.length, 0)
  }
  destroy(): void {
    this.isRemoved = true
    this.changed.wakeAll()
  }
  stat(pidNs: PidNamespace, viewer: UserNamespace): MsgStat {
    return {
      ...this.perm(viewer), stime: seconds(this.stime), rtime: seconds(this.rtime), ctime: seconds(this.ctime), cbytes: this.bytes, qnum: this.messages.length,
      qbytes: this.qbytes, lspid: this.lastSender?.numberIn(pidNs) ?? 0, lrpid: this.lastReceiver?.numberIn(pidNs) ?? 0,
    }
  }
}

const MSG_IDS = new Room<IpcIds<MessageQueue>>('msg')
export const msgIds = (task: Task): IpcIds<MessageQueue> => idsOf(task.nsproxy.ipc, MSG_IDS)
const limit = (task: Task, name: string): number => Number(bindingOf(`kernel/${name}`).get(task))

export function msgget(task: Task, key: number, flags: number): number {
  return ipcGet(task, msgIds(task), key, flags, limit(task, 'msgmni'), () => new MessageQueue(task, key, flags, limit(task, 'msgmnb')), () => {})
}

export function* msgsnd(task: Task, id: number, type: number, data: Uint8Array, flags: number): KFlow<0> {
  if (type < 1 || data.length > limit(task, 'msgmax')) throw Errno.EINVAL
  const queue = msgIds(task).require(id)
  for (;;) {
    if (queue.isRemoved) throw Errno.EIDRM
    checkIpcPermission(task, queue, 0o222)
    if (queue.bytes + data.length <= queue.qbytes) break
    if ((flags & IPC_NOWAIT) !== 0) throw Errno.EAGAIN
    yield queue.changed
  }
  queue.messages.push({ type, data: data.slice() })
  queue.stime = task.kernel.clock.realtimeMs
  queue.lastSender = task.pid
  queue.changed.wakeAll()
  return 0
}

/** Type 0: the first; above 0: the first of that type; below 0: the first of the lowest type up to its absolute value. */
function select(queue: MessageQueue, type: number): number {
  if (type === 0) return queue.messages.length > 0 ? 0 : -1
  if (type > 0) return queue.messages.findIndex((m) => m.type === type)
  let best = -1
  queue.messages.forEach((m, i) => {
    if (m.type <= -type && (best < 0 || m.type < queue.messages[best].type)) best = i
  })
  return best
}

export function* msgrcv(task: Task, id: number, size: number, type: number, flags: number): KFlow<Message> {
  const queue = msgIds(task).require(id)
  for (;;) {
    if (queue.isRemoved) throw Errno.EIDRM
    checkIpcPermission(task, queue, 0o444)
    const at = select(queue, type)
    if (at >= 0) {
      const message = queue.messages[at]
      if (message.data.length > size && (flags & MSG_NOERROR) === 0) throw Errno.E2BIG
      queue.messages.splice(at, 1)
      queue.rtime = task.kernel.clock.realtimeMs
      queue.lastReceiver = task.pid
      queue.changed.wakeAll()
      return { type: message.type, data: message.data.subarray(0, size) }
    }
    if ((flags & IPC_NOWAIT) !== 0) throw Errno.ENOMSG
    yield queue.changed
  }
}

export function msgctl(task: Task, id: number, command: number, arg: unknown): unknown {
  const ids = msgIds(task)
  const queue = ids.require(id)
  switch (command) {
    case IPC_STAT:
      checkIpcPermission(task, queue, 0o444)
      return queue.stat(task.pidNs, task.userNs)
    case IPC_SET: {
      const change = arg as IpcChange
      checkIpcControl(task, queue)
      changeOwner(task, queue, change)
      if (change.qbytes !== undefined) queue.qbytes = change.qbytes
      return 0
    }
    case IPC_RMID:
      checkIpcControl(task, queue)
      ids.remove(queue)
      return 0
    default:
      throw Errno.EINVAL
  }
}
