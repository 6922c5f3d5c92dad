// Sending signals (kernel/signal.c: send_signal, kill(2)): who may, what is dropped, who is woken.
import { Errno } from '../abi/errno.ts'
import { CAP_KILL } from '../abi/capability.ts'
import {
  SIGCHLD, SIGCONT, SIGKILL, SIGRTMAX, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, SIGNAL_NAMES, type SigSet, sigBit,
} from '../abi/signal.ts'
import { nsCapable } from './cred/ns-capable.ts'
import type { Kernel } from './kernel.ts'
import type { Pid } from './pid.ts'
import { checkSignal } from './security/apparmor/mediate.ts'
import type { Task } from './task.ts'

export const STOP_SIGNALS: SigSet = sigBit(SIGSTOP) | sigBit(SIGTSTP) | sigBit(SIGTTIN) | sigBit(SIGTTOU)
const IGNORED_BY_DEFAULT: SigSet = sigBit(SIGCONT) | sigBit(SIGCHLD) | sigBit(SIGWINCH) | sigBit(SIGURG)

export const isIgnoredByDefault = (sig: number): boolean => (IGNORED_BY_DEFAULT & sigBit(sig)) !== 0n
export const isStopSignal = (sig: number): boolean => (STOP_SIGNALS & sigBit(sig)) !== 0n
/** KILL and STOP cannot be caught, blocked or ignored. */
export const isKernelOnly = (sig: number): boolean => sig === SIGKILL || sig === SIGSTOP

/** SIGNAL_UNKILLABLE: the init of a PID namespace, the machine's own included. */
export const isUnkillable = (task: Task): boolean => task.pidNs.childReaper === task

/** sig_ignored: nothing would happen, so the signal is dropped at once. Blocked signals are kept, they may be unignored later. Kernel threads ignore all, KILL too. */
function isIgnored(task: Task, sig: number, force: boolean): boolean {
  if (task.isKernelThread) return true
  if ((task.signals.blocked & sigBit(sig)) !== 0n) return false
  const { handler } = task.signals.action(sig)
  if (isUnkillable(task) && handler === 'default' && !(force && isKernelOnly(sig))) return true
  return handler === 'ignore' || (handler === 'default' && isIgnoredByDefault(sig))
}

/**
 * Makes a signal pending and wakes the task. `from` is the sending task, undefined for the kernel and the terminal. A PID 1 drops what it has no handler for,
 * even KILL and STOP unless they come from an ancestor PID namespace or from the kernel (pid_namespaces(7)).
 */
export function sendSignal(kernel: Kernel, task: Task, sig: number, from?: Task): void {
  if (!task.isAlive || task.isExiting || sig === 0) return
  const signals = task.signals
  if (isStopSignal(sig)) signals.pending &= ~sigBit(SIGCONT)
  if (sig === SIGCONT) {
    signals.pending &= ~STOP_SIGNALS
    if (task.state === 'stopped') continueTask(kernel, task)
  }
  const force = from === undefined || from.numberIn(task.pidNs) === 0
  const ignored = isIgnored(task, sig, force)
  kernel.trace.emit('signal.send', from, { sig: SIGNAL_NAMES[sig], to: task.globalPid, dropped: ignored, unkillable: ignored && isUnkillable(task) })
  if (ignored) return
  signals.pending |= sigBit(sig)
  if (task.isParked) kernel.scheduler.refreeze(task)
  if (task.state === 'stopped') {
    if (sig === SIGKILL) {
      kernel.scheduler.makeReady(task)
    }
    return
  }
  if ((signals.blocked & sigBit(sig)) === 0n || task.waitsForSignals !== 0n) kernel.scheduler.wake(task)
}

function continueTask(kernel: Kernel, task: Task): void {
  task.stopReport = 0
  task.continueReport = true
  kernel.scheduler.makeReady(task)
  const parent = task.parent
  if (parent === undefined) return
  parent.waitable.add(task)
  parent.childChanged.wakeAll()
  if ((parent.signals.action(SIGCHLD).flags & 1) === 0) sendSignal(kernel, parent, SIGCHLD, task)
}

/** kill_pgrp by the kernel: every member of a process group. */
export function signalGroup(kernel: Kernel, group: Pid, sig: number, from?: Task): void {
  for (const task of [...group.groupMembers]) sendSignal(kernel, task, sig, from)
}

/** kill_ok_by_cred, plus the rule that SIGCONT may go anywhere in one's own session. */
export function mayKill(from: Task, to: Task, sig: number): boolean {
  const a = from.cred
  const b = to.cred
  if (a.euid === b.suid || a.euid === b.uid || a.uid === b.suid || a.uid === b.uid) return true
  if (sig === SIGCONT && from.session === to.session) return true
  return nsCapable(from, b.userNs, CAP_KILL)
}

/** kill(2): `pid` as in the caller's PID namespace; 0 its own group, -1 everybody it may signal but init and itself, below -1 a group. */
export function killByNumber(task: Task, pid: number, sig: number): 0 {
  const { kernel, pidNs } = task
  if (sig < 0 || sig > SIGRTMAX) throw Errno.EINVAL
  if (pid > 0) {
    const target = pidNs.find(pid)?.task
    if (target === undefined || target.state === 'dead') throw Errno.ESRCH
    checkedSend(task, target, sig)
    return 0
  }
  if (pid === -1) {
    let seen = 0
    let denied = false
    for (const found of [...pidNs.pids()]) {
      const target = found.task
      if (target === undefined || target === task || target.numberIn(pidNs) === 1 || target.isKernelThread) continue
      seen++
      if (mayKill(task, target, sig)) sendSignal(kernel, target, sig, task)
      else denied = true
    }
    if (seen === 0) throw Errno.ESRCH
    if (denied && seen === 1) throw Errno.EPERM
    return 0
  }
  const group = pid === 0 ? task.pgrp : pidNs.find(-pid)
  if (group === undefined || group.groupMembers.size === 0) throw Errno.ESRCH
  let sent = false
  for (const target of [...group.groupMembers]) {
    if (!mayKill(task, target, sig)) continue
    sent = true
    sendSignal(kernel, target, sig, task)
  }
  if (!sent) throw Errno.EPERM
  return 0
}

function checkedSend(from: Task, to: Task, sig: number): void {
  if (!mayKill(from, to, sig)) throw Errno.EPERM
  checkSignal(from, to, sig === 0 ? 'exists' : (SIGNAL_NAMES[sig] ?? String(sig)).toLowerCase())
  sendSignal(from.kernel, to, sig, from)
}
