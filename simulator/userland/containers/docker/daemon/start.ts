// Starting a container: root file system, files, network, bundle, shim, runc; and what happens when its process ends (daemon/start.go, monitor.go).
import { isErr } from '../../../../abi/errno.ts'
import { isDir } from '../../../../abi/stat.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { readFile, stat } from '../../../libc/unistd.ts'
import { bundleDirectory, CONTAINERD_ADDRESS, type ShimExit } from '../../shim-protocol.ts'
import { monotonicMs } from '../../../libc/goroutine.ts'
import { ApiError, conflict, serverError } from './api-error.ts'
import type { Container } from './container.ts'
import { dropLayerOwner, saveContainer } from './container-files.ts'
import type { Daemon } from './daemon.ts'
import { makeLog } from './logs.ts'
import { startHealthCheck } from './health.ts'
import { prepareSources } from './mounts.ts'
import { makeSpec, type OciUser, resolveUser } from './oci-spec.ts'
import { parseSecurityOptions } from './security-options.ts'
import { connectNetworks, plugNetworks, releaseNetworks } from './sandbox.ts'
import { ShimClient, type ShimEvents } from './shim-client.ts'
import { ProcessStreams } from './streams.ts'
import { mkdirAll, putFile, removeAll, rfc3339, timestamp, touchFile } from './util.ts'

/** POST /containers/ID/start. Throws an ApiError. */
export function* startContainer(daemon: Daemon, container: Container): Flow<void> {
  const { state } = container
  if (state.paused) throw conflict('cannot start a paused container, try unpause instead')
  if (state.removing) throw conflict('container is marked for removal and cannot be started')
  try {
    yield* launch(daemon, container)
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    yield* failStart(daemon, container, thrown)
    throw thrown
  }
}

function* failStart(daemon: Daemon, container: Container, error: ApiError): Flow<void> {
  const { state } = container
  state.error = error.message
  if (state.exitCode === 0) state.exitCode = 128
  yield* cleanUp(daemon, container)
  yield* saveContainer(container)
  container.exits += 1
  container.changed.wake()
  if (container.hostConfig.AutoRemove) yield* forget(daemon, container)
}

function* launch(daemon: Daemon, container: Container): Flow<void> {
  const { hostConfig, config, state } = container
  state.error = ''
  state.exitCode = 0
  state.oomKilled = false
  const rootfs = yield* daemon.layers.mount(container.cacheId)
  yield* prepareRoot(daemon, container, rootfs)
  const security = parseSecurityOptions(hostConfig.SecurityOpt ?? [])
  container.appArmorProfile = hostConfig.Privileged ? (security.apparmor ?? 'unconfined') : (security.apparmor ?? (daemon.hasAppArmor ? 'docker-default' : ''))
  const user = yield* userOf(rootfs, container)
  yield* connectNetworks(daemon, container)
  const remap = hostConfig.UsernsMode === 'host' ? undefined : daemon.options.remap
  yield* prepareSources(container.mounts, remap?.uid ?? 0, remap?.gid ?? 0, () => false)
  const join = joined(daemon, container)
  yield* mkdirAll(`${container.directory}/mounts`, 0o710, 0, remap?.gid ?? 0)
  const spec = yield* makeSpec({
    container, rootfs, args: argsOf(container), env: envOf(container), user, join, shmPath: yield* shmOf(daemon, container), remap, seccomp: security.seccomp,
    noNewPrivileges: security.noNewPrivileges, hostname: hostnameOf(daemon, container),
  })
  const bundle = bundleDirectory(container.id)
  yield* mkdirAll('/run/docker/containerd/daemon/io.containerd.runtime.v2.task', 0o711)
  yield* mkdirAll(bundle, remap === undefined ? 0o700 : 0o711)
  yield* mkdirAll(`${bundle}/rootfs`, 0o711)
  yield* putFile(`${bundle}/config.json`, JSON.stringify(spec))
  const streams = new ProcessStreams(daemon.rt, `/run/docker/containerd/${container.id}`, 'init', config.Tty, config.OpenStdin)
  container.streams = streams
  yield* makeLog(daemon, container, streams)
  for (const watcher of container.waitingWatchers) streams.watchers.add(watcher)
  container.waitingWatchers.clear()
  yield* streams.open()
  container.shim = yield* ShimClient.start(daemon.rt, container.id, bundle, CONTAINERD_ADDRESS, shimEvents(daemon, container))
  yield* create(daemon, container, bundle, streams)
  container.wasStopped = false
  container.wasStoppedByHand = false
  state.running = true
  state.paused = false
  state.restarting = false
  container.hasBeenStarted = true
  state.startedAt = yield* timestamp()
  container.startedMs = yield* monotonicMs()
  container.generation += 1
  startHealthCheck(daemon, container)
  yield* container.shim.ask('start', {})
  yield* saveContainer(container)
  yield* daemon.event(container, 'start')
  container.changed.wake()
}

