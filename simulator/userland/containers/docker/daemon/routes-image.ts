// Requests about images.
import type { Flow } from '../../../../abi/syscalls.ts'
import { isReferenceError, parseReference, withTag } from '../reference.ts'
import { encodeUtf8 } from '../../../../lib/bytes.ts'
import { gunzip, isGzip } from '../../../../lib/gzip.ts'
import { ApiError, badRequest, conflict, notFound } from './api-error.ts'
import { build, prepareBuild } from './build.ts'
import { applyChange } from './config-change.ts'
import type { Exchange } from './http-server.ts'
import { importImage, loadImages, saveImages } from './image-archive.ts'
import { labelsMatch } from './create.ts'
import type { Daemon } from './daemon.ts'
import type { Image } from './image-store.ts'
import { parseNewName } from './image-store.ts'
import { inspectImage } from './inspect.ts'
import { checkFilters, parseTime } from './list.ts'
import { contactRegistry, fetchUrl } from './registry.ts'
import type { Route } from './router.ts'

const IMAGE_FILTERS = new Set(['dangling', 'label', 'before', 'since', 'reference'])
const decoded = (text: string): string => decodeURIComponent(text)
const sortByTime = (images: readonly Image[]): readonly Image[] => [...images].sort((a, b) => (a.file.created < b.file.created ? 1 : -1))

/** path.Match for --filter reference */
function matchesPattern(name: string, pattern: string): boolean {
  const source = pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]')
  return new RegExp(`^${source}$`).test(name)
}

function summary(daemon: Daemon, image: Image, names: readonly string[]): unknown {
  const size = daemon.images.sizeOf(image)
  return {
    Containers: -1, Created: Math.floor(parseTime(image.file.created)), Id: image.id, Labels: image.file.config.Labels, ParentId: image.parent, RepoDigests: names.length === 0 ? ['<none>@<none>'] : null,
    RepoTags: names.length === 0 ? ['<none>:<none>'] : names, SharedSize: -1, Size: size, VirtualSize: size,
  }
}

