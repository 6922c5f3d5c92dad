// Character devices by number (fs/char_dev.c): a device node in any file system only names the driver that registered here.
// Block devices likewise, in a register of their own.
import { Errno } from '../../abi/errno.ts'
import { isChr } from '../../abi/stat.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../task.ts'
import type { File } from './file.ts'
import type { Path } from './path.ts'

export type DeviceOpen = (task: Task, path: Path, flags: number) => File

function drivers(kernel: Kernel, kind: 'char-devices' | 'block-devices'): Map<number, DeviceOpen> {
  let map = kernel.rooms.get(kind) as Map<number, DeviceOpen> | undefined
  if (map === undefined) kernel.rooms.set(kind, (map = new Map()))
  return map
}

/** `dev` as makedev(3) makes it. */
export function registerCharDevice(kernel: Kernel, dev: number, open: DeviceOpen): void {
  drivers(kernel, 'char-devices').set(dev, open)
}
export function registerBlockDevice(kernel: Kernel, dev: number, open: DeviceOpen): void {
  drivers(kernel, 'block-devices').set(dev, open)
}

/** chrdev_open, blkdev_open: throws ENXIO for a number without a driver. */
export function openDevice(task: Task, path: Path, flags: number): File {
  const inode = path.dentry.inode
  const open = drivers(task.kernel, isChr(inode.mode) ? 'char-devices' : 'block-devices').get(inode.rdev)
  if (open === undefined) throw Errno.ENXIO
  return open(task, path, flags)
}
