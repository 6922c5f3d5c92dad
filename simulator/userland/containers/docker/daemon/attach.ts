// POST /containers/ID/attach and the stream of an exec: the connection becomes the process's standard streams.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { frame } from '../stdcopy.ts'
import { ApiError, conflict } from './api-error.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import type { Exchange } from './http-server.ts'
import type { ProcessStreams, StreamName, Watcher } from './streams.ts'

interface Wanted {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
}

/** A watcher that writes to a connection. */
export function connectionWatcher(exchange: Exchange, isTerminal: boolean, wanted: Wanted): Watcher {
  return {
    *take(stream: StreamName, data: Uint8Array) {
      if ((stream === 'stdout' && !wanted.stdout) || (stream === 'stderr' && !wanted.stderr) || exchange.isBroken) return
      if (isErr(yield* exchange.rt.write(exchange.fd, isTerminal ? data : frame(stream === 'stdout' ? 1 : 2, data)))) exchange.isBroken = true
    },
  }
}

/** Bytes from the connection to the process, until either ends. `once`: the end of the connection is the end of standard input. */
export function* pumpStdin(exchange: Exchange, streams: () => ProcessStreams | undefined, once: boolean, closeIo: () => Flow<void>): Flow<void> {
  let data: Uint8Array = exchange.rest
  for (;;) {
    const target = streams()
    if (data.length > 0 && target !== undefined && !(yield* target.writeStdin(data))) return
    const got = yield* exchange.rt.read(exchange.fd)
    if (isErr(got)) return
    if (got.length === 0) break
    data = got
  }
  if (!once) return
  const target = streams()
  if (target === undefined) return
  yield* target.closeStdin()
  try {
    yield* closeIo()
  } catch (thrown) {
    // the process may have ended meanwhile
    if (!(thrown instanceof ApiError)) throw thrown
  }
}

/** Lets go of the connection: everybody has seen everything. */
export function* hangUp(exchange: Exchange): Flow<void> {
  yield* call('shutdown', exchange.fd, 2)
  yield* exchange.rt.close(exchange.fd)
}

export function* attach(daemon: Daemon, container: Container, exchange: Exchange): Flow<void> {
  const { config, state } = container
  if (state.paused) throw conflict('container is paused, unpause the container before attach')
  if (state.restarting) throw conflict('container is restarting, wait until the container is running')
  const wanted: Wanted = { stdin: exchange.flag('stdin'), stdout: exchange.flag('stdout'), stderr: exchange.flag('stderr') }
  yield* exchange.hijack()
  if (!exchange.flag('stream')) return yield* hangUp(exchange)
  const watcher = connectionWatcher(exchange, config.Tty, wanted)
  if (container.streams === undefined) container.waitingWatchers.add(watcher)
  else container.streams.watchers.add(watcher)
  const before = container.exits
  if (wanted.stdin && config.OpenStdin) {
    daemon.rt.go(pumpStdin(exchange, () => container.streams, config.StdinOnce && !config.Tty, function* () {
      yield* container.ask('closeIO', {})
    }))
  }
  yield* daemon.event(container, 'attach')
  while (container.exits === before && !exchange.isBroken && !container.isGone) {
    if (container.streams?.isDrained === true) break
    yield* daemon.rt.wait(container.streams === undefined ? container.changed : container.streams.drained)
  }
  container.streams?.watchers.delete(watcher)
  container.waitingWatchers.delete(watcher)
  yield* hangUp(exchange)
}
