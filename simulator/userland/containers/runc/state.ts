// state.json below runc's root directory, and what can be told of a container from it, from /proc and from its cgroup.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { close, open, readDir, readFile, rename, rmdir, stat, unlink, writeAll } from '../../libc/unistd.ts'
import { check, fail, goText } from '../go-error.ts'
import { isFrozen } from './cgroup.ts'
import type { ContainerConfig, NamespaceName } from './config.ts'
import { goJson } from './spec.ts'
import { validateId } from './validate.ts'

export interface State {
  readonly id: string
  readonly init_process_pid: number
  readonly init_process_start: number
  /** RFC 3339 with nanoseconds */
  readonly created: string
  readonly config: ContainerConfig
  readonly rootless: boolean
  readonly cgroup_paths: Readonly<Record<string, string>>
  readonly namespace_paths: Readonly<Record<string, string>>
  readonly external_descriptors: readonly string[]
  readonly intel_rdt_path: string
}
export type Status = 'creating' | 'created' | 'running' | 'stopped' | 'paused'

export const FIFO_NAME = 'exec.fifo'
const NS_FILES: Readonly<Record<NamespaceName, string>> = { NEWCGROUP: 'cgroup', NEWIPC: 'ipc', NEWNET: 'net', NEWNS: 'mnt', NEWPID: 'pid', NEWUSER: 'user', NEWUTS: 'uts' }

/** The namespaces of a running process, in the order of state.json: also those it has joined are found by way of itself, since who made them may be gone. */
export function namespacePaths(pid: number): Record<string, string> {
  return Object.fromEntries(Object.entries(NS_FILES).map(([name, file]) => [name, `/proc/${pid}/ns/${file}`]))
}

export const stateDirectory = (root: string, id: string): string => `${root}/${id}`

export function* saveState(directory: string, state: State): Flow<void> {
  const temporary = `${directory}/state-.json`
  const fd = check(yield* open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600), `open ${temporary}`)
  check(yield* writeAll(fd, encodeUtf8(goJson(state))), `write ${temporary}`)
  yield* close(fd)
  check(yield* rename(temporary, `${directory}/state.json`), `rename ${temporary}`)
}

export function* loadState(root: string, id: string): Flow<State> {
  validateId(id)
  const file = `${stateDirectory(root, id)}/state.json`
  const text = yield* readFile(file)
  if (text === Errno.ENOENT) return fail('container does not exist')
  if (isErr(text)) return fail(`open ${file}: ${goText(text)}`)
  return JSON.parse(text) as State
}

/** State letter and start time (clock ticks since boot) of /proc/PID/stat; undefined if there is no such process. */
export function* processStat(pid: number): Flow<{ readonly state: string; readonly startTime: number } | undefined> {
  const text = yield* readFile(`/proc/${pid}/stat`)
  if (isErr(text)) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0], startTime: Number(fields[19]) }
}

/** Is the container's first process still there, and still the same? */
export function* isInitAlive(state: State): Flow<boolean> {
  if (state.init_process_pid === 0) return false
  const found = yield* processStat(state.init_process_pid)
  return found !== undefined && found.startTime === state.init_process_start && found.state !== 'Z' && found.state !== 'X'
}

export function* statusOf(root: string, state: State): Flow<Status> {
  if (yield* isFrozen(state.cgroup_paths[''])) return 'paused'
  if (!(yield* isInitAlive(state))) return 'stopped'
  return isErr(yield* stat(`${stateDirectory(root, state.id)}/${FIFO_NAME}`)) ? 'running' : 'created'
}

export function* removeStateDirectory(directory: string): Flow<void> {
  const entries = yield* readDir(directory)
  if (!isErr(entries)) for (const { name } of entries) if (name !== '.' && name !== '..') yield* unlink(`${directory}/${name}`)
  yield* rmdir(directory)
}
