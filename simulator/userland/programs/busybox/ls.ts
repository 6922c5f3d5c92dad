// BusyBox's ls (coreutils/ls.c): fixed columns in the long format, columns of equal width otherwise.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../../../abi/fcntl.ts'
import { isBlk, isChr, isDir, isFifo, isLnk, isReg, isSock, major, minor, type Stat } from '../../../abi/stat.ts'
import { modeString } from '../../../lib/filemode.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { terminalWidth } from '../../libc/tty.ts'
import { gmtime } from '../../libc/time.ts'
import { isatty, readDir, readlink } from '../../libc/unistd.ts'
import { humanSize } from './human.ts'
import { showUsage } from './applet.ts'

const LONG: readonly LongOption[] = [{ name: 'full-time', arg: 'none' }, { name: 'group-directories-first', arg: 'none' }, { name: 'color', arg: 'optional' }]
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HALF_YEAR = 3600 * 24 * 365 / 2
const FUTURE = 15 * 60
const DEFAULT_WIDTH = 80

interface Entry {
  readonly name: string
  /** To reach it. */
  readonly path: string
  readonly st: Stat
  /** What -l -L and the indicator look at. */
  readonly followed: Stat | undefined
}
interface Style {
  readonly flags: ReadonlySet<string>
  readonly width: number
  readonly isColoured: boolean
  readonly now: number
  readonly names: IdNames
}

export function* ls(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, '1AaCxdLHRFplinshrSXvctukw:QN', LONG)
  const flags = new Set<string>()
  let width = (yield* isatty(1)) ? (yield* terminalWidth(1, c.env)) ?? DEFAULT_WIDTH : DEFAULT_WIDTH
  let colour: string | undefined
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`ls: ${event.error}\n`)
      return yield* showUsage(c)
    }
    if ('unsimulated' in event) continue
    if (event.opt === 'w') width = Number(event.arg)
    else if (event.opt === 'color') colour = event.arg ?? 'always'
    // The last format wins.
    else {
      if ('1Cxl'.includes(event.opt)) for (const other of '1Cxl') flags.delete(other)
      flags.add(event.opt)
    }
  }
  if (flags.has('n') || flags.has('full-time')) flags.add('l')
  const isTty = yield* isatty(1)
  if (isTty && !['1', 'C', 'x', 'l'].some((letter) => flags.has(letter))) flags.add('C')
  const time = yield* call('clock_gettime', CLOCK_REALTIME)
  const style: Style = { flags, width, isColoured: colour === 'always' || (colour === 'auto' && isTty), now: isErr(time) ? 0 : time.sec, names: new IdNames() }
  return yield* new Lister(c, style).list(parsed.operands.length === 0 ? ['.'] : parsed.operands)
}

class Lister {
  readonly #c: Crt
  readonly #style: Style
  #status = 0
  #isFirst = true

