// iptables-translate(8) (iptables/xtables-translate.c): says in the nft language what a command of iptables would do, and does nothing.
import type { IpFamily } from '../../../abi/netlink.ts'
import type { XtMatch, XtTarget } from '../../../abi/xtables.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { matchWords, targetWords } from '../../libc/xtables/xlate.ts'
import { maskLengthText } from './address.ts'
import { report } from './main.ts'
import type { Command } from './command-line.ts'
import { parseCommand } from './parse.ts'
import { protocolName } from './print.ts'
import type { HostMask, MatchInfo, Names, RuleState } from './types.ts'

const not = (invert: boolean): string => (invert ? '!= ' : '')
const UNIT_NAMES = new Map([[1, 'second'], [60, 'minute'], [3600, 'hour'], [86400, 'day']])

/** Whether the match of the protocol itself says more than `-p`. */
const hasPortWords = (m: MatchInfo): boolean => (m.name === 'tcp' || m.name === 'udp') && (m.source !== undefined || m.dest !== undefined || (m.name === 'tcp' && m.flags !== undefined))
const FLAG_NAMES = [['fin', 1], ['syn', 2], ['rst', 4], ['psh', 8], ['ack', 16], ['urg', 32]] as const
const flags = (bits: number): string => FLAG_NAMES.filter(([, bit]) => (bits & bit) !== 0).map(([n]) => n).join(',')

function portWords(m: Extract<MatchInfo, { readonly name: 'tcp' | 'udp' }>): string {
  const words: string[] = []
  for (const [side, ports] of [['sport', m.source], ['dport', m.dest]] as const) {
    if (ports !== undefined) words.push(`${m.name} ${side} ${not(ports.invert)}${ports.value.from === ports.value.to ? ports.value.from : `${ports.value.from}-${ports.value.to}`}`)
  }
  if (m.name === 'tcp' && m.flags !== undefined) words.push(`tcp flags ${m.flags.invert ? '!= ' : ''}${flags(m.flags.value.compare) === '' ? '0x0' : flags(m.flags.value.compare)} / ${flags(m.flags.value.mask)}`)
  return words.join(' ')
}
function words(m: MatchInfo, rule: RuleState): string | undefined {
  if ((m.name === 'tcp' || m.name === 'udp') && hasPortWords(m)) return portWords(m)
  if (m.name === 'mark') return m.mark.mask === 0xffffffff ? `mark ${not(m.invert)}0x${m.mark.value.toString(16)}` : `mark and 0x${m.mark.mask.toString(16)} ${m.invert ? '!=' : '=='} 0x${m.mark.value.toString(16)}`
  if (m.name === 'limit') return `limit rate ${m.rate}/${UNIT_NAMES.get(m.unit) ?? 'second'} burst ${m.burst} packets`
  return matchWords(m as XtMatch, rule.family, rule.protocol)
}
/** undefined: nft has no words for it. */
export function ruleWords(rule: RuleState, names: Names): string | undefined {
  const ip = rule.family === 'inet' ? 'ip' : 'ip6'
  const parts: string[] = []
  const device = (key: string, d: RuleState['input']): void => {
    if (d !== undefined) parts.push(`${key} ${not(d.invert)}"${d.name.replace(/\+$/, '*')}"`)
  }
  device('iifname', rule.input)
  device('oifname', rule.output)
  const isSaid = rule.matches.some((m) => hasPortWords(m) || m.name === 'icmp' || m.name === 'icmp6')
  if (rule.protocol !== 0 && !isSaid) parts.push(`${rule.family === 'inet' ? 'ip protocol' : 'meta l4proto'} ${not(rule.protocolInvert)}${protocolName(rule.protocol, names)}`)
  const address = (key: string, host: HostMask | undefined): void => {
    if (host !== undefined && (host.mask !== 0n || host.invert)) parts.push(`${ip} ${key} ${not(host.invert)}${maskLengthText(rule.family, host.address, host.mask)}`)
  }
  address('saddr', rule.source)
  address('daddr', rule.dest)
  if (rule.fragment !== undefined) parts.push(`ip frag-off & 0x1fff ${rule.fragment.invert ? '' : '!= '}0`)
  for (const m of rule.matches) {
    const text = words(m, rule)
    if (text === undefined) return undefined
    if (text !== '') parts.push(text)
  }
  parts.push('counter')
  const { target } = rule
  if (rule.jump !== undefined) parts.push(`${rule.goto ? 'goto' : 'jump'} ${rule.jump}`)
  else if (target?.name === 'standard') parts.push(target.verdict.toLowerCase())
  else if (target?.name === 'NFLOG') parts.push(`log${target.prefix === '' ? '' : ` prefix "${target.prefix}"`} group ${target.group}`)
  else if (target !== undefined) {
    const text = targetWords(target as XtTarget, rule.family)
    if (text === undefined) return undefined
    parts.push(text)
  }
  const comment = rule.matches.find((m) => m.name === 'comment')
  return `${parts.join(' ')}${comment === undefined ? '' : ` comment "${comment.comment}"`}`
}

function commandWords(cmd: Command, family: IpFamily, names: Names): readonly string[] | undefined {
  const nf = family === 'inet' ? 'ip' : 'ip6'
  const at = `${nf} ${cmd.table}`
  const { chain } = cmd
  switch (cmd.letter) {
    case 'A':
    case 'I': {
      const all = cmd.rules.map((rule) => ruleWords(rule, names))
      if (all.some((text) => text === undefined)) return undefined
      return all.map((text) => `'${cmd.letter === 'A' ? 'add' : 'insert'} rule ${at} ${chain ?? ''} ${text ?? ''}'`)
    }
    case 'N': return [`add chain ${at} ${chain ?? ''}`]
    case 'X': return chain === undefined ? undefined : [`delete chain ${at} ${chain}`]
    case 'F': return [chain === undefined ? `flush table ${at}` : `flush chain ${at} ${chain}`]
    case 'L':
    case 'S': return [chain === undefined ? `list table ${at}` : `list chain ${at} ${chain}`]
    default: return undefined
  }
}

export function* translate(c: Crt, name: string, family: IpFamily, names: Names): Flow<number> {
  try {
    const command = parseCommand({ args: c.argv.slice(1), family, names })
    const lines = commandWords(command, family, names)
    yield* c.stdout.write('nft ')
    if (lines === undefined) {
      yield* c.stderr.write('Translation not implemented\n')
      return 1
    }
    yield* c.stdout.write(`${lines.join('\nnft ')}\n`)
    return 0
  } catch (thrown) {
    return yield* report(c, name, thrown)
  }
}
