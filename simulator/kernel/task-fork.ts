// Making tasks (kernel/fork.c, clone(2)): everything that can fail happens first, then one block that makes the child real.
import { inheritPriority } from './task-priority.ts'
import { Errno } from '../abi/errno.ts'
import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE } from '../abi/capability.ts'
import { CLONE_FS, CLONE_NEW_ALL, CLONE_NEWNS, CLONE_NEWUSER, CLONE_PARENT, CLONE_VFORK, CLONE_VM } from '../abi/sched.ts'
import { GLOBAL_ROOT_UID } from './cred/ids.ts'
import { SECCOMP_MODE_STRICT } from '../abi/seccomp.ts'
import { SIGKILL, W_EXITCODE } from '../abi/signal.ts'
import type { Flow } from '../abi/syscalls.ts'
import { enter, rootCgroup } from './cgroup/cgroup.ts'
import { inheritGroups } from './cgroup/cgroup1.ts'
import { checkPids } from './cgroup/pids.ts'
import { capable } from './cred/ns-capable.ts'
import { NSEC_PER_USEC } from './clock.ts'
import { inheritAttached } from './ipc/shm.ts'
import type { Kernel } from './kernel.ts'
import { createNamespaces, createUserNamespace } from './ns/create-namespaces.ts'
import { holdProxy, type NsProxy, releaseProxy } from './ns/nsproxy.ts'
import { setExe } from './task-exe.ts'
import { exitTask } from './task-exit.ts'
import { joinGroup, joinSession } from './task-groups.ts'
import { Task, type TaskInit } from './task.ts'

const FORK_COST = 50 * NSEC_PER_USEC

/** clone(2): answers the child. Throws EPERM, EINVAL, ENOSPC, EAGAIN, ENOMEM as Linux does, with nothing changed. */
export function forkTask(parent: Task, flags: number, childFlow: () => Flow<number>): Task {
  const { kernel } = parent
  if ((flags & CLONE_NEWNS) !== 0 && (flags & CLONE_FS) !== 0) throw Errno.EINVAL
  if ((flags & CLONE_PARENT) !== 0 && parent.pidNs.childReaper === parent) throw Errno.EINVAL
  checkLimits(parent)
  checkPids(parent)
  const userNs = (flags & CLONE_NEWUSER) !== 0 ? createUserNamespace(parent) : undefined
  const cred = userNs?.cred ?? parent.cred
  const fs = parent.fs.copy()
  let nsproxy: NsProxy
  try {
    nsproxy = proxyForChild(parent, flags, cred, fs)
  } catch (error) {
    fs.release()
    userNs?.undo()
    throw error
  }
  let pid
  try {
    pid = nsproxy.pidForChildren.allocPid()
  } catch (error) {
    holdProxy(nsproxy)
    releaseProxy(nsproxy)
    fs.release()
    userNs?.undo()
    throw error
  }
  const realParent = (flags & CLONE_PARENT) !== 0 ? parent.parent : parent
  const child = attachTask({ kernel, pid, parent: realParent, cred, nsproxy, fs, files: parent.files.copy(), signals: parent.signals.copy(), comm: parent.comm }, parent)
  // copy_signal: from who clones, also with CLONE_PARENT
  child.oomScoreAdj = parent.oomScoreAdj
  child.oomScoreAdjMin = parent.oomScoreAdjMin
  inheritAttached(parent, child)
  inheritMemory(parent, child, flags)
  startFlow(child, childFlow())
  kernel.trace.emit('task.fork', parent, { child: child.globalPid, pids: pid.numbers.map((n) => n.nr), flags: flags & CLONE_NEW_ALL })
  kernel.scheduler.charge(parent, FORK_COST)
  kernel.scheduler.makeReady(child)
  return child
}

