// devtmpfs (drivers/base/devtmpfs.c): the one file system of device nodes that the kernel fills, and the drivers behind the nodes.
// The names that an init script adds on Debian (fd, stdin, pts, shm …) are there from the start.
import { Errno } from '../../../abi/errno.ts'
import { makedev, S_IFBLK, S_IFCHR, S_IFDIR } from '../../../abi/stat.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID } from '../../cred/ids.ts'
import type { Kernel } from '../../kernel.ts'
import type { Mount } from '../../mount/mount.ts'
import { TunFile } from '../../net/tun-device.ts'
import type { Task } from '../../task.ts'
import { PtyMaster } from '../../tty/pty.ts'
import { PtyMasterFile } from '../../tty/pty-master-file.ts'
import { Tty } from '../../tty/tty.ts'
import { lookupChild } from '../../vfs/dentry.ts'
import { registerCharDevice } from '../../vfs/devices.ts'
import type { File } from '../../vfs/file.ts'
import type { Path } from '../../vfs/path.ts'
import type { FileSystemType } from '../../vfs/super-block.ts'
import { now } from '../../vfs/time.ts'
import { DevptsSuperBlock } from '../devpts/devpts.ts'
import { Tmpfs } from '../tmpfs.ts'
import { makeMemoryInode, MemoryDirectory, MemorySymlink } from '../tmpfs-inode.ts'
import { ConsoleFile, FullFile, NullFile, openKmsg, RandomFile, ZeroFile } from './memory-devices.ts'
import { Room } from '../../rooms.ts'

const DEVTMPFS_DEV = makedev(0, 5)
const SIZE_PAGES = 58948

type Node = readonly [name: string, mode: number, rdev: number]
const char = (name: string, mode: number, major: number, minor: number): Node => [name, S_IFCHR | mode, makedev(major, minor)]

const VIRTUAL_TERMINALS = Array.from({ length: 64 }, (_, i) => char(`tty${i}`, 0o600, 4, i))
const SERIAL_LINES = Array.from({ length: 4 }, (_, i) => char(`ttyS${i}`, 0o600, 4, 64 + i))
const NODES: readonly Node[] = [
  char('console', 0o600, 5, 1), char('cpu_dma_latency', 0o600, 10, 125), char('full', 0o666, 1, 7), char('hpet', 0o600, 10, 228),
  char('hwrng', 0o600, 10, 183), char('kmsg', 0o644, 1, 11), char('mem', 0o600, 1, 1), char('null', 0o666, 1, 3),
  char('ptmx', 0o666, 5, 2), char('random', 0o666, 1, 8), char('rtc0', 0o600, 252, 0), char('snapshot', 0o600, 10, 231), char('tty', 0o666, 5, 0),
  ...VIRTUAL_TERMINALS, ...SERIAL_LINES, char('urandom', 0o666, 1, 9), char('userfaultfd', 0o600, 10, 126), char('vcs', 0o600, 7, 0), char('vcs1', 0o600, 7, 1),
  char('vcsa', 0o600, 7, 128), char('vcsa1', 0o600, 7, 129), char('vcsu', 0o600, 7, 64), char('vcsu1', 0o600, 7, 65), ['vda', S_IFBLK | 0o600, makedev(254, 0)],
  char('vga_arbiter', 0o600, 10, 127), char('zero', 0o666, 1, 5),
]
const LINKS: readonly (readonly [string, string])[] = [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2']]

function populate(sb: Tmpfs): void {
  const root = sb.root.inode
  if (!(root instanceof MemoryDirectory)) return
  const common = { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID, time: now(sb.kernel) }
  const node = (dir: MemoryDirectory, [name, mode, rdev]: Node): void => dir.add(name, makeMemoryInode(sb, { ino: sb.allocIno(), mode, rdev, ...common }))
  for (const entry of NODES) node(root, entry)
  for (const [name, target] of LINKS) root.add(name, new MemorySymlink(sb, { ino: sb.allocIno(), mode: 0o120777, ...common }, target))
  for (const name of ['pts', 'shm', 'mqueue', 'net']) node(root, [name, S_IFDIR | 0o755, 0])
  const net = root.child('net')
  if (net instanceof MemoryDirectory) node(net, char('tun', 0o600, 10, 200))
}

/** /dev/tty: the terminal of the caller's session, whatever its name. */
function openOwnTty(task: Task, path: Path, flags: number): File {
  const { tty } = task.session
  if (!(tty instanceof Tty) || tty.isHungUp) throw Errno.ENXIO
  return tty.open(path, flags)
}

/** devpts_acquire: the instance a ptmx node belongs to: its own file system, or the one mounted on `pts` beside it. */
function devptsFor(task: Task, path: Path): { readonly sb: DevptsSuperBlock; readonly mount: Mount } {
  if (path.mount.sb instanceof DevptsSuperBlock) return { sb: path.mount.sb, mount: path.mount }
  const beside = lookupChild(task, path.dentry.parent, 'pts')
  const mount = beside === undefined ? undefined : path.mount.childAt(beside)
  if (mount === undefined || !(mount.sb instanceof DevptsSuperBlock)) throw Errno.ENODEV
  return { sb: mount.sb, mount }
}

function openPtmx(task: Task, path: Path, flags: number): File {
  const { sb, mount } = devptsFor(task, path)
  const { fsuid, fsgid } = task.cred
  return new PtyMasterFile(path, flags, new PtyMaster(task.kernel, sb, { uid: fsuid, gid: fsgid }, true), mount)
}

function registerDrivers(kernel: Kernel): void {
  const register = (major: number, minor: number, open: (task: Task, path: Path, flags: number) => File): void => registerCharDevice(kernel, makedev(major, minor), open)
  register(1, 3, (_t, path, flags) => new NullFile(path, flags))
  register(1, 5, (_t, path, flags) => new ZeroFile(path, flags))
  register(1, 7, (_t, path, flags) => new FullFile(path, flags))
  register(1, 8, (_t, path, flags) => new RandomFile(path, flags))
  register(1, 9, (_t, path, flags) => new RandomFile(path, flags))
  register(1, 11, openKmsg)
  register(5, 0, openOwnTty)
  register(10, 200, (_t, path, flags) => new TunFile(path, flags))
  register(5, 1, (_t, path, flags) => new ConsoleFile(path, flags))
  register(5, 2, openPtmx)
}

/** Lives on when it is unmounted. */
class Devtmpfs extends Tmpfs {
  override onLastUnmount(): void {}
}

const DEVTMPFS = new Room<Tmpfs>('devtmpfs')
export const DevtmpfsType: FileSystemType = {
  name: 'devtmpfs',
  requiresDevice: false,
  userNsMount: false,
  mount(task) {
    const { kernel } = task
    const existing = kernel.rooms.get(DEVTMPFS)
    if (existing !== undefined) return existing
    const sb = new Devtmpfs(kernel, DevtmpfsType, kernel.initUserNs, { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID }, { size: SIZE_PAGES, inodes: SIZE_PAGES, mode: 0o755 }, true, DEVTMPFS_DEV)
    kernel.rooms.set(DEVTMPFS, sb)
    populate(sb)
    registerDrivers(kernel)
    return sb
  },
}
