// Watching a process's system calls through a descriptor, in the manner of perf_event_open(2) with the raw_syscalls tracepoints and `inherit`: the events of the
// kernel's own stream, as records (abi/trace-record.ts). What Linux needs ptrace(2) for, signals and the end of the process, is among them.
import { O_RDONLY, POLLIN } from '../../abi/fcntl.ts'
import { WEXITSTATUS, WIFEXITED, WTERMSIG, SIGNAL_NAMES, sigBit } from '../../abi/signal.ts'
import type { TraceRecord } from '../../abi/trace-record.ts'
import { EMPTY_BYTES, encodeUtf8 } from '../../lib/bytes.ts'
import type { KernelEvent } from '../../trace/emitter.ts'
import { callsOf, formatCall, formatEntry } from '../../trace/strace.ts'
import { fromKuidMunged } from '../cred/ids.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import { type KFlow, WaitQueue } from '../wait-queue.ts'
import { anonInodePath } from './anon.ts'

/** A watched process. */
interface Watched {
  readonly pid: number
  /** The call it is in. */
  enter: KernelEvent | undefined
  /** Signals to tell of once the call in progress is over. */
  readonly signals: TraceRecord[]
  isAnnounced: boolean
}

export class PerfEventFile extends File {
  readonly #reader: Task
  readonly #inherits: boolean
  /** By global PID. */
  readonly #watched = new Map<number, Watched>()
  #lines: string[] = []
  readonly #readable = new WaitQueue()
  readonly #listener = (event: KernelEvent): void => this.#hear(event)

  constructor(reader: Task, target: Task, inherits: boolean) {
    super(anonInodePath(reader.kernel, '[perf_event]'), O_RDONLY)
    this.#reader = reader
    this.#inherits = inherits
    this.#watch(target, true)
    reader.kernel.trace.listeners.add(this.#listener)
  }

  #watch(task: Task, isAnnounced: boolean): void {
    task.tracer = { task: this.#reader, cred: this.#reader.cred }
    this.#watched.set(task.globalPid, { pid: task.numberIn(this.#reader.pidNs), enter: undefined, signals: [], isAnnounced })
  }

  #hear(event: KernelEvent): void {
    if (event.name === 'signal.send') this.#signalSent(event)
    const watched = this.#watched.get(event.tid)
    if (watched === undefined) return
    if (event.name === 'task.fork') this.#forked(Number(event.data.child))
    else if (event.name === 'sys.enter') this.#entered(watched, event)
    else if (event.name === 'sys.exit') this.#left(watched, event)
    else if (event.name === 'task.exit') this.#ended(watched, event)
  }

  #forked(child: number): void {
    const task = this.#reader.kernel.tasks.get(child)
    if (this.#inherits && task !== undefined) this.#watch(task, false)
  }
  #entered(watched: Watched, enter: KernelEvent): void {
    this.#announce(watched)
    this.#flushSignals(watched)
    watched.enter = enter
    const [call] = callsOf([enter])
    this.#push({ pid: watched.pid, kind: 'enter', nr: call.nr, text: formatEntry(call) })
  }
  #left(watched: Watched, exit: KernelEvent | undefined): void {
    const { enter } = watched
    if (enter !== undefined) {
      watched.enter = undefined
      const [call] = callsOf(exit === undefined ? [enter] : [enter, { ...exit, cause: enter.seq }])
      const line = formatCall(call)
      const at = line.lastIndexOf(') = ')
      this.#push({ pid: watched.pid, kind: 'exit', nr: call.nr, text: line.slice(0, at + 1), result: line.slice(at + 4) })
    }
    for (const other of this.#watched.values()) this.#announce(other)
    this.#flushSignals(watched)
  }
  /** A program that ends by returning has made the call all the same. */
  #ended(watched: Watched, event: KernelEvent): void {
    this.#announce(watched)
    const status = Number(event.data.status)
    if (watched.enter === undefined && WIFEXITED(status)) {
      const text = `exit_group(${WEXITSTATUS(status)}`
      this.#push({ pid: watched.pid, kind: 'enter', nr: 'exit_group', text })
      this.#push({ pid: watched.pid, kind: 'exit', nr: 'exit_group', text: `${text})`, result: '?' })
    }
    this.#left(watched, undefined)
    this.#watched.delete(event.tid)
    this.#push({ pid: watched.pid, kind: 'end', status })
  }

  #announce(watched: Watched): void {
    if (watched.isAnnounced) return
    watched.isAnnounced = true
    this.#push({ pid: watched.pid, kind: 'attached' })
  }
  /** A tracer sees also what the process would ignore. */
  #signalSent(event: KernelEvent): void {
    const watched = this.#watched.get(Number(event.data.to))
    const sig = String(event.data.sig)
    const target = this.#reader.kernel.tasks.get(Number(event.data.to))
    // what it blocks isn't delivered
    if (watched === undefined || sig === 'KILL' || target === undefined || (target.signals.blocked & sigBit(SIGNAL_NAMES.indexOf(sig))) !== 0n) return
    watched.signals.push({ pid: watched.pid, kind: 'signal', sig: `SIG${sig}`, info: this.#signalInfo(`SIG${sig}`, event.tid) })
    if (watched.enter === undefined) this.#flushSignals(watched)
  }
  /** siginfo_t */
  #signalInfo(sig: string, fromPid: number): string {
    const from = this.#reader.kernel.tasks.get(fromPid)
    if (from === undefined) return `si_signo=${sig}, si_code=SI_KERNEL`
    const who = `si_pid=${from.numberIn(this.#reader.pidNs)}, si_uid=${fromKuidMunged(this.#reader.cred.userNs, from.cred.uid)}`
    if (sig !== 'SIGCHLD') return `si_signo=${sig}, si_code=SI_USER, ${who}`
    const [code, status] = from.isAlive && !from.isExiting
      ? ['CLD_STOPPED', `SIG${SIGNAL_NAMES[from.stopReport] ?? 'CONT'}`]
      : WIFEXITED(from.exitStatus) ? ['CLD_EXITED', WEXITSTATUS(from.exitStatus)] : ['CLD_KILLED', `SIG${SIGNAL_NAMES[WTERMSIG(from.exitStatus)] ?? ''}`]
    return `si_signo=SIGCHLD, si_code=${code}, ${who}, si_status=${status}, si_utime=0, si_stime=0`
  }
  #flushSignals(watched: Watched): void {
    for (const record of watched.signals.splice(0)) this.#push(record)
  }

  #push(record: TraceRecord): void {
    this.#lines.push(JSON.stringify(record))
    this.#readable.wakeAll()
    // The reader hears of a call before the next one is made, as if it had stopped the process.
    this.#reader.kernel.scheduler.yieldCpu()
  }

  /** Whole records; the end of the file once the last process has ended. */
  override *read(): KFlow<Uint8Array> {
    while (this.#lines.length === 0) {
      if (this.#watched.size === 0) return EMPTY_BYTES
      yield this.#readable
    }
    const lines = this.#lines
    this.#lines = []
    return encodeUtf8(`${lines.join('\n')}\n`)
  }
  override poll(): number {
    return this.#lines.length > 0 || this.#watched.size === 0 ? POLLIN : 0
  }
  override pollQueues(): readonly WaitQueue[] {
    return [this.#readable]
  }
  protected override onRelease(): void {
    const { kernel } = this.#reader
    kernel.trace.listeners.delete(this.#listener)
    for (const pid of this.#watched.keys()) {
      const task = kernel.tasks.get(pid)
      if (task !== undefined) task.tracer = undefined
    }
  }
}
