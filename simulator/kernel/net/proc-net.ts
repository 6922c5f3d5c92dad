// The files of /proc/net (proc(5)): devices, routes, sockets of one network namespace.
import { NUD_FAILED, NUD_INCOMPLETE, NUD_NOARP, NUD_PERMANENT, RT_TABLE_MAIN, RTN_UNICAST } from '../../abi/netlink.ts'
import { formatIpv4, ipMask, parseIp } from '../../lib/ip.ts'
import { groupAddresses, inet6Groups, inetGroups } from './multicast-groups.ts'
import type { FibRoute } from './fib.ts'
import type { NetDevice } from './net-device.ts'
import type { NetNamespace } from './net-namespace.ts'
import { showConntrack } from './netfilter/conntrack-dump.ts'
import { showFibTrie, showRoute6 } from './proc-net-routes.ts'
import { PROC_NET_SOCKETS } from './proc-net-sockets.ts'
import { listUnixSockets } from './unix-socket.ts'

const RTF_UP = 1, RTF_GATEWAY = 2, RTF_HOST = 4
/** An IPv4 address as a little-endian machine prints network byte order. */
const hex32 = (n: bigint): string => [0n, 8n, 16n, 24n].map((shift) => ((n >> shift) & 0xffn).toString(16).padStart(2, '0').toUpperCase()).join('')
const hex128 = (n: bigint): string => n.toString(16).padStart(32, '0')
const byte = (n: number): string => n.toString(16).padStart(2, '0')

function showDev(net: NetNamespace): string {
  const line = ({ name, rx, tx }: NetDevice): string =>
    `${name.padStart(6)}: ${String(rx.bytes).padStart(7)} ${String(rx.packets).padStart(7)} ${String(rx.errors).padStart(4)} ${String(rx.dropped).padStart(4)} ${'0'.padStart(4)} ${'0'.padStart(5)} ` +
    `${'0'.padStart(10)} ${'0'.padStart(9)} ${String(tx.bytes).padStart(8)} ${String(tx.packets).padStart(7)} ${String(tx.errors).padStart(4)} ${String(tx.dropped).padStart(4)} ` +
    `${'0'.padStart(4)} ${'0'.padStart(5)} ${'0'.padStart(7)} ${'0'.padStart(10)}\n`
  return 'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
    [...net.devices.values()].map(line).join('')
}

function showRoute(net: NetNamespace): string {
  const line = (route: FibRoute): string => {
    const [hop] = route.nexthops
    const gateway = hop?.gateway ?? 0n
    const flags = RTF_UP | (hop?.gateway === undefined ? 0 : RTF_GATEWAY) | (route.dstLen === 32 ? RTF_HOST : 0)
    return [hop?.device?.name ?? '*', hex32(route.dst), hex32(gateway), flags.toString(16).toUpperCase().padStart(4, '0'), 0, 0, route.metric,
      hex32(ipMask('inet', route.dstLen)), route.mtu ?? 0, 0, 0].join('\t').padEnd(127) + '\n'
  }
  if (net.routes.ids('inet').length === 0) return ''
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'.padEnd(127)
  return `${head}\n${net.routes.list('inet', RT_TABLE_MAIN).filter((r) => r.type === RTN_UNICAST).map(line).join('')}`
}
function showIfInet6(net: NetNamespace): string {
  let text = ''
  for (const device of net.devices.values()) {
    for (const a of device.addresses) {
      if (a.family !== 'inet6') continue
      const scope = device.isLoopback ? 0x10 : a.scope === 253 ? 0x20 : 0
      text += `${hex128(a.local)} ${byte(device.index)} ${byte(a.prefixlen)} ${byte(scope)} ${byte(a.flags & 0xff)} ${device.name.padStart(8)}\n`
    }
  }
  return text
}

function showUnix(net: NetNamespace): string {
  let text = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
  for (const s of listUnixSockets(net)) {
    const flags = s.isListening ? '00010000' : '00000000'
    const state = s.isListening || s.peer === undefined ? '01' : '03'
    const name = s.name === undefined ? '' : ` ${s.name.replace(/^\0/, '@')}`
    text += `0000000000000000: ${hex8(2)} 00000000 ${flags} ${s.typeNumber.toString(16).padStart(4, '0')} ${state} ${String(s.ino).padStart(5)}${name}\n`
  }
  return text
}
const hex8 = (n: number): string => n.toString(16).padStart(8, '0')

function showArp(net: NetNamespace): string {
  let text = 'IP address       HW type     Flags       HW address            Mask     Device\n'
  for (const device of net.devices.values()) {
    for (const n of device.neighbours.list()) {
      if (n.family !== 'inet' || (n.state & NUD_NOARP) !== 0) continue
      const flags = n.state === NUD_PERMANENT ? 6 : n.lladdr !== undefined && n.state !== NUD_FAILED && n.state !== NUD_INCOMPLETE ? 2 : 0
      text += `${formatIpv4(Number(n.address)).padEnd(16)} 0x${device.traits.arphrd.toString(16).padEnd(10)}0x${flags.toString(16).padEnd(10)}${n.lladdr ?? '00:00:00:00:00:00'}     *        ${device.name}\n`
    }
  }
  return text
}
const showDevMcast = (net: NetNamespace): string =>
  [...net.devices.values()].flatMap((d) => groupAddresses(d).map((mac) => `${String(d.index).padEnd(4)} ${d.name.padEnd(15)} ${'1'.padEnd(5)} ${(d.extraMulticast.has(mac) ? '1' : '0').padEnd(5)} ${mac.replaceAll(':', '')}\n`)).join('')
function showIgmp(net: NetNamespace): string {
  let text = 'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n'
  for (const d of net.devices.values()) {
    const groups = inetGroups(d)
    if (groups.length === 0) continue
    text += `${d.index}\t${d.name.padEnd(10)}: ${String(groups.length).padStart(5)} ${'V3'.padStart(7)}\n`
    for (const group of groups) text += `\t\t\t\t${hex32(parseIp('inet', group) ?? 0n)} ${'1'.padStart(5)} 0:00000000\t\t0\n`
  }
  return text
}
const showIgmp6 = (net: NetNamespace): string =>
  [...net.devices.values()].flatMap((d) => inet6Groups(d).map(({ address, users }) => `${String(d.index).padEnd(4)} ${d.name.padEnd(15)} ${hex128(parseIp('inet6', address) ?? 0n)} ${String(users).padStart(5)} 0000000C 0\n`)).join('')

/** Name → content. */
export const PROC_NET_FILES: ReadonlyMap<string, (net: NetNamespace) => string> = new Map<string, (net: NetNamespace) => string>([
  ['arp', showArp], ['dev_mcast', showDevMcast], ['igmp', showIgmp], ['igmp6', showIgmp6],
  ['dev', showDev], ['fib_trie', showFibTrie], ['ipv6_route', showRoute6], ['if_inet6', showIfInet6], ['route', showRoute], ['unix', showUnix],
  ['netlink', () => 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n'],
  ['nf_conntrack', showConntrack], ['nf_conntrack_expect', () => ''],
  ...PROC_NET_SOCKETS,
])
