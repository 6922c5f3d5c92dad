// Redirections, left to right: open, dup2, here-documents. In the shell itself they can be undone. See REDIRECTION in bash(1).
import type { Flow } from '../../abi/syscalls.ts'
import type { Redirection } from './ast.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import {
  F_DUPFD_CLOEXEC, F_DUPFD, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY,
} from '../../abi/fcntl.ts'
import { isReg } from '../../abi/stat.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { close, open, stat, unlink, writeAll } from '../libc/unistd.ts'
import { isNetworkPath, openNetwork } from './net-redirect.ts'
import type { Shell } from './state.ts'
import { expandQuoted, expandString, expandWord } from './expansion.ts'

/** What to put back: a saved copy of the descriptor, or undefined if it was closed. */
export interface Undo {
  readonly fd: number
  readonly saved: number | undefined
}

const FLAGS: Readonly<Record<string, number>> = {
  '<': O_RDONLY, '>': O_WRONLY | O_CREAT | O_TRUNC, '>|': O_WRONLY | O_CREAT | O_TRUNC, '>>': O_WRONLY | O_CREAT | O_APPEND, '<>': O_RDWR | O_CREAT,
  '&>': O_WRONLY | O_CREAT | O_TRUNC, '&>>': O_WRONLY | O_CREAT | O_APPEND,
}

function openMessage(sh: Shell, name: string, operator: string, e: Errno): string {
  if (sh.bash) return `${name}: ${e.message}`
  const creating = operator !== '<'
  if (sh.dialect === 'dash') return `cannot ${creating ? 'create' : 'open'} ${name}: ${e === Errno.ENOENT ? (creating ? 'Directory nonexistent' : 'No such file') : e.message}`
  return `can't ${creating ? 'create' : 'open'} ${name}: ${e === Errno.ENOENT ? (creating ? 'nonexistent directory' : 'no such file') : e.message}`
}

/** Applies redirections; with `undo` what they replace is saved there. Answers false after reporting an error. */
export function* redirect(sh: Shell, redirects: readonly Redirection[], undo: Undo[] | undefined): Flow<boolean> {
  for (const r of redirects) if (!(yield* one(sh, r, undo))) return false
  return true
}

export function* undoRedirects(undo: readonly Undo[]): Flow<void> {
  for (let i = undo.length - 1; i >= 0; i--) {
    const { fd, saved } = undo[i]
    if (saved === undefined) yield* close(fd)
    else {
      yield* call('dup2', saved, fd)
      yield* close(saved)
    }
  }
}

function* save(fd: number, undo: Undo[] | undefined): Flow<void> {
  if (!undo || undo.some((u) => u.fd === fd)) return
  const saved = yield* call('fcntl', fd, F_DUPFD_CLOEXEC, 10)
  undo.push({ fd, saved: isErr(saved) ? undefined : saved })
}

/** Moves descriptor `from` to `to`; answers what dup2(2) refuses with. */
function* install(from: number, to: number, undo: Undo[] | undefined): Flow<Errno | undefined> {
  if (from === to) {
    if (undo && !undo.some((u) => u.fd === to)) undo.push({ fd: to, saved: undefined })
    return undefined
  }
  yield* save(to, undo)
  const moved = yield* call('dup2', from, to)
  yield* close(from)
  return isErr(moved) ? moved : undefined
}

/** The descriptor in `NAME` or `NAME[SUBSCRIPT]`. */
function fdInVariable(sh: Shell, text: string): number {
  const m = /^(\w+)\[(\w+)\]$/.exec(text)
  if (m === null) return Number(sh.vars.get(text))
  const v = sh.vars.find(m[1])
  return Number(v?.indexed?.get(Number(m[2])) ?? v?.assoc?.get(m[2]))
}

/** Gives a `{name}` redirection its descriptor, 10 or above. */
function* assignFd(sh: Shell, name: string, fd: number): Flow<void> {
  const high = yield* call('fcntl', fd, F_DUPFD, 10)
  yield* close(fd)
  if (!isErr(high)) sh.vars.set(name, String(high))
}

