// A service as the request that makes one container of it (pkg/compose/create.go), with the labels by which compose finds it again.
import { formatYaml } from '../../../../lib/yaml-format.ts'
import type { YamlMap, YamlValue } from '../../../../lib/yaml.ts'
import { type CreateRequest, emptyConfig, emptyHostConfig, type EndpointRequest, type Healthcheck, type HostConfig, type MountSpec } from '../api.ts'
import { parseBytes, parseDuration } from '../client/usage.ts'
import { sha256Hex } from '../daemon/util.ts'
import type { Project } from './project.ts'
import { flagOf, listOf, mapOf, textOf, textsOf } from './canonical.ts'
import { ComposeError } from './error.ts'

export const COMPOSE_VERSION = '2.24.5'
export const LABEL = {
  project: 'com.docker.compose.project', service: 'com.docker.compose.service', number: 'com.docker.compose.container-number', oneOff: 'com.docker.compose.oneoff', hash: 'com.docker.compose.config-hash',
  image: 'com.docker.compose.image', directory: 'com.docker.compose.project.working_dir', files: 'com.docker.compose.project.config_files', depends: 'com.docker.compose.depends_on',
  version: 'com.docker.compose.version', network: 'com.docker.compose.network', volume: 'com.docker.compose.volume', slug: 'com.docker.compose.slug',
} as const

/** What decides whether a container is still what the file says: all but the number of them and what to build. */
export const serviceHash = (service: YamlMap): string =>
  sha256Hex(formatYaml(new Map([...service].filter(([key]) => !['build', 'pull_policy', 'scale', 'depends_on', 'profiles'].includes(key)).map(([key, value]) => [key, key === 'deploy' ? new Map([...mapOf(value)].filter(([k]) => k !== 'replicas')) : value]))))

const bytes = (value: YamlValue | undefined, what: string): number => {
  const text = textOf(value)
  if (text === '') return 0
  const size = parseBytes(text)
  if (size === undefined) throw new ComposeError(`${what}: invalid size: '${text}'`)
  return size
}
/** Nanoseconds. */
export const duration = (value: YamlValue | undefined): number | undefined => {
  const text = textOf(value)
  if (text === '') return undefined
  const size = parseDuration(text)
  if (size === undefined) throw new ComposeError(`time: invalid duration ${JSON.stringify(text)}`)
  return size
}
const number = (value: YamlValue | undefined): number => Number(textOf(value) || '0')
const nullable = (list: readonly string[]): string[] | null => (list.length === 0 ? null : [...list])

function healthcheckOf(value: YamlMap): Healthcheck | undefined {
  if (value.size === 0) return undefined
  if (flagOf(value.get('disable'))) return { Test: ['NONE'] }
  if (value.has('start_interval')) throw new ComposeError('can\'t set healthcheck.start_interval as feature require Docker Engine v25 or later')
  const times: readonly (readonly [keyof Healthcheck, string])[] = [['Interval', 'interval'], ['Timeout', 'timeout'], ['StartPeriod', 'start_period']]
  return {
    Test: textsOf(value.get('test')), ...Object.fromEntries(times.flatMap(([key, name]) => (value.has(name) ? [[key, duration(value.get(name))]] : []))),
    ...(value.has('retries') ? { Retries: number(value.get('retries')) } : {}),
  }
}

