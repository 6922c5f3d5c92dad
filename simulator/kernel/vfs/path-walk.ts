// From a name to a path (fs/namei.c, path_resolution(7), symlink(7)). Components are looked up one by one; mounts are crossed downwards
// after every step and upwards by `..`; the walk never climbs above the task's root.
import { AT_FDCWD } from '../../abi/fcntl.ts'
import { Errno } from '../../abi/errno.ts'
import { MS_NOSYMFOLLOW } from '../../abi/mount.ts'
import { isLnk, S_ISVTX } from '../../abi/stat.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import type { Mount } from '../mount/mount.ts'
import type { Task } from '../task.ts'
import { type Dentry, lookupChild } from './dentry.ts'
import type { Path } from './path.ts'
import { MAY_EXEC, permission, refuse } from './permissions.ts'
import { touchAccessed } from './time.ts'
import { sysctlNumber } from './vfs-sysctl.ts'


/** Follow a symbolic link at the end · must be a directory · an empty path names `dirfd` itself · don't cross a mount at the end */
export const LOOKUP_FOLLOW = 1, LOOKUP_DIRECTORY = 2, LOOKUP_EMPTY = 4
const MAX_SYMLINKS = 40
const PATH_MAX = 4096
const NAME_MAX = 255

/** Where a last component is to be looked up. `last` is `` for `/` itself, or may be `.` or `..`. */
export interface ParentPath {
  readonly parent: Path
  readonly last: string
  /** The name was written with a slash behind it: it must be a directory. */
  readonly trailingSlash: boolean
}

/** A walk in progress (struct nameidata): the place reached and the links followed. */
export class PathWalk {
  readonly task: Task
  readonly root: Path
  mount: Mount
  dentry: Dentry
  #links = 0

  /** path_init. Throws ENOENT for an empty path, EBADF and ENOTDIR for a bad dirfd. */
  constructor(task: Task, dirfd: number, path: string) {
    this.task = task
    this.root = task.fs.root
    if (path === '') throw Errno.ENOENT
    if (path.length >= PATH_MAX || (path.length > PATH_MAX / 3 && encodeUtf8(path).length >= PATH_MAX)) throw Errno.ENAMETOOLONG
    const start = path.startsWith('/') ? this.root : startingDirectory(task, dirfd)
    this.mount = start.mount
    this.dentry = start.dentry
    if (!this.dentry.inode.isDir) throw Errno.ENOTDIR
  }

  get path(): Path {
    return { mount: this.mount, dentry: this.dentry }
  }

  /** link_path_walk: walks all components but the last. */
  toParent(text: string): ParentPath {
    const names = text.split('/').filter((name) => name !== '')
    if (text.startsWith('/')) this.#jump(this.root)
    const last = names.pop() ?? ''
    for (const name of names) {
      this.step(name, true)
      if (!this.dentry.inode.isDir) throw Errno.ENOTDIR
    }
    if (last !== '') this.#maySearch()
    return { parent: this.path, last, trailingSlash: last !== '' && text.endsWith('/') }
  }

  /** Walks the whole of `text`. `isTrailing`: nothing follows behind it. */
  toEnd(text: string, flags: number, isTrailing = true): void {
    const { last, trailingSlash } = this.toParent(text)
    if (last !== '') this.#enter(last, trailingSlash || (flags & LOOKUP_FOLLOW) !== 0, isTrailing)
    if ((trailingSlash || (flags & LOOKUP_DIRECTORY) !== 0) && !this.dentry.inode.isDir) throw Errno.ENOTDIR
  }

  /** Looks up one component from a directory that the task must be able to search. */
  step(name: string, follow: boolean): void {
    this.#maySearch()
    this.#enter(name, follow, false)
  }

