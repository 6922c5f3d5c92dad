// Ports of a bridge (net/bridge/br_if.c, br_stp.c, br_stp_if.c): their numbers, the bridge's identifier that follows from their addresses, the states of the spanning
// tree as they show, and the settings of both (`ip link … type bridge`, `bridge link`). Simpler: no bridge speaks the spanning tree protocol with another.
import { Errno } from '../../abi/errno.ts'
import type { LinkInfoData } from '../../abi/netlink.ts'
import { NSEC_PER_MSEC } from '../clock.ts'
import type { NetDevice } from './net-device.ts'
import { NetlinkError } from './netlink-error.ts'

type Value = number | string | boolean
const CENTISECOND = 10 * NSEC_PER_MSEC
const MAX_PORTS = 1 << 10
const DISABLED = 0, LISTENING = 1, LEARNING = 2, FORWARDING = 3
const PORT_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']
const ZERO_MAC = '00:00:00:00:00:00'
const GROUP_ADDRESS = '01:80:c2:00:00:00'

/** Settings with what a new bridge has; times in hundredths of a second. */
const BRIDGE_DEFAULTS: readonly (readonly [string, Value])[] = [
  ['forward_delay', 1500], ['hello_time', 200], ['max_age', 2000], ['ageing_time', 30000], ['stp_state', 0], ['priority', 32768], ['vlan_filtering', 0], ['vlan_protocol', '802.1Q'],
]
const LATE_DEFAULTS: readonly (readonly [string, Value])[] = [
  ['vlan_default_pvid', 1], ['vlan_stats_enabled', 0], ['vlan_stats_per_port', 0], ['group_fwd_mask', 0], ['group_address', GROUP_ADDRESS], ['mcast_snooping', 1], ['no_linklocal_learn', 0],
  ['mcast_vlan_snooping', 0], ['mcast_router', 1], ['mcast_query_use_ifaddr', 0], ['mcast_querier', 0], ['mcast_hash_elasticity', 16], ['mcast_hash_max', 4096], ['mcast_last_member_count', 2],
  ['mcast_startup_query_count', 2], ['mcast_last_member_interval', 100], ['mcast_membership_interval', 26000], ['mcast_querier_interval', 25500], ['mcast_query_interval', 12500],
  ['mcast_query_response_interval', 1000], ['mcast_startup_query_interval', 3124], ['mcast_stats_enabled', 0], ['mcast_igmp_version', 2], ['mcast_mld_version', 1], ['nf_call_iptables', 0],
  ['nf_call_ip6tables', 0], ['nf_call_arptables', 0],
]
const ALL_DEFAULTS: ReadonlyMap<string, Value> = new Map([...BRIDGE_DEFAULTS, ...LATE_DEFAULTS])
const RANGES: ReadonlyMap<string, readonly [number, number]> = new Map([['hello_time', [100, 1000]], ['max_age', [600, 4000]]])
const FORWARD_DELAY: readonly [number, number] = [200, 3000]

const PORT_SWITCHES: readonly (readonly [string, boolean])[] = [
  ['hairpin', false], ['guard', false], ['root_block', false], ['fastleave', false], ['learning', true], ['flood', true], ['proxy_arp', false], ['proxy_arp_wifi', false], ['mcast_fast_leave', false],
  ['mcast_flood', true], ['bcast_flood', true], ['mcast_to_unicast', false], ['neigh_suppress', false], ['vlan_tunnel', false], ['isolated', false], ['locked', false],
]

export const bridgeSetting = (bridge: NetDevice, name: string): Value => bridge.settings.get(name) ?? ALL_DEFAULTS.get(name) ?? 0
const numeric = (bridge: NetDevice, name: string): number => Number(bridgeSetting(bridge, name))
export const portSwitch = (port: NetDevice, name: string): boolean => (port.portSettings.get(name) ?? PORT_SWITCHES.find(([n]) => n === name)?.[1] ?? false) === true

