// Images: configs by content digest in image/overlay2/imagedb, names in repositories.json, as Docker's image and reference stores keep them.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { readDir, readFile, rename, unlink } from '../../../libc/unistd.ts'
import type { ContainerConfig } from '../api.ts'
import { isReferenceError, parseReference, type Reference, withTag } from '../reference.ts'
import { badRequest, notFound } from './api-error.ts'
import { chainIdOf, type LayerStore } from './layer-store.ts'
import { mkdirAll, putFile, sha256Hex, timestamp } from './util.ts'

export interface ImageHistory {
  readonly created: string
  readonly created_by?: string
  readonly author?: string
  readonly comment?: string
  readonly empty_layer?: boolean
}
/** What is written down for an image; its digest is the image's id. */
export interface ImageConfigFile {
  readonly architecture: string
  readonly author?: string
  readonly comment?: string
  readonly config: ContainerConfig
  readonly container?: string
  readonly container_config: ContainerConfig
  readonly created: string
  readonly docker_version: string
  readonly history: readonly ImageHistory[]
  readonly os: string
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] }
}
export interface Image {
  /** `sha256:…` */
  readonly id: string
  readonly file: ImageConfigFile
  parent: string
  lastTagTime: string
}

export class ImageStore {
  readonly layers: LayerStore
  readonly images = new Map<string, Image>()
  /** `name:tag` to image id */
  readonly names = new Map<string, string>()

