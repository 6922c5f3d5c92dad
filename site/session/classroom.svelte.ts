// The page's state: one session on the machine, its timeline, what is looked at, and what went wrong. Every island of a page shares it.
import type { Explanation } from '../../lab/lens/explain.ts'
import type { Terminal } from '../../lab/machine.ts'
import type { Step } from '../../lab/machine.ts'
import type { WorkerPort } from '../../lab/session/client.ts'
import { MachineClient } from '../../lab/session/client.ts'
import type { SessionStart } from '../../lab/session/protocol.ts'
import type { World } from '../../simulator/machine/world.ts'
import type { Frame } from './frames.ts'
import { frames, nextFrame } from './frames.ts'
import * as saves from './saves.ts'
import type { TabLock } from './tab-lock.ts'
import { tabLock } from './tab-lock.ts'
import { setTerminalOrder } from './whereabouts.ts'

export interface TerminalPlan { readonly name: string; readonly user: string }
export interface Place { readonly id: string; readonly setup: string; readonly terminals: readonly TerminalPlan[]; readonly isKept: boolean; readonly docker?: boolean; readonly hasBootMounts?: boolean; readonly opening?: Readonly<Record<string, string>> }
export type Pane = 'read' | 'plan' | 'terminal'

/** starting: no prompt yet. elsewhere: another tab has it. bad-log: the saved session can't be used. failed: a bug of the simulator. */
export type Status = 'off' | 'starting' | 'ready' | 'elsewhere' | 'bad-log' | 'failed'

const KEY_MS = 14

class Classroom {
  status = $state<Status>('off')
  frames = $state.raw<readonly Frame[]>([])
  /** The World while a command is still running. */
  live = $state.raw<World | undefined>(undefined)
  /** Number of the step that is looked back at. */
  looking = $state<number | undefined>(undefined)
  /** What a fresh machine's terminals will show, while it is still on its way: a machine is the same every time, so its prompts are known when the site is built. */
  opening = $state.raw<Readonly<Record<string, string>> | undefined>(undefined)
  terminals = $state.raw<readonly Terminal[]>([])
  active = $state('')
  turn = $state.raw<Readonly<Record<string, boolean>>>({})
  running = $state<'busy' | 'sleeping' | 'idle'>('idle')
  isRestored = $state(false)
  isUnsaved = $state(false)
  /** Words of what went wrong, and the log that shows it. */
  problem = $state.raw<{ readonly message: string; readonly log: string } | undefined>(undefined)
  /** A command that waits for the learner's word because its terminal is not at a prompt. */
  held = $state.raw<{ readonly command: string; readonly terminal: string } | undefined>(undefined)
  /** Typed while looking back: asks whether to go back there. */
  isAskingToGoBack = $state(false)
  announcement = $state('')
  alarm = $state('')
  pane = $state<Pane>('read')
  isLensOpen = $state(false)

  #place: Place | undefined
  #ready: Promise<void> = Promise.resolve()
  #sizes = new Map<string, { rows: number; cols: number }>()
  #client: MachineClient | undefined
  #worker: Worker | undefined
  #boots = 0
  #lock: TabLock | undefined
  #unsaved: (() => void) | undefined
  /** Typed at an opening; goes to the machine when it is there. */
  #ahead: { readonly terminal: string; readonly bytes: Uint8Array }[] = []
  #typing: Promise<void> = Promise.resolve()
  #explanations = new WeakMap<Step, Promise<Explanation | undefined>>()
  #listeners = new Set<(frames: readonly Frame[]) => void>()

  readonly last = $derived(this.frames.at(-1))
  readonly shown = $derived(this.looking === undefined ? this.last : this.frames.find(frame => frame.step.n === this.looking) ?? this.last)
  readonly refused = $derived(this.frames.findLast(frame => frame.isRefused && frame.step.n <= (this.shown?.step.n ?? 0)))

  /** Does the plan show the host's everyday mounts? */
  get hasBootMounts(): boolean {
    return this.#place?.hasBootMounts ?? true
  }
  get id(): string {
    return this.#place?.id ?? ''
  }

  /** What a step asked of the kernel. Asked of the machine once. */
  explain(step: Step): Promise<Explanation | undefined> {
    const known = this.#explanations.get(step) ?? this.#client?.explanation(step.n) ?? Promise.resolve(undefined)
    this.#explanations.set(step, known)
    return known
  }

