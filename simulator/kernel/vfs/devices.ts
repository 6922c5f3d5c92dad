// Character devices by number (fs/char_dev.c): a device node in any file system only names the driver that registered here.
// Block devices likewise, in a register of their own.
import { Errno } from '../../abi/errno.ts'
import { isChr } from '../../abi/stat.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import type { File } from './file.ts'
import type { Path } from './path.ts'
import { Room } from '../rooms.ts'

export type DeviceOpen = (task: Task, path: Path, flags: number) => File

const CHAR_DEVICES = new Room<Map<number, DeviceOpen>>('char-devices')
const BLOCK_DEVICES = new Room<Map<number, DeviceOpen>>('block-devices')
const drivers = (kernel: Kernel, kind: typeof CHAR_DEVICES): Map<number, DeviceOpen> => kernel.rooms.open(kind, () => new Map())

/** `dev` as makedev(3) makes it. */
export function registerCharDevice(kernel: Kernel, dev: number, open: DeviceOpen): void {
  drivers(kernel, CHAR_DEVICES).set(dev, open)
}
export function registerBlockDevice(kernel: Kernel, dev: number, open: DeviceOpen): void {
  drivers(kernel, BLOCK_DEVICES).set(dev, open)
}

/** chrdev_open, blkdev_open: throws ENXIO for a number without a driver. */
export function openDevice(task: Task, path: Path, flags: number): File {
  const inode = path.dentry.inode
  const open = drivers(task.kernel, isChr(inode.mode) ? CHAR_DEVICES : BLOCK_DEVICES).get(inode.rdev)
  if (open === undefined) throw Errno.ENXIO
  return open(task, path, flags)
}
