// Signal numbers for x86-64 (signal(7)), sigaction(2) and sigprocmask(2) constants, wait status (wait(2)).
export const SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGUSR1 = 10
export const SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGSTKFLT = 16, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19
export const SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGXCPU = 24, SIGXFSZ = 25, SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28
export const SIGIO = 29, SIGPWR = 30, SIGSYS = 31, SIGRTMIN = 34, SIGRTMAX = 64

/** Names without SIG, by number; 32 and 33 belong to the C library. */
export const SIGNAL_NAMES: readonly (string | undefined)[] = [
  undefined, 'HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE', 'ALRM', 'TERM', 'STKFLT',
  'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'WINCH', 'IO', 'PWR', 'SYS', undefined, undefined,
  'RTMIN', 'RTMIN+1', 'RTMIN+2', 'RTMIN+3', 'RTMIN+4', 'RTMIN+5', 'RTMIN+6', 'RTMIN+7', 'RTMIN+8', 'RTMIN+9', 'RTMIN+10', 'RTMIN+11',
  'RTMIN+12', 'RTMIN+13', 'RTMIN+14', 'RTMIN+15', 'RTMAX-14', 'RTMAX-13', 'RTMAX-12', 'RTMAX-11', 'RTMAX-10', 'RTMAX-9', 'RTMAX-8',
  'RTMAX-7', 'RTMAX-6', 'RTMAX-5', 'RTMAX-4', 'RTMAX-3', 'RTMAX-2', 'RTMAX-1', 'RTMAX',
]

/** strsignal(3) */
export const SIGNAL_TEXTS: readonly (string | undefined)[] = [
  undefined, 'Hangup', 'Interrupt', 'Quit', 'Illegal instruction', 'Trace/breakpoint trap', 'Aborted', 'Bus error', 'Floating point exception',
  'Killed', 'User defined signal 1', 'Segmentation fault', 'User defined signal 2', 'Broken pipe', 'Alarm clock', 'Terminated', 'Stack fault',
  'Child exited', 'Continued', 'Stopped (signal)', 'Stopped', 'Stopped (tty input)', 'Stopped (tty output)', 'Urgent I/O condition',
  'CPU time limit exceeded', 'File size limit exceeded', 'Virtual timer expired', 'Profiling timer expired', 'Window changed', 'I/O possible',
  'Power failure', 'Bad system call',
]

export const SIG_DFL = 'default', SIG_IGN = 'ignore'
export const SA_NOCLDSTOP = 1, SA_NOCLDWAIT = 2, SA_RESTART = 0x10000000
export const SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2
export const WNOHANG = 1, WUNTRACED = 2, WCONTINUED = 8

/** A set of signals: bit n-1 stands for signal n, as in /proc/PID/status. */
export type SigSet = bigint
export const sigBit = (sig: number): SigSet => 1n << BigInt(sig - 1)

/** Status words of wait4(2). */
export const W_EXITCODE = (code: number): number => (code & 0xff) << 8
export const W_TERMSIG = (sig: number): number => sig & 0x7f
export const W_STOPSIG = (sig: number): number => (sig << 8) | 0x7f
export const W_CONTINUED = 0xffff
export const WIFEXITED = (s: number): boolean => (s & 0x7f) === 0
export const WEXITSTATUS = (s: number): number => (s >> 8) & 0xff
export const WIFSIGNALED = (s: number): boolean => (s & 0x7f) !== 0 && (s & 0x7f) !== 0x7f
export const WTERMSIG = (s: number): number => s & 0x7f
export const WCOREDUMP = (s: number): boolean => (s & 0x80) !== 0
export const WIFSTOPPED = (s: number): boolean => (s & 0xff) === 0x7f
export const WSTOPSIG = (s: number): number => (s >> 8) & 0xff
export const WIFCONTINUED = (s: number): boolean => s === W_CONTINUED
