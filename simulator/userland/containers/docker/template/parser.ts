// The tree of a Go template (text/template/parse/parse.go): actions, pipelines, if, range, with. Simpler: no {{define}}, {{template}} and {{block}}.
import { lex, parseError, type TemplateError, type Token } from './lexer.ts'

export type Operand =
  | { readonly kind: 'field'; readonly at: number; readonly text: string; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly at: number; readonly text: string; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'chain'; readonly at: number; readonly text: string; readonly base: Operand; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly at: number; readonly text: string }
  | { readonly kind: 'pipeline'; readonly at: number; readonly text: string; readonly pipe: Pipeline }
  | { readonly kind: 'dot' | 'nil'; readonly at: number; readonly text: string }
  | { readonly kind: 'constant'; readonly at: number; readonly text: string; readonly value: string | number | boolean; readonly isFloat: boolean }
export interface Command {
  readonly at: number
  readonly text: string
  readonly words: readonly Operand[]
}
export interface Pipeline {
  readonly at: number
  readonly text: string
  readonly variables: readonly string[]
  readonly isAssignment: boolean
  readonly commands: readonly Command[]
}
export interface ControlNode {
  readonly kind: 'if' | 'range' | 'with'
  readonly at: number
  readonly pipe: Pipeline
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[]
}
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipe: Pipeline }
  | ControlNode
  | { readonly kind: 'break' | 'continue' }

const OPERANDS = new Set(['field', 'variable', 'identifier', 'string', 'char', 'number', 'bool', 'dot', 'nil', '('])

