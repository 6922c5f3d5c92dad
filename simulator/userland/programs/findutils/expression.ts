// find's expression: operators by precedence (comma, -o, -a, !), predicates and actions in postorder of the command line.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, AT_REMOVEDIR, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { OutStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { open } from '../../libc/unistd.ts'
import { type Batch, execBatch, execEach } from './actions.ts'
import { FindError, pure, type Search, type Test } from './entry.ts'
import { formatEntry, isDirectory, longLine, parseFormat } from './printf.ts'
import { type ParseState, plainTest, testWithArgument } from './tests.ts'

export interface Expression {
  readonly test: Test
  /** run at the end: what -exec … + still holds, files to flush */
  readonly finish: readonly ((s: Search) => Flow<void>)[]
  readonly depthFirst: boolean
  readonly maxDepth: number
  readonly minDepth: number
  readonly stayOnDevice: boolean
}

const BINARY = new Set(['-o', '-or', '-a', '-and', ','])
const UNSIMULATED = new Set(['-fls', '-fprintf', '-fprint0', '-okdir'])

/** A predicate that is real but not simulated. */
export class Unsimulated {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

export class ExpressionParser {
  readonly #words: readonly string[]
  readonly #state: ParseState
  #at = 0
  #hasAction = false
  #depthFirst = false
  #maxDepth = Infinity
  #minDepth = 0
  #stay = false
  readonly #finish: ((s: Search) => Flow<void>)[] = []

  constructor(words: readonly string[], state: ParseState) {
    this.#words = words
    this.#state = state
  }

