// The file systems this kernel has, in the order of /proc/filesystems.
import { DevptsType } from '../kernel/fs/devpts/devpts.ts'
import { DevtmpfsType } from '../kernel/fs/devtmpfs/devtmpfs.ts'
import { DiskType } from '../kernel/fs/disk.ts'
import { ProcType } from '../kernel/fs/proc/proc-super-block.ts'
import { RamfsType, TmpfsType } from '../kernel/fs/tmpfs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { FileSystemType } from '../kernel/vfs/super-block.ts'

const TYPES: readonly FileSystemType[] = [TmpfsType, ProcType, DevtmpfsType, RamfsType, DevptsType, DiskType]

export function registerFileSystems(kernel: Kernel): void {
  for (const type of TYPES) kernel.fsTypes.set(type.name, type)
}
