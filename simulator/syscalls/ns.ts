// Namespaces and names: unshare(2), setns(2), uname(2), sethostname(2), setdomainname(2).
import { CAP_SYS_ADMIN, CAP_SYS_BOOT } from '../abi/capability.ts'
import { Errno } from '../abi/errno.ts'
import { encodeUtf8 } from '../lib/bytes.ts'
import { nsCapable } from '../kernel/cred/ns-capable.ts'
import { KERNEL_VERSION, OS_RELEASE } from '../kernel/fs/proc/machine-info.ts'
import { setns } from '../kernel/ns/setns.ts'
import { unshare } from '../kernel/ns/unshare.ts'
import type { Task } from '../kernel/task.ts'
import type { Handlers } from './handlers.ts'

const UTS_LEN = 64

function checkName(task: Task, name: string): void {
  if (!nsCapable(task, task.nsproxy.uts.owner ?? task.kernel.initUserNs, CAP_SYS_ADMIN)) throw Errno.EPERM
  if (encodeUtf8(name).length > UTS_LEN) throw Errno.EINVAL
}

export const nsSyscalls = {
  unshare,
  setns: (task, fd, nstype) => setns(task, task.files.require(fd), nstype),
  uname(task) {
    const { hostname, domainname } = task.nsproxy.uts
    return { sysname: 'Linux', nodename: hostname, release: OS_RELEASE, version: KERNEL_VERSION, machine: 'x86_64', domainname }
  },
  sethostname(task, name) {
    checkName(task, name)
    task.nsproxy.uts.hostname = name
    task.kernel.trace.emit('uts.hostname', task, { ns: task.nsproxy.uts.ino, name })
    return 0
  },
  setdomainname(task, name) {
    checkName(task, name)
    task.nsproxy.uts.domainname = name
    return 0
  },
  reboot(task) {
    if (!nsCapable(task, task.pidNs.owner ?? task.kernel.initUserNs, CAP_SYS_BOOT)) throw Errno.EPERM
    throw Errno.EINVAL
  },
} satisfies Partial<Handlers>
