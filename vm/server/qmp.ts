// QEMU's monitor protocol (QMP) over a stream: one JSON object a line, answers in the order of the commands, events in between.
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'

export interface QmpEvent { readonly event: string; readonly data?: Readonly<Record<string, unknown>> }

interface Waiting { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

export class Qmp {
  readonly #stream: Duplex
  readonly #waiting: Waiting[] = []
  readonly #listeners = new Set<(event: QmpEvent) => void>()
  #closed = false

  constructor(stream: Duplex) {
    this.#stream = stream
    createInterface({ input: stream }).on('line', (line) => this.#take(line)).on('close', () => this.#close()).on('error', () => this.#close())
    stream.on('error', () => this.#close())
  }

  /** Runs a command; answers its `return`. */
  command(name: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error(`QMP ${name}: the machine is gone`))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject: (error) => reject(new Error(`QMP ${name}: ${error.message}`)) })
      this.#stream.write(`${JSON.stringify(args === undefined ? { execute: name } : { execute: name, arguments: args })}\n`)
    })
  }

  onEvent(listener: (event: QmpEvent) => void): void {
    this.#listeners.add(listener)
  }

  #take(line: string): void {
    const message = JSON.parse(line) as { readonly return?: unknown; readonly error?: { readonly desc: string } } & Partial<QmpEvent>
    if (message.event !== undefined) {
      for (const listener of this.#listeners) listener({ event: message.event, data: message.data })
    } else if (message.error !== undefined) {
      this.#waiting.shift()?.reject(new Error(message.error.desc))
    } else if ('return' in message) {
      this.#waiting.shift()?.resolve(message.return)
    }
  }

  #close(): void {
    this.#closed = true
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the machine is gone'))
  }
}

/** Waits until migration (saving or restoring a state) has ended. */
export async function migrated(qmp: Qmp): Promise<void> {
  for (;;) {
    const { status, 'error-desc': description } = await qmp.command('query-migrate') as { readonly status?: string; readonly 'error-desc'?: string }
    if (status === 'completed') return
    if (status === 'failed' || status === 'cancelled') throw new Error(`the state could not be moved: ${description ?? status}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
