// find's actions that run programs: -exec, -execdir, -ok, with `;` and `+`.
import { Errno, isErr } from '../../../abi/errno.ts'
import { WEXITSTATUS, WIFEXITED } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { envStrings } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe, waitpid } from '../../libc/unistd.ts'
import type { Entry, Search, Test } from './entry.ts'
import { baseName, dirName } from './printf.ts'

/** Runs a program in `directory` and answers its exit status; -1 for a signal. */
function* run(s: Search, argv: readonly string[], directory: string | undefined): Flow<number> {
  yield* s.c.stdout.flush()
  const env = envStrings(s.c.env)
  const { stderr } = s.c
  const pid = yield* call('clone', 0, function* () {
    if (directory !== undefined) yield* call('chdir', directory)
    const error = yield* execvpe(argv[0], argv, env)
    yield* stderr.write(`find: ‘${argv[0]}’: ${error.message}\n`)
    return error === Errno.ENOENT ? 127 : 126
  })
  if (isErr(pid)) {
    yield* s.c.stderr.write(`find: cannot fork: ${pid.message}\n`)
    return -1
  }
  const result = yield* waitpid(pid)
  return !isErr(result) && WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1
}

const inDirectory = (e: Entry): { readonly directory: string; readonly name: string } => ({ directory: dirName(e.path) || '/', name: `./${baseName(e.path)}` })

/** `-exec command ;`: once per file. */
export function execEach(command: readonly string[], dir: boolean, ask: boolean): Test {
  return function* (s, e) {
    const { directory, name } = dir ? inDirectory(e) : { directory: undefined, name: e.path }
    const argv = command.map((word) => word.replaceAll('{}', () => name))
    if (ask) {
      yield* s.c.stdout.flush()
      yield* s.c.stderr.write(`< ${command[0]} ... ${e.path} > ? `)
      if (!/^[yY]/.test((yield* s.c.stdin.line()) ?? '')) return false
    }
    return (yield* run(s, argv, directory)) === 0
  }
}

const MAX_ARGUMENT_BYTES = 131072

/** `-exec command {} +`: many files at once. `finish` runs what is left. */
export interface Batch {
  readonly test: Test
  readonly finish: (s: Search) => Flow<void>
}

export function execBatch(command: readonly string[], dir: boolean): Batch {
  let names: string[] = []
  let bytes = 0
  let where: string | undefined
  const finish = function* (s: Search): Flow<void> {
    if (names.length === 0) return
    const argv = [...command, ...names]
    names = []
    bytes = 0
    if ((yield* run(s, argv, where)) !== 0) s.status = 1
  }
  const test: Test = function* (s, e) {
    const { directory, name } = dir ? inDirectory(e) : { directory: undefined, name: e.path }
    if (directory !== where || bytes + name.length > MAX_ARGUMENT_BYTES) yield* finish(s)
    where = directory
    names.push(name)
    bytes += name.length + 9
    return true
  }
  return { test, finish }
}
