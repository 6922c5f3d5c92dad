// A real Linux behind a lesson: the Machine that the page and the tools know, made of a guest agent. Which guest, and how it is brought
// back to its start, is the business of its source.
import type { Machine, ScriptResult, Step, Terminal, TerminalOptions } from '../../lab/machine.ts'
import type { World } from '../../lab/world.ts'
import { AgentClient, AgentError } from './agent-client.ts'
import type { AgentPort } from './agent-client.ts'
import type { RawWorld } from './raw-world.ts'
import { RealTerminal } from './real-terminal.ts'
import { StepRecorder } from './step-recorder.ts'
import { worldOf } from './world-of.ts'

export interface MachineSource {
  readonly kind: 'browser-vm' | 'qemu-vm'
  /** A port to the guest's agent; called again after the port before was lost, and then to the same guest. Between two ports a frame must not be cut. */
  connect(): Promise<AgentPort>
  /** Puts the guest back to its pristine state. */
  restore(): Promise<AgentPort>
  /** The guest is no longer needed. */
  dispose(): void
}

/** What a session starts from. */
export interface RealStart {
  /** Run by root before the terminals open. */
  readonly setup: string
  readonly terminals: readonly TerminalOptions[]
}

export interface RealMachineListeners {
  /** A session begins, or begins again: the screens are empty, output follows. */
  started?(timeline: readonly Step[]): void
  /** Whose turn it is, by terminal: true where the machine waits for the learner. */
  state?(state: { readonly running: 'busy' | 'idle'; readonly turn: Readonly<Record<string, boolean>> }): void
  /** The connection is lost and will be made again; `back` follows, or `failed`. */
  lost?(reason: string): void
  back?(): void
  failed?(message: string): void
}

const WHY_NO_LENS = 'The lens shows what the simulated kernel decides, step by step; a real kernel does not tell.'
const WHY_NO_WAY_BACK = 'A real machine cannot go back by a command; it can only be set back to the start of the exercise.'
/** What a command has begun in the background, or ended, is waited for at most so long, with this pause between two looks. */
const SETTLING_MS = 1500
const SETTLING_LOOK_MS = 40
/** The shortest time between two looks at a machine on which a command is still running. */
const WORLD_MS = 700
/** Looking stops the guest: it may take one part of this many of its time. */
const SPARING = 6

/** The processes that run or wait for a disk. */
function running({ processes, agent }: RawWorld): ReadonlySet<number> {
  return new Set(processes.filter(({ pid, state, kernel }) => kernel !== 1 && pid !== agent && (state === 'R' || state === 'D')).map(({ pid }) => pid))
}

const isStirred = (world: RawWorld, before: ReadonlySet<number>): boolean => [...running(world)].some((pid) => !before.has(pid))

export class RealMachine implements Machine {
  readonly kind: 'browser-vm' | 'qemu-vm'
  readonly lacks = {
    undo: WHY_NO_WAY_BACK, rewind: WHY_NO_WAY_BACK, lens: WHY_NO_LENS,
    packets: 'Only the simulated network can show the way of every packet; here, tcpdump and ping are what there is.',
    speed: 'A real machine runs at its own speed.',
    save: 'A real machine is gone when the page is closed.',
  }
  readonly #source: MachineSource
  readonly #listeners: RealMachineListeners
  readonly #terminals = new Map<string, RealTerminal>()
  readonly #onStep: ((step: Step) => void)[] = []
  readonly #onWorld: ((world: World) => void)[] = []
  #steps: StepRecorder
  #agent: AgentClient | undefined
  #start: RealStart = { setup: '', terminals: [] }
  #isClosed = false
  /** Worlds are asked one after the other, and each step waits for its own. */
  #queue: Promise<unknown> = Promise.resolve()
  #liveTimer: ReturnType<typeof setTimeout> | undefined
  /** milliseconds */
  #lookTook = 0
  #lastState = ''
  /** Who ran at the end of the last step. */
  #runningBefore: ReadonlySet<number> = new Set()

  constructor(source: MachineSource, listeners: RealMachineListeners = {}) {
    this.kind = source.kind
    this.#source = source
    this.#listeners = listeners
    this.#steps = new StepRecorder()
  }

  /** Connects, runs the setup and opens the terminals. On a guest where they are open already (the page was loaded anew) it goes on with them. */
  async start(start: RealStart): Promise<void> {
    this.#start = start
    await this.#begin(await this.#source.connect())
  }

