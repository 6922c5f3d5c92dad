// The container's view of the file system (libcontainer/rootfs_linux.go): its root made private, mounts, device nodes, and the old root left behind.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY, O_RDWR } from '../../../abi/fcntl.ts'
import { MNT_DETACH, MS_BIND, MS_MOVE, MS_PRIVATE, MS_RDONLY, MS_REC, MS_REMOUNT, MS_SLAVE } from '../../../abi/mount.ts'
import { major, minor } from '../../../abi/stat.ts'
import { parseMountinfo } from '../../libc/mountinfo.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, open, readFile } from '../../libc/unistd.ts'
import { check, wrapped } from '../go-error.ts'
import { type ContainerConfig, hasNamespace } from './config.ts'
import { cleanPath } from './convert.ts'
import { createDevices, setUpDevLinks, setUpPtmx } from './devices.ts'
import { runHooks } from './hooks.ts'
import type { InitConfig } from './init-config.ts'
import { mkdirAll, mountToRootfs } from './mounts.ts'

/** `atHooks` lets runc run the hooks that want the new mounts and the old root. Afterwards the process stands in the new root. */
export function* prepareRootfs(init: InitConfig, atHooks: () => Flow<void>): Flow<void> {
  const { config } = init
  if (hasNamespace(config, 'NEWNS')) yield* wrapped('error preparing rootfs', prepareRoot(config))
  const setsUpDev = needsDev(config)
  for (const mount of config.mounts) yield* wrapped(`error mounting ${JSON.stringify(mount.source)} to rootfs at ${JSON.stringify(mount.destination)}`, mountToRootfs(config, mount))
  if (setsUpDev) {
    yield* wrapped('error creating device nodes', createDevices(config))
    yield* wrapped('error setting up ptmx', setUpPtmx(config.rootfs))
    yield* wrapped('error setting up /dev symlinks', setUpDevLinks(config.rootfs))
  }
  yield* atHooks()
  check(yield* call('chdir', config.rootfs), `chdir ${config.rootfs}`)
  yield* runHooks(config.Hooks.createContainer, init.hookState)
  yield* wrapped('error jailing process inside rootfs', jail(config))
  if (setsUpDev) yield* wrapped('error reopening /dev/null inside container', reopenDevNull())
  if (init.cwd !== '') yield* mkdirAll(init.cwd, 0o755)
}

/** Nothing is made in a /dev that comes from outside. */
const needsDev = (config: ContainerConfig): boolean => !config.mounts.some(({ device, destination }) => device === 'bind' && cleanPath(destination) === '/dev')

function* prepareRoot(config: ContainerConfig): Flow<void> {
  const flag = config.rootPropagation === 0 ? MS_SLAVE | MS_REC : config.rootPropagation
  check(yield* call('mount', '', '/', '', flag, ''), 'mount /')
  yield* makeParentPrivate(config.rootfs)
  check(yield* call('mount', config.rootfs, config.rootfs, 'bind', MS_BIND | MS_REC, ''), `mount ${config.rootfs}:${config.rootfs}, flags: 0x5000`)
}

/** pivot_root(2) refuses a shared parent, and what is bound next shall not appear elsewhere. */
function* makeParentPrivate(rootfs: string): Flow<void> {
  const table = yield* readFile('/proc/self/mountinfo')
  const mounts = isErr(table) ? [] : parseMountinfo(table)
  let parent: { readonly target: string; readonly shared: boolean } | undefined
  for (const mount of mounts) {
    const below = rootfs === mount.target || rootfs.startsWith(mount.target === '/' ? '/' : `${mount.target}/`)
    if (below && (parent === undefined || mount.target.length >= parent.target.length)) parent = { target: mount.target, shared: mount.optional.some((field) => field.startsWith('shared:')) }
  }
  if (parent?.shared === true) check(yield* call('mount', '', parent.target, '', MS_PRIVATE, ''), `mount ${parent.target}`)
}

function* jail(config: ContainerConfig): Flow<void> {
  if (config.no_pivot_root) yield* moveRoot(config.rootfs)
  else if (hasNamespace(config, 'NEWNS')) yield* pivotRoot(config.rootfs)
  else {
    check(yield* call('chroot', '.'), 'chroot .')
    check(yield* call('chdir', '/'), 'chdir /')
  }
}

/** Old and new root on one another, told apart by descriptors: no directory for the old one is needed. */
function* pivotRoot(rootfs: string): Flow<void> {
  const oldRoot = check(yield* open('/', O_DIRECTORY | O_RDONLY | O_CLOEXEC), 'open /')
  const newRoot = check(yield* open(rootfs, O_DIRECTORY | O_RDONLY | O_CLOEXEC), `open ${rootfs}`)
  check(yield* call('fchdir', newRoot), 'fchdir')
  check(yield* call('pivot_root', '.', '.'), 'pivot_root')
  check(yield* call('fchdir', oldRoot), 'fchdir')
  check(yield* call('mount', '', '.', '', MS_SLAVE | MS_REC, ''), 'mount .')
  check(yield* call('umount2', '.', MNT_DETACH), 'unmount .')
  check(yield* call('chdir', '/'), 'chdir /')
  yield* close(oldRoot)
  yield* close(newRoot)
}

function* moveRoot(rootfs: string): Flow<void> {
  check(yield* call('mount', rootfs, '/', '', MS_MOVE, ''), `mount ${rootfs}:/`)
  check(yield* call('chroot', '.'), 'chroot .')
  check(yield* call('chdir', '/'), 'chdir /')
}

const DEV_NULL = { major: 1, minor: 3 }

/** Standard streams that are the host's /dev/null become the container's. */
function* reopenDevNull(): Flow<void> {
  const file = check(yield* open('/dev/null', O_RDWR | O_CLOEXEC), 'open /dev/null')
  const wanted = check(yield* fstat(file), 'stat /dev/null')
  for (const fd of [0, 1, 2]) {
    const st = yield* fstat(fd)
    if (!isErr(st) && major(st.rdev) === DEV_NULL.major && minor(st.rdev) === DEV_NULL.minor && st.rdev === wanted.rdev) check(yield* call('dup3', file, fd, 0), 'dup3')
  }
  yield* close(file)
}

/** What can only be done at the end: /dev and the root become read-only, the umask is the process's. */
export function* finalizeRootfs({ config, umask }: InitConfig): Flow<void> {
  for (const mount of config.mounts) {
    if (cleanPath(mount.destination) === '/dev' && (mount.flags & MS_RDONLY) !== 0) {
      check(yield* call('mount', '', '/dev', '', MS_REMOUNT | MS_BIND | mount.flags, ''), 'remount /dev')
    }
  }
  if (config.readonlyfs) yield* wrapped('error setting rootfs as readonly', setReadonly())
  yield* call('umask', umask ?? 0o022)
}

function* setReadonly(): Flow<void> {
  const flags = MS_BIND | MS_REMOUNT | MS_RDONLY
  const done = yield* call('mount', '', '/', '', flags, '')
  if (!isErr(done)) return
  const fs = check(yield* call('statfs', '/'), 'statfs /')
  check(yield* call('mount', '', '/', '', flags | fs.flags, ''), 'mount /')
}

