// Requests about the daemon itself: ping, version, info, events, disk usage.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../../lib/bytes.ts'
import { call } from '../../../libc/syscall.ts'
import { readFile } from '../../../libc/unistd.ts'
import { API_VERSION, DOCKER_VERSION } from '../api.ts'
import { ApiError, badRequest } from './api-error.ts'
import { contactRegistry, fetchUrl } from './registry.ts'
import type { Daemon } from './daemon.ts'
import { diskUsage } from './disk-usage.ts'
import type { DaemonEvent } from './events.ts'
import { listContainers, parseTime } from './list.ts'
import type { Exchange } from './http-server.ts'
import type { Route } from './router.ts'
import { now, timestamp } from './util.ts'

const CONTAINERD_VERSION = '1.6.20~ds1'
const RUNC_VERSION = '1.1.5+ds1'
const BUILD_TIME = '2026-05-07T21:09:36.000000000+00:00'
const commit = (id: string): unknown => ({ ID: id, Expected: id })

function* kernelVersion(): Flow<string> {
  const uts = yield* call('uname')
  return isErr(uts) ? '' : uts.release
}

function* info(daemon: Daemon): Flow<unknown> {
  const all = [...daemon.containers.values()]
  const uts = yield* call('uname')
  const memory = yield* readFile('/proc/meminfo')
  const count = (status: string): number => all.filter((c) => c.status === status).length
  const running = count('running') + count('restarting')
  return {
    ID: daemon.options.id, Containers: all.length, ContainersRunning: running, ContainersPaused: count('paused'), ContainersStopped: all.length - running - count('paused'),
    Images: daemon.images.images.size, Driver: 'overlay2', DriverStatus: [['Backing Filesystem', 'extfs'], ['Supports d_type', 'true'], ['Native Overlay Diff', 'true'], ['userxattr', 'false']],
    Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay'], Authorization: null, Log: ['awslogs', 'fluentd', 'gcplogs', 'gelf', 'journald', 'json-file', 'local', 'logentries', 'splunk', 'syslog'] },
    MemoryLimit: true, SwapLimit: false, KernelMemory: false, KernelMemoryTCP: false, CpuCfsPeriod: true, CpuCfsQuota: true, CPUShares: true, CPUSet: true, PidsLimit: true, IPv4Forwarding: true,
    BridgeNfIptables: true, BridgeNfIp6tables: true, Debug: false, NFd: 22, OomKillDisable: false, NGoroutines: 37, SystemTime: yield* timestamp(), LoggingDriver: 'json-file', CgroupDriver: 'cgroupfs',
    CgroupVersion: '2', NEventsListener: 0, KernelVersion: isErr(uts) ? '' : uts.release, OperatingSystem: 'Debian GNU/Linux 12 (bookworm)', OSVersion: '12', OSType: 'linux', Architecture: 'x86_64',
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: { AllowNondistributableArtifactsCIDRs: [], AllowNondistributableArtifactsHostnames: [], InsecureRegistryCIDRs: ['127.0.0.0/8'], IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } }, Mirrors: [] },
    NCPU: 1, MemTotal: isErr(memory) ? 0 : Number(/MemTotal:\s+(\d+)/.exec(memory)?.[1] ?? 0) * 1024, GenericResources: null, DockerRootDir: daemon.root, HttpProxy: '', HttpsProxy: '', NoProxy: '',
    Name: isErr(uts) ? '' : uts.nodename, Labels: daemon.labels, ExperimentalBuild: false, ServerVersion: DOCKER_VERSION,
    Runtimes: { 'io.containerd.runc.v2': { path: 'runc' }, 'io.containerd.runtime.v1.linux': { path: 'runc' }, runc: { path: 'runc' } }, DefaultRuntime: 'runc',
    Swarm: { NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '', RemoteManagers: null }, LiveRestoreEnabled: daemon.isLiveRestore, Isolation: '', InitBinary: 'docker-init',
    ContainerdCommit: commit(`${CONTAINERD_VERSION}-1+deb12u3`), RuncCommit: commit(`${RUNC_VERSION}-1+deb12u1`), InitCommit: { ID: '', Expected: '' },
    SecurityOptions: ['name=apparmor', 'name=seccomp,profile=default', ...(daemon.options.remap === undefined ? [] : ['name=userns']), 'name=cgroupns'], Warnings: ['WARNING: No swap limit support'],
  }
}