function mountsOf(project: Project, service: YamlMap): { readonly mounts: MountSpec[]; readonly binds: string[] } {
  const mounts: MountSpec[] = []
  const binds: string[] = []
  for (const volume of listOf(service.get('volumes')).map(mapOf)) {
    const [type, source, target, isReadOnly] = [textOf(volume.get('type')), textOf(volume.get('source')), textOf(volume.get('target')), flagOf(volume.get('read_only'))]
    const bind = mapOf(volume.get('bind'))
    const mode = isReadOnly ? ['ro'] : ['rw']
    if (type === 'bind' && flagOf(bind.get('create_host_path'))) binds.push(`${source}:${target}:${[...mode, ...textsOf(bind.get('propagation'))].join(',')}`)
    else if (type === 'volume' && source !== '') binds.push(`${textOf(project.volumes.get(source)?.get('name'))}:${target}:${[...mode, ...(flagOf(mapOf(volume.get('volume')).get('nocopy')) ? ['nocopy'] : [])].join(',')}`)
    else {
      const tmpfs = mapOf(volume.get('tmpfs'))
      mounts.push({
        Type: type, ...(source === '' ? {} : { Source: source }), Target: target, ...(isReadOnly ? { ReadOnly: true } : {}), ...(bind.has('propagation') ? { BindOptions: { Propagation: textOf(bind.get('propagation')) } } : {}),
        ...(tmpfs.size === 0 ? {} : { TmpfsOptions: { ...(tmpfs.has('size') ? { SizeBytes: bytes(tmpfs.get('size'), 'size') } : {}), ...(tmpfs.has('mode') ? { Mode: number(tmpfs.get('mode')) } : {}) } }),
      })
    }
  }
  return { mounts, binds }
}

function portsOf(service: YamlMap): Pick<CreateRequest, 'ExposedPorts'> & Pick<HostConfig, 'PortBindings'> {
  const exposed: Record<string, Record<string, never>> = {}
  const bindings: NonNullable<HostConfig['PortBindings']> = {}
  for (const port of textsOf(service.get('expose'))) exposed[port.includes('/') ? port : `${port}/tcp`] = {}
  for (const port of listOf(service.get('ports')).map(mapOf)) {
    const key = `${textOf(port.get('target'))}/${textOf(port.get('protocol'))}`
    exposed[key] = {}
    bindings[key] = [...(bindings[key] ?? []), { HostIp: textOf(port.get('host_ip')), HostPort: textOf(port.get('published')) }]
  }
  return { ExposedPorts: exposed, PortBindings: bindings }
}

/** `service:NAME` is the container of that service. */
function mode(value: YamlValue | undefined, containerOf: (service: string) => string): string {
  const text = textOf(value)
  return text.startsWith('service:') ? `container:${containerOf(text.slice('service:'.length))}` : text
}

/** deploy.resources.limits and the older names for the same. */
function limitsOf(service: YamlMap): Partial<HostConfig> {
  const limits = mapOf(mapOf(mapOf(service.get('deploy')).get('resources')).get('limits'))
  const reservations = mapOf(mapOf(mapOf(service.get('deploy')).get('resources')).get('reservations'))
  const pids = number(limits.get('pids')) || number(service.get('pids_limit'))
  return {
    Memory: bytes(limits.get('memory') ?? service.get('mem_limit'), 'mem_limit'), NanoCpus: Math.round(number(limits.get('cpus') ?? service.get('cpus')) * 1e9), PidsLimit: pids === 0 ? null : pids,
    MemoryReservation: bytes(reservations.get('memory') ?? service.get('mem_reservation'), 'mem_reservation'), MemorySwap: bytes(service.get('memswap_limit'), 'memswap_limit'), CpuShares: number(service.get('cpu_shares')),
    CpuQuota: number(service.get('cpu_quota')), CpuPeriod: number(service.get('cpu_period')), CpusetCpus: textOf(service.get('cpuset')), OomScoreAdj: number(service.get('oom_score_adj')),
    CpuRealtimePeriod: number(service.get('cpu_rt_period')), CpuRealtimeRuntime: number(service.get('cpu_rt_runtime')), Isolation: textOf(service.get('isolation')),
    ...(service.has('mem_swappiness') ? { MemorySwappiness: number(service.get('mem_swappiness')) } : {}), ...(flagOf(service.get('oom_kill_disable')) ? { OomKillDisable: true } : {}),
  }
}

