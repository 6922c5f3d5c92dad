// The adapter to the parser, unbash: the only file that knows it. Makes the shell's own tree (ast.ts) of a command that grammar.ts has found complete.
import { parse } from 'unbash'
import type * as U from 'unbash'
import type {
  ArrayElement, Assign, Case, Command, List, Param, Part, Redirection, Simple, Statement, TestExpression, Word,
} from './ast.ts'
import { expandBraces } from './braces.ts'
import { unquote } from './lexer.ts'
import { doubled, doubleText, literalOf, literalParts, type Mode } from './word-text.ts'

/** Where nodes of one source text stand: gives line numbers. */
class Place {
  readonly source: string
  readonly firstLine: number
  #starts: number[] | undefined

  constructor(source: string, firstLine: number) {
    this.source = source
    this.firstLine = firstLine
  }

  line(pos: number): number {
    if (!this.#starts) {
      this.#starts = []
      for (let i = this.source.indexOf('\n'); i >= 0; i = this.source.indexOf('\n', i + 1)) this.#starts.push(i)
    }
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.#starts[mid] < pos) low = mid + 1
      else high = mid
    }
    return this.firstLine + low
  }
}

/** Parses the text of one complete command. */
export function parseCommands(source: string, firstLine: number): List {
  return list(parse(source).commands, new Place(source, firstLine))
}

