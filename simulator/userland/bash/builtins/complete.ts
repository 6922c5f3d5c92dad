// complete compgen compopt: programmable completion. What `complete` is told is kept in the form that `complete -p` prints.
import type { Flow } from '../../../abi/syscalls.ts'
import { generate } from '../completion-generate.ts'
import { singleQuote } from '../quote.ts'
import type { Shell } from '../state.ts'
import { misused } from './synopsis.ts'
import type { BuiltinTable } from './index.ts'

const ACTIONS = ['alias', 'arrayvar', 'binding', 'builtin', 'command', 'directory', 'disabled', 'enabled', 'export', 'file', 'function', 'group', 'helptopic', 'hostname', 'job', 'keyword', 'running', 'service', 'setopt', 'shopt', 'signal', 'stopped', 'user', 'variable']
const LETTERS: Readonly<Record<string, string>> = { alias: 'a', builtin: 'b', command: 'c', directory: 'd', export: 'e', file: 'f', group: 'g', job: 'j', keyword: 'k', service: 's', user: 'u', variable: 'v' }
const OPTIONS = ['bashdefault', 'default', 'dirnames', 'filenames', 'noquote', 'nosort', 'nospace', 'plusdirs']
/** Order of print_one_completion. */
const WITH_TEXT = ['G', 'W', 'P', 'S', 'X', 'C', 'F']
const USAGE: Readonly<Record<string, string>> = {
  complete: 'complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]',
  compgen: 'compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]',
}

interface Parsed { readonly spec: string[]; readonly names: readonly string[]; readonly print: boolean; readonly remove: boolean }

/** The options of complete and compgen; a number is a status after a complaint. */
function* parse(sh: Shell, words: readonly string[]): Flow<Parsed | number> {
  const [command] = words
  const options = new Set<string>()
  const actions = new Set<string>()
  const texts = new Map<string, string>()
  const special: string[] = []
  let print = false
  let remove = false
  let i = 1
  const usage = function* (message: string): Flow<number> {
    yield* sh.error(message)
    yield* sh.write2(`${command}: usage: ${USAGE[command] ?? ''}\n`)
    return 2
  }
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    for (let k = 1; k < words[i].length; k++) {
      const c = words[i][k]
      const action = ACTIONS.find((a) => LETTERS[a] === c)
      if (action !== undefined) actions.add(action)
      else if (command === 'complete' && c === 'p') print = true
      else if (command === 'complete' && c === 'r') remove = true
      else if (command === 'complete' && 'DEI'.includes(c)) special.push(`-${c}`)
      else if ('oA'.includes(c) || WITH_TEXT.includes(c)) {
        const value = words[i].slice(k + 1) || words[++i]
        if (value === undefined) return yield* usage(`-${c}: option requires an argument`)
        if (c === 'o' && !OPTIONS.includes(value)) return yield* sh.fail(2, `${value}: invalid option name`)
        if (c === 'A' && !ACTIONS.includes(value)) return yield* sh.fail(2, `${value}: invalid action name`)
        if (c === 'o') options.add(value)
        else if (c === 'A') actions.add(value)
        else texts.set(c, value)
        break
      } else return yield* usage(`-${c}: invalid option`)
    }
  }
  const spec = [
    ...OPTIONS.filter((o) => options.has(o)).flatMap((o) => ['-o', o]),
    ...ACTIONS.filter((a) => actions.has(a) && LETTERS[a] !== undefined).map((a) => `-${LETTERS[a]}`),
    ...ACTIONS.filter((a) => actions.has(a) && LETTERS[a] === undefined).flatMap((a) => ['-A', a]),
    ...WITH_TEXT.flatMap((c) => (texts.has(c) ? [`-${c}`, texts.get(c) ?? ''] : [])),
  ]
  return { spec, names: [...special, ...words.slice(i)], print, remove }
}

function specification(name: string, spec: readonly string[]): string {
  const shown = spec.map((word, n) => (/^-[GWPSXC]$/.test(spec[n - 1] ?? '') ? singleQuote(word) : word))
  return `complete ${[...shown, name === '' ? "''" : name].join(' ')}\n`
}

function* complete(sh: Shell, words: readonly string[]): Flow<number> {
  const p = yield* parse(sh, words)
  if (typeof p === 'number') return p
  if (p.remove && p.names.length === 0) {
    sh.completions.clear()
    return 0
  }
  if (p.names.length === 0 && (p.print || p.spec.length === 0)) {
    for (const [name, spec] of sh.completions) sh.print(specification(name, spec))
    return 0
  }
  if (p.names.length === 0) {
    yield* sh.write2(`complete: usage: ${USAGE.complete}\n`)
    return 2
  }
  let status = 0
  for (const name of p.names) {
    const known = sh.completions.get(name)
    if (!p.print && !p.remove) sh.completions.set(name, p.spec)
    else if (known === undefined) status = yield* sh.fail(1, `${name}: no completion specification`)
    else if (p.remove) sh.completions.delete(name)
    else sh.print(specification(name, known))
  }
  return status
}

function* compgen(sh: Shell, words: readonly string[]): Flow<number> {
  if (words.length === 1) return 0
  const p = yield* parse(sh, words)
  if (typeof p === 'number') return p
  const found = yield* generate(sh, [...p.spec, ...p.names])
  for (const f of found) sh.print(`${f}\n`)
  return found.length > 0 ? 0 : 1
}

function* compopt(sh: Shell, words: readonly string[]): Flow<number> {
  const bad = words.slice(1).find((w) => /^-./.test(w) && !/^-[oDEI]+$/.test(w))
  if (bad !== undefined) return yield* misused(sh, `${bad.slice(0, 2)}: invalid option`)
  const name = words.slice(1).find((w, n, all) => !/^[-+]/.test(w) && !/^[-+]o$/.test(all[n - 1] ?? ''))
  return yield* sh.fail(1, name === undefined ? 'not currently executing completion function' : `${name}: no completion specification`)
}

export const COMPLETE: BuiltinTable = { complete, compgen, compopt }
