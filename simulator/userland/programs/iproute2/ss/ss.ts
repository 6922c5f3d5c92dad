// ss(8): the sockets of a network namespace, asked for by sock_diag(7). Simpler: packet, vsock, tipc, xdp, mptcp, sctp and dccp sockets are never listed.
import { type Errno, isErr } from '../../../../abi/errno.ts'
import { NETLINK_SOCK_DIAG } from '../../../../abi/netlink.ts'
import type { InetDiag, SockDiagDatagram, SockDiagRequest } from '../../../../abi/sock-diag.ts'
import { TCP_STATES } from '../../../../abi/tcp.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../../lib/getopt.ts'
import { type Crt, exit, program } from '../../../libc/crt.ts'
import { unsimulated, warn } from '../../../libc/err.ts'
import { hostOfAddress, listInterfaces } from '../../../libc/getaddrinfo.ts'
import { serviceNames } from '../../../libc/services.ts'
import { call } from '../../../libc/syscall.ts'
import { close, readFile, stat } from '../../../libc/unistd.ts'
import type { OptionTable } from '../../../program-table.ts'
import { NETNS_DIR } from '../netns-names.ts'
import { switchNetns } from '../netns.ts'
import { printRows, type Row } from './columns.ts'
import { type Condition, FilterParser, type Socket, SS_ALL, SS_CONN, SS_LISTENING, stateMask } from './filter.ts'
import { HELP } from './help.ts'
import { inetRow, netlinkRow, type Show, unixRow } from './show.ts'
import { printSummary } from './summary.ts'
import { socketUsers } from './users.ts'

const flag = (name: string, is: string, unsimulatedHere = false): LongOption => ({ name, arg: 'none', is, ...(unsimulatedHere ? { unsimulated: true } : {}) })
export const SS_OPTIONS: OptionTable = {
  short: 'dhalBetuwxnro460spTbEf:mMiA:D:F:vVzZN:KHSO',
  unsimulatedShort: 'BTbEDFzZ',
  long: [
    flag('numeric', 'n'), flag('resolve', 'r'), flag('options', 'o'), flag('extended', 'e'), flag('memory', 'm'), flag('info', 'i'), flag('processes', 'p'), flag('threads', 'T', true), flag('bpf', 'b', true),
    flag('events', 'E', true), flag('dccp', 'd'), flag('tcp', 't'), flag('sctp', 'S'), flag('udp', 'u'), flag('raw', 'w'), flag('unix', 'x'), flag('tipc', 'tipc', true), flag('vsock', 'vsock', true),
    flag('all', 'a'), flag('listening', 'l'), flag('ipv4', '4'), flag('ipv6', '6'), flag('packet', '0'), { name: 'family', arg: 'required', is: 'f' }, { name: 'socket', arg: 'required', is: 'A' },
    { name: 'query', arg: 'required', is: 'A' }, flag('summary', 's'), { name: 'diag', arg: 'required', unsimulated: true }, { name: 'filter', arg: 'required', unsimulated: true }, flag('version', 'V'),
    flag('help', 'h'), flag('context', 'Z', true), flag('contexts', 'z', true), { name: 'net', arg: 'required', is: 'N' }, flag('tipcinfo', 'tipcinfo', true), flag('tos', 'tos', true), flag('cgroup', 'cgroup', true),
    flag('kill', 'K'), flag('no-header', 'H'), flag('xdp', 'xdp', true), flag('mptcp', 'M'), flag('oneline', 'O'), flag('inet-sockopt', 'inet-sockopt', true),
  ],
}

