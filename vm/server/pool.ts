// The machines there are: some warm, some at work, never more than the cap; and the queue of those who wait for one, first come, first served.
// A machine that was somebody's is never given to anybody else.
import type { Clock } from './clock.ts'
import type { MachineDriver, MachineHandle, MachineSpec } from './driver.ts'

export interface PoolOptions {
  readonly driver: MachineDriver
  readonly clock: Clock
  /** Most machines at one time: warm, starting and at work. */
  readonly cap: number
  /** How many machines to keep warm of each kind. */
  readonly warm: { readonly plain: number; readonly docker: number }
  /** Most who may wait. */
  readonly queue: number
  /** How many machines may start at the same moment: each takes a processor for a while, and half-started ones help nobody. */
  readonly startsAtOnce: number
  readonly onStarted?: (seconds: number, failed: boolean) => void
}

/** Somebody's right to one machine at a time, until given back. */
export interface Lease {
  readonly machine: MachineHandle
  /** The machine is replaced by a fresh one of the same kind. */
  renew(): Promise<MachineHandle>
  release(): void
}

/** Place in the queue, from 1, and seconds until it is one's turn, as well as can be told. */
export interface QueuePlace { readonly position: number; readonly seconds: number | undefined }

export class PoolFull extends Error {}

interface Waiting {
  readonly spec: MachineSpec
  readonly placed: (place: QueuePlace) => void
  readonly granted: () => void
}

const kindOf = (spec: MachineSpec): 'plain' | 'docker' => spec.docker ? 'docker' : 'plain'
/** After a failed start the pool waits before it tries to warm another: 1 s, doubled up to a minute. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 60_000
/** How much the newest stay counts in the average. */
const NEWEST = 0.2

