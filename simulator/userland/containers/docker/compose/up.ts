// compose up and create: networks, volumes, then containers until the daemon has what the file says (pkg/compose/convergence.go). One thing is done after the other.
import type { Flow } from '../../../../abi/syscalls.ts'
import type { YamlMap } from '../../../../lib/yaml.ts'
import { query, RequestError } from '../client/connection.ts'
import { now, rfc3339 } from '../daemon/util.ts'
import type { Backend, ComposeContainer } from './backend.ts'
import { flagOf, listOf, mapOf, textOf } from './canonical.ts'
import { buildService } from './build.ts'
import { ComposeError, notSimulated, refused } from './error.ts'
import { Progress } from './progress.ts'
import { type Project, startOrder } from './project.ts'
import { createRequest, endpointOf, imageOf, LABEL, networksOf, COMPOSE_VERSION, serviceHash } from './service-request.ts'

const PULL_FAILURE = 18
/** When to fetch an image; '' and `policy` are `missing`. */
const POLICIES = ['', 'policy', 'always', 'never', 'missing', 'if_not_present', 'build']

export interface UpOptions {
  readonly build: boolean
  readonly noBuild: boolean
  readonly recreate: 'diverged' | 'force' | 'never'
  readonly scale: ReadonlyMap<string, number>
  readonly timeout: number | undefined
  readonly removeOrphans: boolean
  readonly pull?: string
  /** Its containers are left as they are, if there are any. */
  readonly leaves?: string
}
const projectLabels = (project: Project): Record<string, string> => ({ [LABEL.project]: project.name, [LABEL.version]: COMPOSE_VERSION })

export const replicasOf = (name: string, service: YamlMap, scale: ReadonlyMap<string, number> = new Map()): number =>
  scale.get(name) ?? Number(textOf(mapOf(service.get('deploy')).get('replicas')) || textOf(service.get('scale')) || '1')
export const containerName = (project: Project, name: string, service: YamlMap, number: number): string => textOf(service.get('container_name')) || `${project.name}-${name}-${number}`

function* ensureNetworks(backend: Backend, project: Project, progress: Progress): Flow<void> {
  const used = new Set([...project.services.values()].flatMap((s) => networksOf(s)))
  for (const [key, network] of project.networks) {
    if (!used.has(key)) continue
    const name = textOf(network.get('name'))
    const listed = JSON.parse(yield* backend.request('GET', `/networks${query({ filters: JSON.stringify({ name: { [name]: true } }) })}`)) as readonly { readonly Name: string; readonly Labels: Readonly<Record<string, string>> }[]
    const there = listed.find((n) => n.Name === name)
    if (flagOf(network.get('external'))) {
      if (there === undefined && !['host', 'none', 'bridge'].includes(name)) throw new ComposeError(`network ${name} declared as external, but could not be found`)
      continue
    }
    if (there !== undefined) {
      const owner = there.Labels[LABEL.project] ?? ''
      if (owner === '') throw new ComposeError(`network ${name} was found but has incorrect label ${LABEL.network} set to "" (expected: ${JSON.stringify(key)})`)
      continue
    }
    const id = `Network ${name}`
    yield* progress.event(id, 'Creating')
    const config = listOf(mapOf(network.get('ipam')).get('config')).map(mapOf)
    try {
      yield* backend.request('POST', '/networks/create', {
        Name: name, CheckDuplicate: true, Driver: textOf(network.get('driver')) || 'bridge', Internal: flagOf(network.get('internal')), Attachable: flagOf(network.get('attachable')), EnableIPv6: flagOf(network.get('enable_ipv6')),
        IPAM: config.length === 0 ? null : {
          Driver: textOf(mapOf(network.get('ipam')).get('driver')) || 'default',
          Config: config.map((c) => ({ Subnet: textOf(c.get('subnet')), ...(c.has('ip_range') ? { IPRange: textOf(c.get('ip_range')) } : {}), ...(c.has('gateway') ? { Gateway: textOf(c.get('gateway')) } : {}) })),
        },
        Options: Object.fromEntries([...mapOf(network.get('driver_opts'))].map(([k, v]) => [k, textOf(v)])),
        Labels: { ...Object.fromEntries([...mapOf(network.get('labels'))].map(([k, v]) => [k, textOf(v)])), ...projectLabels(project), [LABEL.network]: key },
      })
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      yield* progress.event(id, 'Error', 'error')
      throw refused(thrown, `failed to create network ${name}: `)
    }
    yield* progress.done(id, 'Created')
  }
}

