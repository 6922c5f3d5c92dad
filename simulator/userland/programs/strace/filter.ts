// `-e trace=`: which calls are shown. Names and classes as in strace(1); a name that is a call of Linux but none of the simulated kernel's just never shows.
const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  file: words(`openat newfstatat statx statfs faccessat2 readlinkat mkdirat mknodat unlinkat renameat2 linkat symlinkat fchmodat fchownat utimensat truncate getcwd chdir chroot
    mount umount2 pivot_root execve execveat getxattr setxattr removexattr listxattr open creat stat lstat access mkdir rmdir unlink rename link symlink readlink chmod chown lchown
    openat2 mknod swapon swapoff quotactl faccessat renameat utime utimes unlinkat move_mount open_tree fspick mount_setattr`),
  process: words('clone clone3 fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill rt_sigqueueinfo pidfd_open pidfd_send_signal'),
  desc: words(`openat close close_range read write pread64 pwrite64 readv writev lseek dup dup2 dup3 pipe pipe2 fcntl flock ioctl poll ppoll select pselect6 epoll_create1 epoll_ctl
    epoll_wait newfstatat fstat fstatfs getdents64 fchdir fchmod fchown ftruncate fallocate fsync memfd_create mmap eventfd2 signalfd4 inotify_init1 timerfd_create perf_event_open
    setns sendfile splice copy_file_range`),
  signal: words('kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigsuspend rt_sigpending rt_sigtimedwait rt_sigreturn pause sigaltstack signalfd4 pidfd_send_signal'),
  network: words('socket bind listen accept accept4 connect sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt getsockname getpeername socketpair'),
  creds: words(`getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capget capset prctl`),
  ipc: words('shmget shmctl shmat shmdt msgget msgctl msgsnd msgrcv semget semctl semop semtimedop'),
  clock: words('clock_gettime clock_settime clock_getres clock_adjtime adjtimex gettimeofday settimeofday time'),
  memory: words('brk mmap munmap mprotect mremap madvise mlock munlock shmat shmdt'),
}
const ALIASES: Readonly<Record<string, string>> = { net: 'network' }
const OTHERS = words(`unshare setns uname sethostname setdomainname getpid getppid gettid getpgid setpgid getsid setsid getpgrp umask sync sysinfo syslog getrandom reboot seccomp bpf ptrace
  prlimit64 getrlimit setrlimit getrusage setpriority getpriority sched_yield nanosleep clock_nanosleep alarm arch_prctl set_tid_address set_robust_list rseq futex mq_open mq_unlink
  mq_timedsend mq_timedreceive keyctl add_key request_key init_module delete_module kexec_load personality acct utimensat fchownat`)

/** Tells whether a call is shown; a text is what is wrong with the expression. */
export function parseFilter(expression: string): ((nr: string) => boolean) | { readonly error: string } {
  const isNegated = expression.startsWith('!')
  const names = (isNegated ? expression.slice(1) : expression).split(',')
  if (names.includes('all')) return () => !isNegated
  if (names.includes('none')) return () => isNegated
  const shown = new Set<string>()
  for (const name of names) {
    const bare = name.startsWith('?') ? name.slice(1) : name
    const key = bare.replace(/^%/, '')
    const found = bare.startsWith('%') || (bare in CLASSES && bare !== 'creds') ? CLASSES[ALIASES[key] ?? key] : undefined
    if (found !== undefined) for (const nr of found) shown.add(nr)
    else if (OTHERS.includes(bare) || Object.values(CLASSES).some((members) => members.includes(bare))) shown.add(bare)
    else if (!name.startsWith('?')) return { error: `invalid system call '${name}'` }
  }
  return (nr) => shown.has(nr) !== isNegated
}
