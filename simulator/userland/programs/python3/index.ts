// Debian's python3: small programs given by -c, as a file or on standard input, and the file server that everybody starts with `-m http.server`.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, type Main, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { isatty, readFile, readToEnd, stat } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { httpServer } from './http-server.ts'
import { compile } from './py-compile.ts'
import { PySyntaxError } from './py-lexer.ts'
import { PyMachine } from './py-machine.ts'

const VERSION = 'Python 3.11.2'
const EXIT_NO_FILE = 2
const CLOCK_MONOTONIC = 1, START_NS = 700_000_000

function* module(c: Crt, name: string, args: readonly string[]): Flow<number> {
  // The interpreter and its library take their time to come from the disk.
  yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: START_NS })
  if (name === 'http.server') return yield* httpServer(c, args)
  return yield* unsimulated(c, `the module ${name}`)
}

const python: Main = function* (c) {
  const [, ...args] = c.argv
  for (let i = 0; i < args.length; i++) {
    const word = args[i]
    if (word === '-V' || word === '--version') {
      yield* c.stdout.write(`${VERSION}\n`)
      return 0
    }
    if (word === '-u') {
      c.stdout.setvbuf('none')
      continue
    }
    if (/^-[bBEIPqsS]+$/.test(word)) continue
    if (word === '-c' || /^-c./.test(word)) {
      const source = word === '-c' ? args[i + 1] : word.slice(2)
      if (source === undefined) {
        yield* c.stderr.write('Argument expected for the -c option\nusage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h\' for more information.\n')
        return EXIT_NO_FILE
      }
      return yield* runSource(c, '<string>', source, ['-c', ...args.slice(i + (word === '-c' ? 2 : 1))])
    }
    if (word === '-m' && args[i + 1] !== undefined) return yield* module(c, args[i + 1], args.slice(i + 2))
    if (word.startsWith('-m') && word.length > 2) return yield* module(c, word.slice(2), args.slice(i + 1))
    if (word === '-') return yield* runStdin(c, args.slice(i))
    if (word.startsWith('-')) return yield* unsimulated(c, `option ${word}`)
    const found = yield* stat(word)
    if (isErr(found)) {
      yield* c.stderr.write(`${c.argv[0]}: can't open file '${word.startsWith('/') ? word : `${c.env.get('PWD') ?? ''}/${word}`}': [Errno ${found.number}] ${found.message}\n`)
      return EXIT_NO_FILE
    }
    const source = yield* readFile(word)
    return isErr(source) ? EXIT_NO_FILE : yield* runSource(c, word, source, args.slice(i))
  }
  if (yield* isatty(0)) return yield* unsimulated(c, 'the interactive prompt')
  return yield* runStdin(c, [''])
}

function* runStdin(c: Crt, argv: readonly string[]): Flow<number> {
  const data = yield* readToEnd(0)
  return isErr(data) ? 1 : yield* runSource(c, '<stdin>', decodeUtf8(data), argv)
}

function* runSource(c: Crt, file: string, source: string, argv: readonly string[]): Flow<number> {
  let code
  try {
    code = compile(source)
  } catch (thrown) {
    if (!(thrown instanceof PySyntaxError)) throw thrown
    if (thrown.isUnsimulated) return yield* unsimulated(c, `${thrown.message} in line ${thrown.line} of this Python program`)
    const line = source.split('\n')[thrown.line - 1] ?? ''
    yield* c.stderr.write(`  File "${file}", line ${thrown.line}\n    ${line.trim()}\n    ^\n${/inden/.test(thrown.message) ? 'IndentationError' : 'SyntaxError'}: ${thrown.message}\n`)
    return 1
  }
  return yield* new PyMachine(c, file, file === '<string>' || file === '<stdin>' ? undefined : source, argv).run(code)
}

export const pythonPackage: ProgramPackage = {
  name: 'python3.11-minimal',
  version: '3.11.2-6+deb12u6',
  programs: [{ path: '/usr/bin/python3.11', program: program(python), summary: 'small Python programs, and a web server for files (python3 -m http.server)' }],
}
