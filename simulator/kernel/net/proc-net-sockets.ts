// The socket tables of /proc/net (tcp4_seq_show, udp4_seq_show, raw_sock_seq_show, ping_v4_seq_show, packet_seq_show; proc(5)), and their sums.
import { tcpStateNumber } from '../../abi/tcp.ts'
import type { DatagramSocket } from './datagram-socket.ts'
import type { Endpoint } from './inet-ports.ts'
import type { InetSocket } from './inet-socket.ts'
import type { NetNamespace } from './net-namespace.ts'
import { PacketSocket } from './packet-socket.ts'
import { showNetstat } from './proc-net-netstat.ts'
import { showSnmp, showSnmp6 } from './proc-net-snmp.ts'
import { datagramSockets, tcpSockets } from './sock-diag.ts'
import type { TcpSocket } from './tcp-socket.ts'

const HASH = 128
const MAPPED = 0xffffn << 32n
const TCP_ESTABLISHED = 1, TCP_CLOSE = 7

const hex = (n: number, digits: number): string => n.toString(16).toUpperCase().padStart(digits, '0')
/** 32 bits as a little-endian machine prints network byte order. */
const word = (n: bigint): string => [0n, 8n, 16n, 24n].map((shift) => hex(Number((n >> shift) & 0xffn), 2)).join('')
function address(family: InetSocket['family'], end: Endpoint | undefined): string {
  const port = hex(end?.port ?? 0, 4)
  if (family === 'inet') return `${word(end?.address ?? 0n)}:${port}`
  const value = end === undefined ? 0n : end.family === 'inet6' || end.address === 0n ? end.address : MAPPED | end.address
  return `${[96n, 64n, 32n, 0n].map((shift) => word((value >> shift) & 0xffffffffn)).join('')}:${port}`
}
/** What all tables have in common, up to the number of references. */
function common(s: InetSocket, slot: number, width: number, state: number, sendQueue: number, receiveQueue: number): string {
  return `${String(slot).padStart(width)}: ${address(s.family, s.local)} ${address(s.family, s.peer)} ${hex(state, 2)} ${hex(sendQueue, 8)}:${hex(receiveQueue, 8)} 00:00000000 00000000 ` +
    `${String(s.uid).padStart(5)} ${'0'.padStart(8)} ${s.ino}`
}
const SIX_HEAD = '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

function showTcp(family: InetSocket['family']): (net: NetNamespace) => string {
  const head = family === 'inet' ? '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149) : SIX_HEAD
  const line = (s: TcpSocket, i: number): string => {
    const [receiveQueue, sendQueue] = s.queueLengths
    const text = `${common(s, i, 4, tcpStateNumber(s.state), s.isListening ? 0 : sendQueue, receiveQueue)} ${s.isListening ? 1 : 2} 0000000000000000 100 0 0 10 0`
    return `${family === 'inet' ? text.padEnd(149) : text}\n`
  }
  return (net) => `${head}\n${[...tcpSockets(net)].filter((s) => s.family === family).map(line).join('')}`
}

function showDatagrams(family: InetSocket['family'], protocol: 'udp' | 'raw' | 'icmp'): (net: NetNamespace) => string {
  const isPadded = family === 'inet' && protocol !== 'raw'
  const width = protocol === 'raw' && family === 'inet' ? 4 : 5
  const v4 = `${protocol === 'udp' ? ' ' : ''}  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops`
  const head = family === 'inet6' ? `${SIX_HEAD} ref pointer drops` : isPadded ? v4.padEnd(127) : v4
  const slot = (s: DatagramSocket): number => s.local.port % HASH
  const line = (s: DatagramSocket): string => {
    const text = `${common(s, slot(s), width, s.peer === undefined ? TCP_CLOSE : TCP_ESTABLISHED, 0, s.queuedBytes)} 2 0000000000000000 ${s.drops}`
    return `${isPadded ? text.padEnd(127) : text}\n`
  }
  return (net) => `${head}\n${[...datagramSockets(net, protocol)].filter((s) => s.family === family).sort((a, b) => slot(a) - slot(b)).map(line).join('')}`
}

