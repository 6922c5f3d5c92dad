// A path is (mount, dentry), never a string (include/linux/path.h).
import type { Mount } from '../mount/mount.ts'
import type { Dentry } from './dentry.ts'

export interface Path {
  readonly mount: Mount
  readonly dentry: Dentry
}
export const samePath = (a: Path, b: Path): boolean => a.mount === b.mount && a.dentry === b.dentry
