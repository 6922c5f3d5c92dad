// type hash alias unalias enable
import type { Flow } from '../../../abi/syscalls.ts'
import { APPLETS } from '../applets.ts'
import { searchPath } from '../exec-program.ts'
import { functionText } from '../printer.ts'
import { singleQuote } from '../quote.ts'
import type { Shell } from '../state.ts'
import { bucket, compareNames } from '../variables.ts'
import { misused } from './synopsis.ts'
import { builtinNames, type BuiltinTable, disabled, findBuiltin, SPECIAL_BUILTINS } from './index.ts'

const KEYWORDS = ['if', 'then', 'else', 'elif', 'fi', 'case', 'esac', 'for', 'select', 'while', 'until', 'do', 'done', 'in', 'function', 'time', '{', '}', '!', '[[', ']]', 'coproc']
const DASH_KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'fi', 'case', 'esac', 'for', 'while', 'until', 'do', 'done', 'in', '{', '}', '!'])

export const isKeyword = (sh: Shell, name: string): boolean => (sh.bash ? KEYWORDS.includes(name) : DASH_KEYWORDS.has(name))
export const keywords = (): readonly string[] => KEYWORDS

/** What a name is, in the words of `type` (long), `command -v` (short) or `type -t` (kind). All meanings with `all`. */
export function* describeCommand(sh: Shell, name: string, form: 'long' | 'short' | 'kind', all = false, skipFunctions = false): Flow<string[]> {
  const out: string[] = []
  const add = (long: string, short: string, kind: string): void => {
    out.push(form === 'long' ? long : form === 'short' ? short : kind)
  }
  const alias = sh.aliases.get(name)
  if (alias !== undefined && (sh.shopts.get('expand_aliases') || !sh.bash)) {
    add(sh.bash ? `${name} is aliased to \`${alias}'` : `${name} is an alias for ${alias}`, `alias ${name}=${singleQuote(alias)}`, 'alias')
    if (!all) return out
  }
  if (isKeyword(sh, name)) {
    add(`${name} is a shell keyword`, name, 'keyword')
    if (!all) return out
  }
  const fn = skipFunctions ? undefined : sh.functions.get(name)
  if (fn) {
    add(sh.bash ? `${name} is a function\n${functionText(fn)}` : `${name} is a shell function`, name, 'function')
    if (!all) return out
  }
  if (findBuiltin(sh, name)) {
    const special = !sh.bash && SPECIAL_BUILTINS.has(name) && sh.dialect === 'dash'
    add(`${name} is a ${special ? 'special ' : ''}shell builtin`, name, 'builtin')
    if (!all) return out
  }
  if (sh.dialect === 'ash' && !name.includes('/') && APPLETS.has(name)) {
    add(`${name} is ${name}`, name, 'file')
    return out
  }
  const hashed = sh.hash.get(name)
  if (hashed && !all && sh.bash) {
    // Every look into the table counts as a hit.
    hashed.hits++
    add(`${name} is hashed (${hashed.path})`, hashed.path, 'file')
    return out
  }
  for (const path of yield* searchPath(sh, name, all)) {
    add(hashed && sh.dialect === 'dash' ? `${name} is a tracked alias for ${path}` : `${name} is ${path}`, path, 'file')
    if (sh.dialect === 'dash' && !name.includes('/')) sh.hash.set(name, { path, hits: 0 })
    if (!all) break
  }
  return out
}

function* type(sh: Shell, words: readonly string[]): Flow<number> {
  const flags = new Set<string>()
  let i = 1
  for (; sh.bash && i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (const c of words[i].slice(1)) {
      if (!'afptP'.includes(c)) {
        yield* sh.error(`-${c}: invalid option`)
        yield* sh.write2('type: usage: type [-afptP] name [name ...]\n')
        return 2
      }
      flags.add(c)
    }
  }
  let status = 0
  for (const name of words.slice(i)) {
    const all = flags.has('a')
    let found: string[]
    if (flags.has('P')) found = yield* searchPath(sh, name, all)
    else if (flags.has('p')) {
      const kinds = yield* describeCommand(sh, name, 'kind', all, flags.has('f'))
      found = kinds.includes('file') ? (!all && sh.hash.get(name) ? [sh.hash.get(name)?.path ?? ''] : yield* searchPath(sh, name, all)) : []
      if (kinds.length > 0 && found.length === 0) continue
    } else found = yield* describeCommand(sh, name, flags.has('t') ? 'kind' : 'long', all, flags.has('f'))
    for (const line of found) sh.print(`${line}\n`)
    if (found.length === 0) {
      if (!flags.has('t') && !flags.has('p') && !flags.has('P')) {
        if (sh.bash) yield* sh.error(`${name}: not found`)
        else sh.print(`${name}: not found\n`)
      }
      status = sh.bash ? 1 : 127
    }
  }
  return status
}

/** hash -t: where names were found. */
function* hashed(sh: Shell, names: readonly string[], reusable: boolean): Flow<number> {
  let status = 0
  for (const name of names) {
    const e = sh.hash.get(name)
    if (e) {
      e.hits++
      sh.print(reusable ? `builtin hash -p ${e.path} ${name}\n` : names.length > 1 ? `${name}\t${e.path}\n` : `${e.path}\n`)
    } else status = yield* sh.fail(1, `${name}: not found`)
  }
  return status
}

