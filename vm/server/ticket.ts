// Tickets: who has one may ask for a machine, once, soon. A ticket is its content and a signature over it (HMAC-SHA-256), so that a service that shares the
// key may hand them out elsewhere.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from './clock.ts'

interface TicketContent {
  /** Random; a ticket is good once. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly until: number
}

export type TicketVerdict = 'good' | 'malformed' | 'forged' | 'expired' | 'used'

/** Longest ticket that is looked at. */
const MAX_LENGTH = 256

export class Tickets {
  readonly #key: Buffer
  readonly #life: number
  readonly #now: () => number
  /** Ids of tickets that were used and could still be shown again, with their end. */
  readonly #used = new Map<string, number>()

  /** `key`: at least 32 bytes; random if none is shared. `life` in milliseconds. `now`: milliseconds since 1970. */
  constructor({ key = randomBytes(32), life = 30_000, now = Date.now }: { readonly key?: Buffer; readonly life?: number; readonly now?: Clock['now'] } = {}) {
    if (key.length < 32) throw new Error('the key for tickets is too short: 32 bytes at least')
    this.#key = key
    this.#life = life
    this.#now = now
  }

  issue(): string {
    const content: TicketContent = { id: randomBytes(16).toString('base64url'), until: this.#now() + this.#life }
    const text = Buffer.from(JSON.stringify(content)).toString('base64url')
    return `${text}.${this.#sign(text).toString('base64url')}`
  }

  /** Is it good? If so, it is used from now on. */
  redeem(ticket: string): TicketVerdict {
    const [text = '', signature = '', ...rest] = ticket.length <= MAX_LENGTH ? ticket.split('.') : []
    if (text === '' || signature === '' || rest.length > 0) return 'malformed'
    const given = Buffer.from(signature, 'base64url')
    const right = this.#sign(text)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged'
    const { id, until } = JSON.parse(Buffer.from(text, 'base64url').toString()) as TicketContent
    const now = this.#now()
    if (until <= now) return 'expired'
    if (this.#used.has(id)) return 'used'
    for (const [old, end] of this.#used) if (end <= now) this.#used.delete(old)
    this.#used.set(id, until)
    return 'good'
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
}
