// Sockets in /proc/net: tcp, tcp6, udp, udp6, raw, raw6, icmp, icmp6, sockstat, sockstat6 (tcp4_seq_show, udp4_seq_show, proc.c). Addresses of kernel objects are zeros.
import { tcpStateNumber } from '../../abi/tcp.ts'
import type { IpVersion } from '../../lib/ip.ts'
import { NSEC_PER_MSEC } from '../clock.ts'
import type { DatagramSocket } from './datagram-socket.ts'
import type { Endpoint } from './inet-ports.ts'
import type { InetSocket } from './inet-socket.ts'
import type { NetNamespace } from './net-namespace.ts'
import { datagramSockets, tcpSockets } from './sock-diag.ts'
import type { TcpSocket } from './tcp-socket.ts'
import { listUnixSockets } from './unix-socket.ts'

const JIFFY_MS = 10
const TCP_LINE = 149, DATAGRAM_LINE = 127
const POINTER = '0'.repeat(16)
const ESTABLISHED = 1, CLOSED = 7
const TIMERS = { on: 1, timewait: 3, persist: 4 } as const

const hex = (n: number, width: number): string => Math.max(0, n).toString(16).toUpperCase().padStart(width, '0')
/** Each word in the byte order of the machine. */
function hexAddress(family: IpVersion, address: bigint): string {
  const words = family === 'inet' ? 1 : 4
  return Array.from({ length: words }, (_, i) => {
    const word = (address >> BigInt((words - 1 - i) * 32)) & 0xffffffffn
    return [0n, 8n, 16n, 24n].map((shift) => hex(Number((word >> shift) & 255n), 2)).join('')
  }).join('')
}
function endText(socket: InetSocket, end: Endpoint | undefined): string {
  const { family } = socket
  const address = end === undefined ? 0n : family === 'inet6' && end.family === 'inet' && end.address !== 0n ? (0xffffn << 32n) | end.address : end.address
  return `${hexAddress(family, address)}:${hex(end?.port ?? 0, 4)}`
}

function tcpLine(socket: TcpSocket, index: number): string {
  const { connection, state } = socket
  const isTimeWait = state === 'TIME-WAIT'
  const [receive, send] = socket.queueLengths
  const { timer } = connection ?? {}
  const left = timer === undefined ? 0 : Math.ceil((timer.at - socket.kernel.clock.now) / NSEC_PER_MSEC / JIFFY_MS)
  const isListening = state === 'LISTEN'
  const numbers = isTimeWait ? '' : isListening ? ' 100 0 0 10 0' : ` ${Math.ceil((connection?.sender.rto.base ?? 0) / NSEC_PER_MSEC / JIFFY_MS)} 0 0 ${connection?.sender.cwnd.size ?? 10} -1`
  const isNobodys = isTimeWait || socket.isOrphan
  return `${String(index).padStart(4)}: ${endText(socket, socket.local)} ${endText(socket, socket.peer)} ${hex(tcpStateNumber(state), 2)} ${hex(isTimeWait || isListening ? 0 : send, 8)}:${hex(isTimeWait ? 0 : receive, 8)} ` +
    `${hex(timer === undefined ? 0 : TIMERS[timer.kind], 2)}:${hex(left, 8)} ${hex(connection?.sender.retries ?? 0, 8)} ${String(isNobodys ? 0 : socket.uid).padStart(5)} ${'0'.padStart(8)} ${isNobodys ? 0 : socket.ino} ` +
    `${isTimeWait ? 3 : 1} ${POINTER}${numbers}`
}
function datagramLine(socket: DatagramSocket): string {
  const { port } = socket.local
  return `${String(port % 256).padStart(5)}: ${endText(socket, socket.local)} ${endText(socket, socket.peer)} ${hex(socket.peer === undefined ? CLOSED : ESTABLISHED, 2)} 00000000:${hex(socket.queuedBytes, 8)} ` +
    `00:00000000 00000000 ${String(socket.uid).padStart(5)} ${'0'.padStart(8)} ${socket.ino} 2 ${POINTER} ${socket.drops}`
}

export function showTcp(net: NetNamespace, family: IpVersion): string {
  const lines = [...tcpSockets(net)].filter((s) => s.family === family).map(tcpLine)
  return lines.map((line) => `${family === 'inet' ? line.padEnd(TCP_LINE) : line}\n`).join('')
}
export function showDatagrams(net: NetNamespace, protocol: 'udp' | 'raw' | 'icmp', family: IpVersion): string {
  const lines = [...datagramSockets(net, protocol)].filter((s) => s.family === family).map(datagramLine)
  return lines.map((line) => `${family === 'inet' ? line.padEnd(DATAGRAM_LINE) : line}\n`).join('')
}

interface Census { readonly used: number; readonly tcp: number; readonly tcp6: number; readonly orphans: number; readonly timeWait: number; readonly udp: number; readonly udp6: number; readonly raw: number; readonly raw6: number }
function census(net: NetNamespace): Census {
  const tcp = [...tcpSockets(net)]
  const living = tcp.filter((s) => s.state !== 'TIME-WAIT')
  const count = (sockets: Iterable<InetSocket>, family: IpVersion): number => [...sockets].filter((s) => s.family === family).length
  const [udp, udp6] = [count(datagramSockets(net, 'udp'), 'inet'), count(datagramSockets(net, 'udp'), 'inet6')]
  const [raw, raw6] = [count(datagramSockets(net, 'raw'), 'inet'), count(datagramSockets(net, 'raw'), 'inet6')]
  const orphans = living.filter((s) => s.isOrphan).length
  return {
    used: living.length - orphans + udp + udp6 + raw + raw6 + [...listUnixSockets(net)].length, tcp: count(living, 'inet'), tcp6: count(living, 'inet6'), orphans, timeWait: tcp.length - living.length,
    udp, udp6, raw, raw6,
  }
}
export function showSockstat(net: NetNamespace): string {
  const c = census(net)
  return `sockets: used ${c.used}\nTCP: inuse ${c.tcp} orphan ${c.orphans} tw ${c.timeWait} alloc ${c.tcp + c.tcp6} mem 0\nUDP: inuse ${c.udp} mem 0\nUDPLITE: inuse 0\nRAW: inuse ${c.raw}\n` +
    'FRAG: inuse 0 memory 0\n'
}
export function showSockstat6(net: NetNamespace): string {
  const c = census(net)
  return `TCP6: inuse ${c.tcp6}\nUDP6: inuse ${c.udp6}\nUDPLITE6: inuse 0\nRAW6: inuse ${c.raw6}\nFRAG6: inuse 0 memory 0\n`
}
/** CurrEstab of /proc/net/snmp. */
export const establishedCount = (net: NetNamespace): number => [...tcpSockets(net)].filter((s) => s.state === 'ESTABLISHED' || s.state === 'CLOSE-WAIT').length
