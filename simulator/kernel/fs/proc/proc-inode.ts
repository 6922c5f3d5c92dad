// What all entries under /proc/PID share: they belong to a Pid, their owner is the process's, and they end with it (fs/proc/base.c).
import { Errno } from '../../../abi/errno.ts'
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../../abi/stat.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID, makeKgid, makeKuid } from '../../cred/ids.ts'
import { ptraceMayAccess } from '../../cred/ptrace-access.ts'
import type { Pid } from '../../pid.ts'
import type { Task } from '../../task.ts'
import type { File } from '../../vfs/file.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { Path } from '../../vfs/path.ts'
import type { Sleepable } from '../../wait-queue.ts'
import { PseudoDir, PseudoInode } from '../pseudo/pseudo-inode.ts'
import { SeqFile, type SeqOperations } from '../pseudo/seq-file.ts'
import type { ProcSuperBlock } from './proc-super-block.ts'

const WORLD_READABLE_DIR = S_IFDIR | 0o555

/** The process of a Pid while it exists, zombies included. */
export function taskOf(pid: Pid): Task | undefined {
  const { task } = pid
  return task === undefined || task.state === 'dead' ? undefined : task
}

/** Throws ESRCH when the process has gone. */
export function requireTask(pid: Pid): Task {
  const task = taskOf(pid)
  if (task === undefined) throw Errno.ESRCH
  return task
}

/** Has an address space: neither a kernel thread nor a zombie. */
export const hasMemory = (task: Task): boolean => task.isAlive && !task.isKernelThread

/** task_dump_owner: entries belong to the process's effective ids, but to root where looking in is restricted (not dumpable) or no memory is left. */
export function updateOwner(inode: Inode, task: Task): void {
  const { cred } = task
  if (task.isKernelThread) {
    inode.uid = GLOBAL_ROOT_UID
    inode.gid = GLOBAL_ROOT_GID
    return
  }
  inode.uid = cred.euid
  inode.gid = cred.egid
  if (inode.mode === WORLD_READABLE_DIR) return
  if (!hasMemory(task)) {
    inode.uid = GLOBAL_ROOT_UID
    inode.gid = GLOBAL_ROOT_GID
  } else if (!task.dumpable) {
    inode.uid = makeKuid(cred.userNs, 0) ?? GLOBAL_ROOT_UID
    inode.gid = makeKgid(cred.userNs, 0) ?? GLOBAL_ROOT_GID
  }
}

/** Throws EACCES unless `reader` may look into the process (proc_fd_access_allowed). */
export function requireAccess(reader: Task, pid: Pid): Task {
  const task = requireTask(pid)
  if (!ptraceMayAccess(reader, task)) throw Errno.EACCES
  return task
}

/** A directory below /proc/PID; cached children are dropped with the process and take over its owner at each look. */
export abstract class PidSubDir extends PseudoDir {
  declare readonly sb: ProcSuperBlock
  readonly pid: Pid

  constructor(sb: ProcSuperBlock, pid: Pid, permissions: number) {
    super(sb, permissions)
    this.pid = pid
    const task = taskOf(pid)
    if (task !== undefined) updateOwner(this, task)
  }
  /** True while `child` is still what `name` stands for. */
  protected stillValid(_name: string, _child: Inode): boolean {
    return true
  }
  override isStale(_task: Task, name: string, child: Inode): boolean {
    const task = taskOf(this.pid)
    if (task === undefined || !this.stillValid(name, child)) return true
    updateOwner(child, task)
    return false
  }
  override beforeSetAttr(): void {
    throw Errno.EPERM
  }
}

export type PidShow = (target: Task, reader: Task, file: SeqFile) => string | Uint8Array
export type PidStore = (target: Task, writer: Task, data: Uint8Array, file: SeqFile) => Sleepable<number>

export interface PidFileOptions {
  readonly store?: PidStore
  readonly keepsPosition?: boolean
  /** Runs at open(2); throws to refuse. What it answers is the file's `target`. */
  readonly onOpen?: (target: Task, opener: Task, flags: number) => unknown
}

/** A file below /proc/PID. */
export class PidFile extends PseudoInode implements SeqOperations {
  readonly pid: Pid
  readonly #show: PidShow
  readonly #options: PidFileOptions

  constructor(sb: ProcSuperBlock, pid: Pid, permissions: number, show: PidShow, options: PidFileOptions = {}) {
    super(sb, S_IFREG | permissions)
    this.pid = pid
    this.#show = show
    this.#options = options
    const task = taskOf(pid)
    if (task !== undefined) updateOwner(this, task)
  }
  get keepsPosition(): boolean {
    return this.#options.keepsPosition === true
  }
  override open(task: Task, path: Path, flags: number): File {
    const target = this.#options.onOpen?.(requireTask(this.pid), task, flags)
    return new SeqFile(task, path, flags, this, target)
  }
  show(task: Task, file: SeqFile): string | Uint8Array {
    return this.#show(requireTask(this.pid), task, file)
  }
  store(task: Task, data: Uint8Array, file: SeqFile): Sleepable<number> {
    const { store } = this.#options
    if (store === undefined) throw Errno.EINVAL
    return store(requireTask(this.pid), task, data, file)
  }
  override beforeSetAttr(): void {
    throw Errno.EPERM
  }
}

export interface MagicLinkOperations {
  /** readlink(2)'s text; permission has been checked. */
  text(target: Task, reader: Task): string
  /** Where following it leads. */
  path(target: Task, reader: Task): Path
}

/** A link that leads to an object, whatever its text says. Both reading and following need ptrace access. */
export class PidMagicLink extends PseudoInode {
  readonly pid: Pid
  readonly #operations: MagicLinkOperations
  readonly #size: number

  constructor(sb: ProcSuperBlock, pid: Pid, permissions: number, operations: MagicLinkOperations, size = 0) {
    super(sb, S_IFLNK | permissions)
    this.pid = pid
    this.#operations = operations
    this.#size = size
    const task = taskOf(pid)
    if (task !== undefined) updateOwner(this, task)
  }
  override get size(): number {
    return this.#size
  }
  override readlink(task: Task): string {
    return this.#operations.text(requireAccess(task, this.pid), task)
  }
  override magicTarget(task: Task): Path {
    return this.#operations.path(requireAccess(task, this.pid), task)
  }
  override open(): File {
    throw Errno.ELOOP
  }
  override beforeSetAttr(): void {
    throw Errno.EPERM
  }
}
