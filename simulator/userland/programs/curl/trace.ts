// What -v shows (tool_cb_dbg.c): remarks with `*`, headers with `>` and `<`, data only as their size.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'

export class Trace {
  readonly #c: Crt
  readonly #isOn: boolean
  /** The body is seen on the terminal itself. */
  readonly #hidesData: boolean
  #hasTracedData = false
  constructor(c: Crt, isOn: boolean, hidesData: boolean) {
    this.#c = c
    this.#isOn = isOn
    this.#hidesData = hidesData
  }
  *remark(text: string): Flow<void> {
    if (!this.#isOn) return
    this.#hasTracedData = false
    yield* this.#c.stderr.write(`* ${text}\n`)
  }
  /** A head, its empty line included. */
  *header(direction: '<' | '>', text: string): Flow<void> {
    if (!this.#isOn) return
    this.#hasTracedData = false
    for (const line of text.replace(/\r?\n$/, '').split(/\r?\n/)) yield* this.#c.stderr.write(`${direction} ${line}\n`)
  }
  *data(direction: '{' | '}', size: number): Flow<void> {
    if (!this.#isOn || this.#hidesData || this.#hasTracedData) return
    this.#hasTracedData = true
    yield* this.#c.stderr.write(`${direction} [${size} bytes data]\n`)
  }
}
