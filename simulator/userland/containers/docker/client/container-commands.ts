// The everyday commands on containers: start, stop, kill, rm, wait, logs, exec, attach, top, port, rename, update and their like.
import type { Flow } from '../../../../abi/syscalls.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { isatty } from '../../../libc/unistd.ts'
import { FrameReader } from '../stdcopy.ts'
import { type Cli, confirm, fail, forEachName, orMissing, path } from './cli.ts'
import { query, RequestError } from './connection.ts'
import { humanSize, tabulate } from './format.ts'
import { environment, OptionError, parseRestart } from './run-config.ts'
import { waitFor } from './run.ts'
import { forwardSignals, parseDetachKeys, pump, tellSize, watchSize } from './streams.ts'
import { parseTimestamp } from './timestamps.ts'
import { type Flags, parseBytes } from './usage.ts'

interface InspectedContainer {
  readonly Id: string
  readonly Name: string
  readonly State: { readonly Running: boolean; readonly Paused: boolean; readonly Restarting: boolean; readonly ExitCode: number }
  readonly Config: { readonly Tty: boolean; readonly OpenStdin: boolean }
  readonly HostConfig: { readonly AutoRemove: boolean }
  readonly NetworkSettings: { readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>> }
}
export function* inspected(cli: Cli, name: string): Flow<InspectedContainer> {
  const { text } = yield* orMissing('container', name, () => cli.api.request('GET', `/containers/${path(name)}/json`))
  return JSON.parse(text) as InspectedContainer
}
const printName = function* (cli: Cli, name: string): Flow<void> {
  yield* cli.c.stdout.write(`${name}\n`)
  yield* cli.c.stdout.flush()
}
/** A command that posts something for each container and prints its name. */
const posting = (suffix: (flags: Flags) => string) => function* (cli: Cli, flags: Flags): Flow<number> {
  return yield* forEachName(cli, flags.args, function* (name) {
    yield* cli.api.request('POST', `/containers/${path(name)}${suffix(flags)}`)
    yield* printName(cli, name)
  })
}
export const stopCommand = posting((f) => `/stop${f.has('time') ? `?t=${f.text('time')}` : '?t=10'}`)
export const restartCommand = posting((f) => `/restart${f.has('time') ? `?t=${f.text('time')}` : '?t=10'}`)
export const killCommand = posting((f) => `/kill?signal=${encodeURIComponent(f.get('signal') ?? 'KILL')}`)
export const pauseCommand = posting(() => '/pause')
export const unpauseCommand = posting(() => '/unpause')

export function* rmCommand(cli: Cli, flags: Flags): Flow<number> {
  const errors: string[] = []
  for (const name of flags.args) {
    const plain = name.replace(/^\/+/, '')
    try {
      yield* orMissing('container', name, () => cli.api.request('DELETE', `/containers/${path(plain)}${query({ v: flags.bool('volumes'), force: flags.bool('force'), link: flags.bool('link') })}`))
      yield* printName(cli, name)
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      if (flags.bool('force') && thrown.isNotFound) yield* cli.c.stderr.write(`${thrown.message}\n`)
      else errors.push(thrown.message)
      if (thrown.status === 0) break
    }
  }
  return errors.length === 0 ? 0 : yield* fail(cli, errors.join('\n'))
}

export function* waitCommand(cli: Cli, flags: Flags): Flow<number> {
  return yield* forEachName(cli, flags.args, function* (name) {
    const { text } = yield* cli.api.request('POST', `/containers/${path(name)}/wait`)
    yield* cli.c.stdout.write(`${(JSON.parse(text) as { StatusCode: number }).StatusCode}\n`)
  })
}

export function* startCommand(cli: Cli, flags: Flags): Flow<number> {
  if (flags.bool('attach') || flags.bool('interactive')) return yield* startAttached(cli, flags)
  const failed: string[] = []
  for (const name of flags.args) {
    try {
      yield* cli.api.request('POST', `/containers/${path(name)}/start`)
      yield* printName(cli, name)
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      yield* cli.c.stderr.write(`${thrown.message}\n`)
      failed.push(name)
    }
  }
  return failed.length === 0 ? 0 : yield* fail(cli, `Error: failed to start containers: ${failed.join(', ')}`)
}

