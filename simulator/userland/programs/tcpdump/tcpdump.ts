// tcpdump(8) 4.99.3: shows the frames that pass an interface. Not simulated: capture files in rotation, decryption, other link types.
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { ETH_P_ALL, type InetMessage, MSG_DONTWAIT } from '../../../abi/inet-message.ts'
import { IF_OPER_UP, IFF_LOOPBACK, IFF_RUNNING, IFF_UP, type Link } from '../../../abi/netlink.ts'
import { SIGINT, SIGTERM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { readProtocols, readServices } from '../../libc/getservent.ts'
import { listInterfaces } from '../../libc/getaddrinfo.ts'
import { getgrouplist, getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { sigaction } from '../../libc/unistd.ts'
import { FilterCompiler, type Matcher } from './filter-match.ts'
import { FilterError, parseFilter } from './filter-words.ts'
import { type Captured, fromEthernet } from './frame.ts'
import { Printer } from './print-frame.ts'
import { Names, type Settings } from './settings.ts'
import { TCPDUMP_USAGE, TCPDUMP_VERSION } from './help.ts'

const LONG: readonly LongOption[] = [
  { name: 'interface', arg: 'required', is: 'i' }, { name: 'list-interfaces', arg: 'none', is: 'D' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none' },
  { name: 'number', arg: 'none', is: '#' }, { name: 'direction', arg: 'required', is: 'Q' }, { name: 'no-promiscuous-mode', arg: 'none', is: 'p' }, { name: 'snapshot-length', arg: 'required', is: 's' },
  { name: 'packet-buffered', arg: 'none', is: 'U' }, { name: 'absolute-tcp-sequence-numbers', arg: 'none', is: 'S' }, { name: 'immediate-mode', arg: 'none' }, { name: 'print', arg: 'none' },
  { name: 'count', arg: 'none', unsimulated: true }, { name: 'micro', arg: 'none' }, { name: 'nano', arg: 'none', unsimulated: true },
]
export const TCPDUMP_OPTIONS: OptionTable = { short: 'aAbB:c:C:dDeE:fF:G:hHi:IjJKlLM:nNOpqQ:r:s:StT:uUvV:w:W:xXy:Yz:Z:#', long: LONG, unsimulatedShort: 'bBCdEFGHIjJLMrTVwWyYzfZ' }
const SNAPLEN = 262144
const USER = 'tcpdump'
const PACKET_OUTGOING = 4

interface Request {
  readonly settings: Settings
  readonly interfaceName: string | undefined
  readonly count: number
  readonly lineBuffered: boolean
  readonly direction: 'in' | 'out' | 'inout'
  readonly filter: string
  /** Not with -p, nor for all interfaces at once. */
  readonly isPromiscuous: boolean
}

function* die(c: Crt, text: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`tcpdump: ${text}\n`)
  return exit(1)
}

function* parse(c: Crt): Flow<Request> {
  const seen = new Map<string, number>()
  let interfaceName: string | undefined
  let count = 0
  let direction: Request['direction'] = 'inout'
  const { options, operands } = getoptLong(c.argv, `+${TCPDUMP_OPTIONS.short}`, LONG, TCPDUMP_OPTIONS.unsimulatedShort)
  for (const event of options) {
    if ('error' in event) {
      yield* c.stderr.write(`tcpdump: ${event.error}\n${TCPDUMP_VERSION}${TCPDUMP_USAGE}`)
      return exit(1)
    }
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    const { opt, arg = '' } = event
    seen.set(opt, (seen.get(opt) ?? 0) + 1)
    if (opt === 'i') interfaceName = arg
    else if (opt === 'c') {
      if (!/^\d+$/.test(arg) || Number(arg) <= 0) yield* die(c, `invalid packet count ${arg}`)
      count = Number(arg)
    } else if (opt === 'Q') {
      if (arg !== 'in' && arg !== 'out' && arg !== 'inout') yield* die(c, `unknown capture direction '${arg}'`)
      else direction = arg
    } else if (opt === 's' && (!/^\d+$/.test(arg) || Number(arg) > SNAPLEN)) yield* die(c, `invalid snaplen ${arg}`)
    else if (opt === 'D') return exit(yield* listDevices(c))
    else if (opt === 'h' || opt === 'version') {
      yield* c.stdout.write(TCPDUMP_VERSION + (opt === 'h' ? TCPDUMP_USAGE : ''))
      return exit(0)
    }
  }
  const times = (opt: string): number => seen.get(opt) ?? 0
  const hex = times('x') > 1 ? 'xx' : times('x') > 0 ? 'x' : times('X') > 1 ? 'XX' : times('X') > 0 ? 'X' : times('A') > 1 ? 'AA' : times('A') > 0 ? 'A' : 'none'
  return {
    settings: {
      isNumeric: times('n') > 0, verbosity: times('v'), isQuiet: times('q') > 0, showsLink: times('e') > 0, absolute: times('S') > 0, timeStyle: times('t'), hex, number: times('#') > 0,
    },
    interfaceName, count, lineBuffered: times('l') > 0 || times('U') > 0, direction, filter: operands.join(' '), isPromiscuous: times('p') === 0,
  }
}

/** pcap_findalldevs: what is up comes first, lo and what is not connected later. */
function* listDevices(c: Crt): Flow<number> {
  const rank = (link: Link): number => ((link.flags & IFF_UP) === 0 ? 4 : 0) + ((link.flags & IFF_RUNNING) === 0 ? 2 : 0) + ((link.flags & IFF_LOOPBACK) !== 0 ? 1 : 0)
  const links = [...(yield* listInterfaces())].sort((a, b) => rank(a) - rank(b))
  const flags = (link: Link): string => {
    const words = [...((link.flags & IFF_UP) !== 0 ? ['Up'] : []), ...((link.flags & IFF_RUNNING) !== 0 ? ['Running'] : [])]
    words.push((link.flags & IFF_LOOPBACK) !== 0 ? 'Loopback' : link.operstate === IF_OPER_UP || link.carrier ? 'Connected' : 'Disconnected')
    return words.join(', ')
  }
  const lines = links.map((link) => `${link.name} [${flags(link)}]`)
  const at = links.findIndex((link) => (link.flags & IFF_LOOPBACK) !== 0 || (link.flags & IFF_UP) === 0)
  lines.splice(at < 0 ? lines.length : at, 0, 'any (Pseudo-device that captures on all interfaces) [Up, Running]')
  const others = [
    'bluetooth-monitor (Bluetooth Linux Monitor) [Wireless]', 'nflog (Linux netfilter log (NFLOG) interface) [none]', 'nfqueue (Linux netfilter queue (NFQUEUE) interface) [none]',
    'dbus-system (D-Bus system bus) [none]', 'dbus-session (D-Bus session bus) [none]',
  ]
  yield* c.stdout.write([...lines, ...others].map((line, i) => `${i + 1}.${line}\n`).join(''))
  return 0
}

interface Capture {
  readonly fd: number
  readonly name: string
  readonly links: ReadonlyMap<number, Link>
  readonly loopback: number
}
/** pcap_activate */
function* open(c: Crt, wanted: string | undefined, isPromiscuous: boolean): Flow<Capture> {
  const all = yield* listInterfaces()
  const first = all.find((l) => (l.flags & IFF_UP) !== 0 && (l.flags & IFF_LOOPBACK) === 0) ?? all.find((l) => (l.flags & IFF_UP) !== 0)
  const name = wanted ?? first?.name ?? 'any'
  const isAny = name === 'any'
  const fd = yield* call('socket', 'packet', isAny ? 'dgram' : 'raw', 0)
  if (fd === E.EPERM) return yield* die(c, `${name}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)`)
  if (isErr(fd)) return yield* die(c, `${name}: ${fd.message}`)
  const link = all.find((l) => l.name === name || l.altnames.includes(name))
  if (!isAny && link === undefined) return yield* die(c, `${name}: No such device exists\n(No such device exists)`)
  const bound = yield* call('bind', fd, { family: 'packet', ifindex: link?.index ?? 0, protocol: ETH_P_ALL, addr: new Uint8Array(0) })
  if (isErr(bound)) return yield* die(c, `${name}: ${bound.message}`)
  if (link !== undefined && (link.flags & IFF_UP) === 0) return yield* die(c, `${name}: That device is not up`)
  if (link !== undefined && isPromiscuous) yield* call('setsockopt', fd, 'SOL_PACKET', 'PACKET_ADD_MEMBERSHIP', link.index)
  return { fd, name, links: new Map(all.map((l) => [l.index, l])), loopback: all.find((l) => (l.flags & IFF_LOOPBACK) !== 0)?.index ?? 0 }
}

function toFrame(capture: Capture, { data, addr, timeMs }: InetMessage): Captured {
  const from = addr?.family === 'packet' ? addr : undefined
  const rest = { timeMs, interfaceName: capture.links.get(from?.ifindex ?? 0)?.name ?? '?', pktType: from?.pktType ?? 0 }
  return capture.name === 'any' ? { ...rest, frame: undefined, etherType: from?.protocol ?? 0, vlan: undefined, network: data } : fromEthernet(data, rest)
}

function* makeMatcher(c: Crt, text: string, compiler: FilterCompiler): Flow<Matcher> {
  try {
    const filter = parseFilter(text)
    return filter === undefined ? () => true : yield* compiler.compile(filter)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    return yield* die(c, error.message === 'syntax error' ? "can't parse filter expression: syntax error" : error.message)
  }
}

/** droproot: with the socket open Debian's tcpdump goes on as its own user. */
function* dropPrivileges(c: Crt): Flow<void> {
  if ((yield* call('getuid')) !== 0 && (yield* call('geteuid')) !== 0) return
  const user = yield* getpwnam(USER)
  if (user === undefined) return yield* die(c, `Couldn't find user '${USER}'`)
  for (const change of [call('setgroups', yield* getgrouplist(USER, user.gid)), call('setgid', user.gid), call('setuid', user.uid)]) {
    const changed = yield* change
    if (isErr(changed)) return yield* die(c, `Couldn't change to '${USER}' uid=${user.uid} gid=${user.gid}: ${changed.message}`)
  }
}

function* main(c: Crt): Flow<number> {
  const request = yield* parse(c)
  const { settings, count } = request
  const capture = yield* open(c, request.interfaceName, request.isPromiscuous)
  const services = yield* readServices()
  if (capture.name === 'any') yield* c.stderr.write('tcpdump: data link type LINUX_SLL2\n')
  const matches = yield* makeMatcher(c, request.filter, new FilterCompiler(services, yield* readProtocols()))
  yield* dropPrivileges(c)
  yield* c.stderr.write(settings.verbosity === 0 ? 'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n' : 'tcpdump: ')
  yield* c.stderr.write(`listening on ${capture.name}, link-type ${capture.name === 'any' ? 'LINUX_SLL2 (Linux cooked v2)' : 'EN10MB (Ethernet)'}, snapshot length ${SNAPLEN} bytes\n`)
  const printer = new Printer(new Names(settings, services))
  const counts = { captured: 0, received: 0 }
  let isStopped = false
  const stop = function* onSignal(): Flow<void> {
    isStopped = true
  }
  yield* sigaction(SIGINT, stop)
  yield* sigaction(SIGTERM, stop)
  const take = function* take(flags: number): Flow<Captured | undefined | 'none'> {
    const message = yield* call('recvmsg', capture.fd, flags)
    if (isErr(message)) {
      if (message === E.EINTR || message === E.EAGAIN) return 'none'
      return yield* die(c, message === E.ENETDOWN ? 'pcap_loop: The interface disappeared' : `pcap_loop: ${message.message}`)
    }
    const received = message as InetMessage
    const frame = toFrame(capture, received)
    if (!matches(frame)) return undefined
    counts.received++
    const isOutgoing = frame.pktType === PACKET_OUTGOING
    const index = received.addr?.family === 'packet' ? received.addr.ifindex : 0
    if (isOutgoing && index === capture.loopback) return undefined
    return (request.direction === 'in' && isOutgoing) || (request.direction === 'out' && !isOutgoing) ? undefined : frame
  }
  while (!isStopped && (count === 0 || counts.captured < count)) {
    const frame = yield* take(0)
    if (frame === undefined || frame === 'none') continue
    counts.captured++
    yield* c.stdout.write(yield* printer.print(frame))
    if (request.lineBuffered) yield* c.stdout.flush()
  }
  if (isStopped) yield* c.stdout.write('\n')
  yield* c.stdout.flush()
  while ((yield* take(MSG_DONTWAIT)) !== 'none');
  const statistics = yield* call('getsockopt', capture.fd, 'SOL_PACKET', 'PACKET_STATISTICS')
  const drops = isErr(statistics) ? 0 : (statistics as { readonly drops: number }).drops
  const plural = (n: number): string => `${n} packet${n === 1 ? '' : 's'}`
  yield* c.stderr.write(`${plural(counts.captured)} captured\n${plural(counts.received)} received by filter\n${plural(drops)} dropped by kernel\n`)
  return 0
}
export const tcpdump = program(main)
