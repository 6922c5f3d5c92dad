// : true false break continue return exit logout
import type { Flow } from '../../../abi/syscalls.ts'
import { ShellAbort, ShellExit, type Shell } from '../state.ts'
import type { BuiltinTable } from './index.ts'
import { jobState } from '../job-table.ts'
import { hangUpJobs } from '../jobs.ts'

const integer = (text: string): number | undefined => (/^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : undefined)

function* loopJump(sh: Shell, words: readonly string[], jump: 'breaking' | 'continuing'): Flow<number> {
  if (sh.loopDepth === 0) {
    if (!sh.bash && (words[1] === undefined || integer(words[1]) !== undefined)) return 0
    if (sh.bash) yield* sh.error("only meaningful in a `for', `while', or `until' loop")
    if (sh.bash) return 0
  }
  const args = words[1] === '--' ? words.slice(2) : words.slice(1)
  const n = args[0] === undefined ? 1 : integer(args[0])
  if (n === undefined) {
    yield* sh.error(sh.bash ? `${args[0]}: numeric argument required` : `Illegal number: ${args[0]}`)
    if (!sh.bash) throw sh.interactive ? new ShellAbort('discard', 2) : new ShellExit(2)
    throw sh.interactive ? new ShellAbort('discard', sh.status | 128) : new ShellExit(sh.status | 128)
  }
  if (args.length > 1 && sh.bash) yield* tooMany(sh)
  if (n <= 0) {
    sh.breaking = sh.loopDepth
    return yield* sh.fail(1, `${words[1]}: loop count out of range`)
  }
  sh[jump] = Math.min(n, sh.loopDepth)
  return 0
}

/** no_args: the whole line is given up. */
export function* tooMany(sh: Shell): Flow<never> {
  yield* sh.error('too many arguments')
  throw new ShellAbort('discard', 1)
}

function* returnFrom(sh: Shell, words: readonly string[]): Flow<number> {
  const status = words[1] === undefined ? sh.status : integer(words[1])
  if (sh.functionDepth === 0 && sh.sourceDepth === 0) {
    if (status === undefined && sh.bash) yield* sh.error(`${words[1]}: numeric argument required`)
    if (!sh.bash) {
      if (status === undefined) yield* sh.error(`Illegal number: ${words[1]}`)
      throw new ShellExit(status ?? 2)
    }
    return yield* sh.fail(2, "can only `return' from a function or sourced script")
  }
  if (words.length > 2 && sh.bash && status !== undefined) yield* tooMany(sh)
  sh.returning = true
  sh.statusBeforeReturn = sh.status
  if (status === undefined) return yield* sh.fail(2, sh.bash ? `${words[1]}: numeric argument required` : `Illegal number: ${words[1]}`)
  return status & 0xff
}

/** Is this the moment to mention stopped jobs instead of leaving? Not twice in a row. */
export const warnsOfStopped = (sh: Shell): boolean =>
  !(sh.bash ? ['exit', 'logout', 'jobs'].includes(sh.previousBuiltin) : sh.exitWarned) && sh.jobs.jobs.some((j) => jobState(j) === 'stopped')

function* exit(sh: Shell, words: readonly string[]): Flow<number> {
  const top = sh.interactive && !sh.forked
  if (top && sh.bash && words[0] === 'exit') yield* sh.write2(sh.login ? 'logout\n' : 'exit\n')
  const args = words[1] === '--' ? words.slice(2) : words.slice(1)
  const code = args[0] === undefined ? sh.statusBeforeTrap ?? sh.status : integer(args[0])
  if (code === undefined) {
    yield* sh.error(sh.bash ? `${args[0]}: numeric argument required` : `Illegal number: ${args[0]}`)
    throw new ShellExit(2)
  }
  if (args.length > 1 && sh.bash) yield* tooMany(sh)
  if (top && warnsOfStopped(sh)) {
    yield* sh.write2(sh.bash ? 'There are stopped jobs.\n' : 'You have stopped jobs.\n')
    sh.exitWarned = true
    return sh.bash ? 1 : 0
  }
  if (top && sh.login && sh.bash && sh.shopts.get('huponexit')) yield* hangUpJobs(sh)
  throw new ShellExit(code & 0xff)
}

function* logout(sh: Shell, words: readonly string[]): Flow<number> {
  if (!sh.login) return yield* sh.fail(1, "not login shell: use `exit'")
  return yield* exit(sh, words)
}

export const FLOW: BuiltinTable = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  break: (sh, words) => loopJump(sh, words, 'breaking'),
  continue: (sh, words) => loopJump(sh, words, 'continuing'),
  return: returnFrom,
  exit,
  logout,
}
