// Debian's packages util-linux and mount.
import type { ProgramPackage } from '../../program-table.ts'
import { program } from '../../libc/crt.ts'
import { CHOOM_OPTIONS, choom } from './choom.ts'
import { CHRT_OPTIONS, chrt } from './chrt.ts'
import { DMESG_OPTIONS, dmesg } from './dmesg.ts'
import { FINDMNT_OPTIONS, findmnt } from './findmnt.ts'
import { FLOCK_OPTIONS, flock } from './flock.ts'
import { getopt } from './getopt.ts'
import { IONICE_OPTIONS, ionice } from './ionice.ts'
import { IPCMK_OPTIONS, ipcmk } from './ipc/ipcmk.ts'
import { IPCRM_OPTIONS, ipcrm } from './ipc/ipcrm.ts'
import { IPCS_OPTIONS, ipcs } from './ipc/ipcs.ts'
import { LSIPC_OPTIONS, lsipc } from './ipc/lsipc.ts'
import { LSBLK_OPTIONS, lsblk } from './lsblk.ts'
import { LSLOCKS_OPTIONS, lslocks } from './lslocks.ts'
import { LSNS_OPTIONS, lsns } from './lsns.ts'
import { MOUNT_OPTIONS, mount } from './mount.ts'
import { MOUNTPOINT_OPTIONS, mountpoint } from './mountpoint.ts'
import { NAMEI_OPTIONS, namei } from './namei.ts'
import { NSENTER_OPTIONS, nsenter } from './nsenter.ts'
import { PIVOT_ROOT_OPTIONS, pivotRoot } from './pivot-root.ts'
import { PRLIMIT_OPTIONS, prlimit } from './prlimit.ts'
import { renice } from './renice.ts'
import { SETPRIV_OPTIONS, setpriv } from './setpriv.ts'
import { SETSID_OPTIONS, setsid } from './setsid.ts'
import { fallocate, logger, mcookie, nologin, rev, uuidgen, whereis } from './small-tools.ts'
import { SU_OPTIONS, runuser, su } from './su.ts'
import { TASKSET_OPTIONS, taskset } from './taskset.ts'
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
    { path: '/usr/sbin/pivot_root', program: program(pivotRoot), options: PIVOT_ROOT_OPTIONS, summary: 'makes another mount the root' },
    { path: '/usr/bin/dmesg', program: program(dmesg), options: DMESG_OPTIONS, summary: "shows the kernel's log" },
    { path: '/usr/bin/flock', program: program(flock), options: FLOCK_OPTIONS, summary: 'runs a command while holding a lock on a file' },
    { path: '/usr/bin/renice', program: program(renice), summary: 'changes the priority of running processes' },
    { path: '/usr/bin/choom', program: program(choom), options: CHOOM_OPTIONS, summary: 'shows and changes how readily a process is killed for memory' },
    { path: '/usr/bin/chrt', program: program(chrt), options: CHRT_OPTIONS, summary: 'shows and changes the scheduling policy of a process' },
    { path: '/usr/bin/ionice', program: program(ionice), options: IONICE_OPTIONS, summary: 'shows and changes the I/O priority of a process' },
    { path: '/usr/bin/lslocks', program: program(lslocks), options: LSLOCKS_OPTIONS, summary: 'lists file locks' },
    { path: '/usr/bin/lsblk', program: program(lsblk), options: LSBLK_OPTIONS, summary: 'lists block devices' },
    { path: '/usr/bin/taskset', program: program(taskset), options: TASKSET_OPTIONS, summary: 'binds a process to CPUs' },
    { path: '/usr/bin/namei', program: program(namei), options: NAMEI_OPTIONS, summary: 'follows a path name step by step' },
    { path: '/usr/bin/getopt', program: program(getopt), summary: "puts a script's options in order" },
    { path: '/usr/bin/rev', program: program(rev), summary: 'reverses each line' },
    { path: '/usr/bin/mcookie', program: program(mcookie), summary: 'makes a random number for xauth' },
    { path: '/usr/bin/uuidgen', program: program(uuidgen), summary: 'makes a unique identifier' },
    { path: '/usr/bin/whereis', program: program(whereis), summary: 'finds a program, its manual and configuration' },
    { path: '/usr/bin/fallocate', program: program(fallocate), summary: 'reserves space for a file' },
    { path: '/usr/bin/logger', program: program(logger), summary: 'sends a message to the system log' },
    { path: '/usr/sbin/nologin', program: program(nologin), summary: 'politely refuses a login' },
  ],
}
