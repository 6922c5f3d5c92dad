// Readings of a process that several files show: its state letter, its memory, its numbers as seen from a PID namespace.
import type { PidNamespace } from '../../ns/pid-namespace.ts'
import type { Task } from '../../task.ts'
import { hasMemory } from './proc-inode.ts'

/** Kernel threads that sleep as others do; all the rest are workqueues and RCU, which wait without counting as load (TASK_IDLE). */
const SLEEPING_THREADS = /^(kthreadd|ksoftirqd\/|migration\/|cpuhp\/|kdevtmpfs|kauditd|khungtaskd|oom_reaper|kcompactd|ksmd|kswapd|jbd2\/)/

export type StateLetter = 'R' | 'S' | 'T' | 'Z' | 'X' | 'I'
export const STATE_NAMES: Readonly<Record<StateLetter, string>> = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'zombie', X: 'dead', I: 'idle' }

export function stateLetter(task: Task): StateLetter {
  switch (task.state) {
    case 'ready':
      return 'R'
    case 'stopped':
      return 'T'
    case 'zombie':
      return 'Z'
    case 'dead':
      return 'X'
    case 'sleeping':
      return task.isKernelThread && !SLEEPING_THREADS.test(task.comm) ? 'I' : 'S'
  }
}

/** Number of the parent in `ns`; 0 where it has none, or lives outside. */
export const parentNumber = (task: Task, ns: PidNamespace): number => task.parent?.numberIn(ns) ?? 0
/** Kernel threads and init start in a group without a number. */
export const groupNumber = (task: Task, ns: PidNamespace): number => (hasGroup(task) ? task.pgrp.numberIn(ns) : 0)
export const hasGroup = (task: Task): boolean => task.session.leader !== undefined && task.pgrp.groupMembers.has(task)
export const sessionNumber = (task: Task, ns: PidNamespace): number => task.session.leader?.numberIn(ns) ?? 0

/** Sizes in kilobytes. */
export interface Memory {
  readonly size: number
  readonly rss: number
  readonly anon: number
  readonly data: number
  readonly stack: number
  readonly code: number
  readonly lib: number
  readonly pageTables: number
}
const NONE: Memory = { size: 0, rss: 0, anon: 0, data: 0, stack: 0, code: 0, lib: 0, pageTables: 0 }
const SMALL: Memory = { size: 3052, rss: 932, anon: 88, data: 360, stack: 132, code: 20, lib: 1528, pageTables: 44 }
const SHELL: Memory = { size: 4188, rss: 3432, anon: 404, data: 548, stack: 132, code: 772, lib: 1596, pageTables: 48 }
const DASH: Memory = { size: 2576, rss: 940, anon: 92, data: 192, stack: 132, code: 84, lib: 1524, pageTables: 44 }
const PROCPS: Memory = { size: 8088, rss: 3932, anon: 700, data: 1060, stack: 132, code: 72, lib: 4300, pageTables: 56 }
const BY_EXE: ReadonlyMap<string, Memory> = new Map([['bash', SHELL], ['dash', DASH], ['sh', DASH], ['ps', PROCPS], ['top', PROCPS], ['pgrep', PROCPS]])

/** What the process would use: nothing is really allocated, so each program has one typical size. */
export function memoryOf(task: Task): Memory {
  if (!hasMemory(task)) return NONE
  return BY_EXE.get(task.exe?.dentry.name ?? '') ?? SMALL
}
