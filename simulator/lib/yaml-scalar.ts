// The lower half of the YAML parser: positions, white space, scalars of every style, and what a plain one means (core schema as Go's yaml.v3 has it).
import { YamlError } from './yaml-error.ts'

type Scalar = null | boolean | number | string

const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0', a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b', ' ': ' ', '"': '"', '/': '/', '\\': '\\', N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029', '\t': '\t',
}
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const WORDS: ReadonlyMap<string, null | boolean | number> = new Map<string, null | boolean | number>([
  ['', null], ['~', null], ['null', null], ['Null', null], ['NULL', null], ['true', true], ['True', true], ['TRUE', true], ['false', false], ['False', false], ['FALSE', false],
  ['.inf', Infinity], ['.Inf', Infinity], ['.INF', Infinity], ['+.inf', Infinity], ['-.inf', -Infinity], ['-.Inf', -Infinity], ['.nan', NaN], ['.NaN', NaN], ['.NAN', NaN],
])

/** What a plain scalar stands for. */
export function resolvePlain(text: string): Scalar {
  const word = WORDS.get(text)
  if (word !== undefined) return word
  if (!/^[-+.\d]/.test(text)) return text
  const digits = text.replace(/_/g, '')
  const radix = /^([-+]?)0(?:x([\da-fA-F]+)|o?([0-7]+)|b([01]+))$/.exec(digits)
  if (radix !== null) {
    const [, sign, hex, octal, binary] = radix
    const size = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(binary, 2)
    return sign === '-' ? -size : size
  }
  if (/^[-+]?\d+$/.test(digits)) {
    const value = Number(digits)
    return Number.isSafeInteger(value) ? value : text
  }
  return /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(digits) ? Number(digits) : text
}

export class ScalarReader {
  readonly text: string
  at = 0
  /** Offsets where lines begin, up to the last one asked for. */
  readonly #starts: number[] = [0]

