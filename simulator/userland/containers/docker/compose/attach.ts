// compose up in the foreground: the logs of all containers until the last one has ended, or Ctrl-C stops them; and up --wait.
import { SIGINT, SIGTERM } from '../../../../abi/signal.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { sigaction } from '../../../libc/unistd.ts'
import { nowSeconds } from '../client/cli.ts'
import { RequestError } from '../client/connection.ts'
import type { Backend, ComposeContainer } from './backend.ts'
import { ComposeError } from './error.ts'
import { LogPrinter, shortName, streamLogs } from './logs.ts'
import { Progress } from './progress.ts'
import { type Project, startOrder } from './project.ts'
import { startProject } from './up.ts'

const INTERRUPTED = 130

export interface AttachOptions {
  readonly isAttached: (service: string) => boolean
  readonly noPrefix: boolean
  readonly noColor: boolean
  readonly timestamps: boolean
  readonly abort: boolean
  readonly exitCodeFrom: string | undefined
  readonly timeout: number | undefined
}
interface Watch {
  left: number
  isInterrupted: boolean
  firstStatus: number | undefined
  readonly statuses: Map<string, number>
  readonly changed: Signal
}

export function* attachProject(backend: Backend, project: Project, options: AttachOptions): Flow<number> {
  const { cli } = backend
  const isOurs = (c: ComposeContainer): boolean => project.services.has(c.service)
  const containers = (yield* backend.containers(project.name, { all: true })).filter(isOurs)
  const shown = containers.filter((c) => options.isAttached(c.service))
  const printer = new LogPrinter(backend, shown.map((c) => shortName(project.name, c)), options)
  yield* cli.c.stdout.write(`Attaching to ${shown.map((c) => shortName(project.name, c)).join(', ')}\n`)
  yield* cli.c.stdout.flush()
  const watch: Watch = { left: containers.length, isInterrupted: false, firstStatus: undefined, statuses: new Map(), changed: new Signal() }
  for (const number of [SIGINT, SIGTERM]) {
    yield* sigaction(number, function* () {
      watch.isInterrupted = true
      watch.changed.wake()
    })
  }
  const since = String(Math.floor(yield* nowSeconds()))
  for (const container of containers) {
    const { State: state } = yield* backend.inspect(container.id)
    cli.rt.go(follow(backend, project, container, state.Running ? '' : state.StartedAt, options, printer, watch, since))
  }
  yield* startProject(backend, project, new Progress(cli, 'Running', true))
  while (watch.left > 0 && !watch.isInterrupted && !(options.abort && watch.firstStatus !== undefined)) yield* cli.rt.wait(watch.changed)
  if (watch.isInterrupted) yield* cli.c.stdout.write('Gracefully stopping... (press Ctrl+C again to force)\n')
  else if (options.abort && watch.left > 0) yield* cli.c.stdout.write('Aborting on container exit...\n')
  else return 0
  yield* cli.c.stdout.flush()
  yield* stopAll(backend, project, options.timeout)
  if (watch.isInterrupted) return INTERRUPTED
  while (watch.left > 0) yield* cli.rt.wait(watch.changed)
  return options.exitCodeFrom === undefined ? (watch.firstStatus ?? 0) : (watch.statuses.get(options.exitCodeFrom) ?? 0)
}

function* stopAll(backend: Backend, project: Project, timeout: number | undefined): Flow<void> {
  const progress = new Progress(backend.cli, 'Stopping')
  for (const name of [...startOrder(project.services)].reverse().flat()) {
    for (const container of yield* backend.containers(project.name, { all: false })) {
      if (container.service !== name) continue
      yield* progress.event(`Container ${container.name}`, 'Stopping')
      yield* backend.stop(container.id, timeout)
      yield* progress.done(`Container ${container.name}`, 'Stopped')
    }
  }
}

/** One container from its start, which is later than `before`, to its end; a restart policy may begin it again. */
function* follow(backend: Backend, project: Project, container: ComposeContainer, before: string, options: AttachOptions, printer: LogPrinter, watch: Watch, since: string): Flow<void> {
  const name = shortName(project.name, container)
  const wasRunning = container.state === 'running'
  try {
    let started = before
    for (;;) {
      started = yield* waitStart(backend, container, started, watch)
      if (options.isAttached(container.service)) yield* streamLogs(backend, container, name, printer, { follow: true, tail: wasRunning ? '0' : '', since: wasRunning ? '' : since, until: '', ...options })
      const { StatusCode: status } = JSON.parse(yield* backend.request('POST', `/containers/${container.id}/wait`)) as { readonly StatusCode: number }
      yield* printer.line(name, '', false, `exited with code ${status}`)
      const { State: state } = yield* backend.inspect(container.id)
      if (state.Status === 'exited' || watch.isInterrupted) {
        watch.firstStatus ??= status
        watch.statuses.set(container.service, status)
        break
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
  }
  watch.left -= 1
  watch.changed.wake()
}
const POLL_MS = 50
/** Answers when it was; a short life may be over already. */
function* waitStart(backend: Backend, container: ComposeContainer, before: string, watch: Watch): Flow<string> {
  for (;;) {
    const { State: state } = yield* backend.inspect(container.id)
    if (state.StartedAt !== before || watch.isInterrupted) return state.StartedAt
    yield* backend.cli.rt.sleep(POLL_MS)
  }
}

/** up --wait: until all run, and those with a health check are healthy. */
export function* waitRunning(backend: Backend, project: Project, progress: Progress, seconds: number): Flow<number> {
  const deadline = (yield* nowSeconds()) + seconds
  const containers = (yield* backend.containers(project.name, { all: true })).filter((c) => project.services.has(c.service))
  for (const container of containers) yield* progress.event(`Container ${container.name}`, 'Waiting')
  for (const container of containers) {
    for (;;) {
      const { State: state } = yield* backend.inspect(container.id)
      if (state.Health?.Status === 'healthy' || (state.Running && state.Health === undefined)) break
      if (!state.Running || state.Health?.Status === 'unhealthy') {
        yield* progress.event(`Container ${container.name}`, 'Error', 'error')
        throw new ComposeError(state.Running ? `container ${container.name} is unhealthy` : `container ${container.name} exited (${state.ExitCode})`)
      }
      if ((yield* nowSeconds()) >= deadline) throw new ComposeError('timeout waiting for dependencies')
      yield* backend.cli.rt.sleep(POLL_MS * 10)
    }
    yield* progress.done(`Container ${container.name}`, 'Healthy')
  }
  return 0
}