function* startAttached(cli: Cli, flags: Flags): Flow<number> {
  if (flags.args.length > 1) return yield* fail(cli, 'you cannot start and attach multiple containers at once')
  const [name] = flags.args
  const keys = parseDetachKeys(flags.text('detach-keys'))
  if (keys === undefined) return yield* fail(cli, `invalid detach keys (${flags.text('detach-keys')})`)
  const info = yield* inspected(cli, name)
  if (!info.Config.Tty) yield* forwardSignals(cli, info.Id)
  const stdin = flags.bool('interactive') && info.Config.OpenStdin
  const hijacked = yield* cli.api.hijack(`/containers/${info.Id}/attach${query({ stream: true, stdin, stdout: true, stderr: true })}`)
  const waiting = { status: undefined as number | undefined, signal: new Signal() }
  cli.rt.go(waitFor(cli, info.Id, info.HostConfig.AutoRemove ? 'removed' : 'next-exit', waiting))
  yield* cli.rt.yield()
  if (info.Config.Tty) yield* tellSize(cli, `/containers/${info.Id}`)
  yield* cli.api.request('POST', `/containers/${info.Id}/start`)
  if (info.Config.Tty) yield* watchSize(cli, `/containers/${info.Id}`)
  if ((yield* pump(cli, hijacked, { stdin, isTerminal: info.Config.Tty, detachKeys: keys })) === 'detached') return 0
  while (waiting.status === undefined) yield* cli.rt.wait(waiting.signal)
  return waiting.status
}

export function* attachCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name] = flags.args
  const info = yield* inspected(cli, name)
  if (!info.State.Running) return yield* fail(cli, 'You cannot attach to a stopped container, start it first')
  if (info.State.Paused) return yield* fail(cli, 'You cannot attach to a paused container, unpause it first')
  if (info.State.Restarting) return yield* fail(cli, 'You cannot attach to a restarting container, wait until it is running')
  const keys = parseDetachKeys(flags.text('detach-keys'))
  if (keys === undefined) return yield* fail(cli, `invalid detach keys (${flags.text('detach-keys')})`)
  const stdin = !flags.bool('no-stdin') && info.Config.OpenStdin
  if (info.Config.Tty && stdin && !(yield* isatty(0))) return yield* fail(cli, 'the input device is not a TTY')
  if (!info.Config.Tty && flags.bool('sig-proxy', true)) yield* forwardSignals(cli, info.Id)
  const waiting = { status: undefined as number | undefined, signal: new Signal() }
  cli.rt.go(waitFor(cli, info.Id, '', waiting))
  const hijacked = yield* cli.api.hijack(`/containers/${info.Id}/attach${query({ stream: true, stdin, stdout: true, stderr: true })}`)
  if (info.Config.Tty && (yield* isatty(1))) yield* watchSize(cli, `/containers/${info.Id}`, true)
  if ((yield* pump(cli, hijacked, { stdin, isTerminal: info.Config.Tty, detachKeys: keys })) === 'detached') return 0
  while (waiting.status === undefined) yield* cli.rt.wait(waiting.signal)
  return waiting.status
}

export function* execCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name, ...command] = flags.args
  const keys = parseDetachKeys(flags.text('detach-keys'))
  if (keys === undefined) return yield* fail(cli, `invalid detach keys (${flags.text('detach-keys')})`)
  const isDetached = flags.bool('detach')
  let env: readonly string[]
  try {
    env = yield* environment(flags, cli.c.env)
  } catch (thrown) {
    if (thrown instanceof OptionError) return yield* fail(cli, thrown.message)
    throw thrown
  }
  yield* inspected(cli, name)
  const isTerminal = flags.bool('tty')
  const stdin = flags.bool('interactive') && !isDetached
  if (isTerminal && stdin && !(yield* isatty(0))) return yield* fail(cli, 'the input device is not a TTY')
  const { text } = yield* cli.api.request('POST', `/containers/${path(name)}/exec`, {
    User: flags.text('user'), Privileged: flags.bool('privileged'), Tty: isTerminal, AttachStdin: stdin, AttachStderr: !isDetached, AttachStdout: !isDetached, Detach: isDetached,
    DetachKeys: flags.text('detach-keys'), Env: env, WorkingDir: flags.text('workdir'), Cmd: command,
  })
  const { Id: id } = JSON.parse(text) as { Id: string }
  if (isDetached) {
    yield* cli.api.request('POST', `/exec/${id}/start`, { Detach: true, Tty: isTerminal })
    return 0
  }
  if (isTerminal) yield* tellSize(cli, `/exec/${id}`)
  const hijacked = yield* cli.api.hijack(`/exec/${id}/start`, { Detach: false, Tty: isTerminal })
  if (isTerminal) yield* watchSize(cli, `/exec/${id}`)
  const end = yield* pump(cli, hijacked, { stdin, isTerminal, detachKeys: keys })
  if (end === 'detached') return 0
  const answer = yield* cli.api.request('GET', `/exec/${id}/json`)
  return (JSON.parse(answer.text) as { ExitCode: number | null }).ExitCode ?? 0
}

