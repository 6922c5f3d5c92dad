// hexdump(1) of bsdextrautils 2.38: the canonical (-C), octal, character and word displays, and formats of one's own (-e, -f).
// Simpler: they aren't mixed; a format of one's own wins.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY, SEEK_CUR } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { parseSize } from '../../../lib/human.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, unsimulated, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readFile, readToEnd } from '../../libc/unistd.ts'
import { HEXDUMP_HELP } from './help.ts'
import { Formats, parseFormat } from './hexdump-format.ts'

export const HEXDUMP_SHORT = 'bCcde:f:L::n:os:vxhV'
export const HEXDUMP_LONG: readonly LongOption[] = [
  { name: 'one-byte-octal', arg: 'none', is: 'b' }, { name: 'one-byte-char', arg: 'none', is: 'c' }, { name: 'canonical', arg: 'none', is: 'C' }, { name: 'two-bytes-decimal', arg: 'none', is: 'd' },
  { name: 'two-bytes-octal', arg: 'none', is: 'o' }, { name: 'two-bytes-hex', arg: 'none', is: 'x' }, { name: 'length', arg: 'required', is: 'n' }, { name: 'skip', arg: 'required', is: 's' },
  { name: 'no-squeezing', arg: 'none', is: 'v' }, { name: 'format', arg: 'required', is: 'e' }, { name: 'format-file', arg: 'required', is: 'f' },
  { name: 'color', arg: 'optional', unsimulated: true }, { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
]

const ESCAPES = new Map([[0, '\\0'], [7, '\\a'], [8, '\\b'], [9, '\\t'], [10, '\\n'], [11, '\\v'], [12, '\\f'], [13, '\\r']])
const byteHex = (b: number): string => b.toString(16).padStart(2, '0')

export function* hexdump(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, HEXDUMP_SHORT, HEXDUMP_LONG, 'L')
  const formats: string[] = []
  let style = c.name === 'hd' ? 'C' : ''
  let [skip, length, squeeze] = [0, Infinity, true]
  for (const event of parsed.options) {
    if ('error' in event) return yield* usageError(c, 1, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'V') {
      yield* c.stdout.write('hexdump from util-linux 2.38.1\n')
      return 0
    }
    if (event.opt === 'h') {
      yield* c.stdout.write(HEXDUMP_HELP)
      return 0
    }
    if (event.opt === 'n' || event.opt === 's') {
      const size = /^0x[0-9a-f]+$/i.test(event.arg ?? '') ? Number(event.arg) : parseSize(event.arg ?? '')
      if (size === undefined) return yield* fail(c, 1, `failed to parse ${event.opt === 'n' ? 'length' : 'offset'}: '${event.arg}'`, Errno.EINVAL)
      if (event.opt === 'n') length = size
      else skip = size
    } else if (event.opt === 'e') formats.push(event.arg ?? '')
    else if (event.opt === 'f') {
      const data = yield* readFile(event.arg ?? '')
      if (isErr(data)) return yield* fail(c, 1, `can't read ${event.arg}`, data)
      formats.push(...data.split('\n').filter((line) => !/^\s*(#|$)/.test(line)))
    } else if (event.opt === 'v') squeeze = false
    else style = event.opt
  }
  const units = []
  for (const format of formats) {
    const parsedFormat = parseFormat(format)
    if ('error' in parsedFormat) return yield* fail(c, 1, parsedFormat.error)
    if ('unsimulated' in parsedFormat) return yield* unsimulated(c, parsedFormat.unsimulated)
    units.push(parsedFormat)
  }
  const parts: Uint8Array[] = []
  let failed = 0
  for (const name of parsed.operands.length > 0 ? parsed.operands : ['-']) {
    const fd = name === '-' ? 0 : yield* open(name, O_RDONLY | O_CLOEXEC)
    if (isErr(fd)) {
      yield* c.stderr.write(`hexdump: ${name}: ${fd.message}\n`)
      failed++
      continue
    }
    if (skip > 0 && parts.length === 0) {
      const moved = yield* call('lseek', fd, 0, SEEK_CUR)
      if (isErr(moved)) return yield* fail(c, 1, name === '-' ? 'stdin' : name, moved)
    }
    const data = yield* readToEnd(fd)
    if (fd !== 0) yield* close(fd)
    if (!isErr(data)) parts.push(data)
  }
  if (failed > 0 && parts.length === 0) {
    yield* c.stderr.write('hexdump: all input file arguments failed\n')
    return 1
  }
  const all = concatBytes(parts)
  const wanted = all.subarray(skip, length === Infinity ? undefined : skip + length)
  if (units.length > 0) yield* dumpFormats(c, wanted, Math.min(skip, all.length), new Formats(units), squeeze)
  else yield* dump(c, wanted, Math.min(skip, all.length), style, squeeze)
  return failed > 0 ? 1 : 0
}

function* dumpFormats(c: Crt, bytes: Uint8Array, start: number, formats: Formats, squeeze: boolean): Flow<void> {
  const size = formats.blockSize
  if (size === 0) return
  let [previous, starred]: [string | undefined, boolean] = [undefined, false]
  for (let i = 0; i < bytes.length; i += size) {
    const block = new Uint8Array(size)
    block.set(bytes.subarray(i, i + size))
    const body = block.join()
    if (squeeze && body === previous) {
      if (!starred) yield* c.stdout.write('*\n')
      starred = true
      continue
    }
    [previous, starred] = [body, false]
    yield* c.stdout.write(formats.block(block, start + i, start + bytes.length))
  }
  if (bytes.length > 0) yield* c.stdout.write(formats.end(start + bytes.length))
}
function* dump(c: Crt, bytes: Uint8Array, start: number, style: string, squeeze: boolean): Flow<void> {
  const digits = style === 'C' ? 8 : 7
  const offset = (n: number): string => n.toString(16).padStart(digits, '0')
  let previous: string | undefined
  let starred = false
  for (let i = 0; i < bytes.length; i += 16) {
    const row = bytes.subarray(i, i + 16)
    const body = row.join()
    if (squeeze && row.length === 16 && body === previous) {
      if (!starred) yield* c.stdout.write('*\n')
      starred = true
      continue
    }
    starred = false
    previous = body
    yield* c.stdout.write(`${offset(start + i)}${line(row, style)}\n`)
  }
  if (bytes.length > 0) yield* c.stdout.write(`${offset(start + bytes.length)}\n`)
}

function line(row: Uint8Array, style: string): string {
  if (style === 'C') {
    const half = (from: number): string => Array.from({ length: 8 }, (_x, k) => (from + k < row.length ? ` ${byteHex(row[from + k])}` : '   ')).join('')
    return `  ${half(0).slice(1)} ${half(8)}  |${Array.from(row, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join('')}|`
  }
  if (style === 'b' || style === 'c') {
    const cell = (b: number): string => (style === 'b' ? b.toString(8).padStart(3, '0') : (ESCAPES.get(b) ?? (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : b.toString(8).padStart(3, '0'))).padStart(3))
    return Array.from(row, (b) => ` ${cell(b)}`).join('').padEnd(64)
  }
  const words = Array.from({ length: Math.ceil(row.length / 2) }, (_x, k) => row[2 * k] | ((row[2 * k + 1] ?? 0) << 8))
  const word = (w: number): string =>
    style === 'd' ? `   ${String(w).padStart(5, '0')}` : style === 'o' ? `  ${w.toString(8).padStart(6, '0')}` : style === 'x' ? `    ${w.toString(16).padStart(4, '0')}` : ` ${w.toString(16).padStart(4, '0')}`
  return words.map(word).join('').padEnd(style === '' ? 40 : 64)
}
