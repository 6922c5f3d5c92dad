// od(1): bytes as octal, hexadecimal, decimal numbers or characters. Simpler: no floating point, no -S, no old-style offsets.
import { isErr } from '../../../abi/errno.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { fail, warn } from '../../libc/err.ts'
import { command, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'

const options = {
  short: 'A:aBbcDdeFfHhIij:LlN:OoS:st:vw::Xx', unsimulatedShort: 'eFfS',
  long: [
    { name: 'skip-bytes', arg: 'required', is: 'j' }, { name: 'address-radix', arg: 'required', is: 'A' }, { name: 'read-bytes', arg: 'required', is: 'N' },
    { name: 'format', arg: 'required', is: 't' }, { name: 'output-duplicates', arg: 'none', is: 'v' }, { name: 'strings', arg: 'optional', unsimulated: true },
    { name: 'width', arg: 'optional', is: 'w' }, { name: 'endian', arg: 'required' },
  ],
} as const

interface Type {
  readonly kind: 'a' | 'c' | 'd' | 'o' | 'u' | 'x'
  readonly size: number
  /** z: show printable characters at the end of the line. */
  readonly text: boolean
}

const SHORTCUTS: Readonly<Record<string, string>> = { a: 'a', b: 'o1', c: 'c', d: 'u2', D: 'u4', H: 'x4', h: 'x2', i: 'd4', I: 'd8', l: 'd8', L: 'd8', o: 'o2', O: 'o4', s: 'd2', x: 'x2', X: 'x4', B: 'o2' }
const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8 }
const NAMES = ['nul', 'soh', 'stx', 'etx', 'eot', 'enq', 'ack', 'bel', 'bs', 'ht', 'nl', 'vt', 'ff', 'cr', 'so', 'si', 'dle', 'dc1', 'dc2', 'dc3', 'dc4', 'nak', 'syn', 'etb', 'can', 'em', 'sub', 'esc', 'fs', 'gs', 'rs', 'us', 'sp']
const ESCAPES: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }

function parseTypes(text: string): readonly Type[] | string {
  const types: Type[] = []
  let rest = text
  while (rest !== '') {
    const m = /^([acdoux])(\d+|[CSIL])?(z?)/.exec(rest)
    if (m === null) return `invalid character ${quote(rest[0])} in type string ${quote(text)}`
    const kind = m[1] as Type['kind']
    const size = kind === 'a' || kind === 'c' ? 1 : m[2] === undefined ? 4 : (SIZES[m[2]] ?? Number(m[2]))
    if (![1, 2, 4, 8].includes(size)) return `invalid type string ${quote(text)};\nthis system doesn't provide a ${size}-byte integral type`
    types.push({ kind, size, text: m[3] === 'z' })
    rest = rest.slice(m[0].length)
  }
  return types
}

function width(t: Type): number {
  if (t.kind === 'a' || t.kind === 'c') return 3
  const bits = t.size * 8
  return t.kind === 'x' ? t.size * 2 : t.kind === 'o' ? Math.ceil(bits / 3) : (2n ** BigInt(bits - (t.kind === 'd' ? 1 : 0))).toString().length + (t.kind === 'd' ? 1 : 0)
}

function cell(t: Type, bytes: Uint8Array, big: boolean): string {
  if (t.kind === 'a') return NAMES[bytes[0] & 127] ?? (bytes[0] % 128 === 127 ? 'del' : String.fromCharCode(bytes[0] & 127))
  if (t.kind === 'c') return ESCAPES[bytes[0]] ?? (bytes[0] >= 32 && bytes[0] < 127 ? String.fromCharCode(bytes[0]) : bytes[0].toString(8).padStart(3, '0'))
  let value = 0n
  for (const byte of big ? bytes : [...bytes].reverse()) value = value * 256n + BigInt(byte)
  if (t.kind === 'd') return BigInt.asIntN(t.size * 8, value).toString()
  return t.kind === 'u' ? value.toString() : value.toString(t.kind === 'x' ? 16 : 8).padStart(width(t), '0')
}

