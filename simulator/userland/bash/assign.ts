// Assignments to variables and array elements: attributes (integer, case), readonly, subscripts, `+=`, compound values, and what special variables do.
import type { Flow } from '../../abi/syscalls.ts'
import type { ArrayElement, Assign } from './ast.ts'
import { evaluateOrAbort, evaluateText } from './expansion-arithmetic.ts'
import { expandString, expandWord } from './expansion.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { sortedIndices, type Variable } from './variables.ts'
import { lookup } from './special.ts'

export class ReadonlyError {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** An index before the first element, or an empty key. */
export class SubscriptError {
  readonly shown: string
  constructor(shown: string) {
    this.shown = shown
  }
}

/** Applies the attributes of a variable to a value. Arithmetic errors are thrown. */
function shaped(sh: Shell, v: Variable, value: string, append: string | undefined): string {
  if (v.integer) return String(evaluateText(sh, append === undefined ? value : `${append === '' ? '0' : append}+(${value === '' ? '0' : value})`))
  const whole = (append ?? '') + value
  return v.lower ? whole.toLowerCase() : v.upper ? whole.toUpperCase() : whole
}

/** Assigns a scalar or an element; `index` is the subscript's text. Throws ReadonlyError and ArithmeticError. */
export function assignScalar(sh: Shell, name: string, index: string | undefined, value: string, append: boolean): void {
  const real = sh.vars.resolve(name)
  const element = index === undefined ? /^(\w+)\[(.*)\]$/s.exec(real) : null
  if (element) return assignScalar(sh, element[1], element[2], value, append)
  const v = sh.vars.make(real)
  if (v.readonly) throw new ReadonlyError(real)
  if (v.unassigned) v.unassigned = false
  if (index !== undefined || v.indexed || v.assoc) {
    if (v.assoc) {
      const key = index ?? '0'
      if (key === '') throw new SubscriptError(`${real}[]`)
      v.assoc.set(key, shaped(sh, v, value, append ? (v.assoc.get(key) ?? '') : undefined))
    } else {
      v.indexed ??= new Map(v.value === undefined ? [] : [[0, v.value]])
      v.value = undefined
      if (index === '') throw new SubscriptError(`${real}[]`)
      const n = index === undefined ? 0 : subscript(sh, v, index)
      if (n < 0) throw new SubscriptError(`${real}[${index ?? ''}]`)
      v.indexed.set(n, shaped(sh, v, value, append ? (v.indexed.get(n) ?? '') : undefined))
    }
  } else v.value = shaped(sh, v, value, append ? (v.value ?? '') : undefined)
  if (sh.options.has('allexport')) v.exported = true
  afterAssignment(sh, real)
}

/** Number of an indexed array's subscript; negative ones count from the end. */
function subscript(sh: Shell, v: Variable, index: string): number {
  const n = Number(evaluateText(sh, index))
  if (n >= 0) return n
  const indices = sortedIndices(v)
  return (indices.length === 0 ? 0 : indices[indices.length - 1] + 1) + n
}

/** Variables whose value has an effect of its own. */
export function afterAssignment(sh: Shell, name: string): void {
  if (name === 'OPTIND') sh.optionIndex = { at: Number(sh.vars.get('OPTIND')) || 1, char: 0 }
  else if (name === 'PATH') sh.hash.clear()
  else if (name === 'RANDOM') {
    sh.random = Number(sh.vars.get('RANDOM')) || 1
    sh.vars.delete('RANDOM')
  } else if (name === 'SECONDS') {
    sh.startSeconds = Math.floor(sh.now) - (Number(sh.vars.get('SECONDS')) || 0)
    sh.vars.delete('SECONDS')
  } else if (name === 'LANG' || name.startsWith('LC_')) sh.hash.delete('')
}

/** Value of NAME[index]; `index` is the subscript's text after expansion. */
export function elementValue(sh: Shell, name: string, index: string): string | undefined {
  const v = lookup(sh, name)
  if (!v) return undefined
  if (v.assoc) return v.assoc.get(index)
  const n = Number(evaluateText(sh, index))
  if (!v.indexed) return n === 0 || n === -1 ? v.value : undefined
  if (n >= 0) return v.indexed.get(n)
  const indices = sortedIndices(v)
  return v.indexed.get((indices.length === 0 ? 0 : indices[indices.length - 1] + 1) + n)
}

/** Turns a variable into an array, keeping its value as element 0. */
export function makeArray(v: Variable, assoc: boolean): void {
  if (!v.indexed && !v.assoc && v.value === undefined) v.unassigned = true
  if (assoc) {
    v.assoc ??= new Map(v.value === undefined ? [] : [['0', v.value]])
  } else v.indexed ??= new Map(v.value === undefined ? [] : [[0, v.value]])
  v.value = undefined
}

/** Expands the elements of (…) and stores them. */
export function* assignElements(sh: Shell, name: string, elements: readonly ArrayElement[], append: boolean): Flow<void> {
  const real = sh.vars.resolve(name)
  const existing = sh.vars.map.get(real)
  if (existing?.readonly) throw new ReadonlyError(real)
  const pairs: { key: string | undefined; value: string; append: boolean }[] = []
  for (const e of elements) {
    if (e.key !== undefined) pairs.push({ key: yield* expandString(sh, e.key), value: yield* expandString(sh, e.value), append: e.append })
    else {
      const words: string[] = []
      yield* expandWord(sh, e.value, words)
      for (const w of words) pairs.push({ key: undefined, value: w, append: false })
    }
  }
  const v = sh.vars.make(real)
  v.unassigned = false
  if (!append) {
    v.value = undefined
    if (v.assoc) v.assoc = new Map()
    else v.indexed = new Map()
  } else makeArray(v, v.assoc !== undefined)
  if (v.assoc) {
    const loose = pairs.filter((p) => p.key === undefined)
    for (let i = 0; i < loose.length; i += 2) v.assoc.set(loose[i].value, loose[i + 1]?.value ?? '')
    for (const p of pairs) if (p.key !== undefined) v.assoc.set(p.key, shaped(sh, v, p.value, p.append ? (v.assoc.get(p.key) ?? '') : undefined))
    return
  }
  const map = (v.indexed ??= new Map())
  let next = append && map.size > 0 ? Math.max(...map.keys()) + 1 : 0
  for (const p of pairs) {
    if (p.key !== undefined) next = subscript(sh, v, p.key)
    map.set(next, shaped(sh, v, p.value, p.append ? (map.get(next) ?? '') : undefined))
    next++
  }
  if (sh.options.has('allexport')) v.exported = true
}

/** The error of a failed assignment: reported, then the line is dropped (a POSIX shell exits). */
export function* reportAssignment(sh: Shell, e: unknown, text: string): Flow<never> {
  if (e instanceof ReadonlyError) {
    yield* sh.error(sh.bash ? `${e.name}: readonly variable` : `${e.name}: is read only`, '')
    if (!sh.bash && !sh.interactive) throw new ShellExit(2)
    throw new ShellAbort('discard', 1)
  }
  if (e instanceof SubscriptError) {
    yield* sh.error(`${e.shown}: bad array subscript`, '')
    throw new ShellAbort('discard', 1)
  }
  if (e instanceof ShellAbort || e instanceof ShellExit) throw e
  // An arithmetic error: evaluate again, this time with a report.
  yield* evaluateOrAbort(sh, text)
  throw new ShellAbort('discard', 1)
}

/** The locales of the image. */
const KNOWN_LOCALE = /^(C|POSIX|C\.(UTF-8|utf8))?$/

/** Shorter strings are part of the shell's footprint. */
const LONG_STRING = 16384

/** Performs one assignment statement; answers its text for set -x. */
export function* performAssign(sh: Shell, a: Assign): Flow<string> {
  if (a.elements) {
    try {
      yield* assignElements(sh, a.name, a.elements, a.append)
    } catch (e) {
      yield* reportAssignment(sh, e, a.name)
    }
    return a.text
  }
  const value = a.value ? yield* expandString(sh, a.value) : ''
  const index = a.index ? yield* expandString(sh, a.index) : undefined
  if (value.length > LONG_STRING) yield* sh.heap.take(value.length)
  const before = sh.vars.find(a.name)?.value
  try {
    assignScalar(sh, a.name, index, value, a.append)
    if (sh.bash && a.name.startsWith('LC_') && !KNOWN_LOCALE.test(value)) yield* sh.error(`warning: setlocale: ${a.name}: cannot change locale (${value}): No such file or directory`, '')
    if (!a.append && typeof before === 'string' && before.length > LONG_STRING) yield* sh.heap.give(before.length)
  } catch (e) {
    yield* reportAssignment(sh, e, e instanceof ReadonlyError ? a.name : sh.vars.find(a.name)?.integer ? value : (index ?? value))
  }
  return value
}
