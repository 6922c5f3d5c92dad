// encoding/json's complaints: JSON.parse does the work, a walk over the text finds what Go would have tripped over first.
import { fail } from './go-error.ts'

/** The value, or a GoError: `unexpected EOF`, `invalid character 'x' looking for beginning of value`, … `atEnd` is what a text that ends too early is called. */
export function parseGoJson(text: string, atEnd = 'unexpected EOF'): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return fail(new Scanner(text, atEnd).complaint())
  }
}

const quoteChar = (char: string): string => (char === "'" ? "'\\''" : char === '"' ? "'\"'" : `'${JSON.stringify(char).slice(1, -1)}'`)

class Scanner {
  readonly #text: string
  readonly #atEnd: string
  #at = 0
  #problem: string | undefined

  constructor(text: string, atEnd: string) {
    this.#text = text
    this.#atEnd = atEnd
  }

  complaint(): string {
    this.#skip()
    if (this.#at >= this.#text.length) return this.#atEnd === 'unexpected EOF' ? 'EOF' : this.#atEnd
    this.#value('looking for beginning of value')
    this.#skip()
    if (this.#problem === undefined && this.#at < this.#text.length) this.#bad('after top-level value')
    return this.#problem ?? this.#atEnd
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }
  /** Notes the first problem; the walk ends there. */
  #bad(context: string): false {
    this.#problem ??= this.#at >= this.#text.length ? this.#atEnd : `invalid character ${quoteChar(this.#text[this.#at])} ${context}`
    return false
  }

  #value(context: string): boolean {
    this.#skip()
    const char = this.#text[this.#at]
    if (char === '{') return this.#members('}', 'object')
    if (char === '[') return this.#members(']', 'array')
    if (char === '"') return this.#string()
    const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(this.#text.slice(this.#at))
    if (literal !== null) {
      this.#at += literal[0].length
      return true
    }
    const word = ['true', 'false', 'null'].find((w) => w[0] === char)
    if (word === undefined) return this.#bad(context)
    let n = 0
    while (this.#text[this.#at] === word[n]) {
      this.#at++
      n++
    }
    return this.#bad(`in literal ${word} (expecting ${quoteChar(word[n])})`)
  }

  #members(close: '}' | ']', kind: 'object' | 'array'): boolean {
    this.#at++
    this.#skip()
    if (this.#text[this.#at] === close) {
      this.#at++
      return true
    }
    for (;;) {
      if (kind === 'object') {
        this.#skip()
        if (this.#text[this.#at] !== '"') return this.#bad('looking for beginning of object key string')
        if (!this.#string()) return false
        this.#skip()
        if (this.#text[this.#at] !== ':') return this.#bad('after object key')
        this.#at++
      }
      if (!this.#value('looking for beginning of value')) return false
      this.#skip()
      if (this.#text[this.#at] === close) {
        this.#at++
        return true
      }
      if (this.#text[this.#at] !== ',') return this.#bad(kind === 'object' ? 'after object key:value pair' : 'after array element')
      this.#at++
    }
  }

  #string(): boolean {
    this.#at++
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined) return this.#bad('')
      if (char === '"') {
        this.#at++
        return true
      }
      if (char < ' ') return this.#bad('in string literal')
      if (char === '\\') {
        this.#at++
        if (!/["\\/bfnrtu]/.test(this.#text[this.#at] ?? '')) return this.#bad('in string escape code')
      }
      this.#at++
    }
  }
}
