// Time and randomness: clock_gettime(2), clock_nanosleep(2), sysinfo(2), getrandom(2). Monotonic clocks go through the time namespace.
import { CAP_SYS_TIME } from '../abi/capability.ts'
import { Errno } from '../abi/errno.ts'
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME } from '../abi/sched.ts'
import type { Timespec } from '../abi/syscalls.ts'
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../kernel/clock.ts'
import { capable } from '../kernel/cred/ns-capable.ts'
import type { Task } from '../kernel/task.ts'
import { type KFlow, WaitQueue } from '../kernel/wait-queue.ts'
import { MEM_TOTAL_KB, memFreeKb } from '../kernel/fs/proc/machine-info.ts'
import { usedByProcesses } from '../kernel/fs/proc/process-state.ts'
import type { Handlers } from './handlers.ts'

const TIMER_ABSTIME = 1

const timespec = (ns: number): Timespec => ({ sec: Math.floor(ns / NSEC_PER_SEC), nsec: Math.round(ns % NSEC_PER_SEC) })

function clockNs(task: Task, clock: number): number {
  const { now } = task.kernel.clock
  if (clock === CLOCK_MONOTONIC) return now + task.nsproxy.time.monotonicOffset
  if (clock === CLOCK_BOOTTIME) return now + task.nsproxy.time.boottimeOffset
  if (clock === CLOCK_PROCESS_CPUTIME_ID) return task.utime + task.stime
  throw Errno.EINVAL
}

interface SleepRestart { readonly deadline: number }

function* nanosleep(task: Task, clock: number, flags: number, time: Timespec): KFlow<0> {
  if (time.nsec < 0 || time.nsec >= NSEC_PER_SEC || time.sec < 0) throw Errno.EINVAL
  const ns = time.sec * NSEC_PER_SEC + time.nsec
  const now = task.kernel.clock.now
  const from = (flags & TIMER_ABSTIME) === 0 ? now : clock === CLOCK_REALTIME ? now - task.kernel.clock.realtimeMs * NSEC_PER_MSEC : now - clockNs(task, clock)
  const earlier = task.restart as SleepRestart | undefined
  const deadline = earlier?.deadline ?? from + ns
  task.restart = { deadline } satisfies SleepRestart
  const never = new WaitQueue()
  while (task.kernel.clock.now < deadline) yield deadline === Infinity ? never : { queues: [], deadline }
  return 0
}

export const timeSyscalls = {
  clock_gettime(task, clock) {
    if (clock !== CLOCK_REALTIME) return timespec(clockNs(task, clock))
    const ms = task.kernel.clock.realtimeMs
    return { sec: Math.floor(ms / 1000), nsec: Math.floor((ms % 1000) * NSEC_PER_MSEC) }
  },
  clock_settime(task, clock, time) {
    if (clock !== CLOCK_REALTIME) throw Errno.EINVAL
    if (!capable(task, CAP_SYS_TIME)) throw Errno.EPERM
    const { clock: machine } = task.kernel
    machine.realtimeOffsetMs = time.sec * 1000 + time.nsec / NSEC_PER_MSEC - machine.now / NSEC_PER_MSEC
    return 0
  },
  clock_nanosleep: nanosleep,
  sysinfo: (task) => ({
    uptime: clockNs(task, CLOCK_BOOTTIME) / NSEC_PER_SEC, totalram: MEM_TOTAL_KB * 1024, freeram: memFreeKb(usedByProcesses(task.kernel)) * 1024, procs: task.kernel.tasks.size,
  }),
  getrandom: (task, count) => task.kernel.random.bytes(count),
} satisfies Partial<Handlers>
