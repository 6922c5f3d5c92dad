// xxd(1): hex dumps and back (-r), plain (-p), bits (-b), C arrays (-i). Simpler: no -a, -E, -o, -R, and -r only without -s.
import { SEEK_SET, O_RDONLY } from '../../../abi/fcntl.ts'
import { isErr } from '../../../abi/errno.ts'
import { concatBytes, decodeUtf8 } from '../../../lib/bytes.ts'
import { type Main, program } from '../../libc/crt.ts'
import { fail, unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { open, readToEnd } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'

interface Style {
  readonly plain: boolean
  readonly bits: boolean
  readonly little: boolean
  readonly upper: boolean
  readonly columns: number
  readonly group: number
}

const hex = (byte: number, upper: boolean): string => (upper ? byte.toString(16).toUpperCase() : byte.toString(16)).padStart(2, '0')

/** The dump of some bytes that stand at `offset` of the file. */
export function dump(data: Uint8Array, offset: number, style: Style): string {
  let out = ''
  const cell = (byte: number): string => (style.bits ? byte.toString(2).padStart(8, '0') : hex(byte, style.upper))
  for (let at = 0; at < data.length; at += style.columns) {
    const line = data.subarray(at, at + style.columns)
    if (style.plain) {
      out += `${Array.from(line, cell).join('')}\n`
      continue
    }
    const groups: string[] = []
    for (let g = 0; g < line.length; g += style.group) {
      const cells = Array.from(line.subarray(g, g + style.group), cell)
      groups.push(style.little ? cells.reverse().join('').padStart(style.group * 2) : cells.join(''))
    }
    const width = style.columns * (style.bits ? 8 : 2) + Math.ceil(style.columns / style.group) - 1
    const text = Array.from(line, (b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('')
    out += `${(offset + at).toString(16).padStart(8, '0')}: ${groups.join(' ').padEnd(width)}  ${text}\n`
  }
  return out
}

/** The bytes that a dump stands for. */
export function reverse(text: string, plain: boolean): Uint8Array {
  const out: number[] = []
  if (plain) {
    for (const pair of text.replace(/\s+/g, '').match(/[0-9a-fA-F]{2}/g) ?? []) out.push(Number.parseInt(pair, 16))
    return Uint8Array.from(out)
  }
  for (const line of text.split('\n')) {
    const m = /^\s*([0-9a-fA-F]+):\s?((?:[0-9a-fA-F]{2,}\s?)*)/.exec(line)
    if (m === null) continue
    let at = Number.parseInt(m[1], 16)
    while (out.length < at) out.push(0)
    for (const pair of m[2].match(/[0-9a-fA-F]{2}/g) ?? []) out[at++] = Number.parseInt(pair, 16)
  }
  return Uint8Array.from(out)
}

const USAGE = 'Usage:\n       xxd [options] [infile [outfile]]\n    or\n       xxd -r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]\n'

const xxd: Main = function* (c) {
  const words = c.argv.slice(1)
  const on = new Set<string>()
  const numbers = new Map<string, number>()
  while (words.length > 0 && /^-./.test(words[0])) {
    const word = (words.shift() ?? '').replace(/^--?/, '')
    const m = /^(c|cols|g|groupsize|l|len|s|seek|skip|o)(-?\+?\d.*)?$/.exec(word)
    if (m !== null) {
      const text = m[2] ?? words.shift() ?? ''
      numbers.set(m[1][0], Number(text.replace('+', '')))
    } else if (/^(ps?|plain|r|b|bits|e|i|include|u|upper|postscript)$/.test(word)) on.add(word[0])
    else if (/^(a|autoskip|E|EBCDIC|R.*|C|capitalize|d|n|name)$/.test(word)) return yield* unsimulated(c, `option -${word}`)
    else {
      yield* c.stderr.write(USAGE)
      return 1
    }
  }
  if (words.length > 1) return yield* unsimulated(c, 'an output file')
  const path = words[0] ?? '-'
  const fd = path === '-' ? 0 : yield* open(path, O_RDONLY)
  if (isErr(fd)) return yield* fail(c, 2, path, fd)
  const seek = numbers.get('s') ?? 0
  const moved = seek > 0 ? yield* call('lseek', fd, seek, SEEK_SET) : 0
  const all = yield* readToEnd(fd)
  if (isErr(all)) return yield* fail(c, 2, path, all)
  const rest = isErr(moved) ? all.subarray(seek) : all
  const data = numbers.has('l') ? rest.subarray(0, numbers.get('l')) : rest
  if (on.has('r')) {
    yield* c.stdout.write(reverse(decodeUtf8(concatBytes([data])), on.has('p')))
    return 0
  }
  if (on.has('i')) {
    yield* c.stdout.write(cArray(data, path === '-' ? undefined : path))
    return 0
  }
  const columns = numbers.get('c') ?? (on.has('p') ? 30 : on.has('b') ? 6 : 16)
  const group = numbers.get('g') ?? (on.has('e') ? 4 : on.has('b') ? 1 : 2)
  const style = { plain: on.has('p'), bits: on.has('b'), little: on.has('e'), upper: on.has('u'), columns, group: group === 0 ? columns : group }
  yield* c.stdout.write(dump(data, seek, style))
  return 0
}

function cArray(data: Uint8Array, path: string | undefined): string {
  const rows: string[] = []
  for (let at = 0; at < data.length; at += 12) rows.push(`  ${Array.from(data.subarray(at, at + 12), (b) => `0x${hex(b, false)}`).join(', ')}`)
  const body = rows.join(',\n')
  if (path === undefined) return `${body}\n`
  const name = path.replace(/[^A-Za-z0-9]/g, '_').replace(/^(?=\d)/, '__')
  return `unsigned char ${name}[] = {\n${body}\n};\nunsigned int ${name}_len = ${data.length};\n`
}

export const xxdPackage: ProgramPackage = {
  name: 'xxd',
  version: '2:9.0.1378-2+deb12u2',
  programs: [{ path: '/usr/bin/xxd', program: program(xxd), summary: 'shows bytes in hexadecimal' }],
}