  #maySearch(): void {
    if (!this.dentry.inode.isDir) throw Errno.ENOTDIR
    permission(this.task, this.path, MAY_EXEC)
  }

  #enter(name: string, follow: boolean, isTrailing: boolean): void {
    if (name === '.') return
    if (name === '..') {
      this.#up()
      return
    }
    if (isTooLong(name)) throw Errno.ENAMETOOLONG
    const child = lookupChild(this.task, this.dentry, name)
    if (child === undefined) throw Errno.ENOENT
    if (follow && isLnk(child.inode.mode) && child.mountsHere === undefined) {
      this.followLink({ mount: this.mount, dentry: child }, isTrailing)
      return
    }
    this.dentry = child
    this.#crossMounts()
  }

  /** pick_link and get_link: goes on from the directory that holds `link`, where the walk stands, to what it names. */
  followLink(link: Path, isTrailing: boolean): void {
    const text = this.readLink(link, isTrailing)
    if (text === undefined) return
    this.toEnd(text, LOOKUP_FOLLOW, isTrailing)
  }

  /** The text of a link to follow; undefined when it was a magic link and the walk has jumped to its object. */
  readLink(link: Path, isTrailing: boolean): string | undefined {
    if (++this.#links > MAX_SYMLINKS) throw Errno.ELOOP
    if (isTrailing) this.#mayFollow(link)
    if ((link.mount.flags & MS_NOSYMFOLLOW) !== 0) refuse(this.task, link, 'nosymfollow', Errno.ELOOP)
    touchAccessed(link)
    const target = link.dentry.inode.magicTarget(this.task)
    if (target !== undefined) {
      this.#jump(target)
      return undefined
    }
    const text = link.dentry.inode.readlink(this.task)
    if (text === '') throw Errno.ENOENT
    return text
  }

  /** may_follow_link: in a sticky world-writable directory only one's own links and those of the directory's owner (fs.protected_symlinks). */
  #mayFollow(link: Path): void {
    const inode = link.dentry.inode
    const dir = link.dentry.parent.inode
    if (sysctlNumber(this.task.kernel, 'fs.protected_symlinks') === 0 || inode.uid === this.task.cred.fsuid) return
    if ((dir.mode & (S_ISVTX | 0o002)) !== (S_ISVTX | 0o002) || dir.uid === inode.uid) return
    refuse(this.task, link, 'protected-link', Errno.EACCES)
  }

  /** follow_dotdot: up, out of mounts too, but never above the root; then onto what is mounted there. */
  #up(): void {
    let { mount, dentry } = this
    while (!(dentry === this.root.dentry && mount === this.root.mount)) {
      if (dentry !== mount.root) {
        this.mount = mount
        this.dentry = dentry.parent
        if (!isConnected(mount, this.dentry)) throw Errno.ENOENT
        break
      }
      if (!mount.hasParent) break
      dentry = mount.mountpoint
      mount = mount.parent
    }
    this.#crossMounts()
  }

  #crossMounts(): void {
    while (this.dentry.mountsHere !== undefined) {
      const mount = this.mount.childAt(this.dentry)
      if (mount === undefined) return
      this.mount = mount
      this.dentry = mount.root
    }
  }

  #jump(to: Path): void {
    this.mount = to.mount
    this.dentry = to.dentry
  }
}

/** path_connected: a directory moved out of a bind mount's subtree has no way up. */
const isConnected = (mount: Mount, dentry: Dentry): boolean => mount.root.isRoot || dentry.isBelow(mount.root)

export const isTooLong = (name: string): boolean => name.length > NAME_MAX || (name.length > NAME_MAX / 3 && encodeUtf8(name).length > NAME_MAX)

/** The directory that relative names start from: the working directory or an open one. Throws EBADF. */
export const startingDirectory = (task: Task, dirfd: number): Path => (dirfd === AT_FDCWD ? task.fs.cwd : task.files.require(dirfd).path)

/** path_lookupat: the object `path` names. Throws ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, EBADF. */
export function pathLookup(task: Task, dirfd: number, path: string, flags: number): Path {
  if (path === '' && (flags & LOOKUP_EMPTY) !== 0) return startingDirectory(task, dirfd)
  const walk = new PathWalk(task, dirfd, path)
  walk.toEnd(path, flags)
  return walk.path
}

/** path_parentat: the directory that holds, or will hold, the last component. */
export const pathParent = (task: Task, dirfd: number, path: string): ParentPath => new PathWalk(task, dirfd, path).toParent(path)