/** br_changelink. Throws ERANGE, EINVAL; a refused one changes nothing. */
export function changeBridge(bridge: NetDevice, data: LinkInfoData): void {
  const isStp = numeric(bridge, 'stp_state') !== 0
  for (const [name, value] of Object.entries(data)) {
    if (name === 'fdb_flush') continue
    if (!ALL_DEFAULTS.has(name)) throw Errno.EINVAL
    const range = name === 'forward_delay' && isStp ? FORWARD_DELAY : RANGES.get(name)
    if (range !== undefined && (Number(value) < range[0] || Number(value) > range[1])) throw Errno.ERANGE
    if (name === 'vlan_default_pvid' && Number(value) > 4094) throw new NetlinkError(Errno.EINVAL, 'Invalid VLAN default PVID')
  }
  for (const [name, value] of Object.entries(data)) {
    if (name === 'fdb_flush') for (const [mac, entry] of bridge.fdb) if (entry.isStatic !== true) bridge.fdb.delete(mac)
    if (name === 'ageing_time') bridge.enabledSince ??= bridge.ns.kernel.clock.now
    bridge.settings.set(name, name === 'stp_state' || name === 'vlan_filtering' ? (Number(value) !== 0 ? 1 : 0) : value)
  }
  if (numeric(bridge, 'stp_state') === 0) return
  // br_stp_start: ports that forward already go on doing so; the others begin by listening.
  if (!isStp) for (const port of bridge.ports) if (port.enabledSince !== undefined) port.enabledSince = -Infinity
  bridge.settings.set('forward_delay', Math.max(FORWARD_DELAY[0], numeric(bridge, 'forward_delay')))
}

const address = (mac: string): string => mac.split(':').map((byte) => Number.parseInt(byte, 16).toString(16)).join(':')
/** The identifier of a bridge is its priority and the lowest address of its ports; none while it has none. */
function idAddress(bridge: NetDevice): string {
  if (bridge.isAddressSet) return bridge.ports.size === 0 && !bridge.hadPort ? ZERO_MAC : bridge.address
  let lowest: string | undefined
  for (const { address: mac } of bridge.ports) if (lowest === undefined || mac < lowest) lowest = mac
  return lowest ?? ZERO_MAC
}
const bridgeId = (bridge: NetDevice): string => `${numeric(bridge, 'priority').toString(16).padStart(4, '0')}.${address(idAddress(bridge))}`

/** br_stp_recalculate_bridge_id: unless somebody has set it, the address of a bridge is that of a port. */
export function portsChanged(bridge: NetDevice): void {
  if (!bridge.isAddressSet && bridge.hadPort) bridge.address = idAddress(bridge)
  if (bridge.settings.get('isMtuSet') !== true && bridge.hadPort) bridge.mtu = bridge.ports.size === 0 ? bridge.traits.mtu : Math.min(...[...bridge.ports].map((port) => port.mtu))
  bridge.tsoMaxSize = bridge.ports.size === 0 ? bridge.traits.tsoMaxSize : Math.min(...[...bridge.ports].map((port) => port.tsoMaxSize))
  for (const port of bridge.ports) updatePort(port)
}
/** The same, where a port has come: the others need not be looked at again. */
export function portJoined(bridge: NetDevice, port: NetDevice): void {
  if (bridge.ports.size === 1) return portsChanged(bridge)
  if (!bridge.isAddressSet && port.address < bridge.address) bridge.address = port.address
  if (bridge.settings.get('isMtuSet') !== true) bridge.mtu = Math.min(bridge.mtu, port.mtu)
  bridge.tsoMaxSize = Math.min(bridge.tsoMaxSize, port.tsoMaxSize)
}
export function joinBridge(port: NetDevice, bridge: NetDevice): void {
  const taken = new Set([...bridge.ports].map((other) => other.portNumber))
  port.portNumber = 1
  while (taken.has(port.portNumber) && port.portNumber < MAX_PORTS) port.portNumber++
  port.portSettings.clear()
  port.bridgeVlans.clear()
  const pvid = numeric(bridge, 'vlan_default_pvid')
  if (pvid !== 0) port.bridgeVlans.set(pvid, { isUntagged: true, isPvid: true })
}
/** A port takes part while it, its carrier and the bridge are up. */
export function updatePort(port: NetDevice): void {
  const isEnabled = port.master?.isUp === true && port.isUp && port.carrier
  if (!isEnabled) port.enabledSince = undefined
  else port.enabledSince ??= port.ns.kernel.clock.now
}