  /** Calls back with all frames now and after every step, also when steps have been taken back. */
  onFrames(listener: (frames: readonly Frame[]) => void): () => void {
    this.#listeners.add(listener)
    if (this.frames.length > 0) listener(this.frames)
    return () => this.#listeners.delete(listener)
  }

  /** Enters a lesson: takes the session if no other tab has it and starts the machine. `sizes` resolves when the screens know theirs. */
  async enter(place: Place, sizes: Promise<void>): Promise<void> {
    this.#place = place
    this.active = place.terminals[0]?.name ?? ''
    setTerminalOrder(place.terminals.map(terminal => terminal.name))
    this.#ready = sizes
    this.status = 'starting'
    if (!place.isKept) return this.#boot(undefined)
    this.#lock = tabLock(place.id, () => this.#letGo())
    if (await this.#lock.acquire()) this.#boot(saves.read('session', place.id))
    else this.status = 'elsewhere'
  }

  async takeOver(): Promise<void> {
    await this.#lock?.takeOver()
    this.status = 'starting'
    this.#boot(saves.read('session', this.id))
  }

  /** Throws nothing away: a log that can't be used is set aside. */
  startFresh(): void {
    if (this.problem && this.problem.log !== '') saves.setAside(this.id, this.problem.log, new Date())
    else saves.remove('session', this.id)
    this.problem = undefined
    this.#boot(undefined)
  }

  downloadLog(): void {
    const text = this.problem?.log ?? saves.read('session', this.id) ?? ''
    saves.download(text, `isolab-${this.id.replaceAll('/', '-')}.log`)
  }

  // ---- acting

  type(terminal: string, bytes: Uint8Array): void {
    if (this.opening) this.#ahead.push({ terminal, bytes })
    if (this.status !== 'ready') return
    if (this.looking !== undefined && this.looking !== this.last?.step.n) {
      this.isAskingToGoBack = true
      return
    }
    this.#client?.terminal(terminal)?.type(bytes)
    this.#unsaved ??= () => undefined
  }

  /** Types a command visibly and runs it. */
  run(command: string, terminal = this.active): void {
    if (this.status !== 'ready' && !this.opening) return
    this.look(undefined)
    this.active = terminal
    this.pane = 'terminal'
    if (this.turn[terminal] === false) this.held = { command, terminal }
    else this.#typeVisibly(command, terminal)
  }

  /** The learner's word about a held command. */
  settleHeld(typeAnyway: boolean): void {
    const held = this.held
    this.held = undefined
    if (held && typeAnyway) this.#typeVisibly(held.command, held.terminal)
  }

  #typeVisibly(command: string, terminal: string): void {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#typing = this.#typing.then(async () => {
      const encoder = new TextEncoder()
      const control = /^\^([A-Z[\\\]])$/.exec(command)
      if (control?.[1] !== undefined) return this.type(terminal, Uint8Array.of(control[1].charCodeAt(0) & 0x1f))
      for (const char of isStill ? [command] : command) {
        this.type(terminal, encoder.encode(char))
        if (!isStill) await new Promise(resolve => setTimeout(resolve, KEY_MS))
      }
      this.type(terminal, encoder.encode('\r'))
    })
  }

  resize(terminal: string, rows: number, cols: number): void {
    this.#sizes.set(terminal, { rows, cols })
    if (this.status === 'ready') this.#client?.terminal(terminal)?.resize(rows, cols)
  }

  look(step: number | undefined): void {
    const isNow = step === undefined || step === this.last?.step.n
    this.looking = isNow ? undefined : step
    this.isAskingToGoBack = false
    if (!isNow) this.announcement = `Looking at step ${step} of ${this.last?.step.n ?? 0}`
  }

  /** Takes back everything after step `n`. */
  goBack(n: number): void {
    if (this.status !== 'ready') return
    this.look(undefined)
    this.held = undefined
    this.#client?.goBack(n)
    this.announcement = `Back at step ${n}`
  }

  get canUndo(): boolean {
    return this.status === 'ready' && this.frames.length > 1
  }

  undo(): void {
    const last = this.last?.step.n ?? 0
    if (last > 0) this.goBack(last - 1)
  }

  reset(): void {
    if (this.status !== 'ready') return
    this.look(undefined)
    this.held = undefined
    void this.#client?.reset()
    this.announcement = 'Back at the start'
  }

  // ---- the machine

  #boot(log: string | undefined): void {
    const place = this.#place
    if (!place) return
    this.#worker?.terminate()
    this.status = 'starting'
    this.frames = []
    this.opening = log === undefined ? place.opening : undefined
    this.#ahead = []
    const boot = ++this.#boots
    // An opening shows the prompt; the machine takes the line when the screens have come over it.
    void (this.opening ? this.#ready : Promise.resolve()).then(() => { if (boot === this.#boots) this.#connect(place, log) })
  }

  #connect(place: Place, log: string | undefined): void {
    const early = globalThis.isolabMachine?.()
    globalThis.isolabMachine = undefined
    const worker = early ?? new Worker(new URL('./machine-worker.ts', import.meta.url), { type: 'module' })
    this.#worker = worker
    worker.onerror = event => this.#fail(event.message === '' ? 'The simulated machine could not be loaded.' : event.message, saves.read('session', place.id) ?? '')
    const port: WorkerPort = { postMessage: message => worker.postMessage(message), terminate: () => worker.terminate(), onmessage: null }
    worker.onmessage = event => port.onmessage?.(event)
    const client = new MachineClient(port, {
      started: report => this.#started(report.timeline, report.restored),
      state: report => {
        this.turn = report.turn
        this.running = report.running
        if (this.held && report.turn[this.held.terminal]) this.settleHeld(true)
      },
      save: report => {
        if (place.isKept) this.isUnsaved = !saves.write('session', place.id, report.log)
        this.#unsaved?.()
        this.#unsaved = undefined
      },
      badLog: report => {
        this.problem = { message: report.message, log: report.log }
        this.status = 'bad-log'
      },
      failed: report => this.#fail(report.message, report.log),
    })
    this.#client = client
    client.onStep(step => this.#step(step))
    client.onWorld(world => { this.live = world })
    void this.#ready.then(() => {
      const start: SessionStart = {
        lesson: place.id, docker: place.docker ?? false, setup: place.setup,
        terminals: place.terminals.map(({ name, user }) => ({ name, user, ...(this.#sizes.get(name) ?? { rows: 24, cols: 80 }) })),
        ...(log === undefined ? {} : { log }),
      }
      client.start(start)
    })
  }

  #started(timeline: readonly Step[], isRestored: boolean): void {
    this.frames = frames(timeline, this.hasBootMounts)
    this.live = undefined
    this.isRestored = isRestored && timeline.length > 1
    this.terminals = this.#client?.terminals ?? []
    if (!this.terminals.some(terminal => terminal.name === this.active)) this.active = this.terminals[0]?.name ?? ''
    this.status = 'ready'
    this.opening = undefined
    if (isRestored) for (const [name, { rows, cols }] of this.#sizes) this.#client?.terminal(name)?.resize(rows, cols)
    for (const { terminal, bytes } of this.#ahead.splice(0)) this.type(terminal, bytes)
    this.#tell()
  }

  #step(step: Step): void {
    const frame = nextFrame(this.last, step, this.hasBootMounts)
    this.frames = [...this.frames, frame]
    this.live = undefined
    if (step.n > 0) {
      if (frame.isRefused) this.alarm = `Step ${step.n}: refused. ${step.label}`
      else this.announcement = `Step ${step.n}: ${frame.changes.sentence === '' ? 'nothing in the machine changed' : frame.changes.sentence}`
    }
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.frames)
  }

  #fail(message: string, log: string): void {
    this.problem = { message, log }
    this.status = 'failed'
    this.opening = undefined
    this.#worker?.terminate()
  }

  /** Another tab takes over: wait until what was typed is saved, then stop. */
  async #letGo(): Promise<void> {
    if (this.#unsaved) {
      await Promise.race([new Promise<void>(resolve => { this.#unsaved = resolve }), new Promise(resolve => setTimeout(resolve, 1500))])
    }
    this.#worker?.terminate()
    this.status = 'elsewhere'
  }
}

export const classroom = new Classroom()
