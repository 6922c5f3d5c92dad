// /proc/sys (fs/proc/proc_sysctl.c, proc(5)): what a directory holds and what a file says depends on the namespaces of whoever looks.
import { Errno } from '../../../abi/errno.ts'
import { type Dirent, DT_DIR, DT_REG, S_IFREG } from '../../../abi/stat.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { capable } from '../../cred/ns-capable.ts'
import type { Task } from '../../task.ts'
import type { File } from '../../vfs/file.ts'
import type { Inode } from '../../vfs/inode.ts'
import type { Path } from '../../vfs/path.ts'
import { MAY_EXEC, MAY_WRITE } from '../../vfs/permissions.ts'
import { PseudoDir, PseudoInode } from '../pseudo/pseudo-inode.ts'
import type { PseudoSuperBlock } from '../pseudo/pseudo-super-block.ts'
import { SeqFile, type SeqOperations } from '../pseudo/seq-file.ts'
import { bindingOf, maySysctl, type SysctlBinding, sysctlOwner, USER_SYSCTLS } from './sysctl-bindings.ts'
import { CAPABILITY_TO_WRITE, checkSysctl, MACHINE_DEFINITIONS } from './sysctl-table.ts'

/** Names in each directory, true for directories; net's come from the namespace. */
const DIRECTORIES = new Map<string, Map<string, boolean>>()
function enter(path: string, isDir: boolean): void {
  const at = path.lastIndexOf('/')
  const dir = at < 0 ? '' : path.slice(0, at)
  let names = DIRECTORIES.get(dir)
  if (names === undefined) {
    names = new Map()
    DIRECTORIES.set(dir, names)
    if (dir !== '') enter(dir, true)
  }
  names.set(path.slice(at + 1), isDir)
}
for (const path of [...MACHINE_DEFINITIONS.keys(), ...USER_SYSCTLS]) enter(path, false)
enter('net', true)

const isNet = (path: string): boolean => path === 'net' || path.startsWith('net/')
const listing = (task: Task, dir: string): ReadonlyMap<string, boolean> | undefined => (isNet(dir) ? task.nsproxy.net.sysctls.list(dir) : DIRECTORIES.get(dir))

function modeOf(task: Task, path: string): number {
  if (isNet(path)) return task.nsproxy.net.sysctls.definition(path)?.mode ?? 0o644
  return MACHINE_DEFINITIONS.get(path)?.mode ?? 0o644
}

class SysctlFile extends PseudoInode implements SeqOperations {
  readonly path: string
  readonly #binding: SysctlBinding

  constructor(sb: PseudoSuperBlock, task: Task, path: string) {
    super(sb, S_IFREG | modeOf(task, path), sysctlOwner(task, path))
    this.path = path
    this.#binding = bindingOf(path)
  }
  override open(task: Task, path: Path, flags: number): File {
    return new SeqFile(task, path, flags, this)
  }
  show(task: Task): string {
    if ((this.mode & 0o444) === 0) throw Errno.EINVAL
    return `${this.#binding.get(task)}\n`
  }
  store(task: Task, data: Uint8Array): number {
    const needed = CAPABILITY_TO_WRITE.get(this.path)
    if (needed !== undefined && !capable(task, needed)) throw Errno.EPERM
    const value = checkSysctl(this.path, this.#binding.get(task), decodeUtf8(data))
    this.#binding.set?.(task, value)
    task.kernel.trace.emit('sysctl.write', task, { name: this.path.replaceAll('/', '.'), value })
    return data.length
  }
  override overridePermission(task: Task, mask: number): boolean {
    return (mask & MAY_EXEC) === 0 && maySysctl(task, this.path, this.mode, mask)
  }
  override beforeSetAttr(): void {
    throw Errno.EPERM
  }
}

class SysctlDir extends PseudoDir {
  readonly #path: string
  readonly #made = new Map<string, Inode>()

  constructor(sb: PseudoSuperBlock, path: string) {
    super(sb, 0o555)
    this.nlink = 1
    this.#path = path
  }
  #childPath(name: string): string {
    return this.#path === '' ? name : `${this.#path}/${name}`
  }
  override lookup(task: Task, name: string): Inode | undefined {
    const isDir = listing(task, this.#path)?.get(name)
    if (isDir === undefined) return undefined
    let inode = this.#made.get(name)
    if (inode === undefined || inode.isDir !== isDir) {
      const path = this.#childPath(name)
      inode = isDir ? new SysctlDir(this.sb, path) : new SysctlFile(this.sb, task, path)
      this.#made.set(name, inode)
    }
    this.#refresh(task, inode)
    return inode
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    if (listing(task, this.#path)?.get(name) !== child.isDir) return true
    this.#refresh(task, child)
    return false
  }
  /** The same file belongs to somebody else in another namespace. */
  #refresh(task: Task, inode: Inode): void {
    if (!(inode instanceof SysctlFile)) return
    const owner = sysctlOwner(task, inode.path)
    inode.uid = owner.uid
    inode.gid = owner.gid
  }
  override *entries(task: Task): Iterable<Dirent> {
    for (const [name, isDir] of listing(task, this.#path) ?? []) yield { ino: this.lookup(task, name)?.ino ?? 0, name, type: isDir ? DT_DIR : DT_REG }
  }
  override overridePermission(_task: Task, mask: number): boolean {
    return (mask & MAY_WRITE) === 0
  }
}

export const sysctlRoot = (sb: PseudoSuperBlock): Inode => new SysctlDir(sb, '')