const packetSockets = (net: NetNamespace): readonly PacketSocket[] => [...net.taps].filter((tap) => tap instanceof PacketSocket)
function showPacket(net: NetNamespace): string {
  const line = (s: PacketSocket): string =>
    `0000000000000000 ${'3'.padEnd(6)} ${String(s.type === 'raw' ? 3 : 2).padEnd(4)} ${hex(s.protocol, 4).toLowerCase()}   ${String(s.device?.index ?? 0).padEnd(5)} 1 ${String(s.queuedBytes).padEnd(6)} ${String(s.uid).padEnd(6)} ${String(s.ino).padEnd(6)}\n`
  return `sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n${packetSockets(net).map(line).join('')}`
}
/** ptype_seq_show */
function showPtype(net: NetNamespace): string {
  const taps = packetSockets(net).map((s) => `ALL  ${(s.device?.name ?? '').padEnd(8)} packet_rcv\n`).join('')
  const handlers = [['0800', 'ip_rcv'], ['0004', 'llc_rcv [llc]'], ['88f5', 'mrp_rcv [mrp]'], ['0806', 'arp_rcv'], ['86dd', 'ipv6_rcv']].map(([type, name]) => `${type}          ${name}\n`).join('')
  return `Type Device      Function\n${taps}${handlers}`
}

function counts(net: NetNamespace, family: InetSocket['family']): { readonly tcp: number; readonly waiting: number; readonly udp: number; readonly raw: number } {
  const tcp = [...tcpSockets(net)].filter((s) => s.family === family)
  const waiting = tcp.filter((s) => s.state === 'TIME-WAIT').length
  const of = (protocol: 'udp' | 'raw'): number => [...datagramSockets(net, protocol)].filter((s) => s.family === family).length
  return { tcp: tcp.length - waiting, waiting, udp: of('udp'), raw: of('raw') }
}
function showSockstat(net: NetNamespace): string {
  const n = counts(net, 'inet')
  return `sockets: used ${net.holders.get('socket') ?? 0}\nTCP: inuse ${n.tcp} orphan 0 tw ${n.waiting} alloc ${n.tcp + counts(net, 'inet6').tcp} mem 0\nUDP: inuse ${n.udp} mem 0\nUDPLITE: inuse 0\n` +
    `RAW: inuse ${n.raw}\nFRAG: inuse 0 memory 0\n`
}
function showSockstat6(net: NetNamespace): string {
  const n = counts(net, 'inet6')
  return `TCP6: inuse ${n.tcp}\nUDP6: inuse ${n.udp}\nUDPLITE6: inuse 0\nRAW6: inuse ${n.raw}\nFRAG6: inuse 0 memory 0\n`
}

/** Tables of what nobody uses here: multicast routing, source filters, flow labels, UDP-Lite; and the kernel's constants for packet schedulers. */
const EMPTY_TABLES: readonly (readonly [string, string])[] = [
  ['anycast6', ''], ['ip6_flowlabel', 'Label S Owner  Users  Linger Expires  Dst                              Opt\n'],
  ['ip6_mr_cache', 'Group                            Origin                           Iif      Pkts  Bytes     Wrong  Oifs\n'], ['ip6_mr_vif', 'Interface      BytesIn  PktsIn  BytesOut PktsOut Flags\n'],
  ['ip_mr_cache', 'Group    Origin   Iif     Pkts    Bytes    Wrong Oifs\n'], ['ip_mr_vif', 'Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote\n'],
  ['mcfilter', 'Idx Device        MCA        SRC    INC    EXC\n'], ['mcfilter6', 'Idx Device                Multicast Address                   Source Address    INC    EXC\n'],
  ['psched', '000003e8 00000040 000f4240 3b9aca00\n'],
  ['rt_cache', `${'Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow\tIRTT\tTOS\tHHRef\tHHUptod\tSpecDst'.padEnd(127)}\n`],
  ['udplite', `${'   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'.padEnd(127)}\n`], ['udplite6', `${SIX_HEAD} ref pointer drops\n`],
]

/** Name → content. */
export const PROC_NET_SOCKETS: readonly (readonly [string, (net: NetNamespace) => string])[] = [
  ['tcp', showTcp('inet')], ['tcp6', showTcp('inet6')], ['udp', showDatagrams('inet', 'udp')], ['udp6', showDatagrams('inet6', 'udp')], ['raw', showDatagrams('inet', 'raw')],
  ['raw6', showDatagrams('inet6', 'raw')], ['icmp', showDatagrams('inet', 'icmp')], ['icmp6', showDatagrams('inet6', 'icmp')], ['packet', showPacket], ['ptype', showPtype],
  ['sockstat', showSockstat], ['sockstat6', showSockstat6], ['netstat', showNetstat], ['snmp', showSnmp], ['snmp6', showSnmp6], ...EMPTY_TABLES.map(([name, text]) => [name, () => text] as const),
]
