// declare typeset local export readonly unset: variables, their attributes, functions.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Assign } from '../ast.ts'
import { assignElements, assignScalar, makeArray, reportAssignment } from '../assign.ts'
import { declaration } from '../declaration.ts'
import { expandString } from '../expansion.ts'
import { functionText } from '../printer.ts'
import { setQuote, singleQuote } from '../quote.ts'
import { ShellExit, type Shell, type ShellFunction } from '../state.ts'
import { isName, newVariable, type Variable } from '../variables.ts'
import { traceText, traceWord } from '../trace.ts'
import { parseAssignment } from '../syntax.ts'
import { LISTED, listedVariable, lookup } from '../special.ts'
import type { BuiltinTable } from './index.ts'
import { compareNames } from '../variables.ts'
import { dashFail } from './set-options.ts'

const USAGE: Readonly<Record<string, string>> = {
  declare: 'declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]',
  typeset: 'typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]',
  local: 'local [option] name[=value] ...', export: 'export [-fn] [name[=value] ...] or export -p', readonly: 'readonly [-aAf] [name[=value] ...] or readonly -p',
}
const LETTERS: Readonly<Record<string, string>> = { declare: 'aAfFgiIlnprtux', typeset: 'aAfFgiIlnprtux', local: 'aAilnrtuxIp', export: 'fnp', readonly: 'aAfp' }

function setAttributes(v: Variable, on: ReadonlySet<string>, off: ReadonlySet<string>): void {
  for (const [letter, key] of [['i', 'integer'], ['x', 'exported'], ['l', 'lower'], ['u', 'upper'], ['t', 'trace']] as const) {
    if (on.has(letter)) v[key] = true
    if (off.has(letter)) v[key] = false
  }
  if (on.has('l')) v.upper = false
  if (on.has('u')) v.lower = false
  if (on.has('A')) makeArray(v, true)
  else if (on.has('a')) makeArray(v, false)
}

function matches(v: Variable, flags: ReadonlySet<string>): boolean {
  const has: Readonly<Record<string, boolean>> = {
    a: v.indexed !== undefined, A: v.assoc !== undefined, i: v.integer, l: v.lower, n: v.nameref, r: v.readonly, t: v.trace, u: v.upper, x: v.exported,
  }
  return [...flags].every((f) => has[f] ?? true)
}

/** Lists variables, as `declare -p` with attributes or as `declare` without. */
function list(sh: Shell, flags: ReadonlySet<string>, verbose: boolean): void {
  const computed = verbose && sh.bash && flags.size > 0 ? LISTED.filter((name) => !sh.vars.map.has(name)) : []
  for (const name of [...sh.vars.names(), ...computed].sort(compareNames)) {
    const v = sh.vars.map.get(name) ?? listedVariable(sh, name)
    if (!v || !matches(v, flags)) continue
    if (verbose) sh.print(`${declaration(name, v)}\n`)
    else if (v.value !== undefined || v.indexed || v.assoc) sh.print(plainSetting(name, v))
  }
}

/** `NAME=value` as `set` and `declare` list it. */
export const plainSetting = (name: string, v: Variable): string =>
  v.indexed || v.assoc ? `${declaration(name, v).replace(/^declare -\S+ /, '')}\n` : `${name}=${setQuote(v.value ?? '')}\n`

function listFunctions(sh: Shell, namesOnly: boolean, wanted: (f: ShellFunction) => boolean = () => true): void {
  for (const name of [...sh.functions.keys()].sort(compareNames)) {
    const f = sh.functions.get(name)
    if (!f || !wanted(f)) continue
    const letters = `${f.readonly ? 'r' : ''}${f.trace ? 't' : ''}${f.exported ? 'x' : ''}`
    if (!namesOnly) sh.print(`${functionText(f)}\n`)
    if (namesOnly || letters !== '') sh.print(`declare -f${letters} ${name}\n`)
  }
}

function* functions(sh: Shell, names: readonly string[], command: string, on: ReadonlySet<string>, off: ReadonlySet<string>): Flow<number> {
  if (names.length === 0) {
    listFunctions(sh, on.has('F'), (f) => (!on.has('r') || f.readonly) && (!on.has('x') || f.exported) && (!on.has('t') || f.trace))
    return 0
  }
  let status = 0
  for (const name of names) {
    const f = sh.functions.get(name)
    if (!f) {
      if (command === 'export' || command === 'readonly') yield* sh.error(`${name}: not a function`)
      status = 1
    } else if (command === 'export') f.exported = !off.has('x')
    else if (command === 'readonly' || on.has('r')) f.readonly = true
    else if (on.has('x')) f.exported = true
    else if (on.has('t')) f.trace = true
    else sh.print(on.has('F') ? `${name}${sh.shopts.get('extdebug') ? ` ${f.body.line} ${f.source}` : ''}\n` : `${functionText(f)}\n`)
  }
  return status
}

interface Options { readonly on: Set<string>; readonly off: Set<string>; readonly rest: number; readonly bad: string | undefined }