export function* logsCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name] = flags.args
  const info = yield* inspected(cli, name)
  const times: Record<string, string> = {}
  for (const flag of ['since', 'until']) {
    const text = flags.text(flag)
    if (text === '') continue
    const at = yield* parseTimestamp(text)
    if (at === undefined) return yield* fail(cli, `invalid value for "${flag}": failed to parse value as time or duration: ${JSON.stringify(text)}`)
    times[flag] = at
  }
  const stream = yield* cli.api.stream('GET', `/containers/${info.Id}/logs${query({ ...times, stdout: true, stderr: true, follow: flags.bool('follow'), timestamps: flags.bool('timestamps'), details: flags.bool('details'), tail: flags.get('tail') ?? 'all' })}`)
  const frames = new FrameReader()
  for (let data = yield* stream.next(); data !== undefined; data = yield* stream.next()) {
    if (info.Config.Tty) yield* cli.c.stdout.write(data)
    else {
      frames.push(data)
      for (let f = frames.next(); f !== undefined; f = frames.next()) {
        if (f.stream === 2) {
          yield* cli.c.stdout.flush()
          yield* cli.c.stderr.write(f.data)
        } else yield* cli.c.stdout.write(f.data)
      }
    }
    yield* cli.c.stdout.flush()
  }
  return 0
}

export function* topCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name, ...args] = flags.args
  const { text } = yield* cli.api.request('GET', `/containers/${path(name)}/top${query({ ps_args: args.join(' ') })}`)
  const { Titles, Processes } = JSON.parse(text) as { Titles: readonly string[]; Processes: readonly (readonly string[])[] | null }
  const lines = [Titles, ...(Processes ?? [])].map((row) => row.join('\t'))
  yield* cli.c.stdout.write(`${tabulate(lines.join('\n'), 20, 3)}\n`)
  return 0
}

export function* portCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name, wanted] = flags.args
  const info = yield* inspected(cli, name)
  const ports = info.NetworkSettings.Ports
  if (wanted !== undefined) {
    const [port, proto = 'tcp'] = wanted.split('/')
    if (!/^\d+$/.test(port)) return yield* fail(cli, `Error: invalid port (${port})`)
    const bindings = ports[`${port}/${proto}`]
    if (bindings === undefined || bindings === null) return yield* fail(cli, `Error: No public port '${port}/${proto}' published for ${name}`)
    for (const b of bindings) yield* cli.c.stdout.write(`${b.HostIp}:${b.HostPort}\n`)
    return 0
  }
  for (const [from, bindings] of Object.entries(ports)) for (const b of bindings ?? []) yield* cli.c.stdout.write(`${from} -> ${b.HostIp}:${b.HostPort}\n`)
  return 0
}