  constructor(text: string) {
    this.text = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
    for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) this.#starts.push(i + 1)
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }
  peek(): string {
    return this.text[this.at] ?? ''
  }
  /** Counted from 1. */
  get line(): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle] <= this.at) low = middle
      else high = middle - 1
    }
    return low + 1
  }
  /** Counted from 0. */
  get column(): number {
    return this.at - this.#starts[this.line - 1]
  }
  /** Nothing but blanks and a comment left on the line. */
  get isAtLineEnd(): boolean {
    const c = this.peek()
    return c === '' || c === '\n' || (c === '#' && (this.at === 0 || /\s/.test(this.text[this.at - 1])))
  }
  get isDocumentMark(): boolean {
    return this.column === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(this.text.slice(this.at, this.at + 4))
  }
  /** `-` or `?` with a blank behind it. */
  isIndicator(c: string): boolean {
    return this.peek() === c && /^[\s]?$/.test(this.text[this.at + 1] ?? '')
  }

  /** The scanner's errors name the line they are on; on the first one none. */
  failScanner(problem: string, line = this.line): never {
    throw new YamlError(`yaml: ${line === 1 ? '' : `line ${line}: `}${problem}`)
  }
  /** The parser's name the line before that on which the collection begins (`contextLine`, counted from 0), or where it stopped. */
  failParser(problem: string, contextLine: number): never {
    const line = contextLine === 0 ? this.line - 1 : contextLine
    throw new YamlError(`yaml: ${line === 0 ? '' : `line ${line}: `}${problem}`)
  }
  unsupported(what: string): never {
    throw new YamlError(`yaml: line ${this.line}: ${what} are real, but not simulated here`)
  }

  skipSpaces(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.at += 1
  }
  /** Blanks, comments, empty lines, up to the next content. */
  skipBlank(): void {
    for (;;) {
      while (this.peek() === ' ') this.at += 1
      if (this.peek() === '\t') {
        const start = this.at
        this.skipSpaces()
        if (!this.isAtLineEnd && this.text.slice(this.#starts[this.line - 1], start).trim() === '') {
          this.at = start
          this.failScanner('found character that cannot start any token')
        }
      }
      if (!this.isAtLineEnd || this.isAtEnd) return
      const end = this.text.indexOf('\n', this.at)
      this.at = end < 0 ? this.text.length : end + 1
    }
  }
  /** A name behind `&` or `*`. */
  word(): string {
    const name = /^[^\s,[\]{}]+/.exec(this.text.slice(this.at + 1, this.at + 200))?.[0] ?? ''
    if (name === '') this.failScanner('did not find expected alphabetic or numeric character')
    this.at += 1 + name.length
    return name
  }

  /** How long the key is that begins here, if one does: it is on one line, with a colon behind it. */
  keyLength(): number | undefined {
    const end = this.text.indexOf('\n', this.at)
    const line = this.text.slice(this.at, end < 0 ? this.text.length : end)
    const match = /^(?:&\S+\s+)?(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\*\S+|(?![[\]{},#|>@`%"'!]|[-?:](?:\s|$))(?:[^:#]|:(?=\S)|(?<=\S)#)*?)\s*(?=:(?:\s|$))/.exec(line)
    return match?.[0].length
  }

  /** A plain scalar in a block: goes on over lines that are indented more than `parent`. */
  plainBlock(parent: number): Scalar {
    if (/[@`%]/.test(this.peek())) this.failScanner('found character that cannot start any token')
    const lines: string[] = []
    for (;;) {
      const end = this.text.indexOf('\n', this.at)
      const raw = this.text.slice(this.at, end < 0 ? this.text.length : end)
      const comment = /(?:^|\s)#/.exec(raw)
      const line = raw.slice(0, comment === null ? raw.length : comment.index)
      const colon = /:(?:\s|$)/.exec(line)
      if (colon !== null) {
        this.at += colon.index
        this.failScanner('mapping values are not allowed in this context')
      }
      lines.push(line.trim())
      this.at += raw.length
      if (comment !== null || !this.#continues(parent, lines)) break
    }
    return lines.length === 1 ? resolvePlain(lines[0]) : fold(lines)
  }
  /** Moves to the next line's text if it belongs to the scalar; empty lines between are added to `lines`. */
  #continues(parent: number, lines: string[]): boolean {
    const before = this.at
    let empty = 0
    let at = this.at
    while (at < this.text.length) {
      const next = at + 1
      const end = this.text.indexOf('\n', next)
      const line = this.text.slice(next, end < 0 ? this.text.length : end)
      if (line.trim() !== '') {
        const indent = line.length - line.trimStart().length
        if (indent <= parent || line.trimStart().startsWith('#') || (indent === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(line))) break
        for (; empty > 0; empty--) lines.push('')
        this.at = next + indent
        return true
      }
      empty += 1
      at = end < 0 ? this.text.length : end
    }
    this.at = before
    return false
  }
  /** A plain scalar inside brackets. */
  plainFlow(): Scalar {
    const start = this.at
    const match = /^(?:[^,[\]{}:#\n]|:(?![\s,[\]{}]|$)|(?<=\S)#)+/.exec(this.text.slice(this.at))
    if (match === null) this.failParser('did not find expected node content', this.line - 1)
    let raw = match[0]
    this.at += raw.length
    while (this.peek() === '\n') {
      const rest = /^\s*((?:[^,[\]{}:#\n]|:(?![\s,[\]{}]|$))+)/.exec(this.text.slice(this.at))
      if (rest === null) break
      raw += ` ${rest[1].trim()}`
      this.at += rest[0].length
    }
    if (this.at === start) this.failParser('did not find expected node content', this.line - 1)
    return resolvePlain(raw.trim().replace(/\s*\n\s*/g, ' '))
  }

  quoted(): string {
    const quote = this.peek()
    const start = this.line
    let value = ''
    this.at += 1
    for (;;) {
      const c = this.peek()
      if (c === '') this.failScanner('found unexpected end of stream', start)
      this.at += 1
      if (c === quote) {
        if (quote === '"' || this.peek() !== '\'') return value
        value += '\''
        this.at += 1
      } else if (c === '\n') value = this.#foldedBreak(value)
      else if (c === '\\' && quote === '"') value += this.#escape()
      else value += c
    }
  }
  /** A line's end inside quotes is a blank; each empty line after it is a line's end. */
  #foldedBreak(value: string): string {
    let breaks = 0
    for (;;) {
      this.skipSpaces()
      if (this.peek() !== '\n') break
      breaks += 1
      this.at += 1
    }
    return value.replace(/[ \t]+$/, '') + (breaks === 0 ? ' ' : '\n'.repeat(breaks))
  }
  #escape(): string {
    const c = this.peek()
    this.at += 1
    if (c === '\n') {
      this.skipSpaces()
      return ''
    }
    const digits = HEX_DIGITS[c]
    if (digits !== undefined) {
      const hex = this.text.slice(this.at, this.at + digits)
      if (!/^[\da-fA-F]+$/.test(hex) || hex.length < digits) this.failScanner('did not find expected hexdecimal number')
      this.at += digits
      return String.fromCodePoint(Number.parseInt(hex, 16))
    }
    const plain = ESCAPES[c]
    if (plain === undefined) this.failScanner('found unknown escape character')
    return plain
  }

  /** `|` and `>`: lines as they are or folded, indented more than `parent`. */
  blockScalar(parent: number): string {
    const head = /^([|>])([-+]?)([1-9]?)([-+]?)[ \t]*(?:#[^\n]*)?(?:\n|$)/.exec(this.text.slice(this.at))
    if (head === null) this.failScanner('did not find expected comment or line break')
    const [all, style, before, indentation, after] = head
    const chomp = before + after
    this.at += all.length
    const lines: string[] = []
    let indent = indentation === '' ? undefined : Math.max(parent, 0) + Number(indentation)
    while (!this.isAtEnd) {
      const end = this.text.indexOf('\n', this.at)
      const line = this.text.slice(this.at, end < 0 ? this.text.length : end)
      const own = line.length - line.trimStart().length
      if (line.trim() !== '') {
        indent ??= own
        if (own < indent || indent <= parent) break
      }
      lines.push(line.slice(indent ?? line.length))
      this.at = end < 0 ? this.text.length : end + 1
    }
    let trailing = 0
    while (lines.length > 0 && lines[lines.length - 1] === '') {
      lines.pop()
      trailing += 1
    }
    const body = style === '|' ? lines.join('\n') : foldBlock(lines)
    if (chomp === '-' || (lines.length === 0 && chomp !== '+')) return body
    return body + (chomp === '+' ? '\n'.repeat(trailing + (lines.length > 0 ? 1 : 0)) : '\n')
  }
}

/** Lines of a plain scalar: joined by blanks; empty ones between are line ends. */
function fold(lines: readonly string[]): string {
  let value = lines[0]
  let empty = 0
  for (const line of lines.slice(1)) {
    if (line === '') empty += 1
    else {
      value += (empty === 0 ? ' ' : '\n'.repeat(empty)) + line
      empty = 0
    }
  }
  return value
}
/** Lines of a `>` scalar: the same, but lines that are indented more keep their ends. */
function foldBlock(lines: readonly string[]): string {
  let value = ''
  let pending = 0
  let before: string | undefined
  for (const line of lines) {
    if (line === '') {
      pending += 1
      continue
    }
    const keeps = /^[ \t]/.test(line) || (before !== undefined && /^[ \t]/.test(before))
    if (before === undefined) value += '\n'.repeat(pending)
    else if (keeps) value += '\n'.repeat(pending + 1)
    else value += pending === 0 ? ' ' : '\n'.repeat(pending)
    value += line
    pending = 0
    before = line
  }
  return value
}