function parse(words: readonly string[], letters: string): Options {
  const on = new Set<string>()
  const off = new Set<string>()
  let i = 1
  for (; i < words.length && /^[-+]./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (const c of words[i].slice(1)) {
      if (!letters.includes(c)) return { on, off, rest: i, bad: words[i][0] + c }
      ;(words[i][0] === '-' ? on : off).add(c)
    }
  }
  return { on, off, rest: i, bad: undefined }
}

function* declare(sh: Shell, words: readonly string[], assigns: ReadonlyMap<number, Assign>): Flow<number> {
  const [command] = words
  const o = parse(words, LETTERS[command] ?? 'aAfFgiIlnprtux')
  if (o.bad !== undefined) {
    yield* sh.error(sh.bash ? `${o.bad}: invalid option` : `Illegal option ${o.bad}`)
    if (sh.bash) yield* sh.write2(`${command}: usage: ${USAGE[command]}\n`)
    return 2
  }
  const { on, off } = o
  if (command === 'local' && sh.functionDepth === 0) {
    if (!sh.bash) return yield* dashFail(sh, 'not in a function')
    return yield* sh.fail(1, 'can only be used in a function')
  }
  const remove = command === 'export' && on.has('n')
  if (command === 'export') {
    on.delete('n')
    if (remove) off.add('x')
    else on.add('x')
  }
  if (command === 'readonly') on.add('r')
  const names = words.slice(o.rest)
  if (on.has('f') || on.has('F')) return yield* functions(sh, names, command, on, off)
  if (names.length === 0 && command !== 'local') {
    if (!sh.bash) {
      for (const name of sh.vars.names()) {
        const v = sh.vars.map.get(name)
        if (v && (command === 'export' ? v.exported : v.readonly)) sh.print(`${command} ${name}${v.value === undefined ? '' : `=${singleQuote(v.value)}`}\n`)
      }
      return 0
    }
    const flags = new Set([...on].filter((c) => c !== 'p' && c !== 'g'))
    list(sh, flags, on.has('p') || flags.size > 0)
    if (command === 'declare' && flags.size === 0 && !on.has('p')) listFunctions(sh, false)
    return 0
  }
  if (names.length === 0) {
    for (const name of [...(sh.vars.frames[sh.vars.frames.length - 1]?.keys() ?? [])].sort(compareNames)) {
      const v = sh.vars.map.get(name)
      if (v) sh.print(`${declaration(name, v)}\n`)
    }
    return 0
  }
  if (on.has('p') && command !== 'export' && command !== 'readonly') {
    let status = 0
    for (const name of names) {
      const v = sh.vars.map.get(name) ?? lookup(sh, name)
      if (v && (v.value !== undefined || v.indexed || v.assoc || v.exported || v.local || sh.vars.map.has(name))) sh.print(`${declaration(name, v)}\n`)
      else {
        yield* sh.error(`${name}: not found`)
        status = 1
      }
    }
    return status
  }
  let status = 0
  for (let i = o.rest; i < words.length; i++) {
    if (!(yield* one(sh, command, words[i], assigns.get(i), on, off))) status = 1
  }
  return status
}

/** `local -`: the options as they are now. */
function restoreOptions(sh: Shell): () => void {
  const options = new Set(sh.options)
  return () => {
    sh.options = options
  }
}