/** Text in which only $ and ` expansions count, as in here-documents, prompts and arithmetic. */
export function parseText(text: string): Word {
  let word = textCache.get(text)
  if (!word) {
    if (textCache.size > 1000) textCache.clear()
    word = /[$`\\]/.test(text) ? parseTextParts(text) : { text, literal: text, parts: [{ kind: 'text', text, quoted: true }], braces: undefined, assign: undefined }
    textCache.set(text, word)
  }
  return word
}
const textCache = new Map<string, Word>()

function parseTextParts(text: string): Word {
  let end = 'END'
  while (text.includes(end)) end += '_'
  const source = `:<<${end}\n${text}\n${end}\n`
  const command = parse(source).commands[0]?.command
  const doc = command?.type === 'Command' ? command.redirects[0] : undefined
  const inner = doc?.type === 'HereDoc' ? doc.body.parts : undefined
  const parts = inner ? compileParts(inner, new Place(source, 0), 'here-doc', true) : literalParts(text, 'here-doc')
  dropLast(parts, '\n')
  return { text, literal: undefined, parts, braces: undefined, assign: undefined }
}

/** Takes the newline away that the here-document frame has added. */
function dropLast(parts: Part[], what: string): void {
  const last = parts[parts.length - 1]
  if (last?.kind === 'text' && last.text.endsWith(what)) parts[parts.length - 1] = { ...last, text: last.text.slice(0, -what.length) }
}

/** A word given as source text, e.g. one that brace expansion has made. */
export function parseWord(text: string, mode: 'word' | 'assign' = 'word'): Word {
  const command = parse(`: ${text}`).commands[0]?.command
  const arg = command?.type === 'Command' ? command.args[0] : undefined
  return arg?.type === 'Word' ? word(arg, new Place(text, 0), mode, false) : plainWord(text)
}

/** `name=value`, `name[sub]=(…)` as source text; undefined if it is none. */
export function parseAssignment(text: string): Assign | undefined {
  const command = parse(text).commands[0]?.command
  const first = command?.type === 'Command' ? command.prefix[0] : undefined
  return first?.type === 'Assignment' ? assignment(first, new Place(text, 0)) : undefined
}

export const plainWord = (text: string): Word => ({ text, literal: text, parts: [{ kind: 'text', text, quoted: true }], braces: undefined, assign: undefined })

function list(statements: readonly U.Statement[], place: Place): List {
  const out: Statement[] = []
  for (const s of statements) out.push({ command: node(s.command, place), background: s.background === true })
  return { statements: out }
}

function node(n: U.Statement['command'] | U.CompoundList | U.CommandNode, place: Place, redirects: readonly Redirection[] = []): Command {
  const line = place.line(n.pos)
  switch (n.type) {
    case 'Command': return simple(n, place)
    case 'Redirected': return node(n.command, place, n.redirects.map((r) => redirection(r, place)))
    case 'Pipeline':
      return {
        kind: 'pipeline', line, negate: n.prefixes.filter((p) => p.type === 'Negation').length % 2 === 1,
        time: n.prefixes.some((p) => p.type === 'Time') ? (n.prefixes.some((p) => p.type === 'Time' && p.posix) ? 'posix' : 'bash') : 'no',
        commands: n.commands.map((c) => node(c, place)), errorsToo: n.operators.map((o) => o === '|&'),
      }
    case 'AndOr': return { kind: 'and-or', line, commands: n.commands.map((c) => node(c, place)), operators: n.operators }
    case 'BraceGroup': return { kind: 'group', line, redirects, body: list(n.body.commands, place) }
    case 'CompoundList': return { kind: 'group', line, redirects, body: list(n.commands, place) }
    case 'Subshell': return { kind: 'subshell', line, redirects, body: list(n.body.commands, place) }
    case 'If':
      return {
        kind: 'if', line, redirects,
        branches: [{ clause: n.clause, then: n.then }, ...n.elif].map((b) => ({ test: list(b.clause.commands, place), body: list(b.then.commands, place) })),
        otherwise: n.else ? list(n.else.commands, place) : undefined,
      }
    case 'For':
    case 'Select':
      return {
        kind: n.type === 'For' ? 'for' : 'select', line, redirects, name: n.name.text,
        words: n.wordlist?.map((w) => word(w, place, 'word', false)), body: list(n.body.commands, place),
      }
    case 'ArithmeticFor': {
      const header = place.source.slice(place.source.indexOf('((', n.pos) + 2, n.body.pos)
      const [init, test, step] = splitArithmetic(header)
      return { kind: 'arithmetic-for', line, redirects, init: parseText(init), test: parseText(test), step: parseText(step), body: list(n.body.commands, place) }
    }
    case 'While': return { kind: 'while', line, redirects, until: n.kind === 'until', test: list(n.clause.commands, place), body: list(n.body.commands, place) }
    case 'Case': return caseCommand(n, line, redirects, place)
    case 'Function': return { kind: 'function', line, name: n.name.text, body: node(n.body, place) }
    case 'TestCommand': return { kind: 'test', line, redirects, expression: test(n.expression, place) }
    case 'ArithmeticCommand': return { kind: 'arithmetic', line, redirects, expression: parseText(n.body) }
    case 'Coproc': return { kind: 'coproc', line, name: n.name?.text, body: node(n.body, place) }
  }
}

/** The three expressions of `for ((a; b; c))` and what follows them. */
function splitArithmetic(header: string): [string, string, string] {
  const out: string[] = ['']
  let depth = 0
  for (const c of header) {
    if (c === '(') depth++
    if (c === ')' && depth-- === 0) break
    if (c === ';' && depth === 0) out.push('')
    else out[out.length - 1] += c
  }
  return [out[0].trim(), (out[1] ?? '').trim(), (out[2] ?? '').trim()]
}

function caseCommand(n: U.Case, line: number, redirects: readonly Redirection[], place: Place): Case {
  return {
    kind: 'case', line, redirects, word: word(n.word, place, 'assign', false),
    items: n.items.map((i) => ({
      patterns: i.pattern.map((p) => word(p, place, 'assign', false)), body: list(i.body.commands, place), end: i.terminator ?? ';;',
    })),
  }
}

function simple(n: U.Command, place: Place): Simple {
  const assigns: Assign[] = []
  const words: Word[] = []
  const redirects: Redirection[] = []
  let line = 0
  const argument = (a: U.CommandArgument): Word =>
    a.type === 'Word' ? word(a, place, 'word', false) : { ...plainWord(a.text), literal: undefined, assign: assignment(a, place) }
  for (const p of n.prefix) {
    if (p.type === 'Assignment') assigns.push(assignment(p, place))
    else redirects.push(redirection(p, place))
  }
  if (n.name) words.push(word(n.name, place, 'word', false))
  let before: U.Command['suffix'][number] | undefined
  for (const s of n.suffix) {
    const previous = before ?? n.name
    // a<(…)b: to the parser three words.
    const goesOn = s.type === 'Word' && previous?.type === 'Word' && previous.end === s.pos
    if (goesOn) words.push(joined(words.pop(), argument(s)))
    else if (s.type === 'Word' || s.type === 'Assignment') words.push(argument(s))
    else {
      // {NAME[SUBSCRIPT]}>…: to the parser a word and a redirection.
      const element = before?.type === 'Word' && before.end === s.pos ? /^\{([A-Za-z_]\w*\[\w+\])\}$/.exec(before.text)?.[1] : undefined
      if (element !== undefined) words.pop()
      redirects.push(element === undefined ? redirection(s, place) : { ...redirection(s, place), fdVariable: element })
    }
    before = s
  }
  // The parser has looked one word ahead when it notes the line: it is where the second word ends.
  const second = n.name ? n.suffix[0] : undefined
  line = place.line(second?.type === 'Word' ? second.end : n.pos)
  return { kind: 'simple', line, assigns, words, redirects }
}

const joined = (before: Word | undefined, after: Word): Word => (before === undefined ? after : { text: before.text + after.text, literal: undefined, parts: [...before.parts, ...after.parts], braces: undefined, assign: undefined })

function assignment(a: U.Assignment, place: Place): Assign {
  const index = a.index ? word(a.index, place, 'plain', false) : undefined
  const base = { name: a.name, index, append: a.append === true, text: a.text }
  if (a.value.type === 'ArrayValue') {
    return { ...base, value: undefined, elements: a.value.elements.map((e) => element(e, place)) }
  }
  return { ...base, value: word(a.value, place, 'assign', false), elements: undefined }
}

/** One element of `(…)`, perhaps `[key]=value`. */
function element(e: U.Word, place: Place): ArrayElement {
  const close = e.text.startsWith('[') ? closingBracket(e.text) : -1
  const m = close > 0 ? /^\+?=/.exec(e.text.slice(close + 1)) : null
  if (!m) return { key: undefined, append: false, value: word(e, place, 'word', false) }
  const key = e.text.slice(1, close)
  return { key: /\s/.test(key) && !/['"\\]/.test(key) ? parseText(key) : parseWord(key), append: m[0] === '+=', value: parseWord(e.text.slice(close + 1 + m[0].length), 'assign') }
}

function closingBracket(text: string): number {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '[') depth++
    else if (text[i] === ']' && --depth === 0) return i
  }
  return -1
}

function redirection(r: U.Redirection, place: Place): Redirection {
  const fd = r.descriptor?.type === 'FileDescriptor' ? r.descriptor.value : undefined
  const fdVariable = r.descriptor?.type === 'FileDescriptorVariable' ? r.descriptor.name : undefined
  if (r.type === 'HereDoc') {
    const quoted = r.delimiter?.quoted === true
    const text = r.operator === '<<-' ? r.body.text.replace(/^\t+/gm, '') : r.body.text
    const body = quoted || !/[$`\\]/.test(text)
      ? plainWord(text)
      : { ...plainWord(text), literal: undefined, parts: r.body.parts ? compileParts(r.operator === '<<-' ? withoutTabs(r.body.parts) : r.body.parts, new Place('', place.line(r.pos)), 'here-doc', true) : literalParts(text, 'here-doc') }
    const delimiter = r.delimiter?.text ?? ''
    return { operator: r.operator, fd, fdVariable, target: plainWord(delimiter), hereDoc: { delimiter: unquote(delimiter), body, text } }
  }
  const target = r.target ? word(r.target, place, r.type === 'HereString' ? 'assign' : 'word', false) : plainWord('')
  return { operator: r.operator, fd, fdVariable, target, hereDoc: undefined }
}

