// fmt(1): fills paragraphs to a width. GNU's search for the breaks with the least cost. Simpler: no -c, -g, -p, -t.
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { quote } from '../../../lib/quote.ts'
import { textWidth } from '../../../lib/width.ts'
import { fail } from '../../libc/err.ts'
import { command, parseArgs } from './command.ts'
import { forEachInput } from './inputs.ts'

const options = {
  short: 'cg:p:stuw:0::1::2::3::4::5::6::7::8::9::', unsimulatedShort: 'cgpt',
  long: [
    { name: 'crown-margin', arg: 'none', unsimulated: true }, { name: 'goal', arg: 'required', unsimulated: true }, { name: 'prefix', arg: 'required', unsimulated: true },
    { name: 'split-only', arg: 'none', is: 's' }, { name: 'tagged-paragraph', arg: 'none', unsimulated: true }, { name: 'uniform-spacing', arg: 'none', is: 'u' },
    { name: 'width', arg: 'required', is: 'w' },
  ],
} as const

export interface Word {
  readonly text: string
  readonly length: number
  /** Blanks after it. */
  readonly space: number
  /** Ends with a full stop, question or exclamation mark. */
  readonly period: boolean
  /** … and with that a sentence. */
  readonly final: boolean
}

/** The words of a line; at its end a sentence gets two blanks, anything else one. */
export function wordsOf(line: string, uniform: boolean): Word[] {
  const pieces = [...line.trim().matchAll(/(\S+)([ \t]*)/g)]
  return pieces.map(([, text, blanks], i) => {
    const period = /[.?!]["')\]]*$/.test(text)
    const last = i === pieces.length - 1
    const final = period && (last || blanks.length > 1)
    return { text, length: textWidth(text), space: last || uniform ? (final ? 2 : 1) : blanks.length, period, final }
  })
}

const square = (n: number): number => n * n
const LINE = square(70), SENTENCE = square(50), NO_BREAK = square(600), PUNCTUATION = square(40), PAREN = square(40)

/** What it costs to begin a line with a word, whatever the line's length. */
function beginCost(words: readonly Word[], i: number): number {
  let cost = LINE
  const before = words[i - 1]
  if (before !== undefined) {
    if (before.period) cost += before.final ? -SENTENCE : NO_BREAK
    else if (/[,;:]$/.test(before.text)) cost -= PUNCTUATION
    else if (words[i - 2]?.final === true) cost += square(200) / (before.length + 2)
  }
  if (/^[(['"`]/.test(words[i].text)) return cost - PAREN
  return words[i].final ? cost + square(150) / (words[i].length + 2) : cost
}

/** Lines of a paragraph: short lines, and lines of different length one after the other, cost most. A paragraph's end is a sentence's end. */
export function fill(paragraph: readonly Word[], width: number, indent = 0): string[] {
  const count = paragraph.length
  const words = paragraph.map((word, i) => (i === count - 1 ? { ...word, period: true, final: true } : word))
  const goal = Math.floor((width * 187) / 200)
  const best = new Array<number>(count + 1).fill(0)
  const next = new Array<number>(count + 1).fill(count)
  const length = new Array<number>(count + 1).fill(0)
  for (let start = count - 1; start >= 0; start--) {
    let least = Infinity
    let size = indent + words[start].length
    for (let end = start + 1; ; end++) {
      let cost = 0
      if (end < count) cost = square((goal - size) * 10) + (next[end] < count ? square((size - length[end]) * 10) / 2 : 0)
      if (cost + best[end] < least) {
        least = cost + best[end]
        next[start] = end
        length[start] = size
      }
      if (end === count) break
      size += words[end - 1].space + words[end].length
      if (size >= width) break
    }
    best[start] = least + beginCost(words, start)
  }
  const lines: string[] = []
  for (let i = 0; i < count; i = next[i]) lines.push(words.slice(i, next[i]).map((w, k) => w.text + (i + k + 1 < next[i] ? ' '.repeat(w.space) : '')).join(''))
  return lines
}

export const fmt = command('fmt', 'fill paragraphs to a width', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const option = given.findLast((o) => o.opt === 'w' || /^\d$/.test(o.opt))
  const text = option === undefined ? '75' : option.opt === 'w' ? (option.arg ?? '') : option.opt + (option.arg ?? '')
  if (!/^\d+$/.test(text) || Number(text) > 2500) return yield* fail(c, 1, `invalid width: ${quote(text)}`)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const ok = yield* forEachInput(c, operands, function* (input) {
    let paragraph: Word[] = []
    let indent = ''
    const flush = function* (): Flow<void> {
      for (const line of fill(paragraph, Number(text), textWidth(indent))) yield* c.stdout.write(`${indent}${line}\n`)
      paragraph = []
    }
    for (let bytes = yield* input.lineBytes(); bytes !== undefined; bytes = yield* input.lineBytes()) {
      const line = decodeUtf8(bytes).replace(/\n$/, '')
      const margin = /^[ \t]*/.exec(line)?.[0] ?? ''
      if (line.trim() === '' || (paragraph.length > 0 && margin !== indent) || has('s')) yield* flush()
      if (line.trim() === '') yield* c.stdout.write('\n')
      else {
        indent = margin
        paragraph.push(...wordsOf(line, has('u')))
      }
    }
    yield* flush()
    return undefined
  })
  return ok ? 0 : 1
})
