// Compound commands: { } if for while until case select (( )) [[ ]] and function definitions.
import type { Flow } from '../../abi/syscalls.ts'
import type { ArithmeticFor, Case, Command, For, List, While, Word } from './ast.ts'
import { fnmatch } from '../../lib/fnmatch.ts'
import { call } from '../libc/syscall.ts'
import { breakOff } from './signals.ts'
import { ShellAbort, type Shell } from './state.ts'
import { coprocess } from './coproc.ts'
import { checkStatus, executeList } from './exec.ts'
import { expandPattern, expandQuoted, expandString, expandWords } from './expansion.ts'
import { evaluateOrAbort } from './expansion-arithmetic.ts'
import { assignScalar, ReadonlyError, reportAssignment } from './assign.ts'
import { conditional } from './exec-test.ts'
import { traceText } from './trace.ts'
import { selectLoop } from './exec-select.ts'
import { headText } from './printer.ts'
import { beforeCommand, noteCommand } from './traps.ts'
import { isName } from './variables.ts'

/** What a loop's body asked for. */
function loopControl(sh: Shell): 'go' | 'leave' {
  if (sh.returning) return 'leave'
  if (sh.breaking > 0) {
    sh.breaking--
    return 'leave'
  }
  if (sh.continuing > 0) {
    sh.continuing--
    return sh.continuing > 0 ? 'leave' : 'go'
  }
  return 'go'
}

/** A list whose status is asked for: set -e sleeps. */
function* condition(sh: Shell, list: List): Flow<boolean> {
  sh.conditionDepth++
  try {
    yield* executeList(sh, list)
  } finally {
    sh.conditionDepth--
  }
  return sh.status === 0
}

export function* executeCompound(sh: Shell, c: Command): Flow<void> {
  switch (c.kind) {
    case 'group': return yield* executeList(sh, c.body)
    case 'if': {
      for (const branch of c.branches) {
        if (yield* condition(sh, branch.test)) return yield* executeList(sh, branch.body)
        if (sh.breaking > 0 || sh.continuing > 0 || sh.returning) return
      }
      if (c.otherwise) return yield* executeList(sh, c.otherwise)
      sh.status = 0
      return
    }
    case 'while': return yield* whileLoop(sh, c)
    case 'for': return yield* forLoop(sh, c)
    case 'select': return yield* selectLoop(sh, c)
    case 'arithmetic-for': return yield* arithmeticFor(sh, c)
    case 'case': return yield* caseCommand(sh, c)
    case 'function':
      if (sh.functions.get(c.name)?.readonly) {
        yield* sh.error(`${c.name}: readonly function`, '')
        sh.status = 1
        return yield* checkStatus(sh)
      }
      sh.functions.set(c.name, { name: c.name, body: c.body, source: functionSource(sh), exported: false, readonly: false, trace: false })
      sh.status = 0
      return
    case 'arithmetic': {
      sh.line = c.line
      if (!noteCommand(sh, c) && !(yield* beforeCommand(sh, c))) return
      const text = yield* expandQuoted(sh, c.expression)
      if (sh.options.has('xtrace')) yield* traceText(sh, `(( ${text} ))`)
      try {
        sh.status = Number(yield* evaluateOrAbort(sh, text.replaceAll('"', ''), '((')) !== 0 ? 0 : 1
      } catch (e) {
        if (!(e instanceof ShellAbort) || e.reason !== 'discard') throw e
        sh.status = 1
      }
      sh.pipeStatus = [sh.status]
      return yield* checkStatus(sh)
    }
    case 'test':
      sh.line = c.line
      if (!noteCommand(sh, c) && !(yield* beforeCommand(sh, c))) return
      sh.status = yield* conditional(sh, c.expression)
      sh.pipeStatus = [sh.status]
      return yield* checkStatus(sh)
    case 'coproc':
      return yield* coprocess(sh, c)
    default: return
  }
}

/** What BASH_SOURCE says of functions defined here. */
const functionSource = (sh: Shell): string => {
  const source = sh.frames[sh.frames.length - 1]?.source
  if (source !== undefined && source !== '') return source
  return sh.commandString ? 'environment' : 'main'
}

