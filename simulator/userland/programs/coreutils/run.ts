// What nice, nohup, timeout and chroot share: running a command in place of themselves, and what they say if it can't be.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { fail } from '../../libc/err.ts'
import { execvpe } from '../../libc/unistd.ts'

export const EXIT_CANCELED = 125, EXIT_CANNOT_INVOKE = 126, EXIT_NOT_FOUND = 127

/** execvp(3); answers the exit status if it fails, after a message that begins with `shown`. */
export function* runCommand(c: Crt, words: readonly string[], shown = `failed to run command ${quote(words[0])}`): Flow<number> {
  yield* c.stdout.flush()
  const error = yield* execvpe(words[0], words, envStrings(c.env))
  const status = error === Errno.ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE
  return yield* fail(c, status, shown, error)
}
