// The daemon's state: stores, containers by id and name, events. What it does with them is in the files beside.
import type { Flow } from '../../../../abi/syscalls.ts'
import type { GoRuntime } from '../../../libc/goroutine.ts'
import type { StringMap } from '../api.ts'
import { badRequest, conflict, notFound } from './api-error.ts'
import type { Container } from './container.ts'
import { EventLog } from './events.ts'
import type { ExecProcess } from './exec.ts'
import { ImageStore } from './image-store.ts'
import { LayerStore } from './layer-store.ts'
import type { Network } from './network.ts'
import { NetworkController } from './network-controller.ts'
import { VolumeStore } from './volumes.ts'

/** net.ipv4.ip_local_port_range: where ports come from that nobody chose. */
export const FIRST_RANDOM_PORT = 32768, LAST_RANDOM_PORT = 60999

export interface Remap {
  /** uid and gid on the host that are root inside, and how many there are */
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly user: string
}

export interface DaemonOptions {
  readonly remap: Remap | undefined
  readonly id: string
}

/** A container that a request names isn't there. */
export const noContainer = (ref: string): never => {
  throw notFound(`No such container: ${ref}`)
}

export class Daemon {
  readonly rt: GoRuntime
  readonly options: DaemonOptions
  readonly root: string
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly volumes: VolumeStore
  readonly networks: NetworkController
  readonly events = new EventLog()
  readonly containers = new Map<string, Container>()
  readonly names = new Map<string, Container>()
  readonly execs = new Map<string, ExecProcess>()
  /** The profile docker-default is loaded. */
  hasAppArmor = false
  /** Ports that nobody chose are handed out one after the other. */
  nextPort = FIRST_RANDOM_PORT
  /** The daemon stops its containers, as it ends itself. */
  isShuttingDown = false
  /** userland-proxy: a docker-proxy for each published port. */
  hasProxies = true
  /** Name servers for containers that don't say which. */
  dns: readonly string[] = []
  /** The daemon's own labels, `NAME=VALUE`. */
  labels: readonly string[] = []
  /** live-restore: containers outlive the daemon. */
  isLiveRestore = false

  constructor(rt: GoRuntime, options: DaemonOptions) {
    this.rt = rt
    this.options = options
    const { remap } = options
    this.root = remap === undefined ? '/var/lib/docker' : `/var/lib/docker/${remap.uid}.${remap.gid}`
    this.layers = new LayerStore(this.root, remap?.uid ?? 0, remap?.gid ?? 0)
    this.images = new ImageStore(this.layers)
    this.volumes = new VolumeStore(this.root, remap?.uid ?? 0, remap?.gid ?? 0)
    this.networks = new NetworkController(this.root)
  }

  /** By id, name, or the start of an id. */
  find(ref: string): Container | undefined {
    const exact = this.containers.get(ref) ?? this.names.get(ref.replace(/^\//, ''))
    if (exact !== undefined || ref === '' || !/^[0-9a-f]+$/.test(ref)) return exact
    const matches = [...this.containers.values()].filter((c) => c.id.startsWith(ref))
    if (matches.length > 1) throw badRequest(`Multiple IDs found with provided prefix: ${ref}`)
    return matches[0]
  }
  get(ref: string): Container {
    return this.find(ref) ?? noContainer(ref)
  }

  /** Newest first. */
  list(): readonly Container[] {
    return [...this.containers.values()].sort((a, b) => b.createdMs - a.createdMs || (a.created < b.created ? 1 : -1))
  }

  /** Reserves a name for a container. Throws an ApiError. */
  claimName(name: string, id: string): string {
    const plain = name.replace(/^\//, '')
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(plain)) throw badRequest(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
    const owner = this.names.get(plain)
    if (owner !== undefined) throw conflict(`Conflict. The container name "/${plain}" is already in use by container "${owner.id}". You have to remove (or rename) that container to be able to reuse that name.`)
    if (id === '') throw badRequest('empty id')
    return plain
  }

  *event(container: Container, action: string, more: StringMap = {}): Flow<void> {
    yield* this.events.emit('container', action, container.id, { ...container.config.Labels, image: container.config.Image, name: container.name, ...more })
  }
  *networkEvent(network: Network, action: string, more: StringMap = {}): Flow<void> {
    yield* this.events.emit('network', action, network.id, { name: network.name, type: network.driver, ...more })
  }

  volumeUsers(name: string): readonly string[] {
    return [...this.containers.values()].filter((c) => c.mounts.some((m) => m.Name === name)).map((c) => c.id)
  }
}
