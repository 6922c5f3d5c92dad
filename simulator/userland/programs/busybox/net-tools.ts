// BusyBox's route and ifconfig as far as they show: the routing table, the interfaces. What they would change is left to ip.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  ARPHRD_LOOPBACK, IFF_ALLMULTI, IFF_BROADCAST, IFF_LOOPBACK, IFF_MULTICAST, IFF_NOARP, IFF_POINTOPOINT, IFF_PROMISC, IFF_RUNNING, IFF_UP, type Link, NLM_F_DUMP, RT_TABLE_MAIN,
} from '../../../abi/netlink.ts'
import { formatIpv4 } from '../../../lib/ip.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { Rtnl } from '../iproute2/rtnl.ts'
import { die, options } from './applet.ts'

const mask = (length: number): string => formatIpv4(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0)

export function* route(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, 'neA:', 'eA')
  if (operands.length > 0) return yield* unsimulated(c, `route ${operands[0]}`)
  return yield* routeTable(c, flags.has('n'), true)
}

/** The table of `route`, or with `isRoute` unset that of `netstat -r`, which has other figures at the end. */
export function* routeTable(c: Crt, numeric: boolean, isRoute = false): Flow<number> {
  const rtnl = new Rtnl(c)
  const { replies } = yield* rtnl.ask({ type: 'RTM_GETROUTE', flags: NLM_F_DUMP, family: 'inet' })
  yield* c.stdout.write(`Kernel IP routing table\nDestination     Gateway         Genmask         ${isRoute ? 'Flags Metric Ref    Use Iface' : 'Flags   MSS Window  irtt Iface'}\n`)
  for (const reply of replies) {
    if (reply.type !== 'RTM_NEWROUTE' || !('route' in reply) || reply.route.table !== RT_TABLE_MAIN) continue
    const { dst, dstLen, nexthops, metric } = reply.route
    const [hop] = nexthops
    const isDefault = dst === undefined || dstLen === 0
    const target = isDefault ? (numeric ? '0.0.0.0' : 'default') : dst
    const gateway = hop?.gateway ?? (numeric ? '0.0.0.0' : '*')
    const letters = `U${hop?.gateway === undefined ? '' : 'G'}${dstLen === 32 ? 'H' : ''}`
    const device = hop?.oif === undefined ? '' : yield* rtnl.name(hop.oif)
    const figures = isRoute ? `${letters.padEnd(6)}${String(metric).padEnd(6)} 0        0` : `${letters.padEnd(6)}    0 0          0`
    yield* c.stdout.write(`${target.padEnd(15)} ${gateway.padEnd(15)} ${mask(isDefault ? 0 : dstLen).padEnd(16)}${figures} ${device}\n`)
  }
  return 0
}

const FLAGS: readonly (readonly [number, string])[] = [
  [IFF_UP, 'UP'], [IFF_BROADCAST, 'BROADCAST'], [IFF_LOOPBACK, 'LOOPBACK'], [IFF_POINTOPOINT, 'POINTOPOINT'], [IFF_RUNNING, 'RUNNING'], [IFF_NOARP, 'NOARP'], [IFF_PROMISC, 'PROMISC'],
  [IFF_ALLMULTI, 'ALLMULTI'], [IFF_MULTICAST, 'MULTICAST'],
]
const SCOPES = new Map([[0, 'Global'], [200, 'Site'], [253, 'Link'], [254, 'Host']])

/** `1.2 KiB` */
function units(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 1024 && unit < 4; unit++) value /= 1024
  return `${value.toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`
}

export function* ifconfig(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, 'a')
  if (operands.length > 1) return yield* unsimulated(c, `ifconfig ${operands.join(' ')}`)
  const rtnl = new Rtnl(c)
  const links = yield* rtnl.links()
  const [name] = operands
  const shown = name === undefined ? [...links].filter((link) => flags.has('a') || (link.flags & IFF_UP) !== 0).sort((a, b) => (a.name < b.name ? -1 : 1)) : links.filter((link) => link.name === name)
  if (name !== undefined && shown.length === 0) return yield* die(c, `${name}: error fetching interface information: Device not found`)
  for (const link of shown) yield* show(c, rtnl, link)
  return 0
}

function* show(c: Crt, rtnl: Rtnl, link: Link): Flow<void> {
  const indent = ' '.repeat(10)
  const encap = link.arphrd === ARPHRD_LOOPBACK ? 'Local Loopback  ' : `Ethernet  HWaddr ${(link.address ?? '').toUpperCase()}  `
  let text = `${link.name.padEnd(9)} Link encap:${encap}\n`
  const addresses = (yield* rtnl.addresses()).filter(({ index }) => index === link.index)
  const first = addresses.find(({ family, flags }) => family === 'inet' && (flags & 1) === 0)
  if (first !== undefined) {
    const broadcast = (link.flags & IFF_BROADCAST) === 0 ? '' : `  Bcast:${first.broadcast ?? '0.0.0.0'}`
    text += `${indent}inet addr:${first.local}${broadcast}  Mask:${mask(first.prefixlen)}\n`
  }
  for (const { family, local, prefixlen, scope } of addresses) if (family === 'inet6') text += `${indent}inet6 addr: ${local}/${prefixlen} Scope:${SCOPES.get(scope) ?? 'Unknown'}\n`
  text += `${indent}${FLAGS.filter(([bit]) => (link.flags & bit) !== 0).map(([, word]) => word).join(' ')}  MTU:${link.mtu}  Metric:1\n`
  const { rx, tx } = link
  text += `${indent}RX packets:${rx.packets} errors:${rx.errors} dropped:${rx.dropped} overruns:0 frame:0\n`
  text += `${indent}TX packets:${tx.packets} errors:${tx.errors} dropped:${tx.dropped} overruns:0 carrier:0\n`
  text += `${indent}collisions:0 txqueuelen:${link.txqlen} \n`
  text += `${indent}RX bytes:${rx.bytes} (${units(rx.bytes)})  TX bytes:${tx.bytes} (${units(tx.bytes)})\n\n`
  yield* c.stdout.write(text)
}