export class Pool {
  readonly #options: PoolOptions
  readonly #warm = { plain: [] as MachineHandle[], docker: [] as MachineHandle[] }
  readonly #waiting: Waiting[] = []
  /** Leases, whether their machine runs already or is still starting. */
  #leased = 0
  #warming = 0
  #warmingEnds: Promise<void> = Promise.resolve()
  #starting = 0
  readonly #startLater: (() => void)[] = []
  /** Machines that are on their way out: they still take room. */
  readonly #endings = new Set<Promise<void>>()
  #pause = 0
  #pausedUntil = 0
  /** Milliseconds a machine is kept on average, of those given back. */
  #stay: number | undefined
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#tend()
  }

  get counts(): { readonly leased: number; readonly warm: number; readonly starting: number; readonly waiting: number; readonly cap: number } {
    const { plain, docker } = this.#warm
    return { leased: this.#leased, warm: plain.length + docker.length, starting: this.#warming, waiting: this.#waiting.length, cap: this.#options.cap }
  }

  /** Can machines be started at all, as far as is known? */
  get isReady(): boolean {
    return !this.#isClosed && this.#pause === 0
  }

  /**
   * A machine, running. While all are taken, `placed` hears of the place in the queue, and again when it changes. Aborting gives up the place.
   * @throws {PoolFull} if the queue is full, too
   */
  async take(spec: MachineSpec, placed: (place: QueuePlace) => void, signal: AbortSignal): Promise<Lease> {
    if (this.#leased < this.#options.cap && this.#waiting.length === 0) this.#leased++
    else await this.#queue(spec, placed, signal)
    try {
      return this.#lease(spec, await this.#machine(spec))
    } catch (error) {
      this.#free()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const machine of [...this.#warm.plain.splice(0), ...this.#warm.docker.splice(0)]) void this.#end(machine)
    await Promise.all(this.#endings)
  }

  #lease(spec: MachineSpec, first: MachineHandle): Lease {
    const began = this.#options.clock.now()
    let machine = first
    let isOver = false
    return {
      get machine() { return machine },
      renew: async () => {
        void this.#end(machine)
        machine = await this.#machine(spec)
        if (isOver) void this.#end(machine)
        return machine
      },
      release: () => {
        if (isOver) return
        isOver = true
        const stay = this.#options.clock.now() - began
        this.#stay = this.#stay === undefined ? stay : this.#stay + (stay - this.#stay) * NEWEST
        void this.#end(machine)
        this.#free()
      },
    }
  }

  /** A running machine for a lease that is already counted. */
  async #machine(spec: MachineSpec): Promise<MachineHandle> {
    for (;;) {
      let machine = this.#warm[kindOf(spec)].shift()
      if (machine === undefined && this.#total() <= this.#options.cap) machine = await this.#start(spec)
      if (machine?.alive === true) {
        await machine.run()
        this.#tend()
        return machine
      }
      if (machine === undefined) await this.#makeRoom()
    }
  }

  /** Waits for a machine to go. Somebody who waits is more than a machine that is warm for nobody: one of the other kind goes, now or when it has started. */
  async #makeRoom(): Promise<void> {
    const spare = [this.#warm.plain, this.#warm.docker].sort((a, b) => b.length - a.length)[0]?.pop()
    if (spare !== undefined) void this.#end(spare)
    await Promise.race(this.#endings.size > 0 ? this.#endings : [this.#warmingEnds])
  }

  #end(machine: MachineHandle): Promise<void> {
    const ending = machine.stop().then(() => {
      this.#endings.delete(ending)
      this.#tend()
    })
    this.#endings.add(ending)
    return ending
  }

  #total(): number {
    const { leased, warm, starting } = this.counts
    return leased + warm + starting + this.#endings.size
  }

  async #start(spec: MachineSpec): Promise<MachineHandle> {
    const { clock, driver, onStarted, startsAtOnce } = this.#options
    const began = clock.now()
    if (this.#starting >= startsAtOnce) await new Promise<void>((resolve) => { this.#startLater.push(resolve) })
    this.#starting++
    try {
      const machine = await driver.start(spec)
      this.#pause = 0
      onStarted?.((clock.now() - began) / 1000, false)
      return machine
    } catch (error) {
      this.#pause = Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, this.#pause * 2))
      this.#pausedUntil = clock.now() + this.#pause
      onStarted?.((clock.now() - began) / 1000, true)
      throw error
    } finally {
      this.#starting--
      this.#startLater.shift()?.()
    }
  }

  /** Warms what is missing, one after the other. */
  #tend(): void {
    const { cap, clock, warm } = this.#options
    if (this.#isClosed || this.#warming > 0) return
    for (const kind of ['plain', 'docker'] as const) this.#warm[kind] = this.#warm[kind].filter((machine) => machine.alive)
    const kind = (['plain', 'docker'] as const).find((each) => this.#warm[each].length < warm[each])
    if (kind === undefined || this.#total() >= cap || this.#waiting.length > 0) return
    if (clock.now() < this.#pausedUntil) {
      clock.after(this.#pausedUntil - clock.now(), () => this.#tend())
      return
    }
    this.#warming++
    this.#warmingEnds = this.#start({ docker: kind === 'docker' }).then((machine) => {
      if (this.#isClosed) return machine.stop()
      this.#warm[kind].push(machine)
      return undefined
    }, () => undefined).then(() => {
      this.#warming--
      this.#tend()
    })
  }

  // ---- the queue

  #queue(spec: MachineSpec, placed: (place: QueuePlace) => void, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#options.queue) return Promise.reject(new PoolFull('all machines are taken, and too many wait already'))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { spec, placed, granted: resolve }
      this.#waiting.push(waiting)
      signal.addEventListener('abort', () => {
        const place = this.#waiting.indexOf(waiting)
        if (place < 0) return
        this.#waiting.splice(place, 1)
        this.#tellPlaces()
        reject(new Error('gave up waiting'))
      }, { once: true })
      placed(this.#place(this.#waiting.length))
    })
  }

  /** A lease has ended: its room is the next one's. */
  #free(): void {
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#leased--
      this.#tend()
      return
    }
    next.granted()
    this.#tellPlaces()
  }

  #tellPlaces(): void {
    this.#waiting.forEach(({ placed }, n) => placed(this.#place(n + 1)))
  }

  /** Of `cap` machines, each kept `stay` on average, one comes free every stay/cap. */
  #place(position: number): QueuePlace {
    return { position, seconds: this.#stay === undefined ? undefined : Math.ceil(this.#stay / 1000 * position / this.#options.cap) }
  }
}
