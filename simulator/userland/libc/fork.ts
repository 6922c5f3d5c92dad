// fork(2) for programs that go on in C style: the child is a function with its own copy of the streams and the environment.
import type { Flow } from '../../abi/syscalls.ts'
import type { Errno } from '../../abi/errno.ts'
import { type Crt, ExitRequest, type Main } from './crt.ts'
import { InStream } from './stdio.ts'
import { call } from './syscall.ts'

/** Forks; the child runs `main` and exits with its result, flushing what it wrote and what it inherited unwritten. Answers the child's PID. */
export function* forkChild(c: Crt, main: Main, flags = 0): Flow<number | Errno> {
  const child: Crt = { ...c, env: new Map(c.env), stdin: new InStream(c.stdin.fd), stdout: c.stdout.clone(), stderr: c.stderr.clone() }
  return yield* call('clone', flags, function* start() {
    let status: number
    try {
      status = yield* main(child)
    } catch (thrown) {
      if (!(thrown instanceof ExitRequest)) throw thrown
      status = thrown.status
    }
    yield* child.stdout.flush()
    return status & 0xff
  })
}
