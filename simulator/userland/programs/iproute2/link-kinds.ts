// What may follow `type KIND` (ip/iplink_vlan.c, iplink_macvlan.c, iplink_ipvlan.c, iplink_bridge.c, iplink_bridge_slave.c, link_veth.c): read into
// IFLA_INFO_DATA. Options that only cards or protocols not simulated here know are refused by name.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { BRIDGE_KIND_USAGE, BRIDGE_SLAVE_USAGE, IPVLAN_USAGE, MACVLAN_USAGE, VETH_USAGE, VLAN_KIND_USAGE } from './help-kinds.ts'
import { onOff } from './link-args.ts'
import { die } from './rtnl.ts'
import { abbreviates, matches, type Words, wrong } from './words.ts'

export type KindData = Record<string, number | string | boolean>
type Parser = (c: Crt, words: Words, kind: string) => Flow<KindData>

const BRIDGE_NUMBERS: ReadonlyMap<string, string> = new Map([
  ['forward_delay', 'forward_delay'], ['hello_time', 'hello_time'], ['max_age', 'max_age'], ['ageing_time', 'ageing_time'], ['stp_state', 'stp_state'], ['priority', 'priority'],
  ['vlan_filtering', 'vlan_filtering'], ['vlan_default_pvid', 'vlan_default_pvid'], ['vlan_stats_enabled', 'vlan_stats_enabled'], ['vlan_stats_per_port', 'vlan_stats_per_port'],
  ['group_fwd_mask', 'group_fwd_mask'], ['mcast_snooping', 'mcast_snooping'], ['mcast_vlan_snooping', 'mcast_vlan_snooping'], ['no_linklocal_learn', 'no_linklocal_learn'], ['mcast_router', 'mcast_router'],
  ['mcast_query_use_ifaddr', 'mcast_query_use_ifaddr'], ['mcast_querier', 'mcast_querier'], ['mcast_hash_elasticity', 'mcast_hash_elasticity'], ['mcast_hash_max', 'mcast_hash_max'],
  ['mcast_last_member_count', 'mcast_last_member_count'], ['mcast_startup_query_count', 'mcast_startup_query_count'], ['mcast_last_member_interval', 'mcast_last_member_interval'],
  ['mcast_membership_interval', 'mcast_membership_interval'], ['mcast_querier_interval', 'mcast_querier_interval'], ['mcast_query_interval', 'mcast_query_interval'],
  ['mcast_query_response_interval', 'mcast_query_response_interval'], ['mcast_startup_query_interval', 'mcast_startup_query_interval'], ['mcast_stats_enabled', 'mcast_stats_enabled'],
  ['mcast_igmp_version', 'mcast_igmp_version'], ['mcast_mld_version', 'mcast_mld_version'], ['nf_call_iptables', 'nf_call_iptables'], ['nf_call_ip6tables', 'nf_call_ip6tables'],
  ['nf_call_arptables', 'nf_call_arptables'],
])
const SLAVE_SWITCHES: readonly string[] = [
  'hairpin', 'guard', 'root_block', 'fastleave', 'learning', 'flood', 'proxy_arp', 'proxy_arp_wifi', 'mcast_fast_leave', 'mcast_flood', 'bcast_flood', 'mcast_to_unicast', 'neigh_suppress',
  'vlan_tunnel', 'isolated', 'locked',
]
export const PORT_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']
const PROTOCOLS: ReadonlyMap<string, string> = new Map([['802.1q', '802.1Q'], ['0x8100', '802.1Q'], ['802.1ad', '802.1ad'], ['0x88a8', '802.1ad']])

function* protocol(c: Crt, text: string): Flow<string> {
  return PROTOCOLS.get(text.toLowerCase()) ?? (yield* wrong(c, text, 'protocol is invalid'))
}

