// What dockerd and containerd-shim-runc-v2 say to each other: containerd's shim API v2 (api/runtime/task/v2), one JSON object a line over a unix stream socket
// where the real one speaks ttrpc. The shim is started as `containerd-shim-runc-v2 -namespace moby -id ID -address /var/run/docker/containerd/containerd.sock start` with the
// bundle as working directory: it listens, starts itself again without `start` in a process group of its own, prints `unix:///run/containerd/s/HASH` and exits.

/** Where a task's standard streams go: FIFOs made by the daemon; absent ones are /dev/null. With a terminal there is no stderr, and the shim owns the pty. */
export interface ShimStdio {
  readonly terminal: boolean
  readonly stdin?: string
  readonly stdout?: string
  readonly stderr?: string
}

/** Name of one process of the task: undefined is the init process. */
export interface ShimProcess {
  readonly execId?: string
}

export interface ShimMethods {
  /** runc create with the bundle's config.json. Errors read `OCI runtime create failed: runc create failed: …`. */
  create(params: ShimStdio & { readonly id: string; readonly bundle: string }): { readonly pid: number }
  /** runc start, or runc exec of a process added by `exec`: `OCI runtime start failed: …`, `OCI runtime exec failed: exec failed: …`. */
  start(params: ShimProcess): { readonly pid: number }
  /** Adds a process: `spec` is the OCI `process` object, as runc exec --process reads it. */
  exec(params: ShimStdio & { readonly execId: string; readonly spec: unknown }): Record<string, never>
  /** runc kill; `all` reaches every process of the cgroup. A process that is gone: `process already finished`. */
  kill(params: ShimProcess & { readonly signal: number; readonly all?: boolean }): Record<string, never>
  resizePty(params: ShimProcess & { readonly width: number; readonly height: number }): Record<string, never>
  /** No more standard input will come. */
  closeIO(params: ShimProcess): Record<string, never>
  /** Answers when the process has ended; at once if it already has. `status` is the exit code, 128 + signal if killed. */
  wait(params: ShimProcess): ShimExit
  /** All processes of the container's cgroup, in the host's PIDs. */
  pids(params: Record<string, never>): { readonly pids: readonly { readonly pid: number; readonly execId?: string }[] }
  pause(params: Record<string, never>): Record<string, never>
  resume(params: Record<string, never>): Record<string, never>
  /** runc update: an OCI `linux.resources` object. */
  update(params: { readonly resources: unknown }): Record<string, never>
  state(params: ShimProcess): { readonly status: 'created' | 'running' | 'stopped' | 'paused'; readonly pid: number }
  /** runc delete of what has stopped. */
  delete(params: ShimProcess): ShimExit
  /** The shim ends once it has nothing left. */
  shutdown(params: Record<string, never>): Record<string, never>
}

export interface ShimExit {
  readonly pid: number
  readonly status: number
  /** milliseconds since 1970 */
  readonly exitedAt: number
}

export type ShimMethod = keyof ShimMethods
export type ShimParams<M extends ShimMethod> = Parameters<ShimMethods[M]>[0]
export type ShimResult<M extends ShimMethod> = ReturnType<ShimMethods[M]>

/** Client to shim, one line. Requests are answered in any order. */
export interface ShimRequest<M extends ShimMethod = ShimMethod> {
  readonly id: number
  readonly method: M
  readonly params: ShimParams<M>
}

/** Shim to client: the answer to the request of that number, or something that happened. Events go to every connected client. */
export type ShimMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | ({ readonly event: 'exit'; readonly execId?: string } & ShimExit)
  | { readonly event: 'oom' }

/** Directory of a container's bundle: config.json, rootfs, init.pid, log.json. */
export const bundleDirectory = (id: string): string => `/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/${id}`
export const CONTAINERD_ADDRESS = '/var/run/docker/containerd/containerd.sock'
