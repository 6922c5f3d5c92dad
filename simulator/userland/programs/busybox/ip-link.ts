// ip link of BusyBox: what a device is, up and down, names and addresses, making and deleting.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  ARPHRD_ETHER, ARPHRD_LOOPBACK, IFF_ALLMULTI, IFF_BROADCAST, IFF_LOOPBACK, IFF_LOWER_UP, IFF_MASTER, IFF_MULTICAST, IFF_NOARP, IFF_POINTOPOINT, IFF_PROMISC, IFF_RUNNING, IFF_SLAVE,
  IFF_UP, type Link, type LinkChange, NLM_F_CREATE, NLM_F_EXCL,
} from '../../../abi/netlink.ts'
import { unsimulated } from '../../libc/err.ts'
import { die, number, showUsage } from './applet.ts'
import { abbreviated, deviceIndex, invalidArgument, type IpContext, lineBreak, talk } from './ip.ts'

const FLAGS: readonly (readonly [number, string])[] = [
  [IFF_LOOPBACK, 'LOOPBACK'], [IFF_BROADCAST, 'BROADCAST'], [IFF_POINTOPOINT, 'POINTOPOINT'], [IFF_MULTICAST, 'MULTICAST'], [IFF_NOARP, 'NOARP'], [IFF_ALLMULTI, 'ALLMULTI'],
  [IFF_PROMISC, 'PROMISC'], [IFF_MASTER, 'MASTER'], [IFF_SLAVE, 'SLAVE'], [IFF_UP, 'UP'], [IFF_LOWER_UP, 'LOWER_UP'],
]
const TYPES = new Map([[ARPHRD_ETHER, 'ether'], [ARPHRD_LOOPBACK, 'loopback']])
const EXIT_LINK = 2

/** `2: eth0@if5: <FLAGS> mtu 1500 qdisc noqueue`, without the addresses. BusyBox looks the other end up in its own namespace only. */
export function* linkHead(x: IpContext, link: Link): Flow<string> {
  const flags = FLAGS.filter(([bit]) => (link.flags & bit) !== 0).map(([, name]) => name)
  if ((link.flags & IFF_UP) !== 0 && (link.flags & IFF_RUNNING) === 0) flags.unshift('NO-CARRIER')
  let peer = ''
  if (link.link !== undefined) {
    const other = link.link === 0 ? undefined : (yield* x.rtnl.links()).find(({ index }) => index === link.link)
    peer = link.link === 0 ? '@NONE' : `@${other?.name ?? `if${link.link}`}`
    if (((other?.flags ?? 0) & IFF_UP) === 0) flags.push('M-DOWN')
  }
  const master = link.master === undefined ? '' : ` master ${yield* x.rtnl.name(link.master)}`
  return `${link.index}: ${link.name}${peer}: <${flags.join(',')}> mtu ${link.mtu} qdisc ${link.qdisc}${master}${link.txqlen > 0 ? ` qlen ${link.txqlen}` : ''}`
}
export function linkAddress(x: IpContext, link: Link): string {
  const type = TYPES.get(link.arphrd) ?? 'generic'
  const own = link.address === '' ? '' : ` ${link.address}`
  const broadcast = link.broadcast === '' ? '' : ` ${(link.flags & IFF_POINTOPOINT) !== 0 ? 'peer' : 'brd'} ${link.broadcast}`
  return `${lineBreak(x)}    link/${type}${own}${broadcast}`
}

export function* linkCommand(x: IpContext, args: readonly string[]): Flow<number> {
  const [word = 'show', ...rest] = args
  switch (abbreviated(word, ['add', 'delete', 'set', 'show', 'lst', 'list'])) {
    case 'add': return yield* add(x, rest)
    case 'delete': return yield* remove(x, rest)
    case 'set': return yield* set(x, rest)
    case 'show': case 'lst': case 'list': return yield* show(x, rest)
    default: return yield* invalidArgument(x, word)
  }
}

function* show(x: IpContext, args: readonly string[]): Flow<number> {
  const name = args[0] === 'dev' ? args[1] : args[0] === 'up' ? undefined : args[0]
  const index = name === undefined ? undefined : yield* deviceIndex(x, name, EXIT_LINK)
  for (const link of yield* x.rtnl.links()) {
    if ((index !== undefined && link.index !== index) || (args.includes('up') && (link.flags & IFF_UP) === 0)) continue
    yield* x.c.stdout.write(`${yield* linkHead(x, link)}${linkAddress(x, link)}\n`)
  }
  return 0
}

