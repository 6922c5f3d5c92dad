// Numbers for Prometheus (text format 0.0.4). None of them tells who somebody is.
import type { EndCause } from './session.ts'

export interface Gauges {
  readonly machines: { readonly leased: number; readonly warm: number; readonly starting: number }
  readonly cap: number
  readonly waiting: number
  readonly sessions: number
  readonly connected: number
  /** bytes */
  readonly memory: number
}

/** Upper ends, seconds. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300]

class Histogram {
  readonly #counts = BUCKETS.map(() => 0)
  #sum = 0
  #count = 0

  add(seconds: number): void {
    this.#sum += seconds
    this.#count++
    BUCKETS.forEach((end, n) => {
      if (seconds <= end) this.#counts[n] = (this.#counts[n] ?? 0) + 1
    })
  }

  lines(name: string): string[] {
    return [...BUCKETS.map((end, n) => `${name}_bucket{le="${end}"} ${this.#counts[n] ?? 0}`), `${name}_bucket{le="+Inf"} ${this.#count}`, `${name}_sum ${this.#sum}`, `${name}_count ${this.#count}`]
  }
}

/** Counts by a label's value. The values are our own words, never a client's. */
class Counter {
  readonly #counts = new Map<string, number>()

  add(label: string, n = 1): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + n)
  }

  lines(name: string, label: string): string[] {
    return [...this.#counts].map(([value, n]) => `${name}{${label}="${value}"} ${n}`)
  }
}

export class Metrics {
  readonly #starts = new Histogram()
  readonly #waits = new Histogram()
  readonly #failures = new Counter()
  readonly #ended = new Counter()
  readonly #refused = new Counter()
  readonly #bytes = new Counter()
  #reconnections = 0

  started(seconds: number, failed: boolean): void {
    if (failed) this.#failures.add('start')
    else this.#starts.add(seconds)
  }

  /** From asking for a machine to having it, the queue included. */
  waited(seconds: number): void {
    this.#waits.add(seconds)
  }

  ended(cause: EndCause): void {
    this.#ended.add(cause)
  }

  refused(reason: string): void {
    this.#refused.add(reason)
  }

  reconnected(): void {
    this.#reconnections++
  }

  bytes(direction: 'in' | 'out', n: number): void {
    this.#bytes.add(direction, n)
  }

  text({ machines, cap, waiting, sessions, connected, memory }: Gauges): string {
    const family = (name: string, type: 'gauge' | 'counter' | 'histogram', help: string, lines: readonly string[]): string[] => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
    return [
      ...family('isolab_vm_machines', 'gauge', 'Machines by state.', Object.entries(machines).map(([state, n]) => `isolab_vm_machines{state="${state}"} ${n}`)),
      ...family('isolab_vm_machines_cap', 'gauge', 'Most machines at one time.', [`isolab_vm_machines_cap ${cap}`]),
      ...family('isolab_vm_queue', 'gauge', 'Learners waiting for a machine.', [`isolab_vm_queue ${waiting}`]),
      ...family('isolab_vm_sessions', 'gauge', 'Sessions by connection.', [`isolab_vm_sessions{connection="up"} ${connected}`, `isolab_vm_sessions{connection="lost"} ${sessions - connected}`]),
      ...family('isolab_vm_machine_memory_bytes', 'gauge', 'Memory that machines at work hold for themselves.', [`isolab_vm_machine_memory_bytes ${memory}`]),
      ...family('isolab_vm_start_seconds', 'histogram', 'Starting a machine.', this.#starts.lines('isolab_vm_start_seconds')),
      ...family('isolab_vm_wait_seconds', 'histogram', 'From asking for a machine to having it.', this.#waits.lines('isolab_vm_wait_seconds')),
      ...family('isolab_vm_failures_total', 'counter', 'Machines that did not start.', this.#failures.lines('isolab_vm_failures_total', 'what')),
      ...family('isolab_vm_ended_total', 'counter', 'Sessions that ended, by cause.', this.#ended.lines('isolab_vm_ended_total', 'cause')),
      ...family('isolab_vm_refused_total', 'counter', 'Connections and requests that were refused, by reason.', this.#refused.lines('isolab_vm_refused_total', 'reason')),
      ...family('isolab_vm_reconnections_total', 'counter', 'Connections that came back to their machine.', [`isolab_vm_reconnections_total ${this.#reconnections}`]),
      ...family('isolab_vm_bytes_total', 'counter', 'Bytes to (in) and from (out) machines.', this.#bytes.lines('isolab_vm_bytes_total', 'direction')),
      '',
    ].join('\n')
  }
}