  constructor(layers: LayerStore) {
    this.layers = layers
  }
  get #root(): string {
    return `${this.layers.root}/image/overlay2`
  }

  *load(): Flow<void> {
    yield* mkdirAll(`${this.#root}/imagedb/content/sha256`, 0o700)
    yield* mkdirAll(`${this.#root}/imagedb/metadata/sha256`, 0o700)
    yield* mkdirAll(`${this.#root}/distribution`, 0o700)
    const entries = yield* readDir(`${this.#root}/imagedb/content/sha256`)
    for (const { name } of isErr(entries) ? [] : entries) {
      if (name.startsWith('.')) continue
      const text = yield* readFile(`${this.#root}/imagedb/content/sha256/${name}`)
      if (isErr(text)) continue
      const id = `sha256:${name}`
      const parent = yield* readFile(`${this.#root}/imagedb/metadata/sha256/${name}/parent`)
      const tagged = yield* readFile(`${this.#root}/imagedb/metadata/sha256/${name}/lastUpdated`)
      const file = JSON.parse(text) as ImageConfigFile
      this.images.set(id, { id, file, parent: isErr(parent) ? '' : parent, lastTagTime: isErr(tagged) ? file.created : tagged })
    }
    const text = yield* readFile(`${this.#root}/repositories.json`)
    if (isErr(text)) return
    const { Repositories } = JSON.parse(text) as { Repositories: Record<string, Record<string, string>> }
    for (const tags of Object.values(Repositories)) for (const [name, id] of Object.entries(tags)) this.names.set(name, id)
  }

  *#saveNames(): Flow<void> {
    const repositories: Record<string, Record<string, string>> = {}
    for (const [name, id] of [...this.names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const repository = name.slice(0, name.lastIndexOf(':'))
      repositories[repository] = { ...repositories[repository], [name]: id }
    }
    yield* putFile(`${this.#root}/.tmp-repositories.json`, JSON.stringify({ Repositories: repositories }), 0o600)
    yield* rename(`${this.#root}/.tmp-repositories.json`, `${this.#root}/repositories.json`)
  }

  /** By name, id or the start of one; undefined if there is none. */
  find(ref: string): Image | undefined {
    if (ref.startsWith('sha256:')) {
      const exact = this.images.get(ref)
      if (exact !== undefined) return exact
    }
    const parsed = parseReference(ref)
    if (!isReferenceError(parsed)) {
      const id = this.names.get(withTag(parsed))
      if (id !== undefined) return this.images.get(id)
    }
    const digits = ref.replace(/^sha256:/, '')
    if (!/^[0-9a-f]+$/.test(digits)) return undefined
    const matches = [...this.images.values()].filter((image) => image.id.startsWith(`sha256:${digits}`))
    return matches.length === 1 ? matches[0] : undefined
  }
  /** Throws `No such image: …` with the tag spelled out. */
  get(ref: string): Image {
    const image = this.find(ref)
    if (image === undefined) throw notFound(`No such image: ${this.#spelled(ref)}`)
    return image
  }
  #spelled(ref: string): string {
    const parsed = parseReference(ref)
    return isReferenceError(parsed) ? ref : withTag(parsed)
  }

  namesOf(id: string): readonly string[] {
    return [...this.names].filter(([, i]) => i === id).map(([name]) => name).sort()
  }
  chainOf(image: Image): string | undefined {
    let chain: string | undefined
    for (const diff of image.file.rootfs.diff_ids) chain = chainIdOf(chain, diff)
    return chain
  }
  sizeOf(image: Image): number {
    return this.layers.chainSize(this.chainOf(image))
  }
  childrenOf(id: string): readonly Image[] {
    return [...this.images.values()].filter((image) => image.parent === id)
  }

  *add(file: ImageConfigFile, parent: string): Flow<Image> {
    const text = JSON.stringify(file)
    const name = sha256Hex(text)
    const id = `sha256:${name}`
    const there = this.images.get(id)
    if (there !== undefined) return there
    yield* putFile(`${this.#root}/imagedb/content/sha256/${name}`, text, 0o600)
    if (parent !== '') {
      yield* mkdirAll(`${this.#root}/imagedb/metadata/sha256/${name}`)
      yield* putFile(`${this.#root}/imagedb/metadata/sha256/${name}/parent`, parent)
    }
    const image: Image = { id, file, parent, lastTagTime: '0001-01-01T00:00:00Z' }
    this.images.set(id, image)
    return image
  }

  *tag(id: string, reference: Reference): Flow<void> {
    this.names.set(withTag(reference), id)
    const image = this.images.get(id)
    if (image !== undefined) {
      image.lastTagTime = yield* timestamp()
      yield* mkdirAll(`${this.#root}/imagedb/metadata/sha256/${id.slice(7)}`)
      yield* putFile(`${this.#root}/imagedb/metadata/sha256/${id.slice(7)}/lastUpdated`, image.lastTagTime)
    }
    yield* this.#saveNames()
  }
  *untag(name: string): Flow<void> {
    this.names.delete(name)
    yield* this.#saveNames()
  }

  /** Deletes an image without names, its layers that nobody else has, and parents that nobody needs any more. Answers what was deleted, in order. */
  *delete(image: Image, isNeeded: (id: string) => boolean): Flow<readonly string[]> {
    const deleted: string[] = []
    for (let at: Image | undefined = image; at !== undefined;) {
      this.images.delete(at.id)
      yield* unlink(`${this.#root}/imagedb/content/sha256/${at.id.slice(7)}`)
      deleted.push(at.id)
      for (const chain of yield* this.#releaseLayers(at)) deleted.push(chain)
      const parent: Image | undefined = this.images.get(at.parent)
      at = parent !== undefined && this.namesOf(parent.id).length === 0 && this.childrenOf(parent.id).length === 0 && !isNeeded(parent.id) ? parent : undefined
    }
    return deleted
  }
  *#releaseLayers(image: Image): Flow<readonly string[]> {
    const gone: string[] = []
    const used = new Set([...this.images.values()].flatMap((other) => this.layers.chain(this.chainOf(other)).map((l) => l.chainId)))
    for (const layer of [...this.layers.chain(this.chainOf(image))].reverse()) {
      if (used.has(layer.chainId)) break
      yield* this.layers.remove(layer)
      gone.push(layer.chainId)
    }
    return gone
  }
}

/** A name given for an image to come. Throws an ApiError. */
export function parseNewName(text: string): Reference {
  const parsed = parseReference(text)
  if (isReferenceError(parsed)) throw badRequest(parsed.error)
  return parsed
}
