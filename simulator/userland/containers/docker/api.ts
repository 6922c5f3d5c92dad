// What client and daemon exchange: the objects of Docker's HTTP API 1.41 (docker/api/types), in the order their JSON has.

export const API_VERSION = '1.41'
export const DOCKER_VERSION = '20.10.24+dfsg1'
export const DOCKER_SOCKET = '/var/run/docker.sock'

export type StringMap = Record<string, string>
export type EmptySet = Record<string, Record<string, never>>
/** As images write it (OCI image-spec, config.md); times in nanoseconds. */
export interface Healthcheck {
  readonly Test: readonly string[]
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly Retries?: number
}

export interface ContainerConfig {
  Hostname: string
  Domainname: string
  User: string
  AttachStdin: boolean
  AttachStdout: boolean
  AttachStderr: boolean
  ExposedPorts?: EmptySet
  Tty: boolean
  OpenStdin: boolean
  StdinOnce: boolean
  Env: string[] | null
  Cmd: string[] | null
  Healthcheck?: Healthcheck
  ArgsEscaped?: boolean
  Image: string
  Volumes: EmptySet | null
  WorkingDir: string
  Entrypoint: string[] | null
  NetworkDisabled?: boolean
  MacAddress?: string
  OnBuild: string[] | null
  Labels: StringMap | null
  StopSignal?: string
  StopTimeout?: number
  Shell?: string[]
}

export interface PortBinding {
  HostIp: string
  HostPort: string
}
export type PortMap = Record<string, PortBinding[] | null>
export interface MountSpec {
  Type: string
  Source?: string
  Target: string
  ReadOnly?: boolean
  Consistency?: string
  BindOptions?: { Propagation?: string; NonRecursive?: boolean }
  VolumeOptions?: { NoCopy?: boolean; Labels?: StringMap; DriverConfig?: { Name?: string; Options?: StringMap } }
  TmpfsOptions?: { SizeBytes?: number; Mode?: number }
}
export interface DeviceMapping {
  PathOnHost: string
  PathInContainer: string
  CgroupPermissions: string
}
export interface Ulimit {
  Name: string
  Hard: number
  Soft: number
}

export interface HostConfig {
  Binds: string[] | null
  ContainerIDFile: string
  LogConfig: { Type: string; Config: StringMap }
  NetworkMode: string
  PortBindings: PortMap | null
  RestartPolicy: { Name: string; MaximumRetryCount: number }
  AutoRemove: boolean
  VolumeDriver: string
  VolumesFrom: string[] | null
  CapAdd: string[] | null
  CapDrop: string[] | null
  CgroupnsMode: string
  Dns: string[]
  DnsOptions: string[]
  DnsSearch: string[]
  ExtraHosts: string[] | null
  GroupAdd: string[] | null
  IpcMode: string
  Cgroup: string
  Links: string[] | null
  OomScoreAdj: number
  PidMode: string
  Privileged: boolean
  PublishAllPorts: boolean
  ReadonlyRootfs: boolean
  SecurityOpt: string[] | null
  StorageOpt?: StringMap
  Tmpfs?: StringMap
  UTSMode: string
  UsernsMode: string
  ShmSize: number
  Sysctls?: StringMap
  Runtime: string
  ConsoleSize: [number, number]
  Isolation: string
  CpuShares: number
  Memory: number
  NanoCpus: number
  CgroupParent: string
  BlkioWeight: number
  BlkioWeightDevice: { Path: string; Weight: number }[]
  BlkioDeviceReadBps: { Path: string; Rate: number }[] | null
  BlkioDeviceWriteBps: { Path: string; Rate: number }[] | null
  BlkioDeviceReadIOps: { Path: string; Rate: number }[] | null
  BlkioDeviceWriteIOps: { Path: string; Rate: number }[] | null
  CpuPeriod: number
  CpuQuota: number
  CpuRealtimePeriod: number
  CpuRealtimeRuntime: number
  CpusetCpus: string
  CpusetMems: string
  Devices: DeviceMapping[]
  DeviceCgroupRules: string[] | null
  DeviceRequests: null
  KernelMemory: number
  KernelMemoryTCP: number
  MemoryReservation: number
  MemorySwap: number
  MemorySwappiness: number | null
  OomKillDisable: boolean | null
  PidsLimit: number | null
  Ulimits: Ulimit[] | null
  CpuCount: number
  CpuPercent: number
  IOMaximumIOps: number
  IOMaximumBandwidth: number
  Mounts?: MountSpec[]
  MaskedPaths: string[] | null
  ReadonlyPaths: string[] | null
  Init?: boolean
}

