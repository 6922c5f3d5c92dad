// One run of bash on a script: standard input is a pipe that holds it, standard output and error are one pipe read from outside.
import { makePipe, type PipeFile } from '../kernel/fs/pipe-file.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Task } from '../kernel/task.ts'
import { isKFlow } from '../kernel/wait-queue.ts'
import { concatBytes } from '../lib/bytes.ts'
import type { Identity } from './identity.ts'
import { prepareTask, startProgram } from './spawn.ts'

export class ScriptRun {
  readonly task: Task
  readonly #output: PipeFile
  readonly #parts: Uint8Array[] = []
  readonly #onOutput: ((bytes: Uint8Array) => void) | undefined

  constructor(kernel: Kernel, init: Task, who: Identity, script: Uint8Array, onOutput?: (bytes: Uint8Array) => void) {
    const task = prepareTask(kernel, init, who)
    const [input, feed] = makePipe(task, 0)
    const [output, sink] = makePipe(task, 0)
    input.pipe.capacity = Math.max(input.pipe.capacity, script.length)
    feed.write(task, script)
    feed.release()
    task.files.install(0, input, false)
    task.files.install(1, sink, false)
    task.files.install(2, sink.hold(), false)
    this.task = task
    this.#output = output
    this.#onOutput = onOutput
    startProgram(task, who, '/bin/bash', ['bash'])
  }

  get isOver(): boolean {
    return !this.task.isAlive
  }
  /** Exit status as a shell would report it. */
  get status(): number {
    const word = this.task.exitStatus
    return (word & 0x7f) === 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f)
  }

  /** Takes what has been printed. */
  drain(): void {
    const { pipe } = this.#output
    while (pipe.length > 0) {
      const part = pipe.read(pipe.length, true)
      if (isKFlow(part)) return
      if (this.#onOutput === undefined) this.#parts.push(part)
      else this.#onOutput(part)
    }
  }
  get output(): Uint8Array {
    return concatBytes(this.#parts)
  }
  close(): void {
    this.#output.release()
  }
}
