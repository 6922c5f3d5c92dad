// What a word on the command line may become: commands, variables, users, paths, and the arguments of common commands (completions.ts).
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { readDir, readFile } from '../libc/unistd.ts'
import { fileNames, generate } from './completion-generate.ts'
import { COMMANDS, type ArgumentKind } from './completions.ts'
import { SIGNAL_NAMES } from '../../abi/signal.ts'
import type { Shell } from './state.ts'

export interface Candidates {
  readonly words: readonly string[]
  /** Where in the line the word begins. */
  readonly start: number
  /** The quote the word was begun with. */
  readonly quote: '' | '"' | "'"
  readonly kind: 'file' | 'command' | 'variable' | 'other'
}

/** Words of the simple command the cursor is in; the last one is the word to complete. */
function currentCommand(line: string): { words: string[]; start: number; quote: Candidates['quote'] } {
  let words: string[] = []
  let word = ''
  let start = 0
  let inWord = false
  let quote: Candidates['quote'] = ''
  for (let i = 0; i < line.length; i++) {
    const c = line[i]
    if (quote !== '') {
      if (c === quote) quote = ''
      else word += c
    } else if (c === '\\' && i + 1 < line.length) {
      if (!inWord) start = i
      inWord = true
      word += line[++i]
    } else if (c === '"' || c === "'") {
      if (!inWord) start = i + 1
      else start = i + 1
      inWord = true
      quote = c
    } else if (/\s/.test(c)) {
      if (inWord) words.push(word)
      word = ''
      inWord = false
    } else if (/[;|&(]/.test(c)) {
      words = []
      word = ''
      inWord = false
    } else if (c === '<' || c === '>') {
      if (inWord) words.push(word)
      words.push(c)
      word = ''
      inWord = false
    } else {
      if (!inWord) start = i
      inWord = true
      word += c
    }
  }
  return { words: [...words, word], start: inWord ? start : line.length, quote }
}

const PREFIXES = new Set(['sudo', 'exec', 'command', 'builtin', 'time', 'nohup', 'env', 'then', 'do', 'else', '!', 'type', 'which', 'man', 'strace', 'xargs'])

export function* candidates(sh: Shell, line: string): Flow<Candidates> {
  const { words, start, quote } = currentCommand(line)
  const word = words[words.length - 1]
  const variable = /^(.*)\$(\{?)([A-Za-z_]\w*)?$/s.exec(word)
  if (variable && quote !== "'") {
    const name = variable[3] ?? ''
    const close = variable[2] === '' ? '' : '}'
    return { words: sh.vars.names(name).map((n) => `${variable[1]}$${variable[2]}${n}${close}`), start, quote, kind: 'variable' }
  }
  if (word.startsWith('~') && !word.includes('/')) {
    const users = yield* generate(sh, ['-u', word.slice(1)])
    return { words: users.map((u) => `~${u}/`), start, quote, kind: 'other' }
  }
  let first = 0
  while (first < words.length - 1 && (PREFIXES.has(words[first]) || /^[A-Za-z_]\w*=/.test(words[first]))) first++
  const afterRedirect = words[words.length - 2] === '<' || words[words.length - 2] === '>'
  if (first === words.length - 1 && !word.includes('/') && !afterRedirect) {
    const found = [...new Set(yield* generate(sh, ['-c', word]))]
    if (found.length > 0) return { words: found, start, quote, kind: 'command' }
  }
  const special = afterRedirect ? undefined : yield* argumentWords(sh, words.slice(first), word)
  if (special) return { words: special, start, quote, kind: 'other' }
  return { words: yield* paths(sh, word, words[first] === 'cd' || words[first] === 'rmdir' || words[first] === 'pushd'), start, quote, kind: 'file' }
}

function* paths(sh: Shell, word: string, directories: boolean): Flow<string[]> {
  const home = sh.vars.get('HOME') ?? ''
  const real = word.startsWith('~/') ? home + word.slice(1) : word
  const names = yield* fileNames(real, directories)
  return word.startsWith('~/') ? names.map((n) => `~${n.slice(home.length)}`) : names
}

/** Arguments that completions.ts or `complete -W` knows for this command; undefined leaves it to file names. */
function* argumentWords(sh: Shell, words: readonly string[], word: string): Flow<string[] | undefined> {
  const [name] = words
  const declared = sh.completions.get(name)
  if (declared) {
    const found = yield* generate(sh, [...declared, word])
    return found.length > 0 ? found : undefined
  }
  const spec = COMMANDS.get(name.replace(/^.*\//, ''))
  if (!spec) return undefined
  if (word.startsWith('-')) {
    const found = spec.options.filter((o) => o.startsWith(word))
    return found.length > 0 ? found : undefined
  }
  const before = words.slice(1, -1).filter((w) => !w.startsWith('-'))
  for (const rule of spec.arguments) {
    const fits = rule.after.length <= before.length && rule.after.every((a, i) => a === '*' || a.split('|').includes(before[i])) && (rule.any === true || rule.after.length === before.length)
    if (!fits) continue
    const found = (yield* kindWords(sh, rule.kind, word)).filter((w) => w.startsWith(word))
    if (found.length > 0) return found
  }
  return undefined
}

function* directoryNames(path: string): Flow<string[]> {
  const entries = yield* readDir(path)
  return isErr(entries) ? [] : entries.map((e) => e.name).filter((n) => n !== '.' && n !== '..')
}

function* kindWords(sh: Shell, kind: ArgumentKind | readonly string[], word: string): Flow<readonly string[]> {
  if (typeof kind !== 'string') return kind
  switch (kind) {
    case 'netns': return yield* directoryNames('/run/netns')
    case 'interface': return yield* directoryNames('/sys/class/net')
    case 'pid': return (yield* directoryNames('/proc')).filter((n) => /^\d+$/.test(n))
    case 'signal': return SIGNAL_NAMES.filter((n): n is string => n !== undefined).map((n) => `-${n}`)
    case 'command': return yield* generate(sh, ['-c', word])
    case 'user': return yield* generate(sh, ['-u', word])
    case 'mount': {
      const text = yield* readFile('/proc/self/mounts')
      return isErr(text) ? [] : text.split('\n').map((l) => l.split(' ')[1]).filter((p) => p !== undefined && p !== '')
    }
  }
}