/** BR_STATE_…: with the spanning tree on, a port listens and learns for a while first. */
export function portState(port: NetDevice): number {
  const bridge = port.master
  if (bridge === undefined || port.enabledSince === undefined) return DISABLED
  const set = port.portSettings.get('state')
  if (numeric(bridge, 'stp_state') === 0) return typeof set === 'number' ? set : FORWARDING
  const delay = numeric(bridge, 'forward_delay') * CENTISECOND
  const elapsed = port.ns.kernel.clock.now - port.enabledSince
  return elapsed < delay ? LISTENING : elapsed < 2 * delay ? LEARNING : FORWARDING
}

export function changePort(port: NetDevice, data: LinkInfoData): void {
  const bridge = port.master
  if (bridge === undefined) throw Errno.EOPNOTSUPP
  const { state, cost, priority } = data
  if (typeof state === 'number') {
    if (state > 4) throw Errno.EINVAL
    if (numeric(bridge, 'stp_state') !== 0) throw Errno.EBUSY
    if (!port.isUp || (!port.carrier && state !== DISABLED)) throw Errno.ENETDOWN
  }
  if (typeof cost === 'number' && (cost < 1 || cost > 65535)) throw Errno.ERANGE
  if (typeof priority === 'number' && priority > 63) throw Errno.ERANGE
  for (const [name, value] of Object.entries(data)) if (name !== 'fdb_flush') port.portSettings.set(name, value)
}

/** What `ip -d link` shows of a bridge, in its order. */
export function bridgeData(bridge: NetDevice): LinkInfoData {
  const id = bridgeId(bridge)
  const values = (list: typeof BRIDGE_DEFAULTS): Record<string, Value> => Object.fromEntries(list.map(([name]) => [name, bridgeSetting(bridge, name)]))
  return {
    ...values(BRIDGE_DEFAULTS), bridge_id: id, designated_root: id, root_port: 0, root_path_cost: 0, topology_change: 0, topology_change_detected: 0, hello_timer: 0, tcn_timer: 0,
    topology_change_timer: 0, gc_timer: gcTimer(bridge), ...values(LATE_DEFAULTS),
  }
}
/** The sweep over the forwarding database runs every ageing time, from when the bridge first went up. */
function gcTimer(bridge: NetDevice): number {
  if (bridge.enabledSince === undefined) return 0
  const period = numeric(bridge, 'ageing_time') * CENTISECOND
  return period === 0 ? 0 : Math.floor((period - ((bridge.ns.kernel.clock.now - bridge.enabledSince) % period)) / CENTISECOND)
}

const COSTS: ReadonlyMap<string, number> = new Map([['veth', 2]])
export const portCost = (port: NetDevice): number => Number(port.portSettings.get('cost') ?? COSTS.get(port.kind) ?? 100)
export const portPriority = (port: NetDevice): number => Number(port.portSettings.get('priority') ?? 32)

export function portData(port: NetDevice): LinkInfoData {
  const bridge = port.master
  if (bridge === undefined) return {}
  const id = (portPriority(port) << 10) | port.portNumber
  const root = bridgeId(bridge)
  const elapsed = port.enabledSince === undefined ? Number.MAX_SAFE_INTEGER : port.ns.kernel.clock.now - port.enabledSince
  const delay = numeric(bridge, 'forward_delay') * CENTISECOND
  const switches = (from: number, to: number): Record<string, boolean> => Object.fromEntries(PORT_SWITCHES.slice(from, to).map(([name]) => [name, portSwitch(port, name)]))
  const mask = Number(port.portSettings.get('group_fwd_mask') ?? 0)
  return {
    state: PORT_STATES[portState(port)], priority: portPriority(port), cost: portCost(port), ...switches(0, 6), port_id: `0x${id.toString(16)}`, port_no: `0x${port.portNumber.toString(16)}`,
    designated_port: id, designated_cost: 0, designated_bridge: root, designated_root: root, hold_timer: 0, message_age_timer: 0,
    forward_delay_timer: elapsed < delay ? Math.floor((delay - elapsed) / CENTISECOND) : 0, topology_change_ack: 0, config_pending: 0, ...switches(6, 8),
    mcast_router: Number(port.portSettings.get('mcast_router') ?? 1), ...switches(8, 13), group_fwd_mask: mask, group_fwd_mask_str: `0x${mask.toString(16)}`, ...switches(13, 16),
  }
}
