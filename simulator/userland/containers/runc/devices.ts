// /dev of a container (libcontainer/rootfs_linux.go): device nodes, made or, in a user namespace, bound from the host; ptmx and the usual links.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import { MS_BIND } from '../../../abi/mount.ts'
import { makedev, S_IFBLK, S_IFCHR, S_IFIFO } from '../../../abi/stat.ts'
import { call } from '../../libc/syscall.ts'
import { chown, close, open, readFile, stat, symlink, unlink } from '../../libc/unistd.ts'
import { check, fail, goText } from '../go-error.ts'
import { type ContainerConfig, DEVICE_BLOCK, DEVICE_CHAR, type DeviceNode, hasNamespace } from './config.ts'
import { mkdirAll, secureJoin } from './mounts.ts'

export function* createDevices(config: ContainerConfig): Flow<void> {
  const binds = (yield* inUserNamespace()) || hasNamespace(config, 'NEWUSER')
  const old = yield* call('umask', 0)
  for (const node of config.devices) if (node.path !== '/dev/ptmx') yield* createNode(config.rootfs, node, binds)
  if (!isErr(old)) yield* call('umask', old)
}

/** userns.RunningInUserNS: any map but the first one's. */
function* inUserNamespace(): Flow<boolean> {
  const map = yield* readFile('/proc/self/uid_map')
  return !isErr(map) && !/^\s*0\s+0\s+4294967295\n$/.test(map)
}

function* createNode(rootfs: string, node: DeviceNode, binds: boolean): Flow<void> {
  if (node.path === '') return
  const dest = yield* secureJoin(rootfs, node.path)
  yield* mkdirAll(dest.slice(0, dest.lastIndexOf('/')), 0o755)
  if (binds) {
    yield* bindNode(node.path, dest)
    return
  }
  const format = node.type === DEVICE_BLOCK ? S_IFBLK : node.type === DEVICE_CHAR ? S_IFCHR : S_IFIFO
  const made = yield* call('mknodat', AT_FDCWD, dest, format | node.file_mode, makedev(node.major, node.minor))
  if (made === Errno.EPERM) yield* bindNode(node.path, dest)
  else if (isErr(made) && made !== Errno.EEXIST) fail(`mknod ${dest}: ${goText(made)}`)
  else if (!isErr(made)) check(yield* chown(dest, node.uid, node.gid), `chown ${dest}`)
}

function* bindNode(source: string, dest: string): Flow<void> {
  const fd = yield* open(dest, O_CREAT | O_WRONLY, 0o666)
  if (!isErr(fd)) yield* close(fd)
  else if (fd !== Errno.EEXIST && isErr(yield* stat(dest))) fail(`open ${dest}: ${goText(fd)}`)
  check(yield* call('mount', source, dest, 'bind', MS_BIND, ''), `mount ${source}:${dest}`)
}

export function* setUpPtmx(rootfs: string): Flow<void> {
  const path = `${rootfs}/dev/ptmx`
  const gone = yield* unlink(path)
  if (isErr(gone) && gone !== Errno.ENOENT) fail(`remove ${path}: ${goText(gone)}`)
  check(yield* symlink('pts/ptmx', path), `symlink pts/ptmx ${path}`)
}

export function* setUpDevLinks(rootfs: string): Flow<void> {
  const links = [['/proc/self/fd', '/dev/fd'], ['/proc/self/fd/0', '/dev/stdin'], ['/proc/self/fd/1', '/dev/stdout'], ['/proc/self/fd/2', '/dev/stderr']]
  if (!isErr(yield* stat('/proc/kcore'))) links.push(['/proc/kcore', '/dev/core'])
  for (const [target, link] of links) {
    const made = yield* symlink(target, `${rootfs}${link}`)
    if (isErr(made) && made !== Errno.EEXIST) fail(`symlink ${target} ${rootfs}${link}: ${goText(made)}`)
  }
}
