// docker commit: a container's own layer becomes the top layer of a new image (daemon/commit.go).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import type { ArchivedMember } from '../../../../lib/tar.ts'
import { type ContainerConfig, orderedConfig } from '../api.ts'
import { encodeArchive, packTree } from '../tree-archive.ts'
import type { Container } from './container.ts'
import { copyTree } from './copy-tree.ts'
import type { Daemon } from './daemon.ts'
import { diskUsage } from './disk-usage.ts'
import type { Image, ImageConfigFile } from './image-store.ts'
import { chainIdOf } from './layer-store.ts'
import { readDir } from '../../../libc/unistd.ts'
import { sha256Hex, timestamp } from './util.ts'

export interface CommitOptions {
  readonly comment: string
  readonly author: string
  /** What history shows as the command that made it. */
  readonly createdBy: string
  readonly config: ContainerConfig
  /** '' keeps the image's own parent out, as docker commit does not: the container's image is the parent */
  readonly container: Container
}

const copyConfig = (config: ContainerConfig): ContainerConfig => JSON.parse(JSON.stringify(orderedConfig(config))) as ContainerConfig

/** Is there anything in the container's layer? */
export function* hasChanges(daemon: Daemon, container: Container): Flow<boolean> {
  const entries = yield* readDir(daemon.layers.diffDirectory(container.cacheId))
  return !isErr(entries) && entries.some((e) => e.name !== '.' && e.name !== '..')
}

export function* commitContainer(daemon: Daemon, options: CommitOptions): Flow<Image> {
  const { container } = options
  const { layers, images } = daemon
  const base = images.images.get(container.imageId)
  const parentChain = base === undefined ? undefined : images.chainOf(base)
  const upper = layers.diffDirectory(container.cacheId)
  const members: ArchivedMember[] = []
  yield* packTree(upper, '.', members)
  const diffId = `sha256:${sha256Hex(encodeArchive(members))}`
  if (!layers.layers.has(chainIdOf(parentChain, diffId))) {
    const cacheId = yield* layers.newCacheId()
    yield* layers.makeDirectory(cacheId, [...layers.chain(parentChain)].reverse().map((l) => l.cacheId))
    yield* copyTree(upper, layers.diffDirectory(cacheId))
    yield* layers.register(cacheId, parentChain, yield* diskUsage(layers.diffDirectory(cacheId)), diffId)
  }
  const created = yield* timestamp()
  const file: ImageConfigFile = {
    architecture: 'amd64', ...(options.author === '' ? {} : { author: options.author }), ...(options.comment === '' ? {} : { comment: options.comment }), config: copyConfig(options.config),
    container: container.id, container_config: copyConfig(container.config), created, docker_version: '20.10.24+dfsg1',
    history: [...(base?.file.history ?? []), { created, ...(options.author === '' ? {} : { author: options.author }), created_by: options.createdBy, ...(options.comment === '' ? {} : { comment: options.comment }) }],
    os: 'linux', rootfs: { type: 'layers', diff_ids: [...(base?.file.rootfs.diff_ids ?? []), diffId] },
  }
  return yield* images.add(file, container.imageId)
}
