// Formats of one's own for hexdump(1): `REPS/BYTES "TEXT"` units (-e, -f), parsed and printed by the rules of util-linux's hexdump-parse.c and hexdump-display.c.
// Simpler: no floating-point conversions and no colours.
import { decodeUtf8 } from '../../../lib/bytes.ts'

/** A piece of a unit: text in front, and the conversion behind it. `bytes` is how much data it takes. */
interface Piece {
  readonly kind: 'text' | 'address' | 'char' | 'string' | 'signed' | 'unsigned' | '_c' | '_p' | '_u'
  readonly text: string
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly base: 8 | 10 | 16
  readonly upper: boolean
  readonly bytes: number
}

interface Unit {
  reps: number
  readonly isRepsGiven: boolean
  readonly bytes: number
  readonly pieces: readonly Piece[]
  /** Printed once, after everything (%_A). */
  readonly isEnd: boolean
}

/** What is wrong with a format, or what of it isn't simulated. */
export type FormatProblem = { readonly error: string } | { readonly unsimulated: string }

const ESCAPES: ReadonlyMap<string, string> = new Map([['a', '\x07'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t'], ['v', '\v'], ['0', '\0']])
const SPECIAL_NAMES: ReadonlyMap<number, string> = new Map([[0, '\\0'], [7, '\\a'], [8, '\\b'], [9, '\\t'], [10, '\\n'], [11, '\\v'], [12, '\\f'], [13, '\\r']])
const CONTROL_NAMES = ['nul', 'soh', 'stx', 'etx', 'eot', 'enq', 'ack', 'bel', 'bs', 'ht', 'lf', 'vt', 'ff', 'cr', 'so', 'si', 'dle', 'dc1', 'dc2', 'dc3', 'dc4', 'nak', 'syn', 'etb', 'can', 'em', 'sub', 'esc', 'fs', 'gs', 'rs', 'us']
const isPrintable = (b: number): boolean => b >= 0x20 && b < 0x7f

/** The units of one -e argument. */
export function parseFormat(format: string): readonly Unit[] | FormatProblem {
  const units: Unit[] = []
  let rest = format.trimStart()
  while (rest !== '') {
    const m = /^(?:(\d+)(?=[\s/]))?\s*(?:\/\s*(\d+)(?=\s))?\s*"((?:[^"\\]|\\.)*)"\s*/s.exec(rest)
    if (m === null) return { error: `bad format {${format}}` }
    rest = rest.slice(m[0].length)
    const pieces = parsePieces(m[3].replace(/\\(.)/gs, (_all, char: string) => ESCAPES.get(char) ?? char), m[2] === undefined ? 0 : Number(m[2]))
    if ('error' in pieces || 'unsimulated' in pieces) return pieces
    const isEnd = pieces.isEnd
    units.push({ reps: m[1] === undefined ? 1 : Number(m[1]), isRepsGiven: m[1] !== undefined, bytes: m[2] === undefined ? pieces.list.reduce((n, p) => n + p.bytes, 0) : Number(m[2]), pieces: pieces.list, isEnd })
  }
  return units
}

