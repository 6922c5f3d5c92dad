// mqueue (ipc/mqueue.c, mq_overview(7)): the message queues of one IPC namespace as files. The mount belongs to the namespace of whoever mounted it.
// Simpler: queues are made, listed and removed; no messages pass through them.
import { CAP_SYS_RESOURCE } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { isReg, makedev, S_ISVTX } from '../../abi/stat.ts'
import type { Cred } from '../cred/cred.ts'
import type { Kgid, Kuid } from '../cred/ids.ts'
import { capable } from '../cred/ns-capable.ts'
import { bindingOf } from './proc/sysctl-bindings.ts'
import type { Task } from '../task.ts'
import type { Inode } from '../vfs/inode.ts'
import type { IpcNamespace } from '../ns/other-namespaces.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { FileSystemType } from '../vfs/super-block.ts'
import { PseudoFile, TableDir } from './pseudo/pseudo-inode.ts'
import { type PseudoSuperBlock, SimplePseudoSuperBlock } from './pseudo/pseudo-super-block.ts'
import { Room } from '../rooms.ts'

const MQUEUE_MAGIC = 0x19800202
/** The initial namespace's instance is made at boot, before other file systems. */
const INIT_MQUEUE_DEV = makedev(0, 18)

/** FILENT_SIZE */
const STATUS_SIZE = 80
const STATUS = 'QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n'

/** The root: the only directory. A regular file made here is a queue; nothing else can be made. */
class MqueueDir extends TableDir {
  readonly #queues = new Set<string>()

  override create(task: Task, name: string, mode: number, _rdev: number, uid: Kuid, gid: Kgid): Inode {
    if (!isReg(mode)) throw Errno.EPERM
    if (this.#queues.size >= Number(bindingOf('fs/mqueue/queues_max').get(task)) && !capable(task, CAP_SYS_RESOURCE)) throw Errno.ENOSPC
    const options = { size: STATUS_SIZE, owner: { uid, gid } }
    const refuse = (): never => {
      throw Errno.EINVAL
    }
    const inode = new PseudoFile(this.sb, mode & 0o7777, () => STATUS, refuse, options)
    this.add(name, () => inode)
    this.#queues.add(name)
    return inode
  }
  override symlink(): Inode {
    throw Errno.EPERM
  }
  override unlink(_task: Task, name: string, child: Inode): void {
    this.remove(name)
    this.#queues.delete(name)
    child.nlink = 0
  }
  override get size(): number {
    return this.#queues.size * 20
  }
}

/** Lives as long as its namespace, mounted or not, and as long as it is mounted anywhere. */
class MqueueSuperBlock extends SimplePseudoSuperBlock {
  #hasNamespace = true

  namespaceGone(): void {
    this.#hasNamespace = false
    if (this.mounts === 0) super.onLastUnmount()
  }
  override onLastUnmount(): void {
    if (!this.#hasNamespace) super.onLastUnmount()
  }
}

const MQUEUE = new Room<MqueueSuperBlock>('mqueue')
/** The namespace's own superblock, made with it; its root belongs to whoever made it. */
export function mqueueOf(ipc: IpcNamespace, creator?: Cred): SimplePseudoSuperBlock {
  const existing = ipc.rooms.get(MQUEUE)
  if (existing === undefined) {
    const { kernel } = ipc
    const owner = ipc.owner ?? kernel.initUserNs
    const sb = new MqueueSuperBlock(kernel, MqueueType, owner, MQUEUE_MAGIC, (own: PseudoSuperBlock) => new Dentry('', undefined, new MqueueDir(own, S_ISVTX | 0o777, creator && { uid: creator.fsuid, gid: creator.fsgid })), ipc === kernel.initIpcNs ? INIT_MQUEUE_DEV : undefined)
    ipc.rooms.set(MQUEUE, sb)
    ipc.whenGone(() => sb.namespaceGone())
    return sb
  }
  return existing
}

export const MqueueType: FileSystemType = {
  name: 'mqueue',
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.nsproxy.ipc.owner ?? task.kernel.initUserNs,
  mount: (task) => mqueueOf(task.nsproxy.ipc),
}
