// Which machine a final exercise is done on: what there is to choose from, the way to a real Linux (its code comes only now), and back to the simulator.
// The machine in use goes on until the next one is ready, so that a download that fails or is cancelled costs nothing.
import type { MachineKind } from '../../lab/lesson/lesson.ts'
import type { Machine } from '../../lab/machine.ts'
import type { BrowserVmInfo } from '../../vm/browser/open.ts'
import type { ServerVmOptions, ServerVmStatus } from '../../vm/server/options.ts'
import { classroom } from './classroom.svelte.ts'
import { Hearing, RealSession, words } from './real-session.ts'
import type { Place } from './room.ts'
import { MACHINE_NAMES } from './room.ts'

export type RealKind = Exclude<MachineKind, 'simulator'>

/** What a page offers beside the simulator. */
export interface Offer {
  /** Why the exercise can't be done on a machine, in a sentence for the learner. */
  readonly notOn: Readonly<Partial<Record<MachineKind, string>>>
  /** Folder of the page's image on this site. */
  readonly image: string
  /** Address of the service for machines, if the site has one. */
  readonly server: string | undefined
}

interface Opening { readonly kind: RealKind; readonly words: string; readonly loaded: number; readonly total: number }
interface Refused { readonly kind: RealKind; readonly message: string; readonly remedy: string }

const SIMULATE = 'Do it in the simulator meanwhile.'
const MB = 1_000_000

