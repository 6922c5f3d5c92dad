// less(1) and more(1): a page at a time on a terminal, plain copying elsewhere. Keys: space and f forward, b back, j, Enter and arrows a line, g and G
// the ends, /TEXT to search, n again, q to leave. Simpler than the originals: long lines are cut, nothing is highlighted.
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDWR, POLLIN } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import { ECHO, ICANON, TCGETS, TCSETS, type Termios } from '../../../abi/termios.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { compileRegex, type Regex } from '../../../lib/regex.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, isatty, open, readFile, readToEnd, stat } from '../../libc/unistd.ts'
import { terminalSize } from '../../libc/terminal-size.ts'

interface Document {
  readonly name: string
  readonly text: string
}

export const less = (c: Crt): Flow<number> => page(c, 'less')
export const more = (c: Crt): Flow<number> => page(c, 'more')

function* page(c: Crt, kind: 'less' | 'more'): Flow<number> {
  const names = c.argv.slice(1).filter((w) => w === '-' || !/^[-+]/.test(w))
  const options = c.argv.slice(1).filter((w) => w !== '-' && /^[-+]/.test(w)).join('')
  if (/^-V|^--version/.test(options)) {
    yield* c.stdout.write(kind === 'less' ? 'less 590 (GNU regular expressions)\nCopyright (C) 1984-2021  Mark Nudelman\n' : 'more from util-linux 2.38.1\n')
    return 0
  }
  if (names.length === 0 && (yield* isatty(0))) {
    yield* c.stderr.write(kind === 'less' ? 'Missing filename ("less --help" for help)\n' : "more: bad usage\nTry 'more --help' for more information.\n")
    return kind === 'less' ? 0 : 1
  }
  const { documents, failed } = yield* readAll(c, kind, names)
  if (!(yield* isatty(1))) {
    for (const document of documents) {
      if (kind === 'more' && names.length > 1) yield* c.stdout.write(`::::::::::::::\n${document.name}\n::::::::::::::\n`)
      yield* c.stdout.write(document.text)
    }
    return failed ? 1 : 0
  }
  if (documents.length === 0) return failed ? 1 : 0
  yield* show(c, kind, documents.map((d) => d.text).join(''), names.length === 1 ? names[0] : '', /F/.test(options))
  return failed ? 1 : 0
}

function* readAll(c: Crt, kind: 'less' | 'more', names: readonly string[]): Flow<{ readonly documents: readonly Document[]; readonly failed: boolean }> {
  const documents: Document[] = []
  let failed = false
  if (names.length === 0) {
    const data = yield* readToEnd(0)
    documents.push({ name: '', text: isErr(data) ? '' : decodeUtf8(data) })
  }
  for (const name of names) {
    const st = yield* stat(name)
    const text = isErr(st) ? st : isDir(st.mode) ? undefined : yield* readFile(name)
    if (typeof text === 'string') documents.push({ name, text })
    else {
      failed = true
      const reason = text === undefined ? 'is a directory' : isErr(text) ? text.message : ''
      if (kind === 'less') yield* c.stderr.write(`${name}${text === undefined ? ' ' : ': '}${reason}\n`)
      else if (text === undefined) yield* c.stdout.write(`\n*** ${name}: directory ***\n\n`)
      else yield* c.stderr.write(`more: cannot open ${name}: ${reason}\n`)
    }
  }
  return { documents, failed: failed && kind === 'less' }
}

