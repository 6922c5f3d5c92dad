// The kernel's log (kernel/printk/printk.c): what it has to say, kept in a ring that forgets the oldest, read by /dev/kmsg, /proc/kmsg and syslog(2). Simpler: nothing is
// written to the console, whatever the level that it asks for.
import { type Clock, NSEC_PER_SEC } from './clock.ts'
import { WaitQueue } from './wait-queue.ts'

/** log_buf_len, and what is kept beside each line's text (struct printk_info). */
const LOG_BYTES = 256 * 1024, ENTRY_BYTES = 88

export interface LogRecord {
  /** Nanoseconds since boot. */
  readonly time: number
  /** Facility · 8 + level, as in syslog(2). */
  readonly priority: number
  readonly text: string
}
const sizeOf = (record: LogRecord): number => ENTRY_BYTES + record.text.length

export class KernelLog {
  readonly #clock: Clock
  readonly #records: LogRecord[] = []
  #bytes = 0
  /** The number of the oldest record that is left; the first ever was 0. */
  #first = 0
  #cleared = 0
  /** Somebody waits for news. */
  readonly more = new WaitQueue()
  /** /proc/sys/kernel/printk: console_loglevel, the level of messages without one, the lowest console level, the console level at boot. */
  levels: readonly [number, number, number, number] = [1, 4, 1, 7]
  /** console_loglevel before the console was switched off. */
  #savedLevel: number | undefined
  /** dmesg_restrict */
  isRestricted = true

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get first(): number {
    return this.#first
  }
  /** The number that the next record will have. */
  get next(): number {
    return this.#first + this.#records.length
  }
  record(number: number): LogRecord | undefined {
    return this.#records[number - this.#first]
  }
  append(priority: number, text: string): void {
    const record = { time: this.#clock.now, priority, text }
    this.#records.push(record)
    this.#bytes += sizeOf(record)
    if (this.#bytes > LOG_BYTES) this.#forgetOldest()
    this.more.wakeAll()
  }
  /** A quarter of the ring makes room. */
  #forgetOldest(): void {
    let count = 0
    for (let freed = 0; freed < LOG_BYTES / 4; count++) freed += sizeOf(this.#records[count])
    for (const record of this.#records.splice(0, count)) this.#bytes -= sizeOf(record)
    this.#first += count
  }

  /** Lines as `<6>[    1.234567] text`, all of them or those since the log was cleared. */
  text(since: 'boot' | 'clear' = 'boot'): string {
    const from = since === 'boot' ? 0 : Math.max(0, this.#cleared - this.#first)
    return this.#records.slice(from).map((r) => `<${r.priority}>[${(r.time / NSEC_PER_SEC).toFixed(6).padStart(12)}] ${r.text}\n`).join('')
  }
  clear(): void {
    this.#cleared = this.next
  }

  consoleOff(): void {
    this.#savedLevel ??= this.levels[0]
    this.#setConsole(this.levels[2])
  }
  consoleOn(): void {
    this.#setConsole(this.#savedLevel ?? this.levels[0])
    this.#savedLevel = undefined
  }
  setConsoleLevel(level: number): void {
    this.#setConsole(Math.max(level, this.levels[2]))
    this.#savedLevel = undefined
  }
  #setConsole(level: number): void {
    const [, ...rest] = this.levels
    this.levels = [level, ...rest]
  }
}