/** `11.4 MB` */
export const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(bytes < 100 * MB ? 1 : 0)} MB`
/** `40 seconds`, `3 minutes` */
export const duration = (seconds: number): string => seconds < 90 ? `${Math.max(1, Math.round(seconds))} second${Math.round(seconds) > 1 ? 's' : ''}` : `${Math.round(seconds / 60)} minutes`

/** Where a tab keeps the way back to a server's machine. */
const wayBack = (place: Place): string => `isolab machine ${place.id}`

class MachineChoice {
  offer = $state.raw<Offer | undefined>(undefined)
  /** What this site and this device have for a machine in the page; undefined until known. */
  info = $state.raw<BrowserVmInfo | undefined>(undefined)
  opening = $state.raw<Opening | undefined>(undefined)
  refused = $state.raw<Refused | undefined>(undefined)
  /** The server will take the machine back: seconds from now. */
  ending = $state.raw<{ readonly limit: 'idle' | 'total'; readonly seconds: number } | undefined>(undefined)

  #place: Place | undefined
  #cancel: AbortController | undefined
  #countdown: ReturnType<typeof setInterval> | undefined

  enter(place: Place, offer: Offer): void {
    this.#place = $state.snapshot(place) as Place
    this.offer = $state.snapshot(offer) as Offer
    // The page was loaded anew while a server's machine was in use: it waits there for a while.
    if (offer.server !== undefined && sessionStorage.getItem(wayBack(place)) !== null) void this.open('qemu-vm')
  }

  /** Asks the site what it has for a machine in the page. */
  async look(): Promise<void> {
    if (this.info?.available !== true) this.info = undefined
    try {
      const { browserVmInfo } = await import('../real-linux/in-page.ts')
      this.info = await browserVmInfo(this.#image)
    } catch (error) {
      this.info = { available: false, reason: `It could not be asked for: ${words(error)}.`, remedy: 'Is this device offline? Try again later.' }
    }
  }

  get #image(): string {
    return new URL(this.offer?.image ?? '', location.href).href
  }

  /** Opens a real machine and, once it is ready, leaves the one in use for it. */
  async open(kind: RealKind): Promise<void> {
    const place = this.#place
    if (!place || this.opening) return
    const cancel = new AbortController()
    const hearing = new Hearing()
    this.#cancel = cancel
    this.refused = undefined
    this.#end()
    this.#say({ kind, words: 'Asking for the machine', loaded: 0, total: 0 }, cancel.signal)
    try {
      const machine = await (kind === 'browser-vm' ? this.#openHere(place, hearing, cancel.signal) : this.#openThere(place, hearing, cancel.signal))
      if (cancel.signal.aborted) machine.close()
      else {
        this.opening = undefined
        await classroom.use((at, screens, listeners) => new RealSession(machine, hearing, at.terminals, screens, listeners))
        classroom.announcement = `The machine is ready: ${MACHINE_NAMES[kind]}`
        if (kind === 'browser-vm') void this.look()
      }
    } catch (error) {
      if (!cancel.signal.aborted) {
        this.refused = { kind, message: words(error), remedy: error instanceof Error && 'remedy' in error ? String(error.remedy) : SIMULATE }
        classroom.alarm = `Real Linux could not be started. ${this.refused.message}`
      }
    }
    if (this.#cancel === cancel) {
      this.opening = undefined
      this.#cancel = undefined
    }
  }

  async #openHere({ setup, terminals }: Place, hearing: Hearing, signal: AbortSignal): Promise<Machine> {
    const { openBrowserVm } = await import('../real-linux/in-page.ts')
    const options = {
      baseUrl: this.#image, setup, signal, listeners: hearing.listeners, terminals: terminals.map(each => classroom.sized(each)),
      onProgress: ({ phase, loaded, total }: { readonly phase: 'download' | 'start'; readonly loaded: number; readonly total: number }) =>
        this.#say({ kind: 'browser-vm', words: phase === 'download' ? 'Downloading' : 'Starting the machine', loaded, total }, signal),
    }
    return openBrowserVm(options)
  }

  async #openThere(place: Place, hearing: Hearing, signal: AbortSignal): Promise<Machine> {
    const { openServerVm } = await import('../real-linux/on-server.ts')
    const { setup, terminals, docker = false } = place
    const options: ServerVmOptions = {
      url: this.offer?.server ?? '', setup, docker, signal, listeners: hearing.listeners, terminals: terminals.map(each => classroom.sized(each)),
      storage: {
        getItem: () => sessionStorage.getItem(wayBack(place)),
        setItem: (_, value) => sessionStorage.setItem(wayBack(place), value),
        removeItem: () => sessionStorage.removeItem(wayBack(place)),
      },
      onStatus: status => {
        if (signal.aborted) return
        if (this.#cancel?.signal === signal) this.#say({ kind: 'qemu-vm', words: waiting(status), loaded: 0, total: 0 }, signal)
        else if (status.state === 'reconnecting' || status.state === 'ready') classroom.isLost = status.state === 'reconnecting'
        else if (status.state === 'ending') this.#warn(status.limit, status.seconds)
        else if (status.state === 'ended') this.#end()
      },
    }
    return openServerVm(options)
  }

  /** Counts down; typing makes an idle machine one that is used. */
  #warn(limit: 'idle' | 'total', seconds: number): void {
    this.#end()
    const from = performance.now()
    this.ending = { limit, seconds }
    classroom.alarm = `The server takes this machine back in ${duration(seconds)}.`
    this.#countdown = setInterval(() => {
      const left = seconds - (performance.now() - from) / 1000
      if (left < 0 || classroom.kind !== 'qemu-vm' || (limit === 'idle' && classroom.typedAt > from)) this.#end()
      else this.ending = { limit, seconds: left }
    }, 1000)
  }
  #end(): void {
    clearInterval(this.#countdown)
    this.ending = undefined
  }

  /** How far the opening under way is. What comes late of one that was cancelled is not heard. */
  #say(next: Opening, signal: AbortSignal): void {
    if (this.#cancel?.signal !== signal) return
    const quarter = ({ loaded, total }: Opening): number => total > 0 ? Math.floor(loaded / total * 4) : 0
    const before = this.opening
    if (before?.words !== next.words || quarter(before) !== quarter(next)) {
      classroom.announcement = `${next.words}${next.total > 0 && next.loaded < next.total ? `, ${quarter(next) * 25} percent of ${megabytes(next.total)}` : ''}`
    }
    this.opening = next
  }

  cancel(): void {
    this.#cancel?.abort()
    this.#cancel = undefined
    this.opening = undefined
    classroom.announcement = 'Cancelled. The machine you have goes on.'
  }

  /** Back to the simulated machine, where its session stood. */
  async simulate(): Promise<void> {
    this.refused = undefined
    this.#end()
    await classroom.simulate()
    void this.look()
  }
}

function waiting(status: ServerVmStatus): string {
  switch (status.state) {
    case 'queued': return `Every machine is taken. You are number ${status.position} in the queue${status.seconds === undefined ? '' : `: about ${duration(status.seconds)}`}`
    case 'starting': return 'Starting the machine'
    case 'ended': return status.reason
    default: return 'Asking for the machine'
  }
}

export const choice = new MachineChoice()
