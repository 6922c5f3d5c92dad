// Pressure stall information (kernel/sched/psi.c): for how long tasks of a group had to wait for the CPU, for memory or for a disk, some of them or all. Each change of a
// task's state is told to its group and those above; averages are kept up to date every two seconds, when something happens or somebody looks. Simpler: a trigger is
// checked and accepted, but nobody is woken by it.
import { Errno } from '../../abi/errno.ts'
import { NSEC_PER_SEC, NSEC_PER_USEC } from '../clock.ts'
import type { Task } from '../task.ts'
import type { Cgroup } from './cgroup.ts'

/** What a task is doing, as far as pressure goes (psi_task_count). */
export const PSI_RUNNING = 1, PSI_ON_CPU = 2, PSI_MEMSTALL = 4, PSI_IOWAIT = 8

export type PsiResource = 'io' | 'memory' | 'cpu'
const RESOURCES: readonly PsiResource[] = ['io', 'memory', 'cpu']
const PERIOD = 2 * NSEC_PER_SEC
/** What lasts longer is averaged as if it had begun so long ago: the slowest average has arrived by then. */
const LONGEST = 3000 * NSEC_PER_SEC
/** FIXED_1, and 1/exp(2s/10s) and so on in its fixed point. */
const FIXED_1 = 2048
const DECAY = [1677, 1981, 2034]

/** calc_load */
function mix(load: number, exp: number, active: number): number {
  const sum = load * exp + active * (FIXED_1 - exp) + (active >= load ? FIXED_1 - 1 : 0)
  return Math.floor(sum / FIXED_1)
}
/** calc_load_n with nothing going on: so many periods of decay. */
function decay(load: number, exp: number, periods: number): number {
  let factor = FIXED_1
  let base = exp
  for (let n = periods; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) factor = Math.floor((factor * base + FIXED_1 / 2) / FIXED_1)
    base = Math.floor((base * base + FIXED_1 / 2) / FIXED_1)
  }
  return mix(load, factor, 0)
}

export class PsiState {
  /** Tasks here and below, by flag. */
  #running = 0
  #onCpu = 0
  #memstall = 0
  #memstallRunning = 0
  #iowait = 0
  #isEnabled = true
  /** Bit 2r: some wait for resource r; bit 2r + 1: all do. */
  #states = 0
  #since = 0
  #lastUpdate = 0
  #nextUpdate = PERIOD
  /** Nanoseconds, by state. */
  readonly #totals = [0, 0, 0, 0, 0, 0]
  readonly #averaged = [0, 0, 0, 0, 0, 0]
  readonly #averages = Array.from({ length: 6 }, () => [0, 0, 0])

