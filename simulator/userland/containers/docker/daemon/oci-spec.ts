// The bundle's config.json as dockerd 20.10 writes it (daemon/oci_linux.go): what runc is to make of a container.
import { isErr } from '../../../../abi/errno.ts'
import { isBlk, isChr, isDir, major, minor } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readDir, stat } from '../../../libc/unistd.ts'
import { parseGroup, parsePasswd } from '../../../libc/pwd.ts'
import { DOCKER_DEFAULT_SECCOMP } from '../../seccomp-docker-default.ts'
import { goText } from '../../go-error.ts'
import type { OciResources, ThrottleDevice } from '../../runc/oci.ts'
import { type OciSeccomp, resolveSeccompProfile, type SeccompProfile } from '../../seccomp-profile.ts'
import type { HostConfig } from '../api.ts'
import { badRequest, serverError } from './api-error.ts'
import { ALL_CAPABILITIES, tweakCapabilities } from './capabilities.ts'
import type { Container } from './container.ts'

export interface OciUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids?: readonly number[]
}
interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}
export interface OciProcess {
  readonly terminal?: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user: OciUser
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly capabilities?: { readonly bounding: readonly string[]; readonly effective: readonly string[]; readonly permitted: readonly string[]; readonly inheritable?: readonly string[] }
  readonly rlimits?: readonly { readonly type: string; readonly hard: number; readonly soft: number }[]
  readonly noNewPrivileges?: boolean
  readonly apparmorProfile?: string
  readonly oomScoreAdj?: number
}
interface DeviceRule {
  readonly allow: boolean
  readonly type?: string
  readonly major?: number
  readonly minor?: number
  readonly access: string
}

/** What the rest of the daemon decided: paths of other containers' namespaces and the files of the container. */
export interface SpecInput {
  readonly container: Container
  readonly rootfs: string
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly user: OciUser
  /** Namespaces to join by path; '' for those of the host; absent for new ones. */
  readonly join: Readonly<Record<string, string>>
  readonly shmPath: string | undefined
  readonly remap: { readonly uid: number; readonly gid: number; readonly size: number } | undefined
  readonly seccomp: { readonly kind: 'default' | 'unconfined' } | { readonly kind: 'profile'; readonly profile: SeccompProfile }
  readonly noNewPrivileges: boolean
  readonly hostname: string
}

const MAX_ID = 2147483647
const PROC_OPTIONS = ['nosuid', 'noexec', 'nodev']
const SYSCTLS = { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' }

/** Throws an ApiError. */
function inRange(id: number): number {
  if (id > MAX_ID) throw serverError(`uids and gids must be in range 0-${MAX_ID}`)
  return id
}

/** Looks a user up in the files of the image: `name`, `uid`, each with `:group`. Throws an ApiError. */
export function resolveUser(text: string, passwdText: string, groupText: string, extraGroups: readonly string[]): OciUser {
  const users = parsePasswd(passwdText)
  const groups = parseGroup(groupText)
  const [given, group] = text.split(':')
  const name = given === '' ? '0' : given
  const isNumber = /^\d+$/.test(name)
  const user = users.find((u) => u.name === name) ?? users.find((u) => isNumber && u.uid === Number(name))
  if (user === undefined && !isNumber) throw serverError(`unable to find user ${name}: no matching entries in passwd file`)
  const uid = inRange(user?.uid ?? Number(name))
  let gid = user?.gid ?? 0
  if (group !== undefined && group !== '') {
    const found = groups.find((g) => g.name === group)
    if (found === undefined && !/^\d+$/.test(group)) throw serverError(`unable to find group ${group}: no matching entries in group file`)
    gid = inRange(found?.gid ?? Number(group))
  }
  const additional = group === undefined && user !== undefined ? groups.filter((g) => g.members.includes(user.name)).map((g) => g.gid) : []
  for (const extra of extraGroups) {
    const found = groups.find((g) => g.name === extra)
    if (found === undefined && !/^\d+$/.test(extra)) throw badRequest(`Unable to find group ${extra}: no matching entries in group file`)
    additional.push(found?.gid ?? Number(extra))
  }
  return { uid, gid, additionalGids: [gid, ...additional.filter((g) => g !== gid)] }
}

function namespaces(input: SpecInput): readonly { readonly type: string; readonly path?: string }[] {
  const types = ['mount', 'network', 'uts', 'pid', 'ipc', 'cgroup']
  if (input.remap !== undefined) types.push('user')
  return types.flatMap((type) => {
    const path = input.join[type]
    if (path === '') return []
    return [path === undefined ? { type } : { type, path }]
  })
}

function defaultMounts(input: SpecInput): OciMount[] {
  const { hostConfig } = input.container
  const ro = hostConfig.Privileged ? 'rw' : 'ro'
  const mounts: OciMount[] = [
    { destination: '/proc', type: 'proc', source: 'proc', options: PROC_OPTIONS },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...PROC_OPTIONS, ro] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [ro, ...PROC_OPTIONS] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: PROC_OPTIONS },
  ]
  if (input.join['ipc'] === '') mounts.splice(mounts.findIndex((m) => m.destination === '/dev/mqueue'), 1, { destination: '/dev/mqueue', type: 'bind', source: '/dev/mqueue', options: ['rbind', ...PROC_OPTIONS] })
  if (input.join['pid'] === '' && input.remap !== undefined) mounts[0] = { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind', ...PROC_OPTIONS] }
  if (input.remap !== undefined && (input.join['network'] !== undefined)) mounts[3] = { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', ...PROC_OPTIONS, 'ro'] }
  if (hostConfig.IpcMode === 'none') return mounts
  if (input.shmPath === undefined) mounts.push({ destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...PROC_OPTIONS, 'mode=1777', `size=${hostConfig.ShmSize}`] })
  else mounts.push({ destination: '/dev/shm', type: 'bind', source: input.shmPath, options: ['rbind', 'rprivate'] })
  return mounts
}