/** <<- takes the tabs at the beginning of lines away, not those that an expansion brings. */
const withoutTabs = (parts: readonly U.WordPart[]): U.WordPart[] =>
  parts.map((p, n) => (p.type === 'Literal' ? { ...p, text: (n === 0 ? p.text.replace(/^\t+/, '') : p.text).replace(/\n\t+/g, '\n') } : p))

function test(e: U.TestExpression, place: Place): TestExpression {
  switch (e.type) {
    case 'TestUnary': return { kind: 'unary', operator: e.operator, operand: word(e.operand, place, 'assign', false) }
    case 'TestBinary': return { kind: 'binary', operator: e.operator, left: word(e.left, place, 'assign', false), right: word(e.right, place, 'assign', false) }
    case 'TestLogical': return { kind: e.operator === '&&' ? 'and' : 'or', operands: e.operands.map((o) => test(o, place)) }
    case 'TestNot': {
      const inner = test(e.operand, place)
      return e.negations.length % 2 === 1 ? { kind: 'not', operand: inner } : inner
    }
    case 'TestGroup': return { kind: 'parens', operand: test(e.expression, place) }
  }
}

function word(w: U.Word, place: Place, mode: Mode, inDouble: boolean): Word {
  const { text } = w
  const parts = w.parts ? compileParts(w.parts, place, mode, inDouble) : inDouble ? doubled(text) : literalParts(text, mode)
  let braces: Word[] | undefined
  if (mode === 'word' && text.includes('{') && (text.includes(',') || text.includes('..')) && !inDouble) {
    const texts = expandBraces(text)
    if (texts.length !== 1 || texts[0] !== text) braces = texts.filter((t) => t !== '').map((t) => parseWord(t))
  }
  return { text, literal: braces ? undefined : literalOf(parts), parts, braces, assign: undefined }
}

