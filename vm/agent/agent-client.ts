// The host's end of the channel to a guest agent: requests become promises, terminals and scripts become streams. It knows nothing of
// where the bytes go: a virtual console in the page, a serial port of QEMU, a WebSocket, a pipe.
import type { ScriptResult } from '../../lab/machine.ts'
import { encodeFields, encodeFrame, FRAME, FrameReader, HELLO_WORD, PROTOCOL_VERSION, ProtocolError, textOf } from './protocol.ts'
import type { Frame } from './protocol.ts'
import type { RawWorld } from './raw-world.ts'

/** A stream of bytes to an agent. Each callback is set once, before anything comes. */
export interface AgentPort {
  send(bytes: Uint8Array): void
  onData(take: (bytes: Uint8Array) => void): void
  /** It is over, and why, in words. Not called after close(). */
  onClose(closed: (reason: string) => void): void
  close(): void
}

export interface AgentHello {
  readonly protocol: number
  /** `6.1.0-32-amd64` */
  readonly release: string
  /** `x86_64`, `i686` */
  readonly arch: string
  readonly users: readonly string[]
  /** Terminals that are open already, by the number of their OPEN; from before a connection was lost. */
  readonly terminals: readonly { readonly id: number; readonly name: string; readonly user: string }[]
  /** Numbers from here on are free. */
  readonly nextId: number
}

/** Whose turn it is at a terminal. */
export interface Turn {
  /** Does a process of the foreground sleep until something is typed? */
  readonly waiting: boolean
  /** Bytes of INPUT that had come when this was true. */
  readonly typed: number
}

/** A program has started (`argv` is there), or ended (`status` is there, as a shell shows it). */
export interface RanEvent {
  readonly pid: number
  readonly path?: string
  readonly argv?: readonly string[]
  /** Inode numbers of its namespaces. */
  readonly ns?: readonly number[]
  readonly tty?: string
  readonly status?: number
}

export interface TerminalEvents {
  output(bytes: Uint8Array): void
  turn(turn: Turn): void
  exit(status: number): void
}

export interface RunOptions {
  readonly user?: string
  /** Printed text as it comes; else it is all in the result. */
  readonly onOutput?: (bytes: Uint8Array) => void
  /** Killed after so many milliseconds; the status is then 137. */
  readonly timeoutMs?: number
}

/** What the agent answered is an error, or the channel is lost. */
export class AgentError extends Error {}

interface Pending { readonly resolve: (payload: Uint8Array) => void; readonly reject: (error: Error) => void }
interface Run { readonly output: (bytes: Uint8Array) => void; readonly exit: (status: number) => void; readonly fail: (error: Error) => void }

export class AgentClient {
  readonly #port: AgentPort
  readonly #reader = new FrameReader()
  readonly #pending = new Map<number, Pending>()
  readonly #terminals = new Map<number, TerminalEvents>()
  readonly #runs = new Map<number, Run>()
  readonly #onRan: (event: RanEvent) => void
  readonly #onLost: (reason: string) => void
  #nextId = 1
  #hello: number | undefined
  #lost: string | undefined