export const od = command('od', 'show bytes as numbers', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const types: Type[] = []
  for (const { opt, arg } of given) {
    const text = opt === 't' ? (arg ?? '') : SHORTCUTS[opt]
    if (text === undefined) continue
    const parsed = parseTypes(text)
    if (typeof parsed === 'string') return yield* fail(c, 1, parsed)
    types.push(...parsed)
  }
  if (types.length === 0) types.push({ kind: 'o', size: 2, text: false })
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const radix = value('A') ?? 'o'
  if (!/^[doxn]$/.test(radix)) return yield* fail(c, 1, `invalid output address radix ${quote(radix)}; it must be one character from [doxn]`)
  const number = (text: string): number | undefined => (/^0x[0-9a-f]+$/i.test(text) ? Number(text) : /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : parseSize(text))
  const [skip, limit] = [number(value('j') ?? '0'), value('N') === undefined ? Infinity : number(value('N') ?? '')]
  if (skip === undefined) return yield* fail(c, 1, `invalid -j argument ${quote(value('j') ?? '')}`)
  if (limit === undefined) return yield* fail(c, 1, `invalid -N argument ${quote(value('N') ?? '')}`)
  const big = value('endian')?.startsWith('b') ?? false
  const perLine = given.some((o) => o.opt === 'w') ? Number(value('w') ?? 32) : 16
  const parts: Uint8Array[] = []
  let status = 0
  let opened = false
  for (const name of operands.length > 0 ? operands : ['-']) {
    const input = yield* openInput(c, name)
    if (!isErr(input)) opened = true
    if (!isErr(input)) for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) parts.push(block)
    const error = isErr(input) ? input : input.error
    if (error === undefined) continue
    yield* warn(c, quotef(name), error)
    status = 1
  }
  if (!opened) return status
  const all = concatBytes(parts)
  if (skip > all.length) return yield* fail(c, 1, 'cannot skip past end of combined input')
  const data = all.subarray(skip, limit === Infinity ? undefined : skip + limit)
  const address = (n: number): string => (radix === 'n' ? '' : radix === 'd' ? String(n).padStart(7, '0') : n.toString(radix === 'x' ? 16 : 8).padStart(radix === 'x' ? 6 : 7, '0'))
  const unit = Math.max(...types.map((t) => t.size))
  const share = Math.max(...types.map((t) => ((width(t) + 1) * unit) / t.size))
  let previous = ''
  let starred = false
  for (let at = 0; at < data.length; at += perLine) {
    const line = data.subarray(at, at + perLine)
    const key = line.join()
    if (!given.some((o) => o.opt === 'v') && key === previous && line.length === perLine) {
      if (!starred) yield* c.stdout.write('*\n')
      starred = true
      continue
    }
    previous = key
    starred = false
    for (const [i, t] of types.entries()) yield* c.stdout.write(`${i === 0 ? address(skip + at) : ' '.repeat(address(0).length)}${row(t, line, { big, perLine, share: share / unit })}\n`)
  }
  if (radix !== 'n') yield* c.stdout.write(`${address(skip + data.length)}\n`)
  return status
})

function row(t: Type, line: Uint8Array, layout: { readonly big: boolean; readonly perLine: number; readonly share: number }): string {
  const padded = new Uint8Array(Math.ceil(line.length / t.size) * t.size)
  padded.set(line)
  const room = layout.share * t.size
  let out = ''
  for (let at = 0; at < padded.length; at += t.size) {
    const until = Math.round((at / t.size + 1) * room)
    out += cell(t, padded.subarray(at, at + t.size), layout.big).padStart(until - out.length)
  }
  if (!t.text) return out
  return `${out.padEnd(Math.round((layout.perLine / t.size) * room))}  >${Array.from(line, (b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('')}<`
}
