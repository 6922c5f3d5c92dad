// Sysctls that belong to an object: whose value is read and written where, and who may (each file system of /proc/sys asks for the caller's namespace).
import { CAP_CHECKPOINT_RESTORE, CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SYS_RESOURCE } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { NS_TYPES } from '../../../abi/sched.ts'
import { dropCaches } from '../../cgroup/memory.ts'
import { inEffectiveGroup } from '../../cred/cred.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID, type Kgid, type Kuid, makeKgid, makeKuid } from '../../cred/ids.ts'
import { nsCapable } from '../../cred/ns-capable.ts'
import type { Kernel } from '../../kernel.ts'
import { DEFAULT_MAX_NAMESPACES } from '../../ns/ucounts.ts'
import type { UserNamespace } from '../../ns/user-namespace.ts'
import type { Task } from '../../task.ts'
import { setSysctlNumber, sysctlNumber, VFS_SYSCTLS, type VfsSysctl } from '../../vfs/vfs-sysctl.ts'
import { hostDevpts } from '../devpts/devpts.ts'
import { MACHINE_DEFINITIONS } from './sysctl-table.ts'
import { Room } from '../../rooms.ts'

export interface SysctlBinding {
  get(task: Task): string
  /** The text has been checked already. */
  set?(task: Task, value: string): void
}

const HOST_NAME_MAX = 64

