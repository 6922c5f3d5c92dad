// Errors as programs written in Go report them: a value with a text, wrapped on its way up (`runc run failed: unable to start …: …`).
import type { Flow } from '../../abi/syscalls.ts'
import { type Errno, isErr } from '../../abi/errno.ts'

/** A Go error on its way to whoever reports it. Thrown, where Go returns it. */
export class GoError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** syscall.Errno.Error(): the C library's words, not capitalised. */
export const goText = (errno: Errno): string => errno.message.slice(0, 1).toLowerCase() + errno.message.slice(1)

export function fail(message: string): never {
  throw new GoError(message)
}

/** The value, or a GoError `what: reason`. */
export function check<T>(result: T | Errno, what: string): T {
  if (isErr(result)) throw new GoError(`${what}: ${goText(result)}`)
  return result
}

/** fmt.Errorf("what: %w", err) around everything that `flow` throws. */
export function* wrapped<T>(what: string, flow: Flow<T>): Flow<T> {
  try {
    return yield* flow
  } catch (thrown) {
    if (thrown instanceof GoError) throw new GoError(`${what}: ${thrown.message}`)
    throw thrown
  }
}

/** strconv.Quote for the texts that occur in messages. */
export const quoted = (text: string): string => JSON.stringify(text)
