// Parameter expansion: $x, ${x…} with all operators, arrays, $@ and $*. See Parameter Expansion in bash(1).
import type { Flow } from '../../abi/syscalls.ts'
import type { Param, Word } from './ast.ts'
import { matchPrefix, fnmatch } from '../../lib/fnmatch.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { type Fields, expandParts, expandPattern, expandString, ifsOf } from './expansion.ts'
import { arithmeticNumber } from './expansion-arithmetic.ts'
import { assignScalar, elementValue, reportAssignment } from './assign.ts'
import { isDynamic, lookup, needsClock, parameterValue } from './special.ts'
import { arrayKeys, arrayValues, isName, newVariable, sortedIndices } from './variables.ts'
import { call } from '../libc/syscall.ts'
import { isErr } from '../../abi/errno.ts'
import { CLOCK_REALTIME } from '../../abi/sched.ts'
import { ArithmeticError } from './arithmetic.ts'
import { transform } from './expansion-transform.ts'
import { expandPrompt } from './prompt.ts'

type Value =
  | { readonly kind: 'one'; readonly text: string | undefined }
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly star: boolean }

/** Brings sh.now up to date. */
export function* refreshClock(sh: Shell): Flow<void> {
  const t = yield* call('clock_gettime', CLOCK_REALTIME)
  if (!isErr(t)) sh.now = t.sec + t.nsec / 1e9
}

function* learnGroups(sh: Shell): Flow<void> {
  if (sh.groups.length > 0) return
  const groups = yield* call('getgroups')
  const gid = yield* call('getgid')
  // The primary group comes first.
  sh.groups = [gid as number, ...(isErr(groups) ? [] : groups.filter((g) => g !== gid))]
}

export function* badSubstitution(sh: Shell, text: string): Flow<never> {
  if (sh.dialect === 'dash') {
    yield* sh.error('Bad substitution', '')
    throw new ShellExit(2)
  }
  yield* sh.error(sh.bash ? `${text}: bad substitution` : 'syntax error: bad substitution', '')
  if (!sh.bash) throw new ShellExit(2)
  throw new ShellAbort('discard', 1)
}

export function* unbound(sh: Shell, name: string): Flow<never> {
  yield* sh.error(sh.bash ? `${/^\d/.test(name) ? `$${name}` : name}: unbound variable` : `${name}: parameter not set`, '')
  if (!sh.bash) throw new ShellExit(sh.interactive ? 1 : 2)
  throw new ShellAbort('fatal', 1)
}

/** The value before any operator. */
function* baseValue(sh: Shell, name: string, index: Word | undefined): Flow<Value> {
  if (needsClock(name)) yield* refreshClock(sh)
  if (name === 'GROUPS') yield* learnGroups(sh)
  if (name === '@' || name === '*') return { kind: 'list', items: sh.params, star: name === '*' }
  if (index === undefined) return { kind: 'one', text: parameterValue(sh, name) }
  if (index.text === '@' || index.text === '*') return { kind: 'list', items: arrayValues(lookup(sh, name)), star: index.text === '*' }
  const key = yield* expandString(sh, index)
  try {
    if (/^-\d+$/.test(key) && sh.bash) {
      const keys = lookup(sh, name)?.indexed
      if (keys && Number(key) + Math.max(-1, ...keys.keys()) + 1 < 0) yield* sh.error(`${name}: bad array subscript`, '')
    }
    return { kind: 'one', text: elementValue(sh, name, key) }
  } catch (e) {
    if (!(e instanceof ArithmeticError)) throw e
    return yield* reportAssignment(sh, e, key)
  }
}

function emit(sh: Shell, value: Value, out: Fields, quoted: boolean): void {
  if (value.kind === 'one') {
    const text = value.text ?? ''
    if (quoted) out.quoted(text)
    else out.expanded(text)
    return
  }
  const { items, star } = value
  if (!out.split) {
    const separator = star ? (ifsOf(sh)[0] ?? '') : ' '
    const text = items.join(star && quoted ? separator : star ? separator || ' ' : ' ')
    if (quoted) out.quoted(text)
    else out.expanded(text)
    return
  }
  if (quoted && star) {
    out.quoted(items.join(ifsOf(sh)[0] ?? ''))
    return
  }
  items.forEach((item, n) => {
    if (n > 0) out.end()
    if (quoted) out.quoted(item)
    else out.expanded(item)
  })
}

