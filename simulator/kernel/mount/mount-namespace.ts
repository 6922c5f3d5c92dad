// Mount namespaces (fs/namespace.c, mount_namespaces(7)): a tree of mounts of their own.
import type { Kernel } from '../kernel.ts'
import { Namespace } from '../ns/ns-common.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Mount } from './mount.ts'

export class MountNamespace extends Namespace {
  readonly type = 'mnt'
  root: Mount | undefined

  constructor(kernel: Kernel, owner: UserNamespace, ino?: number) {
    super(kernel, owner, ino)
  }
}
