// POST /containers/create: image and flags become a container with a layer of its own (daemon/create.go).
import { isErr } from '../../../../abi/errno.ts'
import { isDir } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { lstat, readDir, stat, symlink } from '../../../libc/unistd.ts'
import { type ContainerConfig, type CreateRequest, emptyConfig, emptyHostConfig, type EndpointRequest, type HostConfig, MASKED_PATHS, READONLY_PATHS, type StringMap } from '../api.ts'
import { badRequest, serverError } from './api-error.ts'
import { Container, type Volumes } from './container.ts'
import { saveContainer, saveLayerOwner } from './container-files.ts'
import { copyTree } from './copy-tree.ts'
import type { Daemon } from './daemon.ts'
import type { Image } from './image-store.ts'
import { checkMounts, collectMounts, prepareSources } from './mounts.ts'
import { randomName } from './names.ts'
import { parseSecurityOptions } from './security-options.ts'
import { mkdirAll, newId, now, rfc3339, touchFile } from './util.ts'
import { validateCreate } from './validate.ts'

export interface Created {
  readonly Id: string
  readonly Warnings: readonly string[]
}

/** The image's settings fill what the request leaves open (daemon.mergeAndVerifyConfig). Throws an ApiError. */
export function mergeConfig(config: ContainerConfig, image: ContainerConfig): void {
  if (config.User === '') config.User = image.User
  config.ExposedPorts = { ...image.ExposedPorts, ...config.ExposedPorts }
  const own = config.Env ?? []
  const names = new Set(own.map((e) => e.split('=')[0]))
  const inherited = (image.Env ?? []).filter((e) => !names.has(e.split('=')[0]))
  config.Env = own.length === 0 ? image.Env : [...own, ...inherited]
  config.Labels = { ...image.Labels, ...config.Labels }
  if ((config.Entrypoint ?? []).length === 0) {
    if ((config.Cmd ?? []).length === 0) config.Cmd = image.Cmd
    if (config.Entrypoint === null) config.Entrypoint = image.Entrypoint
  }
  if (config.Entrypoint?.length === 1 && config.Entrypoint[0] === '') config.Entrypoint = null
  config.Healthcheck ??= image.Healthcheck
  if (config.WorkingDir === '') config.WorkingDir = image.WorkingDir
  if (image.Volumes !== null) config.Volumes = { ...image.Volumes, ...config.Volumes }
  if ((config.StopSignal ?? '') === '') config.StopSignal = image.StopSignal
  if ((config.Cmd ?? []).length === 0 && (config.Entrypoint ?? []).length === 0) throw badRequest('No command specified')
}

function splitRequest(request: CreateRequest): { readonly config: ContainerConfig; readonly host: HostConfig; readonly networks: ReadonlyMap<string, EndpointRequest> } {
  const { HostConfig: host, NetworkingConfig: networking, ...config } = request
  const full: HostConfig = { ...emptyHostConfig(), ...host }
  if (host?.PortBindings === null || host?.PortBindings === undefined) full.PortBindings = {}
  return { config: { ...emptyConfig(), ...config }, host: full, networks: new Map(Object.entries(networking?.EndpointsConfig ?? {})) }
}

/** What the daemon decides where the client left it open. */
function adaptHost(host: HostConfig): void {
  if (host.NetworkMode === '') host.NetworkMode = 'default'
  if (host.IpcMode === '') host.IpcMode = 'private'
  if (host.CgroupnsMode === '') host.CgroupnsMode = 'private'
  if (host.ShmSize === 0) host.ShmSize = 67108864
  if (host.Runtime === '') host.Runtime = 'runc'
  if (host.LogConfig.Type === '') host.LogConfig = { Type: 'json-file', Config: host.LogConfig.Config }
  if (host.RestartPolicy.Name === '') host.RestartPolicy = { Name: 'no', MaximumRetryCount: 0 }
  if (host.PidsLimit !== null && host.PidsLimit < 0) host.PidsLimit = -1
  if (host.MaskedPaths === null && !host.Privileged) host.MaskedPaths = [...MASKED_PATHS]
  if (host.ReadonlyPaths === null && !host.Privileged) host.ReadonlyPaths = [...READONLY_PATHS]
  if (host.Privileged || host.PidMode === 'host') host.SecurityOpt = [...(host.SecurityOpt ?? []), ...((host.SecurityOpt ?? []).some((o) => o.startsWith('label')) ? [] : ['label=disable'])]
}

export function* createContainer(daemon: Daemon, name: string, request: CreateRequest): Flow<Created> {
  const { config, host, networks } = splitRequest(request)
  const warnings = validateCreate(config, host, daemon.options.remap !== undefined)
  yield* checkMounts(host)
  parseSecurityOptions(host.SecurityOpt ?? [])
  if (networks.size > 1) throw badRequest(`Container cannot be connected to network endpoints: ${[...networks.keys()].sort().join(', ')}`)
  if (config.Image === '') throw badRequest('Config cannot be empty in order to create a container')
  const image = daemon.images.get(config.Image)
  mergeConfig(config, { ...emptyConfig(), ...image.file.config })
  adaptHost(host)
  if (host.PidMode.startsWith('container:')) daemon.get(host.PidMode.slice(10))
  for (const link of host.Links ?? []) {
    const [ref] = link.split(':')
    if (daemon.find(ref) === undefined) throw badRequest(`could not get container for ${ref}: No such container: ${ref}`)
  }
  if (Object.keys(host.StorageOpt ?? {}).length > 0) throw serverError('--storage-opt is supported only for overlay over xfs with \'pquota\' mount option')
  const id = yield* newId()
  const ownName = name === '' ? yield* randomName(daemon.names) : daemon.claimName(name, id)
  const container = yield* makeContainer(daemon, id, ownName, config, host, image)
  const { mounts, created } = yield* collectMounts(config, host, daemon.volumes, (ref) => daemon.get(ref))
  for (const volume of created) yield* daemon.events.emit('volume', 'create', volume, { driver: 'local' })
  container.mounts = mounts
  yield* prepareSources(mounts, daemon.options.remap?.uid ?? 0, daemon.options.remap?.gid ?? 0, () => false)
  yield* populateVolumes(daemon, container, image)
  for (const [network, settings] of networks) container.wantedNetworks.set(network, settings)
  daemon.containers.set(id, container)
  daemon.names.set(ownName, container)
  yield* saveLayerOwner(daemon, container, daemon.images.chainOf(image))
  yield* saveContainer(container)
  yield* daemon.event(container, 'create')
  return { Id: id, Warnings: warnings }
}

