// grep(1), GNU grep 3.8. A file counts as binary if there is a NUL in its first block or later, or where a line to print is not UTF-8.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { SIGSEGV } from '../../../abi/signal.ts'
import { isChr, isDir, isLnk, isReg } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import type { Crt } from '../../libc/crt.ts'
import { InStream } from '../../libc/stdio.ts'
import { close, fstat, isatty, lstat, open, readDir, readFile, sigaction, stat } from '../../libc/unistd.ts'
import { GREP_HELP } from './help.ts'
import { makeMatcher } from './matcher.ts'
import { type GrepOptions, type GrepProblem, parseGrepOptions } from './options.ts'
import { type Search, searchStream } from './search.ts'

const TROUBLE = 2
const USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"
const VERSION = `grep (GNU grep) 3.8
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.

Written by Mike Haertel and others; see
<https://git.sv.gnu.org/cgit/grep.git/tree/AUTHORS>.
`

export const grep = (c: Crt): Flow<number> => run(c, parseGrepOptions(c.argv))

/** Debian's egrep and fgrep: scripts that run grep -E and grep -F. */
export const egrep = (c: Crt): Flow<number> => run(c, parseGrepOptions(['grep', '-E', ...c.argv.slice(1)]))
export const fgrep = (c: Crt): Flow<number> => run(c, parseGrepOptions(['grep', '-F', ...c.argv.slice(1)]))
/** rgrep: grep -r. */
export const rgrep = (c: Crt): Flow<number> => run(c, parseGrepOptions(['grep', '-r', ...c.argv.slice(1)]))

interface State {
  matched: boolean
  failed: boolean
}

function* run(c: Crt, o: GrepOptions | GrepProblem): Flow<number> {
  c.writeFailure = 2
  // c-stack: an overflow of the stack is to be reported.
  yield* sigaction(SIGSEGV, function* overflow() {})
  if ('show' in o) {
    yield* c.stdout.write(o.show === 'help' ? GREP_HELP : VERSION)
    return 0
  }
  if ('fatal' in o) {
    yield* c.stderr.write(`grep: ${o.fatal}\n`)
    return TROUBLE
  }
  if ('usage' in o) {
    yield* c.stderr.write(`grep: ${o.usage}\n${USAGE}`)
    return TROUBLE
  }
  const operands = [...o.operands]
  if (o.patterns === undefined && operands.length === 0) {
    yield* c.stderr.write(USAGE)
    return TROUBLE
  }
  const patterns = o.patterns === undefined ? (operands.shift() ?? '').split('\n') : yield* collectPatterns(c, o)
  if (patterns === undefined) return TROUBLE
  const matcher = makeMatcher(patterns, o)
  if ('error' in matcher) {
    yield* c.stderr.write(`grep: ${matcher.error}\n`)
    return TROUBLE
  }
  for (const warning of matcher.warnings) yield* c.stderr.write(`grep: warning: ${warning}\n`)
  const recurse = o.directories === 'recurse'
  const files = operands.length > 0 ? operands : [recurse ? '.' : '-']
  const withFilename = o.flags.has('H') || (!o.flags.has('h') && (files.length > 1 || recurse))
  const color = o.color === 'always' || (o.color === 'auto' && (yield* isatty(1)) && c.env.get('TERM') !== 'dumb')
  const s: Search = { c, o, matcher, color, withFilename: withFilename && !(recurse && files.length === 1 && (yield* isPlainFile(files[0])) && !o.flags.has('H')) }
  const state: State = { matched: false, failed: false }
  for (const file of files) {
    if (file === '-') yield* searchOpen(s, state, 0, o.label)
    else yield* searchPath(s, state, file, operands.length === 0 ? '' : file, true)
    if (o.flags.has('q') && state.matched) return 0
  }
  return state.failed ? TROUBLE : state.matched ? 0 : 1
}

