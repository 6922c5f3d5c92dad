// The name of a path as AppArmor's rules see it (security/apparmor/path.c: d_namespace_path): from the root of the mount namespace, also inside a chroot; directories
// end in a slash. What is not below that root is disconnected: only profiles with attach_disconnected may name it.
import type { Task } from '../../task.ts'
import type { Path } from '../../vfs/path.ts'
import { pathFromRoot } from '../../vfs/path-string.ts'

/** Pipes, sockets and namespaces have no place in the tree: they are not mediated by path. */
export const isMediated = (path: Path): boolean => path.dentry.displayName === undefined

/** Undefined for what is disconnected. */
export function nameOf(task: Task, path: Path, isDir: boolean, flags: readonly string[]): string | undefined {
  const { root } = task.nsproxy.mnt
  if (root === undefined) return undefined
  const { text, end } = pathFromRoot(path, { mount: root, dentry: root.root })
  if (end !== 'root' && !flags.includes('attach_disconnected')) return undefined
  return isDir && !text.endsWith('/') ? `${text}/` : text
}
