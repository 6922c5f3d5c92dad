// stat(1): what the kernel knows of a file or (-f) its file system; own formats with -c and --printf.
import type { Flow } from '../../../abi/syscalls.ts'
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, type Stat, type Statfs, isLnk, major, minor } from '../../../abi/stat.ts'
import { isErr } from '../../../abi/errno.ts'
import { concatBytes, encodeUtf8 } from '../../../lib/bytes.ts'
import { modeString } from '../../../lib/filemode.ts'
import { quoteShell, quoteaf } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { usageError, warn } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { fstat, lstat, readFile, readlink, stat as statFile } from '../../libc/unistd.ts'
import { command, needOperands, parseArgs } from './command.ts'
import { readEscape } from './escapes.ts'
import { fileSystemName } from './filesystems.ts'

const options = {
  short: 'Lfc:t',
  long: [
    { name: 'dereference', arg: 'none', is: 'L' }, { name: 'file-system', arg: 'none', is: 'f' }, { name: 'cached', arg: 'required' },
    { name: 'format', arg: 'required', is: 'c' }, { name: 'printf', arg: 'required' }, { name: 'terse', arg: 'none', is: 't' },
  ],
} as const

const HEAD = '  File: %n\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n'
const TAIL = 'Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n'
const PLAIN = `${HEAD}Device: %Hd,%Ld\tInode: %-10i  Links: %h\n${TAIL}`
const DEVICE = `${HEAD}Device: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %Hr,%Lr\n${TAIL}`
const TERSE = '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n'
const FS_PLAIN = '  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\nBlocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n'
const FS_TERSE = '%n %i %l %t %s %S %b %f %a %c %d\n'

export const stat = command('stat', 'show what the system knows of a file', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  yield* needOperands(c, operands)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const custom = given.findLast((o) => o.opt === 'c' || o.opt === 'printf')
  const format = custom?.opt === 'c' ? `${custom.arg ?? ''}\n` : custom?.arg
  if (custom?.opt === 'printf' && format === '') return yield* usageError(c, 1, 'missing format')
  const printer = new Printer(c, custom?.opt === 'printf')
  let status = 0
  for (const name of operands) {
    const ok = yield* has('f')
      ? printer.fileSystem(name, format ?? (has('t') ? FS_TERSE : FS_PLAIN))
      : printer.file(name, has('L'), format ?? (has('t') ? TERSE : undefined))
    if (!ok) status = 1
  }
  return status
})

function typeText(st: Stat): string {
  switch (st.mode & S_IFMT) {
    case S_IFREG: return st.size === 0 ? 'regular empty file' : 'regular file'
    case S_IFDIR: return 'directory'
    case S_IFLNK: return 'symbolic link'
    case S_IFBLK: return 'block special file'
    case S_IFCHR: return 'character special file'
    case S_IFIFO: return 'fifo'
    case S_IFSOCK: return 'socket'
    default: return 'weird file'
  }
}

const timeText = (ms: number): string => strftime('%Y-%m-%d %H:%M:%S.%N %z', Math.floor(ms / 1000), nanoseconds(ms))
const nanoseconds = (ms: number): number => Math.round((ms - Math.floor(ms / 1000) * 1000) * 1e6)

type Conversion = (letter: string, modifier: string) => Flow<string | { readonly seconds: number; readonly nanoseconds: number } | undefined>

class Printer {
  readonly #c: Crt
  readonly #escapes: boolean
  readonly #names = new IdNames()

  constructor(c: Crt, escapes: boolean) {
    this.#c = c
    this.#escapes = escapes
  }