function compileParts(parts: readonly U.WordPart[], place: Place, mode: Mode, inDouble: boolean): Part[] {
  const out: Part[] = []
  parts.forEach((p, n) => {
    if (p.type === 'Literal' && !inDouble) {
      const inner = literalParts(p.text, n === 0 || mode === 'assign' ? mode : 'plain')
      const tilde = inner[0]
      // `~"user"`: the rest of the name is quoted, so that it is no home directory.
      if (tilde?.kind === 'tilde' && inner.length === 1 && parts.length > 1) out.push({ kind: 'text', text: p.text, quoted: false })
      else out.push(...inner)
    } else out.push(...compilePart(p, place, mode, inDouble))
  })
  return out
}

function compilePart(p: U.WordPart, place: Place, mode: Mode, inDouble: boolean): Part[] {
  switch (p.type) {
    case 'Literal': return [{ kind: 'text', text: mode === 'here-doc' ? p.text.replace(/\\([$`\\\n])/g, (_, c: string) => (c === '\n' ? '' : c)) : doubleText(p.text), quoted: true }]
    case 'Glob':
      if (p.kind === 'bracket' && /[$`'"\\]/.test(p.text)) {
        const end = { kind: 'text' as const, quoted: inDouble }
        return [{ ...end, text: '[' }, ...compileParts(p.parts, place, 'plain', inDouble), { ...end, text: ']' }]
      }
      return [{ kind: 'text', text: inDouble ? doubleText(p.text) : p.text, quoted: inDouble }]
    case 'SingleQuoted': return inDouble ? [{ kind: 'text', text: p.text, quoted: true }] : [{ kind: 'text', text: p.value, quoted: true }]
    case 'AnsiCQuoted': return [{ kind: 'text', text: p.value, quoted: true }]
    case 'DoubleQuoted':
    case 'LocaleString': return [{ kind: 'double', parts: compileParts(p.parts, place, 'plain', true) }]
    case 'SimpleExpansion': return [{ kind: 'param', param: { text: p.text, name: p.text.slice(1), index: undefined, prefix: '', operator: '', operand: undefined, operand2: undefined } }]
    case 'ParameterExpansion': return [{ kind: 'param', param: param(p, place, inDouble) }]
    case 'CommandExpansion': {
      let body: List | undefined
      return [{ kind: 'command', line: place.line(p.pos), body: () => (body ??= p.script ? substituted(p.script, place, p.pos) : { statements: [] }) }]
    }
    case 'ArithmeticExpansion':
      return [{ kind: 'arith', expression: parseText(p.text.startsWith('$[') ? p.text.slice(2, -1) : p.text.slice(3, -2)) }]
    case 'ProcessSubstitution': {
      let body: List | undefined
      return [{ kind: 'process', operator: p.operator, text: p.text, body: () => (body ??= p.script ? substituted(p.script, place, p.pos) : { statements: [] }) }]
    }
    case 'ExtendedGlob':
      return p.parts
        ? [{ kind: 'text', text: `${p.operator}(`, quoted: inDouble }, ...compileParts(p.parts, place, 'plain', inDouble), { kind: 'text', text: ')', quoted: inDouble }]
        : literalParts(p.text, 'plain')
    case 'BraceExpansion':
      return p.parts
        ? [{ kind: 'text', text: '{', quoted: false }, ...compileParts(p.parts, place, 'plain', inDouble), { kind: 'text', text: '}', quoted: false }]
        : literalParts(p.text, 'plain')
  }
}

/** The commands of $( ); those of escaped backquotes stand in a text of their own. */
function substituted(script: U.ParsedScript, place: Place, pos: number): List {
  return list(script.commands, script.source === undefined ? place : new Place(script.source, place.line(pos)))
}

function param(p: U.ParameterExpansionPart, place: Place, inDouble: boolean): Param {
  const base = { text: p.text, name: p.parameter, index: p.index ? word(p.index, place, 'plain', false) : undefined, prefix: p.prefix ?? ('' as const) }
  const none = { operand: undefined, operand2: undefined }
  const o = p.operation
  if (!o) return { ...base, operator: p.parameter === '' ? 'bad' : '', ...none }
  switch (o.type) {
    case 'Default': return { ...base, operator: o.operator, operand: word(o.operand, place, inDouble ? 'plain' : 'assign', inDouble), operand2: undefined }
    case 'Remove': return { ...base, operator: o.operator, operand: word(o.operand, place, 'assign', false), operand2: undefined }
    case 'Replace':
      return { ...base, operator: o.operator, operand: word(o.pattern, place, 'assign', false), operand2: word(o.replacement, place, 'assign', false) }
    case 'Slice':
      // Nothing after the colon.
      if (/^\$\{[^:]*:\}$/.test(p.text)) return { ...base, operator: 'bad', ...none }
      return { ...base, operator: ':', operand: parseText(o.offset.text), operand2: o.length ? parseText(o.length.text) : undefined }
    case 'CaseModification': return { ...base, operator: o.operator, operand: o.operand ? word(o.operand, place, 'assign', false) : undefined, operand2: undefined }
    case 'Transform': return { ...base, operator: '@', operand: word(o.operand, place, 'plain', false), operand2: undefined }
    case 'Names': return { ...base, operator: `names${o.operator}`, ...none }
    case 'Unknown': {
      // ${x~} and ${x~~}: the other case, which the manual doesn't mention.
      const m = /^\$\{!?[A-Za-z0-9_@*]+(?:\[[^\]]*\])?(~~?)([^]*)\}$/.exec(p.text)
      if (m) return { ...base, operator: m[1], operand: m[2] === '' ? undefined : parseWord(m[2], 'assign'), operand2: undefined }
      return { ...base, operator: 'bad', ...none }
    }
  }
}