function* ensureVolumes(backend: Backend, project: Project, progress: Progress): Flow<void> {
  const used = new Set([...project.services.values()].flatMap((s) => listOf(s.get('volumes')).map((v) => textOf(mapOf(v).get('source')))))
  for (const [key, volume] of project.volumes) {
    if (!used.has(key)) continue
    const name = textOf(volume.get('name'))
    const there = yield* backend.find<{ readonly Labels: Readonly<Record<string, string>> | null }>(`/volumes/${encodeURIComponent(name)}`)
    if (flagOf(volume.get('external'))) {
      if (there === undefined) throw new ComposeError(`external volume ${JSON.stringify(name)} not found`)
      continue
    }
    if (there !== undefined) {
      const owner = there.Labels?.[LABEL.project]
      if (owner === undefined) yield* warn(backend, `volume ${JSON.stringify(name)} already exists but was not created by Docker Compose. Use \`external: true\` to use an existing volume`)
      else if (owner !== project.name) yield* warn(backend, `volume ${JSON.stringify(name)} already exists but was created for project ${JSON.stringify(owner)} (expected ${JSON.stringify(project.name)}). Use \`external: true\` to use an existing volume`)
      continue
    }
    const id = `Volume ${JSON.stringify(name)}`
    yield* progress.event(id, 'Creating')
    yield* backend.request('POST', '/volumes/create', {
      Name: name, Driver: textOf(volume.get('driver')), DriverOpts: Object.fromEntries([...mapOf(volume.get('driver_opts'))].map(([k, v]) => [k, textOf(v)])),
      Labels: { ...Object.fromEntries([...mapOf(volume.get('labels'))].map(([k, v]) => [k, textOf(v)])), ...projectLabels(project), [LABEL.volume]: key },
    })
    yield* progress.done(id, 'Created')
  }
}

/** A warning as logrus writes it. */
export function* warn(backend: Backend, message: string): Flow<void> {
  const { sec } = yield* now()
  yield* backend.cli.c.stderr.write(`time=${JSON.stringify(rfc3339({ sec, nsec: 0 }))} level=warning msg=${JSON.stringify(message)}\n`)
}