function* version(): Flow<unknown> {
  const kernel = yield* kernelVersion()
  const details = { ApiVersion: API_VERSION, Arch: 'amd64', BuildTime: BUILD_TIME, Experimental: 'false', GitCommit: '5d6db84', GoVersion: 'go1.19.8', KernelVersion: kernel, MinAPIVersion: '1.12', Os: 'linux' }
  return {
    Platform: { Name: '' },
    Components: [
      { Name: 'Engine', Version: DOCKER_VERSION, Details: details }, { Name: 'containerd', Version: CONTAINERD_VERSION, Details: { GitCommit: `${CONTAINERD_VERSION}-1+deb12u3` } },
      { Name: 'runc', Version: RUNC_VERSION, Details: { GitCommit: `${RUNC_VERSION}-1+deb12u1` } }, { Name: 'docker-init', Version: '0.19.0', Details: { GitCommit: '' } },
    ],
    Version: DOCKER_VERSION, ApiVersion: API_VERSION, MinAPIVersion: '1.12', GitCommit: '5d6db84', GoVersion: 'go1.19.8', Os: 'linux', Arch: 'amd64', KernelVersion: kernel, BuildTime: BUILD_TIME,
  }
}

function matches(event: DaemonEvent, filters: ReadonlyMap<string, readonly string[]>): boolean {
  for (const [key, values] of filters) {
    if (values.length === 0) continue
    const attributes = event.Actor.Attributes
    const test = (v: string): boolean => {
      switch (key) {
        case 'type': return event.Type === v
        case 'event': return event.Action === v || event.Action.startsWith(`${v}:`)
        case 'container': return event.Type === 'container' && (event.Actor.ID.startsWith(v) || attributes['name'] === v)
        case 'image': return (event.Type === 'image' ? event.Actor.ID : attributes['image'])?.startsWith(v) === true
        case 'network': return event.Type === 'network' && (event.Actor.ID.startsWith(v) || attributes['name'] === v)
        case 'volume': return event.Type === 'volume' && event.Actor.ID === v
        case 'label': return attributes[v.split('=')[0]] !== undefined && (!v.includes('=') || attributes[v.split('=')[0]] === v.slice(v.indexOf('=') + 1))
        default: return true
      }
    }
    if (!values.some(test)) return false
  }
  return true
}
/** The number a double can't hold, spelled out. */
const eventJson = (event: DaemonEvent): string => {
  const { nsec, ...rest } = event
  return JSON.stringify(rest).replace(/"timeNano":[^,}]+/, `"timeNano":${event.time}${String(nsec).padStart(9, '0')}`)
}

function* events(daemon: Daemon, x: Exchange): Flow<void> {
  const filters = x.filters()
  const since = x.get('since') === '' ? undefined : Number(x.get('since'))
  const until = x.get('until') === '' ? undefined : Number(x.get('until'))
  // Until 1970 means: all there has been.
  const last = until === undefined || until === 0 ? Infinity : until
  if (since !== undefined && until !== undefined && since > until) throw badRequest(`\`since\` time (${Math.floor(since)}) cannot be after \`until\` time (${Math.floor(until)})`)
  yield* x.startStream()
  const log = daemon.events
  let seen = log.dropped + (since === undefined ? log.events.length : 0)
  for (;;) {
    for (const event of log.events.slice(Math.max(0, seen - log.dropped))) {
      const at = event.time + event.nsec / 1e9
      if ((since === undefined || at >= since) && at <= last && matches(event, filters)) yield* x.stream(encodeUtf8(`${eventJson(event)}\n`))
    }
    seen = log.dropped + log.events.length
    const { sec, nsec } = yield* now()
    if (x.isBroken || (until !== undefined && sec + nsec / 1e9 >= until)) return
    if (until === undefined) yield* x.rt.readableOr(x.fd, log.added)
    else yield* x.rt.wait(log.added, (until - sec - nsec / 1e9) * 1000)
    if (log.dropped + log.events.length === seen && until === undefined) return
  }
}