/** What is to be done when a container's shim tells of something. */
const shimEvents = (daemon: Daemon, container: Container): ShimEvents => ({
  onExit: (execId, exit) => {
    daemon.rt.go(execId === undefined ? onExit(daemon, container, exit) : onExecExit(container, execId, exit))
  },
  onOom: () => {
    container.state.oomKilled = true
    daemon.rt.go(daemon.event(container, 'oom'))
  },
})

/**
 * A container of an earlier daemon's: its shim, if it is still there, and its streams are ours from now on. Answers whether its process runs; if not, what remained of it is gone.
 * `networks` brings up what of its network was the daemon's own.
 */
export function* adoptContainer(daemon: Daemon, container: Container): Flow<boolean> {
  const { state, config } = container
  const bundle = bundleDirectory(container.id)
  const shim = yield* ShimClient.connect(daemon.rt, bundle, shimEvents(daemon, container))
  container.shim = shim
  const { status } = shim === undefined ? { status: 'stopped' } : yield* shim.ask('state', {})
  if (shim === undefined || status === 'stopped') {
    const exit = shim === undefined ? undefined : yield* shim.ask('wait', {})
    if (shim !== undefined) yield* shim.ask('delete', {})
    state.exitCode = exit?.status ?? 255
    state.running = false
    state.paused = false
    state.restarting = false
    state.pid = 0
    state.finishedAt = exit === undefined ? yield* timestamp() : rfc3339({ sec: Math.floor(exit.exitedAt / 1000), nsec: (exit.exitedAt % 1000) * 1e6 })
    yield* cleanUp(daemon, container)
    yield* saveContainer(container)
    return false
  }
  state.paused = status === 'paused'
  container.isPlugged = container.hostConfig.NetworkMode !== 'host'
  const streams = new ProcessStreams(daemon.rt, `/run/docker/containerd/${container.id}`, 'init', config.Tty, config.OpenStdin)
  container.streams = streams
  yield* makeLog(daemon, container, streams)
  yield* streams.reopen()
  container.startedMs = yield* monotonicMs()
  container.generation += 1
  startHealthCheck(daemon, container)
  return true
}

function* create(daemon: Daemon, container: Container, bundle: string, streams: ProcessStreams): Flow<void> {
  const { shim, state } = container
  if (shim === undefined) return
  try {
    const { pid } = yield* shim.ask('create', { id: container.id, bundle, ...streams.stdio })
    state.pid = pid
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    yield* streams.abandon()
    throw startError(container, `failed to create shim task: ${thrown.message}: unknown`)
  }
  yield* plugNetworks(daemon, container)
}

/** Exit status and HTTP status from what runc said (daemon.translateContainerdStartErr). */
function startError(container: Container, text: string): ApiError {
  const lower = text.toLowerCase()
  const { state } = container
  let message = text
  let status = 500
  if (lower.includes(container.path.toLowerCase()) && /executable file not found|no such file or directory|failed to run runc create\/exec call/.test(lower)) {
    state.exitCode = 127
    status = 400
  }
  if (lower.includes('permission denied')) {
    state.exitCode = 126
    status = 400
  }
  if (lower.includes('not a directory')) {
    message += ': Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type'
    state.exitCode = 127
    status = 400
  }
  return new ApiError(status, message)
}

function* prepareRoot(daemon: Daemon, container: Container, rootfs: string): Flow<void> {
  const { uid = 0, gid = 0 } = daemon.options.remap ?? {}
  if (container.config.WorkingDir !== '' && isErr(yield* stat(rootfs + container.config.WorkingDir))) {
    const failed = yield* mkdirAll(rootfs + container.config.WorkingDir, 0o755, uid, gid)
    if (failed !== undefined) throw serverError(`mkdir ${container.config.WorkingDir}: ${failed.message.toLowerCase()}`)
  }
  // runc makes the place of a tmpfs itself
  const targets = container.mounts.filter((m) => m.Type !== 'tmpfs').map((m) => [m.Source, m.Destination] as const)
  if (container.hostConfig.Init === true) targets.push(['/usr/bin/docker-init', '/sbin/docker-init'])
  for (const [source, target] of targets) {
    const st = yield* stat(source)
    if (isErr(st) || isDir(st.mode)) {
      yield* mkdirAll(rootfs + target, 0o755, uid, gid)
      continue
    }
    yield* mkdirAll(rootfs + target.slice(0, target.lastIndexOf('/')), 0o755, uid, gid)
    yield* touchFile(rootfs + target)
  }
}

