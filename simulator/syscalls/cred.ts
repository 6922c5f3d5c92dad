// Credentials: credentials(7), capabilities(7), prctl(2). Numbers are translated through the caller's user namespace.
import { CAP_LAST, capBit } from '../abi/capability.ts'
import { Errno } from '../abi/errno.ts'
import {
  PR_CAP_AMBIENT, PR_CAPBSET_DROP, PR_CAPBSET_READ, PR_GET_CHILD_SUBREAPER, PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_NO_NEW_PRIVS, PR_GET_PDEATHSIG,
  PR_GET_SECUREBITS, PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NAME, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, PR_SET_SECUREBITS,
  SECBIT_KEEP_CAPS,
} from '../abi/sched.ts'
import { PR_GET_SECCOMP, PR_SET_SECCOMP } from '../abi/seccomp.ts'
import { SIGRTMAX } from '../abi/signal.ts'
import { ambient, capset, dropBounding, setKeepCaps, setSecurebits } from '../kernel/cred/capset.ts'
import { fromKgidMunged, fromKuidMunged, type Kgid, type Kuid } from '../kernel/cred/ids.ts'
import { setgid, setgroups, setregid, setresgid, setresuid, setreuid, setuid } from '../kernel/cred/set-ids.ts'
import { seccomp, setSeccompMode } from '../kernel/security/seccomp.ts'
import type { Task } from '../kernel/task.ts'
import type { Handlers } from './handlers.ts'

const uid = (task: Task, id: Kuid): number => fromKuidMunged(task.cred.userNs, id)
const gid = (task: Task, id: Kgid): number => fromKgidMunged(task.cred.userNs, id)

function prctl(task: Task, option: number, ...args: readonly unknown[]): number {
  const arg = typeof args[0] === 'number' ? args[0] : 0
  const flag = (): boolean => {
    if (arg !== 0 && arg !== 1) throw Errno.EINVAL
    return arg === 1
  }
  switch (option) {
    case PR_SET_PDEATHSIG:
      if (arg < 0 || arg > SIGRTMAX) throw Errno.EINVAL
      task.pdeathSignal = arg
      return 0
    case PR_GET_PDEATHSIG:
      return task.pdeathSignal
    case PR_GET_DUMPABLE:
      return task.dumpable ? 1 : 0
    case PR_SET_DUMPABLE:
      task.dumpable = flag()
      return 0
    case PR_GET_KEEPCAPS:
      return (task.cred.securebits & SECBIT_KEEP_CAPS) === 0 ? 0 : 1
    case PR_SET_KEEPCAPS:
      return setKeepCaps(task, arg)
    case PR_SET_NAME:
      task.comm = String(args[0]).slice(0, 15)
      return 0
    case PR_CAPBSET_READ:
      if (arg < 0 || arg > CAP_LAST) throw Errno.EINVAL
      return (task.cred.bounding & capBit(arg)) === 0n ? 0 : 1
    case PR_CAPBSET_DROP:
      return dropBounding(task, arg)
    case PR_GET_SECUREBITS:
      return task.cred.securebits
    case PR_SET_SECUREBITS:
      return setSecurebits(task, arg)
    case PR_SET_CHILD_SUBREAPER:
      task.isSubreaper = arg !== 0
      return 0
    case PR_GET_CHILD_SUBREAPER:
      return task.isSubreaper ? 1 : 0
    case PR_SET_NO_NEW_PRIVS:
      if (arg !== 1) throw Errno.EINVAL
      task.noNewPrivs = true
      return 0
    case PR_GET_NO_NEW_PRIVS:
      return task.noNewPrivs ? 1 : 0
    case PR_CAP_AMBIENT:
      return ambient(task, arg, typeof args[1] === 'number' ? args[1] : 0)
    case PR_GET_SECCOMP:
      return task.seccomp?.mode ?? 0
    case PR_SET_SECCOMP:
      return setSeccompMode(task, arg, args[1])
    default:
      throw Errno.EINVAL
  }
}

export const credSyscalls = {
  getuid: (task) => uid(task, task.cred.uid),
  geteuid: (task) => uid(task, task.cred.euid),
  getgid: (task) => gid(task, task.cred.gid),
  getegid: (task) => gid(task, task.cred.egid),
  getresuid: (task) => [uid(task, task.cred.uid), uid(task, task.cred.euid), uid(task, task.cred.suid)],
  getresgid: (task) => [gid(task, task.cred.gid), gid(task, task.cred.egid), gid(task, task.cred.sgid)],
  getgroups: (task) => task.cred.groups.map((g) => gid(task, g)),
  setuid,
  setgid,
  setreuid,
  setregid,
  setresuid,
  setresgid,
  setgroups,
  capget(task, pid) {
    const target = pid === 0 ? task : task.pidNs.find(pid)?.task
    if (target === undefined) throw Errno.ESRCH
    const { inheritable, permitted, effective, bounding, ambient: amb } = target.cred
    return { inheritable, permitted, effective, bounding, ambient: amb }
  },
  capset,
  prctl,
  seccomp,
} satisfies Partial<Handlers>
