// A real machine behind a page: terminals and steps as they come, nothing kept. It is opened while the page still uses another machine, so what it says
// before the room listens is remembered. Leaving the page ends the one in the page, which holds
// a lot of memory; one on a server waits for a while, in case the page is only loaded anew.
import type { Machine, Step, Terminal } from '../../lab/machine.ts'
import type { RealMachineListeners } from '../../vm/agent/real-machine.ts'
import type { RoomListeners, RoomMachine, Screens, Size, TerminalPlan } from './room.ts'

type Turn = Readonly<Record<string, boolean>>

export class RealSession implements RoomMachine {
  readonly kind: Machine['kind']
  readonly lacks: Machine['lacks']
  readonly checks: Machine
  readonly #machine: Machine
  readonly #hearing: Hearing
  readonly #plans: readonly TerminalPlan[]
  readonly #screens: Screens
  readonly #tell: RoomListeners
  #terminals: readonly Terminal[] = []
  #isGone = false

  constructor(machine: Machine, hearing: Hearing, plans: readonly TerminalPlan[], screens: Screens, listeners: RoomListeners) {
    this.kind = machine.kind
    this.lacks = machine.lacks
    this.#machine = machine
    this.checks = machine
    this.#plans = plans
    this.#screens = screens
    this.#tell = listeners
    this.#hearing = hearing
  }

  async start(): Promise<void> {
    this.#hearing.turnTo({
      started: timeline => { if (this.#terminals.length > 0) this.#tell.began(timeline, this.#terminals, false) },
      state: ({ turn }) => this.#tell.turn(turn),
      lost: () => this.#tell.lost(true),
      back: () => this.#tell.lost(false),
      failed: message => this.#fail(message),
    })
    addEventListener('pagehide', this.#pagehide)
    addEventListener('pageshow', this.#pageshow)
    try {
      await this.#screens.ready
      const terminals = []
      for (const { name, user } of this.#plans) terminals.push(await this.#machine.openTerminal({ name, user, ...this.#screens.size(name) }))
      this.#terminals = terminals
      this.#machine.onStep((step: Step) => this.#tell.step(step))
      this.#machine.onWorld(world => this.#tell.world(world))
      this.#tell.began(this.#machine.timeline, terminals, false)
      for (const { name } of this.#plans) this.resize(name, this.#screens.size(name))
    } catch (error) {
      this.#fail(words(error))
    }
  }

  type(terminal: string, bytes: Uint8Array): void {
    this.#terminal(terminal)?.type(bytes)
  }
  resize(terminal: string, { rows, cols }: Size): void {
    this.#terminal(terminal)?.resize(rows, cols)
  }
  #terminal(name: string): Terminal | undefined {
    return this.#terminals.find(terminal => terminal.name === name)
  }

  /** A real kernel tells nobody why. */
  explanation(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  goBack(): void {
    throw new Error('a real machine cannot go back')
  }

  reset(): void {
    this.#tell.status('starting')
    this.#machine.reset().then(() => {
      this.#tell.began(this.#machine.timeline, this.#terminals, false)
      for (const { name } of this.#plans) this.resize(name, this.#screens.size(name))
    }, (error: unknown) => this.#fail(words(error)))
  }

  leave(): Promise<void> {
    removeEventListener('pageshow', this.#pageshow)
    this.#close()
    return Promise.resolve()
  }

  #fail(message: string): void {
    this.#tell.problem('failed', { message, log: '' })
  }

  #close(): void {
    if (this.#isGone) return
    this.#isGone = true
    removeEventListener('pagehide', this.#pagehide)
    this.#machine.close()
  }

  #pagehide = (): void => { if (this.kind === 'browser-vm') this.#close() }
  /** The browser had kept the page for the way back, but not the machine. */
  #pageshow = (event: PageTransitionEvent): void => {
    removeEventListener('pageshow', this.#pageshow)
    if (event.persisted && this.#isGone) this.#fail('It was put away when you left this page.')
  }
}

/** What a machine says about itself, kept until somebody listens. */
export class Hearing {
  #to: RealMachineListeners | undefined
  #turn: { readonly running: 'busy' | 'idle'; readonly turn: Turn } | undefined

  readonly listeners: RealMachineListeners = {
    started: timeline => this.#to?.started?.(timeline),
    state: state => {
      this.#turn = state
      this.#to?.state?.(state)
    },
    lost: reason => this.#to?.lost?.(reason),
    back: () => this.#to?.back?.(),
    failed: message => this.#to?.failed?.(message),
  }

  turnTo(listeners: RealMachineListeners): void {
    this.#to = listeners
    if (this.#turn) listeners.state?.(this.#turn)
  }
}

export const words = (error: unknown): string => error instanceof Error ? error.message : String(error)
