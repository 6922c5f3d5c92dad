import { describe, expect, it } from 'vitest'
import { Errno } from '../../abi/errno.ts'
import { concatBytes, EMPTY_BYTES } from '../../lib/bytes.ts'
import { Random } from '../../lib/random.ts'
import { NSEC_PER_MSEC, NSEC_PER_SEC } from '../clock.ts'
import { type Tcp, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from './packet.ts'
import { TcpConnection } from './tcp-connection.ts'
import type { TcpSettings } from './tcp-settings.ts'

const SETTINGS: TcpSettings = {
  sport: 1000, dport: 80, initialSequence: 0xfffffff0, mss: 1460, pathMtu: 1500, receiveSpace: 65536, sendSpace: 87040, windowScale: 6, timestamps: true, sack: true, windowScaling: true,
  synRetries: 6, synAckRetries: 5, retries: 15, orphanRetries: 8, finTimeout: 60 * NSEC_PER_SEC,
}
const DELAY = NSEC_PER_MSEC

/** What the network does with a segment: when each of its copies arrives. */
type Fate = (segment: Tcp) => readonly number[]

/** Two ends, a clock and what is on its way between them. */
class Wire {
  now = 0
  readonly client: TcpConnection
  server: TcpConnection | undefined
  readonly seen: string[] = []
  fate: Fate = () => [DELAY]
  readonly #serverSettings: TcpSettings
  #flying: { readonly at: number; readonly to: 'client' | 'server'; readonly segment: Tcp }[] = []

  constructor(client: Partial<TcpSettings> = {}, server: Partial<TcpSettings> = {}) {
    this.client = new TcpConnection({ ...SETTINGS, ...client })
    this.#serverSettings = { ...SETTINGS, sport: 80, dport: 1000, initialSequence: 77, ...server }
  }
  #collect(): void {
    for (const [from, to] of [[this.client, 'server'], [this.server, 'client']] as const) {
      for (const segment of from?.takeOutput() ?? []) {
        this.seen.push(`${to === 'server' ? '>' : '<'} ${describeFlags(segment.flags)}${segment.data.length > 0 ? ` ${segment.data.length}` : ''}`)
        for (const delay of this.fate(segment)) this.#flying.push({ at: this.now + delay, to, segment })
      }
    }
  }
  #deliver(to: 'client' | 'server', segment: Tcp): void {
    if (to === 'client') this.client.receive(segment, this.now)
    else if (this.server !== undefined && this.server.state !== 'CLOSED') this.server.receive(segment, this.now)
    else if (this.server === undefined && (segment.flags & TCP_SYN) !== 0) {
      this.server = new TcpConnection(this.#serverSettings)
      this.server.accept(segment, this.now)
    }
  }
  /** Lets time pass until nothing is due before `until`, `each` time asking the applications what they do. */
  run(until: number, each?: () => void): void {
    for (let steps = 0; steps < 200_000; steps++) {
      this.#collect()
      each?.()
      this.#collect()
      const due = Math.min(...this.#flying.map((f) => f.at), this.client.deadline ?? Infinity, this.server?.deadline ?? Infinity)
      if (due > until) {
        this.now = until
        return
      }
      this.now = Math.max(this.now, due)
      const next = this.#flying.filter((f) => f.at <= this.now).sort((a, b) => a.at - b.at)
      this.#flying = this.#flying.filter((f) => f.at > this.now)
      for (const { to, segment } of next) this.#deliver(to, segment)
      for (const end of [this.client, this.server]) if (end?.deadline !== undefined && end.deadline <= this.now) end.tick(this.now)
    }
    throw new Error('it never gets quiet')
  }
  connect(): this {
    this.client.connect(this.now)
    this.run(this.now + 10 * DELAY)
    return this
  }
  get states(): readonly (string | undefined)[] {
    return [this.client.state, this.server?.state]
  }
}
const describeFlags = (flags: number): string => [[TCP_SYN, 'S'], [TCP_FIN, 'F'], [TCP_RST, 'R'], [TCP_PSH, 'P'], [TCP_ACK, '.']].filter(([bit]) => (flags & Number(bit)) !== 0).map(([, c]) => c).join('')
const pattern = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed + (i >> 8)) & 0xff)

