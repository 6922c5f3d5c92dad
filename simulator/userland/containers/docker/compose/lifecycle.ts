// Commands on containers that are there: start, stop, restart, kill, pause, unpause, rm, wait.
import type { Flow } from '../../../../abi/syscalls.ts'
import { confirm } from '../client/cli.ts'
import { RequestError } from '../client/connection.ts'
import type { Flags } from '../client/usage.ts'
import type { Backend, ComposeContainer } from './backend.ts'
import { ComposeError, refused } from './error.ts'
import { ofServices } from './listing.ts'
import { Progress } from './progress.ts'
import { type Project, selectServices, startOrder } from './project.ts'
import { removeContainers, startProject } from './up.ts'

export interface Target {
  readonly backend: Backend
  readonly name: string
  readonly project: Project | undefined
}
const timeoutOf = (flags: Flags): number | undefined => (flags.has('timeout') ? flags.number('timeout') : undefined)

/** Those of the services named, in the order of the start. */
function* targets({ backend, name, project }: Target, services: readonly string[], all = true): Flow<readonly ComposeContainer[]> {
  const found = ofServices(yield* backend.containers(name, { all }), project, services)
  if (project === undefined) return found
  const order = startOrder(project.services).flat()
  return [...found].sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service))
}
function* each(target: Target, containers: readonly ComposeContainer[], before: string | undefined, after: string, body: (container: ComposeContainer) => Flow<void>): Flow<number> {
  const progress = new Progress(target.backend.cli)
  for (const container of containers) {
    const id = `Container ${container.name}`
    if (before !== undefined) yield* progress.event(id, before)
    try {
      yield* body(container)
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      yield* progress.event(id, 'Error', 'error')
      throw refused(thrown)
    }
    yield* progress.done(id, after)
  }
  return 0
}

export function* start(target: Target, flags: Flags): Flow<number> {
  const { backend, name, project } = target
  const there = yield* targets(target, flags.args)
  if (project === undefined) return yield* each(target, there.filter((c) => c.state !== 'running'), 'Starting', 'Started', (c) => backend.start(c.id))
  const chosen = selectServices(project, flags.args)
  const own = yield* backend.containers(name, { all: true })
  const without = [...chosen.services.keys()].find((s) => !own.some((c) => c.service === s))
  if (without !== undefined) throw new ComposeError(`service ${JSON.stringify(without)} has no container to start`)
  yield* startProject(backend, chosen, new Progress(backend.cli))
  return 0
}
export function* stop(target: Target, flags: Flags): Flow<number> {
  const containers = [...(yield* targets(target, flags.args))].reverse()
  return yield* each(target, containers, 'Stopping', 'Stopped', (c) => target.backend.stop(c.id, timeoutOf(flags)))
}
export function* restart(target: Target, flags: Flags): Flow<number> {
  const timeout = timeoutOf(flags)
  return yield* each(target, yield* targets(target, flags.args), 'Restarting', 'Started', function* (c) {
    yield* target.backend.request('POST', `/containers/${c.id}/restart${timeout === undefined ? '' : `?t=${timeout}`}`)
  })
}
export function* kill(target: Target, flags: Flags): Flow<number> {
  const containers = yield* targets(target, flags.args, false)
  if (containers.length === 0) yield* target.backend.cli.c.stderr.write('no container to kill')
  return yield* each(target, containers, 'Killing', 'Killed', function* (c) {
    yield* target.backend.request('POST', `/containers/${c.id}/kill?signal=${encodeURIComponent(flags.get('signal') ?? 'SIGKILL')}`)
  })
}
export function* pause(target: Target, flags: Flags): Flow<number> {
  return yield* each(target, yield* targets(target, flags.args, false), undefined, 'Paused', function* (c) {
    yield* target.backend.request('POST', `/containers/${c.id}/pause`)
  })
}
export function* unpause(target: Target, flags: Flags): Flow<number> {
  return yield* each(target, yield* targets(target, flags.args, false), undefined, 'Unpaused', function* (c) {
    yield* target.backend.request('POST', `/containers/${c.id}/unpause`)
  })
}

export function* rm(target: Target, flags: Flags): Flow<number> {
  const { backend } = target
  const { cli } = backend
  if (flags.bool('stop')) yield* stop(target, flags)
  const stopped = (yield* targets(target, flags.args)).filter((c) => c.state !== 'running')
  if (stopped.length === 0) {
    yield* cli.c.stderr.write('No stopped containers\n')
    return 0
  }
  const names = stopped.map((c) => c.name).join(', ')
  if (flags.bool('force')) yield* cli.c.stdout.write(`Going to remove ${names}\n`)
  else if (!(yield* confirm(cli, `? Going to remove ${names}`))) return 0
  yield* cli.c.stdout.flush()
  return yield* each(target, stopped, 'Removing', 'Removed', (c) => backend.remove(c.id, { force: true, volumes: flags.bool('volumes') }))
}

/** The exit code of the first that ends. */
export function* wait(target: Target, flags: Flags): Flow<number> {
  const { backend } = target
  const containers = yield* targets(target, flags.args)
  if (containers.length === 0) throw new ComposeError('no containers for project')
  const [first] = containers
  const { StatusCode: status } = JSON.parse(yield* backend.request('POST', `/containers/${first.id}/wait`)) as { readonly StatusCode: number }
  yield* backend.cli.c.stdout.write(`container ${JSON.stringify(first.name)} exited with status code ${status}\n`)
  if (flags.bool('down-project')) yield* removeContainers(backend, containers, new Progress(backend.cli), undefined)
  return status
}
