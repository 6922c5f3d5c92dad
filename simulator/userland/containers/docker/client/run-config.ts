// docker run's flags as the request that creates a container (cli/command/container/opts.go).
import { isErr } from '../../../../abi/errno.ts'
import { isDir } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readFile, stat } from '../../../libc/unistd.ts'
import { type ContainerConfig, type CreateRequest, emptyConfig, emptyHostConfig, type EndpointRequest, type HostConfig, type StringMap } from '../api.ts'
import { parseMountFlag } from './mount-flag.ts'
import { parsePorts } from './ports.ts'
import { type Flags, parseBytes, parseDuration } from './usage.ts'

/** A flag's value that the client itself refuses; docker run says `docker: …`. */
export class OptionError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const fileError = (name: string, errno: { readonly message: string }): OptionError => new OptionError(`open ${name}: ${errno.message.toLowerCase()}`)

/** --env-file and --label-file: lines of KEY=VALUE or KEY, # begins a comment. */
function* readPairs(files: readonly string[], lookup: ((name: string) => string | undefined) | undefined): Flow<string[]> {
  const pairs: string[] = []
  for (const file of files) {
    const st = yield* stat(file)
    if (isErr(st)) throw fileError(file, st)
    if (isDir(st.mode)) throw new OptionError(`read ${file}: is a directory`)
    const text = yield* readFile(file)
    if (isErr(text)) throw fileError(file, text)
    for (const raw of text.split('\n')) {
      const line = raw.trimStart()
      if (line === '' || line.startsWith('#')) continue
      const eq = line.indexOf('=')
      const name = (eq < 0 ? line : line.slice(0, eq)).trimStart()
      if (/\s/.test(name)) throw new OptionError(`poorly formatted environment: variable '${name}' contains whitespaces`)
      if (name === '') throw new OptionError(`poorly formatted environment: no variable name on line '${line}'`)
      if (eq >= 0) pairs.push(`${name}=${line.slice(eq + 1)}`)
      else {
        const value = lookup?.(name.trim())
        if (value !== undefined) pairs.push(`${name.trim()}=${value}`)
      }
    }
  }
  return pairs
}

/** -e: NAME alone takes the client's value, and nothing if it has none. */
const withValues = (list: readonly string[], env: ReadonlyMap<string, string>): string[] =>
  list.flatMap((entry) => {
    if (entry.includes('=')) return [entry]
    const value = env.get(entry)
    return value === undefined ? [] : [`${entry}=${value}`]
  })
export const toMap = (list: readonly string[]): StringMap =>
  Object.fromEntries(list.map((entry) => {
    const eq = entry.indexOf('=')
    return eq < 0 ? [entry, ''] : [entry.slice(0, eq), entry.slice(eq + 1)]
  }))

export function* environment(flags: Flags, env: ReadonlyMap<string, string>): Flow<string[]> {
  const fromFiles = yield* readPairs(flags.list('env-file'), (name) => env.get(name))
  // the last value counts, where the name came first
  return [...new Map([...fromFiles, ...withValues(flags.list('env'), env)].map((entry) => [entry.split('=', 1)[0], entry])).values()]
}

function healthcheck(flags: Flags): ContainerConfig['Healthcheck'] {
  const has = ['health-cmd', 'health-interval', 'health-timeout', 'health-start-period', 'health-retries'].some((f) => flags.has(f))
  if (flags.bool('no-healthcheck')) {
    if (has) throw new OptionError('--no-healthcheck conflicts with --health-* options')
    return { Test: ['NONE'] }
  }
  if (!has) return undefined
  const command = flags.text('health-cmd')
  const time = (name: string): number => parseDuration(flags.get(name) ?? '0') ?? 0
  for (const name of ['health-interval', 'health-timeout', 'health-start-period']) if (time(name) < 0) throw new OptionError(`--${name} cannot be negative`)
  if (flags.number('health-retries') < 0) throw new OptionError('--health-retries cannot be negative')
  return {
    Test: command === '' ? [] : ['CMD-SHELL', command], ...(flags.has('health-interval') ? { Interval: time('health-interval') } : {}), ...(flags.has('health-timeout') ? { Timeout: time('health-timeout') } : {}),
    ...(flags.has('health-start-period') ? { StartPeriod: time('health-start-period') } : {}), ...(flags.has('health-retries') ? { Retries: flags.number('health-retries') } : {}),
  }
}

