// Processes: clone(2), execve(2), wait4(2), ids, groups and sessions, priorities, limits. See the man page of each.
import { Errno } from '../abi/errno.ts'
import { CAP_SYS_NICE, CAP_SYS_RESOURCE } from '../abi/capability.ts'
import { PRIO_PGRP, PRIO_PROCESS, RLIM_INFINITY, SCHED_RESET_ON_FORK, type Rlimit, type RlimitName } from '../abi/sched.ts'
import { W_EXITCODE } from '../abi/signal.ts'
import { NSEC_PER_SEC } from '../kernel/clock.ts'
import { makeKuid } from '../kernel/cred/ids.ts'
import { capable, nsCapable } from '../kernel/cred/ns-capable.ts'
import { ptraceMayAccess } from '../kernel/cred/ptrace-access.ts'
import { yamaAllowsAttach } from '../kernel/security/yama.ts'
import { execve } from '../kernel/task-exec.ts'
import { exitTask } from '../kernel/task-exit.ts'
import { forkTask } from '../kernel/task-fork.ts'
import { setpgid, setsid } from '../kernel/task-groups.ts'
import type { Task } from '../kernel/task.ts'
import { wait4 } from '../kernel/task-wait.ts'
import { type KFlow, WaitQueue } from '../kernel/wait-queue.ts'
import { AT_FDCWD, O_RDWR } from '../abi/fcntl.ts'
import { anonInodePath } from '../kernel/fs/anon.ts'
import { PerfEventFile } from '../kernel/fs/perf-event.ts'
import { PidFile } from '../kernel/fs/pidfd.ts'
import { mayKill, sendSignal } from '../kernel/signal-send.ts'
import { installFile } from '../kernel/vfs/file-open.ts'
import { CLONE_VFORK } from '../abi/sched.ts'
import { setIoPriority, setScheduler } from '../kernel/task-priority.ts'
import { PROGRAM_REPLACED } from '../kernel/scheduler.ts'
import type { Handlers } from './handlers.ts'

function find(task: Task, pid: number): Task {
  const found = pid === 0 ? task : task.pidNs.find(pid)?.task
  if (found === undefined) throw Errno.ESRCH
  return found
}

function* vfork(task: Task, child: Task, done: WaitQueue): KFlow<number> {
  const number = child.numberIn(task.pidNs)
  while (child.vforkDone === done) yield done
  return number
}

const NICE_LOWEST = 19
const NICE_HIGHEST = -20

function priorityTargets(task: Task, which: number, who: number): readonly Task[] {
  if (which === PRIO_PROCESS) return [find(task, who)]
  if (which === PRIO_PGRP) {
    const group = who === 0 ? task.pgrp : task.pidNs.find(who)
    if (group === undefined || group.groupMembers.size === 0) throw Errno.ESRCH
    return [...group.groupMembers]
  }
  const uid = who === 0 ? task.cred.uid : makeKuid(task.cred.userNs, who)
  const targets = [...task.kernel.tasks.values()].filter((t) => t.cred.uid === uid && t.isAlive && t.numberIn(task.pidNs) !== 0)
  if (targets.length === 0) throw Errno.ESRCH
  return targets
}

function setNice(task: Task, target: Task, nice: number): void {
  const { cred } = task
  if (target.cred.uid !== cred.euid && target.cred.euid !== cred.euid && !nsCapable(task, target.cred.userNs, CAP_SYS_NICE)) throw Errno.EPERM
  const limit = 20 - (target.rlimits.get('NICE')?.soft ?? 0)
  if (nice < target.nice && nice < limit && !capable(task, CAP_SYS_NICE)) throw Errno.EACCES
  target.nice = nice
}

function changeLimit(task: Task, target: Task, resource: RlimitName, limit: Rlimit): void {
  const old = target.rlimits.get(resource) ?? { soft: RLIM_INFINITY, hard: RLIM_INFINITY }
  if (limit.soft > limit.hard) throw Errno.EINVAL
  if (limit.hard > old.hard && !capable(task, CAP_SYS_RESOURCE)) throw Errno.EPERM
  if (resource === 'NOFILE' && limit.hard > 1048576) throw Errno.EPERM
  target.rlimits = new Map(target.rlimits).set(resource, limit)
}

function mayChangeLimits(task: Task, target: Task): boolean {
  const a = task.cred
  const b = target.cred
  if (task === target) return true
  const same = a.uid === b.euid && a.uid === b.suid && a.uid === b.uid && a.gid === b.egid && a.gid === b.sgid && a.gid === b.gid
  return same || nsCapable(task, b.userNs, CAP_SYS_RESOURCE)
}

