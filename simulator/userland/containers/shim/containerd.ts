// containerd as far as it shows: a child of dockerd that listens on its socket and ends with it. dockerd speaks to the shims itself here.
import { isErr } from '../../../abi/errno.ts'
import { SIGTERM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { GoRuntime, Signal } from '../../libc/goroutine.ts'
import { call } from '../../libc/syscall.ts'
import { sigaction, unlink, writeFile } from '../../libc/unistd.ts'
import { mkdirAll } from '../runc/mounts.ts'

const DIRECTORY = '/var/run/docker/containerd'
const VERSION = 'containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n'

export function* containerd(c: Crt): Flow<number> {
  if (c.argv.includes('--version') || c.argv.includes('-v')) {
    yield* c.stdout.write(VERSION)
    return 0
  }
  const rt = new GoRuntime()
  return yield* rt.run(serve(rt))
}

function* serve(rt: GoRuntime): Flow<number> {
  const ending = new Signal()
  const state = { isEnding: false }
  yield* sigaction(SIGTERM, function* () {
    state.isEnding = true
    ending.wake()
  })
  yield* mkdirAll(`${DIRECTORY}/daemon/io.containerd.runtime.v2.task`, 0o711)
  const pid = yield* call('getpid')
  yield* writeFile(`${DIRECTORY}/containerd.pid`, String(isErr(pid) ? 0 : pid))
  for (const name of ['containerd-debug.sock', 'containerd.sock.ttrpc', 'containerd.sock']) {
    const fd = yield* call('socket', 'unix', 'stream|cloexec', 0)
    if (isErr(fd)) continue
    yield* unlink(`${DIRECTORY}/${name}`)
    yield* call('bind', fd, { family: 'unix', path: `${DIRECTORY}/${name}` })
    yield* call('fchmodat', -100, `${DIRECTORY}/${name}`, 0o660)
    yield* call('listen', fd, 128)
  }
  while (!state.isEnding) yield* rt.wait(ending)
  return 0
}
