// A container image as data: what an image's config and its layers hold (OCI image-spec, config.md), ready to be laid out as Docker's overlay2 store does.
import type { PopulateNode } from '../../kernel/fs/populate.ts'
import type { Healthcheck } from '../../userland/containers/docker/api.ts'

/** The `config` object of an image: how to run it. Absent members are Docker's zero values. */
export interface OciImageConfig {
  readonly User?: string
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>>
  readonly StopSignal?: string
  readonly Healthcheck?: Healthcheck
}

export interface ImageHistoryEntry {
  /** RFC 3339 */
  readonly created: string
  readonly created_by?: string
  readonly comment?: string
  /** The step changed only the config: no layer belongs to it. */
  readonly empty_layer?: boolean
}

export interface ImageLayer {
  /** `sha256:` and 64 hexadecimal digits: the DiffID. */
  readonly digest: string
  /** Size in bytes that `docker images` and `docker history` show for it. */
  readonly size: number
  /** Its files, parents first, paths from the layer's root. Made only when the layer is looked at or used. */
  readonly tree: () => Iterable<PopulateNode>
}

export interface ContainerImage {
  readonly repository: string
  readonly tag: string
  /** RFC 3339, with nanoseconds as Docker writes it */
  readonly created: string
  readonly config: OciImageConfig
  readonly history: readonly ImageHistoryEntry[]
  /** Came from elsewhere as a whole (`docker load`): the steps of its making are no images here. */
  readonly isLoaded?: boolean
  /** Lowest first. Images share a layer by giving the same digest. */
  readonly layers: readonly ImageLayer[]
}