function restartPolicy(service: YamlMap): HostConfig['RestartPolicy'] {
  const policy = mapOf(mapOf(service.get('deploy')).get('restart_policy'))
  const [name, count] = textOf(service.get('restart')).split(':')
  if (name !== '') return { Name: name, MaximumRetryCount: Number(count ?? '0') }
  const condition = { none: 'no', 'on-failure': 'on-failure', any: 'always' }[textOf(policy.get('condition'))]
  return condition === undefined ? { Name: policy.size > 0 ? 'always' : '', MaximumRetryCount: 0 } : { Name: condition, MaximumRetryCount: number(policy.get('max_attempts')) }
}

function securityOptions(service: YamlMap): string[] | null {
  return nullable(textsOf(service.get('security_opt')).map((option) => option.replace(/^([\w-]+):/, '$1=')))
}

/** The networks of a service: those of higher priority first, then by name. */
export function networksOf(service: YamlMap): readonly string[] {
  const networks = mapOf(service.get('networks'))
  const priority = (name: string): number => number(mapOf(networks.get(name)).get('priority'))
  return [...networks.keys()].sort((a, b) => priority(b) - priority(a) || (a < b ? -1 : 1))
}
export function endpointOf(service: YamlMap, network: string, name: string, containerName: string, withAliases = true): EndpointRequest {
  const settings = mapOf(mapOf(service.get('networks')).get(network))
  const address = textOf(settings.get('ipv4_address'))
  return { Aliases: withAliases ? [containerName, name, ...textsOf(settings.get('aliases'))] : [], ...(address === '' ? {} : { IPAMConfig: { IPv4Address: address } }) }
}

export interface ContainerOptions {
  readonly number: number
  readonly containerName: string
  readonly imageId: string
  readonly containerOf: (service: string) => string
  readonly isOneOff?: boolean
  readonly withAliases?: boolean
  readonly moreLabels?: Readonly<Record<string, string>>
}

