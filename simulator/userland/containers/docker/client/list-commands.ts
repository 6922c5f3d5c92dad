// Lists: docker ps, images, network ls, volume ls.
import type { Flow } from '../../../../abi/syscalls.ts'
import { humanDuration, parseTime } from '../daemon/list.ts'
import { gmtime } from '../../../libc/time.ts'
import type { GoStruct } from '../template/value.ts'
import { type Cli, nowSeconds } from './cli.ts'
import { query } from './connection.ts'
import { filterQuery } from './container-commands.ts'
import { context, ellipsis, humanSize, printListing, truncateId } from './format.ts'
import type { Flags } from './usage.ts'

const two = (n: number): string => String(n).padStart(2, '0')
/** time.Time's String() of a local time in UTC */
export function goTime(seconds: number): string {
  const t = gmtime(seconds)
  return `${t.year}-${two(t.month + 1)}-${two(t.day)} ${two(t.hour)}:${two(t.min)}:${two(t.sec)} +0000 UTC`
}

interface Port {
  readonly IP?: string
  readonly PrivatePort: number
  readonly PublicPort?: number
  readonly Type: string
}
interface ListedContainer {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Image: string
  readonly Command: string
  readonly Created: number
  readonly Ports: readonly Port[]
  readonly SizeRw?: number
  readonly SizeRootFs?: number
  readonly Labels: Readonly<Record<string, string>>
  readonly State: string
  readonly Status: string
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> }
  readonly Mounts: readonly { readonly Name?: string; readonly Source: string; readonly Driver?: string }[]
}

/** formatter.DisplayablePorts: ranges of neighbours together. */
export function portsText(ports: readonly Port[]): string {
  const sorted = [...ports].sort((a, b) => a.PrivatePort - b.PrivatePort || ((a.IP ?? '') < (b.IP ?? '') ? -1 : (a.IP ?? '') > (b.IP ?? '') ? 1 : 0) || (a.PublicPort ?? 0) - (b.PublicPort ?? 0) || (a.Type < b.Type ? -1 : 1))
  const groups = new Map<string, { first: number; last: number }>()
  const order: string[] = []
  const alone: string[] = []
  const result: string[] = []
  const form = (key: string, first: number, last: number): string => {
    const [ip, proto] = key.split('|')
    const range = first === last ? String(first) : `${first}-${last}`
    return `${ip === '' ? range : `${ip}:${range}->${range}`}/${proto}`
  }
  for (const port of sorted) {
    if (port.IP !== undefined && port.PublicPort !== port.PrivatePort) {
      alone.push(`${port.IP}:${port.PublicPort ?? 0}->${port.PrivatePort}/${port.Type}`)
      continue
    }
    const key = `${port.IP ?? ''}|${port.Type}`
    const group = groups.get(key)
    if (group === undefined) {
      groups.set(key, { first: port.PrivatePort, last: port.PrivatePort })
      order.push(key)
    } else if (group.last + 1 === port.PrivatePort) group.last = port.PrivatePort
    else {
      result.push(form(key, group.first, group.last))
      groups.set(key, { first: port.PrivatePort, last: port.PrivatePort })
    }
  }
  for (const key of order) {
    const group = groups.get(key)
    if (group !== undefined) result.push(form(key, group.first, group.last))
  }
  return [...result, ...alone].join(', ')
}

