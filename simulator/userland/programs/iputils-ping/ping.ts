// ping(8) of iputils 20221126: asks a host for an answer and says how long it took. Options, and the choice between IPv4 and IPv6.
// Not simulated: IP options (-R, -T, several hops), flow labels, node information queries.
import { type Errno, Errno as E, isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { formatIpv4, parseIpv4, parseIpv6 } from '../../../lib/ip.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { gaiStrerror, getaddrinfo, isGaiError } from '../../libc/getaddrinfo.ts'
import { call } from '../../libc/syscall.ts'
import { createSocket, type PingSocket } from './echo.ts'
import { USAGE, VERSION } from './help.ts'
import { ping4 } from './ping4.ts'
import { ping6 } from './ping6.ts'
import { complain, type Options, PingState } from './state.ts'

export const PING_OPTIONS: OptionTable = { short: 'h?4bRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:', long: [], unsimulatedShort: 'RTFNr' }
const INT_MAX = 2147483647
const LONG_MAX = 9223372036854775807n
const PMTUDISC: ReadonlyMap<string, number> = new Map([['dont', 0], ['want', 1], ['do', 2]])
/** Options without a value. */
const FLAGS = 'aABbCdDfLnOqrUv'

function* stop(c: Crt, status: number, text: string, errno?: Errno): Flow<never> {
  yield* complain(c, text, errno)
  return exit(status)
}
/** strtol_or_err */
function* number(c: Crt, text: string, min: bigint, max: bigint): Flow<number> {
  if (!/^\s*[-+]?\d+$/.test(text)) return yield* stop(c, 1, `invalid argument: '${text}'`)
  const value = BigInt(text.trim())
  if (value < min || value > max) return yield* stop(c, 1, `invalid argument: '${text}': out of range: ${min} <= value <= ${max}`)
  return Number(value)
}
function* decimal(c: Crt, text: string, what: string): Flow<number> {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value)) return yield* stop(c, 2, `${what}: ${text}`)
  return value
}
function* pattern(c: Crt, text: string): Flow<Uint8Array> {
  const bad = /[^0-9a-fA-F]/.exec(text)
  if (bad !== null) return yield* stop(c, 2, `patterns must be specified as hex digits: ${text.slice(bad.index)}`)
  return Uint8Array.from((text.match(/.{1,2}/g) ?? []).slice(0, 16).map((byte) => Number.parseInt(byte, 16)))
}
function* usage(c: Crt): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(USAGE)
  return exit(2)
}

type Writable = { -readonly [K in keyof Options]: Options[K] }

function* setValue(c: Crt, o: Writable, opt: string, arg: string): Flow<void> {
  const small = BigInt(INT_MAX)
  switch (opt) {
    case 'c': o.count = yield* number(c, arg, 1n, LONG_MAX); break
    case 'e': o.ident = (yield* number(c, arg, 0n, 65535n)); break
    case 'i': {
      const seconds = yield* decimal(c, arg, 'bad timing interval')
      if (seconds < 0 || seconds > INT_MAX / 1000) yield* stop(c, 2, `bad timing interval: ${arg}`)
      o.interval = Math.floor(seconds * 1000)
      o.hasInterval = true
      break
    }
    case 'I': yield* setInterface(c, o, arg); break
    case 'l': {
      o.preload = yield* number(c, arg, 1n, 65536n)
      const uid = yield* call('getuid')
      if (uid !== 0 && o.preload > 3) yield* stop(c, 2, `cannot set preload to value greater than 3: ${o.preload}`)
      break
    }
    case 'm': o.mark = yield* number(c, arg, 0n, 4294967295n); break
    case 'M': {
      const value = PMTUDISC.get(arg)
      if (value === undefined) yield* stop(c, 2, `invalid -M argument: ${arg}`)
      else o.pmtudisc = value
      break
    }
    case 'p': o.pattern = yield* pattern(c, arg); break
    case 'Q': o.tos = Number.parseInt(arg, arg.startsWith('0x') ? 16 : 10) || 0; break
    case 's': o.size = yield* number(c, arg, 0n, small); break
    case 'S': yield* number(c, arg, 1n, small); break
    case 't': o.ttl = yield* number(c, arg, 0n, 255n); break
    case 'w': o.deadline = yield* number(c, arg, 0n, small); break
    case 'W': {
      const seconds = yield* decimal(c, arg, 'bad linger time')
      if (seconds < 0.001 || seconds > INT_MAX / 1000) yield* stop(c, 2, `bad linger time: ${arg}`)
      o.linger = Math.floor(seconds * 1000)
      break
    }
  }
}
function* setInterface(c: Crt, o: Writable, arg: string): Flow<void> {
  const v4 = parseIpv4(arg)
  if (arg.includes(':')) {
    const [addr, device] = arg.split('%')
    if (parseIpv6(addr) === undefined) yield* stop(c, 2, `invalid source address: ${arg}`)
    o.sourceAddress = addr
    if (device !== undefined) o.device = device
  } else if (v4 === undefined) o.device = arg
  else o.sourceAddress = formatIpv4(v4)
}

