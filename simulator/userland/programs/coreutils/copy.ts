// Copying files and trees: what cp, mv (across file systems) and install share. Simpler: no reflinks and contexts.
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, SEEK_CUR, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, W_OK } from '../../../abi/fcntl.ts'
import { S_IFMT, type Stat, isDir, isLnk, isReg } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { modeString } from '../../../lib/filemode.ts'
import { quoteaf } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { access, chmod, chown, close, fstat, lchown, link, lstat, mkdir, open, readDir, readlink, stat, symlink, unlink, writeAll } from '../../libc/unistd.ts'
import { type Backup, backupNote, makeBackup } from './backup.ts'
import { joinPath } from './walk.ts'

export interface CopyOptions {
  readonly recursive: boolean
  /** Which symbolic links in the source are followed. */
  readonly follow: 'never' | 'operands' | 'always'
  readonly preserveMode: boolean
  readonly preserveOwner: boolean
  readonly preserveTimes: boolean
  readonly preserveLinks: boolean
  readonly preserveXattrs: boolean
  /** Don't give new files the source's permissions. */
  readonly plainMode: boolean
  readonly force: boolean
  readonly interactive: 'ask' | 'never' | 'no'
  readonly update: boolean
  readonly removeDestination: boolean
  readonly make: 'copies' | 'hard links' | 'symbolic links'
  readonly oneFileSystem: boolean
  readonly attributesOnly: boolean
  readonly verbose: boolean
  readonly umask: number
  /** Holes in the copy: as the source has them, for every block of zeros, or none. */
  readonly sparse: 'auto' | 'always' | 'never'
  /** Files in the way are kept under another name. */
  readonly backup: Backup
}

const XATTR_CAPABILITY = 'security.capability'

export class Copier {
  readonly #c: Crt
  readonly #o: CopyOptions
  /** First copies of files with several names, to link the others to. */
  readonly #copies = new Map<string, string>()
  /** Directories made by this copy: to meet one in the source means that it is copied into itself. */
  readonly #made = new Set<string>()
  #operand = { from: '', to: '' }

  constructor(c: Crt, options: CopyOptions) {
    this.#c = c
    this.#o = options
  }

  *#no(message: string, error?: Errno): Flow<false> {
    yield* warn(this.#c, message, error)
    return false
  }