export class TemplateParser {
  readonly #source: string
  readonly #functions: ReadonlySet<string>
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source
    this.#functions = functions
    this.#tokens = lex(source)
  }

  parse(): readonly Node[] {
    const { nodes, end } = this.#list()
    if (end !== 'eof') throw this.#error(`unexpected {{${end}}}`)
    return nodes
  }

  #peek(): Token {
    return this.#tokens[this.#at]
  }
  #error(message: string, at = this.#peek().at): TemplateError {
    return parseError(this.#source, at, message)
  }
  #unexpected(context: string): TemplateError {
    const { kind, text } = this.#peek()
    const shown = kind === 'eof' ? 'EOF' : kind === 'keyword' ? `<${text}>` : text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text)
    return this.#error(`unexpected ${shown} in ${context}`)
  }
  #skip(): void {
    while (this.#peek().kind === 'space') this.#at += 1
  }

  #list(): { readonly nodes: readonly Node[]; readonly end: string } {
    const nodes: Node[] = []
    for (;;) {
      const token = this.#peek()
      this.#at += 1
      if (token.kind === 'eof') {
        this.#at -= 1
        return { nodes, end: 'eof' }
      }
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text })
        continue
      }
      this.#skip()
      const word = this.#peek()
      if (word.kind === 'keyword' && (word.text === 'end' || word.text === 'else')) {
        this.#at += 1
        if (word.text === 'end') this.#right('end')
        return { nodes, end: word.text }
      }
      nodes.push(this.#action())
    }
  }

  #right(context: string): void {
    this.#skip()
    if (this.#peek().kind !== 'right') throw this.#unexpected(context)
    this.#at += 1
  }

  #action(): Node {
    const word = this.#peek()
    if (word.kind === 'keyword') {
      this.#at += 1
      if (word.text === 'if' || word.text === 'range' || word.text === 'with') return this.#control(word.text, word.at)
      if (word.text === 'break' || word.text === 'continue') {
        this.#right(word.text)
        return { kind: word.text }
      }
      this.#at -= 1
      throw this.#unexpected('command')
    }
    const pipe = this.#pipeline('command')
    this.#right('command')
    return { kind: 'action', at: word.at, pipe }
  }

  #control(kind: 'if' | 'range' | 'with', at: number): Node {
    const pipe = this.#pipeline(kind)
    this.#right(kind)
    const { nodes: body, end } = this.#list()
    if (end === 'eof') throw this.#error('unexpected EOF')
    if (end === 'end') return { kind, at, pipe, body, otherwise: [] }
    this.#skip()
    if (kind === 'if' && this.#peek().kind === 'keyword' && this.#peek().text === 'if') {
      const inner = this.#peek().at
      this.#at += 1
      return { kind, at, pipe, body, otherwise: [this.#control('if', inner)] }
    }
    this.#right('else')
    const other = this.#list()
    if (other.end === 'eof') throw this.#error('unexpected EOF')
    if (other.end !== 'end') throw this.#error('expected end; found {{else}}')
    return { kind, at, pipe, body, otherwise: other.nodes }
  }

  #pipeline(context: string): Pipeline {
    this.#skip()
    const { at } = this.#peek()
    const { variables, isAssignment } = this.#declaration(context)
    const commands: Command[] = []
    for (;;) {
      this.#skip()
      const { kind } = this.#peek()
      if (kind === 'right' || kind === ')') break
      if (!OPERANDS.has(kind)) throw this.#unexpected(context)
      commands.push(this.#command(context))
      this.#skip()
      if (this.#peek().kind === 'pipe') {
        this.#at += 1
        this.#skip()
        if (this.#peek().kind === 'right' || this.#peek().kind === ')') throw this.#error(`missing value for ${context}`)
      }
    }
    if (commands.length === 0) throw this.#error(`missing value for ${context}`)
    for (const command of commands.slice(1)) {
      const { kind } = command.words[0]
      if (kind === 'constant' || kind === 'nil' || kind === 'dot') throw this.#error(`non executable command in pipeline stage ${commands.indexOf(command) + 1}`)
    }
    return { at, text: commands.map((c) => c.text).join(' | '), variables, isAssignment, commands }
  }

  #declaration(context: string): { readonly variables: readonly string[]; readonly isAssignment: boolean } {
    const start = this.#at
    const variables: string[] = []
    while (this.#peek().kind === 'variable') {
      variables.push(this.#peek().text)
      this.#at += 1
      this.#skip()
      const { kind } = this.#peek()
      if (kind === 'declare' || kind === 'assign') {
        this.#at += 1
        return { variables, isAssignment: kind === 'assign' }
      }
      if (kind !== 'comma' || context !== 'range') break
      this.#at += 1
      this.#skip()
    }
    this.#at = start
    return { variables: [], isAssignment: false }
  }

  #command(context: string): Command {
    const { at } = this.#peek()
    const words: Operand[] = []
    for (;;) {
      this.#skip()
      const { kind } = this.#peek()
      if (!OPERANDS.has(kind)) break
      words.push(this.#operand(context))
      const after = this.#peek().kind
      if (after !== 'space' && after !== 'right' && after !== ')' && after !== 'pipe') throw this.#unexpected('operand')
    }
    return { at, text: words.map((w) => w.text).join(' '), words }
  }

  #operand(context: string): Operand {
    const base = this.#term(context)
    if (this.#peek().kind !== 'field') return base
    const { at } = this.#peek()
    const names: string[] = []
    while (this.#peek().kind === 'field') {
      names.push(this.#peek().text.slice(1))
      this.#at += 1
    }
    const text = base.text + names.map((n) => `.${n}`).join('')
    if (base.kind === 'field') return { kind: 'field', at, text, names: [...base.names, ...names] }
    if (base.kind === 'variable') return { ...base, at, text, names: [...base.names, ...names] }
    if (base.kind === 'constant' || base.kind === 'nil') throw this.#error(`unexpected . after term ${JSON.stringify(base.text)}`)
    return { kind: 'chain', at, text, base, names }
  }

  #term(context: string): Operand {
    const { kind, text, at } = this.#peek()
    this.#at += 1
    switch (kind) {
      case 'field': return { kind: 'field', at, text, names: [text.slice(1)] }
      case 'variable': return { kind: 'variable', at, text, name: text, names: [] }
      case 'dot': return { kind: 'dot', at, text: '.' }
      case 'nil': return { kind: 'nil', at, text }
      case 'bool': return { kind: 'constant', at, text, value: text === 'true', isFloat: false }
      case 'number': return { kind: 'constant', at, text, value: Number(text), isFloat: /[.eE]/.test(text) && !/^[+-]?0x/i.test(text) }
      case 'char': return { kind: 'constant', at, text, value: unquote(`"${text.slice(1, -1)}"`).codePointAt(0) ?? 0, isFloat: false }
      case 'string': return { kind: 'constant', at, text, value: unquote(text), isFloat: false }
      case 'identifier':
        if (!this.#functions.has(text)) throw this.#error(`function ${JSON.stringify(text)} not defined`, at)
        return { kind: 'function', at, text }
      case '(': {
        const pipe = this.#pipeline('parenthesized pipeline')
        this.#skip()
        if (this.#peek().kind !== ')') throw this.#unexpected('parenthesized pipeline')
        this.#at += 1
        return { kind: 'pipeline', at, text: `(${pipe.text})`, pipe }
      }
      default:
        this.#at -= 1
        throw this.#unexpected(context)
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', '\'': '\'', '"': '"' }
function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1)
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3}|.)/g, (_, e: string) => {
    if (/^[xu]./.test(e) && e.length > 1) return String.fromCodePoint(Number.parseInt(e.slice(1), 16))
    return /^[0-7]{3}$/.test(e) ? String.fromCharCode(Number.parseInt(e, 8)) : (ESCAPES[e] ?? e)
  })
}

