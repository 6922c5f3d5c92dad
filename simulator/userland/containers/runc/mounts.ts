// One mount of config.json (libcontainer/rootfs_linux.go: mountToRootfs): where it goes is made if it is missing, flags that a first mount(2) ignores are set by a second.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import { MS_BIND, MS_RDONLY, MS_REC, MS_REMOUNT } from '../../../abi/mount.ts'
import { isDir, isLnk } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { close, lstat, mkdir, open, readFile, readlink, stat } from '../../libc/unistd.ts'
import { check, fail, goText, quoted } from '../go-error.ts'
import { CGROUP_ROOT } from './cgroup.ts'
import { type ContainerConfig, EXT_COPYUP, hasNamespace, type MountConfig } from './config.ts'
import { cleanPath } from './convert.ts'

const MAX_LINKS = 40

/** securejoin.SecureJoin: `path` below `root`, with links that lead out of it kept inside. Missing parts are allowed. */
export function* secureJoin(root: string, path: string): Flow<string> {
  let rest = path.split('/')
  let current = ''
  let links = 0
  while (rest.length > 0) {
    const [part] = rest
    rest = rest.slice(1)
    if (part === '' || part === '.') continue
    if (part === '..') {
      current = current.slice(0, current.lastIndexOf('/'))
      continue
    }
    const st = yield* lstat(`${root}${current}/${part}`)
    if (isErr(st) || !isLnk(st.mode)) {
      current = `${current}/${part}`
      continue
    }
    if (++links > MAX_LINKS) fail(`securejoin: ${root}/${path}: too many links`)
    const target = yield* readlink(`${root}${current}/${part}`)
    if (isErr(target)) continue
    if (target.startsWith('/')) current = ''
    rest = [...target.split('/'), ...rest]
  }
  return `${root}${current}` || '/'
}

/** os.MkdirAll */
export function* mkdirAll(path: string, mode: number): Flow<void> {
  for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
    const part = slash < 0 ? path : path.slice(0, slash)
    const made = yield* mkdir(part, mode)
    if (isErr(made) && made !== Errno.EEXIST && (slash < 0 || made !== Errno.EROFS)) fail(`mkdir ${part}: ${goText(made)}`)
    if (slash < 0) {
      const st = yield* stat(path)
      if (!isErr(st) && !isDir(st.mode)) fail(`mkdir ${path}: not a directory`)
      return
    }
  }
}

export function* mountToRootfs(config: ContainerConfig, m: MountConfig): Flow<void> {
  const dest = yield* secureJoin(config.rootfs, m.destination)
  if (m.device === 'proc' || m.device === 'sysfs') {
    const st = yield* lstat(dest)
    if (!isErr(st) && !isDir(st.mode)) fail(`filesystem ${quoted(m.device)} must be mounted on ordinary directory`)
    yield* mkdirAll(dest, 0o755)
    yield* mountPropagate(m, dest)
    return
  }
  switch (m.device) {
    case 'mqueue':
      yield* mkdirAll(dest, 0o755)
      return yield* mountPropagate(m, dest)
    case 'tmpfs': return yield* mountTmpfs(m, dest)
    case 'bind': return yield* mountBind(config, m, dest)
    case 'cgroup': return yield* mountCgroup(config, m, dest)
    default:
      yield* checkProcMount(config.rootfs, dest, m.source)
      yield* mkdirAll(dest, 0o755)
      return yield* mountPropagate(m, dest)
  }
}

/** An existing directory lends the new file system its mode. */
function* mountTmpfs(m: MountConfig, dest: string): Flow<void> {
  const st = yield* stat(dest)
  let { data } = m
  if (isErr(st)) yield* mkdirAll(dest, 0o755)
  else data = [`mode=${(st.mode & 0o7777).toString(8).padStart(4, '0')}`, ...(m.data === '' ? [] : [m.data])].join(',')
  if ((m.extensions & EXT_COPYUP) !== 0) fail('tmpcopyup is real, but not simulated here')
  yield* mountPropagate({ ...m, data }, dest)
  if ((m.flags & MS_RDONLY) !== 0 && cleanPath(m.destination) !== '/dev') check(yield* call('mount', '', dest, '', MS_REMOUNT | m.flags, ''), `remount ${dest}`)
}

