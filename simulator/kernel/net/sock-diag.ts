// sock_diag(7): net/core/sock_diag.c, inet_diag.c, tcp_diag.c, udp_diag.c, raw_diag.c, unix/diag.c. Simpler: no filters in the kernel; packet
// sockets are not listed, and of netlink's only the kernel's own and the one that asks. The order is that of making.
import { CAP_NET_ADMIN } from '../../abi/capability.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { NETLINK_SOCK_DIAG } from '../../abi/netlink.ts'
import type { InetDiag, SockDiagDatagram, SockDiagReply, SockDiagRequest, TcpInfo, UnixDiag } from '../../abi/sock-diag.ts'
import { tcpStateNumber } from '../../abi/tcp.ts'
import { formatIp } from '../../lib/ip.ts'
import { NSEC_PER_MSEC, NSEC_PER_USEC } from '../clock.ts'
import { fromKuidMunged } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { DatagramSocket } from './datagram-socket.ts'
import type { Endpoint } from './inet-ports.ts'
import type { InetSocket } from './inet-socket.ts'
import { initialNet } from './initial-net.ts'
import type { NetNamespace } from './net-namespace.ts'
import type { TcpConnection } from './tcp-connection.ts'
import { TcpSocket } from './tcp-socket.ts'
import { listUnixSockets, type UnixSocket } from './unix-socket.ts'
import { Room } from '../rooms.ts'

/** Protocols the kernel has a netlink socket for, those of the initial namespace alone marked; the sizes are those of the question and the answer under way. */
const NETLINK_KERNEL: readonly (readonly [protocol: number, hostOnly: boolean])[] = [[0, false], [4, false], [7, true], [9, false], [10, false], [11, true], [12, false], [15, false], [16, false]]
const DIAG_REQUEST_SIZE = 768, DIAG_ANSWER_SIZE = 4352
const DATAGRAM_BUFFER = 212992
const LISTEN = tcpStateNumber('LISTEN'), ESTABLISHED = tcpStateNumber('ESTABLISHED'), CLOSED = tcpStateNumber('CLOSED'), TIME_WAIT = tcpStateNumber('TIME-WAIT')
const TIMER_KINDS = { on: 1, timewait: 3, persist: 4 } as const

const COOKIES = new Room<{ readonly known: WeakMap<object, number>; next: number }>('sock-cookies')
/** sock_gen_cookie: a number that is given at first look. */
function cookieOf(task: Task, socket: object): number {
  const cookies = task.kernel.rooms.open(COOKIES, () => ({ known: new WeakMap(), next: 1 }))
  let cookie = cookies.known.get(socket)
  if (cookie === undefined) cookies.known.set(socket, (cookie = cookies.next++))
  return cookie
}

/** An end as its socket's family writes it: IPv4 on an IPv6 socket is a mapped address. */
function addressText(socket: InetSocket, end: Endpoint | undefined): string {
  if (end === undefined) return socket.family === 'inet' ? '0.0.0.0' : '::'
  if (socket.family === end.family) return formatIp(end.family, end.address)
  return end.address === 0n ? '::' : `::ffff:${formatIp('inet', end.address)}`
}

function tcpInfo(task: Task, connection: TcpConnection): TcpInfo {
  const { sender, counts, settings, received } = connection
  const { now } = task.kernel.clock
  const since = (at: number): number => Math.floor((now - at) / NSEC_PER_MSEC)
  const usec = (ns: number): number => Math.round(ns / NSEC_PER_USEC)
  return {
    timestamps: connection.hasTimestamps, sack: connection.hasSack, windowScale: connection.hasWindowScaling ? [connection.peerWindowShift, connection.windowShift] : undefined,
    rto: usec(sender.rto.current), backoff: sender.rto.backoff, rtt: usec(sender.rto.srtt), rttvar: usec(sender.rto.rttvar), minRtt: usec(sender.rto.minRtt), sendMss: sender.mss, receiveMss: 536,
    advertisedMss: settings.mss - (connection.hasTimestamps ? 12 : 0), pathMtu: settings.pathMtu, cwnd: sender.cwnd.size,
    ssthresh: sender.cwnd.threshold < 0xffff ? sender.cwnd.threshold : undefined, bytesSent: counts.bytesSent, bytesRetransmitted: 0, bytesAcked: sender.acked, bytesReceived: counts.bytesReceived,
    segsOut: counts.segsOut, segsIn: counts.segsIn, dataSegsOut: counts.dataSegsOut, dataSegsIn: counts.dataSegsIn, lastDataSent: since(counts.lastSend), lastDataReceived: since(counts.lastReceive),
    lastAckReceived: since(counts.lastAck), unacked: Math.ceil(sender.inFlight / sender.mss), retransmitsTotal: sender.retransmitted, delivered: counts.dataSegsOut + 1,
    notSent: Math.max(0, sender.queued - sender.inFlight), receiveSpace: settings.receiveSpace, receiveThreshold: settings.receiveSpace - received.ready.length, sendWindow: sender.window,
  }
}