  constructor(c: Crt, style: Style) {
    this.#c = c
    this.#style = style
  }
  #has(letter: string): boolean {
    return this.#style.flags.has(letter)
  }

  *#complain(text: string): Flow<void> {
    yield* this.#c.stdout.flush()
    yield* this.#c.stderr.write(`ls: ${text}\n`)
    this.#status = 1
  }

  *#entry(path: string, name: string, follows: boolean): Flow<Entry | undefined> {
    const st = yield* call('newfstatat', AT_FDCWD, path, follows ? 0 : AT_SYMLINK_NOFOLLOW)
    if (isErr(st)) {
      yield* this.#complain(`${path}: ${st.message}`)
      return undefined
    }
    const followed = isLnk(st.mode) ? yield* call('newfstatat', AT_FDCWD, path, 0) : st
    return { name, path, st, followed: isErr(followed) ? undefined : followed }
  }

  *list(operands: readonly string[]): Flow<number> {
    const follows = this.#has('L') || this.#has('H') || (!this.#has('l') && !this.#has('d') && !this.#has('F') && !this.#has('i') && !this.#has('s'))
    const files: Entry[] = []
    const directories: Entry[] = []
    for (const path of operands) {
      const entry = yield* this.#entry(path, path, follows)
      if (entry === undefined) continue
      if (isDir(entry.st.mode) && !this.#has('d')) directories.push(entry)
      else files.push(entry)
    }
    if (files.length > 0) {
      yield* this.#show(this.#sort(files))
      this.#isFirst = false
    }
    yield* this.#showDirectories(this.#sort(directories), operands.length > 1)
    return exit(this.#status)
  }

  *#showDirectories(directories: readonly Entry[], hasHeaders: boolean): Flow<void> {
    for (const directory of directories) {
      const read = yield* readDir(directory.path)
      if (hasHeaders || this.#has('R')) {
        yield* this.#c.stdout.write(`${this.#isFirst ? '' : '\n'}${directory.path}:\n`)
        this.#isFirst = false
      }
      if (isErr(read)) {
        yield* this.#complain(`can't open '${directory.path}': ${read.message}`)
        continue
      }
      const wanted = read.filter(({ name }) => !name.startsWith('.') || this.#has('a') || (this.#has('A') && name !== '.' && name !== '..'))
      const entries: Entry[] = []
      for (const { name } of wanted) {
        const entry = yield* this.#entry(`${directory.path.replace(/\/$/, '')}/${name}`, name, this.#has('L'))
        if (entry !== undefined) entries.push(entry)
      }
      const sorted = this.#sort(entries)
      if (this.#has('l') || this.#has('s')) yield* this.#total(sorted)
      yield* this.#show(sorted)
      if (this.#has('R')) yield* this.#showDirectories(sorted.filter(({ name, st }) => isDir(st.mode) && name !== '.' && name !== '..'), true)
    }
  }

  *#total(entries: readonly Entry[]): Flow<void> {
    const blocks = entries.reduce((sum, { st }) => sum + st.blocks, 0)
    yield* this.#c.stdout.write(`total ${this.#has('h') ? humanSize(blocks * 512, false).padEnd(7) : Math.floor(blocks / 2)}\n`)
  }

  #time(st: Stat): number {
    return this.#has('c') ? st.ctime : this.#has('u') ? st.atime : st.mtime
  }
  #sort(entries: readonly Entry[]): Entry[] {
    const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    const extension = (name: string): string => /\.[^.]*$/.exec(name)?.[0] ?? ''
    const compare = (a: Entry, b: Entry): number => {
      if (this.#has('S')) return b.st.size - a.st.size || byName(a, b)
      if (this.#has('t')) return Math.floor(this.#time(b.st) / 1000) - Math.floor(this.#time(a.st) / 1000) || byName(a, b)
      if (this.#has('X')) return extension(a.name) < extension(b.name) ? -1 : extension(a.name) > extension(b.name) ? 1 : byName(a, b)
      return byName(a, b)
    }
    const sorted = [...entries].sort(compare)
    if (this.#has('r')) sorted.reverse()
    return this.#has('group-directories-first') ? [...sorted.filter(({ st }) => isDir(st.mode)), ...sorted.filter(({ st }) => !isDir(st.mode))] : sorted
  }

  *#show(entries: readonly Entry[]): Flow<void> {
    const texts: { readonly text: string; readonly width: number }[] = []
    for (const entry of entries) texts.push(yield* this.#text(entry))
    if (!this.#has('C') && !this.#has('x')) {
      for (const { text } of texts) yield* this.#c.stdout.write(`${text}\n`)
      return
    }
    const columnWidth = Math.max(0, ...texts.map(({ width }) => width)) + 2
    const columns = Math.max(1, Math.floor((this.#style.width - 1) / columnWidth))
    const rows = Math.ceil(texts.length / columns)
    for (let row = 0; row < rows; row++) {
      let line = ''
      let used = 0
      for (let column = 0; column < columns; column++) {
        const cell = texts[this.#has('x') ? row * columns + column : column * rows + row]
        if (cell === undefined || (!this.#has('x') && column * rows + row >= texts.length)) continue
        if (column > 0) line += ' '.repeat(columnWidth - used)
        line += cell.text
        used = cell.width
      }
      yield* this.#c.stdout.write(`${line}\n`)
    }
  }

  *#text(entry: Entry): Flow<{ readonly text: string; readonly width: number }> {
    const { st } = entry
    let text = ''
    if (this.#has('i')) text += `${String(st.ino).padStart(7)} `
    if (this.#has('s')) text += this.#has('h') ? `${humanSize(st.blocks * 512).padStart(7)} ` : `${String(Math.floor(st.blocks / 2)).padStart(6)} `
    if (this.#has('l')) text += yield* this.#details(st)
    const shown = entry.name.replace(/[\u0000-\u001f\u007f]/g, '?')
    const name = this.#has('Q') ? `"${shown.replace(/["\\]/g, '\\$&')}"` : shown
    const mark = this.#indicator(st)
    let tail = mark
    if (this.#has('l') && isLnk(st.mode)) {
      const target = yield* readlink(entry.path)
      if (isErr(target)) yield* this.#complain(`${entry.path}: cannot read link: ${target.message}`)
      else tail = ` -> ${this.#coloured(target, entry.followed)}${entry.followed === undefined ? '' : this.#indicator(entry.followed)}`
    }
    return { text: `${text}${this.#coloured(name, st)}${tail}`, width: text.length + name.length + mark.length }
  }

  *#details(st: Stat): Flow<string> {
    const { names, now } = this.#style
    const user = this.#has('n') ? undefined : yield* names.user(st.uid)
    const group = this.#has('n') ? undefined : yield* names.group(st.gid)
    const size = isChr(st.mode) || isBlk(st.mode)
      ? `${String(major(st.rdev)).padStart(4)}, ${String(minor(st.rdev)).padStart(3)}`
      : this.#has('h') ? humanSize(st.size).padStart(7) : String(st.size).padStart(9)
    const owner = `${(user ?? String(st.uid)).slice(0, 8).padEnd(8)} ${(group ?? String(st.gid)).slice(0, 8).padEnd(8)}`
    return `${modeString(st.mode)} ${String(st.nlink).padStart(4)} ${owner} ${size} ${this.#date(Math.floor(this.#time(st) / 1000), now)} `
  }
  #date(seconds: number, now: number): string {
    const t = gmtime(seconds)
    const two = (n: number): string => String(n).padStart(2, '0')
    if (this.#has('full-time')) return `${t.year}-${two(t.month + 1)}-${two(t.day)} ${two(t.hour)}:${two(t.min)}:${two(t.sec)} +0000`
    const age = now - seconds
    return `${MONTHS[t.month]} ${String(t.day).padStart(2)} ${age < HALF_YEAR && age > -FUTURE ? `${two(t.hour)}:${two(t.min)}` : String(t.year).padStart(5)}`
  }

  #indicator({ mode }: Stat): string {
    if (isDir(mode)) return this.#has('F') || this.#has('p') ? '/' : ''
    if (!this.#has('F')) return ''
    if (isLnk(mode)) return '@'
    if (isFifo(mode)) return '|'
    if (isSock(mode)) return '='
    return isReg(mode) && (mode & 0o111) !== 0 ? '*' : ''
  }
  #coloured(name: string, st: Stat | undefined): string {
    if (!this.#style.isColoured || st === undefined) return name
    const { mode } = st
    const code = isDir(mode) ? '1;34' : isLnk(mode) ? '1;36' : isFifo(mode) ? '0;35' : isReg(mode) ? ((mode & 0o111) !== 0 ? '1;32' : '0;0') : '1;35'
    return `\x1b[${code}m${name}\x1b[m`
  }
}
