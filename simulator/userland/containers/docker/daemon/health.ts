// Health checks (daemon/health.go): a command executed every now and then; after so many failures in a row the container is unhealthy.
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../../lib/bytes.ts'
import { ApiError } from './api-error.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import { createExec, getExec, startExec } from './exec.ts'
import { monotonicMs } from '../../../libc/goroutine.ts'
import { timestamp } from './util.ts'

const DEFAULT_MS = 30000
const DEFAULT_RETRIES = 3
const KEPT = 5
const OUTPUT = 4096

function command(container: Container): readonly string[] | undefined {
  const test = container.config.Healthcheck?.Test ?? []
  if (test.length === 0 || test[0] === 'NONE') return undefined
  return test[0] === 'CMD-SHELL' ? [...(container.config.Shell ?? ['/bin/sh', '-c']), ...test.slice(1)] : test.slice(1)
}
const ms = (nanoseconds: number | undefined, otherwise: number): number => (nanoseconds === undefined || nanoseconds === 0 ? otherwise : nanoseconds / 1e6)

export function startHealthCheck(daemon: Daemon, container: Container): void {
  const words = command(container)
  container.state.health = words === undefined ? undefined : { Status: 'starting', FailingStreak: 0, Log: [] }
  if (words !== undefined) daemon.rt.go(watch(daemon, container, words, container.generation))
}

function* watch(daemon: Daemon, container: Container, words: readonly string[], generation: number): Flow<void> {
  const check = container.config.Healthcheck
  const started = yield* monotonicMs()
  for (;;) {
    yield* daemon.rt.sleep(ms(check?.Interval, DEFAULT_MS))
    const { health } = container.state
    if (!container.state.running || container.isGone || container.generation !== generation || health === undefined) return
    if (container.state.paused) continue
    const start = yield* timestamp()
    const { status, output } = yield* probe(daemon, container, words, ms(check?.Timeout, DEFAULT_MS))
    if (container.state.health !== health) return
    health.Log.push({ Start: start, End: yield* timestamp(), ExitCode: status, Output: output })
    if (health.Log.length > KEPT) health.Log.shift()
    const before = health.Status
    if (status === 0) {
      health.FailingStreak = 0
      health.Status = 'healthy'
    } else {
      const isStarting = health.Status === 'starting' && (yield* monotonicMs()) - started < ms(check?.StartPeriod, 0)
      if (!isStarting) {
        health.FailingStreak += 1
        if (health.FailingStreak >= (check?.Retries === undefined || check.Retries === 0 ? DEFAULT_RETRIES : check.Retries)) health.Status = 'unhealthy'
      }
    }
    if (health.Status !== before) yield* daemon.event(container, `health_status: ${health.Status}`)
  }
}

function* probe(daemon: Daemon, container: Container, words: readonly string[], timeoutMs: number): Flow<{ readonly status: number; readonly output: string }> {
  let output = ''
  try {
    const exec = getExec(daemon, yield* createExec(daemon, container, { Cmd: words, AttachStdout: true, AttachStderr: true }))
    exec.streams.watchers.add({
      *take(_stream, data) {
        output = (output + decodeUtf8(data)).slice(0, OUTPUT)
      },
    })
    yield* startExec(exec)
    const deadline = (yield* monotonicMs()) + timeoutMs
    while (exec.running) {
      const left = deadline - (yield* monotonicMs())
      if (left <= 0) {
        yield* container.ask('kill', { execId: exec.id, signal: 9 })
        return { status: -1, output: `Health check exceeded timeout (${timeoutMs / 1000}s)` }
      }
      yield* daemon.rt.wait(exec.ended, left)
    }
    daemon.execs.delete(exec.id)
    return { status: exec.exitCode ?? -1, output }
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    return { status: -1, output: thrown.message }
  }
}
