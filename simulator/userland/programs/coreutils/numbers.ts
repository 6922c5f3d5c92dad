// factor(1), shuf(1), numfmt(1): prime factors, lines in random order, numbers with unit letters. Simpler: numfmt has no --format and --grouping.
import { isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { quote } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { NO_OPTIONS, command, noMoreOperands, parseArgs } from './command.ts'
import { readLines } from './inputs.ts'

/** Prime factors in order, by trial division. */
export function factors(n: bigint): readonly bigint[] {
  const out: bigint[] = []
  let rest = n
  for (let p = 2n; p * p <= rest; p += p === 2n ? 1n : 2n) {
    while (rest % p === 0n) {
      out.push(p)
      rest /= p
    }
  }
  return rest > 1n ? [...out, rest] : out
}

/** Words of the operands, or of standard input if there are none. */
function* wordsOf(c: Crt, operands: readonly string[]): Flow<readonly string[]> {
  if (operands.length > 0) return operands
  const { lines } = yield* readLines(c, [])
  return lines.flatMap((line) => decodeUtf8(line).split(/[ \t]+/)).filter((w) => w !== '')
}

export const factor = command('factor', 'print prime factors', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  let status = 0
  for (const word of yield* wordsOf(c, operands)) {
    if (!/^\s*\+?\d+\s*$/.test(word)) {
      yield* c.stderr.write(`${c.name}: ${quote(word)} is not a valid positive integer\n`)
      status = 1
      continue
    }
    yield* call('cpu', 100)
    const n = BigInt(word.trim().replace('+', ''))
    yield* c.stdout.write(`${n}:${factors(n).map((f) => ` ${f}`).join('')}\n`)
  }
  return status
})

