// Argument values as strace(1) writes them: flags by name, strings quoted, unknown things as they are.
import { AT_FDCWD } from '../abi/fcntl.ts'
import { isErr } from '../abi/errno.ts'
import { NS_FLAG } from '../abi/sched.ts'
import { SIGNAL_NAMES } from '../abi/signal.ts'
import { decodeUtf8 } from '../lib/bytes.ts'
import type { ArgKind } from './signatures.ts'
import type { BytesPreview } from './trace-args.ts'

type Flags = readonly (readonly [number, string])[]

const OPEN: Flags = [
  [0o100, 'O_CREAT'], [0o200, 'O_EXCL'], [0o400, 'O_NOCTTY'], [0o1000, 'O_TRUNC'], [0o2000, 'O_APPEND'], [0o4000, 'O_NONBLOCK'], [0o200000, 'O_DIRECTORY'],
  [0o400000, 'O_NOFOLLOW'], [0o2000000, 'O_CLOEXEC'], [0o10000000, 'O_PATH'],
]
const CLONE: Flags = [
  [0x100, 'CLONE_VM'], [0x200, 'CLONE_FS'], [0x400, 'CLONE_FILES'], [0x4000, 'CLONE_VFORK'], [0x8000, 'CLONE_PARENT'], [NS_FLAG.mnt, 'CLONE_NEWNS'],
  [NS_FLAG.cgroup, 'CLONE_NEWCGROUP'], [NS_FLAG.uts, 'CLONE_NEWUTS'], [NS_FLAG.ipc, 'CLONE_NEWIPC'], [NS_FLAG.user, 'CLONE_NEWUSER'], [NS_FLAG.pid, 'CLONE_NEWPID'],
  [NS_FLAG.net, 'CLONE_NEWNET'], [NS_FLAG.time, 'CLONE_NEWTIME'],
]
const MOUNT: Flags = [
  [1, 'MS_RDONLY'], [2, 'MS_NOSUID'], [4, 'MS_NODEV'], [8, 'MS_NOEXEC'], [32, 'MS_REMOUNT'], [1024, 'MS_NOATIME'], [4096, 'MS_BIND'], [8192, 'MS_MOVE'], [16384, 'MS_REC'],
  [32768, 'MS_SILENT'], [1 << 17, 'MS_UNBINDABLE'], [1 << 18, 'MS_PRIVATE'], [1 << 19, 'MS_SLAVE'], [1 << 20, 'MS_SHARED'], [1 << 21, 'MS_RELATIME'], [1 << 24, 'MS_STRICTATIME'],
]
const UMOUNT: Flags = [[1, 'MNT_FORCE'], [2, 'MNT_DETACH'], [4, 'MNT_EXPIRE'], [8, 'UMOUNT_NOFOLLOW']]
const AT: Flags = [[0x100, 'AT_SYMLINK_NOFOLLOW'], [0x200, 'AT_REMOVEDIR'], [0x400, 'AT_SYMLINK_FOLLOW'], [0x1000, 'AT_EMPTY_PATH']]
const WAIT: Flags = [[1, 'WNOHANG'], [2, 'WSTOPPED'], [8, 'WCONTINUED']]
const PRCTL: ReadonlyMap<number, string> = new Map([
  [1, 'PR_SET_PDEATHSIG'], [2, 'PR_GET_PDEATHSIG'], [8, 'PR_SET_KEEPCAPS'], [15, 'PR_SET_NAME'], [21, 'PR_GET_SECCOMP'], [22, 'PR_SET_SECCOMP'], [23, 'PR_CAPBSET_READ'], [24, 'PR_CAPBSET_DROP'], [27, 'PR_GET_SECUREBITS'],
  [28, 'PR_SET_SECUREBITS'], [36, 'PR_SET_CHILD_SUBREAPER'], [38, 'PR_SET_NO_NEW_PRIVS'], [39, 'PR_GET_NO_NEW_PRIVS'], [47, 'PR_CAP_AMBIENT'],
])
const CLOCKS = ['CLOCK_REALTIME', 'CLOCK_MONOTONIC', 'CLOCK_PROCESS_CPUTIME_ID', 'CLOCK_THREAD_CPUTIME_ID', 'CLOCK_MONOTONIC_RAW', '', '', 'CLOCK_BOOTTIME']
const STRING_LIMIT = 32

function flagNames(value: number, names: Flags): string {
  const found: string[] = []
  let rest = value
  for (const [bit, name] of names) {
    if ((rest & bit) !== bit) continue
    found.push(name)
    rest &= ~bit
  }
  if (rest !== 0 || found.length === 0) found.push(rest === 0 ? '0' : `0x${(rest >>> 0).toString(16)}`)
  return found.join('|')
}