export interface EndpointSettings {
  IPAMConfig: { IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: string[] } | null
  Links: string[] | null
  Aliases: string[] | null
  NetworkID: string
  EndpointID: string
  Gateway: string
  IPAddress: string
  IPPrefixLen: number
  IPv6Gateway: string
  GlobalIPv6Address: string
  GlobalIPv6PrefixLen: number
  MacAddress: string
  DriverOpts: StringMap | null
}
export type EndpointRequest = Partial<EndpointSettings>

export interface MountPoint {
  Type: string
  Name?: string
  Source: string
  Destination: string
  Driver?: string
  Mode: string
  RW: boolean
  Propagation: string
}

export interface CreateRequest extends Partial<ContainerConfig> {
  readonly HostConfig?: Partial<HostConfig>
  readonly NetworkingConfig?: { readonly EndpointsConfig?: Readonly<Record<string, EndpointRequest>> | null } | null
}

export const MASKED_PATHS = ['/proc/asound', '/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware']
export const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** Go's zero values with what the client always sends. */
export const emptyHostConfig = (): HostConfig => ({
  Binds: null, ContainerIDFile: '', LogConfig: { Type: '', Config: {} }, NetworkMode: 'default', PortBindings: {}, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  AutoRemove: false, VolumeDriver: '', VolumesFrom: null, CapAdd: null, CapDrop: null, CgroupnsMode: '', Dns: [], DnsOptions: [], DnsSearch: [], ExtraHosts: null, GroupAdd: null,
  IpcMode: '', Cgroup: '', Links: null, OomScoreAdj: 0, PidMode: '', Privileged: false, PublishAllPorts: false, ReadonlyRootfs: false, SecurityOpt: null, UTSMode: '', UsernsMode: '',
  ShmSize: 0, Runtime: '', ConsoleSize: [0, 0], Isolation: '', CpuShares: 0, Memory: 0, NanoCpus: 0, CgroupParent: '', BlkioWeight: 0, BlkioWeightDevice: [], BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null, BlkioDeviceReadIOps: null, BlkioDeviceWriteIOps: null, CpuPeriod: 0, CpuQuota: 0, CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0, CpusetCpus: '',
  CpusetMems: '', Devices: [], DeviceCgroupRules: null, DeviceRequests: null, KernelMemory: 0, KernelMemoryTCP: 0, MemoryReservation: 0, MemorySwap: 0, MemorySwappiness: null,
  OomKillDisable: null, PidsLimit: null, Ulimits: null, CpuCount: 0, CpuPercent: 0, IOMaximumIOps: 0, IOMaximumBandwidth: 0, MaskedPaths: null, ReadonlyPaths: null,
})

export const emptyConfig = (): ContainerConfig => ({
  Hostname: '', Domainname: '', User: '', AttachStdin: false, AttachStdout: false, AttachStderr: false, Tty: false, OpenStdin: false, StdinOnce: false, Env: null, Cmd: null,
  Image: '', Volumes: null, WorkingDir: '', Entrypoint: null, OnBuild: null, Labels: null,
})

/** The config's members in the order of the Go struct, absent ones left out. */
export function orderedConfig(c: ContainerConfig): ContainerConfig {
  return {
    Hostname: c.Hostname, Domainname: c.Domainname, User: c.User, AttachStdin: c.AttachStdin, AttachStdout: c.AttachStdout, AttachStderr: c.AttachStderr,
    ...(c.ExposedPorts === undefined || Object.keys(c.ExposedPorts).length === 0 ? {} : { ExposedPorts: c.ExposedPorts }),
    Tty: c.Tty, OpenStdin: c.OpenStdin, StdinOnce: c.StdinOnce, Env: c.Env, Cmd: c.Cmd,
    ...(c.Healthcheck === undefined ? {} : { Healthcheck: c.Healthcheck }),
    Image: c.Image, Volumes: c.Volumes, WorkingDir: c.WorkingDir, Entrypoint: c.Entrypoint,
    ...(c.NetworkDisabled === true ? { NetworkDisabled: true } : {}),
    ...(c.MacAddress === undefined || c.MacAddress === '' ? {} : { MacAddress: c.MacAddress }),
    OnBuild: c.OnBuild, Labels: c.Labels === null ? null : sortKeys(c.Labels),
    ...(c.StopSignal === undefined || c.StopSignal === '' ? {} : { StopSignal: c.StopSignal }),
    ...(c.StopTimeout === undefined ? {} : { StopTimeout: c.StopTimeout }),
    ...(c.Shell === undefined ? {} : { Shell: c.Shell }),
  }
}

/** encoding/json writes maps by key. */
export const sortKeys = <T>(map: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
