// [[ ]]: conditional expressions; and the file and string tests it shares with test and [.
import type { Flow } from '../../abi/syscalls.ts'
import type { TestExpression } from './ast.ts'
import { isErr } from '../../abi/errno.ts'
import { AT_EACCESS, AT_FDCWD, R_OK, W_OK, X_OK } from '../../abi/fcntl.ts'
import { isBlk, isChr, isDir, isFifo, isLnk, isReg, isSock, S_ISGID, S_ISUID, S_ISVTX, type Stat } from '../../abi/stat.ts'
import { fnmatch } from '../../lib/fnmatch.ts'
import { call } from '../libc/syscall.ts'
import { isatty, lstat, stat } from '../libc/unistd.ts'
import { ShellAbort, type Shell } from './state.ts'
import { expandPattern, expandRegex, expandString } from './expansion.ts'
import { evaluateOrAbort } from './expansion-arithmetic.ts'
import { isSet } from './expansion-parameter.ts'
import { traceText } from './trace.ts'
import { toJsRegex } from './regex.ts'
import { newVariable } from './variables.ts'

export const UNARY = new Set(['-a', '-b', '-c', '-d', '-e', '-f', '-g', '-h', '-k', '-L', '-N', '-n', '-O', '-G', '-o', '-p', '-R', '-r', '-S', '-s', '-t', '-u', '-v', '-w', '-x', '-z'])
export const FILE_BINARY = new Set(['-nt', '-ot', '-ef'])
export const NUMBER_BINARY = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge'])

const KINDS: Readonly<Record<string, (s: Stat) => boolean>> = {
  '-a': () => true, '-e': () => true, '-b': (s) => isBlk(s.mode), '-c': (s) => isChr(s.mode), '-d': (s) => isDir(s.mode), '-f': (s) => isReg(s.mode),
  '-g': (s) => (s.mode & S_ISGID) !== 0, '-k': (s) => (s.mode & S_ISVTX) !== 0, '-u': (s) => (s.mode & S_ISUID) !== 0, '-p': (s) => isFifo(s.mode),
  '-S': (s) => isSock(s.mode), '-s': (s) => s.size > 0, '-N': (s) => s.mtime > s.atime,
}

/** stat(2) as tests do it: /dev/fd/N is the descriptor itself. */
function* testStat(path: string): Flow<Stat | undefined> {
  if (path === '') return undefined
  const s = yield* stat(path)
  return isErr(s) ? undefined : s
}

export function* unaryTest(sh: Shell, operator: string, operand: string): Flow<boolean> {
  switch (operator) {
    case '-n': return operand !== ''
    case '-z': return operand === ''
    case '-v': return isSet(sh, operand)
    case '-R': return sh.vars.map.get(operand)?.nameref === true
    case '-o': return sh.options.has(operand)
    case '-t': return /^\d+$/.test(operand) && (yield* isatty(Number(operand)))
    case '-h':
    case '-L': {
      const s = operand === '' ? undefined : yield* lstat(operand)
      return s !== undefined && !isErr(s) && isLnk(s.mode)
    }
    case '-r':
    case '-w':
    case '-x': {
      if (operand === '') return false
      const mode = operator === '-r' ? R_OK : operator === '-w' ? W_OK : X_OK
      return !isErr(yield* call('faccessat2', AT_FDCWD, operand, mode, AT_EACCESS))
    }
    case '-O':
    case '-G': {
      const s = yield* testStat(operand)
      const id = yield* call(operator === '-O' ? 'geteuid' : 'getegid')
      return s !== undefined && (operator === '-O' ? s.uid : s.gid) === id
    }
    default: {
      const s = yield* testStat(operand)
      return s !== undefined && (KINDS[operator]?.(s) ?? false)
    }
  }
}

export function* fileComparison(operator: string, left: string, right: string): Flow<boolean> {
  const a = yield* testStat(left)
  const b = yield* testStat(right)
  if (operator === '-ef') return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
  if (operator === '-nt') return a !== undefined && (b === undefined || a.mtime > b.mtime)
  return b !== undefined && (a === undefined || a.mtime < b.mtime)
}

export function numberComparison(operator: string, a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case '-eq': return a === b
    case '-ne': return a !== b
    case '-lt': return a < b
    case '-le': return a <= b
    case '-gt': return a > b
    default: return a >= b
  }
}

/** [[ ]]: answers 0, 1 or 2. */
export function* conditional(sh: Shell, e: TestExpression, inverted = false): Flow<number> {
  switch (e.kind) {
    case 'parens': return yield* conditional(sh, e.operand)
    case 'not': {
      const r = yield* conditional(sh, e.operand, !inverted)
      return r === 2 ? 2 : r === 0 ? 1 : 0
    }
    case 'and':
    case 'or': {
      let r = 0
      for (const o of e.operands) {
        r = yield* conditional(sh, o)
        if (r === 2 || (r === 0) === (e.kind === 'or')) return r
      }
      return r
    }
    case 'unary': {
      const operand = yield* expandString(sh, e.operand)
      if (sh.options.has('xtrace')) yield* traceText(sh, `[[ ${inverted ? '! ' : ''}${e.operator} ${operand === '' ? "''" : operand} ]]`)
      return (yield* unaryTest(sh, e.operator, operand)) ? 0 : 1
    }
    case 'binary': return yield* binary(sh, e, inverted)
  }
}

function* binary(sh: Shell, e: Extract<TestExpression, { kind: 'binary' }>, inverted: boolean): Flow<number> {
  const { operator } = e
  const left = yield* expandString(sh, e.left)
  const trace = function* (right: string): Flow<void> {
    if (sh.options.has('xtrace')) yield* traceText(sh, `[[ ${inverted ? '! ' : ''}${left === '' ? "''" : left} ${operator} ${right === '' ? "''" : right} ]]`)
  }
  if (operator === '=~') {
    const pattern = yield* expandRegex(sh, e.right)
    yield* trace(pattern)
    return match(sh, left, pattern)
  }
  if (operator === '=' || operator === '==' || operator === '!=') {
    const pattern = yield* expandPattern(sh, e.right)
    yield* trace(pattern)
    const same = fnmatch(pattern, left, { extglob: true, casefold: sh.shopts.get('nocasematch') === true })
    return same === (operator !== '!=') ? 0 : 1
  }
  const right = yield* expandString(sh, e.right)
  yield* trace(right)
  if (operator === '<') return left < right ? 0 : 1
  if (operator === '>') return left > right ? 0 : 1
  if (FILE_BINARY.has(operator)) return (yield* fileComparison(operator, left, right)) ? 0 : 1
  try {
    const a = yield* evaluateOrAbort(sh, left, '[[')
    const b = yield* evaluateOrAbort(sh, right, '[[')
    return numberComparison(operator, a, b) ? 0 : 1
  } catch (error) {
    // A bad number is no end of the line here.
    if (error instanceof ShellAbort && error.reason === 'discard') return 1
    throw error
  }
}

/** =~ with BASH_REMATCH. */
function match(sh: Shell, text: string, pattern: string): number {
  const regex = toJsRegex(pattern, sh.shopts.get('nocasematch') === true)
  if (!regex) return 2
  const m = regex.exec(text)
  const groups = m ? [...m].map((g) => g ?? '') : []
  sh.vars.map.set('BASH_REMATCH', { ...newVariable(), indexed: new Map(groups.map((g, i) => [i, g])) })
  return m ? 0 : 1
}
