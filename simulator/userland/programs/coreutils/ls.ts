// ls(1): lists files and directories. Options are in ls-options.ts, lines in ls-long.ts, columns in ls-columns.ts.
// Simpler: no SELinux contexts (-Z prints ?, as without SELinux), no ACL marks, no --dired and --hyperlink.
import type { Flow } from '../../../abi/syscalls.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { S_IFMT, isDir, isLnk } from '../../../abi/stat.ts'
import { TIOCGWINSZ, type Winsize } from '../../../abi/termios.ts'
import { type Errno, Errno as E, isErr } from '../../../abi/errno.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { inBlocks } from '../../../lib/human.ts'
import { quoteShell, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, isatty, lstat, openDir, readlink, stat } from '../../libc/unistd.ts'
import { argMatch } from './argmatch.ts'
import { command, parseArgs } from './command.ts'
import { Colors } from './ls-color.ts'
import { columnLines, commaText, evenColumnLines } from './ls-columns.ts'
import { type Entry, sortEntries } from './ls-entry.ts'
import { Lister } from './ls-long.ts'
import { BadArgument, type LsStyle, lsOptions, lsStyle } from './ls-options.ts'

const MINOR_PROBLEM = 1, SERIOUS_TROUBLE = 2

export const ls = command('ls', 'list the files in a directory', lsOptions, (c) => list(c, []))
export const dir = command('dir', 'list files in columns, special characters escaped', lsOptions, (c) => list(c, [{ opt: 'C', arg: undefined }, { opt: 'b', arg: undefined }]))
export const vdir = command('vdir', 'list files in long form, special characters escaped', lsOptions, (c) => list(c, [{ opt: 'l', arg: undefined }, { opt: 'b', arg: undefined }]))

/** With `even`, columns are as BusyBox has them. */
export function* list(c: Crt, preset: readonly { readonly opt: string; readonly arg: undefined }[], even = false): Flow<number> {
  c.writeFailure = 2
  const { options, operands } = yield* parseArgs(c, lsOptions, SERIOUS_TROUBLE)
  const isTty = yield* isatty(1)
  const size = isTty ? yield* call('ioctl', 1, TIOCGWINSZ) : undefined
  const columns = size === undefined || isErr(size) ? undefined : (size as Winsize).cols
  const style = lsStyle([...preset, ...options], { env: c.env, isTty, columns: columns === 0 ? undefined : columns })
  if (style instanceof BadArgument && style.choice !== undefined) yield* argMatch(c, style.choice.context, style.choice.word, style.choice.choices)
  if (style instanceof BadArgument) return yield* style.hint ? usageError(c, SERIOUS_TROUBLE, style.message) : fail(c, SERIOUS_TROUBLE, style.message)
  const now = yield* call('clock_gettime', CLOCK_REALTIME)
  const colors = style.color ? Colors.fromEnv(c.env) : undefined
  const lister = new Lister(style, colors, new IdNames(), isErr(now) ? 0 : now.sec + now.nsec / 1e9, even)
  return yield* new Listing(c, style, lister, colors !== undefined, even).run(operands)
}

class Listing {
  readonly #c: Crt
  readonly #style: LsStyle
  readonly #lister: Lister
  readonly #needStat: boolean
  readonly #even: boolean
  #status = 0
  #printed = false

  constructor(c: Crt, style: LsStyle, lister: Lister, color: boolean, even: boolean) {
    this.#even = even
    this.#c = c
    this.#style = style
    this.#lister = lister
    this.#needStat = style.format === 'long' || /^(time|size)$/.test(style.order.key) || style.blocks || style.deref === 'always' || style.indicator === 'classify' || color
  }

