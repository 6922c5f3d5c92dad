// The Go structs that docker inspect decodes into before it runs a template: names, types and JSON names of docker/api/types.
// A definition is a list of `GoName[=jsonName] type`; types: string int bool float any, []T, map T, *NAME or NAME of another definition.
import { fromJson, type GoField, GoFloat, GoMap, GoSlice, GoStruct, type GoValue } from '../template/value.ts'

interface FieldType {
  readonly name: string
  readonly json: string
  readonly type: string
  readonly omitEmpty: boolean
}

/** `?` behind a type: omitempty. */
const DEFINITIONS: Readonly<Record<string, string>> = {
  ContainerJSON: `ID=Id string; Created string; Path string; Args []string; State *ContainerState; Image string; ResolvConfPath string; HostnamePath string; HostsPath string; LogPath string;
    Node any?; Name string; RestartCount int; Driver string; Platform string; MountLabel string; ProcessLabel string; AppArmorProfile string; ExecIDs []string; HostConfig *HostConfig;
    GraphDriver GraphDriverData; SizeRw *int?; SizeRootFs *int?; Mounts []MountPoint; Config *Config; NetworkSettings *NetworkSettings`,
  ContainerState: `Status string; Running bool; Paused bool; Restarting bool; OOMKilled bool; Dead bool; Pid int; ExitCode int; Error string; StartedAt string; FinishedAt string; Health *Health?`,
  Health: 'Status string; FailingStreak int; Log []*HealthcheckResult',
  HealthcheckResult: 'Start string; End string; ExitCode int; Output string',
  GraphDriverData: 'Data map string; Name string',
  MountPoint: 'Type string?; Name string?; Source string; Destination string; Driver string?; Mode string; RW bool; Propagation string',
  HealthConfig: 'Test []string?; Interval int?; Timeout int?; StartPeriod int?; Retries int?',
  Config: `Hostname string; Domainname string; User string; AttachStdin bool; AttachStdout bool; AttachStderr bool; ExposedPorts map Empty?; Tty bool; OpenStdin bool; StdinOnce bool; Env []string;
    Cmd []string; Healthcheck *HealthConfig?; ArgsEscaped bool?; Image string; Volumes map Empty; WorkingDir string; Entrypoint []string; NetworkDisabled bool?; MacAddress string?; OnBuild []string;
    Labels map string; StopSignal string?; StopTimeout *int?; Shell []string?`,
  Empty: '',
  HostConfig: `Binds []string; ContainerIDFile string; LogConfig LogConfig; NetworkMode string; PortBindings map []PortBinding; RestartPolicy RestartPolicy; AutoRemove bool; VolumeDriver string;
    VolumesFrom []string; CapAdd []string; CapDrop []string; CgroupnsMode string; DNS=Dns []string; DNSOptions=DnsOptions []string; DNSSearch=DnsSearch []string; ExtraHosts []string; GroupAdd []string;
    IpcMode string; Cgroup string; Links []string; OomScoreAdj int; PidMode string; Privileged bool; PublishAllPorts bool; ReadonlyRootfs bool; SecurityOpt []string; StorageOpt map string?; Tmpfs map string?;
    UTSMode string; UsernsMode string; ShmSize int; Sysctls map string?; Runtime string?; ConsoleSize []int; Isolation string; Resources @Resources; Mounts []Mount?; MaskedPaths []string;
    ReadonlyPaths []string; Init *bool?`,
  Resources: `CPUShares=CpuShares int; Memory int; NanoCPUs=NanoCpus int; CgroupParent string; BlkioWeight int; BlkioWeightDevice []any; BlkioDeviceReadBps []*ThrottleDevice; BlkioDeviceWriteBps []*ThrottleDevice;
    BlkioDeviceReadIOps []*ThrottleDevice; BlkioDeviceWriteIOps []*ThrottleDevice; CPUPeriod=CpuPeriod int; CPUQuota=CpuQuota int; CPURealtimePeriod=CpuRealtimePeriod int; CPURealtimeRuntime=CpuRealtimeRuntime int;
    CpusetCpus string; CpusetMems string; Devices []DeviceMapping; DeviceCgroupRules []string; DeviceRequests []any; KernelMemory int; KernelMemoryTCP int; MemoryReservation int; MemorySwap int;
    MemorySwappiness *int; OomKillDisable *bool; PidsLimit *int; Ulimits []*Ulimit; CPUCount=CpuCount int; CPUPercent=CpuPercent int; IOMaximumIOps int; IOMaximumBandwidth int`,
  ThrottleDevice: 'Path string; Rate int',
  DeviceMapping: 'PathOnHost string; PathInContainer string; CgroupPermissions string',
  Ulimit: 'Name string; Hard int; Soft int',
  Mount: 'Type string?; Source string?; Target string?; ReadOnly bool?; Consistency string?; BindOptions any?; VolumeOptions any?; TmpfsOptions any?',
  LogConfig: 'Type string; Config map string',
  PortBinding: 'HostIP=HostIp string; HostPort string',
  RestartPolicy: 'Name string; MaximumRetryCount int',
  NetworkSettings: 'NetworkSettingsBase @NetworkSettingsBase; DefaultNetworkSettings @DefaultNetworkSettings; Networks map *EndpointSettings',
  NetworkSettingsBase: 'Bridge string; SandboxID string; HairpinMode bool; LinkLocalIPv6Address string; LinkLocalIPv6PrefixLen int; Ports map []PortBinding; SandboxKey string; SecondaryIPAddresses []any; SecondaryIPv6Addresses []any',
  DefaultNetworkSettings: 'EndpointID string; Gateway string; GlobalIPv6Address string; GlobalIPv6PrefixLen int; IPAddress string; IPPrefixLen int; IPv6Gateway string; MacAddress string',
  EndpointSettings: `IPAMConfig *EndpointIPAMConfig; Links []string; Aliases []string; NetworkID string; EndpointID string; Gateway string; IPAddress string; IPPrefixLen int; IPv6Gateway string;
    GlobalIPv6Address string; GlobalIPv6PrefixLen int; MacAddress string; DriverOpts map string`,
  EndpointIPAMConfig: 'IPv4Address string?; IPv6Address string?; LinkLocalIPs []string?',
  PlatformName: 'Name string', ComponentVersion: 'Name string; Version string; Details map string?',
  ClientVersion: 'Platform PlatformName?; Version string; APIVersion=ApiVersion string; DefaultAPIVersion string?; GitCommit string; GoVersion string; Os string; Arch string; BuildTime string?; Context string; Experimental bool?',
  Version: `Platform PlatformName?; Components []ComponentVersion?; Version string; APIVersion=ApiVersion string; MinAPIVersion string?; GitCommit string; GoVersion string; Os string; Arch string; KernelVersion string?;
    Experimental bool?; BuildTime string?`,
  ImageInspect: `ID=Id string; RepoTags []string; RepoDigests []string; Parent string; Comment string; Created string; Container string; ContainerConfig *Config; DockerVersion string; Author string; Config *Config;
    Architecture string; Variant string?; Os string; OsVersion string?; Size int; VirtualSize int; GraphDriver GraphDriverData; RootFS RootFS; Metadata ImageMetadata`,
  RootFS: 'Type string; Layers []string?; BaseLayer string?',
  ImageMetadata: 'LastTagTime string?',
  NetworkResource: `Name string; ID=Id string; Created string; Scope string; Driver string; EnableIPv6 bool; IPAM IPAM; Internal bool; Attachable bool; Ingress bool; ConfigFrom ConfigReference; ConfigOnly bool;
    Containers map EndpointResource; Options map string; Labels map string`,
  IPAM: 'Driver string; Options map string; Config []IPAMConfig',
  IPAMConfig: 'Subnet string?; IPRange string?; Gateway string?; AuxAddress=AuxiliaryAddresses map string?',
  ConfigReference: 'Network string',
  EndpointResource: 'Name string; EndpointID string; MacAddress string; IPv4Address string; IPv6Address string',
  Volume: 'CreatedAt string?; Driver string; Labels map string; Mountpoint string; Name string; Options map string; Scope string; Status map any?; UsageData any?',
}