function* show(c: Crt, kind: 'less' | 'more', text: string, name: string, quitIfShort: boolean): Flow<void> {
  const lines = text.replace(/\n$/, '').split('\n')
  const tty = yield* open('/dev/tty', O_RDWR | O_CLOEXEC)
  const fd = isErr(tty) ? 0 : tty
  const size = yield* terminalSize({ rows: 24, cols: 80 })
  const height = size.rows - 1
  if (lines.length <= height && (quitIfShort || kind === 'more')) {
    yield* c.stdout.write(`${lines.join('\n')}\n`)
    return
  }
  const saved = (yield* call('ioctl', fd, TCGETS)) as Termios
  yield* call('ioctl', fd, TCSETS, { ...saved, lflag: saved.lflag & ~(ICANON | ECHO) })
  // smcup and smkx of terminfo, as less sends them; at the end their counterparts.
  if (kind === 'less') yield* c.stdout.write('\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\r')
  let top = 0
  let isFirst = true
  let search: Regex | undefined
  const last = Math.max(0, lines.length - height)
  for (;;) {
    const end = top >= last
    // A short file is not padded before anything has moved.
    const shown = isFirst ? Math.min(height, lines.length) : height
    const body = Array.from({ length: shown }, (_x, i) => (lines[top + i] ?? '~').slice(0, size.cols))
    const percent = Math.floor((100 * lines.slice(0, top + height).join('\n').length) / Math.max(1, text.length - 1))
    const prompt = kind === 'more' ? `\x1b[7m--More--(${percent}%)\x1b[0m` : isFirst && name !== '' ? `\x1b[7m${name}${end ? ' (END)' : ''}\x1b[0m` : end ? '\x1b[7m(END)\x1b[0m' : ':'
    yield* c.stdout.write(`\x1b[H\x1b[J${body.join('\r\n')}\r\n${prompt}`)
    yield* c.stdout.flush()
    isFirst = false
    const key = yield* readKey(fd)
    if (key === undefined) break
    if (key === 'q' || key === 'Q' || key === '\x03') break
    if (key === '/') search = (yield* readPattern(c, fd)) ?? search
    if (key === '/' || key === 'n') {
      const from = lines.findIndex((line, i) => i > top && search !== undefined && search.test(line))
      if (from >= 0) top = Math.min(from, last)
      continue
    }
    const moved = movement(key, top, height, last)
    if (kind === 'more' && end && moved >= top && moved !== top - height) break
    top = Math.max(0, Math.min(last, moved))
  }
  yield* call('ioctl', fd, TCSETS, saved)
  yield* c.stdout.write(kind === 'less' ? '\r\x1b[K\x1b[?1l\x1b>\x1b[?1049l\x1b[23;0;0t' : '\r\x1b[K')
  if (!isErr(tty)) yield* close(tty)
}

/** One key, however many bytes it is; what is typed after the last one is left for whoever reads next. */
function* readKey(fd: number): Flow<string | undefined> {
  const bytes: number[] = []
  for (;;) {
    const data = yield* call('read', fd, 1)
    if (isErr(data) || data.length === 0) return undefined
    bytes.push(data[0])
    const [lead] = bytes
    const last = bytes[bytes.length - 1]
    if (lead === 0x1b) {
      if (bytes.length > 2 && ((last >= 0x40 && last <= 0x5a) || (last >= 0x61 && last <= 0x7a) || last === 0x7e)) break
      const more = yield* call('poll', [{ fd, events: POLLIN }], 0)
      if (isErr(more) || more[0] === 0) break
    } else if (bytes.length >= (lead < 0xc2 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2)) break
  }
  return decodeUtf8(Uint8Array.from(bytes))
}

function movement(key: string, top: number, height: number, last: number): number {
  switch (key) {
    case ' ': case 'f': case '\x06': case '\x1b[6~': return top + height
    case 'b': case '\x02': case '\x1b[5~': return top - height
    case 'j': case '\r': case '\n': case 'e': case '\x1b[B': return top + 1
    case 'k': case 'y': case '\x1b[A': return top - 1
    case 'd': return top + Math.floor(height / 2)
    case 'u': return top - Math.floor(height / 2)
    case 'g': case '<': return 0
    case 'G': case '>': return last
    default: return top
  }
}

/** The text typed behind the slash. */
function* readPattern(c: Crt, fd: number): Flow<Regex | undefined> {
  let typed = ''
  yield* c.stdout.write('\r\x1b[K/')
  for (;;) {
    yield* c.stdout.flush()
    const key = yield* readKey(fd)
    if (key === undefined) return undefined
    if (key === '\r' || key === '\n') {
      const regex = compileRegex(typed, { syntax: 'extended', dialect: 'grep' })
      return typed === '' || 'error' in regex ? undefined : regex
    }
    if (key === '\x7f') typed = typed.slice(0, -1)
    else typed += key
    yield* c.stdout.write(`\r\x1b[K/${typed}`)
  }
}
