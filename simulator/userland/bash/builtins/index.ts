// The table of builtins, and which of them each dialect has.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Assign } from '../ast.ts'
import type { Shell } from '../state.ts'
import { FLOW } from './flow.ts'
import { ECHO } from './echo.ts'
import { PRINTF } from './printf.ts'
import { TEST } from './test.ts'
import { DIRECTORY } from './cd.ts'
import { DIRECTORY_STACK } from './directory-stack.ts'
import { DECLARE } from './declare.ts'
import { SET } from './set.ts'
import { READ } from './read.ts'
import { EXEC } from './exec.ts'
import { JOBS } from './jobs.ts'
import { KILL } from './kill.ts'
import { TRAP } from './trap.ts'
import { TYPE } from './type.ts'
import { MISC } from './misc.ts'
import { COMPLETE } from './complete.ts'
import { HISTORY } from './history.ts'
import { HELP } from './help.ts'

/** A builtin: answers its status at once, or as a flow when it needs system calls. words[0] is its name. */
export type Builtin = (sh: Shell, words: readonly string[], assigns: ReadonlyMap<number, Assign>) => number | Flow<number>
export type BuiltinTable = Readonly<Record<string, Builtin>>

const ALL = new Map<string, Builtin>(Object.entries({
  ...FLOW, ...ECHO, ...PRINTF, ...TEST, ...DIRECTORY, ...DIRECTORY_STACK, ...DECLARE, ...SET, ...READ, ...EXEC, ...JOBS, ...KILL, ...TRAP, ...TYPE, ...MISC, ...COMPLETE, ...HISTORY, ...HELP,
}))

const DASH = new Set([
  '.', ':', '[', 'alias', 'bg', 'break', 'cd', 'chdir', 'command', 'continue', 'echo', 'eval', 'exec', 'exit', 'export', 'false', 'fg', 'getopts', 'hash',
  'jobs', 'kill', 'local', 'printf', 'pwd', 'read', 'readonly', 'return', 'set', 'shift', 'test', 'times', 'trap', 'true', 'type', 'ulimit', 'umask',
  'unalias', 'unset', 'wait',
])
const ASH = new Set([...DASH, 'source', 'let', 'help', 'history', '[['])

/** Looked up before functions in POSIX shells; their errors end a script there. */
export const SPECIAL_BUILTINS = new Set(['.', ':', 'break', 'continue', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'times', 'trap', 'unset', 'source'])

const DECLARATION = new Set(['declare', 'typeset', 'local', 'export', 'readonly', 'alias'])
export const isDeclaration = (name: string): boolean => DECLARATION.has(name)

/** Builtins switched off by `enable -n`. */
export const disabled = new WeakMap<Shell, Set<string>>()

export function findBuiltin(sh: Shell, name: string): Builtin | undefined {
  if (sh.dialect === 'dash' && !DASH.has(name)) return undefined
  if (sh.dialect === 'ash' && !ASH.has(name)) return undefined
  if (disabled.get(sh)?.has(name)) return undefined
  return ALL.get(name)
}

export const builtinNames = (): string[] => [...ALL.keys()].filter((n) => n !== 'chdir' && n !== '[[').sort((a, b) => (a < b ? -1 : 1))
