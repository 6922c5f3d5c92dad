// strace -c: how often each call was made and how often it failed. Every call costs the simulated kernel the same microsecond.
import type { TraceRecord } from '../../../abi/trace-record.ts'

const SECONDS_PER_CALL = 1e-6
const RULE = '------ ----------- ----------- --------- --------- ----------------\n'

export class Summary {
  readonly #calls = new Map<string, { calls: number; errors: number }>()

  /** Prints nothing for a record. */
  count(record: TraceRecord, shows: (nr: string) => boolean): string {
    if (record.kind !== 'exit' || !shows(record.nr)) return ''
    const entry = this.#calls.get(record.nr) ?? { calls: 0, errors: 0 }
    this.#calls.set(record.nr, entry)
    entry.calls++
    if (record.result.startsWith('-1 ')) entry.errors++
    return ''
  }

  table(): string {
    if (this.#calls.size === 0) return ''
    const total = [...this.#calls.values()].reduce((sum, { calls, errors }) => ({ calls: sum.calls + calls, errors: sum.errors + errors }), { calls: 0, errors: 0 })
    const line = (name: string, { calls, errors }: { calls: number; errors: number }): string => {
      const seconds = calls * SECONDS_PER_CALL
      const share = (100 * calls) / total.calls
      return `${share.toFixed(2).padStart(6)} ${seconds.toFixed(6).padStart(11)} ${'1'.padStart(11)} ${String(calls).padStart(9)} ${(errors === 0 ? '' : String(errors)).padStart(9)} ${name}\n`
    }
    const rows = [...this.#calls].sort(([, a], [, b]) => b.calls - a.calls).map(([name, entry]) => line(name, entry)).join('')
    return `% time     seconds  usecs/call     calls    errors syscall\n${RULE}${rows}${RULE}${line('total', total)}`
  }
}
