// The one list of system calls: names and argument order of Linux x86-64, with JavaScript values for what C passes through pointers.
// Both sides are typed by it: userland/libc makes the requests, syscalls/ answers them. Every call may also answer with an Errno.
// Paths, argv and env entries are strings; file contents are bytes. Unsigned ids are numbers (4294967295 for -1).
import type { Dirent, Stat, Statfs } from './stat.ts'
import type { CapSets } from './capability.ts'
import type { Rlimit, RlimitName } from './sched.ts'
import type { SigSet } from './signal.ts'
import type { Errno } from './errno.ts'
import type { OlderName } from './syscall-numbers.ts'

/** What a program yields: one call. `nr` is the syscall's name. */
export interface SyscallRequest {
  readonly nr: SyscallName
  readonly args: readonly unknown[]
  /** The older call it was really made by: mkdir(2) for a mkdirat without directory. What a seccomp filter sees. */
  readonly via?: OlderName
}
/** A program's control flow: yields syscalls, is resumed with their results, returns its value. */
export type Flow<T> = Generator<SyscallRequest, T, unknown>
/** An executable's entry point: returns the exit status. The kernel makes the flow at execve. */
/** `code` is what the executable's file carries besides the name of the program. */
export type Program = (argv: readonly string[], env: readonly string[], code?: Uint8Array) => Flow<number>

export interface Timespec { readonly sec: number; readonly nsec: number }
export interface Rusage { readonly utime: number; readonly stime: number }
export interface WaitResult { readonly pid: number; readonly status: number; readonly rusage: Rusage }
export interface SigAction {
  /** A handler runs to its end before the interrupted call returns (EINTR) or is restarted (SA_RESTART). */
  readonly handler: 'default' | 'ignore' | ((sig: number) => Flow<void>)
  readonly mask: SigSet
  readonly flags: number
}
export interface PollFd { readonly fd: number; readonly events: number }
export interface Utsname { readonly sysname: string; readonly nodename: string; readonly release: string; readonly version: string; readonly machine: string; readonly domainname: string }
export interface Sysinfo { readonly uptime: number; readonly totalram: number; readonly freeram: number; readonly procs: number }
export type SockAddr =
  | { readonly family: 'unix'; readonly path: string }
  | { readonly family: 'inet'; readonly addr: string; readonly port: number }
  | { readonly family: 'inet6'; readonly addr: string; readonly port: number; readonly scope?: number }
  | { readonly family: 'netlink'; readonly pid: number; readonly groups: number }
  /** packet(7): `pktType` says for whom a frame was (PACKET_HOST …), `hatype` what kind of device it passed (ARPHRD_…). */
  | { readonly family: 'packet'; readonly ifindex: number; readonly protocol: number; readonly addr: Uint8Array; readonly pktType?: number; readonly hatype?: number }

/** sendmsg(2) and recvmsg(2) on a unix socket: SCM_RIGHTS passes open files, which the receiver knows by descriptors of its own. */
export interface UnixMessage {
  readonly data: Uint8Array
  readonly fds?: readonly number[]
}