function* parse(c: Crt): Flow<{ readonly options: Options; readonly operands: readonly string[] }> {
  const flags = new Set<string>()
  const last = c.name.slice(-1)
  const o: Writable = {
    family: last === '4' ? 'inet' : last === '6' ? 'inet6' : undefined, count: 0, interval: 1000, hasInterval: false, size: 56, ttl: undefined, tos: 0, mark: undefined, pmtudisc: -1,
    device: undefined, sourceAddress: undefined, deadline: 0, linger: 10000, preload: 1, pattern: undefined, ident: undefined, flags,
  }
  const { options, operands } = getoptLong(c.argv, PING_OPTIONS.short, [], PING_OPTIONS.unsimulatedShort)
  for (const event of options) {
    if ('error' in event) {
      yield* complain(c, event.error)
      return yield* usage(c)
    }
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    const { opt } = event
    if (opt === 'h' || opt === '?') return yield* usage(c)
    if (opt === 'V') {
      yield* c.stdout.write(VERSION)
      return exit(0)
    }
    if (opt === '4' || opt === '6') {
      const family = opt === '4' ? 'inet' : 'inet6'
      if (o.family !== undefined && o.family !== family) return yield* stop(c, 2, 'only one -4 or -6 option may be specified')
      o.family = family
    } else if (FLAGS.includes(opt)) flags.add(opt)
    else yield* setValue(c, o, opt, event.arg ?? '')
  }
  return { options: o, operands }
}

/** Sockets are made before the name is looked up. Answers those that could be. */
function* openSockets(c: Crt, options: Options): Flow<{ readonly inet: PingSocket | undefined; readonly inet6: PingSocket | undefined }> {
  const v4 = options.family === 'inet6' ? undefined : yield* createSocket('inet')
  const v6 = options.family === 'inet' ? undefined : yield* createSocket('inet6')
  const inet = v4 === undefined || isErr(v4) ? undefined : v4
  const inet6 = v6 === undefined || isErr(v6) ? undefined : v6
  const failure = isErr(v6) ? v6 : isErr(v4) ? v4 : undefined
  if (inet === undefined && inet6 === undefined && failure !== undefined) {
    yield* complain(c, 'socktype: SOCK_RAW')
    yield* complain(c, 'socket', failure)
    if ((yield* call('geteuid')) !== 0) yield* complain(c, '=> missing cap_net_raw+p capability or setuid?')
    return exit(2)
  }
  return { inet, inet6 }
}
const typeName = (socket: PingSocket | undefined): string => `${socket?.fd ?? -1} (socktype: ${socket === undefined ? 0 : socket.isRaw ? 'SOCK_RAW' : 'SOCK_DGRAM'})`

function* main(c: Crt): Flow<number> {
  const { options, operands } = yield* parse(c)
  const target = operands[operands.length - 1]
  if (target === undefined) return yield* stop(c, 1, 'usage error', E.EDESTADDRREQ)
  if (operands.length > 1) return yield* unsimulated(c, 'a route given by several hosts')
  const sockets = yield* openSockets(c, options)
  const state = new PingState(c, options)
  if (state.has('f')) c.stdout.setvbuf('none')
  const uid = yield* call('getuid')
  state.uid = isErr(uid) ? 0 : uid
  if (options.pattern !== undefined && !state.has('q')) yield* c.stdout.write(`PATTERN: 0x${[...options.pattern].map((b) => b.toString(16).padStart(2, '0')).join('')}\n`)
  const family = options.family ?? (sockets.inet === undefined ? 'inet6' : sockets.inet6 === undefined ? 'inet' : undefined)
  if (state.has('v')) {
    yield* complain(c, `sock4.fd: ${typeName(sockets.inet)}, sock6.fd: ${typeName(sockets.inet6)}, hints.ai_family: ${family === undefined ? 'AF_UNSPEC' : family === 'inet' ? 'AF_INET' : 'AF_INET6'}\n`)
  }
  const found = yield* getaddrinfo(target, family)
  if (isGaiError(found)) return yield* stop(c, 2, `${target}: ${gaiStrerror(found)}`)
  const [info] = found
  if (state.has('v')) yield* c.stdout.write(`ai->ai_family: ${info.family === 'inet' ? 'AF_INET' : 'AF_INET6'}, ai->ai_canonname: '${info.canonname}'\n`)
  const socket = info.family === 'inet' ? sockets.inet : sockets.inet6
  if (socket === undefined) return 2
  return info.family === 'inet' ? yield* ping4(state, socket, target, info) : yield* ping6(state, socket, target, info)
}
export const ping = program(main)
