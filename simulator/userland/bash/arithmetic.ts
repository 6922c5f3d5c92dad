// Shell arithmetic: 64-bit integers, C's operators and bash's error texts. A text is parsed once and kept; evaluation makes no system calls.
// dash and BusyBox ash know fewer operators; their messages are made by the caller from ArithmeticError.

/** What went wrong: `message` without the expression, `token` what was left of it. */
export class ArithmeticError {
  readonly message: string
  readonly token: string | undefined
  /** How much of the expression the message shows, if not all. */
  readonly shown: string | undefined
  constructor(message: string, token?: string, shown?: string) {
    this.message = message
    this.token = token
    this.shown = shown
  }
}

export interface ArithmeticScope {
  /** The text a variable or array element holds; undefined when unset. */
  get(name: string, index: string | undefined): string | undefined
  set(name: string, index: string | undefined, value: string): void
}

type Num = bigint | number
type Node = (s: ArithmeticScope, depth: number) => Num

// Small numbers stay JavaScript numbers: a loop counter must be cheap. Everything else is BigInt, cut to 64 bits.
const SAFE = 2 ** 53 - 1
const norm = (n: Num): Num => {
  if (typeof n === 'number') return Number.isSafeInteger(n) ? n : norm(BigInt(Math.trunc(n)))
  const cut = BigInt.asIntN(64, n)
  return cut >= -BigInt(SAFE) && cut <= BigInt(SAFE) ? Number(cut) : cut
}
const big = (n: Num): bigint => BigInt(n)
const truth = (b: boolean): Num => (b ? 1 : 0)

const BINARY: readonly (readonly string[])[] = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<=', '>=', '<', '>'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']]
const ASSIGN = ['<<=', '>>=', '*=', '/=', '%=', '+=', '-=', '&=', '^=', '|=', '=']

function apply(op: string, a: Num, b: Num, rest: string): Num {
  if (typeof a === 'number' && typeof b === 'number') {
    switch (op) {
      case '+': return norm(a + b)
      case '-': return norm(a - b)
      case '*': {
        const p = a * b
        return Number.isSafeInteger(p) ? p : norm(big(a) * big(b))
      }
      case '/':
      case '%':
        if (b === 0) throw new ArithmeticError('division by 0', rest)
        return (op === '/' ? Math.trunc(a / b) : a % b) + 0
      default: break
    }
  }
  switch (op) {
    case '==': return truth(a === b)
    case '!=': return truth(a !== b)
    case '<': return truth(a < b)
    case '>': return truth(a > b)
    case '<=': return truth(a <= b)
    case '>=': return truth(a >= b)
    default: break
  }
  const x = big(a)
  const y = big(b)
  switch (op) {
    case '+': return norm(x + y)
    case '-': return norm(x - y)
    case '*': return norm(x * y)
    case '/':
    case '%':
      if (y === 0n) throw new ArithmeticError('division by 0', rest)
      return norm(op === '/' ? x / y : x % y)
    case '<<': return norm(x << (y & 63n))
    case '>>': return norm(x >> (y & 63n))
    case '&': return norm(x & y)
    case '|': return norm(x | y)
    default: return norm(x ^ y)
  }
}

function power(a: Num, b: Num, rest: string): Num {
  if (b < 0) throw new ArithmeticError('exponent less than 0', rest)
  let out = 1n
  for (let base = big(a), n = big(b); n > 0n; n >>= 1n, base = BigInt.asIntN(64, base * base)) if (n & 1n) out = BigInt.asIntN(64, out * base)
  return norm(out)
}

/** A number as C and bash write it: 0x1f, 017, base#digits. */
function parseNumber(text: string, rest: string): Num {
  const digits = (body: string, base: number, shown: string): Num => {
    let value = 0n
    for (const c of body) {
      const code = c.charCodeAt(0)
      let d = -1
      if (c >= '0' && c <= '9') d = code - 48
      else if (c >= 'a' && c <= 'z') d = code - 87
      else if (c >= 'A' && c <= 'Z') d = base <= 36 ? code - 55 : code - 29
      else if (c === '@') d = 62
      else if (c === '_') d = 63
      if (d < 0 || d >= base) throw new ArithmeticError('value too great for base', shown)
      value = value * BigInt(base) + BigInt(d)
    }
    return norm(value)
  }
  const based = /^(\d+)#(.*)$/.exec(text)
  if (based) {
    const base = Number(based[1])
    if (base < 2 || base > 64) throw new ArithmeticError('invalid arithmetic base', rest)
    return digits(based[2], base, text)
  }
  if (/^0[xX]/.test(text)) return digits(text.slice(2), 16, text)
  if (text.length > 1 && text[0] === '0') return digits(text.slice(1), 8, text)
  return text.length < 15 && /^\d+$/.test(text) ? Number(text) : digits(text, 10, text)
}

