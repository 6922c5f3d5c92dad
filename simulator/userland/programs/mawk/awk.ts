// awk(1): mawk 1.3.4, Debian's default. Works on bytes, has no {n,m} in expressions and no gensub, as that version. rand() differs: no one can expect its numbers.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit, ExitRequest } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { readFile } from '../../libc/unistd.ts'
import { type AwkProgram, AwkSyntaxError } from './ast.ts'
import { assignWord, runProgram } from './execute.ts'
import { unescape } from './lexer.ts'
import { parseAwk } from './parser.ts'
import { AwkRuntimeError } from './record.ts'
import { Runtime } from './runtime.ts'
import { fromBytes, utf8 } from './streams.ts'
import { fromInput } from './values.ts'

const USAGE = `Usage: mawk [Options] [Program] [file ...]

Program:
    The -f option value is the name of a file containing program text.
    If no -f option is given, a "--" ends option processing; the following
    parameters are the program text.

Options:
    -f program-file  Program  text is read from file instead of from the
                     command-line.  Multiple -f options are accepted.
    -F value         sets the field separator, FS, to value.
    -v var=value     assigns value to program variable var.
    --               unambiguous end of options.

    Implementation-specific options are prefixed with "-W".  They can be
    abbreviated:

    -W version       show version information and exit.
    -W dump          show assembler-like listing of program and exit.
    -W help          show this message and exit.
    -W interactive   set unbuffered output, line-buffered input.
    -W exec file     use file as program as well as last option.
    -W random=number set initial random seed.
    -W sprintf=number adjust size of sprintf buffer.
    -W posix_space   do not consider "\\n" a space.
    -W usage         show this message and exit.
`
const VERSION = `mawk 1.3.4 20200120
Copyright 2008-2019,2020, Thomas E. Dickey
Copyright 1991-1996,2014, Michael D. Brennan

random-funcs:       srandom/random
regex-funcs:        internal
compiled limits:
sprintf buffer      8192
maximum-integer     2147483647
`

interface Options {
  readonly fs: string | undefined
  readonly assignments: readonly string[]
  readonly files: readonly string[]
  readonly operands: readonly string[]
  readonly interactive: boolean
}

const bytes = (text: string): string => fromBytes(encodeUtf8(text))

export function* awk(c: Crt): Flow<number> {
  const options = yield* parseOptions(c)
  const operands = [...options.operands]
  let source = ''
  if (options.files.length === 0) {
    const program = operands.shift()
    if (program === undefined) {
      yield* c.stderr.write(USAGE)
      return 0
    }
    source = program
  }
  for (const file of options.files) {
    const text = yield* readFile(file === '-' ? '/dev/stdin' : file)
    if (isErr(text)) return yield* die(c, `cannot open ${file} (${text.message})`)
    source += `${text}\n`
  }
  let program: AwkProgram
  try {
    program = parseAwk(bytes(source))
  } catch (thrown) {
    if (!(thrown instanceof AwkSyntaxError)) throw thrown
    return yield* die(c, utf8(thrown.message))
  }
  const rt = new Runtime(c, program)
  if (options.interactive) c.stdout.setvbuf('none')
  yield* setUp(rt, options, operands)
  return yield* runToEnd(rt)
}

function* die(c: Crt, message: string): Flow<number> {
  yield* c.stderr.write(`${c.name}: ${message}\n`)
  return 2
}

function* setUp(rt: Runtime, options: Options, operands: readonly string[]): Flow<void> {
  const now = yield* call('clock_gettime', 0)
  rt.previousSeed = isErr(now) ? 0 : now.sec
  rt.seed = isErr(now) ? 1 : now.sec ^ now.nsec
  if (options.fs !== undefined) rt.setScalar('FS', unescape(bytes(options.fs)))
  for (const [name, value] of rt.c.env) rt.global('ENVIRON').array.set(bytes(name), undefined, fromInput(bytes(value)))
  const argv = [rt.c.name, ...operands]
  argv.forEach((word, i) => rt.global('ARGV').array.set(String(i), i, fromInput(bytes(word))))
  rt.setScalar('ARGC', argv.length)
  for (const assignment of options.assignments) assignWord(rt, bytes(assignment))
}

/** Runs; pipes are closed on every way out, before standard output is flushed. */
function* runToEnd(rt: Runtime): Flow<number> {
  let status: number
  try {
    status = yield* runProgram(rt)
  } catch (thrown) {
    if (thrown instanceof AwkRuntimeError) {
      const { c } = rt
      yield* c.stderr.write(`${c.name}: run time error: ${utf8(thrown.message)}\n\tFILENAME="${utf8(rt.textOf('FILENAME'))}" FNR=${rt.fnr} NR=${rt.nr}\n`)
      status = 2
    } else if (thrown instanceof ExitRequest) status = thrown.status
    else throw thrown
  }
  yield* rt.streams.closeAll()
  return status
}

function* parseOptions(c: Crt): Flow<Options> {
  let fs: string | undefined
  let interactive = false
  const assignments: string[] = []
  const files: string[] = []
  let at = 1
  for (; at < c.argv.length; at++) {
    const word = c.argv[at]
    if (word === '--') {
      at++
      break
    }
    if (!word.startsWith('-') || word === '-') break
    const letter = word[1]
    if (!'fFvW'.includes(letter)) {
      yield* c.stderr.write(`${c.name}: not an option: ${word}\n`)
      exit(2)
    }
    const value = word.length > 2 ? word.slice(2) : c.argv[++at]
    if (value === undefined) {
      yield* c.stderr.write(`${c.name}: option ${word} lacks argument\n`)
      exit(2)
    }
    if (letter === 'f') files.push(value)
    else if (letter === 'F') fs = value
    else if (letter === 'v') {
      if (!/^[A-Za-z_]\w*=/.test(value)) {
        yield* c.stderr.write(`${c.name}: improper assignment: -v ${value}\n`)
        exit(2)
      }
      assignments.push(value)
    } else if (value.startsWith('i')) interactive = true
    else yield* implementationOption(c, value)
  }
  return { fs, assignments, files, operands: c.argv.slice(at), interactive }
}

function* implementationOption(c: Crt, value: string): Flow<void> {
  if (value.startsWith('v')) {
    yield* c.stdout.write(VERSION)
    exit(0)
  }
  if (value.startsWith('h') || value.startsWith('u')) {
    yield* c.stderr.write(USAGE)
    exit(0)
  }
  exit(yield* unsimulated(c, `option -W ${value}`))
}
