// System call numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) for the calls of syscalls.ts, and for the older calls that the C library makes where
// syscalls.ts has one call for the whole family: mkdir(2) is mkdirat(2) there, but a seccomp filter sees the number that was used.
import type { SyscallName } from './syscalls.ts'

/** The older calls, made by libc's wrappers on paths relative to the working directory. */
export const OLDER_NUMBERS = {
  access: 21, rename: 82, mkdir: 83, rmdir: 84, link: 86, unlink: 87, symlink: 88, readlink: 89, chmod: 90, chown: 92, lchown: 94,
} as const
export type OlderName = keyof typeof OLDER_NUMBERS

export const SYSCALL_NUMBERS: Readonly<Record<Exclude<SyscallName, 'cpu' | 'proctitle'>, number>> = {
  read: 0, write: 1, close: 3, poll: 7, lseek: 8, mmap: 9, munmap: 11, rt_sigaction: 13, rt_sigprocmask: 14, ioctl: 16, pread64: 17, pwrite64: 18, sched_yield: 24,
  shmget: 29, shmat: 30, shmctl: 31, dup: 32, dup2: 33, pause: 34, alarm: 37, getpid: 39, socket: 41, connect: 42, sendto: 44, recvfrom: 45,
  sendmsg: 46, recvmsg: 47, shutdown: 48, bind: 49, listen: 50, getsockname: 51, getpeername: 52, socketpair: 53, setsockopt: 54, getsockopt: 55,
  clone: 56, execve: 59, exit: 60, wait4: 61, kill: 62, uname: 63, semget: 64, semctl: 66, shmdt: 67, msgget: 68, msgsnd: 69, msgrcv: 70, msgctl: 71, fcntl: 72,
  flock: 73, fsync: 74, truncate: 76, ftruncate: 77, getcwd: 79, chdir: 80, fchdir: 81, fchmod: 91, umask: 95, getrusage: 98, sysinfo: 99, getuid: 102,
  syslog: 103, getgid: 104, setuid: 105, setgid: 106, geteuid: 107, getegid: 108, setpgid: 109, getppid: 110, setsid: 112, setreuid: 113, setregid: 114,
  getgroups: 115, setgroups: 116, setresuid: 117, getresuid: 118, setresgid: 119, getresgid: 120, getpgid: 121, getsid: 124, capget: 125, capset: 126,
  rt_sigpending: 127, rt_sigtimedwait: 128, rt_sigsuspend: 130, statfs: 137, fstatfs: 138, getpriority: 140, setpriority: 141, sched_getparam: 143, sched_setscheduler: 144, sched_getscheduler: 145, pivot_root: 155, prctl: 157,
  chroot: 161, sync: 162, mount: 165, umount2: 166, reboot: 169, sethostname: 170, setdomainname: 171, gettid: 186, setxattr: 188, getxattr: 191,
  listxattr: 194, removexattr: 197, getdents64: 217, clock_settime: 227, clock_gettime: 228, clock_nanosleep: 230, exit_group: 231, mq_open: 240, mq_unlink: 241,
  openat: 257, mkdirat: 258, mknodat: 259, fchownat: 260, newfstatat: 262, unlinkat: 263, linkat: 265, symlinkat: 266, readlinkat: 267, fchmodat: 268,
  epoll_wait: 232, epoll_ctl: 233, epoll_create1: 291, unshare: 272, utimensat: 280, fallocate: 285, accept4: 288, dup3: 292, pipe2: 293, perf_event_open: 298, prlimit64: 302, setns: 308, ioprio_set: 251, ioprio_get: 252, renameat2: 316, seccomp: 317, bpf: 321,
  getrandom: 318, memfd_create: 319, execveat: 322, statx: 332, pidfd_send_signal: 424, pidfd_open: 434, close_range: 436, faccessat2: 439,
}
