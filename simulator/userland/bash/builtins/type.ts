// type hash alias unalias enable
import type { Flow } from '../../../abi/syscalls.ts'
import { APPLETS } from '../applets.ts'
import { searchPath } from '../exec-program.ts'
import { functionText } from '../printer.ts'
import { singleQuote } from '../quote.ts'
import type { Shell } from '../state.ts'
import { bucket, compareNames } from '../variables.ts'
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
      const kinds = yield* describeCommand(sh, name, 'kind', false, flags.has('f'))
      found = kinds[0] === 'file' ? (sh.hash.get(name) ? [sh.hash.get(name)?.path ?? ''] : yield* searchPath(sh, name, all)) : []
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

function* hash(sh: Shell, words: readonly string[]): Flow<number> {
  let i = 1
  let forget = false
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '-r') sh.hash.clear()
    else if (words[i] === '-d') forget = true
    else if (words[i] === '-l') {
      for (const [name, e] of sh.hash) sh.print(`builtin hash -p ${e.path} ${name}\n`)
      return 0
    } else if (words[i] === '-p') {
      sh.hash.set(words[i + 2] ?? '', { path: words[i + 1] ?? '', hits: 0 })
      return 0
    } else if (words[i] === '-t') {
      let status = 0
      for (const name of words.slice(i + 1)) {
        const e = sh.hash.get(name)
        if (e) sh.print(words.length - i > 2 ? `${name}\t${e.path}\n` : `${e.path}\n`)
        else {
          yield* sh.error(`${name}: not found`)
          status = 1
        }
      }
      return status
    } else {
      yield* sh.error(`${words[i].slice(0, 2)}: invalid option`)
      yield* sh.write2('hash: usage: hash [-lr] [-p pathname] [-dt] [name ...]\n')
      return 2
    }
  }
  const names = words.slice(i)
  if (names.length === 0) {
    if (words.length > 1) return 0
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
  const [, flag] = words
  const names = words.slice(1).filter((w) => !w.startsWith('-'))
  if (names.length === 0) {
    for (const name of builtinNames()) {
      if (flag === '-n' ? off.has(name) : flag === '-s' ? SPECIAL_BUILTINS.has(name) : flag === '-a' || !off.has(name)) sh.print(`enable ${off.has(name) ? '-n ' : ''}${name}\n`)
    }
    return 0
  }
  let status = 0
  for (const name of names) {
    if (!builtinNames().includes(name)) {
      yield* sh.error(`${name}: not a shell builtin`)
      status = 1
    } else if (flag === '-n') off.add(name)
    else off.delete(name)
  }
  return status
}

export const TYPE: BuiltinTable = { type, hash, alias, unalias, enable }
