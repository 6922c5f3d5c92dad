// TCP and UDP lines (print-tcp.c, print-udp.c, and as much of print-domain.c and print-http.c as shows in them).
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { type IpParts, properChecksum, u16, u32, u8 } from './frame.ts'
import { dnsText } from './print-dns.ts'
import { hex, type Settings } from './settings.ts'

const FLAGS: readonly (readonly [number, string])[] = [[0x01, 'F'], [0x02, 'S'], [0x04, 'R'], [0x08, 'P'], [0x10, '.'], [0x20, 'U'], [0x40, 'E'], [0x80, 'W']]
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 8080])
const DNS_PORTS: ReadonlySet<number> = new Set([53, 5353])
const SYN = 2, ACK = 16, URG = 32, SIGNIFICANT = 7

/** Where each direction of a connection began, so that numbers count from there. */
export type Conversations = Map<string, { readonly seq: number; readonly ack: number }>

function options(bytes: Uint8Array, end: number): string {
  const words: string[] = []
  for (let at = 20; at < end; ) {
    const kind = u8(bytes, at)
    if (kind === 0) {
      words.push('eol')
      break
    }
    if (kind === 1) {
      words.push('nop')
      at++
      continue
    }
    const size = Math.max(2, u8(bytes, at + 1))
    switch (kind) {
      case 2: words.push(`mss ${u16(bytes, at + 2)}`); break
      case 3: words.push(`wscale ${u8(bytes, at + 2)}`); break
      case 4: words.push('sackOK'); break
      case 8: words.push(`TS val ${u32(bytes, at + 2)} ecr ${u32(bytes, at + 6)}`); break
      default: words.push(`unknown-${kind}`)
    }
    at += size
  }
  return words.join(',')
}

/** seq and ack as they are shown: from the beginning of the conversation once that was seen. */
function relative(ip: IpParts, s: Settings, conversations: Conversations): { readonly seq: number; readonly ack: number } {
  const { payload } = ip
  const seq = u32(payload, 4)
  const ack = u32(payload, 8)
  if (s.absolute || (u8(payload, 13) & ACK) === 0) return { seq, ack }
  const [here, there] = [`${ip.source} ${u16(payload, 0)}`, `${ip.destination} ${u16(payload, 2)}`]
  const isBack = here > there
  const key = isBack ? `${there} ${here}` : `${here} ${there}`
  const known = conversations.get(key)
  if (known === undefined || (u8(payload, 13) & SYN) !== 0) {
    conversations.set(key, isBack ? { seq: ack - 1, ack: seq } : { seq, ack: ack - 1 })
    return { seq, ack }
  }
  return isBack ? { seq: (seq - known.ack) >>> 0, ack: (ack - known.seq) >>> 0 } : { seq: (seq - known.seq) >>> 0, ack: (ack - known.ack) >>> 0 }
}

export function tcpText(network: Uint8Array, ip: IpParts, s: Settings, conversations: Conversations): string {
  const { payload } = ip
  if (payload.length < 20) return 'tcp [|tcp]'
  const header = (u8(payload, 12) >> 4) * 4
  const length = payload.length - header
  const flags = u8(payload, 13)
  if (s.isQuiet) return `tcp ${length}`
  let text = `Flags [${FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name).join('') || 'none'}]`
  if (s.verbosity > 0) {
    const proper = properChecksum(network, ip, 16)
    text += `, cksum 0x${hex(u16(payload, 16), 4)} ${proper === u16(payload, 16) ? '(correct)' : `(incorrect -> 0x${hex(proper, 4)})`}`
  }
  const { seq, ack } = relative(ip, s, conversations)
  if (s.verbosity > 1 || length > 0 || (flags & SIGNIFICANT) !== 0) text += `, seq ${seq}${length > 0 ? `:${(seq + length) >>> 0}` : ''}`
  if ((flags & ACK) !== 0) text += `, ack ${ack}`
  text += `, win ${u16(payload, 14)}`
  if ((flags & URG) !== 0) text += `, urg ${u16(payload, 18)}`
  if (header > 20) text += `, options [${options(payload, header)}]`
  text += `, length ${length}`
  const isHttp = length > 0 && (HTTP_PORTS.has(u16(payload, 0)) || HTTP_PORTS.has(u16(payload, 2)))
  return isHttp ? text + httpText(payload.subarray(header), s) : text
}
function httpText(data: Uint8Array, s: Settings): string {
  const text = decodeUtf8(data)
  if (!/^(GET|HEAD|POST|PUT|DELETE|OPTIONS|HTTP\/1\.[01]) /.test(text)) return ': HTTP'
  const lines = text.replace(/\r/g, '').split('\n')
  if (s.verbosity === 0) return `: HTTP: ${lines[0]}`
  const blank = lines.indexOf('')
  const shown = blank < 0 ? lines : lines.slice(0, blank)
  return `: HTTP, length: ${data.length}${shown.map((line) => `\n\t${line}`).join('')}`
}

export function udpText(network: Uint8Array, ip: IpParts, s: Settings): string {
  const { payload } = ip
  const [sport, dport, length] = [u16(payload, 0), u16(payload, 2), u16(payload, 4) - 8]
  if (s.isQuiet) return `UDP, length ${length}`
  let text = ''
  if (s.verbosity > (ip.version === 4 ? 1 : 0) && !ip.isFragment) {
    const proper = properChecksum(network, ip, 6) || 0xffff
    const given = u16(payload, 6)
    text += given === 0 ? '[no cksum] ' : given === proper ? '[udp sum ok] ' : `[bad udp cksum 0x${hex(given, 4)} -> 0x${hex(proper, 4)}!] `
  }
  if (DNS_PORTS.has(sport) || DNS_PORTS.has(dport)) return text + dnsText(payload.subarray(8))
  return `${text}UDP, length ${length}`
}
