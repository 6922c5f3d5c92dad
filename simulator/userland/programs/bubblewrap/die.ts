// How bubblewrap reports that it cannot go on: one line, exit status 1 (utils.c: die, die_with_error). The name is fixed, whatever it was started as.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { type Crt, exit } from '../../libc/crt.ts'

export function* say(c: Crt, message: string): Flow<void> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`bwrap: ${message}\n`)
}

/** `bwrap: message[: strerror]`, and the end. */
export function* die(c: Crt, message: string, errno?: Errno): Flow<never> {
  yield* say(c, errno === undefined ? message : `${message}: ${errno.message}`)
  return exit(1)
}

/** The value of a call, or the end with `message`. */
export function* must<T>(c: Crt, result: T | Errno, message: string): Flow<T> {
  return isErr(result) ? yield* die(c, message, result) : result
}
