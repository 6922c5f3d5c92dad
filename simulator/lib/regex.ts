// Regular expressions as POSIX defines them (regex(7)): leftmost match, and of those the longest. Used by grep, sed, awk, find, bash's =~.
// A pattern where greedy is longest runs as a JavaScript RegExp; with alternatives or repeated groups the start is found that way and the end by
// a small machine that visits every (instruction, position) once: longest match, bounded time. Simpler than POSIX: the groups of such a match
// are those of the first path to the longest end; patterns with back-references keep JavaScript's choice.
import { type ParsedRegex, parseRegex, type RegexNode, type RegexOptions, RegexSyntaxError } from './regex-parse.ts'

export type { RegexOptions } from './regex-parse.ts'

export interface RegexMatch {
  /** UTF-16 positions in the text */
  readonly start: number
  readonly end: number
  /** The text of groups 1…; undefined when a group took no part. */
  readonly groups: readonly (string | undefined)[]
}

export interface Regex {
  readonly groupCount: number
  /** grep's remarks about a doubtful pattern */
  readonly warnings: readonly string[]
  /** The leftmost-longest match that starts at or after `from`; `^` and `$` look at the whole text. */
  exec(text: string, from?: number): RegexMatch | undefined
  test(text: string): boolean
}

/** Compiles a pattern, or answers glibc's error text. */
export function compileRegex(pattern: string, options: RegexOptions): Regex | { readonly error: string } {
  try {
    return makeRegex(parseRegex(pattern, options), options.ignoreCase ?? false)
  } catch (thrown) {
    if (thrown instanceof RegexSyntaxError) return { error: thrown.message }
    throw thrown
  }
}

function makeRegex(parsed: ParsedRegex, ignoreCase: boolean): Regex {
  const flags = ignoreCase ? 'iu' : 'u'
  const traits = traitsOf(parsed.node)
  const finder = new RegExp(toSource(parsed.node), `${flags}g`)
  const useMachine = traits.ambiguous && !parsed.backrefs
  const machine = useMachine ? new Machine(parsed, flags) : undefined
  const withFinder = (text: string, from: number): RegexMatch | undefined => {
    finder.lastIndex = from
    const found = finder.exec(text)
    if (found === null) return undefined
    if (machine !== undefined) return machine.run(text, found.index)
    return { start: found.index, end: found.index + found[0].length, groups: found.slice(1) }
  }
  const exec = (text: string, from = 0): RegexMatch | undefined => {
    if (from > text.length) return undefined
    return machine !== undefined && traits.explosive ? machine.search(text, from) : withFinder(text, from)
  }
  const test = (text: string): boolean => {
    if (traits.explosive && machine !== undefined) return machine.search(text, 0) !== undefined
    finder.lastIndex = 0
    return finder.test(text)
  }
  return { groupCount: parsed.groups, warnings: parsed.warnings, exec, test }
}

interface Traits {
  /** Greedy need not be longest. */
  readonly ambiguous: boolean
  /** A repeated part can itself match in several ways: backtracking may take exponential time. */
  readonly explosive: boolean
}

function traitsOf(node: RegexNode): Traits {
  let ambiguous = false
  let explosive = false
  const visit = (n: RegexNode, repeated: boolean): void => {
    if (n.kind === 'alt') {
      ambiguous = true
      explosive ||= repeated
      n.choices.forEach((c) => visit(c, repeated))
    } else if (n.kind === 'cat') n.parts.forEach((p) => visit(p, repeated))
    else if (n.kind === 'group') visit(n.body, repeated)
    else if (n.kind === 'repeat') {
      explosive ||= repeated
      ambiguous ||= n.body.kind !== 'char'
      visit(n.body, repeated || n.max > 1)
    }
  }
  visit(node, false)
  return { ambiguous, explosive }
}

function toSource(node: RegexNode): string {
  switch (node.kind) {
    case 'char':
    case 'assert':
      return node.source
    case 'backref':
      return `(?:\\${node.index})`
    case 'group':
      return `(${toSource(node.body)})`
    case 'cat':
      return node.parts.map((p) => (p.kind === 'alt' ? `(?:${toSource(p)})` : toSource(p))).join('')
    case 'alt':
      return node.choices.map(toSource).join('|')
    case 'repeat': {
      const body = node.body.kind === 'char' || node.body.kind === 'group' ? toSource(node.body) : `(?:${toSource(node.body)})`
      if (node.max === Infinity && node.min < 2) return `${body}${node.min === 0 ? '*' : '+'}`
      if (node.min === 0 && node.max === 1) return `${body}?`
      return `${body}{${node.min},${node.max === Infinity ? '' : node.max}}`
    }
  }
}

type Instruction =
  | { readonly op: 'char'; readonly test: (code: number) => boolean }
  | { readonly op: 'assert'; readonly at: RegExp }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' }

