// printf(1): the format is used again until all arguments are gone. Numbers are 64-bit; %f and its kind use doubles.
import { concatBytes, encodeUtf8 } from '../../../lib/bytes.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { quote, quoteShell } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { NO_OPTIONS, command, parseArgs } from './command.ts'
import { expandEscapes, readEscape } from './escapes.ts'
import { formatFloat } from './float-format.ts'

export const printf = command('printf', 'print text with a format', NO_OPTIONS, function* (c) {
  if (c.argv.length === 2 && /^--(help|version)$/.test(c.argv[1])) yield* parseArgs(c, NO_OPTIONS)
  const words = c.argv.slice(c.argv[1] === '--' ? 2 : 1)
  if (words.length === 0) return yield* usageError(c, 1, 'missing operand')
  const [format, ...args] = words
  const printer = new Printer(c)
  let rest: readonly string[] = args
  do {
    const used = yield* printer.print(format, rest)
    if (used === undefined) return printer.status
    rest = rest.slice(used)
    if (used === 0) break
  } while (rest.length > 0)
  if (rest.length > 0) yield* warn(c, `warning: ignoring excess arguments, starting with ${quote(rest[0])}`)
  return printer.status
})

const LIMITS = { min: -(2n ** 63n), max: 2n ** 63n - 1n, unsigned: 2n ** 64n - 1n }

class Printer {
  status = 0
  readonly #c: Crt

  constructor(c: Crt) {
    this.#c = c
  }

  /** Prints the format once; answers how many arguments it took, or undefined after \c. */
  *print(format: string, args: readonly string[]): Flow<number | undefined> {
    const out = this.#c.stdout
    let used = 0
    const next = (): string | undefined => args[used++]
    for (let at = 0; at < format.length; ) {
      const plain = /^[^\\%]+/.exec(format.slice(at))
      if (plain !== null) {
        yield* out.write(plain[0])
        at += plain[0].length
      } else if (format[at] === '\\') {
        const escape = readEscape(format, at + 1, 'format')
        if (escape.missing === true) exit(yield* fail(this.#c, 1, 'missing hexadecimal number in escape'))
        yield* out.write(escape.bytes)
        if (escape.stop === true) return undefined
        at += 1 + escape.length
      } else if (format.startsWith('%%', at)) {
        yield* out.write('%')
        at += 2
      } else {
        const m = /^%([-+ #0']*)(\*|\d*)(?:\.(\*|-?\d*))?(?:[hlLjzt]*)(.?)/su.exec(format.slice(at))
        if (m === null) exit(yield* fail(this.#c, 1, `${format.slice(at)}: invalid conversion specification`))
        at += m[0].length
        const width = m[2] === '*' ? Number(yield* this.#integer(next() ?? '0')) : Number(m[2])
        const precision = m[3] === undefined ? undefined : m[3] === '*' ? Number(yield* this.#integer(next() ?? '0')) : Number(m[3])
        const flags = m[1] + (width < 0 ? '-' : '')
        if (!/^[bqdiouxXfFeEgGaAcs]$/.test(m[4])) exit(yield* fail(this.#c, 1, `${m[0]}: invalid conversion specification`))
        const value = next()
        const piece = yield* this.#convert(m[4], flags, precision, value, Math.abs(width))
        yield* out.write(piece.bytes)
        if (piece.stop) return undefined
      }
    }
    return Math.min(used, args.length)
  }

  *#convert(letter: string, flags: string, precision: number | undefined, value: string | undefined, width: number): Flow<{ readonly bytes: Uint8Array; readonly stop: boolean }> {
    if (letter === 'b') {
      const expanded = expandEscapes(value ?? '', '%b')
      return { bytes: padBytes(precision === undefined ? expanded.bytes : expanded.bytes.subarray(0, precision), width, flags), stop: expanded.stop }
    }
    let text: string
    if (letter === 's') text = precision === undefined || precision < 0 ? (value ?? '') : (value ?? '').slice(0, precision)
    else if (letter === 'q') text = quoteShell(value ?? '')
    else if (letter === 'c') text = [...(value ?? '')][0] ?? ''
    else if (/[diouxX]/.test(letter)) text = formatInteger(letter, yield* this.#integer(value ?? '0'), flags, precision)
    else text = formatFloat(letter, yield* this.#float(value ?? '0'), flags, precision)
    const numeric = !/[sqc]/.test(letter)
    if (numeric && flags.includes('0') && !flags.includes('-') && (precision === undefined || !/[diouxX]/.test(letter)) && /\d/.test(text)) text = zeroPad(text, width)
    return { bytes: padBytes(encodeUtf8(text), width, flags), stop: false }
  }

  *#integer(text: string): Flow<bigint> {
    const quoted = /^["'](.)/su.exec(text)
    if (quoted !== null) return BigInt(quoted[1].codePointAt(0) ?? 0)
    const m = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text)
    if (m === null) {
      yield* this.#bad(text, 'expected a numeric value')
      return 0n
    }
    const digits = /^0[0-7]+$/.test(m[2]) ? `0o${m[2].slice(1)}` : m[2]
    const value = m[1] === '-' ? -BigInt(digits) : BigInt(digits)
    if (m[0].length !== text.length) yield* this.#bad(text, 'value not completely converted')
    if (value > LIMITS.unsigned || value < LIMITS.min) {
      yield* warn(this.#c, `${quote(text)}: Numerical result out of range`)
      this.status = 1
      return value < 0 ? LIMITS.min : LIMITS.max
    }
    return value
  }

  *#float(text: string): Flow<number> {
    const quoted = /^["'](.)/su.exec(text)
    if (quoted !== null) return quoted[1].codePointAt(0) ?? 0
    const m = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i.exec(text)
    if (m === null) {
      yield* this.#bad(text, 'expected a numeric value')
      return 0
    }
    if (m[0].length !== text.length) yield* this.#bad(text, 'value not completely converted')
    const word = m[0].trim().toLowerCase()
    if (word.includes('nan')) return Number.NaN
    return word.includes('inf') ? (word.startsWith('-') ? -Infinity : Infinity) : word.startsWith('-0x') ? -Number(word.slice(1)) : Number(word)
  }

  *#bad(text: string, why: string): Flow<void> {
    yield* warn(this.#c, `${quote(text)}: ${why}`)
    this.status = 1
  }
}

function formatInteger(letter: string, value: bigint, flags: string, precision: number | undefined): string {
  const signed = letter === 'd' || letter === 'i'
  const magnitude = signed ? (value < 0n ? -value : value) : BigInt.asUintN(64, value)
  let digits = letter === 'o' ? magnitude.toString(8) : letter === 'x' || letter === 'X' ? magnitude.toString(16) : magnitude.toString()
  if (precision !== undefined) digits = precision === 0 && magnitude === 0n ? '' : digits.padStart(precision, '0')
  if (flags.includes('#') && magnitude !== 0n && /[xX]/.test(letter)) digits = `0x${digits}`
  if (flags.includes('#') && letter === 'o' && !digits.startsWith('0')) digits = `0${digits}`
  if (letter === 'X') digits = digits.toUpperCase()
  return signed ? (value < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + digits : digits
}

function zeroPad(text: string, width: number): string {
  const sign = /^[-+ ]?(0[xX])?/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

function padBytes(bytes: Uint8Array, width: number, flags: string): Uint8Array {
  if (bytes.length >= width) return bytes
  const blanks = new Uint8Array(width - bytes.length).fill(32)
  return concatBytes(flags.includes('-') ? [bytes, blanks] : [blanks, bytes])
}
