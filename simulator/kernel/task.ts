// A process (struct task_struct and signal_struct in one: threads are not simulated). Data and small readers only; what happens to tasks is in task-*.ts.
import type { Rlimit, RlimitName } from '../abi/sched.ts'
import type { Flow, SyscallRequest } from '../abi/syscalls.ts'
import type { EventSource } from '../trace/emitter.ts'
import { type Cgroup, rootCgroup } from './cgroup/cgroup.ts'
import type { OldCgroup, OldHierarchy } from './cgroup/cgroup1.ts'
import type { Cred } from './cred/cred.ts'
import type { ShmSegment } from './ipc/shm.ts'
import type { Kernel } from './kernel.ts'
import { Mm } from './mm/mm.ts'
import type { NsProxy } from './ns/nsproxy.ts'
import type { PidNamespace } from './ns/pid-namespace.ts'
import type { UserNamespace } from './ns/user-namespace.ts'
import type { Pid } from './pid.ts'
import type { Confinement } from './security/apparmor/domain.ts'
import type { SeccompState } from './security/seccomp.ts'
import type { SignalState } from './signals.ts'
import type { Session } from './session.ts'
import type { FdTable } from './vfs/fd-table.ts'
import type { FsState } from './vfs/fs-state.ts'
import type { Path } from './vfs/path.ts'
import { type KFlow, WaitQueue } from './wait-queue.ts'

/** ready: may run · sleeping: in a call · stopped: by a signal · zombie: waits to be waited for · dead: gone */
export type TaskState = 'ready' | 'sleeping' | 'stopped' | 'zombie' | 'dead'

/** One flow on a task's stack: the program, or a signal handler above it. */
export interface Frame {
  readonly flow: Flow<unknown>
  /** What to send in when the flow is next resumed. */
  input: unknown
  /** Called with the flow's value when it ends. */
  readonly onReturn: (value: unknown) => void
}

export interface TaskInit {
  readonly kernel: Kernel
  readonly pid: Pid
  readonly parent: Task | undefined
  readonly cred: Cred
  readonly nsproxy: NsProxy
  readonly fs: FsState
  readonly files: FdTable
  readonly signals: SignalState
  readonly comm: string
}

export class Task implements EventSource {
  readonly kernel: Kernel
  readonly pid: Pid
  /** PID in the initial namespace; names the task in events and the World. */
  readonly globalPid: number
  state: TaskState = 'ready'
  /** real_parent and parent in one. Undefined for init and kthreadd. */
  parent: Task | undefined
  readonly children = new Set<Task>()
  /** TASK_COMM_LEN: at most 15 characters */
  comm: string
  argv: readonly string[] = []
  env: readonly string[] = []
  /** /proc/PID/exe */
  exe: Path | undefined
  cred: Cred
  nsproxy: NsProxy
  fs: FsState
  files: FdTable
  readonly signals: SignalState
  /** Process group and session. */
  pgrp: Pid
  session: Session
  /** wait4 status word once zombie */
  exitStatus = 0
  /** The signal the parent gets: SIGCHLD, or 0 for none. */
  exitSignal: number
  /** Woken when a child changes state. */
  readonly childChanged = new WaitQueue()
  /** Children with something to report to wait4: ended, stopped or continued. */
  readonly waitable = new Set<Task>()
  /** Not yet reported to the parent's wait4: the signal that stopped it, or that it was continued. */
  stopReport = 0
  continueReport = false
  /** The CPU has left it for good but init still waits for the rest of its PID namespace (zap_pid_ns_processes). */
  isExiting = false
  isKernelThread = false
  noNewPrivs = false
  /** Who watches its calls, with the credentials of that moment (ptracer_cred). */
  tracer: { readonly task: Task; readonly cred: Cred } | undefined
  /** Id of the program it has executed, until it first runs. */
  awaitedProgram: string | undefined
  /** Undefined without seccomp, as for nearly everybody. */
  seccomp: SeccompState | undefined
  /** AppArmor; undefined when nothing confines it. */
  apparmor: Confinement
  /** 0: /proc entries belong to root and ptrace-like access is refused (setuid programs, see prctl(2)). */
  dumpable = true
  keepsCapsOnSetuid = false
  pdeathSignal = 0
  isSubreaper = false
  nice = 0
  policy = 0
  rtPriority = 0
  resetsPriorityOnFork = false
  ioPriority = 0
  /** A capability has decided something for it since it was forked (PF_SUPERPRIV). */
  usedPrivileges = false
  /** /proc/PID/oom_score_adj, and the lowest value it may take without CAP_SYS_RESOURCE */
  oomScoreAdj: number
  oomScoreAdjMin: number
  didExec = false
  rlimits: Map<RlimitName, Rlimit>
  cgroup: Cgroup
  /** Its groups in hierarchies of the first version, where it isn't in the root. */
  oldGroups: ReadonlyMap<OldHierarchy, OldCgroup> | undefined = undefined
  /** Its memory; threads and a vfork's child share it. */
  mm = new Mm()
  readonly startTime: number
  /** CPU time used, nanoseconds */
  /** Work done, as the scheduler compares it: a sleeper is never more than a little behind the others. */
  vruntime = 0
  utime = 0
  stime = 0
  childrenUtime = 0
  childrenStime = 0
  currentSyscall = 0
  /** Threads sharing the descriptor table or fs (CLONE_FILES, CLONE_FS) are not simulated, vfork is: the parent sleeps here. */
  vforkDone: WaitQueue | undefined

