// GET /containers/json: the list behind docker ps, with its filters (daemon/list.go).
import type { Flow } from '../../../../abi/syscalls.ts'
import { badRequest } from './api-error.ts'
import type { Container } from './container.ts'
import { labelsMatch } from './create.ts'
import type { Daemon } from './daemon.ts'
import { diskUsage } from './disk-usage.ts'
import { mountPoints } from './inspect.ts'
import { now, ZERO_TIME } from './util.ts'

const ACCEPTED = new Set(['ancestor', 'before', 'exited', 'id', 'isolation', 'label', 'name', 'status', 'health', 'since', 'volume', 'network', 'is-task', 'publish', 'expose'])
const STATUSES = new Set(['paused', 'restarting', 'running', 'removing', 'exited', 'dead', 'created'])
const HEALTH = new Set(['starting', 'healthy', 'unhealthy', 'none'])

/** units.HumanDuration */
export function humanDuration(seconds: number): string {
  const s = Math.floor(seconds)
  if (s < 1) return 'Less than a second'
  if (s === 1) return '1 second'
  if (s < 60) return `${s} seconds`
  const m = Math.floor(s / 60)
  if (m === 1) return 'About a minute'
  if (m < 60) return `${m} minutes`
  const h = Math.floor(s / 3600 + 0.5)
  if (h === 1) return 'About an hour'
  if (h < 48) return `${h} hours`
  if (h < 24 * 7 * 2) return `${Math.floor(h / 24)} days`
  if (h < 24 * 30 * 2) return `${Math.floor(h / 24 / 7)} weeks`
  if (h < 24 * 365 * 2) return `${Math.floor(h / 24 / 30)} months`
  return `${Math.floor(seconds / 3600 / 24 / 365)} years`
}

/** Seconds since 1970 of an RFC 3339 time in UTC. */
export function parseTime(text: string): number {
  const m = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(\.\d+)?Z$/.exec(text)
  if (m === null) return 0
  const [year, month, day, hour, min, sec] = m.slice(1, 7).map(Number)
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yoe = y - era * 400
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468) * 86400 + hour * 3600 + min * 60 + sec + Number(m[7] ?? 0)
}

/** State.String() */
export function statusText(container: Container, nowSec: number): string {
  const { state } = container
  const up = humanDuration(nowSec - parseTime(state.startedAt))
  const down = humanDuration(nowSec - parseTime(state.finishedAt))
  if (state.running) {
    if (state.paused) return `Up ${up} (Paused)`
    if (state.restarting) return `Restarting (${state.exitCode}) ${down} ago`
    const health = state.health === undefined ? '' : ` (${state.health.Status === 'starting' ? 'health: starting' : state.health.Status})`
    return `Up ${up}${health}`
  }
  if (state.removing) return 'Removal In Progress'
  if (state.dead) return 'Dead'
  if (state.startedAt === ZERO_TIME) return 'Created'
  if (state.finishedAt === ZERO_TIME) return ''
  return `Exited (${state.exitCode}) ${down} ago`
}

function portList(container: Container): unknown[] {
  return Object.entries(container.state.running ? container.ports : {}).flatMap(([spec, bindings]) => {
    const [port, proto] = spec.split('/')
    if (bindings === null) return [{ PrivatePort: Number(port), Type: proto }]
    return bindings.map((b) => ({ ...(b.HostIp === '' ? {} : { IP: b.HostIp }), PrivatePort: Number(port), PublicPort: Number(b.HostPort), Type: proto }))
  })
}

