// Scheduling policies and I/O priorities as settings (kernel/sched/core.c, block/ioprio.c): who may set which, and what the next fork inherits.
// Simpler: they are kept and shown, the scheduler of one CPU ignores them.
import { Errno } from '../abi/errno.ts'
import { CAP_SYS_ADMIN, CAP_SYS_NICE } from '../abi/capability.ts'
import {
  IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE, IOPRIO_CLASS_NONE, IOPRIO_CLASS_RT, IOPRIO_CLASS_SHIFT, SCHED_BATCH, SCHED_FIFO, SCHED_IDLE, SCHED_OTHER, SCHED_RESET_ON_FORK, SCHED_RR,
} from '../abi/sched.ts'
import { capable } from './cred/ns-capable.ts'
import type { Task } from './task.ts'

const isRealtime = (policy: number): boolean => policy === SCHED_FIFO || policy === SCHED_RR

/** __sched_setscheduler. Throws EINVAL for what no kernel knows, EPERM. */
export function setScheduler(task: Task, target: Task, wanted: number, priority: number): void {
  const policy = wanted & ~SCHED_RESET_ON_FORK
  const resets = (wanted & SCHED_RESET_ON_FORK) !== 0
  if (policy !== SCHED_OTHER && policy !== SCHED_BATCH && policy !== SCHED_IDLE && !isRealtime(policy)) throw Errno.EINVAL
  if (isRealtime(policy) ? priority < 1 || priority > 99 : priority !== 0) throw Errno.EINVAL
  const limit = target.rlimits.get('RTPRIO')?.soft ?? 0
  const isOwner = task.cred.euid === target.cred.euid || task.cred.euid === target.cred.uid
  const needsPrivilege = !isOwner
    || (isRealtime(policy) && ((policy !== target.policy && limit === 0) || (priority > target.rtPriority && priority > limit)))
    || (target.policy === SCHED_IDLE && policy !== SCHED_IDLE)
    || (target.resetsPriorityOnFork && !resets)
  if (needsPrivilege && !capable(task, CAP_SYS_NICE)) throw Errno.EPERM
  target.policy = policy
  target.rtPriority = priority
  target.resetsPriorityOnFork = resets
}

/** set_task_ioprio. Throws EINVAL, EPERM. */
export function setIoPriority(task: Task, target: Task, ioprio: number): void {
  const kind = ioprio >> IOPRIO_CLASS_SHIFT
  const data = ioprio & ((1 << IOPRIO_CLASS_SHIFT) - 1)
  if (kind === IOPRIO_CLASS_RT) {
    if (!capable(task, CAP_SYS_ADMIN) && !capable(task, CAP_SYS_NICE)) throw Errno.EPERM
  } else if (kind === IOPRIO_CLASS_NONE ? data !== 0 : kind !== IOPRIO_CLASS_BE && kind !== IOPRIO_CLASS_IDLE) throw Errno.EINVAL
  if ((kind === IOPRIO_CLASS_RT || kind === IOPRIO_CLASS_BE) && data >= 8) throw Errno.EINVAL
  if (target.cred.uid !== task.cred.euid && target.cred.uid !== task.cred.uid && !capable(task, CAP_SYS_NICE)) throw Errno.EPERM
  target.ioPriority = ioprio
}

/** sched_fork: what the child starts with. */
export function inheritPriority(child: Task, parent: Task): void {
  const { policy, nice, rtPriority, resetsPriorityOnFork } = parent
  const isReset = resetsPriorityOnFork && isRealtime(policy)
  child.policy = isReset ? SCHED_OTHER : policy
  child.rtPriority = isReset ? 0 : rtPriority
  child.nice = isReset || (resetsPriorityOnFork && nice < 0) ? 0 : nice
  child.ioPriority = parent.ioPriority
}

/** The `priority` of /proc/PID/stat: below 0 for realtime. */
export const shownPriority = (task: Task): number => (isRealtime(task.policy) ? -1 - task.rtPriority : 20 + task.nice)
