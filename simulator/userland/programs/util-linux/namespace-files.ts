// The namespace files of /proc/PID/ns in the order in which unshare and nsenter go through them.
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS } from '../../../abi/sched.ts'

export interface NamespaceFile {
  readonly flag: number
  /** Below /proc/PID. */
  readonly name: string
  /** The one that an unshared but not yet entered namespace has, where it differs. */
  readonly forChildren?: string
  /** The short option letter of both programs. */
  readonly letter: string
}

/** User first: it is entered first if it gives rights, last if it takes them. */
export const NAMESPACE_FILES: readonly NamespaceFile[] = [
  { flag: CLONE_NEWUSER, name: 'ns/user', letter: 'U' },
  { flag: CLONE_NEWCGROUP, name: 'ns/cgroup', letter: 'C' },
  { flag: CLONE_NEWIPC, name: 'ns/ipc', letter: 'i' },
  { flag: CLONE_NEWUTS, name: 'ns/uts', letter: 'u' },
  { flag: CLONE_NEWNET, name: 'ns/net', letter: 'n' },
  { flag: CLONE_NEWPID, name: 'ns/pid', forChildren: 'ns/pid_for_children', letter: 'p' },
  { flag: CLONE_NEWNS, name: 'ns/mnt', letter: 'm' },
  { flag: CLONE_NEWTIME, name: 'ns/time', forChildren: 'ns/time_for_children', letter: 'T' },
]