  /** `ran` hears of every program in the guest, `lost` of the end of the channel. */
  constructor(port: AgentPort, listeners: { readonly ran?: (event: RanEvent) => void; readonly lost?: (reason: string) => void } = {}) {
    this.#port = port
    this.#onRan = listeners.ran ?? (() => undefined)
    this.#onLost = listeners.lost ?? (() => undefined)
    port.onData((bytes) => this.#receive(bytes))
    port.onClose((reason) => this.#lose(reason))
  }

  /** The first word of a connection; what the guest was still saying to somebody before is dropped. */
  async hello(): Promise<AgentHello> {
    // A number that no earlier connection is likely to have used, so that its answer can't be mistaken for this one.
    const id = 0x40000000 + Math.floor(Math.random() * 0x3fffffff)
    this.#hello = id
    const hello = JSON.parse(textOf(await this.#ask(FRAME.hello, encodeFields(HELLO_WORD), id))) as AgentHello
    this.#hello = undefined
    if (hello.protocol !== PROTOCOL_VERSION) throw new AgentError(`the guest speaks version ${hello.protocol} of the protocol, this page version ${PROTOCOL_VERSION}: the image is of another time`)
    this.#nextId = Math.max(this.#nextId, hello.nextId)
    return hello
  }

  async world(): Promise<RawWorld> {
    return JSON.parse(textOf(await this.#ask(FRAME.world))) as RawWorld
  }

  /** Bash reads `script` on its standard input, in the user's home; output and errors come together in order. */
  run(script: string, { user = 'root', onOutput, timeoutMs }: RunOptions = {}): Promise<ScriptResult> {
    const id = this.#nextId++
    const decoder = new TextDecoder()
    let output = ''
    return new Promise((resolve, reject) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.kill(id), timeoutMs)
      const over = (): void => {
        clearTimeout(timer)
        this.#runs.delete(id)
      }
      this.#runs.set(id, {
        output: (bytes) => {
          if (onOutput === undefined) output += decoder.decode(bytes, { stream: true })
          else onOutput(bytes)
          this.ack(id, bytes.length)
        },
        exit: (status) => {
          over()
          resolve({ output: output + decoder.decode(), status })
        },
        fail: (error) => {
          over()
          reject(error)
        },
      })
      this.#ask(FRAME.run, encodeFields(user, script), id).catch((error: unknown) => this.#runs.get(id)?.fail(error as Error))
    })
  }

  /** A shell on a new terminal; answers its number. */
  async open(options: { readonly name: string; readonly user: string; readonly rows: number; readonly cols: number }, events: TerminalEvents): Promise<number> {
    const id = this.#nextId++
    this.#terminals.set(id, events)
    try {
      await this.#ask(FRAME.open, encodeFields(options.user, options.rows, options.cols, options.name), id)
    } catch (error) {
      this.#terminals.delete(id)
      throw error
    }
    return id
  }

  /** Goes on with a terminal that is open already: its last output comes again. */
  async attach(id: number, events: TerminalEvents): Promise<void> {
    this.#terminals.set(id, events)
    await this.#ask(FRAME.attach, encodeFields(id))
  }

  input(id: number, bytes: Uint8Array): void {
    this.#send(FRAME.input, id, bytes)
  }
  resize(id: number, rows: number, cols: number): void {
    this.#send(FRAME.resize, id, encodeFields(rows, cols))
  }
  /** So many bytes of a terminal's output have been taken; the guest prints no more than a window ahead. */
  ack(id: number, bytes: number): void {
    this.#send(FRAME.ack, id, encodeFields(bytes))
  }
  /** Ends a script, or hangs up a terminal. */
  kill(id: number): void {
    this.#send(FRAME.kill, id)
  }
  /** Sets the guest's clock, and stirs its random numbers: two machines from one snapshot must not have the same. */
  async clock(milliseconds: number): Promise<void> {
    await this.#ask(FRAME.clock, encodeFields(Math.floor(milliseconds) * 1_000_000, crypto.getRandomValues(new Uint8Array(32))))
  }
  /** Everything written, caches dropped, free memory zero: before a snapshot. */
  async quiesce(): Promise<void> {
    await this.#ask(FRAME.quiesce)
  }
  close(): void {
    this.#lost ??= 'closed'
    this.#fail(new AgentError('the connection to the machine was closed'))
    this.#port.close()
  }

  // ---- frames

  #ask(type: number, payload?: Uint8Array, id = this.#nextId++): Promise<Uint8Array> {
    if (this.#lost !== undefined) return Promise.reject(new AgentError(this.#lost))
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#send(type, id, payload)
    })
  }
  #send(type: number, id: number, payload?: Uint8Array): void {
    if (this.#lost === undefined) this.#port.send(encodeFrame(type, id, payload))
  }

  #receive(bytes: Uint8Array): void {
    if (this.#lost !== undefined) return
    try {
      for (const frame of this.#reader.push(bytes)) this.#take(frame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#port.close()
      this.#lose(error.message)
    }
  }

  #take({ type, id, payload }: Frame): void {
    if (this.#hello !== undefined && id !== this.#hello) return
    switch (type) {
      case FRAME.reply:
        this.#settle(id)?.resolve(payload)
        break
      case FRAME.error:
        // Of no request: the agent has lost its place, or is another one.
        if (id === 0) return this.#lose(textOf(payload))
        this.#settle(id)?.reject(new AgentError(textOf(payload)))
        break
      case FRAME.output:
        this.#runs.get(id)?.output(payload)
        this.#terminals.get(id)?.output(payload)
        break
      case FRAME.exit:
        this.#runs.get(id)?.exit(Number(textOf(payload)))
        this.#terminals.get(id)?.exit(Number(textOf(payload)))
        this.#terminals.delete(id)
        break
      case FRAME.turn:
        this.#terminals.get(id)?.turn(JSON.parse(textOf(payload)) as Turn)
        break
      case FRAME.ran:
        this.#onRan(JSON.parse(textOf(payload)) as RanEvent)
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#fail(new AgentError(reason))
    this.#onLost(reason)
  }
  #fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
    for (const { fail } of [...this.#runs.values()]) fail(error)
  }
}
