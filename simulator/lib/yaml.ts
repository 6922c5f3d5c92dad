// YAML as configuration files use it: block and flow collections, plain, quoted and block scalars, comments, anchors, aliases and merge keys. Values and messages
// are those of Go's yaml.v3 (a line is named as it does). Not here, and said so: tags, keys that are collections, directives, several documents.
import { ScalarReader } from './yaml-scalar.ts'
import { YamlError } from './yaml-error.ts'

export type YamlValue = null | boolean | number | string | readonly YamlValue[] | YamlMap
export type YamlMap = ReadonlyMap<string, YamlValue>

export const isYamlMap = (value: YamlValue | undefined): value is YamlMap => value instanceof Map
export const isYamlList = (value: YamlValue | undefined): value is readonly YamlValue[] => Array.isArray(value)

interface Entry {
  readonly line: number
  readonly value: YamlValue
}

class Parser extends ScalarReader {
  readonly #anchors = new Map<string, YamlValue>()
  readonly #duplicates: string[] = []

  document(): YamlValue {
    if (this.text.startsWith('%')) this.unsupported('directives')
    this.skipBlank()
    if (this.text.startsWith('---', this.at) && /\s|$/.test(this.text[this.at + 3] ?? '\n')) {
      this.at += 3
      this.skipBlank()
    }
    if (this.isAtEnd) return null
    const value = this.#node(-1, true)
    this.skipBlank()
    if (this.text.startsWith('...', this.at)) this.at = this.text.length
    if (this.text.startsWith('---', this.at)) this.unsupported('several documents in one file')
    if (!this.isAtEnd) this.failParser('did not find expected <document start>', 0)
    if (this.#duplicates.length > 0) throw new YamlError(`yaml: unmarshal errors:\n${this.#duplicates.map((d) => `  ${d}`).join('\n')}`)
    return value
  }

  /** What begins here, inside a block that began at column `parent`. `isOwnLine`: a mapping may begin here. */
  #node(parent: number, isOwnLine: boolean): YamlValue {
    const anchor = this.#anchor()
    const wasOnLine = !this.isAtLineEnd
    let mayMap = isOwnLine
    if (!wasOnLine) {
      this.skipBlank()
      if (this.isAtEnd || this.column <= parent) return this.#keep(anchor, null)
      mayMap = true
    } else if (anchor !== undefined && isOwnLine && this.keyLength() !== undefined) {
      // `&a key: value` on a line of its own names the key, which nobody needs
      return this.#mapping(this.column)
    }
    return this.#keep(anchor, this.#content(parent, mayMap))
  }
  #content(parent: number, mayMap: boolean): YamlValue {
    const c = this.peek()
    if (this.isIndicator('-')) {
      if (!mayMap) this.failScanner('block sequence entries are not allowed in this context')
      return this.#sequence(this.column)
    }
    if (this.isIndicator('?')) this.unsupported('keys that are collections')
    if (mayMap && this.keyLength() !== undefined) return this.#mapping(this.column)
    if (c === '*') return this.#alias()
    if (c === '[' || c === '{') {
      const value = this.#flow()
      this.#endOfLine()
      return value
    }
    if (c === '|' || c === '>') return this.blockScalar(parent)
    if (c === '"' || c === '\'') {
      const value = this.quoted()
      this.#endOfLine()
      return value
    }
    return this.plainBlock(parent)
  }
  #endOfLine(): void {
    this.skipSpaces()
    if (this.peek() === ':') this.failScanner('mapping values are not allowed in this context')
    if (!this.isAtLineEnd) this.failParser('did not find expected key', this.line - 1)
  }

  #anchor(): string | undefined {
    if (this.peek() === '!') this.unsupported('tags')
    if (this.peek() !== '&') return undefined
    const name = this.word()
    this.skipSpaces()
    if (this.peek() === '!') this.unsupported('tags')
    return name
  }
  #keep(anchor: string | undefined, value: YamlValue): YamlValue {
    if (anchor !== undefined) this.#anchors.set(anchor, value)
    return value
  }
  #alias(): YamlValue {
    const name = this.word()
    const value = this.#anchors.get(name)
    if (value === undefined) throw new YamlError(`yaml: unknown anchor '${name}' referenced`)
    this.skipSpaces()
    return value
  }

  #sequence(column: number): YamlValue {
    const items: YamlValue[] = []
    const start = this.line
    while (!this.isAtEnd && this.column === column && this.isIndicator('-')) {
      this.at += 1
      this.skipSpaces()
      items.push(this.#node(column, true))
      this.skipBlank()
    }
    if (!this.isAtEnd && this.column > column) this.failParser('did not find expected \'-\' indicator', start - 1)
    return items
  }

  #mapping(column: number): YamlMap {
    const entries = new Map<string, Entry>()
    const merged: YamlMap[] = []
    const start = this.line
    while (!this.isAtEnd && this.column === column && !this.isDocumentMark) {
      if (this.isIndicator('-')) this.failParser('did not find expected key', start - 1)
      const line = this.line
      const key = this.#key()
      const value = this.#valueOf(column)
      if (key === '<<') merged.push(...this.#merge(value))
      else this.#add(entries, key, { line, value })
      this.skipBlank()
    }
    if (!this.isAtEnd && this.column > column) this.failParser('did not find expected key', start - 1)
    return this.#joined(entries, merged)
  }
  #joined(entries: ReadonlyMap<string, Entry>, merged: readonly YamlMap[]): YamlMap {
    const map = new Map([...entries].map(([key, { value }]) => [key, value]))
    for (const other of merged) for (const [key, value] of other) if (!map.has(key)) map.set(key, value)
    return map
  }
  #add(entries: Map<string, Entry>, key: string, entry: Entry): void {
    const before = entries.get(key)
    if (before === undefined) entries.set(key, entry)
    else this.#duplicates.push(`line ${entry.line}: mapping key ${JSON.stringify(key)} already defined at line ${before.line}`)
  }
  #merge(value: YamlValue): readonly YamlMap[] {
    if (isYamlMap(value)) return [value]
    if (isYamlList(value) && value.every(isYamlMap)) return value
    throw new YamlError('yaml: map merge requires map or sequence of maps as the value')
  }

  /** A key and its colon. */
  #key(): string {
    if (this.peek() === '!') this.unsupported('tags')
    if (this.peek() === '&') {
      this.word()
      this.skipSpaces()
    }
    if (this.peek() === '[' || this.peek() === '{') this.unsupported('keys that are collections')
    const length = this.keyLength()
    if (length === undefined) this.failScanner('could not find expected \':\'')
    const end = this.at + length
    const key = this.peek() === '"' || this.peek() === '\'' ? this.quoted() : this.text.slice(this.at, end).trimEnd()
    this.at = end + 1
    return key
  }
  /** What stands behind the colon, or below. */
  #valueOf(column: number): YamlValue {
    this.skipSpaces()
    const anchor = this.#anchor()
    if (!this.isAtLineEnd) return this.#keep(anchor, this.#content(column, false))
    this.skipBlank()
    const isBelow = !this.isAtEnd && !this.isDocumentMark && (this.column > column || (this.column === column && this.isIndicator('-')))
    return this.#keep(anchor, isBelow ? this.#node(this.column === column ? column - 1 : column, true) : null)
  }

  #flow(): YamlValue {
    const c = this.peek()
    if (c === '[') return this.#flowSequence()
    if (c === '{') return this.#flowMapping()
    if (c === '&' || c === '!') {
      const anchor = this.#anchor()
      this.skipBlank()
      return this.#keep(anchor, this.#flow())
    }
    if (c === '*') return this.#alias()
    if (c === '"' || c === '\'') return this.quoted()
    return this.plainFlow()
  }
  #flowSequence(): YamlValue {
    const items: YamlValue[] = []
    const start = this.line
    this.at += 1
    for (;;) {
      this.skipBlank()
      if (this.isAtEnd) this.failParser('did not find expected \',\' or \']\'', start - 1)
      if (this.peek() === ']') break
      const item = this.#flow()
      this.skipBlank()
      if (this.peek() === ':') items.push(new Map([[this.#text(item), this.#flowValue()]]))
      else items.push(item)
      this.skipBlank()
      if (this.peek() === ',') this.at += 1
      else if (this.peek() !== ']') this.failParser('did not find expected \',\' or \']\'', start - 1)
    }
    this.at += 1
    return items
  }
  #flowMapping(): YamlValue {
    const entries = new Map<string, Entry>()
    const merged: YamlMap[] = []
    const start = this.line
    this.at += 1
    for (;;) {
      this.skipBlank()
      if (this.isAtEnd) this.failParser('did not find expected \',\' or \'}\'', start - 1)
      if (this.peek() === '}') break
      const line = this.line
      const isQuoted = this.peek() === '"' || this.peek() === '\''
      const key = isQuoted ? this.quoted() : this.#text(this.#flow())
      this.skipBlank()
      const value = this.peek() === ':' ? this.#flowValue() : null
      if (key === '<<' && !isQuoted) merged.push(...this.#merge(value))
      else this.#add(entries, key, { line, value })
      this.skipBlank()
      if (this.peek() === ',') this.at += 1
      else if (this.peek() !== '}') this.failParser('did not find expected \',\' or \'}\'', start - 1)
    }
    this.at += 1
    return this.#joined(entries, merged)
  }
  #flowValue(): YamlValue {
    this.at += 1
    this.skipBlank()
    return this.peek() === ',' || this.peek() === '}' || this.peek() === ']' ? null : this.#flow()
  }
  #text(value: YamlValue): string {
    if (isYamlList(value) || isYamlMap(value)) return this.unsupported('keys that are collections')
    return value === null ? 'null' : String(value)
  }
}

/** The one document of a file; null if there is none. @throws {YamlError} */
export function parseYaml(text: string): YamlValue {
  return new Parser(text).document()
}