const LISTENER_INFO: TcpInfo = {
  timestamps: false, sack: false, windowScale: undefined, rto: 0, backoff: 0, rtt: 0, rttvar: 0, minRtt: 0, sendMss: 0, receiveMss: 0, advertisedMss: 0, pathMtu: 0, cwnd: 10, ssthresh: undefined,
  bytesSent: 0, bytesRetransmitted: 0, bytesAcked: 0, bytesReceived: 0, segsOut: 0, segsIn: 0, dataSegsOut: 0, dataSegsIn: 0, lastDataSent: 0, lastDataReceived: 0, lastAckReceived: 0, unacked: 0,
  retransmitsTotal: 0, delivered: 0, notSent: 0, receiveSpace: 0, receiveThreshold: 0, sendWindow: 0,
}

export function tcpDiag(task: Task, socket: TcpSocket): InetDiag {
  const { connection, local, peer } = socket
  const state = tcpStateNumber(socket.state)
  const [receiveQueue, sendQueue] = socket.queueLengths
  const { timer } = connection ?? {}
  // What is left of a closed socket has no owner any more.
  const isNobodys = socket.isOrphan || state === TIME_WAIT
  return {
    kind: 'inet', family: socket.family, protocol: 'tcp', state, local: addressText(socket, local), localPort: local.port, remote: addressText(socket, peer), remotePort: peer?.port ?? 0,
    ifindex: socket.device?.index ?? 0, receiveQueue: state === TIME_WAIT ? 0 : receiveQueue, sendQueue: state === TIME_WAIT ? 0 : sendQueue,
    uid: isNobodys ? 0 : fromKuidMunged(task.cred.userNs, socket.uid), inode: isNobodys ? 0 : socket.ino, cookie: cookieOf(task, socket), mark: socket.mark, v6only: socket.isV6Only,
    shutdown: socket.shutdownMask,
    timer: timer === undefined ? undefined : { kind: TIMER_KINDS[timer.kind], expires: Math.max(0, Math.ceil((timer.at - task.kernel.clock.now) / NSEC_PER_MSEC)), retransmits: connection?.sender.retries ?? 0 },
    memory: { receiveQueue: socket.isListening ? 0 : receiveQueue, receiveBuffer: socket.buffers.receive, sendQueue: socket.isListening ? 0 : sendQueue, sendBuffer: socket.buffers.send, drops: 0 },
    info: state === LISTEN ? { ...LISTENER_INFO, unacked: receiveQueue } : connection === undefined ? undefined : tcpInfo(task, connection),
  }
}
export function datagramDiag(task: Task, socket: DatagramSocket, protocol: 'udp' | 'raw' | 'icmp'): InetDiag {
  const { local, peer } = socket
  return {
    kind: 'inet', family: socket.family, protocol, state: peer === undefined ? CLOSED : ESTABLISHED, local: addressText(socket, local), localPort: local.port, remote: addressText(socket, peer),
    remotePort: peer?.port ?? 0, ifindex: socket.device?.index ?? 0, receiveQueue: socket.queuedBytes, sendQueue: 0, uid: fromKuidMunged(task.cred.userNs, socket.uid), inode: socket.ino,
    cookie: cookieOf(task, socket), mark: socket.mark, v6only: socket.isV6Only, shutdown: 0, timer: undefined, info: undefined,
    memory: { receiveQueue: socket.queuedBytes, receiveBuffer: DATAGRAM_BUFFER, sendQueue: 0, sendBuffer: DATAGRAM_BUFFER, drops: socket.drops },
  }
}

