// One 32-bit PC in v86 with a Linux that was saved while it slept: started from the state, put back to it, and a port to the agent in it over
// the first virtio console. Runs in a Worker, on a page and in Node; JIT off, since short programs are most of what learners run and it costs
// more than it brings there.
import type { V86, V86Options } from 'v86'
import type { AgentPort } from '../agent/agent-client.ts'
import { Gateway } from './gateway.ts'

/** What a saved state fits: a machine made otherwise can't read it. */
export const MACHINE_OPTIONS = {
  vga_memory_size: 1 << 20, disable_jit: true, disable_keyboard: true, disable_mouse: true, disable_speaker: true,
  virtio_console: { type: 'none' }, net_device: { type: 'virtio' },
} as const satisfies V86Options

/** The guest's driver takes input in buffers of a page; what doesn't fit in one is lost. */
const CHUNK = 2048
/** How long to wait for a buffer to come back, in milliseconds. */
const PATIENCE = 3

/** What v86 has and doesn't declare; the version is pinned. */
interface Inside {
  readonly bus: { send(event: string, value: unknown): void }
  readonly v86: { readonly cpu: { readonly devices: { readonly virtio_console: { readonly virtio: { readonly queues: readonly { is_configured(): unknown; has_request(): boolean }[] } } } } }
}

export interface EmulatorParts {
  readonly V86: new (options: V86Options) => V86
  /** Makes the emulator's WebAssembly with these imports. */
  readonly instantiate: NonNullable<V86Options['wasm_fn']>
  /** As saved, compressed with zstd or not. */
  readonly state: ArrayBuffer
  /** bytes of RAM */
  readonly memory: number
}

export class Emulator {
  readonly #v86: V86
  readonly #state: ArrayBuffer
  #port: ConsolePort | undefined

  private constructor(v86: V86, state: ArrayBuffer) {
    this.#v86 = v86
    this.#state = state
    const gateway = new Gateway((frame) => inside(v86).bus.send('net0-receive', frame))
    v86.add_listener('net0-send', (frame) => gateway.receive(frame))
    v86.add_listener('virtio-console0-output-bytes', (bytes) => this.#port?.receive(bytes))
  }

  /** A machine that runs on from its state. */
  static async start({ V86, instantiate, state, memory }: EmulatorParts): Promise<Emulator> {
    const v86 = new V86({
      ...MACHINE_OPTIONS, memory_size: memory, autostart: false, initial_state: { buffer: state }, wasm_fn: instantiate,
    })
    await new Promise<void>((resolve) => v86.add_listener('emulator-loaded', () => resolve()))
    const emulator = new Emulator(v86, state)
    await v86.run()
    return emulator
  }

  /** A new way to the agent; the one before is over. */
  port(): AgentPort {
    this.#port?.close()
    this.#port = new ConsolePort(this.#v86)
    return this.#port
  }

  /** Back to the saved state, in place. The port is over. */
  async restore(): Promise<void> {
    // What was still on its way to the machine before must not reach the one that is put back: it is half a frame.
    this.#port?.close()
    this.#port = undefined
    await this.#v86.stop()
    await this.#v86.restore_state(this.#state)
    await this.#v86.run()
  }

  /** Stops for good and gives everything back. */
  async destroy(): Promise<void> {
    this.#port?.close()
    this.#port = undefined
    await this.#v86.destroy()
  }
}

const inside = (v86: V86): Inside => v86 as unknown as Inside

/** The first virtio console as a stream. What the guest prints byte by byte within a slice of its time is handed on as one piece. */
export class ConsolePort implements AgentPort {
  readonly #v86: V86
  #take: (bytes: Uint8Array) => void = () => undefined
  #printed: Uint8Array[] = []
  #unsent: Uint8Array[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #isOpen = true

  constructor(v86: V86) {
    this.#v86 = v86
  }

  onData(take: (bytes: Uint8Array) => void): void {
    this.#take = take
  }

  /** A machine in the same page is never cut off. */
  onClose(): void {}

  send(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    for (let at = 0; at < bytes.length; at += CHUNK) this.#unsent.push(bytes.slice(at, at + CHUNK))
    this.#pump()
  }

  close(): void {
    this.#isOpen = false
    clearTimeout(this.#timer)
    this.#unsent = []
  }

  receive(bytes: Uint8Array): void {
    if (this.#printed.length === 0) queueMicrotask(() => this.#hand())
    this.#printed.push(bytes)
  }

  #hand(): void {
    const pieces = this.#printed
    this.#printed = []
    const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    pieces.reduce((at, piece) => {
      all.set(piece, at)
      return at + piece.length
    }, 0)
    if (this.#isOpen) this.#take(all)
  }

  /** The guest's driver must have a buffer for what is sent; without one v86 would drop it. */
  #pump(): void {
    clearTimeout(this.#timer)
    const { bus, v86 } = inside(this.#v86)
    const [buffers] = v86.cpu.devices.virtio_console.virtio.queues
    while (this.#unsent.length > 0 && buffers !== undefined && Boolean(buffers.is_configured()) && buffers.has_request()) bus.send('virtio-console0-input-bytes', this.#unsent.shift())
    if (this.#unsent.length > 0 && this.#isOpen) this.#timer = setTimeout(() => this.#pump(), PATIENCE)
  }
}
