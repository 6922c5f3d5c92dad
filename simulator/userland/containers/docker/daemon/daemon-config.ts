// /etc/docker/daemon.json (daemon/config/config.go): which directives there are, what Go says of values that don't fit, and those that work here.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readFile } from '../../../libc/unistd.ts'
import { GoError } from '../../go-error.ts'
import { parseGoJson } from '../../go-json.ts'

export const CONFIG_FILE = '/etc/docker/daemon.json'

export interface DaemonConfig {
  readonly 'userns-remap'?: string
  readonly 'live-restore'?: boolean
  readonly 'userland-proxy'?: boolean
  readonly icc?: boolean
  readonly dns?: readonly string[]
  readonly labels?: readonly string[]
}
/** A file that can't be used: the message, and whether it is this machine that lacks what was asked for. */
export interface ConfigProblem {
  readonly problem: string
  readonly isUnsimulated: boolean
}

/** Go's types of the directives; those in the second table don't work here unless they say what is so anyway. How many layers come at once shows only where some come. */
const KNOWN: Readonly<Record<string, string>> = {
  'userns-remap': 'string', 'live-restore': 'bool', 'userland-proxy': 'bool', icc: 'bool', dns: '[]string', labels: '[]string', 'max-concurrent-downloads': 'int',
  'max-concurrent-uploads': 'int',
}
const UNSIMULATED: Readonly<Record<string, readonly [type: string, usual: unknown]>> = {
  hosts: ['[]string', undefined], 'storage-driver': ['string', 'overlay2'], 'log-driver': ['string', 'json-file'], 'log-opts': ['map[string]string', undefined], iptables: ['bool', true], ip6tables: ['bool', false], 'ip-forward': ['bool', true],
  'ip-masq': ['bool', true], 'exec-opts': ['[]string', undefined], 'default-runtime': ['string', 'runc'], runtimes: ['map[string]types.Runtime', undefined], 'data-root': ['string', '/var/lib/docker'], 'exec-root': ['string', '/var/run/docker'],
  bip: ['string', undefined], bridge: ['string', 'docker0'], 'fixed-cidr': ['string', undefined], ipv6: ['bool', false], mtu: ['int', 1500], 'default-address-pools': ['[]*ipamutils.NetworkToSplit', undefined], 'default-ulimits': ['map[string]*units.Ulimit', undefined],
  'default-shm-size': ['opts.MemBytes', undefined], 'seccomp-profile': ['string', undefined], 'no-new-privileges': ['bool', false], 'selinux-enabled': ['bool', false], init: ['bool', false], 'init-path': ['string', undefined], 'cgroup-parent': ['string', undefined],
  'default-cgroupns-mode': ['string', 'private'], 'dns-opts': ['[]string', undefined], 'dns-search': ['[]string', undefined], tls: ['bool', false], tlsverify: ['bool', false], pidfile: ['string', '/var/run/docker.pid'], group: ['string', 'docker'],
  debug: ['bool', false], 'log-level': ['string', 'info'], experimental: ['bool', false], 'insecure-registries': ['[]string', undefined], 'registry-mirrors': ['[]string', undefined], 'shutdown-timeout': ['int', 15],
  features: ['map[string]bool', undefined], ip: ['net.IP', undefined], containerd: ['string', undefined], 'raw-logs': ['bool', false],
}

const jsonType = (value: unknown): string => (Array.isArray(value) ? 'array' : value !== null && typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value)
function fits(type: string, value: unknown): boolean {
  if (value === null) return true
  if (type.startsWith('[]')) return Array.isArray(value) && (type !== '[]string' || value.every((item) => typeof item === 'string'))
  if (type.startsWith('map')) return jsonType(value) === 'object'
  if (type === 'bool') return typeof value === 'boolean'
  if (type === 'int') return typeof value === 'number' && Number.isInteger(value)
  return typeof value === 'string'
}

/** Nothing, or what is so anyway. */
const isUsual = (value: unknown, usual: unknown): boolean =>
  value === usual || value === null || (usual === undefined && (value === '' || (typeof value === 'object' && Object.keys(value).length === 0)))

export function* readConfig(): Flow<DaemonConfig | ConfigProblem> {
  const text = yield* readFile(CONFIG_FILE)
  if (isErr(text)) return {}
  const refuse = (message: string): ConfigProblem => ({ problem: `unable to configure the Docker daemon with file ${CONFIG_FILE}: ${message}`, isUnsimulated: false })
  let parsed: unknown
  try {
    parsed = parseGoJson(text)
  } catch (thrown) {
    if (thrown instanceof GoError) return refuse(thrown.message)
    throw thrown
  }
  if (jsonType(parsed) !== 'object') return refuse(`json: cannot unmarshal ${jsonType(parsed)} into Go value of type map[string]interface {}`)
  const config = parsed as Readonly<Record<string, unknown>>
  const typeOf = (key: string): string | undefined => KNOWN[key] ?? UNSIMULATED[key]?.[0]
  const unknown = Object.keys(config).filter((key) => typeOf(key) === undefined)
  if (unknown.length > 0) return refuse(`the following directives don't match any configuration option: ${unknown.join(', ')}`)
  for (const [key, value] of Object.entries(config)) {
    const type = typeOf(key) ?? ''
    if (!fits(type, value)) return refuse(`json: cannot unmarshal ${jsonType(value)} into Go struct field Config.${key} of type ${type}`)
  }
  const lacking = Object.entries(config).find(([key, value]) => UNSIMULATED[key] !== undefined && !isUsual(value, UNSIMULATED[key][1]))
  if (lacking !== undefined) return { problem: `dockerd: ${CONFIG_FILE}: ${lacking[0]} is real, but not simulated here`, isUnsimulated: true }
  return config as DaemonConfig
}
export const isProblem = (config: DaemonConfig | ConfigProblem): config is ConfigProblem => 'problem' in config
