// The current record: $0 and its fields, split and joined only when somebody looks.
import { compileRegex, type Regex } from '../../../lib/regex.ts'
import { fromInput, type Value } from './values.ts'

/** A run-time error: `awk: run time error: …` and where the input stood. */
export class AwkRuntimeError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const cache = new Map<string, Regex>()

/** The compiled form of a dynamic or literal expression. */
export function regexFor(source: string): Regex {
  let regex = cache.get(source)
  if (regex === undefined) {
    const compiled = compileRegex(source, { syntax: 'extended', dialect: 'mawk' })
    if ('error' in compiled) throw new AwkRuntimeError(`regular expression compile failed (${compiled.error})\n${source}`)
    regex = compiled
    if (cache.size > 500) cache.clear()
    cache.set(source, regex)
  }
  return regex
}

/** The pieces of a text by a separator: " " is white space, one character itself, "" single characters, else an expression. */
export function splitText(text: string, separator: string): string[] {
  if (text === '') return []
  if (separator === ' ') return text.split(/[ \t\n\r\f\v]+/).filter((word) => word !== '')
  if (separator === '') return [...text]
  if (separator.length === 1 && !'\\^$.[|()*+?'.includes(separator)) return text.split(separator)
  const regex = regexFor(separator.length === 1 ? `[${separator === '^' || separator === '\\' ? `\\${separator}` : separator}]` : separator)
  return splitByRegex(text, regex)
}

export function splitByRegex(text: string, regex: Regex): string[] {
  const out: string[] = []
  let start = 0
  for (let from = 0; from <= text.length; ) {
    const m = regex.exec(text, from)
    if (m === undefined) break
    if (m.end === m.start) {
      from = m.end + 1
      continue
    }
    out.push(text.slice(start, m.start))
    start = m.end
    from = m.end
  }
  out.push(text.slice(start))
  return out
}

export class Record {
  #whole = ''
  #fields: Value[] = []
  #isSplit = true
  #isJoined = true
  /** FS, OFS and the number format as the program has them now */
  readonly #settings: () => { readonly fs: string; readonly ofs: string; readonly toText: (v: Value) => string }

  constructor(settings: () => { readonly fs: string; readonly ofs: string; readonly toText: (v: Value) => string }) {
    this.#settings = settings
  }

  set(text: string): void {
    this.#whole = text
    this.#isSplit = false
    this.#isJoined = true
  }

  get text(): string {
    if (!this.#isJoined) {
      const { ofs, toText } = this.#settings()
      this.#whole = this.#fields.map(toText).join(ofs)
      this.#isJoined = true
    }
    return this.#whole
  }

  #split(): void {
    if (this.#isSplit) return
    this.#fields = splitText(this.#whole, this.#settings().fs).map(fromInput)
    this.#isSplit = true
  }

  get count(): number {
    this.#split()
    return this.#fields.length
  }

  set count(n: number) {
    this.#split()
    if (n < 0) throw new AwkRuntimeError('negative value assigned to NF')
    while (this.#fields.length < n) this.#fields.push('')
    this.#fields.length = n
    this.#isJoined = false
  }

  field(index: number): Value {
    if (index < 0) throw new AwkRuntimeError(`negative field index $${index}`)
    if (index === 0) return fromInput(this.text)
    this.#split()
    return this.#fields[index - 1]
  }

  setField(index: number, value: Value): void {
    if (index < 0) throw new AwkRuntimeError(`negative field index $${index}`)
    if (index === 0) return this.set(this.#settings().toText(value))
    this.#split()
    while (this.#fields.length < index) this.#fields.push('')
    this.#fields[index - 1] = value
    this.#isJoined = false
  }
}
