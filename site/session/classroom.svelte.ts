// The page's state: one session on a machine, its timeline, what is looked at, and what went wrong. Every island of a page shares it.
// Which machine it is (simulator-session.ts, real-session.ts) only shows in `kind` and in what it `lacks`.
import type { Explanation } from '../../lab/lens/explain.ts'
import type { Machine, Step, Terminal, TerminalOptions } from '../../lab/machine.ts'
import type { World } from '../../lab/world.ts'
import type { Frame } from './frames.ts'
import { frames, nextFrame } from './frames.ts'
import type { Checks, Place, Problem, RoomListeners, RoomMachine, Screens, Size, Status, TerminalPlan } from './room.ts'
import * as saves from './saves.ts'
import { SimulatorSession } from './simulator-session.ts'
import { setTerminalOrder } from './whereabouts.ts'

export type Pane = 'read' | 'plan' | 'terminal'

const KEY_MS = 14
const USUAL: Size = { rows: 24, cols: 80 }

class Classroom {
  status = $state<Status>('off')
  kind = $state<Machine['kind']>('simulator')
  /** What the machine in use can't do, and why. */
  lacks = $state.raw<Machine['lacks']>({})
  /** For facts that need an action. */
  checks = $state.raw<Checks | undefined>(undefined)
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
  isRestored = $state(false)
  isUnsaved = $state(false)
  /** The connection to the machine is lost, and being made again. */
  isLost = $state(false)
  problem = $state.raw<Problem | undefined>(undefined)
  /** A command that waits for the learner's word because its terminal is not at a prompt. */
  held = $state.raw<{ readonly command: string; readonly terminal: string } | undefined>(undefined)
  /** Typed while looking back: asks whether to go back there. */
  isAskingToGoBack = $state(false)
  announcement = $state('')
  alarm = $state('')
  pane = $state<Pane>('read')
  isLensOpen = $state(false)