const shufOptions = {
  short: 'ei:n:o:rz', unsimulatedShort: 'o',
  long: [
    { name: 'echo', arg: 'none', is: 'e' }, { name: 'input-range', arg: 'required', is: 'i' }, { name: 'head-count', arg: 'required', is: 'n' },
    { name: 'output', arg: 'required', unsimulated: true }, { name: 'random-source', arg: 'required', unsimulated: true },
    { name: 'repeat', arg: 'none', is: 'r' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const

export const shuf = command('shuf', 'put lines in random order', shufOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, shufOptions)
  const has = (opt: string): boolean => options.some((o) => o.opt === opt)
  const range = options.findLast((o) => o.opt === 'i')?.arg
  const countText = options.findLast((o) => o.opt === 'n')?.arg
  if (has('e') && range !== undefined) return yield* usageError(c, 1, 'cannot combine -e and -i options')
  const m = range === undefined ? undefined : /^(\d+)-(\d+)$/.exec(range)
  if (m === null || (m !== undefined && Number(m[1]) > Number(m[2]) + 1)) return yield* fail(c, 1, `invalid input range: ${quote(range ?? '')}`)
  if (countText !== undefined && !/^\d+$/.test(countText)) return yield* fail(c, 1, `invalid line count: ${quote(countText)}`)
  if (m !== undefined) yield* noMoreOperands(c, operands, 0)
  else if (!has('e')) yield* noMoreOperands(c, operands, 1)
  let lines: string[]
  if (m !== undefined) lines = Array.from({ length: Number(m[2]) - Number(m[1]) + 1 }, (_, i) => String(Number(m[1]) + i))
  else if (has('e')) lines = [...operands]
  else {
    const read = yield* readLines(c, operands, has('z') ? 0 : 10)
    if (!read.ok) return 1
    lines = read.lines.map((line) => decodeUtf8(line))
  }
  const end = has('z') ? '\0' : '\n'
  const random = function* (below: number): Flow<number> {
    const bytes = yield* call('getrandom', 6)
    return isErr(bytes) ? 0 : bytes.reduce((n, b) => n * 256 + b, 0) % below
  }
  const count = Math.min(Number(countText ?? Infinity), has('r') ? Infinity : lines.length)
  if (lines.length === 0) return has('r') && count > 0 ? yield* fail(c, 1, 'no lines to repeat') : 0
  for (let i = 0; i < count; i++) {
    const pick = has('r') ? yield* random(lines.length) : i + (yield* random(lines.length - i))
    yield* c.stdout.write(lines[pick] + end)
    if (c.stdout.error !== undefined) return 1
    if (!has('r')) [lines[i], lines[pick]] = [lines[pick], lines[i]]
  }
  return 0
})

const numfmtOptions = {
  short: 'd:z', unsimulatedShort: '',
  long: [
    { name: 'from', arg: 'required' }, { name: 'from-unit', arg: 'required' }, { name: 'to', arg: 'required' }, { name: 'to-unit', arg: 'required' },
    { name: 'round', arg: 'required' }, { name: 'padding', arg: 'required' }, { name: 'suffix', arg: 'required' }, { name: 'grouping', arg: 'none', unsimulated: true },
    { name: 'delimiter', arg: 'required', is: 'd' }, { name: 'field', arg: 'required' }, { name: 'debug', arg: 'none', unsimulated: true },
    { name: 'header', arg: 'optional', unsimulated: true }, { name: 'format', arg: 'required', unsimulated: true }, { name: 'invalid', arg: 'required', unsimulated: true },
    { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const
const LETTERS = 'KMGTPEZY'
const SCALES = /^(none|si|iec|iec-i|auto)$/

export const numfmt = command('numfmt', 'turn numbers into readable ones and back', numfmtOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, numfmtOptions)
  const value = (opt: string, otherwise: string): string => options.findLast((o) => o.opt === opt)?.arg ?? otherwise
  const [from, to] = [value('from', 'none'), value('to', 'none')]
  if (!SCALES.test(from)) return yield* usageError(c, 1, `invalid argument ‘${from}’ for ‘--from’`)
  if (!SCALES.test(to) || to === 'auto') return yield* usageError(c, 1, `invalid argument ‘${to}’ for ‘--to’`)
  const [fromUnit, toUnit] = [Number(value('from-unit', '1')), Number(value('to-unit', '1'))]
  const padding = Number(value('padding', '0'))
  const field = Number(value('field', '1'))
  const delimiter = options.findLast((o) => o.opt === 'd')?.arg
  const lines = operands.length > 0 ? operands : (yield* readLines(c, [])).lines.map((line) => decodeUtf8(line))
  for (const line of lines) {
    const fields = delimiter === undefined ? (line.match(/\s*\S+/g) ?? ['']) : line.split(delimiter)
    const cell = fields[field - 1] ?? ''
    const lead = delimiter === undefined ? (/^\s*/.exec(cell)?.[0] ?? '') : ''
    const parsed = parseNumber(cell.slice(lead.length).replace(new RegExp(`${value('suffix', '')}$`), ''), from)
    if (typeof parsed === 'string') return yield* fail(c, 2, parsed)
    const text = scaled((parsed * fromUnit) / toUnit, to, value('round', 'from-zero')) + value('suffix', '')
    fields[field - 1] = padding !== 0 ? (padding < 0 ? text.padEnd(-padding) : text.padStart(padding)) : delimiter === undefined && lead.length > 1 ? text.padStart(cell.length) : lead + text
    yield* c.stdout.write(`${fields.join(delimiter ?? '')}\n`)
  }
  return 0
})

function parseNumber(text: string, scale: string): number | string {
  const m = /^([-+]?\d+(?:\.\d+)?)(?:([kKMGTPEZY])(i?))?$/.exec(text)
  if (m === null) return /^[-+]?\d/.test(text) ? `invalid suffix in input: ${quote(text)}` : `invalid number: ${quote(text)}`
  if (m[2] === undefined) return Number(m[1])
  if (scale === 'none') return `rejecting suffix in input: ${quote(text)} (consider using --from)`
  if (scale === 'iec-i' && m[3] === '') return `missing 'i' suffix in input: ${quote(text)} (e.g Ki/Mi/Gi)`
  const base = scale === 'si' || (scale === 'auto' && m[3] === '') ? 1000 : 1024
  return Number(m[1]) * base ** (LETTERS.indexOf(m[2].toUpperCase()) + 1)
}

function scaled(number: number, scale: string, rounding: string): string {
  const round = (x: number): number => {
    const size = Math.abs(x) - (rounding === 'from-zero' ? 1e-9 : 0)
    const sign = Math.sign(x)
    switch (rounding) {
      case 'up': return Math.ceil(x)
      case 'down': return Math.floor(x)
      case 'towards-zero': return Math.trunc(x)
      case 'nearest': return sign * Math.round(Math.abs(x))
      default: return sign * Math.ceil(size)
    }
  }
  if (scale === 'none') return String(Number.isInteger(number) ? number : round(number))
  const base = scale === 'si' ? 1000 : 1024
  let [value, unit] = [number, 0]
  while (Math.abs(value) >= base && unit < LETTERS.length) {
    value /= base
    unit++
  }
  let shown = unit > 0 && Math.abs(value) < 10 ? round(value * 10) / 10 : round(value)
  if (Math.abs(shown) >= base) {
    shown /= base
    unit++
  }
  return `${unit > 0 && Math.abs(shown) < 10 ? shown.toFixed(1) : shown}${unit > 0 ? LETTERS[unit - 1] : ''}${unit > 0 && scale === 'iec-i' ? 'i' : ''}`
}
