// docker version, info, events, stats, system df and prune.
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../../lib/bytes.ts'
import { Template } from '../template/execute.ts'
import { TemplateError } from '../template/lexer.ts'
import { fromJson, GoStruct } from '../template/value.ts'
import { DOCKER_VERSION } from '../api.ts'
import { humanDuration } from '../daemon/list.ts'
import { type Cli, confirm, fail, nowSeconds, path } from './cli.ts'
import { decodeStruct } from './go-types.ts'
import { query, RequestError } from './connection.ts'
import { filterQuery } from './container-commands.ts'
import { bytesSize, context, ellipsis, humanSize, printListing, tabulate, truncateId } from './format.ts'
import type { ListedContainer } from './list-commands.ts'
import { infoText, isoSeconds, versionText } from './system-text.ts'
import { parseTimestamp } from './timestamps.ts'
import { listPlugins } from './plugins.ts'
import type { Flags } from './usage.ts'

const CLIENT = {
  Platform: { Name: '' }, Version: DOCKER_VERSION, ApiVersion: '1.41', DefaultAPIVersion: '1.41', GitCommit: '297e128', GoVersion: 'go1.19.8', Os: 'linux', Arch: 'amd64',
  BuildTime: 'Thu May  7 21:09:36 2026', Context: 'default', Experimental: true,
}

/** A struct whose fields are named as its JSON is. */
const structOf = (type: string, data: Readonly<Record<string, unknown>>): GoStruct => new GoStruct(type, new Map(Object.entries(data).map(([k, v]) => [k, { value: fromJson(v), json: k }])))

function* printTemplate(cli: Cli, format: string, data: GoStruct): Flow<number> {
  let template: Template
  try {
    template = new Template(format)
  } catch (thrown) {
    if (thrown instanceof TemplateError) return yield* fail(cli, `Template parsing error: ${thrown.message}`, 64)
    throw thrown
  }
  try {
    yield* cli.c.stdout.write(`${template.execute(data)}\n`)
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown
    yield* cli.c.stdout.write('\n')
    return yield* fail(cli, thrown.message)
  }
  return 0
}

function versionInfo(server: unknown): GoStruct {
  return new GoStruct('system.versionInfo', new Map([
    ['Client', { value: decodeStruct('ClientVersion', CLIENT, false), json: 'Client' }], ['Server', { value: server === undefined ? undefined : decodeStruct('Version', server, true), json: 'Server' }],
  ]))
}

export function* versionCommand(cli: Cli, flags: Flags): Flow<number> {
  let server: unknown
  let problem: RequestError | undefined
  try {
    server = JSON.parse((yield* cli.api.request('GET', '/version')).text) as unknown
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    problem = thrown
  }
  if (flags.has('format')) {
    const status = yield* printTemplate(cli, flags.text('format'), versionInfo(server))
    if (problem !== undefined) return yield* fail(cli, problem.message)
    return status
  }
  yield* cli.c.stdout.write(versionText(CLIENT, server))
  return problem === undefined ? 0 : yield* fail(cli, problem.message)
}

export function* infoCommand(cli: Cli, flags: Flags): Flow<number> {
  const plugins = yield* listPlugins(cli)
  let info: Record<string, unknown> | undefined
  let problem: string | undefined
  try {
    info = JSON.parse((yield* cli.api.request('GET', '/info')).text) as Record<string, unknown>
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    problem = thrown.message
  }
  if (flags.has('format')) return yield* printTemplate(cli, flags.text('format'), structOf('system.info', { ...info, ClientInfo: { Debug: false, Context: 'default', Plugins: plugins.map((p) => ({ SchemaVersion: '0.1.0', Vendor: p.vendor, Version: p.version, ShortDescription: p.short, Name: p.name, Path: p.path })), Warnings: null } }))
  yield* cli.c.stdout.write(`Client:\n Context:    default\n Debug Mode: false\n${plugins.length === 0 ? '' : ` Plugins:\n${plugins.map((p) => `  ${p.name}: ${p.short} (${p.vendor}, ${p.version})\n`).join('')}`}\nServer:\n${problem === undefined ? '' : `ERROR: ${problem}\n`}`)
  if (info === undefined) return yield* fail(cli, 'errors pretty printing info')
  yield* cli.c.stdout.write(infoText(info))
  yield* cli.c.stdout.flush()
  for (const warning of (info['Warnings'] as readonly string[] | null) ?? []) yield* cli.c.stderr.write(`${warning}\n`)
  return 0
}

