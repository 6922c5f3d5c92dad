// QEMU's monitor protocol (QMP) over a stream: one JSON object a line, answers in the order of the commands, events (nobody's business here) in between.
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'

interface Waiting { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

export class Qmp {
  readonly #stream: Duplex
  readonly #waiting: Waiting[] = []
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

  #take(line: string): void {
    const { error, ...rest } = answerIn(line) ?? {}
    if (error !== undefined) this.#waiting.shift()?.reject(new Error(error?.desc))
    else if ('return' in rest) this.#waiting.shift()?.resolve(rest.return)
  }

  #close(): void {
    this.#closed = true
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the machine is gone'))
  }
}

/** A QEMU that its guest has broken into may say anything: what is no answer is passed over, and must not be the service's end. */
function answerIn(line: string): { readonly return?: unknown; readonly error?: { readonly desc?: string } | null } | undefined {
  try {
    const message: unknown = JSON.parse(line)
    return typeof message === 'object' && message !== null ? message : undefined
  } catch {
    return undefined
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
