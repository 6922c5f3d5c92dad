// The signal dispositions of an interactive shell.
import type { Flow } from '../../abi/syscalls.ts'
import type { Shell } from './state.ts'

/** Ctrl-C: a note, looked at between commands and by the line editor. */
export const interactiveHandler = (sh: Shell) =>
  function* (): Flow<void> {
    sh.interrupted = true
  }