function* hash(sh: Shell, words: readonly string[]): Flow<number> {
  const flags = new Set<string>()
  let path: string | undefined
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (let k = 1; k < words[i].length; k++) {
      const c = words[i][k]
      if (!(sh.bash ? 'dlprt' : 'rv').includes(c)) return yield* misused(sh, `-${c}: invalid option`)
      flags.add(c)
      if (c !== 'p') continue
      path = words[i].slice(k + 1) || words[++i]
      if (path === undefined) return yield* misused(sh, '-p: option requires an argument')
      break
    }
  }
  if (flags.has('r')) sh.hash.clear()
  const given = words.slice(i)
  if (given.length === 0 && (flags.has('d') || flags.has('t'))) return yield* sh.fail(1, `-${flags.has('d') ? 'd' : 't'}: option requires an argument`)
  if (flags.has('t')) return yield* hashed(sh, given, flags.has('l'))
  if (flags.has('l') && given.length === 0) {
    for (const [name, e] of sh.hash) sh.print(`builtin hash -p ${e.path} ${name}\n`)
    return 0
  }
  if (path !== undefined && sh.options.has('restricted') && path.includes('/')) return yield* sh.fail(1, `${path}: restricted`)
  if (path !== undefined && given.length > 0) {
    for (const name of given) sh.hash.set(name, { path, hits: 0 })
    return 0
  }
  const forget = flags.has('d')
  const names = given
  if (names.length === 0) {
    if (flags.has('r')) return 0
    if (!sh.bash) for (const e of sh.hash.values()) sh.print(`${e.path}\n`)
    else if (sh.hash.size === 0) sh.print('hash: hash table empty\n')
    else {
      sh.print('hits\tcommand\n')
      const order = [...sh.hash.keys()].sort((a, b) => bucket(a, 256) - bucket(b, 256))
      for (const name of order) sh.print(`${String(sh.hash.get(name)?.hits ?? 0).padStart(4)}\t${sh.hash.get(name)?.path ?? ''}\n`)
    }
    return 0
  }
  let status = 0
  for (const name of names) {
    if (forget) {
      // Before the first command there is no table yet.
      if (!sh.hash.delete(name) && sh.hash.size > 0) {
        yield* sh.error(`${name}: not found`)
        status = 1
      }
      continue
    }
    if (name.includes('/') || findBuiltin(sh, name) || sh.functions.has(name)) continue
    const path = (yield* searchPath(sh, name))[0]
    if (path === undefined) {
      yield* sh.error(`${name}: not found`)
      status = 1
    } else sh.hash.set(name, { path, hits: 0 })
  }
  return status
}

function* alias(sh: Shell, words: readonly string[]): Flow<number> {
  const line = (name: string, value: string): string => `${sh.bash ? 'alias ' : ''}${name}=${singleQuote(value)}\n`
  const args = words.slice(1).filter((w) => w !== '-p' && w !== '--')
  if (args.length === 0) {
    for (const name of [...sh.aliases.keys()].sort(compareNames)) sh.print(line(name, sh.aliases.get(name) ?? ''))
    return 0
  }
  let status = 0
  for (const arg of args) {
    const eq = arg.indexOf('=', 1)
    if (eq > 0) {
      const name = arg.slice(0, eq)
      if (/[\s/$`=|&;()<>"'\\]/.test(name)) {
        yield* sh.error(`\`${name}': invalid alias name`)
        status = 1
      } else sh.aliases.set(name, arg.slice(eq + 1))
    } else {
      const value = sh.aliases.get(arg)
      if (value !== undefined) sh.print(line(arg, value))
      else {
        if (sh.bash) yield* sh.error(`${arg}: not found`)
        else yield* sh.write2(`alias: ${arg} not found\n`)
        status = 1
      }
    }
  }
  return status
}

function* unalias(sh: Shell, words: readonly string[]): Flow<number> {
  if (words.length === 1) {
    if (sh.bash) yield* sh.write2('unalias: usage: unalias [-a] name [name ...]\n')
    return sh.bash ? 2 : 0
  }
  if (words[1] === '-a') {
    sh.aliases.clear()
    return 0
  }
  let status = 0
  for (const name of words.slice(1)) {
    if (!sh.aliases.delete(name)) {
      if (sh.bash) yield* sh.error(`${name}: not found`)
      else yield* sh.write2(`unalias: ${name} not found\n`)
      status = 1
    }
  }
  return status
}

function* enable(sh: Shell, words: readonly string[]): Flow<number> {
  const off = disabled.get(sh) ?? new Set<string>()
  disabled.set(sh, off)
  const flags = new Set<string>()
  let file: string | undefined
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (let k = 1; k < words[i].length; k++) {
      const c = words[i][k]
      if (!'adnpsf'.includes(c)) return yield* misused(sh, `-${c}: invalid option`)
      flags.add(c)
      if (c !== 'f') continue
      file = words[i].slice(k + 1) || words[++i]
      if (file === undefined) return yield* misused(sh, '-f: option requires an argument')
      break
    }
  }
  const names = words.slice(i)
  if (names.length === 0 || flags.has('p')) {
    for (const name of builtinNames()) {
      const shown = flags.has('n') ? off.has(name) : flags.has('a') || !off.has(name)
      if (shown && !(flags.has('s') && !SPECIAL_BUILTINS.has(name))) sh.print(`enable ${off.has(name) ? '-n ' : ''}${name}\n`)
    }
    return 0
  }
  // Nothing that could be loaded is part of the machine.
  if (file !== undefined) return yield* sh.fail(1, `cannot open shared object ${file}: ${file}: cannot open shared object file: No such file or directory`)
  let status = 0
  for (const name of names) {
    if (!builtinNames().includes(name)) status = yield* sh.fail(1, `${name}: not a shell builtin`)
    else if (flags.has('d')) status = yield* sh.fail(1, `${name}: not dynamically loaded`)
    else if (flags.has('n')) off.add(name)
    else off.delete(name)
  }
  return status
}

export const TYPE: BuiltinTable = { type, hash, alias, unalias, enable }
