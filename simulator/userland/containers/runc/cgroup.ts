// The container's cgroup (libcontainer/cgroups/fs2): a directory of the v2 hierarchy with the controllers of its parents, a process put into it, limits as files.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import { DT_DIR } from '../../../abi/stat.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { call } from '../../libc/syscall.ts'
import { mkdir, readDir, readFile, rmdir, stat, writeFile } from '../../libc/unistd.ts'
import { fail, GoError, goText, wrapped } from '../go-error.ts'
import type { CgroupConfig } from './config.ts'

export const CGROUP_ROOT = '/sys/fs/cgroup'

/** defaultDirPath: an absolute cgroupsPath counts from the root of the hierarchy, others from the parent of runc's own group. */
export function* cgroupPath(config: CgroupConfig): Flow<string> {
  const inner = config.path === '' ? config.name : config.path
  if (inner.startsWith('/')) return `${CGROUP_ROOT}${inner}`
  const own = yield* readFile('/proc/self/cgroup')
  const [, group = '/'] = isErr(own) ? [] : /^0::(.*)$/m.exec(own) ?? []
  const parent = group.slice(0, group.lastIndexOf('/'))
  return `${CGROUP_ROOT}${parent}/${inner}`
}

/** A control file written; EROFS, EACCES and the like are the caller's to judge. */
const put = (file: string, text: string): Flow<number | Errno> => writeFile(file, text, O_WRONLY)

/** CreateCgroupPath: makes the directories; in each parent, the root too, all controllers are switched on, one by one if not all are possible. */
function* createPath(path: string): Flow<void> {
  const available = yield* readFile(`${CGROUP_ROOT}/cgroup.controllers`)
  const controllers = isErr(available) ? [] : available.split(/\s+/).filter((word) => word !== '')
  const parts = path.slice(CGROUP_ROOT.length + 1).split('/')
  let current = CGROUP_ROOT
  for (const part of parts) {
    yield* enableControllers(current, controllers)
    current += `/${part}`
    const made = yield* mkdir(current, 0o755)
    if (isErr(made) && made !== Errno.EEXIST) fail(`mkdir ${current}: ${goText(made)}`)
  }
}

function* enableControllers(group: string, controllers: readonly string[]): Flow<void> {
  const file = `${group}/cgroup.subtree_control`
  if (!isErr(yield* put(file, controllers.map((name) => `+${name}`).join(' ')))) return
  for (const name of controllers) yield* put(file, `+${name}`)
}

/** Puts a process into the container's cgroup, which is made if it isn't there. Without the rights for it, a container without root does without. */
export function* applyCgroup(config: CgroupConfig, path: string, pid: number): Flow<void> {
  try {
    yield* createPath(path)
  } catch (thrown) {
    if (thrown instanceof GoError && config.Rootless && config.path === '') return
    throw thrown
  }
  yield* wrapped('failed to write', joinCgroup(path, pid))
}

export function* joinCgroup(path: string, pid: number): Flow<void> {
  const file = `${path}/cgroup.procs`
  const written = yield* put(file, `${pid}`)
  if (isErr(written)) fail(`${pid}: write ${file}: ${goText(written)}`)
}

/** The memory and swap limits of cgroup v2 from those of v1, where swap counts memory in. */
function swapLimit(config: CgroupConfig): string | undefined {
  const { memory, memory_swap: total } = config
  if (total === -1 || (total === 0 && memory === -1)) return 'max'
  if (total === 0) return undefined
  if (memory === 0 || memory === -1) return fail('unable to set swap limit without memory limit')
  if (total < memory) return fail('memory+swap limit should be >= memory limit')
  return String(total - memory)
}

const numberOrMax = (value: number): string => (value === -1 ? 'max' : String(value))