export const IMAGE_ROUTES: readonly Route[] = [
  ['GET', /^\/images\/json$/, function* (daemon, x) {
    const filters = x.filters()
    checkFilters(filters, IMAGE_FILTERS)
    const { images } = daemon
    const dangling = filters.get('dangling')?.[0]
    const rows: unknown[] = []
    for (const image of sortByTime([...images.images.values()])) {
      let names = images.namesOf(image.id)
      const isIntermediate = names.length === 0 && images.childrenOf(image.id).length > 0
      if (isIntermediate && !x.flag('all')) continue
      if (dangling !== undefined && ['true', '1'].includes(dangling) !== (names.length === 0)) continue
      const references = filters.get('reference') ?? []
      if (references.length > 0) {
        names = names.filter((n) => references.some((r) => matchesPattern(n, r) || matchesPattern(n.slice(0, n.lastIndexOf(':')), r)))
        if (names.length === 0) continue
      }
      if (!labelsMatch(image.file.config.Labels, filters.get('label') ?? [])) continue
      const before = filters.get('before')?.[0]
      const since = filters.get('since')?.[0]
      if (before !== undefined && image.file.created >= images.get(before).file.created) continue
      if (since !== undefined && image.file.created <= images.get(since).file.created) continue
      rows.push(summary(daemon, image, names))
    }
    yield* x.sendJson(200, rows)
  }],
  ['GET', /^\/images\/(.+)\/json$/, function* (daemon, x) {
    const ref = decoded(x.params[0])
    const image = daemon.images.find(ref)
    if (image === undefined) throw notFound(`No such image: ${ref}`)
    yield* x.sendJson(200, inspectImage(daemon, image))
  }],
  ['GET', /^\/images\/(.+)\/history$/, function* (daemon, x) {
    const image = daemon.images.get(decoded(x.params[0]))
    const layers = [...daemon.layers.chain(daemon.images.chainOf(image))]
    const rows = image.file.history.map((h) => {
      const layer = h.empty_layer === true ? undefined : layers.shift()
      return { Comment: h.comment ?? '', Created: Math.floor(parseTime(h.created)), CreatedBy: h.created_by ?? '', Id: '<missing>', Size: layer?.size ?? 0, Tags: null as readonly string[] | null }
    }).reverse()
    let at: Image | undefined = image
    for (const row of rows) {
      if (at === undefined) break
      row.Id = at.id
      const names = daemon.images.namesOf(at.id)
      row.Tags = names.length === 0 ? null : names
      at = daemon.images.images.get(at.parent)
    }
    yield* x.sendJson(200, rows)
  }],
  ['POST', /^\/images\/(.+)\/tag$/, function* (daemon, x) {
    const image = daemon.images.get(decoded(x.params[0]))
    const repo = x.get('repo')
    const tag = x.get('tag')
    yield* daemon.images.tag(image.id, parseNewName(tag === '' ? repo : `${repo}:${tag}`))
    yield* daemon.events.emit('image', 'tag', image.id, { name: tag === '' ? repo : `${repo}:${tag}` })
    yield* x.sendEmpty(201)
  }],
  ['GET', /^\/images\/get$/, function* (daemon, x) {
    yield* x.send(200, yield* saveImages(daemon, x.query.get('names') ?? []), 'application/x-tar')
  }],
  ['GET', /^\/images\/(.+)\/get$/, function* (daemon, x) {
    yield* x.send(200, yield* saveImages(daemon, [decoded(x.params[0])]), 'application/x-tar')
  }],
  ['POST', /^\/images\/load$/, function* (daemon, x) {
    let messages: readonly unknown[]
    try {
      messages = (yield* loadImages(daemon, unpacked(x.body))).map((stream) => ({ stream }))
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown
      messages = [{ errorDetail: { message: thrown.message }, error: thrown.message }]
    }
    yield* x.send(200, encodeUtf8(messages.map((m) => `${JSON.stringify(m)}\r\n`).join('')), 'application/json')
  }],
  ['POST', /^\/build$/, function* (daemon, x) {
    yield* buildRoute(daemon, x)
  }],
  ['POST', /^\/build\/prune$/, function* (_daemon, x) {
    yield* x.sendJson(200, { CachesDeleted: null, SpaceReclaimed: 0 })
  }],
  ['POST', /^\/images\/create$/, function* (daemon, x) {
    if (/^https?:\/\//.test(x.get('fromSrc'))) return yield* fetchUrl(daemon, x.get('fromSrc'))
    if (x.get('fromSrc') !== '') {
      const image = yield* importImage(daemon, unpacked(x.body), x.get('repo'), x.get('tag'), x.get('message'), x.query.get('changes') ?? [], applyChange)
      return yield* x.send(200, encodeUtf8(`${JSON.stringify({ status: image.id })}\r\n`), 'application/json')
    }
    if (x.get('fromImage') === '') throw badRequest('fromImage missing')
    yield* contactRegistry(daemon, x.get('fromImage'))
  }],
  ['POST', /^\/images\/(.+)\/push$/, function* (daemon, x) {
    yield* contactRegistry(daemon, decodeURIComponent(x.params[0]))
  }],
  ['POST', /^\/images\/prune$/, function* (daemon, x) {
    const all = x.filters().get('dangling')?.[0] === 'false'
    const used = new Set([...daemon.containers.values()].map((c) => c.imageId))
    const deleted: unknown[] = []
    let space = 0
    for (const image of [...daemon.images.images.values()]) {
      const names = daemon.images.namesOf(image.id)
      if (used.has(image.id) || daemon.images.childrenOf(image.id).length > 0 || (names.length > 0 && !all)) continue
      const before = [...daemon.layers.layers.values()].reduce((sum, l) => sum + l.size, 0)
      for (const name of names) {
        yield* daemon.images.untag(name)
        deleted.push({ Untagged: name })
      }
      for (const id of yield* daemon.images.delete(image, (i) => used.has(i))) deleted.push({ Deleted: id })
      space += before - [...daemon.layers.layers.values()].reduce((sum, l) => sum + l.size, 0)
    }
    yield* x.sendJson(200, { ImagesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: space })
  }],
  ['DELETE', /^\/images\/(.+)$/, function* (daemon, x) {
    yield* x.sendJson(200, yield* removeImage(daemon, decoded(x.params[0]), x.flag('force')))
  }],
]

const unpacked = (data: Uint8Array): Uint8Array => (isGzip(data) ? (gunzip(data) ?? data) : data)

function* buildRoute(daemon: Daemon, x: Exchange): Flow<void> {
  const map = (name: string): Record<string, string> => (x.get(name) === '' ? {} : (JSON.parse(x.get(name)) as Record<string, string>))
  const quiet = x.flag('q')
  const prepared = prepareBuild(unpacked(x.body), x.get('dockerfile') === '' ? 'Dockerfile' : x.get('dockerfile'))
  let unsaid = ''
  yield* x.startStream()
  const send = function* (value: unknown): Flow<void> {
    yield* x.stream(encodeUtf8(`${JSON.stringify(value)}\r\n`))
  }
  try {
    const image = yield* build(daemon, prepared, {
      tags: x.query.get('t') ?? [], noCache: x.flag('nocache'), keepContainers: !x.flag('rm'), forceRemove: x.flag('forcerm'),
      args: map('buildargs'), labels: map('labels'), target: x.get('target'), network: x.get('networkmode'), pulls: x.flag('pull'),
      *say(text) {
        if (quiet) unsaid += text
        else yield* send({ stream: text })
      },
    })
    if (quiet) yield* send({ stream: `${image.id}\n` })
    else yield* send({ aux: { ID: image.id } })
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    if (unsaid !== '') yield* send({ stream: unsaid })
    const code = /returned a non-zero code: (\d+)$/.exec(thrown.message)
    yield* send({ errorDetail: { ...(code === null ? {} : { code: Number(code[1]) }), message: thrown.message }, error: thrown.message })
  }
}

function* removeImage(daemon: Daemon, ref: string, force: boolean): Flow<readonly unknown[]> {
  const { images } = daemon
  const image = images.find(ref)
  const parsed = parseReference(ref)
  if (image === undefined) throw notFound(`No such image: ${isReferenceError(parsed) || parsed.tag !== undefined || parsed.digest !== undefined ? ref : `${ref}:latest`}`)
  const short = image.id.slice(7, 19)
  const names = images.namesOf(image.id)
  const name = isReferenceError(parsed) ? undefined : names.find((n) => n === withTag(parsed))
  const users = [...daemon.containers.values()].filter((c) => c.imageId === image.id)
  const result: unknown[] = []
  const untag = function* (n: string): Flow<void> {
    yield* images.untag(n)
    yield* daemon.events.emit('image', 'untag', image.id, { name: image.id })
    result.push({ Untagged: n })
  }
  if (name !== undefined) {
    if (!force && names.length === 1 && users.length > 0) {
      throw conflict(`conflict: unable to remove repository reference "${ref}" (must force) - container ${users[0].shortId} is using its referenced image ${short}`)
    }
    yield* untag(name)
    if (names.length > 1) return result
  } else if (names.length > 1 && !force) {
    throw conflict(`conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`)
  }
  const running = users.find((c) => c.state.running)
  if (name === undefined && running !== undefined) throw conflict(`conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${running.shortId}`)
  if (name === undefined && users.length > 0 && !force) throw conflict(`conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${users[0].shortId}`)
  if (images.childrenOf(image.id).length > 0) {
    if (name === undefined) throw conflict(`conflict: unable to delete ${short} (cannot be forced) - image has dependent child images`)
    return result
  }
  if (users.length > 0 && (name === undefined ? running !== undefined : true)) return result
  if (name === undefined) for (const n of names) yield* untag(n)
  for (const id of yield* images.delete(image, (i) => [...daemon.containers.values()].some((c) => c.imageId === i))) {
    yield* daemon.events.emit('image', 'delete', id, { name: id })
    result.push({ Deleted: id })
  }
  return result
}
