// nc's options and operands (netcat-openbsd 1.219).
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, unsimulated, warn } from '../../libc/err.ts'
import { servicePort } from '../../libc/services.ts'
import { call } from '../../libc/syscall.ts'
import type { OptionTable } from '../../program-table.ts'
import { HELP, USAGE } from './help.ts'

export const OPTIONS: OptionTable = { short: '46bCDdFhI:i:klM:m:NnO:P:p:q:rSs:T:tUuV:vW:w:X:x:Zz', long: [], unsimulatedShort: 'FIMmOPSTtVXxZ' }
const MAX_PORT = 65535
const INT_MAX = 0x7fffffff

export interface NcOptions {
  readonly family: 'inet' | 'inet6' | 'unix' | undefined
  readonly isUdp: boolean
  readonly listens: boolean
  readonly keeps: boolean
  readonly verbose: boolean
  readonly scans: boolean
  readonly numeric: boolean
  /** -N: shut the connection down for writing after the end of input. */
  readonly shutsDown: boolean
  readonly detached: boolean
  readonly crlf: boolean
  readonly randomPorts: boolean
  readonly broadcasts: boolean
  /** -q: seconds after the end of input; undefined: wait for the other end. */
  readonly quitAfter: number | undefined
  /** -w and -i in milliseconds; -1: no limit. */
  readonly timeoutMs: number
  readonly intervalSeconds: number
  /** -W: end after so many packets. */
  readonly receiveLimit: number
  readonly sourcePort: string | undefined
  readonly sourceAddress: string | undefined
  readonly host: string | undefined
  /** As typed: a number, a service, a range. */
  readonly port: string | undefined
}

function* usage(c: Crt): Flow<never> {
  yield* c.stderr.write(USAGE)
  return exit(1)
}
/** strtonum(3) */
function complaint(text: string, low: number, high: number): string | undefined {
  if (!/^\s*[+-]?\d+$/.test(text)) return 'invalid'
  return Number(text) < low ? 'too small' : Number(text) > high ? 'too large' : undefined
}
function* number(c: Crt, what: string, text: string, low: number, high: number): Flow<number> {
  const bad = complaint(text, low, high)
  if (bad !== undefined) exit(yield* fail(c, 1, `${what} ${bad}: ${text}`))
  return Number(text)
}

/** The options; ends the program where they make no sense. */
export function* parseOptions(c: Crt): Flow<NcOptions> {
  const parsed = getoptLong(c.argv, OPTIONS.short, [], OPTIONS.unsimulatedShort)
  const given = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* warn(c, event.error)
      return yield* usage(c)
    }
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    if (event.opt === 'h') {
      yield* c.stderr.write(HELP)
      return exit(0)
    }
    if (event.opt === 'w') yield* number(c, 'timeout', event.arg ?? '', 0, INT_MAX / 1000)
    if (event.opt === 'i') yield* number(c, 'interval', event.arg ?? '', 0, INT_MAX)
    if (event.opt === 'q') yield* number(c, 'quit timer', event.arg ?? '', -INT_MAX, INT_MAX)
    if (event.opt === 'W') yield* number(c, 'receive limit', event.arg ?? '', 1, INT_MAX)
    given.set(event.opt, event.arg ?? '')
  }
  const has = (letter: string): boolean => given.has(letter)
  const seconds = (letter: string): number | undefined => (has(letter) ? Number(given.get(letter)) : undefined)
  const { host, port } = yield* operands(c, parsed.operands, has, given)
  if (has('l') && has('z')) exit(yield* fail(c, 1, 'cannot use -z and -l'))
  if (!has('l') && has('k')) exit(yield* fail(c, 1, 'must use -l with -k'))
  const quit = seconds('q')
  return {
    family: has('U') ? 'unix' : has('4') ? 'inet' : has('6') ? 'inet6' : undefined, isUdp: has('u'), broadcasts: has('b'), listens: has('l'), keeps: has('k'), verbose: has('v'), scans: has('z'), numeric: has('n'),
    shutsDown: has('N'), detached: has('d') || has('z'), crlf: has('C'), randomPorts: has('r'), quitAfter: quit === undefined || quit < 0 ? undefined : quit,
    timeoutMs: has('w') ? Number(given.get('w')) * 1000 : -1, intervalSeconds: seconds('i') ?? 0, receiveLimit: seconds('W') ?? Infinity, sourcePort: has('l') ? undefined : given.get('p'),
    sourceAddress: has('l') ? undefined : given.get('s'), host, port,
  }
}

/** `[destination] [port]`; with -l the address and port may also come from -s and -p. */
function* operands(c: Crt, words: readonly string[], has: (letter: string) => boolean, given: ReadonlyMap<string, string>): Flow<{ readonly host: string | undefined; readonly port: string | undefined }> {
  if (has('U')) return words.length === 1 ? { host: words[0], port: undefined } : yield* usage(c)
  if (has('l')) {
    if (words.length > 2) return yield* usage(c)
    const host = words.length === 2 ? words[0] : has('p') && words.length === 1 ? words[0] : given.get('s')
    const port = words.length === 2 ? words[1] : has('p') ? given.get('p') : words[0]
    return port === undefined ? exit(yield* fail(c, 1, 'missing port number')) : { host, port }
  }
  if (words.length === 0 || words.length > 2) return yield* usage(c)
  return words.length === 2 ? { host: words[0], port: words[1] } : exit(yield* fail(c, 1, 'missing port number'))
}

function* portNumber(c: Crt, text: string, protocol: string): Flow<number> {
  return (yield* servicePort(text, protocol)) ?? (yield* number(c, 'port number', text, 1, MAX_PORT))
}
/** build_ports: one port, or all of a range. */
export function* portList(c: Crt, text: string, { isUdp, randomPorts }: NcOptions): Flow<readonly number[]> {
  const protocol = isUdp ? 'udp' : 'tcp'
  const single = yield* servicePort(text, protocol)
  if (single !== undefined) return [single]
  const dash = text.indexOf('-', 1)
  if (dash < 0) return [yield* portNumber(c, text, protocol)]
  const ends = [yield* portNumber(c, text.slice(0, dash), protocol), yield* portNumber(c, text.slice(dash + 1), protocol)].sort((a, b) => a - b)
  const ports = Array.from({ length: ends[1] - ends[0] + 1 }, (_, i) => ends[0] + i)
  if (randomPorts) yield* shuffle(ports)
  return ports
}
function* shuffle(ports: number[]): Flow<void> {
  const random = yield* call('getrandom', ports.length * 2)
  if (isErr(random)) return
  for (let i = ports.length - 1; i > 0; i--) {
    const k = (random[2 * i] * 256 + random[2 * i + 1]) % (i + 1)
    ;[ports[i], ports[k]] = [ports[k], ports[i]]
  }
}