  /** Copies `from` to the name `to`; true if all went well. */
  *copy(from: string, to: string, isOperand = true, above: readonly string[] = [], device?: number): Flow<boolean> {
    const o = this.#o
    if (isOperand) this.#operand = { from, to }
    const follows = o.follow === 'always' || (o.follow === 'operands' && isOperand)
    const st = yield* follows ? stat(from) : lstat(from)
    if (isErr(st)) return yield* this.#no(`cannot stat ${quoteaf(from)}`, st)
    if (isDir(st.mode) && !o.recursive) return yield* this.#no(`-r not specified; omitting directory ${quoteaf(from)}`)
    if (o.oneFileSystem && device !== undefined && st.dev !== device) return true
    const old = yield* isReg(st.mode) && o.make !== 'symbolic links' && !o.removeDestination ? stat(to) : lstat(to)
    if (isErr(old) && old !== Errno.ENOENT) return yield* this.#no(`cannot stat ${quoteaf(to)}`, old)
    if (!isErr(old)) {
      const refused = yield* this.#mayReplace(from, st, to, old)
      if (refused !== undefined) return refused
    }
    if (isDir(st.mode)) return yield* this.#directory(from, st, to, isErr(old) ? undefined : old, above, device ?? st.dev)
    const kept = isErr(old) ? undefined : yield* makeBackup(this.#c, o.backup, to)
    if (kept !== undefined && isErr(kept)) return false
    return yield* this.#file(from, st, to, isErr(old) || kept !== undefined ? undefined : old, backupNote(kept))
  }

  /** What keeps an existing destination from being replaced: an answer for copy(), or undefined to go on. */
  *#mayReplace(from: string, st: Stat, to: string, old: Stat): Flow<boolean | undefined> {
    const o = this.#o
    if (st.dev === old.dev && st.ino === old.ino && !(isDir(st.mode) && isDir(old.mode) && from !== to)) {
      if (o.make === 'hard links') return true
      const here = yield* lstat(to)
      const viaLink = o.removeDestination && !isErr(here) && isLnk(here.mode)
      if (!viaLink) return yield* this.#no(`${quoteaf(from)} and ${quoteaf(to)} are the same file`)
    }
    if (isDir(st.mode) && !isDir(old.mode)) return yield* this.#no(`cannot overwrite non-directory ${quoteaf(to)} with directory ${quoteaf(from)}`)
    if (!isDir(st.mode) && isDir(old.mode)) return yield* this.#no(`cannot overwrite directory ${quoteaf(to)} with non-directory`)
    if (isDir(st.mode)) return undefined
    if (o.interactive === 'never') return true
    if (o.update && old.mtime >= st.mtime) return true
    if (o.interactive === 'ask') {
      yield* this.#c.stdout.flush()
      yield* this.#c.stderr.write(`${this.#c.name}: ${yield* this.#question(to, old)}? `)
      if (!/^[yY]/.test((yield* this.#c.stdin.line()) ?? '')) return true
    }
    return undefined
  }

  *#question(to: string, old: Stat): Flow<string> {
    if (isLnk(old.mode) || !isErr(yield* access(to, W_OK))) return `overwrite ${quoteaf(to)}`
    const mode = (old.mode & 0o7777).toString(8).padStart(4, '0')
    const letters = modeString(old.mode).slice(1)
    return this.#o.force || this.#o.removeDestination ? `replace ${quoteaf(to)}, overriding mode ${mode} (${letters})` : `unwritable ${quoteaf(to)} (mode ${mode}, ${letters}); try anyway`
  }

  *#announce(from: string, to: string, note = ''): Flow<void> {
    if (this.#o.verbose) yield* this.#c.stdout.write(`${quoteaf(from)} -> ${quoteaf(to)}${note}\n`)
  }

  *#directory(from: string, st: Stat, to: string, old: Stat | undefined, above: readonly string[], device: number): Flow<boolean> {
    const id = `${st.dev}:${st.ino}`
    if (this.#made.has(id)) return yield* this.#no(`cannot copy a directory, ${quoteaf(this.#operand.from)}, into itself, ${quoteaf(this.#operand.to)}`)
    if (above.includes(id)) return yield* this.#no(`cannot copy cyclic symbolic link ${quoteaf(from)}`)
    const created = old === undefined
    const mode = this.#o.plainMode ? 0o777 : st.mode & 0o777
    if (created) {
      const made = yield* mkdir(to, (mode & ~0o022) | 0o700)
      if (isErr(made)) return yield* this.#no(`cannot create directory ${quoteaf(to)}`, made)
      yield* this.#announce(from, to)
    }
    const target = yield* stat(to)
    if (created && !isErr(target)) this.#made.add(`${target.dev}:${target.ino}`)
    const names = yield* readDir(from)
    let ok = true
    if (isErr(names)) ok = yield* this.#no(`cannot access ${quoteaf(from)}`, names)
    else {
      for (const { name } of names) {
        if (name === '.' || name === '..') continue
        const child = joinPath(from, name)
        if (!(yield* this.copy(child, joinPath(to, name), false, [...above, id], device))) ok = false
      }
    }
    if (created && !this.#o.preserveMode) yield* chmod(to, (isErr(target) ? 0 : target.mode & 0o7000) | (mode & ~this.#o.umask))
    return (yield* this.#attributes(from, st, to)) && ok
  }

  *#file(from: string, st: Stat, to: string, old: Stat | undefined, note: string): Flow<boolean> {
    const o = this.#o
    const key = `${st.dev}:${st.ino}`
    const first = o.preserveLinks && st.nlink > 1 ? this.#copies.get(key) : undefined
    if (o.preserveLinks && st.nlink > 1 && first === undefined) this.#copies.set(key, to)
    if (o.make !== 'copies' || first !== undefined) return yield* this.#link(first ?? from, from, to, old, note)
    if (old !== undefined && (o.removeDestination || (!isReg(st.mode) && o.recursive))) {
      const gone = yield* unlink(to)
      if (isErr(gone) && gone !== Errno.ENOENT) return yield* this.#no(`cannot remove ${quoteaf(to)}`, gone)
    }
    let ok: boolean
    if (isLnk(st.mode)) ok = yield* this.#symlink(from, to)
    else if (isReg(st.mode) || !o.recursive) ok = yield* this.#contents(from, st, to)
    else {
      const made = yield* call('mknodat', AT_FDCWD, to, (st.mode & S_IFMT) | (st.mode & 0o777), st.rdev)
      ok = isErr(made) ? yield* this.#no(`cannot create ${(st.mode & S_IFMT) === 0o010000 ? 'fifo' : 'special file'} ${quoteaf(to)}`, made) : true
    }
    if (!ok) return false
    yield* this.#announce(from, to, note)
    return yield* this.#attributes(from, st, to)
  }

  *#link(target: string, from: string, to: string, old: Stat | undefined, note: string): Flow<boolean> {
    const hard = this.#o.make !== 'symbolic links'
    if (!hard && !from.startsWith('/') && to.includes('/') && !to.startsWith('./')) {
      return yield* this.#no(`${quoteaf(to)}: can make relative symbolic links only in current directory`)
    }
    if (old !== undefined && (this.#o.force || this.#o.make === 'copies')) yield* unlink(to)
    const made = yield* hard ? link(target, to) : symlink(target, to)
    if (isErr(made)) return yield* this.#no(hard ? `cannot create hard link ${quoteaf(to)} to ${quoteaf(target)}` : `cannot create symbolic link ${quoteaf(to)} to ${quoteaf(target)}`, made)
    yield* this.#announce(from, to, note)
    return true
  }

  *#symlink(from: string, to: string): Flow<boolean> {
    const target = yield* readlink(from)
    if (isErr(target)) return yield* this.#no(`cannot read symbolic link ${quoteaf(from)}`, target)
    const made = yield* symlink(target, to)
    return isErr(made) ? yield* this.#no(`cannot create symbolic link ${quoteaf(to)}`, made) : true
  }

  *#contents(from: string, st: Stat, to: string): Flow<boolean> {
    const input = yield* open(from, O_RDONLY)
    if (isErr(input)) return yield* this.#no(`cannot open ${quoteaf(from)} for reading`, input)
    const output = yield* this.#create(to, this.#o.plainMode ? 0o666 : st.mode & (this.#o.preserveOwner ? 0o700 : 0o777))
    if (output === undefined) {
      yield* close(input)
      return false
    }
    let ok = true
    const holes = this.#o.sparse === 'always' || (this.#o.sparse === 'auto' && isReg(st.mode) && st.blocks * 512 < st.size)
    while (!this.#o.attributesOnly) {
      const part = yield* call('read', input, 131072)
      if (isErr(part)) ok = yield* this.#no(`error reading ${quoteaf(from)}`, part)
      if (isErr(part) || part.length === 0) break
      const wrote = yield* holes ? writeSparse(output, part) : writeAll(output, part)
      if (!isErr(wrote)) continue
      ok = yield* this.#no((yield* sameFileSystem(input, output)) ? `error copying ${quoteaf(from)} to ${quoteaf(to)}` : `error writing ${quoteaf(to)}`, wrote)
      break
    }
    if (holes && ok) yield* endAtPosition(output)
    yield* close(input)
    const closed = yield* close(output)
    if (isErr(closed)) ok = yield* this.#no(`failed to close ${quoteaf(to)}`, closed)
    return ok
  }

  /** Opens the destination: an existing file is emptied and keeps its mode; with -f one that can't be opened is removed first. */
  *#create(to: string, mode: number): Flow<number | undefined> {
    const here = yield* lstat(to)
    if (!isErr(here)) {
      if (isLnk(here.mode) && isErr(yield* stat(to))) {
        yield* this.#no(`not writing through dangling symlink ${quoteaf(to)}`)
        return undefined
      }
      const existing = yield* open(to, O_WRONLY | (this.#o.attributesOnly ? 0 : O_TRUNC))
      if (!isErr(existing)) return existing
      if (!this.#o.force) {
        yield* this.#no(`cannot create regular file ${quoteaf(to)}`, existing)
        return undefined
      }
      const gone = yield* unlink(to)
      if (isErr(gone)) {
        yield* this.#no(`cannot remove ${quoteaf(to)}`, gone)
        return undefined
      }
      if (this.#o.verbose) yield* this.#c.stdout.write(`removed ${quoteaf(to)}\n`)
    }
    const fd = yield* open(to, O_WRONLY | O_CREAT | O_EXCL, mode)
    if (!isErr(fd)) return fd
    yield* this.#no(`cannot create regular file ${quoteaf(to)}`, fd === Errno.EISDIR && to.endsWith('/') ? Errno.ENOTDIR : fd)
    return undefined
  }

  *#attributes(from: string, st: Stat, to: string): Flow<boolean> {
    const o = this.#o
    let ok = true
    if (o.preserveTimes) {
      const set = yield* call('utimensat', AT_FDCWD, to, st.atime, st.mtime, AT_SYMLINK_NOFOLLOW)
      if (isErr(set)) ok = yield* this.#no(`preserving times for ${quoteaf(to)}`, set)
    }
    if (o.preserveOwner) {
      const set = yield* isLnk(st.mode) ? lchown(to, st.uid, st.gid) : chown(to, st.uid, st.gid)
      if (isErr(set) && (set === Errno.EPERM || set === Errno.EINVAL)) yield* isLnk(st.mode) ? lchown(to, -1, st.gid) : chown(to, -1, st.gid)
      else if (isErr(set)) ok = yield* this.#no(`failed to preserve ownership for ${quoteaf(to)}`, set)
    }
    if (isLnk(st.mode)) return ok
    if (o.preserveXattrs) {
      const value = yield* call('getxattr', from, XATTR_CAPABILITY, true)
      if (!isErr(value)) yield* call('setxattr', to, XATTR_CAPABILITY, value, 0, true)
    }
    if (o.preserveMode) {
      const now = yield* stat(to)
      const owned = !isErr(now) && now.uid === st.uid && now.gid === st.gid
      const set = yield* chmod(to, st.mode & (owned || !o.preserveOwner ? 0o7777 : 0o1777))
      if (isErr(set)) ok = yield* this.#no(`preserving permissions for ${quoteaf(to)}`, set)
    }
    return ok
  }
}

/** Whether copy_file_range(2) does the copying, which shows in the error message. */
function* sameFileSystem(input: number, output: number): Flow<boolean> {
  const [a, b] = [yield* fstat(input), yield* fstat(output)]
  return !isErr(a) && !isErr(b) && isReg(a.mode) && isReg(b.mode) && a.dev === b.dev
}

const BLOCK = 4096

/** Writes what isn't zero and seeks over the blocks that are. */
function* writeSparse(fd: number, data: Uint8Array): Flow<number | Errno> {
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = data.subarray(at, at + BLOCK)
    const done = yield* block.every((byte) => byte === 0) ? call('lseek', fd, block.length, SEEK_CUR) : writeAll(fd, block)
    if (isErr(done)) return done
  }
  return data.length
}

/** A hole at the end counts only if the size says so. */
function* endAtPosition(fd: number): Flow<void> {
  const position = yield* call('lseek', fd, 0, SEEK_CUR)
  if (!isErr(position)) yield* call('ftruncate', fd, position)
}
