// docker save, load and import: images as tar archives (image/tarexport).
import type { Flow } from '../../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../../lib/bytes.ts'
import { type ArchivedMember, decodeArchive } from '../../../../lib/tar.ts'
import { emptyConfig } from '../api.ts'
import { isReferenceError, parseReference, withTag } from '../reference.ts'
import { encodeArchive, fileMember, packTree, unpackTree } from '../tree-archive.ts'
import { notFound, serverError } from './api-error.ts'
import type { Daemon } from './daemon.ts'
import { type Image, type ImageConfigFile, parseNewName } from './image-store.ts'
import { chainIdOf } from './layer-store.ts'
import { sha256Hex, timestamp } from './util.ts'

const directoryMember = (name: string): ArchivedMember => ({ ...fileMember(name, new Uint8Array(0)), mode: 0o755, type: '5' })

/** GET /images/get?names=… */
export function* saveImages(daemon: Daemon, names: readonly string[]): Flow<Uint8Array> {
  const members: ArchivedMember[] = []
  const manifest: unknown[] = []
  const repositories: Record<string, Record<string, string>> = {}
  const done = new Set<string>()
  for (const name of names) {
    const image = daemon.images.find(name)
    if (image === undefined) throw notFound('reference does not exist')
    const parsed = parseReference(name)
    const isId = isReferenceError(parsed) || daemon.images.names.get(withTag(parsed)) === undefined
    const tags = isId ? [] : [withTag(parsed)]
    const layers: string[] = []
    for (const layer of daemon.layers.chain(daemon.images.chainOf(image))) {
      const id = sha256Hex(layer.chainId)
      layers.push(`${id}/layer.tar`)
      if (done.has(id)) continue
      done.add(id)
      const inside: ArchivedMember[] = []
      yield* packTree(daemon.layers.diffDirectory(layer.cacheId), '.', inside)
      members.push(directoryMember(`${id}/`), fileMember(`${id}/VERSION`, encodeUtf8('1.0')), fileMember(`${id}/json`, encodeUtf8(JSON.stringify({ id }))), fileMember(`${id}/layer.tar`, encodeArchive(inside)))
    }
    for (const tag of tags) {
      const colon = tag.lastIndexOf(':')
      repositories[tag.slice(0, colon)] = { ...repositories[tag.slice(0, colon)], [tag.slice(colon + 1)]: layers.at(-1)?.split('/')[0] ?? '' }
    }
    if (!done.has(image.id)) members.push(fileMember(`${image.id.slice(7)}.json`, encodeUtf8(JSON.stringify(image.file))))
    done.add(image.id)
    manifest.push({ Config: `${image.id.slice(7)}.json`, RepoTags: tags.length === 0 ? null : tags, Layers: layers })
  }
  members.push(fileMember('manifest.json', encodeUtf8(JSON.stringify(manifest))))
  if (Object.keys(repositories).length > 0) members.push(fileMember('repositories', encodeUtf8(JSON.stringify(repositories))))
  return encodeArchive(members)
}

const shiftOf = (daemon: Daemon): { readonly uid: number; readonly gid: number } => ({ uid: daemon.options.remap?.uid ?? 0, gid: daemon.options.remap?.gid ?? 0 })

/** One layer from an archive, unless it is there. Answers its chain id. */
function* addLayer(daemon: Daemon, data: Uint8Array, diffId: string, parent: string | undefined): Flow<string> {
  const chain = chainIdOf(parent, diffId)
  if (daemon.layers.layers.has(chain)) return chain
  const { members } = decodeArchive(data)
  const cacheId = yield* daemon.layers.newCacheId()
  yield* daemon.layers.makeDirectory(cacheId, [...daemon.layers.chain(parent)].reverse().map((l) => l.cacheId))
  yield* unpackTree(members, daemon.layers.diffDirectory(cacheId), { shift: shiftOf(daemon) })
  const size = members.reduce((sum, m) => sum + m.data.length, 0)
  yield* daemon.layers.register(cacheId, parent, size, diffId)
  return chain
}

/** POST /images/load: what the client prints. Throws an ApiError. */
export function* loadImages(daemon: Daemon, data: Uint8Array): Flow<readonly string[]> {
  const { members } = decodeArchive(data)
  const file = (name: string): Uint8Array | undefined => members.find((m) => m.name.replace(/^\.\//, '') === name)?.data
  const manifest = file('manifest.json')
  if (manifest === undefined) throw serverError('open /var/lib/docker/tmp/docker-import-000000000/repositories: no such file or directory')
  const lines: string[] = []
  for (const entry of JSON.parse(decodeUtf8(manifest)) as readonly { readonly Config: string; readonly RepoTags: readonly string[] | null; readonly Layers: readonly string[] }[]) {
    const text = file(entry.Config)
    if (text === undefined) throw serverError(`open ${entry.Config}: no such file or directory`)
    const config = JSON.parse(decodeUtf8(text)) as ImageConfigFile
    if (config.rootfs.diff_ids.length !== entry.Layers.length) throw serverError('invalid manifest, layers length mismatch')
    let chain: string | undefined
    for (const [i, layer] of entry.Layers.entries()) {
      const bytes = file(layer)
      if (bytes === undefined) throw serverError(`open ${layer}: no such file or directory`)
      chain = yield* addLayer(daemon, bytes, config.rootfs.diff_ids[i], chain)
    }
    const image = yield* daemon.images.add(config, '')
    for (const tag of entry.RepoTags ?? []) {
      yield* daemon.images.tag(image.id, parseNewName(tag))
      lines.push(`Loaded image: ${tag}\n`)
    }
    if ((entry.RepoTags ?? []).length === 0) lines.push(`Loaded image ID: ${image.id}\n`)
    yield* daemon.events.emit('image', 'load', image.id, { name: image.id })
  }
  return lines
}

/** POST /images/create?fromSrc=-: a file system becomes an image of one layer. */
export function* importImage(daemon: Daemon, data: Uint8Array, repo: string, tag: string, message: string, changes: readonly string[], apply: (config: ImageConfigFile['config'], change: string) => void): Flow<Image> {
  const reference = repo === '' ? undefined : parseNewName(tag === '' ? repo : `${repo}:${tag}`)
  const config = emptyConfig()
  for (const change of changes) apply(config, change)
  const diffId = `sha256:${sha256Hex(data)}`
  yield* addLayer(daemon, data, diffId, undefined)
  const created = yield* timestamp()
  const comment = message === '' ? 'Imported from -' : message
  const image = yield* daemon.images.add({
    architecture: 'amd64', comment, config, container_config: emptyConfig(), created, docker_version: '20.10.24+dfsg1', history: [{ created, comment }], os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] },
  }, '')
  if (reference !== undefined) yield* daemon.images.tag(image.id, reference)
  yield* daemon.events.emit('image', 'import', image.id, { name: image.id })
  return image
}
