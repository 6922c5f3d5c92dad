// Machines without QEMU, and time without waiting, for the tests of the service.
import { type Duplex, duplexPair } from 'node:stream'
import { encodeFrame, FRAME, FrameReader } from '../../vm/agent/protocol.ts'
import type { Clock } from '../../vm/server/clock.ts'
import type { MachineDriver, MachineHandle, MachineSpec } from '../../vm/server/driver.ts'
import type { Link } from '../../vm/server/session.ts'
import type { ServerMessage } from '../../vm/server/wire.ts'

export class FakeClock implements Clock {
  #now = 0
  #timers: { readonly at: number; readonly callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback }
    this.#timers.push(timer)
    return () => { this.#timers = this.#timers.filter((each) => each !== timer) }
  }

  /** Lets time pass; what was due is called in its order, at its time. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers = this.#timers.filter((each) => each !== next)
      this.#now = next.at
      next.callback()
      await settled()
    }
    this.#now = until
    await settled()
  }
}

/** Lets everything that waits for nothing but its turn happen. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 12; n++) await new Promise((resolve) => { setImmediate(resolve) })
}

/** Its guest answers INPUT with the same bytes as OUTPUT, and remembers every frame. */
export class FakeMachine implements MachineHandle {
  readonly id: string
  readonly spec: MachineSpec
  readonly port: Duplex
  readonly guest: Duplex
  readonly frames: { readonly type: number; readonly text: string }[] = []
  alive = true
  isRunning = false
  readonly #gone: ((reason: string) => void)[] = []

  constructor(id: string, spec: MachineSpec) {
    this.id = id
    this.spec = spec
    const [port, guest] = duplexPair()
    this.port = port
    this.guest = guest
    const reader = new FrameReader()
    guest.on('data', (bytes: Uint8Array) => {
      for (const { type, id: request, payload } of reader.push(bytes)) {
        this.frames.push({ type, text: new TextDecoder().decode(payload) })
        if (type === FRAME.input) guest.write(encodeFrame(FRAME.output, request, payload))
      }
    })
  }

  run(): Promise<void> {
    this.isRunning = true
    return Promise.resolve()
  }

  memory(): number {
    return this.alive ? 1000 : 0
  }

  onExit(gone: (reason: string) => void): void {
    this.#gone.push(gone)
  }

  /** It ends by itself. */
  die(reason: string): void {
    this.alive = false
    for (const gone of this.#gone.splice(0)) gone(reason)
  }

  stop(): Promise<void> {
    if (this.alive) this.die('stopped')
    return Promise.resolve()
  }
}

export class FakeDriver implements MachineDriver {
  readonly about = []
  readonly started: FakeMachine[] = []
  isBroken = false

  get running(): number {
    return this.started.filter(({ alive }) => alive).length
  }

  start(spec: MachineSpec): Promise<MachineHandle> {
    if (this.isBroken) return Promise.reject(new Error('no machine can be started'))
    const machine = new FakeMachine(`fake-${this.started.length + 1}`, spec)
    this.started.push(machine)
    return Promise.resolve(machine)
  }

  close(): Promise<void> {
    for (const machine of this.started) machine.die('closed')
    return Promise.resolve()
  }
}

/** A connection as the service sees it: what it was told and sent. */
export class FakeLink implements Link {
  readonly told: ServerMessage[] = []
  readonly sent: Uint8Array[] = []
  closed: { readonly code: number; readonly reason: string } | undefined
  isFlowing = true

  send(bytes: Uint8Array): void {
    this.sent.push(bytes)
  }

  tell(message: ServerMessage): void {
    this.told.push(message)
  }

  flow(isOn: boolean): void {
    this.isFlowing = isOn
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason }
  }

  /** The last message of this type. */
  last<T extends ServerMessage['type']>(type: T): (ServerMessage & { readonly type: T }) | undefined {
    return this.told.findLast((message): message is ServerMessage & { readonly type: T } => message.type === type)
  }

  get text(): string {
    return new TextDecoder().decode(Buffer.concat(this.sent))
  }
}
