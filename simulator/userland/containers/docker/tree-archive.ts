// Directory trees as tar archives and back, for docker cp, export, save, load, build contexts.
import { isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isBlk, isChr, isDir, isFifo, isLnk, isReg, major, makedev, minor, S_IFBLK, S_IFCHR, S_IFIFO, type Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes, EMPTY_BYTES } from '../../../lib/bytes.ts'
import { type ArchivedMember, BLOCK, encodeMember, type MemberType } from '../../../lib/tar.ts'
import { call } from '../../libc/syscall.ts'
import { close, link, lstat, mkdir, open, readDir, readlink, readToEnd, symlink, writeAll } from '../../libc/unistd.ts'

function typeOf(st: Stat): MemberType | undefined {
  if (isReg(st.mode)) return '0'
  if (isLnk(st.mode)) return '2'
  if (isChr(st.mode)) return '3'
  if (isBlk(st.mode)) return '4'
  if (isDir(st.mode)) return '5'
  return isFifo(st.mode) ? '6' : undefined
}

export interface PackOptions {
  /** Leaves a path (relative, without leading slash) out. */
  readonly skips?: (path: string) => boolean
  readonly follow?: boolean
}

/** One node and what is in it, named `name` in the archive. */
export function* packTree(path: string, name: string, members: ArchivedMember[], options: PackOptions = {}, relative = ''): Flow<void> {
  const st = yield* lstat(path)
  if (isErr(st)) return
  const type = typeOf(st)
  if (type === undefined) return
  let data: Uint8Array = EMPTY_BYTES
  let target = ''
  if (type === '0') {
    const fd = yield* open(path, O_RDONLY)
    const bytes = isErr(fd) ? EMPTY_BYTES : yield* readToEnd(fd)
    if (!isErr(fd)) yield* close(fd)
    data = isErr(bytes) ? EMPTY_BYTES : bytes
  }
  if (type === '2') {
    const text = yield* readlink(path)
    target = isErr(text) ? '' : text
  }
  members.push({
    name: type === '5' ? `${name.replace(/\/$/, '')}/` : name, mode: st.mode & 0o7777, uid: st.uid, gid: st.gid, user: '', group: '', size: data.length, mtime: Math.floor(st.mtime / 1000), type, link: target,
    major: major(st.rdev), minor: minor(st.rdev), data,
  })
  if (type !== '5') return
  const entries = yield* readDir(path)
  for (const entry of isErr(entries) ? [] : [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === '.' || entry.name === '..') continue
    const below = relative === '' ? entry.name : `${relative}/${entry.name}`
    if (options.skips?.(below) === true) continue
    yield* packTree(`${path}/${entry.name}`, name === '' || name === '.' ? entry.name : `${name.replace(/\/$/, '')}/${entry.name}`, members, options, below)
  }
}

/** As Go's tar writer: two empty blocks at the end, no filling up. */
export function encodeArchive(members: readonly ArchivedMember[]): Uint8Array {
  const parts = members.filter((m) => m.name !== '' && m.name !== '/' && m.name !== './').map(encodeMember)
  return concatBytes([...parts, new Uint8Array(2 * BLOCK)])
}

/** Archive of a regular file made on the spot. */
export const fileMember = (name: string, data: Uint8Array, mtime = 0): ArchivedMember => ({ name, mode: 0o644, uid: 0, gid: 0, user: '', group: '', size: data.length, mtime, type: '0', link: '', major: 0, minor: 0, data })

export interface UnpackOptions {
  /** Everything belongs to them. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** Added to the owners in the archive: a user namespace's mapping. */
  readonly shift?: { readonly uid: number; readonly gid: number }
}

/** Writes members below a directory; parents are made. What is there is replaced, directories stay. */
export function* unpackTree(members: readonly ArchivedMember[], directory: string, options: UnpackOptions = {}): Flow<void> {
  for (const m of members) {
    const name = m.name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '')
    if (name === '' || name === '.' || name.split('/').includes('..')) continue
    const path = `${directory}/${name}`
    yield* makeParents(directory, name)
    const there = yield* lstat(path)
    if (!isErr(there) && !(m.type === '5' && isDir(there.mode)) && !(m.type === '0' && isReg(there.mode))) yield* call('unlinkat', -100, path, isDir(there.mode) ? 0x200 : 0)
    yield* makeMember(m, path, directory)
    const uid = options.owner?.uid ?? m.uid + (options.shift?.uid ?? 0)
    const gid = options.owner?.gid ?? m.gid + (options.shift?.gid ?? 0)
    if (m.type !== '1') yield* call('fchownat', -100, path, uid, gid, 0x100)
    if (m.type !== '2' && m.type !== '1') yield* call('fchmodat', -100, path, m.mode)
    if (m.type !== '1') yield* call('utimensat', -100, path, 'omit', m.mtime * 1000, 0x100)
  }
}
function* makeParents(directory: string, name: string): Flow<void> {
  const parts = name.split('/').slice(0, -1)
  let at = directory
  for (const part of parts) {
    at += `/${part}`
    yield* mkdir(at, 0o755)
  }
}
function* makeMember(m: ArchivedMember, path: string, directory: string): Flow<void> {
  switch (m.type) {
    case '5':
      yield* mkdir(path, m.mode)
      return
    case '2':
      yield* symlink(m.link, path)
      return
    case '1':
      yield* link(`${directory}/${m.link.replace(/^\/+/, '')}`, path)
      return
    case '3': case '4': case '6':
      yield* call('mknodat', -100, path, (m.type === '3' ? S_IFCHR : m.type === '4' ? S_IFBLK : S_IFIFO) | m.mode, m.type === '6' ? 0 : makedev(m.major, m.minor))
      return
    default: {
      const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      if (isErr(fd)) return
      yield* writeAll(fd, m.data)
      yield* close(fd)
    }
  }
}