  *parse(): Flow<Expression> {
    let test: Test = pure(() => true)
    if (this.#words.length > 0) {
      if (BINARY.has(this.#words[0])) throw new FindError(`invalid expression; you have used a binary operator '${this.#words[0]}' with nothing before it.`)
      test = yield* this.#list()
      if (this.#at < this.#words.length) throw new FindError("invalid expression; you have too many ')'")
    }
    if (!this.#hasAction) test = both(test, print('\n'))
    return { test, finish: this.#finish, depthFirst: this.#depthFirst, maxDepth: this.#maxDepth, minDepth: this.#minDepth, stayOnDevice: this.#stay }
  }

  #peek(): string | undefined {
    return this.#words[this.#at]
  }

  *#list(): Flow<Test> {
    let left = yield* this.#or()
    while (this.#peek() === ',') {
      this.#at++
      const [first, second]: readonly [Test, Test] = [left, yield* this.#or()]
      left = function* (s, e) {
        yield* first(s, e)
        return yield* second(s, e)
      }
    }
    return left
  }

  *#or(): Flow<Test> {
    let left = yield* this.#and()
    while (this.#peek() === '-o' || this.#peek() === '-or') {
      this.#operand()
      const [first, second]: readonly [Test, Test] = [left, yield* this.#and()]
      left = function* (s, e) {
        return (yield* first(s, e)) || (!s.quit && (yield* second(s, e)))
      }
    }
    return left
  }

  /** Steps over a binary operator that must be followed by something. */
  #operand(): void {
    const operator = this.#words[this.#at++]
    if (this.#peek() === undefined) throw new FindError(`expected an expression after '${operator}'`)
  }

  *#and(): Flow<Test> {
    let left = yield* this.#not()
    for (;;) {
      const word = this.#peek()
      if (word === undefined || word === ')' || word === ',' || word === '-o' || word === '-or') return left
      if (word === '-a' || word === '-and') this.#operand()
      left = both(left, yield* this.#not())
    }
  }

  *#not(): Flow<Test> {
    const word = this.#peek()
    if (word === '!' || word === '-not') {
      this.#at++
      if (this.#peek() === undefined) throw new FindError(`expected an expression after '${word}'`)
      const inner = yield* this.#not()
      return function* (s, e) {
        return !(yield* inner(s, e))
      }
    }
    if (word === '(') {
      this.#at++
      if (this.#peek() === ')') throw new FindError('invalid expression; empty parentheses are not allowed.')
      if (this.#peek() === undefined) throw new FindError("invalid expression; expected to find a ')' but didn't see one. Perhaps you need an extra predicate after '('")
      const inner = yield* this.#list()
      if (this.#peek() !== ')') throw new FindError("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
      this.#at++
      return inner
    }
    return yield* this.#predicate()
  }

  #argument(name: string): string {
    const arg = this.#words[this.#at++]
    if (arg === undefined) throw new FindError(`missing argument to \`${name}'`)
    return arg
  }

  *#predicate(): Flow<Test> {
    const name = this.#words[this.#at++]
    if (BINARY.has(name)) throw new FindError(`invalid expression; you have used a binary operator '${name}' with nothing before it.`)
    if (!name.startsWith('-') || name === '-') throw new FindError(`paths must precede expression: \`${name}'`)
    if (UNSIMULATED.has(name)) throw new Unsimulated(`predicate ${name}`)
    const option = this.#option(name)
    if (option !== undefined) return option
    const action = yield* this.#action(name)
    if (action !== undefined) {
      this.#hasAction = true
      return action
    }
    const plain = plainTest(name)
    if (plain !== undefined) return plain
    const arg = this.#words[this.#at]
    const test = yield* testWithArgument(name, arg ?? '0', this.#state)
    if (test === undefined) throw new FindError(`unknown predicate \`${name}'`)
    this.#argument(name)
    return test
  }

  #option(name: string): Test | undefined {
    const always = pure(() => true)
    switch (name) {
      case '-depth': case '-d': this.#depthFirst = true; return always
      case '-xdev': case '-mount': this.#stay = true; return always
      case '-daystart': this.#state.now = Math.ceil(this.#state.now / 86400) * 86400; return always
      case '-follow': case '-noleaf': case '-warn': case '-nowarn': case '-ignore_readdir_race': case '-noignore_readdir_race': return always
      case '-maxdepth': case '-mindepth': {
        const arg = this.#argument(name)
        if (!/^\d+$/.test(arg)) throw new FindError(`Expected a positive decimal integer argument to ${name}, but got ‘${arg}’`)
        if (name === '-maxdepth') this.#maxDepth = Number(arg)
        else this.#minDepth = Number(arg)
        return always
      }
      default: return undefined
    }
  }

  *#action(name: string): Flow<Test | undefined> {
    switch (name) {
      case '-print': return print('\n')
      case '-print0': return print('\0')
      case '-printf': {
        const pieces = parseFormat(this.#argument(name))
        return function* (s, e) {
          yield* s.c.stdout.write(yield* formatEntry(s, e, pieces))
          return true
        }
      }
      case '-ls':
        return function* (s, e) {
          yield* s.c.stdout.write(yield* longLine(s, e))
          return true
        }
      case '-fprint': {
        const file = this.#argument(name)
        const fd = yield* open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        if (isErr(fd)) throw new FindError(`‘${file}’: ${fd.message}`)
        const stream = new OutStream(fd)
        this.#finish.push(() => stream.flush())
        return function* (_s, e) {
          yield* stream.write(`${e.path}\n`)
          return true
        }
      }
      case '-delete': this.#depthFirst = true; return remove
      case '-exec': case '-execdir': case '-ok': return this.#exec(name)
      default: return undefined
    }
  }

  #exec(name: string): Test {
    const start = this.#at
    let end = start
    let batch = false
    for (; end < this.#words.length; end++) {
      if (this.#words[end] === ';') break
      if (this.#words[end] === '+' && this.#words[end - 1] === '{}' && end > start) {
        batch = true
        break
      }
    }
    if (end >= this.#words.length || end === start) throw new FindError(`missing argument to \`${name}'`)
    this.#at = end + 1
    const command = this.#words.slice(start, batch ? end - 1 : end)
    if (!batch) return execEach(command, name === '-execdir', name === '-ok')
    const collected: Batch = execBatch(command, name === '-execdir')
    this.#finish.push(collected.finish)
    return collected.test
  }
}

const both = (first: Test, second: Test): Test => function* (s, e) {
  return (yield* first(s, e)) && !s.quit && (yield* second(s, e))
}

const print = (end: string): Test => function* (s, e) {
  yield* s.c.stdout.write(e.path + end)
  return true
}

const remove: Test = function* (s, e) {
  if (e.path === '.') return true
  const result: 0 | Errno = yield* call('unlinkat', AT_FDCWD, e.path, isDirectory(e) ? AT_REMOVEDIR : 0)
  if (!isErr(result)) return true
  yield* s.c.stdout.flush()
  yield* s.c.stderr.write(`find: cannot delete ‘${e.path}’: ${result.message}\n`)
  s.status = 1
  return false
}
