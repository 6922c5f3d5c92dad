// Making a container and taking it away again (libcontainer/container_linux.go, utils_linux.go: startContainer, destroy).
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_EXCL, O_NONBLOCK, O_PATH, O_RDONLY, O_RDWR, POLLIN } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC, PR_SET_CHILD_SUBREAPER } from '../../../abi/sched.ts'
import { SIGKILL } from '../../../abi/signal.ts'
import { S_IFIFO } from '../../../abi/stat.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, getcwd, open, read, readFile, readlink, rename, stat, unlink, writeAll } from '../../libc/unistd.ts'
import { check, fail, GoError, goText, quoted, wrapped } from '../go-error.ts'
import { rfc3339Nano, timeNow } from '../go-time.ts'
import { allPids, cgroupPath, freeze, removeCgroup, setLimits } from './cgroup.ts'
import { type ContainerConfig, hasNamespace } from './config.ts'
import { type Context, isSet, option } from './context.ts'
import { convertSpec } from './convert.ts'
import { applyDeviceRules } from './device-rules.ts'
import { capNumber } from './finalize.ts'
import { runHooks } from './hooks.ts'
import { makeInitConfig } from './init-config.ts'
import { initBootstrap, launch } from './launch.ts'
import { mkdirAll } from './mounts.ts'
import type { OciProcess, OciSpec } from './oci.ts'
import { parseSpec } from './parse-spec.ts'
import { FIFO_NAME, isInitAlive, namespacePaths, processStat, removeStateDirectory, saveState, type State, stateDirectory, statusOf } from './state.ts'
import type { Stdio } from './launch.ts'
import { validate, validateId } from './validate.ts'
import { OCI_VERSION } from './spec.ts'

/** Goes into the bundle and reads its config.json. Answers with the absolute name of the bundle. */
export function* setUpSpec(x: Context): Flow<{ readonly spec: OciSpec; readonly bundle: string }> {
  const bundle = option(x, 'bundle')
  if (bundle !== '') check(yield* call('chdir', bundle), `chdir ${bundle}`)
  const text = yield* readFile('config.json')
  if (text === Errno.ENOENT) fail('JSON specification file config.json not found')
  const spec = parseSpec(check(text, 'open config.json'))
  return { spec, bundle: check(yield* getcwd(), 'getwd') }
}

/** `auto`: without root. */
export function* isRootlessCgroups(x: Context): Flow<boolean> {
  if (x.rootless === 'true' || x.rootless === 'false') return x.rootless === 'true'
  if (x.rootless !== 'auto') fail(`invalid boolean value ${quoted(x.rootless)} for --rootless`)
  return (yield* call('geteuid')) !== 0
}

export interface NewContainer {
  readonly id: string
  readonly config: ContainerConfig
  readonly directory: string
  readonly bundle: string
  readonly process: OciProcess
  readonly cgroup: string
}

/** createContainer: the config judged, the state directory made. */
export function* createContainer(x: Context, id: string, spec: OciSpec, bundle: string): Flow<NewContainer> {
  if (id === '') fail('container id cannot be empty')
  const config = convertSpec(spec, {
    id, bundle, noPivot: isSet(x, 'no-pivot'), noNewKeyring: isSet(x, 'no-new-keyring'), isRootlessEuid: (yield* call('geteuid')) !== 0, isRootlessCgroups: yield* isRootlessCgroups(x),
  })
  yield* mkdirAll(x.root, 0o700)
  validateId(id)
  yield* validate(config)
  const directory = stateDirectory(x.root, id)
  const there = yield* stat(directory)
  if (!isErr(there)) fail('container with given ID already exists')
  if (there !== Errno.ENOENT) check(there, `stat ${directory}`)
  const cgroup = yield* cgroupPath(config.cgroups)
  const members = yield* allPids(cgroup)
  if (members.length > 0) fail(`container's cgroup is not empty: ${members.length} process(es) found`)
  yield* mkdirAll(directory, 0o711)
  return { id, config, directory, bundle, process: spec.process ?? {}, cgroup }
}

/** Names of capabilities that this kernel doesn't have are dropped, with a warning. */
export function* warnUnknownCapabilities(x: Context, process: OciProcess): Flow<void> {
  const unknown = new Set<string>()
  for (const list of Object.values(process.capabilities ?? {})) for (const name of list as readonly string[]) if (capNumber(name) === undefined) unknown.add(name)
  if (unknown.size > 0) yield* x.log.write('warning', `ignoring unknown or unavailable capabilities: [${[...unknown].join(' ')}]`)
}

function* makeFifo(directory: string): Flow<number> {
  const path = `${directory}/${FIFO_NAME}`
  if (!isErr(yield* stat(path))) fail(`exec fifo ${path} already exists`)
  const old = yield* call('umask', 0)
  const made = yield* call('mknodat', AT_FDCWD, path, S_IFIFO | 0o622, 0)
  if (!isErr(old)) yield* call('umask', old)
  check(made, `mkfifo ${path}`)
  return check(yield* open(path, O_PATH | O_CLOEXEC), `open ${path}`)
}

