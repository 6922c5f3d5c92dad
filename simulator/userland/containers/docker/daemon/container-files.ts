// Containers on disk (container/container.go): containers/ID/config.v2.json and hostconfig.json, and which layer is whose in image/overlay2/layerdb/mounts/ID.
// They are written at every change of the state, so that a daemon that comes later finds them.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readDir, readFile, rename } from '../../../libc/unistd.ts'
import { type ContainerConfig, type EndpointRequest, type HostConfig, orderedConfig, type PortMap, sortKeys } from '../api.ts'
import { type ContainerState, Container, type Health, type Volumes } from './container.ts'
import type { Daemon } from './daemon.ts'
import { networkSettings } from './inspect.ts'
import { parseTime } from './list.ts'
import { mkdirAll, putFile, removeAll } from './util.ts'

interface MountPointFile {
  readonly Source: string
  readonly Destination: string
  readonly RW: boolean
  readonly Name: string
  readonly Driver: string
  readonly Type: string
  readonly Relabel?: string
  readonly Propagation?: string
  readonly Spec: { readonly Type: string; readonly Source?: string; readonly Target: string; readonly ReadOnly?: boolean }
  readonly IsAnonymous?: boolean
  readonly SkipMountpointCreation: boolean
}
interface ContainerFile {
  readonly State: {
    readonly Running: boolean
    readonly Paused: boolean
    readonly Restarting: boolean
    readonly OOMKilled: boolean
    readonly RemovalInProgress: boolean
    readonly Dead: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly Error: string
    readonly StartedAt: string
    readonly FinishedAt: string
    readonly Health: Health | null
  }
  readonly ID: string
  readonly Created: string
  readonly Path: string
  readonly Args: readonly string[]
  readonly Config: ContainerConfig
  readonly Image: string
  readonly NetworkSettings: { readonly SandboxID: string; readonly SandboxKey: string; readonly Ports: PortMap; readonly Networks: Record<string, EndpointRequest> }
  readonly Name: string
  readonly RestartCount: number
  readonly HasBeenStartedBefore: boolean
  readonly HasBeenManuallyStopped: boolean
  readonly MountPoints: Record<string, MountPointFile>
  readonly AppArmorProfile: string
}

function stateFile(container: Container): ContainerFile['State'] {
  const { state } = container
  return {
    Running: state.running, Paused: state.paused, Restarting: state.restarting, OOMKilled: state.oomKilled, RemovalInProgress: state.removing, Dead: state.dead, Pid: state.pid, ExitCode: state.exitCode,
    Error: state.error, StartedAt: state.startedAt, FinishedAt: state.finishedAt, Health: state.health ?? null,
  }
}
function mountFile(point: Volumes): MountPointFile {
  const isVolume = point.Type === 'volume'
  const source = isVolume ? point.Name : point.Source
  return {
    Source: point.Source, Destination: point.Destination, RW: point.RW, Name: point.Name ?? '', Driver: point.Driver ?? '', Type: point.Type,
    ...(point.Mode === '' ? {} : { Relabel: point.Mode }), ...(point.Propagation === '' ? {} : { Propagation: point.Propagation }),
    Spec: { Type: point.Type, ...(point.isAnonymous || source === '' ? {} : { Source: source }), Target: point.Destination, ...(point.RW ? {} : { ReadOnly: true }) },
    ...(point.isAnonymous ? { IsAnonymous: true } : {}), SkipMountpointCreation: !point.copies && isVolume,
  }
}

/** What config.v2.json says of a container, members in the order of the Go structs. */
function containerFile(container: Container): unknown {
  const { directory, state } = container
  const isStarted = container.hasBeenStarted || state.error !== ''
  const file = (name: string): string => (isStarted ? `${container.filesFrom?.directory ?? directory}/${name}` : '')
  const settings = networkSettings(container)
  const networks = Object.fromEntries(Object.entries(settings.Networks).map(([name, s]) => [name, { ...s, IPAMOperational: false }]))
  return {
    StreamConfig: {}, State: stateFile(container), ID: container.id, Created: container.created, Managed: false, Path: container.path, Args: container.args, Config: orderedConfig(container.config),
    Image: container.imageId,
    NetworkSettings: {
      Bridge: '', SandboxID: container.sandboxId, HairpinMode: false, LinkLocalIPv6Address: '', LinkLocalIPv6PrefixLen: 0, Networks: networks, Service: null, Ports: sortKeys(container.ports),
      SandboxKey: container.sandboxKey, SecondaryIPAddresses: null, SecondaryIPv6Addresses: null, IsAnonymousEndpoint: false, HasSwarmEndpoint: false,
    },
    LogPath: isStarted ? container.logPath : '', Name: `/${container.name}`, Driver: 'overlay2', OS: 'linux', MountLabel: '', ProcessLabel: '', RestartCount: container.restartCount,
    HasBeenStartedBefore: container.hasBeenStarted, HasBeenManuallyStopped: container.wasStoppedByHand,
    MountPoints: sortKeys(Object.fromEntries(container.mounts.map((m) => [m.Destination, mountFile(m)]))), SecretReferences: null, ConfigReferences: null, AppArmorProfile: container.appArmorProfile,
    HostnamePath: file('hostname'), HostsPath: file('hosts'), ShmPath: '', ResolvConfPath: file('resolv.conf'), SeccompProfile: '', NoNewPrivileges: false,
    LocalLogCacheMeta: { HaveNotifyEnabled: false },
  }
}

