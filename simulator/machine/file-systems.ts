// The file systems this kernel has, in the order of /proc/filesystems.
import { CgroupV1Type } from '../kernel/fs/cgroup1.ts'
import { Cgroup2Type } from '../kernel/fs/cgroup2/cgroup2.ts'
import { DevptsType } from '../kernel/fs/devpts/devpts.ts'
import { DevtmpfsType } from '../kernel/fs/devtmpfs/devtmpfs.ts'
import { DiskType } from '../kernel/fs/disk.ts'
import { MqueueType } from '../kernel/fs/mqueue.ts'
import { OverlayType } from '../kernel/fs/overlay.ts'
import { ProcType } from '../kernel/fs/proc/proc-super-block.ts'
import { SecurityfsType } from '../kernel/fs/securityfs.ts'
import { SysfsType } from '../kernel/fs/sysfs/sysfs.ts'
import { RamfsType, TmpfsType } from '../kernel/fs/tmpfs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { FileSystemType } from '../kernel/vfs/super-block.ts'

const TYPES: readonly FileSystemType[] = [SysfsType, TmpfsType, ProcType, CgroupV1Type, Cgroup2Type, DevtmpfsType, SecurityfsType, RamfsType, DevptsType, DiskType, MqueueType, OverlayType]

export function registerFileSystems(kernel: Kernel): void {
  for (const type of TYPES) kernel.fsTypes.set(type.name, type)
}