function* userOf(rootfs: string, container: Container): Flow<OciUser> {
  const passwd = yield* readFile(`${rootfs}/etc/passwd`)
  const group = yield* readFile(`${rootfs}/etc/group`)
  return resolveUser(container.config.User, isErr(passwd) ? '' : passwd, isErr(group) ? '' : group, container.hostConfig.GroupAdd ?? [])
}

const argsOf = (container: Container): readonly string[] =>
  container.hostConfig.Init === true ? ['/sbin/docker-init', '--', container.path, ...container.args] : [container.path, ...container.args]

/** container.CreateDaemonEnvironment: PATH, HOSTNAME, TERM, then what was asked for. */
export function envOf(container: Container, tty = container.config.Tty): readonly string[] {
  const { config } = container
  const env = new Map<string, string>([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ['HOSTNAME', config.Hostname]])
  if (tty) env.set('TERM', 'xterm')
  for (const entry of [...container.linkEnv, ...(config.Env ?? [])]) {
    const eq = entry.indexOf('=')
    if (eq < 0) env.delete(entry)
    else env.set(entry.slice(0, eq), entry.slice(eq + 1))
  }
  return [...env].map(([k, v]) => `${k}=${v}`)
}

const TMPFS_OPTIONS = /^(?:size|mode|uid|gid|nr_inodes|nr_blocks|mpol)=|^(?:rw|ro|exec|noexec|suid|nosuid|dev|nodev|sync|async|dirsync|remount|mand|nomand|atime|noatime|diratime|nodiratime|bind|rbind|unbindable|runbindable|private|rprivate|shared|rshared|slave|rslave|relatime|norelatime|strictatime|nostrictatime|defaults)$/

function joined(daemon: Daemon, container: Container): Record<string, string> {
  const { hostConfig: h } = container
  if (!['private', 'host', 'none', 'shareable'].includes(h.IpcMode) && !h.IpcMode.startsWith('container:')) throw serverError(`Invalid IPC mode: ${h.IpcMode}`)
  const odd = Object.values(h.Tmpfs ?? {}).flatMap((o) => o.split(',').filter((w) => w !== '' && !TMPFS_OPTIONS.test(w)))
  if (odd.length > 0) throw serverError(`invalid tmpfs option [${odd.map((o) => JSON.stringify(o)).join(' ')}]`)
  const join: Record<string, string> = {}
  const set = (type: string, mode: string, file: string, what: string): void => {
    if (mode === 'host') join[type] = ''
    else if (mode.startsWith('container:')) {
      const other = daemon.get(mode.slice(10))
      if (!other.state.running) throw conflict(`cannot join ${what} of a non running container: ${other.id}`)
      if (type === 'ipc' && other.hostConfig.IpcMode !== 'shareable') throw serverError(`can't join IPC of container ${other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`)
      join[type] = `/proc/${other.state.pid}/ns/${file}`
    }
  }
  set('network', h.NetworkMode, 'net', 'network')
  set('pid', h.PidMode, 'pid', 'PID')
  set('ipc', h.IpcMode, 'ipc', 'IPC')
  if (h.UTSMode === 'host') join['uts'] = ''
  if (h.CgroupnsMode === 'host') join['cgroup'] = ''
  return join
}

function hostnameOf(daemon: Daemon, container: Container): string {
  const mode = container.hostConfig.NetworkMode
  return mode.startsWith('container:') ? daemon.get(mode.slice(10)).config.Hostname : container.config.Hostname
}

/** Where /dev/shm comes from, if not a tmpfs of its own: a shareable one is mounted on the host, so that others can have it too. */
function* shmOf(daemon: Daemon, container: Container): Flow<string | undefined> {
  const mode = container.hostConfig.IpcMode
  if (mode === 'host') return '/dev/shm'
  if (mode.startsWith('container:')) return `${daemon.get(mode.slice(10)).directory}/mounts/shm`
  if (mode !== 'shareable') return undefined
  const path = `${container.directory}/mounts/shm`
  yield* mkdirAll(path, 0o777)
  yield* call('mount', 'shm', path, 'tmpfs', 2 | 4 | 8, `mode=1777,size=${container.hostConfig.ShmSize}`)
  return path
}