function ownMounts(input: SpecInput): OciMount[] {
  const { container } = input
  const { hostConfig } = container
  const mounts: OciMount[] = []
  for (const [destination, options] of Object.entries(hostConfig.Tmpfs ?? {})) {
    mounts.push({ destination, type: 'tmpfs', source: 'tmpfs', options: ['noexec', 'nosuid', 'nodev', ...options.split(',').filter((o) => o !== '')] })
  }
  for (const m of container.mounts) {
    if (m.Type === 'tmpfs') {
      mounts.push({ destination: m.Destination, type: 'tmpfs', source: 'tmpfs', options: ['noexec', 'nosuid', 'nodev', ...m.Mode.split(',').filter((o) => o !== ''), ...(m.RW ? [] : ['ro'])] })
      continue
    }
    mounts.push({ destination: m.Destination, type: 'bind', source: m.Source, options: ['rbind', ...(m.RW ? [] : ['ro']), ...(m.Propagation === '' ? [] : [m.Propagation])] })
  }
  mounts.sort((a, b) => a.destination.split('/').length - b.destination.split('/').length)
  const isBound = (path: string): boolean => mounts.some((m) => m.destination === path)
  for (const name of ['resolv.conf', 'hostname', 'hosts']) {
    const source = containerFile(container, name)
    if (source !== '' && !isBound(`/etc/${name}`)) mounts.push({ destination: `/etc/${name}`, type: 'bind', source, options: ['rbind', ...(hostConfig.ReadonlyRootfs ? ['ro'] : []), 'rprivate'] })
  }
  if (hostConfig.Init === true) mounts.push({ destination: '/sbin/docker-init', type: 'bind', source: '/usr/bin/docker-init', options: ['bind', 'ro'] })
  return mounts
}

/** A file docker binds into the container; one that shares another's network has that one's. */
export const containerFile = (container: Container, name: string): string => `${container.filesFrom?.directory ?? container.directory}/${name}`

const DEVICE_RULES: readonly DeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 5, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 9, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 8, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 0, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 1, access: 'rwm' },
  { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
]