function* mountBind(config: ContainerConfig, m: MountConfig, dest: string): Flow<void> {
  const source = check(yield* stat(m.source), `stat ${m.source}`)
  yield* checkProcMount(config.rootfs, dest, m.source)
  yield* createIfNotExists(dest, isDir(source.mode))
  yield* mountPropagate(m, dest)
  if ((m.flags & ~(MS_REC | MS_REMOUNT | MS_BIND)) !== 0) yield* remountBind(m, dest)
}

function* remountBind(m: MountConfig, dest: string): Flow<void> {
  const flags = m.flags | MS_REMOUNT
  const done = yield* call('mount', m.source, dest, m.device, flags, '')
  if (!isErr(done)) return
  // A mount from another user namespace keeps the flags it came with.
  const fs = yield* call('statfs', m.source)
  if (isErr(fs)) fail(`statfs ${m.source}: ${goText(fs)}`)
  else check(yield* call('mount', m.source, dest, m.device, flags | fs.flags, ''), `mount ${m.source}:${m.destination} (via /proc/self/fd/7), flags: 0x${flags.toString(16)}`)
}

function* createIfNotExists(path: string, isDirectory: boolean): Flow<void> {
  if (!isErr(yield* stat(path))) return
  if (isDirectory) {
    yield* mkdirAll(path, 0o755)
    return
  }
  yield* mkdirAll(path.slice(0, path.lastIndexOf('/')) || '/', 0o755)
  const fd = check(yield* open(path, O_CREAT | O_WRONLY, 0o755), `open ${path}`)
  yield* close(fd)
}

/** v2 only: the hierarchy, or, where that may not be mounted, the container's own group bound in. */
function* mountCgroup(config: ContainerConfig, m: MountConfig, dest: string): Flow<void> {
  yield* mkdirAll(dest, 0o755)
  const mounted = yield* call('mount', m.source, dest, 'cgroup2', m.flags, m.data)
  if (!isErr(mounted)) return
  if (mounted !== Errno.EPERM && mounted !== Errno.EBUSY) fail(`mount ${m.source}:${m.destination} (via /proc/self/fd/7), flags: 0x${m.flags.toString(16)}: ${goText(mounted)}`)
  let source = CGROUP_ROOT
  if (hasNamespace(config, 'NEWCGROUP') && config.cgroups.path.startsWith('/')) source += config.cgroups.path
  const bind: MountConfig = { ...m, device: 'bind', source, data: '', flags: m.flags | MS_BIND | MS_REC }
  yield* mountBind(config, bind, dest)
}

/** mountPropagate: what is still to be written to becomes read-only later. */
function* mountPropagate(m: MountConfig, dest: string): Flow<void> {
  let { flags } = m
  if (cleanPath(m.destination) === '/dev' || m.device === 'tmpfs') flags &= ~MS_RDONLY
  const mounted = yield* call('mount', m.source, dest, m.device, flags, m.data)
  if (isErr(mounted)) {
    const data = m.data === '' ? '' : `, data: ${m.data}`
    fail(`mount ${m.source}:${m.destination} (via /proc/self/fd/7), flags: 0x${flags.toString(16)}${data}: ${goText(mounted)}`)
  }
  for (const flag of m.propagation_flags ?? []) check(yield* call('mount', '', dest, '', flag, ''), `mount ${dest}`)
}

const VALID_PROC_MOUNTS = [
  '/proc/cpuinfo', '/proc/diskstats', '/proc/meminfo', '/proc/stat', '/proc/swaps', '/proc/uptime', '/proc/loadavg', '/proc/slabinfo', '/proc/net/dev', '/proc/sys/kernel/ns_last_pid',
]

/** checkProcMount: nothing may hide the container's /proc but a few files of it. */
function* checkProcMount(rootfs: string, dest: string, source: string): Flow<void> {
  const relative = cleanPath(dest.slice(rootfs.length) || '/')
  if (relative !== '/proc' && !relative.startsWith('/proc/')) return
  if (relative === '/proc') {
    const type = yield* readFile(`${source}/self/comm`)
    if (!isErr(type)) return
    fail(`${quoted(dest)} cannot be mounted because it is not of type proc`)
  }
  if (!VALID_PROC_MOUNTS.includes(relative)) fail(`${quoted(dest)} cannot be mounted because it is inside /proc`)
}