function* isPlainFile(path: string): Flow<boolean> {
  const st = yield* stat(path)
  return !isErr(st) && !isDir(st.mode)
}

function* collectPatterns(c: Crt, o: GrepOptions): Flow<string[] | undefined> {
  const all: string[] = []
  for (const pattern of o.patterns ?? []) {
    if (pattern.text !== undefined) all.push(...pattern.text.split('\n'))
    if (pattern.file === undefined) continue
    const text = yield* readFile(pattern.file === '-' ? '/dev/stdin' : pattern.file)
    if (isErr(text)) {
      yield* c.stderr.write(`grep: ${pattern.file}: ${text.message}\n`)
      return undefined
    }
    if (text !== '') all.push(...text.replace(/\n$/, '').split('\n'))
  }
  return all
}

function* complain(s: Search, state: State, name: string, errno: Errno): Flow<void> {
  state.failed = true
  if (s.o.flags.has('s')) return
  yield* s.c.stdout.flush()
  yield* s.c.stderr.write(`grep: ${name}: ${errno.message}\n`)
}

/** One operand, or one entry of a directory being searched. `shown` is its name in the output; empty for the implied working directory. */
function* searchPath(s: Search, state: State, path: string, shown: string, operand: boolean): Flow<void> {
  const { o } = s
  const recurse = o.directories === 'recurse'
  const st = yield* operand || o.flags.has('R') ? stat(path) : lstat(path)
  const base = path.replace(/\/+$/, '').replace(/^.*\//s, '')
  if (isErr(st)) return yield* complain(s, state, shown, st)
  if (isDir(st.mode)) {
    if (o.directories === 'skip') return
    if (!recurse) return yield* complain(s, state, shown, Errno.EISDIR)
    if ((!operand || path !== '.') && o.excludeDir.some((glob) => fnmatch(glob, base) || (operand && fnmatch(glob, path)))) return
    return yield* searchDirectory(s, state, path, shown)
  }
  if (!operand && (isLnk(st.mode) || (!isReg(st.mode) && recurse))) return
  if (!operand && isChr(st.mode)) return
  if (o.exclude.some((glob) => fnmatch(glob, base))) return
  if (o.include.length > 0 && !o.include.some((glob) => fnmatch(glob, base))) return
  const fd = yield* open(path, O_RDONLY)
  if (isErr(fd)) return yield* complain(s, state, shown, fd)
  yield* searchOpen(s, state, fd, shown)
  yield* close(fd)
}

function* searchDirectory(s: Search, state: State, path: string, shown: string): Flow<void> {
  const entries = yield* readDir(path)
  if (isErr(entries)) return yield* complain(s, state, shown === '' ? path : shown, entries)
  for (const entry of entries) {
    if (entry.name === '.' || entry.name === '..') continue
    const join = (parent: string): string => (parent === '' ? entry.name : `${parent.replace(/\/$/, '')}/${entry.name}`)
    yield* searchPath(s, state, join(path), join(shown), false)
    if (s.o.flags.has('q') && state.matched) return
  }
}

function* searchOpen(s: Search, state: State, fd: number, name: string): Flow<void> {
  const st = yield* fstat(fd)
  if (!isErr(st) && isDir(st.mode)) return yield* complain(s, state, name, Errno.EISDIR)
  const out = yield* fstat(1)
  const plain = !isErr(st) && !isErr(out) && isReg(st.mode) && st.dev === out.dev && st.ino === out.ino
  const { flags, maxCount } = s.o
  if (plain && !flags.has('q') && !flags.has('l') && !flags.has('L') && maxCount > 1) {
    state.failed = true
    yield* s.c.stderr.write(`grep: ${name}: input file is also the output\n`)
    return
  }
  const input = new InStream(fd)
  const selected = yield* searchStream(s, input, name)
  if (input.error !== undefined) yield* complain(s, state, name, input.error)
  if (selected > 0) state.matched = true
}
