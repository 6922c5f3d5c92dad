// The page's end of the Worker with the machine in it, as what a RealMachine is made from.
import type { AgentPort } from '../agent/agent-client.ts'
import type { MachineSource } from '../agent/real-machine.ts'
import type { BrowserVmManifest } from './manifest.ts'
import type { FromVm, ToVm } from './vm-protocol.ts'

/** Part of a Worker; what the page has and a test can make. */
export interface VmWorker {
  postMessage(message: ToVm, transfer?: Transferable[]): void
  terminate(): void
  onmessage: ((event: MessageEvent<FromVm>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

export interface WorkerOptions {
  readonly worker: VmWorker
  readonly baseUrl: string
  readonly manifest: BrowserVmManifest
  readonly onProgress?: (progress: { readonly phase: 'download' | 'start'; readonly loaded: number; readonly total: number }) => void
  /** Makes the error a learner sees. */
  readonly failed: (message: string, remedy: string) => Error
}

export class WorkerSource implements MachineSource {
  readonly kind = 'browser-vm'
  readonly #options: WorkerOptions
  #port: WorkerPort | undefined
  #broken: Error | undefined
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
    options.worker.onmessage = ({ data }) => this.#receive(data)
    options.worker.onerror = (event) => this.#fail(event.message || 'The machine could not be started.', 'Reload the page, or use the simulated machine.')
  }

  async connect(): Promise<AgentPort> {
    const { baseUrl, manifest } = this.#options
    return this.#asked({ kind: 'open', baseUrl, manifest })
  }

  async restore(): Promise<AgentPort> {
    return this.#asked({ kind: 'restore' })
  }

  dispose(): void {
    this.#options.worker.terminate()
    this.#waiting?.reject(this.#options.failed('The machine was closed.', ''))
    this.#waiting = undefined
  }

  /** Asks for a running machine; its port hears what it prints from its first byte. */
  async #asked(message: ToVm): Promise<AgentPort> {
    if (this.#broken !== undefined) throw this.#broken
    await new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#options.worker.postMessage(message)
    })
    return this.#port ??= new WorkerPort(this.#options.worker)
  }

  #receive(message: FromVm): void {
    switch (message.kind) {
      case 'progress':
        this.#options.onProgress?.(message)
        break
      case 'bytes':
        this.#port?.receive(message.bytes)
        break
      case 'running':
      case 'restored':
        this.#port = new WorkerPort(this.#options.worker)
        this.#waiting?.resolve()
        this.#waiting = undefined
        break
      case 'failed':
        this.#fail(message.message, message.remedy)
    }
  }

  /** A machine that fell over stays down: nothing in the page could bring the same one back. */
  #fail(message: string, remedy: string): void {
    this.#broken = this.#options.failed(message, remedy)
    this.#port?.lost(message)
    this.#port = undefined
    this.#waiting?.reject(this.#broken)
    this.#waiting = undefined
  }
}

class WorkerPort implements AgentPort {
  readonly #worker: VmWorker
  #take: (bytes: Uint8Array) => void = () => undefined
  #closed: (reason: string) => void = () => undefined
  #isOpen = true

  constructor(worker: VmWorker) {
    this.#worker = worker
  }

  send(bytes: Uint8Array): void {
    if (this.#isOpen) this.#worker.postMessage({ kind: 'bytes', bytes })
  }
  onData(take: (bytes: Uint8Array) => void): void {
    this.#take = take
  }
  onClose(closed: (reason: string) => void): void {
    this.#closed = closed
  }
  close(): void {
    this.#isOpen = false
  }

  receive(bytes: Uint8Array): void {
    if (this.#isOpen) this.#take(bytes)
  }
  lost(reason: string): void {
    if (this.#isOpen) this.#closed(reason)
    this.#isOpen = false
  }
}