const PIDFD_NONBLOCK = 0o4000

function pidfd(task: Task, fd: number): PidFile {
  const file = task.files.require(fd)
  if (!(file instanceof PidFile)) throw Errno.EBADF
  return file
}

const seconds = (ns: number): number => ns / NSEC_PER_SEC

export const processSyscalls = {
  clone(task, flags, childFlow) {
    const child = forkTask(task, flags, childFlow)
    if ((flags & CLONE_VFORK) === 0) return child.numberIn(task.pidNs)
    child.vforkDone = new WaitQueue()
    return vfork(task, child, child.vforkDone)
  },
  execve: (task, path, argv, env) => execve(task, AT_FDCWD, path, argv, env),
  execveat: (task, dirfd, path, argv, env) => execve(task, dirfd, path, argv, env),
  exit_group(task, status) {
    exitTask(task, W_EXITCODE(status))
    throw PROGRAM_REPLACED
  },
  exit(task, status) {
    exitTask(task, W_EXITCODE(status))
    throw PROGRAM_REPLACED
  },
  wait4,
  getpid: (task) => task.numberIn(task.pidNs),
  gettid: (task) => task.numberIn(task.pidNs),
  getppid: (task) => task.parent?.numberIn(task.pidNs) ?? 0,
  getpgid: (task, pid) => find(task, pid).pgrp.numberIn(task.pidNs),
  setpgid,
  getsid: (task, pid) => find(task, pid).session.leader?.numberIn(task.pidNs) ?? 0,
  setsid,
  pidfd_open(task, pid, flags) {
    if ((flags & ~PIDFD_NONBLOCK) !== 0 || pid <= 0) throw Errno.EINVAL
    const target = find(task, pid)
    return installFile(task, new PidFile(anonInodePath(task.kernel, '[pidfd]'), O_RDWR | flags, target.pid), true)
  },
  perf_event_open(task, pid, inherit) {
    const target = find(task, pid)
    if (!target.isAlive) throw Errno.ESRCH
    if (target.tracer !== undefined || !ptraceMayAccess(task, target, 'trace') || !yamaAllowsAttach(task, target)) throw Errno.EPERM
    return installFile(task, new PerfEventFile(task, target, inherit), true)
  },
  pidfd_send_signal(task, fd, sig) {
    const target = pidfd(task, fd).task
    if (target === undefined) throw Errno.ESRCH
    if (!mayKill(task, target, sig)) throw Errno.EPERM
    sendSignal(task.kernel, target, sig, task)
    return 0
  },
  sched_yield(task) {
    task.kernel.scheduler.yieldCpu()
    return 0
  },
  cpu: () => 0,
  setpriority(task, which, who, prio) {
    const nice = Math.min(NICE_LOWEST, Math.max(NICE_HIGHEST, prio))
    for (const target of priorityTargets(task, which, who)) setNice(task, target, nice)
    return 0
  },
  getpriority: (task, which, who) => Math.min(...priorityTargets(task, which, who).map((t) => t.nice)),
  sched_setscheduler(task, pid, policy, priority) {
    setScheduler(task, find(task, pid), policy, priority)
    return 0
  },
  sched_getscheduler(task, pid) {
    const target = find(task, pid)
    return target.policy | (target.resetsPriorityOnFork ? SCHED_RESET_ON_FORK : 0)
  },
  sched_getparam: (task, pid) => find(task, pid).rtPriority,
  ioprio_set(task, which, who, ioprio) {
    for (const target of priorityTargets(task, which - 1, who)) setIoPriority(task, target, ioprio)
    return 0
  },
  ioprio_get: (task, which, who) => Math.min(...priorityTargets(task, which - 1, who).map((t) => t.ioPriority)),
  prlimit64(task, pid, resource, limit) {
    const target = find(task, pid)
    if (!mayChangeLimits(task, target)) throw Errno.EPERM
    const old = target.rlimits.get(resource) ?? { soft: RLIM_INFINITY, hard: RLIM_INFINITY }
    if (limit !== undefined) changeLimit(task, target, resource, limit)
    return old
  },
  getrusage: (task, children) =>
    children ? { utime: seconds(task.childrenUtime), stime: seconds(task.childrenStime) } : { utime: seconds(task.utime), stime: seconds(task.stime) },
} satisfies Partial<Handlers>
