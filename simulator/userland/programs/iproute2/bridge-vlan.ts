// bridge vlan: which VLANs the ports of bridges are in (bridge/vlan.c). Simpler: no tunnels, no global options, no counters.
import type { Flow } from '../../../abi/syscalls.ts'
import type { BridgeVlan, Link } from '../../../abi/netlink.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { bridgeIndex } from './bridge-link.ts'
import { VLAN_USAGE } from './help-more.ts'
import { type IpOptions, type Json, paint, printJson } from './output.ts'
import { die, EXIT_USAGE, type Rtnl } from './rtnl.ts'
import { abbreviates, matches, type Words } from './words.ts'

const NAME_WIDTH = 18, MAX_VLAN = 4094

export function* bridgeVlan(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words, compress: boolean): Flow<number> {
  const word = words.shift()
  switch (word === undefined ? 'show' : matches(word, ['add', 'delete', 'show', 'lst', 'list', 'tunnelshow', 'set', 'global', 'help'])) {
    case 'add': return yield* change(c, rtnl, words, 'RTM_NEWVLAN')
    case 'delete': return yield* change(c, rtnl, words, 'RTM_DELVLAN')
    case 'help': return yield* die(c, EXIT_USAGE, VLAN_USAGE)
    case 'tunnelshow':
    case 'set':
    case 'global': return yield* unsimulated(c, `'bridge vlan ${word ?? ''}'`)
    case undefined: return yield* die(c, EXIT_USAGE, `Command "${word ?? ''}" is unknown, try "bridge vlan help".`)
    default: return yield* show(c, o, rtnl, words, compress)
  }
}

function* change(c: Crt, rtnl: Rtnl, words: Words, type: 'RTM_NEWVLAN' | 'RTM_DELVLAN'): Flow<number> {
  let dev: string | undefined
  let range: readonly [number, number] | undefined
  let isPvid = false
  let isUntagged = false
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'dev') dev = yield* words.value()
    else if (word === 'vid') {
      const text = yield* words.value()
      const [from, to = from] = text.split('-').map(Number)
      if (from > MAX_VLAN + 1) return yield* die(c, EXIT_USAGE, `Invalid VLAN ID "${from}"`)
      if (to > MAX_VLAN + 1) return yield* die(c, EXIT_USAGE, `Invalid VLAN ID "${to}"`)
      if (to < from) return yield* die(c, EXIT_USAGE, `Invalid VLAN range "${from}-${to}"`)
      range = [from, to]
    } else if (word === 'self' || word === 'master') continue
    else if (abbreviates(word, 'pvid')) isPvid = true
    else if (abbreviates(word, 'untagged')) isUntagged = true
    else if (abbreviates(word, 'tunnel_info')) return yield* unsimulated(c, "'bridge vlan … tunnel_info'")
    else return yield* die(c, EXIT_USAGE, VLAN_USAGE)
  }
  if (isPvid && range !== undefined && range[0] !== range[1]) return yield* die(c, EXIT_USAGE, 'pvid cannot be configured for a vlan range')
  if (dev === undefined || range === undefined) return yield* die(c, EXIT_USAGE, 'Device and VLAN ID are required arguments.')
  const index = yield* bridgeIndex(c, rtnl, dev, 'bridge device')
  return (yield* rtnl.talk({ type, flags: 0, index, from: range[0], to: range[1], isPvid, isUntagged })) === 0 ? 0 : EXIT_USAGE
}

interface Entry { readonly from: number; readonly to: number; readonly flags: readonly string[] }
const flagsOf = (v: BridgeVlan): string[] => [...(v.isPvid ? ['PVID'] : []), ...(v.isUntagged ? ['Egress Untagged'] : [])]

/** With -compressvlans runs of VLANs that are alike become ranges. */
function entriesOf(link: Link, vid: number | undefined, compress: boolean): readonly Entry[] {
  const entries: Entry[] = []
  for (const v of (link.vlans ?? []).filter((other) => vid === undefined || other.vid === vid)) {
    const last = entries.at(-1)
    const flags = flagsOf(v)
    if (compress && last !== undefined && last.to === v.vid - 1 && last.flags.join() === flags.join()) entries[entries.length - 1] = { ...last, to: v.vid }
    else entries.push({ from: v.vid, to: v.vid, flags })
  }
  return entries
}

function* show(c: Crt, o: IpOptions, rtnl: Rtnl, words: Words, compress: boolean): Flow<number> {
  let dev: string | undefined
  let vid: number | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'vid') vid = Number(yield* words.value())
    else dev = word === 'dev' ? yield* words.value() : word
  }
  if (o.stats > 0) return yield* unsimulated(c, "'bridge -s vlan'")
  const index = dev === undefined ? undefined : yield* bridgeIndex(c, rtnl, dev)
  const json: Json[] = []
  const shown = (yield* rtnl.links()).filter((l) => l.vlans !== undefined && l.vlans.length > 0 && (index === undefined || l.index === index))
  if (!o.json) yield* c.stdout.write('port              vlan-id  \n')
  for (const link of shown) {
    const entries = entriesOf(link, vid, compress)
    if (entries.length === 0) continue
    json.push({ ifname: link.name, vlans: entries.map((e) => ({ vlan: e.from, ...(e.to === e.from ? {} : { vlanEnd: e.to }), ...(e.flags.length === 0 ? {} : { flags: e.flags }) })) })
    if (o.json) continue
    for (const [i, e] of entries.entries()) {
      const name = i === 0 ? paint(o, 'ifname', link.name.padEnd(NAME_WIDTH)) : ' '.repeat(NAME_WIDTH)
      yield* c.stdout.write(`${name}${e.from}${e.to === e.from ? '' : `-${e.to}`}${e.flags.map((flag) => ` ${flag}`).join('')}\n`)
    }
  }
  if (o.json) yield* printJson(c, o, json)
  return 0
}