/** dup_mm: a copy, charged to the group; or the same memory for a thread and for a child that is about to execute something else. */
function inheritMemory(parent: Task, child: Task, flags: number): void {
  if ((flags & CLONE_VM) !== 0) {
    child.mm = parent.mm
    child.mm.users++
    return
  }
  child.mm = parent.mm.copy()
  child.mm.chargeProgram(child)
  child.mm.touchAs(child, parent.mm)
}

function checkLimits(parent: Task): void {
  const { kernel } = parent
  const limit = parent.rlimits.get('NPROC')?.soft ?? Infinity
  if (parent.cred.uid !== GLOBAL_ROOT_UID && kernel.processCount(parent.cred.uid) >= limit && !capable(parent, CAP_SYS_RESOURCE) && !capable(parent, CAP_SYS_ADMIN)) throw Errno.EAGAIN
  if (kernel.tasks.size >= kernel.maxThreads) throw Errno.EAGAIN
}

function proxyForChild(parent: Task, flags: number, cred: Task['cred'], fs: Task['fs']): NsProxy {
  const old = parent.nsproxy
  const time = old.timeForChildren
  if (time !== old.time && (flags & (CLONE_VM | CLONE_VFORK)) === (CLONE_VM | CLONE_VFORK)) throw Errno.EINVAL
  const made = (flags & CLONE_NEW_ALL & ~CLONE_NEWUSER) === 0 ? old : createNamespaces(parent, flags, cred, fs)
  if (made.time === made.timeForChildren) return made
  made.timeForChildren.frozen = true
  return { ...made, time: made.timeForChildren }
}

/** The point of no return: the task exists, is counted everywhere and can be found. `template` gives what a child inherits besides TaskInit. */
export function attachTask(init: TaskInit, template: Task | undefined): Task {
  const { kernel, pid, parent, nsproxy, cred } = init
  const task = new Task(init)
  holdProxy(nsproxy)
  cred.userNs.hold('task')
  const ns = pid.ns
  ns.hold('task')
  pid.task = task
  if (ns.childReaper === undefined) ns.childReaper = task
  kernel.tasks.set(task.globalPid, task)
  kernel.countProcess(cred.uid, 1)
  kernel.forks++
  parent?.children.add(task)
  enter(task, template?.cgroup ?? rootCgroup(kernel))
  if (template !== undefined) inheritGroups(task, template)
  if (template !== undefined) {
    task.pgrp = template.pgrp
    task.session = template.session
    task.argv = template.argv
    task.env = template.env
    setExe(task, template.exe)
    task.noNewPrivs = template.noNewPrivs
    task.seccomp = template.seccomp
    task.apparmor = template.apparmor
    task.dumpable = template.dumpable
    task.keepsCapsOnSetuid = template.keepsCapsOnSetuid
    inheritPriority(task, template)
    task.rlimits = template.rlimits
    task.vruntime = template.vruntime
  }
  joinGroup(task, task.pgrp)
  joinSession(task, task.session)
  return task
}

/** Returning from main() is exit_group(2), which seccomp's strict mode does not know. */
const returnStatus = (task: Task, status: number): number => (task.seccomp?.mode === SECCOMP_MODE_STRICT ? SIGKILL : W_EXITCODE(status))

/** Makes `flow` the task's program: its value is the exit status. */
export function startFlow(task: Task, flow: Flow<number>): void {
  task.frames.length = 0
  task.frames.push({ flow, input: undefined, onReturn: (status) => exitTask(task, returnStatus(task, status as number)) })
}

/** A kernel thread: shows up in ps, never runs. */
export function spawnKernelThread(kernel: Kernel, parent: Task | undefined, template: Task, name: string): Task {
  const task = attachTask(
    { kernel, pid: kernel.initPidNs.allocPid(), parent, cred: template.cred, nsproxy: template.nsproxy, fs: template.fs.copy(), files: template.files.copy(), signals: template.signals.copy(), comm: name },
    undefined,
  )
  task.isKernelThread = true
  task.state = 'sleeping'
  return task
}
