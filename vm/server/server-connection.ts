// The client's end of the service: asks for a ticket and a machine, waits in the queue, and keeps the byte stream to the guest agent whole over dropped
// connections. To the agent's client it is one port that lives as long as the machine.
import type { AgentPort } from '../agent/agent-client.ts'
import type { MachineSource } from '../agent/real-machine.ts'
import type { ServerVmOptions } from './options.ts'
import { ReplayBuffer } from './replay.ts'
import { ACK_AFTER, ACK_EVERY, type ClientMessage, MAX_BINARY, type ServerMessage } from './wire.ts'

/** What a learner can't be given, in words for them. */
export class ServerVmError extends Error {}

const FIRST_DELAY = 500
const LONGEST_DELAY = 8000
const STORAGE_KEY = 'isolab-vm-session'

interface Identity { readonly session: string; readonly key: string }

interface Opening { readonly resolve: (port: AgentPort) => void; readonly reject: (error: Error) => void }

type Options = Pick<ServerVmOptions, 'url' | 'ticketUrl' | 'onStatus' | 'docker' | 'storage'>

export class ServerConnection implements MachineSource {
  readonly kind = 'qemu-vm'
  readonly #options: Options
  #socket: WebSocket | undefined
  #identity: Identity | undefined
  /** Whether the service has answered on this socket: bytes may be sent. */
  #isReady = false
  #opening: Opening | undefined
  #port: ServerPort | undefined
  #machine = 0
  #received = 0
  #acknowledged = 0
  #sent = new ReplayBuffer()
  #grace = 120
  #attempt = 0
  #lostAt = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #ackTimer: ReturnType<typeof setTimeout> | undefined
  /** Why the session is over. */
  #over: string | undefined
  #isDisposed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Answers a port to the machine; the same machine as before if there is one. */
  connect(): Promise<AgentPort> {
    if (this.#over !== undefined || this.#port !== undefined) return Promise.reject(new ServerVmError(this.#over ?? 'The machine has ended. A reset brings a fresh one.'))
    return this.#open(async () => {
      const kept = this.#keptIdentity()
      this.#dial(kept === undefined ? { type: 'start', ticket: await this.#ticket(), docker: this.#options.docker ?? false } : { type: 'resume', ...kept })
    })
  }

  /** A fresh machine; of a session that is over, a new session's. */
  restore(): Promise<AgentPort> {
    this.#port?.forget()
    this.#port = undefined
    if (this.#over !== undefined || this.#identity === undefined) {
      this.#over = undefined
      this.#identity = undefined
      this.#machine = 0
      this.#forgetIdentity()
      return this.connect()
    }
    return this.#open(() => {
      // If the connection is down just now, the reset is asked for once it is back.
      if (this.#isReady) this.#tell({ type: 'reset' })
      return Promise.resolve()
    })
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#forgetIdentity()
    clearTimeout(this.#retry)
    clearTimeout(this.#ackTimer)
    if (this.#isReady) this.#tell({ type: 'bye' })
    this.#socket?.close(1000)
    this.#opening?.reject(new ServerVmError('The machine is no longer wanted.'))
    this.#opening = undefined
  }

  // ---- what ports do

  send(port: ServerPort, bytes: Uint8Array): void {
    if (port !== this.#port || this.#over !== undefined) return
    const copy = bytes.slice()
    this.#sent.push(copy)
    if (this.#isReady) this.#sendBytes(copy)
  }

  // ---- opening

  #open(begin: () => Promise<void>): Promise<AgentPort> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
      begin().catch((error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)))
    })
  }

  async #ticket(): Promise<string> {
    const { url, ticketUrl = `${url.replace(/^ws/, 'http').replace(/\/$/, '')}/ticket`, onStatus } = this.#options
    onStatus?.({ state: 'asking' })
    const response = await fetch(ticketUrl, { method: 'POST', cache: 'no-store' }).catch(() => undefined)
    if (response === undefined) throw new ServerVmError('The server with the machines does not answer.')
    if (response.status === 429) throw new ServerVmError('Too many machines were asked for from here; try again in a minute.')
    if (!response.ok) throw new ServerVmError('The server with the machines lets nobody in from this page.')
    const { ticket } = await response.json() as { readonly ticket: string }
    return ticket
  }

  #dial(first: ClientMessage): void {
    if (this.#isDisposed) return
    const socket = new WebSocket(`${this.#options.url.replace(/\/$/, '')}/machine`)
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.onopen = () => socket.send(JSON.stringify(first))
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return
      const data = event.data as string | ArrayBuffer
      if (typeof data === 'string') this.#hear(JSON.parse(data) as ServerMessage)
      else this.#take(new Uint8Array(data))
    }
    socket.onclose = () => {
      if (socket === this.#socket) this.#lose()
    }
  }

  #hear(message: ServerMessage): void {
    const { onStatus } = this.#options
    switch (message.type) {
      case 'queued':
        onStatus?.({ state: 'queued', position: message.position, seconds: message.seconds })
        break
      case 'ready':
        this.#ready(message)
        break
      case 'ack':
        this.#sent.acknowledge(message.received)
        break
      case 'ending':
        onStatus?.({ state: 'ending', limit: message.limit, seconds: message.seconds })
        break
      case 'stopped':
        if (this.#opening === undefined) this.#port?.over(message.reason)
        break
      case 'ended':
        this.#ended(message.reason)
    }
  }

  #ready({ session, key, machine, received, from, grace }: ServerMessage & { readonly type: 'ready' }): void {
    this.#identity = { session, key }
    this.#options.storage?.setItem(this.#storageKey, JSON.stringify(this.#identity))
    this.#grace = grace
    this.#attempt = 0
    this.#isReady = true
    if (machine === this.#machine && this.#opening !== undefined) {
      this.#tell({ type: 'reset' })
      return
    }
    if (machine === this.#machine) {
      this.#sent.acknowledge(received)
      for (const chunk of this.#sent.pending) this.#sendBytes(chunk)
    } else {
      this.#machine = machine
      this.#sent = new ReplayBuffer()
      this.#received = from
      this.#acknowledged = from
      const port = new ServerPort(this)
      this.#port?.over('The machine was replaced by a fresh one.')
      this.#port = port
      this.#opening?.resolve(port)
      this.#opening = undefined
    }
    this.#options.onStatus?.({ state: 'ready' })
  }

  // ---- the stream

  #take(bytes: Uint8Array): void {
    this.#received += bytes.length
    if (this.#received - this.#acknowledged >= ACK_EVERY) this.#ack()
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_AFTER)
    // What still comes of a machine that is being replaced concerns nobody.
    if (this.#opening === undefined) this.#port?.take(bytes)
  }

  #ack(): void {
    clearTimeout(this.#ackTimer)
    this.#ackTimer = undefined
    this.#acknowledged = this.#received
    if (this.#isReady && this.#opening === undefined) this.#tell({ type: 'ack', received: this.#received })
  }

  #sendBytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_BINARY) this.#socket?.send(bytes.slice(at, at + MAX_BINARY))
  }

  #tell(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message))
  }

  // ---- losing it

  /** The socket is closed: the machine waits, so try again until it doesn't. */
  #lose(): void {
    this.#isReady = false
    this.#socket = undefined
    if (this.#isDisposed || this.#over !== undefined) return
    if (this.#identity === undefined) {
      this.#fail('The server with the machines does not answer.')
      return
    }
    if (this.#attempt === 0) this.#lostAt = performance.now()
    else if (performance.now() - this.#lostAt > this.#grace * 1000) {
      this.#ended('The connection was lost for too long; the machine is gone.')
      return
    }
    this.#attempt++
    this.#options.onStatus?.({ state: 'reconnecting', attempt: this.#attempt })
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (this.#attempt - 1))
    const resume: ClientMessage = { type: 'resume', ...this.#identity, machine: this.#machine, received: this.#received }
    this.#retry = setTimeout(() => this.#dial(resume), delay * (0.5 + Math.random() / 2))
  }

  #ended(reason: string): void {
    // A machine from before the page was loaded anew may be gone: then a new one is asked for.
    if (this.#identity === undefined && this.#opening !== undefined && this.#keptIdentity() !== undefined) {
      this.#forgetIdentity()
      this.#socket = undefined
      this.#ticket().then((ticket) => this.#dial({ type: 'start', ticket, docker: this.#options.docker ?? false })).catch((error: unknown) => this.#fail((error as Error).message))
      return
    }
    this.#over = reason
    this.#forgetIdentity()
    this.#options.onStatus?.({ state: 'ended', reason })
    this.#fail(reason)
  }

  #fail(reason: string): void {
    this.#opening?.reject(new ServerVmError(reason))
    this.#opening = undefined
    this.#port?.over(reason)
  }

  // ---- the way back

  get #storageKey(): string {
    return `${STORAGE_KEY} ${this.#options.url} ${this.#options.docker === true ? 'docker' : 'plain'}`
  }

  #keptIdentity(): Identity | undefined {
    const kept = this.#options.storage?.getItem(this.#storageKey)
    return kept === undefined || kept === null ? undefined : JSON.parse(kept) as Identity
  }

  #forgetIdentity(): void {
    this.#options.storage?.removeItem(this.#storageKey)
  }
}

/** The stream to one machine. */
class ServerPort implements AgentPort {
  readonly #connection: ServerConnection
  #take: ((bytes: Uint8Array) => void) | undefined
  #closed: ((reason: string) => void) | undefined
  #early: Uint8Array[] = []
  #isClosed = false

  constructor(connection: ServerConnection) {
    this.#connection = connection
  }

  send(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#connection.send(this, bytes)
  }

  onData(take: (bytes: Uint8Array) => void): void {
    this.#take = take
    for (const bytes of this.#early.splice(0)) take(bytes)
  }

  onClose(closed: (reason: string) => void): void {
    this.#closed = closed
  }

  /** The machine lives on: it is given back by the connection's dispose(). */
  close(): void {
    this.#isClosed = true
  }

  take(bytes: Uint8Array): void {
    if (this.#isClosed) return
    if (this.#take === undefined) this.#early.push(bytes)
    else this.#take(bytes)
  }

  over(reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#closed?.(reason)
  }

  forget(): void {
    this.#isClosed = true
  }
}
