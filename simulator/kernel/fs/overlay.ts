// overlayfs (fs/overlayfs/super.c, Documentation/filesystems/overlayfs.rst): read-only layers below, one writable above, shown as one.
// The defaults of Debian's kernel: no redirects, no index. Those options are taken and shown, but change nothing.
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { AT_FDCWD } from '../../abi/fcntl.ts'
import { OVERLAYFS_SUPER_MAGIC } from '../../abi/fs-flags.ts'
import { MS_RDONLY } from '../../abi/mount.ts'
import { makedev, minor, S_IFCHR, S_IFDIR, type Statfs } from '../../abi/stat.ts'
import type { Cred } from '../cred/cred.ts'
import { capable } from '../cred/ns-capable.ts'
import { hasLockedChildren } from '../mount/mount-reach.ts'
import { Mount } from '../mount/mount.ts'
import type { Task } from '../task.ts'
import { addDentry, Dentry, lookupChild } from '../vfs/dentry.ts'
import type { Inode } from '../vfs/inode.ts'
import type { Path } from '../vfs/path.ts'
import { LOOKUP_FOLLOW, pathLookup } from '../vfs/path-walk.ts'
import { isReadOnly } from '../vfs/permissions.ts'
import { type FileSystemType, SuperBlock } from '../vfs/super-block.ts'
import { clearUpperDirectory, type OverlayFs, OverlayDirectory } from './overlay-inode.ts'

const MAX_STACK = 2

interface OverlayOptions {
  readonly lower: string
  readonly upper: string | undefined
  readonly work: string | undefined
  /** What is shown behind them. */
  readonly others: readonly string[]
  readonly isUserXattr: boolean
}

/** Splits at unescaped commas (ovl_next_opt). */
function splitOptions(data: string): string[] {
  return data.match(/(?:\\.|[^,\\])+/gs) ?? []
}
const unescape = (text: string): string => text.replace(/\\(.)/gs, '$1')

const KNOWN = /^(default_permissions|redirect_dir=(on|off|follow|nofollow)|index=(on|off)|uuid=(on|off)|nfs_export=(on|off)|xino=(on|off|auto)|metacopy=(on|off)|volatile|userxattr)$/
/** Given as they are by default, so not shown. */
const DEFAULTS = /^(redirect_dir=(off|follow|nofollow)|index=off|uuid=on|nfs_export=off|xino=(off|auto)|metacopy=off)$/

function parseOptions(data: string): OverlayOptions {
  let lower: string | undefined
  let upper: string | undefined
  let work: string | undefined
  const others: string[] = []
  for (const option of splitOptions(data)) {
    if (option.startsWith('lowerdir=')) lower = option.slice(9)
    else if (option.startsWith('upperdir=')) upper = option.slice(9)
    else if (option.startsWith('workdir=')) work = option.slice(8)
    else if (!KNOWN.test(option)) throw Errno.EINVAL
    else if (!DEFAULTS.test(option)) others.push(option)
  }
  if (lower === undefined || lower === '') throw Errno.EINVAL
  if (upper === undefined) work = undefined
  else if (work === undefined) throw Errno.EINVAL
  return { lower, upper, work, others, isUserXattr: others.includes('userxattr') }
}

/** Layers are separated by colons; `\:` is a colon in a name. */
const layerNames = (lower: string): string[] => lower.split(/(?<!\\):/).map(unescape)

function layerPath(task: Task, name: string): Path {
  if (name === '') throw Errno.EINVAL
  const path = pathLookup(task, AT_FDCWD, name, LOOKUP_FOLLOW)
  if (!path.dentry.inode.isDir) throw Errno.EINVAL
  return path
}

/** clone_private_mount: the layer as it is now, whatever is mounted or unmounted over it later. */
function privateMount(task: Task, { mount, dentry }: Path): Mount {
  if (mount.isUnbindable || hasLockedChildren(mount, dentry)) throw Errno.EINVAL
  return new Mount(task.kernel, mount.sb, dentry, mount.source, mount.flags)
}

class Overlay extends SuperBlock implements OverlayFs {
  readonly root: Dentry
  readonly upperMount: Mount | undefined
  readonly layerMounts: readonly Mount[]
  readonly stackDepth: number
  readonly opaqueXattr: string
  readonly hasXattrs: boolean
  readonly #work: Dentry | undefined
  readonly #owner: Cred
  /** All whiteouts are links to one inode, whose first name is in the work directory. */
  #whiteout: Inode | undefined
  readonly #options: OverlayOptions

