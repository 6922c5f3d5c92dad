// DNS messages (print-domain.c): questions, and the answers to them.
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { ipv4At, ipv6At, u16, u8 } from './frame.ts'

const TYPES: ReadonlyMap<number, string> = new Map([[1, 'A'], [2, 'NS'], [5, 'CNAME'], [6, 'SOA'], [12, 'PTR'], [15, 'MX'], [16, 'TXT'], [28, 'AAAA'], [33, 'SRV'], [255, 'ANY']])
const RCODES: readonly string[] = ['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused']
const typeName = (type: number): string => TYPES.get(type) ?? `Type${type}`

function name(bytes: Uint8Array, from: number): { readonly text: string; readonly end: number } {
  let text = ''
  let end = -1
  let at = from
  for (let steps = 0; steps < 128 && at < bytes.length; steps++) {
    const size = u8(bytes, at)
    if (size === 0) break
    if ((size & 0xc0) === 0xc0) {
      if (end < 0) end = at + 2
      at = u16(bytes, at) & 0x3fff
      continue
    }
    text += `${decodeUtf8(bytes.subarray(at + 1, at + 1 + size))}.`
    at += 1 + size
  }
  return { text: text === '' ? '.' : text, end: end < 0 ? at + 1 : end }
}
function value(bytes: Uint8Array, type: number, at: number, length: number): string {
  if (type === 1 && length === 4) return ` ${ipv4At(bytes, at)}`
  if (type === 28 && length === 16) return ` ${ipv6At(bytes, at)}`
  if (type === 2 || type === 5 || type === 12) return ` ${name(bytes, at).text}`
  return ''
}

export function dnsText(bytes: Uint8Array): string {
  if (bytes.length < 12) return `domain [length ${bytes.length} < 12] (invalid)`
  const flags = u16(bytes, 2)
  const isAnswer = (flags & 0x8000) !== 0
  let text = String(u16(bytes, 0))
  let at = 12
  let question = ''
  for (let i = 0; i < u16(bytes, 4); i++) {
    const asked = name(bytes, at)
    at = asked.end
    question += ` ${typeName(u16(bytes, at))}? ${asked.text}`
    at += 4
  }
  if (!isAnswer) return `${text}${(flags & 0x0100) === 0 ? '' : '+'}${question} (${bytes.length})`
  text += `${RCODES[flags & 15] ?? ` Resp${flags & 15}`}${(flags & 0x0400) === 0 ? '' : '*'}${(flags & 0x0080) === 0 ? '-' : ''}`
  text += ` ${u16(bytes, 6)}/${u16(bytes, 8)}/${u16(bytes, 10)}`
  const answers: string[] = []
  for (let i = 0; i < u16(bytes, 6); i++) {
    at = name(bytes, at).end
    const type = u16(bytes, at)
    const length = u16(bytes, at + 8)
    answers.push(` ${typeName(type)}${value(bytes, type, at + 10, length)}`)
    at += 10 + length
  }
  return `${text}${answers.join(',')} (${bytes.length})`
}
