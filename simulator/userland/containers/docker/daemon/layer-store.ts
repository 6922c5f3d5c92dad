// Layers on disk as the overlay2 driver keeps them: overlay2/ID/{diff,link,lower,work,merged} and short links in overlay2/l,
// since the mount option takes one page only. layerdb says which chain of layers a directory holds.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { mkdir, readDir, readFile, rmdir, symlink, unlink } from '../../../libc/unistd.ts'
import { serverError } from './api-error.ts'
import { mkdirAll, newId, putFile, removeAll, sha256Hex } from './util.ts'

export interface Layer {
  readonly chainId: string
  readonly diffId: string
  readonly cacheId: string
  readonly parent: string | undefined
  readonly size: number
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const chainIdOf = (parent: string | undefined, diffId: string): string => (parent === undefined ? diffId : `sha256:${sha256Hex(`${parent} ${diffId}`)}`)

export class LayerStore {
  /** /var/lib/docker, or its subdirectory of a user namespace mapping */
  readonly root: string
  readonly uid: number
  readonly gid: number
  readonly layers = new Map<string, Layer>()

  constructor(root: string, uid: number, gid: number) {
    this.root = root
    this.uid = uid
    this.gid = gid
  }

  get #overlay(): string {
    return `${this.root}/overlay2`
  }
  get #db(): string {
    return `${this.root}/image/overlay2/layerdb/sha256`
  }
  diffDirectory(cacheId: string): string {
    return `${this.#overlay}/${cacheId}/diff`
  }

  *load(): Flow<void> {
    yield* mkdirAll(this.#overlay, 0o710, 0, this.gid)
    yield* mkdirAll(`${this.#overlay}/l`, 0o700, 0, this.gid)
    yield* mkdirAll(this.#db, 0o700)
    const entries = yield* readDir(this.#db)
    if (isErr(entries)) return
    for (const { name } of entries) {
      if (name.startsWith('.')) continue
      const read = function* (directory: string, file: string): Flow<string | undefined> {
        const text = yield* readFile(`${directory}/${name}/${file}`)
        return isErr(text) ? undefined : text.trim()
      }
      const cacheId = yield* read(this.#db, 'cache-id')
      const diffId = yield* read(this.#db, 'diff')
      if (cacheId === undefined || diffId === undefined) continue
      this.layers.set(`sha256:${name}`, { chainId: `sha256:${name}`, diffId, cacheId, parent: yield* read(this.#db, 'parent'), size: Number(yield* read(this.#db, 'size')) })
    }
  }

  /** The layers of a chain, lowest first. */
  chain(chainId: string | undefined): readonly Layer[] {
    const found: Layer[] = []
    for (let id = chainId; id !== undefined;) {
      const layer: Layer | undefined = this.layers.get(id)
      if (layer === undefined) break
      found.unshift(layer)
      id = layer.parent
    }
    return found
  }
  chainSize(chainId: string | undefined): number {
    return this.chain(chainId).reduce((sum, layer) => sum + layer.size, 0)
  }

  /** A new directory with diff, work, link and lower; `lowers` are cache ids, the highest first. */
  *makeDirectory(cacheId: string, lowers: readonly string[]): Flow<void> {
    const directory = `${this.#overlay}/${cacheId}`
    yield* mkdirAll(directory, 0o710, 0, this.gid)
    yield* mkdirAll(`${directory}/diff`, 0o755, this.uid, this.gid)
    const bytes = yield* call('getrandom', 26)
    const short = isErr(bytes) ? cacheId.slice(0, 26).toUpperCase() : [...bytes].map((b) => LETTERS[b & 31]).join('')
    yield* symlink(`../${cacheId}/diff`, `${this.#overlay}/l/${short}`)
    yield* putFile(`${directory}/link`, short)
    if (lowers.length === 0) return
    yield* mkdirAll(`${directory}/work`, 0o700)
    const links: string[] = []
    for (const lower of lowers) {
      const link = yield* readFile(`${this.#overlay}/${lower}/link`)
      if (isErr(link)) throw serverError(`open ${this.#overlay}/${lower}/link: ${link.message.toLowerCase()}`)
      links.push(`l/${link.trim()}`)
    }
    yield* putFile(`${directory}/lower`, links.join(':'))
  }

  *removeDirectory(cacheId: string): Flow<void> {
    const link = yield* readFile(`${this.#overlay}/${cacheId}/link`)
    if (!isErr(link)) yield* unlink(`${this.#overlay}/l/${link.trim()}`)
    yield* removeAll(`${this.#overlay}/${cacheId}`)
  }

  /** Mounts a directory on top of its lower ones at merged/. */
  *mount(cacheId: string): Flow<string> {
    const directory = `${this.#overlay}/${cacheId}`
    const lower = yield* readFile(`${directory}/lower`)
    const merged = `${directory}/merged`
    yield* mkdir(merged, 0o755)
    if (this.uid !== 0) yield* call('fchownat', -100, merged, this.uid, this.gid, 0)
    const lowers = isErr(lower) ? '' : lower.trim().split(':').map((l) => `${this.#overlay}/${l}`).join(':')
    const done = yield* call('mount', 'overlay', merged, 'overlay', 0, `lowerdir=${lowers},upperdir=${directory}/diff,workdir=${directory}/work`)
    if (isErr(done)) throw serverError(`error creating overlay mount to ${merged}: ${done.message.toLowerCase()}`)
    return merged
  }
  *unmount(cacheId: string): Flow<void> {
    const merged = `${this.#overlay}/${cacheId}/merged`
    yield* call('umount2', merged, 2)
    yield* rmdir(merged)
  }

  /** Makes what is in a new directory a layer above `parent`. The DiffID is that of the directory's name, as nothing packs it here. */
  *register(cacheId: string, parent: string | undefined, size: number, diffId = `sha256:${sha256Hex(cacheId)}`): Flow<Layer> {
    const chainId = chainIdOf(parent, diffId)
    const layer: Layer = { chainId, diffId, cacheId, parent, size }
    const directory = `${this.#db}/${chainId.slice(7)}`
    yield* mkdirAll(directory)
    yield* putFile(`${directory}/cache-id`, cacheId)
    yield* putFile(`${directory}/diff`, diffId)
    yield* putFile(`${directory}/size`, String(size))
    if (parent !== undefined) yield* putFile(`${directory}/parent`, parent)
    this.layers.set(chainId, layer)
    return layer
  }
  *remove(layer: Layer): Flow<void> {
    this.layers.delete(layer.chainId)
    yield* removeAll(`${this.#db}/${layer.chainId.slice(7)}`)
    yield* this.removeDirectory(layer.cacheId)
  }

  *newCacheId(): Flow<string> {
    return yield* newId()
  }
}
