// tmpfs and ramfs (mm/shmem.c, tmpfs(5)): files in memory with limits of size and number.
import { Errno } from '../../abi/errno.ts'
import { RAMFS_MAGIC, TMPFS_MAGIC } from '../../abi/fs-flags.ts'
import type { Statfs } from '../../abi/stat.ts'
import { makedev, minor, S_IFDIR } from '../../abi/stat.ts'
import { fromKgidMunged, fromKuidMunged, type Kgid, type Kuid, makeKgid, makeKuid } from '../cred/ids.ts'
import type { Kernel } from '../kernel.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { FileSystemType } from '../vfs/super-block.ts'
import { now } from '../vfs/time.ts'
import { PAGE_SIZE } from './page-data.ts'
import { MEM_TOTAL_KB } from './proc/machine-info.ts'
import { MemoryDirectory, MemorySuperBlock } from './tmpfs-inode.ts'

/** Half of the machine's memory, as pages: the default size and number of files. */
export const DEFAULT_PAGES = Math.trunc((MEM_TOTAL_KB * 1024) / PAGE_SIZE / 2)
const BOGO_DIRENT_SIZE = 20

interface TmpfsOptions {
  /** pages */
  readonly size?: number
  readonly inodes?: number
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
}

/** memparse: a number with K, M, G, T, P; undefined if there is anything else. */
function parseSize(text: string): number | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|\d+)([kKmMgGtTpP]?)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * 1024 ** ' kmgtp'.indexOf(match[2] === '' ? ' ' : match[2].toLowerCase())
}

function parseOptions(data: string): TmpfsOptions {
  let options: TmpfsOptions = {}
  for (const part of data.split(',').filter((p) => p !== '')) {
    const eq = part.indexOf('=')
    const name = eq < 0 ? part : part.slice(0, eq)
    options = { ...options, ...parseOption(name, eq < 0 ? undefined : part.slice(eq + 1)) }
  }
  return options
}

function parseOption(name: string, value: string | undefined): TmpfsOptions {
  const number = (text: string | undefined, pattern: RegExp, base: number): number => {
    if (text === undefined || !pattern.test(text)) throw Errno.EINVAL
    return Number.parseInt(text, base)
  }
  switch (name) {
    case 'size': {
      const percent = /^(\d+)%$/.exec(value ?? '')
      const bytes = percent === null ? parseSize(value ?? '') : (Number(percent[1]) * 2 * DEFAULT_PAGES * PAGE_SIZE) / 100
      if (bytes === undefined) throw Errno.EINVAL
      return { size: Math.ceil(bytes / PAGE_SIZE) }
    }
    case 'nr_blocks': return { size: parseSize(value ?? '') ?? invalid() }
    case 'nr_inodes': return { inodes: parseSize(value ?? '') ?? invalid() }
    case 'mode': return { mode: number(value, /^[0-7]+$/, 8) & 0o7777 }
    case 'uid': return { uid: number(value, /^\d+$/, 10) }
    case 'gid': return { gid: number(value, /^\d+$/, 10) }
    case 'huge': case 'inode64': case 'mpol': return {}
    default: throw Errno.EINVAL
  }
}
function invalid(): never {
  throw Errno.EINVAL
}

export class Tmpfs extends MemorySuperBlock {
  readonly root: Dentry
  /** Pages and inodes; 0 for no limit (ramfs has none). */
  #maxPages: number
  #maxInodes: number
  #usedPages = 0
  #usedInodes = 0
  #nextIno = 1
  readonly #shown: { size: boolean; inodes: boolean }
  readonly #mode: number
  readonly #rootUid: Kuid
  readonly #rootGid: Kgid
  readonly #isLimited: boolean

