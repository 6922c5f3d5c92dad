// What a kind of device adds to `ip -d link` (print_opt of each link_util): as text and as JSON, whose names differ here and there.
import type { LinkInfoData } from '../../../abi/netlink.ts'
import { type Json, Literal, type IpOptions, newline } from './output.ts'

const JSON_NAMES: ReadonlyMap<string, string> = new Map([
  ['designated_root', 'root_id'], ['designated_bridge', 'bridge_id'], ['group_address', 'group_addr'], ['mcast_last_member_count', 'mcast_last_member_cnt'],
  ['mcast_startup_query_count', 'mcast_startup_query_cnt'], ['port_id', 'id'], ['port_no', 'no'],
])
const jsonName = (key: string): string => JSON_NAMES.get(key) ?? key.replace(/_interval$/, '_intvl')
const isTimer = (key: string): boolean => key.endsWith('_timer')
/** Masks are hexadecimal. */
const isMask = (key: string): boolean => key === 'group_fwd_mask'
const onOff = (value: number | string | boolean): string => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value))
const VLAN_FLAGS: readonly (readonly [string, string])[] = [
  ['reorder_hdr', 'REORDER_HDR'], ['gvrp', 'GVRP'], ['mvrp', 'MVRP'], ['loose_binding', 'LOOSE_BINDING'], ['bridge_binding', 'BRIDGE_BINDING'],
]
const vlanFlags = (data: LinkInfoData): string[] => VLAN_FLAGS.filter(([key]) => data[key] === true).map(([, name]) => name)
/** Timers come in hundredths of a second. */
const seconds = (value: number | string | boolean): string => (Number(value) / 100).toFixed(2)

/** The pairs behind the name of the kind, each with a blank behind it. */
export function dataText(kind: string, data: LinkInfoData, o: IpOptions): string {
  if (kind === 'vlan') {
    const maps = (['ingress_qos', 'egress_qos'] as const).map((key) => (typeof data[key] === 'string' ? `${newline(o)}      ${key.split('_')[0]}-qos-map { ${String(data[key])} } ` : ''))
    return `protocol ${String(data.protocol)} id ${String(data.id)} <${vlanFlags(data).join(',')}> ${maps.join('')}`
  }
  if (kind === 'ipvlan' || kind === 'ipvtap') return ` mode ${String(data.mode)} ${String(data.flag)} `
  if (kind === 'macvlan' || kind === 'macvtap') return `mode ${String(data.mode)} ${data.nopromisc === true ? 'nopromisc ' : ''}bcqueuelen ${String(data.bcqueuelen)} usedbcqueuelen ${String(data.bcqueuelen)} `
  return Object.entries(data).filter(([key]) => key !== 'multi_queue' && key !== 'one_queue').map(([key, value]) => `${key} ${isTimer(key) ? seconds(value).padStart(7) : isMask(key) ? Number(value).toString(16) : onOff(value)} `).join('')
}

export function dataJson(kind: string, data: LinkInfoData): Record<string, Json> {
  if (kind === 'vlan') return { protocol: String(data.protocol), id: Number(data.id), flags: vlanFlags(data) }
  if (kind === 'ipvlan' || kind === 'ipvtap') return { mode: String(data.mode), [String(data.flag)]: true }
  if (kind === 'macvlan' || kind === 'macvtap') return { mode: String(data.mode), ...(data.nopromisc === true ? { nopromisc: true } : {}), bcqueuelen: Number(data.bcqueuelen), usedbcqueuelen: Number(data.bcqueuelen) }
  const isPort = kind === 'bridge_slave'
  return Object.fromEntries(Object.entries(data).filter(([key]) => !(isPort && key === 'mcast_fast_leave') && key !== 'one_queue').map(([key, value]) => [
    isPort && key === 'mcast_router' ? 'multicast_router' : jsonName(key), isTimer(key) ? new Literal(seconds(value)) : isMask(key) ? Number(value).toString(16) : value,
  ]))
}
