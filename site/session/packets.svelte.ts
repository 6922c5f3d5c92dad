// The packets of the step shown, and how far the learner has followed one. Plan, bar and lens look at the same place.
import { isAboutAddresses, type Journey, type PacketStory, type Stop } from '../../lab/lens/journeys.ts'

/** How long a packet stands at a stop while it plays, at full speed. */
const STOP_MS = 900
const SLOW = 3

class Packets {
  #story = $state.raw<PacketStory | undefined>(undefined)
  #journey = $state(0)
  #stop = $state(0)
  isWatching = $state(false)
  isPlaying = $state(false)
  isSlow = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly journeys = $derived<readonly Journey[]>(this.#story?.journeys ?? [])
  readonly leftOut = $derived(this.#story?.leftOut ?? 0)
  readonly journey = $derived(this.journeys[this.#journey])
  readonly stop = $derived<Stop | undefined>(this.isWatching ? this.journey?.stops[this.#stop] : undefined)
  readonly isAtStart = $derived(this.#journey === 0 && this.#stop === 0)
  readonly isAtEnd = $derived(this.#journey === this.journeys.length - 1 && this.#stop === (this.journey?.stops.length ?? 1) - 1)

  get at(): { readonly journey: number; readonly stop: number } {
    return { journey: this.#journey, stop: this.#stop }
  }

  /** Another step is shown: nobody watches yet. The first packet offered is the first that isn't about addresses. */
  show(story: PacketStory | undefined): void {
    this.pause()
    this.isWatching = false
    this.#story = story
    this.#journey = Math.max(0, (story?.journeys ?? []).findIndex(journey => !isAboutAddresses(journey.what)))
    this.#stop = 0
  }
  watch(): void {
    this.isWatching = true
  }
  close(): void {
    this.pause()
    this.isWatching = false
  }

  choose(journey: number, stop = 0): void {
    this.pause()
    this.#go(journey, stop)
  }
  #go(journey: number, stop: number): void {
    this.#journey = journey
    this.#stop = stop
    this.isWatching = true
  }
  back(): void {
    this.pause()
    if (this.#stop > 0) this.#stop--
    else if (this.#journey > 0) this.#go(this.#journey - 1, (this.journeys[this.#journey - 1]?.stops.length ?? 1) - 1)
  }
  /** The next stop, or the next packet's first. False at the end. */
  next(): boolean {
    if (this.isAtEnd) return false
    if (this.#stop < (this.journey?.stops.length ?? 1) - 1) this.#stop++
    else this.#go(this.#journey + 1, 0)
    return true
  }

  play(): void {
    if (this.isAtEnd) this.#go(0, 0)
    this.isWatching = true
    this.isPlaying = true
    this.#later()
  }
  pause(): void {
    this.isPlaying = false
    clearTimeout(this.#timer)
  }
  #later(): void {
    this.#timer = setTimeout(() => {
      if (!this.isPlaying) return
      if (this.next()) this.#later()
      else this.pause()
    }, STOP_MS * (this.isSlow ? SLOW : 1))
  }
}

export const packets = new Packets()
