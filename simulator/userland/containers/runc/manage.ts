// The commands that look after containers: state, list, kill, delete, pause, resume, ps, update.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC } from '../../../abi/fcntl.ts'
import { SIGKILL, SIGNAL_NAMES } from '../../../abi/signal.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, readDir, readFile, readToEnd, stat, waitpid } from '../../libc/unistd.ts'
import { envStrings } from '../../libc/crt.ts'
import { check, fail, goText, quoted } from '../go-error.ts'
import { parseGoJson } from '../go-json.ts'
import { allPids, freeze, setLimits } from './cgroup.ts'
import type { CgroupConfig } from './config.ts'
import { bundleOf, destroy, killAll, killAndDestroy } from './container.ts'
import { type Context, isSet, option } from './context.ts'
import { applyResources } from './convert.ts'
import type { OciResources } from './oci.ts'
import { goJson } from './spec.ts'
import { loadState, removeStateDirectory, saveState, type State, stateDirectory, statusOf } from './state.ts'
import { GoError } from '../go-error.ts'
import { validateId } from './validate.ts'

interface ContainerReport {
  readonly ociVersion: string
  readonly id: string
  readonly pid: number
  readonly status: string
  readonly bundle: string
  readonly rootfs: string
  readonly created: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly owner: string
}

function* report(x: Context, state: State): Flow<ContainerReport> {
  const status = yield* statusOf(x.root, state)
  const annotations = state.config.labels.filter((label) => !label.startsWith('bundle=')).map((label): [string, string] => {
    const [key] = label.split('=')
    return [key, label.slice(key.length + 1)]
  })
  return {
    ociVersion: state.config.version, id: state.id, pid: status === 'stopped' ? 0 : state.init_process_pid, status, bundle: bundleOf(state), rootfs: state.config.rootfs,
    created: state.created, ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }), owner: '',
  }
}

export function* stateCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  yield* x.c.stdout.write(goJson(yield* report(x, state), '  '))
  yield* x.c.stdout.write('\n')
  return 0
}

export function* listCommand(x: Context): Flow<number> {
  const all = yield* listContainers(x)
  if (isSet(x, 'quiet')) {
    for (const { id } of all) yield* x.c.stdout.write(`${id}\n`)
    return 0
  }
  const format = option(x, 'format') || 'table'
  if (format === 'json') {
    yield* x.c.stdout.write(all.length === 0 ? 'null' : goJson(all))
    yield* x.c.stdout.write('\n')
    return 0
  }
  if (format !== 'table') return fail('invalid format option')
  const rows = [['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'], ...all.map((r) => [r.id, String(r.pid), r.status, r.bundle, r.created, r.owner])]
  const widths = rows[0].map((_, column) => Math.max(12, ...rows.map((row) => row[column].length + 3)))
  for (const row of rows) yield* x.c.stdout.write(`${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]))).join('')}\n`)
  return 0
}

function* listContainers(x: Context): Flow<ContainerReport[]> {
  const entries = yield* readDir(x.root)
  if (entries === Errno.ENOENT) return []
  if (isErr(entries)) return fail(`open ${x.root}: ${goText(entries)}`)
  const reports: ContainerReport[] = []
  for (const name of entries.map((entry) => entry.name).sort()) {
    const st = yield* stat(`${x.root}/${name}`)
    if (name === '.' || name === '..' || isErr(st) || isErr(yield* stat(`${x.root}/${name}/state.json`))) continue
    const owner = yield* getpwuid(st.uid)
    reports.push({ ...(yield* report(x, yield* loadState(x.root, name))), owner: owner?.name ?? `#${st.uid}` })
  }
  return reports
}

/** A name with or without SIG, or a number. */
function parseSignal(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text)
  const number = SIGNAL_NAMES.indexOf(text.toUpperCase().replace(/^SIG/, ''))
  return number > 0 ? number : fail(`unknown signal ${quoted(text)}`)
}

export function* killCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  const signal = parseSignal(x.args[1] ?? 'SIGTERM')
  const status = yield* statusOf(x.root, state)
  if (isSet(x, 'all')) {
    if (status === 'stopped' && (yield* allPids(state.cgroup_paths[''])).length === 0) return 0
    yield* killAll(state.cgroup_paths[''], signal)
    return 0
  }
  if (status === 'stopped') fail('container not running')
  check(yield* call('kill', state.init_process_pid, signal), 'unable to signal init')
  // A frozen process is thawed so that it can die.
  if (signal === SIGKILL && status === 'paused') yield* freeze(state.cgroup_paths[''], false)
  return 0
}

