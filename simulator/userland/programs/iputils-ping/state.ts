// What one ping remembers: its options, its counts, and which answers are out (struct ping_rts of ping.h).
import type { Errno } from '../../../abi/errno.ts'
import type { InetMessage } from '../../../abi/inet-message.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { isErr } from '../../../abi/errno.ts'

const NO_DIFFERENCE = 0x7fff
/** Milliseconds: the shortest time between packets without an answer, and for users. */
export const MIN_INTERVAL = 10, MIN_USER_INTERVAL = 2
export const MAX_SEQUENCE = 65536

export interface Options {
  readonly family: 'inet' | 'inet6' | undefined
  readonly count: number
  /** Milliseconds. */
  readonly interval: number
  readonly hasInterval: boolean
  readonly size: number
  readonly ttl: number | undefined
  readonly tos: number
  readonly mark: number | undefined
  /** IP_PMTUDISC_…, -1 for the default. */
  readonly pmtudisc: number
  readonly device: string | undefined
  readonly sourceAddress: string | undefined
  /** Seconds, 0 for none; milliseconds. */
  readonly deadline: number
  readonly linger: number
  readonly preload: number
  readonly pattern: Uint8Array | undefined
  readonly ident: number | undefined
  readonly flags: ReadonlySet<string>
}

export class PingState {
  readonly c: Crt
  readonly options: Options
  interval: number
  hostname = ''
  isMulticast = false
  isNumeric: boolean
  transmitted = 0
  received = 0
  errors = 0
  repeats = 0
  pipe = 0
  acked = 0
  ident = 0
  isExiting = false
  wantsStatus = false
  /** Microseconds. */
  tmin = Infinity
  tmax = 0
  tsum = 0
  tsum2 = 0
  /** Smoothed round trip, times 8. */
  rtt = 0
  /** Nanoseconds of the monotonic clock. */
  start = 0
  current = 0
  tokens = 0
  uid = 0
  screenWidth = Infinity
  readonly #seen = new Set<number>()

  constructor(c: Crt, options: Options) {
    this.c = c
    this.options = options
    this.interval = options.flags.has('f') && !options.hasInterval ? 0 : options.interval
    this.isNumeric = options.flags.has('n') || options.flags.has('f')
  }
  has(flag: string): boolean {
    return this.options.flags.has(flag)
  }
  get isTimed(): boolean {
    return this.options.size >= 16
  }

  wasSeen(sequence: number): boolean {
    return this.#seen.has(sequence % MAX_SEQUENCE)
  }
  markSeen(sequence: number): void {
    this.#seen.add(sequence % MAX_SEQUENCE)
  }
  clearSeen(sequence: number): void {
    this.#seen.delete(sequence % MAX_SEQUENCE)
  }
  advance(): void {
    this.transmitted++
    if (((this.transmitted - this.acked) & 0xffff) > NO_DIFFERENCE) this.acked = (this.transmitted + 1) & 0xffff
  }
  acknowledge(sequence: number): void {
    const difference = (this.transmitted - sequence) & 0xffff
    if (difference > NO_DIFFERENCE) return
    if (difference + 1 > this.pipe) this.pipe = difference + 1
    const ahead = (sequence - this.acked) & 0xffff
    if ((ahead > 0 && ahead <= NO_DIFFERENCE) || ((this.transmitted - this.acked) & 0xffff) > NO_DIFFERENCE) this.acked = sequence
  }
  get inFlight(): number {
    const difference = (this.transmitted - this.acked) & 0xffff
    return difference <= NO_DIFFERENCE ? difference : this.transmitted - this.received - this.errors
  }

  /** error(3): with the whole name the program was called by. */
  *complain(text: string, errno?: Errno): Flow<void> {
    yield* complain(this.c, text, errno)
  }
  *timestamp(): Flow<void> {
    if (!this.has('D')) return
    const now = yield* call('clock_gettime', 0)
    if (!isErr(now)) yield* this.c.stdout.write(`[${now.sec}.${String(Math.floor(now.nsec / 1000)).padStart(6, '0')}] `)
  }
}

export function* complain(c: Crt, text: string, errno?: Errno): Flow<void> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.argv[0]}: ${text}${errno === undefined ? '' : `: ${errno.message}`}\n`)
}

/** What is different in IPv4 and IPv6 (ping_func_set_st). */
export interface PingProtocol {
  readonly fd: number
  readonly isRaw: boolean
  /** An echo request with the next number. Undefined, or why not. */
  sendProbe(): Flow<Errno | undefined>
  /** Reads one error from the queue: how many bad news came over the net, negative for what went wrong here; foreign: about another program's packet. */
  receiveError(): Flow<number | 'foreign'>
  parseReply(message: InetMessage): Flow<void>
}

/** gettimeofday(2) in microseconds. */
export function* microseconds(): Flow<number> {
  const now = yield* call('clock_gettime', 0)
  return isErr(now) ? 0 : now.sec * 1e6 + Math.floor(now.nsec / 1000)
}
/** CLOCK_MONOTONIC in nanoseconds. */
export function* monotonic(): Flow<number> {
  const now = yield* call('clock_gettime', 1)
  return isErr(now) ? 0 : now.sec * 1e9 + now.nsec
}
