// tar -c: walks the named files and writes them down as members.
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { isBlk, isChr, isDir, isFifo, isLnk, isReg, isSock, major, minor, type Stat } from '../../../abi/stat.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { gzip } from '../../../lib/gzip.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { IdNames } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readDir, readlink, readToEnd, writeAll } from '../../libc/unistd.ts'
import { type ArchivedMember, encodeEnd, encodeMember, type MemberType } from '../../../lib/tar.ts'
import { fatal, type TarRequest } from './options.ts'
import { verboseLine } from './list.ts'

interface Walk {
  readonly c: Crt
  readonly request: TarRequest
  readonly names: IdNames
  readonly parts: Uint8Array[]
  /** Names of files with several links, by device and inode. */
  readonly links: Map<string, string>
  readonly archive: Stat | undefined
  /** Files that are to be archived, by name and time in seconds. */
  readonly wants: (name: string, mtime: number) => boolean
  warnedSlash: boolean
  failed: boolean
}

const typeOf = (mode: number): MemberType => (isDir(mode) ? '5' : isLnk(mode) ? '2' : isChr(mode) ? '3' : isBlk(mode) ? '4' : isFifo(mode) ? '6' : '0')

export function* create(c: Crt, request: TarRequest): Flow<number> {
  const fd = request.archive === undefined ? 1 : yield* open(request.archive, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  if (isErr(fd)) return yield* fatal(c, `${request.archive ?? ''}: Cannot open: ${fd.message}`)
  const archive = yield* call('newfstatat', fd, '', 0x1000)
  const walk = yield* gather(c, request, archive, () => true)
  if (typeof walk === 'number') return walk
  const body = concatBytes(walk.parts)
  const all = concatBytes([body, encodeEnd(body.length)])
  const packed = request.flags.has('z') || (request.flags.has('a') && /\.t?gz$/.test(request.archive ?? '')) ? gzip(all) : all
  yield* c.stdout.flush()
  const written = yield* writeAll(fd, packed)
  if (isErr(written)) return yield* fatal(c, `${request.archive ?? '-'}: Cannot write: ${written.message}`)
  if (!walk.failed) return 0
  yield* warn(c, 'Exiting with failure status due to previous errors')
  return 2
}

/** Reads what is to be archived; a number is the exit status after a complaint. */
export function* gather(c: Crt, request: TarRequest, archive: Stat | Errno, wants: Walk['wants']): Flow<Walk | number> {
  if (request.directory !== undefined) {
    const moved = yield* call('chdir', request.directory)
    if (isErr(moved)) return yield* fatal(c, `${request.directory}: Cannot open: ${moved.message}`)
  }
  const walk: Walk = { c, request, names: new IdNames(), parts: [], links: new Map(), archive: isErr(archive) ? undefined : archive, wants, warnedSlash: false, failed: false }
  for (const name of request.names) yield* add(walk, name.length > 1 ? name.replace(/\/+$/, '') : name)
  return walk
}

function* add(walk: Walk, path: string): Flow<void> {
  const { c, request } = walk
  const base = path.slice(path.lastIndexOf('/') + 1)
  if (request.excludes.some((pattern) => fnmatch(pattern, path) || fnmatch(pattern, base))) return
  const info = yield* call('newfstatat', AT_FDCWD, path, request.flags.has('h') ? 0 : AT_SYMLINK_NOFOLLOW)
  if (isErr(info)) {
    yield* warn(c, `${path}: Cannot stat`, info)
    walk.failed = true
    return
  }
  if (walk.archive !== undefined && info.ino === walk.archive.ino && info.dev === walk.archive.dev && isReg(info.mode)) {
    yield* warn(c, `${path}: archive cannot contain itself; not dumped`)
    return
  }
  if (isSock(info.mode)) {
    yield* warn(c, `${path}: socket ignored`)
    return
  }
  if (!isDir(info.mode) && !walk.wants(path, info.mtime / 1000)) return
  const member = yield* memberOf(walk, path, info)
  if (member === undefined) return
  walk.parts.push(encodeMember(member))
  if (request.flags.has('v')) {
    const out = request.archive === undefined ? c.stderr : c.stdout
    yield* out.write(`${verboseLine({ ...member, name: isDir(info.mode) ? `${path}/` : path }, false)}\n`)
  }
  if (isDir(info.mode) && !request.flags.has('no-recursion')) yield* addEntries(walk, path)
}

function* addEntries(walk: Walk, path: string): Flow<void> {
  const entries = yield* readDir(path)
  if (isErr(entries)) {
    yield* warn(walk.c, `${path}: Cannot open`, entries)
    walk.failed = true
    return
  }
  const names = entries.map((e) => e.name).filter((n) => n !== '.' && n !== '..')
  if (walk.request.values.get('sort') === 'name') names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  for (const name of names) yield* add(walk, path === '/' ? `/${name}` : `${path}/${name}`)
}

function* stored(walk: Walk, path: string, what: string): Flow<string> {
  if (!path.startsWith('/') || walk.request.flags.has('P')) return path
  if (!walk.warnedSlash) yield* warn(walk.c, `Removing leading \`/' from ${what}`)
  walk.warnedSlash = true
  return path.replace(/^\/+/, '') || '.'
}

function* memberOf(walk: Walk, path: string, info: Stat): Flow<ArchivedMember | undefined> {
  const { request } = walk
  const name = (yield* stored(walk, path, 'member names')) + (isDir(info.mode) ? '/' : '')
  const key = `${info.dev}:${info.ino}`
  const first = info.nlink > 1 && !isDir(info.mode) ? walk.links.get(key) : undefined
  if (first === undefined && info.nlink > 1) walk.links.set(key, name)
  let data: Uint8Array = new Uint8Array(0)
  let link = first ?? ''
  if (first === undefined && isReg(info.mode)) {
    const content = yield* contentOf(path)
    if (content === undefined) {
      walk.failed = true
      yield* warn(walk.c, `${path}: Cannot open: Permission denied`)
      return undefined
    }
    data = content
  } else if (isLnk(info.mode)) {
    const target = yield* readlink(path)
    link = isErr(target) ? '' : target
  }
  const numeric = request.flags.has('numeric-owner')
  const owner = request.values.get('owner')
  const group = request.values.get('group')
  return {
    name, mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, size: data.length, mtime: info.mtime / 1000, type: first === undefined ? typeOf(info.mode) : '1', link, data,
    user: owner ?? (numeric ? '' : (yield* walk.names.user(info.uid)) ?? ''), group: group ?? (numeric ? '' : (yield* walk.names.group(info.gid)) ?? ''),
    major: major(info.rdev), minor: minor(info.rdev),
  }
}

function* contentOf(path: string): Flow<Uint8Array | undefined> {
  const fd = yield* open(path, O_RDONLY)
  if (isErr(fd)) return undefined
  const data = yield* readToEnd(fd)
  yield* close(fd)
  return isErr(data) ? undefined : data
}
