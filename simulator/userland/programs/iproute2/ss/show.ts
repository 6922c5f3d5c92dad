// One socket as the fields of a line (inet_show_sock, unix_show_sock, tcp_stats_print of misc/ss.c).
import type { InetDiag, NetlinkDiag, SkMemInfo, TcpInfo, UnixDiag } from '../../../../abi/sock-diag.ts'
import { TCP_STATES } from '../../../../abi/tcp.ts'
import type { Row } from './columns.ts'

export interface Show {
  readonly timers: boolean
  readonly details: boolean
  readonly memory: boolean
  readonly info: boolean
  readonly oneLine: boolean
  /** -n: bandwidths in full, too. */
  readonly isNumeric: boolean
  /** undefined: not asked for */
  readonly users: ReadonlyMap<number, string> | undefined
  /** Port number to text, for a protocol. */
  readonly service: (port: number, protocol: string) => string
  readonly host: (addr: string) => string
  readonly device: (index: number) => string
  readonly cgroup: string
}
const UNIX_NAMES: ReadonlyMap<number, string> = new Map([[1, 'u_str'], [2, 'u_dgr'], [5, 'u_seq']])
const TIMER_NAMES = ['off', 'on', 'keepalive', 'timewait', 'persist', 'unknown']
const RAW_NAMES: Readonly<Record<string, string>> = { tcp: 'tcp', udp: 'udp', raw: 'raw', icmp: 'icmp' }

const stateName = (state: number): string => (TCP_STATES[state] === 'ESTABLISHED' ? 'ESTAB' : TCP_STATES[state] === 'CLOSED' ? 'UNCONN' : TCP_STATES[state])
const queue = (n: number): string => String(n).padEnd(6)
/** %g for numbers that need no exponent. */
const g = (value: number): string => String(Number(value.toPrecision(6)))
/** sprint_bw */
const bandwidth = (bits: number, isNumeric: boolean): string => (isNumeric ? bits.toFixed(0) : bits > 1e6 ? `${(bits / 1e6).toFixed(1)}M` : bits > 1000 ? `${(bits / 1000).toFixed(1)}K` : g(bits))

/** print_ms_timer */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60000)
  let secs = Math.floor(ms / 1000) % 60
  let msecs = ms % 1000
  let text = ''
  if (minutes > 0) {
    msecs = 0
    text = `${minutes}min`
    if (minutes > 9) secs = 0
  }
  if (secs > 0) {
    if (secs > 9) msecs = 0
    text += `${secs}${msecs > 0 ? '.' : 'sec'}`
  }
  return msecs > 0 ? `${text}${String(msecs).padStart(3, '0')}ms` : text
}
const memoryText = (m: SkMemInfo): string => ` skmem:(r${m.receiveQueue},rb${m.receiveBuffer},t0,tb${m.sendBuffer},f0,w${m.sendQueue},o0,bl0,d${m.drops})`
const shutdownText = (mask: number): string => ` ${(mask & 1) === 0 ? '<' : '-'}-${(mask & 2) === 0 ? '>' : '-'}`

/** tcp_stats_print: what is zero is left out. */
function infoText(info: TcpInfo, { timers: withOptions, isNumeric }: Show): string {
  let text = `${withOptions && info.timestamps ? ' ts' : ''}${withOptions && info.sack ? ' sack' : ''} cubic`
  const add = (name: string, value: number, shown = String(value)): void => {
    if (value !== 0) text += ` ${name}:${shown}`
  }
  if (info.windowScale !== undefined) text += ` wscale:${info.windowScale.join(',')}`
  add('rto', info.rto, g(info.rto / 1000))
  add('backoff', info.backoff)
  add('rtt', info.rtt, `${g(info.rtt / 1000)}/${g(info.rttvar / 1000)}`)
  add('mss', info.sendMss)
  add('pmtu', info.pathMtu)
  add('rcvmss', info.receiveMss)
  add('advmss', info.advertisedMss)
  add('cwnd', info.cwnd)
  add('ssthresh', info.ssthresh ?? 0)
  add('bytes_sent', info.bytesSent)
  add('bytes_retrans', info.bytesRetransmitted)
  add('bytes_acked', info.bytesAcked)
  add('bytes_received', info.bytesReceived)
  add('segs_out', info.segsOut)
  add('segs_in', info.segsIn)
  add('data_segs_out', info.dataSegsOut)
  add('data_segs_in', info.dataSegsIn)
  if (info.rtt > 0 && info.sendMss > 0) text += ` send ${bandwidth((info.cwnd * info.sendMss * 8e6) / info.rtt, isNumeric)}bps`
  add('lastsnd', info.lastDataSent)
  add('lastrcv', info.lastDataReceived)
  add('lastack', info.lastAckReceived)
  if (info.rtt > 0 && info.sendMss > 0) text += ` pacing_rate ${bandwidth((2 * info.cwnd * info.sendMss * 8e6) / info.rtt, isNumeric)}bps`
  add('delivered', info.delivered)
  if (info.rtt > 0) text += ' app_limited'
  add('unacked', info.unacked)
  if (info.retransmitsTotal > 0) text += ` retrans:0/${info.retransmitsTotal}`
  add('rcv_space', info.receiveSpace)
  add('rcv_ssthresh', info.receiveThreshold)
  add('notsent', info.notSent)
  add('minrtt', info.minRtt, g(info.minRtt / 1000))
  add('snd_wnd', info.sendWindow)
  return text
}

