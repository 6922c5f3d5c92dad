// A session on the simulated machine: what goes in is logged, what comes out is collected, and every command becomes a step with its
// World. The machine is only ever run in slices that end at points which depend on the machine alone (a multiple of SLICE system
// calls, or nothing left to run), and terminals are drained only there: so a replay meets every input and every drain at the same point.
import type { BootOptions, MachineTerminal, RunState, SimulatedMachine } from '../../simulator/machine/contract.ts'
import { explainStep, recordStep } from '../lens/explain.ts'
import type { Explanation, StepRecord } from '../lens/explain.ts'
import type { ScriptResult, Step } from '../machine.ts'
import { CommandCollector } from './commands.ts'
import type { RanCommand } from './commands.ts'
import { LogError } from './log.ts'
import type { At, InputLog, LogEntry } from './log.ts'
import { TypedLine } from './typed-line.ts'

const SLICE = 1000
/** A replay by another build waits for quiet, but not for a program that never ends. */
const SETTLE_STEPS = 200_000

export type Boot = (options: BootOptions) => SimulatedMachine
export interface SessionOptions {
  readonly lesson: string
  readonly build: string
  readonly seed?: number
  readonly bootTimeMs?: number
  readonly docker?: boolean
  readonly images?: readonly string[]
}
export interface Output { readonly terminal: string; readonly bytes: Uint8Array }

interface OpenTerminal {
  readonly name: string
  readonly user: string
  readonly pty: MachineTerminal
  readonly typed: TypedLine
  /** The step under way at this terminal. `since` is the last event before its first line was sent off. */
  step: { readonly firstEntry: number; readonly labels: (string | undefined)[]; since: number } | undefined
}

/** What the caller needs for arranging the next turn. */
export type Turn = RunState

export class Session {
  readonly machine: SimulatedMachine
  readonly #boot: Boot
  readonly #options: SessionOptions
  readonly #entries: LogEntry[] = []
  readonly #terminals = new Map<string, OpenTerminal>()
  readonly #timeline: (Step & { readonly firstEntry: number })[] = []
  /** By number of step; put into words only when asked for. */
  readonly #records: StepRecord[] = []
  readonly #collector: CommandCollector
  #outputs: Output[] = []
  #seenEvents = 0

  constructor(boot: Boot, options: SessionOptions) {
    this.#boot = boot
    this.#options = options
    this.machine = boot({ seed: options.seed ?? 1, bootTimeMs: options.bootTimeMs, docker: options.docker ?? false, images: options.images ?? [] })
    const initial = new Set(Object.values(this.machine.world().initial))
    this.#collector = new CommandCollector(() => initial)
  }

  // ---- input

  open(name: string, user: string, rows: number, cols: number): void {
    this.#log({ kind: 'open', at: this.#at, terminal: name, user, rows, cols })
  }

  type(terminal: string, bytes: Uint8Array): void {
    if (this.#terminals.has(terminal) && bytes.length > 0) this.#log({ kind: 'type', at: this.#at, terminal, bytes: toBinary(bytes) })
  }

  resize(terminal: string, rows: number, cols: number): void {
    if (this.#terminals.has(terminal)) this.#log({ kind: 'resize', at: this.#at, terminal, rows, cols })
  }

  /** Runs a script to its end, time running free. */
  run(script: string, user = 'root'): ScriptResult {
    return this.#log({ kind: 'script', at: this.#at, user, script }) ?? { output: '', status: 0 }
  }

  /** Runs scripts, one after the other, on a copy of this machine that is then thrown away: looking changes nothing, neither numbers nor clocks nor the log. */
  check(scripts: readonly { readonly user: string; readonly script: string }[]): ScriptResult[] {
    const copy = Session.replay(this.#boot, this.log)
    return scripts.map(({ script, user }) => copy.run(script, user))
  }

  // ---- running

  /** Runs the machine up to `target` (ns since boot), as long as `mayGoOn` says so, which is asked between slices. */
  advance(target: number, mayGoOn: () => boolean = () => true): Turn {
    for (;;) {
      const turn = this.#slice(Math.max(0, target), Infinity)
      if (turn !== undefined && turn.state !== 'busy') return turn
      if (!mayGoOn()) return { state: 'busy' }
    }
  }

  /** One slice, or time moved on to the next deadline. Undefined: there may be more to do at once. */
  #slice(target: number, lastStep: number): Turn | undefined {
    const { machine } = this
    const most = (): number => Math.min(SLICE - (machine.steps % SLICE), lastStep - machine.steps)
    const run = machine.run({ maxSteps: most(), until: machine.now })
    // Where it waits for code depends on the network, not on the machine.
    if (run.state === 'waiting') return run
    const hadOutput = this.#after(run)
    if (run.state === 'busy') return run
    if (hadOutput) return undefined
    if (run.state === 'sleeping' && run.deadline <= target) {
      const later = machine.run({ maxSteps: most(), until: Math.max(run.deadline, machine.now) })
      if (later.state === 'waiting') return later
      this.#after(later)
      return undefined
    }
    if (machine.now < target) machine.run({ maxSteps: 1, until: target })
    return run
  }

  /** Where something comes in, and where a log ends, session and replay do the same: what the machine does without another system call, and what has come out of it. */
  #pause(): void {
    const run = this.machine.run({ maxSteps: 0 })
    if (run.state === 'waiting') this.#collect()
    else this.#after(run)
  }

  /** After each run: what depends on the machine alone must happen here, and only here. True if there was output: its writers may go on now. */
  #after(run: RunState): boolean {
    if (run.state !== 'busy') this.#endSteps()
    return this.#collect()
  }