/** Writes down how the container stands (container.CheckpointTo). */
export function* saveContainer(container: Container): Flow<void> {
  if (container.isGone) return
  for (const [name, mode, value] of [['hostconfig.json', 0o644, container.hostConfig], ['config.v2.json', 0o600, containerFile(container)]] as const) {
    const path = `${container.directory}/${name}`
    yield* putFile(`${path}.tmp`, JSON.stringify(value), mode)
    yield* rename(`${path}.tmp`, path)
  }
}

const mountsDirectory = (daemon: Daemon, id: string): string => `${daemon.root}/image/overlay2/layerdb/mounts/${id}`

/** Notes which directory of overlay2 is the container's own. */
export function* saveLayerOwner(daemon: Daemon, container: Container, parent: string | undefined): Flow<void> {
  const directory = mountsDirectory(daemon, container.id)
  yield* mkdirAll(directory)
  yield* putFile(`${directory}/mount-id`, container.cacheId)
  yield* putFile(`${directory}/init-id`, `${container.cacheId}-init`)
  if (parent !== undefined) yield* putFile(`${directory}/parent`, parent)
}
export function* dropLayerOwner(daemon: Daemon, container: Container): Flow<void> {
  yield* removeAll(mountsDirectory(daemon, container.id))
}

function loadState(state: ContainerState, file: ContainerFile['State']): void {
  Object.assign(state, {
    running: file.Running, paused: file.Paused, restarting: file.Restarting, oomKilled: file.OOMKilled, dead: file.Dead || file.RemovalInProgress, pid: file.Pid, exitCode: file.ExitCode, error: file.Error,
    startedAt: file.StartedAt, finishedAt: file.FinishedAt, health: file.Health ?? undefined,
  })
}
const loadMount = (daemon: Daemon, file: MountPointFile): Volumes => ({
  Type: file.Type, ...(file.Type === 'volume' ? { Name: file.Name } : {}), Source: file.Type === 'volume' ? (daemon.volumes.volumes.get(file.Name)?.Mountpoint ?? '') : file.Source, Destination: file.Destination,
  ...(file.Type === 'volume' ? { Driver: file.Driver } : {}), Mode: file.Relabel ?? '', RW: file.RW, Propagation: file.Propagation ?? '', isAnonymous: file.IsAnonymous === true,
  copies: file.Type === 'volume' && !file.SkipMountpointCreation,
})

function* loadContainer(daemon: Daemon, id: string): Flow<Container | undefined> {
  const directory = `${daemon.root}/containers/${id}`
  const config = yield* readFile(`${directory}/config.v2.json`)
  const host = yield* readFile(`${directory}/hostconfig.json`)
  const cacheId = yield* readFile(`${mountsDirectory(daemon, id)}/mount-id`)
  if (isErr(config) || isErr(host) || isErr(cacheId)) return undefined
  let file: ContainerFile
  let hostConfig: HostConfig
  try {
    file = JSON.parse(config) as ContainerFile
    hostConfig = JSON.parse(host) as HostConfig
  } catch {
    return undefined
  }
  const container = new Container({
    id, name: file.Name.slice(1), created: file.Created, createdMs: parseTime(file.Created) * 1000, path: file.Path, args: file.Args, config: file.Config, hostConfig, imageId: file.Image,
    cacheId: cacheId.trim(), directory,
  })
  loadState(container.state, file.State)
  container.restartCount = file.RestartCount
  container.hasBeenStarted = file.HasBeenStartedBefore
  container.wasStoppedByHand = file.HasBeenManuallyStopped
  container.appArmorProfile = file.AppArmorProfile
  container.sandboxId = file.NetworkSettings.SandboxID
  container.sandboxKey = file.NetworkSettings.SandboxKey
  container.ports = file.NetworkSettings.Ports
  container.mounts = Object.values(file.MountPoints).map((m) => loadMount(daemon, m))
  for (const [name, { IPAMConfig, Links, Aliases, DriverOpts, NetworkID }] of Object.entries(file.NetworkSettings.Networks)) {
    container.wantedNetworks.set(name, { IPAMConfig: IPAMConfig ?? null, Links: Links ?? null, Aliases: Aliases ?? null, DriverOpts: DriverOpts ?? null, NetworkID: NetworkID ?? '' })
  }
  return container
}

/** All that can be read, oldest first. */
export function* loadContainers(daemon: Daemon): Flow<readonly Container[]> {
  const entries = yield* readDir(`${daemon.root}/containers`)
  const found: Container[] = []
  for (const { name } of isErr(entries) ? [] : entries) {
    const container = /^[0-9a-f]{64}$/.test(name) ? yield* loadContainer(daemon, name) : undefined
    if (container !== undefined) found.push(container)
  }
  return found.sort((a, b) => a.createdMs - b.createdMs)
}