interface Device {
  readonly type: string
  readonly path: string
  readonly major: number
  readonly minor: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
}
function* deviceAt(path: string, inside: string): Flow<Device | undefined> {
  const st = yield* stat(path)
  if (isErr(st) || (!isBlk(st.mode) && !isChr(st.mode))) return undefined
  return { type: isBlk(st.mode) ? 'b' : 'c', path: inside, major: major(st.rdev), minor: minor(st.rdev), fileMode: st.mode & 0o7777, uid: st.uid, gid: st.gid }
}
/** --device: one node or, for a directory, all in it. Throws an ApiError. */
function* devicesOf(hostConfig: HostConfig): Flow<{ readonly devices: readonly Device[]; readonly rules: readonly DeviceRule[] }> {
  const devices: Device[] = []
  const rules: DeviceRule[] = []
  if (hostConfig.Privileged) return { devices: yield* allDevices('/dev'), rules }
  for (const { PathOnHost, PathInContainer, CgroupPermissions } of hostConfig.Devices) {
    const device = yield* deviceAt(PathOnHost, PathInContainer)
    const there = device === undefined ? yield* stat(PathOnHost) : undefined
    const found = device !== undefined ? [device] : there !== undefined && !isErr(there) && isDir(there.mode) ? yield* allDevices(PathOnHost) : []
    if (found.length === 0) throw serverError(`error gathering device information while adding custom device "${PathOnHost}": ${there !== undefined && isErr(there) ? 'no such file or directory' : 'not a device node'}`)
    for (const d of found) {
      devices.push(d)
      rules.push({ allow: true, type: d.type, major: d.major, minor: d.minor, access: CgroupPermissions })
    }
  }
  return { devices, rules }
}
function* allDevices(directory: string): Flow<Device[]> {
  const entries = yield* readDir(directory)
  const devices: Device[] = []
  for (const { name } of isErr(entries) ? [] : entries) {
    if (['.', '..', 'pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev', 'console'].includes(name)) continue
    const path = `${directory}/${name}`
    const st = yield* stat(path)
    if (isErr(st)) continue
    if (isDir(st.mode)) devices.push(...(yield* allDevices(path)))
    const device = yield* deviceAt(path, path)
    if (device !== undefined) devices.push(device)
  }
  return devices
}

function resources(hostConfig: HostConfig, rules: readonly DeviceRule[], throttles: NonNullable<OciResources['blockIO']>): unknown {
  const quota = hostConfig.NanoCpus > 0 ? { quota: Math.floor((hostConfig.NanoCpus * 100000) / 1e9), period: 100000 } : { ...(hostConfig.CpuQuota === 0 ? {} : { quota: hostConfig.CpuQuota }), ...(hostConfig.CpuPeriod === 0 ? {} : { period: hostConfig.CpuPeriod }) }
  const devices = hostConfig.Privileged ? [{ allow: true, access: 'rwm' }] : [...DEVICE_RULES, ...rules, ...(hostConfig.DeviceCgroupRules ?? []).map(parseDeviceRule)]
  return { devices, ...limitResources(hostConfig), cpu: { shares: hostConfig.CpuShares, ...quota, ...(hostConfig.CpusetCpus === '' ? {} : { cpus: hostConfig.CpusetCpus }), ...(hostConfig.CpusetMems === '' ? {} : { mems: hostConfig.CpusetMems }) }, blockIO: { weight: hostConfig.BlkioWeight, ...throttles } }
}
/** getBlkioThrottleDevices; weights of single devices need another scheduler of the disk's and are passed over, as runc does. */
function* throttlesOf(hostConfig: HostConfig): Flow<NonNullable<OciResources['blockIO']>> {
  const numbers = function* (list: readonly { readonly Path: string; readonly Rate?: number }[] | null): Flow<ThrottleDevice[]> {
    const devices: ThrottleDevice[] = []
    for (const { Path, Rate = 0 } of list ?? []) {
      const st = yield* stat(Path)
      if (isErr(st)) throw serverError(`stat ${Path}: ${goText(st)}`)
      devices.push({ major: major(st.rdev), minor: minor(st.rdev), rate: Rate })
    }
    return devices
  }
  yield* numbers(hostConfig.BlkioWeightDevice)
  return {
    throttleReadBpsDevice: yield* numbers(hostConfig.BlkioDeviceReadBps), throttleWriteBpsDevice: yield* numbers(hostConfig.BlkioDeviceWriteBps),
    throttleReadIOPSDevice: yield* numbers(hostConfig.BlkioDeviceReadIOps), throttleWriteIOPSDevice: yield* numbers(hostConfig.BlkioDeviceWriteIOps),
  }
}
/** memory and pids, also for docker update. */
export function limitResources(hostConfig: HostConfig): { readonly memory: object; readonly pids?: object } {
  const memory = {
    ...(hostConfig.Memory > 0 ? { limit: hostConfig.Memory } : {}), ...(hostConfig.MemoryReservation > 0 ? { reservation: hostConfig.MemoryReservation } : {}),
    ...(hostConfig.MemorySwap === 0 ? {} : { swap: hostConfig.MemorySwap }),
  }
  const pids = hostConfig.PidsLimit
  return { memory, ...(pids === null || pids === 0 ? {} : { pids: { limit: pids } }) }
}
function parseDeviceRule(text: string): DeviceRule {
  const m = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text)
  if (m === null) throw badRequest(`invalid device cgroup rule format: '${text}'`)
  return { allow: true, type: m[1], ...(m[2] === '*' ? {} : { major: Number(m[2]) }), ...(m[3] === '*' ? {} : { minor: Number(m[3]) }), access: m[4] }
}

