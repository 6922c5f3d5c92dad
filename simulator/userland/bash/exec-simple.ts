// Simple commands: assignments, functions, builtins, programs. See SIMPLE COMMAND EXPANSION and COMMAND EXECUTION in bash(1).
import type { Flow } from '../../abi/syscalls.ts'
import type { Assign, Simple, Word } from './ast.ts'
import { isErr } from '../../abi/errno.ts'
import { isDir } from '../../abi/stat.ts'
import { call } from '../libc/syscall.ts'
import { stat } from '../libc/unistd.ts'
import { breakOff } from './signals.ts'
import { ShellAbort, ShellExit, type Shell, type ShellFunction } from './state.ts'
import { expandString, expandWord } from './expansion.ts'
import { plainWord } from './syntax.ts'
import { performAssign } from './assign.ts'
import { redirect, undoRedirects, type Undo } from './redirect.ts'
import { commonOptions } from './builtins/synopsis.ts'
import { findBuiltin, isDeclaration, SPECIAL_BUILTINS, type Builtin } from './builtins/index.ts'
import { canReplace, closeSubstitutions, execute } from './exec.ts'
import { fork, placeChild, programFlags, reap, resetSignals, waitForeground } from './jobs.ts'
import { beforeCommand, noteCommand, putToSleep, runPendingTraps, runReturnTrap } from './traps.ts'
import { hashProgram, runProgram } from './exec-program.ts'
import { singleQuote } from './quote.ts'
import { traceText, traceWord, traceWords } from './trace.ts'
import { commandText } from './printer.ts'
import { resumeJob } from './builtins/jobs.ts'

/** A word of a declaration builtin that is an assignment becomes `name=value` text plus the real thing. */
export interface Arguments {
  readonly words: string[]
  /** Assignments by position, for declare and its family. */
  readonly assigns: Map<number, Assign>
}

function* expandArguments(sh: Shell, words: readonly Word[]): Flow<Arguments> {
  const out: string[] = []
  const assigns = new Map<number, Assign>()
  for (const w of words) {
    if (w.literal !== undefined) out.push(w.literal)
    else if (w.assign && !w.assign.elements) {
      const { assign } = w
      const value = assign.value ? yield* expandString(sh, assign.value) : ''
      if (isDeclaration(out[0] === 'command' || out[0] === 'builtin' ? (out[1] ?? '') : (out[0] ?? ''))) assigns.set(out.length, { ...assign, value: plainWord(value) })
      out.push(`${assign.name}${assign.index ? `[${assign.index.text}]` : ''}${assign.append ? '+' : ''}=${value}`)
    } else if (w.assign) {
      assigns.set(out.length, w.assign)
      out.push(w.text)
    }
    else yield* expandWord(sh, w, out)
  }
  return { words: out, assigns }
}

export function* executeSimple(sh: Shell, c: Simple, last: boolean): Flow<void> {
  if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
  if (sh.interrupted) yield* breakOff(sh)
  if (++sh.commandsRun % 16 === 0) yield* call('cpu', 30)
  sh.line = c.line
  if (!noteCommand(sh, c) && !(yield* beforeCommand(sh, c))) return
  const substitutions = sh.substitutions.length
  const before = sh.status
  sh.status = 0
  let substituted = 0
  let args: Arguments
  {
    sh.status = before
    args = yield* expandArguments(sh, c.words)
    // Only a command substitution changes $? during expansion.
    substituted = sh.status
  }
  if (args.words.length === 0) {
    yield* assignmentsOnly(sh, c, c.words.length > 0 || hasSubstitution(c) ? substituted : before)
  } else {
    sh.status = before
    yield* withWords(sh, c, args, last)
  }
  if (sh.substitutions.length > substitutions) yield* closeSubstitutions(sh, substitutions)
}

const hasSubstitution = (c: Simple): boolean => c.words.length > 0

function* assignmentsOnly(sh: Shell, c: Simple, start: number): Flow<void> {
  const substitutions = sh.commandSubstitutions
  sh.status = start
  const trace = sh.options.has('xtrace')
  for (const a of c.assigns) {
    const value = yield* performAssign(sh, a)
    if (trace) yield* traceText(sh, a.elements ? a.text : `${a.name}${a.index ? `[${a.index.text}]` : ''}${a.append ? '+' : ''}=${value === '' ? '' : traceWord(sh, value)}`)
  }
  if (c.words.length === 0 && sh.commandSubstitutions === substitutions) sh.status = 0
  if (c.redirects.length > 0) {
    const undo: Undo[] = []
    const ok = yield* redirect(sh, c.redirects, undo)
    yield* undoRedirects(undo)
    if (!ok) sh.status = sh.dialect === 'dash' ? 2 : 1
  }
  sh.pipeStatus = [sh.status]
  if (sh.bash) sh.lastArgument = ''
}

