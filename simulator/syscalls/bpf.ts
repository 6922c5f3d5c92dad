// bpf(2): programs of the device controller of cgroup v2, the only kind this machine has. See abi/bpf.ts.
import { BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI, BPF_PROG_ATTACH, BPF_PROG_DETACH, BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_DEVICE, type BpfProgAttach, type BpfProgLoad } from '../abi/bpf.ts'
import { CAP_BPF, CAP_NET_ADMIN, CAP_SYS_ADMIN } from '../abi/capability.ts'
import { Errno } from '../abi/errno.ts'
import { O_RDWR } from '../abi/fcntl.ts'
import type { Cgroup } from '../kernel/cgroup/cgroup.ts'
import { attachDeviceProgram, BpfProgramFile, detachDeviceProgram } from '../kernel/cgroup/device-filter.ts'
import { capable } from '../kernel/cred/ns-capable.ts'
import { anonInodePath } from '../kernel/fs/anon.ts'
import { cgroupOfDirectory } from '../kernel/fs/cgroup2/cgroup2.ts'
import type { Task } from '../kernel/task.ts'
import { installFile } from '../kernel/vfs/file-open.ts'
import type { Handlers } from './handlers.ts'

function load(task: Task, { progType, rules }: BpfProgLoad): number {
  if (progType !== BPF_PROG_TYPE_CGROUP_DEVICE) throw Errno.EINVAL
  if (!capable(task, CAP_BPF) && !capable(task, CAP_SYS_ADMIN)) throw Errno.EPERM
  return installFile(task, new BpfProgramFile(anonInodePath(task.kernel, 'bpf-prog'), O_RDWR, rules), true)
}

function target(task: Task, { targetFd, attachBpfFd, attachType }: BpfProgAttach): { readonly group: Cgroup; readonly program: BpfProgramFile } {
  if (attachType !== BPF_CGROUP_DEVICE) throw Errno.EINVAL
  if (!capable(task, CAP_NET_ADMIN) && !capable(task, CAP_SYS_ADMIN)) throw Errno.EPERM
  const program = task.files.require(attachBpfFd)
  if (!(program instanceof BpfProgramFile)) throw Errno.EINVAL
  const group = cgroupOfDirectory(task.files.require(targetFd).inode)
  if (group === undefined) throw Errno.EBADF
  return { group, program }
}

export const bpfSyscalls = {
  bpf(task, cmd, attr) {
    if (typeof attr !== 'object' || attr === null) throw Errno.EFAULT
    if (cmd === BPF_PROG_LOAD) return load(task, attr as BpfProgLoad)
    if (cmd !== BPF_PROG_ATTACH && cmd !== BPF_PROG_DETACH) throw Errno.EINVAL
    const { group, program } = target(task, attr as BpfProgAttach)
    if (cmd === BPF_PROG_ATTACH) attachDeviceProgram(group, program.rules, ((attr as BpfProgAttach).attachFlags & BPF_F_ALLOW_MULTI) !== 0)
    else detachDeviceProgram(group, program.rules)
    return 0
  },
} satisfies Partial<Handlers>