export function* renameCommand(cli: Cli, flags: Flags): Flow<number> {
  const [from, to] = flags.args.map((a) => a.trim())
  if (from === '' || to === '') return yield* fail(cli, 'Error: Neither old nor new names may be empty')
  try {
    yield* cli.api.request('POST', `/containers/${path(from)}/rename${query({ name: to })}`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    yield* cli.c.stderr.write(`${thrown.message}\n`)
    return yield* fail(cli, `Error: failed to rename container named ${from}`)
  }
  return 0
}

export function* updateCommand(cli: Cli, flags: Flags): Flow<number> {
  const names = ['blkio-weight', 'cpu-period', 'cpu-quota', 'cpu-rt-period', 'cpu-rt-runtime', 'cpu-shares', 'cpus', 'cpuset-cpus', 'cpuset-mems', 'kernel-memory', 'memory', 'memory-reservation', 'memory-swap', 'pids-limit', 'restart']
  if (!names.some((n) => flags.has(n))) return yield* fail(cli, 'you must provide one or more flags when using this command')
  const bytes = (name: string): number => (flags.get(name) === '-1' ? -1 : (parseBytes(flags.get(name) ?? '0') ?? 0))
  let policy
  try {
    policy = flags.has('restart') ? parseRestart(flags.text('restart')) : { Name: '', MaximumRetryCount: 0 }
  } catch (thrown) {
    if (thrown instanceof OptionError) return yield* fail(cli, thrown.message)
    throw thrown
  }
  const body = {
    CpuShares: flags.number('cpu-shares'), Memory: bytes('memory'), NanoCpus: Math.round(flags.number('cpus') * 1e9), BlkioWeight: flags.number('blkio-weight'), CpuPeriod: flags.number('cpu-period'),
    CpuQuota: flags.number('cpu-quota'), CpusetCpus: flags.text('cpuset-cpus'), CpusetMems: flags.text('cpuset-mems'), MemoryReservation: bytes('memory-reservation'), MemorySwap: bytes('memory-swap'),
    PidsLimit: flags.has('pids-limit') ? flags.number('pids-limit') : null, RestartPolicy: policy,
  }
  const warnings: string[] = []
  const status = yield* forEachName(cli, flags.args, function* (name) {
    const { text } = yield* cli.api.request('POST', `/containers/${path(name)}/update`, body)
    warnings.push(...((JSON.parse(text) as { Warnings: readonly string[] | null }).Warnings ?? []))
    yield* printName(cli, name)
  })
  if (warnings.length > 0) yield* cli.c.stdout.write(`${warnings.join('\n')}\n`)
  return status
}

export function* diffCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name] = flags.args
  if (name === '') return yield* fail(cli, 'Container name cannot be empty')
  const { text } = yield* cli.api.request('GET', `/containers/${path(name)}/changes`)
  const found = JSON.parse(text) as readonly { readonly Path: string; readonly Kind: number }[] | null
  for (const { Path, Kind } of found ?? []) yield* cli.c.stdout.write(`${'CAD'[Kind]} ${Path}\n`)
  return 0
}

/** Turns `--filter key=value` into the API's form. */
export function filterQuery(filters: readonly string[]): string | undefined {
  if (filters.length === 0) return undefined
  const map: Record<string, Record<string, boolean>> = {}
  for (const filter of filters) {
    const eq = filter.indexOf('=')
    const key = (eq < 0 ? filter : filter.slice(0, eq)).trim().toLowerCase()
    map[key] = { ...map[key], [eq < 0 ? '' : filter.slice(eq + 1).trim()]: true }
  }
  return JSON.stringify(map)
}
export const filterError = (value: string): string | undefined => (value !== '' && !value.includes('=') ? 'bad format of filter (expected name=value)' : undefined)

export function* pruneContainers(cli: Cli, flags: Flags): Flow<number> {
  if (!flags.bool('force') && !(yield* confirm(cli, 'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?'))) {
    yield* cli.c.stdout.write('Total reclaimed space: 0B\n')
    return 0
  }
  const { text } = yield* cli.api.request('POST', `/containers/prune${query({ filters: filterQuery(flags.list('filter')) })}`)
  const { ContainersDeleted: deleted, SpaceReclaimed: space } = JSON.parse(text) as { ContainersDeleted: readonly string[] | null; SpaceReclaimed: number }
  if (deleted !== null && deleted.length > 0) yield* cli.c.stdout.write(`Deleted Containers:\n${deleted.map((d) => `${d}\n`).join('')}\n`)
  yield* cli.c.stdout.write(`Total reclaimed space: ${humanSize(space, 4)}\n`)
  return 0
}
