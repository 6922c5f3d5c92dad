// umount(8) of util-linux 2.38.1: detaches file systems by mount point or by source, one, a tree (-R), all of a device (-A) or all (-a).
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { Errno as E, type Errno, isErr } from '../../../abi/errno.ts'
import { MNT_DETACH, MNT_FORCE, MS_RDONLY, MS_REMOUNT } from '../../../abi/mount.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { matchesOptions, matchesType, type MountEntry, readFstab, readMountinfo } from '../../libc/mountinfo.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { readFile } from '../../libc/unistd.ts'
import { die, option, tryHelp, LIBMOUNT } from './common.ts'
import { dropPrivileges, MNT_EX_FAIL, MNT_EX_SOMEOK } from './mount-context.ts'
import { enterMountNamespace } from './mount.ts'
import { UMOUNT_HELP } from './help/umount.ts'

export const UMOUNT_OPTIONS: OptionTable = {
  short: 'aAcdfhilnqrRO:t:vVN:',
  long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'all-targets', arg: 'none', is: 'A' }, { name: 'detach-loop', arg: 'none', is: 'd' },
    { name: 'fake', arg: 'none' }, { name: 'force', arg: 'none', is: 'f' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'internal-only', arg: 'none', is: 'i' }, { name: 'lazy', arg: 'none', is: 'l' }, { name: 'no-canonicalize', arg: 'none', is: 'c' },
    { name: 'no-mtab', arg: 'none', is: 'n' }, { name: 'quiet', arg: 'none', is: 'q' }, { name: 'read-only', arg: 'none', is: 'r' },
    { name: 'recursive', arg: 'none', is: 'R' }, { name: 'test-opts', arg: 'required', is: 'O' }, { name: 'types', arg: 'required', is: 't' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'namespace', arg: 'required', is: 'N' },
  ],
}

interface Request {
  readonly flags: Set<string>
  types: string | undefined
  testOptions: string | undefined
}

/** Never taken away by `umount -a`. */
const KEPT_TYPES = new Set(['proc', 'devfs', 'devpts', 'sysfs', 'rpc_pipefs', 'nfsd', 'selinuxfs'])

export function* umount(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, UMOUNT_OPTIONS.short, UMOUNT_OPTIONS.long)
  const r: Request = { flags: new Set(), types: undefined, testOptions: undefined }
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, UMOUNT_HELP, 1, LIBMOUNT)
    if (!'hdilqVv'.includes(opt)) yield* dropPrivileges()
    if (opt === 't') r.types = arg
    else if (opt === 'O') r.testOptions = arg
    else if (opt === 'N') yield* enterMountNamespace(c, arg)
    else r.flags.add(opt)
  }
  if (r.flags.has('a')) return yield* umountAll(c, r)
  if (parsed.operands.length === 0) {
    yield* warn(c, 'bad usage')
    return yield* tryHelp(c)
  }
  let status = 0
  let gone = 0
  for (const name of parsed.operands) {
    const one = r.flags.has('R') ? yield* umountTree(c, r, name) : r.flags.has('A') ? yield* umountDevice(c, r, name) : yield* umountNamed(c, r, name)
    if (one !== 0) status = one
    else gone++
  }
  return status !== 0 && gone > 0 ? MNT_EX_SOMEOK : status
}

function* mountTable(c: Crt): Flow<readonly MountEntry[]> {
  const mounts = yield* readMountinfo()
  return isErr(mounts) ? yield* die(c, 1, 'failed to parse /proc/self/mountinfo', mounts) : mounts
}

/** A mount point or a source. A source must be mounted in one place, and be the topmost there. */
function* umountNamed(c: Crt, r: Request, name: string): Flow<number> {
  const path = yield* canonicalize(name)
  const restricted = (yield* call('getuid')) !== 0
  if (isErr(path) && restricted && name.startsWith('/')) {
    yield* warn(c, name, path)
    return MNT_EX_FAIL
  }
  // Without /proc the name can only be a mount point, and the kernel is asked at once.
  const table = yield* readMountinfo()
  const mounts = isErr(table) ? [] : table
  const byTarget = isErr(path) ? undefined : mounts.findLast((m) => m.target === path)
  if (byTarget) return yield* detach(c, r, byTarget.target, byTarget, restricted || !name.startsWith('/') || ['l', 'f', 'c', 'd'].some((flag) => r.flags.has(flag)))
  const bySource = mounts.findLast((m) => m.source === name || (!isErr(path) && m.source === path && name.startsWith('/dev/')))
  if (!bySource) return yield* detach(c, r, name)
  if (mounts.findLast((m) => m.target === bySource.target) !== bySource) {
    yield* warn(c, `${name}: umount failed: ${E.EINVAL.message}.`)
    return 1
  }
  return yield* detach(c, r, bySource.target, bySource, true)
}

