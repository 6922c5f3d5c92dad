// Debian's python3: there is no Python here, but its file server, which everybody starts with `-m http.server`.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { type Crt, type Main, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { stat } from '../../libc/unistd.ts'
import type { ProgramPackage } from '../../program-table.ts'
import { httpServer } from './http-server.ts'

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
    if (/^-[bBdEIOPqsSvxX]+$/.test(word)) continue
    if (word === '-m' && args[i + 1] !== undefined) return yield* module(c, args[i + 1], args.slice(i + 2))
    if (word.startsWith('-m') && word.length > 2) return yield* module(c, word.slice(2), args.slice(i + 1))
    if (word.startsWith('-')) break
    const found = yield* stat(word)
    if (isErr(found)) {
      yield* c.stderr.write(`${c.argv[0]}: can't open file '${word.startsWith('/') ? word : `${c.env.get('PWD') ?? ''}/${word}`}': [Errno ${found.number}] ${found.message}\n`)
      return EXIT_NO_FILE
    }
    break
  }
  return yield* unsimulated(c, 'running Python programs')
}

export const pythonPackage: ProgramPackage = {
  name: 'python3.11-minimal',
  version: '3.11.2-6+deb12u6',
  programs: [{ path: '/usr/bin/python3.11', program: program(python), summary: 'a web server for files (python3 -m http.server)' }],
}
