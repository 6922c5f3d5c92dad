// find(1), GNU findutils 4.9.0: walks directory trees and evaluates an expression for every file.
import { type Errno, isErr } from '../../../abi/errno.ts'
import { isDir, isLnk, makedev, type Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { lstat, readDir, readFile, stat } from '../../libc/unistd.ts'
import { type Entry, FindError, type Search } from './entry.ts'
import { type Expression, ExpressionParser, Unsimulated } from './expression.ts'
import { FIND_HELP, FIND_VERSION } from './help.ts'
import { baseName } from './printf.ts'

export function* find(c: Crt): Flow<number> {
  let at = 1
  let follow: Search['follow'] = 'never'
  for (; at < c.argv.length; at++) {
    const word = c.argv[at]
    if (word === '-H') follow = 'start'
    else if (word === '-L') follow = 'always'
    else if (word === '-P') follow = 'never'
    else if (word === '-D') at++
    else if (!/^-O\d*$/.test(word)) {
      if (word === '--') at++
      break
    }
  }
  const starts: string[] = []
  for (; at < c.argv.length && !/^[-!(,)]/.test(c.argv[at]); at++) starts.push(c.argv[at])
  const words = c.argv.slice(at)
  if (words.includes('--help') || words.includes('-help')) {
    yield* c.stdout.write(FIND_HELP)
    return 0
  }
  if (words.includes('--version') || words.includes('-version')) {
    yield* c.stdout.write(FIND_VERSION)
    return 0
  }
  const names = new IdNames()
  const clock = yield* call('clock_gettime', 0)
  const now = isErr(clock) ? 0 : clock.sec + clock.nsec / 1e9
  let expression: Expression
  try {
    expression = yield* new ExpressionParser(words, { regexType: 'emacs', now, names }).parse()
  } catch (thrown) {
    if (thrown instanceof Unsimulated) return yield* unsimulated(c, thrown.what)
    if (!(thrown instanceof FindError)) throw thrown
    yield* c.stderr.write(`find: ${thrown.message}\n`)
    return 1
  }
  const device = words.includes('-fstype') || words.some((w) => w.includes('%F')) ? yield* fileSystems() : new Map<number, string>()
  const s: Search = { c, names, follow, now, status: 0, prune: false, quit: false, device }
  for (const start of starts.length > 0 ? starts : ['.']) {
    if (!s.quit) yield* walk(s, expression, start, start, 0, undefined, [])
  }
  for (const finish of expression.finish) yield* finish(s)
  return s.status
}

/** File system types by device number, from /proc/self/mountinfo. */
function* fileSystems(): Flow<Map<number, string>> {
  const types = new Map<number, string>()
  const text = yield* readFile('/proc/self/mountinfo')
  if (isErr(text)) return types
  for (const line of text.split('\n')) {
    const m = /^\d+ \d+ (\d+):(\d+) .* - (\S+)/.exec(line)
    if (m !== null) types.set(makedev(Number(m[1]), Number(m[2])), m[3])
  }
  return types
}

function* complain(s: Search, path: string, error: Errno): Flow<void> {
  yield* s.c.stdout.flush()
  yield* s.c.stderr.write(`find: ‘${path}’: ${error.message}\n`)
  s.status = 1
}

function* statEntry(s: Search, path: string, depth: number): Flow<Stat | Errno> {
  if (s.follow === 'never' || (s.follow === 'start' && depth > 0)) return yield* lstat(path)
  const st = yield* stat(path)
  // a broken link is seen as the link itself
  return isErr(st) ? yield* lstat(path) : st
}

function* walk(s: Search, x: Expression, path: string, start: string, depth: number, device: number | undefined, above: readonly Stat[]): Flow<void> {
  const st = yield* statEntry(s, path, depth)
  if (isErr(st)) return yield* complain(s, path, st)
  if (isLnk(st.mode) && path.endsWith('/')) return
  const loop = s.follow === 'always' && isDir(st.mode) && above.some((d) => d.ino === st.ino && d.dev === st.dev)
  if (loop) {
    yield* s.c.stdout.flush()
    yield* s.c.stderr.write(`find: File system loop detected; ‘${path}’ is part of the same file system loop as ‘${path.slice(0, path.lastIndexOf('/'))}’.\n`)
    s.status = 1
    return
  }
  const entry: Entry = { path, start, depth, name: depth === 0 ? baseName(path) : path.slice(path.lastIndexOf('/') + 1), stat: st }
  const visit = function* (): Flow<void> {
    s.prune = false
    if (depth >= x.minDepth && !s.quit) yield* x.test(s, entry)
  }
  if (!x.depthFirst) yield* visit()
  const descend = isDir(st.mode) && depth < x.maxDepth && (x.depthFirst || !s.prune) && !s.quit && !(x.stayOnDevice && device !== undefined && device !== st.dev)
  if (descend) {
    const entries = yield* readDir(path)
    if (isErr(entries)) yield* complain(s, path, entries)
    else {
      const prefix = path.endsWith('/') ? path : `${path}/`
      for (const { name } of entries) {
        if (name === '.' || name === '..') continue
        if (s.quit) break
        yield* walk(s, x, prefix + name, start, depth + 1, device ?? st.dev, [...above, st])
      }
    }
  }
  if (x.depthFirst) yield* visit()
}
