// docker exec: one more process in a running container (daemon/exec.go).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../../lib/bytes.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { readFile } from '../../../libc/unistd.ts'
import { frame } from '../stdcopy.ts'
import { ApiError, badRequest, conflict, notFound } from './api-error.ts'
import { connectionWatcher, hangUp, pumpStdin } from './attach.ts'
import { ALL_CAPABILITIES } from './capabilities.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import type { Exchange } from './http-server.ts'
import { capabilitiesOf, type OciProcess, resolveUser } from './oci-spec.ts'
import { parseSecurityOptions } from './security-options.ts'
import { envOf } from './start.ts'
import { ProcessStreams } from './streams.ts'
import { newId } from './util.ts'

export interface ExecConfig {
  readonly User?: string
  readonly Privileged?: boolean
  readonly Tty?: boolean
  readonly AttachStdin?: boolean
  readonly AttachStderr?: boolean
  readonly AttachStdout?: boolean
  readonly Detach?: boolean
  readonly DetachKeys?: string
  readonly Env?: readonly string[] | null
  readonly WorkingDir?: string
  readonly Cmd?: readonly string[] | null
}

export interface ExecProcess {
  readonly id: string
  readonly container: Container
  readonly config: ExecConfig
  readonly streams: ProcessStreams
  readonly ended: Signal
  running: boolean
  exitCode: number | undefined
  pid: number
  consoleSize: { readonly height: number; readonly width: number } | undefined
}

/** Throws unless something can be executed in it. */
export function checkRunning(container: Container): void {
  if (!container.state.running) throw conflict(`Container ${container.id} is not running`)
  if (container.state.paused) throw conflict(`Container ${container.name} is paused, unpause the container before exec`)
  if (container.state.restarting) throw conflict(`Container ${container.id} is restarting, wait until the container is running`)
}

/** POST /containers/ID/exec */
export function* createExec(daemon: Daemon, container: Container, config: ExecConfig): Flow<string> {
  checkRunning(container)
  if ((config.Cmd ?? []).length === 0) throw badRequest('No exec command specified')
  const id = yield* newId()
  const streams = new ProcessStreams(daemon.rt, `/run/docker/containerd/${container.id}`, id, config.Tty === true, config.AttachStdin === true)
  const exec: ExecProcess = { id, container, config, streams, ended: new Signal(), running: false, exitCode: undefined, pid: 0, consoleSize: undefined }
  daemon.execs.set(id, exec)
  yield* daemon.event(container, `exec_create: ${(config.Cmd ?? []).join(' ')}`, { execID: id })
  return id
}

function* execProcess({ container, config, consoleSize }: ExecProcess): Flow<OciProcess> {
  const rootfs = `/proc/${container.state.pid}/root`
  const passwd = yield* readFile(`${rootfs}/etc/passwd`)
  const group = yield* readFile(`${rootfs}/etc/group`)
  const user = resolveUser((config.User ?? '') === '' ? container.config.User : (config.User ?? ''), isErr(passwd) ? '' : passwd, isErr(group) ? '' : group, container.hostConfig.GroupAdd ?? [])
  const isPrivileged = config.Privileged === true
  const caps = isPrivileged ? ALL_CAPABILITIES : capabilitiesOf(container.hostConfig)
  const env = new Map(envOf(container, config.Tty === true).map((e) => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)]))
  for (const entry of config.Env ?? []) {
    const eq = entry.indexOf('=')
    if (eq > 0) env.set(entry.slice(0, eq), entry.slice(eq + 1))
    else env.delete(entry)
  }
  const own = config.WorkingDir ?? ''
  const profile = isPrivileged ? 'unconfined' : container.appArmorProfile
  const ownCwd = container.config.WorkingDir === '' ? '/' : container.config.WorkingDir
  return {
    ...(config.Tty === true ? { terminal: true, ...(consoleSize === undefined ? {} : { consoleSize }) } : {}), user, args: config.Cmd ?? [], env: [...env].map(([k, v]) => `${k}=${v}`), cwd: own === '' ? ownCwd : own,
    capabilities: { bounding: caps, ...(user.uid === 0 ? { effective: caps, permitted: caps } : { effective: [], permitted: [] }) },
    ...(profile === '' ? {} : { apparmorProfile: profile }), ...(parseSecurityOptions(container.hostConfig.SecurityOpt ?? []).noNewPrivileges ? { noNewPrivileges: true } : {}),
    oomScoreAdj: container.hostConfig.OomScoreAdj,
  }
}

