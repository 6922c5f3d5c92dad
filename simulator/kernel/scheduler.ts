// The scheduler: owns every task's next(). One CPU, round robin with a time slice; a task runs until it sleeps, ends, has used its slice, or has just executed a
// new program (real programs spend their first milliseconds loading, so others get on). Cost of work is charged to the virtual clock. See sched(7).
// Groups with the cpu controller take turns as one task does; frozen tasks are parked until they thaw or are killed.
import { Errno, isErr } from '../abi/errno.ts'
import type { SyscallRequest } from '../abi/syscalls.ts'
import { traceable, traceableResult } from '../trace/trace-args.ts'
import { type Cgroup, rootCgroup } from './cgroup/cgroup.ts'
import { CpuState, sliceOfNice } from './cgroup/cpu.ts'
import { NSEC_PER_USEC } from './clock.ts'
import type { Kernel } from './kernel.ts'
import { deliverSignals, hasDeliverableSignal } from './signal-deliver.ts'
import { abandonCall, exitTask } from './task-exit.ts'
import type { Task } from './task.ts'
import { type PSI_IOWAIT, type PSI_MEMSTALL, PSI_ON_CPU, PSI_RUNNING, setPsi } from './cgroup/psi.ts'
import { isHeld, lacksCode, NEVER_RESTARTED, queueOf } from './scheduler-rules.ts'
import { isKFlow, type WaitFor, WaitQueue } from './wait-queue.ts'

const SYSCALL_COST = 1 * NSEC_PER_USEC
/** check_preempt_wakeup (kernel/sched/fair.c): who has slept goes first at once if that much work behind the running task; at most SLEEPER_CREDIT is remembered. */
const WAKEUP_GRANULARITY = 1000 * NSEC_PER_USEC
const SLEEPER_CREDIT = 3000 * NSEC_PER_USEC

/** Thrown by execve's handler once the old program is gone: the task goes on with its new frames. */
export class ProgramReplaced {}
export const PROGRAM_REPLACED = new ProgramReplaced()