/** A string as C writes it, cut like strace does. */
export function quoted(text: string, limit = Infinity, length = text.length): string {
  const shown = text.slice(0, limit).replace(/[\\"\n\t\r\x00-\x1f\x7f]/g, (c) => {
    const named: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' }
    return named[c] ?? `\\${c.charCodeAt(0).toString(8)}`
  })
  return `"${shown}"${length > limit ? '...' : ''}`
}

const isPreview = (value: unknown): value is BytesPreview => typeof value === 'object' && value !== null && 'bytes' in value && 'length' in value

function anything(value: unknown): string {
  if (value === undefined) return 'NULL'
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (isPreview(value)) return quoted(decodeUtf8(value.bytes), STRING_LIMIT, value.length)
  if (isErr(value)) return value.name
  if (Array.isArray(value)) return `[${value.map(anything).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([k, v]) => `${k}=${anything(v)}`).join(', ')}}`
  return String(value)
}

function signalSet(value: unknown): string {
  if (typeof value !== 'bigint') return 'NULL'
  return `[${SIGNAL_NAMES.filter((name, sig) => name !== undefined && (value & (1n << BigInt(sig - 1))) !== 0n).join(' ')}]`
}

/** One argument of a call. */
export function decodeArg(kind: ArgKind, value: unknown): string {
  const n = typeof value === 'number' ? value : 0
  switch (kind) {
    case 'dirfd': return n === AT_FDCWD ? 'AT_FDCWD' : String(n)
    case 'open-flags': return [['O_RDONLY', 'O_WRONLY', 'O_RDWR'][n & 3], ...(n & ~3) === 0 ? [] : [flagNames(n & ~3, OPEN)]].join('|')
    case 'mode': return `0${n.toString(8)}`
    case 'signal': return SIGNAL_NAMES[n] === undefined ? String(n) : `SIG${SIGNAL_NAMES[n]}`
    case 'clone-flags': return flagNames(n, CLONE)
    case 'mount-flags': return flagNames(n, MOUNT)
    case 'umount-flags': return flagNames(n, UMOUNT)
    case 'at-flags': return flagNames(n, AT)
    case 'wait-options': return flagNames(n, WAIT)
    case 'ns-type': return n === 0 ? '0' : flagNames(n, CLONE)
    case 'prctl': return PRCTL.get(n) ?? String(n)
    case 'clock': return CLOCKS[n] ?? String(n)
    case 'whence': return ['SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'SEEK_DATA', 'SEEK_HOLE'][n] ?? String(n)
    case 'prot': return n === 0 ? 'PROT_NONE' : flagNames(n, [[1, 'PROT_READ'], [2, 'PROT_WRITE'], [4, 'PROT_EXEC']])
    case 'map-flags': return flagNames(n, [[1, 'MAP_SHARED'], [2, 'MAP_PRIVATE'], [0x10, 'MAP_FIXED'], [0x20, 'MAP_ANONYMOUS']])
    case 'env': return Array.isArray(value) ? `0x7ffd00002000 /* ${value.length} vars */` : 'NULL'
    case 'sigset': return signalSet(value)
    case 'id': return n === 4294967295 ? '-1' : String(n)
    case 'string': case 'path': return typeof value === 'string' ? quoted(value) : anything(value)
    default: return anything(value)
  }
}

const SECCOMP_MODES = ['SECCOMP_MODE_DISABLED', 'SECCOMP_MODE_STRICT', 'SECCOMP_MODE_FILTER']
const PR_GET_SECCOMP = 21, PR_SET_SECCOMP = 22, PR_GET_SECUREBITS = 27
/** PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_CAP_AMBIENT */
const PRCTL_ALL: ReadonlySet<number> = new Set([38, 39, 47])

/** How many arguments an operation of prctl(2) has, the operation among them. */
export const prctlArguments = (option: unknown): number => (option === PR_GET_SECCOMP || option === PR_GET_SECUREBITS ? 1 : option === PR_SET_SECCOMP ? 3 : PRCTL_ALL.has(Number(option)) ? 5 : 2)

/** A later argument of prctl(2), which means what the first says: a mode, or a filter by its length and address. */
export function decodePrctl(option: unknown, value: unknown): string {
  if (option === PR_SET_SECCOMP && typeof value === 'number') return SECCOMP_MODES[value] ?? String(value)
  return option === PR_SET_SECCOMP && Array.isArray(value) ? `{len=${value.length}, filter=0x7ffd00001000}` : anything(value)
}
export { anything as decodeAny }
