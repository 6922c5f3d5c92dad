// coproc: a background command whose input and output are pipes to this shell, known by NAME[0], NAME[1] and NAME_PID. See Coprocesses in bash(1).
import type { Flow } from '../../abi/syscalls.ts'
import type { Coproc } from './ast.ts'
import { isErr } from '../../abi/errno.ts'
import { F_DUPFD_CLOEXEC } from '../../abi/fcntl.ts'
import { call } from '../libc/syscall.ts'
import { close } from '../libc/unistd.ts'
import { execute, registerBackground } from './exec.ts'
import { forkShell } from './jobs.ts'
import { commandText } from './printer.ts'
import { ShellAbort, type Shell } from './state.ts'
import { newVariable } from './variables.ts'

/** pipe(2) with both ends moved out of the way of the user's descriptors. */
function* highPipe(sh: Shell, from: number): Flow<readonly [number, number]> {
  const made = yield* call('pipe2', 0)
  if (isErr(made)) {
    yield* sh.error(`pipe error: ${made.message}`, '')
    throw new ShellAbort('discard', 1)
  }
  const ends: number[] = []
  for (const [n, fd] of made.entries()) {
    const high = yield* call('fcntl', fd, F_DUPFD_CLOEXEC, from - n)
    ends.push(isErr(high) ? fd : high)
    if (!isErr(high)) yield* close(fd)
  }
  return [ends[0], ends[1]]
}

export function* coprocess(sh: Shell, c: Coproc): Flow<void> {
  const name = c.name ?? 'COPROC'
  const [readHere, writeThere] = yield* highPipe(sh, 63)
  const [readThere, writeHere] = yield* highPipe(sh, 61)
  const pid = yield* forkShell(sh, 'async', function* (child) {
    yield* call('dup2', readThere, 0)
    yield* call('dup2', writeThere, 1)
    for (const fd of [readHere, writeThere, readThere, writeHere]) yield* close(fd)
    yield* execute(child, c.body, true)
    return child.status
  }, sh.monitor ? { pgid: 0, foreground: false } : undefined)
  yield* close(readThere)
  yield* close(writeThere)
  if (pid === undefined) return
  sh.vars.map.set(name, { ...newVariable(), indexed: new Map([[0, String(readHere)], [1, String(writeHere)]]) })
  sh.vars.map.set(`${name}_PID`, newVariable(String(pid)))
  yield* registerBackground(sh, [pid], [`coproc ${name} ${commandText(c.body)}`])
}
