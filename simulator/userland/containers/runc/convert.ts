// From config.json to libcontainer's config (libcontainer/specconv: CreateLibcontainerConfig), with its complaints.
import { fail, quoted } from '../go-error.ts'
import {
  type CapabilityConfig, type CgroupConfig, type ContainerConfig, DEVICE_ALL, DEVICE_BLOCK, DEVICE_CHAR, DEVICE_FIFO, DEVICE_WILDCARD, type DeviceNode, type DeviceRule, type IdMapping,
  type NamespaceConfig, type NamespaceName, type RlimitConfig,
} from './config.ts'
import { convertMount, propagationFlag } from './mount-options.ts'
import { HOOK_NAMES, type OciCapabilities, type OciDeviceRule, type OciHooks, type OciIdMapping, type OciResources, type OciRlimit, type OciSpec } from './oci.ts'

const NAMESPACES = new Map<string, NamespaceName>([
  ['pid', 'NEWPID'], ['network', 'NEWNET'], ['mount', 'NEWNS'], ['user', 'NEWUSER'], ['ipc', 'NEWIPC'], ['uts', 'NEWUTS'], ['cgroup', 'NEWCGROUP'],
])

const charRule = (major: number, minor: number, permissions = 'rwm', type = DEVICE_CHAR): DeviceRule => ({ type, major, minor, permissions, allow: true })
const charNode = (path: string, major: number, minor: number): DeviceNode => ({ ...charRule(major, minor), path, file_mode: 0o666, uid: 0, gid: 0 })
const DEFAULT_DEVICES: readonly DeviceNode[] = [
  charNode('/dev/null', 1, 3), charNode('/dev/random', 1, 8), charNode('/dev/full', 1, 7), charNode('/dev/tty', 5, 0), charNode('/dev/zero', 1, 5), charNode('/dev/urandom', 1, 9),
]
/** Every container may make nodes, use the usual ones, and pseudo terminals and tun. */
const ALLOWED_DEVICES: readonly DeviceRule[] = [
  charRule(DEVICE_WILDCARD, DEVICE_WILDCARD, 'm'), charRule(DEVICE_WILDCARD, DEVICE_WILDCARD, 'm', DEVICE_BLOCK),
  ...DEFAULT_DEVICES.map(({ major, minor }) => charRule(major, minor)), charRule(136, DEVICE_WILDCARD), charRule(5, 2), charRule(10, 200),
]
const DEVICE_TYPES = new Map([['a', DEVICE_ALL], ['', DEVICE_ALL], ['b', DEVICE_BLOCK], ['c', DEVICE_CHAR], ['u', DEVICE_CHAR], ['p', DEVICE_FIFO]])

function deviceType(text: string, what: string): number {
  const type = DEVICE_TYPES.get(text)
  return type ?? fail(`invalid ${what} type: ${text}`)
}

const LOOPBACK = {
  type: 'loopback', name: '', bridge: '', mac_address: '', address: '', gateway: '', ipv6_address: '', ipv6_gateway: '', mtu: 0, txqueuelen: 0, host_interface_name: '', hairpin_mode: false,
}

export interface ConvertOptions {
  readonly id: string
  readonly bundle: string
  readonly noPivot: boolean
  readonly noNewKeyring: boolean
  readonly isRootlessEuid: boolean
  readonly isRootlessCgroups: boolean
}

