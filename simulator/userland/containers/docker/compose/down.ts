// compose down: containers in the order opposite to that of their start, then networks, and if asked volumes and images (pkg/compose/down.go).
import type { Flow } from '../../../../abi/syscalls.ts'
import { RequestError } from '../client/connection.ts'
import type { Backend, ComposeContainer } from './backend.ts'
import { flagOf, textOf } from './canonical.ts'
import { refused } from './error.ts'
import type { Progress } from './progress.ts'
import { type Project, startOrder } from './project.ts'
import { imageName } from './service-request.ts'
import { removeContainers, warn } from './up.ts'

export interface DownOptions {
  readonly volumes: boolean
  /** '', `local` or `all`. */
  readonly images: string
  readonly removeOrphans: boolean
  readonly timeout: number | undefined
  readonly services: readonly string[]
}

/** Without a file, what the labels tell. */
export function* down(backend: Backend, projectName: string, project: Project | undefined, options: DownOptions, progress: Progress): Flow<void> {
  const containers = yield* backend.containers(projectName, { all: true, oneOff: options.removeOrphans || project === undefined ? 'include' : undefined })
  const known = project?.declared
  const isWanted = (c: ComposeContainer): boolean => options.services.length === 0 || options.services.includes(c.service)
  const own = containers.filter((c) => (known === undefined || known.has(c.service)) && isWanted(c))
  const isEmpty = containers.length === 0
  const order = project === undefined ? [...new Set(own.map((c) => c.service))].reverse() : [...startOrder(project.services)].reverse().flat()
  const listed = new Set(order)
  for (const name of [...order, ...own.map((c) => c.service).filter((s) => !listed.has(s))]) yield* removeContainers(backend, own.filter((c) => c.service === name), progress, options.timeout, options.volumes)
  if (options.services.length > 0) return
  const orphans = known === undefined ? [] : containers.filter((c) => !known.has(c.service))
  if (options.removeOrphans) yield* removeContainers(backend, orphans, progress, options.timeout, options.volumes)
  if (options.images !== '' && project !== undefined) yield* removeImages(backend, project, options.images, progress)
  const networks = yield* backend.networksOf(projectName)
  for (const network of networks) yield* removeNetwork(backend, network.Name, progress)
  const volumes = options.volumes && project !== undefined ? [...project.volumes.values()].filter((v) => !flagOf(v.get('external'))) : []
  for (const volume of volumes) yield* removeVolume(backend, textOf(volume.get('name')), progress)
  if (isEmpty && networks.length === 0 && volumes.length === 0 && options.images === '') yield* warn(backend, 'Warning: No resource found to remove for project ' + JSON.stringify(projectName) + '.')
}

function* removeNetwork(backend: Backend, name: string, progress: Progress): Flow<void> {
  const id = `Network ${name}`
  yield* progress.event(id, 'Removing')
  try {
    yield* backend.request('DELETE', `/networks/${encodeURIComponent(name)}`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    if (thrown.isNotFound) return yield* progress.done(id, 'Warning: No resource found to remove')
    yield* progress.event(id, 'Error', 'error')
    throw refused(thrown, `failed to remove network ${name}: `)
  }
  yield* progress.done(id, 'Removed')
}
function* removeVolume(backend: Backend, name: string, progress: Progress): Flow<void> {
  const id = `Volume ${name}`
  yield* progress.event(id, 'Removing')
  try {
    yield* backend.request('DELETE', `/volumes/${encodeURIComponent(name)}`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    if (thrown.isNotFound) return yield* progress.done(id, 'Warning: No resource found to remove')
    return yield* progress.done(id, 'Resource is still in use')
  }
  yield* progress.done(id, 'Removed')
}
function* removeImages(backend: Backend, project: Project, which: string, progress: Progress): Flow<void> {
  for (const [name, service] of project.services) {
    const own = textOf(service.get('image'))
    if (which === 'local' && own !== '') continue
    const image = own === '' ? imageName(project, name) : own
    const full = image.includes(':') ? image : `${image}:latest`
    const id = `Image ${full}`
    yield* progress.event(id, 'Removing')
    try {
      yield* backend.request('DELETE', `/images/${encodeURIComponent(full)}`)
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      yield* progress.done(id, thrown.isNotFound ? 'Warning: No resource found to remove' : 'Resource is still in use')
      continue
    }
    yield* progress.done(id, 'Removed')
  }
}
