// tac(1), nl(1), fold(1), paste(1): lines turned round, numbered, broken, put side by side.
import { Errno, isErr } from '../../../abi/errno.ts'
import { decodeUtf8, concatBytes, encodeUtf8 } from '../../../lib/bytes.ts'
import { quote, quoteaf, quotef } from '../../../lib/quote.ts'
import { compileRegex } from '../../../lib/regex.ts'
import type { InStream } from '../../libc/stdio.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { command, parseArgs } from './command.ts'
import { forEachInput, openInput } from './inputs.ts'

const tacOptions = {
  short: 'brs:', unsimulatedShort: 'r',
  long: [{ name: 'before', arg: 'none', is: 'b' }, { name: 'regex', arg: 'none', unsimulated: true }, { name: 'separator', arg: 'required', is: 's' }],
} as const

export const tac = command('tac', 'print files backwards, last line first', tacOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, tacOptions)
  const separator = options.findLast((o) => o.opt === 's')?.arg ?? '\n'
  const before = options.some((o) => o.opt === 'b')
  const ok = yield* forEachInput(c, operands, function* (input) {
    const parts: Uint8Array[] = []
    for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) parts.push(block)
    if (input.error !== undefined) return undefined
    const pieces = decodeUtf8(concatBytes(parts)).split(separator)
    const records = before ? pieces.map((p, i) => (i === 0 ? p : separator + p)) : pieces.map((p, i) => (i === pieces.length - 1 ? p : p + separator))
    yield* c.stdout.write(records.reverse().join(''))
    return undefined
  }, (name) => `failed to open ${quoteaf(name)} for reading`)
  return ok ? 0 : 1
})

const nlOptions = {
  short: 'b:d:f:h:i:l:n:ps:v:w:',
  long: [
    { name: 'body-numbering', arg: 'required', is: 'b' }, { name: 'section-delimiter', arg: 'required', is: 'd' }, { name: 'footer-numbering', arg: 'required', is: 'f' },
    { name: 'header-numbering', arg: 'required', is: 'h' }, { name: 'line-increment', arg: 'required', is: 'i' }, { name: 'join-blank-lines', arg: 'required', is: 'l' },
    { name: 'number-format', arg: 'required', is: 'n' }, { name: 'no-renumber', arg: 'none', is: 'p' }, { name: 'number-separator', arg: 'required', is: 's' },
    { name: 'starting-line-number', arg: 'required', is: 'v' }, { name: 'number-width', arg: 'required', is: 'w' },
  ],
} as const
const NL_NUMBERS = new Map([['i', 'line number increment'], ['l', 'line number of blank lines'], ['v', 'starting line number'], ['w', 'line number field width']])

export const nl = command('nl', 'number the lines of files', nlOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, nlOptions)
  const value = (opt: string, otherwise: string): string => options.findLast((o) => o.opt === opt)?.arg ?? otherwise
  for (const [opt, what] of NL_NUMBERS) if (!/^-?\d+$/.test(value(opt, '1'))) return yield* fail(c, 1, `invalid ${what}: ${quote(value(opt, ''))}`)
  const styles = { body: value('b', 't'), header: value('h', 'n'), footer: value('f', 'n') }
  for (const [name, style] of Object.entries(styles)) if (!/^([atn]$|p)/.test(style)) return yield* usageError(c, 1, `invalid ${name} numbering style: ${quote(style)}`)
  const format = value('n', 'rn')
  if (!/^(ln|rn|rz)$/.test(format)) return yield* fail(c, 1, `invalid line numbering format: ${quote(format)}`)
  const [width, step, start, join] = [Number(value('w', '6')), Number(value('i', '1')), Number(value('v', '1')), Number(value('l', '1'))]
  const separator = value('s', '\t')
  const mark = value('d', '\\:').padEnd(2, ':')
  let section: 'body' | 'header' | 'footer' = 'body'
  let number = start
  let blanks = 0
  const ok = yield* forEachInput(c, operands, function* (input) {
    for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
      const text = line.replace(/\n$/, '')
      const delimiter = [3, 2, 1].find((n) => text === mark.repeat(n))
      if (delimiter !== undefined) {
        section = delimiter === 3 ? 'header' : delimiter === 2 ? 'body' : 'footer'
        if (!options.some((o) => o.opt === 'p')) number = start
        yield* c.stdout.write('\n')
        continue
      }
      const style = styles[section]
      let counts = style === 'a' || (style === 't' && text !== '')
      if (style.startsWith('p')) {
        const regex = compileRegex(style.slice(1), { syntax: 'basic' })
        counts = !('error' in regex) && regex.test(text)
      }
      if (style === 'a' && join > 1) {
        blanks = text === '' ? blanks + 1 : 0
        counts = text !== '' || blanks === join
        if (blanks === join) blanks = 0
      }
      const shown = format === 'ln' ? String(number).padEnd(width) : format === 'rz' ? String(number).padStart(width, '0') : String(number).padStart(width)
      yield* c.stdout.write(`${counts ? shown + separator : ' '.repeat(width + separator.length)}${text}\n`)
      if (counts) number += step
    }
    return undefined
  })
  return ok ? 0 : 1
})

