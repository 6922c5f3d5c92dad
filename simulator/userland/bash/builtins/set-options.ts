// Small helpers of several builtins: switching a `set -o` option, and the errors that end a POSIX shell.
import type { Flow } from '../../../abi/syscalls.ts'
import { ShellExit, type Shell } from '../state.ts'

export function setOption(sh: Shell, name: string, on: boolean): void {
  // The two editing modes exclude each other.
  if (on && (name === 'vi' || name === 'emacs')) sh.options.delete(name === 'vi' ? 'emacs' : 'vi')
  if (on) sh.options.add(name)
  else sh.options.delete(name)
  if (name === 'posix' && sh.bash) {
    if (on) sh.vars.set('POSIXLY_CORRECT', 'y')
    else sh.vars.delete('POSIXLY_CORRECT')
  }
}

/** An error of a special builtin: a non-interactive POSIX shell ends. */
export function* dashFail(sh: Shell, message: string): Flow<number> {
  yield* sh.error(message)
  if (!sh.interactive) throw new ShellExit(2)
  return 2
}
