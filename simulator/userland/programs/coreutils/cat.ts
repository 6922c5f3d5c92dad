// cat(1): copies files to standard output; -n -b -s -v -E -T and their combinations.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { isReg } from '../../../abi/stat.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { close, fstat, open, writeAll } from '../../libc/unistd.ts'
import { call } from '../../libc/syscall.ts'
import { type Option, command, parseArgs } from './command.ts'

const options = {
  short: 'benstuvAET',
  long: [
    { name: 'number-nonblank', arg: 'none', is: 'b' }, { name: 'number', arg: 'none', is: 'n' }, { name: 'squeeze-blank', arg: 'none', is: 's' },
    { name: 'show-nonprinting', arg: 'none', is: 'v' }, { name: 'show-ends', arg: 'none', is: 'E' }, { name: 'show-tabs', arg: 'none', is: 'T' },
    { name: 'show-all', arg: 'none', is: 'A' },
  ],
} as const

interface Format {
  readonly number: 'no' | 'all' | 'nonblank'
  readonly squeeze: boolean
  readonly nonprinting: boolean
  readonly ends: boolean
  readonly tabs: boolean
}

export const cat = command('cat', 'show the contents of files', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const format = formatOf(given)
  const plain = format.number === 'no' && !format.squeeze && !format.nonprinting && !format.ends && !format.tabs
  const painter = new Painter(format)
  let status = 0
  for (const name of operands.length > 0 ? operands : ['-']) {
    const error = yield* catFile(c, name, plain ? undefined : painter)
    if (error === undefined) continue
    yield* warn(c, typeof error === 'string' ? error : quotef(name), typeof error === 'string' ? undefined : error)
    status = 1
  }
  return status
})

function formatOf(given: readonly Option[]): Format {
  const has = (letters: string): boolean => given.some((o) => letters.includes(o.opt))
  return {
    number: has('b') ? 'nonblank' : has('n') ? 'all' : 'no', squeeze: has('s'),
    nonprinting: has('vAet'), ends: has('EAe'), tabs: has('TAt'),
  }
}

/** Copies one file; answers what went wrong with reading it. A write error ends the program. */
function* catFile(c: Crt, name: string, painter: Painter | undefined): Flow<Errno | string | undefined> {
  const fd = name === '-' ? 0 : yield* open(name, O_RDONLY)
  if (isErr(fd)) return fd
  const st = yield* fstat(fd)
  const out = yield* fstat(1)
  if (!isErr(st) && !isErr(out) && isReg(out.mode) && st.dev === out.dev && st.ino === out.ino && st.size > 0) {
    const position = yield* call('lseek', fd, 0, 1)
    if (isErr(position) || position < st.size) {
      if (fd !== 0) yield* close(fd)
      return `${quotef(name)}: input file is output file`
    }
  }
  let error: Errno | undefined
  while (error === undefined) {
    const part = yield* call('read', fd, 131072)
    if (isErr(part)) error = part
    else if (part.length === 0) break
    else {
      const wrote = yield* writeAll(1, painter === undefined ? part : painter.paint(part))
      if (isErr(wrote)) exit(yield* fail(c, 1, 'write error', wrote))
    }
  }
  if (fd !== 0) yield* close(fd)
  return error
}

/** Numbers lines and makes characters visible; its state goes on from file to file. */
export class Painter {
  readonly #format: Format
  #line = 0
  #atStart = true
  #blanks = 0
  #carriageReturn = false

  constructor(format: Format) {
    this.#format = format
  }

  paint(bytes: Uint8Array): Uint8Array {
    const out: number[] = []
    for (const byte of bytes) {
      if (byte === 10) this.#newline(out)
      else this.#byte(byte, out)
    }
    return Uint8Array.from(out)
  }

  #newline(out: number[]): void {
    const { number, squeeze, ends } = this.#format
    this.#blanks = this.#atStart ? this.#blanks + 1 : 0
    if (squeeze && this.#blanks > 1) return
    if (this.#atStart && number === 'all') this.#number(out)
    if (this.#carriageReturn) out.push(...(ends ? [94, 77] : [13]))
    this.#carriageReturn = false
    if (ends) out.push(36)
    out.push(10)
    this.#atStart = true
  }

  #byte(byte: number, out: number[]): void {
    const { number, nonprinting, ends, tabs } = this.#format
    if (this.#atStart && number !== 'no') this.#number(out)
    this.#atStart = false
    if (this.#carriageReturn) out.push(13)
    this.#carriageReturn = ends && !nonprinting && byte === 13
    if (this.#carriageReturn) return
    if (byte === 9) out.push(...(tabs ? [94, 73] : [9]))
    else if (nonprinting) visible(byte, out)
    else out.push(byte)
  }

  #number(out: number[]): void {
    out.push(...encodeUtf8(`${String(++this.#line).padStart(6)}\t`))
  }
}

/** ^X for control characters, M- in front of bytes above 127. */
function visible(byte: number, out: number[]): void {
  let low = byte
  if (byte >= 128) {
    out.push(77, 45)
    low = byte - 128
  }
  if (low < 32) out.push(94, low + 64)
  else if (low === 127) out.push(94, 63)
  else out.push(low)
}