function uuid(bytes: Uint8Array): string {
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const VALUES = new Room<Map<string, string>>('sysctl')
/** Values that nothing but these files uses. */
const machineValues = (kernel: Kernel): Map<string, string> => kernel.rooms.open(VALUES, () => new Map())
const ipcValues = (task: Task): Map<string, string> => task.nsproxy.ipc.rooms.open(VALUES, () => new Map())

const bound = new Map<string, SysctlBinding>([
  ['kernel/hostname', { get: (t) => t.nsproxy.uts.hostname, set: (t, v) => (t.nsproxy.uts.hostname = v.slice(0, HOST_NAME_MAX)) }],
  ['kernel/domainname', { get: (t) => t.nsproxy.uts.domainname, set: (t, v) => (t.nsproxy.uts.domainname = v.slice(0, HOST_NAME_MAX)) }],
  ['kernel/ns_last_pid', {
    get: (t) => String(t.pidNs.lastPid),
    set(t, v) {
      const owner = t.pidNs.owner ?? t.kernel.initUserNs
      if (!nsCapable(t, owner, CAP_CHECKPOINT_RESTORE) && !nsCapable(t, owner, CAP_SYS_ADMIN)) throw Errno.EPERM
      t.pidNs.lastPid = Number(v)
    },
  }],
  ['kernel/random/uuid', { get: (t) => uuid(t.kernel.random.bytes(16)) }],
  ['kernel/random/boot_id', {
    get(t) {
      const values = machineValues(t.kernel)
      const id = values.get('boot_id') ?? uuid(t.kernel.random.bytes(16))
      values.set('boot_id', id)
      return id
    },
  }],
  ['kernel/unprivileged_userns_clone', { get: (t) => String(t.kernel.unprivilegedUserNsClone), set: (t, v) => (t.kernel.unprivilegedUserNsClone = Number(v)) }],
  ['kernel/printk', {
    get: (t) => t.kernel.log.levels.join('\t'),
    set(t, v) {
      const [console, message, lowest, atBoot] = v.split('\t').map(Number)
      t.kernel.log.levels = [console, message, lowest, atBoot]
    },
  }],
  ['kernel/dmesg_restrict', { get: (t) => (t.kernel.log.isRestricted ? '1' : '0'), set: (t, v) => (t.kernel.log.isRestricted = v !== '0') }],
  ['kernel/pid_max', { get: (t) => String(t.kernel.pidMax), set: (t, v) => (t.kernel.pidMax = Number(v)) }],
  ['kernel/threads-max', { get: (t) => String(t.kernel.maxThreads), set: (t, v) => (t.kernel.maxThreads = Number(v)) }],
  ['vm/drop_caches', {
    get: (t) => machineValues(t.kernel).get('vm/drop_caches') ?? '0',
    set(t, v) {
      machineValues(t.kernel).set('vm/drop_caches', v)
      if ((Number(v) & 1) !== 0) dropCaches(t.kernel)
    },
  }],
  ['kernel/pty/nr', { get: (t) => String(hostDevpts(t.kernel)?.count ?? 0) }],
])
const isVfs = (name: string): name is VfsSysctl => (VFS_SYSCTLS as readonly string[]).includes(name)

/** A file of a user namespace: limits on what its users may make. */
export const USER_SYSCTLS: readonly string[] = [
  'user/max_cgroup_namespaces', 'user/max_fanotify_groups', 'user/max_fanotify_marks', 'user/max_inotify_instances', 'user/max_inotify_watches', 'user/max_ipc_namespaces',
  'user/max_mnt_namespaces', 'user/max_net_namespaces', 'user/max_pid_namespaces', 'user/max_time_namespaces', 'user/max_user_namespaces', 'user/max_uts_namespaces',
]
const WATCH_LIMITS: ReadonlyMap<string, string> = new Map([
  ['user/max_fanotify_groups', '128'], ['user/max_fanotify_marks', '8192'], ['user/max_inotify_instances', '128'], ['user/max_inotify_watches', '8192'],
])

function userBinding(path: string): SysctlBinding {
  const type = NS_TYPES.find((t) => path === `user/max_${t}_namespaces`)
  if (type === undefined) return { get: () => WATCH_LIMITS.get(path) ?? '0', set: () => {} }
  return { get: (t) => String(t.userNs.limits.get(type) ?? DEFAULT_MAX_NAMESPACES), set: (t, v) => t.userNs.limits.set(type, Number(v)) }
}

const isIpc = (path: string): boolean => /^(kernel\/(shm|msg(max|mn|_next)|sem|auto_msgmni)|fs\/mqueue\/)/.test(path)

/** Whether packets are passed on is more than the owner of the file may say (devinet_sysctl_forward). */
function setNet(task: Task, path: string, value: string): void {
  const { net } = task.nsproxy
  if (/^net\/ipv4\/(ip_forward|conf\/[^/]*\/forwarding)$/.test(path) && !nsCapable(task, net.owner ?? task.kernel.initUserNs, CAP_NET_ADMIN)) throw Errno.EPERM
  net.sysctls.set(path, value)
}

export function bindingOf(path: string): SysctlBinding {
  const known = bound.get(path)
  if (known !== undefined) return known
  if (path.startsWith('net/')) return { get: (t) => t.nsproxy.net.sysctls.get(path), set: (t, v) => setNet(t, path, v) }
  if (path.startsWith('user/')) return userBinding(path)
  const dotted = path.replace('/', '.')
  if (isVfs(dotted)) return { get: (t) => String(sysctlNumber(t.kernel, dotted)), set: (t, v) => setSysctlNumber(t.kernel, dotted, Number(v)) }
  const initial = MACHINE_DEFINITIONS.get(path)?.value ?? ''
  const values = isIpc(path) ? ipcValues : (task: Task) => machineValues(task.kernel)
  return { get: (t) => values(t).get(path) ?? initial, set: (t, v) => values(t).set(path, v) }
}

/** Who owns a sysctl file: the root of the user namespace that rules the namespace it belongs to. */
export function sysctlOwner(task: Task, path: string): { readonly uid: Kuid; readonly gid: Kgid } {
  const ns = path.startsWith('net/') ? task.nsproxy.net.owner : isIpc(path) ? task.nsproxy.ipc.owner : path.startsWith('user/') ? task.userNs : undefined
  return rootOf(ns)
}
function rootOf(ns: UserNamespace | undefined): { readonly uid: Kuid; readonly gid: Kgid } {
  if (ns === undefined) return { uid: GLOBAL_ROOT_UID, gid: GLOBAL_ROOT_GID }
  return { uid: makeKuid(ns, 0) ?? GLOBAL_ROOT_UID, gid: makeKgid(ns, 0) ?? GLOBAL_ROOT_GID }
}

/**
 * test_perm and the permission hooks of the tables: root is the real root, or the root of the namespace's owner; capabilities to override file permissions
 * don't count. CAP_NET_ADMIN makes one the owner of net's, CAP_SYS_RESOURCE of user's.
 */
export function maySysctl(task: Task, path: string, mode: number, mask: number): boolean {
  const { cred } = task
  const owner = sysctlOwner(task, path)
  let bits = mode & 7
  if (path.startsWith('user/')) bits = nsCapable(task, task.userNs, CAP_SYS_RESOURCE) ? mode >> 6 : mode & 7
  else if (path.startsWith('net/') && task.nsproxy.net.owner !== undefined && nsCapable(task, task.nsproxy.net.owner, CAP_NET_ADMIN)) bits = mode >> 6
  else if (cred.euid === owner.uid) bits = mode >> 6
  else if (inEffectiveGroup(cred, owner.gid)) bits = mode >> 3
  return (mask & ~bits & 7) === 0
}
