// colrm(1) and look(1) of bsdextrautils 2.38: lines without some columns; lines that begin with a word.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { textWidth } from '../../../lib/width.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { readFile } from '../../libc/unistd.ts'
import { COLRM_HELP, LOOK_HELP } from './help.ts'

const HELP = [{ name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' }] as const
export const COLRM_SHORT = 'hV'
export const COLRM_LONG: readonly LongOption[] = HELP
export const LOOK_SHORT = 'adft:hV'
export const LOOK_LONG: readonly LongOption[] = [
  { name: 'alternative', arg: 'none', is: 'a' }, { name: 'alphanum', arg: 'none', is: 'd' }, { name: 'ignore-case', arg: 'none', is: 'f' }, { name: 'terminate', arg: 'required', is: 't' }, ...HELP,
]

export function* colrm(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, COLRM_SHORT, COLRM_LONG)
  for (const event of parsed.options) {
    if ('error' in event) return yield* usageError(c, 1, event.error)
    if ('opt' in event) {
      yield* c.stdout.write(event.opt === 'h' ? COLRM_HELP : 'colrm from util-linux 2.38.1\n')
      return 0
    }
  }
  const bounds: number[] = []
  for (const [i, word] of parsed.operands.slice(0, 2).entries()) {
    if (!/^\s*\+?\d+$/.test(word)) return yield* fail(c, 1, `${i === 0 ? 'first' : 'second'} argument: '${word}'`)
    bounds.push(Number(word))
  }
  const [first = 0, given = 0] = bounds
  const last = given === 0 ? 0 : Math.max(first, given)
  for (let line = yield* c.stdin.line(); line !== undefined; line = yield* c.stdin.line()) {
    const text = line.replace(/\n$/, '')
    yield* c.stdout.write(withoutColumns(text, first, last) + (line.endsWith('\n') ? '\n' : ''))
  }
  return 0
}

/** Without the columns first…last, counted from 1; a tab that reaches into them leaves blanks up to where the text begins. 0 as `first` removes nothing, as `last` everything behind. */
function withoutColumns(text: string, first: number, last: number): string {
  if (first === 0) return text
  let [column, out] = [0, '']
  for (const char of text) {
    const before = column
    column = char === '\t' ? (column + 8) & ~7 : char === '\b' ? Math.max(0, column - 1) : column + textWidth(char)
    if (column < first) out += char
    else if (last > 0 && before >= last) out += char
    else if (char === '\t') out += ' '.repeat(Math.max(0, Math.min(column, first - 1) - before) + (last > 0 ? Math.max(0, column - Math.max(before, last)) : 0))
  }
  return out
}

export function* look(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, LOOK_SHORT, LOOK_LONG)
  const options = new Map<string, string>()
  for (const event of parsed.options) {
    if ('error' in event) return yield* usageError(c, 1, event.error)
    if (!('opt' in event)) continue
    if (event.opt === 'h' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'h' ? LOOK_HELP : 'look from util-linux 2.38.1\n')
      return 0
    }
    options.set(event.opt, event.arg ?? '')
  }
  const [word, path = '/usr/share/dict/words'] = parsed.operands
  if (word === undefined || parsed.operands.length > 2) return yield* usageError(c, 1, 'bad usage')
  if (parsed.operands.length === 1) {
    options.set('d', '')
    options.set('f', '')
  }
  const text = yield* readFile(path)
  if (isErr(text)) return yield* fail(c, 1, path, text)
  const key = (line: string): string => {
    const plain = options.has('d') ? line.replace(/[^\p{L}\p{N} \t]/gu, '') : line
    return options.has('f') ? plain.toLowerCase() : plain
  }
  const stop = options.get('t')
  const end = stop === undefined ? -1 : word.indexOf(stop[0])
  const wanted = key(end < 0 ? word : word.slice(0, end + 1))
  let [front, back] = [0, text.length]
  const nextLine = (from: number, limit: number): number => {
    const newline = text.indexOf('\n', from)
    return newline < 0 || newline >= limit ? limit : newline + 1
  }
  const lineAt = (at: number): string => text.slice(at, nextLine(at, text.length)).replace(/\n$/, '')
  for (let p = nextLine((front + back) >> 1, back); p < back && back > front; p = nextLine((front + back) >> 1, back)) {
    if (wanted > key(lineAt(p))) front = p
    else back = p
  }
  while (front < text.length && wanted > key(lineAt(front))) front = nextLine(front, text.length)
  let status = 1
  for (; front < text.length && key(lineAt(front)).startsWith(wanted); front = nextLine(front, text.length)) {
    yield* c.stdout.write(`${lineAt(front)}\n`)
    status = 0
  }
  return status
}
