// compose logs, and what compose up shows: lines of all containers, each with its container's name in front (cmd/formatter/logs.go).
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../../lib/bytes.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { isatty } from '../../../libc/unistd.ts'
import { query, RequestError } from '../client/connection.ts'
import { FrameReader } from '../stdcopy.ts'
import type { Backend, ComposeContainer } from './backend.ts'

const COLOURS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94]
const RESET = '\x1b[0m'

/** `proj-web-1` is `web-1`. */
export const shortName = (project: string, container: ComposeContainer): string =>
  container.name.startsWith(`${project}-${container.service}-`) ? container.name.slice(project.length + 1) : container.name

export interface LogOptions {
  readonly follow: boolean
  readonly tail: string
  readonly since: string
  readonly until: string
  readonly timestamps: boolean
  readonly noPrefix: boolean
  readonly noColor: boolean
}

/** Writes whole lines with prefixes as wide as the widest name. */
export class LogPrinter {
  readonly #backend: Backend
  readonly #width: number
  readonly #options: Pick<LogOptions, 'noPrefix' | 'noColor'>
  readonly #colours = new Map<string, number>()
  #isTerminal: boolean | undefined

  constructor(backend: Backend, names: readonly string[], options: Pick<LogOptions, 'noPrefix' | 'noColor'>) {
    this.#backend = backend
    this.#width = Math.max(0, ...names.map((n) => n.length))
    this.#options = options
  }

  /** `status` instead of a line: what became of the container. */
  *line(name: string, text: string, isError = false, status?: string): Flow<void> {
    this.#isTerminal ??= yield* isatty(1)
    const { stdout, stderr } = this.#backend.cli.c
    const out = isError ? stderr : stdout
    yield* out.write(status === undefined ? `${this.#prefix(name)}${text}\n` : `${name} ${status}\n`)
    yield* out.flush()
  }
  #prefix(name: string): string {
    if (this.#options.noPrefix) return ''
    const plain = `${name.padEnd(this.#width)}  | `
    if (this.#options.noColor || this.#isTerminal !== true) return plain
    const colour = this.#colours.get(name) ?? COLOURS[this.#colours.size % COLOURS.length]
    this.#colours.set(name, colour)
    return `\x1b[${colour}m${plain}${RESET}`
  }
}

/** Bytes into lines. */
function lineSplitter(): (data: Uint8Array) => readonly string[] {
  let rest = ''
  return (data) => {
    const lines = (rest + decodeUtf8(data)).split('\n')
    rest = lines.pop() ?? ''
    return lines.map((l) => l.replace(/\r$/, ''))
  }
}

/** One container's log, until it ends or, following, the container does. */
export function* streamLogs(backend: Backend, container: ComposeContainer, name: string, printer: LogPrinter, options: LogOptions, onLine?: () => void): Flow<void> {
  const { Config: config } = yield* backend.inspect(container.id)
  const stream = yield* backend.cli.api.stream('GET', `/containers/${container.id}/logs${query({
    stdout: true, stderr: true, follow: options.follow, tail: options.tail === '' ? undefined : options.tail, since: options.since, until: options.until, timestamps: options.timestamps,
  })}`)
  const frames = new FrameReader()
  const splitters = new Map([[1, lineSplitter()], [2, lineSplitter()]])
  const print = function* (kind: number, data: Uint8Array): Flow<void> {
    for (const line of splitters.get(kind)?.(data) ?? []) {
      yield* printer.line(name, line, kind === 2)
      onLine?.()
    }
  }
  for (let data = yield* stream.next(); data !== undefined; data = yield* stream.next()) {
    if (config.Tty) yield* print(1, data)
    else {
      frames.push(data)
      for (let f = frames.next(); f !== undefined; f = frames.next()) yield* print(f.stream === 2 ? 2 : 1, f.data)
    }
  }
  yield* stream.close()
}

/** All of them; following, until the last has ended. */
export function* showLogs(backend: Backend, project: string, containers: readonly ComposeContainer[], options: LogOptions): Flow<void> {
  const names = containers.map((c) => shortName(project, c))
  const printer = new LogPrinter(backend, names, options)
  const state = { left: containers.length }
  const done = new Signal()
  for (const [index, container] of containers.entries()) {
    const body = function* (): Flow<void> {
      try {
        yield* streamLogs(backend, container, names[index], printer, options)
      } catch (thrown) {
        if (!(thrown instanceof RequestError)) throw thrown
        yield* backend.cli.c.stderr.write(`${thrown.message}\n`)
      }
      state.left -= 1
      done.wake()
    }
    if (options.follow) backend.cli.rt.go(body())
    else yield* body()
  }
  while (state.left > 0) yield* backend.cli.rt.wait(done)
}
