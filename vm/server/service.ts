// The service behind the gateway: who may have a machine, who has one, and what each connection's messages mean. Connections are Links; tests make their own.
import type { Clock } from './clock.ts'
import { Metrics } from './metrics.ts'
import { type Lease, Pool, PoolFull, type PoolOptions, type QueuePlace } from './pool.ts'
import { type EndCause, type Link, Session, type SessionLimits } from './session.ts'
import { type Tickets } from './ticket.ts'
import { type ClientMessage, CLOSE, MAX_TEXT } from './wire.ts'

export interface ServiceOptions {
  readonly pool: Omit<PoolOptions, 'onStarted'>
  readonly limits: SessionLimits
  readonly tickets: Tickets
  /** Most machines, and places in the queue, for one address. */
  readonly perAddress: number
}

/** What the gateway passes on of one connection. */
export interface Connection {
  text(text: string): void
  binary(bytes: Uint8Array): void
  closed(): void
}

/** A connection that has not said what it wants by then is closed. */
const FIRST_WORD_WITHIN = 10_000

export class Service {
  readonly metrics = new Metrics()
  readonly pool: Pool
  readonly #options: ServiceOptions
  readonly #clock: Clock
  readonly #sessions = new Map<string, Session>()
  readonly #perAddress = new Map<string, number>()
  #isClosing = false

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#clock = options.pool.clock
    this.pool = new Pool({ ...options.pool, onStarted: (seconds, failed) => this.metrics.started(seconds, failed) })
  }

  get isReady(): boolean {
    return !this.#isClosing && this.pool.isReady
  }

  connect(link: Link, address: string): Connection {
    const leaving = new AbortController()
    let session: Session | undefined
    let isWaiting = false
    const refuse = (reason: string, code: number = CLOSE.refused): void => {
      this.metrics.refused(reason)
      link.tell({ type: 'ended', reason })
      link.close(code, reason)
    }
    const stopWaiting = this.#clock.after(FIRST_WORD_WITHIN, () => refuse('nothing was said'))
    const first = (message: ClientMessage): void => {
      stopWaiting()
      if (message.type === 'resume') session = this.#resume(link, message, refuse)
      else if (message.type !== 'start') refuse('not a first word')
      else if (this.#isAdmitted(message.ticket, address, refuse)) {
        isWaiting = true
        void this.#start(link, message.docker, address, leaving.signal, refuse).then((started) => { session = started })
      }
    }
    return {
      text: (text) => {
        const message = parse(text)
        if (message === undefined) refuse('not understood', CLOSE.violation)
        else if (session !== undefined) this.#say(session, message)
        else if (!isWaiting) first(message)
      },
      binary: (bytes) => {
        if (session === undefined) refuse('bytes before a machine was there', CLOSE.violation)
        else session.take(bytes)
      },
      closed: () => {
        stopWaiting()
        leaving.abort()
        session?.detach(link)
      },
    }
  }

  /** Prometheus's text. */
  report(): string {
    const { leased, warm, starting, waiting, cap } = this.pool.counts
    const sessions = [...this.#sessions.values()]
    return this.metrics.text({
      machines: { leased, warm, starting }, cap, waiting, sessions: sessions.length, connected: sessions.filter(({ isConnected }) => isConnected).length,
      memory: sessions.reduce((sum, { memory }) => sum + memory, 0),
    })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    for (const session of this.#sessions.values()) session.end('shutdown')
    await this.pool.close()
  }

  #say(session: Session, message: ClientMessage): void {
    if (message.type === 'reset') void session.reset()
    else if (message.type === 'ack') session.acknowledge(message.received)
    else if (message.type === 'bye') session.end('bye')
    else session.end('violation')
  }

  #isAdmitted(ticket: string, address: string, refuse: (reason: string, code?: number) => void): boolean {
    const verdict = this.#options.tickets.redeem(ticket)
    if (verdict !== 'good') refuse(`the ticket is ${verdict}`)
    else if (this.#isClosing) refuse('the service is being stopped', CLOSE.busy)
    else if ((this.#perAddress.get(address) ?? 0) >= this.#options.perAddress) refuse('too many machines for one address', CLOSE.busy)
    else return true
    return false
  }

  async #start(link: Link, docker: boolean, address: string, leaving: AbortSignal, refuse: (reason: string, code?: number) => void): Promise<Session | undefined> {
    const count = (by: number): void => {
      const now = (this.#perAddress.get(address) ?? 0) + by
      if (now > 0) this.#perAddress.set(address, now)
      else this.#perAddress.delete(address)
    }
    const placed = ({ position, seconds }: QueuePlace): void => link.tell({ type: 'queued', position, ...(seconds === undefined ? {} : { seconds }) })
    count(1)
    let lease: Lease
    const asked = this.#clock.now()
    try {
      lease = await this.pool.take({ docker }, placed, leaving)
    } catch (error) {
      count(-1)
      if (!leaving.aborted) refuse(error instanceof PoolFull ? error.message : 'no machine could be started', CLOSE.busy)
      return undefined
    }
    this.metrics.waited((this.#clock.now() - asked) / 1000)
    const ended = (cause: EndCause): void => {
      this.metrics.ended(cause)
      this.#sessions.delete(session.id)
      count(-1)
    }
    const session: Session = new Session({
      lease, limits: this.#options.limits, clock: this.#clock,
      listeners: { ended, reconnected: () => this.metrics.reconnected(), bytes: (direction, n) => this.metrics.bytes(direction, n) },
    })
    this.#sessions.set(session.id, session)
    if (leaving.aborted || this.#isClosing) session.end(this.#isClosing ? 'shutdown' : 'bye')
    else session.attach(link)
    return session
  }

  #resume(link: Link, { session: id, key, machine, received }: ClientMessage & { readonly type: 'resume' }, refuse: (reason: string) => void): Session | undefined {
    const session = this.#sessions.get(id)
    if (session?.knows(key) !== true) {
      refuse('this machine is gone')
      return undefined
    }
    const since = machine === undefined || received === undefined ? undefined : { machine, received }
    if (session.attach(link, since)) return session
    refuse('the stream can’t go on there')
    return undefined
  }
}

/** A client's message, if it is one. */
function parse(text: string): ClientMessage | undefined {
  if (text.length > MAX_TEXT) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { type, ticket, docker, session, key, machine, received } = value as Readonly<Record<string, unknown>>
  const isCount = (n: unknown): n is number | undefined => n === undefined || (Number.isSafeInteger(n) && Number(n) >= 0)
  switch (type) {
    case 'start': return typeof ticket === 'string' && typeof docker === 'boolean' ? { type, ticket, docker } : undefined
    case 'resume': return typeof session === 'string' && typeof key === 'string' && isCount(machine) && isCount(received) ? { type, session, key, machine, received } : undefined
    case 'ack': return typeof received === 'number' && isCount(received) ? { type, received } : undefined
    case 'reset':
    case 'bye': return { type }
    default: return undefined
  }
}