  constructor(kernel: Kernel, type: FileSystemType, userNs: UserNamespace, owner: { readonly uid: Kuid; readonly gid: Kgid }, options: TmpfsOptions, isLimited: boolean, dev?: number) {
    super(kernel, type, dev ?? makedev(0, kernel.anonDevs.alloc()), userNs)
    this.#isLimited = isLimited
    this.#maxPages = isLimited ? (options.size ?? DEFAULT_PAGES) : 0
    this.#maxInodes = isLimited ? (options.inodes ?? DEFAULT_PAGES) : 0
    this.#shown = { size: options.size !== undefined, inodes: options.inodes !== undefined }
    this.#mode = options.mode ?? (isLimited ? 0o1777 : 0o755)
    this.#rootUid = owner.uid
    this.#rootGid = owner.gid
    const inode = new MemoryDirectory(this, { ino: this.allocIno(), mode: S_IFDIR | this.#mode, ...owner, time: now(kernel) })
    inode.nlink = 2
    this.root = new Dentry('', undefined, inode)
  }

  override showOptions(): string {
    const parts: string[] = []
    if (!this.#isLimited) return this.#mode === 0o755 ? '' : `mode=${this.#mode.toString(8)}`
    if (this.#shown.size) parts.push(`size=${this.#maxPages * (PAGE_SIZE / 1024)}k`)
    if (this.#shown.inodes) parts.push(`nr_inodes=${this.#maxInodes}`)
    if (this.#mode !== 0o1777) parts.push(`mode=${this.#mode.toString(8).padStart(3, '0')}`)
    const init = this.kernel.initUserNs
    if (this.#rootUid !== 0) parts.push(`uid=${fromKuidMunged(init, this.#rootUid)}`)
    if (this.#rootGid !== 0) parts.push(`gid=${fromKgidMunged(init, this.#rootGid)}`)
    parts.push('inode64')
    return parts.join(',')
  }

  override remount(_task: Task, data: string): void {
    const options = parseOptions(data)
    if (options.size !== undefined && (options.size < this.#usedPages || (this.#maxPages === 0 && options.size !== 0))) throw Errno.EINVAL
    if (options.inodes !== undefined && (options.inodes < this.#usedInodes || (this.#maxInodes === 0 && options.inodes !== 0))) throw Errno.EINVAL
    if (options.size !== undefined) {
      this.#maxPages = options.size
      this.#shown.size = true
    }
    if (options.inodes !== undefined) {
      this.#maxInodes = options.inodes
      this.#shown.inodes = true
    }
  }

  statfs(): Statfs {
    const free = this.#maxPages - this.#usedPages
    return {
      type: this.#isLimited ? TMPFS_MAGIC : RAMFS_MAGIC, bsize: PAGE_SIZE, namelen: 255, flags: 0,
      blocks: this.#maxPages, bfree: this.#maxPages === 0 ? 0 : free, bavail: this.#maxPages === 0 ? 0 : free,
      files: this.#maxInodes, ffree: this.#maxInodes === 0 ? 0 : this.#maxInodes - this.#usedInodes,
    }
  }

  allocIno(): number {
    this.countLink()
    return this.#nextIno++
  }
  /** Each name pins memory, so hard links count as inodes too. */
  override countLink(): void {
    if (this.#maxInodes !== 0 && this.#usedInodes >= this.#maxInodes) throw Errno.ENOSPC
    this.#usedInodes++
  }
  override uncountLink(): void {
    this.#usedInodes--
  }
  freeIno(): void {
    this.#usedInodes--
  }
  takePages(count: number): number {
    const got = this.#maxPages === 0 ? count : Math.min(count, this.#maxPages - this.#usedPages)
    this.#usedPages += got
    return got
  }
  givePages(count: number): void {
    this.#usedPages -= count
  }
  dirSize(entries: number): number {
    return this.#isLimited ? (2 + entries) * BOGO_DIRENT_SIZE : 0
  }
  dirBlocks(): number {
    return 0
  }
  symlinkBlocks(length: number): number {
    return this.#isLimited && length > 127 ? 8 : 0
  }
  /** The newest name comes first (dcache_readdir). */
  order(names: string[]): string[] {
    const dots = names[0] === '.' ? 2 : 0
    return [...names.slice(0, dots), ...names.slice(dots).reverse()]
  }
  acceptsXattr(name: string): boolean {
    return name.startsWith('security.') || name.startsWith('trusted.')
  }
  override onLastUnmount(): void {
    this.kernel.anonDevs.free(minor(this.dev))
  }
}

function tmpfsType(name: string, isLimited: boolean): FileSystemType {
  const type: FileSystemType = {
    name, requiresDevice: false, userNsMount: true,
    mount(task, _source, _flags, data) {
      const options = isLimited ? parseOptions(data) : ramfsOptions(data)
      const ns = task.cred.userNs
      const uid = options.uid === undefined ? task.cred.fsuid : makeKuid(ns, options.uid)
      const gid = options.gid === undefined ? task.cred.fsgid : makeKgid(ns, options.gid)
      if (uid === undefined || gid === undefined) throw Errno.EINVAL
      return new Tmpfs(task.kernel, type, ns, { uid, gid }, options, isLimited)
    },
  }
  return type
}

/** ramfs knows mode= and ignores everything else. */
function ramfsOptions(data: string): TmpfsOptions {
  const mode = /(?:^|,)mode=([0-7]+)(?:,|$)/.exec(data)
  return mode === null ? {} : { mode: Number.parseInt(mode[1], 8) }
}

/** What lies below the root disk: the kernel's first file system, shown by nobody. */
export const RootfsType: FileSystemType = tmpfsType('rootfs', false)
export const TmpfsType: FileSystemType = tmpfsType('tmpfs', true)
export const RamfsType: FileSystemType = tmpfsType('ramfs', false)