  constructor(task: Task, options: OverlayOptions, upper: Path | undefined, work: Dentry | undefined, lowers: readonly Path[], stackDepth: number) {
    super(task.kernel, OverlayType, makedev(0, task.kernel.anonDevs.alloc()), task.cred.userNs)
    this.#options = options
    this.stackDepth = stackDepth
    this.opaqueXattr = options.isUserXattr ? 'user.overlay.opaque' : 'trusted.overlay.opaque'
    this.hasXattrs = upper !== undefined && upper.dentry.inode.acceptsXattr(this.opaqueXattr) && (options.isUserXattr || capable(task, CAP_SYS_ADMIN))
    this.#work = work
    this.#owner = task.cred
    // Whether the upper layer can rename with a whiteout is tried out with two files.
    if (work !== undefined) task.kernel.overlayTemporaries += 2
    this.upperMount = upper === undefined ? undefined : privateMount(task, upper)
    this.layerMounts = lowers.map((path) => privateMount(task, path))
    if (upper === undefined) this.flags |= MS_RDONLY
    const layers = lowers.map((path, index) => ({ mount: this.layerMounts[index], dentry: path.dentry }))
    const root = new OverlayDirectory(this, this.upperMount === undefined || upper === undefined ? undefined : { mount: this.upperMount, dentry: upper.dentry }, layers, undefined, '')
    this.root = new Dentry('', undefined, root)
  }

  /** ovl_whiteout: a character device 0/0. */
  makeWhiteout(task: Task, dir: Dentry, name: string, fresh: boolean): void {
    const { fsuid, fsgid } = this.#owner
    if (fresh) {
      addDentry(dir, name, dir.inode.create(task, name, S_IFCHR, 0, fsuid, fsgid))
      return
    }
    const work = this.#work?.inode
    if (work === undefined) throw Errno.EROFS
    if (this.#whiteout === undefined || this.#whiteout.nlink === 0) this.#whiteout = work.create(task, this.#temporaryName(task), S_IFCHR, 0, fsuid, fsgid)
    this.#temporaryName(task)
    dir.inode.link(task, name, this.#whiteout)
    addDentry(dir, name, this.#whiteout)
  }

  #temporaryName(task: Task): string {
    task.kernel.overlayTemporaries++
    return `#${task.kernel.overlayTemporaries.toString(16)}`
  }

  override showOptions(): string {
    const { lower, upper, work, others } = this.#options
    return [`lowerdir=${lower}`, ...(upper === undefined ? [] : [`upperdir=${upper}`, `workdir=${work ?? ''}`]), ...others].join(',')
  }
  statfs(): Statfs {
    const top = this.upperMount ?? this.layerMounts[0]
    return { ...top.sb.statfs(), type: OVERLAYFS_SUPER_MAGIC }
  }
  /** ovl_remount: without an upper layer it stays read-only. */
  override remount(_task: Task, _data: string, flags: number): void {
    if (this.upperMount === undefined && (flags & MS_RDONLY) === 0) throw Errno.EROFS
  }
  override onLastUnmount(): void {
    for (const mount of [...(this.upperMount === undefined ? [] : [this.upperMount]), ...this.layerMounts]) mount.kill()
    this.kernel.anonDevs.free(minor(this.dev))
  }
}

/** ovl_workdir_ok: beside the upper directory, on the same mount. Leaves an empty directory `work` in it. */
function prepareWork(task: Task, upper: Path, work: Path): Dentry {
  if (work.mount !== upper.mount || work.dentry.isBelow(upper.dentry) || upper.dentry.isBelow(work.dentry)) throw Errno.EINVAL
  const dir = work.dentry
  const old = lookupChild(task, dir, 'work')
  if (old !== undefined) {
    if (!old.inode.isDir) throw Errno.EINVAL
    clearUpperDirectory(task, old)
    return old
  }
  return addDentry(dir, 'work', dir.inode.create(task, 'work', S_IFDIR, 0, task.cred.fsuid, task.cred.fsgid))
}

export const OverlayType: FileSystemType = {
  name: 'overlay', requiresDevice: false, userNsMount: true,
  mount(task, _source, _flags, data) {
    const options = parseOptions(data)
    const upper = options.upper === undefined ? undefined : layerPath(task, unescape(options.upper))
    if (upper !== undefined && (isReadOnly(upper.mount) || upper.dentry.sb instanceof Overlay)) throw Errno.EINVAL
    const work = upper === undefined ? undefined : prepareWork(task, upper, layerPath(task, unescape(options.work ?? '')))
    const lowers = layerNames(options.lower).map((name) => layerPath(task, name))
    if (upper === undefined && lowers.length === 1) throw Errno.EINVAL
    const depth = 1 + Math.max(...[...lowers, ...(upper === undefined ? [] : [upper])].map(({ dentry }) => (dentry.sb instanceof Overlay ? dentry.sb.stackDepth : 0)))
    if (depth > MAX_STACK) throw Errno.EINVAL
    return new Overlay(task, options, upper, work, lowers, depth)
  },
}