function parsePieces(text: string, given: number): { list: Piece[]; isEnd: boolean } | FormatProblem {
  const list: Piece[] = []
  let [at, isEnd, conversions] = [0, false, 0]
  while (at < text.length) {
    const percent = text.indexOf('%', at)
    const front = text.slice(at, percent < 0 ? undefined : percent)
    const none = { text: front, flags: '', width: 0, precision: undefined, base: 10, upper: false, bytes: 0 } as const
    if (percent < 0) {
      list.push({ ...none, kind: 'text' })
      break
    }
    const m = /^%([-+ #0]*)(\d*)(?:\.(\d*))?(_[aA].?|_.?|.?)/s.exec(text.slice(percent))
    const [whole, flags, width, precisionText, what] = m ?? ['%', '', '', undefined, '']
    at = percent + whole.length
    const precision = precisionText === undefined ? undefined : Number(precisionText)
    const piece = { ...none, flags, width: Number(width), precision }
    const sized = (kind: Piece['kind'], usual: number, allowed: readonly number[], base: Piece['base'] = 10): boolean => {
      if (given !== 0 && !allowed.includes(given)) return false
      list.push({ ...piece, kind, bytes: given === 0 ? usual : given, base, upper: what === 'X' })
      return true
    }
    let fits = true
    if (/^_[aA][dox]$/.test(what)) {
      list.push({ ...piece, kind: 'address', base: what[2] === 'd' ? 10 : what[2] === 'o' ? 8 : 16 })
      isEnd ||= what[1] === 'A'
      continue
    } else if (what === 'd' || what === 'i') fits = sized('signed', 4, [1, 2, 4, 8])
    else if (/^[ouxX]$/.test(what)) fits = sized('unsigned', 4, [1, 2, 4, 8], what === 'o' ? 8 : what === 'u' ? 10 : 16)
    else if (what === 'c') fits = sized('char', 1, [1])
    else if (what === '_c' || what === '_p' || what === '_u') fits = sized(what, 1, [1])
    else if (what === 's') {
      if (given === 0 && precision === undefined) return { error: '%s requires a precision or a byte count' }
      list.push({ ...piece, kind: 'string', bytes: given === 0 ? (precision ?? 0) : given })
    } else if (/^[eEfgG]$/.test(what)) return { unsimulated: `conversion %${what}` }
    else return { error: `bad conversion character %${what}` }
    if (!fits) return { error: `bad byte count for conversion character ${what}` }
    if (++conversions > 1 && given !== 0) return { error: 'byte count with multiple conversion characters' }
  }
  return { list, isEnd }
}

/** Formats laid over blocks of data as long as the longest of them. */
export class Formats {
  readonly blockSize: number
  readonly #formats: readonly (readonly Unit[])[]

  constructor(formats: readonly (readonly Unit[])[]) {
    const size = (units: readonly Unit[]): number => units.reduce((n, u) => n + u.reps * u.bytes, 0)
    this.#formats = formats
    this.blockSize = Math.max(0, ...formats.map(size))
    for (const units of formats) {
      const last = units.at(-1)
      if (last !== undefined && !last.isRepsGiven && last.bytes > 0) last.reps += Math.floor((this.blockSize - size(units)) / last.bytes)
    }
  }

  /** One block, of which data only reaches to `end` (an address); what lies behind it is printed as blanks. */
  block(data: Uint8Array, start: number, end: number): string {
    let out = ''
    for (const units of this.#formats) {
      let at = 0
      for (const unit of units) {
        if (unit.isEnd) break
        for (let left = unit.reps; left > 0; left--) {
          for (const [i, piece] of unit.pieces.entries()) {
            const isLast = left === 1 && unit.reps > 1 && i === unit.pieces.length - 1
            out += show(piece, data.subarray(at, at + piece.bytes), start + at, start + at >= end, isLast)
            at += piece.bytes
          }
        }
      }
    }
    return out
  }

  end(address: number): string {
    const unit = this.#formats.flat().findLast((u) => u.isEnd)
    return unit === undefined ? '' : unit.pieces.filter((p) => p.kind === 'address' || p.kind === 'text').map((p) => show(p, new Uint8Array(), address, false, false)).join('')
  }
}

/** `dropsBlank`: the last blank of the last repetition isn't printed. */
function show(piece: Piece, data: Uint8Array, address: number, isBehind: boolean, dropsBlank: boolean): string {
  if (piece.kind === 'text') return dropsBlank ? piece.text.replace(/\s$/, '') : piece.text
  if (isBehind) return piece.text + ' '.repeat(piece.width)
  return piece.text + pad(piece, words(piece, data, address))
}

function words(piece: Piece, data: Uint8Array, address: number): string {
  const byte = data[0] ?? 0
  const char = String.fromCharCode(byte)
  switch (piece.kind) {
    case 'address': return digits(piece, BigInt(address))
    case 'signed': return digits(piece, BigInt.asIntN(data.length * 8, number(data)))
    case 'unsigned': return digits(piece, number(data))
    case 'char': return char
    case 'string': {
      const stop = data.indexOf(0)
      return decodeUtf8(data.subarray(0, Math.min(stop < 0 ? data.length : stop, piece.precision ?? data.length)))
    }
    case '_c': return SPECIAL_NAMES.get(byte) ?? (isPrintable(byte) ? char : byte.toString(8).padStart(3, '0'))
    case '_u': return CONTROL_NAMES[byte] ?? (byte === 0x7f ? 'del' : isPrintable(byte) ? char : byte.toString(16).padStart(2, '0'))
    default: return isPrintable(byte) ? char : '.'
  }
}

const number = (data: Uint8Array): bigint => data.reduceRight((n, b) => (n << 8n) | BigInt(b), 0n)

function digits(piece: Piece, value: bigint): string {
  const size = (value < 0n ? -value : value).toString(piece.base).padStart(piece.precision ?? 0, '0')
  const prefix = piece.flags.includes('#') && value !== 0n ? (piece.base === 16 ? '0x' : piece.base === 8 ? '0' : '') : ''
  const sign = value < 0n ? '-' : piece.kind !== 'signed' ? '' : piece.flags.includes('+') ? '+' : piece.flags.includes(' ') ? ' ' : ''
  const zeros = piece.flags.includes('0') && !piece.flags.includes('-') && piece.precision === undefined ? piece.width - sign.length - prefix.length : 0
  const text = sign + prefix + size.padStart(zeros, '0')
  return piece.upper ? text.toUpperCase() : text
}

const pad = (piece: Piece, text: string): string => (piece.flags.includes('-') ? text.padEnd(piece.width) : text.padStart(piece.width))
