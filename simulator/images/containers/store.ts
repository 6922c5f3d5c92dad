// Lays images out as Docker's overlay2 store does under /var/lib/docker: layers, image configs, names. What `docker import` and `docker build` left on the disk.
import type { PopulateNode } from '../../kernel/fs/populate.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { sha256 } from '../../lib/digest.ts'
import type { ContainerImage, ImageLayer, OciImageConfig } from './container-image.ts'

const ROOT = '/var/lib/docker'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const DIRECTORIES: readonly (readonly [string, number])[] = [
  ['/var/lib/docker', 0o710], ['/var/lib/docker/containers', 0o710], ['/var/lib/docker/image', 0o700], ['/var/lib/docker/image/overlay2', 0o700], ['/var/lib/docker/image/overlay2/distribution', 0o700],
  ['/var/lib/docker/image/overlay2/imagedb', 0o700], ['/var/lib/docker/image/overlay2/imagedb/content', 0o700], ['/var/lib/docker/image/overlay2/imagedb/content/sha256', 0o700],
  ['/var/lib/docker/image/overlay2/imagedb/metadata', 0o700], ['/var/lib/docker/image/overlay2/imagedb/metadata/sha256', 0o700], ['/var/lib/docker/image/overlay2/layerdb', 0o700],
  ['/var/lib/docker/image/overlay2/layerdb/sha256', 0o700], ['/var/lib/docker/network', 0o750], ['/var/lib/docker/network/files', 0o750], ['/var/lib/docker/overlay2', 0o710], ['/var/lib/docker/overlay2/l', 0o700],
  ['/var/lib/docker/plugins', 0o700], ['/var/lib/docker/runtimes', 0o700], ['/var/lib/docker/swarm', 0o700], ['/var/lib/docker/tmp', 0o700], ['/var/lib/docker/trust', 0o700], ['/var/lib/docker/volumes', 0o701],
  ['/var/lib/docker/buildkit', 0o711], ['/var/lib/docker/containerd', 0o700], ['/var/lib/docker/containerd/daemon', 0o700],
]

function digestOf(text: string): string {
  const digest = sha256()
  digest.update(encodeUtf8(text))
  return digest.hex()
}

const EMPTY = {
  Hostname: '', Domainname: '', User: '', AttachStdin: false, AttachStdout: false, AttachStderr: false, Tty: false, OpenStdin: false, StdinOnce: false, Env: null, Cmd: null, Image: '', Volumes: null,
  WorkingDir: '', Entrypoint: null, OnBuild: null, Labels: null,
}
const fullConfig = (config: OciImageConfig): unknown => ({ ...EMPTY, ...config })

class StoreBuilder {
  readonly nodes: PopulateNode[] = []
  readonly #time: number
  readonly #done = new Set<string>()
  readonly #known = new Map<string, string>()