function* tick(sh: Shell): Flow<void> {
  if (sh.interrupted) yield* breakOff(sh)
  yield* call('cpu', 5)
}

function* whileLoop(sh: Shell, c: While): Flow<void> {
  let status = 0
  sh.loopDepth++
  try {
    for (;;) {
      yield* tick(sh)
      const yes = yield* condition(sh, c.test)
      if (sh.breaking > 0 || sh.continuing > 0 || sh.returning) {
        if (loopControl(sh) === 'leave') break
        continue
      }
      if (yes === c.until) break
      yield* executeList(sh, c.body)
      status = sh.status
      if (loopControl(sh) === 'leave') break
    }
  } finally {
    sh.loopDepth--
  }
  if (!sh.returning) sh.status = status
}

/** Answers false when the variable may not be set: the loop ends with status 1. */
export function* setLoopVariable(sh: Shell, name: string, value: string): Flow<boolean> {
  try {
    assignScalar(sh, name, undefined, value, false)
    return true
  } catch (e) {
    if (!(e instanceof ReadonlyError) || !sh.bash) yield* reportAssignment(sh, e, value)
    yield* sh.error(`${sh.vars.resolve(name)}: readonly variable`, '')
    return false
  }
}

export function* loopWords(sh: Shell, words: readonly Word[] | undefined): Flow<string[]> {
  return words ? yield* expandWords(sh, words) : [...sh.params]
}

function* forLoop(sh: Shell, c: For): Flow<void> {
  sh.line = c.line
  if (!isName(c.name)) {
    yield* sh.error(`\`${c.name}': not a valid identifier`, '')
    sh.status = 1
    return
  }
  const words = yield* loopWords(sh, c.words)
  const head = headText(c)
  let status = 0
  sh.loopDepth++
  try {
    for (const word of words) {
      sh.line = c.line
      if (sh.options.has('xtrace')) yield* traceText(sh, head)
      if (!noteCommand(sh, head) && !(yield* beforeCommand(sh, head))) continue
      if (!(yield* setLoopVariable(sh, c.name, word))) {
        status = 1
        break
      }
      yield* tick(sh)
      yield* executeList(sh, c.body)
      status = sh.status
      if (loopControl(sh) === 'leave') break
    }
  } finally {
    sh.loopDepth--
  }
  if (!sh.returning) sh.status = status
}

function* arithmeticFor(sh: Shell, c: ArithmeticFor): Flow<void> {
  const step = function* (w: Word, empty: boolean): Flow<boolean> {
    if (w.text === '') return empty
    sh.line = c.line
    if (!(yield* beforeCommand(sh, `((${w.text}))`))) return empty
    const text = yield* expandQuoted(sh, w)
    if (sh.options.has('xtrace')) yield* traceText(sh, `(( ${text} ))`)
    return Number(yield* evaluateOrAbort(sh, text, '((')) !== 0
  }
  let status = 0
  sh.loopDepth++
  try {
    yield* step(c.init, true)
    while (yield* step(c.test, true)) {
      yield* tick(sh)
      yield* executeList(sh, c.body)
      status = sh.status
      if (loopControl(sh) === 'leave') break
      yield* step(c.step, true)
    }
  } finally {
    sh.loopDepth--
  }
  if (!sh.returning) sh.status = status
}

function* caseCommand(sh: Shell, c: Case): Flow<void> {
  sh.line = c.line
  if (!(yield* beforeCommand(sh, headText(c)))) return
  const word = yield* expandString(sh, c.word)
  if (sh.options.has('xtrace')) yield* traceText(sh, `case ${c.word.text} in`)
  const flags = { extglob: sh.shopts.get('extglob') === true, casefold: sh.shopts.get('nocasematch') === true }
  sh.status = 0
  let falling = false
  for (const item of c.items) {
    let fits = falling
    if (!fits) {
      for (const p of item.patterns) {
        if (fnmatch(yield* expandPattern(sh, p), word, flags)) {
          fits = true
          break
        }
      }
    }
    falling = false
    if (!fits) continue
    sh.status = 0
    yield* executeList(sh, item.body)
    if (item.end === ';;' || sh.breaking > 0 || sh.continuing > 0 || sh.returning) return
    falling = item.end === ';&'
  }
}
