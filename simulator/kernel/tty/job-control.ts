// Terminals and process groups (drivers/tty/tty_jobctrl.c, tty_ioctl(4), credentials(7)): who may read and write, who gets the signals of the keyboard.
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { SIGCONT, SIGHUP, SIGTTIN, SIGTTOU, sigBit } from '../../abi/signal.ts'
import { capable } from '../cred/ns-capable.ts'
import { sendSignal, signalGroup } from '../signal-send.ts'
import { isOrphanedGroup } from '../task-groups.ts'
import type { Task } from '../task.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import type { Tty } from './tty.ts'

/** Nobody wakes it: a task that waits here goes on when the signal it was just sent is delivered. */
const UNTIL_SIGNAL = new WaitQueue()

const ignores = (task: Task, sig: number): boolean => (task.signals.blocked & sigBit(sig)) !== 0n || task.signals.action(sig).handler === 'ignore'

/**
 * tty_check_change: a process of a background group is stopped by SIGTTIN or SIGTTOU before it may touch its controlling terminal. After SIGCONT the call
 * starts again. Throws EIO where nobody could continue it (an orphaned group), or for reading with SIGTTIN ignored.
 */
export function* checkForeground(task: Task, tty: Tty, sig: typeof SIGTTIN | typeof SIGTTOU): KFlow<void> {
  while (task.session.tty === tty && tty.foreground !== undefined && tty.foreground !== task.pgrp) {
    if (ignores(task, sig)) {
      if (sig === SIGTTIN) throw Errno.EIO
      return
    }
    if (isOrphanedGroup(task.pgrp)) throw Errno.EIO
    signalGroup(task.kernel, task.pgrp, sig, task)
    yield UNTIL_SIGNAL
  }
}

const isLeader = (task: Task): boolean => task.session.leader === task.pid

/** proc_set_tty */
export function makeControlling(task: Task, tty: Tty): void {
  tty.session = task.session
  tty.foreground = task.pgrp
  task.session.tty = tty
}

/** open(2) of a terminal without O_NOCTTY: a session leader without a terminal gets it, if it is nobody's. */
export function adoptOnOpen(task: Task, tty: Tty): void {
  if (isLeader(task) && task.session.tty === undefined && tty.session === undefined) makeControlling(task, tty)
}

/** TIOCSCTTY */
export function setControllingTty(task: Task, tty: Tty, force: boolean): 0 {
  if (isLeader(task) && task.session === tty.session) return 0
  if (!isLeader(task) || task.session.tty !== undefined) throw Errno.EPERM
  if (tty.session !== undefined) {
    if (!force || !capable(task, CAP_SYS_ADMIN)) throw Errno.EPERM
    tty.session.tty = undefined
  }
  makeControlling(task, tty)
  return 0
}

/** TIOCNOTTY: a session leader takes the terminal away from all its session. */
export function giveUpTty(task: Task, tty: Tty): 0 {
  if (task.session.tty !== tty) throw Errno.ENOTTY
  if (!isLeader(task)) return 0
  const { foreground } = tty
  task.session.tty = undefined
  tty.session = undefined
  tty.foreground = undefined
  if (foreground !== undefined) {
    signalGroup(task.kernel, foreground, SIGHUP)
    signalGroup(task.kernel, foreground, SIGCONT)
  }
  return 0
}

/** TIOCGPGRP: the foreground group as the caller's PID namespace numbers it. */
export function getForeground(task: Task, tty: Tty): number {
  if (task.session.tty !== tty) throw Errno.ENOTTY
  return tty.foreground?.numberIn(task.pidNs) ?? 0
}

/** TIOCSPGRP */
export function* setForeground(task: Task, tty: Tty, number: number): KFlow<0> {
  yield* checkForeground(task, tty, SIGTTOU)
  if (task.session.tty !== tty || tty.session !== task.session) throw Errno.ENOTTY
  if (number < 0) throw Errno.EINVAL
  const group = task.pidNs.find(number)
  if (group === undefined) throw Errno.ESRCH
  const member = group.groupMembers.values().next().value ?? group.task
  if (member === undefined || member.session !== task.session) throw Errno.EPERM
  tty.foreground = group
  return 0
}

/** TIOCGSID */
export function getTtySession(task: Task, tty: Tty): number {
  if (task.session.tty !== tty || tty.session === undefined) throw Errno.ENOTTY
  return tty.session.leader?.numberIn(task.pidNs) ?? 0
}

/** __tty_hangup: the session loses its terminal, its leader and the foreground are told. */
export function hangUpSession(tty: Tty): void {
  const { session, foreground, kernel } = tty
  tty.session = undefined
  tty.foreground = undefined
  if (session === undefined) return
  session.tty = undefined
  const leader = session.leader?.task
  if (leader !== undefined) {
    sendSignal(kernel, leader, SIGHUP)
    sendSignal(kernel, leader, SIGCONT)
  }
  if (foreground !== undefined) signalGroup(kernel, foreground, SIGHUP)
}
