// hexdump(1) of bsdextrautils 2.38: the canonical (-C), octal, character and word displays. Formats of one's own (-e, -f) are not simulated.
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated, usageError } from '../../libc/err.ts'
import { close, open, readToEnd } from '../../libc/unistd.ts'

export const HEXDUMP_SHORT = 'bCcde:f:n:os:vxV'
export const HEXDUMP_LONG: readonly LongOption[] = [
  { name: 'one-byte-octal', arg: 'none', is: 'b' }, { name: 'one-byte-char', arg: 'none', is: 'c' }, { name: 'canonical', arg: 'none', is: 'C' }, { name: 'two-bytes-decimal', arg: 'none', is: 'd' },
  { name: 'two-bytes-octal', arg: 'none', is: 'o' }, { name: 'two-bytes-hex', arg: 'none', is: 'x' }, { name: 'length', arg: 'required', is: 'n' }, { name: 'skip', arg: 'required', is: 's' },
  { name: 'no-squeezing', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' },
]

const ESCAPES = new Map([[0, '\\0'], [7, '\\a'], [8, '\\b'], [9, '\\t'], [10, '\\n'], [11, '\\v'], [12, '\\f'], [13, '\\r']])
const byteHex = (b: number): string => b.toString(16).padStart(2, '0')

export function* hexdump(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, HEXDUMP_SHORT, HEXDUMP_LONG, 'ef')
  let style = c.name === 'hd' ? 'C' : ''
  let [skip, length, squeeze] = [0, Infinity, true]
  for (const event of parsed.options) {
    if ('error' in event) return yield* usageError(c, 1, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'V') {
      yield* c.stdout.write('hexdump from util-linux 2.38.1\n')
      return 0
    }
    if (event.opt === 'n') length = Number(event.arg)
    else if (event.opt === 's') skip = Number(event.arg)
    else if (event.opt === 'v') squeeze = false
    else style = event.opt
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
    const data = yield* readToEnd(fd)
    if (fd !== 0) yield* close(fd)
    if (!isErr(data)) parts.push(data)
  }
  if (failed > 0 && parts.length === 0) {
    yield* c.stderr.write('hexdump: all input file arguments failed\n')
    return 1
  }
  const all = concatBytes(parts)
  yield* dump(c, all.subarray(skip, length === Infinity ? undefined : skip + length), skip, style, squeeze)
  return failed > 0 ? 1 : 0
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
