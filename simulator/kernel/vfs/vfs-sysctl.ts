// The sysctls under /proc/sys/fs that the VFS obeys; procfs reads and writes them here. Values as Debian 12 sets them.
import type { Kernel } from '../kernel.ts'
import { Room } from '../rooms.ts'

const DEFAULTS = {
  'fs.protected_symlinks': 1, 'fs.protected_hardlinks': 1, 'fs.protected_regular': 0, 'fs.protected_fifos': 0,
  'fs.mount-max': 100000, 'fs.pipe-max-size': 1048576,
}
export type VfsSysctl = keyof typeof DEFAULTS
export const VFS_SYSCTLS = Object.keys(DEFAULTS) as readonly VfsSysctl[]

const VALUES = new Room<Map<VfsSysctl, number>>('vfs-sysctl')
const values = (kernel: Kernel): Map<VfsSysctl, number> => kernel.rooms.open(VALUES, () => new Map(Object.entries(DEFAULTS) as [VfsSysctl, number][]))

export const sysctlNumber = (kernel: Kernel, name: VfsSysctl): number => values(kernel).get(name) ?? 0
export function setSysctlNumber(kernel: Kernel, name: VfsSysctl, value: number): void {
  values(kernel).set(name, value)
}
