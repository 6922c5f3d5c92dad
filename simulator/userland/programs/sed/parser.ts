// Reading sed scripts (GNU sed's compile.c): every error says where, counted in characters read, as sed does.
import { compileRegex, type Regex } from '../../../lib/regex.ts'
import { ESCAPES, parseReplacement, regexEscapes } from './escapes.ts'
import { type Address, type Command, type EndAddress, type Script, SedSyntaxError, type Substitution } from './script.ts'

/** One -e or -f argument. */
export interface ScriptSource {
  readonly text: string
  /** how errors name it: `-e expression #1` or `file NAME` */
  readonly name: string
  readonly isFile: boolean
}
export interface ParseOptions {
  readonly extended: boolean
  readonly sandbox: boolean
}

const SPACE = /[ \t\r\v\f]/
const NO_ADDRESS = new Set([':', '}', '#'])
const ONE_ADDRESS = new Set(['=', 'q', 'Q'])

export function parseScript(sources: readonly ScriptSource[], options: ParseOptions): Script {
  const commands: Command[] = []
  const blocks: { readonly index: number; readonly source: ScriptSource; readonly line: number }[] = []
  const labels = new Map<string, number>()
  let quiet = false
  sources.forEach((source, i) => {
    if (i === 0 && /^#n(?:\n|$)/.test(source.text)) quiet = true
    new SourceParser(source, options, commands, blocks, labels).parse()
  })
  const open = blocks.pop()
  if (open !== undefined) throw new SedSyntaxError(open.source.isFile ? `${open.source.name} line ${open.line}: unmatched \`{'` : `${open.source.name}, char 0: unmatched \`{'`)
  for (const command of commands) {
    if (!'btT'.includes(command.name)) continue
    const target = command.text === '' ? commands.length : labels.get(command.text)
    if (target === undefined) throw new SedSyntaxError(`can't find label for jump to \`${command.text}'`, 4)
    command.target = target
  }
  return { commands, quiet }
}

class SourceParser {
  readonly #source: ScriptSource
  readonly #text: string
  readonly #options: ParseOptions
  readonly #commands: Command[]
  readonly #blocks: { readonly index: number; readonly source: ScriptSource; readonly line: number }[]
  readonly #labels: Map<string, number>
  #at = 0

  constructor(source: ScriptSource, options: ParseOptions, commands: Command[], blocks: { readonly index: number; readonly source: ScriptSource; readonly line: number }[], labels: Map<string, number>) {
    this.#source = source
    this.#text = source.text
    this.#options = options
    this.#commands = commands
    this.#blocks = blocks
    this.#labels = labels
  }

  #line(): number {
    return this.#text.slice(0, this.#at).split('\n').length
  }

  #fail(message: string): never {
    const { name, isFile } = this.#source
    throw new SedSyntaxError(isFile ? `${name} line ${this.#line()}: ${message}` : `${name}, char ${this.#at}: ${message}`)
  }

  #next(): string | undefined {
    return this.#at < this.#text.length ? this.#text[this.#at++] : undefined
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #skipBlanks(): void {
    while (SPACE.test(this.#peek() ?? 'x')) this.#at++
  }

  parse(): void {
    for (;;) {
      while (/[\s;]/.test(this.#peek() ?? 'x')) this.#at++
      if (this.#peek() === undefined) return
      this.#command()
    }
  }

  #command(): void {
    const from = this.#address()
    let to: EndAddress | undefined
    if (from !== undefined) {
      this.#skipBlanks()
      if (this.#peek() === ',') {
        this.#at++
        this.#skipBlanks()
        to = this.#endAddress()
        if (to === undefined) {
          this.#next()
          this.#fail("unexpected `,'")
        }
      }
    }
    this.#skipBlanks()
    let negated = false
    while (this.#peek() === '!') {
      this.#at++
      if (negated) this.#fail("multiple `!'s")
      negated = true
      this.#skipBlanks()
    }
    const name = this.#next()
    if (name === undefined || name === '\n') this.#fail('missing command')
    if (from?.kind === 'zero' && to?.kind !== 'regex') this.#fail('invalid usage of line address 0')
    if (from !== undefined && NO_ADDRESS.has(name)) this.#fail(name === ':' ? ': doesn\'t want any addresses' : name === '#' ? 'comments don\'t accept any addresses' : "} doesn't want any addresses")
    if (to !== undefined && ONE_ADDRESS.has(name) && name !== '=') this.#fail('command only uses one address')
    this.#body(name, { from, to, negated })
  }

  #add(name: string, head: Pick<Command, 'from' | 'to' | 'negated'>, rest: Partial<Command> = {}): void {
    this.#commands.push({ ...head, name, text: '', number: undefined, substitution: undefined, translation: undefined, target: 0, active: false, endLine: undefined, ...rest })
  }

  #body(name: string, head: Pick<Command, 'from' | 'to' | 'negated'>): void {
    switch (name) {
      case '#':
        while (this.#peek() !== undefined && this.#peek() !== '\n') this.#at++
        return
      case '{':
        this.#blocks.push({ index: this.#commands.length, source: this.#source, line: this.#line() })
        return this.#add(name, head)
      case '}': {
        const open = this.#blocks.pop()
        if (open === undefined) this.#fail("unexpected `}'")
        this.#commands[open.index].target = this.#commands.length
        this.#add(name, head)
        return this.#endOfCommand()
      }
      case ':': {
        const label = this.#word()
        if (label === '') this.#fail('":" lacks a label')
        this.#labels.set(label, this.#commands.length)
        return
      }
      case 'b': case 't': case 'T':
        return this.#add(name, head, { text: this.#word() })
      case 'a': case 'c': case 'i':
        return this.#add(name, head, { text: this.#textArgument() })
      case 'r': case 'R': case 'w': case 'W': {
        if (this.#options.sandbox) this.#fail('e/r/w commands disabled in sandbox mode')
        return this.#add(name, head, { text: this.#fileName() })
      }
      case 'e':
        if (this.#options.sandbox) this.#fail('e/r/w commands disabled in sandbox mode')
        this.#skipBlanks()
        return this.#add(name, head, { text: this.#restOfLine() })
      case 's':
        return this.#add(name, head, { substitution: this.#substitution() })
      case 'y':
        this.#add(name, head, { translation: this.#translation() })
        return this.#endOfCommand()
      case 'q': case 'Q': case 'l': case 'L': {
        this.#skipBlanks()
        const digits = /^\d*/.exec(this.#text.slice(this.#at))?.[0] ?? ''
        this.#at += digits.length
        this.#add(name, head, { number: digits === '' ? undefined : Number(digits) })
        return this.#endOfCommand()
      }
      case 'v':
        this.#word()
        return
      case '=': case 'd': case 'D': case 'F': case 'g': case 'G': case 'h': case 'H': case 'n': case 'N': case 'p': case 'P': case 'x': case 'z':
        this.#add(name, head)
        return this.#endOfCommand()
      default:
        this.#fail(`unknown command: \`${name}'`)
    }
  }

  /** Nothing but blanks up to `;`, a newline, `}` or `#`. */
  #endOfCommand(): void {
    this.#skipBlanks()
    const c = this.#next()
    if (c === undefined || c === '\n' || c === ';') return
    if (c === '}' || c === '#') this.#at--
    else this.#fail('extra characters after command')
  }

  #word(): string {
    this.#skipBlanks()
    let word = ''
    for (let c = this.#peek(); c !== undefined && !/[\s;]/.test(c); c = this.#peek()) {
      word += c
      this.#at++
    }
    return word
  }

  #restOfLine(): string {
    const end = this.#text.indexOf('\n', this.#at)
    const line = this.#text.slice(this.#at, end < 0 ? undefined : end)
    this.#at = end < 0 ? this.#text.length : end + 1
    return line
  }

  #fileName(): string {
    this.#skipBlanks()
    const name = this.#restOfLine()
    if (name === '') this.#fail('missing filename in r/R/w/W commands')
    return name
  }

  /** The text of a, i, c: after `\` and a newline, or on the same line (GNU). A backslash at a line's end continues it. */
  #textArgument(): string {
    this.#skipBlanks()
    if (this.#peek() === undefined) this.#fail("expected \\ after `a', `c' or `i'")
    if (this.#peek() === '\\') {
      this.#at++
      const blanks = /^[ \t]*/.exec(this.#text.slice(this.#at))?.[0] ?? ''
      if (this.#text[this.#at + blanks.length] === '\n') this.#at += blanks.length + 1
      else if (this.#text[this.#at + blanks.length] === undefined) {
        this.#at += blanks.length
        return ''
      }
    }
    let text = ''
    for (let c = this.#next(); c !== undefined && c !== '\n'; c = this.#next()) {
      if (c !== '\\') {
        text += c
        continue
      }
      const escaped = this.#next()
      if (escaped !== undefined) text += escaped === '\n' ? '\n' : ESCAPES.get(escaped) ?? escaped
    }
    return `${text}\n`
  }

  #number(): number | undefined {
    const digits = /^\d+/.exec(this.#text.slice(this.#at))?.[0]
    if (digits === undefined) return undefined
    this.#at += digits.length
    return Number(digits)
  }

  #address(): Address | undefined {
    const c = this.#peek()
    if (c === '$') {
      this.#at++
      return { kind: 'last' }
    }
    if (c === '/' || c === '\\') {
      this.#at++
      const delimiter = c === '/' ? '/' : this.#next()
      if (delimiter === undefined) this.#fail('unexpected end of script')
      const pattern = this.#delimited(delimiter, true)
      if (pattern === undefined) this.#fail('unterminated address regex')
      let flags = ''
      for (this.#skipBlanks(); this.#peek() === 'I' || this.#peek() === 'M'; ) flags += this.#next()
      return { kind: 'regex', regex: this.#regex(pattern, flags) }
    }
    if (c === '+' || c === '~') {
      this.#at++
      this.#number()
      this.#fail('invalid usage of +N or ~N as first address')
    }
    const first = this.#number()
    if (first === undefined) return undefined
    if (this.#peek() === '~') {
      this.#at++
      return { kind: 'step', first, step: this.#number() ?? 0 }
    }
    return first === 0 ? { kind: 'zero' } : { kind: 'line', line: first }
  }

  #endAddress(): EndAddress | undefined {
    const c = this.#peek()
    if (c !== '+' && c !== '~') {
      const address = this.#address()
      return address?.kind === 'zero' ? { kind: 'line', line: 0 } : address
    }
    this.#at++
    const count = this.#number()
    if (count === undefined) this.#fail('expected number after +/~')
    return c === '+' ? { kind: 'plus', count } : { kind: 'multiple', of: count }
  }

  /** Text up to an unescaped delimiter that is not inside brackets; an escaped one loses its backslash. Undefined if it has no end. */
  #delimited(delimiter: string, isRegex: boolean): string | undefined {
    let out = ''
    for (let c = this.#next(); c !== undefined; c = this.#next()) {
      if (c === delimiter) return out
      const bracket = isRegex && c === '[' ? /^\^?\]?(?:\[:\w+:\]|\[\..+?\.\]|\[=.+?=\]|[^\]\n])*\]/.exec(this.#text.slice(this.#at)) : null
      if (bracket !== null) {
        out += c + bracket[0].replaceAll('\\n', '\n')
        this.#at += bracket[0].length
        continue
      }
      if (c === '\n' && isRegex) {
        this.#at--
        return undefined
      }
      if (c !== '\\') {
        out += c
        continue
      }
      const escaped = this.#next()
      if (escaped === undefined) return undefined
      if (escaped === delimiter) out += escaped
      else if (escaped === 'n' && isRegex) out += '\n'
      else out += `\\${escaped}`
    }
    return undefined
  }

  #regex(pattern: string, flags: string): Regex | undefined {
    if (pattern === '') return undefined
    const regex = compileRegex(regexEscapes(pattern), {
      syntax: this.#options.extended ? 'extended' : 'basic', dialect: 'sed', ignoreCase: flags.includes('I'), multiline: flags.includes('M'),
    })
    return 'error' in regex ? this.#fail(regex.error) : regex
  }

  #substitution(): Substitution {
    const delimiter = this.#next()
    if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') this.#fail("unterminated `s' command")
    const pattern = this.#delimited(delimiter, true)
    const replacement = pattern === undefined ? undefined : this.#delimited(delimiter, false)
    if (pattern === undefined || replacement === undefined) this.#fail("unterminated `s' command")
    let flags = ''
    let number: number | undefined
    let global = false
    let print = 0
    let evaluate = false
    let file: string | undefined
    loop: for (;;) {
      const c = this.#next()
      switch (c) {
        case undefined: case '\n': case ';': break loop
        case '}': case '#': this.#at--; break loop
        case 'g':
          if (global) this.#fail("multiple `g' options to `s' command")
          global = true
          break
        case 'p':
          if (print > 0) this.#fail("multiple `p' options to `s' command")
          print = evaluate ? 2 : 1
          break
        case 'i': case 'I': flags += 'I'; break
        case 'm': case 'M': flags += 'M'; break
        case 'e':
          if (this.#options.sandbox) this.#fail('e/r/w commands disabled in sandbox mode')
          evaluate = true
          break
        case 'w': file = this.#fileName(); break loop
        case '\r': case ' ': case '\t': break
        default: {
          if (!/\d/.test(c)) this.#fail("unknown option to `s'")
          this.#at--
          const value = this.#number() ?? 0
          if (number !== undefined) this.#fail("multiple number options to `s' command")
          if (value === 0) this.#fail("number option to `s' command may not be zero")
          number = value
        }
      }
    }
    const regex = this.#regex(pattern, flags)
    const parts = parseReplacement(replacement)
    const most = parts.reduce((n, p) => (p.kind === 'group' ? Math.max(n, p.index) : n), 0)
    if (regex !== undefined && most > regex.groupCount) this.#fail(`invalid reference \\${most} on \`s' command's RHS`)
    return { regex, replacement: parts, global, print, evaluate, number: number ?? 1, file }
  }

  #translation(): ReadonlyMap<string, string> {
    const delimiter = this.#next()
    const from = delimiter === undefined ? undefined : this.#delimited(delimiter, false)
    const to = from === undefined || delimiter === undefined ? undefined : this.#delimited(delimiter, false)
    if (from === undefined || to === undefined) this.#fail("unterminated `y' command")
    const chars = (text: string): string[] => [...text.replace(/\\([^])/g, (whole, e: string) => (e === '\\' ? '\\' : ESCAPES.get(e) ?? whole))]
    const [left, right] = [chars(from), chars(to)]
    if (left.length !== right.length) this.#fail("strings for `y' command are different lengths")
    return new Map(left.map((c, i) => [c, right[i]] as const).reverse())
  }
}