  *run(operands: readonly string[]): Flow<number> {
    const files: Entry[] = []
    const directories: Entry[] = []
    for (const name of operands.length > 0 ? operands : ['.']) {
      const entry = yield* this.#operand(name)
      if (entry === undefined) continue
      const isDirectory = entry.st !== undefined && isDir(entry.st.mode)
      if (isDirectory && !this.#style.directory) directories.push(entry)
      else files.push(entry)
    }
    const sorted = sortEntries(files, this.#style.order)
    if (sorted.length > 0) {
      // Directories among the operands were looked at before they were set aside.
      yield* this.#print(sorted, directories)
      this.#printed = true
    }
    const headers = this.#style.recursive || operands.length > 1
    for (const directory of sortEntries(directories, this.#style.order)) yield* this.#directory(directory.name, headers, true, [])
    return this.#status
  }

  *#complain(message: string, error: Errno, serious: boolean): Flow<void> {
    yield* warn(this.#c, message, error)
    this.#status = Math.max(this.#status, serious ? SERIOUS_TROUBLE : MINOR_PROBLEM)
  }

  /** A file named on the command line. */
  *#operand(name: string): Flow<Entry | undefined> {
    const { deref } = this.#style
    let st = yield* deref === 'never' ? lstat(name) : stat(name)
    if (deref === 'operands-to-dir' && (isErr(st) ? st === E.ENOENT : !isDir(st.mode))) st = yield* lstat(name)
    if (isErr(st)) {
      yield* this.#complain(`cannot access ${quoteaf(name)}`, st, true)
      return undefined
    }
    return yield* this.#withTarget({ name, st, type: st.mode & S_IFMT, ino: st.ino }, name, true)
  }

  /** Adds where a symbolic link points, if the listing shows it. */
  *#withTarget(entry: Entry, path: string, isOperand: boolean): Flow<Entry> {
    const follows = this.#style.format === 'long' || this.#needStat || this.#style.order.directoriesFirst
    if (entry.st === undefined || !isLnk(entry.st.mode) || !follows) return entry
    const target = yield* readlink(path)
    if (isErr(target)) {
      yield* this.#complain(`cannot read symbolic link ${quoteaf(path)}`, target, isOperand)
      return entry
    }
    const there = yield* stat(path)
    return isErr(there) ? { ...entry, target } : { ...entry, target, targetMode: there.mode }
  }

  *#directory(path: string, header: boolean, isOperand: boolean, above: readonly string[]): Flow<void> {
    const dir = yield* openDir(path)
    if (isErr(dir)) return yield* this.#complain(`cannot open directory ${quoteaf(path)}`, dir, isOperand)
    const self = this.#style.recursive ? yield* stat(path) : undefined
    const id = self === undefined || isErr(self) ? '' : `${self.dev}:${self.ino}`
    if (id !== '' && above.includes(id)) {
      yield* close(dir.fd)
      yield* warn(this.#c, `${quoteShell(path, ':')}: not listing already-listed directory`)
      this.#status = SERIOUS_TROUBLE
      return
    }
    const entries: Entry[] = []
    for (const dirent of dir.entries) {
      if (this.#hidden(dirent.name)) continue
      entries.push(yield* this.#entry(path, dirent.name, dirent.type << 12, dirent.ino))
    }
    yield* close(dir.fd)
    if (header) {
      yield* this.#c.stdout.write(`${this.#printed ? '\n' : ''}${quoteShell(path, this.#style.quoting === 'literal' ? '' : ':')}:\n`)
      this.#printed = true
    }
    const sorted = sortEntries(entries, this.#style.order)
    if (this.#style.format === 'long' || this.#style.blocks) {
      const blocks = sorted.reduce((sum, e) => sum + (e.st?.blocks ?? 0), 0)
      yield* this.#c.stdout.write(`total ${inBlocks(blocks * 512, this.#style.blockSize)}${this.#style.terminator}`)
    }
    yield* this.#print(sorted)
    if (!this.#style.recursive) return
    for (const entry of sorted) {
      if ((entry.st?.mode ?? entry.type) >> 12 !== 4 || entry.name === '.' || entry.name === '..') continue
      yield* this.#directory(joinPath(path, entry.name), true, false, [...above, id])
    }
  }

  #hidden(name: string): boolean {
    const { hidden, ignore, hide } = this.#style
    if (hidden !== 'all' && (name === '.' || name === '..')) return true
    if (hidden === 'skip' && (name.startsWith('.') || hide.some((p) => fnmatch(p, name, { period: true })))) return true
    return ignore.some((p) => fnmatch(p, name, { period: true }))
  }

  *#entry(directory: string, name: string, type: number, ino: number): Flow<Entry> {
    if (!this.#needStat) return { name, st: undefined, type, ino }
    const path = directory === '.' ? name : joinPath(directory, name)
    const st = yield* this.#style.deref === 'always' ? stat(path) : lstat(path)
    if (isErr(st)) {
      yield* this.#complain(`cannot access ${quoteaf(path)}`, st, false)
      return { name, st: undefined, type, ino: 0 }
    }
    return yield* this.#withTarget({ name, st, type, ino }, path, false)
  }

  *#print(entries: readonly Entry[], unlisted: readonly Entry[] = []): Flow<void> {
    const { format, width, tab, terminator } = this.#style
    const out = this.#c.stdout
    if (entries.length === 0) return
    const cells = yield* this.#lister.cells(entries, unlisted)
    if (format === 'commas') yield* out.write(commaText(cells, width))
    else if ((format === 'columns' || format === 'across') && width > 0) {
      for (const line of this.#even ? evenColumnLines(cells, width) : columnLines(cells, width, format === 'columns', tab)) yield* out.write(`${line}\n`)
    } else if (format === 'columns' || format === 'across') yield* out.write(`${cells.map((cell) => cell.text).join('  ')}\n`)
    else for (const cell of cells) yield* out.write(cell.text + terminator)
    if (out.error !== undefined) exit(SERIOUS_TROUBLE)
  }
}

const joinPath = (directory: string, name: string): string => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)
