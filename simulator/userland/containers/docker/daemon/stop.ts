// Ending and holding containers: kill, stop, restart, pause, wait, rm (daemon/{kill,stop,restart,pause,delete}.go).
import type { Flow } from '../../../../abi/syscalls.ts'
import { monotonicMs } from '../../../libc/goroutine.ts'
import { signalNumber } from '../signals.ts'
import { ApiError, badRequest, conflict, serverError, notFound } from './api-error.ts'
import type { Container } from './container.ts'
import { saveContainer } from './container-files.ts'
import type { Daemon } from './daemon.ts'
import { forget, startContainer } from './start.ts'

const SIGKILL = 9, SIGTERM = 15
const STOP_SECONDS = 10

/** Throws `Container … is not running`. */
function requireRunning(container: Container): void {
  if (!container.state.running) throw conflict(`Container ${container.id} is not running`)
}

/** No restart policy brings it back; `always` does when the daemon starts anew, `unless-stopped` only if it was the daemon's end that stopped it. */
function noteStop(daemon: Daemon, container: Container): void {
  container.wasStopped = true
  if (!daemon.isShuttingDown) container.wasStoppedByHand = true
}

function* signal(daemon: Daemon, container: Container, number: number): Flow<void> {
  const { shim } = container
  if (shim === undefined) return
  try {
    yield* shim.ask('kill', { signal: number })
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    if (!/already finished|not found|no such process|not running/.test(thrown.message)) throw thrown
  }
  yield* daemon.event(container, 'kill', { signal: String(number) })
}

/** A killed process ends even while frozen: the resume may find nobody. */
function* thaw(container: Container): Flow<void> {
  try {
    yield* container.ask('resume', {})
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
  }
}

function* waitStopped(daemon: Daemon, container: Container, exits: number, ms: number): Flow<boolean> {
  const deadline = (yield* monotonicMs()) + ms
  while (container.exits === exits && !container.isGone) {
    const left = deadline - (yield* monotonicMs())
    if (left <= 0) return false
    yield* daemon.rt.wait(container.changed, ms === Infinity ? Infinity : left)
  }
  return true
}

/** POST /containers/ID/kill: SIGKILL also waits for the end. */
export function* killContainer(daemon: Daemon, ref: string, text: string): Flow<void> {
  const number = text === '' ? SIGKILL : signalNumber(text)
  const isNumber = /^\d+$/.test(text) && text !== '0'
  if (number === undefined && !isNumber) throw badRequest(`Invalid signal: ${text}`)
  const container = daemon.find(ref)
  if (container === undefined) throw notFound(`Cannot kill container: ${ref}: No such container: ${ref}`)
  if (number === undefined) throw badRequest(`Cannot kill container: ${ref}: The linux daemon does not support signal ${text}`)
  const isWanted = number === SIGKILL || number === stopSignal(container)
  try {
    requireRunning(container)
    const before = container.exits
    if (isWanted) noteStop(daemon, container)
    yield* signal(daemon, container, number)
    if (container.state.paused && number === SIGKILL) yield* thaw(container)
    if (number === SIGKILL) yield* waitStopped(daemon, container, before, Infinity)
  } catch (thrown) {
    if (thrown instanceof ApiError) throw new ApiError(thrown.status, `Cannot kill container: ${ref}: ${thrown.message}`)
    throw thrown
  }
}

const stopSignal = (container: Container): number => signalNumber(container.config.StopSignal ?? '') ?? SIGTERM

/** Asks with the stop signal, kills after `seconds`. */
export function* stopContainer(daemon: Daemon, container: Container, seconds: number | undefined): Flow<void> {
  if (!container.state.running) return
  const limit = seconds ?? container.config.StopTimeout ?? STOP_SECONDS
  const before = container.exits
  noteStop(daemon, container)
  if (container.state.restarting) {
    container.state.restarting = false
    container.state.running = false
    yield* saveContainer(container)
    return
  }
  yield* signal(daemon, container, stopSignal(container))
  if (!(yield* waitStopped(daemon, container, before, limit < 0 ? Infinity : limit * 1000))) {
    yield* signal(daemon, container, SIGKILL)
    if (container.state.paused) yield* thaw(container)
    yield* waitStopped(daemon, container, before, Infinity)
  }
  yield* daemon.event(container, 'stop')
}

export function* restartContainer(daemon: Daemon, container: Container, seconds: number | undefined): Flow<void> {
  yield* stopContainer(daemon, container, seconds)
  yield* startContainer(daemon, container)
  yield* daemon.event(container, 'restart')
}

export function* pauseContainer(daemon: Daemon, container: Container): Flow<void> {
  requireRunning(container)
  if (container.state.paused) throw conflict(`Container ${container.id} is already paused`)
  yield* container.ask('pause', {})
  container.state.paused = true
  yield* saveContainer(container)
  yield* daemon.event(container, 'pause')
  container.changed.wake()
}
export function* unpauseContainer(daemon: Daemon, container: Container): Flow<void> {
  if (!container.state.paused) throw serverError(`Container ${container.id} is not paused`)
  yield* container.ask('resume', {})
  container.state.paused = false
  yield* saveContainer(container)
  yield* daemon.event(container, 'unpause')
  container.changed.wake()
}

/** DELETE /containers/ID */
export function* removeContainer(daemon: Daemon, container: Container, force: boolean, withVolumes: boolean): Flow<void> {
  if (container.state.removing) throw conflict(`removal of container ${container.name} is already in progress`)
  if (container.state.running) {
    if (!force) {
      const advice = container.state.paused ? 'Unpause and then stop the container before attempting removal or force remove' : 'Stop the container before attempting removal or force remove'
      throw conflict(`You cannot remove a ${container.state.paused ? 'paused' : container.state.restarting ? 'restarting' : 'running'} container ${container.id}. ${advice}`)
    }
    const before = container.exits
    noteStop(daemon, container)
    if (container.state.restarting) {
      container.state.restarting = false
      container.state.running = false
    } else {
      yield* signal(daemon, container, SIGKILL)
      if (container.state.paused) yield* thaw(container)
      yield* waitStopped(daemon, container, before, Infinity)
    }
  }
  yield* forget(daemon, container, withVolumes)
}

export type WaitCondition = 'not-running' | 'next-exit' | 'removed'

/** POST /containers/ID/wait: the exit code, once the condition holds. `before`: how often it had ended when the request came. */
export function* waitContainer(daemon: Daemon, container: Container, condition: WaitCondition): Flow<number> {
  const before = container.exits
  const isMet = (): boolean => {
    if (condition === 'removed') return container.isGone
    if (condition === 'next-exit') return container.exits > before || container.isGone
    return !container.state.running
  }
  while (!isMet()) yield* daemon.rt.wait(container.changed)
  return container.state.exitCode
}