const VLAN_SWITCHES: readonly string[] = ['reorder_hdr', 'gvrp', 'mvrp', 'loose_binding', 'bridge_binding']
function* vlan(c: Crt, words: Words): Flow<KindData> {
  const data: KindData = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = word
    if (abbreviates(word, 'protocol')) data.protocol = yield* protocol(c, yield* words.value())
    else if (abbreviates(word, 'id')) data.id = yield* words.unsigned('id is invalid', 65535)
    else if (VLAN_SWITCHES.some((name) => abbreviates(flag, name))) {
      const name = matches(word, VLAN_SWITCHES) ?? word
      data[name] = yield* onOff(c, name, yield* words.value())
    } else if (abbreviates(word, 'ingress-qos-map') || abbreviates(word, 'egress-qos-map')) {
      const name = word.startsWith('i') ? 'ingress_qos' : 'egress_qos'
      for (let pair = words.peek(); pair !== undefined && /^\d+:\d+$/.test(pair); pair = words.peek()) {
        words.shift()
        data[name] = `${typeof data[name] === 'string' ? `${data[name]} ` : ''}${pair}`
      }
    } else if (abbreviates(word, 'help')) yield* die(c, 1, VLAN_KIND_USAGE)
    else yield* die(c, 1, `vlan: unknown command "${word}"?\n${VLAN_KIND_USAGE}`)
  }
  return data
}

const MACVLAN_MODES = ['private', 'vepa', 'bridge', 'passthru', 'source']
function* macvlan(c: Crt, words: Words, kind: string): Flow<KindData> {
  const data: KindData = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (abbreviates(word, 'mode')) {
      const mode = yield* words.value()
      if (mode === 'source') exit(yield* unsimulated(c, `'${kind} mode source'`))
      if (!MACVLAN_MODES.includes(mode)) yield* die(c, 1, `Error: argument of "mode" must be "private", "vepa", "bridge", "passthru" or "source", not "${mode}"`)
      data.mode = mode
      if (words.peek() === 'nopromisc') {
        words.shift()
        data.nopromisc = true
      }
    } else if (abbreviates(word, 'bcqueuelen')) data.bcqueuelen = yield* words.unsigned('bcqueuelen is invalid')
    else if (abbreviates(word, 'help')) yield* die(c, 1, MACVLAN_USAGE.replaceAll('macvlan', kind))
    else yield* die(c, 1, `${kind}: unknown option "${word}"?\n${MACVLAN_USAGE.replaceAll('macvlan', kind)}`)
  }
  return data
}

const IPVLAN_MODES = ['l2', 'l3', 'l3s'], IPVLAN_FLAGS = ['private', 'vepa', 'bridge']
function* ipvlan(c: Crt, words: Words, kind: string): Flow<KindData> {
  const data: KindData = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = word
    if (abbreviates(word, 'mode')) {
      const mode = yield* words.value()
      if (!IPVLAN_MODES.includes(mode)) yield* die(c, 1, 'Error: argument of "mode" must be either "l2", "l3" or "l3s"\n')
      data.mode = mode
    } else if (IPVLAN_FLAGS.some((name) => abbreviates(flag, name))) {
      if (data.flag !== undefined) yield* die(c, 1, `Error: duplicate "${word}"`)
      data.flag = matches(word, IPVLAN_FLAGS) ?? word
    } else if (abbreviates(word, 'help')) yield* die(c, 1, IPVLAN_USAGE.replaceAll('ipvlan', kind))
    else yield* die(c, 1, `${kind}: unknown option "${word}"?\n${IPVLAN_USAGE.replaceAll('ipvlan', kind)}`)
  }
  return data
}

