// test(1), [(1): expressions about files, strings and numbers. POSIX's rules by the number of arguments, then the grammar with -a, -o, ! and ( ).
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_EACCESS, AT_FDCWD, R_OK, W_OK, X_OK } from '../../../abi/fcntl.ts'
import { S_ISGID, S_ISUID, S_ISVTX, isBlk, isChr, isDir, isFifo, isLnk, isReg, isSock } from '../../../abi/stat.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, lstat, stat } from '../../libc/unistd.ts'
import { NO_OPTIONS, command, parseArgs } from './command.ts'

/** What is wrong with an expression. */
class Complaint {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const UNARY = /^-[bcdefgGhkLnNOprsStuwxz]$/
const BINARY = /^(=|==|!=|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/
const INTEGER = /^\s*[-+]?\d+\s*$/

const main = (bracket: boolean) =>
  command(bracket ? '[' : 'test', 'check files and compare values', NO_OPTIONS, function* (c) {
    let words = c.argv.slice(1)
    if (bracket) {
      if (words.length === 1 && /^--(help|version)$/.test(words[0])) yield* parseArgs(c, NO_OPTIONS, 2)
      if (words.at(-1) !== ']') {
        yield* c.stderr.write(`${c.name}: missing ${quote(']')}\n`)
        return 2
      }
      words = words.slice(0, -1)
    }
    try {
      return (yield* new Expression(words).evaluate()) ? 0 : 1
    } catch (thrown) {
      if (!(thrown instanceof Complaint)) throw thrown
      yield* c.stderr.write(`${c.name}: ${thrown.text}\n`)
      return 2
    }
  })

export const test = main(false)
export const bracket = main(true)

class Expression {
  readonly #words: readonly string[]
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  *evaluate(): Flow<boolean> {
    const value = yield* this.#byCount(0, this.#words.length)
    if (this.#at < this.#words.length) throw new Complaint(`extra argument ${quote(this.#words[this.#at])}`)
    return value
  }

  *#byCount(from: number, count: number): Flow<boolean> {
    const w = this.#words
    if (count > 0 && count <= 4) this.#at = from + count
    switch (count) {
      case 0: return false
      case 1: return w[from] !== ''
      case 2:
        if (w[from] === '!') return w[from + 1] === ''
        if (!/^-.$/s.test(w[from])) throw new Complaint(`missing argument after ${quote(w[w.length - 1])}`)
        if (!UNARY.test(w[from])) throw new Complaint(`${quote(w[from])}: unary operator expected`)
        return yield* unary(w[from], w[from + 1])
      case 3:
        if (BINARY.test(w[from + 1])) return yield* binary(w[from], w[from + 1], w[from + 2])
        if (w[from] === '!') return !(yield* this.#byCount(from + 1, 2))
        if (w[from] === '(' && w[from + 2] === ')') return w[from + 1] !== ''
        if (w[from + 1] === '-a' || w[from + 1] === '-o') break
        throw new Complaint(`${quote(w[from + 1])}: binary operator expected`)
      case 4:
        if (w[from] === '!') {
          const value = yield* this.#byCount(from + 1, 3)
          this.#at = from + 4
          return !value
        }
        if (w[from] === '(' && w[from + 3] === ')') {
          const value = yield* this.#byCount(from + 1, 2)
          this.#at = from + 4
          return value
        }
        break
      default:
    }
    this.#at = from
    return yield* this.#or()
  }

  *#or(): Flow<boolean> {
    let value = yield* this.#and()
    while (this.#words[this.#at] === '-o') {
      this.#at++
      value = (yield* this.#and()) || value
    }
    return value
  }

  *#and(): Flow<boolean> {
    let value = yield* this.#term()
    while (this.#words[this.#at] === '-a') {
      this.#at++
      value = (yield* this.#term()) && value
    }
    return value
  }

  *#term(): Flow<boolean> {
    const w = this.#words
    const word = w[this.#at]
    if (word === undefined) throw new Complaint(`missing argument after ${quote(w[w.length - 1])}`)
    if (word === '!' && this.#at + 1 < w.length) {
      this.#at++
      return !(yield* this.#term())
    }
    if (this.#at + 2 < w.length && BINARY.test(w[this.#at + 1])) {
      this.#at += 3
      return yield* binary(word, w[this.#at - 2], w[this.#at - 1])
    }
    if (word === '(' && this.#at + 1 < w.length) {
      this.#at++
      const value = yield* this.#or()
      if (w[this.#at] === undefined) throw new Complaint(`${quote(')')} expected`)
      if (w[this.#at] !== ')') throw new Complaint(`${quote(')')} expected, found ${w[this.#at]}`)
      this.#at++
      return value
    }
    if (UNARY.test(word) && this.#at + 1 < w.length) {
      this.#at += 2
      return yield* unary(word, w[this.#at - 1])
    }
    this.#at++
    return word !== ''
  }
}

const integer = (text: string): bigint => {
  if (!INTEGER.test(text)) throw new Complaint(`invalid integer ${quote(text)}`)
  return BigInt(text.trim().replace(/^\+/, ''))
}

function* binary(left: string, operator: string, right: string): Flow<boolean> {
  switch (operator) {
    case '=': case '==': return left === right
    case '!=': return left !== right
    case '-eq': return integer(left) === integer(right)
    case '-ne': return integer(left) !== integer(right)
    case '-lt': return integer(left) < integer(right)
    case '-le': return integer(left) <= integer(right)
    case '-gt': return integer(left) > integer(right)
    case '-ge': return integer(left) >= integer(right)
    default:
  }
  const [a, b] = [yield* stat(left), yield* stat(right)]
  if (operator === '-ef') return !isErr(a) && !isErr(b) && a.dev === b.dev && a.ino === b.ino
  const [first, second] = operator === '-nt' ? [a, b] : [b, a]
  return !isErr(first) && (isErr(second) || first.mtime > second.mtime)
}

function* unary(operator: string, word: string): Flow<boolean> {
  if (operator === '-n') return word !== ''
  if (operator === '-z') return word === ''
  if (operator === '-t') return yield* isatty(Number(integer(word)))
  const access = { '-r': R_OK, '-w': W_OK, '-x': X_OK }[operator]
  if (access !== undefined) return !isErr(yield* call('faccessat2', AT_FDCWD, word, access, AT_EACCESS))
  const st = yield* operator === '-h' || operator === '-L' ? lstat(word) : stat(word)
  if (isErr(st)) return false
  switch (operator) {
    case '-b': return isBlk(st.mode)
    case '-c': return isChr(st.mode)
    case '-d': return isDir(st.mode)
    case '-f': return isReg(st.mode)
    case '-g': return (st.mode & S_ISGID) !== 0
    case '-h': case '-L': return isLnk(st.mode)
    case '-k': return (st.mode & S_ISVTX) !== 0
    case '-p': return isFifo(st.mode)
    case '-s': return st.size > 0
    case '-S': return isSock(st.mode)
    case '-u': return (st.mode & S_ISUID) !== 0
    case '-N': return st.mtime > st.atime
    case '-O': return st.uid === (yield* call('geteuid'))
    case '-G': return st.gid === (yield* call('getegid'))
    default: return true
  }
}
