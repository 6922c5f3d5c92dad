// One learner and their machine: the two byte streams between a connection that may drop and come back and a machine that may be replaced, within the
// session's time limits. It knows neither WebSockets nor QEMU.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Clock } from './clock.ts'
import type { MachineHandle } from './driver.ts'
import { FrameEnds } from './frame-ends.ts'
import { FrameGuard, Violation } from './frame-guard.ts'
import type { Lease } from './pool.ts'
import { ReplayBuffer } from './replay.ts'
import { ACK_AFTER, ACK_EVERY, CLOSE, type Limit, type ServerMessage } from './wire.ts'

/** A connection to a client. */
export interface Link {
  send(bytes: Uint8Array): void
  tell(message: ServerMessage): void
  /** Whether its bytes are to be read. */
  flow(isOn: boolean): void
  close(code: number, reason: string): void
}

export interface SessionLimits {
  /** Milliseconds: without anything typed, in all, and after a lost connection. */
  readonly idle: number
  readonly total: number
  readonly grace: number
}

/** Why a session ended, for the metrics. */
export type EndCause = 'bye' | 'idle' | 'total' | 'lost' | 'violation' | 'shutdown' | 'driver'

export interface SessionListeners {
  ended(cause: EndCause): void
  reconnected(): void
  bytes(direction: 'in' | 'out', n: number): void
}

/** Bytes of a machine's output kept for a client; the machine has to wait beyond. */
const MOST_KEPT = 1024 * 1024
/** Bytes a machine may leave unread. */
const MOST_UNREAD = 1024 * 1024
const WARNING = 60_000

const WORDS: Readonly<Record<EndCause, string>> = {
  bye: 'The machine was given back.',
  idle: 'Nothing was typed for a long time, so the machine went to somebody else.',
  total: 'The time for one machine is over.',
  lost: 'The connection was lost for too long; the machine is gone.',
  violation: 'The connection sent what no lesson sends, and was closed.',
  shutdown: 'The service is being stopped.',
  driver: 'No fresh machine could be started.',
}

export class Session {
  readonly id = randomBytes(16).toString('base64url')
  readonly #key = randomBytes(32)
  readonly #lease: Lease
  readonly #limits: SessionLimits
  readonly #clock: Clock
  readonly #listeners: SessionListeners
  readonly #guard: FrameGuard
  readonly #began: number
  #link: Link | undefined
  #machine: MachineHandle
  /** How many machines this session has had. */
  #count = 1
  #output = new ReplayBuffer()
  #ends = new FrameEnds()
  /** A client that begins anew waits for the end of the frame that was under way. */
  #isSkipping = false
  #received = 0
  #acknowledged = 0
  #active: number
  #isOver = false
  #isResetting = false
  #isHeld = false
  #stopAck: (() => void) | undefined
  #stopGrace: (() => void) | undefined
  #stopLimit: (() => void) | undefined
  #warned: Limit | undefined

  constructor({ lease, limits, clock, listeners }: { readonly lease: Lease; readonly limits: SessionLimits; readonly clock: Clock; readonly listeners: SessionListeners }) {
    this.#lease = lease
    this.#limits = limits
    this.#clock = clock
    this.#listeners = listeners
    this.#guard = new FrameGuard(clock)
    this.#began = clock.now()
    this.#active = this.#began
    this.#machine = lease.machine
    this.#use(lease.machine)
    this.#watchLimits()
  }

  get isConnected(): boolean {
    return this.#link !== undefined
  }

  /** Bytes of the host's memory. */
  get memory(): number {
    return this.#machine.memory()
  }

  knows(key: string): boolean {
    const given = Buffer.from(key, 'base64url')
    return given.length === this.#key.length && timingSafeEqual(given, this.#key)
  }

