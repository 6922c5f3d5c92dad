// Error messages in the shapes programs use: err(3), error(3), and our own honest gap.
import type { Flow } from '../../abi/syscalls.ts'
import type { Errno } from '../../abi/errno.ts'
import type { Crt } from './crt.ts'

/** `NAME: message[: strerror]` on stderr, as warn(3) and error(3) print it; stdout is flushed first as error(3) does. */
export function* warn(c: Crt, message: string, errno?: Errno): Flow<void> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${message}${errno === undefined ? '' : `: ${errno.message}`}\n`)
}

/** warn, then the exit status to return: `return yield* fail(c, 1, 'cannot open x', errno)`. */
export function* fail(c: Crt, status: number, message: string, errno?: Errno): Flow<number> {
  yield* warn(c, message, errno)
  return status
}

/** GNU style usage hint after a bad option. */
export function* usageError(c: Crt, status: number, message: string): Flow<number> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${message}\nTry '${c.name} --help' for more information.\n`)
  return status
}

/** Exit status of everything that is real on Linux but not simulated here. */
export const EXIT_UNSIMULATED = 95

/** Honest gap: names what is missing. `what` reads like `option --keep-caps`. */
export function* unsimulated(c: Crt, what: string): Flow<number> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${what} is real, but not simulated here\n`)
  return EXIT_UNSIMULATED
}
