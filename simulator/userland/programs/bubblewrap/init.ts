// PID 1 of a sandbox with its own PID namespace (bubblewrap.c: do_init): reaps orphans, tells the monitor how the command ended, and leaves when nobody is left.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY } from '../../../abi/fcntl.ts'
import { WEXITSTATUS, WIFEXITED, WIFSIGNALED, WTERMSIG } from '../../../abi/signal.ts'
import type { SockFilter } from '../../../abi/seccomp.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, waitpid } from '../../libc/unistd.ts'
import { die, must } from './die.ts'
import { setCaps } from './privileges.ts'
import { applySeccomp } from './seccomp-data.ts'

export interface InitTask {
  readonly procFd: number
  readonly statusFd: number | undefined
  readonly pid: number
  readonly lockFiles: readonly string[]
  readonly filters: readonly (readonly SockFilter[])[]
  readonly keepOpen: number | undefined
}

/** Exit status of a command as a shell reports it. */
export function exitStatusOf(status: number): number {
  if (WIFEXITED(status)) return WEXITSTATUS(status)
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 255
}

/** Closes every descriptor above 2 but those named; last of all /proc, through which they are found. */
export function* closeExtra(procFd: number, keep: readonly (number | undefined)[]): Flow<void> {
  const dir = yield* call('openat', procFd, 'self/fd', O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
  if (isErr(dir)) return
  const open: number[] = []
  for (;;) {
    const entries = yield* call('getdents64', dir)
    if (isErr(entries) || entries.length === 0) break
    for (const { name } of entries) if (/^\d+$/.test(name)) open.push(Number(name))
  }
  for (const fd of open) if (fd > 2 && fd !== dir && !keep.includes(fd)) yield* close(fd)
  yield* close(dir)
}

export function* runInit(c: Crt, task: InitTask): Flow<number> {
  yield* setCaps(c, 0n)
  yield* closeExtra(task.procFd, [task.statusFd, task.keepOpen])
  for (const path of task.lockFiles) yield* must(c, yield* open(path, O_RDONLY | O_CLOEXEC), `Unable to open lock file ${path}`)
  yield* applySeccomp(c, task.filters)
  let status = 1
  for (;;) {
    const ended = yield* waitpid(-1)
    if (isErr(ended)) {
      if (ended === E.EINTR) continue
      if (ended !== E.ECHILD) yield* die(c, 'init wait()', ended)
      return status
    }
    if (ended.pid !== task.pid) continue
    status = exitStatusOf(ended.status)
    if (task.statusFd !== undefined) yield* call('write', task.statusFd, new Uint8Array([status]))
  }
}
