// What the compiler asks of instructions and literals.
import { encodeUtf8 } from '../../../lib/bytes.ts'
import type { Code, Instruction, Op } from './py-code.ts'

/** How many values an instruction leaves more than it takes. */
export function produced(op: Op, arg: Instruction['arg']): number {
  switch (op) {
    case 'const': case 'load': return 1
    case 'binary': case 'compare': case 'index': case 'jump-if-false': case 'jump-if-true': case 'jump-if-false-keep': case 'jump-if-true-keep': return -1
    case 'slice': return -3
    case 'list': case 'tuple': case 'set': case 'join': return 1 - Number(arg)
    case 'dict': return 1 - 2 * Number(arg)
    case 'call': return -Number((arg as readonly string[])[0])
    case 'function': return 1 - (arg as Code).defaults
    default: return 0
  }
}

export function numberOf(text: string): bigint | number {
  const digits = text.replaceAll('_', '')
  return /^0[xXoObB]|^\d+$/.test(digits) ? BigInt(digits) : Number(digits)
}
export const encodeLatin = (text: string): Uint8Array => ([...text].every((c) => c.charCodeAt(0) < 256) ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : encodeUtf8(text))
export function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{' || text[at] === '[' || text[at] === '(') depth++
    if (text[at] === '}' || text[at] === ']' || text[at] === ')') depth--
    if (depth === 0) return at
  }
  return text.length
}