/** -R: the children first, then the topmost mount on the place itself. */
function* umountTree(c: Crt, r: Request, name: string): Flow<number> {
  const mounts = yield* mountTable(c)
  const path = yield* canonicalize(name)
  if (isErr(path)) return yield* notMounted(c, r, name, 'not found')
  const top = mounts.findLast((m) => m.target === path)
  return top ? yield* umountBelow(c, r, mounts, top) : yield* notMounted(c, r, name, 'not mounted')
}

function* notMounted(c: Crt, r: Request, name: string, why: string): Flow<number> {
  if (!r.flags.has('q')) yield* warn(c, `${name}: ${why}`)
  return why === 'not found' ? MNT_EX_FAIL : 1
}

function* umountBelow(c: Crt, r: Request, mounts: readonly MountEntry[], mount: MountEntry): Flow<number> {
  for (const child of mounts.filter((m) => m.parent === mount.id && m.id !== mount.id).sort((a, b) => a.id - b.id)) {
    const status = yield* umountBelow(c, r, mounts, child)
    if (status !== 0) return status
  }
  return yield* detach(c, r, mount.target, mount)
}

/** -A: every place where the same device is mounted, latest first. */
function* umountDevice(c: Crt, r: Request, name: string): Flow<number> {
  const mounts = yield* mountTable(c)
  const path = yield* canonicalize(name)
  const dev = mounts.findLast((m) => m.target === path || m.source === name || m.source === path)?.dev
  if (dev === undefined) return yield* notMounted(c, r, name, 'not mounted')
  let status = 0
  for (const mount of mounts.filter((m) => m.dev === dev).reverse()) status = (yield* detach(c, r, mount.target, mount)) || status
  return status
}

function* umountAll(c: Crt, r: Request): Flow<number> {
  const verbose = r.flags.has('v')
  let status = 0
  for (const mount of [...(yield* mountTable(c))].reverse()) {
    const ignored = r.types === undefined ? KEPT_TYPES.has(mount.fstype) : !matchesType(mount.fstype, r.types)
    if (ignored || !matchesOptions(mount.options, r.testOptions)) {
      if (verbose) yield* c.stdout.write(`${mount.target.padEnd(25)}: ignored\n`)
      continue
    }
    const one = yield* detach(c, r, mount.target, mount)
    if (one !== 0) status = one
    else if (verbose) yield* c.stdout.write(`${mount.target.padEnd(25)}: successfully unmounted\n`)
  }
  return status
}

/** `isLookedUp`: the mount was looked for in the mount table, so that its source is known, too. */
function* detach(c: Crt, r: Request, target: string, mount?: MountEntry, isLookedUp = false): Flow<number> {
  if ((yield* call('getuid')) !== 0 && !(yield* mayUmount(mount))) yield* dropPrivileges()
  const flags = (r.flags.has('l') ? MNT_DETACH : 0) | (r.flags.has('f') ? MNT_FORCE : 0)
  const result = r.flags.has('fake') ? 0 : yield* call('umount2', target, flags)
  // With -r a busy one is remounted read-only, and nothing else is said than had it been unmounted.
  const isRemounted = r.flags.has('r') && result === E.EBUSY && !isErr(yield* call('mount', mount?.source ?? 'none', target, '', MS_REMOUNT | MS_RDONLY, ''))
  if (isErr(result) && !isRemounted) {
    if (!(r.flags.has('q') && result === E.EINVAL)) yield* warn(c, `${target}: ${result === E.ENOENT && isErr(yield* readMountinfo()) ? `umount failed: ${result.message}` : explain(result)}.`)
    return MNT_EX_FAIL
  }
  if (r.flags.has('v') && !r.flags.has('a')) yield* c.stdout.write(`${c.name}: ${target}${isLookedUp && mount !== undefined ? ` (${mount.source})` : ''} unmounted\n`)
  return 0
}

function explain(errno: Errno): string {
  switch (errno) {
    case E.ENXIO: return 'invalid block device'
    case E.EINVAL: return 'not mounted'
    case E.EIO: return "can't write superblock"
    case E.EBUSY: return 'target is busy'
    case E.ENOENT: return 'no mount point specified'
    case E.EPERM: return 'must be superuser to unmount'
    case E.EACCES: return 'block devices are not permitted on filesystem'
    default: return `umount(2) system call failed: ${errno.message}`
  }
}

/** fstab says `users`, or says `user` and this user mounted it. */
function* mayUmount(mount: MountEntry | undefined): Flow<boolean> {
  if (mount === undefined) return false
  const fstab = yield* readFstab()
  const options = isErr(fstab) ? [] : (fstab.find((e) => e.target === mount.target && e.source === mount.source)?.options ?? '').split(',')
  if (options.includes('users')) return true
  const utab = yield* readFile('/run/mount/utab')
  const user = yield* getpwuid((yield* call('getuid')) as number)
  return options.includes('user') && !isErr(utab) && utab.split('\n').some((line) => line.includes(` TARGET=${mount.target} `) && line.endsWith(`user=${user?.name}`))
}
