// What sysctls there are and how their texts are checked (kernel/sysctl.c: proc_dointvec_minmax, proc_dostring).
import { CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_RAWIO } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { parseSysctls, type SysctlDefinition } from '../../net/net-sysctl.ts'
import { MACHINE_SYSCTLS } from './sysctl-defaults.ts'

export const MACHINE_DEFINITIONS: ReadonlyMap<string, SysctlDefinition> = new Map(parseSysctls(MACHINE_SYSCTLS).map((d) => [d.path, d]))

const BOOLEAN: readonly [number, number] = [0, 1]
const UP_TO_2: readonly [number, number] = [0, 2]
const RANGES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['kernel/pid_max', [301, 4194304]], ['kernel/threads-max', [20, 1073741823]], ['kernel/yama/ptrace_scope', [0, 3]], ['kernel/dmesg_restrict', BOOLEAN], ['kernel/kptr_restrict', UP_TO_2],
  ['kernel/randomize_va_space', [-2147483648, 2147483647]], ['kernel/modules_disabled', [1, 1]], ['kernel/ns_last_pid', [0, 4194304]], ['kernel/overflowuid', [0, 65535]],
  ['kernel/overflowgid', [0, 65535]], ['kernel/shmmni', [0, 32768]], ['kernel/msgmni', [0, 32768]], ['kernel/msgmax', [0, 2147483647]], ['kernel/msgmnb', [0, 2147483647]],
  ['kernel/unprivileged_bpf_disabled', UP_TO_2], ['kernel/sysctl_writes_strict', [-1, 1]],
  ['fs/protected_symlinks', BOOLEAN], ['fs/protected_hardlinks', BOOLEAN], ['fs/protected_fifos', UP_TO_2], ['fs/protected_regular', UP_TO_2], ['fs/suid_dumpable', UP_TO_2],
  ['fs/mqueue/queues_max', [0, 2147483647]], ['fs/mqueue/msg_max', [1, 65536]], ['fs/mqueue/msgsize_max', [128, 16777216]],
  ['vm/swappiness', [0, 200]], ['vm/overcommit_memory', UP_TO_2], ['vm/panic_on_oom', UP_TO_2], ['vm/drop_caches', [1, 4]],
  ['net/ipv4/ip_default_ttl', [1, 255]], ['net/ipv4/ip_unprivileged_port_start', [0, 65535]], ['net/ipv4/tcp_syncookies', UP_TO_2], ['net/core/somaxconn', [0, 65535]],
])
/** proc_dointvec_minmax_sysadmin and its kin: it isn't enough to own the file. */
export const CAPABILITY_TO_WRITE: ReadonlyMap<string, number> = new Map([
  ['kernel/dmesg_restrict', CAP_SYS_ADMIN], ['kernel/kptr_restrict', CAP_SYS_ADMIN], ['kernel/unprivileged_bpf_disabled', CAP_SYS_ADMIN], ['kernel/bpf_stats_enabled', CAP_SYS_ADMIN],
  ['kernel/tainted', CAP_SYS_ADMIN], ['kernel/sched_schedstats', CAP_SYS_ADMIN], ['kernel/numa_balancing', CAP_SYS_ADMIN], ['kernel/yama/ptrace_scope', CAP_SYS_PTRACE], ['vm/mmap_min_addr', CAP_SYS_RAWIO],
])
/** Yama: “no attach” stays until the next boot. */
const YAMA_SCOPE = 'kernel/yama/ptrace_scope'
const INT_MAX = 2147483647, INT_MIN = -2147483648

const isInteger = (text: string): boolean => /^-?\d+$/.test(text)
const words = (text: string): string[] => text.split(/[\s]+/).filter((w) => w !== '')

/** The value to store for what was written: EINVAL unless it fits the kind of value that `old` is. */
export function checkSysctl(path: string, old: string, written: string): string {
  const isVector = words(old).length > 0 && words(old).every(isInteger)
  if (!isVector) return written.split('\n')[0].trim()
  const values = words(old)
  const given = words(written.split('\0')[0])
  if (given.length === 0) throw Errno.EINVAL
  const range = path.startsWith('user/') ? [0, INT_MAX] as const : path === YAMA_SCOPE && old === '3' ? [3, 3] as const : RANGES.get(path)
  for (let i = 0; i < values.length && i < given.length; i++) {
    if (!isInteger(given[i])) throw Errno.EINVAL
    const isLong = BigInt(values[i]) > BigInt(INT_MAX)
    const n = Number(given[i])
    const [min, max] = range ?? (isLong ? [0, Infinity] : [INT_MIN, INT_MAX])
    if (n < min || n > max) throw Errno.EINVAL
    values[i] = isLong ? given[i] : String(n)
  }
  return values.join('\t')
}