  /** Connects a client. `since`: which machine's stream it has, and how much of it. An older connection is closed. False if the stream can't go on there. */
  attach(link: Link, since?: { readonly machine: number; readonly received: number }): boolean {
    if (since?.machine === this.#count && !this.#isResetting && !this.#output.acknowledge(since.received)) return false
    if (since === undefined && !this.#isResetting) this.#beginAnew()
    this.#stopGrace?.()
    this.#link?.close(CLOSE.replaced, 'the same machine was connected elsewhere')
    if (this.#link !== undefined || since !== undefined) this.#listeners.reconnected()
    this.#link = link
    link.flow(!this.#isHeld)
    if (this.#isResetting) return true
    this.#tellReady(link)
    for (const chunk of this.#output.pending) link.send(chunk)
    if (!this.#machine.alive) link.tell({ type: 'stopped', reason: 'the machine has ended' })
    this.#flow()
    return true
  }

  /** The connection is gone; the machine waits for it to come back. */
  detach(link: Link): void {
    if (this.#link !== link || this.#isOver) return
    this.#link = undefined
    this.#stopGrace = this.#clock.after(this.#limits.grace, () => this.end('lost'))
  }

  /** Bytes of the client's stream. */
  take(bytes: Uint8Array): void {
    if (this.#isOver || this.#isResetting) return
    this.#received += bytes.length
    this.#listeners.bytes('in', bytes.length)
    try {
      const { frames, isActivity } = this.#guard.check(bytes)
      if (isActivity) this.#active = this.#clock.now()
      for (const frame of frames) if (this.#machine.alive) this.#machine.port.write(frame)
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      this.end('violation')
      return
    }
    if (this.#machine.port.writableLength > MOST_UNREAD && !this.#isHeld) this.#hold(this.#machine.port)
    this.#ackSoon()
  }

  /** The client has so many bytes of the machine's stream. */
  acknowledge(received: number): void {
    if (this.#isResetting) return
    if (this.#output.acknowledge(received)) this.#flow()
    else this.end('violation')
  }

  /** A fresh machine instead of this one. */
  async reset(): Promise<void> {
    if (this.#isOver || this.#isResetting) return
    this.#isResetting = true
    this.#machine.port.removeAllListeners('data')
    this.#count++
    this.#active = this.#clock.now()
    try {
      this.#use(await this.#lease.renew())
    } catch {
      this.end('driver')
    }
    this.#isResetting = false
    if (this.#link !== undefined) this.#tellReady(this.#link)
  }

  end(cause: EndCause): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const stop of [this.#stopAck, this.#stopGrace, this.#stopLimit]) stop?.()
    this.#link?.tell({ type: 'ended', reason: WORDS[cause] })
    this.#link?.close(cause === 'violation' ? CLOSE.violation : CLOSE.done, WORDS[cause])
    this.#link = undefined
    this.#lease.release()
    this.#listeners.ended(cause)
  }

  // ---- streams

  /** The machine reads too slowly: the client has to wait. */
  #hold(port: Duplex): void {
    this.#isHeld = true
    this.#link?.flow(false)
    const release = (): void => {
      port.off('drain', release).off('close', release)
      this.#isHeld = false
      this.#link?.flow(true)
    }
    port.once('drain', release)
    port.once('close', release)
  }

  #use(machine: MachineHandle): void {
    this.#machine = machine
    this.#output = new ReplayBuffer()
    this.#ends = new FrameEnds()
    this.#isSkipping = false
    this.#received = 0
    this.#acknowledged = 0
    this.#guard.restart()
    machine.port.on('data', (chunk: Uint8Array) => {
      if (machine === this.#machine) this.#print(chunk)
    })
    machine.onExit((reason) => {
      if (machine === this.#machine && !this.#isOver) this.#link?.tell({ type: 'stopped', reason })
    })
  }

  #print(chunk: Uint8Array): void {
    this.#listeners.bytes('out', chunk.length)
    const end = this.#ends.push(chunk)
    let rest = chunk
    if (this.#isSkipping) {
      if (end === undefined) return
      this.#isSkipping = false
      rest = chunk.subarray(end)
    }
    this.#output.push(rest)
    this.#link?.send(rest)
    this.#flow()
  }

  #flow(): void {
    const { port } = this.#machine
    if (this.#output.size > MOST_KEPT) port.pause()
    else if (port.isPaused()) port.resume()
  }

  #beginAnew(): void {
    this.#output.acknowledge(this.#output.end)
    this.#isSkipping = !this.#ends.isAtEnd
    this.#received = 0
    this.#acknowledged = 0
    this.#guard.restart()
  }

  #tellReady(link: Link): void {
    this.#acknowledged = this.#received
    link.tell({
      type: 'ready', session: this.id, key: this.#key.toString('base64url'), machine: this.#count, received: this.#received,
      from: this.#output.end - this.#output.size, grace: this.#limits.grace / 1000,
    })
  }

  #ackSoon(): void {
    if (this.#received - this.#acknowledged >= ACK_EVERY) this.#ack()
    else this.#stopAck ??= this.#clock.after(ACK_AFTER, () => this.#ack())
  }

  #ack(): void {
    this.#stopAck?.()
    this.#stopAck = undefined
    this.#acknowledged = this.#received
    this.#link?.tell({ type: 'ack', received: this.#received })
  }

  // ---- limits

  /** Looks again when the nearer limit, or its warning, is due; typing may have moved it away by then. */
  #watchLimits(): void {
    const now = this.#clock.now()
    const idle = this.#active + this.#limits.idle
    const total = this.#began + this.#limits.total
    const [limit, due]: readonly [Limit, number] = idle < total ? ['idle', idle] : ['total', total]
    if (due <= now) {
      this.end(limit)
      return
    }
    const left = due - now
    if (left > WARNING) this.#warned = undefined
    else if (this.#warned !== limit) {
      this.#warned = limit
      this.#link?.tell({ type: 'ending', limit, seconds: Math.ceil(left / 1000) })
    }
    this.#stopLimit = this.#clock.after(left > WARNING ? left - WARNING : Math.min(left, 1000), () => this.#watchLimits())
  }
}