  get timeline(): readonly Step[] {
    return this.#steps.timeline
  }
  get terminals(): readonly Terminal[] {
    return [...this.#terminals.values()]
  }
  terminal(name: string): Terminal | undefined {
    return this.#terminals.get(name)
  }

  async openTerminal(options: TerminalOptions): Promise<Terminal> {
    const terminal = this.#known(options)
    if (terminal.id === undefined) await terminal.open(this.#connected)
    return terminal
  }
  async run(script: string, user = 'root'): Promise<ScriptResult> {
    return this.#connected.run(script, { user })
  }
  async world(): Promise<World> {
    return worldOf(await this.#connected.world())
  }
  onStep(step: (step: Step) => void): void {
    this.#onStep.push(step)
  }
  onWorld(world: (world: World) => void): void {
    this.#onWorld.push(world)
  }

  async reset(): Promise<void> {
    const before = this.#agent
    this.#agent = undefined
    before?.close()
    clearTimeout(this.#liveTimer)
    this.#liveTimer = undefined
    for (const terminal of this.#terminals.values()) terminal.forget()
    await this.#begin(await this.#source.restore())
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#liveTimer)
    this.#agent?.close()
    this.#source.dispose()
  }

  // ---- connection

  get #connected(): AgentClient {
    if (this.#agent === undefined) throw new AgentError('the machine is not connected just now')
    return this.#agent
  }

  #talk(port: AgentPort): AgentClient {
    const agent: AgentClient = new AgentClient(port, {
      ran: (event) => {
        if (agent !== this.#agent) return
        this.#steps.ran(event)
        this.#lookSoon()
      },
      lost: (reason) => void (agent === this.#agent && this.#reconnect(reason)),
    })
    this.#agent = agent
    return agent
  }

  async #begin(port: AgentPort): Promise<void> {
    const agent = this.#talk(port)
    const hello = await agent.hello()
    this.#steps = new StepRecorder()
    this.#queue = Promise.resolve()
    this.#lastState = ''
    this.#runningBefore = new Set()
    this.#steps.startOn(await agent.world())
    for (const options of this.#start.terminals) this.#known(options)
    if (hello.terminals.length === 0) {
      await agent.clock(Date.now())
      if (this.#start.setup !== '') await agent.run(this.#start.setup)
    }
    this.#listeners.started?.(this.timeline)
    for (const terminal of this.#terminals.values()) {
      terminal.clear()
      const open = hello.terminals.find(({ name }) => name === terminal.name)
      if (open === undefined) await terminal.open(agent)
      else await terminal.attach(agent, open.id)
    }
  }

  /** Goes on with the same guest over a new port: its terminals are there, the last of their output comes again. */
  #reconnect(reason: string): void {
    if (this.#isClosed) return
    this.#agent = undefined
    this.#listeners.lost?.(reason)
    this.#source.connect().then(async (port) => {
      const agent = this.#talk(port)
      const hello = await agent.hello()
      for (const terminal of this.#terminals.values()) {
        const open = hello.terminals.find(({ name }) => name === terminal.name)
        if (open === undefined) terminal.exit(0)
        else {
          terminal.clear()
          await terminal.attach(agent, open.id)
        }
      }
      this.#listeners.back?.()
    }).catch((error: unknown) => {
      if (!this.#isClosed) this.#listeners.failed?.(error instanceof Error ? error.message : String(error))
    })
  }

  // ---- terminals and steps

  #known(options: TerminalOptions): RealTerminal {
    const known = this.#terminals.get(options.name) ?? new RealTerminal(options, {
      typed: (terminal, text) => this.#steps.typed(terminal.name, text),
      turned: (terminal) => this.#turned(terminal),
    })
    this.#terminals.set(options.name, known)
    return known
  }

  /** A terminal waits for its learner again, or has ended, or has begun to work. */
  #turned(terminal: RealTerminal): void {
    this.#tellState()
    if (!terminal.isAtPrompt && !terminal.isClosed) return
    if (!this.#steps.isWholeLineTyped(terminal.name) && !this.#isStart) return
    if (this.#isStart && ![...this.#terminals.values()].every((each) => each.isAtPrompt || each.isClosed)) return
    const steps = this.#steps
    const ended = steps.begin(this.#isStart ? '' : terminal.name)
    if (ended === undefined) return
    this.#later(async (agent) => {
      const step = steps.end(ended, worldOf(await this.#settled(agent, steps)))
      if (steps === this.#steps) for (const listener of this.#onStep) listener(step)
    })
  }

  /** The World once all that the step has set going has come to rest: `&` gives the prompt back before the program has begun, `kill` before it has
   * ended. At rest is who sleeps; who ran before the step already isn't waited for, nor anybody when the next command is typed. */
  async #settled(agent: AgentClient, steps: StepRecorder): Promise<RawWorld> {
    const end = performance.now() + SETTLING_MS
    let world = await agent.world()
    const before = this.#runningBefore
    while (isStirred(world, before) && steps === this.#steps && steps.isEnding && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, SETTLING_LOOK_MS))
      world = await agent.world()
    }
    this.#runningBefore = running(world)
    return world
  }

  get #isStart(): boolean {
    return !this.#steps.hasStarted
  }

  #tellState(): void {
    const turn = Object.fromEntries([...this.#terminals.values()].map(({ name, isAtPrompt }) => [name, isAtPrompt]))
    const running = Object.values(turn).every(Boolean) ? 'idle' : 'busy'
    const state = JSON.stringify([running, turn])
    if (state === this.#lastState) return
    this.#lastState = state
    this.#listeners.state?.({ running, turn })
    if (running === 'busy') this.#lookSoon()
  }

  /** Something happens in the machine: has the World changed? Asked rarely, since the guest has to stop for it. */
  #lookSoon(): void {
    if (this.#onWorld.length === 0 || this.#isStart) return
    this.#liveTimer ??= setTimeout(() => {
      this.#liveTimer = undefined
      this.#later(async (agent) => {
        const start = performance.now()
        const world = worldOf(await agent.world())
        this.#lookTook = performance.now() - start
        for (const listener of this.#onWorld) listener(world)
      })
    }, Math.max(WORLD_MS, SPARING * this.#lookTook))
  }

  #later(ask: (agent: AgentClient) => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#agent !== undefined) await ask(this.#agent)
    }).catch((error: unknown) => {
      // A lost connection is told elsewhere; the step is then without a picture, and left out.
      if (!(error instanceof AgentError)) throw error
    })
  }
}
