// Matches about protocols and ports: -m tcp, udp, icmp, icmp6, multiport (libxt_tcp.c, libxt_udp.c, libipt_icmp.c, libip6t_icmp6.c, libxt_multiport.c).
import type { Inverted, PortRange, TcpMatch, UdpMatch, XtMatch } from '../../../abi/xtables.ts'
import { checkOptions, flag, mandatory, parsePort, parsePorts, parseUint, required, serviceProtocol } from './options.ts'
import { bad, type BuildContext, type Extension, type PrintContext, type SeenOption } from './types.ts'

const FLAGS = [['FIN', 1], ['SYN', 2], ['RST', 4], ['PSH', 8], ['ACK', 16], ['URG', 32]] as const

function parseFlags(text: string): number {
  let mask = 0
  for (const word of text.split(',')) {
    const name = word.toUpperCase()
    const bit = name === 'ALL' ? 0x3f : name === 'NONE' ? 0 : FLAGS.find(([n]) => n === name)?.[1]
    if (bit === undefined) throw bad(`Unknown TCP flag \`${word}'`)
    mask |= bit
  }
  return mask
}
const flagNames = (mask: number): string => (mask === 0 ? 'NONE' : FLAGS.filter(([, bit]) => (mask & bit) !== 0).map(([n]) => n).join(','))

const portName = (port: number, p: PrintContext, protocol: string): string => (p.numeric ? undefined : p.names.services.name(port, protocol)) ?? String(port)
function printPorts(name: string, ports: Inverted<PortRange> | undefined, p: PrintContext, protocol: string): string {
  if (ports === undefined) return ''
  const { from, to } = ports.value
  const inv = ports.invert ? '!' : ''
  return from === to ? ` ${name}:${inv}${portName(from, p, protocol)}` : ` ${name}s:${inv}${portName(from, p, protocol)}:${portName(to, p, protocol)}`
}
const rangeText = ({ from, to }: PortRange): string => (from === to ? String(from) : `${from}:${to}`)
const savePorts = (option: string, ports: Inverted<PortRange> | undefined): string => (ports === undefined ? '' : `${ports.invert ? ' !' : ''} --${option} ${rangeText(ports.value)}`)

const PORT_OPTIONS = [
  required('source-port', { invertible: true, is: 'source-port' }), required('sport', { invertible: true, is: 'source-port' }),
  required('destination-port', { invertible: true, is: 'destination-port' }), required('dport', { invertible: true, is: 'destination-port' }),
]
function takePorts(seen: readonly SeenOption[], protocol: number, context: BuildContext): { source?: Inverted<PortRange>; dest?: Inverted<PortRange> } {
  const ports: { source?: Inverted<PortRange>; dest?: Inverted<PortRange> } = {}
  for (const s of seen) {
    const isSource = s.option === 'source-port' || s.option === 'sport'
    if (!isSource && s.option !== 'destination-port' && s.option !== 'dport') continue
    const side = isSource ? 'source' : 'dest'
    if (ports[side] !== undefined) throw bad(`Only one \`--${isSource ? 'source' : 'destination'}-port' allowed`)
    const value = parsePorts(s.arg, protocol, context)
    ports[side] = { value, invert: s.invert }
  }
  return ports
}
/** All ports is no condition. */
const isAny = (p: Inverted<PortRange> | undefined): boolean => p !== undefined && !p.invert && p.value.from === 0 && p.value.to === 65535
function dropAny<T extends { source?: Inverted<PortRange>; dest?: Inverted<PortRange> }>(m: T): T {
  const copy = { ...m }
  if (isAny(copy.source)) delete copy.source
  if (isAny(copy.dest)) delete copy.dest
  return copy
}