const foldOptions = {
  short: 'bsw:0::1::2::3::4::5::6::7::8::9::',
  long: [{ name: 'bytes', arg: 'none', is: 'b' }, { name: 'spaces', arg: 'none', is: 's' }, { name: 'width', arg: 'required', is: 'w' }],
} as const

export const fold = command('fold', 'break long lines', foldOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, foldOptions)
  const given = options.findLast((o) => /^[w0-9]$/.test(o.opt))
  const text = given === undefined ? '80' : given.opt === 'w' ? (given.arg ?? '') : given.opt + (given.arg ?? '')
  if (!/^\d+$/.test(text)) return yield* fail(c, 1, `invalid number of columns: ${quote(text)}`)
  if (Number(text) === 0) return yield* fail(c, 1, `invalid number of columns: ${quote(text)}`, Errno.ERANGE)
  const width = Number(text)
  const inBytes = options.some((o) => o.opt === 'b')
  const atBlanks = options.some((o) => o.opt === 's')
  const after = (column: number, byte: number): number => (inBytes ? column + 1 : byte === 8 ? Math.max(0, column - 1) : byte === 13 ? 0 : byte === 9 ? column + 8 - (column % 8) : column + 1)
  const ok = yield* forEachInput(c, operands, function* (input) {
    for (let line = yield* input.lineBytes(); line !== undefined; line = yield* input.lineBytes()) {
      let piece: number[] = []
      let column = 0
      for (const byte of line) {
        if (byte === 10) break
        while (after(column, byte) > width && piece.length > 0) {
          const blank = atBlanks ? Math.max(piece.lastIndexOf(32), piece.lastIndexOf(9)) : -1
          const cut = blank >= 0 ? blank + 1 : piece.length
          yield* c.stdout.write(Uint8Array.from([...piece.slice(0, cut), 10]))
          piece = piece.slice(cut)
          column = piece.reduce(after, 0)
        }
        column = after(column, byte)
        piece.push(byte)
      }
      yield* c.stdout.write(Uint8Array.from(line.at(-1) === 10 ? [...piece, 10] : piece))
    }
    return undefined
  })
  return ok ? 0 : 1
})

const pasteOptions = {
  short: 'd:sz',
  long: [{ name: 'delimiters', arg: 'required', is: 'd' }, { name: 'serial', arg: 'none', is: 's' }, { name: 'zero-terminated', arg: 'none', is: 'z' }],
} as const
const PASTE_ESCAPES: Readonly<Record<string, string>> = { '\\0': '', '\\n': '\n', '\\t': '\t', '\\b': '\b', '\\f': '\f', '\\r': '\r', '\\v': '\v', '\\\\': '\\' }

export const paste = command('paste', 'put lines of files side by side', pasteOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, pasteOptions)
  const list = options.findLast((o) => o.opt === 'd')?.arg ?? '\t'
  if (/(?<!\\)(\\\\)*\\$/.test(list)) return yield* fail(c, 1, `delimiter list ends with an unescaped backslash: ${quote(list)}`)
  const delimiters = list === '' ? [''] : (list.match(/\\.|[^\\]/gsu) ?? ['']).map((d) => PASTE_ESCAPES[d] ?? d.replace(/^\\/, ''))
  const end = options.some((o) => o.opt === 'z') ? '\0' : '\n'
  const names = operands.length > 0 ? operands : ['-']
  let status = 0
  const inputs: (InStream | undefined)[] = []
  for (const name of names) {
    const input = yield* openInput(c, name)
    if (!isErr(input)) inputs.push(input)
    else {
      yield* warn(c, quotef(name), input)
      status = 1
      if (!options.some((o) => o.opt === 's')) return status
    }
  }
  const next = function* (input: InStream) {
    const bytes = yield* input.lineBytes(end.charCodeAt(0))
    return bytes === undefined ? undefined : bytes.at(-1) === encodeUtf8(end)[0] ? bytes.subarray(0, -1) : bytes
  }
  if (options.some((o) => o.opt === 's')) {
    for (const input of inputs) {
      if (input === undefined) continue
      let i = 0
      for (let line = yield* next(input); line !== undefined; line = yield* next(input)) {
        if (i > 0) yield* c.stdout.write(delimiters[(i - 1) % delimiters.length])
        yield* c.stdout.write(line)
        i++
      }
      yield* c.stdout.write(end)
    }
    return status
  }
  for (;;) {
    const cells: (Uint8Array | undefined)[] = []
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]
      const line = input === undefined ? undefined : yield* next(input)
      if (line === undefined) inputs[i] = undefined
      cells.push(line)
    }
    if (cells.every((cell) => cell === undefined)) return status
    for (let i = 0; i < cells.length; i++) {
      yield* c.stdout.write(cells[i] ?? '')
      yield* c.stdout.write(i < cells.length - 1 ? delimiters[i % delimiters.length] : end)
    }
  }
})
