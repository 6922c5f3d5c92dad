// wc(1): counts lines, words, characters, bytes, and the widest line. Column width as in coreutils 9.1: from the sizes of regular files.
import type { Flow } from '../../../abi/syscalls.ts'
import { isReg } from '../../../abi/stat.ts'
import { isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { quoteaf, quotef } from '../../../lib/quote.ts'
import { textWidth } from '../../../lib/width.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, readFile, readToEnd, stat } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'

const options = {
  short: 'clLmw',
  long: [
    { name: 'bytes', arg: 'none', is: 'c' }, { name: 'chars', arg: 'none', is: 'm' }, { name: 'lines', arg: 'none', is: 'l' },
    { name: 'words', arg: 'none', is: 'w' }, { name: 'debug', arg: 'none' }, { name: 'files0-from', arg: 'required' },
    { name: 'max-line-length', arg: 'none', is: 'L' },
  ],
} as const

export interface Counts {
  readonly lines: number
  readonly words: number
  readonly chars: number
  readonly bytes: number
  readonly widest: number
}

/** What wc says of some bytes. */
export function count(data: Uint8Array, textual: boolean): Counts {
  let lines = 0
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) lines++
  if (!textual) return { lines, words: 0, chars: 0, bytes: data.length, widest: 0 }
  const text = decodeUtf8(data)
  let chars = 0
  for (const char of text) if (char < '\udc80' || char > '\udcff') chars++
  const words = text.split(/[\s\u0085\u2000-\u200a]+/).filter((w) => /[^\p{C}]/u.test(w)).length
  let widest = 0
  for (const line of text.split(/[\n\r\f]/)) {
    let at = 0
    for (const piece of line.split(/(\t)/)) at = piece === '\t' ? at + 8 - (at % 8) : at + textWidth(piece)
    widest = Math.max(widest, at)
  }
  return { lines, words, chars, bytes: data.length, widest }
}

export const wc = command('wc', 'count lines, words and bytes', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const letters = new Set(given.map((o) => o.opt))
  const list = given.findLast((o) => o.opt === 'files0-from')?.arg
  let names = operands
  if (list !== undefined) {
    if (operands.length > 0) {
      yield* warn(c, `extra operand ${quoteaf(operands[0])}`)
      yield* c.stderr.write(`file operands cannot be combined with --files0-from\nTry '${c.name} --help' for more information.\n`)
      return 1
    }
    const text = yield* readFile(list === '-' ? '/proc/self/fd/0' : list)
    if (isErr(text)) return yield* fail(c, 1, `cannot open ${quoteaf(list)} for reading`, text)
    names = text.split('\0').filter((n) => n !== '')
  }
  const shown = (['l', 'w', 'm', 'c', 'L'] as const).filter((l) => (/[lwmcL]/.test([...letters].join('')) ? letters.has(l) : 'lwc'.includes(l)))
  const width = yield* columnWidth(names.length > 0 ? names : ['-'], shown.length)
  const total: Counts[] = []
  let status = 0
  for (const name of names.length > 0 ? names : ['-']) {
    const counts = yield* countFile(c, name, shown)
    if (counts.failed) status = 1
    if (counts.result === undefined) continue
    total.push(counts.result)
    yield* c.stdout.write(line(counts.result, shown, width, names.length > 0 ? name : undefined))
  }
  const sum = (of: (x: Counts) => number): number => total.reduce((s, x) => s + of(x), 0)
  if (names.length > 1) {
    const all = { lines: sum((x) => x.lines), words: sum((x) => x.words), chars: sum((x) => x.chars), bytes: sum((x) => x.bytes), widest: Math.max(0, ...total.map((x) => x.widest)) }
    yield* c.stdout.write(line(all, shown, width, 'total'))
  }
  return status
})

type Shown = readonly ('l' | 'w' | 'm' | 'c' | 'L')[]

function line(counts: Counts, shown: Shown, width: number, name: string | undefined): string {
  const of = { l: counts.lines, w: counts.words, m: counts.chars, c: counts.bytes, L: counts.widest }
  return `${shown.map((l) => String(of[l]).padStart(width)).join(' ')}${name === undefined ? '' : ` ${name.includes('\n') ? quotef(name) : name}`}\n`
}

/** One number of one file needs no alignment; else the digits of the sizes' sum, at least 7 if a size can't be known. */
function* columnWidth(names: readonly string[], columns: number): Flow<number> {
  if (names.length === 1 && columns === 1) return 1
  let sum = 0
  let least = 1
  for (const name of names) {
    const st = yield* name === '-' ? fstat(0) : stat(name)
    if (isErr(st)) continue
    if (isReg(st.mode)) sum += st.size
    else least = 7
  }
  return Math.max(least, String(sum).length)
}

function* countFile(c: Crt, name: string, shown: Shown): Flow<{ readonly result: Counts | undefined; readonly failed: boolean }> {
  const input = yield* openInput(c, name)
  if (isErr(input)) {
    yield* warn(c, quotef(name), input)
    return { result: undefined, failed: true }
  }
  const textual = shown.some((l) => 'wmL'.includes(l))
  let result: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, widest: 0 }
  let failed = false
  if (textual) {
    const data = yield* readToEnd(input.fd)
    if (isErr(data)) {
      yield* warn(c, quotef(name), data)
      failed = true
    } else result = count(data, true)
  } else {
    let [lines, bytes] = [0, 0]
    for (;;) {
      const part = yield* call('read', input.fd, 262144)
      if (isErr(part)) {
        yield* warn(c, quotef(name), part)
        failed = true
        break
      }
      if (part.length === 0) break
      if (shown.includes('l')) lines += count(part, false).lines
      bytes += part.length
    }
    result = { ...result, lines, bytes }
  }
  if (input.fd !== 0) yield* close(input.fd)
  return { result, failed }
}