  // --- used by the scheduler only
  readonly frames: Frame[] = []
  request: SyscallRequest | undefined
  handler: KFlow<unknown> | undefined
  /** Takes the task off the queues and timers it sleeps on. */
  cancelSleep: (() => void) | undefined
  /** A call that a signal broke off and that is to be made again or to fail with EINTR, depending on the handler. */
  isInterrupted = false
  /** Kept across a restarted call, e.g. the deadline of a sleep. */
  restart: unknown
  isQueued = false
  /** Ready, but kept from running: frozen, or held back until `heldUntil`. */
  isParked = false
  heldUntil = 0
  /** What it waits for while it is held back. */
  stall = 0
  /** As its groups count it for pressure. */
  psiFlags = 0
  /** Charged above memory.high since it last had to wait for that. */
  pagesOverHigh = 0
  /** Attached System V segments by address. */
  readonly shmAttached = new Map<number, ShmSegment>()
  /** Segments it has made (shm_clist): with kernel.shm_rmid_forced they go when nobody has them attached. */
  readonly shmCreated = new Set<ShmSegment>()
  /** alarm(2): when it goes off */
  alarm: { readonly at: number; readonly cancel: () => void } | undefined
  /** rt_sigtimedwait: blocked signals that wake it all the same. */
  waitsForSignals = 0n
  /** rt_sigsuspend: put this mask back when the call ends. */
  savedMask: bigint | undefined

  constructor(init: TaskInit) {
    this.kernel = init.kernel
    this.pid = init.pid
    this.globalPid = init.pid.globalNumber
    this.parent = init.parent
    this.comm = init.comm
    this.cred = init.cred
    this.nsproxy = init.nsproxy
    this.fs = init.fs
    this.files = init.files
    this.signals = init.signals
    const parent = init.parent
    this.pgrp = parent?.pgrp ?? init.pid
    this.session = parent?.session ?? init.kernel.initSession
    this.rlimits = parent?.rlimits ?? init.kernel.initRlimits
    this.cgroup = parent?.cgroup ?? rootCgroup(init.kernel)
    this.exitSignal = 17
    this.startTime = init.kernel.clock.now
    this.oomScoreAdj = parent?.oomScoreAdj ?? 0
    this.oomScoreAdjMin = parent?.oomScoreAdjMin ?? 0
  }

  /** task_active_pid_ns: the namespace its own number is from. */
  get pidNs(): PidNamespace {
    return this.pid.ns
  }
  get userNs(): UserNamespace {
    return this.cred.userNs
  }
  /** task_pid_nr_ns */
  numberIn(ns: PidNamespace): number {
    return this.pid.numberIn(ns)
  }
  get isAlive(): boolean {
    return this.state !== 'zombie' && this.state !== 'dead'
  }
}
