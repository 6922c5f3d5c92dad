// The end of a task (kernel/exit.c, _exit(2)): what it held is released, children get a new parent, the parent is told; the init of a PID namespace takes
// everybody else there with it (zap_pid_ns_processes, pid_namespaces(7)).
import { SA_NOCLDWAIT, SIGCHLD, SIGCONT, SIGHUP, SIGKILL } from '../abi/signal.ts'
import { dies, forget } from './cgroup/cgroup.ts'
import { leaveGroups as leaveOldGroups } from './cgroup/cgroup1.ts'
import { detachAll, forgetCreated } from './ipc/shm.ts'
import { releaseMemory } from './mm/mm.ts'
import { releaseProxy } from './ns/nsproxy.ts'
import { sendSignal, signalGroup } from './signal-send.ts'
import { setExe } from './task-exe.ts'
import { hangUpIfOrphaned, leaveGroups } from './task-groups.ts'
import type { Task } from './task.ts'

/** Ends a task with a wait4 status word. The rest of its PID namespace goes first when it is the init there. */
export function exitTask(task: Task, status: number): void {
  if (!task.isAlive) return
  const { kernel } = task
  if (!task.isExiting) {
    task.isExiting = true
    task.exitStatus = status
    dropProgram(task)
    task.files.release()
    detachAll(task)
    forgetCreated(task)
    releaseMemory(task)
    leaveTerminal(task)
    task.alarm?.cancel()
    task.alarm = undefined
    task.vforkDone?.wakeAll()
    task.vforkDone = undefined
    kernel.trace.emit('task.exit', task, { status, comm: task.comm })
    if (task.pidNs.childReaper === task) zapPidNamespace(task)
  }
  if (task.pidNs.childReaper === task && task.pidNs.population > 1) {
    task.state = 'sleeping'
    return
  }
  finishExit(task)
}

/** Drops a call that sleeps; the kernel's own `finally` blocks give back what it held. */
export function abandonCall(task: Task): void {
  const { handler } = task
  task.handler = undefined
  handler?.return(undefined)
}

function dropProgram(task: Task): void {
  task.cancelSleep?.()
  task.cancelSleep = undefined
  task.frames.length = 0
  abandonCall(task)
  task.request = undefined
  task.isInterrupted = false
}

/** Kills everybody else in the namespace of a dying init; numbers are no longer handed out. */
function zapPidNamespace(init: Task): void {
  const ns = init.pidNs
  ns.allocates = false
  if (ns.parent === undefined) init.kernel.printk(0, `Kernel panic - not syncing: Attempted to kill init! exitcode=0x${init.exitStatus.toString(16).padStart(8, '0')}`)
  for (const pid of [...ns.pids()]) {
    const task = pid.task
    if (task === undefined || task === init) continue
    if (task.state === 'zombie' && task.parent === init) reap(task)
    else sendSignal(init.kernel, task, SIGKILL)
  }
}

function finishExit(task: Task): void {
  const { kernel } = task
  reparentChildren(task)
  if (heldGroup(task, task.parent)) hangUpIfOrphaned(task.pgrp, task)
  setExe(task, undefined)
  task.fs.release()
  releaseProxy(task.nsproxy)
  dies(task)
  leaveOldGroups(task)
  task.state = 'zombie'
  const parent = task.parent
  if (parent === undefined || parent.isExiting) {
    reap(task)
    return
  }
  const action = parent.signals.action(SIGCHLD)
  const autoReap = task.exitSignal === SIGCHLD && (action.handler === 'ignore' || (action.flags & SA_NOCLDWAIT) !== 0)
  if (task.exitSignal !== 0) sendSignal(kernel, parent, task.exitSignal, task)
  if (autoReap) reap(task)
  else parent.waitable.add(task)
  parent.childChanged.wakeAll()
}

/** release_task: the zombie is gone, its numbers are free. */
export function reap(task: Task): void {
  const { kernel, parent, pidNs } = task
  task.state = 'dead'
  if (parent !== undefined) {
    parent.children.delete(task)
    parent.waitable.delete(task)
    parent.childrenUtime += task.utime + task.childrenUtime
    parent.childrenStime += task.stime + task.childrenStime
  }
  kernel.tasks.delete(task.globalPid)
  kernel.countProcess(task.cred.uid, -1)
  if (pidNs.childReaper === task) pidNs.childReaper = undefined
  leaveGroups(task)
  forget(task)
  task.pid.task = undefined
  task.pid.freeIfUnused()
  task.cred.userNs.release('task')
  const levels = task.pid.numbers
  for (const { ns } of levels) {
    const init = ns.childReaper
    if (init !== undefined && init.isExiting && init.state === 'sleeping' && ns.population <= 1) finishExit(init)
  }
  pidNs.release('task')
}

/** forget_original_parent: to the nearest living subreaper above in the same PID namespace, else to the namespace's init. */
function reparentChildren(task: Task): void {
  if (task.children.size === 0) return
  const heir = findReaper(task)
  const { kernel } = task
  for (const child of [...task.children]) {
    task.children.delete(child)
    task.waitable.delete(child)
    if (heir === undefined || heir === task) {
      child.parent = undefined
      if (child.state === 'zombie') reap(child)
      continue
    }
    child.parent = heir
    child.exitSignal = SIGCHLD
    heir.children.add(child)
    kernel.trace.emit('task.reparent', child, { from: task.globalPid, to: heir.globalPid })
    if (child.pdeathSignal !== 0) sendSignal(kernel, child, child.pdeathSignal, task)
    if (child.state === 'zombie') {
      if (heir.isExiting || heir.signals.action(SIGCHLD).handler === 'ignore') reap(child)
      else {
        heir.waitable.add(child)
        sendSignal(kernel, heir, SIGCHLD, child)
        heir.childChanged.wakeAll()
      }
    } else if (heldGroup(child, task)) hangUpIfOrphaned(child.pgrp, task)
  }
}

/** kill_orphaned_pgrp's condition: the tie between these two is one that keeps the task's group from being orphaned. */
const heldGroup = (task: Task, parent: Task | undefined): boolean => parent !== undefined && parent.pgrp !== task.pgrp && parent.session === task.session

function findReaper(task: Task): Task | undefined {
  const ns = task.pidNs
  for (let t = task.parent; t !== undefined && t.pidNs === ns; t = t.parent) {
    if (t === ns.childReaper) break
    if (t.isSubreaper && t.isAlive && !t.isExiting) return t
  }
  const init = ns.childReaper
  return init === task ? undefined : init
}

/** disassociate_ctty: a session leader takes its terminal with it. */
function leaveTerminal(task: Task): void {
  const { kernel, session } = task
  const tty = session.tty
  if (session.leader !== task.pid || tty === undefined) return
  session.tty = undefined
  tty.session = undefined
  const foreground = tty.foreground
  tty.foreground = undefined
  if (foreground !== undefined) {
    signalGroup(kernel, foreground, SIGHUP)
    signalGroup(kernel, foreground, SIGCONT)
  }
}
