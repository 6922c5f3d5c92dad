// file(1) 5.44: what kind of thing a file is, by its type and first bytes. Knows what lessons contain, not libmagic's whole database.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { isBlk, isChr, isDir, isFifo, isLnk, isSock, major, minor, S_ISGID, S_ISUID, S_ISVTX } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, EMPTY_BYTES } from '../../../lib/bytes.ts'
import { gzipHeader } from '../../../lib/gzip.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { textWidth } from '../../../lib/width.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { strftime } from '../../libc/time.ts'
import { close, lstat, open, read, readlink, stat } from '../../libc/unistd.ts'

/** So many bytes of a file are looked at. */
const SNIFFED = 65536
const USAGE = `Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]
            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]
            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]
            <file> ...
       file -C [-m <magicfiles>]
       file [--help]
`
export const FILE_SHORT = 'bhLiNsv'
export const FILE_LONG: readonly LongOption[] = [
  { name: 'brief', arg: 'none', is: 'b' }, { name: 'dereference', arg: 'none', is: 'L' }, { name: 'no-dereference', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'v' },
  { name: 'mime', arg: 'none', unsimulated: true }, { name: 'mime-type', arg: 'none', unsimulated: true }, { name: 'mime-encoding', arg: 'none', unsimulated: true },
  { name: 'special-files', arg: 'none', is: 's' }, { name: 'no-pad', arg: 'none', is: 'N' },
]

export function* file(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, FILE_SHORT, FILE_LONG, 'i')
  const flags = new Set<string>()
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`file: ${event.error}\n${USAGE}`)
      return 1
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'v') {
      yield* c.stdout.write('file-5.44\nmagic file from /etc/magic:/usr/share/misc/magic\n')
      return 0
    }
    flags.add(event.opt)
  }
  if (parsed.operands.length === 0) {
    yield* c.stderr.write(USAGE)
    return 1
  }
  const width = Math.max(...parsed.operands.map((name) => textWidth(name)))
  for (const name of parsed.operands) {
    const what = yield* describe(name === '-' ? '/dev/stdin' : name, flags)
    const shown = name === '-' ? '/dev/stdin' : name
    yield* c.stdout.write(flags.has('b') ? `${what}\n` : `${shown}: ${' '.repeat(flags.has('N') ? 0 : Math.max(0, width - textWidth(shown)))}${what}\n`)
  }
  return 0
}

function* describe(name: string, flags: ReadonlySet<string>): Flow<string> {
  const st = yield* flags.has('L') || name === '/dev/stdin' ? stat(name) : lstat(name)
  if (isErr(st)) return `cannot open \`${name}' (${st.message})`
  const { mode } = st
  const prefix = `${mode & S_ISUID ? 'setuid ' : ''}${mode & S_ISGID ? 'setgid ' : ''}${mode & S_ISVTX ? 'sticky' : ''}`
  if (isDir(mode)) return [prefix.trim(), 'directory'].filter((t) => t !== '').join(', ')
  if (isLnk(mode)) {
    const target = yield* readlink(name)
    const there = yield* stat(name)
    return `${isErr(there) ? 'broken symbolic link' : 'symbolic link'} to ${isErr(target) ? '?' : target}`
  }
  if (isChr(mode) && !flags.has('s') && name !== '/dev/stdin') return `character special (${major(st.rdev)}/${minor(st.rdev)})`
  if (isBlk(mode) && !flags.has('s')) return `block special (${major(st.rdev)}/${minor(st.rdev)})`
  if (isFifo(mode) && name !== '/dev/stdin') return 'fifo (named pipe)'
  if (isSock(mode)) return 'socket'
  if (st.size === 0 && !isFifo(mode) && !isChr(mode)) return [prefix.trim().replaceAll(' ', ', '), 'empty'].filter((t) => t !== '').join(', ')
  const fd = name === '/dev/stdin' ? 0 : yield* open(name, O_RDONLY | O_CLOEXEC)
  if (isErr(fd)) return fd === Errno.EACCES ? `${mode & 0o222 ? 'writable, ' : ''}${mode & 0o111 ? 'executable, ' : ''}regular file, no read permission` : `cannot open \`${name}' (${fd.message})`
  const data = yield* read(fd, SNIFFED)
  if (fd !== 0) yield* close(fd)
  return prefix + contents(isErr(data) ? EMPTY_BYTES : data)
}

