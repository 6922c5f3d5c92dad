// What every docker command has: streams, the daemon's connection, the ways to end.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { type Crt, exit } from '../../../libc/crt.ts'
import type { GoRuntime } from '../../../libc/goroutine.ts'
import { terminalWidth } from '../../../libc/tty.ts'
import { call } from '../../../libc/syscall.ts'
import { type Connection, RequestError } from './connection.ts'
import type { CommandUsage, Flags } from './usage.ts'

export interface Cli {
  readonly c: Crt
  readonly rt: GoRuntime
  readonly api: Connection
}
export interface Command {
  readonly usage: CommandUsage
  /** How many arguments it takes. */
  readonly least: number
  readonly most: number
  readonly run: (cli: Cli, flags: Flags) => Flow<number>
  /** Words from the first argument on belong to what it runs. */
  readonly stopsAtFirst?: boolean
  readonly validate?: (flag: { readonly name: string; readonly type: string }, value: string) => string | undefined
}

/** Says it on stderr and ends. */
export function* fail(cli: Cli, message: string, status = 1): Flow<never> {
  yield* cli.c.stdout.flush()
  yield* cli.c.stderr.write(`${message}\n`)
  return exit(status)
}

/** Does something for each name; errors are said at the end of each, the status is 1 if there was one. `notFound`: what the client calls the thing. */
export function* forEachName(cli: Cli, names: readonly string[], body: (name: string) => Flow<void>, kind?: string): Flow<number> {
  const errors: string[] = []
  for (const name of names) {
    try {
      yield* body(name)
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      errors.push(kind !== undefined && thrown.isNotFound ? `Error: No such ${kind}: ${name}` : thrown.message)
      if (thrown.status === 0) break
    }
  }
  if (errors.length === 0) return 0
  return yield* fail(cli, errors.join('\n'))
}

/** Asks for something by name; a missing one is told as the client does: `Error: No such container: x`. */
export function* orMissing<T>(kind: string, name: string, body: () => Flow<T>): Flow<T> {
  try {
    return yield* body()
  } catch (thrown) {
    if (thrown instanceof RequestError && thrown.isNotFound) throw new RequestError(`Error: No such ${kind}: ${name}`, 404)
    throw thrown
  }
}

export function* columns(cli: Cli): Flow<number> {
  return (yield* terminalWidth(1, cli.c.env)) ?? 80
}
export function* nowSeconds(): Flow<number> {
  const t = yield* call('clock_gettime', 0)
  return isErr(t) ? 0 : t.sec + t.nsec / 1e9
}
/** y at a prompt; anything else is no. */
export function* confirm(cli: Cli, question: string): Flow<boolean> {
  yield* cli.c.stdout.write(`${question} [y/N] `)
  yield* cli.c.stdout.flush()
  const line = yield* cli.c.stdin.line()
  return line !== undefined && line.trim().toLowerCase() === 'y'
}
export const path = (text: string): string => encodeURIComponent(text).replace(/%3A/g, ':').replace(/%2F/g, '/')