function* one(sh: Shell, command: string, word: string, parsed: Assign | undefined, on: ReadonlySet<string>, off: ReadonlySet<string>): Flow<boolean> {
  if (command === 'local' && word === '-' && sh.bash) {
    sh.vars.atPop(restoreOptions(sh))
    return true
  }
  const m = /^([A-Za-z_][A-Za-z_0-9]*)(?:\[(.*?)\])?(\+?=)?/s.exec(word)
  const name = parsed?.name ?? m?.[1]
  const hasValue = parsed !== undefined || m?.[3] !== undefined
  if (name === undefined || !m || (!hasValue && m[0].length < word.length)) {
    yield* sh.error(sh.bash ? `\`${word}': not a valid identifier` : `${word.replace(/=.*$/s, '')}: bad variable name`)
    if (!sh.bash && !sh.interactive) throw new ShellExit(2)
    return false
  }
  const local = command === 'local' || ((command === 'declare' || command === 'typeset') && sh.functionDepth > 0 && !on.has('g'))
  // The value is expanded before the name is hidden: local x=$x.
  const append = parsed ? parsed.append : m[3] === '+='
  let value: string | undefined
  if (hasValue && !parsed?.elements) value = parsed ? (parsed.value ? yield* expandString(sh, parsed.value) : '') : word.slice(m[0].length)
  const index = parsed ? (parsed.index ? yield* expandString(sh, parsed.index) : undefined) : m[2]
  let elements = parsed?.elements
  if (!parsed && value !== undefined && (on.has('a') || on.has('A')) && /^\(.*\)$/s.test(value)) {
    elements = parseAssignment(`x=${value}`)?.elements
    value = undefined
  }
  const existing = sh.vars.map.get(sh.vars.resolve(name))
  if (existing?.readonly && (hasValue || off.has('r')) && !(local && !sh.vars.isLocal(name) && !existing.readonly)) {
    yield* sh.error(sh.bash ? `${name}: readonly variable` : `${name}: is read only`, sh.bash && (command === 'readonly' || command === 'export') ? '' : command)
    return false
  }
  const real = local ? name : sh.vars.resolve(name)
  const v = local ? sh.vars.local(name, !sh.bash || on.has('I') || sh.shopts.get('localvar_inherit') === true) : sh.vars.map.get(real) ?? sh.vars.make(real)
  if (local && name === 'OPTIND') {
    const outer = Number(existing?.value) || 1
    sh.optionIndex = { at: 1, char: 0 }
    sh.vars.atPop(() => {
      sh.optionIndex = { at: outer, char: 0 }
    })
  }
  if (on.has('n') && command !== 'export') {
    if (value === name) {
      yield* sh.error(`${name}: nameref variable self references not allowed`)
      return false
    }
    if (value !== undefined && !/^[A-Za-z_]\w*(\[.*\])?$/s.test(value)) {
      yield* sh.error(`\`${value}': invalid variable name for name reference`)
      return false
    }
    v.nameref = true
    if (value !== undefined) v.value = value
    return true
  }
  if (off.has('n')) v.nameref = false
  if ((on.has('A') && v.indexed) || (on.has('a') && v.assoc)) {
    yield* sh.error(`${name}: cannot convert ${v.assoc ? 'associative to indexed' : 'indexed to associative'} array`)
    return false
  }
  if ((off.has('a') && v.indexed) || (off.has('A') && v.assoc)) {
    yield* sh.error(`${name}: cannot destroy array variables in this way`)
    return false
  }
  setAttributes(v, on, off)
  try {
    if (elements) yield* assignElements(sh, name, elements, append)
    else if (value !== undefined) {
      assignScalar(sh, name, index, value, append)
      if (sh.bash && sh.options.has('xtrace') && (command === 'export' || command === 'readonly')) yield* traceText(sh, `${name}=${value === '' ? '' : traceWord(sh, value)}`)
    }
  } catch (e) {
    yield* reportAssignment(sh, e, value ?? name)
  }
  if (on.has('r')) sh.vars.make(name).readonly = true
  return true
}

function* unset(sh: Shell, words: readonly string[]): Flow<number> {
  let mode: 'any' | 'variable' | 'function' | 'reference' = 'any'
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (const c of words[i].slice(1)) {
      if (c === 'v') mode = 'variable'
      else if (c === 'f') mode = 'function'
      else if (c === 'n' && sh.bash) mode = 'reference'
      else {
        yield* sh.error(sh.bash ? `-${c}: invalid option` : `Illegal option -${c}`)
        if (sh.bash) yield* sh.write2('unset: usage: unset [-f] [-v] [-n] [name ...]\n')
        return 2
      }
    }
  }
  let status = 0
  for (const word of words.slice(i)) {
    const m = /^([A-Za-z_][A-Za-z_0-9]*)(?:\[(.*)\])?$/s.exec(word)
    const fixed = sh.functions.get(word)?.readonly === true
    if (fixed && (mode === 'function' || (mode === 'any' && !sh.vars.map.has(word)))) {
      status = yield* sh.fail(1, `${word}: cannot unset: readonly function`)
      continue
    }
    if (mode === 'function') {
      sh.functions.delete(word)
      continue
    }
    if (!m) {
      if (sh.functions.delete(word)) continue
      if (mode === 'variable' && sh.bash) {
        yield* sh.error(`\`${word}': not a valid identifier`)
        status = 1
      } else if (!sh.bash && mode === 'any') {
        status = yield* dashFail(sh, `${word}: bad variable name`)
      }
      continue
    }
    const name = mode === 'reference' ? m[1] : sh.vars.resolve(m[1])
    const v = sh.vars.map.get(name)
    if (v?.readonly) {
      if (!sh.bash) return yield* dashFail(sh, `${name}: is read only`)
      status = yield* sh.fail(1, `${name}: cannot unset: readonly variable`)
    } else if (m[2] !== undefined && v) {
      if (m[2] === '@' || m[2] === '*') sh.vars.delete(name)
      else if (v.assoc) v.assoc.delete(m[2])
      else if (v.indexed) {
        const keys = [...v.indexed.keys()]
        const n = Number(m[2])
        v.indexed.delete(n < 0 ? Math.max(...keys) + 1 + n : n)
      }
    } else if (v) {
      if (v.local && sh.functionDepth > 0) sh.vars.map.set(name, { ...newVariable(), local: true })
      else sh.vars.delete(name)
    } else if (mode === 'any' && sh.bash && isName(word)) sh.functions.delete(word)
  }
  return status
}

export const DECLARE: BuiltinTable = { declare, typeset: declare, local: declare, export: declare, readonly: declare, unset }