function matches(daemon: Daemon, container: Container, filters: ReadonlyMap<string, readonly string[]>): boolean {
  for (const [key, values] of filters) {
    const test = (v: string): boolean => {
      switch (key) {
        case 'name': {
          try {
            return new RegExp(v).test(`/${container.name}`) || new RegExp(v).test(container.name)
          } catch {
            return container.name.includes(v)
          }
        }
        case 'id': return container.id.startsWith(v)
        case 'status': return container.status === v
        case 'exited': return container.status === 'exited' && container.state.exitCode === Number(v)
        case 'health': return (container.state.health?.Status ?? 'none') === v
        case 'ancestor': {
          const image = daemon.images.find(v)
          return image !== undefined && isAncestor(daemon, container.imageId, image.id)
        }
        case 'volume': return container.mounts.some((m) => m.Name === v || m.Destination === v || m.Source === v)
        case 'network': return [...container.endpoints.values()].some((e) => e.network.name === v || e.network.id.startsWith(v))
        case 'before': return container.createdMs < daemon.get(v).createdMs
        case 'since': return container.createdMs > daemon.get(v).createdMs
        case 'publish': return Object.values(container.ports).some((bindings) => bindings?.some((b) => b.HostPort === v.split('/')[0]) === true)
        case 'expose': return Object.keys(container.config.ExposedPorts ?? {}).some((p) => p === v || p.split('/')[0] === v)
        case 'is-task': return v === 'false'
        default: return true
      }
    }
    if (key === 'label' ? !labelsMatch(container.config.Labels, values) : !values.some(test)) return false
  }
  return true
}
function isAncestor(daemon: Daemon, id: string, ancestor: string): boolean {
  for (let at: string | undefined = id; at !== undefined && at !== ''; at = daemon.images.images.get(at)?.parent) if (at === ancestor) return true
  return false
}

export interface ListOptions {
  readonly all: boolean
  readonly limit: number
  readonly size: boolean
  readonly filters: ReadonlyMap<string, readonly string[]>
}

export function checkFilters(filters: ReadonlyMap<string, readonly string[]>, accepted: ReadonlySet<string>): void {
  for (const key of filters.keys()) if (!accepted.has(key)) throw badRequest(`Invalid filter '${key}'`)
}

export function* listContainers(daemon: Daemon, options: ListOptions): Flow<readonly unknown[]> {
  const { filters } = options
  checkFilters(filters, ACCEPTED)
  for (const status of filters.get('status') ?? []) if (!STATUSES.has(status)) throw badRequest(`Invalid filter 'status=${status}'`)
  for (const health of filters.get('health') ?? []) if (!HEALTH.has(health)) throw badRequest(`Invalid filter 'health=${health}'`)
  for (const code of filters.get('exited') ?? []) if (!/^-?\d+$/.test(code)) throw badRequest(`strconv.Atoi: parsing "${code}": invalid syntax`)
  const all = options.all || options.limit > 0 || ['status', 'exited', 'before', 'since'].some((k) => filters.has(k))
  const { sec, nsec } = yield* now()
  let found = daemon.list().filter((c) => (all || c.state.running) && matches(daemon, c, filters))
  if (options.limit > 0) found = found.slice(0, options.limit)
  const rows: unknown[] = []
  for (const container of found) rows.push(yield* summary(daemon, container, sec + nsec / 1e9, options.size))
  return rows
}

function* summary(daemon: Daemon, container: Container, nowSec: number, withSize: boolean): Flow<unknown> {
  const image = daemon.images.images.get(container.imageId)
  const size = withSize ? yield* diskUsage(daemon.layers.diffDirectory(container.cacheId)) : 0
  const current = daemon.images.find(container.config.Image)
  const shownImage = current?.id === container.imageId ? container.config.Image : container.imageId
  const networks: Record<string, unknown> = {}
  for (const [name, endpoint] of container.endpoints) networks[name] = endpoint.settings
  if (container.endpoints.size === 0) for (const name of container.wantedNetworks.keys()) networks[name === 'default' ? 'bridge' : name] = {}
  return {
    Id: container.id, Names: [`/${container.name}`], Image: shownImage, ImageID: container.imageId, Command: commandLine(container), Created: Math.floor(container.createdMs / 1000),
    Ports: portList(container), ...(withSize && size > 0 ? { SizeRw: size } : {}), ...(withSize ? { SizeRootFs: size + (image === undefined ? 0 : daemon.images.sizeOf(image)) } : {}),
    Labels: container.config.Labels ?? {}, State: container.status, Status: statusText(container, nowSec), HostConfig: { NetworkMode: container.hostConfig.NetworkMode },
    NetworkSettings: { Networks: networks }, Mounts: mountPoints(container),
  }
}

/** Path and arguments, those with blanks in quotes. */
function commandLine(container: Container): string {
  const args = container.args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))
  return args.length > 0 ? `${container.path} ${args.join(' ')}` : container.path
}
