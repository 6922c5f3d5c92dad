// Process identifiers (kernel/pid.c): one Pid has a number in every PID namespace from its own up to the initial one.
// Process groups and sessions are Pids too, and live as long as they have members.
import type { PidNamespace } from './ns/pid-namespace.ts'
import type { Task } from './task.ts'

export interface Upid { readonly ns: PidNamespace; readonly nr: number }

export class Pid {
  /** Outermost first: index is the namespace's level. */
  readonly numbers: readonly Upid[]
  /** The process with this id; undefined when only its group or session is left. */
  task: Task | undefined
  readonly groupMembers = new Set<Task>()
  readonly sessionMembers = new Set<Task>()
  #freed = false

  constructor(numbers: readonly Upid[]) {
    this.numbers = numbers
  }

  /** pid_nr_ns: the number in `ns`, 0 where it has none. */
  numberIn(ns: PidNamespace): number {
    const upid = this.numbers[ns.level]
    return upid !== undefined && upid.ns === ns ? upid.nr : 0
  }
  get globalNumber(): number {
    return this.numbers[0].nr
  }
  /** The namespace the process lives in (ns_of_pid). */
  get ns(): PidNamespace {
    return this.numbers[this.numbers.length - 1].ns
  }
  get isFreed(): boolean {
    return this.#freed
  }

  /** Gives the numbers back once nobody uses them any more. */
  freeIfUnused(): void {
    if (this.#freed || this.task !== undefined || this.groupMembers.size > 0 || this.sessionMembers.size > 0) return
    this.#freed = true
    for (const { ns, nr } of this.numbers) ns.freeNumber(nr)
  }
}