export function* deleteCommand(x: Context): Flow<number> {
  const [id] = x.args
  const force = isSet(x, 'force')
  let state: State
  try {
    state = yield* loadState(x.root, id)
  } catch (thrown) {
    if (!(thrown instanceof GoError) || thrown.message !== 'container does not exist') throw thrown
    validateId(id)
    yield* removeStateDirectory(stateDirectory(x.root, id))
    if (force) return 0
    throw thrown
  }
  const status = yield* statusOf(x.root, state)
  if (status === 'stopped') yield* destroy(x, state)
  else if (status === 'created') yield* killAndDestroy(x, state)
  else if (force) {
    if (status === 'paused') yield* freeze(state.cgroup_paths[''], false)
    yield* killAndDestroy(x, state)
  } else fail(`cannot delete container ${id} that is not stopped: ${status}`)
  return 0
}

export function* pauseCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  const status = yield* statusOf(x.root, state)
  if (status !== 'running' && status !== 'created') fail('container not running')
  yield* freeze(state.cgroup_paths[''], true)
  return 0
}

export function* resumeCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  if ((yield* statusOf(x.root, state)) !== 'paused') fail('container not paused')
  yield* freeze(state.cgroup_paths[''], false)
  return 0
}

/** Lines of the real ps, as far as they are about the container. */
export function* psCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  const pids = yield* allPids(state.cgroup_paths[''])
  const format = option(x, 'format') || 'table'
  if (format === 'json') {
    yield* x.c.stdout.write(goJson(pids))
    yield* x.c.stdout.write('\n')
    return 0
  }
  if (format !== 'table') return fail('invalid format option')
  const words = x.args.length > 1 ? x.args.slice(1) : ['-ef']
  const lines = (yield* outputOfPs(x, words)).split('\n')
  const column = lines[0].split(/\s+/).filter((word) => word !== '').indexOf('PID')
  if (column < 0) fail("couldn't find PID field in ps output")
  yield* x.c.stdout.write(`${lines[0]}\n`)
  for (const line of lines.slice(1)) {
    const pid = Number(line.trim().split(/\s+/)[column])
    if (line !== '' && pids.includes(pid)) yield* x.c.stdout.write(`${line}\n`)
  }
  return 0
}

function* outputOfPs(x: Context, words: readonly string[]): Flow<string> {
  const [from, to] = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const pid = check(yield* call('clone', 0, function* exec() {
    yield* call('dup2', to, 1)
    yield* call('dup2', to, 2)
    yield* execvpe('ps', ['ps', ...words], envStrings(x.c.env))
    return 127
  }), 'fork/exec ps')
  yield* close(to)
  const output = yield* readToEnd(from)
  yield* close(from)
  const result = yield* waitpid(pid)
  const text = isErr(output) ? '' : decodeUtf8(output)
  if (!isErr(result) && result.status !== 0) fail(`exit status ${result.status >> 8}: ${text}`)
  return text
}

const sizes = new Map([['b', 1], ['k', 2 ** 10], ['m', 2 ** 20], ['g', 2 ** 30], ['t', 2 ** 40]])
/** units.RAMInBytes */
function bytes(text: string, name: string): number {
  const match = /^(-?\d+(?:\.\d+)?)\s*([kmgtb]?)(?:i?b)?$/i.exec(text)
  if (match === null) return fail(`invalid value for ${name}: invalid size: '${text}'`)
  return Math.floor(Number(match[1]) * (sizes.get(match[2].toLowerCase() || 'b') ?? 1))
}

/** Limits of a running container: from a file, or one option each. */
export function* updateCommand(x: Context): Flow<number> {
  const state = yield* loadState(x.root, x.args[0])
  const cgroups: CgroupConfig = { ...state.config.cgroups }
  applyResources(cgroups, isSet(x, 'resources') ? yield* readResources(option(x, 'resources')) : resourcesOf(x))
  if ((yield* statusOf(x.root, state)) === 'stopped') fail('container not running')
  yield* setLimits(cgroups, state.cgroup_paths[''])
  yield* saveState(stateDirectory(x.root, state.id), { ...state, config: { ...state.config, cgroups } })
  return 0
}

function* readResources(file: string): Flow<OciResources> {
  const text = file === '-' ? yield* readToEnd(0) : yield* readFile(file)
  const content = check(text, `open ${file}`)
  return parseGoJson(typeof content === 'string' ? content : decodeUtf8(content)) as OciResources
}

function resourcesOf(x: Context): OciResources {
  const number = (name: string): number | undefined => {
    if (!isSet(x, name)) return undefined
    if (!/^-?\d+$/.test(option(x, name))) return fail(`invalid value for ${name}: strconv.ParseInt: parsing ${quoted(option(x, name))}: invalid syntax`)
    return Number(option(x, name))
  }
  const size = (name: string): number | undefined => (isSet(x, name) ? (option(x, name) === '-1' ? -1 : bytes(option(x, name), name)) : undefined)
  return {
    memory: { limit: size('memory'), reservation: size('memory-reservation'), swap: size('memory-swap') },
    cpu: { shares: number('cpu-share'), quota: number('cpu-quota'), period: number('cpu-period'), cpus: option(x, 'cpuset-cpus') || undefined, mems: option(x, 'cpuset-mems') || undefined },
    pids: { limit: number('pids-limit') }, blockIO: { weight: number('blkio-weight') },
  }
}