/** Go's names of the structs that aren't in the package types. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...['Config', 'HealthConfig', 'HostConfig', 'Resources', 'LogConfig', 'RestartPolicy', 'DeviceMapping'].map((name) => [name, `container.${name}`] as const),
  ...['EndpointSettings', 'EndpointIPAMConfig', 'IPAM', 'IPAMConfig', 'ConfigReference'].map((name) => [name, `network.${name}`] as const),
  ['Mount', 'mount.Mount'], ['ThrottleDevice', 'blkiodev.ThrottleDevice'], ['Ulimit', 'units.Ulimit'], ['PortBinding', 'nat.PortBinding'], ['Empty', 'struct {}'],
  ['ClientVersion', 'system.clientVersion'], ['PlatformName', 'struct { Name string }'],
])
const structName = (name: string): string => NAMES.get(name) ?? `types.${name}`

const parseType = (name: string): readonly FieldType[] =>
  (DEFINITIONS[name] ?? '').split(';').map((f) => f.trim()).filter((f) => f !== '').map((field) => {
    const space = field.indexOf(' ')
    const [goName, json = goName] = field.slice(0, space).split('=')
    const type = field.slice(space + 1)
    return { name: goName, json, type: type.replace(/\?$/, ''), omitEmpty: type.endsWith('?') }
  })

const goName = (type: string): string => {
  if (type.startsWith('[]')) return `[]${goName(type.slice(2))}`
  if (type.startsWith('map ')) return `map[string]${goName(type.slice(4))}`
  return type === 'any' ? 'interface {}' : type in DEFINITIONS ? structName(type) : type
}

/** Decodes JSON into the struct of that name; `isPointer`: as error messages call it. */
export function decodeStruct(name: string, json: unknown, isPointer: boolean): GoStruct {
  const record = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>
  const fields = new Map<string, GoField>()
  for (const field of parseType(name)) {
    if (field.type.startsWith('@')) {
      const inner = decodeStruct(field.type.slice(1), json, false)
      for (const [key, value] of inner.fields) fields.set(key, value)
      continue
    }
    fields.set(field.name, { value: decode(field.type, record[field.json]), json: field.json, omitEmpty: field.omitEmpty })
  }
  return new GoStruct(structName(name), fields, isPointer)
}

function decode(type: string, json: unknown): GoValue {
  if (type.startsWith('*')) return json === null || json === undefined ? undefined : type.slice(1) in DEFINITIONS ? decodeStruct(type.slice(1), json, true) : decode(type.slice(1), json)
  if (type.startsWith('[]')) return Array.isArray(json) ? new GoSlice(json.map((v) => decode(type.slice(2), v)), goName(type)) : new GoSlice([], goName(type), true)
  if (type.startsWith('map ')) {
    if (typeof json !== 'object' || json === null) return new GoMap(new Map(), goName(type), true)
    return new GoMap(new Map(Object.entries(json).map(([k, v]) => [k, decode(type.slice(4), v)])), goName(type))
  }
  switch (type) {
    case 'string': return typeof json === 'string' ? json : ''
    case 'int': return typeof json === 'number' ? json : 0
    case 'bool': return json === true
    case 'float': return new GoFloat(typeof json === 'number' ? json : 0)
    case 'any': return fromJson(json)
    default: return decodeStruct(type, json, false)
  }
}