interface Event {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly time: number
}
export function* eventsCommand(cli: Cli, flags: Flags): Flow<number> {
  const times: Record<string, string> = {}
  for (const name of ['since', 'until']) {
    if (!flags.has(name)) continue
    const at = yield* parseTimestamp(flags.text(name))
    if (at === undefined) return yield* fail(cli, `failed to parse value as time or duration: ${JSON.stringify(flags.text(name))}`)
    times[name] = at
  }
  let template: Template | undefined
  try {
    if (flags.has('format')) template = new Template(flags.text('format') === 'json' ? '{{json .}}' : flags.text('format').replace(/\\t/g, '\t').replace(/\\n/g, '\n'))
  } catch (thrown) {
    if (thrown instanceof TemplateError) return yield* fail(cli, `Error parsing format: ${thrown.message}`, 64)
    throw thrown
  }
  const stream = yield* cli.api.stream('GET', `/events${query({ ...times, filters: filterQuery(flags.list('filter')) })}`)
  let text = ''
  for (let data = yield* stream.next(); data !== undefined; data = yield* stream.next()) {
    text += decodeUtf8(data)
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) yield* printEvent(cli, line, template)
    yield* cli.c.stdout.flush()
  }
  return 0
}
function* printEvent(cli: Cli, line: string, template: Template | undefined): Flow<void> {
  const event = JSON.parse(line) as Event
  if (template !== undefined) {
    yield* cli.c.stdout.write(`${template.execute(fromJson(event))}\n`)
    return
  }
  const nano = /"timeNano":(\d+)/.exec(line)?.[1] ?? '0'
  const attributes = Object.entries(event.Actor.Attributes).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`).join(', ')
  yield* cli.c.stdout.write(`${eventTime(event.time, nano.slice(-9))} ${event.Type} ${event.Action} ${event.Actor.ID}${attributes === '' ? '' : ` (${attributes})`}\n`)
}
/** RFC3339NanoFixed */
function eventTime(seconds: number, nano: string): string {
  return `${isoSeconds(seconds)}.${nano.padStart(9, '0')}Z`
}
interface Stats {
  readonly id: string
  readonly name: string
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number }; readonly system_cpu_usage?: number; readonly online_cpus?: number }
  readonly precpu_stats: { readonly cpu_usage: { readonly total_usage: number }; readonly system_cpu_usage?: number }
  readonly memory_stats: { readonly usage?: number; readonly limit?: number; readonly stats?: Readonly<Record<string, number>> }
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>
  readonly blkio_stats: { readonly io_service_bytes_recursive?: readonly { readonly op: string; readonly value: number }[] }
  readonly pids_stats: { readonly current?: number }
}
function statsRow(s: Stats, full: boolean): GoStruct {
  const cpu = s.cpu_stats.cpu_usage.total_usage - s.precpu_stats.cpu_usage.total_usage
  const system = (s.cpu_stats.system_cpu_usage ?? 0) - (s.precpu_stats.system_cpu_usage ?? 0)
  const percent = system > 0 && cpu > 0 ? (cpu / system) * (s.cpu_stats.online_cpus ?? 1) * 100 : 0
  const { usage = 0, limit = 0, stats = {} } = s.memory_stats
  const used = Math.max(0, usage - (stats['inactive_file'] ?? 0))
  const sum = (pick: (n: { readonly rx_bytes: number; readonly tx_bytes: number }) => number): number => Object.values(s.networks ?? {}).reduce((total, n) => total + pick(n), 0)
  const io = (op: string): number => (s.blkio_stats.io_service_bytes_recursive ?? []).filter((e) => e.op === op).reduce((total, e) => total + e.value, 0)
  return context('statsContext', {
    Container: s.name.replace(/^\//, ''), ID: full ? s.id : truncateId(s.id), Name: s.name.replace(/^\//, ''), CPUPerc: `${percent.toFixed(2)}%`, MemUsage: `${bytesSize(used)} / ${bytesSize(limit)}`,
    MemPerc: `${(limit === 0 ? 0 : (used / limit) * 100).toFixed(2)}%`, NetIO: `${humanSize(sum((n) => n.rx_bytes))} / ${humanSize(sum((n) => n.tx_bytes))}`,
    BlockIO: `${humanSize(io('read'))} / ${humanSize(io('write'))}`, PIDs: String(s.pids_stats.current ?? 0),
  })
}
const STATS_HEADERS = { Container: 'CONTAINER', ID: 'CONTAINER ID', Name: 'NAME', CPUPerc: 'CPU %', MemUsage: 'MEM USAGE / LIMIT', MemPerc: 'MEM %', NetIO: 'NET I/O', BlockIO: 'BLOCK I/O', PIDs: 'PIDS' }

export function* statsCommand(cli: Cli, flags: Flags): Flow<number> {
  const isOnce = flags.bool('no-stream')
  const names = function* (): Flow<readonly string[]> {
    if (flags.args.length > 0) return flags.args
    const { text } = yield* cli.api.request('GET', `/containers/json${query({ all: flags.bool('all') })}`)
    return (JSON.parse(text) as readonly { readonly Id: string }[]).map((c) => c.Id)
  }
  const standard = 'table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}'
  for (;;) {
    const rows: GoStruct[] = []
    const errors: string[] = []
    for (const name of yield* names()) {
      try {
        const { text } = yield* cli.api.request('GET', `/containers/${path(name)}/stats?stream=0`)
        rows.push(statsRow(JSON.parse(text) as Stats, flags.bool('no-trunc')))
      } catch (thrown) {
        if (!(thrown instanceof RequestError)) throw thrown
        errors.push(thrown.message)
      }
    }
    if (errors.length > 0) return yield* fail(cli, errors.join('\n'))
    if (!isOnce) yield* cli.c.stdout.write('\x1b[2J\x1b[H')
    yield* printListing(cli, { format: flags.text('format'), standard, headers: STATS_HEADERS, rows })
    yield* cli.c.stdout.flush()
    if (isOnce) return 0
    yield* cli.rt.sleep(500)
  }
}

interface Usage {
  readonly LayersSize: number
  readonly Images: readonly { readonly Id: string; readonly RepoTags: readonly string[]; readonly Size: number; readonly SharedSize: number; readonly Containers: number; readonly Created: number }[]
  readonly Containers: readonly ListedContainer[]
  readonly Volumes: readonly { readonly Name: string; readonly UsageData: { readonly RefCount: number; readonly Size: number } }[]
}
export function* dfCommand(cli: Cli, flags: Flags): Flow<number> {
  const usage = JSON.parse((yield* cli.api.request('GET', '/system/df')).text) as Usage
  if (flags.bool('verbose')) {
    yield* cli.c.stdout.write(verboseUsage(usage, yield* nowSeconds()))
    return 0
  }
  const free = (size: number, total: number): string => (total > 0 ? `${humanSize(size, 4)} (${Math.floor((size * 100) / total)}%)` : humanSize(size, 4))
  const active = usage.Images.filter((i) => i.Containers > 0)
  const used = active.reduce((sum, i) => sum + i.Size - i.SharedSize, 0)
  const running = usage.Containers.filter((c) => ['running', 'paused', 'restarting'].includes(c.State))
  const size = (list: Usage['Containers']): number => list.reduce((sum, c) => sum + (c.SizeRw ?? 0), 0)
  const volumes = usage.Volumes.reduce((sum, v) => sum + v.UsageData.Size, 0)
  const unused = usage.Volumes.filter((v) => v.UsageData.RefCount === 0).reduce((sum, v) => sum + v.UsageData.Size, 0)
  const row = (Type: string, total: number, act: number, bytes: number, reclaimable: string): GoStruct => context('diskUsageContext', { Type, TotalCount: String(total), Active: String(act), Size: humanSize(bytes, 4), Reclaimable: reclaimable })
  const rows = [
    row('Images', usage.Images.length, active.length, usage.LayersSize, free(usage.LayersSize - used, usage.LayersSize)),
    row('Containers', usage.Containers.length, running.length, size(usage.Containers), free(size(usage.Containers) - size(running), size(usage.Containers))),
    row('Local Volumes', usage.Volumes.length, usage.Volumes.filter((v) => v.UsageData.RefCount > 0).length, volumes, free(unused, volumes)),
    row('Build Cache', 0, 0, 0, '0B'),
  ]
  yield* printListing(cli, {
    format: flags.text('format'), standard: 'table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}', rows,
    headers: { Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE' },
  })
  return 0
}

/** docker system df -v: every image, container and volume in tables. */
function verboseUsage(usage: Usage, now: number): string {
  const table = (rows: readonly (readonly string[])[]): string => tabulate(rows.map((r) => `${r.join('\t')}\n`).join(''))
  const images = usage.Images.flatMap((i) => i.RepoTags.map((name) => {
    const colon = name.lastIndexOf(':')
    return [name.slice(0, colon), name.slice(colon + 1), truncateId(i.Id), `${humanDuration(now - i.Created)} ago`, humanSize(i.Size), humanSize(i.SharedSize, 4), humanSize(i.Size - i.SharedSize, 4), String(i.Containers)]
  }))
  const containers = usage.Containers.map((c) => [
    truncateId(c.Id), c.Image, JSON.stringify(ellipsis(c.Command, 20)), String(c.Mounts.filter((m) => m.Driver === 'local').length), humanSize(c.SizeRw ?? 0), `${humanDuration(now - c.Created)} ago`, c.Status,
    c.Names.map((n) => n.replace(/^\//, '')).join(','),
  ])
  const volumes = usage.Volumes.map((v) => [v.Name, String(v.UsageData.RefCount), humanSize(v.UsageData.Size, 4)])
  return `Images space usage:\n\n${table([['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE', 'CONTAINERS'], ...images])}\nContainers space usage:\n\n` +
    `${table([['CONTAINER ID', 'IMAGE', 'COMMAND', 'LOCAL VOLUMES', 'SIZE', 'CREATED', 'STATUS', 'NAMES'], ...containers])}\nLocal Volumes space usage:\n\n${table([['VOLUME NAME', 'LINKS', 'SIZE'], ...volumes])}\n` +
    `Build cache usage: 0B\n\n${table([['CACHE ID', 'CACHE TYPE', 'SIZE', 'CREATED', 'LAST USED', 'USAGE', 'SHARED']])}`
}

export function* systemPrune(cli: Cli, flags: Flags): Flow<number> {
  const all = flags.bool('all')
  const what = ['all stopped containers', 'all networks not used by at least one container', ...(flags.bool('volumes') ? ['all volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images', all ? 'all build cache' : 'all dangling build cache']
  if (!flags.bool('force')) {
    const question = `WARNING! This will remove:\n${what.map((w) => `  - ${w}\n`).join('')}\nAre you sure you want to continue?`
    if (!(yield* confirm(cli, question))) return 0
  }
  const filters = query({ filters: filterQuery(flags.list('filter')) })
  const ask = function* <T>(url: string): Flow<T> {
    return JSON.parse((yield* cli.api.request('POST', url)).text) as T
  }
  let space = 0
  const containers = yield* ask<{ ContainersDeleted: readonly string[] | null; SpaceReclaimed: number }>(`/containers/prune${filters}`)
  space += containers.SpaceReclaimed
  if (containers.ContainersDeleted !== null) yield* cli.c.stdout.write(`Deleted Containers:\n${containers.ContainersDeleted.map((d) => `${d}\n`).join('')}\n`)
  const networks = yield* ask<{ NetworksDeleted: readonly string[] | null }>(`/networks/prune${filters}`)
  if (networks.NetworksDeleted !== null) yield* cli.c.stdout.write(`Deleted Networks:\n${networks.NetworksDeleted.map((d) => `${d}\n`).join('')}\n`)
  if (flags.bool('volumes')) {
    const volumes = yield* ask<{ VolumesDeleted: readonly string[] | null; SpaceReclaimed: number }>('/volumes/prune')
    space += volumes.SpaceReclaimed
    if (volumes.VolumesDeleted !== null) yield* cli.c.stdout.write(`Deleted Volumes:\n${volumes.VolumesDeleted.map((d) => `${d}\n`).join('')}\n`)
  }
  const images = yield* ask<{ ImagesDeleted: readonly { readonly Untagged?: string; readonly Deleted?: string }[] | null; SpaceReclaimed: number }>(`/images/prune${query({ filters: filterQuery([`dangling=${!all}`]) })}`)
  space += images.SpaceReclaimed
  if (images.ImagesDeleted !== null) yield* cli.c.stdout.write(`Deleted Images:\n${images.ImagesDeleted.map((i) => (i.Untagged === undefined ? `deleted: ${i.Deleted ?? ''}\n` : `untagged: ${i.Untagged}\n`)).join('')}\n`)
  yield* cli.c.stdout.write(`Total reclaimed space: ${humanSize(space, 4)}\n`)
  return 0
}
