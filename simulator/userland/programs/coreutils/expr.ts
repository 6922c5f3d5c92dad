// expr(1): integers of any size, comparisons, strings and basic regular expressions.
import type { Flow } from '../../../abi/syscalls.ts'
import { quote } from '../../../lib/quote.ts'
import { compileRegex } from '../../../lib/regex.ts'
import { call } from '../../libc/syscall.ts'
import { NO_OPTIONS, command, parseArgs } from './command.ts'
import { usageError } from '../../libc/err.ts'

class Complaint {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const expr = command('expr', 'calculate and compare', NO_OPTIONS, function* (c) {
  if (c.argv.length === 2 && /^--(help|version)$/.test(c.argv[1])) yield* parseArgs(c, NO_OPTIONS, 2)
  const words = c.argv.slice(c.argv[1] === '--' ? 2 : 1)
  if (words.length === 0) return yield* usageError(c, 2, 'missing operand')
  try {
    const parser = new Parser(words)
    const value = parser.all()
    yield* finish()
    yield* c.stdout.write(`${value}\n`)
    return value === '' || /^-?0+$/.test(value) ? 1 : 0
  } catch (thrown) {
    if (!(thrown instanceof Complaint)) throw thrown
    yield* c.stderr.write(`${c.name}: ${thrown.text}\n`)
    return 2
  }
})

function* finish(): Flow<void> {
  yield* call('cpu', 1)
}

const isInteger = (text: string): boolean => /^-?\d+$/.test(text)
const isNull = (text: string): boolean => text === '' || /^-?0+$/.test(text)

class Parser {
  readonly #words: readonly string[]
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  all(): string {
    const value = this.#or()
    if (this.#at < this.#words.length) throw new Complaint(`syntax error: unexpected argument ${quote(this.#words[this.#at])}`)
    return value
  }

  #take(...operators: string[]): string | undefined {
    const word = this.#words[this.#at]
    if (word === undefined || !operators.includes(word)) return undefined
    this.#at++
    return word
  }

  #next(): string {
    const word = this.#words[this.#at]
    if (word === undefined) throw new Complaint(`syntax error: missing argument after ${quote(this.#words[this.#words.length - 1])}`)
    this.#at++
    return word
  }

  #or(): string {
    let value = this.#and()
    while (this.#take('|') !== undefined) {
      const right = this.#and()
      if (isNull(value)) value = isNull(right) ? '0' : right
    }
    return value
  }

  #and(): string {
    let value = this.#comparison()
    while (this.#take('&') !== undefined) {
      const right = this.#comparison()
      if (isNull(value) || isNull(right)) value = '0'
    }
    return value
  }

  #comparison(): string {
    let value = this.#sum()
    for (;;) {
      const operator = this.#take('<', '<=', '=', '==', '!=', '>=', '>')
      if (operator === undefined) return value
      const right = this.#sum()
      const order = isInteger(value) && isInteger(right) ? Number(BigInt(value) > BigInt(right)) - Number(BigInt(value) < BigInt(right)) : Number(value > right) - Number(value < right)
      const holds = { '<': order < 0, '<=': order <= 0, '=': order === 0, '==': order === 0, '!=': order !== 0, '>=': order >= 0, '>': order > 0 }[operator]
      value = holds === true ? '1' : '0'
    }
  }

  #sum(): string {
    let value = this.#product()
    for (;;) {
      const operator = this.#take('+', '-')
      if (operator === undefined) return value
      const [a, b] = [number(value), number(this.#product())]
      value = String(operator === '+' ? a + b : a - b)
    }
  }

  #product(): string {
    let value = this.#match()
    for (;;) {
      const operator = this.#take('*', '/', '%')
      if (operator === undefined) return value
      const [a, b] = [number(value), number(this.#match())]
      if (operator !== '*' && b === 0n) throw new Complaint('division by zero')
      value = String(operator === '*' ? a * b : operator === '/' ? a / b : a % b)
    }
  }

  #match(): string {
    let value = this.#prefix()
    while (this.#take(':') !== undefined) value = match(value, this.#prefix())
    return value
  }

  #prefix(): string {
    if (this.#take('+') !== undefined) return this.#next()
    if (this.#take('length') !== undefined) return String([...this.#prefix()].length)
    if (this.#take('match') !== undefined) {
      const text = this.#prefix()
      return match(text, this.#prefix())
    }
    if (this.#take('index') !== undefined) {
      const text = this.#prefix()
      const chars = this.#prefix()
      return String([...text].findIndex((char) => chars.includes(char)) + 1)
    }
    if (this.#take('substr') !== undefined) {
      const text = this.#prefix()
      const [position, length] = [Number(this.#prefix()), Number(this.#prefix())]
      return position > 0 && length > 0 ? [...text].slice(position - 1, position - 1 + length).join('') : ''
    }
    if (this.#take('(') !== undefined) {
      const value = this.#or()
      const close = this.#words[this.#at]
      if (close === undefined) throw new Complaint(`syntax error: expecting ')' after ${quote(this.#words[this.#at - 1])}`)
      if (close !== ')') throw new Complaint(`syntax error: expecting ')' instead of ${quote(close)}`)
      this.#at++
      return value
    }
    if (this.#words[this.#at] === ')') throw new Complaint(`syntax error: unexpected ')'`)
    return this.#next()
  }
}

function number(text: string): bigint {
  if (!isInteger(text)) throw new Complaint('non-integer argument')
  return BigInt(text)
}

/** The text of the first group, or the length of the match; the pattern is anchored at the start. */
function match(text: string, pattern: string): string {
  const regex = compileRegex(pattern, { syntax: 'basic' })
  if ('error' in regex) throw new Complaint(regex.error)
  const found = regex.exec(text)
  const here = found?.start === 0 ? found : undefined
  if (regex.groupCount > 0) return here?.groups[0] ?? ''
  return String(here === undefined ? 0 : [...text.slice(0, here.end)].length)
}
