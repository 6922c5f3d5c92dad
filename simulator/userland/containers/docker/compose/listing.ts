// Commands that only show: ps, ls, images, top, port, config, version (cmd/compose).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { formatYaml } from '../../../../lib/yaml-format.ts'
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '../../../../lib/yaml.ts'
import { writeFile } from '../../../libc/unistd.ts'
import { nowSeconds } from '../client/cli.ts'
import { context, ellipsis, humanSize, printListing, tabulate, truncateId } from '../client/format.ts'
import { goTime, portsText } from '../client/list-commands.ts'
import type { Flags } from '../client/usage.ts'
import { humanDuration } from '../daemon/list.ts'
import type { Backend, ComposeContainer } from './backend.ts'
import { textsOf } from './canonical.ts'
import { ComposeError } from './error.ts'
import type { Project } from './project.ts'
import { COMPOSE_VERSION, imageOf, LABEL, serviceHash } from './service-request.ts'

const PS_HEADERS = { ID: 'CONTAINER ID', Name: 'NAME', Image: 'IMAGE', Command: 'COMMAND', Service: 'SERVICE', RunningFor: 'CREATED', Status: 'STATUS', Ports: 'PORTS', State: 'STATE', Project: 'PROJECT', Names: 'NAMES', CreatedAt: 'CREATED AT', Labels: 'LABELS' }
const STATUSES = ['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited']

/** Containers of these services only. @throws {ComposeError} for a service that isn't there */
export function ofServices(containers: readonly ComposeContainer[], project: Project | undefined, names: readonly string[]): readonly ComposeContainer[] {
  for (const name of names) {
    const isKnown = project === undefined ? containers.some((c) => c.service === name) : project.services.has(name) || project.disabled.has(name)
    if (!isKnown) throw new ComposeError(`no such service: ${name}`)
  }
  return names.length === 0 ? containers : containers.filter((c) => names.includes(c.service))
}

