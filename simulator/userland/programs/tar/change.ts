// tar -r, -u, -A, --delete and -d: what changes an existing archive, or compares it with the files.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isLnk } from '../../../abi/stat.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { isGzip } from '../../../lib/gzip.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { close, lstat, open, readlink, readToEnd, writeAll } from '../../libc/unistd.ts'
import { gather } from './create.ts'
import { covers } from './extract.ts'
import { type ArchivedMember, decodeArchive, encodeEnd, encodeMember } from '../../../lib/tar.ts'
import { fatal, type TarRequest } from './options.ts'

/** The members of an archive; a number is the exit status after a complaint. */
function* load(c: Crt, path: string, mayBeMissing: boolean): Flow<readonly ArchivedMember[] | number> {
  const fd = yield* open(path, O_RDONLY)
  if (isErr(fd)) return mayBeMissing && fd === E.ENOENT ? [] : yield* fatal(c, `${path}: Cannot open: ${fd.message}`)
  const data = yield* readToEnd(fd)
  yield* close(fd)
  if (isErr(data)) return yield* fatal(c, `${path}: Cannot read: ${data.message}`)
  if (isGzip(data)) return yield* fatal(c, 'Cannot update compressed archives')
  const { members, isArchive } = decodeArchive(data)
  return isArchive ? members : yield* fatal(c, 'This does not look like a tar archive')
}

function* save(c: Crt, path: string, members: readonly ArchivedMember[], more: readonly Uint8Array[]): Flow<number> {
  const body = concatBytes([...members.map(encodeMember), ...more])
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  if (isErr(fd)) return yield* fatal(c, `${path}: Cannot open: ${fd.message}`)
  const written = yield* writeAll(fd, concatBytes([body, encodeEnd(body.length)]))
  yield* close(fd)
  return isErr(written) ? yield* fatal(c, `${path}: Cannot write: ${written.message}`) : 0
}

const done = function* (c: Crt, failed: boolean): Flow<number> {
  if (failed) yield* warn(c, 'Exiting with failure status due to previous errors')
  return failed ? 2 : 0
}

export function* change(c: Crt, request: TarRequest): Flow<number> {
  const { archive } = request
  if (archive === undefined) return yield* fatal(c, 'Options \'-Aru\' are incompatible with \'-f -\'')
  const members = yield* load(c, archive, request.action === 'r' || request.action === 'u')
  if (typeof members === 'number') return members
  if (request.action === 'delete') return yield* remove(c, request, archive, members)
  if (request.action === 'A') {
    const added: Uint8Array[] = []
    for (const name of request.names) {
      const more = yield* load(c, name, false)
      if (typeof more === 'number') return more
      added.push(...more.map(encodeMember))
    }
    return yield* save(c, archive, members, added)
  }
  const newest = new Map(members.map((m) => [m.name.replace(/\/$/, ''), m.mtime]))
  const isNewer = (name: string, mtime: number): boolean => request.action === 'r' || Math.floor(mtime) > (newest.get(name) ?? -1)
  const gathered = yield* gather(c, request, yield* lstat(archive), isNewer)
  if (typeof gathered === 'number') return gathered
  const saved = yield* save(c, archive, members, gathered.parts)
  return saved !== 0 ? saved : yield* done(c, gathered.failed)
}

function* remove(c: Crt, request: TarRequest, archive: string, members: readonly ArchivedMember[]): Flow<number> {
  const saved = yield* save(c, archive, members.filter((m) => !request.names.some((name) => covers(name, m.name))), [])
  if (saved !== 0) return saved
  let failed = false
  for (const name of request.names) {
    if (members.some((m) => covers(name, m.name))) continue
    yield* warn(c, `${name}: Not found in archive`)
    failed = true
  }
  return yield* done(c, failed)
}

/** tar -d: says how the files differ from the members. */
export function* compare(c: Crt, request: TarRequest): Flow<number> {
  const members = request.archive === undefined ? [] : yield* load(c, request.archive, false)
  if (typeof members === 'number') return members
  let status = 0
  for (const m of members) {
    if (request.names.length > 0 && !request.names.some((name) => covers(name, m.name))) continue
    if (request.flags.has('v')) yield* c.stdout.write(`${m.name}\n`)
    for (const text of yield* differences(m)) {
      yield* (text.startsWith('Warning') ? c.stderr : c.stdout).write(`${text.startsWith('Warning') ? `${c.name}: ${m.name}: ${text}` : `${m.name}: ${text}`}\n`)
      status = 1
    }
  }
  return status
}

function* differences(m: ArchivedMember): Flow<readonly string[]> {
  const path = m.name.replace(/\/$/, '')
  const st = yield* lstat(path)
  if (isErr(st)) return [`Warning: Cannot stat: ${st.message}`]
  const found: string[] = []
  if ((st.mode & 0o7777) !== m.mode && !isLnk(st.mode)) found.push('Mode differs')
  if (st.uid !== m.uid) found.push('Uid differs')
  if (st.gid !== m.gid) found.push('Gid differs')
  if (m.type === '2') {
    if ((yield* readlink(path)) !== m.link) found.push('Symlink differs')
    return found
  }
  if (m.type !== '0') return found
  if (Math.floor(st.mtime / 1000) !== m.mtime) found.push('Mod time differs')
  if (st.size !== m.data.length) return [...found, 'Size differs']
  const fd = yield* open(path, O_RDONLY)
  const data = isErr(fd) ? fd : yield* readToEnd(fd)
  if (!isErr(fd)) yield* close(fd)
  if (!isErr(data) && data.some((byte, i) => byte !== m.data[i])) found.push('Contents differ')
  return found
}
