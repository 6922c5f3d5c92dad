// What the scheduler asks about tasks and groups: where one waits, whether it may run, which calls start again.
import { sigBit, SIGKILL } from '../abi/signal.ts'
import type { Cgroup } from './cgroup/cgroup.ts'
import type { CpuState } from './cgroup/cpu.ts'
import { isFrozen } from './cgroup/freezer.ts'
import { endsAtOnce } from './signal-deliver.ts'
import type { Task } from './task.ts'

/** Calls that never start again after a handler has run (ERESTARTNOHAND, ERESTART_RESTARTBLOCK). */
export const NEVER_RESTARTED: ReadonlySet<string> = new Set(['clock_nanosleep', 'poll', 'pause', 'rt_sigsuspend', 'rt_sigtimedwait'])

/** The queue that a group's tasks wait in: its own, or that of the nearest group above which has the cpu controller. */
export function queueOf(group: Cgroup): CpuState {
  let level = group
  while (level.parent !== undefined && !level.has('cpu')) level = level.parent
  return level.cpu
}

/** complete_signal: a signal that ends the process without a core dump ends it at once, also a frozen one. */
function isDoomed({ signals }: Task): boolean {
  if ((signals.pending & sigBit(SIGKILL)) !== 0n) return true
  let sig = 1
  for (let ready = signals.pending & ~signals.blocked; ready !== 0n; ready >>= 1n, sig++) if ((ready & 1n) !== 0n && signals.action(sig).handler === 'default' && endsAtOnce(sig)) return true
  return false
}

/** Frozen, or held back for using too much memory. Death comes through all the same. */
export function isHeld(task: Task, now: number): boolean {
  if (task.heldUntil <= now && !isFrozen(task.cgroup)) return false
  return !task.isKernelThread && !isDoomed(task)
}

/** It has executed a program whose code hasn't come yet. */
export const lacksCode = ({ awaitedProgram, kernel }: Task): boolean => awaitedProgram !== undefined && kernel.programs.get(awaitedProgram) === undefined