export function* ps(backend: Backend, name: string, project: Project | undefined, flags: Flags): Flow<number> {
  const wanted = [...flags.list('status'), ...flags.list('filter').filter((f) => f.startsWith('status=')).map((f) => f.slice('status='.length))]
  for (const status of wanted) if (!STATUSES.includes(status)) throw new ComposeError(`unknown status ${status}`)
  const isAll = flags.bool('all') || wanted.length > 0
  const all = yield* backend.containers(name, { all: isAll, oneOff: flags.bool('all') ? 'include' : undefined })
  const containers = ofServices(all, project, flags.args).filter((c) => wanted.length === 0 || wanted.includes(c.state))
  const { stdout } = backend.cli.c
  if (flags.bool('services')) {
    for (const service of new Set(containers.map((c) => c.service))) yield* stdout.write(`${service}\n`)
    return 0
  }
  if (flags.bool('quiet')) {
    for (const c of containers) yield* stdout.write(`${c.id}\n`)
    return 0
  }
  const now = yield* nowSeconds()
  const noTrunc = flags.bool('no-trunc')
  const byName = [...containers].sort((a, b) => (a.name < b.name ? -1 : 1))
  if (flags.text('format') === 'json') {
    for (const c of byName) yield* stdout.write(`${psJson(c, name, now)}\n`)
    return 0
  }
  const rows = byName.map((c) => context('ContainerContext', {
    ID: noTrunc ? c.id : truncateId(c.id), Name: c.name, Names: c.name, Image: c.image, Command: JSON.stringify(noTrunc ? c.command : ellipsis(c.command, 20)), Service: c.service, Project: name,
    RunningFor: `${humanDuration(now - c.created)} ago`, CreatedAt: goTime(c.created), Status: c.status, State: c.state, Ports: portsText(c.ports), Health: healthOf(c), ExitCode: exitCodeOf(c), Labels: labelsText(c),
    Publishers: c.ports.length,
  }))
  yield* printListing(backend.cli, { format: flags.text('format'), standard: 'table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}', headers: PS_HEADERS, rows })
  return 0
}
const healthOf = (c: ComposeContainer): string => /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(c.status)?.[1] ?? ''
const exitCodeOf = (c: ComposeContainer): number => Number(/^Exited \((\d+)\)/.exec(c.status)?.[1] ?? '0')
const labelsText = (c: ComposeContainer): string => Object.entries(c.labels).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`).join(',')
const psJson = (c: ComposeContainer, project: string, now: number): string => JSON.stringify({
  Command: JSON.stringify(ellipsis(c.command, 20)), CreatedAt: goTime(c.created), ExitCode: exitCodeOf(c), Health: healthOf(c), ID: truncateId(c.id), Image: c.image, Labels: labelsText(c), LocalVolumes: '0', Mounts: '',
  Name: c.name, Names: c.name, Networks: '', Ports: portsText(c.ports), Project: project,
  Publishers: c.ports.map((p) => ({ URL: p.IP ?? '', TargetPort: p.PrivatePort, PublishedPort: p.PublicPort ?? 0, Protocol: p.Type })), RunningFor: `${humanDuration(now - c.created)} ago`, Service: c.service, Size: '0B',
  State: c.state, Status: c.status,
})

/** cmd/formatter/pretty.go: columns at least 20 wide. */
function* printTable(backend: Backend, rows: readonly (readonly string[])[]): Flow<void> {
  yield* backend.cli.c.stdout.write(`${tabulate(rows.map((r) => r.join('\t')).join('\n'), 20)}\n`)
}

/** `running(2), exited(1)` */
function combinedStatus(states: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([state, n]) => `${state}(${n})`).join(', ')
}
export function* ls(backend: Backend, flags: Flags): Flow<number> {
  const projects = new Map<string, { states: string[]; files: string }>()
  for (const c of yield* backend.allProjects(flags.bool('all'))) {
    if (c.Labels[LABEL.oneOff] === 'True') continue
    const name = c.Labels[LABEL.project]
    const entry = projects.get(name) ?? { states: [], files: c.Labels[LABEL.files] ?? '' }
    entry.states.push(c.State)
    projects.set(name, entry)
  }
  const names = flags.list('filter').filter((f) => f.startsWith('name=')).map((f) => f.slice('name='.length))
  const sorted = [...projects].filter(([name]) => names.every((n) => name.includes(n))).sort(([a], [b]) => (a < b ? -1 : 1))
  const { stdout } = backend.cli.c
  if (flags.bool('quiet')) for (const [name] of sorted) yield* stdout.write(`${name}\n`)
  else if (flags.text('format') === 'json') yield* stdout.write(`${JSON.stringify(sorted.map(([Name, p]) => ({ Name, Status: combinedStatus(p.states), ConfigFiles: p.files })))}\n`)
  else yield* printTable(backend, [['NAME', 'STATUS', 'CONFIG FILES'], ...sorted.map(([name, p]) => [name, combinedStatus(p.states), p.files])])
  return 0
}

export function* images(backend: Backend, name: string, project: Project | undefined, flags: Flags): Flow<number> {
  const containers = ofServices(yield* backend.containers(name, { all: true, oneOff: 'include' }), project, flags.args)
  const rows: string[][] = []
  for (const c of [...containers].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const image = yield* backend.find<{ readonly Id: string; readonly RepoTags: readonly string[]; readonly Size: number }>(`/images/${c.imageId}/json`)
    const [tag = '<none>:<none>'] = image?.RepoTags ?? []
    const at = tag.lastIndexOf(':')
    rows.push([c.name, tag.slice(0, at), tag.slice(at + 1), c.imageId.replace('sha256:', '').slice(0, 12), humanSize(image?.Size ?? 0, 3)])
  }
  if (flags.bool('quiet')) {
    for (const id of new Set(containers.map((c) => c.imageId.replace('sha256:', '')))) yield* backend.cli.c.stdout.write(`${id}\n`)
    return 0
  }
  yield* printTable(backend, [['CONTAINER', 'REPOSITORY', 'TAG', 'IMAGE ID', 'SIZE'], ...rows])
  return 0
}

export function* top(backend: Backend, name: string, project: Project | undefined, flags: Flags): Flow<number> {
  for (const c of ofServices(yield* backend.containers(name, { all: false }), project, flags.args)) {
    const { Titles: titles, Processes: processes } = JSON.parse(yield* backend.request('GET', `/containers/${c.id}/top`)) as { readonly Titles: readonly string[]; readonly Processes: readonly (readonly string[])[] }
    yield* backend.cli.c.stdout.write(`${c.name}\n${tabulate([titles, ...processes].map((r) => `${r.join('\t')}\t`).join('\n'), 5).replace(/ +$/gm, '')}\n\n`)
  }
  return 0
}

export function* port(backend: Backend, name: string, flags: Flags): Flow<number> {
  const [service, wanted] = flags.args
  const protocol = flags.get('protocol') ?? 'tcp'
  const index = flags.number('index', 0)
  const container = (yield* backend.containers(name, { all: false })).find((c) => c.service === service && (index === 0 || c.number === index))
  if (container === undefined) throw new ComposeError(`no container found for service ${JSON.stringify(service)}${index === 0 ? '' : ` at index ${index}`}`)
  const found = container.ports.find((p) => p.PrivatePort === Number(wanted) && p.Type === protocol && p.PublicPort !== undefined)
  if (found === undefined) throw new ComposeError(`no port ${wanted}/${protocol} for container ${container.name}: ${portsText(container.ports)}`)
  yield* backend.cli.c.stdout.write(`${found.IP?.includes(':') === true ? `[${found.IP}]` : (found.IP ?? '')}:${found.PublicPort ?? 0}\n`)
  return 0
}

/** The project as one mapping, in the order compose prints it. */
function canonicalProject(project: Project): YamlMap {
  const section = (key: string, objects: ReadonlyMap<string, YamlMap>): [string, YamlValue][] => (objects.size === 0 ? [] : [[key, new Map([...objects].sort(([a], [b]) => (a < b ? -1 : 1)))]])
  const tidy = (service: YamlMap): YamlMap => new Map([...service].filter(([key, value]) => !(value === null && (key === 'command' || key === 'entrypoint'))))
  const used = new Set([...project.services.values()].flatMap((s) => [...((s.get('networks') as YamlMap | undefined) ?? new Map<string, YamlValue>()).keys()]))
  return new Map<string, YamlValue>([
    ['name', project.name], ['services', new Map([...project.services].map(([name, service]) => [name, tidy(service)]))],
    ...section('networks', new Map([...project.networks].filter(([key]) => used.has(key)))), ...section('volumes', project.volumes),
  ])
}
const toJson = (value: YamlValue): unknown => (isYamlMap(value) ? Object.fromEntries([...value].map(([k, v]) => [k, toJson(v)])) : isYamlList(value) ? value.map(toJson) : value)

export function* config(backend: Backend, project: Project, flags: Flags): Flow<number> {
  const lines = (): readonly string[] | undefined => {
    if (flags.bool('services')) return [...project.services.keys()]
    if (flags.bool('volumes')) return [...project.volumes.keys()]
    if (flags.bool('images')) return [...project.services].map(([name, s]) => imageOf(project, name, s))
    if (flags.bool('profiles')) return [...new Set([...project.services.values(), ...project.disabled.values()].flatMap((s) => textsOf(s.get('profiles'))))].sort()
    const hash = flags.text('hash')
    if (hash !== '') return [...project.services].filter(([name]) => hash === '*' || hash.split(',').includes(name)).map(([name, s]) => `${name} ${serviceHash(s)}`)
    return undefined
  }
  if (flags.bool('quiet')) return 0
  const listed = lines()
  const whole = canonicalProject(project)
  // a $ is doubled, so that what is printed can be read again
  const escaped = (value: YamlValue): YamlValue => (isYamlMap(value) ? new Map([...value].map(([k, v]) => [k, escaped(v)])) : isYamlList(value) ? value.map(escaped) : typeof value === 'string' ? value.replace(/\$/g, '$$$$') : value)
  const text = listed !== undefined ? listed.map((l) => `${l}\n`).join('') : flags.text('format') === 'json' ? `${JSON.stringify(toJson(escaped(whole)), undefined, 2)}\n` : formatYaml(escaped(whole))
  const output = flags.text('output')
  if (output === '') yield* backend.cli.c.stdout.write(text)
  else {
    const failed = yield* writeFile(output, text)
    if (isErr(failed)) throw new ComposeError(`open ${output}: ${failed.message.toLowerCase()}`)
  }
  return 0
}

export function* version(backend: Backend, flags: Flags): Flow<number> {
  const { stdout } = backend.cli.c
  if (flags.bool('short')) yield* stdout.write(`${COMPOSE_VERSION}\n`)
  else if (flags.text('format') === 'json') yield* stdout.write(`{"version":"v${COMPOSE_VERSION}"}\n`)
  else yield* stdout.write(`Docker Compose version v${COMPOSE_VERSION}\n`)
  return 0
}