function* withWords(sh: Shell, c: Simple, args: Arguments, last: boolean): Flow<void> {
  const { words } = args
  const name = words[0]
  // In POSIX shells what stands before a special builtin stays.
  const stays = !sh.bash && SPECIAL_BUILTINS.has(name)
  if (stays) for (const a of c.assigns) yield* performAssign(sh, a)
  const temporary = c.assigns.length > 0 && !stays
  if (temporary) {
    sh.vars.pushFrame()
    sh.temporaryNames = new Set(c.assigns.map((a) => a.name))
    const trace = sh.options.has('xtrace')
    try {
      for (const a of c.assigns) {
        const old = sh.vars.map.get(a.name)
        if (old?.readonly && sh.bash) yield* sh.error(`${a.name}: readonly variable`, '')
        else if (old?.readonly) yield* performAssign(sh, a)
        else {
          const v = sh.vars.local(a.name, true)
          v.exported = true
          const value = yield* performAssign(sh, a)
          if (trace) yield* traceText(sh, `${a.name}=${value === '' ? '' : traceWord(sh, value)}`)
        }
      }
    } catch (e) {
      sh.vars.popFrame()
      throw e
    }
  }
  if (sh.options.has('xtrace')) yield* traceCommand(sh, args)
  const fn = sh.functions.get(name)
  try {
    if (name.startsWith('%') && sh.monitor && !sh.forked && sh.bash) yield* resumeJob(sh, words, false)
    else if (fn && !(SPECIAL_BUILTINS.has(name) && !sh.bash)) yield* redirected(sh, c, undefined, () => callFunction(sh, fn, words.slice(1)))
    else {
      const builtin = findBuiltin(sh, name)
      noteBuiltin(sh, builtin ? name : '')
      if (builtin) yield* runBuiltinCommand(sh, c, args, builtin)
      else if (yield* isAutocd(sh, words)) yield* autocd(sh, name)
      else yield* program(sh, c, words, last)
    }
  } finally {
    if (temporary) sh.vars.popFrame()
    if (temporary) sh.temporaryNames = new Set()
    // Not before: a builtin or function still sees the argument of the command before it.
    if (sh.bash) sh.lastArgument = words[words.length - 1]
  }
}

/** set -x: the values of arrays in declare and its family are shown before the command. */
function* traceCommand(sh: Shell, { words, assigns }: Arguments): Flow<void> {
  const shown = [...words]
  for (const [at, a] of assigns) {
    if (!a.elements) continue
    const values: string[] = []
    for (const e of a.elements) {
      const key = e.key === undefined ? '' : `[${singleQuote(yield* expandString(sh, e.key))}]=`
      if (e.key === undefined) yield* expandWord(sh, e.value, values)
      else values.push(yield* expandString(sh, e.value))
      values[values.length - 1] = key + singleQuote(values[values.length - 1])
    }
    yield* traceText(sh, `${a.name}${a.append ? '+' : ''}=(${values.join(' ')})`)
    shown[at] = a.name
  }
  yield* traceText(sh, traceWords(sh, shown))
}

/** adjust_shell_level(-1): a program that takes the shell's place is not one deeper. */
export function lowerLevel(sh: Shell): void {
  const level = sh.bash ? sh.vars.map.get('SHLVL') : undefined
  if (level) level.value = String(Math.max(0, (Number(level.value) || 1) - 1))
}

const noteBuiltin = (sh: Shell, name: string): void => {
  sh.previousBuiltin = sh.thisBuiltin
  sh.thisBuiltin = name
}

/** Runs something in the shell itself with redirections that are undone afterwards. */
function* redirected(sh: Shell, c: Simple, keep: 'keep' | undefined, run: () => Flow<void>): Flow<void> {
  if (c.redirects.length === 0) {
    yield* run()
    sh.pipeStatus = [sh.status]
    return
  }
  const undo: Undo[] = []
  if (!(yield* redirect(sh, c.redirects, undo))) {
    yield* undoRedirects(undo)
    sh.status = sh.dialect === 'dash' ? 2 : 1
    sh.pipeStatus = [sh.status]
    if (!sh.bash && !sh.interactive && SPECIAL_BUILTINS.has(c.words[0]?.literal ?? '')) throw new ShellExit(sh.status)
    return
  }
  try {
    yield* run()
  } finally {
    if (sh.hasOutput) yield* sh.flush()
    if (keep === 'keep' && sh.keepRedirects) {
      sh.keepRedirects = false
      for (const u of undo) if (u.saved !== undefined) yield* call('close', u.saved)
    } else yield* undoRedirects(undo)
  }
  sh.pipeStatus = [sh.status]
}

function* runBuiltinCommand(sh: Shell, c: Simple, args: Arguments, builtin: Builtin): Flow<void> {
  const name = args.words[0]
  yield* redirected(sh, c, name === 'exec' || name === 'command' ? 'keep' : undefined, () => runBuiltin(sh, builtin, args))
}