/** Applies a function to a value or to each of a list. */
const mapValue = (value: Value, f: (text: string) => string): Value =>
  value.kind === 'one' ? { kind: 'one', text: f(value.text ?? '') } : { ...value, items: value.items.map(f) }

export function* expandParameter(sh: Shell, p: Param, out: Fields, quoted: boolean): Flow<void> {
  if (p.operator === '' && p.prefix === '' && p.index === undefined) {
    // The plain and frequent case.
    const { name } = p
    if (name === '@' || name === '*') return emit(sh, { kind: 'list', items: sh.params, star: name === '*' }, out, quoted)
    if (needsClock(name)) yield* refreshClock(sh)
    if (name === 'GROUPS') yield* learnGroups(sh)
    const text = parameterValue(sh, name)
    if (text === undefined && sh.options.has('nounset') && name !== '!') yield* unbound(sh, name)
    if (quoted) out.quoted(text ?? '')
    else out.expanded(text ?? '')
    return
  }
  if (p.operator === 'bad' || (!sh.bash && !allowed(sh, p))) yield* badSubstitution(sh, p.text)
  if (p.operator.startsWith('names')) {
    const names = sh.vars.names(p.name)
    return emit(sh, { kind: 'list', items: names, star: p.operator === 'names*' }, out, quoted)
  }
  let { name, index } = p
  if (p.prefix === '!') {
    if (index && (index.text === '@' || index.text === '*') && p.operator === '') {
      return emit(sh, { kind: 'list', items: arrayKeys(lookup(sh, name)), star: index.text === '*' }, out, quoted)
    }
    const v = sh.vars.map.get(name)
    if (v?.nameref && p.operator === '' && !index) {
      out.quoted(v.value === undefined ? '' : sh.vars.resolve(name))
      return
    }
    const target = (yield* baseValue(sh, name, index)) as Value
    const text = target.kind === 'one' ? target.text : target.items.join(' ')
    if (text === undefined || text === '') {
      yield* sh.error(`${p.name}: invalid indirect expansion`, '')
      throw new ShellAbort('discard', 1)
    }
    const m = /^([A-Za-z_]\w*|[0-9]+|[@*#?$!-])(?:\[(.*)\])?$/s.exec(text)
    if (!m) {
      yield* sh.error(`${text}: invalid variable name`, '')
      throw new ShellAbort('discard', 1)
    }
    name = m[1]
    index = m[2] === undefined ? undefined : { text: m[2], literal: m[2], parts: [], braces: undefined, assign: undefined }
  }
  if (p.prefix === '#') return yield* expandLength(sh, name, index, out, quoted)
  const value = yield* baseValue(sh, name, index)
  switch (p.operator) {
    case '': {
      if (value.kind === 'one' && value.text === undefined && sh.options.has('nounset')) yield* unbound(sh, index ? `${name}[${index.text}]` : name)
      return emit(sh, value, out, quoted)
    }
    case '-': case ':-': case '=': case ':=': case '+': case ':+': case '?': case ':?':
      return yield* expandDefault(sh, p, name, index, value, out, quoted)
    default: break
  }
  if (value.kind === 'one' && value.text === undefined && sh.options.has('nounset')) yield* unbound(sh, index ? `${name}[${index.text}]` : name)
  if (p.operator === ':') return emit(sh, yield* slice(sh, p, name, value), out, quoted)
  if (p.operator === '@') {
    const op = p.operand?.text ?? ''
    if (op === 'P') {
      const items: string[] = []
      for (const t of value.kind === 'one' ? [value.text ?? ''] : value.items) items.push(yield* expandPrompt(sh, t))
      return emit(sh, value.kind === 'one' ? { kind: 'one', text: items[0] } : { ...value, items }, out, quoted)
    }
    const result = transform(sh, op, name, value.kind === 'list', value.kind === 'one' ? value.text : undefined, value.kind === 'list' ? value.items : undefined)
    if (result === undefined) yield* badSubstitution(sh, p.text)
    else emit(sh, typeof result === 'string' ? { kind: 'one', text: result } : { kind: 'list', items: result, star: value.kind === 'list' && value.star }, out, quoted)
    return
  }
  const pattern = p.operand ? yield* expandPattern(sh, p.operand) : ''
  const extglob = sh.shopts.get('extglob') === true
  if (p.operator.startsWith('/')) {
    const replacement = p.operand2 ? yield* expandReplacement(sh, p.operand2) : { text: '', ampersand: false }
    return emit(sh, mapValue(value, (t) => replace(t, p.operator, pattern, replacement, extglob, sh.shopts.get('nocasematch') === true)), out, quoted)
  }
  emit(sh, mapValue(value, (t) => trimOrCase(t, p.operator, pattern, extglob)), out, quoted)
}

/** What dash and ash know of ${ }. */
function allowed(sh: Shell, p: Param): boolean {
  if (p.index !== undefined || p.prefix === '!') return false
  if (sh.dialect === 'ash') return !['^', '^^', ',', ',,', '@'].includes(p.operator) && !p.operator.startsWith('names')
  return ['', '-', ':-', '=', ':=', '+', ':+', '?', ':?', '#', '##', '%', '%%'].includes(p.operator)
}

function* expandLength(sh: Shell, name: string, index: Word | undefined, out: Fields, quoted: boolean): Flow<void> {
  let length: number
  if (name === '@' || name === '*') length = sh.params.length
  else {
    const value = yield* baseValue(sh, name, index)
    if (value.kind === 'one' && value.text === undefined && sh.options.has('nounset')) yield* unbound(sh, name)
    length = value.kind === 'list' ? value.items.length : [...(value.text ?? '')].length
  }
  if (quoted) out.quoted(String(length))
  else out.expanded(String(length))
}

function* expandDefault(sh: Shell, p: Param, name: string, index: Word | undefined, value: Value, out: Fields, quoted: boolean): Flow<void> {
  const colon = p.operator.startsWith(':')
  const op = p.operator[p.operator.length - 1]
  const present = value.kind === 'one'
    ? value.text !== undefined && !(colon && value.text === '')
    : value.items.length > 0 && !(colon && value.items.length === 1 && value.items[0] === '')
  const { operand } = p
  if (op === '+') {
    if (present && operand) yield* expandParts(sh, operand.parts, out, quoted && operand.parts.every((x) => x.kind !== 'double'))
    else if (quoted) out.quoted('')
    return
  }
  if (present) return emit(sh, value, out, quoted)
  if (op === '-') {
    if (operand && operand.parts.length > 0) {
      if (quoted) yield* expandParts(sh, operand.parts, out, true)
      else yield* expandParts(sh, operand.parts.map((x) => (x.kind === 'text' && !x.quoted && / |\t|\n/.test(x.text) ? x : x)), out, false)
    } else if (quoted) out.quoted('')
    return
  }
  const text = operand ? yield* expandString(sh, operand) : ''
  if (op === '=') {
    if (!isName(name)) {
      yield* sh.error(`$${name}: cannot assign in this way`, '')
      throw new ShellAbort('discard', 1)
    }
    try {
      assignScalar(sh, name, index ? yield* expandString(sh, index) : undefined, text, false)
    } catch (e) {
      yield* reportAssignment(sh, e, text)
    }
    emit(sh, { kind: 'one', text: parameterValue(sh, name) }, out, quoted)
    return
  }
  const message = text !== '' ? text : colon ? 'parameter null or not set' : sh.bash ? 'parameter not set' : 'parameter not set'
  yield* sh.error(`${name}: ${message}`, '')
  if (!sh.bash) throw new ShellExit(2)
  throw new ShellAbort('fatal', 1)
}

function* slice(sh: Shell, p: Param, name: string, value: Value): Flow<Value> {
  const offset = p.operand ? yield* arithmeticNumber(sh, p.operand) : 0
  const length = p.operand2 ? yield* arithmeticNumber(sh, p.operand2) : undefined
  if (value.kind === 'list') {
    const positional = name === '@' || name === '*'
    const items = positional ? [sh.arg0, ...value.items] : value.items
    let from = offset
    const indices = positional ? [] : sortedIndices(lookup(sh, name) ?? newVariable())
    if (from < 0) from += indices.length > 0 ? indices[indices.length - 1] + 1 : items.length
    if (from < 0) return { ...value, items: [] }
    if (indices.length > 0) {
      // An indexed array may have gaps: the offset is an index.
      const first = indices.findIndex((i) => i >= from)
      from = first < 0 ? items.length : first
    }
    if (length !== undefined && length < 0) {
      yield* sh.error(`${length}: substring expression < 0`, '')
      throw new ShellAbort('discard', 1)
    }
    return { ...value, items: items.slice(from, length === undefined ? undefined : from + length) }
  }
  const chars = [...(value.text ?? '')]
  let from = offset
  if (from < 0) from += chars.length
  if (from < 0 || from > chars.length) return { kind: 'one', text: '' }
  let to = length === undefined ? chars.length : length < 0 ? chars.length + length : from + length
  if (to < from) {
    yield* sh.error(`${p.operand2?.text ?? ''}: substring expression < 0`, '')
    throw new ShellAbort('discard', 1)
  }
  to = Math.min(to, chars.length)
  return { kind: 'one', text: chars.slice(from, to).join('') }
}

/** The replacement of ${x/pat/rep}; an unquoted & stands for the match. */
function* expandReplacement(sh: Shell, word: Word): Flow<{ text: string; ampersand: boolean }> {
  const text = yield* expandString(sh, word)
  const ampersand = sh.bash && sh.shopts.get('patsub_replacement') === true && word.parts.some((x) => (x.kind === 'text' && !x.quoted && x.text.includes('&')) || x.kind === 'param')
  return { text, ampersand: ampersand && text.includes('&') }
}

function replace(text: string, operator: string, pattern: string, replacement: { text: string; ampersand: boolean }, extglob: boolean, casefold: boolean): string {
  if (pattern === '' && operator !== '/#' && operator !== '/%') return text
  const flags = { extglob, casefold }
  const insert = (match: string): string => (replacement.ampersand ? replacement.text.replace(/\\&|&/g, (m) => (m === '&' ? match : '&')) : replacement.text)
  if (operator === '/#') {
    const n = matchPrefix(pattern, text, 0, true, flags)
    return n < 0 ? text : insert(text.slice(0, n)) + text.slice(n)
  }
  if (operator === '/%') {
    for (let i = 0; i <= text.length; i++) if (fnmatch(pattern, text.slice(i), flags)) return text.slice(0, i) + insert(text.slice(i))
    return text
  }
  let out = ''
  for (let i = 0; i < text.length; ) {
    const n = matchPrefix(pattern, text, i, true, flags)
    if (n > 0) {
      out += insert(text.slice(i, i + n))
      i += n
      if (operator === '/') return out + text.slice(i)
    } else out += text[i++]
  }
  return out
}

function trimOrCase(text: string, operator: string, pattern: string, extglob: boolean): string {
  const flags = { extglob }
  switch (operator) {
    case '#':
    case '##': {
      const n = matchPrefix(pattern, text, 0, operator === '##', flags)
      return n < 0 ? text : text.slice(n)
    }
    case '%':
      for (let i = text.length; i >= 0; i--) if (fnmatch(pattern, text.slice(i), flags)) return text.slice(0, i)
      return text
    case '%%':
      for (let i = 0; i <= text.length; i++) if (fnmatch(pattern, text.slice(i), flags)) return text.slice(0, i)
      return text
    default: {
      const all = operator.length === 2
      const toggled = (c: string): string => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())
      const change = (c: string): string => (operator[0] === '^' ? c.toUpperCase() : operator[0] === ',' ? c.toLowerCase() : toggled(c))
      return [...text].map((c, n) => ((all || n === 0) && (pattern === '' || fnmatch(pattern, c, flags)) ? change(c) : c)).join('')
    }
  }
}

/** Is the variable or element set? For -v and ${x+y}. */
export function isSet(sh: Shell, name: string): boolean {
  const m = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(name)
  if (m) {
    if (m[2] === '@' || m[2] === '*') return arrayValues(lookup(sh, m[1])).length > 0
    return elementValue(sh, m[1], m[2]) !== undefined
  }
  return isDynamic(name) ? parameterValue(sh, name) !== undefined : sh.vars.get(name) !== undefined || (/^\d+$/.test(name) && parameterValue(sh, name) !== undefined)
}
