// tar -x and -t: reads an archive, chooses members, lists or makes them.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } from '../../../abi/fcntl.ts'
import { makedev, S_IFBLK, S_IFCHR, S_IFIFO } from '../../../abi/stat.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { gunzip, isGzip } from '../../../lib/gzip.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { getgrnam, getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, close, lchown, link, mkdir, open, readToEnd, symlink, unlink, writeAll } from '../../libc/unistd.ts'
import { type ArchivedMember, decodeArchive } from '../../../lib/tar.ts'
import { fatal, type TarRequest } from './options.ts'
import { verboseLine } from './list.ts'

function* loadArchive(c: Crt, request: TarRequest): Flow<Uint8Array | number> {
  const fd = request.archive === undefined ? 0 : yield* open(request.archive, O_RDONLY)
  if (isErr(fd)) return yield* fatal(c, `${request.archive ?? ''}: Cannot open: ${fd.message}`)
  const data = yield* readToEnd(fd)
  if (isErr(data)) return yield* fatal(c, `${request.archive ?? '-'}: Cannot read: ${data.message}`)
  if (!isGzip(data) && !request.flags.has('z')) return data
  const plain = gunzip(data)
  if (plain !== undefined) return plain
  yield* c.stderr.write(`\ngzip: stdin: ${isGzip(data) ? 'unexpected end of file' : 'not in gzip format'}\n`)
  yield* warn(c, 'Child returned status 1')
  return yield* fatal0(c)
}
function* fatal0(c: Crt): Flow<number> {
  yield* warn(c, 'Error is not recoverable: exiting now')
  return 2
}

export const covers = (wanted: string, name: string): boolean => {
  const w = wanted.replace(/\/+$/, '')
  const n = name.replace(/\/+$/, '')
  return n === w || n.startsWith(`${w}/`)
}

export function* read(c: Crt, request: TarRequest): Flow<number> {
  const data = yield* loadArchive(c, request)
  if (typeof data === 'number') return data
  const { members, isArchive, isDamaged } = decodeArchive(data)
  let failed = false
  if (!isArchive) {
    yield* warn(c, 'This does not look like a tar archive')
    if (data.length > 512) yield* warn(c, 'Skipping to next header')
    failed = true
  } else if (isDamaged) {
    yield* warn(c, 'Skipping to next header')
    failed = true
  }
  if (request.directory !== undefined) {
    const moved = yield* call('chdir', request.directory)
    if (isErr(moved)) return yield* fatal(c, `${request.directory}: Cannot open: ${moved.message}`)
  }
  const found = new Set<string>()
  const directories: ArchivedMember[] = []
  const context = yield* extractContext(request)
  let warnedSlash = false
  for (const member of members) {
    const wanted = request.names.find((name) => covers(name, member.name) || (request.flags.has('wildcards') && fnmatch(name, member.name.replace(/\/$/, ''))))
    if (request.names.length > 0 && wanted === undefined) continue
    if (wanted !== undefined) found.add(wanted)
    if (request.excludes.some((pattern) => fnmatch(pattern, member.name.replace(/\/$/, '')) || fnmatch(pattern, member.name.replace(/^.*\/(?=.)/, '').replace(/\/$/, '')))) continue
    if (request.action === 't') {
      yield* c.stdout.write(`${verboseLine(member, request.flags.has('v'), request.flags.has('numeric-owner'))}\n`)
      continue
    }
    const target = outputName(request, member)
    if (target === undefined) continue
    if (member.name.startsWith('/') && !request.flags.has('P') && !warnedSlash) {
      warnedSlash = true
      yield* warn(c, "Removing leading `/' from member names")
    }
    if (request.flags.has('v')) yield* (request.flags.has('O') ? c.stderr : c.stdout).write(`${member.name}\n`)
    if (request.flags.has('O')) {
      if (member.type === '0') yield* c.stdout.write(member.data)
      continue
    }
    const placed = { ...member, name: target }
    if (!(yield* make(c, request, context, placed))) failed = true
    if (member.type === '5') directories.push(placed)
  }
  for (const directory of directories.reverse()) if (!(yield* setTime(c, request, directory))) failed = true
  for (const name of request.names) {
    if (found.has(name)) continue
    yield* warn(c, `${name}: Not found in archive`)
    failed = true
  }
  if (failed) yield* warn(c, 'Exiting with failure status due to previous errors')
  return failed ? 2 : 0
}