function address(socket: InetDiag, addr: string, port: number, ifindex: number, show: Show): readonly [string, string] {
  const isAny = socket.family === 'inet6' && addr === '::' && !socket.v6only
  const name = isAny ? '*' : show.host(addr)
  const host = name.includes(':') ? `[${name}]` : name
  return [`${host}${ifindex === 0 ? '' : `%${show.device(ifindex)}`}:`, port === 0 ? '*' : show.service(port, socket.protocol)]
}
export function inetRow(socket: InetDiag, show: Show): Row {
  const { info, timer } = socket
  let rest = ''
  const users = show.users?.get(socket.inode)
  if (users !== undefined) rest += ` users:(${users})`
  if (show.timers && timer !== undefined) rest += ` timer:(${TIMER_NAMES[timer.kind]},${duration(timer.expires)},${timer.retransmits})`
  if (show.details) {
    rest += `${socket.uid === 0 ? '' : ` uid:${socket.uid}`} ino:${socket.inode} sk:${socket.cookie.toString(16)}${socket.mark === 0 ? '' : ` fwmark:0x${socket.mark.toString(16)}`}`
    rest += `${show.cgroup === '' || TCP_STATES[socket.state] === 'TIME-WAIT' ? '' : ` cgroup:${show.cgroup}`}${socket.family === 'inet6' ? ` v6only:${socket.v6only ? 1 : 0}` : ''}`
    if (TCP_STATES[socket.state] !== 'TIME-WAIT') rest += shutdownText(socket.shutdown)
  }
  if (show.memory || (show.info && socket.protocol !== 'udp')) {
    rest += `${show.oneLine ? '' : '\n\t'}${show.memory ? memoryText(socket.memory) : ''}${show.info && info !== undefined ? infoText(info, show) : ''}`
  }
  return [
    RAW_NAMES[socket.protocol], stateName(socket.state), queue(socket.receiveQueue), queue(socket.sendQueue), ...address(socket, socket.local, socket.localPort, socket.ifindex, show),
    ...address(socket, socket.remote, socket.remotePort, 0, show), rest,
  ]
}
export function unixRow(socket: UnixDiag, show: Show): Row {
  let rest = ''
  const users = show.users?.get(socket.inode)
  if (users !== undefined) rest += ` users:(${users})`
  if (show.memory) rest += memoryText({ receiveQueue: socket.receiveQueue, receiveBuffer: 212992, sendQueue: 0, sendBuffer: 212992, drops: 0 })
  if (show.details) {
    rest += shutdownText(socket.shutdown)
    if (socket.vfs !== undefined) rest += ` ino:${socket.vfs.ino} dev:${Math.floor(socket.vfs.dev / 256)}/${socket.vfs.dev % 256}`
  }
  return [
    UNIX_NAMES.get(socket.type) ?? '???', stateName(socket.state), queue(socket.receiveQueue), queue(socket.sendQueue), `${socket.name ?? '*'} `, String(socket.inode), '* ', String(socket.peerInode), rest,
  ]
}
/** The numbers of /etc/iproute2/nl_protos that the kernel uses. */
const NETLINK_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'rtnl'], [4, 'tcpdiag'], [7, 'selinux'], [9, 'audit'], [10, 'fiblookup'], [11, 'connector'], [12, 'nft'], [15, 'uevent'], [16, 'genl'],
])
export function netlinkRow({ protocol, portId, receiveQueue }: NetlinkDiag, show: Show): Row {
  const name = show.isNumeric ? String(protocol) : (NETLINK_NAMES.get(protocol) ?? String(protocol))
  const owner = show.isNumeric ? String(portId) : portId === 0 ? 'kernel' : `ss/${portId}`
  return ['nl', 'UNCONN', queue(receiveQueue), queue(0), `${name}:`, owner, '*', '', show.details ? ' sk=0 cb=0 groups=0x00000000' : '']
}
