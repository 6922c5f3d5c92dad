// Commands on networks, volumes and images other than lists and inspect.
import type { Flow } from '../../../../abi/syscalls.ts'
import { isReferenceError, parseReference, withTag } from '../reference.ts'
import { humanDuration } from '../daemon/list.ts'
import { type Cli, confirm, fail, forEachName, nowSeconds, path } from './cli.ts'
import { query, RequestError } from './connection.ts'
import { filterQuery } from './container-commands.ts'
import { context, ellipsis, humanSize, printListing, truncateId } from './format.ts'
import { goTime } from './list-commands.ts'
import { toMap } from './run-config.ts'
import type { Flags } from './usage.ts'

export function* networkCreate(cli: Cli, flags: Flags): Flow<number> {
  const subnets = flags.strings('subnet')
  const gateways = flags.strings('gateway')
  const ranges = flags.strings('ip-range')
  if (subnets.length === 0 && ranges.length > 0) return yield* fail(cli, 'every ip-range or gateway must have a corresponding subnet')
  if (subnets.length === 0 && gateways.length > 0) return yield* fail(cli, 'every ip-range or gateway must have a corresponding subnet')
  const config: Record<string, unknown>[] = []
  for (const subnet of subnets) {
    if (!/^[\d.]+\/\d+$/.test(subnet)) return yield* fail(cli, `invalid CIDR address: ${subnet}`)
    config.push({ Subnet: subnet, ...(ranges.length > 0 ? { IPRange: ranges[0] } : {}), ...(gateways.length > 0 ? { Gateway: gateways[0] } : {}), ...(flags.has('aux-address') ? { AuxiliaryAddresses: toMap(flags.list('aux-address')) } : {}) })
  }
  const { text } = yield* cli.api.request('POST', '/networks/create', {
    CheckDuplicate: true, Driver: flags.get('driver') ?? 'bridge', Scope: flags.text('scope'), EnableIPv6: flags.bool('ipv6'), IPAM: { Driver: flags.get('ipam-driver') ?? 'default', Options: toMap(flags.list('ipam-opt')), Config: config },
    Internal: flags.bool('internal'), Attachable: flags.bool('attachable'), Ingress: flags.bool('ingress'), ConfigOnly: flags.bool('config-only'), ConfigFrom: null, Options: toMap(flags.list('opt')), Labels: toMap(flags.list('label')), Name: flags.args[0],
  })
  yield* cli.c.stdout.write(`${(JSON.parse(text) as { Id: string }).Id}\n`)
  return 0
}

export function* networkRm(cli: Cli, flags: Flags): Flow<number> {
  let status = 0
  for (const name of flags.args) {
    try {
      yield* cli.api.request('DELETE', `/networks/${path(name)}`)
      yield* cli.c.stdout.write(`${name}\n`)
      yield* cli.c.stdout.flush()
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      yield* cli.c.stderr.write(`${thrown.isNotFound ? `Error: No such network: ${name}` : thrown.message}\n`)
      status = 1
    }
  }
  return status
}

export function* networkConnect(cli: Cli, flags: Flags): Flow<number> {
  const [network, container] = flags.args
  const address = flags.text('ip')
  yield* cli.api.request('POST', `/networks/${path(network)}/connect`, {
    Container: container, EndpointConfig: { IPAMConfig: address === '' ? {} : { IPv4Address: address }, Links: flags.has('link') ? flags.list('link') : null, Aliases: flags.has('alias') ? flags.strings('alias') : null, DriverOpts: null },
  })
  return 0
}
export function* networkDisconnect(cli: Cli, flags: Flags): Flow<number> {
  const [network, container] = flags.args
  yield* cli.api.request('POST', `/networks/${path(network)}/disconnect`, { Container: container, Force: flags.bool('force') })
  return 0
}

const NETWORK_WARNING = 'WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?'
export function* networkPrune(cli: Cli, flags: Flags): Flow<number> {
  if (!flags.bool('force') && !(yield* confirm(cli, NETWORK_WARNING))) return 0
  const { text } = yield* cli.api.request('POST', `/networks/prune${query({ filters: filterQuery(flags.list('filter')) })}`)
  const { NetworksDeleted: deleted } = JSON.parse(text) as { NetworksDeleted: readonly string[] | null }
  if (deleted !== null && deleted.length > 0) yield* cli.c.stdout.write(`Deleted Networks:\n${deleted.map((d) => `${d}\n`).join('')}\n`)
  return 0
}

