// The page's end of the Worker protocol: a Machine whose calls are messages.
import type { Explanation } from '../lens/explain.ts'
import type { Machine, ScriptResult, Step, Terminal, TerminalOptions } from '../machine.ts'
import type { World } from '../world.ts'
import type { Numbered, Report, Request, SessionStart } from './protocol.ts'

/** The part of a Worker that is used. */
export interface WorkerPort {
  postMessage(message: Numbered<Request>): void
  onmessage: ((event: { readonly data: Numbered<Report> }) => void) | null
  terminate(): void
}

type Of<Kind extends Report['kind']> = Extract<Report, { readonly kind: Kind }>

export interface SessionListeners {
  started?(report: Of<'started'>): void
  state?(report: Of<'state'>): void
  save?(report: Of<'save'>): void
  badLog?(report: Of<'bad-log'>): void
  failed?(report: Of<'failed'>): void
}

class RemoteTerminal implements Terminal {
  readonly name: string
  readonly user: string
  readonly #post: (request: Request) => void
  #take: ((bytes: Uint8Array, done: () => void) => void) | undefined
  #clear: (() => void) | undefined
  #closed: ((status: number) => void) | undefined
  #early: Uint8Array[] = []

  constructor(name: string, user: string, post: (request: Request) => void) {
    this.name = name
    this.user = user
    this.#post = post
  }

  type(bytes: Uint8Array): void {
    this.#post({ kind: 'type', terminal: this.name, bytes })
  }
  resize(rows: number, cols: number): void {
    this.#post({ kind: 'resize', terminal: this.name, rows, cols })
  }
  onOutput(take: (bytes: Uint8Array, done: () => void) => void): void {
    this.#take = take
    for (const bytes of this.#early.splice(0)) this.output(bytes)
  }
  onClear(clear: () => void): void {
    this.#clear = clear
  }
  onClosed(closed: (status: number) => void): void {
    this.#closed = closed
  }

  output(bytes: Uint8Array): void {
    if (this.#take === undefined) this.#early.push(bytes)
    else this.#take(bytes, () => this.#post({ kind: 'ack', terminal: this.name, bytes: bytes.length }))
  }
  clear(): void {
    this.#early = []
    this.#clear?.()
  }
  closed(status: number): void {
    this.#closed?.(status)
  }
}

export class MachineClient implements Machine {
  readonly kind = 'simulator'
  readonly lacks = {}
  readonly #port: WorkerPort
  readonly #listeners: SessionListeners
  readonly #terminals = new Map<string, RemoteTerminal>()
  readonly #replies = new Map<number, (value: never) => void>()
  #timeline: Step[] = []
  #onStep: ((step: Step) => void)[] = []
  #onWorld: ((world: World) => void)[] = []
  #sent = 0
  #received = 0

  constructor(port: WorkerPort, listeners: SessionListeners = {}) {
    this.#port = port
    this.#listeners = listeners
    port.onmessage = ({ data }) => this.#receive(data)
  }

  /** Begins a session; the listeners hear `started`, or `badLog` if it came with a log that can't be used. */
  start(start: SessionStart): void {
    this.#post({ kind: 'start', start })
  }

  get timeline(): readonly Step[] {
    return this.#timeline
  }
  get terminals(): readonly Terminal[] {
    return [...this.#terminals.values()]
  }
  terminal(name: string): Terminal | undefined {
    return this.#terminals.get(name)
  }

  openTerminal(options: TerminalOptions): Promise<Terminal> {
    const terminal = this.#known(options.name, options.user)
    this.#post({ kind: 'open', terminal: options })
    return Promise.resolve(terminal)
  }
  onStep(step: (step: Step) => void): void {
    this.#onStep.push(step)
  }
  onWorld(world: (world: World) => void): void {
    this.#onWorld.push(world)
  }
  run(script: string, user = 'root'): Promise<ScriptResult> {
    return this.#ask({ kind: 'run', script, user })
  }
  check(scripts: readonly { readonly user: string; readonly script: string }[]): Promise<readonly ScriptResult[]> {
    return this.#ask({ kind: 'check', scripts })
  }
  world(): Promise<World> {
    return this.#ask({ kind: 'world' })
  }
  /** Undefined if there is no such step any more. */
  explanation(step: number): Promise<Explanation | undefined> {
    return this.#ask({ kind: 'explain', step })
  }
  reset(): Promise<void> {
    this.#post({ kind: 'reset' })
    return Promise.resolve()
  }
  /** Back to the end of step `n`. */
  goBack(step: number): void {
    this.#post({ kind: 'go-back', step })
  }
  setSpeed(speed: number): void {
    this.#post({ kind: 'speed', speed })
  }
  close(): void {
    this.#port.terminate()
  }

  #receive(report: Numbered<Report>): void {
    if (report.seq !== ++this.#received) throw new Error(`report ${report.seq} came where ${this.#received} was due`)
    switch (report.kind) {
      case 'started':
        this.#timeline = [...report.timeline]
        for (const { name, user } of report.terminals) this.#known(name, user).clear()
        this.#listeners.started?.(report)
        break
      case 'output':
        this.#terminals.get(report.terminal)?.output(report.bytes)
        break
      case 'closed':
        this.#terminals.get(report.terminal)?.closed(report.status)
        break
      case 'step':
        this.#timeline.push(report.step)
        for (const listener of this.#onStep) listener(report.step)
        break
      case 'world':
        for (const listener of this.#onWorld) listener(report.world)
        break
      case 'reply':
        this.#replies.get(report.to)?.(report.value as never)
        this.#replies.delete(report.to)
        break
      case 'state':
        this.#listeners.state?.(report)
        break
      case 'save':
        this.#listeners.save?.(report)
        break
      case 'bad-log':
        this.#listeners.badLog?.(report)
        break
      case 'failed':
        this.#listeners.failed?.(report)
    }
  }

  #known(name: string, user: string): RemoteTerminal {
    const known = this.#terminals.get(name) ?? new RemoteTerminal(name, user, (request) => this.#post(request))
    this.#terminals.set(name, known)
    return known
  }
  #ask<T>(request: Request): Promise<T> {
    const to = this.#post(request)
    return new Promise<T>((resolve) => this.#replies.set(to, resolve))
  }
  #post(request: Request): number {
    this.#port.postMessage({ ...request, seq: ++this.#sent })
    return this.#sent
  }
}
