// seq(1): numbers from FIRST by INCREMENT to LAST, with -f, -s, -w. Whole numbers of any size; fractions keep the most decimals given.
import { quote } from '../../../lib/quote.ts'
import { call } from '../../libc/syscall.ts'
import { fail, usageError } from '../../libc/err.ts'
import { command, needOperands, noMoreOperands, parseArgs } from './command.ts'
import { formatFloat } from './float-format.ts'

const options = {
  short: '+f:s:w',
  long: [{ name: 'equal-width', arg: 'none', is: 'w' }, { name: 'format', arg: 'required', is: 'f' }, { name: 'separator', arg: 'required', is: 's' }],
} as const

const NUMBER = /^[-+]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE][-+]?\d+)?$/

/** Puts `--` in front of a negative first number, which would be taken for options. */
function protectNegative(argv: readonly string[]): readonly string[] {
  for (let i = 1; i < argv.length; i++) {
    if (/^-\.?\d/.test(argv[i])) return [...argv.slice(0, i), '--', ...argv.slice(i)]
    if (argv[i] === '--' || !argv[i].startsWith('-')) return argv
    if (/^-w*[sf]$/.test(argv[i])) i++
  }
  return argv
}

export const seq = command('seq', 'print numbers one after the other', options, function* (c) {
  const { options: given, operands } = yield* parseArgs({ ...c, argv: protectNegative(c.argv) }, options)
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  yield* needOperands(c, operands)
  yield* noMoreOperands(c, operands, 3)
  for (const word of operands) if (!NUMBER.test(word)) return yield* usageError(c, 1, `invalid floating point argument: ${quote(word)}`)
  const [first, step, last] = operands.length === 1 ? ['1', '1', operands[0]] : operands.length === 2 ? [operands[0], '1', operands[1]] : operands
  if (Number(step) === 0) return yield* usageError(c, 1, `invalid Zero increment value: ${quote(step)}`)
  const format = value('f')
  const conversion = format === undefined ? undefined : /^((?:[^%]|%%)*)%([-+ #0']*)(\d*)(?:\.(\d*))?([aAeEfFgG])((?:[^%]|%%)*)$/s.exec(format)
  if (format !== undefined && given.some((o) => o.opt === 'w')) return yield* usageError(c, 1, 'format string may not be specified when printing equal width strings')
  if (conversion === null) {
    const directives = format?.match(/%[^%]/g)?.length ?? 0
    if (directives === 0) return yield* fail(c, 1, `format ${quote(format ?? '')} has no % directive`)
    return yield* fail(c, 1, directives > 1 ? `format ${quote(format ?? '')} has too many % directives` : `format ${quote(format ?? '')} has unknown %${/%[^%]*?([a-zA-Z])/.exec(format ?? '')?.[1] ?? ''} directive`)
  }
  const decimals = Math.max(...[first, step].map((n) => (NUMBER.exec(n)?.[1] ?? NUMBER.exec(n)?.[2] ?? '').length))
  const scale = 10n ** BigInt(decimals)
  const exact = (text: string): bigint => {
    const [whole, fraction = ''] = (/[eE]/.test(text) ? Number(text).toFixed(decimals) : text.replace('+', '')).split('.')
    const magnitude = BigInt(whole.replace('-', '') || '0') * scale + BigInt(fraction.padEnd(decimals, '0').slice(0, decimals) || '0')
    return whole.startsWith('-') ? -magnitude : magnitude
  }
  const write = (n: bigint): string => {
    const digits = (n < 0n ? -n : n).toString().padStart(decimals + 1, '0')
    return (n < 0n ? '-' : '') + (decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`)
  }
  const [from, by, to] = [exact(first), exact(step), exact(last)]
  const width = given.some((o) => o.opt === 'w') ? Math.max(write(from).length, write(to).length) : 0
  const show = (n: bigint): string => {
    if (conversion !== undefined) {
      const [, before, flags, wide, precision, letter, after] = conversion
      const number = formatFloat(letter, Number(write(n)), flags, precision === undefined ? undefined : Number(precision))
      const padded = flags.includes('-') ? number.padEnd(Number(wide)) : number.padStart(Number(wide), flags.includes('0') ? '0' : ' ')
      return (before + padded + after).replaceAll('%%', '%')
    }
    const text = write(n)
    return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0')
  }
  const separator = value('s') ?? '\n'
  let written = 0
  for (let n = from; by > 0n ? n <= to : n >= to; n += by) {
    yield* c.stdout.write((written > 0 ? separator : '') + show(n))
    if (c.stdout.error !== undefined) return 1
    if (++written % 1000 === 0) yield* call('cpu', 100)
  }
  if (written > 0) yield* c.stdout.write('\n')
  return 0
})