export class Scheduler {
  readonly #kernel: Kernel
  #current: Task | undefined
  #sliceEnd = 0
  /** Ends the slice after the call in progress. */
  #yieldNow = false
  /** The running task has woken one that comes first. */
  #isPreempted = false
  /** The most work any task has done: where sleepers are put, less their credit. */
  #latestVruntime = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get current(): Task | undefined {
    return this.#current
  }
  get hasReady(): boolean {
    return this.#current !== undefined || !this.#root.queue.isEmpty
  }

  /** Puts a task at the tail of the run queue. */
  makeReady(task: Task): void {
    task.state = 'ready'
    if (task.isQueued || task.isParked || task === this.#current) return
    setPsi(task, PSI_RUNNING)
    task.isQueued = true
    this.#enqueue(task, queueOf(task.cgroup))
  }

  get #root(): CpuState {
    return rootCgroup(this.#kernel).cpu
  }

  /** Puts an entry at the tail of a group's queue, and the group into the queues above unless it is throttled. */
  #enqueue(item: Task | CpuState, level: CpuState): void {
    level.queue.push(item)
    const above = level.group.parent
    if (!level.isQueued && !level.isThrottled && above !== undefined) this.#requeue(level, queueOf(above))
  }

  /** The task is in another group now: it waits in the queue there. */
  groupChanged(task: Task, from: Cgroup): void {
    if (task.isQueued) {
      task.isQueued = false
      queueOf(from).queue.remove(task)
      this.makeReady(task)
    }
    this.refreeze(task)
  }
  /** The cpu controller came or went for some groups: everybody queues anew. */
  regroup(): void {
    const waiting = [...this.#kernel.tasks.values()].filter((t) => t.isQueued)
    for (const { cpu } of rootCgroup(this.#kernel).subtree()) {
      while (!cpu.queue.isEmpty) cpu.queue.shift()
      cpu.isQueued = false
    }
    for (const task of waiting) {
      task.isQueued = false
      this.makeReady(task)
    }
  }

  /** Parks a frozen task that wants to run, and lets go one that is frozen no longer. */
  refreeze(task: Task): void {
    if (!task.isParked || isHeld(task, this.#kernel.clock.now)) return
    task.isParked = false
    if (task.state === 'ready') this.makeReady(task)
  }
  /** The task goes on no earlier than `ns` from now; `stall`: what it waits for, as pressure has it. */
  delay(task: Task, ns: number, stall: typeof PSI_MEMSTALL | typeof PSI_IOWAIT): void {
    const { clock } = this.#kernel
    task.stall = stall
    task.heldUntil = Math.max(task.heldUntil, clock.now + ns)
    clock.at(task.heldUntil, () => this.refreeze(task))
    if (task === this.#current) this.#yieldNow = true
  }

  /** Wakes a task from its call, because what it waits for may have come or a signal has. */
  wake(task: Task): void {
    if (task.state !== 'sleeping') return
    task.cancelSleep?.()
    task.cancelSleep = undefined
    task.vruntime = Math.max(task.vruntime, this.#latestVruntime - SLEEPER_CREDIT)
    this.makeReady(task)
    const current = this.#current
    if (current !== undefined && current !== task && current.vruntime - task.vruntime > WAKEUP_GRANULARITY) this.#isPreempted = true
  }

  /** The running task lets the others go first (sched_yield, execve). */
  yieldCpu(): void {
    this.#yieldNow = true
  }

  /** Charges work to the clock and to the running task, in nanoseconds. */
  charge(task: Task, ns: number, user = false): void {
    if (user) task.utime += ns
    else task.stime += ns
    task.vruntime += ns
    this.#latestVruntime = Math.max(this.#latestVruntime, task.vruntime)
    const { clock } = this.#kernel
    const { cgroup } = task
    cgroup.cpu.account(ns, user)
    for (let group: Cgroup = cgroup; group.parent !== undefined; group = group.parent) {
      group.cpu.turn -= ns
      if (group.cpu.consume(ns, clock.now)) this.#throttle(group.cpu)
    }
    clock.advance(clock.now + ns)
  }

  /** The quota is used up: the group leaves the queue until its next period. */
  #throttle(level: CpuState): void {
    this.#yieldNow = true
    if (level.isThrottled) return
    const { clock } = this.#kernel
    level.isThrottled = true
    level.timesThrottled++
    level.throttledSince = clock.now
    this.#kernel.trace.emit('cgroup.throttle', undefined, { group: level.group.path })
    clock.at(level.nextPeriod, () => this.#unthrottle(level))
  }
  /** cpu.max was written: the group starts a new period. */
  quotaChanged(level: CpuState): void {
    level.startAnew()
    this.#unthrottle(level)
  }
  #unthrottle(level: CpuState): void {
    if (!level.isThrottled) return
    const { clock } = this.#kernel
    if (!level.refill(clock.now)) {
      clock.at(level.nextPeriod, () => this.#unthrottle(level))
      return
    }
    level.isThrottled = false
    level.throttledTime += clock.now - level.throttledSince
    const above = level.group.parent
    if (!level.isQueued && !level.queue.isEmpty && above !== undefined) this.#requeue(level, queueOf(above))
  }

  /** Makes up to `maxSteps` system calls, as long as somebody is ready. Answers how many. */
  run(maxSteps: number): number {
    let steps = 0
    while (steps < maxSteps) {
      const task = this.#current ?? this.#pick()
      if (task === undefined) break
      if (task.state !== 'ready') {
        this.#current = undefined
        setPsi(task, 0)
        continue
      }
      if (lacksCode(task)) break
      task.awaitedProgram = undefined
      steps++
      this.#step(task)
      if (this.#current === task && (task.state !== 'ready' || this.#yieldNow || this.#isPreempted || this.#kernel.clock.now >= this.#sliceEnd)) {
        this.#current = undefined
        if (task.state === 'ready') this.makeReady(task)
        else setPsi(task, 0)
        if (task.state !== 'ready' || this.#isPreempted) this.#giveWay(queueOf(task.cgroup))
      }
      this.#yieldNow = false
      this.#isPreempted = false
    }
    return steps
  }

  /** The code of the program that comes next isn't there yet. Nothing else goes on meanwhile, so that nobody in the machine can tell. */
  get lacksCode(): boolean {
    return this.#current !== undefined && lacksCode(this.#current)
  }

  #pick(): Task | undefined {
    let level = this.#root
    for (;;) {
      const item = level.queue.first
      if (item === undefined) {
        if (level.group.parent === undefined) return undefined
        level = this.#leave(level, false)
      } else if (item instanceof CpuState) {
        if (item.isThrottled || item.queue.isEmpty) this.#leave(item, false)
        else if (item.turn <= 0) this.#leave(item, true)
        else level = item
      } else {
        level.queue.shift()
        item.isQueued = false
        if (item.state !== 'ready') continue
        if (isHeld(item, this.#kernel.clock.now)) {
          item.isParked = true
          setPsi(item, item.heldUntil > this.#kernel.clock.now ? item.stall : 0)
          continue
        }
        this.#current = item
        setPsi(item, PSI_RUNNING | PSI_ON_CPU)
        this.#sliceEnd = this.#kernel.clock.now + Math.min(sliceOfNice(item.nice), level.group.parent === undefined ? Infinity : Math.max(1, level.turn))
        return item
      }
    }
  }
  /** A task of the group sleeps or has ended: whoever it woke in other groups comes before the group goes on with what is left of its turn. */
  #giveWay(level: CpuState): void {
    for (let group = level.group; group.parent !== undefined; group = group.parent) {
      const { queue } = queueOf(group.parent)
      if (queue.first !== group.cpu) continue
      queue.shift()
      queue.push(group.cpu)
    }
  }
  /** A group's turn is over: it goes to the end of the queue above, or out of it. Answers the level above. */
  #leave(level: CpuState, goesOn: boolean): CpuState {
    const above = queueOf(level.group.parent ?? level.group)
    above.queue.shift()
    level.isQueued = false
    if (goesOn) this.#requeue(level, above)
    return above
  }
  #requeue(level: CpuState, above: CpuState): void {
    level.isQueued = true
    level.turn = level.slice
    this.#enqueue(level, above)
  }

  /** Runs a task up to its next call and makes it, or goes on with a call that had slept. */
  #step(task: Task): void {
    try {
      if (task.handler !== undefined) {
        this.#continueCall(task)
        return
      }
      if (hasDeliverableSignal(task) && !deliverSignals(task)) return
      if (task.isInterrupted) {
        task.isInterrupted = false
        if (task.request !== undefined) {
          this.#makeCall(task, task.request)
          return
        }
      }
      this.#resumeProgram(task)
    } catch (thrown) {
      this.#bug(task, thrown)
    }
  }

  #resumeProgram(task: Task): void {
    const frame = task.frames[task.frames.length - 1]
    const input = frame.input
    frame.input = undefined
    const result = frame.flow.next(input)
    if (!result.done) {
      this.#makeCall(task, result.value)
      return
    }
    task.frames.pop()
    frame.onReturn(result.value)
  }

  #makeCall(task: Task, request: SyscallRequest): void {
    const kernel = this.#kernel
    task.request = request
    if (request.nr === 'cpu') {
      this.charge(task, (request.args[0] as number) * NSEC_PER_USEC, true)
      this.#finish(task, 0)
      return
    }
    if (request.nr === 'proctitle') {
      task.argv = [String(request.args[0])]
      this.#finish(task, 0)
      return
    }
    this.charge(task, SYSCALL_COST)
    task.currentSyscall = kernel.trace.enabled ? kernel.trace.emit('sys.enter', task, { nr: request.nr, args: traceable(request.args) }) : 0
    let result: unknown
    try {
      result = kernel.dispatcher.dispatch(task, request)
    } catch (thrown) {
      this.#callThrew(task, thrown)
      return
    }
    if (isKFlow(result)) {
      task.handler = result
      this.#continueCall(task)
    } else this.#finish(task, result)
  }

  /** Drives a call that may sleep: to its end, or to its next sleep. */
  #continueCall(task: Task): void {
    const handler = task.handler
    if (handler === undefined) return
    let step: IteratorResult<WaitFor, unknown>
    try {
      step = handler.next()
    } catch (thrown) {
      task.handler = undefined
      this.#callThrew(task, thrown)
      return
    }
    if (step.done) {
      task.handler = undefined
      this.#finish(task, step.value)
      return
    }
    if (hasDeliverableSignal(task)) {
      abandonCall(task)
      task.isInterrupted = true
      deliverSignals(task)
      return
    }
    this.#sleep(task, step.value)
  }

  #sleep(task: Task, what: WaitFor): void {
    const queues = what instanceof WaitQueue ? [what] : what.queues
    const deadline = what instanceof WaitQueue ? undefined : what.deadline
    task.state = 'sleeping'
    const waiter = { wake: () => this.wake(task) }
    for (const queue of queues) queue.add(waiter)
    const cancelTimer = deadline === undefined ? undefined : this.#kernel.clock.at(deadline, waiter.wake)
    task.cancelSleep = () => {
      for (const queue of queues) queue.remove(waiter)
      cancelTimer?.()
    }
  }

  #callThrew(task: Task, thrown: unknown): void {
    if (isErr(thrown)) this.#finish(task, thrown)
    else if (thrown === PROGRAM_REPLACED) {
      task.request = undefined
      task.restart = undefined
      this.#kernel.trace.emit('sys.exit', task, { result: 0 })
      this.yieldCpu()
    } else throw thrown
  }

  /** The call is over: its result goes to the program when it next runs. */
  #finish(task: Task, result: unknown): void {
    if (task.currentSyscall !== 0) this.#kernel.trace.emit('sys.exit', task, { result: traceableResult(result) })
    task.currentSyscall = 0
    task.request = undefined
    task.restart = undefined
    const frame = task.frames[task.frames.length - 1]
    if (frame !== undefined) frame.input = result
  }

  /** A signal handler is about to run above a call that the signal broke off: the call starts again after it, or fails with EINTR. */
  endInterruptedCall(task: Task, restart: boolean): void {
    if (!task.isInterrupted || task.request === undefined) return
    if (restart && !NEVER_RESTARTED.has(task.request.nr)) return
    task.isInterrupted = false
    this.#finish(task, Errno.EINTR)
  }

  #bug(task: Task, thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const text = `kernel BUG in ${task.comm}[${task.globalPid}]${task.request === undefined ? '' : ` ${task.request.nr}`}: ${error.message}`
    this.#kernel.printk(2, text)
    this.#kernel.bugs.push({ text, stack: error.stack ?? '' })
    this.#kernel.trace.emit('kernel.bug', task, { text })
    task.handler = undefined
    task.request = undefined
    if (task.isAlive) exitTask(task, 11)
  }
}