function* makeContainer(daemon: Daemon, id: string, name: string, config: ContainerConfig, host: HostConfig, image: Image): Flow<Container> {
  const entrypoint = config.Entrypoint ?? []
  const words = [...entrypoint, ...(config.Cmd ?? [])]
  if (config.Hostname === '' && !host.NetworkMode.startsWith('container:')) config.Hostname = host.NetworkMode === 'host' ? yield* hostName() : id.slice(0, 12)
  const directory = `${daemon.root}/containers/${id}`
  const uid = daemon.options.remap?.uid ?? 0
  const gid = daemon.options.remap?.gid ?? 0
  yield* mkdirAll(directory, 0o710, 0, gid)
  yield* mkdirAll(`${directory}/checkpoints`, 0o700)
  const cacheId = yield* daemon.layers.newCacheId()
  yield* makeLayers(daemon, cacheId, image)
  const time = yield* now()
  const container = new Container({
    id, name, created: rfc3339(time), createdMs: time.sec * 1000 + time.nsec / 1e6, path: words[0], args: words.slice(1), config, hostConfig: host, imageId: image.id, cacheId, directory,
  })
  if (uid !== 0) yield* call('fchownat', -100, directory, 0, gid, 0)
  return container
}
function* hostName(): Flow<string> {
  const uts = yield* call('uname')
  return isErr(uts) ? '' : uts.nodename
}

/** The container's own layer on top of an `-init` layer with the places that files are bound to. */
export function* makeLayers(daemon: Daemon, cacheId: string, image: Image | undefined): Flow<void> {
  const { layers } = daemon
  const chain = image === undefined ? [] : [...layers.chain(daemon.images.chainOf(image))].reverse().map((l) => l.cacheId)
  const init = `${cacheId}-init`
  yield* layers.makeDirectory(init, chain)
  yield* initLayer(daemon, layers.diffDirectory(init), chain.map((c) => layers.diffDirectory(c)))
  yield* layers.makeDirectory(cacheId, [init, ...chain])
}
/** daemon/initlayer: mount points that must exist; what the image has stays as it is. */
function* initLayer(daemon: Daemon, diff: string, lower: readonly string[]): Flow<void> {
  const { uid = 0, gid = 0 } = daemon.options.remap ?? {}
  const inImage = function* (path: string): Flow<boolean> {
    for (const layer of lower) if (!isErr(yield* lstat(layer + path))) return true
    return false
  }
  const directories = ['/dev', '/dev/pts', '/dev/shm', '/proc', '/sys', '/etc']
  for (const path of directories) {
    if (path === '/etc' || path === '/dev' || !(yield* inImage(path))) yield* mkdirAll(diff + path, 0o755, uid, gid)
  }
  for (const path of ['/.dockerenv', '/etc/resolv.conf', '/etc/hosts', '/etc/hostname', '/dev/console']) {
    if (yield* inImage(path)) continue
    yield* touchFile(diff + path)
    if (uid !== 0) yield* call('fchownat', -100, diff + path, uid, gid, 0)
  }
  if (!(yield* inImage('/etc/mtab'))) yield* symlink('/proc/mounts', `${diff}/etc/mtab`)
}

/** A new, empty volume gets what the image has at its place; so does its owner and mode. */
function* populateVolumes(daemon: Daemon, container: Container, image: Image): Flow<void> {
  const layers = [...daemon.layers.chain(daemon.images.chainOf(image))].reverse()
  for (const point of container.mounts) {
    if (point.Type !== 'volume' || !point.copies) continue
    if (!(yield* isEmptyDirectory(point.Source))) continue
    yield* ensureTarget(daemon, container, point, layers.map((l) => daemon.layers.diffDirectory(l.cacheId)))
  }
}
function* isEmptyDirectory(path: string): Flow<boolean> {
  const entries = yield* readDir(path)
  return !isErr(entries) && entries.every((e) => e.name === '.' || e.name === '..')
}
function* ensureTarget(daemon: Daemon, container: Container, point: Volumes, lowers: readonly string[]): Flow<void> {
  for (const lower of lowers) {
    const source = lower + point.Destination
    const st = yield* stat(source)
    if (isErr(st) || !isDir(st.mode)) continue
    yield* copyTree(source, point.Source)
    return
  }
  yield* mkdirAll(daemon.layers.diffDirectory(container.cacheId) + point.Destination, 0o755, daemon.options.remap?.uid ?? 0, daemon.options.remap?.gid ?? 0)
}

export const labelsMatch = (labels: StringMap | null, wanted: readonly string[]): boolean =>
  wanted.every((w) => {
    const [key, ...value] = w.split('=')
    const there = labels?.[key]
    return there !== undefined && (value.length === 0 || there === value.join('='))
  })
