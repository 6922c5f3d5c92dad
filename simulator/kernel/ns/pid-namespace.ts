// PID namespaces (kernel/pid_namespace.c, pid_namespaces(7)): numbers handed out upwards from ns_last_pid, an init (child reaper), a level.
import { Errno } from '../../abi/errno.ts'
import type { Kernel } from '../kernel.ts'
import { Pid, type Upid } from '../pid.ts'
import type { Task } from '../task.ts'
import { Namespace } from './ns-common.ts'
import type { UserNamespace } from './user-namespace.ts'

const RESERVED_PIDS = 300
export const MAX_PID_NS_LEVEL = 32

export class PidNamespace extends Namespace {
  readonly type = 'pid'
  readonly parent: PidNamespace | undefined
  readonly level: number
  /** init: the process with number 1. Undefined before the first clone and after its death. */
  childReaper: Task | undefined
  /** False once init is gone: fork then fails with ENOMEM (pidns_destroyed). */
  allocates = true
  /** /proc/sys/kernel/ns_last_pid */
  lastPid = 0
  readonly #pids = new Map<number, Pid>()

  constructor(kernel: Kernel, owner: UserNamespace, parent: PidNamespace | undefined, ino?: number) {
    super(kernel, owner, ino)
    this.parent = parent
    this.level = parent === undefined ? 0 : parent.level + 1
    parent?.hold('child')
  }

  /** find_pid_ns */
  find(nr: number): Pid | undefined {
    return this.#pids.get(nr)
  }
  /** Pids in rising order of number, as /proc lists them. */
  *pids(): Iterable<Pid> {
    for (const nr of [...this.#pids.keys()].sort((a, b) => a - b)) {
      const pid = this.#pids.get(nr)
      if (pid !== undefined) yield pid
    }
  }
  get population(): number {
    return this.#pids.size
  }

  /** alloc_pid: a number here and in every ancestor. Throws ENOMEM when init has gone, EAGAIN when numbers have run out. */
  allocPid(): Pid {
    if (!this.allocates) throw Errno.ENOMEM
    const taken: Upid[] = []
    for (let ns: PidNamespace | undefined = this; ns !== undefined; ns = ns.parent) taken.push({ ns, nr: ns.#nextNumber() })
    taken.reverse()
    const pid = new Pid(taken)
    for (const { ns, nr } of taken) {
      ns.#pids.set(nr, pid)
      ns.lastPid = nr
    }
    return pid
  }

  #nextNumber(): number {
    for (let tries = 0, nr = this.lastPid + 1; tries < this.kernel.pidMax; tries++, nr++) {
      if (nr >= this.kernel.pidMax) nr = RESERVED_PIDS
      if (!this.#pids.has(nr)) return nr
    }
    throw Errno.EAGAIN
  }

  freeNumber(nr: number): void {
    this.#pids.delete(nr)
  }

  /** True for itself and namespaces below it. */
  contains(other: PidNamespace): boolean {
    let ns: PidNamespace | undefined = other
    while (ns !== undefined && ns.level > this.level) ns = ns.parent
    return ns === this
  }

  protected override onLastRelease(): void {
    this.parent?.release('child')
  }
}