function* ensureImages(backend: Backend, project: Project, options: UpOptions): Flow<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>()
  for (const [name, service] of project.services) {
    const image = imageOf(project, name, service)
    const policy = options.pull ?? textOf(service.get('pull_policy'))
    if (!POLICIES.includes(policy)) throw notSimulated(`the pull policy ${policy}`)
    const isThere = (yield* backend.imageId(image)) !== undefined
    if (service.has('build') && (options.build || (!options.noBuild && (policy === 'build' || !isThere)))) yield* buildService(backend.cli, project, name, service, {})
    else if (policy === 'always' || (!isThere && policy !== 'never' && policy !== 'build')) yield* pullImage(backend, name, image)
    // where there is none, the daemon says so when it is to make a container
    ids.set(name, (yield* backend.imageId(image)) ?? '')
  }
  return ids
}
export function* pullImage(backend: Backend, service: string, image: string): Flow<void> {
  const progress = new Progress(backend.cli)
  yield* progress.event(service, 'Pulling')
  const at = image.lastIndexOf(':')
  const hasTag = at > image.lastIndexOf('/')
  try {
    yield* backend.request('POST', `/images/create${query({ fromImage: hasTag ? image.slice(0, at) : image, tag: hasTag ? image.slice(at + 1) : 'latest' })}`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    yield* progress.event(service, 'Error', 'error')
    throw refused(thrown, '', PULL_FAILURE)
  }
  yield* progress.done(service, 'Pulled')
}

interface Work {
  readonly backend: Backend
  readonly project: Project
  readonly progress: Progress
  readonly options: UpOptions
  readonly imageIds: ReadonlyMap<string, string>
}

/** Everything up to created containers. */
export function* createProject(backend: Backend, project: Project, options: UpOptions, progress: Progress): Flow<void> {
  const imageIds = yield* ensureImages(backend, project, options)
  yield* ensureNetworks(backend, project, progress)
  yield* ensureVolumes(backend, project, progress)
  const there = yield* backend.containers(project.name, { all: true })
  const orphans = there.filter((c) => !project.declared.has(c.service))
  if (orphans.length > 0 && options.removeOrphans) yield* removeContainers(backend, orphans, progress, options.timeout)
  else if (orphans.length > 0) {
    yield* warn(backend, `Found orphan containers ([${orphans.map((c) => c.name).join(' ')}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.`)
  }
  const work: Work = { backend, project, progress, options, imageIds }
  for (const wave of startOrder(project.services)) for (const name of wave) if (name !== options.leaves) yield* converge(work, name)
}

function* converge(work: Work, name: string): Flow<void> {
  const { backend, project, progress, options, imageIds } = work
  const service = project.services.get(name)
  if (service === undefined) return
  const wanted = replicasOf(name, service, options.scale)
  const own = (yield* backend.containers(project.name, { all: true })).filter((c) => c.service === name)
  if (textOf(service.get('container_name')) !== '' && wanted > 1) {
    throw new ComposeError(`WARNING: The ${JSON.stringify(name)} service is using the custom container name ${JSON.stringify(textOf(service.get('container_name')))}. Docker requires each container to have a unique name. Remove the custom name to scale the service.`)
  }
  const hash = serviceHash(service)
  const isOld = (c: ComposeContainer): boolean => {
    if (options.recreate === 'never') return false
    return options.recreate === 'force' || c.labels[LABEL.hash] !== hash || (imageIds.get(name) ?? '') !== c.labels[LABEL.image]
  }
  const ordered = [...own].sort((a, b) => Number(isOld(b)) - Number(isOld(a)) || b.number - a.number)
  const surplus = ordered.slice(0, Math.max(0, own.length - wanted))
  yield* removeContainers(backend, surplus, progress, options.timeout)
  for (const container of own.filter((c) => !surplus.includes(c))) {
    if (isOld(container)) yield* recreate(work, name, service, container)
    else if (container.state === 'running') yield* progress.done(`Container ${container.name}`, 'Running')
    else yield* progress.done(`Container ${container.name}`, 'Created')
  }
  let next = Math.max(0, ...own.map((c) => c.number)) + 1
  for (let i = own.length; i < wanted; i++) {
    yield* createOne(work, name, service, next, undefined)
    next += 1
  }
}

function* createOne(work: Work, name: string, service: YamlMap, number: number, replaced: ComposeContainer | undefined): Flow<string> {
  const { backend, project, progress, imageIds } = work
  const final = containerName(project, name, service, number)
  const others = yield* backend.containers(project.name, { all: true })
  const request = createRequest(project, name, service, {
    number, containerName: final, imageId: imageIds.get(name) ?? '', containerOf: (other) => others.find((c) => c.service === other)?.id ?? other,
    moreLabels: replaced === undefined ? {} : { 'com.docker.compose.replace': replaced.id },
  })
  const id = `Container ${final}`
  if (replaced === undefined) yield* progress.event(id, 'Creating')
  try {
    const made = yield* backend.create(replaced === undefined ? final : `${replaced.id.slice(0, 12)}_${final}`, request)
    const [, ...more] = networksOf(service)
    for (const network of more) {
      yield* backend.request('POST', `/networks/${encodeURIComponent(textOf(project.networks.get(network)?.get('name')))}/connect`, { Container: made, EndpointConfig: endpointOf(service, network, name, final) })
    }
    if (replaced === undefined) yield* progress.done(id, 'Created')
    return made
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    yield* progress.event(id, 'Error', 'error')
    throw refused(thrown)
  }
}

/** A new one is made beside the old one, which then goes. */
function* recreate(work: Work, name: string, service: YamlMap, old: ComposeContainer): Flow<void> {
  const { backend, project, progress, options } = work
  const id = `Container ${old.name}`
  yield* progress.event(id, 'Recreate')
  const made = yield* createOne(work, name, service, old.number, old)
  yield* backend.stop(old.id, options.timeout)
  yield* backend.remove(old.id)
  yield* backend.request('POST', `/containers/${made}/rename?name=${encodeURIComponent(containerName(project, name, service, old.number))}`)
  yield* progress.done(id, 'Recreated')
}

/** Stops what runs and removes it. */
export function* removeContainers(backend: Backend, containers: readonly ComposeContainer[], progress: Progress, timeout: number | undefined, volumes = false): Flow<void> {
  for (const container of containers) {
    const id = `Container ${container.name}`
    yield* progress.event(id, 'Stopping')
    yield* backend.stop(container.id, timeout)
    yield* progress.done(id, 'Stopped')
    yield* progress.event(id, 'Removing')
    yield* backend.remove(container.id, { force: true, volumes })
    yield* progress.done(id, 'Removed')
  }
}

/** Starts what was created, each service after those it depends on. */
export function* startProject(backend: Backend, project: Project, progress: Progress): Flow<void> {
  for (const wave of startOrder(project.services)) {
    for (const name of wave) {
      const service = project.services.get(name)
      if (service === undefined) continue
      yield* waitDependencies(backend, project, service, progress)
      for (const container of yield* backend.containers(project.name, { all: true })) {
        if (container.service !== name || container.state === 'running') continue
        const id = `Container ${container.name}`
        yield* progress.event(id, 'Starting')
        try {
          yield* backend.start(container.id)
        } catch (thrown) {
          if (!(thrown instanceof RequestError)) throw thrown
          yield* progress.event(id, 'Error', 'error')
          throw refused(thrown)
        }
        yield* progress.done(id, 'Started')
      }
    }
  }
}

const POLL_MS = 500

export function* waitDependencies(backend: Backend, project: Project, service: YamlMap, progress: Progress): Flow<void> {
  for (const [other, how] of mapOf(service.get('depends_on'))) {
    const condition = textOf(mapOf(how).get('condition'))
    if (condition === 'service_started' || !project.services.has(other)) continue
    for (const container of yield* backend.containers(project.name, { all: true })) {
      if (container.service !== other) continue
      yield* progress.event(`Container ${container.name}`, 'Waiting')
      if (condition === 'service_healthy') yield* waitHealthy(backend, container, progress)
      else if (condition === 'service_completed_successfully') yield* waitCompleted(backend, container, progress)
      else throw new ComposeError(`unsupported depends_on condition: ${condition}`)
    }
  }
}
function* waitHealthy(backend: Backend, container: ComposeContainer, progress: Progress): Flow<void> {
  const id = `Container ${container.name}`
  for (;;) {
    const { State: state } = yield* backend.inspect(container.id)
    if (state.Health?.Status === 'healthy') return yield* progress.done(id, 'Healthy')
    const problem = !state.Running && state.Status === 'exited' ? `container ${container.name} exited (${state.ExitCode})` : state.Health === undefined ? `container ${container.name} has no healthcheck configured` : state.Health.Status === 'unhealthy' ? `container ${container.name} is unhealthy` : undefined
    if (problem !== undefined) {
      yield* progress.event(id, 'Error', 'error')
      throw new ComposeError(`dependency failed to start: ${problem}`)
    }
    yield* backend.cli.rt.sleep(POLL_MS)
  }
}
function* waitCompleted(backend: Backend, container: ComposeContainer, progress: Progress): Flow<void> {
  const id = `Container ${container.name}`
  for (;;) {
    const { State: state } = yield* backend.inspect(container.id)
    if (state.Status === 'exited') {
      if (state.ExitCode === 0) return yield* progress.done(id, 'Exited')
      yield* progress.event(id, `service ${JSON.stringify(container.service)} didn't complete successfully: exit ${state.ExitCode}`, 'error')
      throw new ComposeError(`service ${JSON.stringify(container.service)} didn't complete successfully: exit ${state.ExitCode}`)
    }
    yield* backend.cli.rt.sleep(POLL_MS)
  }
}
