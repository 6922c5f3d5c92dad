// expand(1), unexpand(1): tabs to blanks, blanks to tabs.
import { quote } from '../../../lib/quote.ts'
import { fail } from '../../libc/err.ts'
import { type Option, command, parseArgs } from './command.ts'
import { forEachInput } from './inputs.ts'

/** Positions of tab stops, or one width for all; undefined if the list is none. */
function tabStops(options: readonly Option[]): readonly number[] | string {
  const text = options.filter((o) => o.opt === 't').map((o) => o.arg ?? '').join(',') || options.filter((o) => /^\d$/.test(o.opt)).map((o) => o.opt + (o.arg ?? '')).join(',') || '8'
  const stops: number[] = []
  for (const word of text.split(/[,\s]+/).filter((w) => w !== '')) {
    if (!/^\d+$/.test(word)) return `tab size contains invalid character(s): ${quote(/\D.*/.exec(word)?.[0] ?? word)}`
    if (Number(word) === 0) return 'tab size cannot be 0'
    if (stops.length > 0 && Number(word) <= stops[stops.length - 1]) return 'tab sizes must be ascending'
    stops.push(Number(word))
  }
  return stops
}

/** The next stop after a column; beyond the last of a list every column is one. */
const nextStop = (column: number, stops: readonly number[]): number => (stops.length === 1 ? column + stops[0] - (column % stops[0]) : (stops.find((s) => s > column) ?? column + 1))

const DIGITS = '0::1::2::3::4::5::6::7::8::9::'
const expandOptions = { short: `it:${DIGITS}`, long: [{ name: 'tabs', arg: 'required', is: 't' }, { name: 'initial', arg: 'none', is: 'i' }] } as const

export const expand = command('expand', 'turn tabs into blanks', expandOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, expandOptions)
  const stops = tabStops(options)
  if (typeof stops === 'string') return yield* fail(c, 1, stops)
  const initial = options.some((o) => o.opt === 'i')
  const ok = yield* forEachInput(c, operands, function* (input) {
    for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
      let column = 0
      let out = ''
      let inText = false
      for (const char of line) {
        if (char === '\t' && !(initial && inText)) {
          const stop = nextStop(column, stops)
          out += ' '.repeat(stop - column)
          column = stop
        } else {
          out += char
          column = char === '\b' ? Math.max(0, column - 1) : column + 1
          if (char !== ' ') inText = true
        }
      }
      yield* c.stdout.write(out)
    }
    return undefined
  })
  return ok ? 0 : 1
})

const unexpandOptions = {
  short: `at:${DIGITS}`, long: [{ name: 'tabs', arg: 'required', is: 't' }, { name: 'all', arg: 'none', is: 'a' }, { name: 'first-only', arg: 'none' }],
} as const

export const unexpand = command('unexpand', 'turn blanks into tabs', unexpandOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, unexpandOptions)
  const stops = tabStops(options)
  if (typeof stops === 'string') return yield* fail(c, 1, stops)
  const all = (options.some((o) => o.opt === 'a' || o.opt === 't') || options.some((o) => /^\d$/.test(o.opt))) && !options.some((o) => o.opt === 'first-only')
  const ok = yield* forEachInput(c, operands, function* (input) {
    for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
      let column = 0
      let out = ''
      let pending = 0
      let leading = true
      for (const char of line) {
        if ((char === ' ' || char === '\t') && (all || leading)) {
          const stop = nextStop(column, stops)
          if (char === '\t' || column + 1 === stop) {
            out += char === ' ' && pending === 0 && !leading ? ' ' : '\t'
            pending = 0
            column = char === '\t' ? stop : column + 1
          } else {
            pending++
            column++
          }
          continue
        }
        out += ' '.repeat(pending) + char
        pending = 0
        leading = leading && (char === ' ' || char === '\t')
        column++
      }
      yield* c.stdout.write(out + ' '.repeat(pending))
    }
    return undefined
  })
  return ok ? 0 : 1
})