/** Where a member goes: without leading slash and stripped components; undefined when nothing is left. */
function outputName(request: TarRequest, member: ArchivedMember): string | undefined {
  const strip = Number(request.values.get('strip-components') ?? '0')
  const plain = request.flags.has('P') ? member.name : member.name.replace(/^\/+/, '')
  const parts = plain.replace(/\/+$/, '').split('/')
  const rest = parts.slice(strip).join('/')
  return rest === '' ? undefined : rest
}

interface ExtractContext { readonly isRoot: boolean; readonly umask: number }

function* extractContext(request: TarRequest): Flow<ExtractContext> {
  const isRoot = (yield* call('geteuid')) === 0
  const umask = yield* call('umask', 0)
  if (isErr(umask)) return { isRoot, umask: 0o022 }
  yield* call('umask', umask)
  return { isRoot: isRoot && !request.flags.has('no-same-owner'), umask: isRoot || request.flags.has('p') ? 0 : umask }
}

function* make(c: Crt, request: TarRequest, context: ExtractContext, m: ArchivedMember): Flow<boolean> {
  yield* makeParents(m.name)
  const error = yield* place(request, m)
  if (error !== undefined) {
    yield* warn(c, `${m.name}: ${error.what}`, error.errno)
    return false
  }
  if (m.type === '1') return true
  if (context.isRoot) {
    const uid = m.user === '' ? undefined : (yield* getpwnam(m.user))?.uid
    const gid = m.group === '' ? undefined : (yield* getgrnam(m.group))?.gid
    yield* lchown(m.name, uid ?? m.uid, gid ?? m.gid)
  }
  if (m.type !== '2') yield* chmod(m.name, m.mode & 0o7777 & ~context.umask)
  return m.type === '5' ? true : yield* setTime(c, request, m)
}

interface Failure { readonly what: string; readonly errno: Errno }

/** Makes the file itself; an older one in the way is removed first. */
function* place(request: TarRequest, m: ArchivedMember): Flow<Failure | undefined> {
  if (m.type === '5') {
    const made = yield* mkdir(m.name, 0o700)
    return isErr(made) && made !== E.EEXIST ? { what: 'Cannot mkdir', errno: made } : undefined
  }
  let error = yield* placeOnce(m)
  if (error?.errno === E.EEXIST && !request.flags.has('k')) {
    const removed = yield* unlink(m.name)
    if (!isErr(removed)) error = yield* placeOnce(m)
  }
  return error
}

function* placeOnce(m: ArchivedMember): Flow<Failure | undefined> {
  const fail = (what: string, result: unknown): Failure | undefined => (isErr(result) ? { what, errno: result } : undefined)
  switch (m.type) {
    case '1': return fail(`Cannot hard link to ‘${m.link}’`, yield* link(m.link.replace(/^\/+/, ''), m.name))
    case '2': return fail(`Cannot create symlink to ‘${m.link}’`, yield* symlink(m.link, m.name))
    case '6': return fail('Cannot mkfifo', yield* call('mknodat', AT_FDCWD, m.name, S_IFIFO | 0o600, 0))
    case '3': case '4':
      return fail('Cannot mknod', yield* call('mknodat', AT_FDCWD, m.name, (m.type === '3' ? S_IFCHR : S_IFBLK) | 0o600, makedev(m.major, m.minor)))
    default: {
      const fd = yield* open(m.name, O_WRONLY | O_CREAT | O_EXCL, 0o600)
      if (isErr(fd)) return { what: 'Cannot open', errno: fd }
      const written = yield* writeAll(fd, m.data)
      yield* close(fd)
      return fail('Cannot write', written)
    }
  }
}

function* makeParents(name: string): Flow<void> {
  for (let at = name.indexOf('/', 1); at > 0; at = name.indexOf('/', at + 1)) yield* mkdir(name.slice(0, at), 0o777)
}

function* setTime(c: Crt, request: TarRequest, m: ArchivedMember): Flow<boolean> {
  if (request.flags.has('m')) return true
  const set = yield* call('utimensat', AT_FDCWD, m.name, 'now', m.mtime * 1000, AT_SYMLINK_NOFOLLOW)
  if (!isErr(set)) return true
  yield* warn(c, `${m.name}: Cannot utime`, set)
  return false
}
