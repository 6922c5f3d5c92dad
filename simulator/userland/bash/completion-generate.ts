// The words that compgen and `complete` produce: from -W lists and by kind (-A, -a, -b, -c, -d, -f, …).
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { DT_DIR } from '../../abi/stat.ts'
import { SIGNAL_NAMES } from '../../abi/signal.ts'
import { readDir, readFile } from '../libc/unistd.ts'
import { fnmatch } from '../../lib/fnmatch.ts'
import { builtinNames } from './builtins/index.ts'
import { keywords } from './builtins/type.ts'
import { SET_OPTIONS, SHOPT_DEFAULTS, type Shell } from './state.ts'

/** Names of executables in PATH. */
export function* pathCommands(sh: Shell, prefix: string): Flow<string[]> {
  const out = new Set<string>()
  for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
    const entries = yield* readDir(dir === '' ? '.' : dir)
    if (isErr(entries)) continue
    for (const e of entries) if (e.name.startsWith(prefix) && e.name !== '.' && e.name !== '..' && e.type !== DT_DIR) out.add(e.name)
  }
  return [...out]
}

/** File names that begin with `prefix` (which may have a directory part). */
export function* fileNames(prefix: string, directoriesOnly: boolean): Flow<string[]> {
  const slash = prefix.lastIndexOf('/')
  const dir = prefix.slice(0, slash + 1)
  const entries = yield* readDir(dir === '' ? '.' : dir)
  if (isErr(entries)) return []
  const base = prefix.slice(slash + 1)
  return entries
    .filter((e) => e.name.startsWith(base) && e.name !== '.' && e.name !== '..' && (!directoriesOnly || e.type === DT_DIR))
    .map((e) => dir + e.name)
}

function* fieldsOf(file: string): Flow<string[]> {
  const text = yield* readFile(file)
  return isErr(text) ? [] : text.split('\n').map((l) => l.split(':')[0]).filter((n) => n !== '')
}

function* ofKind(sh: Shell, kind: string, word: string): Flow<string[]> {
  switch (kind) {
    case 'alias': return [...sh.aliases.keys()]
    case 'builtin': return builtinNames()
    case 'keyword': return [...keywords()]
    case 'function': return [...sh.functions.keys()]
    case 'command': return [...new Set([...sh.aliases.keys(), ...keywords(), ...sh.functions.keys(), ...builtinNames(), ...(yield* pathCommands(sh, word))])]
    case 'directory': return yield* fileNames(word, true)
    case 'file': return yield* fileNames(word, false)
    case 'variable': return sh.vars.names()
    case 'export': return sh.vars.names().filter((n) => sh.vars.map.get(n)?.exported)
    case 'arrayvar': return sh.vars.names().filter((n) => sh.vars.map.get(n)?.indexed || sh.vars.map.get(n)?.assoc)
    case 'job': return sh.jobs.jobs.map((j) => j.processes[0].command.split(' ')[0])
    case 'shopt': return SHOPT_DEFAULTS.map(([n]) => n)
    case 'setopt': return SET_OPTIONS.map(([n]) => n)
    case 'signal': return SIGNAL_NAMES.filter((n): n is string => n !== undefined).map((n) => `SIG${n}`)
    case 'user': return yield* fieldsOf('/etc/passwd')
    case 'group': return yield* fieldsOf('/etc/group')
    default: return []
  }
}

const LETTERS: Readonly<Record<string, string>> = {
  a: 'alias', b: 'builtin', c: 'command', d: 'directory', e: 'export', f: 'file', g: 'group', j: 'job', k: 'keyword', u: 'user', v: 'variable',
}

/** What `compgen ARGS… [word]` prints. */
export function* generate(sh: Shell, args: readonly string[]): Flow<string[]> {
  const kinds: string[] = []
  const lists: string[] = []
  let [prefix, suffix, filter] = ['', '', '']
  let word = ''
  for (let i = 0; i < args.length; i++) {
    const a = args[i]
    if (a === '-A') kinds.push(args[++i] ?? '')
    else if (a === '-W') lists.push(args[++i] ?? '')
    else if (a === '-P') prefix = args[++i] ?? ''
    else if (a === '-S') suffix = args[++i] ?? ''
    else if (a === '-X') filter = args[++i] ?? ''
    else if (a === '-o' || a === '-F' || a === '-C' || a === '-G') i++
    else if (a === '--') continue
    else if (/^-[a-z]+$/.test(a)) for (const c of a.slice(1)) kinds.push(LETTERS[c] ?? '')
    else word = a
  }
  const all: string[] = []
  for (const kind of kinds) all.push(...(yield* ofKind(sh, kind, word)))
  for (const list of lists) all.push(...list.split(/[ \t\n]+/).filter((w) => w !== ''))
  const out = all.filter((w) => w.startsWith(word))
  const kept = filter === '' ? out : out.filter((w) => (filter.startsWith('!') ? fnmatch(filter.slice(1), w) : !fnmatch(filter, w)))
  return kept.map((w) => prefix + w + suffix)
}
