// clear_console(1), Debian's part of bash: clears the screen and the scroll-back of a virtual console. There is none here, only pseudo terminals.
import { fail } from '../libc/err.ts'
import { program } from '../libc/crt.ts'

export const clearConsole = program(function* (c) {
  return c.argv.slice(1).some((a) => a === '-q' || a === '--quiet') ? 1 : yield* fail(c, 1, 'terminal is not a console')
})