function* one(sh: Shell, r: Redirection, undo: Undo[] | undefined): Flow<boolean> {
  if (r.hereDoc || r.operator === '<<<') {
    const text = r.hereDoc ? yield* expandQuoted(sh, r.hereDoc.body) : `${yield* expandString(sh, r.target)}\n`
    const fd = yield* hereDocument(text)
    if (isErr(fd)) {
      yield* sh.error(`cannot create temp file for here-document: ${fd.message}`, '')
      return false
    }
    if (r.fdVariable) yield* assignFd(sh, r.fdVariable, fd)
    else yield* install(fd, r.fd ?? 0, undo)
    return true
  }
  const words: string[] = []
  yield* expandWord(sh, r.target, words)
  if (words.length !== 1) {
    yield* sh.error(`${r.target.text}: ambiguous redirect`, '')
    return false
  }
  const [name] = words
  const { operator } = r
  if (operator === '<&' || (operator === '>&' && (/^(\d+-?|-)$/.test(name) || r.fd !== undefined || r.fdVariable !== undefined))) return yield* duplicate(sh, r, name, undo)
  if (sh.options.has('restricted') && operator !== '<') {
    yield* sh.error(`${name}: restricted: cannot redirect output`, '')
    return false
  }
  const both = operator === '&>' || operator === '&>>' || operator === '>&'
  const clobberCheck = (operator === '>' || operator === '&>') && sh.options.has('noclobber')
  let flags = FLAGS[operator] ?? FLAGS['>']
  if (clobberCheck) {
    const there = yield* stat(name)
    if (!isErr(there) && isReg(there.mode)) {
      yield* sh.error(sh.bash ? `${name}: cannot overwrite existing file` : `cannot create ${name}: File exists`, '')
      return false
    }
    if (isErr(there)) flags |= O_EXCL
  }
  const fd = sh.bash && isNetworkPath(name) ? yield* openNetwork(sh, name) : yield* open(name, flags, 0o666)
  if (isErr(fd)) {
    yield* sh.error(openMessage(sh, name, operator, fd), '')
    return false
  }
  if (r.fdVariable) {
    yield* assignFd(sh, r.fdVariable, fd)
    return true
  }
  const target = r.fd ?? (operator.startsWith('<') ? 0 : 1)
  const refused = yield* install(fd, target, undo)
  if (refused !== undefined) {
    yield* sh.error(`${target}: ${refused.message}`, '')
    return false
  }
  if (both) {
    yield* save(2, undo)
    yield* call('dup2', 1, 2)
  }
  return true
}

/** n>&m, n>&m- and n>&-. */
function* duplicate(sh: Shell, r: Redirection, name: string, undo: Undo[] | undefined): Flow<boolean> {
  const target = r.fd ?? (r.operator === '<&' ? 0 : 1)
  if (name === '-') {
    const fd = r.fdVariable ? fdInVariable(sh, r.fdVariable) : target
    yield* save(fd, undo)
    yield* close(fd)
    return true
  }
  const m = /^(\d+)(-?)$/.exec(name)
  if (!m) {
    yield* sh.error(sh.bash ? `${r.target.text}: ambiguous redirect` : 'Bad fd number', '')
    return false
  }
  const source = Number(m[1])
  if (r.fdVariable) {
    const fd = yield* call('fcntl', source, F_DUPFD, 10)
    if (isErr(fd)) {
      yield* sh.error(`${name}: ${fd.message}`, '')
      return false
    }
    sh.vars.set(r.fdVariable, String(fd))
    return true
  }
  if (source === target) {
    const there = yield* call('fcntl', source, 1, 0)
    if (!isErr(there)) return true
  }
  yield* save(target, undo)
  const result = yield* call('dup2', source, target)
  if (isErr(result)) {
    const message = sh.bash ? `${source}: ${result.message}` : `${source}: ${result.message}`
    yield* sh.error(message, '')
    return false
  }
  if (m[2] === '-') yield* close(source)
  return true
}

/** A descriptor to read `text` from: a pipe while it fits into one, else an unlinked file. */
function* hereDocument(text: string): Flow<number | Errno> {
  const bytes = encodeUtf8(text)
  if (bytes.length <= 65536) {
    const ends = yield* call('pipe2', 0)
    if (isErr(ends)) return ends
    if (bytes.length > 0) yield* writeAll(ends[1], bytes)
    yield* close(ends[1])
    return ends[0]
  }
  const random = yield* call('getrandom', 4)
  const path = `/tmp/sh-thd.${isErr(random) ? '0' : [...random].map((b) => b.toString(36)).join('')}`
  const out = yield* open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  if (isErr(out)) return out
  yield* writeAll(out, bytes)
  yield* close(out)
  const fd = yield* open(path, O_RDONLY)
  yield* unlink(path)
  return fd
}
