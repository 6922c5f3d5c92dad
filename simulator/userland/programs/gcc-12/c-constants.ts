// What the headers define (fcntl.h, sched.h, sys/prctl.h, linux/seccomp.h, seccomp.h …): numbers by name, and macros as text.
import { CAP_NAMES } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import * as fcntl from '../../../abi/fcntl.ts'
import * as mount from '../../../abi/mount.ts'
import * as sched from '../../../abi/sched.ts'
import * as seccomp from '../../../abi/seccomp.ts'
import { SIGNAL_NAMES } from '../../../abi/signal.ts'
import { SYSCALL_NUMBER_BY_NAME } from '../../../abi/syscall-names.ts'

/** Macros with arguments, one a line, as after `#define`. */
export const PRELUDE = `BPF_STMT(code, k) { (unsigned short)(code), 0, 0, k }
BPF_JUMP(code, k, jt, jf) { (unsigned short)(code), jt, jf, k }
SCMP_ACT_ERRNO(x) (0x00050000 | ((x) & 0xffff))
SCMP_ACT_TRACE(x) (0x7ff00000 | ((x) & 0xffff))
WIFEXITED(s) (((s) & 0x7f) == 0)
WEXITSTATUS(s) (((s) >> 8) & 0xff)
WIFSIGNALED(s) (((s) & 0x7f) != 0 && ((s) & 0x7f) != 0x7f)
WTERMSIG(s) ((s) & 0x7f)
makedev(a, b) ((a) * 1048576 + (b))`

const numbers = (module: object): [string, number][] => Object.entries(module).filter((entry): entry is [string, number] => typeof entry[1] === 'number')

export const CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ...numbers(fcntl), ...numbers(mount), ...numbers(sched), ...numbers(seccomp),
  ...Object.values(Errno).map((e): [string, number] => [e.name, e.number]),
  ...SIGNAL_NAMES.map((name, n): [string, number] => [`SIG${name}`, n]),
  ...CAP_NAMES.map((name, n): [string, number] => [name.toUpperCase(), n]),
  ...[...SYSCALL_NUMBER_BY_NAME].flatMap(([name, n]): [string, number][] => [[`SYS_${name}`, n], [`__NR_${name}`, n]]),
  ['NULL', 0], ['EXIT_SUCCESS', 0], ['EXIT_FAILURE', 1], ['STDIN_FILENO', 0], ['STDOUT_FILENO', 1], ['STDERR_FILENO', 2], ['true', 1], ['false', 0], ['EOF', -1],
  ['PR_SET_PDEATHSIG', 1], ['PR_GET_DUMPABLE', 3], ['PR_SET_DUMPABLE', 4], ['PR_GET_KEEPCAPS', 7], ['PR_SET_KEEPCAPS', 8], ['PR_SET_NAME', 15], ['PR_CAPBSET_READ', 23], ['PR_CAPBSET_DROP', 24],
  ['PR_GET_SECUREBITS', 27], ['PR_SET_SECUREBITS', 28], ['PR_SET_CHILD_SUBREAPER', 36], ['PR_SET_NO_NEW_PRIVS', 38], ['PR_GET_NO_NEW_PRIVS', 39], ['PR_CAP_AMBIENT', 47],
  ['SCMP_ACT_KILL', 0], ['SCMP_ACT_KILL_THREAD', 0], ['SCMP_ACT_KILL_PROCESS', 0x80000000], ['SCMP_ACT_TRAP', 0x00030000], ['SCMP_ACT_LOG', 0x7ffc0000], ['SCMP_ACT_ALLOW', 0x7fff0000],
  ['SCMP_CMP_NE', 1], ['SCMP_CMP_LT', 2], ['SCMP_CMP_LE', 3], ['SCMP_CMP_EQ', 4], ['SCMP_CMP_GE', 5], ['SCMP_CMP_GT', 6], ['SCMP_CMP_MASKED_EQ', 7],
  ['S_IRWXU', 0o700], ['S_IRUSR', 0o400], ['S_IWUSR', 0o200], ['S_IXUSR', 0o100],
])

/** Fields of the kernel's structures in their order, for initializers without names. */
export const STRUCT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['sock_filter', ['code', 'jt', 'jf', 'k']], ['sock_fprog', ['len', 'filter']], ['timespec', ['tv_sec', 'tv_nsec']], ['timeval', ['tv_sec', 'tv_usec']],
  ['utsname', ['sysname', 'nodename', 'release', 'version', 'machine', 'domainname']],
])