function* onExecExit(container: Container, execId: string, exit: ShimExit): Flow<void> {
  const exec = container.execs.get(execId)
  if (exec === undefined) return
  yield* exec.streams.waitDrained()
  exec.exitCode = exit.status
  exec.running = false
  yield* exec.streams.remove()
  try {
    yield* container.ask('delete', { execId })
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
  }
  container.execs.delete(execId)
  exec.ended.wake()
}

/** The container's first process is gone. */
function* onExit(daemon: Daemon, container: Container, exit: ShimExit): Flow<void> {
  const { state, streams } = container
  if (!state.running) return
  if (streams !== undefined) yield* streams.waitDrained()
  if (container.flushLog !== undefined) yield* container.flushLog()
  const { shim } = container
  try {
    if (shim !== undefined) yield* shim.ask('delete', {})
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
  }
  state.exitCode = exit.status
  state.finishedAt = yield* timestamp()
  state.pid = 0
  const ranMs = (yield* monotonicMs()) - container.startedMs
  const again = shouldRestart(container, ranMs)
  yield* daemon.event(container, 'die', { exitCode: String(exit.status) })
  yield* cleanUp(daemon, container)
  state.restarting = again
  state.running = again
  state.paused = false
  if (state.health !== undefined) state.health.Status = 'unhealthy'
  yield* saveContainer(container)
  container.exits += 1
  container.changed.wake()
  container.logged.wake()
  if (again) daemon.rt.go(restartLater(daemon, container))
  else if (container.hostConfig.AutoRemove) yield* forget(daemon, container)
}

function shouldRestart(container: Container, ranMs: number): boolean {
  const { Name: name, MaximumRetryCount: most } = container.hostConfig.RestartPolicy
  container.backoffMs = ranMs >= 10000 || container.backoffMs === 0 ? 100 : Math.min(container.backoffMs * 2, 60000)
  if (container.wasStopped) return false
  if (name === 'always' || name === 'unless-stopped') return true
  return name === 'on-failure' && container.state.exitCode !== 0 && (most === 0 || container.restartCount < most)
}
function* restartLater(daemon: Daemon, container: Container): Flow<void> {
  yield* daemon.rt.sleep(container.backoffMs)
  if (!container.state.restarting || container.isGone) return
  container.restartCount += 1
  container.state.running = false
  try {
    yield* startContainer(daemon, container)
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    container.state.restarting = false
    yield* saveContainer(container)
  }
}

/** Everything a run needed goes: network, mounts, bundle, shim. */
export function* cleanUp(daemon: Daemon, container: Container): Flow<void> {
  const { shim } = container
  container.shim = undefined
  yield* releaseNetworks(daemon, container)
  try {
    if (shim !== undefined) yield* shim.ask('shutdown', {})
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
  }
  if (container.streams !== undefined) yield* container.streams.remove()
  yield* removeAll(`/run/docker/containerd/${container.id}`)
  yield* removeAll(bundleDirectory(container.id))
  if (container.hostConfig.IpcMode === 'shareable') yield* call('umount2', `${container.directory}/mounts/shm`, 2)
  for (const m of container.mounts) if (m.Type === 'volume' && container.hasBeenStarted) yield* daemon.events.emit('volume', 'unmount', m.Name ?? '', { container: container.id, driver: 'local' })
  yield* daemon.layers.unmount(container.cacheId)
  container.streams = undefined
}

/** The container is removed with its layer and anonymous volumes if `withVolumes`. */
export function* forget(daemon: Daemon, container: Container, withVolumes = true): Flow<void> {
  if (container.isGone) return
  container.state.removing = true
  container.isGone = true
  yield* daemon.layers.removeDirectory(container.cacheId)
  yield* daemon.layers.removeDirectory(`${container.cacheId}-init`)
  yield* removeAll(container.directory)
  yield* dropLayerOwner(daemon, container)
  daemon.containers.delete(container.id)
  daemon.names.delete(container.name)
  for (const endpoint of [...container.endpoints.values()]) yield* daemon.networks.releaseEndpoint(endpoint)
  if (withVolumes) {
    for (const m of container.mounts) {
      const name = m.Name ?? ''
      if (m.Type === 'volume' && m.isAnonymous && daemon.volumeUsers(name).length === 0 && daemon.volumes.volumes.has(name)) yield* daemon.volumes.remove(name, [])
    }
  }
  yield* daemon.event(container, 'destroy')
  container.changed.wake()
}