/** Pike's machine run depth first: alternatives in order of preference, every state once. */
class Machine {
  readonly #program: Instruction[] = []
  readonly #flags: string
  readonly #groups: number

  constructor(parsed: ParsedRegex, flags: string) {
    this.#flags = flags
    this.#groups = parsed.groups
    this.#emit(parsed.node)
    this.#program.push({ op: 'match' })
  }

  search(text: string, from: number): RegexMatch | undefined {
    const visited = new Set<number>()
    for (let start = from; start <= text.length; start++) {
      const match = this.run(text, start, visited)
      if (match !== undefined) return match
    }
    return undefined
  }

  /** The longest match that starts exactly at `start`. `visited` may be shared by starts that found nothing. */
  run(text: string, start: number, visited = new Set<number>()): RegexMatch | undefined {
    const stack: { pc: number; at: number; slots: readonly (number | undefined)[] }[] = [{ pc: 0, at: start, slots: [] }]
    let best: { end: number; slots: readonly (number | undefined)[] } | undefined
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      let { pc, at, slots } = thread
      for (;;) {
        const key = at * this.#program.length + pc
        if (visited.has(key)) break
        visited.add(key)
        const ins = this.#program[pc]
        if (ins.op === 'char') {
          const code = text.codePointAt(at)
          if (code === undefined || !ins.test(code)) break
          at += code > 0xffff ? 2 : 1
          pc++
        } else if (ins.op === 'assert') {
          ins.at.lastIndex = at
          if (!ins.at.test(text)) break
          pc++
        } else if (ins.op === 'save') {
          const next = [...slots]
          next[ins.slot] = at
          slots = next
          pc++
        } else if (ins.op === 'split') {
          stack.push({ pc: ins.second, at, slots })
          pc = ins.first
        } else if (ins.op === 'jump') pc = ins.to
        else {
          if (best === undefined || at > best.end) best = { end: at, slots }
          break
        }
      }
    }
    if (best === undefined) return undefined
    const groups: (string | undefined)[] = []
    for (let g = 0; g < this.#groups; g++) {
      const [low, high] = [best.slots[2 * g], best.slots[2 * g + 1]]
      groups.push(low === undefined || high === undefined ? undefined : text.slice(low, high))
    }
    return { start, end: best.end, groups }
  }

  #emit(node: RegexNode): void {
    const code = this.#program
    switch (node.kind) {
      case 'char':
        code.push({ op: 'char', test: charTest(node.source, this.#flags) })
        return
      case 'assert':
        code.push({ op: 'assert', at: new RegExp(node.source, `${this.#flags}y`) })
        return
      case 'group':
        code.push({ op: 'save', slot: 2 * (node.index - 1) })
        this.#emit(node.body)
        code.push({ op: 'save', slot: 2 * (node.index - 1) + 1 })
        return
      case 'cat':
        node.parts.forEach((p) => this.#emit(p))
        return
      case 'alt':
        return this.#emitChoices(node.choices)
      case 'repeat':
        return this.#emitRepeat(node.body, node.min, node.max)
      case 'backref':
        return
    }
  }

  #emitChoices(choices: readonly RegexNode[]): void {
    const code = this.#program
    const exits: { op: 'jump'; to: number }[] = []
    choices.forEach((choice, i) => {
      if (i === choices.length - 1) return this.#emit(choice)
      const split: Instruction = { op: 'split', first: code.length + 1, second: 0 }
      code.push(split)
      this.#emit(choice)
      const exit = { op: 'jump' as const, to: 0 }
      code.push(exit)
      exits.push(exit)
      split.second = code.length
    })
    for (const exit of exits) exit.to = code.length
  }

  #emitRepeat(body: RegexNode, min: number, max: number): void {
    const code = this.#program
    for (let i = 0; i < min; i++) this.#emit(body)
    if (max === Infinity) {
      const loop: Instruction = { op: 'split', first: code.length + 1, second: 0 }
      const back = code.length
      code.push(loop)
      this.#emit(body)
      code.push({ op: 'jump', to: back })
      loop.second = code.length
      return
    }
    const splits: { op: 'split'; first: number; second: number }[] = []
    for (let i = min; i < max; i++) {
      const split = { op: 'split' as const, first: code.length + 1, second: 0 }
      code.push(split)
      splits.push(split)
      this.#emit(body)
    }
    for (const split of splits) split.second = code.length
  }
}

/** Membership of one character, remembered by code. */
function charTest(source: string, flags: string): (code: number) => boolean {
  const one = new RegExp(`^${source}$`, flags)
  const known = new Map<number, boolean>()
  return (code) => {
    let answer = known.get(code)
    if (answer === undefined) {
      answer = one.test(String.fromCodePoint(code))
      known.set(code, answer)
    }
    return answer
  }
}