export function* volumeCreate(cli: Cli, flags: Flags): Flow<number> {
  const named = flags.text('name')
  if (named !== '' && flags.args[0] !== undefined) return yield* fail(cli, 'Conflicting options: either specify --name or provide positional arg, not both', 1)
  const { text } = yield* cli.api.request('POST', '/volumes/create', { Driver: flags.get('driver') ?? 'local', DriverOpts: toMap(flags.list('opt')), Labels: toMap(flags.list('label')), Name: flags.args[0] ?? named })
  yield* cli.c.stdout.write(`${(JSON.parse(text) as { Name: string }).Name}\n`)
  return 0
}
export function* volumeRm(cli: Cli, flags: Flags): Flow<number> {
  return yield* forEachName(cli, flags.args, function* (name) {
    try {
      yield* cli.api.request('DELETE', `/volumes/${path(name)}${query({ force: flags.bool('force') })}`)
    } catch (thrown) {
      if (!(thrown instanceof RequestError) || !thrown.isNotFound || !flags.bool('force')) throw thrown
    }
    yield* cli.c.stdout.write(`${name}\n`)
    yield* cli.c.stdout.flush()
  }, 'volume')
}
export function* volumePrune(cli: Cli, flags: Flags): Flow<number> {
  const no = !flags.bool('force') && !(yield* confirm(cli, 'WARNING! This will remove all local volumes not used by at least one container.\nAre you sure you want to continue?'))
  let space = 0
  if (!no) {
    const { text } = yield* cli.api.request('POST', `/volumes/prune${query({ filters: filterQuery(flags.list('filter')) })}`)
    const answer = JSON.parse(text) as { VolumesDeleted: readonly string[] | null; SpaceReclaimed: number }
    if (answer.VolumesDeleted !== null && answer.VolumesDeleted.length > 0) yield* cli.c.stdout.write(`Deleted Volumes:\n${answer.VolumesDeleted.map((d) => `${d}\n`).join('')}\n`)
    space = answer.SpaceReclaimed
  }
  yield* cli.c.stdout.write(`Total reclaimed space: ${humanSize(space, 4)}\n`)
  return 0
}

interface Removed {
  readonly Untagged?: string
  readonly Deleted?: string
}
export function* rmiCommand(cli: Cli, flags: Flags): Flow<number> {
  const errors: string[] = []
  let isFatal = false
  for (const name of flags.args) {
    try {
      const { text } = yield* cli.api.request('DELETE', `/images/${path(name)}${query({ force: flags.bool('force'), noprune: flags.bool('no-prune') })}`)
      for (const item of JSON.parse(text) as readonly Removed[]) yield* cli.c.stdout.write(item.Deleted === undefined ? `Untagged: ${item.Untagged ?? ''}\n` : `Deleted: ${item.Deleted}\n`)
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      errors.push(thrown.isNotFound ? `Error: No such image: ${name}` : thrown.message)
      if (!thrown.isNotFound) isFatal = true
      if (thrown.status === 0) break
    }
  }
  if (errors.length === 0) return 0
  if (flags.bool('force') && !isFatal) {
    yield* cli.c.stdout.flush()
    yield* cli.c.stderr.write(`${errors.join('\n')}\n`)
    return 0
  }
  return yield* fail(cli, errors.join('\n'))
}

export function* tagCommand(cli: Cli, flags: Flags): Flow<number> {
  const [source, target] = flags.args
  const reference = parseReference(target)
  if (isReferenceError(reference)) return yield* fail(cli, `Error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag: ${reference.error}`)
  yield* cli.api.request('POST', `/images/${path(source)}/tag${query({ repo: reference.name, tag: reference.tag ?? 'latest' })}`)
  return 0
}

