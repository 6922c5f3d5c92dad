// One frame as lines of text (print-ether.c, print-arp.c, print-ip.c, print-ip6.c, print-sll.c, the hex dumps of print-ascii.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { gmtime } from '../../libc/time.ts'
import { type Captured, ETHERTYPE_ARP, ETHERTYPE_IP, ETHERTYPE_IP6, type IpParts, ipParts, ipv4At, macAt, PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP, u16, u32, u8 } from './frame.ts'
import { icmp6Text, icmpText } from './print-icmp.ts'
import { type Conversations, tcpText, udpText } from './print-tcp.ts'
import { hex, type Names } from './settings.ts'

const ETHERTYPES: ReadonlyMap<number, string> = new Map([[ETHERTYPE_IP, 'IPv4'], [ETHERTYPE_ARP, 'ARP'], [ETHERTYPE_IP6, 'IPv6']])
const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([[PROTO_ICMP, 'ICMP'], [2, 'IGMP'], [PROTO_TCP, 'TCP'], [PROTO_UDP, 'UDP'], [PROTO_ICMP6, 'ICMPv6'], [0, 'Options']])
const LOWER_NAMES: ReadonlyMap<number, string> = new Map([[PROTO_ICMP, 'icmp'], [PROTO_TCP, 'tcp'], [PROTO_UDP, 'udp'], [PROTO_ICMP6, 'ipv6-icmp']])
const DIRECTIONS: readonly string[] = ['In', 'B', 'M', 'P', 'Out']
const two = (n: number): string => String(n).padStart(2, '0')

export class Printer {
  readonly #names: Names
  readonly #conversations: Conversations = new Map()
  #first = 0
  #previous = 0
  #count = 0

  constructor(names: Names) {
    this.#names = names
  }

  /** A frame with its time, links and dump, and a newline at the end. */
  *print(f: Captured): Flow<string> {
    const s = this.#names.settings
    const number = s.number ? `${String(++this.#count).padStart(5)}  ` : ''
    const text = `${number}${this.#time(f.timeMs)}${this.#link(f)}${yield* this.#network(f)}`
    return `${text}${dump(f, s.hex)}\n`
  }

  #time(ms: number): string {
    const { timeStyle } = this.#names.settings
    const us = Math.floor(ms * 1000)
    const fraction = (value: number): string => String(value % 1e6).padStart(6, '0')
    const t = gmtime(Math.floor(us / 1e6))
    const clock = `${two(t.hour)}:${two(t.min)}:${two(t.sec)}.${fraction(us)}`
    switch (timeStyle) {
      case 1: return ''
      case 2: return `${Math.floor(us / 1e6)}.${fraction(us)} `
      case 3: case 5: {
        if (this.#first === 0) this.#first = this.#previous = us
        const since = us - (timeStyle === 3 ? this.#previous : this.#first)
        this.#previous = us
        const seconds = Math.floor(since / 1e6)
        return ` ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction(since)} `
      }
      case 4: return `${t.year}-${two(t.month + 1)}-${two(t.day)} ${clock} `
      default: return `${clock} `
    }
  }
  /** The interface with `-i any`; MAC addresses with -e. */
  #link(f: Captured): string {
    const s = this.#names.settings
    if (f.frame === undefined) return `${f.interfaceName.padEnd(5)} ${(DIRECTIONS[f.pktType] ?? '?').padEnd(3)} `
    if (!s.showsLink) return ''
    const name = (type: number): string => `ethertype ${ETHERTYPES.get(type) ?? 'Unknown'} (0x${hex(type, 4)})`
    const addresses = `${macAt(f.frame, 6)}${this.#oui()} > ${f.frame[0] === 0xff && macAt(f.frame, 0) === 'ff:ff:ff:ff:ff:ff' ? (s.isNumeric ? macAt(f.frame, 0) : 'Broadcast') : `${macAt(f.frame, 0)}${this.#oui()}`}`
    const tag = f.vlan === undefined ? '' : `vlan ${f.vlan}, p 0, `
    if (s.isQuiet) return `${addresses}, ${ETHERTYPES.get(f.etherType) ?? 'Unknown'}, length ${f.frame.length}: ${tag}`
    return f.vlan === undefined ? `${addresses}, ${name(f.etherType)}, length ${f.frame.length}: ` : `${addresses}, ethertype 802.1Q (0x8100), length ${f.frame.length}: vlan ${f.vlan}, p 0, ${name(f.etherType)}, `
  }
  #oui(): string {
    return this.#names.settings.isNumeric ? '' : ' (oui Unknown)'
  }

