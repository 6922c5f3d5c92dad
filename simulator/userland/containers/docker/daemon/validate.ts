// What the daemon checks before it makes a container (runconfig/, daemon/container.go, daemon/daemon_unix.go), in its order and words.
import { signalNumber } from '../signals.ts'
import type { ContainerConfig, HostConfig } from '../api.ts'
import { ApiError, badRequest } from './api-error.ts'
import { normalizeCapabilities } from './capabilities.ts'

const OTHER_LOGS = ['syslog', 'journald', 'gelf', 'fluentd', 'awslogs', 'splunk', 'gcplogs', 'logentries']
const MB = 1024 * 1024

/** Options that exclude each other (runconfig.validateNetMode). */
function checkNetworkMode(config: ContainerConfig, host: HostConfig): void {
  const isContainer = host.NetworkMode.startsWith('container:')
  const isHost = host.NetworkMode === 'host'
  const conflict = (what: string): never => {
    throw badRequest(`conflicting options: ${what}`)
  }
  if (host.UTSMode === 'host' && config.Hostname !== '') conflict('hostname and the UTS mode')
  if (isContainer && config.Hostname !== '') conflict('hostname and the network mode')
  if (isContainer && (host.Links ?? []).length > 0) conflict('container type network can\'t be used with links. This would result in undefined behavior')
  if (isContainer && host.Dns.length > 0) conflict('dns and the network mode')
  if (isContainer && (host.ExtraHosts ?? []).length > 0) conflict('custom host-to-IP mapping and the network mode')
  if ((isContainer || isHost) && (config.MacAddress ?? '') !== '') conflict('mac-address and the network mode')
  if (isContainer && (Object.keys(host.PortBindings ?? {}).length > 0 || host.PublishAllPorts)) conflict('port publishing and the container type network mode')
  if (isContainer && Object.keys(config.ExposedPorts ?? {}).length > 0) conflict('port exposing and the container type network mode')
  if (isHost && (host.Links ?? []).length > 0) conflict('host type networking can\'t be used with links. This would result in undefined behavior')
}

function checkConfig(config: ContainerConfig): void {
  if (config.WorkingDir !== '' && !config.WorkingDir.startsWith('/')) throw badRequest(`the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`)
  if (config.StopSignal !== undefined && config.StopSignal !== '' && signalNumber(config.StopSignal) === undefined) throw badRequest(`Invalid signal: ${config.StopSignal}`)
  for (const env of config.Env ?? []) if (env === '' || env.startsWith('=')) throw badRequest(`invalid environment variable: ${env}`)
  const health = config.Healthcheck
  if (health === undefined) return
  for (const [name, value] of [['Interval', health.Interval], ['Timeout', health.Timeout], ['StartPeriod', health.StartPeriod]] as const) {
    if (value !== undefined && value !== 0 && value < 1e6) throw badRequest(`${name} in Healthcheck cannot be less than 1ms`)
  }
  if ((health.Retries ?? 0) < 0) throw badRequest('Retries in Healthcheck cannot be negative')
}

function checkRestartPolicy({ RestartPolicy: policy, AutoRemove }: HostConfig): void {
  const { Name: name, MaximumRetryCount: count } = policy
  if (AutoRemove && name !== '' && name !== 'no') throw badRequest('can\'t create \'AutoRemove\' container with restart policy')
  checkPolicy(name, count)
}
export function checkPolicy(name: string, count: number): void {
  switch (name) {
    case 'always': case 'unless-stopped': case 'no':
      if (count !== 0) throw badRequest(`maximum retry count cannot be used with restart policy '${name}'`)
      break
    case 'on-failure':
      if (count < 0) throw badRequest('maximum retry count cannot be negative')
      break
    case '': break
    default: throw badRequest(`invalid restart policy '${name}'`)
  }
}