export function convertSpec(spec: OciSpec, options: ConvertOptions): ContainerConfig {
  const { bundle } = options
  if (spec.root === undefined) return fail('root must be specified')
  const rootfs = spec.root.path.startsWith('/') ? spec.root.path : `${bundle}/${spec.root.path}`
  const { linux = {}, process } = spec
  const propagation = linux.rootfsPropagation ?? ''
  const rootPropagation = propagation === '' ? 0 : propagationFlag(propagation) ?? fail(`rootfsPropagation=${propagation} is not supported`)
  const namespaces = convertNamespaces(linux.namespaces ?? [])
  const isolatesNetwork = namespaces.some(({ type, path }) => type === 'NEWNET' && path === '')
  const labels = Object.entries(spec.annotations ?? {}).map(([key, value]) => `${key}=${value}`)
  return {
    no_pivot_root: options.noPivot, parent_death_signal: 0, rootfs, umask: process?.user?.umask ?? null, readonlyfs: spec.root.readonly === true, rootPropagation,
    mounts: (spec.mounts ?? []).map((mount) => convertMount(mount, bundle)), devices: convertDevices(spec), mount_label: '', hostname: spec.hostname ?? '', namespaces,
    capabilities: convertCapabilities(process?.capabilities), networks: isolatesNetwork ? [LOOPBACK] : null, routes: null,
    cgroups: convertCgroup(spec, options), ...(process?.apparmorProfile === undefined ? {} : { apparmor_profile: process.apparmorProfile }),
    ...(process?.oomScoreAdj === undefined ? {} : { oom_score_adj: process.oomScoreAdj }),
    uid_mappings: convertMappings(linux.uidMappings), gid_mappings: convertMappings(linux.gidMappings), mask_paths: linux.maskedPaths ?? null, readonly_paths: linux.readonlyPaths ?? null,
    sysctl: linux.sysctl ?? null, seccomp: linux.seccomp ?? null, ...(process?.noNewPrivileges === true ? { no_new_privileges: true } : {}), Hooks: convertHooks(spec.hooks),
    version: spec.ociVersion ?? '', labels: [...labels, `bundle=${bundle}`], no_new_keyring: options.noNewKeyring,
    ...(options.isRootlessEuid ? { rootless_euid: true } : {}), ...(options.isRootlessCgroups ? { rootless_cgroups: true } : {}),
  }
}

function convertNamespaces(list: readonly { readonly type: string; readonly path?: string }[]): NamespaceConfig[] {
  const result: NamespaceConfig[] = []
  for (const { type, path = '' } of list) {
    const name = NAMESPACES.get(type)
    if (name === undefined) return fail(`namespace {${quoted(type)} ${quoted(path)}} does not exist`)
    if (result.some((ns) => ns.type === name)) fail(`malformed spec file: duplicated ns {${quoted(type)} ${quoted(path)}}`)
    result.push({ type: name, path })
  }
  return result
}

const convertMappings = (list: readonly OciIdMapping[] | undefined): IdMapping[] | null =>
  list?.map(({ containerID, hostID, size }) => ({ container_id: containerID, host_id: hostID, size })) ?? null

export function convertCapabilities(caps: OciCapabilities | undefined): CapabilityConfig | null {
  if (caps === undefined) return null
  return {
    Bounding: caps.bounding ?? null, Effective: caps.effective ?? null, Inheritable: caps.inheritable ?? null, Permitted: caps.permitted ?? null, Ambient: caps.ambient ?? null,
  }
}

const convertHooks = (hooks: OciHooks | undefined): OciHooks => Object.fromEntries(HOOK_NAMES.map((name) => [name, hooks?.[name] ?? null]))

/** The limits of a process; the order is kept. */
export function convertRlimits(list: readonly OciRlimit[] | undefined): RlimitConfig[] {
  const seen = new Set<string>()
  return (list ?? []).map(({ type, hard, soft }) => {
    if (!/^RLIMIT_[A-Z]+$/.test(type)) fail(`invalid rlimit type: ${type}`)
    if (seen.has(type)) fail(`duplicate rlimit ${type}`)
    seen.add(type)
    return { type: type.slice(7), hard, soft }
  })
}

function convertDevices(spec: OciSpec): DeviceNode[] {
  const nodes = [...DEFAULT_DEVICES]
  for (const device of spec.linux?.devices ?? []) {
    const node: DeviceNode = {
      type: deviceType(device.type, 'device'), major: device.major ?? 0, minor: device.minor ?? 0, permissions: '', allow: false, path: device.path,
      file_mode: (device.fileMode ?? 0o666) & 0o7777, uid: device.uid ?? 0, gid: device.gid ?? 0,
    }
    const index = nodes.findIndex(({ path }) => path === node.path)
    if (index >= 0) nodes[index] = node
    else nodes.push(node)
  }
  return nodes
}

function convertDeviceRule(rule: OciDeviceRule): DeviceRule {
  return { type: deviceType(rule.type ?? '', 'device'), major: rule.major ?? DEVICE_WILDCARD, minor: rule.minor ?? DEVICE_WILDCARD, permissions: rule.access ?? '', allow: rule.allow }
}

