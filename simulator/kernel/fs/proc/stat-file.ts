// /proc/PID/stat and statm (fs/proc/array.c: do_task_stat; proc(5) names the 52 fields).
import { major, minor } from '../../../abi/stat.ts'
import type { PidNamespace } from '../../ns/pid-namespace.ts'
import type { Task } from '../../task.ts'
import { shownPriority } from '../../task-priority.ts'
import { hasMemory } from './proc-inode.ts'
import { groupNumber, memoryOf, parentNumber, sessionNumber, stateLetter } from './process-state.ts'

const NSEC_PER_TICK = 1e7
const PF_FORKNOEXEC = 0x40, PF_RANDOMIZE = 0x400000, PF_KTHREAD = 0x200000, PF_SUPERPRIV = 0x100, PF_NOFREEZE = 0x8000
const RSS_LIMIT = '18446744073709551615'
const CODE_START = 94704146104320n, STACK_START = 140733672951872n

export const ticks = (nanoseconds: number): number => Math.floor(nanoseconds / NSEC_PER_TICK)
/** new_encode_dev */
export const encodeDev = (dev: number): number => (minor(dev) & 0xff) | (major(dev) << 8) | ((minor(dev) & ~0xff) << 12)

/** `permitted`: the reader may look into the process; addresses and the exit code are zero otherwise. */
export function showStat(task: Task, ns: PidNamespace, bootOffset: number, permitted: boolean): string {
  const m = memoryOf(task)
  const { tty } = task.session
  const flags = task.isKernelThread ? PF_KTHREAD | PF_NOFREEZE | PF_FORKNOEXEC : PF_RANDOMIZE | (task.didExec ? 0 : PF_FORKNOEXEC) | (task.usedPrivileges ? PF_SUPERPRIV : 0)
  const addresses = permitted && hasMemory(task)
  const at = (base: bigint, offset: number): string => (addresses ? String(base + BigInt(offset)) : '0')
  const low31 = (set: bigint): string => String(set & 0x7fffffffn)
  const { signals } = task
  return [
    task.numberIn(ns), `(${task.comm})`, stateLetter(task), parentNumber(task, ns), groupNumber(task, ns), sessionNumber(task, ns),
    tty === undefined ? 0 : encodeDev(tty.dev), tty === undefined ? -1 : (tty.foreground?.numberIn(ns) ?? 0), flags,
    task.isKernelThread ? 0 : 97, 0, 0, 0, ticks(task.utime), ticks(task.stime), ticks(task.childrenUtime), ticks(task.childrenStime),
    shownPriority(task), task.nice, 1, 0, ticks(task.startTime + bootOffset), m.size * 1024, m.rss / 4, RSS_LIMIT,
    hasMemory(task) ? (addresses ? String(CODE_START) : 1) : 0, hasMemory(task) ? (addresses ? at(CODE_START, 19881) : 1) : 0, at(STACK_START, 0), 0, 0,
    low31(signals.pending), low31(signals.blocked), task.isKernelThread ? '2147483647' : low31(signals.ignored), low31(signals.caught),
    permitted && task.state !== 'ready' && task.isAlive ? 1 : 0, 0, 0, task.isKernelThread ? 0 : task.exitSignal, 0, task.rtPriority, task.policy, 0, 0, 0,
    at(CODE_START, 35888), at(CODE_START, 37504), at(CODE_START, 458729728), at(STACK_START, 3809), at(STACK_START, 3829), at(STACK_START, 3829), at(STACK_START, 4011),
    permitted ? task.exitStatus : 0,
  ].join(' ') + '\n'
}

export function showStatm(task: Task): string {
  const m = memoryOf(task)
  const pages = (kb: number): number => Math.ceil(kb / 4)
  return `${pages(m.size)} ${pages(m.rss)} ${pages(m.rss - m.anon)} ${pages(m.code)} 0 ${pages(m.data + m.stack)} 0\n`
}
