// The progress meter on stderr (progress.c, tool_cb_prg.c): once at the start, every second, and at the end.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { milliseconds } from './clock.ts'

const HEAD = '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n'

/** max5data */
function max5(bytes: number): string {
  const [k, m, g, t] = [1024, 1024 ** 2, 1024 ** 3, 1024 ** 4]
  if (bytes < 100000) return String(Math.floor(bytes)).padStart(5)
  if (bytes < 10000 * k) return `${String(Math.floor(bytes / k)).padStart(4)}k`
  if (bytes < 100 * m) return `${String(Math.floor(bytes / m)).padStart(2)}.${Math.floor((bytes % m) / (m / 10))}M`
  if (bytes < 10000 * m) return `${String(Math.floor(bytes / m)).padStart(4)}M`
  if (bytes < 100 * g) return `${String(Math.floor(bytes / g)).padStart(2)}.${Math.floor((bytes % g) / (g / 10))}G`
  return bytes < 10000 * g ? `${String(Math.floor(bytes / g)).padStart(4)}G` : `${String(Math.floor(bytes / t)).padStart(4)}T`
}
/** time2str */
function clockText(seconds: number): string {
  if (seconds <= 0) return '--:--:--'
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  if (hours <= 99) return `${String(hours).padStart(2)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const days = Math.floor(seconds / 86400)
  return days <= 999 ? `${String(days).padStart(3)}d ${two(Math.floor((seconds % 86400) / 3600))}h` : `${String(days).padStart(7)}d`
}

export class Progress {
  readonly #c: Crt
  readonly #isShown: boolean
  #isStarted = false
  #startMs = 0
  #lastSecond = 0
  downloadSize = 0
  uploadSize = 0
  downloaded = 0
  uploaded = 0

  constructor(c: Crt, isShown: boolean) {
    this.#c = c
    this.#isShown = isShown
  }
  *start(): Flow<void> {
    this.#startMs = yield* milliseconds()
    if (this.#isShown) yield* this.#c.stderr.write(HEAD)
    this.#isStarted = true
    yield* this.#draw()
  }
  *update(): Flow<void> {
    const second = Math.floor(((yield* milliseconds()) - this.#startMs) / 1000)
    if (second === this.#lastSecond) return
    this.#lastSecond = second
    yield* this.#draw()
  }
  *finish(): Flow<void> {
    if (!this.#isStarted) return
    yield* this.#draw()
    if (this.#isShown) yield* this.#c.stderr.write('\n')
  }
  *#draw(): Flow<void> {
    if (!this.#isShown) return
    const spentMs = Math.max(1, (yield* milliseconds()) - this.#startMs)
    const percent = (part: number, whole: number): string => String(whole === 0 ? 0 : Math.floor((part * 100) / whole)).padStart(3)
    const total = this.downloadSize + this.uploadSize
    const done = this.downloaded + this.uploaded
    const speed = (bytes: number): number => Math.floor((bytes * 1000) / spentMs)
    const seconds = Math.floor(spentMs / 1000)
    const totalSeconds = done === 0 || total === 0 ? 0 : Math.floor(total / Math.max(1, speed(done)))
    const parts = [
      `${percent(done, total)} ${max5(total)}`, `${percent(this.downloaded, this.downloadSize)} ${max5(this.downloaded)}`, `${percent(this.uploaded, this.uploadSize)} ${max5(this.uploaded)}`,
      max5(speed(this.downloaded)), `${max5(speed(this.uploaded))} ${clockText(totalSeconds)} ${clockText(seconds)} ${clockText(Math.max(0, totalSeconds - seconds))} ${max5(speed(done))}`,
    ]
    yield* this.#c.stderr.write(`\r${parts.join('  ')}`)
  }
}
