// Buries the shim's children: those it started, and as child subreaper those that runc left behind, the containers' processes among them.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { PR_SET_CHILD_SUBREAPER } from '../../../abi/sched.ts'
import { SA_RESTART, SIGCHLD, WEXITSTATUS, WIFEXITED, WNOHANG, WTERMSIG } from '../../../abi/signal.ts'
import { type GoRuntime, Signal } from '../../libc/goroutine.ts'
import { call } from '../../libc/syscall.ts'
import { sigaction, waitpid } from '../../libc/unistd.ts'
import { check } from '../go-error.ts'

export class Reaper {
  readonly #rt: GoRuntime
  readonly #exits = new Map<number, number>()
  readonly #changed = new Signal()

  constructor(rt: GoRuntime) {
    this.#rt = rt
  }

  /** Becomes the subreaper and starts to listen for SIGCHLD: a handler can only leave word, a goroutine does the work. */
  *start(): Flow<void> {
    yield* call('prctl', PR_SET_CHILD_SUBREAPER, 1)
    const [from, to] = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
    yield* sigaction(SIGCHLD, function* () {
      yield* call('write', to, new Uint8Array([1]))
    }, SA_RESTART)
    const rt = this.#rt
    const reap = (): Flow<void> => this.#reap()
    rt.go((function* () {
      for (;;) {
        yield* rt.read(from, 64)
        yield* reap()
      }
    })())
  }

  *#reap(): Flow<void> {
    for (;;) {
      const result = yield* waitpid(-1, WNOHANG)
      if (isErr(result) || result.pid === 0) break
      this.#exits.set(result.pid, WIFEXITED(result.status) ? WEXITSTATUS(result.status) : 128 + WTERMSIG(result.status))
    }
    this.#changed.wake()
  }

  /** Exit code, 128 + signal if killed; waits for it. */
  *exitOf(pid: number): Flow<number> {
    for (;;) {
      const status = this.#exits.get(pid)
      if (status !== undefined) {
        this.#exits.delete(pid)
        return status
      }
      yield* this.#rt.wait(this.#changed)
    }
  }
}
