// Random system calls: each call with arguments of the right type, often sensible, sometimes at the edge, sometimes absurd. What Linux refuses is simply refused.
import { SIGSTOP } from '../../simulator/abi/signal.ts'
import { CLONE_NEW_ALL, CLONE_NEWNS, NS_FLAG, NS_TYPES, RLIMITS } from '../../simulator/abi/sched.ts'
import type { Flow, SyscallName, Syscalls } from '../../simulator/abi/syscalls.ts'
import { encodeUtf8 } from '../../simulator/lib/bytes.ts'
import type { Random } from '../../simulator/lib/random.ts'

type Arguments = { readonly [K in SyscallName]?: () => Readonly<Parameters<Syscalls[K]>> }
export interface Request { readonly nr: SyscallName; readonly args: readonly unknown[] }

const NAMES = ['a', 'b', 'c', 'd', 'dir', 'link', 'x']
const FS_TYPES = ['tmpfs', 'proc', 'sysfs', 'ramfs', 'overlay', 'cgroup2', 'mqueue', 'devpts', 'ext4', 'nonsense', '']
const OPEN_FLAGS = [0, 1, 2, 0o100, 0o200, 0o1000, 0o2000, 0o4000, 0o200000, 0o400000, 0o2000000, 0o10000000]
const MOUNT_FLAGS = [1, 2, 4, 8, 32, 256, 1024, 4096, 8192, 16384, 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21]

/** What a generator of calls knows of the world it disturbs. */
export interface Surroundings {
  /** Numbers that clone has answered. */
  readonly pids: number[]
  /** What a new process does. */
  readonly child: () => Flow<number>
}

