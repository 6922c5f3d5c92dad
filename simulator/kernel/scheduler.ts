// The scheduler: owns every task's next(). One CPU, round robin with a time slice; a task runs until it sleeps, ends, has used its slice, or has just executed a
// new program (real programs spend their first milliseconds loading, so others get on). Cost of work is charged to the virtual clock. See sched(7).
import { Errno, isErr } from '../abi/errno.ts'
import type { Flow, SyscallRequest } from '../abi/syscalls.ts'
import { traceable } from '../trace/trace-args.ts'
import { NSEC_PER_MSEC, NSEC_PER_USEC } from './clock.ts'
import type { Kernel } from './kernel.ts'
import { deliverSignals, hasDeliverableSignal } from './signal-deliver.ts'
import { abandonCall, exitTask } from './task-exit.ts'
import type { Frame, Task } from './task.ts'
import { isKFlow, type WaitFor, WaitQueue } from './wait-queue.ts'

const TIME_SLICE = 4 * NSEC_PER_MSEC
const SYSCALL_COST = 1 * NSEC_PER_USEC
/** Calls that never start again after a handler has run (ERESTARTNOHAND, ERESTART_RESTARTBLOCK). */
const NEVER_RESTARTED: ReadonlySet<string> = new Set(['clock_nanosleep', 'poll', 'pause', 'rt_sigsuspend', 'rt_sigtimedwait'])

/** Thrown by execve's handler once the old program is gone: the task goes on with its new frames. */
export class ProgramReplaced {}
export const PROGRAM_REPLACED = new ProgramReplaced()

export class Scheduler {
  readonly #kernel: Kernel
  #queue: Task[] = []
  #head = 0
  #current: Task | undefined
  #sliceEnd = 0
  /** Ends the slice after the call in progress. */
  #yieldNow = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get current(): Task | undefined {
    return this.#current
  }
  get hasReady(): boolean {
    return this.#current !== undefined || this.#head < this.#queue.length
  }

  /** Puts a task at the tail of the run queue. */
  makeReady(task: Task): void {
    task.state = 'ready'
    if (task.isQueued || task === this.#current) return
    task.isQueued = true
    this.#queue.push(task)
  }

  /** Wakes a task from its call, because what it waits for may have come or a signal has. */
  wake(task: Task): void {
    if (task.state !== 'sleeping') return
    task.cancelSleep?.()
    task.cancelSleep = undefined
    this.makeReady(task)
  }

  /** The running task lets the others go first (sched_yield, execve). */
  yieldCpu(): void {
    this.#yieldNow = true
  }

  /** Charges work to the clock and to the running task, in nanoseconds. */
  charge(task: Task, ns: number, user = false): void {
    if (user) task.utime += ns
    else task.stime += ns
    this.#kernel.clock.advance(this.#kernel.clock.now + ns)
  }

  /** Makes up to `maxSteps` system calls, as long as somebody is ready. Answers how many. */
  run(maxSteps: number): number {
    let steps = 0
    while (steps < maxSteps) {
      const task = this.#current ?? this.#pick()
      if (task === undefined) break
      if (task.state !== 'ready') {
        this.#current = undefined
        continue
      }
      steps++
      this.#step(task)
      if (this.#current === task && (task.state !== 'ready' || this.#yieldNow || this.#kernel.clock.now >= this.#sliceEnd)) {
        this.#current = undefined
        if (task.state === 'ready') this.makeReady(task)
      }
      this.#yieldNow = false
    }
    return steps
  }

  #pick(): Task | undefined {
    while (this.#head < this.#queue.length) {
      const task = this.#queue[this.#head++]
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head)
        this.#head = 0
      }
      task.isQueued = false
      if (task.state !== 'ready') continue
      this.#current = task
      this.#sliceEnd = this.#kernel.clock.now + TIME_SLICE
      return task
    }
    this.#queue = []
    this.#head = 0
    return undefined
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
    if (task.currentSyscall !== 0) this.#kernel.trace.emit('sys.exit', task, { result: traceable(result) })
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

  /** Starts a flow on top of what the task was doing (a signal handler). The call below, if it is to start again, does so afterwards. */
  pushFrame(task: Task, flow: Flow<unknown>, onReturn: () => void): void {
    const request = task.isInterrupted ? task.request : undefined
    task.isInterrupted = false
    task.request = undefined
    const frame: Frame = {
      flow,
      input: undefined,
      onReturn: () => {
        onReturn()
        if (request !== undefined) {
          task.request = request
          task.isInterrupted = true
        }
      },
    }
    task.frames.push(frame)
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