  /** One task has gone from one set of flags to another. */
  change(from: number, to: number, now: number): void {
    this.#running += (to & PSI_RUNNING) - (from & PSI_RUNNING)
    this.#onCpu += ((to & PSI_ON_CPU) - (from & PSI_ON_CPU)) / PSI_ON_CPU
    this.#memstall += ((to & PSI_MEMSTALL) - (from & PSI_MEMSTALL)) / PSI_MEMSTALL
    this.#iowait += ((to & PSI_IOWAIT) - (from & PSI_IOWAIT)) / PSI_IOWAIT
    const both = PSI_MEMSTALL | PSI_RUNNING
    this.#memstallRunning += Number((to & both) === both) - Number((from & both) === both)
    if (this.#isEnabled) this.#enter(now)
  }
  #enter(now: number): void {
    const states = this.#mask()
    if (states === this.#states) return
    this.#record(now)
    this.#states = states
  }
  /** test_state */
  #mask(): number {
    const io = this.#iowait > 0 ? (this.#running === 0 ? 3 : 1) : 0
    const memory = this.#memstall > 0 ? (this.#running === this.#memstallRunning ? 3 : 1) : 0
    const cpu = this.#running > this.#onCpu ? (this.#onCpu === 0 ? 3 : 1) : 0
    return io | (memory << 2) | (cpu << 4)
  }
  /** What has been going on since the last change, averaged as the kernel's worker would have done meanwhile. */
  #record(now: number): void {
    if (this.#states !== 0) {
      this.#count(Math.max(this.#since, now - LONGEST))
      while (this.#nextUpdate <= now) {
        const at = Math.max(this.#since, this.#nextUpdate)
        this.#count(at)
        this.#average(at)
      }
    }
    this.#count(now)
    if (now >= this.#nextUpdate) this.#average(now)
  }
  #count(until: number): void {
    if (this.#states !== 0) for (let s = 0; s < 6; s++) if (((this.#states >> s) & 1) !== 0) this.#totals[s] += until - this.#since
    this.#since = until
  }
  /** update_averages */
  #average(now: number): void {
    const missed = Math.max(0, Math.floor((now - this.#nextUpdate) / PERIOD))
    const period = Math.max(1, now - (this.#lastUpdate + missed * PERIOD))
    this.#nextUpdate += (1 + missed) * PERIOD
    this.#lastUpdate = now
    for (let s = 0; s < 6; s++) {
      const sample = Math.min(this.#totals[s] - this.#averaged[s], period)
      this.#averaged[s] += sample
      const active = Math.floor((sample * 100) / period) * FIXED_1
      const averages = this.#averages[s]
      for (let i = 0; i < 3; i++) averages[i] = mix(missed > 0 ? decay(averages[i], DECAY[i], missed) : averages[i], DECAY[i], active)
    }
  }

  /** Nothing has been waited for so far. */
  startAnew(now: number): void {
    this.#totals.fill(0)
    this.#averaged.fill(0)
    for (const averages of this.#averages) averages.fill(0)
    this.#since = this.#lastUpdate = now
    this.#nextUpdate = now + PERIOD
  }

  /** cgroup.pressure */
  enable(isEnabled: boolean, now: number): void {
    if (isEnabled === this.#isEnabled) return
    this.#record(now)
    this.#states = isEnabled ? this.#mask() : 0
    this.#isEnabled = isEnabled
  }

  /** `some avg10=… avg60=… avg300=… total=…` and the line for `full`; the machine as a whole is never all waiting for its CPU. */
  show(resource: PsiResource, now: number, isMachine: boolean): string {
    this.#record(now)
    return ['some', 'full'].map((kind, i) => {
      const s = RESOURCES.indexOf(resource) * 2 + i
      const isZero = isMachine && resource === 'cpu' && i === 1
      const [a, b, c] = this.#averages[s].map((avg) => (isZero ? '0.00' : twoDigits(avg)))
      return `${kind} avg10=${a} avg60=${b} avg300=${c} total=${isZero ? 0 : Math.floor(this.#totals[s] / NSEC_PER_USEC)}\n`
    }).join('')
  }
}
/** LOAD_INT and LOAD_FRAC */
const twoDigits = (load: number): string => `${Math.floor(load / FIXED_1)}.${String(Math.floor(((load % FIXED_1) * 100) / FIXED_1)).padStart(2, '0')}`

/** psi_task_change: counts the task anew in its group and all above. */
export function setPsi(task: Task, flags: number): void {
  const from = task.psiFlags
  if (from === flags) return
  task.psiFlags = flags
  const { now } = task.kernel.clock
  for (let group: Cgroup | undefined = task.cgroup; group !== undefined; group = group.parent) group.psi.change(from, flags, now)
}

const MIN_WINDOW = 500_000, MAX_WINDOW = 10_000_000
/** psi_trigger_create: `some|full THRESHOLD WINDOW` in microseconds. @throws EINVAL */
export function checkTrigger(text: string): void {
  const match = /^(?:some|full)\s+(\d+)\s+(\d+)/.exec(text)
  if (match === null) throw Errno.EINVAL
  const [threshold, window] = [Number(match[1]), Number(match[2])]
  if (window < MIN_WINDOW || window > MAX_WINDOW || threshold === 0 || threshold > window) throw Errno.EINVAL
}