type Table = 'tcp' | 'udp' | 'raw' | 'dccp' | 'sctp' | 'mptcp' | 'unix_stream' | 'unix_dgram' | 'unix_seqpacket' | 'packet_raw' | 'packet_dgram' | 'netlink' | 'vsock_stream' | 'vsock_dgram' | 'tipc' | 'xdp'
type Family = 'inet' | 'inet6' | 'unix' | 'link' | 'netlink' | 'vsock' | 'tipc' | 'xdp'
const CLOSED = 1 << TCP_STATES.indexOf('CLOSED'), ESTABLISHED = 1 << TCP_STATES.indexOf('ESTABLISHED')
/** default_dbs: the states shown without -a and -l, and the families a table belongs to. */
const TABLES: ReadonlyMap<Table, { readonly states: number; readonly families: readonly Family[] }> = new Map<Table, { readonly states: number; readonly families: readonly Family[] }>([
  ['tcp', { states: SS_CONN, families: ['inet', 'inet6'] }], ['udp', { states: ESTABLISHED, families: ['inet', 'inet6'] }], ['raw', { states: ESTABLISHED, families: ['inet', 'inet6'] }],
  ['dccp', { states: SS_CONN, families: ['inet', 'inet6'] }], ['sctp', { states: SS_CONN, families: ['inet', 'inet6'] }], ['mptcp', { states: SS_CONN, families: ['inet', 'inet6'] }],
  ['unix_stream', { states: SS_CONN, families: ['unix'] }], ['unix_dgram', { states: CLOSED, families: ['unix'] }], ['unix_seqpacket', { states: SS_CONN, families: ['unix'] }],
  ['packet_raw', { states: CLOSED, families: ['link'] }], ['packet_dgram', { states: CLOSED, families: ['link'] }], ['netlink', { states: CLOSED, families: ['netlink'] }],
  ['vsock_stream', { states: SS_CONN, families: ['vsock'] }], ['vsock_dgram', { states: CLOSED, families: ['vsock'] }], ['tipc', { states: SS_CONN, families: ['tipc'] }], ['xdp', { states: CLOSED, families: ['xdp'] }],
])
const ALL_TABLES = [...TABLES.keys()]
const UNIX_TABLES: readonly Table[] = ['unix_stream', 'unix_dgram', 'unix_seqpacket'], PACKET_TABLES: readonly Table[] = ['packet_raw', 'packet_dgram']
const INET_TABLES: readonly Table[] = ['tcp', 'mptcp', 'udp', 'dccp', 'sctp', 'raw']
const FAMILY_TABLES: Readonly<Record<Family, readonly Table[]>> = {
  inet: INET_TABLES, inet6: INET_TABLES, unix: UNIX_TABLES, link: PACKET_TABLES, netlink: ['netlink'], vsock: ['vsock_stream', 'vsock_dgram'], tipc: ['tipc'], xdp: ['xdp'],
}
const QUERY_GROUPS: ReadonlyMap<string, readonly Table[]> = new Map<string, readonly Table[]>([
  ['all', ALL_TABLES], ['inet', INET_TABLES], ['unix', UNIX_TABLES], ['packet', PACKET_TABLES], ['vsock', FAMILY_TABLES.vsock], ['u', UNIX_TABLES], ['p', PACKET_TABLES],
])

