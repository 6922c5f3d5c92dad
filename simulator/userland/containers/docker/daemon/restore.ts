// What a daemon does with the containers it finds when it starts, and with those it leaves when it ends (daemon/daemon.go: restore, Shutdown).
import type { Flow } from '../../../../abi/syscalls.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { ApiError } from './api-error.ts'
import type { Container } from './container.ts'
import { loadContainers, saveContainer } from './container-files.ts'
import type { Daemon } from './daemon.ts'
import { restoreNetworks } from './sandbox.ts'
import { adoptContainer, forget, startContainer } from './start.ts'
import { stopContainer } from './stop.ts'

/** restartmanager.ShouldRestart, as it is asked at the daemon's start: `always` means also what was stopped by hand. */
function startsWithDaemon(container: Container): boolean {
  const { Name: name, MaximumRetryCount: most } = container.hostConfig.RestartPolicy
  if (!container.hasBeenStarted) return false
  if (name === 'always') return true
  if (name === 'unless-stopped') return !container.wasStoppedByHand
  return name === 'on-failure' && container.state.exitCode !== 0 && (most === 0 || container.restartCount < most)
}

/** Loads all containers, and takes over those that still run. */
export function* loadAll(daemon: Daemon): Flow<void> {
  const alive: Container[] = []
  for (const container of yield* loadContainers(daemon)) {
    daemon.containers.set(container.id, container)
    daemon.names.set(container.name, container)
    const { running, paused } = container.state
    if (!running && !paused) continue
    if (yield* adoptContainer(daemon, container)) alive.push(container)
  }
  // somebody killed the daemon: without live-restore its containers should have ended with it
  if (!daemon.isLiveRestore) yield* stopAll(daemon, alive)
}

/** Once there are networks: what runs gets back the daemon's part of its network, restart policies act, and what was only for one run goes. Answers what failed. */
export function* bringBack(daemon: Daemon): Flow<readonly string[]> {
  const failures: string[] = []
  const containers = [...daemon.containers.values()]
  for (const container of containers) if (container.state.running) yield* restoreNetworks(daemon, container)
  for (const container of containers) {
    if (container.state.running) continue
    if (startsWithDaemon(container)) {
      container.restartCount = 0
      try {
        yield* startContainer(daemon, container)
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown
        failures.push(`Failed to start container ${container.id}: ${thrown.message}`)
      }
    } else if (container.hostConfig.AutoRemove) yield* forget(daemon, container)
  }
  return failures
}

/** Stops all containers, all at once; with live-restore they stay as they are. */
export function* leaveContainers(daemon: Daemon): Flow<void> {
  daemon.isShuttingDown = true
  const running = [...daemon.containers.values()].filter((c) => c.state.running)
  if (daemon.isLiveRestore && running.length > 0) {
    for (const container of running) yield* saveContainer(container)
    return
  }
  yield* stopAll(daemon, running)
}

function* stopAll(daemon: Daemon, containers: readonly Container[]): Flow<void> {
  const state = { left: containers.length }
  const done = new Signal()
  for (const container of containers) {
    daemon.rt.go((function* () {
      try {
        yield* stopContainer(daemon, container, undefined)
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown
      }
      state.left -= 1
      done.wake()
    })())
  }
  while (state.left > 0) yield* daemon.rt.wait(done)
}
