// The routing tables in /proc/net (fib_trie_seq_show, ipv6_route_show; proc(5)).
import { RT_TABLE_LOCAL, RT_TABLE_MAIN, RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST, RTPROT_KERNEL } from '../../abi/netlink.ts'
import { formatIpv4 } from '../../lib/ip.ts'
import { emptyChildren, FibTrie, fullChildren, type Leaf, type Node } from './fib-trie.ts'
import type { FibRoute } from './fib.ts'
import type { NetNamespace } from './net-namespace.ts'

const KEY_LENGTH = 32
const TYPES = ['UNSPEC', 'UNICAST', 'LOCAL', 'BROADCAST', 'ANYCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE']
const SCOPES: ReadonlyMap<number, string> = new Map([[0, 'universe'], [200, 'site'], [253, 'link'], [254, 'host'], [255, 'nowhere']])
const indent = (depth: number): string => '   '.repeat(depth)

function showNode(at: Leaf<FibRoute> | Node<FibRoute>, depth: number): string {
  if (at.kind === 'leaf') {
    const routes = [...at.values].sort((a, b) => b.dstLen - a.dstLen || a.metric - b.metric)
    const lines = routes.map((r) => `${indent(depth + 1)}  /${r.dstLen} ${SCOPES.get(r.scope) ?? `scope=${r.scope}`} ${TYPES[r.type] ?? `type ${r.type}`}\n`)
    return `${indent(depth)}  |-- ${formatIpv4(at.key)}\n${lines.join('')}`
  }
  const own = `${indent(depth)}  +-- ${formatIpv4(at.key)}/${KEY_LENGTH - at.pos - at.bits} ${at.bits} ${fullChildren(at)} ${emptyChildren(at)}\n`
  return own + at.children.map((child) => (child === undefined ? '' : showNode(child, depth + 1))).join('')
}

/** Addresses bring their own route before that of their network, and broadcasts last. */
const rank = (route: FibRoute): number => (route.type === RTN_LOCAL && route.dstLen === KEY_LENGTH ? 0 : route.type === RTN_BROADCAST ? 2 : 1)
function showTable(name: string, routes: readonly FibRoute[]): string {
  const trie = new FibTrie<FibRoute>()
  const byDevice = (r: FibRoute): number => r.nexthops[0]?.device?.index ?? 0
  for (const route of [...routes].sort((a, b) => byDevice(a) - byDevice(b) || rank(a) - rank(b))) trie.insert(Number(route.dst), route)
  return `${name}:\n${trie.root === undefined ? '' : showNode(trie.root, 0)}`
}

/** Until somebody changes the rules, main and local are one table under two names (fib_unmerge). */
export function showFibTrie(net: NetNamespace): string {
  const { routes } = net
  const isMerged = !routes.rules.inet.isCustom
  return routes.ids('inet').map((id) => {
    const name = id === RT_TABLE_MAIN ? 'Main' : id === RT_TABLE_LOCAL ? 'Local' : `Id ${id}`
    const both = isMerged && (id === RT_TABLE_MAIN || id === RT_TABLE_LOCAL)
    return showTable(name, both ? [...routes.list('inet', RT_TABLE_LOCAL), ...routes.list('inet', RT_TABLE_MAIN)] : routes.list('inet', id))
  }).join('')
}

const hex128 = (n: bigint): string => n.toString(16).padStart(32, '0')
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
const RTF_UP = 1, RTF_GATEWAY = 2, RTF_HOST = 4, RTF_NONEXTHOP = 0x200000, RTF_REJECT = 0x200, RTF_LOCAL = 0x80000000
const NO_METRIC = 0xffffffff

function line6(dst: bigint, length: number, gateway: bigint, metric: number, references: number, flags: number, device: string): string {
  return `${hex128(dst)} ${hex(length, 2)} ${hex128(0n)} 00 ${hex128(gateway)} ${hex(metric, 8)} ${hex(references, 8)} ${hex(0, 8)} ${hex(flags >>> 0, 8)} ${device.padStart(8)}\n`
}
/** Every table ends with the entry for what it doesn't know. */
const nothing = (): string => line6(0n, 0, 0n, NO_METRIC, 1, RTF_NONEXTHOP | RTF_REJECT, 'lo')
export function showRoute6(net: NetNamespace): string {
  const line = (route: FibRoute): string => {
    const [hop] = route.nexthops
    const isLocal = route.type === RTN_LOCAL
    const flags = RTF_UP | (hop?.gateway === undefined ? 0 : RTF_GATEWAY) | (isLocal ? RTF_LOCAL | RTF_NONEXTHOP : 0) | (!isLocal && route.dstLen === 128 ? RTF_HOST : 0) | (hop === undefined ? RTF_REJECT : 0)
    const isOwn = isLocal && hop?.device?.isLoopback !== true
    const holders = isOwn || route.type === RTN_MULTICAST ? 3 : route.protocol === RTPROT_KERNEL ? 2 : 1
    return line6(route.dst, route.dstLen, hop?.gateway ?? 0n, route.metric, holders, flags, hop?.device?.name ?? 'lo')
  }
  const table = (id: number): string => net.routes.list('inet6', id).map(line).join('') + nothing()
  return [RT_TABLE_MAIN, RT_TABLE_LOCAL].map(table).join('')
}