class Parser {
  readonly text: string
  pos = 0
  /** Start of the token last taken, for messages. */
  last = 0

  constructor(text: string) {
    this.text = text
  }

  blanks(): void {
    while (/\s/.test(this.text[this.pos] ?? '')) this.pos++
  }

  rest(from = this.pos): string {
    return this.text.slice(from).replace(/^\s+/, '')
  }

  take(ops: readonly string[], not?: RegExp): string | undefined {
    this.blanks()
    const op = ops.find((o) => this.text.startsWith(o, this.pos))
    if (op === undefined || not?.test(this.text.slice(this.pos, this.pos + 3))) return undefined
    this.last = this.pos
    this.pos += op.length
    return op
  }

  whole(): Node {
    this.blanks()
    if (this.pos >= this.text.length) return () => 0
    const node = this.comma()
    this.blanks()
    if (this.pos < this.text.length) {
      const c = this.text[this.pos]
      if (c === '=') throw new ArithmeticError('attempted assignment to non-variable', this.rest())
      if (/[A-Za-z0-9_$]/.test(c) || '(!~'.includes(c)) throw new ArithmeticError('syntax error in expression', this.rest())
      throw new ArithmeticError(/[-+*/%<>=&|^?:,)]/.test(c) ? 'syntax error in expression' : 'syntax error: invalid arithmetic operator', this.rest())
    }
    return node
  }

  comma(): Node {
    let left = this.assign()
    while (this.take([','])) {
      const a = left
      const b = this.assign()
      left = (s, d) => {
        a(s, d)
        return b(s, d)
      }
    }
    return left
  }

  assign(): Node {
    this.blanks()
    const start = this.pos
    const target = this.variable()
    if (target) {
      const op = this.take(ASSIGN, /^==/)
      if (op) {
        const at = this.pos
        const value = this.assign()
        const rest = this.rest(at)
        if (op === '=') return (s, d) => this.#store(s, target, value(s, d))
        return (s, d) => {
          const old = this.#load(s, target, d)
          return this.#store(s, target, apply(op.slice(0, -1), old, value(s, d), rest))
        }
      }
      this.pos = start
    }
    return this.ternary()
  }

  #load(s: ArithmeticScope, v: { name: string; index: string | undefined }, depth: number): Num {
    return valueOf(s.get(v.name, v.index), s, depth)
  }

  #store(s: ArithmeticScope, v: { name: string; index: string | undefined }, value: Num): Num {
    s.set(v.name, v.index, String(value))
    return value
  }

  ternary(): Node {
    const test = this.binary(0)
    if (!this.take(['?'])) return test
    this.blanks()
    if (this.text[this.pos] === ':') throw new ArithmeticError('expression expected', this.rest())
    const yes = this.comma()
    if (!this.take([':'])) throw new ArithmeticError("`:' expected for conditional expression", this.rest(this.last))
    const no = this.assign()
    return (s, d) => (Number(test(s, d)) !== 0 ? yes(s, d) : no(s, d))
  }

  binary(level: number): Node {
    if (level === BINARY.length) return this.power()
    let left = this.binary(level + 1)
    for (;;) {
      // An operator that is the beginning of a longer one, or of an assignment, is not meant.
      const op = this.take(BINARY[level], /^(\|\||&&|<<|>>)=|^[-+*/%&|^]=|^\*\*|^<<(?!=)|^>>(?!=)|^&&|^\|\||^[<>]=/.test(this.text.slice(this.#at(), this.#at() + 3)) ? this.#clash(level) : undefined)
      if (!op) return left
      const a = left
      const at = this.pos
      const b = this.binary(level + 1)
      const rest = this.rest(at)
      if (op === '&&') left = (s, d) => truth(Number(a(s, d)) !== 0 && Number(b(s, d)) !== 0)
      else if (op === '||') left = (s, d) => truth(Number(a(s, d)) !== 0 || Number(b(s, d)) !== 0)
      else left = (s, d) => apply(op, a(s, d), b(s, d), rest)
    }
  }

  #at(): number {
    this.blanks()
    return this.pos
  }

  /** Operators at this level that the coming characters only seem to be. */
  #clash(level: number): RegExp | undefined {
    switch (level) {
      case 2: return /^\|[|=]/
      case 3: return /^\^=/
      case 4: return /^&[&=]/
      case 6: return /^(<<|>>)/
      case 7: return /^(<<=|>>=)/
      case 8: return /^[-+]=/
      case 9: return /^([*/%]=|\*\*)/
      default: return undefined
    }
  }

  power(): Node {
    const base = this.unary()
    if (!this.take(['**'])) return base
    const at = this.pos
    const exponent = this.power()
    const rest = this.rest(at).replace(/^-\s*/, '')
    return (s, d) => power(base(s, d), exponent(s, d), rest)
  }

  unary(): Node {
    const op = this.take(['++', '--', '!', '~', '+', '-'], /^!=/)
    if (!op) return this.postfix()
    if (op === '++' || op === '--') {
      this.blanks()
      const start = this.pos
      const v = this.variable()
      if (v) {
        const step = op === '++' ? 1 : -1
        return (s, d) => this.#store(s, v, apply('+', this.#load(s, v, d), step, ''))
      }
      this.pos = start
      const inner = this.unary()
      return op === '++' ? inner : inner
    }
    const inner = this.unary()
    if (op === '!') return (s, d) => truth(Number(inner(s, d)) === 0)
    if (op === '~') return (s, d) => norm(~big(inner(s, d)))
    if (op === '-') return (s, d) => norm(-big(inner(s, d)))
    return inner
  }

  postfix(): Node {
    this.blanks()
    const v = this.variable()
    if (v) {
      const op = this.take(['++', '--'])
      if (!op) return (s, d) => this.#load(s, v, d)
      const step = op === '++' ? 1 : -1
      return (s, d) => {
        const old = this.#load(s, v, d)
        this.#store(s, v, apply('+', old, step, ''))
        return old
      }
    }
    if (this.take(['('])) {
      const inner = this.comma()
      if (!this.take([')'])) throw new ArithmeticError("missing `)'", this.rest(this.last))
      return inner
    }
    const m = /^[0-9][0-9A-Za-z_@#]*/.exec(this.text.slice(this.pos))
    if (m) {
      this.last = this.pos
      let value: Num
      try {
        value = parseNumber(m[0], this.rest())
      } catch (e) {
        // Bash has cut its text after the number at this point.
        throw e instanceof ArithmeticError ? new ArithmeticError(e.message, e.token, this.text.slice(0, this.pos + m[0].length)) : e
      }
      this.pos += m[0].length
      if (this.text[this.pos] === '.') throw new ArithmeticError('syntax error: invalid arithmetic operator', this.rest())
      return () => value
    }
    const rest = this.rest()
    throw new ArithmeticError('syntax error: operand expected', rest === '' ? this.rest(this.last) : rest)
  }

  /** A name with perhaps a subscript. */
  variable(): { name: string; index: string | undefined } | undefined {
    const m = /^[A-Za-z_][A-Za-z_0-9]*/.exec(this.text.slice(this.pos))
    if (!m) return undefined
    this.last = this.pos
    this.pos += m[0].length
    if (this.text[this.pos] !== '[') return { name: m[0], index: undefined }
    let depth = 0
    const open = this.pos
    for (; this.pos < this.text.length; this.pos++) {
      if (this.text[this.pos] === '[') depth++
      else if (this.text[this.pos] === ']' && --depth === 0) break
    }
    if (this.pos >= this.text.length) throw new ArithmeticError('bad array subscript', this.text.slice(this.last))
    this.pos++
    return { name: m[0], index: this.text.slice(open + 1, this.pos - 1) }
  }
}

const cache = new Map<string, Node>()

function compiled(text: string): Node {
  let node = cache.get(text)
  if (!node) {
    if (cache.size > 2000) cache.clear()
    node = new Parser(text).whole()
    cache.set(text, node)
  }
  return node
}

/** The number a variable's text stands for: itself, or an expression in turn. */
function valueOf(text: string | undefined, s: ArithmeticScope, depth: number): Num {
  if (text === undefined || text === '') return 0
  if (text.length < 15 && /^(0|-?[1-9][0-9]*)$/.test(text)) return Number(text)
  if (depth > 1024) throw new ArithmeticError('expression recursion level exceeded', text)
  try {
    return compiled(text)(s, depth + 1)
  } catch (e) {
    // The message shows the expression that the variable holds.
    throw e instanceof ArithmeticError && e.shown === undefined ? new ArithmeticError(e.message, e.token, text) : e
  }
}

/** Evaluates an expression; throws ArithmeticError. */
export function evaluate(text: string, scope: ArithmeticScope): Num {
  return compiled(text)(scope, 0)
}