  /** Takes what was printed and what happened. */
  #collect(): boolean {
    let hadOutput = false
    for (const { name, pty } of this.#terminals.values()) {
      const bytes = pty.drain()
      if (bytes.length === 0) continue
      hadOutput = true
      this.#outputs.push({ terminal: name, bytes })
    }
    this.#readEvents()
    return hadOutput
  }

  #readEvents(): void {
    this.#collector.read(this.machine.events(this.#seenEvents))
    this.#seenEvents = this.machine.lastSeq
  }

  // ---- steps

  /** Nothing runs just now: a terminal that waits for its learner has finished its step. Called again at the same point it changes nothing. */
  #endSteps(): void {
    if (this.#timeline.length === 0) {
      if (this.#terminals.size === 0 || ![...this.#terminals.values()].every(({ pty }) => pty.isAtPrompt || pty.isClosed)) return
      this.#addStep('', 'start', this.#entries.length, this.machine.lastSeq)
    }
    for (const terminal of this.#terminals.values()) {
      const { step, pty } = terminal
      if (step === undefined || step.labels.length === 0 || !(pty.isAtPrompt || pty.isClosed)) continue
      terminal.step = undefined
      const label = step.labels.filter((each) => each !== '').map((each) => each ?? '…').join('; ')
      if (label !== '') this.#addStep(terminal.name, label, step.firstEntry, step.since)
    }
  }

  #addStep(terminal: string, label: string, firstEntry: number, since: number): void {
    this.#readEvents()
    const { ran, refusals } = this.#collector.take()
    const typed = label === '…' ? (commandLine(ran) ?? label) : label
    this.#timeline.push({ n: this.#timeline.length, terminal, label: typed, world: this.machine.world(), ran, refusals, time: this.machine.now, firstEntry })
    const names = new Map(this.#timeline.at(-2)?.world.processes.map(({ pid, comm }) => [pid, comm]))
    this.#records.push(recordStep(this.machine.events(since), since, (pid) => names.get(pid)))
  }

  /** What the programs of step `n` asked of the kernel. */
  explanation(n: number): Explanation | undefined {
    const record = this.#records[n]
    return record && explainStep(record)
  }

  get timeline(): readonly Step[] {
    return this.#timeline
  }

  /** Is a command under way at some terminal? */
  get isStepOpen(): boolean {
    return [...this.#terminals.values()].some(({ step }) => step !== undefined && step.labels.length > 0)
  }

  // ---- output

  takeOutput(): Output[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  get terminals(): readonly { readonly name: string; readonly user: string; readonly isClosed: boolean; readonly status: number | undefined; readonly isAtPrompt: boolean }[] {
    return [...this.#terminals.values()].map(({ name, user, pty }) => ({ name, user, isClosed: pty.isClosed, status: pty.exitStatus, isAtPrompt: pty.isAtPrompt }))
  }

  // ---- the log

  get log(): InputLog {
    const { lesson, build, seed = 1, bootTimeMs, docker = false, images = [] } = this.#options
    return { seed, bootTimeMs, docker, ...(images.length > 0 ? { images } : {}), lesson, build, entries: [...this.#entries], until: this.#at }
  }

  /** The log as it was before step `n + 1`: what replays to the end of step `n`. */
  logUpTo(n: number): InputLog {
    const next = this.#timeline[n + 1] ?? [...this.#terminals.values()].map(({ step }) => step).find((step) => step !== undefined)
    if (next === undefined) return this.log
    const before = this.#entries.slice(0, next.firstEntry)
    const until = this.#entries[next.firstEntry]?.at ?? this.#at
    const kept = this.#entries.slice(next.firstEntry).filter((entry) => entry.kind === 'open' || entry.kind === 'resize').map((entry) => ({ ...entry, at: until }))
    return { ...this.log, entries: [...before, ...kept], until }
  }

  get #at(): At {
    return { steps: this.machine.steps, now: this.machine.now }
  }

  #log(entry: LogEntry): ScriptResult | undefined {
    this.#pause()
    this.#entries.push(entry)
    return this.#apply(entry)
  }

  #apply(entry: LogEntry): ScriptResult | undefined {
    if (entry.kind === 'script') {
      const { output, status } = this.machine.runScript(entry.script, { user: entry.user })
      this.#collect()
      return { output: new TextDecoder().decode(output), status }
    }
    if (entry.kind === 'open') {
      const { terminal: name, user, rows, cols } = entry
      if (!this.#terminals.has(name)) this.#terminals.set(name, { name, user, pty: this.machine.openTerminal({ user, rows, cols }), typed: new TypedLine(), step: undefined })
      return undefined
    }
    const terminal = this.#terminals.get(entry.terminal)
    if (terminal === undefined) throw new LogError('shape', `no terminal ${entry.terminal}`)
    if (entry.kind === 'resize') {
      terminal.pty.resize(entry.rows, entry.cols)
      return undefined
    }
    terminal.step ??= { firstEntry: this.#entries.length - 1, labels: [], since: 0 }
    if (terminal.step.labels.length === 0) terminal.step.since = this.machine.lastSeq
    terminal.step.labels.push(...terminal.typed.feed(fromUtf8(entry.bytes)))
    terminal.pty.input(toBytes(entry.bytes))
    // The terminal's own echo needs no process.
    this.#collect()
    return undefined
  }

  /** A session in the state that `log` leads to. Its output so far waits in takeOutput(). @throws {LogError} if the log leads elsewhere */
  static replay(boot: Boot, log: InputLog, build = log.build): Session {
    const session = new Session(boot, { ...log, build })
    const isExact = build === log.build
    for (const entry of log.entries) {
      if (isExact) session.#runTo(entry.at)
      else session.#settle(entry.at.now)
      session.#log({ ...entry, at: session.#at })
    }
    if (isExact) session.#runTo(log.until)
    else session.#settle(log.until.now)
    session.#pause()
    return session
  }

  #runTo(at: At): void {
    const { machine } = this
    while (machine.steps < at.steps) {
      const turn = this.#slice(at.now, at.steps)
      if (turn !== undefined && turn.state !== 'busy') break
    }
    while (machine.steps === at.steps && machine.now < at.now) if (this.#slice(at.now, at.steps + SLICE) !== undefined) break
    if (machine.steps !== at.steps || machine.now !== at.now) throw new LogError('diverged', `at system call ${at.steps} and ${at.now} ns, here ${machine.steps} and ${machine.now} ns`)
  }

  #settle(now: number): void {
    const last = this.machine.steps + SETTLE_STEPS
    this.advance(Math.max(now, this.machine.now), () => this.machine.steps < last)
  }
}

/** The first program started in a step, as a command line. */
function commandLine(ran: readonly RanCommand[]): string | undefined {
  return ran[0]?.argv.join(' ')
}

function toBinary(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
function toBytes(binary: string): Uint8Array {
  return Uint8Array.from(binary, (char) => char.charCodeAt(0))
}
function fromUtf8(binary: string): string {
  return new TextDecoder().decode(toBytes(binary))
}
