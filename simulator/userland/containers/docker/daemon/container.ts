// One container as the daemon knows it.
import type { Flow } from '../../../../abi/syscalls.ts'
import { Signal } from '../../../libc/goroutine.ts'
import type { ShimMethod, ShimParams, ShimResult } from '../../shim-protocol.ts'
import type { ContainerConfig, EndpointRequest, HostConfig, MountPoint, PortMap } from '../api.ts'
import type { ExecProcess } from './exec.ts'
import type { Endpoint } from './network.ts'
import type { ShimClient } from './shim-client.ts'
import type { ProcessStreams, Watcher } from './streams.ts'
import { ZERO_TIME } from './util.ts'

export interface HealthResult {
  readonly Start: string
  readonly End: string
  readonly ExitCode: number
  readonly Output: string
}
export interface Health {
  Status: 'starting' | 'healthy' | 'unhealthy'
  FailingStreak: number
  Log: HealthResult[]
}

export interface ContainerState {
  running: boolean
  paused: boolean
  restarting: boolean
  oomKilled: boolean
  removing: boolean
  dead: boolean
  pid: number
  exitCode: number
  error: string
  startedAt: string
  finishedAt: string
  health: Health | undefined
}

export interface Volumes extends MountPoint {
  /** A volume that nobody named: goes with the container. */
  readonly isAnonymous: boolean
  /** A new volume gets what the image has there. */
  readonly copies: boolean
  readonly isReadOnlyRequested?: boolean
}

export class Container {
  readonly id: string
  name: string
  readonly created: string
  readonly createdMs: number
  readonly path: string
  readonly args: readonly string[]
  readonly config: ContainerConfig
  readonly hostConfig: HostConfig
  /** `sha256:…` */
  readonly imageId: string
  readonly cacheId: string
  readonly directory: string
  mounts: Volumes[] = []
  appArmorProfile = ''
  restartCount = 0
  /** Somebody said stop: no restart policy brings it back. */
  wasStopped = false
  /** The same, but not by the daemon's own end: `unless-stopped` asks for this when a daemon starts. */
  wasStoppedByHand = false
  hasBeenStarted = false
  readonly state: ContainerState = {
    running: false, paused: false, restarting: false, oomKilled: false, removing: false, dead: false, pid: 0, exitCode: 0, error: '', startedAt: ZERO_TIME, finishedAt: ZERO_TIME, health: undefined,
  }
  /** What was asked for each network, by name. */
  readonly wantedNetworks = new Map<string, EndpointRequest>()
  readonly endpoints = new Map<string, Endpoint>()
  sandboxId = ''
  /** Interfaces are numbered as they come; a number isn't used again. */
  nextInterface = 0
  sandboxKey = ''
  /** The namespace is held at sandboxKey. */
  isPlugged = false
  ports: PortMap = {}
  shim: ShimClient | undefined
  streams: ProcessStreams | undefined
  readonly execs = new Map<string, ExecProcess>()
  /** Attached before the start: they are told of the streams once there are any. */
  readonly waitingWatchers = new Set<Watcher>()
  /** Anything about the state has changed. */
  readonly changed = new Signal()
  readonly logged = new Signal()
  /** The container whose network it shares: its hosts, hostname and resolv.conf are ours too. */
  linkEnv: readonly string[] = []
  /** The client's terminal, told before the start: the pty is made in this size. */
  consoleSize: { readonly height: number; readonly width: number } | undefined
  filesFrom: Container | undefined
  flushLog: (() => Flow<void>) | undefined
  /** ms of the boot clock when it was last (re)started; restart policies look at it */
  startedMs = 0
  backoffMs = 0
  /** Counts starts, so that a waiter notices a whole life between two looks. */
  generation = 0
  exits = 0
  isGone = false

  constructor(fields: Pick<Container, 'id' | 'name' | 'created' | 'createdMs' | 'path' | 'args' | 'config' | 'hostConfig' | 'imageId' | 'cacheId' | 'directory'>) {
    this.id = fields.id
    this.name = fields.name
    this.created = fields.created
    this.createdMs = fields.createdMs
    this.path = fields.path
    this.args = fields.args
    this.config = fields.config
    this.hostConfig = fields.hostConfig
    this.imageId = fields.imageId
    this.cacheId = fields.cacheId
    this.directory = fields.directory
  }

  /** Asks its shim. Undefined if it has none (any more): there is nobody to do it to. Throws an ApiError with what the shim says. */
  *ask<M extends ShimMethod>(method: M, params: ShimParams<M>): Flow<ShimResult<M> | undefined> {
    return this.shim === undefined ? undefined : yield* this.shim.ask(method, params)
  }

  get shortId(): string {
    return this.id.slice(0, 12)
  }
  get status(): 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead' {
    const { state } = this
    if (state.running) return state.paused ? 'paused' : state.restarting ? 'restarting' : 'running'
    if (state.removing) return 'removing'
    if (state.dead) return 'dead'
    return state.startedAt === ZERO_TIME ? 'created' : 'exited'
  }
  get logPath(): string {
    return `${this.directory}/${this.id}-json.log`
  }
}
