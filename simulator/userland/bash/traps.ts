// Traps: EXIT, ERR, DEBUG, RETURN and signals. A signal's handler only makes a note; its command runs between two commands of the shell.
import type { Flow } from '../../abi/syscalls.ts'
import { SIGNAL_NAMES } from '../../abi/signal.ts'
import type { Command } from './ast.ts'
import { ShellExit, type Shell } from './state.ts'
import { evalString } from './eval.ts'

/** Runs a trap's command; $? is kept for the commands after it. Answers the status of the trap. */
export function* runTrap(sh: Shell, name: string): Flow<number> {
  const action = sh.traps.get(name)
  if (action === undefined || action === '') return 0
  const saved = { status: sh.status, line: sh.line, pipe: sh.pipeStatus, inTrap: sh.inTrap, builtin: sh.builtinName }
  sh.inTrap = true
  sh.builtinName = undefined
  const nested = sh.runningTraps.has(name)
  sh.runningTraps.add(name)
  try {
    yield* evalString(sh, action, 'trap', sh.line)
  } finally {
    if (!nested) sh.runningTraps.delete(name)
  }
  const { status } = sh
  sh.inTrap = saved.inTrap
  sh.builtinName = saved.builtin
  if (!sh.returning) sh.status = saved.status
  sh.line = saved.line
  sh.pipeStatus = saved.pipe
  return status
}

/** beforeCommand() without traps, which is nearly always: answers false when that one must be called. */
export function noteCommand(sh: Shell, command: Command | string): boolean {
  if (sh.traps.size > 0 || sh.debugDone || sh.runningTraps.size > 0) return false
  sh.currentCommand = command
  return true
}

/** Before a command: notes it for BASH_COMMAND and runs the DEBUG trap. False when that forbids it (extdebug). */
export function* beforeCommand(sh: Shell, command: Command | string): Flow<boolean> {
  if (sh.debugDone) {
    sh.debugDone = false
    return true
  }
  if (sh.runningTraps.size === 0) sh.currentCommand = command
  if (!sh.traps.has('DEBUG') || sh.runningTraps.has('DEBUG')) return true
  return (yield* runTrap(sh, 'DEBUG')) === 0 || sh.shopts.get('extdebug') !== true
}

/** The RETURN trap of a function or a sourced file, which sees $? as it was before `return`. */
export function* runReturnTrap(sh: Shell): Flow<void> {
  if (!sh.traps.has('RETURN')) return
  const { status, returning } = sh
  if (returning) sh.status = sh.statusBeforeReturn
  sh.returning = false
  yield* runTrap(sh, 'RETURN')
  sh.returning = returning
  sh.status = status
}

/** Traps that sleep while a function or a sourced file runs; answers what wakes them again, if none was set meanwhile. */
export function putToSleep(sh: Shell, names: readonly string[]): () => void {
  const slept = names.flatMap((name) => {
    const action = sh.traps.get(name)
    sh.traps.delete(name)
    return action === undefined ? [] : [{ name, action }]
  })
  return () => {
    for (const { name, action } of slept) if (!sh.traps.has(name)) sh.traps.set(name, action)
  }
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
  sh.runningTraps.add('EXIT')
  sh.status = status
  try {
    yield* evalString(sh, action, 'exit trap', sh.bash ? 1 : sh.line)
  } catch (e) {
    if (!(e instanceof ShellExit)) throw e
    return e.status
  }
  return status
}