export const tcp: Extension<TcpMatch> = {
  name: 'tcp',
  options: [...PORT_OPTIONS, flag('syn', { invertible: true }), required('tcp-flags', { invertible: true }), required('tcp-option', { invertible: true })],
  build(seen, context) {
    const match: { -readonly [K in keyof TcpMatch]: TcpMatch[K] } = { name: 'tcp', ...takePorts(seen, 6, context) }
    for (const s of seen) {
      if (s.option === 'syn' || s.option === 'tcp-flags') {
        if (match.flags !== undefined) throw bad('Only one of `--syn\' or `--tcp-flags\'  allowed')
        if (s.option === 'tcp-flags' && s.more === undefined) throw bad('--tcp-flags requires two args.')
        match.flags = { value: s.option === 'syn' ? { mask: 0x17, compare: 2 } : { mask: parseFlags(s.arg), compare: parseFlags(s.more ?? '') }, invert: s.invert }
      }
      if (s.option === 'tcp-option') {
        const n = parseUint(s.arg, 255)
        if (n === undefined || n === 0) throw bad(`Bad TCP option \`${s.arg}'`)
        match.option = { value: n, invert: s.invert }
      }
    }
    return dropAny(match)
  },
  print(m, p) {
    let text = `tcp${printPorts('spt', m.source, p, 'tcp')}${printPorts('dpt', m.dest, p, 'tcp')}`
    if (m.option !== undefined) text += ` option=${m.option.invert ? '!' : ''}${m.option.value}`
    if (m.flags !== undefined) {
      const { mask, compare } = m.flags.value
      const byte = (n: number): string => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`
      text += ` flags:${m.flags.invert ? '!' : ''}${p.numeric ? `${byte(mask)}/${byte(compare)}` : `${flagNames(mask)}/${flagNames(compare)}`}`
    }
    return text
  },
  save: (m) => `${savePorts('sport', m.source)}${savePorts('dport', m.dest)}${m.option === undefined ? '' : `${m.option.invert ? ' !' : ''} --tcp-option ${m.option.value}`}${
    m.flags === undefined ? '' : `${m.flags.invert ? ' !' : ''} --tcp-flags ${flagNames(m.flags.value.mask)} ${flagNames(m.flags.value.compare)}`}`,
}

export const udp: Extension<UdpMatch> = {
  name: 'udp',
  options: PORT_OPTIONS,
  build: (seen, context) => dropAny<UdpMatch>({ name: 'udp', ...takePorts(seen, 17, context) }),
  print: (m, p) => `udp${printPorts('spt', m.source, p, 'udp')}${printPorts('dpt', m.dest, p, 'udp')}`,
  save: (m) => `${savePorts('sport', m.source)}${savePorts('dport', m.dest)}`,
}

type IcmpType = readonly [name: string, type: number, codeFrom: number, codeTo: number]
const ICMP: readonly IcmpType[] = [
  ['any', 255, 0, 255], ['echo-reply', 0, 0, 255], ['pong', 0, 0, 255], ['destination-unreachable', 3, 0, 255], ['network-unreachable', 3, 0, 0], ['host-unreachable', 3, 1, 1],
  ['protocol-unreachable', 3, 2, 2], ['port-unreachable', 3, 3, 3], ['fragmentation-needed', 3, 4, 4], ['source-route-failed', 3, 5, 5], ['network-unknown', 3, 6, 6], ['host-unknown', 3, 7, 7],
  ['network-prohibited', 3, 9, 9], ['host-prohibited', 3, 10, 10], ['TOS-network-unreachable', 3, 11, 11], ['TOS-host-unreachable', 3, 12, 12], ['communication-prohibited', 3, 13, 13],
  ['host-precedence-violation', 3, 14, 14], ['precedence-cutoff', 3, 15, 15], ['source-quench', 4, 0, 255], ['redirect', 5, 0, 255], ['network-redirect', 5, 0, 0], ['host-redirect', 5, 1, 1],
  ['TOS-network-redirect', 5, 2, 2], ['TOS-host-redirect', 5, 3, 3], ['echo-request', 8, 0, 255], ['ping', 8, 0, 255], ['router-advertisement', 9, 0, 255], ['router-solicitation', 10, 0, 255],
  ['time-exceeded', 11, 0, 255], ['ttl-exceeded', 11, 0, 255], ['ttl-zero-during-transit', 11, 0, 0], ['ttl-zero-during-reassembly', 11, 1, 1], ['parameter-problem', 12, 0, 255],
  ['ip-header-bad', 12, 0, 0], ['required-option-missing', 12, 1, 1], ['timestamp-request', 13, 0, 255], ['timestamp-reply', 14, 0, 255], ['address-mask-request', 17, 0, 255],
  ['address-mask-reply', 18, 0, 255],
]
const ICMP6: readonly IcmpType[] = [
  ['destination-unreachable', 1, 0, 255], ['no-route', 1, 0, 0], ['communication-prohibited', 1, 1, 1], ['beyond-scope', 1, 2, 2], ['address-unreachable', 1, 3, 3], ['port-unreachable', 1, 4, 4],
  ['failed-policy', 1, 5, 5], ['reject-route', 1, 6, 6], ['packet-too-big', 2, 0, 255], ['time-exceeded', 3, 0, 255], ['ttl-exceeded', 3, 0, 255], ['ttl-zero-during-transit', 3, 0, 0],
  ['ttl-zero-during-reassembly', 3, 1, 1], ['parameter-problem', 4, 0, 255], ['bad-header', 4, 0, 0], ['unknown-header-type', 4, 1, 1], ['unknown-option', 4, 2, 2], ['echo-request', 128, 0, 255],
  ['ping', 128, 0, 255], ['echo-reply', 129, 0, 255], ['pong', 129, 0, 255], ['mld-listener-query', 130, 0, 255], ['mld-listener-report', 131, 0, 255], ['mld-listener-done', 132, 0, 255],
  ['mld-listener-reduction', 132, 0, 255], ['router-solicitation', 133, 0, 255], ['router-advertisement', 134, 0, 255], ['neighbour-solicitation', 135, 0, 255],
  ['neighbor-solicitation', 135, 0, 255], ['neighbour-advertisement', 136, 0, 255], ['neighbor-advertisement', 136, 0, 255], ['redirect', 137, 0, 255],
]

type IcmpMatch = Extract<XtMatch, { readonly name: 'icmp' | 'icmp6' }>
function icmpExtension(name: 'icmp' | 'icmp6', option: string, types: readonly IcmpType[], title: string, label: string): Extension<IcmpMatch> {
  const parse = (text: string): { type: number; codes: PortRange } => {
    const found = types.filter(([n]) => n.toLowerCase().startsWith(text.toLowerCase()))
    const exact = found.find(([n]) => n.toLowerCase() === text.toLowerCase())
    if (exact === undefined && found.length > 1) throw bad(`Ambiguous ${title} type \`${text}': \`${found[0][0]}' or \`${found[1][0]}'?`)
    const known = exact ?? found.at(0)
    if (known !== undefined && text !== '') return { type: known[1], codes: { from: known[2], to: known[3] } }
    const [t, c] = text.split('/')
    const type = parseUint(t, 255)
    if (type === undefined) throw bad(`Unknown ${title} type \`${t}'`)
    if (c === undefined) return { type, codes: { from: 0, to: 255 } }
    const code = parseUint(c, 255)
    if (code === undefined) throw bad(`Unknown ${title} code \`${c}'`)
    return { type, codes: { from: code, to: code } }
  }
  return {
    name,
    options: [required(option, { invertible: true })],
    build(seen) {
      checkOptions(name, [required(option, { invertible: true })], seen)
      const s = seen.at(0)
      if (s === undefined) throw mandatory(name, option)
      return { name, ...parse(s.arg), invert: s.invert }
    },
    print(m, p) {
      const { from, to } = m.codes
      const known = p.numeric ? undefined : types.find(([, type, a, b]) => type === m.type && a === from && b === to)
      if (known !== undefined) return `${label} ${m.invert ? '!' : ''}${known[0]}`
      return `${label}${m.invert ? ' !' : ''}type ${m.type}${from === to ? ` code ${from}` : from !== 0 || to !== 255 ? ` codes ${from}-${to}` : ''}`
    },
    save: (m) => `${m.invert ? ' !' : ''} --${option} ${name === 'icmp' && m.type === 255 ? 'any' : `${m.type}${m.codes.from !== 0 || m.codes.to !== 255 ? `/${m.codes.from}` : ''}`}`,
  }
}
export const icmp = icmpExtension('icmp', 'icmp-type', ICMP, 'ICMP', 'icmp')
export const icmp6 = icmpExtension('icmp6', 'icmpv6-type', ICMP6, 'ICMPv6', 'ipv6-icmp')