/** TCP sockets of a namespace: listeners, the newest first, then connections. */
export function* tcpSockets(net: NetNamespace): Iterable<TcpSocket> {
  for (const s of [...net.inet.connections.listeners()].reverse()) if (s instanceof TcpSocket) yield s
  for (const s of net.inet.connections.connections()) if (s instanceof TcpSocket) yield s
}
export function* datagramSockets(net: NetNamespace, protocol: 'udp' | 'raw' | 'icmp'): Iterable<DatagramSocket> {
  const all = protocol === 'udp' ? net.inet.udp.all() : protocol === 'icmp' ? net.inet.ping.all() : [...net.inet.raw.values()].flatMap((set) => [...set])
  for (const s of all) if (s instanceof DatagramSocket) yield s
}

function unixDiag(socket: UnixSocket): UnixDiag {
  const { peer } = socket
  return {
    kind: 'unix', type: socket.typeNumber, state: socket.isListening ? LISTEN : peer === undefined ? CLOSED : ESTABLISHED, inode: socket.ino, name: socket.name?.replaceAll('\0', '@'),
    peerInode: peer?.ino ?? 0, receiveQueue: socket.isListening ? socket.waiting : socket.available, sendQueue: socket.isListening ? socket.backlog : 0, shutdown: 0, vfs: socket.boundInode,
  }
}

function* found(task: Task, net: NetNamespace, request: Extract<SockDiagRequest, { readonly type: 'SOCK_DIAG_BY_FAMILY' }>): Iterable<Extract<SockDiagReply, { readonly type: 'SOCK_DIAG_BY_FAMILY' }>['socket']> {
  switch (request.family) {
    case 'inet': case 'inet6': {
      const wanted = (diag: InetDiag): boolean => diag.family === request.family && (request.states & (1 << diag.state)) !== 0
      if (request.protocol === 'tcp') for (const s of tcpSockets(net)) yield* [tcpDiag(task, s)].filter(wanted)
      else for (const s of datagramSockets(net, request.protocol)) yield* [datagramDiag(task, s, request.protocol)].filter(wanted)
      break
    }
    case 'unix':
      for (const s of listUnixSockets(net)) yield* [unixDiag(s)].filter((d) => (request.states & (1 << d.state)) !== 0)
      break
    case 'netlink':
      for (const [protocol, hostOnly] of NETLINK_KERNEL) {
        if (hostOnly && net !== initialNet(task.kernel)) continue
        yield { kind: 'netlink', protocol, portId: 0, receiveQueue: protocol === NETLINK_SOCK_DIAG ? DIAG_REQUEST_SIZE : 0 }
        if (protocol === NETLINK_SOCK_DIAG) yield { kind: 'netlink', protocol, portId: task.numberIn(task.pidNs), receiveQueue: DIAG_ANSWER_SIZE }
      }
  }
}

/** tcp_diag_destroy */
function destroy(task: Task, net: NetNamespace, wanted: InetDiag): void {
  if (net.owner === undefined || !nsCapable(task, net.owner, CAP_NET_ADMIN)) throw Errno.EPERM
  if (wanted.protocol !== 'tcp') throw Errno.EOPNOTSUPP
  for (const s of tcpSockets(net)) {
    if (cookieOf(task, s) !== wanted.cookie) continue
    s.destroy()
    return
  }
  throw Errno.ENOENT
}

export function answerSockDiag(task: Task, net: NetNamespace, request: SockDiagRequest): SockDiagDatagram {
  if (request.type === 'SOCK_DIAG_BY_FAMILY') {
    return [...[...found(task, net, request)].map((socket) => ({ type: 'SOCK_DIAG_BY_FAMILY' as const, socket })), { type: 'NLMSG_DONE', errno: undefined }]
  }
  try {
    destroy(task, net, request.socket)
  } catch (error) {
    if (isErr(error)) return [{ type: 'NLMSG_ERROR', errno: error }]
    throw error
  }
  return [{ type: 'NLMSG_ERROR', errno: undefined }]
}