/** The limits; answers warnings and settles what follows from them in `host`. `isUpdate`: docker update. */
export function checkResources(host: HostConfig, isUpdate = false): string[] {
  const warnings: string[] = []
  if (host.Memory !== 0 && host.Memory < 6 * MB) throw badRequest('Minimum memory limit allowed is 6MB')
  if (host.Memory > 0 && host.MemorySwap !== -1) {
    warnings.push('Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.')
    host.MemorySwap = -1
  }
  if (host.Memory > 0 && host.MemorySwap > 0 && host.MemorySwap < host.Memory) throw badRequest('Minimum memoryswap limit should be larger than memory limit, see usage')
  if (host.Memory === 0 && host.MemorySwap > 0 && !isUpdate) throw badRequest('You should always set the Memory limit when using Memoryswap limit, see usage')
  if (host.MemorySwappiness !== null && host.MemorySwappiness !== -1) {
    warnings.push('Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.')
  }
  host.MemorySwappiness = null
  if (host.MemoryReservation > 0 && host.MemoryReservation < 6 * MB) throw badRequest('Minimum memory reservation allowed is 6MB')
  if (host.Memory > 0 && host.MemoryReservation > host.Memory) throw badRequest('Minimum memory limit can not be less than memory reservation limit, see usage')
  if (host.OomKillDisable === true) warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.')
  host.OomKillDisable = null
  if (host.NanoCpus > 0 && host.CpuPeriod > 0) throw badRequest('Conflicting options: Nano CPUs and CPU Period cannot both be set.')
  if (host.NanoCpus > 0 && host.CpuQuota > 0) throw badRequest('Conflicting options: Nano CPUs and CPU Quota cannot both be set.')
  if (host.NanoCpus < 0 || host.NanoCpus > 1e9) throw badRequest('Range of CPUs is from 0.01 to 1.00, as there are only 1 CPUs available')
  if (host.CpuPeriod !== 0 && (host.CpuPeriod < 1000 || host.CpuPeriod > 1000000)) throw badRequest('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)')
  if (host.CpuQuota > 0 && host.CpuQuota < 1000) throw badRequest('CPU cfs quota can not be less than 1ms (i.e. 1000)')
  if (host.CpusetCpus !== '' && host.CpusetCpus !== '0') throw badRequest(/^[\d,-]+$/.test(host.CpusetCpus) ? `Requested CPUs are not available - requested ${host.CpusetCpus}, available: 0` : `Invalid value ${host.CpusetCpus} for cpuset cpus`)
  if (host.CpusetMems !== '' && host.CpusetMems !== '0') throw badRequest(/^[\d,-]+$/.test(host.CpusetMems) ? `Requested memory nodes are not available - requested ${host.CpusetMems}, available: 0` : `Invalid value ${host.CpusetMems} for cpuset mems`)
  if (host.BlkioWeight > 0 && (host.BlkioWeight < 10 || host.BlkioWeight > 1000)) throw badRequest('Range of blkio weight is from 10 to 1000')
  return warnings
}

function checkHost(host: HostConfig, hasRemap: boolean): string[] {
  if (host.OomScoreAdj < -1000 || host.OomScoreAdj > 1000) throw badRequest(`Invalid value ${host.OomScoreAdj}, range for oom score adj is [-1000, 1000]`)
  if (host.Isolation !== '' && host.Isolation !== 'default') throw badRequest(`Invalid isolation: ${JSON.stringify(host.Isolation)} - linux only supports 'default'`)
  if (!['', 'none', 'json-file', 'local', ...OTHER_LOGS].includes(host.LogConfig.Type)) throw badRequest(`error looking up logging plugin ${host.LogConfig.Type}: plugin ${JSON.stringify(host.LogConfig.Type)} not found`)
  if (OTHER_LOGS.includes(host.LogConfig.Type)) throw new ApiError(501, `the logging driver ${host.LogConfig.Type} is real, but not simulated here`)
  if (host.ShmSize < 0) throw badRequest('SHM size can not be less than 0')
  const warnings = checkResources(host)
  if (host.Privileged && hasRemap && host.UsernsMode !== 'host') throw badRequest('privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode')
  if (hasRemap && host.UsernsMode !== 'host' && host.NetworkMode === 'host') throw badRequest('cannot share the host\'s network namespace when user namespaces are enabled')
  if (hasRemap && host.UsernsMode !== 'host' && host.PidMode === 'host') throw badRequest('cannot share the host PID namespace when user namespaces are enabled')
  if (host.CgroupParent !== '' && !host.CgroupParent.startsWith('/') && host.CgroupParent.endsWith('.slice')) throw badRequest('cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"')
  if (host.Runtime !== '' && !['runc', 'io.containerd.runc.v2', 'io.containerd.runtime.v1.linux'].includes(host.Runtime)) throw badRequest(`Unknown runtime specified ${host.Runtime}`)
  for (const destination of Object.keys(host.Tmpfs ?? {})) if (!destination.startsWith('/')) throw badRequest(`invalid mount path: '${destination}' mount path must be absolute`)
  return warnings
}

/** All checks for docker create. Throws an ApiError, answers warnings. */
export function validateCreate(config: ContainerConfig, host: HostConfig, hasRemap: boolean): string[] {
  checkNetworkMode(config, host)
  checkConfig(config)
  normalizeCapabilities('CapAdd', host.CapAdd ?? [])
  normalizeCapabilities('CapDrop', host.CapDrop ?? [])
  checkRestartPolicy(host)
  const warnings = checkHost(host, hasRemap)
  if (host.NetworkMode === 'host' && Object.keys(host.PortBindings ?? {}).length > 0) warnings.push('Published ports are discarded when using host network mode')
  return warnings
}
