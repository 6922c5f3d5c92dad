// From a path back to its name (fs/d_path.c).
import type { Dentry } from './dentry.ts'
import type { Path } from './path.ts'
import { samePath } from './path.ts'

/** How the way up ended: at `root`, at the root of a mount tree that is not below it, or at the root of a detached tree. */
export type PathEnd = 'root' | 'unreachable' | 'detached'

/** prepend_path: the way from `root` to `path`, without the mark of deleted names. */
export function pathFromRoot(path: Path, root: Path): { readonly text: string; readonly end: PathEnd } {
  let { mount, dentry } = path
  let text = ''
  for (;;) {
    if (dentry === root.dentry && mount === root.mount) return { text: text === '' ? '/' : text, end: 'root' }
    if (dentry === mount.root) {
      if (!mount.hasParent) return { text: text === '' ? '/' : text, end: mount.ns === undefined ? 'detached' : 'unreachable' }
      dentry = mount.mountpoint
      mount = mount.parent
    } else if (dentry.isRoot) return { text: text === '' ? '/' : text, end: 'unreachable' }
    else {
      text = `/${dentry.name}${text}`
      dentry = dentry.parent
    }
  }
}

/** d_unlinked, also through a parent directory only of the name itself. */
const isDeleted = (path: Path, root: Path): boolean => path.dentry.isUnlinked && !samePath(path, root)

/** d_path: what /proc/PID/cwd, maps and fd links show. */
export function pathString(path: Path, root: Path): string {
  if (path.dentry.displayName !== undefined) return path.dentry.displayName
  const { text } = pathFromRoot(path, root)
  return isDeleted(path, root) ? `${text} (deleted)` : text
}

/** What getcwd(2) answers: undefined when the directory has been removed (ENOENT there). */
export function workingDirectory(cwd: Path, root: Path): string | undefined {
  if (isDeleted(cwd, root)) return undefined
  const { text, end } = pathFromRoot(cwd, root)
  return end === 'root' ? text : `(unreachable)${text}`
}

/** dentry_path: the name within its file system, for the root field of mountinfo. */
export function dentryPath(dentry: Dentry): string {
  if (dentry.displayName !== undefined) return dentry.displayName
  let text = dentry.isUnlinked ? '//deleted' : ''
  for (let d = dentry; !d.isRoot; d = d.parent) text = `/${d.name}${text}`
  return text === '' ? '/' : text
}
