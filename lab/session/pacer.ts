// Holds a machine's virtual time to the wall clock: `sleep 1` takes a second. A machine that computes more than the host can follow
// simply falls behind; it never tries to catch up by rushing afterwards.

const NS_PER_MS = 1e6

export class Pacer {
  readonly #wall: () => number
  #wallStart: number
  #virtualStart: number
  #speed = 1

  /** `wall` answers milliseconds that only grow; `now` is the machine's time in ns. */
  constructor(wall: () => number, now: number) {
    this.#wall = wall
    this.#wallStart = wall()
    this.#virtualStart = now
  }

  /** Virtual time (ns) that the machine may have reached by now. */
  get target(): number {
    return this.#virtualStart + (this.#wall() - this.#wallStart) * NS_PER_MS * this.#speed
  }

  get speed(): number {
    return this.#speed
  }

  /** Milliseconds of wall time from now until `deadline` (ns) is due, rounded up so that it is due when they are over. */
  delayUntil(deadline: number): number {
    return Math.ceil((deadline - this.target) / NS_PER_MS / this.#speed)
  }

  /** The machine is only at `now` and has been kept busy: go on from there. */
  fellBehind(now: number): void {
    if (now < this.target) this.restart(now)
  }

  /** Fast forward is a speed above 1; the machine's time goes on from where it is. */
  setSpeed(speed: number, now: number): void {
    this.restart(now)
    this.#speed = speed
  }

  restart(now: number): void {
    this.#wallStart = this.#wall()
    this.#virtualStart = now
  }
}