const INTERPRETERS: readonly (readonly [RegExp, string])[] = [
  [/^#! ?\/usr\/bin\/env python3?/, 'Python script'], [/^#! ?\S*\/python[0-9.]*/, 'Python script'], [/^#! ?\S*\/bash/, 'Bourne-Again shell script'], [/^#! ?\/bin\/sh/, 'POSIX shell script'],
  [/^#! ?\/usr\/bin\/env bash/, 'Bourne-Again shell script'], [/^#! ?\S*\/perl/, 'Perl script text executable'], [/^#! ?\S*\/(?:dash|ash|sh)\b/, 'POSIX shell script'],
]

const ELF_TYPE = 16, ET_CORE = 4, ELF_HEADER = 64
/** A core dump tells whose it is. */
function coreText(bytes: Uint8Array): string {
  const [from, uid, euid, gid, egid, exe] = decodeUtf8(bytes.subarray(ELF_HEADER)).split('\0')
  return `ELF 64-bit LSB core file, x86-64, version 1 (SYSV), SVR4-style, from '${from}', real uid: ${uid}, effective uid: ${euid}, real gid: ${gid}, effective gid: ${egid}, execfn: '${exe}', platform: 'x86_64'`
}

function contents(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty'
  const starts = (...magic: readonly number[]): boolean => magic.every((b, i) => bytes[i] === b)
  if (starts(0x7f, 0x45, 0x4c, 0x46) && bytes[ELF_TYPE] === ET_CORE) return coreText(bytes)
  if (starts(0x7f, 0x45, 0x4c, 0x46)) return 'ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, interpreter /lib64/ld-linux-x86-64.so.2, for GNU/Linux 3.2.0, stripped'
  if (starts(0x1f, 0x8b)) return gzipText(bytes)
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'PNG image data'
  if (decodeUtf8(bytes.subarray(257, 262)) === 'ustar') return `POSIX tar archive${bytes[263] === 0x20 ? ' (GNU)' : ''}`
  return textKind(bytes)
}

function gzipText(bytes: Uint8Array): string {
  const { name, mtime } = gzipHeader(bytes)
  const tail = bytes.subarray(-4)
  const size = bytes.length < SNIFFED && bytes.length > 18 ? `, original size modulo 2^32 ${(tail[0] | (tail[1] << 8) | (tail[2] << 16) | (tail[3] << 24)) >>> 0}` : ''
  return `gzip compressed data${name === undefined ? '' : `, was "${name}"`}${mtime === 0 ? '' : `, last modified: ${strftime('%a %b %e %H:%M:%S %Y', mtime)}`}, from Unix${size}`
}

/** Null bytes at the end don't count. */
function textKind(given: Uint8Array): string {
  let end = given.length
  while (end > 0 && given[end - 1] === 0) end--
  const bytes = given.subarray(0, end)
  const text = decodeUtf8(bytes)
  if (/[\udc80-\udcff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')) || /[\0-\x06\x0e-\x1a\x1c-\x1f]/.test(text)) {
    return bytes[0] === 0xff && bytes[1] === 0xfe ? 'Unicode text, UTF-16, little-endian text' : 'data'
  }
  const encoding = /[^\0-\x7f]/.test(text) ? 'Unicode text, UTF-8 text' : 'ASCII text'
  const longest = Math.max(...text.split('\n').map((line) => line.length))
  const notes: string[] = []
  if (longest > 300) notes.push(`with very long lines (${longest})`)
  if (!text.includes('\n')) notes.push('with no line terminators')
  else if (/\r\n/.test(text)) notes.push(/[^\r]\n/.test(text) ? 'with CRLF, LF line terminators' : 'with CRLF line terminators')
  const tail = notes.map((n) => `, ${n}`).join('')
  const script = INTERPRETERS.find(([pattern]) => pattern.test(text))
  if (script !== undefined) return `${script[1]}, ${encoding} executable${tail}`
  if (/^\s*[[{]/.test(text) && isJson(text)) return 'JSON text data'
  if (/^\s*<(?:!doctype )?html/i.test(text)) return `HTML document, ${encoding}${tail}`
  if (/^#include|\n#include|^(?:int|void|static) \w+\(/.test(text)) return `C source, ${encoding}${tail}`
  return encoding + tail
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
