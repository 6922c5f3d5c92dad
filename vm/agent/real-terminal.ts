// A terminal of a real machine: a pty that the guest's agent holds. It keeps its name over resets and lost connections, its number in the
// guest changes.
import type { Terminal, TerminalOptions } from '../../lab/machine.ts'
import type { AgentClient, TerminalEvents, Turn } from './agent-client.ts'

interface Watcher {
  typed(terminal: RealTerminal, text: string): void
  /** isAtPrompt or isClosed may have changed. */
  turned(terminal: RealTerminal): void
}

export class RealTerminal implements Terminal {
  readonly name: string
  readonly user: string
  readonly #watcher: Watcher
  #rows: number
  #cols: number
  #agent: AgentClient | undefined
  #id: number | undefined
  /** Bytes sent as INPUT on this connection: a turn that doesn't count them all is older than the last key. */
  #sent = 0
  #turn: Turn = { waiting: false, typed: 0 }
  #isClosed = false
  #decoder = new TextDecoder()
  #take: ((bytes: Uint8Array, done: () => void) => void) | undefined
  #clear: (() => void) | undefined
  #closed: ((status: number) => void) | undefined
  #early: Uint8Array[] = []
  #ahead: Uint8Array[] = []

  constructor(options: TerminalOptions, watcher: Watcher) {
    this.name = options.name
    this.user = options.user
    this.#rows = options.rows
    this.#cols = options.cols
    this.#watcher = watcher
  }

  /** Its number in the guest; undefined while it is not open. */
  get id(): number | undefined {
    return this.#id
  }
  get isAtPrompt(): boolean {
    return this.#turn.waiting && this.#turn.typed >= this.#sent
  }
  get isClosed(): boolean {
    return this.#isClosed
  }

  type(bytes: Uint8Array): void {
    if (this.#isClosed || bytes.length === 0) return
    if (this.#agent === undefined || this.#id === undefined) {
      this.#ahead.push(bytes)
      return
    }
    this.#watcher.typed(this, this.#decoder.decode(bytes, { stream: true }))
    this.#sent += bytes.length
    this.#agent.input(this.#id, bytes)
    this.#watcher.turned(this)
  }
  resize(rows: number, cols: number): void {
    this.#rows = rows
    this.#cols = cols
    if (this.#id !== undefined) this.#agent?.resize(this.#id, rows, cols)
  }
  onOutput(take: (bytes: Uint8Array, done: () => void) => void): void {
    this.#take = take
    for (const bytes of this.#early.splice(0)) this.#output(bytes)
  }
  onClear(clear: () => void): void {
    this.#clear = clear
  }
  onClosed(closed: (status: number) => void): void {
    this.#closed = closed
  }

  // ---- the machine's side

  async open(agent: AgentClient): Promise<void> {
    const { name, user } = this
    const [rows, cols] = [this.#rows, this.#cols]
    this.#isClosed = false
    this.#begin(agent, await agent.open({ name, user, rows, cols }, this.#events(agent)))
    if (rows !== this.#rows || cols !== this.#cols) this.resize(this.#rows, this.#cols)
  }
  /** Goes on with the terminal that has this number in the guest. */
  async attach(agent: AgentClient, id: number): Promise<void> {
    this.#sent = 0
    await agent.attach(id, this.#events(agent))
    this.#begin(agent, id)
    this.resize(this.#rows, this.#cols)
  }
  /** What is on the screen is void. */
  clear(): void {
    this.#early = []
    this.#clear?.()
  }
  /** The machine it was on is gone. */
  forget(): void {
    this.#agent = undefined
    this.#id = undefined
    this.#ahead = []
    this.#sent = 0
    this.#turn = { waiting: false, typed: 0 }
    this.#decoder = new TextDecoder()
  }
  exit(status: number): void {
    this.#isClosed = true
    this.#watcher.turned(this)
    this.#closed?.(status)
  }

  #begin(agent: AgentClient, id: number): void {
    this.#agent = agent
    this.#id = id
    for (const bytes of this.#ahead.splice(0)) this.type(bytes)
  }

  #events(agent: AgentClient): TerminalEvents {
    return {
      output: (bytes) => this.#output(bytes, agent),
      turn: (turn) => {
        this.#turn = turn
        this.#watcher.turned(this)
      },
      exit: (status) => this.exit(status),
    }
  }

  #output(bytes: Uint8Array, agent = this.#agent): void {
    if (this.#take === undefined) this.#early.push(bytes)
    else this.#take(bytes, () => {
      if (this.#id !== undefined && agent === this.#agent) agent?.ack(this.#id, bytes.length)
    })
  }
}
