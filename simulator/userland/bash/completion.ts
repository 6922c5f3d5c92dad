// What a word on the command line may become: commands, variables, users, paths, and the arguments of common commands (completions.ts).
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { readDir, readFile } from '../libc/unistd.ts'
import { fileNames, generate } from './completion-generate.ts'
import { COMMANDS, type ArgumentKind, type CommandCompletion } from './completions.ts'
import { CAP_NAMES } from '../../abi/capability.ts'
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

const PREFIXES = new Set(['exec', 'command', 'builtin', 'time', 'nohup', 'env', 'then', 'do', 'else', '!', 'type', 'which', 'man', 'xargs'])

/** `startsCommand`: the line's first word is a command, not the continuation of a string or a here-document. */
export function* candidates(sh: Shell, line: string, startsCommand = true): Flow<Candidates> {
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
  if (first === words.length - 1 && !word.includes('/') && !afterRedirect && (startsCommand || start > 0 && line.slice(0, start).trim() !== '')) {
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
  const base = name.replace(/^.*\//, '')
  const spec = COMMANDS.get(`${base} ${words[1] ?? ''}`) ?? COMMANDS.get(base)
  const inner = base === 'ip' && words[1] === 'netns' && words[2] === 'exec' ? words.slice(4) : innerCommand(words, spec)
  if (inner !== undefined && inner.length > 1) return yield* argumentWords(sh, inner, word)
  const value = yield* optionValue(sh, words, word, spec)
  if (value !== undefined) return value
  if (word.startsWith('-')) {
    const found = (spec?.options ?? (yield* builtInOptions(base))).filter((o) => o.startsWith(word))
    return found.length > 0 ? found : undefined
  }
  if (!spec) return undefined
  const before = plainArguments(words, spec).slice(0, -1)
  for (const rule of spec.arguments) {
    const fits = rule.after.length <= before.length && rule.after.every((a, i) => a === '*' || a.split('|').includes(before[i])) && (rule.any === true || rule.after.length === before.length)
    if (!fits) continue
    const found = (yield* kindWords(sh, rule.kind, word)).filter((w) => w.startsWith(word))
    if (found.length > 0) return found
  }
  return undefined
}

/** The arguments that are neither options nor what belongs to one; the last is the word to complete. */
function plainArguments(words: readonly string[], spec: CommandCompletion): string[] {
  return words.slice(1).filter((w, i, all) => i === all.length - 1 || (!w.startsWith('-') && spec.values?.[all[i - 1] ?? ''] === undefined))
}

/** The command line that this one runs: `timeout 5 ip li` gives `ip li`. */
function innerCommand(words: readonly string[], spec: CommandCompletion | undefined): readonly string[] | undefined {
  if (spec?.runs === undefined) return undefined
  const own = plainArguments(words, spec)[spec.runs]
  const at = own === undefined ? -1 : words.indexOf(own, 1)
  return at > 0 && at < words.length - 1 ? words.slice(at) : undefined
}

/** What belongs to an option: `mount -t tm`, `unshare --propagation=sl`, the last of `ps -o pid,us`. */
function* optionValue(sh: Shell, words: readonly string[], word: string, spec: CommandCompletion | undefined): Flow<string[] | undefined> {
  const assigned = /^(--[^=]+=)(.*)$/s.exec(word)
  const kind = spec?.values?.[assigned === null ? words[words.length - 2] : assigned[1].slice(0, -1)]
  if (kind === undefined) return undefined
  const text = assigned === null ? word : assigned[2]
  const list = text.slice(0, text.lastIndexOf(',') + 1)
  const last = text.slice(list.length)
  const found = (yield* kindWords(sh, kind, last)).filter((w) => w.startsWith(last)).map((w) => `${assigned?.[1] ?? ''}${list}${w}`)
  return found.length > 0 ? found : undefined
}

/** The long options that a program of this image knows, from the list that comes with it. */
function* builtInOptions(name: string): Flow<readonly string[]> {
  const text = yield* readFile('/usr/share/isolab/options')
  const line = isErr(text) ? undefined : text.split('\n').find((l) => l.startsWith(`${name} `))
  return line === undefined ? [] : line.split(' ').slice(1)
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
    case 'group': return yield* generate(sh, ['-g', word])
    case 'directory': return yield* fileNames(word, true)
    case 'shell': return ['/bin/bash', '/bin/dash', '/bin/sh', '/usr/sbin/nologin']
    case 'capability': return ['all', ...CAP_NAMES.map((cap) => cap.toLowerCase().replace(/^cap_/, ''))].flatMap((cap) => [`+${cap}`, `-${cap}`])
    case 'fstype': {
      const text = yield* readFile('/proc/filesystems')
      return isErr(text) ? [] : text.split('\n').map((l) => l.replace(/^nodev/, '').trim()).filter((l) => l !== '')
    }
    case 'mount': {
      const text = yield* readFile('/proc/self/mounts')
      return isErr(text) ? [] : text.split('\n').map((l) => l.split(' ')[1]).filter((p) => p !== undefined && p !== '')
    }
  }
}
