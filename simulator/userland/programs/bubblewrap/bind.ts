// Bind mounts with bubblewrap's flags (bind-mount.c): mounted first, then the copy and everything below it is remounted nosuid, and nodev or read-only as asked.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { MS_BIND, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC, MS_RELATIME, MS_REMOUNT, MS_SILENT } from '../../../abi/mount.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { type MountEntry, parseMountinfo } from '../../libc/mountinfo.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { close, readToEnd } from '../../libc/unistd.ts'
import { die } from './die.ts'

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['ro', MS_RDONLY], ['nosuid', MS_NOSUID], ['nodev', MS_NODEV], ['noexec', MS_NOEXEC], ['noatime', MS_NOATIME], ['nodiratime', MS_NODIRATIME], ['relatime', MS_RELATIME],
])

export interface BindFlags {
  readonly readonly: boolean
  readonly devices: boolean
  readonly recursive: boolean
}

const mountFlags = (mount: MountEntry): number => mount.vfsOptions.split(',').reduce((flags, word) => flags | (FLAGS.get(word) ?? 0), 0)
const isAtOrBelow = (path: string, dir: string): boolean => path === dir || path.startsWith(dir === '/' ? '/' : `${dir}/`)

/** The mount seen at `dest` and those seen below it, parents first. Mounts hidden by later ones are left out. */
function visibleTree(table: readonly MountEntry[], dest: string): readonly MountEntry[] {
  let top: MountEntry | undefined
  for (const mount of table) if (mount.target === dest) top = mount
  if (top === undefined) return []
  const tree: MountEntry[] = []
  const add = (mount: MountEntry): void => {
    tree.push(mount)
    const children = table.filter((child) => child.parent === mount.id && isAtOrBelow(child.target, mount.target))
    for (const [index, child] of children.entries()) {
      if (!children.some((later, at) => at > index && isAtOrBelow(child.target, later.target))) add(child)
    }
  }
  add(top)
  return tree
}

/** Mounts `source` on `dest` (unless undefined: what is mounted there already) and applies the flags; ends with `Can't …: reason` otherwise. */
export function* bindMount(c: Crt, procFd: number, source: string | undefined, dest: string, flags: BindFlags, problem: string): Flow<void> {
  const explain = (what: string, errno?: Errno): Flow<never> => die(c, `${problem}: ${what}`, errno)
  if (source !== undefined) {
    const bound = yield* call('mount', source, dest, '', MS_SILENT | MS_BIND | (flags.recursive ? MS_REC : 0), '')
    if (isErr(bound)) yield* explain('Unable to mount source on destination', bound)
  }
  const resolved = yield* canonicalize(dest)
  if (isErr(resolved)) return yield* explain('realpath(destination)', resolved)
  const table = yield* readMountTable(procFd)
  const tree = isErr(table) ? [] : visibleTree(table, resolved)
  if (tree.length === 0) return yield* explain(`Unable to find "${resolved}" in mount table`, E.EINVAL)
  const wanted = (flags.devices ? 0 : MS_NODEV) | MS_NOSUID | (flags.readonly ? MS_RDONLY : 0)
  for (const [index, mount] of tree.entries()) {
    if (index > 0 && !flags.recursive) break
    const current = mountFlags(mount)
    if ((current | wanted) === current) continue
    const path = index === 0 ? resolved : mount.target
    const changed = yield* call('mount', 'none', path, '', MS_SILENT | MS_BIND | MS_REMOUNT | current | wanted, '')
    if (!isErr(changed)) continue
    if (index === 0) yield* explain(`Unable to remount destination "${resolved}" with correct flags`, changed)
    // What the user cannot reach need not be made harmless.
    if (changed !== E.EACCES) yield* explain(`Unable to apply mount flags: remount "${path}"`, changed)
  }
}

/** Through the descriptor of the old /proc, since the new root may have none. */
function* readMountTable(procFd: number): Flow<readonly MountEntry[] | Errno> {
  const fd = yield* call('openat', procFd, 'self/mountinfo', O_RDONLY | O_CLOEXEC, 0)
  if (isErr(fd)) return fd
  const data = yield* readToEnd(fd)
  yield* close(fd)
  return isErr(data) ? data : parseMountinfo(decodeUtf8(data))
}