export function capabilitiesOf(hostConfig: HostConfig): readonly string[] {
  return hostConfig.Privileged ? ALL_CAPABILITIES : tweakCapabilities(hostConfig.CapAdd ?? [], hostConfig.CapDrop ?? [])
}

/** The whole config.json. Throws an ApiError. */
export function* makeSpec(input: SpecInput): Flow<unknown> {
  const { container, remap } = input
  const { hostConfig, config } = container
  const caps = capabilitiesOf(hostConfig)
  const { devices, rules } = yield* devicesOf(hostConfig)
  const throttles = yield* throttlesOf(hostConfig)
  const seccomp: OciSeccomp | undefined = hostConfig.Privileged || input.seccomp.kind === 'unconfined' ? undefined : resolveSeccompProfile(input.seccomp.kind === 'profile' ? input.seccomp.profile : DOCKER_DEFAULT_SECCOMP, caps)
  const sysctl = { ...(input.join['network'] === undefined ? SYSCTLS : {}), ...hostConfig.Sysctls }
  const rlimits = (hostConfig.Ulimits ?? []).map((u) => ({ type: `RLIMIT_${u.Name.toUpperCase()}`, hard: u.Hard, soft: u.Soft }))
  const process: OciProcess = {
    ...(config.Tty ? { terminal: true, ...(container.consoleSize === undefined ? {} : { consoleSize: container.consoleSize }) } : {}), user: input.user, args: input.args, env: input.env, cwd: config.WorkingDir === '' ? '/' : config.WorkingDir,
    capabilities: { bounding: caps, ...(input.user.uid === 0 ? { effective: caps, permitted: caps } : { effective: [], permitted: [] }) },
    ...(rlimits.length === 0 ? {} : { rlimits }), ...(input.noNewPrivileges ? { noNewPrivileges: true } : {}),
    ...(container.appArmorProfile === '' ? {} : { apparmorProfile: container.appArmorProfile }), oomScoreAdj: hostConfig.OomScoreAdj,
  }
  const map = remap === undefined ? {} : { uidMappings: [{ containerID: 0, hostID: remap.uid, size: remap.size }], gidMappings: [{ containerID: 0, hostID: remap.gid, size: remap.size }] }
  return {
    ociVersion: '1.0.2-dev', process, root: { path: input.rootfs, ...(hostConfig.ReadonlyRootfs ? { readonly: true } : {}) }, hostname: input.join['uts'] === '' ? '' : input.hostname,
    mounts: [...defaultMounts(input), ...ownMounts(input)],
    linux: {
      ...map, sysctl, resources: resources(hostConfig, rules, throttles), cgroupsPath: `${hostConfig.CgroupParent === '' ? '/docker' : hostConfig.CgroupParent}/${container.id}`, namespaces: namespaces(input),
      ...(devices.length === 0 ? {} : { devices }), ...(seccomp === undefined ? {} : { seccomp }),
      ...(hostConfig.Privileged ? {} : { maskedPaths: hostConfig.MaskedPaths, readonlyPaths: hostConfig.ReadonlyPaths }),
    },
  }
}