const NO_LIMITS: Omit<CgroupConfig, 'name' | 'path' | 'scope_prefix' | 'devices' | 'Rootless'> = {
  memory: 0, memory_reservation: 0, memory_swap: 0, cpu_shares: 0, cpu_quota: 0, cpu_period: 0, cpu_rt_quota: 0, cpu_rt_period: 0, cpuset_cpus: '', cpuset_mems: '', pids_limit: 0,
  blkio_weight: 0, blkio_leaf_weight: 0, blkio_weight_device: null, blkio_throttle_read_bps_device: null, blkio_throttle_write_bps_device: null,
  blkio_throttle_read_iops_device: null, blkio_throttle_write_iops_device: null, freezer: '', hugetlb_limit: null, oom_kill_disable: false, memory_swappiness: null,
  net_prio_ifpriomap: null, net_cls_classid_u: 0, rdma: null, cpu_weight: 0, unified: null, Systemd: false,
}

/** cgroup v1's shares (2 to 262144) as v2's weight (1 to 10000). */
export const weightOfShares = (shares: number): number => (shares === 0 ? 0 : 1 + Math.floor((shares - 2) * 9999 / 262142))

/** Overwrites the limits that are given. */
export function applyResources(cgroup: CgroupConfig, r: OciResources): void {
  const { memory, cpu } = r
  if (memory !== undefined) {
    cgroup.memory = memory.limit ?? cgroup.memory
    cgroup.memory_reservation = memory.reservation ?? cgroup.memory_reservation
    cgroup.memory_swap = memory.swap ?? cgroup.memory_swap
    cgroup.memory_swappiness = memory.swappiness ?? cgroup.memory_swappiness
    cgroup.oom_kill_disable = memory.disableOOMKiller ?? cgroup.oom_kill_disable
  }
  if (cpu !== undefined) {
    if (cpu.shares !== undefined) {
      cgroup.cpu_shares = cpu.shares
      cgroup.cpu_weight = weightOfShares(cpu.shares)
    }
    cgroup.cpu_quota = cpu.quota ?? cgroup.cpu_quota
    cgroup.cpu_period = cpu.period ?? cgroup.cpu_period
    cgroup.cpuset_cpus = cpu.cpus ?? cgroup.cpuset_cpus
    cgroup.cpuset_mems = cpu.mems ?? cgroup.cpuset_mems
  }
  cgroup.pids_limit = r.pids?.limit ?? cgroup.pids_limit
  cgroup.blkio_weight = r.blockIO?.weight ?? cgroup.blkio_weight
  cgroup.blkio_throttle_read_bps_device = r.blockIO?.throttleReadBpsDevice ?? cgroup.blkio_throttle_read_bps_device
  cgroup.blkio_throttle_write_bps_device = r.blockIO?.throttleWriteBpsDevice ?? cgroup.blkio_throttle_write_bps_device
  cgroup.blkio_throttle_read_iops_device = r.blockIO?.throttleReadIOPSDevice ?? cgroup.blkio_throttle_read_iops_device
  cgroup.blkio_throttle_write_iops_device = r.blockIO?.throttleWriteIOPSDevice ?? cgroup.blkio_throttle_write_iops_device
  if (r.unified !== undefined) cgroup.unified = { ...cgroup.unified, ...r.unified }
}

function convertCgroup({ linux }: OciSpec, options: ConvertOptions): CgroupConfig {
  const path = linux?.cgroupsPath ?? ''
  const rules = (linux?.resources?.devices ?? []).map(convertDeviceRule)
  const cgroup: CgroupConfig = {
    ...NO_LIMITS, name: path === '' ? options.id : '', path: path === '' ? '' : cleanPath(path), scope_prefix: '', devices: [...rules, ...ALLOWED_DEVICES], Rootless: options.isRootlessCgroups,
  }
  if (linux?.resources !== undefined) applyResources(cgroup, linux.resources)
  return cgroup
}

/** filepath.Clean */
export function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && (parts.length > 0 || path.startsWith('/'))) parts.pop()
    else parts.push(part)
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.'
}
