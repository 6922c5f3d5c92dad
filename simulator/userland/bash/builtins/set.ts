// set shift shopt: options and positional parameters.
import type { Flow } from '../../../abi/syscalls.ts'
import { SET_OPTIONS, SHOPT_DEFAULTS, ShellExit, type Shell } from '../state.ts'
import { functionText } from '../printer.ts'
import { singleQuote } from '../quote.ts'
import { dropPrivileges } from '../environment.ts'
import { LISTED, listedVariable } from '../special.ts'
import { compareNames, newVariable } from '../variables.ts'
import { tooMany } from './flow.ts'
import { plainSetting } from './declare.ts'
import { dashFail, setOption } from './set-options.ts'
import type { BuiltinTable } from './index.ts'

const USAGE = 'set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n'

/** Options dash knows, in its own order. */
const DASH_OPTIONS = ['errexit', 'noglob', 'ignoreeof', 'interactive', 'monitor', 'noexec', 'stdin', 'xtrace', 'verbose', 'vi', 'emacs', 'noclobber', 'allexport', 'notify', 'nounset', 'nolog', 'debug']

function listOptions(sh: Shell, reusable: boolean): void {
  if (!sh.bash) {
    if (reusable) {
      for (const name of DASH_OPTIONS) sh.print(`set ${sh.options.has(name) ? '-' : '+'}o ${name}\n`)
      return
    }
    sh.print('Current option settings\n')
    for (const name of DASH_OPTIONS) sh.print(`${name.padEnd(16)}${sh.options.has(name) ? 'on' : 'off'}\n`)
    return
  }
  for (const [name] of SET_OPTIONS) {
    const on = sh.options.has(name)
    sh.print(reusable ? `set ${on ? '-' : '+'}o ${name}\n` : `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`)
  }
}

function listVariables(sh: Shell): void {
  const computed = sh.bash ? LISTED.filter((name) => !sh.vars.map.has(name) && (name !== 'FUNCNAME' || sh.functionDepth > 0)) : []
  for (const name of [...sh.vars.names(), ...computed].sort(compareNames)) {
    const v = name === '_' && sh.bash ? newVariable(sh.lastArgument) : sh.vars.map.get(name) ?? listedVariable(sh, name)
    if (!v || (v.value === undefined && !v.indexed && !v.assoc)) continue
    sh.print(sh.bash ? plainSetting(name, v) : `${name}=${singleQuote(v.value ?? '')}\n`)
  }
  if (!sh.bash || sh.options.has('posix')) return
  for (const name of [...sh.functions.keys()].sort(compareNames)) {
    const f = sh.functions.get(name)
    if (f) sh.print(`${functionText(f)}\n`)
  }
}

function* set(sh: Shell, words: readonly string[]): Flow<number> {
  if (words.length === 1) {
    listVariables(sh)
    return 0
  }
  let i = 1
  for (; i < words.length; i++) {
    const w = words[i]
    if (w === '--') {
      sh.params = words.slice(i + 1)
      return 0
    }
    if (w === '-') {
      setOption(sh, 'xtrace', false)
      setOption(sh, 'verbose', false)
      i++
      break
    }
    if (!/^[-+]./.test(w)) break
    const on = w[0] === '-'
    for (const c of w.slice(1)) {
      if (c === 'o') {
        const name = words[i + 1]
        if (name === undefined || /^[-+]/.test(name)) {
          listOptions(sh, !on)
          continue
        }
        i++
        const known = sh.dialect === 'dash' ? DASH_OPTIONS.includes(name) : SET_OPTIONS.some(([n]) => n === name)
        if (!known) {
          yield* sh.error(sh.bash ? `${name}: invalid option name` : `Illegal option ${w[0]}o ${name}`)
          if (!sh.bash && !sh.interactive) throw new ShellExit(2)
          return 2
        }
        setOption(sh, name, on)
        if (name === 'privileged' && !on) yield* dropPrivileges(sh)
        continue
      }
      const option = c === 'r' && on && sh.bash ? ['restricted'] : SET_OPTIONS.find(([, letter]) => letter === c)
      if (!option) {
        yield* sh.error(sh.bash ? `${w[0]}${c}: invalid option` : `Illegal option ${w[0]}${c}`)
        if (sh.bash) yield* sh.write2(USAGE)
        else if (!sh.interactive) throw new ShellExit(2)
        return 2
      }
      setOption(sh, option[0], on)
      if (c === 'p' && !on) yield* dropPrivileges(sh)
    }
  }
  if (i < words.length) sh.params = words.slice(i)
  return 0
}

function* shift(sh: Shell, words: readonly string[]): Flow<number> {
  const n = words[1] === undefined ? 1 : /^\s*[-+]?\d+\s*$/.test(words[1]) ? Number(words[1]) : undefined
  if (n === undefined) {
    if (!sh.bash) return yield* dashFail(sh, `Illegal number: ${words[1]}`)
    return yield* sh.fail(1, `${words[1]}: numeric argument required`)
  }
  if (words.length > 2 && sh.bash) yield* tooMany(sh)
  if (n < 0) return yield* sh.fail(1, `${words[1]}: shift count out of range`)
  if (n > sh.params.length) {
    if (sh.dialect === 'dash') return yield* dashFail(sh, "can't shift that many")
    if (sh.shopts.get('shift_verbose')) yield* sh.error(`${n}: shift count out of range`)
    return 1
  }
  sh.params = sh.params.slice(n)
  return 0
}

function* shopt(sh: Shell, words: readonly string[]): Flow<number> {
  const flags = new Set<string>()
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (const c of words[i].slice(1)) {
      if (!'supqo'.includes(c)) {
        yield* sh.error(`-${c}: invalid option`)
        yield* sh.write2('shopt: usage: shopt [-pqsu] [-o] [optname ...]\n')
        return 2
      }
      flags.add(c)
    }
  }
  if (flags.has('s') && flags.has('u')) return yield* sh.fail(1, 'cannot set and unset shell options simultaneously')
  const useSet = flags.has('o')
  const all = useSet ? SET_OPTIONS.map(([n]) => n) : SHOPT_DEFAULTS.map(([n]) => n)
  const value = (name: string): boolean => (useSet ? sh.options.has(name) : sh.shopts.get(name) === true)
  const show = (name: string): void => {
    if (flags.has('q')) return
    if (flags.has('p')) sh.print(useSet ? `set ${value(name) ? '-' : '+'}o ${name}\n` : `shopt ${value(name) ? '-s' : '-u'} ${name}\n`)
    else sh.print(`${name.padEnd(15)}\t${value(name) ? 'on' : 'off'}\n`)
  }
  const names = words.slice(i)
  if (names.length === 0) {
    for (const name of all) if (!(flags.has('s') && !value(name)) && !(flags.has('u') && value(name))) show(name)
    return 0
  }
  let status = 0
  for (const name of names) {
    if (!all.includes(name)) {
      yield* sh.error(`${name}: invalid ${useSet ? '' : 'shell '}option name`)
      status = 1
    } else if (flags.has('s') || flags.has('u')) {
      if (useSet) setOption(sh, name, flags.has('s'))
      else sh.shopts.set(name, flags.has('s'))
    } else {
      show(name)
      if (!value(name)) status = 1
    }
  }
  return status
}

export const SET: BuiltinTable = { set, shift, shopt }