  constructor(time: number) {
    this.#time = time
  }
  dir(path: string, mode = 0o755): void {
    this.nodes.push({ type: 'dir', path, mode, uid: 0, gid: 0, mtime: this.#time })
  }
  file(path: string, content: string, mode = 0o644): void {
    this.nodes.push({ type: 'file', path, content, mode, uid: 0, gid: 0, mtime: this.#time })
  }
  link(path: string, target: string): void {
    this.nodes.push({ type: 'symlink', path, target, mode: 0o777, uid: 0, gid: 0, mtime: this.#time })
  }

  /** One layer on top of `parent` (chain id and cache ids, lowest first). Answers its chain id and cache id. */
  layer(layer: ImageLayer, parent: string | undefined, lowers: readonly string[]): { readonly chain: string; readonly cache: string } {
    const chain = parent === undefined ? layer.digest : `sha256:${digestOf(`${parent} ${layer.digest}`)}`
    const cache = digestOf(`cache ${chain}`)
    if (this.#done.has(chain)) return { chain, cache }
    this.#done.add(chain)
    const directory = `${ROOT}/overlay2/${cache}`
    this.dir(directory, 0o710)
    this.dir(`${directory}/diff`)
    for (const node of layer.tree()) this.nodes.push({ ...node, path: node.path === '/' ? `${directory}/diff` : `${directory}/diff${node.path}` })
    this.file(`${directory}/link`, shortName(cache))
    this.link(`${ROOT}/overlay2/l/${shortName(cache)}`, `../${cache}/diff`)
    if (lowers.length > 0) {
      this.file(`${directory}/lower`, [...lowers].reverse().map((id) => `l/${shortName(id)}`).join(':'))
      this.dir(`${directory}/work`, 0o700)
    }
    const db = `${ROOT}/image/overlay2/layerdb/sha256/${chain.slice(7)}`
    this.dir(db)
    this.file(`${db}/cache-id`, cache)
    this.file(`${db}/diff`, layer.digest)
    this.file(`${db}/size`, String(layer.size))
    if (parent !== undefined) this.file(`${db}/parent`, parent)
    return { chain, cache }
  }

  /** Answers the image's id. */
  image(image: ContainerImage): string {
    let parent: string | undefined
    const lowers: string[] = []
    for (const layer of image.layers) {
      const { chain, cache } = this.layer(layer, parent, lowers)
      parent = chain
      lowers.push(cache)
    }
    if (image.isLoaded === true) return this.#config(image, image.history.length, '')
    // Every step of a build that has no layer of its own is an image between, known by its id alone.
    const builds = image.history.filter((h) => h.empty_layer === true)
    let before = ''
    const key = (steps: number): string => JSON.stringify([image.layers.map((l) => l.digest), image.history.slice(0, steps)])
    for (let made = image.history.length - builds.length; made <= image.history.length; made++) {
      // the image it was built from is one of its own
      before = this.#known.get(key(made)) ?? this.#config(image, made, before)
    }
    this.#known.set(key(image.history.length), before)
    return before
  }
  #config(image: ContainerImage, steps: number, parent: string): string {
    const isLast = steps === image.history.length
    const history = image.history.slice(0, steps)
    const text = JSON.stringify({
      architecture: 'amd64', ...(parent === '' && image.isLoaded !== true && history[0]?.comment !== undefined ? { comment: history[0].comment } : {}), config: fullConfig(isLast ? image.config : {}), container_config: EMPTY,
      created: isLast ? image.created : (history[history.length - 1]?.created ?? image.created), docker_version: '20.10.24+dfsg1', history, os: 'linux',
      rootfs: { type: 'layers', diff_ids: image.layers.map((l) => l.digest) },
    })
    const id = digestOf(text)
    const db = `${ROOT}/image/overlay2/imagedb`
    this.file(`${db}/content/sha256/${id}`, text, 0o600)
    this.dir(`${db}/metadata/sha256/${id}`)
    this.file(`${db}/metadata/sha256/${id}/lastUpdated`, image.created)
    if (parent !== '') this.file(`${db}/metadata/sha256/${id}/parent`, `sha256:${parent}`)
    return id
  }
}
const shortName = (cache: string): string => [...cache.slice(0, 52).matchAll(/../g)].map(([pair]) => LETTERS[Number.parseInt(pair, 16) & 31]).join('')

/** All nodes under /var/lib/docker, parents first. */
export function dockerStore(images: readonly ContainerImage[], time: number): readonly PopulateNode[] {
  const store = new StoreBuilder(time)
  for (const [path, mode] of DIRECTORIES) store.dir(path, mode)
  const repositories: Record<string, Record<string, string>> = {}
  for (const image of images) {
    const id = store.image(image)
    repositories[image.repository] = { ...repositories[image.repository], [`${image.repository}:${image.tag}`]: `sha256:${id}` }
  }
  store.file(`${ROOT}/image/overlay2/repositories.json`, JSON.stringify({ Repositories: repositories }), 0o600)
  return store.nodes
}
