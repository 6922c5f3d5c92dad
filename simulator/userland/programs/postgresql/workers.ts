// The background processes that every server has. They wait; what they would do is done at once here, except the checkpointer's last checkpoint.
import { PR_SET_PDEATHSIG } from '../../../abi/sched.ts'
import { SIGCHLD, SIGHUP, SIGINT, SIGPWR, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { call } from '../../libc/syscall.ts'
import { sigaction } from '../../libc/unistd.ts'
import { log, nowMs } from './server-log.ts'

export type WorkerKind = 'checkpointer' | 'background writer' | 'walwriter' | 'autovacuum launcher' | 'logical replication launcher'
/** In the order the postmaster starts them; the first two before the database is up. */
export const EARLY_WORKERS: readonly WorkerKind[] = ['checkpointer', 'background writer']
export const LATE_WORKERS: readonly WorkerKind[] = ['walwriter', 'autovacuum launcher', 'logical replication launcher']

/** Every change has been written and synced when it was made, so that there is nothing left to write. */
export function* checkpoint(why: string): Flow<void> {
  yield* log('LOG', `checkpoint starting: ${why}`)
  const begun = yield* nowMs()
  yield* call('sync')
  const took = (((yield* nowMs()) - begun) / 1000).toFixed(3)
  yield* log('LOG', `checkpoint complete: wrote 0 buffers (0.0%); 0 WAL file(s) added, 0 removed, 0 recycled; write=0.000 s, sync=${took} s, total=${took} s; sync files=0, longest=0.000 s, average=0.000 s; distance=0 kB, estimate=0 kB`)
}

/** Answers the exit status. */
export function* worker(kind: WorkerKind): Flow<number> {
  yield* call('proctitle', `postgres: ${kind} `)
  // a server whose postmaster has gone ends
  yield* call('prctl', PR_SET_PDEATHSIG, SIGPWR)
  const come: number[] = []
  for (const sig of [SIGTERM, SIGUSR2, SIGHUP, SIGINT, SIGUSR1]) {
    yield* sigaction(sig, function* () {
      come.push(sig)
    })
  }
  yield* sigaction(SIGCHLD, 'default')
  yield* sigaction(SIGQUIT, function* () {
    yield* call('exit_group', 2)
  })
  for (;;) {
    if (come.length === 0) yield* call('pause')
    const sig = come.shift()
    if (kind === 'checkpointer') {
      if (sig !== SIGUSR2) continue
      yield* log('LOG', 'shutting down')
      yield* checkpoint('shutdown immediate')
      return 0
    }
    if (sig === SIGTERM) return kind === 'logical replication launcher' ? 1 : 0
  }
}
