// Wires the parts of the simulated kernel together. State of one machine; no globals, so that many machines can run in one process.
import type { Rlimit, RlimitName } from '../abi/sched.ts'
import type { Program } from '../abi/syscalls.ts'
import { IdAllocator } from '../lib/id-allocator.ts'
import { Random } from '../lib/random.ts'
import { Emitter } from '../trace/emitter.ts'
import { Clock } from './clock.ts'
import { GLOBAL_ROOT_GID, GLOBAL_ROOT_UID, type Kuid } from './cred/ids.ts'
import type { Namespace } from './ns/ns-common.ts'
import { CgroupNamespace, IpcNamespace, TimeNamespace, UtsNamespace } from './ns/other-namespaces.ts'
import { PidNamespace } from './ns/pid-namespace.ts'
import { UserNamespace } from './ns/user-namespace.ts'
import { Scheduler } from './scheduler.ts'
import { Session } from './session.ts'
import { KernelLog } from './printk.ts'
import { INIT_RLIMITS } from './rlimits.ts'
import type { SyscallDispatcher } from './syscall-dispatcher.ts'
import type { Task } from './task.ts'
import type { FileSystemType } from './vfs/super-block.ts'
import { Rooms } from './rooms.ts'

/** Inode numbers of the initial namespaces (include/linux/proc_ns.h); new ones count up from NS_INO_FIRST. */
export const NS_INO = { time: 4026531834, cgroup: 4026531835, pid: 4026531836, user: 4026531837, uts: 4026531838, ipc: 4026531839, net: 4026531840, mnt: 4026531841 }
const NS_INO_FIRST = 4026532176

/** Code of executables, by the id inside the file (see lib/executable.ts). An id without code is known, and its code on the way: who executes it waits, and all with it. */
export type ProgramCode = ReadonlyMap<string, Program | undefined>

export interface KernelOptions {
  readonly seed: number
  /** milliseconds since 1970 when the machine boots */
  readonly bootTimeMs: number
  readonly hostname: string
  readonly programs: ProgramCode
  readonly dispatcher: SyscallDispatcher
}

export class Kernel {
  readonly clock: Clock
  readonly trace: Emitter
  readonly random: Random
  readonly programs: ProgramCode
  readonly dispatcher: SyscallDispatcher
  readonly scheduler: Scheduler
  readonly fsTypes = new Map<string, FileSystemType>()
  readonly nsInos = new IdAllocator(NS_INO_FIRST)
  /** Every live namespace by inode number. */
  readonly namespaces = new Map<number, Namespace>()
  /** Minor numbers of file systems without a device (get_anon_bdev); the lower ones went to internal mounts at boot. */
  readonly anonDevs = new IdAllocator(19)
  /** Names `#1`, `#2`, … of overlayfs's temporary files, one count for all overlays. */
  overlayTemporaries = 0
  readonly mountIds = new IdAllocator(21)
  readonly peerGroupIds = new IdAllocator(1)
  readonly initUserNs: UserNamespace
  readonly initPidNs: PidNamespace
  readonly initUtsNs: UtsNamespace
  readonly initIpcNs: IpcNamespace
  readonly initCgroupNs: CgroupNamespace
  readonly initTimeNs: TimeNamespace
  readonly initSession = new Session(undefined)
  readonly initRlimits: Map<RlimitName, Rlimit> = INIT_RLIMITS
  /** All tasks, zombies included, by global PID. */
  readonly tasks = new Map<number, Task>()
  /** PID 1 */
  initTask: Task | undefined
  /** Total forks since boot, for /proc/stat. */
  forks = 0
  /** /proc/sys/kernel/pid_max: process numbers stay below it. */
  pidMax = 32768
  /** /proc/sys/kernel/threads-max */
  maxThreads = 3684
  /** /proc/sys/kernel/unprivileged_userns_clone */
  unprivilegedUserNsClone = 1
  readonly #processCounts = new Map<Kuid, number>()
  /** Faults of the simulator itself, shown to the user as reports; a test fails when there is one. */
  readonly bugs: { readonly text: string; readonly stack: string }[] = []
  /** dmesg */
  readonly log: KernelLog
  /** What its other parts hang into the machine: the cgroup hierarchy, the disk, AppArmor's policy … */
  readonly rooms = new Rooms()
  /** The CPU that handles what devices have received: busy until then, in ns since boot. */
  readonly softirq = { freeAt: 0 }

  constructor(options: KernelOptions) {
    this.clock = new Clock(options.bootTimeMs)
    this.log = new KernelLog(this.clock)
    this.trace = new Emitter(() => this.clock.now)
    this.random = new Random(options.seed)
    this.programs = options.programs
    this.dispatcher = options.dispatcher
    this.initUserNs = new UserNamespace(this, undefined, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, true, NS_INO.user)
    this.initPidNs = new PidNamespace(this, this.initUserNs, undefined, NS_INO.pid)
    this.initUtsNs = new UtsNamespace(this, this.initUserNs, options.hostname, '(none)', NS_INO.uts)
    this.initIpcNs = new IpcNamespace(this, this.initUserNs, NS_INO.ipc)
    this.initCgroupNs = new CgroupNamespace(this, this.initUserNs, '/', NS_INO.cgroup)
    this.initTimeNs = new TimeNamespace(this, this.initUserNs, NS_INO.time)
    for (const ns of [this.initUserNs, this.initPidNs, this.initUtsNs, this.initIpcNs, this.initCgroupNs, this.initTimeNs]) this.addNamespace(ns).hold('initial')
    this.scheduler = new Scheduler(this)
  }

  addNamespace<N extends Namespace>(ns: N): N {
    this.namespaces.set(ns.ino, ns)
    return ns
  }

  /** Processes of a user, for RLIMIT_NPROC. */
  processCount(uid: Kuid): number {
    return this.#processCounts.get(uid) ?? 0
  }
  countProcess(uid: Kuid, delta: number): void {
    this.#processCounts.set(uid, this.processCount(uid) + delta)
  }

  /** printk; level as in syslog(2), 6 is info */
  printk(level: number, text: string): void {
    this.log.append(level, text)
  }
}
