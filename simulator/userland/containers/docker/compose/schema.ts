// What may stand in a compose file (compose-spec.json), as far as this machine's compose goes; complaints as the schema's validator words them.
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '../../../../lib/yaml.ts'
import { ComposeError } from './error.ts'

/** `string`, `number`, `integer`, `boolean`, `null`, `list`, `mapping`, several with `|`; a mapping's members; a list's items; a mapping of any keys. */
export type Shape = string | { readonly members: Readonly<Record<string, Shape>>; readonly or?: string; readonly needs?: readonly string[] } | { readonly items: Shape; readonly or?: string } | { readonly each: Shape; readonly or?: string }

const TEXT = 'string', FLAG = 'boolean|string', NUMBER = 'number|string'
const PAIRS: Shape = { each: 'string|number|boolean|null', or: 'list' }
const TEXTS: Shape = { items: 'string' }
const ONE_OR_MORE: Shape = { items: 'string', or: 'string' }
const COMMAND: Shape = { items: 'string', or: 'string|null' }

const HEALTHCHECK: Shape = { members: { disable: FLAG, interval: TEXT, retries: NUMBER, test: ONE_OR_MORE, timeout: TEXT, start_period: TEXT, start_interval: TEXT }, or: 'null' }
const LIMITS: Shape = { members: { cpus: 'string|number', memory: TEXT, pids: 'integer|string', devices: 'list' }, or: 'null' }
const DEPLOY: Shape = {
  members: {
    mode: TEXT, endpoint_mode: TEXT, replicas: 'integer|string', labels: PAIRS, placement: 'mapping', update_config: 'mapping|null', rollback_config: 'mapping|null',
    resources: { members: { limits: LIMITS, reservations: LIMITS } },
    restart_policy: { members: { condition: TEXT, delay: TEXT, max_attempts: 'integer|string', window: TEXT }, or: 'null' },
  },
  or: 'null',
}
const BUILD: Shape = {
  members: {
    context: TEXT, dockerfile: TEXT, dockerfile_inline: TEXT, args: PAIRS, labels: PAIRS, target: TEXT, network: TEXT, tags: TEXTS, no_cache: FLAG, pull: FLAG, cache_from: 'list', cache_to: 'list', ssh: 'list|mapping',
    additional_contexts: 'list|mapping', extra_hosts: 'list|mapping', isolation: TEXT, privileged: FLAG, secrets: 'list', shm_size: 'string|integer', ulimits: 'mapping', platforms: 'list', entitlements: 'list',
  },
  or: 'string',
}
const PORT: Shape = { members: { name: TEXT, mode: TEXT, host_ip: TEXT, target: 'integer|string', published: 'string|integer', protocol: TEXT, app_protocol: TEXT }, or: 'string|number' }
const VOLUME: Shape = {
  members: {
    type: TEXT, source: TEXT, target: TEXT, read_only: FLAG, consistency: TEXT, bind: { members: { propagation: TEXT, create_host_path: FLAG, selinux: TEXT } },
    volume: { members: { nocopy: FLAG, subpath: TEXT } }, tmpfs: { members: { size: 'integer|string', mode: 'number|string' } },
  },
  or: 'string', needs: ['type'],
}
const SERVICE_NETWORK: Shape = { members: { aliases: TEXTS, ipv4_address: TEXT, ipv6_address: TEXT, link_local_ips: TEXTS, mac_address: TEXT, driver_opts: 'mapping', priority: 'number' }, or: 'null' }
const ULIMIT: Shape = { members: { hard: 'integer|string', soft: 'integer|string' }, or: 'integer|string', needs: ['soft', 'hard'] }