export function* pullCommand(cli: Cli, flags: Flags): Flow<number> {
  const [name] = flags.args
  const reference = parseReference(name)
  if (isReferenceError(reference)) return yield* fail(cli, reference.error)
  if (reference.tag === undefined && reference.digest === undefined && !flags.bool('quiet')) yield* cli.c.stdout.write('Using default tag: latest\n')
  yield* cli.api.request('POST', `/images/create${query({ fromImage: reference.name, tag: reference.tag ?? 'latest' })}`)
  return 0
}
export function* pushCommand(cli: Cli, flags: Flags): Flow<number> {
  const reference = parseReference(flags.args[0])
  if (isReferenceError(reference)) return yield* fail(cli, reference.error)
  if (reference.tag === undefined && !flags.bool('quiet')) yield* cli.c.stdout.write('Using default tag: latest\n')
  const full = /[.:]/.test(reference.name.split('/')[0]) && reference.name.includes('/') ? reference.name : `docker.io/${reference.name.includes('/') ? '' : 'library/'}${reference.name}`
  yield* cli.c.stdout.write(`The push refers to repository [${full}]\n`)
  try {
    yield* cli.api.request('GET', `/images/${path(withTag(reference))}/json`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError) || !thrown.isNotFound) throw thrown
    return yield* fail(cli, `An image does not exist locally with the tag: ${full.replace('docker.io/library/', '')}`)
  }
  try {
    yield* cli.api.request('POST', `/images/${path(reference.name)}/push${query({ tag: reference.tag ?? 'latest' })}`)
  } catch (thrown) {
    // It comes as the last line of the progress, which has no prefix.
    if (thrown instanceof RequestError) throw new RequestError(thrown.message.replace(/^Error response from daemon: /, ''), thrown.status)
    throw thrown
  }
  return 0
}

interface HistoryItem {
  readonly Id: string
  readonly Created: number
  readonly CreatedBy: string
  readonly Size: number
  readonly Comment: string
}
export function* historyCommand(cli: Cli, flags: Flags): Flow<number> {
  const { text } = yield* cli.api.request('GET', `/images/${path(flags.args[0])}/history`)
  const now = yield* nowSeconds()
  const full = flags.bool('no-trunc')
  const human = flags.bool('human', true)
  const rows = (JSON.parse(text) as readonly HistoryItem[]).map((item) => {
    const by = item.CreatedBy.replace(/\t/g, ' ')
    return context('historyContext', {
      ID: full ? item.Id : truncateId(item.Id), CreatedAt: goTime(item.Created).replace(' +0000 UTC', 'Z').replace(' ', 'T'), CreatedSince: human ? `${humanDuration(now - item.Created)} ago` : goTime(item.Created).replace(' +0000 UTC', 'Z').replace(' ', 'T'),
      CreatedBy: full ? by : ellipsis(by, 45), Size: human ? humanSize(item.Size) : String(item.Size), Comment: item.Comment,
    })
  })
  const standard = flags.bool('quiet') ? '{{.ID}}' : `table {{.ID}}\t${human ? '{{.CreatedSince}}' : '{{.CreatedAt}}'}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`
  yield* printListing(cli, { format: flags.text('format'), standard, headers: { ID: 'IMAGE', CreatedSince: 'CREATED', CreatedAt: 'CREATED AT', CreatedBy: 'CREATED BY', Size: 'SIZE', Comment: 'COMMENT' }, rows })
  return 0
}

export function* imagePrune(cli: Cli, flags: Flags): Flow<number> {
  const all = flags.bool('all')
  const warning = all ? 'WARNING! This will remove all images without at least one container associated to them.' : 'WARNING! This will remove all dangling images.'
  let space = 0
  if (flags.bool('force') || (yield* confirm(cli, `${warning}\nAre you sure you want to continue?`))) {
    const { text } = yield* cli.api.request('POST', `/images/prune${query({ filters: filterQuery([`dangling=${!all}`, ...flags.list('filter')]) })}`)
    const answer = JSON.parse(text) as { ImagesDeleted: readonly Removed[] | null; SpaceReclaimed: number }
    if (answer.ImagesDeleted !== null && answer.ImagesDeleted.length > 0) {
      const lines = answer.ImagesDeleted.map((i) => (i.Untagged === undefined ? `deleted: ${i.Deleted ?? ''}\n` : `untagged: ${i.Untagged}\n`))
      yield* cli.c.stdout.write(`Deleted Images:\n${lines.join('')}\n`)
    }
    space = answer.SpaceReclaimed
  }
  yield* cli.c.stdout.write(`Total reclaimed space: ${humanSize(space, 4)}\n`)
  return 0
}
