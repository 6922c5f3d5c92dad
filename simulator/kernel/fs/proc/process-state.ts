// Readings of a process that several files show: its state letter, its memory, its numbers as seen from a PID namespace.
import type { Kernel } from '../../kernel.ts'
import type { PidNamespace } from '../../ns/pid-namespace.ts'
import { type Footprint, NO_MEMORY } from '../../mm/footprint.ts'
import type { Task } from '../../task.ts'
import { hasMemory } from './proc-inode.ts'

/** Kernel threads that sleep as others do; all the rest are workqueues and RCU, which wait without counting as load (TASK_IDLE). */
const SLEEPING_THREADS = /^(kthreadd|ksoftirqd\/|migration\/|cpuhp\/|kdevtmpfs|kauditd|khungtaskd|oom_reaper|kcompactd|ksmd|kswapd|jbd2\/)/

export type StateLetter = 'R' | 'S' | 'T' | 'Z' | 'X' | 'I'
export const STATE_NAMES: Readonly<Record<StateLetter, string>> = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'zombie', X: 'dead', I: 'idle' }

export function stateLetter(task: Task): StateLetter {
  switch (task.state) {
    case 'ready':
      return task.isParked ? 'S' : 'R'
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

/** What the process uses, in kilobytes. */
export function memoryOf(task: Task): Footprint {
  return hasMemory(task) ? task.mm.sizes : NO_MEMORY
}
/** What all of them together have to themselves, in kilobytes. */
export function usedByProcesses(kernel: Kernel): number {
  let used = 0
  for (const task of kernel.tasks.values()) used += memoryOf(task).anon
  return used
}