export interface Syscalls {
  // files
  openat(dirfd: number, path: string, flags: number, mode: number): number
  close(fd: number): 0
  close_range(first: number, last: number, flags: number): 0
  read(fd: number, count: number): Uint8Array
  pread64(fd: number, count: number, offset: number): Uint8Array
  write(fd: number, data: Uint8Array): number
  pwrite64(fd: number, data: Uint8Array, offset: number): number
  lseek(fd: number, offset: number, whence: number): number
  dup(fd: number): number
  dup2(fd: number, newfd: number): number
  dup3(fd: number, newfd: number, flags: number): number
  pipe2(flags: number): readonly [number, number]
  fcntl(fd: number, cmd: number, arg: unknown): number
  flock(fd: number, op: number): 0
  ioctl(fd: number, request: number, arg?: unknown): unknown
  poll(fds: readonly PollFd[], timeoutMs: number): readonly number[]
  /** epoll(7): `op` is EPOLL_CTL_…, `events` POLL… bits (level-triggered only). */
  epoll_create1(flags: number): number
  epoll_ctl(epfd: number, op: number, fd: number, events: number): 0
  epoll_wait(epfd: number, maxEvents: number, timeoutMs: number): readonly { readonly fd: number; readonly events: number }[]
  newfstatat(dirfd: number, path: string, flags: number): Stat
  statx(dirfd: number, path: string, flags: number): Stat
  statfs(path: string): Statfs
  fstatfs(fd: number): Statfs
  faccessat2(dirfd: number, path: string, mode: number, flags: number): 0
  readlinkat(dirfd: number, path: string): string
  getdents64(fd: number): readonly Dirent[]
  mkdirat(dirfd: number, path: string, mode: number): 0
  mknodat(dirfd: number, path: string, mode: number, dev: number): 0
  unlinkat(dirfd: number, path: string, flags: number): 0
  renameat2(olddirfd: number, oldpath: string, newdirfd: number, newpath: string, flags: number): 0
  linkat(olddirfd: number, oldpath: string, newdirfd: number, newpath: string, flags: number): 0
  symlinkat(target: string, dirfd: number, path: string): 0
  fchmodat(dirfd: number, path: string, mode: number): 0
  fchmod(fd: number, mode: number): 0
  /** uid or gid -1 leaves it alone. Flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
  fchownat(dirfd: number, path: string, uid: number, gid: number, flags: number): 0
  /** Times in milliseconds since 1970; 'now' and 'omit' as UTIME_NOW, UTIME_OMIT. */
  utimensat(dirfd: number, path: string, atime: number | 'now' | 'omit', mtime: number | 'now' | 'omit', flags: number): 0
  ftruncate(fd: number, length: number): 0
  truncate(path: string, length: number): 0
  fallocate(fd: number, mode: number, offset: number, length: number): 0
  fsync(fd: number): 0
  sync(): 0
  umask(mask: number): number
  getcwd(): string
  chdir(path: string): 0
  fchdir(fd: number): 0
  chroot(path: string): 0
  getxattr(path: string, name: string, follow: boolean): Uint8Array
  setxattr(path: string, name: string, value: Uint8Array, flags: number, follow: boolean): 0
  removexattr(path: string, name: string, follow: boolean): 0
  listxattr(path: string, follow: boolean): readonly string[]
  memfd_create(name: string, flags: number): number
  // mounts
  mount(source: string, target: string, fstype: string, flags: number, data: string): 0
  umount2(target: string, flags: number): 0
  pivot_root(newRoot: string, putOld: string): 0
  // processes
  /** `child` is the new process's flow. Answers the child's PID in the caller's PID namespace. flags: CLONE_NEW…, CLONE_PARENT, CLONE_FILES, CLONE_FS, CLONE_VFORK. */
  clone(flags: number, child: () => Flow<number>): number
  /** Doesn't return on success. */
  execve(path: string, argv: readonly string[], env: readonly string[]): never
  execveat(dirfd: number, path: string, argv: readonly string[], env: readonly string[], flags: number): never
  exit_group(status: number): never
  /** Ends one thread; with a single thread the process. The only end that seccomp's strict mode allows. */
  exit(status: number): never
  wait4(pid: number, options: number): WaitResult
  getpid(): number
  getppid(): number
  gettid(): number
  getpgid(pid: number): number
  setpgid(pid: number, pgid: number): 0
  getsid(pid: number): number
  setsid(): number
  kill(pid: number, sig: number): 0
  pidfd_open(pid: number, flags: number): number
  pidfd_send_signal(pidfd: number, sig: number): 0
  rt_sigaction(sig: number, act: SigAction | undefined): SigAction
  rt_sigprocmask(how: number, set: SigSet | undefined): SigSet
  rt_sigpending(): SigSet
  rt_sigsuspend(mask: SigSet): never
  rt_sigtimedwait(set: SigSet, timeout: Timespec | undefined): number
  pause(): never
  /** seconds, fractions allowed; 0 switches it off; answers the seconds that were left */
  alarm(seconds: number): number
  prctl(option: number, ...args: unknown[]): number
  sched_yield(): 0
  /** Anonymous private memory only: takes `length` bytes and answers where they are. */
  mmap(addr: number, length: number, prot: number, flags: number, fd: number, offset: number): number
  munmap(addr: number, length: number): 0
  /** No call on Linux: the program writes over the memory where its arguments lie, as setproctitle(3) does. What ps shows. */
  proctitle(text: string): 0
  /** `units` of pure computation, one unit about a microsecond; how a program that makes no system calls lets time pass. */
  cpu(units: number): 0
  setpriority(which: number, who: number, prio: number): 0
  getpriority(which: number, who: number): number
  /** Policy SCHED_*, perhaps with SCHED_RESET_ON_FORK. */
  sched_setscheduler(pid: number, policy: number, priority: number): 0
  sched_getscheduler(pid: number): number
  /** Answers the realtime priority. */
  sched_getparam(pid: number): number
  /** Class << IOPRIO_CLASS_SHIFT | level. */
  ioprio_set(which: number, who: number, ioprio: number): 0
  ioprio_get(which: number, who: number): number
  prlimit64(pid: number, resource: RlimitName, limit: Rlimit | undefined): Rlimit
  getrusage(children: boolean): Rusage
  /** Watches the calls of a process, with `inherit` also of children it makes from now on: a descriptor that reads as lines of JSON (abi/trace-record.ts), to the end of the last of them. */
  perf_event_open(pid: number, inherit: boolean): number
  // credentials
  getuid(): number
  geteuid(): number
  getgid(): number
  getegid(): number
  getresuid(): readonly [number, number, number]
  getresgid(): readonly [number, number, number]
  getgroups(): readonly number[]
  setuid(uid: number): 0
  setgid(gid: number): 0
  setreuid(ruid: number, euid: number): 0
  setregid(rgid: number, egid: number): 0
  setresuid(ruid: number, euid: number, suid: number): 0
  setresgid(rgid: number, egid: number, sgid: number): 0
  setgroups(groups: readonly number[]): 0
  capget(pid: number): CapSets
  capset(sets: Pick<CapSets, 'inheritable' | 'permitted' | 'effective'>): 0
  /** attr by command: abi/bpf.ts. Loading answers a descriptor. */
  bpf(cmd: number, attr: unknown): number
  seccomp(operation: number, flags: number, program: unknown): number
  // namespaces, names, time
  unshare(flags: number): 0
  setns(fd: number, nstype: number): 0
  uname(): Utsname
  sethostname(name: string): 0
  setdomainname(name: string): 0
  clock_gettime(clock: number): Timespec
  clock_settime(clock: number, time: Timespec): 0
  clock_nanosleep(clock: number, flags: number, time: Timespec): 0
  sysinfo(): Sysinfo
  syslog(type: number, size: number): string
  getrandom(count: number): Uint8Array
  reboot(cmd: number): 0
  // sockets
  socket(family: string, type: string, protocol: number): number
  socketpair(family: string, type: string): readonly [number, number]
  bind(fd: number, addr: SockAddr): 0
  listen(fd: number, backlog: number): 0
  accept4(fd: number, flags: number): { readonly fd: number; readonly addr: SockAddr | undefined }
  connect(fd: number, addr: SockAddr): 0
  sendto(fd: number, data: Uint8Array, flags: number, addr: SockAddr | undefined): number
  recvfrom(fd: number, count: number, flags: number): { readonly data: Uint8Array; readonly addr: SockAddr | undefined }
  /** rtnetlink over an AF_NETLINK socket, as typed messages; see abi/netlink.ts. */
  sendmsg(fd: number, message: unknown): number
  recvmsg(fd: number, flags: number): unknown
  shutdown(fd: number, how: number): 0
  setsockopt(fd: number, level: string, option: string, value: unknown): 0
  getsockopt(fd: number, level: string, option: string): unknown
  getsockname(fd: number): SockAddr
  getpeername(fd: number): SockAddr
  // System V IPC and POSIX message queues
  shmget(key: number, size: number, flags: number): number
  shmctl(id: number, cmd: number, arg: unknown): unknown
  shmat(id: number, flags: number): number
  shmdt(address: number): 0
  msgget(key: number, flags: number): number
  msgctl(id: number, cmd: number, arg: unknown): unknown
  msgsnd(id: number, type: number, data: Uint8Array, flags: number): 0
  msgrcv(id: number, size: number, type: number, flags: number): { readonly type: number; readonly data: Uint8Array }
  semget(key: number, count: number, flags: number): number
  semctl(id: number, num: number, cmd: number, arg: unknown): unknown
  mq_open(name: string, flags: number, mode: number): number
  mq_unlink(name: string): 0
}

export type SyscallName = keyof Syscalls
export type SyscallResult<K extends SyscallName> = ReturnType<Syscalls[K]> | Errno