/** A source of calls. */
export function randomCalls(random: Random, around: Surroundings): () => Request {
  const below = (n: number): number => random.below(n)
  const oneOf = <T>(items: readonly T[]): T => items[random.below(items.length)]
  const someOf = (bits: readonly number[], most = 3): number => Array.from({ length: random.below(most + 1) }, () => oneOf(bits)).reduce((all, bit) => all | bit, 0)
  const fd = (): number => (below(8) === 0 ? oneOf([-1, -100, 999, 1 << 20]) : below(14))
  const dirfd = (): number => (below(4) === 0 ? fd() : -100)
  const pid = (): number => (below(3) === 0 ? oneOf([0, 1, 2, 3, 5, -2, 32767]) : around.pids.length === 0 ? 1 : oneOf(around.pids))
  const id = (): number => oneOf([0, 0, 1, 65534, 1000, 1001, 100000, 4294967295])
  const mode = (): number => oneOf([0o755, 0o644, 0o777, 0o1777, 0, 0o4755, 0o2755, 0o400])
  const count = (): number => oneOf([0, 1, 5, 100, 4096, 70000])
  const offset = (): number => oneOf([0, 1, -1, 100, 4096, 1e6])
  const data = (): Uint8Array => encodeUtf8(oneOf(['', 'x', '0', '1', '0 0 1', '0 1000 1', '1 100000 100', 'deny', 'allow', '-1000', '+pids', 'max', 'y'.repeat(5000), 'monotonic 100 0\n', 'a\nb\n']))
  const flags = (all: readonly number[]) => (): number => someOf(all)
  const local = (): string => `/tmp/${oneOf(NAMES)}${below(3) === 0 ? `/${oneOf(NAMES)}` : ''}${below(8) === 0 ? `/${oneOf(NAMES)}` : ''}`
  const procPid = (): string => oneOf(['self', 'self', 'self', '1', String(pid())])
  // Another's mount namespace may be the host's, which is not to be taken apart.
  const ns = (): string => (below(4) === 0 ? '/proc/self/ns/mnt' : `/proc/${procPid()}/ns/${oneOf([...NS_TYPES.filter((type) => type !== 'mnt'), 'pid_for_children', 'time_for_children'])}`)
  const procFile = (): string => `/proc/${procPid()}/${oneOf(['', 'uid_map', 'gid_map', 'setgroups', 'oom_score_adj', 'status', 'stat', 'mountinfo', 'mounts', 'fd', 'fd/0', 'fd/3', 'fd/5', 'cwd', 'root', 'exe', 'cgroup', 'comm', 'limits', 'maps', 'cmdline', 'environ', 'fdinfo/3', 'timens_offsets', 'task', 'ns', 'net/dev', 'root/tmp', 'io', 'statm', 'loginuid', 'wchan', 'syscall', 'personality', 'smaps', 'mountstats', 'attr/current'])}`
  const systemFile = (): string => oneOf(['/', '/tmp', '/proc', '/proc/mounts', '/proc/stat', '/proc/sys/kernel/hostname', '/proc/sysvipc/shm', '/proc/uptime', '/sys/fs/cgroup', '/sys/fs/cgroup/g', '/sys/fs/cgroup/g/cgroup.procs', '/sys/fs/cgroup/cgroup.subtree_control', '/dev/null', '/dev/zero', '/dev/full', '/dev/tty', '/dev/ptmx', '/dev/shm', '/dev/shm/a', '/dev/pts', '/dev/mqueue', '/test', '/sys/class/net', '/proc/net/dev', '/proc/loadavg', '/proc/meminfo', '/proc/filesystems', '/proc/sys/user/max_user_namespaces'])
  const path = (): string => {
    const kind = below(20)
    if (kind < 9) return local()
    if (kind < 11) return oneOf(NAMES)
    if (kind < 13) return ns()
    if (kind < 15) return procFile()
    if (kind < 18) return systemFile()
    return oneOf(['', '.', '..', '../..', './a/../b', '//tmp//a/', `/tmp/${'n'.repeat(300)}`, '/missing/a', 'a/'])
  }
  const sig = (): number => (below(10) === 0 ? oneOf([0, -1, 65, SIGSTOP, 9]) : oneOf([1, 2, 3, 10, 12, 13, 14, 15, 17, 18, 20, 28, 34, 64]))
  const set = (): bigint => BigInt(random.u32() >>> 0) & ~(1n << 13n)
  const nsFlags = (): number => someOf(Object.values(NS_FLAG), 3)
  const atFlags = flags([0x100, 0x200, 0x400, 0x1000])
  const time = (): { sec: number; nsec: number } => ({ sec: 0, nsec: below(1000) })
  const caps = (): bigint => BigInt(random.u32() >>> 0) | (BigInt(below(512)) << 32n)
  const unixAddress = (): { family: 'unix'; path: string } => ({ family: 'unix', path: oneOf([local(), '\0abstract', '']) })
  const address = (): Parameters<Syscalls['bind']>[1] => oneOf<() => Parameters<Syscalls['bind']>[1]>([
    unixAddress, () => ({ family: 'inet', addr: oneOf(['127.0.0.1', '0.0.0.0', '10.0.2.15', '10.1.1.1']), port: oneOf([0, 80, 8080]) }),
    () => ({ family: 'inet6', addr: '::1', port: 8080 }), () => ({ family: 'netlink', pid: 0, groups: 0 }),
  ])()
  const ipcFlags = flags([0o1000, 0o2000, 0o4000, 0o600, 0o666])
  const ipcId = (): number => oneOf([0, 1, 2, 3, -1, 32768])
  const xattr = (): string => oneOf(['user.a', 'security.capability', 'trusted.b', 'system.c', 'nonsense'])
  const overlay = (): string => oneOf(['lowerdir=/tmp/a,upperdir=/tmp/b,workdir=/tmp/c', 'lowerdir=/tmp/a:/tmp/b', 'size=4k', 'size=1m,mode=700', 'newinstance', 'nonsense=1', ''])

  const calls: Arguments = {
    openat: () => [dirfd(), path(), someOf(OPEN_FLAGS), mode()],
    close: () => [fd()],
    close_range: () => [below(12), below(20), 0],
    read: () => [fd(), count()],
    pread64: () => [fd(), count(), offset()],
    write: () => [fd(), data()],
    pwrite64: () => [fd(), data(), offset()],
    lseek: () => [fd(), offset(), below(6)],
    dup: () => [fd()],
    dup2: () => [fd(), fd()],
    dup3: () => [fd(), fd(), oneOf([0, 0o2000000, 1])],
    pipe2: () => [oneOf([0, 0o2000000, 0o4000])],
    fcntl: () => [fd(), oneOf([0, 1, 2, 3, 4, 1030]), below(20)],
    flock: () => [fd(), oneOf([1, 2, 4, 5, 6, 8, 0])],
    ioctl: () => [fd(), oneOf([0x5401, 0x5413, 0xb701, 0xb702, 0xb703, 0xb704, 0x541b, 0x5410, 0x540f]), undefined],
    poll: () => [[{ fd: fd(), events: 1 }, { fd: fd(), events: 4 }], oneOf([0, 1])],
    newfstatat: () => [dirfd(), path(), atFlags()],
    statx: () => [dirfd(), path(), atFlags()],
    statfs: () => [path()],
    fstatfs: () => [fd()],
    faccessat2: () => [dirfd(), path(), below(8), atFlags()],
    readlinkat: () => [dirfd(), path()],
    getdents64: () => [fd()],
    mkdirat: () => [dirfd(), path(), mode()],
    mknodat: () => [dirfd(), path(), oneOf([0o100644, 0o10644, 0o20666, 0o60666, 0o140644]), oneOf([0, 0x103])],
    unlinkat: () => [dirfd(), path(), oneOf([0, 0x200])],
    renameat2: () => [dirfd(), path(), dirfd(), path(), oneOf([0, 0, 1, 2, 3])],
    linkat: () => [dirfd(), path(), dirfd(), path(), atFlags()],
    symlinkat: () => [path(), dirfd(), path()],
    fchmodat: () => [dirfd(), path(), mode()],
    fchmod: () => [fd(), mode()],
    fchownat: () => [dirfd(), path(), id(), id(), atFlags()],
    utimensat: () => [dirfd(), path(), oneOf<number | 'now' | 'omit'>([0, 'now', 'omit']), 'now', atFlags()],
    ftruncate: () => [fd(), offset()],
    truncate: () => [path(), offset()],
    fallocate: () => [fd(), 0, offset(), count()],
    umask: () => [mode()],
    getcwd: () => [],
    chdir: () => [path()],
    fchdir: () => [fd()],
    chroot: () => [path()],
    getxattr: () => [path(), xattr(), true],
    setxattr: () => [path(), xattr(), data(), below(3), true],
    removexattr: () => [path(), xattr(), true],
    listxattr: () => [path(), true],
    memfd_create: () => ['m', below(3)],
    mount: () => [oneOf([path(), 'none', ns()]), path(), oneOf(FS_TYPES), someOf(MOUNT_FLAGS), overlay()],
    umount2: () => [path(), someOf([1, 2, 4, 8])],
    pivot_root: () => [path(), path()],
    clone: () => [below(2) === 0 ? 0 : nsFlags() | someOf([0x200, 0x400, 0x8000], 1), around.child],
    execve: () => [oneOf(['/test', '/test', path()]), ['test', 'again'], ['A=b']],
    wait4: () => [oneOf([-1, -1, 0, pid()]), below(4) === 0 ? 0 : 1],
    getppid: () => [],
    getpgid: () => [pid()],
    setpgid: () => [pid(), pid()],
    getsid: () => [pid()],
    setsid: () => [],
    kill: () => [pid(), sig()],
    pidfd_open: () => [pid(), 0],
    perf_event_open: () => [pid(), below(2) === 0],
    pidfd_send_signal: () => [fd(), sig()],
    rt_sigaction: () => [oneOf([1, 2, 10, 15, 17]), oneOf<() => Parameters<Syscalls['rt_sigaction']>[1]>([() => undefined, () => ({ handler: 'ignore', mask: 0n, flags: 0 }), () => ({ handler: 'default', mask: 0n, flags: 0 }), () => ({ handler: nothing, mask: set(), flags: oneOf([0, 0x10000000, 2]) })])()],
    rt_sigprocmask: () => [below(4), set()],
    rt_sigpending: () => [],
    rt_sigsuspend: () => [set()],
    rt_sigtimedwait: () => [set(), time()],
    prctl: () => [oneOf([1, 2, 3, 4, 7, 8, 15, 16, 23, 24, 27, 28, 36, 37, 38, 39, 47]), oneOf([0, 1, 2, 3, 4, 15, 21, 99]), below(42), 0, 0],
    sched_yield: () => [],
    cpu: () => [below(3000)],
    setpriority: () => [below(3), pid(), below(50) - 25],
    getpriority: () => [below(3), pid()],
    prlimit64: () => [pid(), oneOf(RLIMITS), below(2) === 0 ? undefined : { soft: below(64), hard: below(4096) }],
    getuid: () => [],
    getresuid: () => [],
    getgroups: () => [],
    setuid: () => [id()],
    setgid: () => [id()],
    setreuid: () => [id(), id()],
    setresuid: () => [id(), id(), id()],
    setresgid: () => [id(), id(), id()],
    setgroups: () => [[id(), id()]],
    capget: () => [pid()],
    capset: () => [{ inheritable: caps(), permitted: caps(), effective: caps() }],
    unshare: () => [oneOf([nsFlags, nsFlags, () => random.u32(), () => CLONE_NEW_ALL])()],
    setns: () => [fd(), oneOf([0, 0, nsFlags() & ~CLONE_NEWNS])],
    uname: () => [],
    sethostname: () => [oneOf(['h', '', 'n'.repeat(65)])],
    clock_gettime: () => [below(9)],
    clock_nanosleep: () => [1, 0, time()],
    sysinfo: () => [],
    socket: () => [oneOf(['unix', 'inet', 'inet6', 'netlink', 'packet', 'x']), oneOf(['stream', 'dgram', 'raw', 'seqpacket']), oneOf([0, 0, 1, 6, 17])],
    socketpair: () => [oneOf(['unix', 'inet']), oneOf(['stream', 'dgram'])],
    bind: () => [fd(), address()],
    listen: () => [fd(), below(5)],
    accept4: () => [fd(), 0],
    connect: () => [fd(), address()],
    sendto: () => [fd(), data(), 0, below(2) === 0 ? undefined : address()],
    recvfrom: () => [fd(), count(), 0],
    shutdown: () => [fd(), below(4)],
    getsockname: () => [fd()],
    getpeername: () => [fd()],
    shmget: () => [below(3), count(), ipcFlags()],
    shmctl: () => [ipcId(), oneOf([0, 2]), undefined],
    shmat: () => [ipcId(), oneOf([0, 0o10000])],
    shmdt: () => [below(3) * 4096],
    msgget: () => [below(3), ipcFlags()],
    msgctl: () => [ipcId(), oneOf([0, 2]), undefined],
    msgsnd: () => [ipcId(), below(4) - 1, data(), 0],
    msgrcv: () => [ipcId(), count(), below(4) - 2, oneOf([0, 0o4000])],
    semget: () => [below(3), below(5), ipcFlags()],
    semctl: () => [ipcId(), below(3), oneOf([0, 2, 12, 13]), undefined],
    mq_open: () => [oneOf(['/q', '/r', 'q', '/']), someOf([0o100, 0o200, 2]), 0o600],
    mq_unlink: () => [oneOf(['/q', '/r', 'q'])],
  }
  const table = Object.entries(calls) as readonly (readonly [SyscallName, () => readonly unknown[]])[]
  /** What the rules about namespaces hang on comes up more often than the rest. */
  const often = table.filter(([nr]) => ['openat', 'unshare', 'clone', 'mount', 'umount2', 'setns', 'wait4', 'kill', 'mkdirat'].includes(nr))
  return () => {
    const [nr, args] = oneOf(below(3) === 0 ? often : table)
    return { nr, args: args() }
  }
}

function* nothing(): Flow<void> {}
