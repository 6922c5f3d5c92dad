// /proc/PID/limits (fs/proc/base.c: proc_pid_limits).
import { RLIM_INFINITY, RLIMITS, type RlimitName } from '../../../abi/sched.ts'
import type { Task } from '../../task.ts'

const NAMES: Readonly<Record<RlimitName, readonly [string, string]>> = {
  CPU: ['Max cpu time', 'seconds'], FSIZE: ['Max file size', 'bytes'], DATA: ['Max data size', 'bytes'], STACK: ['Max stack size', 'bytes'],
  CORE: ['Max core file size', 'bytes'], RSS: ['Max resident set', 'bytes'], NPROC: ['Max processes', 'processes'], NOFILE: ['Max open files', 'files'],
  MEMLOCK: ['Max locked memory', 'bytes'], AS: ['Max address space', 'bytes'], LOCKS: ['Max file locks', 'locks'], SIGPENDING: ['Max pending signals', 'signals'],
  MSGQUEUE: ['Max msgqueue size', 'bytes'], NICE: ['Max nice priority', ''], RTPRIO: ['Max realtime priority', ''], RTTIME: ['Max realtime timeout', 'us'],
}
const value = (n: number): string => (n === RLIM_INFINITY ? 'unlimited' : String(n)).padEnd(20)

export function showLimits(task: Task): string {
  let text = `${'Limit'.padEnd(25)} ${'Soft Limit'.padEnd(20)} ${'Hard Limit'.padEnd(20)} ${'Units'.padEnd(10)}\n`
  for (const resource of RLIMITS) {
    const [name, unit] = NAMES[resource]
    const limit = task.rlimits.get(resource) ?? { soft: RLIM_INFINITY, hard: RLIM_INFINITY }
    text += `${name.padEnd(25)} ${value(limit.soft)} ${value(limit.hard)} ${unit === '' ? '' : unit.padEnd(10)}\n`
  }
  return text
}