/** The limits of a config as files and texts, in runc's order. */
export function limitFiles(config: CgroupConfig): (readonly [file: string, text: string])[] {
  const files: (readonly [string, string])[] = []
  if (config.pids_limit !== 0) files.push(['pids.max', config.pids_limit > 0 ? String(config.pids_limit) : 'max'])
  const swap = swapLimit(config)
  if (swap !== undefined) files.push(['memory.swap.max', swap])
  if (config.memory !== 0) files.push(['memory.max', numberOrMax(config.memory)])
  if (config.memory_reservation !== 0) files.push(['memory.low', numberOrMax(config.memory_reservation)])
  if (config.blkio_weight !== 0) files.push(['io.weight', `default ${1 + Math.floor((config.blkio_weight - 10) * 9999 / 990)}`])
  for (const [key, devices] of [
    ['rbps', config.blkio_throttle_read_bps_device], ['wbps', config.blkio_throttle_write_bps_device], ['riops', config.blkio_throttle_read_iops_device], ['wiops', config.blkio_throttle_write_iops_device],
  ] as const) for (const { major, minor, rate } of devices ?? []) files.push(['io.max', `${major}:${minor} ${key}=${rate}`])
  if (config.cpu_weight !== 0) files.push(['cpu.weight', String(config.cpu_weight)])
  if (config.cpu_quota !== 0 || config.cpu_period !== 0) {
    const quota = config.cpu_quota > 0 ? String(config.cpu_quota) : 'max'
    files.push(['cpu.max', config.cpu_period === 0 && quota !== 'max' ? `${quota} 100000` : `${quota} ${config.cpu_period === 0 ? 100000 : config.cpu_period}`])
  }
  if (config.cpuset_cpus !== '') files.push(['cpuset.cpus', config.cpuset_cpus])
  if (config.cpuset_mems !== '') files.push(['cpuset.mems', config.cpuset_mems])
  for (const [file, text] of Object.entries(config.unified ?? {})) files.push([file, text])
  return files
}

export function* setLimits(config: CgroupConfig, path: string): Flow<void> {
  for (const [file, text] of limitFiles(config)) {
    const full = `${path}/${file}`
    const written = yield* put(full, text)
    if (!isErr(written) || config.Rootless) continue
    if (written === Errno.ENOENT && file === 'memory.swap.max' && text === 'max') continue
    fail(written === Errno.ENOENT ? `openat2 ${full}: no such file or directory` : `failed to write "${text}": write ${full}: ${goText(written)}`)
  }
}

/** PIDs of all processes below the group, in the caller's PID namespace. */
export function* allPids(path: string): Flow<number[]> {
  const own = yield* readFile(`${path}/cgroup.procs`)
  const pids = isErr(own) ? [] : own.split('\n').filter((line) => line !== '').map(Number)
  const entries = yield* readDir(path)
  if (!isErr(entries)) for (const entry of entries) if (entry.type === DT_DIR && !entry.name.startsWith('.')) pids.push(...(yield* allPids(`${path}/${entry.name}`)))
  return pids
}

/** RemovePath: five tries, since a group stays busy until the last process is buried. */
export function* removeCgroup(path: string): Flow<void> {
  if (isErr(yield* stat(path))) return
  for (let delay = 10; ; delay *= 2) {
    const gone = yield* removeTree(path)
    if (gone || delay > 160) return
    yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: delay * 1_000_000 })
  }
}

function* removeTree(path: string): Flow<boolean> {
  const removed = yield* rmdir(path)
  if (!isErr(removed) || removed === Errno.ENOENT) return true
  const entries = yield* readDir(path)
  if (isErr(entries)) return false
  for (const entry of entries) if (entry.type === DT_DIR && !entry.name.startsWith('.') && !(yield* removeTree(`${path}/${entry.name}`))) return false
  return !isErr(yield* rmdir(path))
}

export function* freeze(path: string, frozen: boolean): Flow<void> {
  const file = `${path}/cgroup.freeze`
  const written = yield* put(file, frozen ? '1' : '0')
  if (isErr(written)) fail(`failed to write "${frozen ? '1' : '0'}": write ${file}: ${goText(written)}`)
}

export function* isFrozen(path: string): Flow<boolean> {
  return (yield* readFile(`${path}/cgroup.freeze`)) === '1\n'
}