describe('a TCP connection', () => {
  it('begins with three segments and ends with three, if the other end closes at once', () => {
    const wire = new Wire().connect()
    expect(wire.states).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    wire.client.release(wire.now)
    wire.run(wire.now + 5 * DELAY, () => {
      if (wire.server?.state === 'CLOSE-WAIT') wire.server.release(wire.now)
    })
    expect(wire.seen).toEqual(['> S', '< S.', '> .', '> F.', '< F.', '> .'])
    expect(wire.states).toEqual(['TIME-WAIT', 'CLOSED'])
    wire.run(wire.now + 61 * NSEC_PER_SEC)
    expect(wire.client.state).toBe('CLOSED')
  })

  it('can be half closed: the other direction still carries bytes', () => {
    const wire = new Wire().connect()
    wire.client.finish(wire.now)
    wire.run(wire.now + 100 * DELAY)
    expect(wire.states).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT'])
    wire.server?.write(pattern(5000, 1), wire.now)
    wire.run(wire.now + 100 * DELAY)
    expect(wire.client.read(9999, wire.now)).toEqual(pattern(5000, 1))
  })

  it('is closed by both at once', () => {
    const wire = new Wire().connect()
    wire.client.release(wire.now)
    wire.server?.release(wire.now)
    wire.run(wire.now + 10 * DELAY)
    expect(wire.states).toEqual(['TIME-WAIT', 'TIME-WAIT'])
  })

  it('is reset where bytes were left unread, and afterwards bytes are refused', () => {
    const wire = new Wire().connect()
    wire.client.write(pattern(10, 1), wire.now)
    wire.run(wire.now + 10 * DELAY)
    wire.server?.release(wire.now)
    wire.run(wire.now + 10 * DELAY)
    expect([wire.client.state, wire.client.error]).toEqual(['CLOSED', Errno.ECONNRESET])
  })

  it('sends its SYN again after 1, 3, 7, 15, 31 and 63 seconds and gives up after 127', () => {
    const wire = new Wire()
    const sent: number[] = []
    wire.fate = () => {
      sent.push(wire.now / NSEC_PER_SEC)
      return []
    }
    wire.client.connect(0)
    wire.run(126 * NSEC_PER_SEC)
    expect(sent).toEqual([0, 1, 3, 7, 15, 31, 63])
    expect(wire.client.state).toBe('SYN-SENT')
    wire.run(128 * NSEC_PER_SEC)
    expect(wire.client.error).toBe(Errno.ETIMEDOUT)
  })

  it('stops at a closed window and asks until it opens', () => {
    const wire = new Wire({}, { receiveSpace: 4096 }).connect()
    const sent = wire.client.write(pattern(20_000, 3), wire.now)
    wire.run(wire.now + 30 * NSEC_PER_SEC)
    expect([sent, wire.client.sender.window, wire.client.state]).toEqual([20_000, 0, 'ESTABLISHED'])
    expect(wire.server?.readable).toBeLessThan(4096 + 64)
    const parts: Uint8Array[] = []
    wire.run(wire.now + 600 * NSEC_PER_SEC, () => parts.push(wire.server?.read(700, wire.now) ?? EMPTY_BYTES))
    parts.push(wire.server?.read(9999, wire.now) ?? EMPTY_BYTES)
    expect(concatBytes(parts)).toEqual(pattern(20_000, 3))
  })

  it('delivers every byte in order or says that it could not, whatever the network loses, doubles and reorders', () => {
    const random = new Random(20)
    for (let round = 0; round < 80; round++) {
      const loss = random.below(45) / 100
      const sizes = { receiveSpace: 1024 * (1 + random.below(64)), mss: 100 + random.below(1400) }
      const wire = new Wire({ mss: 100 + random.below(1400) }, sizes)
      wire.fate = () => {
        if (random.below(100) < loss * 100) return []
        const copies = random.below(10) === 0 ? 2 : 1
        return Array.from({ length: copies }, () => DELAY * (1 + (random.below(4) === 0 ? random.below(400) : 0)))
      }
      const up = pattern(random.below(60_000), round), down = pattern(random.below(60_000), round + 1)
      const got: { up: Uint8Array[]; down: Uint8Array[] } = { up: [], down: [] }
      const sent = { up: 0, down: 0 }
      wire.client.connect(0)
      wire.run(2 * 3600 * NSEC_PER_SEC, () => {
        const { client, server, now } = wire
        for (const [end, data, key, into] of [[client, up, 'up', 'down'], [server, down, 'down', 'up']] as const) {
          if (end === undefined || end.isOrphan) continue
          if (end.state === 'ESTABLISHED' || end.state === 'CLOSE-WAIT') {
            sent[key] += end.write(data.subarray(sent[key]), now)
            if (sent[key] === data.length && !end.sender.hasFinQueued) end.finish(now)
          }
          got[into].push(end.read(1 + random.below(3000), now))
          if (end.isPeerDone && end.readable === 0 && sent[key] === data.length) end.release(now)
        }
      })
      got.up.push(wire.server?.read(1e6, wire.now) ?? EMPTY_BYTES)
      got.down.push(wire.client.read(1e6, wire.now))
      const error = wire.client.error ?? wire.server?.error
      if (error === undefined && wire.server !== undefined) {
        expect(concatBytes(got.up)).toEqual(up)
        expect(concatBytes(got.down)).toEqual(down)
      } else {
        expect(loss).toBeGreaterThan(0.1)
        for (const end of [wire.client, wire.server]) end?.release(wire.now)
        wire.run(wire.now + 3600 * NSEC_PER_SEC)
      }
      expect([wire.client.state, wire.server?.state ?? 'CLOSED', wire.client.deadline, wire.server?.deadline]).toEqual(['CLOSED', 'CLOSED', undefined, undefined])
    }
  })
})