const SERVICE: Shape = {
  members: {
    annotations: PAIRS, attach: FLAG, build: BUILD, blkio_config: 'mapping', cap_add: TEXTS, cap_drop: TEXTS, cgroup: TEXT, cgroup_parent: TEXT, command: COMMAND, configs: 'list', container_name: TEXT, cpu_count: NUMBER,
    cpu_percent: NUMBER, cpu_period: NUMBER, cpu_quota: NUMBER, cpu_rt_period: NUMBER, cpu_rt_runtime: NUMBER, cpu_shares: NUMBER, cpus: NUMBER, cpuset: TEXT, credential_spec: 'mapping',
    depends_on: { each: { members: { condition: TEXT, restart: FLAG, required: FLAG }, needs: ['condition'] }, or: 'list' }, deploy: DEPLOY, develop: 'mapping|null', device_cgroup_rules: TEXTS, devices: 'list', dns: ONE_OR_MORE,
    dns_opt: TEXTS, dns_search: ONE_OR_MORE, domainname: TEXT, entrypoint: COMMAND, env_file: { items: { members: { path: TEXT, required: FLAG }, or: 'string', needs: ['path'] }, or: 'string' }, environment: PAIRS,
    expose: { items: 'string|number' }, extends: 'string|mapping', external_links: TEXTS, extra_hosts: 'list|mapping', group_add: { items: 'string|number' }, healthcheck: HEALTHCHECK, hostname: TEXT, image: TEXT, init: FLAG,
    ipc: TEXT, isolation: TEXT, labels: PAIRS, links: TEXTS, logging: { members: { driver: TEXT, options: 'mapping' } }, mac_address: TEXT, mem_limit: 'number|string', mem_reservation: 'string|integer',
    mem_swappiness: NUMBER, memswap_limit: 'number|string', network_mode: TEXT, networks: { each: SERVICE_NETWORK, or: 'list' }, oom_kill_disable: FLAG, oom_score_adj: NUMBER, pid: 'string|null', pids_limit: NUMBER,
    platform: TEXT, ports: { items: PORT }, privileged: FLAG, profiles: TEXTS, pull_policy: TEXT, read_only: FLAG, restart: TEXT, runtime: TEXT, scale: 'integer|string', secrets: 'list', security_opt: TEXTS, shm_size: NUMBER,
    stdin_open: FLAG, stop_grace_period: TEXT, stop_signal: TEXT, storage_opt: 'mapping', sysctls: PAIRS, tmpfs: ONE_OR_MORE, tty: FLAG, ulimits: { each: ULIMIT }, user: TEXT, userns_mode: TEXT, uts: TEXT,
    volumes: { items: VOLUME }, volumes_from: TEXTS, working_dir: TEXT,
  },
}
const IPAM: Shape = { members: { driver: TEXT, config: { items: { members: { subnet: TEXT, ip_range: TEXT, gateway: TEXT, aux_addresses: 'mapping' } } }, options: 'mapping' } }
const EXTERNAL: Shape = { members: { name: TEXT }, or: 'boolean|string' }
const NETWORK: Shape = { members: { name: TEXT, driver: TEXT, driver_opts: 'mapping', ipam: IPAM, external: EXTERNAL, internal: FLAG, attachable: FLAG, enable_ipv6: FLAG, labels: PAIRS }, or: 'null' }
const NAMED_VOLUME: Shape = { members: { name: TEXT, driver: TEXT, driver_opts: 'mapping', external: EXTERNAL, labels: PAIRS }, or: 'null' }

const FILE: Shape = {
  members: { version: TEXT, name: TEXT, include: 'list', services: { each: SERVICE }, networks: { each: NETWORK, or: 'null' }, volumes: { each: NAMED_VOLUME, or: 'null' }, secrets: 'mapping', configs: 'mapping' },
}

const typeOf = (value: YamlValue): string => {
  if (value === null) return 'null'
  if (isYamlMap(value)) return 'mapping'
  if (isYamlList(value)) return 'list'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}
const isOf = (types: string, value: YamlValue): boolean => {
  const type = typeOf(value)
  return types.split('|').some((t) => t === type || (t === 'number' && type === 'integer'))
}
/** `a string`, `a string, number or list` */
const worded = (types: readonly string[]): string => (types.length === 1 ? types[0] : `${types.slice(0, -1).join(', ')} or ${types[types.length - 1]}`)

function check(shape: Shape, value: YamlValue, path: string): void {
  const complain = (problem: string): never => {
    throw new ComposeError(`${path === '' ? '(root)' : path} ${problem}`)
  }
  if (typeof shape === 'string') {
    if (!isOf(shape, value)) complain(`must be a ${worded(shape.split('|'))}`)
    return
  }
  if (shape.or !== undefined && isOf(shape.or, value)) return
  const own = 'items' in shape ? 'list' : 'mapping'
  if (typeOf(value) !== own) complain(`must be a ${worded([...(shape.or?.split('|') ?? []), own].filter((t) => t !== 'null'))}`)
  if ('items' in shape && isYamlList(value)) value.forEach((item, index) => check(shape.items, item, `${path}.${index}`))
  if (isYamlMap(value)) checkMapping(shape, value, path, complain)
}
function checkMapping(shape: Exclude<Shape, string>, value: YamlMap, path: string, complain: (problem: string) => never): void {
  if ('items' in shape) return
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`)
  if ('each' in shape) {
    for (const [key, item] of value) {
      if (path === 'services' && !/^[a-zA-Z0-9._-]+$/.test(key)) complain(`Additional property ${key} is not allowed`)
      check(shape.each, item, below(key))
    }
    return
  }
  for (const key of value.keys()) if (!key.startsWith('x-') && shape.members[key] === undefined) complain(`Additional property ${key} is not allowed`)
  for (const key of shape.needs ?? []) if (!value.has(key)) complain(`${key} is required`)
  for (const [key, item] of value) if (!key.startsWith('x-')) check(shape.members[key], item, below(key))
}

/** @throws {ComposeError} about the first thing that is wrong */
export function validateFile(value: YamlMap): void {
  check(FILE, value, '')
}
