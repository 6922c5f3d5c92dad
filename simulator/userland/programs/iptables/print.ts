// How rules are listed: -L (iptables/nft-shared.c, xshared.c: print_rule_details …) and -S, iptables-save (nft-ipv4.c: nft_ipv4_save_rule).
import { listAddress, saveAddress } from './address.ts'
import { matchOf, targetOf } from './extensions.ts'
import type { Names, PrintContext, RuleState } from './types.ts'

export interface ListFormat {
  readonly numeric: boolean
  readonly verbose: boolean
  readonly exact: boolean
  readonly lineNumbers: boolean
}

/** xtables_print_num: 12345K and so on beyond five digits, unless exact numbers are wanted. */
export function countText(n: number, exact: boolean): string {
  if (exact) return `${String(n).padStart(8)} `
  let value = n
  if (value <= 99999) return `${String(value).padStart(5)} `
  for (const unit of ['K', 'M', 'G']) {
    value = Math.floor((value + 500) / 1000)
    if (value <= 9999 || unit === 'G') return `${String(value).padStart(4)}${unit} `
  }
  return ''
}
/** The same without columns, in a chain's header. */
export const plainCount = (n: number, exact: boolean): string => countText(n, exact).trim()

const CHAIN_PROTOCOLS = new Map([[6, 'tcp'], [132, 'sctp'], [17, 'udp'], [136, 'udplite'], [1, 'icmp'], [58, 'ipv6-icmp'], [50, 'esp'], [51, 'ah'], [135, 'ipv6-mh'], [0, 'all']])
export const protocolName = (protocol: number, names: Names): string => CHAIN_PROTOCOLS.get(protocol) ?? names.protocols.name(protocol) ?? String(protocol)

export const listHeader = (f: ListFormat): string => {
  const counts = f.verbose ? (f.exact ? `${'pkts'.padStart(8)} ${'bytes'.padStart(10)} ` : `${'pkts'.padStart(5)} ${'bytes'.padStart(5)} `) : ''
  const via = f.verbose ? ` ${'in'.padEnd(6)} ${'out'.padEnd(6)} ` : ''
  return `${f.lineNumbers ? 'num  ' : ''}${counts}${'target'.padEnd(9)}  prot opt${via} ${'source'.padEnd(19)}  ${'destination'.padEnd(19)} \n`
}

const targetName = (rule: RuleState): string => rule.jump ?? (rule.target === undefined ? '' : rule.target.name === 'standard' ? rule.target.verdict : rule.target.name)
export const contextOf = (rule: RuleState, names: Names, numeric: boolean): PrintContext => ({ names, family: rule.family, numeric, protocol: rule.protocol })

/** Matches and target, each with a blank before it. */
function details(rule: RuleState, context: PrintContext): string {
  const matches = rule.matches.map((m) => {
    const text = matchOf(m)?.print(m, context) ?? ''
    return text === '' ? '' : ` ${text}`
  })
  const { target } = rule
  const words = target === undefined ? '' : targetOf(target)?.print(target, context) ?? ''
  return `${rule.goto ? '[goto] ' : ''}${matches.join('')}${words === '' ? '' : ` ${words}`}`
}
const fragment = (rule: RuleState): string => `${rule.fragment?.invert === true ? '!' : '-'}${rule.fragment === undefined ? '-' : 'f'}`

export function listRule(rule: RuleState, number: number, f: ListFormat, names: Names): string {
  const context = contextOf(rule, names, f.numeric)
  const device = (d: RuleState['input']): string => (d === undefined ? (f.numeric ? '*' : 'any') : `${d.invert ? '!' : ''}${d.name}`).padEnd(6)
  const protocol = f.numeric ? String(rule.protocol) : protocolName(rule.protocol, names)
  const via = f.verbose ? ` ${device(rule.input)} ${device(rule.output)} ` : ''
  const address = (host: RuleState['source']): string => `${host?.invert === true ? '!' : ' '}${listAddress(host, context).padEnd(19)} `
  return `${f.lineNumbers ? `${String(number).padEnd(4)} ` : ''}${f.verbose ? countText(rule.counters.packets, f.exact) + countText(rule.counters.bytes, f.exact) : ''}${targetName(rule).padEnd(9)} ${
    rule.protocolInvert ? '!' : ' '}${protocol.padEnd(4)} ${fragment(rule)} ${via}${address(rule.source)}${address(rule.dest)}${details(rule, context)}\n`
}

/** The line -v prints for a rule that is added: the same without columns. */
export function verboseRule(rule: RuleState, names: Names): string {
  const context = contextOf(rule, names, true)
  const device = (d: RuleState['input']): string => (d === undefined ? '*' : `${d.invert ? '!' : ''}${d.name}`)
  return `${targetName(rule)} ${rule.protocolInvert ? '!' : ' '}${protocolName(rule.protocol, names)} opt ${fragment(rule)} in ${device(rule.input)} out ${device(rule.output)} ${
    rule.source?.invert === true ? '!' : ' '}${listAddress(rule.source, context)} ${rule.dest?.invert === true ? '!' : ' '}-> ${listAddress(rule.dest, context)}  ${details(rule, context)}\n`
}

/** `-A CHAIN …`; `counters` goes before the target as -S -v has it. */
export function saveRule(chain: string, rule: RuleState, names: Names, counters: boolean): string {
  const context = contextOf(rule, names, true)
  const not = (invert: boolean): string => (invert ? ' !' : '')
  let text = `-A ${chain}`
  for (const [option, host] of [['-s', rule.source], ['-d', rule.dest]] as const) if (host !== undefined && (host.mask !== 0n || host.invert)) text += `${not(host.invert)} ${option} ${saveAddress(rule.family, host)}`
  for (const [option, device] of [['-i', rule.input], ['-o', rule.output]] as const) if (device !== undefined) text += `${not(device.invert)} ${option} ${device.name}`
  if (rule.protocol !== 0) text += `${not(rule.protocolInvert)} -p ${protocolName(rule.protocol, names)}`
  if (rule.fragment !== undefined) text += `${not(rule.fragment.invert)} -f`
  for (const m of rule.matches) {
    const extension = matchOf(m)
    if (extension !== undefined) text += ` -m ${extension.name}${extension.save(m, context)}`
  }
  if (counters) text += ` -c ${rule.counters.packets} ${rule.counters.bytes}`
  const { target } = rule
  if (rule.jump !== undefined) text += ` ${rule.goto ? '-g' : '-j'} ${rule.jump}`
  else if (target?.name === 'standard') text += ` -j ${target.verdict}`
  else if (target !== undefined) {
    const extension = targetOf(target)
    if (extension !== undefined) text += ` -j ${extension.name}${extension.save(target, context)}`
  }
  return text
}
