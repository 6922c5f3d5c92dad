// securityfs (security/inode.c), mounted on /sys/kernel/security: which security modules there are.
import { Dentry } from '../vfs/dentry.ts'
import type { FileSystemType } from '../vfs/super-block.ts'
import { apparmorDir } from './apparmorfs.ts'
import { makedev } from '../../abi/stat.ts'
import { PseudoFile, PseudoLink, TableDir } from './pseudo/pseudo-inode.ts'
import { SimplePseudoSuperBlock } from './pseudo/pseudo-super-block.ts'
import { Room } from '../rooms.ts'

const SECURITYFS_MAGIC = 0x73636673
const SECURITYFS_DEV = makedev(0, 6)

/** Lives on when it is unmounted. */
class SecurityfsSuperBlock extends SimplePseudoSuperBlock {
  override onLastUnmount(): void {}
}

const SECURITYFS = new Room<SimplePseudoSuperBlock>('securityfs')
export const SecurityfsType: FileSystemType = {
  name: 'securityfs',
  requiresDevice: false,
  userNsMount: false,
  mount(task) {
    const { kernel } = task
    let sb = kernel.rooms.get(SECURITYFS)
    if (sb === undefined) {
      sb = new SecurityfsSuperBlock(kernel, SecurityfsType, kernel.initUserNs, SECURITYFS_MAGIC, (own) => {
        const dir = (): TableDir => new TableDir(own, 0o755)
        const file = (mode: number, text: string) => () => new PseudoFile(own, mode, () => text)
        const root = dir()
        root.add('integrity', () => dir().add('ima', dir).add('evm', () => dir().add('evm', file(0o440, '0'))))
        root.add('ima', () => new PseudoLink(own, 'integrity/ima', 0)).add('evm', () => new PseudoLink(own, 'integrity/evm/evm', 0))
        root.add('lockdown', file(0o644, '[none] integrity confidentiality\n')).add('lsm', file(0o444, 'lockdown,capability,landlock,yama,apparmor,bpf'))
        root.add('apparmor', () => apparmorDir(own))
        return new Dentry('', undefined, root)
      }, SECURITYFS_DEV)
      kernel.rooms.set(SECURITYFS, sb)
    }
    return sb
  },
}
