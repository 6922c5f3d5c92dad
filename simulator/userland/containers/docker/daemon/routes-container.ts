// Requests about containers that look at or change one without starting or ending it.
import { saveContainer } from './container-files.ts'
import type { ContainerConfig, HostConfig } from '../api.ts'
import { ApiError, badRequest, conflict, serverError } from './api-error.ts'
import { exportContainer, getArchive, putArchive } from './archive.ts'
import { commitContainer } from './commit.ts'
import { applyChange } from './config-change.ts'
import { parseNewName } from './image-store.ts'
import { diskUsage } from './disk-usage.ts'
import { changes } from './changes.ts'
import { labelsMatch } from './create.ts'
import { limitResources } from './oci-spec.ts'
import { containerOf, type Route } from './router.ts'
import { checkPolicy, checkResources } from './validate.ts'
import { forget } from './start.ts'
import { sendStats } from './stats.ts'
import { runProgram } from './util.ts'

export const CONTAINER_ROUTES: readonly Route[] = [
  ['POST', /^\/containers\/prune$/, function* (daemon, x) {
    const labels = x.filters().get('label') ?? []
    const deleted: string[] = []
    let space = 0
    for (const container of [...daemon.containers.values()]) {
      if (container.state.running || !labelsMatch(container.config.Labels, labels)) continue
      space += yield* diskUsage(daemon.layers.diffDirectory(container.cacheId))
      yield* forget(daemon, container, false)
      deleted.push(container.id)
    }
    yield* x.sendJson(200, { ContainersDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: space })
  }],
  ['POST', /^\/containers\/([^/]+)\/rename$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    const wanted = x.get('name')
    if (wanted === '') throw badRequest('Neither old nor new names may be empty')
    if (wanted.replace(/^\//, '') === container.name) throw badRequest('Renaming a container with the same name as its current name')
    let name: string
    try {
      name = daemon.claimName(wanted, container.id)
    } catch (thrown) {
      if (thrown instanceof ApiError) throw new ApiError(thrown.status, `Error when allocating new name: ${thrown.message}`)
      throw thrown
    }
    const old = container.name
    daemon.names.delete(old)
    daemon.names.set(name, container)
    container.name = name
    for (const endpoint of container.endpoints.values()) endpoint.containerName = name
    yield* saveContainer(container)
    yield* daemon.event(container, 'rename', { oldName: `/${old}` })
    yield* x.sendEmpty()
  }],
  ['GET', /^\/containers\/([^/]+)\/top$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    if (!container.state.running) throw conflict(`Container ${container.id} is not running`)
    if (container.state.restarting) throw conflict(`Container ${container.id} is restarting, wait until the container is running`)
    const { pids } = (yield* container.ask('pids', {})) ?? { pids: [] }
    const args = x.get('ps_args') === '' ? '-ef' : x.get('ps_args')
    const list = pids.map(({ pid }) => pid)
    let result = yield* runProgram(['ps', ...args.split(/\s+/), `-q${list.join(',')}`])
    if (result.status !== 0) result = yield* runProgram(['ps', ...args.split(/\s+/)])
    if (result.status !== 0) throw serverError(`ps: ${result.output.split('\n')[0]}`)
    yield* daemon.event(container, 'top')
    yield* x.sendJson(200, parsePs(result.output, new Set(list)))
  }],
  ['POST', /^\/containers\/([^/]+)\/update$/, function* (daemon, x) {
    const container = containerOf(daemon, x)
    const { RestartPolicy: policy, ...limits } = x.json() as Partial<HostConfig>
    if (policy !== undefined && policy.Name !== '') {
      checkPolicy(policy.Name, policy.MaximumRetryCount)
      if (container.hostConfig.AutoRemove && policy.Name !== 'no') throw badRequest('Restart policy cannot be updated because AutoRemove is enabled for the container')
    }
    const given = Object.fromEntries(Object.entries(limits).filter(([, v]) => v !== 0 && v !== '' && v !== null && !(Array.isArray(v) && v.length === 0)))
    const merged: HostConfig = { ...container.hostConfig, ...given }
    const warnings = checkResources(merged, true)
    Object.assign(container.hostConfig, merged)
    if (policy !== undefined && policy.Name !== '') container.hostConfig.RestartPolicy = policy
    if (container.state.running && Object.keys(given).length > 0) {
      const { memory, pids } = limitResources(merged)
      const quota = merged.NanoCpus > 0 ? { quota: Math.floor(merged.NanoCpus / 10000), period: 100000 } : { ...(merged.CpuQuota === 0 ? {} : { quota: merged.CpuQuota }), ...(merged.CpuPeriod === 0 ? {} : { period: merged.CpuPeriod }) }
      yield* container.ask('update', { resources: { memory, cpu: { ...(merged.CpuShares === 0 ? {} : { shares: merged.CpuShares }), ...quota }, ...(pids === undefined ? {} : { pids }) } })
    }
    yield* saveContainer(container)
    yield* daemon.event(container, 'update')
    yield* x.sendJson(200, { Warnings: warnings.length === 0 ? null : warnings })
  }],
  ['GET', /^\/containers\/([^/]+)\/changes$/, function* (daemon, x) {
    const found = yield* changes(daemon, containerOf(daemon, x))
    yield* x.sendJson(200, found.length === 0 ? null : found.map(({ path, kind }) => ({ Path: path, Kind: kind })))
  }],
  ['GET', /^\/containers\/([^/]+)\/archive$/, function* (daemon, x) {
    yield* getArchive(daemon, containerOf(daemon, x), decodeURIComponent(x.params[0]), x)
  }],
  ['PUT', /^\/containers\/([^/]+)\/archive$/, function* (daemon, x) {
    yield* putArchive(daemon, containerOf(daemon, x), decodeURIComponent(x.params[0]), x)
  }],
  ['GET', /^\/containers\/([^/]+)\/export$/, function* (daemon, x) {
    yield* exportContainer(daemon, containerOf(daemon, x), x)
  }],
  ['POST', /^\/commit$/, function* (daemon, x) {
    const container = daemon.get(x.get('container'))
    const repo = x.get('repo')
    const tag = x.get('tag')
    const reference = repo === '' ? undefined : parseNewName(tag === '' ? repo : `${repo}:${tag}`)
    const config = JSON.parse(JSON.stringify(container.config)) as ContainerConfig
    for (const change of x.query.get('changes') ?? []) applyChange(config, change)
    const image = yield* commitContainer(daemon, { comment: x.get('comment'), author: x.get('author'), createdBy: [container.path, ...container.args].join(' '), config, container })
    if (reference !== undefined) yield* daemon.images.tag(image.id, reference)
    yield* daemon.event(container, 'commit', { comment: x.get('comment'), imageID: image.id, imageRef: repo })
    yield* x.sendJson(201, { Id: image.id })
  }],
  ['GET', /^\/containers\/([^/]+)\/stats$/, function* (daemon, x) {
    yield* sendStats(daemon, containerOf(daemon, x), x)
  }],
]

/** ps's table, only the lines of these processes (daemon.parsePSOutput). Throws an ApiError. */
function parsePs(text: string, pids: ReadonlySet<number>): { readonly Processes: readonly (readonly string[])[]; readonly Titles: readonly string[] } {
  const [head, ...lines] = text.split('\n')
  const titles = head.trim().split(/\s+/)
  const at = titles.indexOf('PID')
  if (at < 0) throw serverError('Couldn\'t find PID field in ps output')
  const rows: string[][] = []
  for (const line of lines) {
    const words = line.trim().split(/\s+/)
    if (words.length < titles.length || !pids.has(Number(words[at]))) continue
    rows.push([...words.slice(0, titles.length - 1), words.slice(titles.length - 1).join(' ')])
  }
  return { Processes: rows, Titles: titles }
}