export function createRequest(project: Project, name: string, service: YamlMap, options: ContainerOptions): CreateRequest {
  const { mounts, binds } = mountsOf(project, service)
  const { ExposedPorts, PortBindings } = portsOf(service)
  const environment = [...mapOf(service.get('environment'))].map(([key, value]) => (value === null ? key : `${key}=${textOf(value)}`))
  const [first] = networksOf(service)
  const network = first === undefined ? mode(service.get('network_mode'), options.containerOf) || 'none' : textOf(project.networks.get(first)?.get('name'))
  const depends = [...mapOf(service.get('depends_on'))].map(([other, how]) => `${other}:${textOf(mapOf(how).get('condition'))}:${flagOf(mapOf(how).get('restart'))}`).join(',')
  const labels = {
    ...Object.fromEntries([...mapOf(service.get('labels'))].map(([k, v]) => [k, textOf(v)])), [LABEL.hash]: serviceHash(service), [LABEL.number]: String(options.number), [LABEL.depends]: depends,
    [LABEL.image]: options.imageId, [LABEL.oneOff]: options.isOneOff === true ? 'True' : 'False', [LABEL.project]: project.name, [LABEL.files]: project.files.join(','), [LABEL.directory]: project.directory,
    [LABEL.service]: name, [LABEL.version]: COMPOSE_VERSION, ...options.moreLabels,
  }
  const logging = mapOf(service.get('logging'))
  const stopTimeout = duration(service.get('stop_grace_period'))
  const health = healthcheckOf(mapOf(service.get('healthcheck')))
  const strings = (key: string): string[] => textsOf(service.get(key))
  const tmpfs = Object.fromEntries(strings('tmpfs').map((t) => (t.includes(':') ? [t.slice(0, t.indexOf(':')), t.slice(t.indexOf(':') + 1)] : [t, ''])))
  const sysctls = Object.fromEntries([...mapOf(service.get('sysctls'))].map(([k, v]) => [k, textOf(v)]))
  const host: HostConfig = {
    ...emptyHostConfig(), Binds: nullable(binds), NetworkMode: network, PortBindings, RestartPolicy: restartPolicy(service), CapAdd: nullable(strings('cap_add')), CapDrop: nullable(strings('cap_drop')),
    CgroupnsMode: textOf(service.get('cgroup')), CgroupParent: textOf(service.get('cgroup_parent')), Dns: strings('dns'), DnsOptions: strings('dns_opt'), DnsSearch: strings('dns_search'),
    ExtraHosts: nullable(strings('extra_hosts').map((e) => e.replace('=', ':'))), GroupAdd: nullable(strings('group_add')), IpcMode: mode(service.get('ipc'), options.containerOf), PidMode: mode(service.get('pid'), options.containerOf),
    UTSMode: textOf(service.get('uts')), UsernsMode: textOf(service.get('userns_mode')), Privileged: flagOf(service.get('privileged')), ReadonlyRootfs: flagOf(service.get('read_only')), SecurityOpt: securityOptions(service),
    ShmSize: bytes(service.get('shm_size'), 'shm_size'), Runtime: textOf(service.get('runtime')), LogConfig: { Type: textOf(logging.get('driver')), Config: Object.fromEntries([...mapOf(logging.get('options'))].map(([k, v]) => [k, textOf(v)])) },
    VolumesFrom: nullable(strings('volumes_from').map((v) => (v.startsWith('container:') ? v.slice('container:'.length) : `${options.containerOf(v.split(':')[0])}${v.includes(':') ? v.slice(v.indexOf(':')) : ''}`))),
    Devices: strings('devices').map((device) => {
      const [source, target = source, permissions = 'rwm'] = device.split(':')
      return { PathOnHost: source, PathInContainer: target, CgroupPermissions: permissions }
    }),
    DeviceCgroupRules: nullable(strings('device_cgroup_rules')), ...limitsOf(service),
    Ulimits: [...mapOf(service.get('ulimits'))].map(([limit, value]) => ({ Name: limit, Soft: number(mapOf(value).get('soft') ?? value), Hard: number(mapOf(value).get('hard') ?? value) })),
    ...(mounts.length > 0 ? { Mounts: mounts } : {}), ...(Object.keys(tmpfs).length > 0 ? { Tmpfs: tmpfs } : {}), ...(Object.keys(sysctls).length > 0 ? { Sysctls: sysctls } : {}),
    ...(service.has('init') ? { Init: flagOf(service.get('init')) } : {}),
  }
  if (host.Ulimits?.length === 0) host.Ulimits = null
  const command = service.get('command')
  const entrypoint = service.get('entrypoint')
  return {
    ...emptyConfig(), Hostname: textOf(service.get('hostname')), Domainname: textOf(service.get('domainname')), User: textOf(service.get('user')), ExposedPorts, Tty: flagOf(service.get('tty')),
    OpenStdin: flagOf(service.get('stdin_open')), StdinOnce: false, Env: environment.length === 0 ? null : environment, Cmd: command === undefined || command === null ? null : textsOf(command),
    Entrypoint: entrypoint === undefined || entrypoint === null ? null : listOf(entrypoint).length === 0 ? [''] : textsOf(entrypoint), Image: textOf(service.get('image')) || imageName(project, name),
    WorkingDir: textOf(service.get('working_dir')), Labels: labels, ...(service.has('mac_address') ? { MacAddress: textOf(service.get('mac_address')) } : {}),
    ...(service.has('stop_signal') ? { StopSignal: textOf(service.get('stop_signal')) } : {}), ...(stopTimeout === undefined ? {} : { StopTimeout: Math.ceil(stopTimeout / 1e9) }),
    ...(health === undefined ? {} : { Healthcheck: health }), HostConfig: host,
    NetworkingConfig: { EndpointsConfig: first === undefined ? {} : { [network]: endpointOf(service, first, name, options.containerName, options.withAliases) } },
  }
}

/** What an image is called that compose builds. */
export const imageName = (project: Project, service: string): string => `${project.name}-${service}`
export const imageOf = (project: Project, name: string, service: YamlMap): string => textOf(service.get('image')) || imageName(project, name)
