// Pattern matching of fnmatch(3), glob(7) and bash's extended patterns: * ? [set] [!set] [[:class:]], with `extglob` also ?(a|b) *(…) +(…) @(…) !(…).
// A backslash takes the next character literally. Characters are code points of a UTF-8 locale. Compiled patterns are kept.

export interface FnmatchFlags {
  /** FNM_PATHNAME: wildcards don't match a slash. */
  readonly pathname?: boolean
  /** FNM_PERIOD: a leading period must be matched explicitly. */
  readonly period?: boolean
  /** FNM_CASEFOLD */
  readonly casefold?: boolean
  /** FNM_EXTMATCH */
  readonly extglob?: boolean
  /** FNM_NOESCAPE: a backslash is an ordinary character. */
  readonly noescape?: boolean
}

type Item =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly test: (char: string) => boolean }
  | { readonly kind: 'group'; readonly operator: string; readonly choices: readonly (readonly Item[])[] }

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /\p{L}/u, digit: /[0-9]/, alnum: /[\p{L}\p{N}]/u, upper: /\p{Lu}/u, lower: /\p{Ll}/u, space: /\s/, blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/, print: /[^\p{Cc}]/u, graph: /[^\p{Cc}\s]/u, cntrl: /\p{Cc}/u, xdigit: /[0-9A-Fa-f]/, word: /[\p{L}\p{N}_]/u,
}

interface Parsed { readonly test: (char: string) => boolean; readonly end: number }

/** A bracket expression whose `[` stands at `at`, or undefined when it has no end and is an ordinary character. */
function parseSet(p: readonly string[], at: number, noescape: boolean): Parsed | undefined {
  let i = at + 1
  const negate = p[i] === '!' || p[i] === '^'
  if (negate) i++
  const tests: ((c: string) => boolean)[] = []
  for (let first = true; ; first = false) {
    let c = p[i]
    if (c === undefined) return undefined
    if (c === ']' && !first) break
    if (c === '[' && p[i + 1] === ':') {
      const end = p.indexOf(':', i + 2)
      if (end > 0 && p[end + 1] === ']') {
        const cls = CLASSES[p.slice(i + 2, end).join('')]
        tests.push((x) => cls !== undefined && cls.test(x))
        i = end + 2
        continue
      }
    }
    if (c === '\\' && !noescape && p[i + 1] !== undefined) c = p[++i]
    i++
    if (p[i] === '-' && p[i + 1] !== undefined && p[i + 1] !== ']') {
      let high = p[i + 1]
      i += 2
      if (high === '\\' && !noescape && p[i] !== undefined) high = p[i++]
      const low = c
      tests.push((x) => x >= low && x <= high)
    } else {
      const one = c
      tests.push((x) => x === one)
    }
  }
  return { test: (x) => tests.some((t) => t(x)) !== negate, end: i + 1 }
}

/** The end of an extended group opened at `open` (its parenthesis), or -1. */
function groupEnd(p: readonly string[], open: number): number {
  let depth = 0
  for (let i = open; i < p.length; i++) {
    if (p[i] === '\\') i++
    else if (p[i] === '(') depth++
    else if (p[i] === ')' && --depth === 0) return i
  }
  return -1
}

function splitChoices(p: readonly string[]): string[][] {
  const out: string[][] = [[]]
  let depth = 0
  for (let i = 0; i < p.length; i++) {
    if (p[i] === '\\' && i + 1 < p.length) {
      out[out.length - 1].push(p[i], p[i + 1])
      i++
      continue
    }
    if (p[i] === '(') depth++
    if (p[i] === ')') depth--
    if (p[i] === '|' && depth === 0) out.push([])
    else out[out.length - 1].push(p[i])
  }
  return out
}

function compile(p: readonly string[], flags: FnmatchFlags): Item[] {
  const items: Item[] = []
  for (let i = 0; i < p.length; ) {
    const c = p[i]
    if (flags.extglob && '?*+@!'.includes(c) && p[i + 1] === '(') {
      const end = groupEnd(p, i + 1)
      if (end > 0) {
        items.push({ kind: 'group', operator: c, choices: splitChoices(p.slice(i + 2, end)).map((x) => compile(x, flags)) })
        i = end + 1
        continue
      }
    }
    if (c === '*') {
      if (items[items.length - 1]?.kind !== 'star') items.push({ kind: 'star' })
    } else if (c === '?') items.push({ kind: 'any' })
    else if (c === '[') {
      const set = parseSet(p, i, flags.noescape === true)
      if (set) {
        items.push({ kind: 'set', test: set.test })
        i = set.end
        continue
      }
      items.push({ kind: 'char', char: c })
    } else if (c === '\\' && !flags.noescape && i + 1 < p.length) items.push({ kind: 'char', char: p[++i] })
    else items.push({ kind: 'char', char: c })
    i++
  }
  return items
}

