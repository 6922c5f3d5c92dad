// Delivering signals when a task is about to run its program (kernel/signal.c: get_signal, signal(7)): default actions, stops, handlers.
import { SA_NOCLDSTOP, SA_RESTART, SIGABRT, SIGBUS, SIGCHLD, SIGFPE, SIGILL, SIGKILL, SIGQUIT, SIGSEGV, SIGSTOP, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ, SIGNAL_NAMES, sigBit, type SigSet } from '../abi/signal.ts'
import type { Flow } from '../abi/syscalls.ts'
import { dumpCore } from './core-dump.ts'
import { isIgnoredByDefault, isKernelOnly, isStopSignal, isUnkillable, sendSignal } from './signal-send.ts'
import { exitTask } from './task-exit.ts'
import type { Task } from './task.ts'
import { isOrphanedGroup } from './task-groups.ts'

const DUMPS_CORE: SigSet = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS].reduce((set, sig) => set | sigBit(sig), 0n)

/** sig_fatal and not for a core dump. */
export const endsAtOnce = (sig: number): boolean => !isIgnoredByDefault(sig) && !isStopSignal(sig) && (DUMPS_CORE & sigBit(sig)) === 0n

export function hasDeliverableSignal(task: Task): boolean {
  const { pending, blocked } = task.signals
  return pending !== 0n && (pending & ~blocked) !== 0n
}

function nextSignal(task: Task): number {
  const ready = task.signals.pending & ~task.signals.blocked
  if (ready === 0n) return 0
  if ((ready & sigBit(SIGKILL)) !== 0n) return SIGKILL
  let sig = 1
  for (let rest = ready; (rest & 1n) === 0n; rest >>= 1n) sig++
  return sig
}

/** Acts on pending signals. False when the task has ended or stopped; true when it may go on, perhaps in a handler. */
export function deliverSignals(task: Task): boolean {
  const { kernel, signals } = task
  for (;;) {
    const sig = nextSignal(task)
    if (sig === 0) break
    signals.pending &= ~sigBit(sig)
    const action = signals.action(sig)
    kernel.trace.emit('signal.deliver', task, { sig: SIGNAL_NAMES[sig], handler: typeof action.handler === 'function' ? 'function' : action.handler })
    if (action.handler === 'ignore') continue
    if (typeof action.handler === 'function') {
      runHandler(task, sig)
      return true
    }
    if (isIgnoredByDefault(sig)) continue
    if (isUnkillable(task) && !isKernelOnly(sig)) continue
    if (isStopSignal(sig)) {
      if (sig !== SIGSTOP && isOrphanedGroup(task.pgrp)) continue
      stopTask(task, sig)
      return false
    }
    exitTask(task, sig | ((DUMPS_CORE & sigBit(sig)) !== 0n && dumpCore(task, sig) ? 0x80 : 0))
    return false
  }
  if (task.savedMask !== undefined && !task.isInterrupted) {
    signals.blocked = task.savedMask
    task.savedMask = undefined
  }
  return true
}

function runHandler(task: Task, sig: number): void {
  const { kernel, signals } = task
  const action = signals.action(sig)
  if (typeof action.handler !== 'function') return
  kernel.scheduler.endInterruptedCall(task, (action.flags & SA_RESTART) !== 0)
  const before = task.savedMask ?? signals.blocked
  task.savedMask = undefined
  signals.blocked |= action.mask | sigBit(sig)
  pushFrame(task, action.handler(sig), () => {
    signals.blocked = before
  })
}

/** Starts a handler on top of what the task was doing. The call below, if it is to start again, does so afterwards. */
function pushFrame(task: Task, flow: Flow<unknown>, onReturn: () => void): void {
  const request = task.isInterrupted ? task.request : undefined
  task.isInterrupted = false
  task.request = undefined
  task.frames.push({
    flow,
    input: undefined,
    onReturn: () => {
      onReturn()
      if (request === undefined) return
      task.request = request
      task.isInterrupted = true
    },
  })
}

function stopTask(task: Task, sig: number): void {
  const { kernel, parent } = task
  task.state = 'stopped'
  task.stopReport = sig
  task.continueReport = false
  kernel.trace.emit('task.stop', task, { sig: SIGNAL_NAMES[sig] })
  if (parent === undefined) return
  parent.waitable.add(task)
  parent.childChanged.wakeAll()
  if ((parent.signals.action(SIGCHLD).flags & SA_NOCLDSTOP) === 0) sendSignal(kernel, parent, SIGCHLD, task)
}
