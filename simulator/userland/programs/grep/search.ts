// Searching one stream: selected lines, context, counts, and how lines are printed.
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import type { InStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import type { Matcher, Span } from './matcher.ts'
import type { GrepOptions } from './options.ts'

export interface Search {
  readonly c: Crt
  readonly o: GrepOptions
  readonly matcher: Matcher
  readonly color: boolean
  readonly withFilename: boolean
}

const paint = (s: Search, code: string, text: string): string => (s.color ? `\x1b[${code}m\x1b[K${text}\x1b[m\x1b[K` : text)
const INVALID = /[\udc80-\udcff]/
const UNPAIRED = /(?<![\ud800-\udbff])[\udc80-\udcff]/
const isText = (line: string): boolean => !line.includes('\0') && !(INVALID.test(line) && UNPAIRED.test(line))

/** Searches a stream; answers how many lines were selected. */
export function* searchStream(s: Search, input: InStream, name: string): Flow<number> {
  const { o } = s
  const delimiter = o.flags.has('z') ? 0 : 10
  const quiet = o.flags.has('q')
  const listing = o.flags.has('l') || o.flags.has('L')
  const printing = !quiet && !listing && !o.flags.has('c')
  const limit = quiet || listing ? Math.min(1, o.maxCount) : o.maxCount
  let selected = 0
  let lineNumber = 0
  let offset = 0
  let pending: { readonly text: string; readonly number: number; readonly offset: number }[] = []
  let afterLeft = 0
  let lastPrinted = 0
  let binary = delimiter === 10 && o.binary !== 'text' && (yield* input.peek()).includes(0)
  const separate = function* (number: number): Flow<void> {
    const context = o.before > 0 || o.after > 0
    if (context && o.groupSeparator !== undefined && lastPrinted > 0 && number > lastPrinted + 1) yield* s.c.stdout.write(`${paint(s, '36', o.groupSeparator)}\n`)
    lastPrinted = number
  }
  while (selected < limit || afterLeft > 0) {
    if (selected >= limit && !printing) break
    const bytes = yield* input.lineBytes(delimiter)
    if (bytes === undefined) break
    lineNumber++
    if (lineNumber % 128 === 0) yield* call('cpu', 60)
    const complete = bytes[bytes.length - 1] === delimiter
    const text = decodeUtf8(complete ? bytes.subarray(0, -1) : bytes)
    const here = { text, number: lineNumber, offset }
    offset += bytes.length
    if (delimiter === 10 && o.binary !== 'text' && !binary && text.includes('\0')) binary = true
    const span = s.matcher.find(text, 0)
    if (selected < limit && (span !== undefined) !== o.flags.has('v')) {
      selected++
      if (binary && o.binary === 'without-match') return 0
      if (!printing) continue
      if ((binary || !isText(text)) && delimiter === 10 && o.binary !== 'text') {
        if (o.binary === 'without-match') return 0
        yield* s.c.stdout.write(`grep: ${name}: binary file matches\n`)
        return selected
      }
      for (const line of pending) {
        yield* separate(line.number)
        yield* printLine(s, line, name, '-', undefined)
      }
      pending = []
      yield* separate(lineNumber)
      yield* printLine(s, here, name, ':', o.flags.has('v') ? undefined : span)
      afterLeft = o.after
      if (o.flags.has('line-buffered')) yield* s.c.stdout.flush()
    } else if (printing && afterLeft > 0) {
      afterLeft--
      yield* separate(lineNumber)
      yield* printLine(s, here, name, '-', undefined)
    } else if (printing && o.before > 0) {
      pending.push(here)
      if (pending.length > o.before) pending.shift()
    }
  }
  if (quiet) return selected
  if (o.flags.has('c') && !listing) yield* s.c.stdout.write(`${s.withFilename ? fileName(s, name, ':') : ''}${selected}\n`)
  if ((o.flags.has('l') && selected > 0) || (o.flags.has('L') && selected === 0)) yield* s.c.stdout.write(paint(s, '35', name) + (o.flags.has('Z') ? '\0' : '\n'))
  return selected
}

const fileName = (s: Search, name: string, mark: string): string => paint(s, '35', name) + (s.o.flags.has('Z') ? '\0' : paint(s, '36', mark))

interface Line {
  readonly text: string
  readonly number: number
  readonly offset: number
}

function* printLine(s: Search, line: Line, name: string, mark: string, first: Span | undefined): Flow<void> {
  const { o } = s
  const end = o.flags.has('z') ? '\0' : '\n'
  const prefix = (offset: number): string => {
    let out = s.withFilename ? fileName(s, name, mark) : ''
    if (o.flags.has('n')) out += paint(s, '32', String(line.number)) + paint(s, '36', mark)
    if (o.flags.has('b')) out += paint(s, '32', String(line.offset + offset)) + paint(s, '36', mark)
    return o.flags.has('T') && out !== '' ? `${out}\t` : out
  }
  if (o.flags.has('o')) {
    for (let span = first; span !== undefined; ) {
      if (span.end > span.start) yield* s.c.stdout.write(`${prefix(byteLength(line.text.slice(0, span.start)))}${paint(s, '01;31', line.text.slice(span.start, span.end))}${end}`)
      const next: number = span.end > span.start ? span.end : span.end + 1
      span = next > line.text.length ? undefined : s.matcher.find(line.text, next)
    }
    return
  }
  yield* s.c.stdout.write(`${prefix(0)}${s.color ? colored(s, line.text, first) : line.text}${end}`)
}

function colored(s: Search, text: string, first: Span | undefined): string {
  let out = ''
  let at = 0
  for (let span = first; span !== undefined; ) {
    if (span.end > span.start) {
      out += text.slice(at, span.start) + paint(s, '01;31', text.slice(span.start, span.end))
      at = span.end
    }
    const next: number = Math.max(span.end, span.start + 1)
    span = next > text.length ? undefined : s.matcher.find(text, next)
  }
  return out + text.slice(at)
}

function byteLength(text: string): number {
  let n = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    n += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xdc80 && code <= 0xdcff ? 1 : code < 0x10000 ? 3 : 4
  }
  return n
}
