// ip addr of BusyBox.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Address, IFA_F_DEPRECATED, IFA_F_PERMANENT, IFA_F_SECONDARY, IFA_F_TENTATIVE, IFF_UP, INFINITY_LIFE_TIME, NLM_F_CREATE, NLM_F_EXCL } from '../../../abi/netlink.ts'
import { formatIpv4, parseIpv4, parseIpv6 } from '../../../lib/ip.ts'
import { die } from './applet.ts'
import { abbreviated, deviceIndex, invalidArgument, type IpContext, lineBreak, talk } from './ip.ts'
import { linkAddress, linkHead } from './ip-link.ts'

const SCOPES = new Map([[0, 'global'], [200, 'site'], [253, 'link'], [254, 'host'], [255, 'nowhere']])

export function* addressCommand(x: IpContext, args: readonly string[]): Flow<number> {
  const [word = 'show', ...rest] = args
  switch (abbreviated(word, ['add', 'delete', 'list', 'show', 'lst', 'flush'])) {
    case 'add': return yield* change(x, rest, 'RTM_NEWADDR')
    case 'delete': return yield* change(x, rest, 'RTM_DELADDR')
    case 'list': case 'show': case 'lst': return yield* show(x, rest)
    case 'flush': return yield* flush(x, rest)
    default: return yield* invalidArgument(x, word)
  }
}

function addressText(x: IpContext, a: Address): string {
  const peer = a.address !== a.local ? ` peer ${a.address}` : ''
  const broadcast = a.broadcast === undefined ? '' : ` brd ${a.broadcast}`
  const flags = [
    ...((a.flags & IFA_F_SECONDARY) !== 0 && a.family === 'inet' ? ['secondary '] : []), ...((a.flags & IFA_F_TENTATIVE) !== 0 ? ['tentative '] : []),
    ...((a.flags & IFA_F_DEPRECATED) !== 0 ? ['deprecated '] : []), ...((a.flags & IFA_F_PERMANENT) === 0 ? ['dynamic '] : []),
  ].join('')
  const life = (value: number): string => (value === INFINITY_LIFE_TIME ? 'forever' : `${value}sec`)
  return `    ${a.family} ${a.local}${peer}/${a.prefixlen}${broadcast} scope ${SCOPES.get(a.scope) ?? a.scope} ${flags}${a.label ?? ''}${lineBreak(x)}       valid_lft ${life(a.validLft)} preferred_lft ${life(a.preferredLft)}\n`
}

interface Selection {
  readonly index: number | undefined
  readonly up: boolean
}
function* select(x: IpContext, args: readonly string[]): Flow<Selection> {
  let index: number | undefined
  let up = false
  for (let i = 0; i < args.length; i++) {
    if (args[i] === 'up') up = true
    else index = yield* deviceIndex(x, args[i] === 'dev' ? args[++i] ?? '' : args[i])
  }
  return { index, up }
}

function* show(x: IpContext, args: readonly string[]): Flow<number> {
  const { index, up } = yield* select(x, args)
  const addresses = yield* x.rtnl.addresses()
  for (const link of yield* x.rtnl.links()) {
    if ((index !== undefined && link.index !== index) || (up && (link.flags & IFF_UP) === 0)) continue
    const own = addresses.filter((a) => a.index === link.index && (x.family === undefined || a.family === x.family))
    if (x.oneLine) {
      for (const address of own) yield* x.c.stdout.write(`${link.index}: ${link.name}${addressText(x, address)}`)
      continue
    }
    if (x.family !== undefined && own.length === 0) continue
    yield* x.c.stdout.write(`${yield* linkHead(x, link)}${x.family === undefined ? linkAddress(x, link) : ''}\n`)
    for (const address of own) yield* x.c.stdout.write(addressText(x, address))
  }
  return 0
}

function* flush(x: IpContext, args: readonly string[]): Flow<number> {
  const { index } = yield* select(x, args)
  if (index === undefined) return yield* die(x.c, 'flush requires arguments')
  for (const { family, local, prefixlen, index: own } of yield* x.rtnl.addresses()) {
    if (own === index && (x.family === undefined || family === x.family)) yield* talk(x, { type: 'RTM_DELADDR', flags: 0, addr: { family, index, local, prefixlen } })
  }
  return 0
}

/** An address with a prefix length that may be missing. */
export function parsePrefix(text: string): { readonly family: 'inet' | 'inet6'; readonly addr: string; readonly length: number; readonly hasLength: boolean } | undefined {
  const [addr, length] = text.split('/')
  const family = addr.includes(':') ? 'inet6' : 'inet'
  const full = family === 'inet' ? 32 : 128
  if (family === 'inet' ? parseIpv4(addr) === undefined : parseIpv6(addr) === undefined) return undefined
  if (length !== undefined && (!/^\d+$/.test(length) || Number(length) > full)) return undefined
  return { family, addr, length: length === undefined ? full : Number(length), hasLength: length !== undefined }
}

function* change(x: IpContext, args: readonly string[], type: 'RTM_NEWADDR' | 'RTM_DELADDR'): Flow<number> {
  let device: string | undefined
  let local: string | undefined
  let broadcast: string | undefined
  let label: string | undefined
  let peer: string | undefined
  for (let i = 0; i < args.length; i++) {
    const word = args[i]
    if (word === 'dev') device = args[++i]
    else if (word === 'brd' || word === 'broadcast') broadcast = args[++i]
    else if (word === 'label') label = args[++i]
    else if (word === 'peer' || word === 'remote') peer = args[++i]
    else if (word === 'scope') i++
    else local = word === 'local' ? args[++i] : word
  }
  if (device === undefined) return yield* die(x.c, 'not enough information: "dev" argument is required')
  const prefix = local === undefined ? undefined : parsePrefix(local)
  if (prefix === undefined) return yield* die(x.c, `an inet prefix is expected rather than "${local}"`)
  const { family, addr, length } = prefix
  const index = yield* deviceIndex(x, device)
  if (broadcast === '+') broadcast = formatIpv4(((parseIpv4(addr) ?? 0) | (length === 32 ? 0 : 0xffffffff >>> length)) >>> 0)
  yield* talk(x, {
    type, flags: type === 'RTM_NEWADDR' ? NLM_F_CREATE | NLM_F_EXCL : 0,
    addr: { family, index, local: addr, prefixlen: length, ...(peer === undefined ? {} : { address: peer }), ...(broadcast === undefined ? {} : { broadcast }), ...(label === undefined ? {} : { label }) },
  })
  return 0
}