type Multiport = Extract<XtMatch, { readonly name: 'multiport' }>
const SIDES: ReadonlyMap<string, Multiport['side']> = new Map([
  ['source-ports', 'source'], ['sports', 'source'], ['destination-ports', 'destination'], ['dports', 'destination'], ['ports', 'either'],
])
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132, 33, 136])
const SIDE_WORDS = { source: 'sports', destination: 'dports', either: 'ports' } as const
export const multiport: Extension<Multiport> = {
  name: 'multiport',
  options: [...SIDES.keys()].map((name) => required(name, { invertible: true, is: 'ports' })),
  build(seen, context) {
    const { rule } = context
    if (seen.length === 0) throw bad('multiport expection an option')
    if (seen.length > 1) throw bad('multiport: option "--ports" can only be used once.\n')
    if (rule.protocol === 0 || rule.protocolInvert) throw bad('multiport needs `-p tcp\', `-p udp\', `-p udplite\', `-p sctp\' or `-p dccp\'')
    if (!WITH_PORTS.has(rule.protocol)) throw bad('multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP')
    const [s] = seen
    const ports: PortRange[] = []
    let slots = 0
    for (const word of s.arg.split(',')) {
      const [from, to] = word.split(':')
      slots += to === undefined ? 1 : 2
      if (slots > 15) throw bad('too many ports specified')
      const first = parsePort(from, rule.protocol, context)
      const last = to === undefined ? first : parsePort(to, rule.protocol, context)
      if (to !== undefined && first >= last) throw bad('invalid portrange specified')
      ports.push({ from: first, to: last })
    }
    return { name: 'multiport', side: SIDES.get(s.option) ?? 'either', ports, invert: s.invert }
  },
  print: (m, p) => `multiport ${SIDE_WORDS[m.side]} ${m.invert ? ' !' : ''}${
    m.ports.map(({ from, to }) => (from === to ? portName(from, p, serviceProtocol(p.protocol)) : `${portName(from, p, serviceProtocol(p.protocol))}:${portName(to, p, serviceProtocol(p.protocol))}`)).join(',')}`,
  save: (m) => `${m.invert ? ' !' : ''} --${SIDE_WORDS[m.side]} ${m.ports.map(rangeText).join(',')}`,
}