/** Starts the first process as far as exec.fifo. What was made is taken away again if that fails. */
export function* startInit(x: Context, made: NewContainer, stdio: Stdio, passedFiles: number): Flow<State> {
  const { id, config, directory, bundle, cgroup } = made
  const fifoFd = yield* makeFifo(directory)
  const hookState = { ociVersion: OCI_VERSION, id, status: 'creating', pid: 0, bundle }
  const init = makeInitConfig('standard', id, made.process, config, { passedFiles, hookState })
  const descriptors: string[] = []
  for (const fd of stdio.fds) {
    const name = yield* readlink(`/proc/self/fd/${fd}`)
    descriptors.push(isErr(name) ? '' : name)
  }
  let state: State | undefined
  const remember = function* (pid: number): Flow<void> {
    const start = (yield* processStat(pid))?.startTime ?? 0
    state = {
      id, init_process_pid: pid, init_process_start: start, created: rfc3339Nano(yield* timeNow()), config, rootless: config.rootless_euid === true, cgroup_paths: { '': cgroup },
      namespace_paths: namespacePaths(pid), external_descriptors: descriptors, intel_rdt_path: '',
    }
    yield* saveState(directory, state)
  }
  try {
    yield* wrapped('unable to start container process', launch(x.c, {
      config, init, bootstrap: initBootstrap(config), stdio, cgroup, fifoFd,
      *onHooks(pid) {
        yield* wrapped('error setting cgroup config for procHooks process', configureCgroup(config, cgroup))
        yield* remember(pid)
        const now = { ...hookState, pid }
        yield* runHooks(config.Hooks.prestart, now)
        yield* runHooks(config.Hooks.createRuntime, now)
      },
      *onReady(pid) {
        if (!hasNamespace(config, 'NEWNS')) yield* wrapped('error setting cgroup config for ready process', configureCgroup(config, cgroup))
        if (state === undefined) yield* remember(pid)
      },
    }))
  } catch (thrown) {
    yield* close(fifoFd)
    yield* removeCgroup(cgroup)
    yield* removeStateDirectory(directory)
    throw thrown
  }
  yield* close(fifoFd)
  if (state === undefined) return fail('unable to start container process: error during container init: EOF')
  return state
}

function* configureCgroup(config: ContainerConfig, cgroup: string): Flow<void> {
  yield* setLimits(config.cgroups, cgroup)
  yield* applyDeviceRules(config.cgroups, cgroup)
}

/** Lets a created container's program go: `runc init` sleeps on the other end of the FIFO. */
export function* execFifo(x: Context, state: State): Flow<void> {
  const path = `${stateDirectory(x.root, state.id)}/${FIFO_NAME}`
  const fd = yield* open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  if (isErr(fd)) return fail(fd === Errno.ENOENT ? 'cannot start an already running container' : `open exec fifo for reading: ${goText(fd)}`)
  for (;;) {
    yield* call('poll', [{ fd, events: POLLIN }], 100)
    const data = yield* read(fd, 1)
    if (!isErr(data) && data.length > 0) break
    if (!(yield* isInitAlive(state))) fail('container process is already dead')
  }
  yield* close(fd)
  yield* unlink(path)
  yield* runHooks(state.config.Hooks.poststart, { ociVersion: OCI_VERSION, id: state.id, status: 'running', pid: state.init_process_pid, bundle: bundleOf(state) })
}

export const bundleOf = (state: State): string => state.config.labels.find((label) => label.startsWith('bundle='))?.slice(7) ?? ''

/** Kills everything below the cgroup: what has no PID namespace of its own would outlive its first process. */
export function* killAll(cgroup: string, signal: number): Flow<void> {
  yield* quietFreeze(cgroup, true)
  for (const pid of yield* allPids(cgroup)) yield* call('kill', pid, signal)
  yield* quietFreeze(cgroup, false)
}
function* quietFreeze(cgroup: string, frozen: boolean): Flow<void> {
  try {
    yield* freeze(cgroup, frozen)
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
  }
}

/** What is left of a container that has stopped. */
export function* destroy(x: Context, state: State): Flow<void> {
  const status = yield* statusOf(x.root, state)
  if (status === 'running' || status === 'created' || status === 'paused') fail(`container ${state.id} is not stopped`)
  const cgroup = state.cgroup_paths['']
  if (!hasNamespace(state.config, 'NEWPID')) yield* killAll(cgroup, SIGKILL)
  yield* removeCgroup(cgroup)
  yield* removeStateDirectory(stateDirectory(x.root, state.id))
  yield* runHooks(state.config.Hooks.poststop, { ociVersion: OCI_VERSION, id: state.id, status: 'stopped', pid: 0, bundle: bundleOf(state) })
}

/** Waits for the first process to be gone after SIGKILL: a hundred looks, a tenth of a second apart. */
export function* killAndDestroy(x: Context, state: State): Flow<void> {
  yield* call('kill', state.init_process_pid, SIGKILL)
  for (let tries = 0; tries < 100; tries++) {
    yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: 0, nsec: 100_000_000 })
    if (!(yield* isInitAlive(state))) return yield* destroy(x, state)
  }
  fail('container init still running')
}

/** --pid-file: written under another name first, so that nobody reads half a number. */
export function* writePidFile(path: string, pid: number): Flow<void> {
  if (path === '') return
  const slash = path.lastIndexOf('/')
  const temporary = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}`
  const fd = check(yield* open(temporary, O_RDWR | O_CREAT | O_EXCL, 0o666), `open ${temporary}`)
  check(yield* writeAll(fd, encodeUtf8(String(pid))), `write ${temporary}`)
  yield* close(fd)
  check(yield* rename(temporary, path), `rename ${temporary} ${path}`)
}

/** As child subreaper runc inherits what the stages and the container leave behind. */
export const becomeSubreaper = (): Flow<unknown> => call('prctl', PR_SET_CHILD_SUBREAPER, 1)

