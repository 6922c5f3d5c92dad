// The cpu controller (kernel/sched/fair.c): weights as lengths of turns, quotas per period with real throttling, and the time a group used. A group with the
// controller is one entry in the run queue of the group above and has a queue of its own. Simpler: round robin instead of a tree sorted by virtual run time.
import { NSEC_PER_MSEC, NSEC_PER_USEC } from '../clock.ts'
import type { Task } from '../task.ts'
import type { Cgroup } from './cgroup.ts'

export const TIME_SLICE = 4 * NSEC_PER_MSEC
/** sched_prio_to_weight, from nice -20 to 19 */
export const NICE_WEIGHTS: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
  1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
]
export const DEFAULT_SHARES = 1024
const IDLE_SHARES = 3
const DEFAULT_PERIOD = 100 * NSEC_PER_MSEC

export const sliceOfNice = (nice: number): number => (nice === 0 ? TIME_SLICE : Math.max(1, (TIME_SLICE * NICE_WEIGHTS[nice + 20]) / DEFAULT_SHARES))

/** One level of the run queue: tasks, and groups with queues of their own. */
export class RunQueue {
  #items: (Task | CpuState)[] = []
  #head = 0

  get first(): Task | CpuState | undefined {
    return this.#items[this.#head]
  }
  get isEmpty(): boolean {
    return this.#head >= this.#items.length
  }
  push(item: Task | CpuState): void {
    this.#items.push(item)
  }
  shift(): void {
    this.#head++
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
  }
  remove(item: Task | CpuState): void {
    this.#items = this.#items.slice(this.#head).filter((other) => other !== item)
    this.#head = 0
  }
}

export class CpuState {
  readonly group: Cgroup
  readonly queue = new RunQueue()
  isQueued = false
  /** Nanoseconds left of the group's turn. */
  turn = 0
  /** cpu.weight in the scheduler's unit: 1024 is a weight of 100. */
  shares = DEFAULT_SHARES
  isIdle = false
  /** cpu.max in nanoseconds */
  quota: number | undefined
  period = DEFAULT_PERIOD
  /** cpu.max.burst in nanoseconds: so much of what was left of earlier periods may be used besides. */
  burst = 0
  isThrottled = false
  throttledSince = 0
  periods = 0
  timesThrottled = 0
  throttledTime = 0
  timesBurst = 0
  burstTime = 0
  #periodEnd = 0
  #used = 0
  /** Left of earlier periods, up to `burst`. */
  #saved = 0
  #user = 0
  #system = 0

  constructor(group: Cgroup) {
    this.group = group
  }

  get effectiveShares(): number {
    return this.isIdle ? IDLE_SHARES : this.shares
  }
  get slice(): number {
    return Math.max(1, (TIME_SLICE * this.effectiveShares) / DEFAULT_SHARES)
  }

  account(ns: number, isUser: boolean): void {
    if (isUser) this.#user += ns
    else this.#system += ns
  }
  /** usage_usec and its parts, of this group and all below it. */
  usage(): { readonly user: number; readonly system: number } {
    let user = 0
    let system = 0
    for (const { cpu } of this.group.subtree()) {
      user += cpu.#user
      system += cpu.#system
    }
    return { user: Math.floor(user / NSEC_PER_USEC), system: Math.floor(system / NSEC_PER_USEC) }
  }
  /** What a removed group used stays with its parent. */
  inherit(child: CpuState): void {
    this.#user += child.#user
    this.#system += child.#system
  }

  /** Uses up quota. True when there is none left before the period ends. */
  consume(ns: number, now: number): boolean {
    if (this.quota === undefined) return false
    this.#roll(now)
    if (this.#periodEnd <= now) {
      this.#periodEnd = now + this.period
      this.#used = 0
    }
    this.#used += ns
    return this.#used >= this.quota + this.#saved
  }
  /** Closes periods that are over: they count when the group ran in them. */
  #roll(now: number): void {
    while (this.#periodEnd !== 0 && this.#periodEnd <= now) {
      this.periods++
      this.#save()
      if (this.#used > 0 || this.isThrottled) this.#periodEnd += this.period
      else this.#periodEnd = 0
    }
  }
  /** __refill_cfs_bandwidth_runtime: what wasn't used is kept, what was used of the savings counts as a burst. */
  #save(): void {
    const { quota } = this
    const beyond = quota === undefined ? 0 : this.#used - quota
    if (beyond > 0 && this.#saved > 0) {
      this.timesBurst++
      this.burstTime += Math.min(beyond, this.#saved)
    }
    const left = this.#saved - beyond
    this.#saved = Math.min(this.burst, Math.max(0, left))
    this.#used = Math.max(0, -left)
  }
  /** When a throttled group may run again. */
  get nextPeriod(): number {
    return this.#periodEnd
  }
  /** The period is over: may the group go on? What it ran too long is taken from the next. */
  refill(now: number): boolean {
    this.#roll(now)
    return this.quota === undefined || this.#used < this.quota + this.#saved
  }
  startAnew(): void {
    this.#used = 0
    this.#saved = 0
    this.#periodEnd = 0
  }
  forgetLimits(): void {
    this.shares = DEFAULT_SHARES
    this.isIdle = false
    this.quota = undefined
    this.period = DEFAULT_PERIOD
    this.burst = 0
  }
}
