// The simulated machine behind a page: its Worker, the log that is its session and is kept in the browser, and the lock by which one tab at a time has it.
import type { Explanation } from '../../lab/lens/explain.ts'
import type { ScriptResult, Step, Terminal } from '../../lab/machine.ts'
import type { WorkerPort } from '../../lab/session/client.ts'
import { MachineClient } from '../../lab/session/client.ts'
import type { Place, RoomListeners, RoomMachine, Screens, Size } from './room.ts'
import * as saves from './saves.ts'
import type { TabLock } from './tab-lock.ts'
import { tabLock } from './tab-lock.ts'

const SAVE_MS = 1500

export class SimulatorSession implements RoomMachine {
  readonly kind = 'simulator'
  readonly lacks = {}
  readonly checks = {
    run: (script: string, user?: string): Promise<ScriptResult> => this.#asked.run(script, user),
    check: (scripts: readonly { readonly user: string; readonly script: string }[]): Promise<readonly ScriptResult[]> => this.#asked.check(scripts),
  }
  readonly #place: Place
  readonly #screens: Screens
  readonly #tell: RoomListeners
  readonly #lock: TabLock | undefined
  #client: MachineClient | undefined
  #worker: Worker | undefined
  #boots = 0
  /** Called when what was typed is saved. */
  #unsaved: (() => void) | undefined
  #isOpening = false
  /** Typed at an opening; goes to the machine when it is there. */
  #ahead: { readonly terminal: string; readonly bytes: Uint8Array }[] = []

  constructor(place: Place, screens: Screens, listeners: RoomListeners) {
    this.#place = place
    this.#screens = screens
    this.#tell = listeners
    if (place.isKept) this.#lock = tabLock(place.id, () => this.#letGo())
  }

  /** Takes the session if no other tab has it and starts the machine. */
  async start(): Promise<void> {
    if (this.#lock === undefined || await this.#lock.acquire()) this.#boot(this.#saved)
    else this.#tell.status('elsewhere')
  }

  async takeOver(): Promise<void> {
    await this.#lock?.takeOver()
    this.#boot(this.#saved)
  }

  /** Throws nothing away: the log that can't be used is set aside. */
  startFresh(badLog: string): void {
    if (badLog !== '') saves.setAside(this.#place.id, badLog, new Date())
    else saves.remove('session', this.#place.id)
    this.#boot(undefined)
  }

  type(terminal: string, bytes: Uint8Array): void {
    if (this.#isOpening) {
      this.#ahead.push({ terminal, bytes })
      return
    }
    this.#client?.terminal(terminal)?.type(bytes)
    this.#unsaved ??= () => undefined
  }

  resize(terminal: string, { rows, cols }: Size): void {
    if (!this.#isOpening) this.#client?.terminal(terminal)?.resize(rows, cols)
  }

  async explanation(step: Step): Promise<Explanation | undefined> {
    return this.#client?.explanation(step.n)
  }

  goBack(n: number): void {
    this.#client?.goBack(n)
  }

  reset(): void {
    void this.#client?.reset()
  }

  async leave(): Promise<void> {
    await this.#close()
    this.#lock?.release()
  }

  get #asked(): MachineClient {
    if (!this.#client) throw new Error('the machine is not there yet')
    return this.#client
  }
  get #saved(): string | undefined {
    return this.#place.isKept ? saves.read('session', this.#place.id) : undefined
  }

  #boot(log: string | undefined): void {
    this.#worker?.terminate()
    this.#tell.status('starting')
    const opening = log === undefined ? this.#place.opening : undefined
    this.#isOpening = opening !== undefined
    this.#ahead = []
    this.#tell.opening(opening)
    const boot = ++this.#boots
    // An opening shows the prompt; the machine takes the line when the screens have come over it.
    void (opening ? this.#screens.ready : Promise.resolve()).then(() => { if (boot === this.#boots) this.#connect(log) })
  }

  #connect(log: string | undefined): void {
    const { id, docker = false, images = [], setup, isKept } = this.#place
    const early = globalThis.isolabMachine?.()
    globalThis.isolabMachine = undefined
    const worker = early ?? new Worker(new URL('./machine-worker.ts', import.meta.url), { type: 'module' })
    this.#worker = worker
    worker.onerror = event => this.#fail(event.message === '' ? 'The simulated machine could not be loaded.' : event.message, this.#saved ?? '')
    const port: WorkerPort = { postMessage: message => worker.postMessage(message), terminate: () => worker.terminate(), onmessage: null }
    worker.onmessage = event => port.onmessage?.(event)
    const client: MachineClient = new MachineClient(port, {
      started: report => this.#started(client, report.timeline, report.restored),
      state: report => this.#tell.turn(report.turn),
      save: report => {
        if (isKept) this.#tell.unsaved(!saves.write('session', id, report.log))
        this.#unsaved?.()
        this.#unsaved = undefined
      },
      badLog: report => this.#tell.problem('bad-log', report),
      failed: report => this.#fail(report.message, report.log),
    })
    this.#client = client
    client.onStep(step => this.#tell.step(step))
    client.onWorld(world => this.#tell.world(world))
    void this.#screens.ready.then(() => {
      const terminals = this.#place.terminals.map(({ name, user }) => ({ name, user, ...this.#screens.size(name) }))
      client.start({ lesson: id, docker, images, setup, terminals, ...(log === undefined ? {} : { log }) })
    })
  }

  #started(client: MachineClient, timeline: readonly Step[], isRestored: boolean): void {
    const terminals: readonly Terminal[] = client.terminals
    this.#isOpening = false
    this.#tell.opening(undefined)
    this.#tell.began(timeline, terminals, isRestored)
    if (isRestored) for (const { name } of terminals) this.resize(name, this.#screens.size(name))
    for (const { terminal, bytes } of this.#ahead.splice(0)) this.type(terminal, bytes)
  }

  #fail(message: string, log: string): void {
    this.#worker?.terminate()
    this.#tell.opening(undefined)
    this.#tell.problem('failed', { message, log })
  }

  /** Another tab takes over. */
  async #letGo(): Promise<void> {
    await this.#close()
    this.#tell.status('elsewhere')
  }

  /** Waits until what was typed is saved, then stops. */
  async #close(): Promise<void> {
    if (this.#unsaved) {
      await Promise.race([new Promise<void>(resolve => { this.#unsaved = resolve }), new Promise(resolve => setTimeout(resolve, SAVE_MS))])
    }
    this.#boots++
    this.#worker?.terminate()
  }
}