function* set(x: IpContext, args: readonly string[]): Flow<number> {
  const { c } = x
  let device: string | undefined
  const changes: (readonly [call: string, change: LinkChange])[] = []
  const flag = (bit: number, on: boolean): LinkChange => ({ flags: on ? bit : 0, mask: bit })
  for (let i = 0; i < args.length; i++) {
    const word = args[i]
    const value = function* (): Flow<string> {
      return args[++i] ?? (yield* showUsage(c))
    }
    const onOff = function* (): Flow<boolean> {
      const given = yield* value()
      return given === 'on' || given === 'off' ? given === 'on' : yield* invalidArgument(x, given, word)
    }
    switch (word) {
      case 'up': changes.push(['SIOCSIFFLAGS', flag(IFF_UP, true)]); break
      case 'down': changes.push(['SIOCSIFFLAGS', flag(IFF_UP, false)]); break
      case 'multicast': changes.push(['SIOCSIFFLAGS', flag(IFF_MULTICAST, yield* onOff())]); break
      case 'promisc': changes.push(['SIOCSIFFLAGS', flag(IFF_PROMISC, yield* onOff())]); break
      case 'arp': changes.push(['SIOCSIFFLAGS', flag(IFF_NOARP, !(yield* onOff()))]); break
      case 'mtu': changes.push(['SIOCSIFMTU', { mtu: yield* number(c, yield* value()) }]); break
      case 'qlen': changes.push(['SIOCSIFXQLEN', { txqlen: yield* number(c, yield* value()) }]); break
      case 'name': changes.push(['SIOCSIFNAME', { newName: yield* value() }]); break
      case 'address': changes.push(['SIOCSIFHWADDR', { address: yield* value() }]); break
      case 'master': changes.push(['RTNETLINK answers', { master: yield* deviceIndex(x, yield* value(), EXIT_LINK) }]); break
      case 'nomaster': changes.push(['RTNETLINK answers', { master: 0 }]); break
      case 'netns': changes.push(['RTNETLINK answers', { netnsPid: yield* number(c, yield* value()) }]); break
      case 'dev': device = yield* value(); break
      default:
        if (device !== undefined) return yield* die(c, `either "dev" is duplicate, or "${word}" is garbage`, undefined, EXIT_LINK)
        device = word
    }
  }
  if (device === undefined) return yield* die(c, 'not enough information: "dev" argument is required', undefined, EXIT_LINK)
  const index = yield* deviceIndex(x, device, EXIT_LINK)
  for (const [what, change] of changes) yield* talk(x, { type: 'RTM_SETLINK', flags: 0, index, change }, what)
  return 0
}

function* add(x: IpContext, args: readonly string[]): Flow<number> {
  let name: string | undefined
  let kind: string | undefined
  let lower: string | undefined
  for (let i = 0; i < args.length; i++) {
    const word = args[i]
    if (word === 'type') kind = args[++i]
    else if (word === 'link') lower = args[++i]
    else if (word === 'name' || word === 'dev') name = args[++i]
    // The other end is named by the kernel, whatever is said here.
    else if (word === 'peer') i += 2
    else if (name === undefined && kind === undefined) name = word
    else if (kind === 'vlan' && word === 'id') return yield* unsimulated(x.c, 'ip link add type vlan')
    else return yield* invalidArgument(x, word)
  }
  if (kind === undefined) return yield* die(x.c, 'not enough information: "type" argument is required', undefined, EXIT_LINK)
  const init = {
    kind, ...(name === undefined ? {} : { newName: name }), ...(lower === undefined ? {} : { link: yield* deviceIndex(x, lower, EXIT_LINK) }),
  }
  yield* talk(x, { type: 'RTM_NEWLINK', flags: NLM_F_CREATE | NLM_F_EXCL, link: init })
  return 0
}

function* remove(x: IpContext, args: readonly string[]): Flow<number> {
  const name = args[0] === 'dev' ? args[1] : args[0]
  if (name === undefined) return yield* die(x.c, 'not enough information: "dev" argument is required', undefined, EXIT_LINK)
  yield* talk(x, { type: 'RTM_DELLINK', flags: 0, index: yield* deviceIndex(x, name, EXIT_LINK) })
  return 0
}
