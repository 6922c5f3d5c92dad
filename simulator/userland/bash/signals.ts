// The signal dispositions of an interactive shell.
import type { Flow } from '../../abi/syscalls.ts'
import { ShellAbort, type Shell } from './state.ts'

/** Ctrl-C: a note, looked at between commands and by the line editor. */
export const interactiveHandler = (sh: Shell) =>
  function* (): Flow<void> {
    sh.interrupted = true
  }

/** Ctrl-C has come: the rest of the line is dropped, and what the terminal shows begins a new line. */
export function* breakOff(sh: Shell): Flow<never> {
  sh.interrupted = false
  if (sh.interactive && !sh.forked) yield* sh.write2('\n')
  throw new ShellAbort('interrupt', 130)
}