/** struct filter */
class Selection {
  readonly tables = new Set<Table>()
  readonly families = new Set<Family>()
  states = 0
  #saidStates = 0
  #isDefault = true
  addTable(table: Table): void {
    this.states |= TABLES.get(table)?.states ?? 0
    this.tables.add(table)
    this.#isDefault = false
  }
  addFamily(family: Family): void {
    this.states |= family === 'unix' || family === 'inet' || family === 'inet6' || family === 'vsock' || family === 'tipc' ? SS_CONN : CLOSED
    if (family === 'unix') this.states |= CLOSED
    this.families.add(family)
    this.#isDefault = false
  }
  /** -A: only what it names. */
  startQuery(): void {
    this.tables.clear()
    if (this.#saidStates === 0) this.#saidStates = SS_CONN
    this.#isDefault = false
  }
  /** -a, -l, `state …` */
  say(states: number): void {
    this.#saidStates = states
  }
  finish(): void {
    if (this.#isDefault) {
      if (this.#saidStates === 0) this.#saidStates = SS_CONN
      for (const table of ALL_TABLES) this.addTable(table)
    }
    if (this.#saidStates !== 0) this.states = this.#saidStates
    for (const table of this.tables) {
      const { families } = TABLES.get(table) ?? { families: [] }
      if (!families.some((f) => this.families.has(f))) for (const f of families) this.families.add(f)
    }
    for (const family of this.families) if (!FAMILY_TABLES[family].some((t) => this.tables.has(t))) for (const t of FAMILY_TABLES[family]) this.tables.add(t)
  }
}

function* ask(c: Crt, request: SockDiagRequest): Flow<readonly Socket[] | Errno> {
  const fd = yield* call('socket', 'netlink', 'raw|cloexec', NETLINK_SOCK_DIAG)
  if (isErr(fd)) {
    yield* warn(c, `Cannot open netlink socket: ${fd.message}`)
    return exit(1)
  }
  yield* call('sendmsg', fd, request)
  const answer = yield* call('recvmsg', fd, 0)
  yield* close(fd)
  if (isErr(answer)) return answer
  const found: Socket[] = []
  for (const reply of answer as SockDiagDatagram) {
    if (reply.type === 'SOCK_DIAG_BY_FAMILY') found.push(reply.socket)
    else if (reply.errno !== undefined) return reply.errno
  }
  return found
}

interface Wishes {
  readonly selection: Selection
  readonly condition: Condition | undefined
  readonly kills: boolean
}
/** -K: false where it can't be ended. */
function* killed(c: Crt, socket: InetDiag): Flow<boolean> {
  const answer = yield* ask(c, { type: 'SOCK_DESTROY', socket })
  if (!isErr(answer)) return true
  if (answer.name !== 'EOPNOTSUPP' && answer.name !== 'ENOENT') {
    yield* c.stderr.write(`SOCK_DESTROY answers: ${answer.message}\n`)
    exit(1)
  }
  return false
}
function* collect(c: Crt, { selection, condition, kills }: Wishes, show: Show): Flow<readonly Row[]> {
  const rows: Row[] = []
  const { tables, families, states } = selection
  const unixTypes = new Set([tables.has('unix_stream') ? 1 : 0, tables.has('unix_dgram') ? 2 : 0, tables.has('unix_seqpacket') ? 5 : 0])
  if (families.has('netlink') && (states & CLOSED) !== 0 && !kills) {
    const sockets = yield* ask(c, { type: 'SOCK_DIAG_BY_FAMILY', family: 'netlink' })
    for (const s of isErr(sockets) ? [] : sockets) if (s.kind === 'netlink' && (condition === undefined || condition(s))) rows.push(netlinkRow(s, show))
  }
  if (families.has('unix') && !kills) {
    const sockets = yield* ask(c, { type: 'SOCK_DIAG_BY_FAMILY', family: 'unix', states })
    for (const s of isErr(sockets) ? [] : sockets) if (s.kind === 'unix' && unixTypes.has(s.type) && (condition === undefined || condition(s))) rows.push(unixRow(s, show))
  }
  for (const protocol of ['raw', 'udp', 'icmp', 'tcp'] as const) {
    if (protocol === 'icmp' || !tables.has(protocol)) continue
    for (const family of ['inet', 'inet6'] as const) {
      if (!families.has(family)) continue
      const sockets = yield* ask(c, { type: 'SOCK_DIAG_BY_FAMILY', family, protocol, states })
      for (const s of isErr(sockets) ? [] : sockets) {
        if (s.kind !== 'inet' || (condition !== undefined && !condition(s)) || (kills && !(yield* killed(c, s)))) continue
        rows.push(inetRow(s, show))
      }
    }
  }
  return rows
}

function* badUsage(c: Crt, message: string): Flow<never> {
  yield* c.stderr.write(`${message}\n${HELP}`)
  return exit(255)
}
const FAMILIES: readonly string[] = Object.keys(FAMILY_TABLES)

function* query(c: Crt, text: string, selection: Selection): Flow<void> {
  for (const name of text.split(',')) {
    const group = QUERY_GROUPS.get(name) ?? ALL_TABLES.filter((t) => t === name)
    if (group.length === 0) yield* badUsage(c, `ss: "${name}" is illegal socket table id`)
    for (const table of group) selection.addTable(table)
  }
}

/** The words behind the options: `state X`, `exclude X`, then an expression. */
function* filterWords(c: Crt, words: readonly string[], selection: Selection): Flow<readonly string[]> {
  const rest = [...words]
  let said = 0
  while (rest[0] === 'state' || rest[0] === 'exclude' || rest[0] === 'excl') {
    const isState = rest.shift() === 'state'
    const name = rest.shift()
    if (name === undefined) return yield* badUsage(c, 'ss: argument is missing')
    const mask = yield* stateMask(c, name)
    said = isState ? said | mask : (said === 0 ? SS_ALL : said) & ~mask
    selection.say(said)
  }
  return rest
}

/** What the table of names shows: numbers with -n, and for ports of the range that clients get. */
function* serviceShower(isNumeric: boolean): Flow<(port: number, protocol: string) => string> {
  if (isNumeric) return String
  const names = new Map<string, ReadonlyMap<number, string>>()
  for (const protocol of ['tcp', 'udp']) names.set(protocol, yield* serviceNames(protocol))
  const range = yield* readFile('/proc/sys/net/ipv4/ip_local_port_range')
  const [low, high] = isErr(range) ? [1024, 4999] : range.trim().split(/\s+/).map(Number)
  return (port, protocol) => (port >= low && port <= high ? undefined : names.get(protocol)?.get(port)) ?? String(port)
}
function* hostShower(resolves: boolean, rows: readonly Socket[]): Flow<(addr: string) => string> {
  if (!resolves) return (addr) => addr
  const names = new Map<string, string>()
  for (const socket of rows) {
    if (socket.kind !== 'inet') continue
    for (const addr of [socket.local, socket.remote]) {
      if (names.has(addr)) continue
      const found = addr === '0.0.0.0' || addr === '::' ? 'EAI_AGAIN' : yield* hostOfAddress(socket.family, addr)
      names.set(addr, typeof found === 'string' ? addr : found.name)
    }
  }
  return (addr) => names.get(addr) ?? addr
}

export const ss = program(function* (c) {
  const parsed = getoptLong(c.argv, SS_OPTIONS.short, SS_OPTIONS.long, SS_OPTIONS.unsimulatedShort)
  const given = new Set<string>()
  const selection = new Selection()
  for (const event of parsed.options) {
    if ('error' in event) return yield* badUsage(c, `ss: ${event.error}`)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    const { opt, arg = '' } = event
    if (opt === 'h') {
      yield* c.stdout.write(HELP)
      return 0
    }
    if (opt === 'V' || opt === 'v') {
      yield* c.stdout.write('ss utility, iproute2-6.1.0\n')
      return 0
    }
    if (opt === 'a') selection.say(SS_ALL)
    else if (opt === 'l') selection.say(SS_LISTENING)
    else if (opt === 't') selection.addTable('tcp')
    else if (opt === 'u') selection.addTable('udp')
    else if (opt === 'w') selection.addTable('raw')
    else if (opt === 'd') selection.addTable('dccp')
    else if (opt === 'S') selection.addTable('sctp')
    else if (opt === 'M') selection.addTable('mptcp')
    else if (opt === 'x') selection.addFamily('unix')
    else if (opt === '4') selection.addFamily('inet')
    else if (opt === '6') selection.addFamily('inet6')
    else if (opt === '0') selection.addFamily('link')
    else if (opt === 'f') {
      if (!FAMILIES.includes(arg)) return yield* badUsage(c, `ss: "${arg}" is invalid family`)
      selection.addFamily(arg as Family)
    } else if (opt === 'A') {
      if (!given.has('A')) selection.startQuery()
      yield* query(c, arg, selection)
    } else if (opt === 'N') {
      const named = yield* stat(`${NETNS_DIR}/${arg}`)
      if (isErr(named)) {
        yield* c.stderr.write(`Cannot open network namespace "${arg}": ${named.message}\n`)
        return 1
      }
      yield* switchNetns(c, arg)
    }
    given.add(opt)
  }
  if (given.has('s')) {
    yield* printSummary(c)
    if (!['a', 'l', 't', 'u', 'w', 'x'].some((letter) => given.has(letter))) return 0
  }
  const words = yield* filterWords(c, parsed.operands, selection)
  selection.finish()
  const condition = yield* new FilterParser(c, words, [...(selection.tables.has('udp') ? ['udp'] : []), ...(selection.tables.has('tcp') ? ['tcp'] : [])]).parse()
  yield* printSockets(c, { selection, condition, kills: given.has('K') }, given)
  return 0
})

function* printSockets(c: Crt, wishes: Wishes, given: ReadonlySet<string>): Flow<void> {
  const { selection } = wishes
  const seen: Socket[] = []
  if (given.has('r')) {
    for (const family of ['inet', 'inet6'] as const) {
      const found = yield* ask(c, { type: 'SOCK_DIAG_BY_FAMILY', family, protocol: 'tcp', states: SS_ALL })
      if (!isErr(found)) seen.push(...found)
    }
  }
  const devices = new Map((yield* listInterfaces()).map((link) => [link.index, link.name]))
  const cgroup = given.has('e') ? yield* readFile('/proc/self/cgroup') : ''
  const show: Show = {
    timers: given.has('o') || given.has('e'), details: given.has('e'), memory: given.has('m'), info: given.has('i'), oneLine: given.has('O'), isNumeric: given.has('n'),
    users: given.has('p') ? yield* socketUsers() : undefined, service: yield* serviceShower(given.has('n')), host: yield* hostShower(given.has('r'), seen),
    device: (index) => devices.get(index) ?? `if${index}`, cgroup: isErr(cgroup) ? '' : (/^0::(.*)$/m.exec(cgroup)?.[1] ?? ''),
  }
  const isOne = (n: number): boolean => (n & (n - 1)) === 0
  yield* printRows(c, yield* collect(c, wishes, show), { header: !given.has('H'), netid: selection.tables.size > 1, state: !isOne(selection.states) })
}
