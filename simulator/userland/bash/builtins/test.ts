// test and [: POSIX's rules by number of arguments, then a small expression grammar with -a -o ! ( ).
import type { Flow } from '../../../abi/syscalls.ts'
import type { Shell } from '../state.ts'
import { FILE_BINARY, fileComparison, NUMBER_BINARY, numberComparison, UNARY, unaryTest } from '../exec-test.ts'
import type { BuiltinTable } from './index.ts'

class TestError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const STRING_BINARY = new Set(['=', '==', '!=', '<', '>'])

class Tester {
  readonly sh: Shell
  readonly args: readonly string[]
  pos = 0

  constructor(sh: Shell, args: readonly string[]) {
    this.sh = sh
    this.args = args
  }

  isBinary(op: string | undefined): op is string {
    if (op === undefined || (op === '==' && this.sh.dialect === 'dash')) return false
    return STRING_BINARY.has(op) || FILE_BINARY.has(op) || NUMBER_BINARY.has(op)
  }

  isUnary(op: string): boolean {
    return UNARY.has(op) && !(this.sh.dialect !== 'bash' && ['-a', '-v', '-R', '-N', '-o'].includes(op))
  }

  number(text: string): bigint {
    const t = text.trim()
    if (!/^[-+]?\d+$/.test(t)) throw new TestError(this.sh.dialect === 'bash' ? `${text}: integer expression expected` : this.sh.dialect === 'dash' ? `Illegal number: ${text}` : `${text}: bad number`)
    return BigInt(t.replace(/^\+/, ''))
  }

  *binary(left: string, op: string, right: string): Flow<boolean> {
    switch (op) {
      case '=':
      case '==': return left === right
      case '!=': return left !== right
      case '<': return left < right
      case '>': return left > right
      default: break
    }
    if (FILE_BINARY.has(op)) return yield* fileComparison(op, left, right)
    return numberComparison(op, this.number(left), this.number(right))
  }

  *evaluate(): Flow<boolean> {
    const a = this.args
    switch (a.length) {
      case 0: return false
      case 1: return a[0] !== ''
      case 2: return yield* this.two(a[0], a[1])
      case 3: return yield* this.three(a[0], a[1], a[2])
      case 4:
        if (a[0] === '!') return !(yield* this.three(a[1], a[2], a[3]))
        if (a[0] === '(' && a[3] === ')') return yield* this.two(a[1], a[2])
        break
      default: break
    }
    const result = yield* this.or()
    if (this.pos < a.length) throw new TestError(this.sh.dialect === 'bash' ? 'too many arguments' : this.sh.dialect === 'dash' ? `${a[this.pos - 1]}: unexpected operator` : `${a[this.pos]}: unknown operand`)
    return result
  }

  *two(a: string, b: string): Flow<boolean> {
    if (a === '!') return b === ''
    if (this.isUnary(a)) return yield* unaryTest(this.sh, a, b)
    throw new TestError(this.sh.dialect === 'bash' ? `${a}: unary operator expected` : this.sh.dialect === 'dash' ? `${a}: unexpected operator` : `${b}: unknown operand`)
  }

  *three(a: string, op: string, b: string): Flow<boolean> {
    if (this.isBinary(op)) return yield* this.binary(a, op, b)
    if (op === '-a') return a !== '' && b !== ''
    if (op === '-o') return a !== '' || b !== ''
    if (a === '!') return !(yield* this.two(op, b))
    if (a === '(' && b === ')') return op !== ''
    if (this.sh.dialect === 'bash') throw new TestError(/^-/.test(op) && !this.isBinary(op) ? `${op}: binary operator expected` : this.isBinary(op) ? op : `${op}: binary operator expected`)
    throw new TestError(this.sh.dialect === 'dash' ? (this.isUnary(a) ? `${op}: unexpected operator` : `${op === '==' ? a : a}: unexpected operator`) : `${op}: unknown operand`)
  }

  *or(): Flow<boolean> {
    let result = yield* this.and()
    while (this.args[this.pos] === '-o') {
      this.pos++
      const right = yield* this.and()
      result = result || right
    }
    return result
  }

  *and(): Flow<boolean> {
    let result = yield* this.term()
    while (this.args[this.pos] === '-a') {
      this.pos++
      const right = yield* this.term()
      result = result && right
    }
    return result
  }

  *term(): Flow<boolean> {
    const { args } = this
    const a = args[this.pos]
    if (a === undefined) throw new TestError('argument expected')
    if (a === '!') {
      this.pos++
      return !(yield* this.term())
    }
    if (a === '(') {
      this.pos++
      const inner = yield* this.or()
      if (args[this.pos] !== ')') throw new TestError(args[this.pos] === undefined ? "`)' expected" : `\`)' expected, found ${args[this.pos]}`)
      this.pos++
      return inner
    }
    if (this.pos + 2 < args.length && this.isBinary(args[this.pos + 1])) {
      this.pos += 3
      return yield* this.binary(a, args[this.pos - 2], args[this.pos - 1])
    }
    if (this.isUnary(a) && this.pos + 1 < args.length) {
      this.pos += 2
      return yield* unaryTest(this.sh, a, args[this.pos - 1])
    }
    this.pos++
    return a !== ''
  }
}

function* test(sh: Shell, words: readonly string[]): Flow<number> {
  let args = words.slice(1)
  if (words[0] === '[' || words[0] === '[[') {
    if (args[args.length - 1] !== (words[0] === '[' ? ']' : ']]')) return yield* sh.fail(2, sh.bash ? "missing `]'" : sh.dialect === 'dash' ? 'missing ]' : 'missing ]')
    args = args.slice(0, -1)
  }
  try {
    return (yield* new Tester(sh, args).evaluate()) ? 0 : 1
  } catch (e) {
    if (!(e instanceof TestError)) throw e
    return yield* sh.fail(2, e.message)
  }
}

export const TEST: BuiltinTable = { test, '[': test, '[[': test }