  *#network(f: Captured): Flow<string> {
    const hasName = this.#names.settings.showsLink && f.frame !== undefined
    const tag = f.vlan !== undefined && !hasName ? `vlan ${f.vlan}, p 0, ` : ''
    if (f.etherType === ETHERTYPE_ARP) return `${tag}${hasName ? '' : 'ARP, '}${yield* this.#arp(f.network)}`
    const ip = ipParts(f.etherType, f.network)
    if (ip === undefined) return `${tag}${hasName ? '' : `ethertype Unknown (0x${hex(f.etherType, 4)}), `}length ${f.network.length}:`
    return tag + (ip.version === 4 ? yield* this.#ipv4(f.network, ip, hasName ? '' : 'IP ') : yield* this.#ipv6(f.network, ip, hasName ? '' : 'IP6 '))
  }

  *#arp(bytes: Uint8Array): Flow<string> {
    const s = this.#names.settings
    const head = s.verbosity > 0 ? 'Ethernet (len 6), IPv4 (len 4), ' : ''
    const target = yield* this.#names.host(ipv4At(bytes, 24))
    const sender = yield* this.#names.host(ipv4At(bytes, 14))
    if (u16(bytes, 6) === 1) {
      const asked = macAt(bytes, 18)
      const at = asked === '00:00:00:00:00:00' ? '' : ` (${asked}${this.#oui()})`
      const senderIp = ipv4At(bytes, 14)
      const what = senderIp === '0.0.0.0' ? `Probe ${target}` : senderIp === ipv4At(bytes, 24) ? `Announcement ${target}` : `Request who-has ${target}${at} tell ${sender}`
      return `${head}${what}, length ${bytes.length}`
    }
    return `${head}Reply ${sender} is-at ${macAt(bytes, 8)}${this.#oui()}, length ${bytes.length}`
  }

  *#ipv4(bytes: Uint8Array, ip: IpParts, name: string): Flow<string> {
    const s = this.#names.settings
    let text = name
    if (s.verbosity > 0) {
      const tos = u8(bytes, 1)
      const place = u16(bytes, 6)
      const flags = (place & 0x4000) !== 0 ? 'DF' : (place & 0x2000) !== 0 ? '+' : 'none'
      text += `(tos 0x${tos.toString(16)}${(tos & 3) === 0 ? '' : `,${['', 'ECT(1)', 'ECT(0)', 'CE'][tos & 3]}`}, ttl ${u8(bytes, 8)}, id ${u16(bytes, 4)}, offset ${ip.offset}, flags [${flags}], proto ` +
        `${PROTOCOL_NAMES.get(ip.protocol) ?? 'unknown'} (${ip.protocol}), length ${u16(bytes, 2)})\n    `
    }
    if (ip.offset > 0) {
      const what = s.isNumeric ? `ip-proto-${ip.protocol}` : (LOWER_NAMES.get(ip.protocol) ?? `ip-proto-${ip.protocol}`)
      return `${text}${yield* this.#names.host(ip.source)} > ${yield* this.#names.host(ip.destination)}: ${what}`
    }
    return text + (yield* this.#transport(bytes, ip))
  }
  *#ipv6(bytes: Uint8Array, ip: IpParts, name: string): Flow<string> {
    const s = this.#names.settings
    let text = name
    if (s.verbosity > 0) {
      const word = u32(bytes, 0)
      const [tclass, label] = [(word >>> 20) & 0xff, word & 0xfffff]
      text += `(${tclass === 0 ? '' : `class 0x${hex(tclass, 2)}, `}${label === 0 ? '' : `flowlabel 0x${hex(label, 5)}, `}hlim ${u8(bytes, 7)}, next-header ` +
        `${PROTOCOL_NAMES.get(u8(bytes, 6)) ?? 'unknown'} (${u8(bytes, 6)}) payload length: ${u16(bytes, 4)}) `
    }
    if (ip.offset > 0) return `${text}${yield* this.#names.host(ip.source)} > ${yield* this.#names.host(ip.destination)}: frag (${ip.offset}|${ip.payload.length})`
    return text + (yield* this.#transport(bytes, ip))
  }
  *#transport(bytes: Uint8Array, ip: IpParts): Flow<string> {
    const names = this.#names
    const [source, destination] = [yield* names.host(ip.source), yield* names.host(ip.destination)]
    const before = `${ip.hasHopByHop ? (names.settings.verbosity > 0 ? 'HBH (rtalert: 0x0000) (padn) ' : 'HBH ') : ''}${ip.version === 6 && ip.isFragment ? `frag (0|${ip.payload.length}) ` : ''}`
    if (ip.protocol === PROTO_TCP || ip.protocol === PROTO_UDP) {
      const protocol = ip.protocol === PROTO_TCP ? 'tcp' : 'udp'
      const [from, to] = [names.port(u16(ip.payload, 0), protocol), names.port(u16(ip.payload, 2), protocol)]
      const text = ip.protocol === PROTO_TCP ? tcpText(bytes, ip, names.settings, this.#conversations) : udpText(bytes, ip, names.settings)
      return `${source}.${from} > ${destination}.${to}: ${before}${text}`
    }
    const text = ip.protocol === PROTO_ICMP && ip.version === 4 ? yield* icmpText(ip, names, (inner) => this.#quoted(inner))
      : ip.protocol === PROTO_ICMP6 ? yield* icmp6Text(bytes, ip, names)
        : `${PROTOCOL_NAMES.get(ip.protocol)?.toLowerCase() ?? `ip-proto-${ip.protocol}`} ${ip.payload.length}`
    return `${source} > ${destination}: ${before}${text}`
  }
  /** What an ICMP error quotes; its end may be missing. */
  *#quoted(bytes: Uint8Array): Flow<string> {
    const ip = ipParts(ETHERTYPE_IP, bytes)
    return ip === undefined ? '' : yield* this.#ipv4(bytes, ip, this.#names.settings.showsLink ? '' : 'IP ')
  }
}

const printable = (byte: number): string => (byte >= 33 && byte <= 126 ? String.fromCharCode(byte) : '.')

function dump(f: Captured, style: string): string {
  if (style === 'none') return ''
  const bytes = style.length === 2 && f.frame !== undefined ? f.frame : f.network
  if (style.startsWith('A')) return `\n${asciiDump(bytes)}`
  let text = ''
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16)
    const words: string[] = []
    for (let i = 0; i < row.length; i += 2) words.push([...row.subarray(i, i + 2)].map((b) => hex(b, 2)).join(''))
    const ascii = style.startsWith('X') ? `  ${[...row].map(printable).join('')}` : ''
    text += `\n\t0x${hex(at, 4)}:  ${style.startsWith('X') ? words.join(' ').padEnd(39) : words.join(' ')}${ascii}`
  }
  return text
}
function asciiDump(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === 13 && bytes[i + 1] === 10) continue
    text += (byte >= 32 && byte <= 126) || byte === 9 || byte === 10 ? String.fromCharCode(byte) : '.'
  }
  return text
}