export function parseRestart(text: string): HostConfig['RestartPolicy'] {
  if (text === '') return { Name: '', MaximumRetryCount: 0 }
  const [name, count, ...more] = text.split(':')
  if (more.length > 0) throw new OptionError('invalid restart policy format')
  if (count !== undefined && !/^-?\d+$/.test(count)) throw new OptionError('maximum retry count must be an integer')
  return { Name: name, MaximumRetryCount: Number(count ?? 0) }
}

function* securityOptions(list: readonly string[]): Flow<{ readonly options: string[]; readonly masked: boolean }> {
  const options: string[] = []
  let masked = true
  for (const option of list) {
    if (option === 'systempaths=unconfined') {
      masked = false
      continue
    }
    const at = option.search(/[=:]/)
    if (at < 0 && option !== 'no-new-privileges') throw new OptionError(`Invalid --security-opt: ${JSON.stringify(option)}`)
    const key = option.slice(0, at)
    const value = option.slice(at + 1)
    if (key !== 'seccomp' || value === 'unconfined') {
      options.push(option)
      continue
    }
    const text = yield* readFile(value)
    if (isErr(text)) throw new OptionError(`opening seccomp profile (${value}) failed: open ${value}: ${text.message.toLowerCase()}`)
    options.push(`seccomp=${compact(value, text)}`)
  }
  return { options, masked }
}
function compact(file: string, text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    throw new OptionError(`compacting json for seccomp profile (${file}) failed: ${jsonProblem(text)}`)
  }
}
/** Go's complaint about broken JSON: cut off, or the character that doesn't fit. */
function jsonProblem(text: string): string {
  for (let end = text.length; end > 0; end--) {
    try {
      JSON.parse(text.slice(0, end) + closing(text.slice(0, end)))
      if (end === text.trimEnd().length || end === text.length) return 'unexpected end of JSON input'
      return `invalid character '${text[end]}' after top-level value`
    } catch {
      continue
    }
  }
  return text.trim() === '' ? 'unexpected end of JSON input' : `invalid character '${text.trim()[0]}' looking for beginning of value`
}
function closing(text: string): string {
  const open: string[] = []
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && quoted) i += 1
    else if (text[i] === '"') quoted = !quoted
    else if (!quoted && '{['.includes(text[i])) open.push(text[i] === '{' ? '}' : ']')
    else if (!quoted && '}]'.includes(text[i])) open.pop()
  }
  return open.reverse().join('')
}

function ulimits(list: readonly string[]): HostConfig['Ulimits'] {
  return list.length === 0 ? null : list.map((text) => {
    const [name, range] = text.split('=')
    const [soft, hard = soft] = (range ?? '').split(':')
    return { Name: name, Hard: Number(hard), Soft: Number(soft) }
  })
}
function devices(list: readonly string[]): HostConfig['Devices'] {
  const found: HostConfig['Devices'] = []
  for (const text of list) {
    const [host, second = host, third] = text.split(':')
    const isMode = /^[rwm]+$/.test(second)
    if (text.split(':').length > 3) throw new OptionError(`invalid device specification: ${text}`)
    const permissions = third ?? (isMode ? second : 'rwm')
    if (!/^[rwm]+$/.test(permissions)) throw new OptionError(`bad mode specified: ${permissions}`)
    found.push({ PathOnHost: host, PathInContainer: isMode ? host : second, CgroupPermissions: permissions })
  }
  return found
}

const rates = (list: readonly string[]): { Path: string; Rate: number }[] | null =>
  list.length === 0 ? null : list.map((text) => ({ Path: text.slice(0, text.indexOf(':')), Rate: parseBytes(text.slice(text.indexOf(':') + 1)) ?? 0 }))
const BYTES_FORMAT = '<device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb'
const NUMBER_FORMAT = '<device-path>:<number>. Number must be a positive integer'
/** ValidateThrottleBpsDevice, ValidateThrottleIOpsDevice, ValidateWeightDevice */
function checkDeviceNumber(flag: string, text: string): string | undefined {
  const [, device, value] = /^([^:]*):(.*)$/s.exec(text) ?? []
  if (device === undefined) return `bad format: ${text}`
  if (!device.startsWith('/dev/')) return `bad format for device path: ${text}`
  const isNumber = /^\d+$/.test(value)
  if (flag === 'blkio-weight-device') return isNumber && (Number(value) === 0 || (Number(value) >= 10 && Number(value) <= 1000)) ? undefined : `invalid weight for device: ${text}`
  const isRate = flag.endsWith('bps') ? (parseBytes(value) ?? -1) >= 0 : isNumber
  return isRate ? undefined : `invalid rate for device: ${text}. The correct format is ${flag.endsWith('bps') ? BYTES_FORMAT : NUMBER_FORMAT}`
}