const labelsText = (labels: Readonly<Record<string, string>> | null): string => Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`).join(',')

const PS_HEADERS = {
  ID: 'CONTAINER ID', Names: 'NAMES', Image: 'IMAGE', Command: 'COMMAND', CreatedAt: 'CREATED AT', RunningFor: 'CREATED', Ports: 'PORTS', State: 'STATE', Status: 'STATUS', Size: 'SIZE',
  Labels: 'LABELS', Mounts: 'MOUNTS', LocalVolumes: 'LOCAL VOLUMES', Networks: 'NETWORKS',
}

export function containerRow(item: ListedContainer, now: number, full: boolean): GoStruct {
  const names = item.Names.map((n) => n.replace(/^\//, '')).filter((n) => full || !n.includes('/'))
  const command = full ? item.Command : ellipsis(item.Command, 20)
  const size = humanSize(item.SizeRw ?? 0)
  const virtual = item.SizeRootFs ?? 0
  const image = /^sha256:/.test(item.Image) && !full ? truncateId(item.Image) : item.Image === '' ? '<no image>' : item.Image
  return context('ContainerContext', {
    ID: full ? item.Id : truncateId(item.Id), Names: names.join(','), Image: image, Command: JSON.stringify(command).replace(/\\u2026/g, '…'), CreatedAt: goTime(item.Created),
    RunningFor: `${humanDuration(now - item.Created)} ago`, Ports: portsText(item.Ports), State: item.State, Status: item.Status, Size: virtual > 0 ? `${size} (virtual ${humanSize(virtual)})` : size,
    Labels: labelsText(item.Labels), Mounts: item.Mounts.map((m) => (m.Name ?? '') === '' ? m.Source : full ? (m.Name ?? '') : ellipsis(m.Name ?? '', 15)).join(','),
    LocalVolumes: String(item.Mounts.filter((m) => m.Driver === 'local').length), Networks: Object.keys(item.NetworkSettings.Networks).join(','),
  }, item.Labels)
}
export type { ListedContainer }

export function* psCommand(cli: Cli, flags: Flags): Flow<number> {
  const format = flags.text('format')
  const last = flags.bool('latest') ? 1 : flags.number('last', -1)
  const needsSize = flags.bool('size') || /\.Size\b|json \./.test(format)
  const { text } = yield* cli.api.request('GET', `/containers/json${query({ all: flags.bool('all') || last > 0, limit: last > 0 ? last : undefined, size: needsSize, filters: filterQuery(flags.list('filter')) })}`)
  const now = yield* nowSeconds()
  const rows = (JSON.parse(text) as readonly ListedContainer[]).map((item) => containerRow(item, now, flags.bool('no-trunc')))
  const standard = flags.bool('quiet') ? '{{.ID}}' : `table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}${flags.bool('size') ? '\t{{.Size}}' : ''}`
  yield* printListing(cli, { format: flags.bool('quiet') && format === '' ? '' : format, standard, headers: PS_HEADERS, rows, isChecked: true })
  return 0
}

interface ListedImage {
  readonly Id: string
  readonly RepoTags: readonly string[] | null
  readonly Created: number
  readonly Size: number
}
const IMAGE_HEADERS = { ID: 'IMAGE ID', Repository: 'REPOSITORY', Tag: 'TAG', Digest: 'DIGEST', CreatedSince: 'CREATED', CreatedAt: 'CREATED AT', Size: 'SIZE', VirtualSize: 'VIRTUAL SIZE', SharedSize: 'SHARED SIZE', UniqueSize: 'UNIQUE SIZE', Containers: 'CONTAINERS' }

export function* imagesCommand(cli: Cli, flags: Flags): Flow<number> {
  const filters = [...flags.list('filter'), ...(flags.args.length === 0 ? [] : [`reference=${flags.args[0]}`])]
  const { text } = yield* cli.api.request('GET', `/images/json${query({ all: flags.bool('all'), filters: filterQuery(filters) })}`)
  const now = yield* nowSeconds()
  const full = flags.bool('no-trunc')
  const rows = (JSON.parse(text) as readonly ListedImage[]).flatMap((image) => {
    const names = (image.RepoTags ?? []).length === 0 ? ['<none>:<none>'] : (image.RepoTags ?? [])
    return names.map((name) => {
      const colon = name.lastIndexOf(':')
      return context('imageContext', {
        ID: full ? image.Id : truncateId(image.Id), Repository: name.slice(0, colon), Tag: name.slice(colon + 1), Digest: '<none>', CreatedSince: `${humanDuration(now - image.Created)} ago`,
        CreatedAt: goTime(image.Created), Size: humanSize(image.Size), VirtualSize: humanSize(image.Size, 4), SharedSize: 'N/A', UniqueSize: 'N/A', Containers: 'N/A',
      })
    })
  })
  const standard = flags.bool('quiet') ? '{{.ID}}' : `table {{.Repository}}\t{{.Tag}}\t${flags.bool('digests') ? '{{.Digest}}\t' : ''}{{.ID}}\t{{.CreatedSince}}\t{{.Size}}`
  yield* printListing(cli, { format: flags.text('format'), standard, headers: IMAGE_HEADERS, rows })
  return 0
}

interface ListedNetwork {
  readonly Id: string
  readonly Name: string
  readonly Created: string
  readonly Scope: string
  readonly Driver: string
  readonly Internal: boolean
  readonly EnableIPv6: boolean
  readonly Labels: Readonly<Record<string, string>>
}
export function* networkLsCommand(cli: Cli, flags: Flags): Flow<number> {
  const { text } = yield* cli.api.request('GET', `/networks${query({ filters: filterQuery(flags.list('filter')) })}`)
  const networks = [...(JSON.parse(text) as readonly ListedNetwork[])].sort((a, b) => (a.Name < b.Name ? -1 : 1))
  const rows = networks.map((n) => context('networkContext', {
    ID: flags.bool('no-trunc') ? n.Id : truncateId(n.Id), Name: n.Name, Driver: n.Driver, Scope: n.Scope, IPv6: String(n.EnableIPv6), Internal: String(n.Internal), Labels: labelsText(n.Labels),
    CreatedAt: `${goTime(parseTime(n.Created)).replace(' +', `${/\.\d+/.exec(n.Created)?.[0] ?? ''} +`)}`,
  }, n.Labels))
  const standard = flags.bool('quiet') ? '{{.ID}}' : 'table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}'
  const headers = { ID: 'NETWORK ID', Name: 'NAME', Driver: 'DRIVER', Scope: 'SCOPE', IPv6: 'IPV6', Internal: 'INTERNAL', Labels: 'LABELS', CreatedAt: 'CREATED AT' }
  yield* printListing(cli, { format: flags.text('format'), standard, headers, rows })
  return 0
}

interface ListedVolume {
  readonly Name: string
  readonly Driver: string
  readonly Scope: string
  readonly Mountpoint: string
  readonly Labels: Readonly<Record<string, string>> | null
}
export function* volumeLsCommand(cli: Cli, flags: Flags): Flow<number> {
  const { text } = yield* cli.api.request('GET', `/volumes${query({ filters: filterQuery(flags.list('filter')) })}`)
  const volumes = [...((JSON.parse(text) as { Volumes: readonly ListedVolume[] | null }).Volumes ?? [])].sort((a, b) => (a.Name < b.Name ? -1 : 1))
  const rows = volumes.map((v) => context('volumeContext', { Name: v.Name, Driver: v.Driver, Scope: v.Scope, Mountpoint: v.Mountpoint, Labels: labelsText(v.Labels), Links: 'N/A', Size: 'N/A' }, v.Labels))
  const standard = flags.bool('quiet') ? '{{.Name}}' : 'table {{.Driver}}\t{{.Name}}'
  const headers = { Name: 'VOLUME NAME', Driver: 'DRIVER', Scope: 'SCOPE', Mountpoint: 'MOUNTPOINT', Labels: 'LABELS', Links: 'LINKS', Size: 'SIZE' }
  yield* printListing(cli, { format: flags.text('format'), standard, headers, rows })
  return 0
}
