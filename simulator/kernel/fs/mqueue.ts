// mqueue (ipc/mqueue.c, mq_overview(7)): the message queues of one IPC namespace as files. The mount belongs to the namespace of whoever mounted it.
// Thin: the directory is there, queues are not simulated yet.
import { makedev, S_ISVTX } from '../../abi/stat.ts'
import type { IpcNamespace } from '../ns/other-namespaces.ts'
import { Dentry } from '../vfs/dentry.ts'
import type { FileSystemType } from '../vfs/super-block.ts'
import { TableDir } from './pseudo/pseudo-inode.ts'
import { SimplePseudoSuperBlock } from './pseudo/pseudo-super-block.ts'

const MQUEUE_MAGIC = 0x19800202
/** The initial namespace's instance is made at boot, before other file systems. */
const INIT_MQUEUE_DEV = makedev(0, 18)

/** Lives as long as its namespace, mounted or not. */
class MqueueSuperBlock extends SimplePseudoSuperBlock {
  override onLastUnmount(): void {}
}

/** Gives the namespace's own superblock, making it at first use. */
function superBlockOf(ipc: IpcNamespace): SimplePseudoSuperBlock {
  let sb = ipc.parts.get('mqueue') as SimplePseudoSuperBlock | undefined
  if (sb === undefined) {
    const { kernel } = ipc
    const owner = ipc.owner ?? kernel.initUserNs
    sb = new MqueueSuperBlock(kernel, MqueueType, owner, MQUEUE_MAGIC, (own) => new Dentry('', undefined, new TableDir(own, S_ISVTX | 0o777)), ipc === kernel.initIpcNs ? INIT_MQUEUE_DEV : undefined)
    ipc.parts.set('mqueue', sb)
  }
  return sb
}

export const MqueueType: FileSystemType = {
  name: 'mqueue',
  requiresDevice: false,
  userNsMount: true,
  ownerOf: (task) => task.nsproxy.ipc.owner ?? task.kernel.initUserNs,
  mount: (task) => superBlockOf(task.nsproxy.ipc),
}