function* usage(daemon: Daemon): Flow<unknown> {
  const images: unknown[] = []
  const used = (id: string): number => [...daemon.containers.values()].filter((c) => c.imageId === id).length
  const users = new Map<string, number>()
  const listed = [...daemon.images.images.values()].filter((i) => daemon.images.namesOf(i.id).length > 0 || daemon.images.childrenOf(i.id).length === 0)
  for (const image of listed) for (const layer of daemon.layers.chain(daemon.images.chainOf(image))) users.set(layer.chainId, (users.get(layer.chainId) ?? 0) + 1)
  for (const image of listed.sort((a, b) => (a.file.created < b.file.created ? 1 : -1))) {
    const chain = daemon.layers.chain(daemon.images.chainOf(image))
    const shared = chain.filter((l) => (users.get(l.chainId) ?? 0) > 1).reduce((sum, l) => sum + l.size, 0)
    const size = daemon.images.sizeOf(image)
    const names = daemon.images.namesOf(image.id)
    images.push({ Containers: used(image.id), Created: Math.floor(parseTime(image.file.created)), Id: image.id, Labels: image.file.config.Labels, ParentId: image.parent, RepoDigests: null, RepoTags: names.length === 0 ? ['<none>:<none>'] : names, SharedSize: shared, Size: size, VirtualSize: size })
  }
  const volumes: unknown[] = []
  for (const volume of daemon.volumes.volumes.values()) volumes.push({ ...volume, UsageData: { RefCount: daemon.volumeUsers(volume.Name).length, Size: yield* diskUsage(volume.Mountpoint) } })
  return {
    LayersSize: [...daemon.layers.layers.values()].reduce((sum, l) => sum + l.size, 0), Images: images,
    Containers: yield* listContainers(daemon, { all: true, limit: 0, size: true, filters: new Map() }), Volumes: volumes, BuildCache: null, BuilderSize: 0,
  }
}

const NO_MANAGER = 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'

export const SYSTEM_ROUTES: readonly Route[] = [
  ['GET', /^\/(?:nodes|services|secrets|configs|tasks|swarm)(?:\/.*)?$/, function* () {
    throw new ApiError(503, NO_MANAGER)
  }],
  ['POST', /^\/swarm\/leave$/, function* () {
    throw new ApiError(503, 'This node is not part of a swarm')
  }],
  ['GET', /^\/plugins$/, function* (_daemon, x) {
    yield* x.sendJson(200, [])
  }],
  ['POST', /^\/auth$/, function* (daemon, x) {
    const { serveraddress = '' } = x.json() as { readonly serveraddress?: string }
    const host = serveraddress.replace(/^https?:\/\//, '').split('/')[0]
    yield* contactRegistry(daemon, host === 'index.docker.io' ? '' : `${host}/`)
  }],
  ['GET', /^\/images\/search$/, function* (daemon, x) {
    const limit = x.get('limit') === '' ? '25' : x.get('limit')
    yield* fetchUrl(daemon, `https://index.docker.io/v1/search?q=${x.get('term')}&n=${limit}`)
  }],
  ['GET', /^\/_ping$/, function* (_daemon, x) {
    yield* x.sendText('OK')
  }],
  ['GET', /^\/version$/, function* (_daemon, x) {
    yield* x.sendJson(200, yield* version())
  }],
  ['GET', /^\/info$/, function* (daemon, x) {
    yield* x.sendJson(200, yield* info(daemon))
  }],
  ['GET', /^\/events$/, events],
  ['GET', /^\/system\/df$/, function* (daemon, x) {
    yield* x.sendJson(200, yield* usage(daemon))
  }],
]