function* bridge(c: Crt, words: Words): Flow<KindData> {
  const data: KindData = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const name = matches(word, [...BRIDGE_NUMBERS.keys(), 'vlan_protocol', 'group_address', 'fdb_flush', 'help'])
    if (name === 'help') yield* die(c, 1, BRIDGE_KIND_USAGE)
    else if (name === 'vlan_protocol') {
      const text = yield* words.value()
      data.vlan_protocol = PROTOCOLS.get(text.toLowerCase()) ?? (yield* wrong(c, text, 'invalid vlan_protocol'))
    } else if (name === 'group_address') data.group_address = yield* words.value()
    else if (name === 'fdb_flush') data.fdb_flush = true
    else if (name !== undefined) data[name] = yield* words.unsigned(`invalid ${name}`)
    else yield* die(c, 1, `bridge: unknown command "${word}"?\n${BRIDGE_KIND_USAGE}`)
  }
  return data
}
function* bridgeSlave(c: Crt, words: Words): Flow<KindData> {
  const data: KindData = {}
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = SLAVE_SWITCHES.find((name) => name === word)
    if (flag !== undefined) data[flag] = yield* onOff(c, flag, yield* words.value())
    else if (abbreviates(word, 'state')) data.state = yield* words.unsigned('state is invalid', 255)
    else if (abbreviates(word, 'priority')) data.priority = yield* words.unsigned('priority is invalid', 65535)
    else if (abbreviates(word, 'cost')) data.cost = yield* words.unsigned('cost is invalid')
    else if (word === 'fdb_flush') data.fdb_flush = true
    else if (abbreviates(word, 'mcast_router')) data.mcast_router = yield* words.unsigned('mcast_router is invalid', 255)
    else if (word === 'group_fwd_mask') data.group_fwd_mask = yield* words.unsigned('group_fwd_mask is invalid', 65535)
    else if (abbreviates(word, 'help')) yield* die(c, 1, BRIDGE_SLAVE_USAGE)
    else yield* die(c, 1, `bridge_slave: unknown option "${word}"?\n${BRIDGE_SLAVE_USAGE}`)
  }
  return data
}
function* simple(c: Crt, words: Words, kind: string): Flow<KindData> {
  const word = words.shift()
  if (word === undefined) return {}
  if (abbreviates(word, 'help')) return yield* die(c, 1, `Usage: ... ${kind}`)
  return yield* die(c, 1, `${kind}: unknown option "${word}"?\nUsage: ... ${kind}`)
}
function* other(c: Crt, words: Words): Flow<KindData> {
  const word = words.shift()
  return word === undefined ? {} : yield* die(c, 1, `Garbage instead of arguments "${word} ...". Try "ip link help".`)
}

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['vlan', vlan], ['macvlan', macvlan], ['macvtap', macvlan], ['ipvlan', ipvlan], ['ipvtap', ipvlan], ['bridge', bridge], ['bridge_slave', bridgeSlave],
  ['dummy', simple], ['ifb', simple], ['nlmon', simple],
])
/** Pairs of words for kinds that are not simulated, so that the kernel may say so. */
const UNPARSED: ReadonlySet<string> = new Set(['vxlan', 'bond', 'bond_slave', 'vrf', 'gre', 'gretap', 'ipip', 'sit', 'wireguard', 'geneve', 'team', 'vti', 'xfrm', 'ip6tnl', 'ip6gre', 'ip6gretap', 'macsec', 'hsr', 'can', 'vcan', 'erspan'])

/** The same for kinds whose words are known. */
const PARSED_ONLY: ReadonlySet<string> = new Set(['macvtap', 'ipvtap', 'ifb', 'nlmon'])

export function* parseKind(c: Crt, words: Words, kind: string): Flow<KindData> {
  if (UNPARSED.has(kind)) exit(yield* unsimulated(c, `device type ${kind}`))
  const data = yield* (PARSERS.get(kind) ?? other)(c, words, kind)
  if (PARSED_ONLY.has(kind)) exit(yield* unsimulated(c, `device type ${kind}`))
  return data
}

/** `ip link help KIND`; undefined for kinds without a text of their own. */
export function kindUsage(kind: string): string | undefined {
  const texts: ReadonlyMap<string, string> = new Map([
    ['vlan', VLAN_KIND_USAGE], ['macvlan', MACVLAN_USAGE], ['macvtap', MACVLAN_USAGE.replaceAll('macvlan', 'macvtap')], ['ipvlan', IPVLAN_USAGE], ['bridge', BRIDGE_KIND_USAGE],
    ['bridge_slave', BRIDGE_SLAVE_USAGE], ['veth', VETH_USAGE], ['dummy', 'Usage: ... dummy'], ['ifb', 'Usage: ... ifb'],
  ])
  return texts.get(kind)
}
