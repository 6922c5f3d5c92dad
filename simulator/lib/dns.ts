// DNS messages (RFC 1035): questions and answers to bytes and back. Records of the types A, AAAA, PTR, CNAME, NS, SOA; others keep their raw data.
import { concatBytes, encodeUtf8 } from './bytes.ts'
import { formatIp, parseIp } from './ip.ts'

export const DNS_TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, ANY: 255 } as const
export const dnsTypeName = (type: number): string => Object.entries(DNS_TYPES).find(([, n]) => n === type)?.[0] ?? `TYPE${type}`
export const RCODE_NAMES: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

export interface DnsRecord {
  readonly name: string
  readonly type: number
  readonly ttl: number
  /** An address, or the name a CNAME, NS or PTR stands for; `raw` bytes for other types. */
  readonly value: string
}
export interface DnsMessage {
  readonly id: number
  readonly isResponse: boolean
  readonly authoritative?: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable?: boolean
  readonly rcode: number
  readonly question: { readonly name: string; readonly type: number } | undefined
  readonly answers: readonly DnsRecord[]
}

const u16 = (n: number): readonly number[] => [(n >> 8) & 255, n & 255]
function encodeName(name: string): Uint8Array {
  const parts: Uint8Array[] = []
  for (const label of name.split('.').filter((l) => l !== '')) {
    const bytes = encodeUtf8(label)
    parts.push(Uint8Array.of(bytes.length), bytes)
  }
  return concatBytes([...parts, Uint8Array.of(0)])
}
const addressBytes = (value: bigint, count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => Number((value >> BigInt((count - 1 - i) * 8)) & 255n))
function encodeData({ type, value }: DnsRecord): Uint8Array {
  if (type === DNS_TYPES.A) return addressBytes(parseIp('inet', value) ?? 0n, 4)
  if (type === DNS_TYPES.AAAA) return addressBytes(parseIp('inet6', value) ?? 0n, 16)
  return encodeName(value)
}

export function encodeDns(message: DnsMessage): Uint8Array {
  const { question } = message
  const flags = (message.isResponse ? 0x8000 : 0) | (message.authoritative === true ? 0x400 : 0) | (message.recursionDesired ? 0x100 : 0) | (message.recursionAvailable === true ? 0x80 : 0) | message.rcode
  const parts: Uint8Array[] = [Uint8Array.of(...u16(message.id), ...u16(flags), ...u16(question === undefined ? 0 : 1), ...u16(message.answers.length), 0, 0, 0, 0)]
  if (question !== undefined) parts.push(encodeName(question.name), Uint8Array.of(...u16(question.type), 0, 1))
  for (const record of message.answers) {
    const data = encodeData(record)
    parts.push(encodeName(record.name), Uint8Array.of(...u16(record.type), 0, 1, ...u16(record.ttl >>> 16), ...u16(record.ttl), ...u16(data.length)), data)
  }
  return concatBytes(parts)
}

class Cursor {
  readonly #bytes: Uint8Array
  at: number
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }
  u8(): number {
    return this.#bytes[this.at++] ?? 0
  }
  u16(): number {
    return this.u8() * 256 + this.u8()
  }
  number(count: number): bigint {
    let value = 0n
    for (let i = 0; i < count; i++) value = (value << 8n) | BigInt(this.u8())
    return value
  }
  name(depth = 0): string {
    const labels: string[] = []
    for (let length = this.u8(); length !== 0 && labels.length < 128; length = this.u8()) {
      if (length >= 0xc0) {
        const target = ((length & 0x3f) << 8) | this.u8()
        if (depth < 10) labels.push(new Cursor(this.#bytes, target).name(depth + 1))
        break
      }
      labels.push(String.fromCharCode(...this.#bytes.subarray(this.at, this.at + length)))
      this.at += length
    }
    return labels.join('.')
  }
}

/** Undefined for what is no DNS message. */
export function decodeDns(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < 12) return undefined
  const c = new Cursor(bytes, 0)
  const id = c.u16()
  const flags = c.u16()
  const [questions, answerCount] = [c.u16(), c.u16()]
  c.at += 4
  let question: DnsMessage['question']
  for (let i = 0; i < questions; i++) {
    question = { name: c.name(), type: c.u16() }
    c.at += 2
  }
  const answers: DnsRecord[] = []
  for (let i = 0; i < answerCount && c.at < bytes.length; i++) {
    const name = c.name()
    const type = c.u16()
    c.at += 2
    const ttl = c.u16() * 65536 + c.u16()
    const length = c.u16()
    const end = c.at + length
    const value = type === DNS_TYPES.A ? formatIp('inet', c.number(4)) : type === DNS_TYPES.AAAA ? formatIp('inet6', c.number(16)) : c.name()
    answers.push({ name, type, ttl, value })
    c.at = end
  }
  return {
    id, isResponse: (flags & 0x8000) !== 0, authoritative: (flags & 0x400) !== 0, recursionDesired: (flags & 0x100) !== 0, recursionAvailable: (flags & 0x80) !== 0, rcode: flags & 15, question, answers,
  }
}
/** The name under which the owner of an address is asked for. */
export function reverseName(family: 'inet' | 'inet6', addr: string): string {
  const value = parseIp(family, addr) ?? 0n
  if (family === 'inet') return `${[0n, 8n, 16n, 24n].map((shift) => (value >> shift) & 255n).join('.')}.in-addr.arpa`
  return `${value.toString(16).padStart(32, '0').split('').reverse().join('.')}.ip6.arpa`
}
