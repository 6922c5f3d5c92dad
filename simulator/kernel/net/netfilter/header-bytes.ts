// Headers as hexadecimal digits, for expressions that name bytes by their offset. Made once for each packet that a payload expression looks at.
import type { Hex } from '../../../abi/nf-tables.ts'
import { headerLength, type IpPacket, protocolOf } from '../packet.ts'
import { packetBytes, payloadBytes } from '../wire.ts'

const DIGITS = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))
export const hexOf = (n: number | bigint, bytes: number): Hex => n.toString(16).padStart(bytes * 2, '0')
export function bytesHex(bytes: Uint8Array): Hex {
  let text = ''
  for (const b of bytes) text += DIGITS[b]
  return text
}
export const textHex = (text: string): Hex => {
  let hex = ''
  for (let i = 0; i < text.length; i++) hex += DIGITS[text.charCodeAt(i) & 0xff]
  return hex
}
export const macHex = (mac: string): Hex => mac.replaceAll(':', '')

export class HeaderBytes {
  readonly #packet: IpPacket
  #network: Hex | undefined
  #transport: Hex | undefined

  constructor(packet: IpPacket) {
    this.#packet = packet
  }
  /** undefined where the packet is too short, or the header is in another piece. */
  load(base: 'link' | 'network' | 'transport', offset: number, length: number): Hex | undefined {
    const text = this.#fast(base, offset, length) ?? this.#all(base)?.slice(2 * offset, 2 * (offset + length))
    return text === undefined || text.length < 2 * length ? undefined : text
  }
  /** What rules ask most. */
  #fast(base: string, offset: number, length: number): Hex | undefined {
    const p = this.#packet
    if (base === 'network' && p.family === 'inet') {
      if (offset === 9 && length === 1) return hexOf(protocolOf(p), 1)
      if ((offset === 12 || offset === 16) && length <= 4) return hexOf(offset === 12 ? p.source : p.destination, 4).slice(0, 2 * length)
    }
    if (base === 'transport' && length === 2 && (p.payload.kind === 'tcp' || p.payload.kind === 'udp') && (p.fragment?.offset ?? 0) === 0) {
      if (offset === 0) return hexOf(p.payload.sport, 2)
      if (offset === 2) return hexOf(p.payload.dport, 2)
    }
    return undefined
  }
  #all(base: 'link' | 'network' | 'transport'): Hex | undefined {
    const p = this.#packet
    if (base === 'network') return (this.#network ??= bytesHex(packetBytes(p).subarray(0, headerLength(p))))
    if (base === 'transport') return (p.fragment?.offset ?? 0) > 0 ? undefined : (this.#transport ??= bytesHex(payloadBytes(p)))
    return p.linkSource === undefined ? undefined : `${'00'.repeat(6)}${macHex(p.linkSource)}${p.family === 'inet' ? '0800' : '86dd'}`
  }
}