  *file(name: string, follow: boolean, format: string | undefined): Flow<boolean> {
    const st = yield* name === '-' ? fstat(0) : follow ? statFile(name) : lstat(name)
    if (isErr(st)) {
      yield* warn(this.#c, `cannot statx ${quoteaf(name)}`, st)
      return false
    }
    const isDevice = (st.mode & S_IFMT) === S_IFBLK || (st.mode & S_IFMT) === S_IFCHR
    const target = isLnk(st.mode) ? yield* readlink(name) : undefined
    const arrow = target === undefined || isErr(target) ? '' : ` -> ${format === undefined ? quoteShell(target) : quoteaf(target)}`
    const shown = format === undefined ? `${quoteShell(name)}${arrow}` : name
    yield* this.#print(format ?? (isDevice ? DEVICE : PLAIN), (letter, modifier) => this.#fileField(letter, modifier, st, shown, `${quoteaf(name)}${arrow}`))
    return true
  }

  *fileSystem(name: string, format: string): Flow<boolean> {
    const fs = yield* call('statfs', name)
    if (isErr(fs)) {
      yield* warn(this.#c, `cannot read file system information for ${quoteaf(name)}`, fs)
      return false
    }
    yield* this.#print(format, (letter) => fileSystemField(letter, fs, name))
    return true
  }

  *#print(format: string, field: Conversion): Flow<void> {
    const parts: Uint8Array[] = []
    for (let at = 0; at < format.length; ) {
      if (format[at] === '\\' && this.#escapes) {
        const escape = readEscape(format, at + 1, 'format')
        parts.push(escape.bytes)
        at += 1 + escape.length
        continue
      }
      const m = format[at] === '%' ? /^%([-+ #0']*)(\d*)(?:\.(\d*))?([HL]?)(.?)/s.exec(format.slice(at)) : null
      if (m === null) {
        parts.push(encodeUtf8(format[at]))
        at++
        continue
      }
      const [whole, flags, width, precision, modifier, letter] = m
      at += whole.length
      parts.push(encodeUtf8(yield* formatted(whole, flags, width, precision, modifier, letter, field)))
    }
    yield* this.#c.stdout.write(concatBytes(parts))
  }

  *#fileField(letter: string, modifier: string, st: Stat, name: string, quoted: string): ReturnType<Conversion> {
    const epoch = (ms: number): { readonly seconds: number; readonly nanoseconds: number } => ({ seconds: Math.floor(ms / 1000), nanoseconds: nanoseconds(ms) })
    if (modifier !== '') {
      const dev = letter === 'd' ? st.dev : letter === 'r' ? st.rdev : undefined
      return dev === undefined ? undefined : String(modifier === 'H' ? major(dev) : minor(dev))
    }
    switch (letter) {
      case 'n': return name
      case 'N': return quoted
      case 'd': return String(encodeDev(st.dev))
      case 'D': return encodeDev(st.dev).toString(16)
      case 'i': return String(st.ino)
      case 'a': return (st.mode & 0o7777).toString(8)
      case 'A': return modeString(st.mode)
      case 'f': return st.mode.toString(16)
      case 'F': return typeText(st)
      case 'h': return String(st.nlink)
      case 'u': return String(st.uid)
      case 'U': return (yield* this.#names.user(st.uid)) ?? 'UNKNOWN'
      case 'g': return String(st.gid)
      case 'G': return (yield* this.#names.group(st.gid)) ?? 'UNKNOWN'
      case 'm': return yield* mountPoint(st)
      case 's': return String(st.size)
      case 't': return major(st.rdev).toString(16)
      case 'T': return minor(st.rdev).toString(16)
      case 'B': return '512'
      case 'b': return String(st.blocks)
      case 'o': return String(st.blksize)
      case 'w': return st.btime === 0 ? '-' : timeText(st.btime)
      case 'W': return st.btime === 0 ? '0' : epoch(st.btime)
      case 'x': return timeText(st.atime)
      case 'X': return epoch(st.atime)
      case 'y': return timeText(st.mtime)
      case 'Y': return epoch(st.mtime)
      case 'z': return timeText(st.ctime)
      case 'Z': return epoch(st.ctime)
      case 'r': return String(encodeDev(st.rdev))
      case 'R': return encodeDev(st.rdev).toString(16)
      case 'C': return '?'
      default: return undefined
    }
  }
}

/** A device number in one piece as stat(2) gives it. */
const encodeDev = (dev: number): number => (minor(dev) & 0xff) + major(dev) * 256 + (minor(dev) >> 8) * 2 ** 20

function* formatted(whole: string, flags: string, width: string, precision: string | undefined, modifier: string, letter: string, field: Conversion): Flow<string> {
  if (letter === '%') return '%'
  if (letter === '' || letter === '\n') return whole
  const value = yield* field(letter, modifier)
  if (value === undefined) return '?'
  let text = typeof value === 'string' ? value : String(value.seconds)
  if (typeof value !== 'string' && precision !== undefined) text += `.${String(value.nanoseconds).padStart(9, '0').slice(0, precision === '' ? 9 : Number(precision))}`
  else if (precision !== undefined && precision !== '' && typeof value === 'string') text = text.slice(0, Number(precision))
  if (flags.includes('#') && letter === 'a') text = `0${text}`
  if (flags.includes('#') && /[fDRtT]/.test(letter)) text = `0x${text}`
  if (flags.includes('-')) return text.padEnd(Number(width))
  return text.padStart(Number(width), flags.includes('0') ? '0' : ' ')
}

function* fileSystemField(letter: string, fs: Statfs, name: string): ReturnType<Conversion> {
  switch (letter) {
    case 'n': return name
    case 'i': return '0'
    case 'l': return String(fs.namelen)
    case 't': return fs.type.toString(16)
    case 'T': return fileSystemName(fs.type)
    case 'b': return String(fs.blocks)
    case 'f': return String(fs.bfree)
    case 'a': return String(fs.bavail)
    case 's': return String(fs.bsize)
    case 'S': return String(fs.bsize)
    case 'c': return String(fs.files)
    case 'd': return String(fs.ffree)
    default: return undefined
  }
}

/** The mount point a file is on, by the mount id that statx(2) tells. */
function* mountPoint(st: Stat): Flow<string> {
  const text = yield* readFile('/proc/self/mountinfo')
  if (isErr(text)) return '?'
  const line = text.split('\n').find((l) => l.startsWith(`${st.mntId} `))
  return line?.split(' ')[4] ?? '?'
}