export interface RunRequest {
  readonly request: CreateRequest
  readonly config: ContainerConfig
  readonly host: HostConfig
}

/** The request for docker run and create. Throws an OptionError. */
export function* runRequest(flags: Flags, env: ReadonlyMap<string, string>): Flow<RunRequest> {
  const [image, ...command] = flags.args
  const config = emptyConfig()
  const host = emptyHostConfig()
  const attach = flags.list('attach').map((a) => a.toLowerCase())
  const isInteractive = flags.bool('interactive')
  const isDetached = flags.bool('detach')
  const mac = flags.text('mac-address')
  if (mac !== '' && !/^(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(mac)) throw new OptionError(`${mac} is not a valid mac address`)
  for (const rule of flags.list('device-cgroup-rule')) {
    if (!/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(rule)) throw new OptionError(`invalid argument ${JSON.stringify(rule)} for "--device-cgroup-rule" flag: invalid device cgroup format '${rule}'`)
  }
  if (flags.has('platform') && !/^(linux|windows)(\/\w+)*$|^(amd64|arm64|386|arm)$/.test(flags.text('platform'))) throw new OptionError(`error parsing specified platform: ${JSON.stringify(flags.text('platform'))}: unknown operating system or architecture: invalid argument`)
  config.AttachStdin = attach.includes('stdin') || (attach.length === 0 && isInteractive && !isDetached)
  config.AttachStdout = attach.includes('stdout') || (attach.length === 0 && !isDetached)
  config.AttachStderr = attach.includes('stderr') || (attach.length === 0 && !isDetached)
  const swappiness = flags.number('memory-swappiness', -1)
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100)) throw new OptionError(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`)
  host.Binds = []
  const volumes: Record<string, Record<string, never>> = {}
  for (const volume of flags.list('volume')) {
    if (volume.includes(':')) host.Binds.push(volume)
    else volumes[volume] = {}
  }
  if (host.Binds.length === 0) host.Binds = null
  for (const text of flags.list('tmpfs')) {
    const at = text.indexOf(':')
    host.Tmpfs = { ...host.Tmpfs, [at < 0 ? text : text.slice(0, at)]: at < 0 ? '' : text.slice(at + 1) }
  }
  const ports = parsePorts(flags.list('publish'), flags.list('expose'))
  if ('error' in ports) throw new OptionError(ports.error)
  config.ExposedPorts = ports.exposed
  host.PortBindings = ports.bindings
  host.Devices = devices(flags.list('device'))
  config.Env = yield* environment(flags, env)
  const labels = [...(yield* readPairs(flags.list('label-file'), undefined)), ...flags.list('label')]
  config.Labels = toMap(labels)
  for (const [flag, what] of [['pid', 'PID'], ['userns', 'USER'], ['uts', 'UTS'], ['cgroupns', 'CGROUP']] as const) {
    const mode = flags.text(flag)
    const allowed = flag === 'cgroupns' ? ['', 'host', 'private'] : ['', 'host']
    if (!allowed.includes(mode) && !(flag === 'pid' && /^container:.+/.test(mode))) throw new OptionError(`--${flag}: invalid ${what} mode`)
  }
  config.Healthcheck = healthcheck(flags)
  if (config.Healthcheck === undefined) delete config.Healthcheck
  const security = yield* securityOptions(flags.list('security-opt'))
  if (!security.masked) {
    host.MaskedPaths = []
    host.ReadonlyPaths = []
  }
  if (flags.bool('rm') && flags.has('restart') && !['', 'no'].includes(flags.text('restart').split(':')[0])) throw new OptionError('Conflicting options: --restart and --rm')
  const entrypoint = flags.get('entrypoint')
  Object.assign(config, {
    Hostname: flags.text('hostname'), Domainname: flags.text('domainname'), User: flags.text('user'), Tty: flags.bool('tty'), OpenStdin: isInteractive,
    StdinOnce: isInteractive && config.AttachStdin, Cmd: command.length === 0 ? null : command, Image: image, Volumes: Object.keys(volumes).length === 0 ? null : volumes, WorkingDir: flags.text('workdir'),
    Entrypoint: entrypoint === undefined ? null : entrypoint === '' ? [''] : [entrypoint],
  })
  if (flags.has('mac-address')) config.MacAddress = flags.text('mac-address')
  if (flags.has('stop-signal')) config.StopSignal = flags.text('stop-signal')
  if (flags.has('stop-timeout')) config.StopTimeout = flags.number('stop-timeout')
  limits(flags, host)
  Object.assign(host, {
    ContainerIDFile: flags.text('cidfile'), AutoRemove: flags.bool('rm'), Privileged: flags.bool('privileged'), PublishAllPorts: flags.bool('publish-all'), Links: nullable(flags.list('link')),
    LogConfig: { Type: flags.text('log-driver'), Config: toMap(flags.list('log-opt')) }, VolumeDriver: flags.text('volume-driver'), VolumesFrom: nullable(flags.list('volumes-from')),
    CapAdd: nullable(flags.list('cap-add')), CapDrop: nullable(flags.list('cap-drop')), Dns: [...flags.list('dns')], DnsOptions: [...flags.list('dns-option'), ...flags.list('dns-opt')], DnsSearch: [...flags.list('dns-search')],
    ExtraHosts: nullable(flags.list('add-host')), GroupAdd: nullable(flags.list('group-add')), IpcMode: flags.text('ipc'), PidMode: flags.text('pid'), UTSMode: flags.text('uts'), UsernsMode: flags.text('userns'),
    CgroupnsMode: flags.text('cgroupns'), OomScoreAdj: flags.number('oom-score-adj'), ReadonlyRootfs: flags.bool('read-only'), SecurityOpt: nullable(security.options), ShmSize: parseBytes(flags.get('shm-size') ?? '0') ?? 0,
    Runtime: flags.text('runtime'), Isolation: flags.text('isolation'), CgroupParent: flags.text('cgroup-parent'), RestartPolicy: parseRestart(flags.get('restart') ?? 'no'), Ulimits: ulimits(flags.list('ulimit')),
  })
  if (flags.has('sysctl')) host.Sysctls = toMap(flags.list('sysctl'))
  if (flags.has('init')) host.Init = flags.bool('init')
  if (flags.has('mount')) host.Mounts = flags.list('mount').map(parseMountFlag)
  if (flags.has('storage-opt')) host.StorageOpt = toMap(flags.list('storage-opt'))
  const endpoints = networking(flags, host)
  return { request: { ...config, HostConfig: host, NetworkingConfig: { EndpointsConfig: endpoints } }, config, host }
}
const nullable = (list: readonly string[]): string[] | null => (list.length === 0 ? null : [...list])

function limits(flags: Flags, host: HostConfig): void {
  const bytes = (name: string): number => parseBytes(flags.get(name) ?? '0') ?? 0
  Object.assign(host, {
    CpuShares: flags.number('cpu-shares'), Memory: bytes('memory'), NanoCpus: Math.round(flags.number('cpus') * 1e9), BlkioWeight: flags.number('blkio-weight'),
    BlkioWeightDevice: flags.list('blkio-weight-device').map((text) => ({ Path: text.slice(0, text.indexOf(':')), Weight: Number(text.slice(text.indexOf(':') + 1)) })),
    CpuPeriod: flags.number('cpu-period'), CpuQuota: flags.number('cpu-quota'), CpuRealtimePeriod: flags.number('cpu-rt-period'), CpuRealtimeRuntime: flags.number('cpu-rt-runtime'),
    CpusetCpus: flags.text('cpuset-cpus'), CpusetMems: flags.text('cpuset-mems'), DeviceCgroupRules: nullable(flags.list('device-cgroup-rule')), KernelMemory: bytes('kernel-memory'),
    MemoryReservation: bytes('memory-reservation'), MemorySwap: flags.get('memory-swap') === '-1' ? -1 : bytes('memory-swap'), MemorySwappiness: flags.number('memory-swappiness', -1),
    OomKillDisable: flags.bool('oom-kill-disable'), PidsLimit: flags.number('pids-limit'), BlkioDeviceReadBps: rates(flags.list('device-read-bps')),
    BlkioDeviceWriteBps: rates(flags.list('device-write-bps')), BlkioDeviceReadIOps: rates(flags.list('device-read-iops')), BlkioDeviceWriteIOps: rates(flags.list('device-write-iops')),
  })
  if (host.PidsLimit === 0) host.PidsLimit = null
}

/** --network, with address and aliases. */
function networking(flags: Flags, host: HostConfig): Record<string, EndpointRequest> {
  const names = [...flags.list('network'), ...flags.list('net')]
  if (names.length > 1) {
    host.NetworkMode = names[0]
    return Object.fromEntries(names.map((n) => [n, {}]))
  }
  const [first = 'default'] = names
  const parsed = first.includes('name=') ? first.split(',').find((p) => p.startsWith('name='))?.slice(5) ?? first : first
  host.NetworkMode = parsed
  const aliases = [...flags.list('network-alias'), ...flags.list('net-alias')]
  const address = flags.text('ip')
  if (parsed === 'default') return {}
  const isUserDefined = !['default', 'bridge', 'host', 'none'].includes(parsed) && !parsed.startsWith('container:')
  if (!isUserDefined && aliases.length > 0 && flags.list('network').length > 0 && parsed !== 'bridge' && parsed !== 'default') throw new OptionError('conflicting options: cannot specify both --network-alias and per-network alias')
  if (!isUserDefined && address === '' && aliases.length === 0) return {}
  const endpoint: EndpointRequest = {
    ...(address === '' ? {} : { IPAMConfig: { IPv4Address: address } }), ...(aliases.length === 0 ? {} : { Aliases: aliases }), ...(flags.has('link') && isUserDefined ? { Links: [...flags.list('link')] } : {}),
  }
  return { [parsed]: endpoint }
}

/** -v and the like that pflag itself refuses. */
export function validateRunFlag(flag: { readonly name: string; readonly type: string }, value: string): string | undefined {
  switch (flag.name) {
    case 'attach': return ['stdin', 'stdout', 'stderr'].includes(value.toLowerCase()) ? undefined : 'valid streams are STDIN, STDOUT and STDERR'
    case 'env': return value === '' || value.startsWith('=') ? `invalid environment variable: ${value}` : undefined
    case 'add-host': {
      const at = value.indexOf(':')
      if (at <= 0) return `bad format for add-host: ${JSON.stringify(value)}`
      const ip = value.slice(at + 1)
      return ip === 'host-gateway' || /^\d+\.\d+\.\d+\.\d+$/.test(ip) || ip.includes(':') ? undefined : `invalid IP address in add-host: ${JSON.stringify(ip)}`
    }
    case 'dns': return /^\d+\.\d+\.\d+\.\d+$/.test(value) || value.includes(':') ? undefined : `${value} is not an ip address`
    case 'sysctl': return checkSysctl(value)
    case 'ulimit': return checkUlimit(value)
    case 'link': return undefined
    case 'volume': return value.startsWith(':') && value.length === 1 ? 'invalid' : undefined
    case 'device': return undefined
    case 'blkio-weight-device': case 'device-read-bps': case 'device-write-bps': case 'device-read-iops': case 'device-write-iops': return checkDeviceNumber(flag.name, value)
    default: return undefined
  }
}
const SYSCTLS = new Set(['kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni', 'kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced'])
function checkSysctl(value: string): string | undefined {
  const [name, ...rest] = value.split('=')
  if (rest.length === 0) return `sysctl '${value}' is not whitelisted`
  return SYSCTLS.has(name) || name.startsWith('net.') || name.startsWith('fs.mqueue.') ? undefined : `sysctl '${value}' is not whitelisted`
}
const ULIMITS = new Set(['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack'])
function checkUlimit(value: string): string | undefined {
  const [name, range, ...more] = value.split('=')
  if (range === undefined || more.length > 0) return `invalid ulimit argument: ${value}`
  if (!ULIMITS.has(name)) return `invalid ulimit type: ${name}`
  const [soft, hard, ...rest] = range.split(':')
  if (rest.length > 0) return `too many limit value arguments - ${range}, can only have up to two, \`soft[:hard]\``
  for (const n of [soft, hard]) if (n !== undefined && !/^-?\d+$/.test(n)) return `strconv.ParseInt: parsing ${JSON.stringify(n)}: invalid syntax`
  if (hard !== undefined && Number(hard) !== -1 && (Number(soft) > Number(hard) || Number(soft) === -1)) return `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`
  return undefined
}
