// One deadline that moves often: the clock is asked only when it comes nearer; a timer that fires too early finds out and waits on.
import type { Clock } from './clock.ts'

export class LazyTimer {
  readonly #clock: Clock
  readonly #fire: () => void
  #cancel: (() => void) | undefined
  #at = Infinity

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock
    this.#fire = fire
  }
  /** `fire` is called at the deadline, perhaps earlier, too; it looks for itself and arms again. */
  arm(deadline: number | undefined): void {
    if (deadline !== undefined && deadline >= this.#at) return
    this.#cancel?.()
    this.#cancel = undefined
    this.#at = deadline ?? Infinity
    if (deadline === undefined) return
    this.#cancel = this.#clock.at(deadline, () => {
      this.#cancel = undefined
      this.#at = Infinity
      this.#fire()
    })
  }
}
