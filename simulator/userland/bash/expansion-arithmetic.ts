// $(( )), (( )), let and subscripts: expands the text as in double quotes, evaluates it over the shell's variables, words the errors as each shell does.
import type { Flow } from '../../abi/syscalls.ts'
import type { Word } from './ast.ts'
import { ArithmeticError, type ArithmeticScope, evaluate } from './arithmetic.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { expandQuoted } from './expansion.ts'
import { assignScalar, elementValue, ReadonlyError } from './assign.ts'
import { parameterValue } from './special.ts'

export const scopeOf = (sh: Shell): ArithmeticScope => ({
  get(name, index) {
    const value = index === undefined ? parameterValue(sh, name) : elementValue(sh, name, index)
    if (value === undefined && sh.options.has('nounset')) throw new UnboundError(name)
    return value
  },
  set(name, index, value) {
    assignScalar(sh, name, index, value, false)
  },
})

/** set -u met an unset variable inside an expression. */
export class UnboundError {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Evaluates text that is already expanded. Throws ArithmeticError. */
export function evaluateText(sh: Shell, text: string): number | bigint {
  return evaluate(text, scopeOf(sh))
}

export function arithmeticMessage(sh: Shell, text: string, e: ArithmeticError): string {
  const shown = sh.bash ? (e.shown ?? text).trimStart() : (e.shown ?? text).trim()
  if (sh.dialect === 'dash') {
    if (e.message.startsWith('division')) return `arithmetic expression: division by zero: "${shown}"`
    return `arithmetic expression: expecting ${e.message.includes('operand') || e.message.includes('expression expected') ? 'primary' : 'EOF'}: "${shown}"`
  }
  if (sh.dialect === 'ash') return e.message.startsWith('division') ? 'divide by zero' : 'arithmetic syntax error'
  return `${shown}: ${e.message}${e.token === undefined ? '' : ` (error token is "${e.token}")`}`
}

/** Evaluates and reports errors; an error drops the line, as bash does. `builtin` is named in the message (let). */
export function* evaluateOrAbort(sh: Shell, text: string, builtin?: string): Flow<number | bigint> {
  try {
    if (sh.dialect === 'dash' && /\+\+|--|\*\*/.test(text)) throw new ArithmeticError('operand expected')
    return evaluateText(sh, text)
  } catch (e) {
    if (e instanceof ArithmeticError) yield* sh.error(arithmeticMessage(sh, text, e), builtin)
    else if (e instanceof ReadonlyError) yield* sh.error(`${e.name}: readonly variable`, '')
    else if (e instanceof UnboundError) {
      yield* sh.error(sh.bash ? `${e.name}: unbound variable` : `${e.name}: parameter not set`, '')
      if (!sh.bash) throw new ShellExit(2)
      throw new ShellAbort('fatal', 1)
    } else throw e
    if (!sh.bash && !sh.interactive) throw new ShellExit(2)
    throw new ShellAbort('discard', 1)
  }
}

export function* arithmeticText(sh: Shell, expression: Word): Flow<string> {
  const text = yield* expandQuoted(sh, expression)
  const value = yield* evaluateOrAbort(sh, text.includes('"') ? text.replaceAll('"', '') : text)
  return String(value)
}

/** A number from an expression word, e.g. an array index or a slice. */
export function* arithmeticNumber(sh: Shell, expression: Word): Flow<number> {
  const text = yield* expandQuoted(sh, expression)
  return Number(yield* evaluateOrAbort(sh, text))
}