  #place: Place | undefined
  #machine: RoomMachine | undefined
  #sizes = new Map<string, Size>()
  #screens: Screens = { ready: Promise.resolve(), size: terminal => this.#sizes.get(terminal) ?? USUAL }
  /** When something was typed last, as performance.now() tells. */
  typedAt = 0
  #typing: Promise<void> = Promise.resolve()
  #explanations = new WeakMap<Step, Promise<Explanation | undefined>>()

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
    const known = this.#explanations.get(step) ?? this.#machine?.explanation(step) ?? Promise.resolve(undefined)
    this.#explanations.set(step, known)
    return known
  }

  // ---- which machine

  /** Enters a place with the simulated machine. `sizes` resolves when the screens know theirs. */
  enter(place: Place, sizes: Promise<void>): Promise<void> {
    // Plain data, which can go to a Worker: what comes through a component may be wrapped.
    this.#place = $state.snapshot(place) as Place
    this.active = place.terminals[0]?.name ?? ''
    setTerminalOrder(place.terminals.map(terminal => terminal.name))
    this.#screens = { ...this.#screens, ready: sizes }
    return this.simulate()
  }

  /** Begins, or goes on, with the simulated machine. */
  simulate(): Promise<void> {
    return this.use((place, screens, listeners) => new SimulatorSession(place, screens, listeners))
  }

  /** Leaves the machine in use for another one. */
  async use(create: (place: Place, screens: Screens, listeners: RoomListeners) => RoomMachine): Promise<void> {
    const place = this.#place
    if (!place) return
    const before = this.#machine
    const machine: RoomMachine = create(place, this.#screens, this.#listenersOf(() => this.#machine === machine))
    this.#machine = machine
    this.kind = machine.kind
    this.lacks = machine.lacks
    this.checks = machine.checks
    this.#begin('starting')
    this.terminals = []
    this.frames = []
    await before?.leave()
    if (this.#machine === machine) await machine.start()
  }

  get #simulator(): SimulatorSession | undefined {
    return this.#machine instanceof SimulatorSession ? this.#machine : undefined
  }

  async takeOver(): Promise<void> {
    await this.#simulator?.takeOver()
  }

  /** Throws nothing away: a log that can't be used is set aside. */
  startFresh(): void {
    const log = this.problem?.log ?? ''
    this.problem = undefined
    this.#simulator?.startFresh(log)
  }

  downloadLog(): void {
    const text = this.problem?.log ?? saves.read('session', this.id) ?? ''
    saves.download(text, `isolab-${this.id.replaceAll('/', '-')}.log`)
  }

  // ---- acting

  type(terminal: string, bytes: Uint8Array): void {
    if (this.status !== 'ready' && !this.opening) return
    if (this.looking !== undefined && this.looking !== this.last?.step.n) {
      this.isAskingToGoBack = true
      return
    }
    this.typedAt = performance.now()
    this.#machine?.type(terminal, bytes)
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
    if (this.status === 'ready') this.#machine?.resize(terminal, { rows, cols })
  }

  /** A terminal with the size of its screen. */
  sized({ name, user }: TerminalPlan): TerminalOptions {
    return { name, user, ...this.#screens.size(name) }
  }

  look(step: number | undefined): void {
    const isNow = step === undefined || step === this.last?.step.n
    this.looking = isNow ? undefined : step
    this.isAskingToGoBack = false
    if (!isNow) this.announcement = `Looking at step ${step} of ${this.last?.step.n ?? 0}`
  }

  /** Takes back everything after step `n`. */
  goBack(n: number): void {
    if (this.status !== 'ready' || this.lacks.rewind !== undefined) return
    this.look(undefined)
    this.held = undefined
    this.#machine?.goBack(n)
    this.announcement = `Back at step ${n}`
  }

  get canUndo(): boolean {
    return this.status === 'ready' && this.frames.length > 1 && this.lacks.undo === undefined
  }

  undo(): void {
    const last = this.last?.step.n ?? 0
    if (last > 0) this.goBack(last - 1)
  }

  reset(): void {
    if (this.status !== 'ready' && (this.status !== 'failed' || this.kind === 'simulator')) return
    this.look(undefined)
    this.held = undefined
    this.#machine?.reset()
    this.announcement = 'Back at the start'
  }

  // ---- hearing from the machine

  #begin(status: Status): void {
    this.status = status
    this.problem = undefined
    this.isLost = false
    this.held = undefined
    this.live = undefined
    this.turn = {}
    this.looking = undefined
    this.isAskingToGoBack = false
  }

  /** What a machine that is no longer in use has to say is not heard. */
  #listenersOf(isInUse: () => boolean): RoomListeners {
    const heard = <Args extends unknown[]>(take: (...args: Args) => void) => (...args: Args): void => { if (isInUse()) take(...args) }
    return {
      status: heard(status => {
        if (status === 'starting') {
          this.#begin(status)
          this.frames = []
        } else this.status = status
      }),
      opening: heard(screens => { this.opening = screens }),
      began: heard((timeline, terminals, isRestored) => this.#began(timeline, terminals, isRestored)),
      step: heard(step => this.#step(step)),
      world: heard(world => { this.live = world }),
      turn: heard(turn => {
        this.turn = turn
        if (this.held && turn[this.held.terminal]) this.settleHeld(true)
      }),
      unsaved: heard(isUnsaved => { this.isUnsaved = isUnsaved }),
      lost: heard(isLost => { this.isLost = isLost }),
      problem: heard((status, problem) => {
        this.problem = problem
        this.status = status
      }),
    }
  }

  #began(timeline: readonly Step[], terminals: readonly Terminal[], isRestored: boolean): void {
    this.frames = frames(timeline, this.hasBootMounts)
    this.live = undefined
    this.isRestored = isRestored && timeline.length > 1
    this.terminals = terminals
    if (!terminals.some(terminal => terminal.name === this.active)) this.active = terminals[0]?.name ?? ''
    this.status = 'ready'
  }

  #step(step: Step): void {
    const frame = nextFrame(this.last, step, this.hasBootMounts)
    this.frames = [...this.frames, frame]
    this.live = undefined
    if (step.n > 0) {
      if (frame.isRefused) this.alarm = `Step ${step.n}: refused. ${step.label}`
      else this.announcement = `Step ${step.n}: ${frame.changes.sentence === '' ? 'nothing in the machine changed' : frame.changes.sentence}`
    }
  }
}

export const classroom = new Classroom()
