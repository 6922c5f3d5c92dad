// Debian's packages util-linux and mount.
import type { ProgramPackage } from '../../program-table.ts'
import { program } from '../../libc/crt.ts'
import { FINDMNT_OPTIONS, findmnt } from './findmnt.ts'
import { IPCMK_OPTIONS, ipcmk } from './ipc/ipcmk.ts'
import { IPCRM_OPTIONS, ipcrm } from './ipc/ipcrm.ts'
import { IPCS_OPTIONS, ipcs } from './ipc/ipcs.ts'
import { LSIPC_OPTIONS, lsipc } from './ipc/lsipc.ts'
import { LSNS_OPTIONS, lsns } from './lsns.ts'
import { MOUNT_OPTIONS, mount } from './mount.ts'
import { MOUNTPOINT_OPTIONS, mountpoint } from './mountpoint.ts'
import { NSENTER_OPTIONS, nsenter } from './nsenter.ts'
import { PRLIMIT_OPTIONS, prlimit } from './prlimit.ts'
import { SETPRIV_OPTIONS, setpriv } from './setpriv.ts'
import { SETSID_OPTIONS, setsid } from './setsid.ts'
import { SU_OPTIONS, runuser, su } from './su.ts'
import { UMOUNT_OPTIONS, umount } from './umount.ts'
import { unshare } from './unshare.ts'
import { UNSHARE_OPTIONS } from './unshare-options.ts'

export const utilLinuxPackage: ProgramPackage = {
  name: 'util-linux',
  version: '2.38.1-5+deb12u3',
  programs: [
    { path: '/usr/bin/unshare', program: program(unshare), options: UNSHARE_OPTIONS, summary: 'runs a program in new namespaces' },
    { path: '/usr/bin/nsenter', program: program(nsenter), options: NSENTER_OPTIONS, summary: 'runs a program in the namespaces of another process' },
    { path: '/usr/bin/mount', program: program(mount), mode: 0o4755, options: MOUNT_OPTIONS, summary: 'mounts a file system, or lists the mounts' },
    { path: '/usr/bin/umount', program: program(umount), mode: 0o4755, options: UMOUNT_OPTIONS, summary: 'takes a mounted file system away' },
    { path: '/usr/bin/mountpoint', program: program(mountpoint), options: MOUNTPOINT_OPTIONS, summary: 'tells whether a directory is a mount point' },
    { path: '/usr/bin/lsns', program: program(lsns), options: LSNS_OPTIONS, summary: 'lists namespaces' },
    { path: '/usr/bin/ipcmk', program: program(ipcmk), options: IPCMK_OPTIONS, summary: 'makes shared memory, semaphores and message queues' },
    { path: '/usr/bin/ipcrm', program: program(ipcrm), options: IPCRM_OPTIONS, summary: 'removes shared memory, semaphores and message queues' },
    { path: '/usr/bin/ipcs', program: program(ipcs), options: IPCS_OPTIONS, summary: 'lists shared memory, semaphores and message queues' },
    { path: '/usr/bin/lsipc', program: program(lsipc), options: LSIPC_OPTIONS, summary: 'lists the same with limits and more columns' },
    { path: '/usr/bin/findmnt', program: program(findmnt), options: FINDMNT_OPTIONS, summary: 'finds mounts and shows them as a tree' },
    { path: '/usr/bin/su', program: program(su), mode: 0o4755, options: SU_OPTIONS, summary: 'becomes another user' },
    { path: '/usr/sbin/runuser', program: program(runuser), options: SU_OPTIONS, summary: 'runs a command as another user, for root' },
    { path: '/usr/bin/setpriv', program: program(setpriv), options: SETPRIV_OPTIONS, summary: 'runs a program with other privileges' },
    { path: '/usr/bin/prlimit', program: program(prlimit), options: PRLIMIT_OPTIONS, summary: 'shows and sets resource limits' },
    { path: '/usr/bin/setsid', program: program(setsid), options: SETSID_OPTIONS, summary: 'runs a program in a new session' },
  ],
}
