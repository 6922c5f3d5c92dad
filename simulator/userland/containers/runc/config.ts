// libcontainer's view of a container (libcontainer/configs), made of config.json and kept in state.json. Members are spelt as runc writes them.
import type { OciHooks, ThrottleDevice } from './oci.ts'

export interface MountConfig {
  readonly source: string
  readonly destination: string
  readonly device: string
  /** MS_… */
  readonly flags: number
  readonly propagation_flags: readonly number[] | null
  readonly data: string
  readonly relabel: string
  readonly rec_attr: null
  /** 1: tmpcopyup */
  readonly extensions: number
  readonly premount_cmds: null
  readonly postmount_cmds: null
}
export const EXT_COPYUP = 1

/** A rule of the device controller; `type` is a character code, -1 any number. */
export interface DeviceRule {
  readonly type: number
  readonly major: number
  readonly minor: number
  readonly permissions: string
  readonly allow: boolean
}
export interface DeviceNode extends DeviceRule {
  readonly path: string
  readonly file_mode: number
  readonly uid: number
  readonly gid: number
}
export const DEVICE_WILDCARD = -1
export const DEVICE_ALL = 97, DEVICE_BLOCK = 98, DEVICE_CHAR = 99, DEVICE_FIFO = 112

export type NamespaceName = 'NEWNS' | 'NEWUTS' | 'NEWIPC' | 'NEWUSER' | 'NEWPID' | 'NEWNET' | 'NEWCGROUP'
export interface NamespaceConfig {
  readonly type: NamespaceName
  readonly path: string
}
export interface IdMapping {
  readonly container_id: number
  readonly host_id: number
  readonly size: number
}
export interface CapabilityConfig {
  readonly Bounding: readonly string[] | null
  readonly Effective: readonly string[] | null
  readonly Inheritable: readonly string[] | null
  readonly Permitted: readonly string[] | null
  readonly Ambient: readonly string[] | null
}
export interface CgroupConfig {
  readonly name: string
  readonly path: string
  readonly scope_prefix: string
  devices: readonly DeviceRule[]
  memory: number
  memory_reservation: number
  memory_swap: number
  cpu_shares: number
  cpu_quota: number
  cpu_period: number
  cpu_rt_quota: number
  cpu_rt_period: number
  cpuset_cpus: string
  cpuset_mems: string
  pids_limit: number
  blkio_weight: number
  blkio_leaf_weight: number
  blkio_weight_device: null
  blkio_throttle_read_bps_device: readonly ThrottleDevice[] | null
  blkio_throttle_write_bps_device: readonly ThrottleDevice[] | null
  blkio_throttle_read_iops_device: readonly ThrottleDevice[] | null
  blkio_throttle_write_iops_device: readonly ThrottleDevice[] | null
  freezer: string
  hugetlb_limit: null
  oom_kill_disable: boolean
  memory_swappiness: number | null
  net_prio_ifpriomap: null
  net_cls_classid_u: number
  rdma: null
  cpu_weight: number
  unified: Readonly<Record<string, string>> | null
  Systemd: boolean
  Rootless: boolean
}
export interface RlimitConfig {
  readonly type: string
  readonly hard: number
  readonly soft: number
}
export interface ContainerConfig {
  readonly no_pivot_root: boolean
  readonly parent_death_signal: number
  readonly rootfs: string
  readonly umask: number | null
  readonly readonlyfs: boolean
  readonly rootPropagation: number
  readonly mounts: readonly MountConfig[]
  readonly devices: readonly DeviceNode[]
  readonly mount_label: string
  readonly hostname: string
  readonly namespaces: readonly NamespaceConfig[]
  readonly capabilities: CapabilityConfig | null
  readonly networks: readonly { readonly type: string }[] | null
  readonly routes: null
  readonly cgroups: CgroupConfig
  readonly apparmor_profile?: string
  readonly process_label?: string
  readonly rlimits?: readonly RlimitConfig[]
  readonly oom_score_adj?: number
  readonly uid_mappings: readonly IdMapping[] | null
  readonly gid_mappings: readonly IdMapping[] | null
  readonly mask_paths: readonly string[] | null
  readonly readonly_paths: readonly string[] | null
  readonly sysctl: Readonly<Record<string, string>> | null
  readonly seccomp: unknown
  readonly no_new_privileges?: boolean
  readonly Hooks: OciHooks
  readonly version: string
  readonly labels: readonly string[]
  readonly no_new_keyring: boolean
  readonly rootless_euid?: boolean
  readonly rootless_cgroups?: boolean
}

/** Does the container have a namespace of the type, its own or a joined one? */
export const hasNamespace = (config: ContainerConfig, type: NamespaceName): boolean => config.namespaces.some((ns) => ns.type === type)
/** Is it a new one, rather than one given by a path? */
export const makesNamespace = (config: ContainerConfig, type: NamespaceName): boolean => config.namespaces.some((ns) => ns.type === type && ns.path === '')

/** The id outside that stands for container root; -1 without a mapping. */
export function hostId(mappings: readonly IdMapping[] | null, id: number): number {
  for (const { container_id, host_id, size } of mappings ?? []) if (id >= container_id && id < container_id + size) return host_id + (id - container_id)
  return -1
}
