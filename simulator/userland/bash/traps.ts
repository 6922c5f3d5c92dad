// Traps: EXIT, ERR, DEBUG, RETURN and signals. A signal's handler only makes a note; its command runs between two commands of the shell.
import type { Flow } from '../../abi/syscalls.ts'
import { SIGNAL_NAMES } from '../../abi/signal.ts'
import { ShellExit, type Shell } from './state.ts'
import { evalString } from './eval.ts'

/** Runs a trap's command; $? is kept for the commands after it. */
export function* runTrap(sh: Shell, name: string): Flow<void> {
  const action = sh.traps.get(name)
  if (action === undefined || action === '') return
  const saved = { status: sh.status, line: sh.line, pipe: sh.pipeStatus, inTrap: sh.inTrap, builtin: sh.builtinName }
  sh.inTrap = true
  sh.builtinName = undefined
  yield* evalString(sh, action, 'trap', sh.line)
  sh.inTrap = saved.inTrap
  sh.builtinName = saved.builtin
  if (!sh.returning) sh.status = saved.status
  sh.line = saved.line
  sh.pipeStatus = saved.pipe
}

/** Runs the traps of signals that have arrived. */
export function* runPendingTraps(sh: Shell): Flow<void> {
  while (sh.pendingTraps.length > 0 && !sh.inTrap) {
    const sig = sh.pendingTraps.shift() ?? 0
    yield* runTrap(sh, SIGNAL_NAMES[sig] ?? '')
  }
}

/** The EXIT trap of a shell that ends with `status`; answers the final status. */
export function* runExitTrap(sh: Shell, status: number): Flow<number> {
  const action = sh.traps.get('EXIT')
  if (action === undefined || action === '') return status
  sh.traps.delete('EXIT')
  sh.status = status
  try {
    yield* evalString(sh, action, 'exit trap', sh.bash ? 1 : sh.line)
  } catch (e) {
    if (!(e instanceof ShellExit)) throw e
    return e.status
  }
  return status
}
