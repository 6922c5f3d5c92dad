// A root file system as data: a flat list of nodes, every directory before what is in it. Plain values only, so an image can be
// written down, compared and counted without a machine.
import type { PopulateNode } from '../kernel/fs/populate.ts'

/** Parents before what is in them. */
export type ImageNode = PopulateNode
type NodeCommon = Pick<PopulateNode, 'path' | 'uid' | 'gid' | 'mode' | 'mtime'>

/** A text file of an image; mode 644 and root unless said. */
export interface ImageFile extends NodeOptions {
  readonly path: string
  readonly content: string
}

export interface NodeOptions {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: number
}

/** Collects nodes by path; parents that nobody described become root's directories with mode 755. A later node replaces an earlier one. */
export class ImageBuilder {
  readonly #nodes = new Map<string, ImageNode>()
  readonly #time: number

  constructor(time: number) {
    this.#time = time
    this.dir('/')
  }

  dir(path: string, options: NodeOptions = {}): void {
    this.#add(path, { ...this.#common(path, 0o755, options), type: 'dir' })
  }

  file(path: string, content: string | Uint8Array, options: NodeOptions & { readonly xattrs?: ReadonlyMap<string, Uint8Array> } = {}): void {
    this.#add(path, { ...this.#common(path, 0o644, options), type: 'file', content, ...(options.xattrs === undefined ? {} : { xattrs: options.xattrs }) })
  }

  symlink(path: string, target: string, options: NodeOptions = {}): void {
    this.#add(path, { ...this.#common(path, 0o777, options), type: 'symlink', target })
  }

  device(path: string, type: 'char' | 'block', rdev: number, options: NodeOptions = {}): void {
    this.#add(path, { ...this.#common(path, 0o600, options), type, rdev })
  }

  /** All nodes, parents first. */
  nodes(): readonly ImageNode[] {
    return [...this.#nodes.values()]
  }

  #common(path: string, mode: number, options: NodeOptions): NodeCommon {
    return { path, mode: options.mode ?? mode, uid: options.uid ?? 0, gid: options.gid ?? 0, mtime: options.mtime ?? this.#time }
  }

  #add(path: string, node: ImageNode): void {
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (parent !== '' && !this.#nodes.has(parent)) this.dir(parent)
    this.#nodes.set(path, node)
  }
}
