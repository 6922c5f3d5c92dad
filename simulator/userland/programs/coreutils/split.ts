// split(1): pieces of a file by lines (-l), bytes (-b, -C) or number (-n N), named PREFIXaa, PREFIXab, …
import type { Flow } from '../../../abi/syscalls.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote, quoteaf, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { close, open, writeAll } from '../../libc/unistd.ts'
import { command, noMoreOperands, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'

const options = {
  short: '0123456789C:a:b:del:n:t:ux', unsimulatedShort: 'tu',
  long: [
    { name: 'bytes', arg: 'required', is: 'b' }, { name: 'lines', arg: 'required', is: 'l' }, { name: 'line-bytes', arg: 'required', is: 'C' },
    { name: 'number', arg: 'required', is: 'n' }, { name: 'elide-empty-files', arg: 'none', is: 'e' }, { name: 'unbuffered', arg: 'none', unsimulated: true },
    { name: 'suffix-length', arg: 'required', is: 'a' }, { name: 'additional-suffix', arg: 'required' }, { name: 'numeric-suffixes', arg: 'optional', is: 'd' },
    { name: 'hex-suffixes', arg: 'optional', is: 'x' }, { name: 'filter', arg: 'required', unsimulated: true }, { name: 'verbose', arg: 'none' },
    { name: 'separator', arg: 'required', unsimulated: true },
  ],
} as const

const WHAT = { l: 'number of lines', b: 'number of bytes', C: 'number of lines', n: 'number of chunks' } as const

export const split = command('split', 'cut a file into pieces', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  yield* noMoreOperands(c, operands, 2)
  const digits = given.filter((o) => /^\d$/.test(o.opt)).map((o) => o.opt).join('')
  const ways = given.filter((o) => 'lbCn'.includes(o.opt))
  if (ways.length + (digits === '' ? 0 : 1) > 1) return yield* usageError(c, 1, 'cannot split in more than one way')
  const way = (ways[0]?.opt ?? 'l') as keyof typeof WHAT
  const text = ways[0]?.arg ?? (digits === '' ? '1000' : digits)
  const size = parseSize(text)
  if (size === undefined) return yield* fail(c, 1, `invalid ${WHAT[way]}: ${quote(text)}`)
  if (size === 0) return yield* fail(c, 1, `invalid ${WHAT[way]}: ${quote(text)}`, Errno.ERANGE)
  const [source = '-', prefix = 'x'] = operands
  const input = yield* openInput(c, source)
  if (isErr(input)) return yield* fail(c, 1, `cannot open ${quoteaf(source)} for reading`, input)
  const parts: Uint8Array[] = []
  for (let block = yield* input.block(); block !== undefined; block = yield* input.block()) parts.push(block)
  if (input.error !== undefined) return yield* fail(c, 1, quotef(source), input.error)
  const pieces = piecesOf(concatBytes(parts), way, size)
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const alphabet = given.some((o) => o.opt === 'x') ? '0123456789abcdef' : given.some((o) => o.opt === 'd') ? '0123456789' : 'abcdefghijklmnopqrstuvwxyz'
  const length = Number(value('a') ?? 2)
  for (const [i, piece] of pieces.entries()) {
    if (piece.length === 0 && given.some((o) => o.opt === 'e')) continue
    const name = prefix + (yield* suffix(c, i + Number(value('d') ?? value('x') ?? 0), alphabet, length, value('a') === undefined)) + (value('additional-suffix') ?? '')
    if (given.some((o) => o.opt === 'verbose')) yield* c.stdout.write(`creating file ${quoteaf(name)}\n`)
    const fd = yield* open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    if (isErr(fd)) return yield* fail(c, 1, quotef(name), fd)
    const wrote = yield* writeAll(fd, piece)
    if (isErr(wrote)) return yield* fail(c, 1, quotef(name), wrote)
    yield* close(fd)
  }
  return 0
})

function piecesOf(data: Uint8Array, way: keyof typeof WHAT, size: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  if (way === 'n') {
    const chunk = Math.floor(data.length / size)
    for (let i = 0; i < size; i++) pieces.push(data.subarray(i * chunk, i === size - 1 ? undefined : (i + 1) * chunk))
    return pieces
  }
  for (let at = 0; at < data.length; ) {
    let end = at + size
    if (way === 'l') {
      end = at
      for (let n = 0; n < size && end < data.length; n++) {
        const newline = data.indexOf(10, end)
        end = newline < 0 ? data.length : newline + 1
      }
    } else if (way === 'C' && end < data.length) {
      const newline = data.lastIndexOf(10, end - 1)
      if (newline >= at) end = newline + 1
    }
    pieces.push(data.subarray(at, end))
    at = end
  }
  return pieces
}

/** The n-th suffix; without -a it grows: after xyz comes xzaaa, so that names stay in order. */
function* suffix(c: Crt, n: number, alphabet: string, length: number, grows: boolean): Flow<string> {
  const base = alphabet.length
  let [number, width, lead] = [n, length, '']
  if (grows) {
    for (let room = (base - 1) * base ** (width - 1); number >= room; room = (base - 1) * base ** (width - 1)) {
      number -= room
      lead += alphabet[base - 1]
      width++
    }
    if (lead !== '') width = width - lead.length + 1
  } else if (number >= base ** width) exit(yield* fail(c, 1, 'output file suffixes exhausted'))
  let out = ''
  for (let i = 0; i < width; i++) {
    out = alphabet[number % base] + out
    number = Math.floor(number / base)
  }
  return lead + out
}