/** Positions where a match of `items` that starts at `from` may end; `done` is asked for each and stops the search when it answers true. */
function run(items: readonly Item[], at: number, text: readonly string[], from: number, flags: FnmatchFlags, done: (end: number) => boolean): boolean {
  for (let i = at; i < items.length; i++) {
    const item = items[i]
    if (item.kind === 'star') {
      for (let k = from; ; k++) {
        if (run(items, i + 1, text, k, flags, done)) return true
        if (k >= text.length || !wild(text, k, flags)) return false
      }
    }
    if (item.kind === 'group') return runGroup(item, items, i, text, from, flags, done)
    if (from >= text.length) return false
    if (item.kind === 'char') {
      if (text[from] !== item.char) return false
    } else if (!wild(text, from, flags) || (item.kind === 'set' && !item.test(text[from]))) return false
    from++
  }
  return done(from)
}

/** May a wildcard match the character at `k`? */
function wild(text: readonly string[], k: number, flags: FnmatchFlags): boolean {
  if (flags.pathname && text[k] === '/') return false
  return !(flags.period && text[k] === '.' && (k === 0 || (flags.pathname === true && text[k - 1] === '/')))
}

function runGroup(
  group: Extract<Item, { kind: 'group' }>, items: readonly Item[], i: number, text: readonly string[], from: number, flags: FnmatchFlags, done: (end: number) => boolean,
): boolean {
  const rest = (k: number): boolean => run(items, i + 1, text, k, flags, done)
  const once = (k: number, then: (end: number) => boolean): boolean => group.choices.some((choice) => run(choice, 0, text, k, flags, then))
  const many = (k: number): boolean => rest(k) || once(k, (end) => end > k && many(end))
  switch (group.operator) {
    case '?': return rest(from) || once(from, rest)
    case '*': return many(from)
    case '+': return once(from, many)
    case '@': return once(from, rest)
    default:
      for (let end = from; end <= text.length; end++) {
        if (!once(from, (e) => e === end) && rest(end)) return true
        if (end < text.length && !wild(text, end, flags)) break
      }
      return false
  }
}

const cache = new Map<string, readonly Item[]>()

function compiled(pattern: string, flags: FnmatchFlags): readonly Item[] {
  const key = (flags.extglob ? 'x' : '-') + (flags.noescape ? 'n' : '-') + (flags.casefold ? 'c' : '-') + pattern
  let items = cache.get(key)
  if (!items) {
    if (cache.size > 500) cache.clear()
    items = compile([...(flags.casefold ? pattern.toLowerCase() : pattern)], flags)
    cache.set(key, items)
  }
  return items
}

/** Does the whole text match the pattern? */
export function fnmatch(pattern: string, text: string, flags: FnmatchFlags = {}): boolean {
  const chars = [...(flags.casefold ? text.toLowerCase() : text)]
  return run(compiled(pattern, flags), 0, chars, 0, flags, (end) => end === chars.length)
}

/** Length (in UTF-16 units) of the shortest or longest match that starts at `from`, or -1. */
export function matchPrefix(pattern: string, text: string, from: number, longest: boolean, flags: FnmatchFlags = {}): number {
  const chars = [...(flags.casefold ? text.slice(from).toLowerCase() : text.slice(from))]
  let best = -1
  run(compiled(pattern, flags), 0, chars, 0, flags, (end) => {
    if (best < 0 || (longest ? end > best : end < best)) best = end
    return longest ? end === chars.length : end === 0
  })
  return best < 0 ? -1 : chars.slice(0, best).join('').length
}

/** Has the pattern any character that is special to fnmatch? */
export function hasGlob(pattern: string, extglob: boolean): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '\\') i++
    else if (c === '*' || c === '?' || (c === '[' && pattern.indexOf(']', i + 2) > 0)) return true
    else if (extglob && '+@!'.includes(c) && pattern[i + 1] === '(') return true
  }
  return false
}