/** Runs a builtin, flushes its output, and turns a failed write into its error. */
export function* runBuiltin(sh: Shell, builtin: Builtin, args: Arguments): Flow<void> {
  const outer = sh.builtinName
  sh.builtinName = args.words[0]
  sh.writeFailed = false
  try {
    const common = sh.bash && args.words.length > 1 ? yield* commonOptions(sh, args.words) : undefined
    const result = common ?? builtin(sh, args.words, args.assigns)
    const status = typeof result === 'number' ? result : yield* result
    if (sh.hasOutput) yield* sh.flush()
    sh.status = sh.writeFailed ? 1 : status
  } finally {
    sh.builtinName = outer
    sh.writeFailed = false
  }
}

export function* callFunction(sh: Shell, fn: ShellFunction, params: readonly string[]): Flow<void> {
  const limit = Number(sh.vars.get('FUNCNEST')) || 0
  if (limit > 0 && sh.functionDepth >= limit) {
    yield* sh.error(`${fn.name}: maximum function nesting level exceeded (${limit})`, '')
    throw new ShellAbort('discard', 1)
  }
  if (sh.functionDepth >= 600) {
    // The real shell runs out of stack, much later.
    yield* call('kill', sh.bashPid, 11)
    throw new ShellExit(139, true)
  }
  const saved = { params: sh.params, loop: sh.loopDepth, line: sh.line, breaking: sh.breaking }
  sh.params = [...params]
  sh.loopDepth = 0
  sh.functionDepth++
  sh.frames.push({ name: fn.name, source: fn.source, callLine: sh.line })
  sh.vars.pushFrame()
  const builtin = sh.builtinName
  sh.builtinName = undefined
  const traced = sh.options.has('functrace') || fn.trace
  const wake = putToSleep(sh, [...(traced ? [] : ['RETURN', 'DEBUG']), ...(sh.options.has('errtrace') ? [] : ['ERR'])])
  try {
    if (sh.traps.has('DEBUG')) yield* beforeCommand(sh, sh.currentCommand)
    yield* execute(sh, fn.body)
    yield* runReturnTrap(sh)
  } finally {
    wake()
    sh.builtinName = builtin
    sh.vars.popFrame()
    sh.frames.pop()
    sh.functionDepth--
    sh.params = saved.params
    sh.loopDepth = saved.loop
    sh.returning = false
    sh.breaking = saved.breaking
    sh.continuing = 0
    sh.line = saved.line
  }
}

/** shopt -s autocd: a directory typed as a command. */
function* isAutocd(sh: Shell, words: readonly string[]): Flow<boolean> {
  if (!sh.shopts.get('autocd') || !sh.interactive || words.length > 1) return false
  const info = yield* stat(words[0])
  return !isErr(info) && isDir(info.mode)
}
function* autocd(sh: Shell, directory: string): Flow<void> {
  yield* sh.write2(`cd -- ${directory}\n`)
  const cd = findBuiltin(sh, 'cd')
  if (cd) yield* runBuiltin(sh, cd, { words: ['cd', '--', directory], assigns: new Map() })
}

/** A program: in a child, or in place of this process when nothing is left to do. */
function* program(sh: Shell, c: Simple, words: readonly string[], last: boolean): Flow<void> {
  if (sh.options.has('restricted') && words[0].includes('/')) {
    yield* sh.error(`${words[0]}: restricted: cannot specify \`/' in command names`, '')
    sh.status = 1
    return
  }
  if (last && canReplace(sh) && (sh.forked || (sh.dialect !== 'dash' && c.redirects.length === 0))) {
    if (!(yield* redirect(sh, c.redirects, undefined))) {
      sh.status = 1
      return
    }
    yield* resetSignals(sh)
    if (!sh.forked || sh.userSubshell) lowerLevel(sh)
    sh.status = yield* runProgram(sh, words)
    if (sh.status > 125 || !sh.forked) throw new ShellExit(sh.status, true)
    return
  }
  if (sh.jobs.jobs.length > 0) yield* reap(sh)
  yield* hashProgram(sh, words[0])
  const placement = sh.monitor ? { pgid: 0, foreground: true } : undefined
  // Expansions in redirections happen in the child and must not change this shell.
  const own = c.redirects.every((r) => r.target.literal !== undefined && (!r.hereDoc || r.hereDoc.body.literal !== undefined))
  const child = own ? sh : sh.copy()
  const pid = yield* fork(sh, () => programChild(child, c, words, placement), programFlags(sh))
  if (pid === undefined) return
  if (placement) yield* call('setpgid', pid, pid)
  yield* waitForeground(sh, [pid], () => [commandText(c)], pid)
}

function* programChild(sh: Shell, c: Simple, words: readonly string[], placement: { pgid: number; foreground: boolean } | undefined): Flow<number> {
  yield* placeChild(sh, placement)
  const forkedSignals = sh.forkedSignals
  yield* resetSignals(sh)
  sh.forkedSignals = forkedSignals
  if (!(yield* redirect(sh, c.redirects, undefined))) return sh.dialect === 'dash' ? 2 : 1
  return yield* runProgram(sh, words)
}

