// Signals: kill(2), sigaction(2), sigprocmask(2), sigsuspend(2), sigtimedwait(2), alarm(2), pause(2).
import { Errno } from '../abi/errno.ts'
import { SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, SIGALRM, SIGKILL, SIGRTMAX, SIGSTOP, type SigSet, sigBit } from '../abi/signal.ts'
import type { Timespec } from '../abi/syscalls.ts'
import { NSEC_PER_SEC } from '../kernel/clock.ts'
import { isIgnoredByDefault, killByNumber, sendSignal } from '../kernel/signal-send.ts'
import type { Task } from '../kernel/task.ts'
import { type KFlow, WaitQueue } from '../kernel/wait-queue.ts'
import type { Handlers } from './handlers.ts'

const UNBLOCKABLE: SigSet = sigBit(SIGKILL) | sigBit(SIGSTOP)

function* untilSignal(): KFlow<never> {
  const never = new WaitQueue()
  for (;;) yield never
}

function takePending(task: Task, set: SigSet): number {
  const found = task.signals.pending & set
  if (found === 0n) return 0
  let sig = 1
  while ((found & sigBit(sig)) === 0n) sig++
  task.signals.pending &= ~sigBit(sig)
  return sig
}

function* sigtimedwait(task: Task, set: SigSet, timeout: Timespec | undefined): KFlow<number> {
  const { clock } = task.kernel
  const deadline = timeout === undefined ? undefined : clock.now + timeout.sec * NSEC_PER_SEC + timeout.nsec
  const never = new WaitQueue()
  for (;;) {
    const sig = takePending(task, set)
    if (sig !== 0) {
      task.waitsForSignals = 0n
      return sig
    }
    if (deadline !== undefined && clock.now >= deadline) {
      task.waitsForSignals = 0n
      throw Errno.EAGAIN
    }
    task.waitsForSignals = set
    yield deadline === undefined ? never : { queues: [never], deadline }
  }
}

export const signalSyscalls = {
  kill: killByNumber,
  rt_sigaction(task, sig, action) {
    if (sig < 1 || sig > SIGRTMAX || (action !== undefined && (UNBLOCKABLE & sigBit(sig)) !== 0n)) throw Errno.EINVAL
    const old = task.signals.action(sig)
    if (action !== undefined) {
      task.signals.setAction(sig, { ...action, mask: action.mask & ~UNBLOCKABLE })
      if (action.handler === 'ignore' || (action.handler === 'default' && isIgnoredByDefault(sig))) task.signals.pending &= ~sigBit(sig)
    }
    return old
  },
  rt_sigprocmask(task, how, set) {
    const old = task.signals.blocked
    if (set === undefined) return old
    const wanted = set & ~UNBLOCKABLE
    if (how === SIG_BLOCK) task.signals.blocked = old | wanted
    else if (how === SIG_UNBLOCK) task.signals.blocked = old & ~wanted
    else if (how === SIG_SETMASK) task.signals.blocked = wanted
    else throw Errno.EINVAL
    return old
  },
  rt_sigpending: (task) => task.signals.pending & task.signals.blocked,
  rt_sigsuspend(task, mask) {
    task.savedMask ??= task.signals.blocked
    task.signals.blocked = mask & ~UNBLOCKABLE
    return untilSignal()
  },
  rt_sigtimedwait: sigtimedwait,
  pause: () => untilSignal(),
  alarm(task, seconds) {
    const { clock } = task.kernel
    const left = task.alarm === undefined ? 0 : (task.alarm.at - clock.now) / NSEC_PER_SEC
    task.alarm?.cancel()
    task.alarm = undefined
    if (seconds > 0) {
      const at = clock.now + seconds * NSEC_PER_SEC
      const cancel = clock.at(at, () => {
        task.alarm = undefined
        sendSignal(task.kernel, task, SIGALRM)
      })
      task.alarm = { at, cancel }
    }
    return left
  },
} satisfies Partial<Handlers>
