// What surrounds main(): the C run-time start-up. Makes the standard streams and the environment, flushes on exit.
import type { Flow, Program } from '../../abi/syscalls.ts'
import { InStream, OutStream } from './stdio.ts'

/** One process's C-level state, handed to main. */
export interface Crt {
  readonly argv: readonly string[]
  /** A private copy; programs may change it before they exec. */
  readonly env: Map<string, string>
  /** program_invocation_short_name: the last component of argv[0] */
  readonly name: string
  readonly stdin: InStream
  readonly stdout: OutStream
  readonly stderr: OutStream
  /** What a compiler put into the executable. */
  readonly code?: Uint8Array
  /** Exit status when standard output can't be written at the end (close_stdout of gnulib); 1 unless a program sets it. */
  writeFailure?: number
}

export type Main = (c: Crt) => Flow<number>

export function parseEnv(env: readonly string[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const entry of env) {
    const eq = entry.indexOf('=')
    if (eq > 0) map.set(entry.slice(0, eq), entry.slice(eq + 1))
  }
  return map
}

export const envStrings = (env: ReadonlyMap<string, string>): string[] => [...env].map(([k, v]) => `${k}=${v}`)

/** Thrown by exit(); caught by the wrapper below. Programs must not catch it. */
export class ExitRequest {
  readonly status: number
  constructor(status: number) {
    this.status = status
  }
}

/** exit(3) from any depth: unwinds to the start-up code, which flushes the streams. */
export function exit(status: number): never {
  throw new ExitRequest(status)
}

/** What stdbuf(1)'s preloaded library does before main: _STDBUF_I, _O and _E are `0`, `L` or a size. Simpler: a size means the usual one. */
function setBuffering(c: Crt): void {
  const mode = (value: string): 'none' | 'line' | 'full' => (value === '0' ? 'none' : value === 'L' ? 'line' : 'full')
  for (const [name, stream] of [['_STDBUF_O', c.stdout], ['_STDBUF_E', c.stderr]] as const) {
    const value = c.env.get(name)
    if (value !== undefined) stream.setvbuf(mode(value))
  }
  if (c.env.get('_STDBUF_I') === '0') c.stdin.setUnbuffered()
}

/** Makes an executable's entry point of a main function. */
export function program(main: Main): Program {
  return function* start(argv, env, code) {
    const name = (argv[0] ?? '').replace(/^.*\//s, '')
    const c: Crt = { argv, env: parseEnv(env), name, stdin: new InStream(0), stdout: new OutStream(1), stderr: new OutStream(2, 'none'), ...(code === undefined ? {} : { code }) }
    if (c.env.get('LD_PRELOAD')?.includes('libstdbuf.so')) setBuffering(c)
    let status: number
    try {
      status = yield* main(c)
    } catch (thrown) {
      if (!(thrown instanceof ExitRequest)) throw thrown
      status = thrown.status
    }
    yield* c.stdout.flush()
    if (c.stdout.error !== undefined && !c.stdout.isErrorTold) {
      yield* c.stderr.write(`${name}: write error: ${c.stdout.error.message}\n`)
      status = c.writeFailure ?? 1
    }
    return status & 0xff
  }
}
