// Waiting for children (kernel/exit.c: do_wait, wait4(2)).
import { Errno } from '../abi/errno.ts'
import { W_CONTINUED, W_STOPSIG, WCONTINUED, WNOHANG, WUNTRACED } from '../abi/signal.ts'
import type { WaitResult } from '../abi/syscalls.ts'
import type { Pid } from './pid.ts'
import { reap } from './task-exit.ts'
import type { Task } from './task.ts'
import type { KFlow } from './wait-queue.ts'

/** `pid` as in wait4(2), in the caller's PID namespace. With WNOHANG and nothing to report the result's pid is 0. */
export function* wait4(task: Task, pid: number, options: number): KFlow<WaitResult> {
  const group = pid === 0 ? task.pgrp : pid < -1 ? task.pidNs.find(-pid) : undefined
  for (;;) {
    if (!hasCandidate(task, pid, group)) throw Errno.ECHILD
    const found = report(task, pid, group, options)
    if (found !== undefined) return found
    if ((options & WNOHANG) !== 0) return { pid: 0, status: 0, rusage: { utime: 0, stime: 0 } }
    yield task.childChanged
  }
}

function hasCandidate(task: Task, pid: number, group: Pid | undefined): boolean {
  if (pid > 0) return task.pidNs.find(pid)?.task?.parent === task
  if (pid === -1) return task.children.size > 0
  if (group === undefined) return false
  for (const member of group.groupMembers) if (member.parent === task) return true
  return false
}

function report(task: Task, pid: number, group: Pid | undefined, options: number): WaitResult | undefined {
  const single = pid > 0 ? task.pidNs.find(pid)?.task : undefined
  const candidates = single !== undefined ? (task.waitable.has(single) ? [single] : []) : task.waitable
  for (const child of candidates) {
    if (group !== undefined && child.pgrp !== group) continue
    const number = child.numberIn(task.pidNs)
    if (child.state === 'zombie') {
      const result = { pid: number, status: child.exitStatus, rusage: { utime: child.utime + child.childrenUtime, stime: child.stime + child.childrenStime } }
      reap(child)
      return result
    }
    const rusage = { utime: child.utime, stime: child.stime }
    if (child.stopReport !== 0 && (options & WUNTRACED) !== 0) {
      const status = W_STOPSIG(child.stopReport)
      child.stopReport = 0
      task.waitable.delete(child)
      return { pid: number, status, rusage }
    }
    if (child.continueReport && (options & WCONTINUED) !== 0) {
      child.continueReport = false
      task.waitable.delete(child)
      return { pid: number, status: W_CONTINUED, rusage }
    }
  }
  return undefined
}
