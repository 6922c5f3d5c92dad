// What ping says about an answer, and at the end (gather_statistics, finish, status of ping_common.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { MIN_USER_INTERVAL, type PingState } from './state.ts'

const TIME_BYTES = 16
const thousandths = (n: number): string => `${Math.floor(n / 1000)}.${String(Math.floor(n % 1000)).padStart(3, '0')}`
const byte = (n: number): string => n.toString(16)

function timeText(us: number): string {
  if (us >= 100000 - 50) return String(Math.floor((us + 500) / 1000))
  if (us >= 10000 - 5) return `${Math.floor((us + 50) / 1000)}.${Math.floor(((us + 50) % 1000) / 100)}`
  if (us >= 1000) return `${Math.floor((us + 5) / 1000)}.${String(Math.floor(((us + 5) % 1000) / 10)).padStart(2, '0')}`
  return thousandths(us)
}

export interface Reply {
  /** The ICMP message. */
  readonly data: Uint8Array
  readonly sequence: number
  readonly ident: number
  readonly hops: number
  readonly from: string
  /** Microseconds since 1970. */
  readonly received: number
  readonly isWrongSource: boolean
  /** The data that was sent, from the eighth byte on. */
  readonly expected: Uint8Array
}

/** Microseconds it took; the time it was sent at is in its first 16 bytes of data. */
function tripTime(state: PingState, reply: Reply): number | undefined {
  if (!state.isTimed || reply.data.length < 8 + TIME_BYTES) return undefined
  const view = new DataView(reply.data.buffer, reply.data.byteOffset + 8, TIME_BYTES)
  return Math.max(0, reply.received - (view.getUint32(0, true) * 1e6 + view.getUint32(8, true)))
}
function take(state: PingState, us: number): void {
  state.tsum += us
  state.tsum2 += us * us
  state.tmin = Math.min(state.tmin, us)
  state.tmax = Math.max(state.tmax, us)
  state.rtt = state.rtt === 0 ? us * 8 : state.rtt + us - Math.floor(state.rtt / 8)
  if (!state.has('A')) return
  state.interval = Math.floor((Math.floor(state.rtt / 8) + 500) / 1000)
  if (state.uid !== 0 && state.interval < MIN_USER_INTERVAL) state.interval = MIN_USER_INTERVAL
}

/** Counts an answer and prints its line. */
export function* gatherStatistics(state: PingState, reply: Reply): Flow<void> {
  const out = state.c.stdout
  state.received++
  state.acknowledge(reply.sequence)
  const us = tripTime(state, reply)
  if (us !== undefined) take(state, us)
  const isRepeat = state.wasSeen(reply.sequence)
  if (isRepeat) {
    state.repeats++
    state.received--
  } else state.markSeen(reply.sequence)
  if (state.has('q')) return yield* out.flush()
  if (state.has('f')) {
    yield* call('write', 1, Uint8Array.of(8, 32, 8))
    return
  }
  yield* state.timestamp()
  let line = `${reply.data.length} bytes from ${reply.from}: icmp_seq=${reply.sequence}`
  if (state.has('v')) line += ` ident=${reply.ident}`
  if (reply.hops >= 0) line += ` ttl=${reply.hops}`
  if (reply.data.length < state.options.size + 8) {
    yield* out.write(`${line} (truncated)\n`)
    return yield* out.flush()
  }
  if (us !== undefined) line += ` time=${timeText(us)} ms`
  if (isRepeat && (!state.isMulticast || state.has('v'))) line += ' (DUP!)'
  if (reply.isWrongSource) line += ' (DIFFERENT ADDRESS!)'
  line += wrongData(reply)
  yield* out.write(`${line}${state.has('a') ? '\x07' : ''}\n`)
  yield* out.flush()
}
function wrongData({ data, expected }: Reply): string {
  for (let i = TIME_BYTES; i < expected.length; i++) {
    if (data[8 + i] === expected[i]) continue
    let text = `\nwrong data byte #${i} should be 0x${byte(expected[i])} but was 0x${byte(data[8 + i])}`
    for (let j = TIME_BYTES; j < expected.length; j++) text += `${j % 32 === TIME_BYTES ? `\n#${j}\t` : ''}${byte(data[8 + j])} `
    return text
  }
  return ''
}

/** llsqrt of ping_common.c, in whole numbers. */
function wholeRoot(a: number): number {
  let previous = Infinity
  let x = a
  while (x > 0 && x < previous) {
    previous = x
    x = Math.floor((x + Math.floor(a / x)) / 2)
  }
  return x
}
/** %g of a C float. */
const percent = (part: number, whole: number): string => String(Number(Math.fround((part * 100) / whole).toPrecision(6)))

/** The lines at the end. Answers the exit status. */
export function* finish(state: PingState): Flow<number> {
  const out = state.c.stdout
  const elapsed = state.current - state.start
  yield* out.write('\n')
  yield* out.flush()
  let text = `--- ${state.hostname} ping statistics ---\n${state.transmitted} packets transmitted, ${state.received} received`
  if (state.repeats > 0) text += `, +${state.repeats} duplicates`
  if (state.errors > 0) text += `, +${state.errors} errors`
  if (state.transmitted > 0) text += `, ${percent(state.transmitted - state.received, state.transmitted)}% packet loss, time ${Math.floor((elapsed + 500000) / 1e6)}ms`
  text += '\n'
  let comma = ''
  if (state.received > 0 && state.isTimed) {
    const total = state.received + state.repeats
    const average = Math.floor(state.tsum / total)
    const variance = Math.floor((state.tsum2 - Math.floor((state.tsum * state.tsum) / total)) / total)
    text += `rtt min/avg/max/mdev = ${thousandths(state.tmin)}/${thousandths(average)}/${thousandths(state.tmax)}/${thousandths(wholeRoot(variance))} ms`
    comma = ', '
  }
  if (state.pipe > 1) {
    text += `${comma}pipe ${state.pipe}`
    comma = ', '
  }
  if (state.received > 0 && (state.interval === 0 || state.has('f') || state.has('A')) && state.transmitted > 1) {
    const gap = Math.floor(elapsed / 1000 / (state.transmitted - 1))
    text += `${comma}ipg/ewma ${thousandths(gap)}/${thousandths(Math.floor(state.rtt / 8))} ms`
  }
  yield* out.write(`${text}\n`)
  return state.received === 0 || (state.options.deadline > 0 && state.received < state.options.count) ? 1 : 0
}

/** SIGQUIT: where it stands. */
export function* status(state: PingState): Flow<void> {
  state.wantsStatus = false
  const loss = state.transmitted === 0 ? 0 : Math.floor(((state.transmitted - state.received) * 100) / state.transmitted)
  let text = `\r${state.received}/${state.transmitted} packets, ${loss}% loss`
  if (state.received > 0 && state.isTimed) {
    const average = Math.floor(state.tsum / (state.received + state.repeats))
    text += `, min/avg/ewma/max = ${thousandths(state.tmin)}/${thousandths(average)}/${thousandths(Math.floor(state.rtt / 8))}/${thousandths(state.tmax)} ms`
  }
  yield* state.c.stderr.write(`${text}\n`)
}
