// Targets of the table nat: -j SNAT, DNAT, MASQUERADE, REDIRECT, NETMAP (libxt_NAT.c).
import type { NatRange, NatTarget, PortRange } from '../../../abi/xtables.ts'
import type { IpFamily } from '../../../abi/netlink.ts'
import { formatIp, parseIp } from '../../../lib/ip.ts'
import { maskLengthText, parseHost } from './address.ts'
import { checkOptions, flag, mandatory, parseUint, required } from './options.ts'
import { bad, type BuildContext, type Extension, type SeenOption } from './types.ts'

const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132])

function parsePort(text: string, { names }: BuildContext): number {
  const n = parseUint(text, 65535) ?? names.services.port(text)
  if (n === undefined) throw bad(`Port \`${text}' not valid`)
  return n
}
/** `80` or `80-90` */
function parsePortRange(text: string, context: BuildContext): PortRange {
  const dash = text.indexOf('-')
  const from = parsePort(dash < 0 ? text : text.slice(0, dash), context)
  const to = dash < 0 ? from : parsePort(text.slice(dash + 1), context)
  if (from > to) throw bad(`Port range \`${text}' funky`)
  return { from, to }
}
function needPorts({ rule }: BuildContext): void {
  if (rule.protocolInvert || !WITH_PORTS.has(rule.protocol)) throw bad('Need TCP, UDP, SCTP or DCCP with port specification')
}
/** `[a[-b]][:port[-port]]`, in IPv6 `[addr]:port`. */
function parseTo(text: string, context: BuildContext): { min?: bigint; max?: bigint; ports?: PortRange } {
  const { family } = context
  const bracket = /^\[([^\]]*)\](?:-\[([^\]]*)\])?(?::(.*))?$/s.exec(text)
  const colon = family === 'inet' ? text.indexOf(':') : -1
  const addresses = bracket !== null ? [bracket[1], bracket[2]] : (colon < 0 ? text : text.slice(0, colon)).split('-')
  const portText = bracket !== null ? bracket[3] : colon < 0 ? undefined : text.slice(colon + 1)
  const ports = portText === undefined ? undefined : parsePortRange(portText, context)
  if (ports !== undefined) needPorts(context)
  if (addresses[0] === '') return { ...(ports && { ports }) }
  const ip = (word: string): bigint => {
    const n = parseIp(family, word)
    if (n === undefined) throw bad(`Bad IP address "${word}"`)
    return n
  }
  const min = ip(addresses[0])
  return { min, max: addresses[1] === undefined ? min : ip(addresses[1]), ...(ports && { ports }) }
}
const has = (seen: readonly SeenOption[], option: string): boolean => seen.some((s) => s.option === option)

export const portRange = ({ from, to }: PortRange): string => (from === to ? String(from) : `${from}-${to}`)
export function rangeText(t: NatRange, family: IpFamily): string {
  const bracket = (a: bigint): string => (family === 'inet6' && t.ports !== undefined ? `[${formatIp(family, a)}]` : formatIp(family, a))
  const addresses = t.min === undefined ? '' : t.max === undefined || t.max === t.min ? bracket(t.min) : `${bracket(t.min)}-${bracket(t.max)}`
  return `${addresses}${t.ports === undefined ? '' : `:${portRange(t.ports)}`}`
}
const flagWords = (t: NatRange, dashes: string): string => `${t.random ? ` ${dashes}random` : ''}${t.fullyRandom ? ` ${dashes}random-fully` : ''}${t.persistent ? ` ${dashes}persistent` : ''}`
const FLAGS = [flag('random'), flag('random-fully'), flag('persistent')]

function natTarget(name: 'SNAT' | 'DNAT', option: string): Extension<NatTarget> {
  const options = [required(option, { multiple: true }), ...FLAGS]
  return {
    name,
    options,
    build(seen, context) {
      checkOptions(name, options, seen)
      const to = seen.filter((s) => s.option === option)
      if (to.length === 0) throw mandatory(name, option)
      if (to.length > 1) throw bad(`${name}: Multiple --${option} not supported`)
      return { name, ...parseTo(to[0].arg, context), random: has(seen, 'random'), fullyRandom: has(seen, 'random-fully'), persistent: has(seen, 'persistent') }
    },
    print: (t, p) => `to:${rangeText(t, p.family)}${flagWords(t, '')}`,
    save: (t, p) => ` --${option} ${rangeText(t, p.family)}${flagWords(t, '--')}`,
  }
}
export const snat = natTarget('SNAT', 'to-source')
export const dnat = natTarget('DNAT', 'to-destination')

function portTarget(name: 'MASQUERADE' | 'REDIRECT', words: string): Extension<NatTarget> {
  const options = [required('to-ports'), flag('random'), flag('random-fully')]
  return {
    name,
    options,
    build(seen, context) {
      checkOptions(name, options, seen)
      const s = seen.find((o) => o.option === 'to-ports')
      const ports = s && parsePortRange(s.arg, context)
      if (ports !== undefined) needPorts(context)
      return { name, ...(ports && { ports }), random: has(seen, 'random'), fullyRandom: has(seen, 'random-fully'), persistent: false }
    },
    print: (t) => `${t.ports === undefined ? '' : ` ${words}${portRange(t.ports)}`}${flagWords(t, '')}`.slice(1),
    save: (t) => `${t.ports === undefined ? '' : ` --to-ports ${portRange(t.ports)}`}${flagWords(t, '--')}`,
  }
}
export const masquerade = portTarget('MASQUERADE', 'masq ports: ')
export const redirect = portTarget('REDIRECT', 'redir ports ')

export const netmap: Extension<NatTarget> = {
  name: 'NETMAP',
  options: [required('to')],
  build(seen, context) {
    const s = seen.at(0)
    if (s === undefined) throw mandatory('NETMAP', 'to')
    const [host] = parseHost(s.arg, context)
    return { name: 'NETMAP', min: host.address, max: host.mask, random: false, fullyRandom: false, persistent: false }
  },
  print: (t, p) => `to:${maskLengthText(p.family, t.min ?? 0n, t.max ?? 0n)}`,
  save: (t, p) => ` --to ${maskLengthText(p.family, t.min ?? 0n, t.max ?? 0n)}`,
}