/** Starts it; its streams are open before. Throws an ApiError. */
export function* startExec(exec: ExecProcess): Flow<void> {
  const { container, config } = exec
  checkRunning(container)
  const spec = yield* execProcess(exec)
  yield* exec.streams.open()
  container.execs.set(exec.id, exec)
  exec.running = true
  try {
    yield* container.ask('exec', { execId: exec.id, spec, ...exec.streams.stdio })
    exec.pid = (yield* container.ask('start', { execId: exec.id }))?.pid ?? 0
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    yield* exec.streams.abandon()
    container.execs.delete(exec.id)
    exec.running = false
    const lower = thrown.message.toLowerCase()
    const isMissing = /executable file not found|no such file or directory/.test(lower) && lower.includes((config.Cmd?.[0] ?? '').toLowerCase())
    exec.exitCode = 126
    exec.ended.wake()
    throw new ApiError(isMissing || lower.includes('permission denied') ? 400 : 500, `${thrown.message}: unknown`)
  }
}

export const getExec = (daemon: Daemon, id: string): ExecProcess => {
  const exec = daemon.execs.get(id)
  if (exec === undefined) throw notFound(`No such exec instance: ${id}`)
  return exec
}

/** POST /exec/ID/start */
export function* runExec(daemon: Daemon, exec: ExecProcess, exchange: Exchange, options: { readonly Detach?: boolean; readonly Tty?: boolean }): Flow<void> {
  const { container, config } = exec
  if (exec.running || exec.exitCode !== undefined) throw conflict(`Error: Exec command ${exec.id} ${exec.running ? 'is already running' : 'has already run'}`)
  yield* daemon.event(container, `exec_start: ${(config.Cmd ?? []).join(' ')}`, { execID: exec.id })
  if (options.Detach === true) {
    yield* startExec(exec)
    yield* exchange.sendEmpty(200)
    return
  }
  checkRunning(container)
  yield* exchange.hijack()
  exec.streams.watchers.add(connectionWatcher(exchange, config.Tty === true, { stdin: true, stdout: config.AttachStdout === true, stderr: config.AttachStderr === true }))
  try {
    yield* startExec(exec)
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    exec.exitCode ??= 126
    const said = encodeUtf8(`${thrown.message}\r\n`)
    yield* exchange.rt.write(exchange.fd, config.Tty === true ? said : frame(1, said))
    yield* hangUp(exchange)
    return
  }
  if (config.AttachStdin === true) {
    daemon.rt.go(pumpStdin(exchange, () => exec.streams, config.Tty !== true, function* () {
      yield* container.ask('closeIO', { execId: exec.id })
    }))
  }
  while (exec.running) yield* daemon.rt.wait(exec.ended)
  yield* daemon.event(container, 'exec_die', { execID: exec.id, exitCode: String(exec.exitCode ?? 0) })
  yield* hangUp(exchange)
}

export const inspectExec = (exec: ExecProcess): unknown => ({
  ID: exec.id, Running: exec.running, ExitCode: exec.exitCode ?? null,
  ProcessConfig: { tty: exec.config.Tty === true, entrypoint: exec.config.Cmd?.[0] ?? '', arguments: (exec.config.Cmd ?? []).slice(1), privileged: exec.config.Privileged === true, ...((exec.config.User ?? '') === '' ? {} : { user: exec.config.User }) },
  OpenStdin: exec.config.AttachStdin === true, OpenStderr: exec.config.AttachStderr === true, OpenStdout: exec.config.AttachStdout === true, CanRemove: !exec.running && exec.exitCode !== undefined,
  ContainerID: exec.container.id, DetachKeys: '', Pid: exec.pid,
})
