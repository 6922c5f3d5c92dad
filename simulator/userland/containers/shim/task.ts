// A container as its shim sees it (containerd: runtime/v2/runc, pkg/process): the first process, those added by exec, and what becomes of them.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { SIGKILL } from '../../../abi/signal.ts'
import { type GoRuntime, Signal } from '../../libc/goroutine.ts'
import { call } from '../../libc/syscall.ts'
import { close, readFile, unlink, writeFile } from '../../libc/unistd.ts'
import { check, fail, goText } from '../go-error.ts'
import { timeNow } from '../go-time.ts'
import { allPids, CGROUP_ROOT } from '../runc/cgroup.ts'
import type { ShimExit, ShimMessage, ShimMethods, ShimProcess, ShimStdio } from '../shim-protocol.ts'
import { type RuncClient, runRunc } from './runc-client.ts'
import { TaskIo } from './task-io.ts'

interface Process {
  readonly execId: string | undefined
  readonly io: TaskIo
  readonly spec: unknown
  pid: number
  exit: ShimExit | undefined
  readonly ended: Signal
}

export class ShimTask {
  readonly #rt: GoRuntime
  readonly #client: RuncClient
  readonly #id: string
  readonly #tell: (message: ShimMessage) => Flow<void>
  readonly #processes = new Map<string | undefined, Process>()
  #status: 'created' | 'running' | 'paused' | 'stopped' = 'created'
  #cgroup = ''

  constructor(rt: GoRuntime, client: RuncClient, id: string, tell: (message: ShimMessage) => Flow<void>) {
    this.#rt = rt
    this.#client = client
    this.#id = id
    this.#tell = tell
  }

  #find({ execId }: ShimProcess): Process {
    return this.#processes.get(execId) ?? fail(execId === undefined ? `container not created: not found` : `process does not exist ${execId}: not found`)
  }

  *create(params: ShimStdio & { readonly bundle: string }): Flow<{ readonly pid: number }> {
    const io = new TaskIo(this.#rt, params, this.#id)
    const pidFile = `${params.bundle}/init.pid`
    const process = yield* this.#launch(undefined, io, undefined, pidFile, 'create', ['create', '--bundle', params.bundle, '--pid-file', pidFile], [this.#id])
    this.#processes.set(undefined, process)
    const own = yield* readFile(`/proc/${process.pid}/cgroup`)
    this.#cgroup = CGROUP_ROOT + (isErr(own) ? '' : /^0::(.*)$/m.exec(own)?.[1] ?? '')
    this.#rt.go(this.#watch(process))
    return { pid: process.pid }
  }

  *start(params: ShimProcess): Flow<{ readonly pid: number }> {
    const process = this.#find(params)
    if (params.execId !== undefined) return yield* this.#startExec(process)
    yield* runRunc(this.#client, 'start', ['start', this.#id])
    if (this.#status === 'created') this.#status = 'running'
    return { pid: process.pid }
  }

  *#startExec(added: Process): Flow<{ readonly pid: number }> {
    const { execId = '' } = added
    const file = `/tmp/runc-process${execId.slice(0, 10)}`
    const pidFile = `${this.#client.bundle}/${execId}.pid`
    yield* writeFile(file, JSON.stringify(added.spec), O_WRONLY | O_CREAT | O_TRUNC)
    let started: Process
    try {
      started = yield* this.#launch(execId, added.io, added.spec, pidFile, 'exec', ['exec', '--process', file, '--detach', '--pid-file', pidFile], [this.#id])
    } catch (thrown) {
      yield* unlink(file)
      throw thrown
    }
    yield* unlink(file)
    added.pid = started.pid
    this.#rt.go(this.#watch(added))
    return { pid: added.pid }
  }

  /** Runs runc with the process's streams and reads its PID from the file. */
  *#launch(execId: string | undefined, io: TaskIo, spec: unknown, pidFile: string, what: string, before: readonly string[], after: readonly string[]): Flow<Process> {
    const { streams, extra, closeAfter } = yield* io.prepare()
    try {
      yield* runRunc(this.#client, what, [...before, ...extra, ...after], streams)
    } catch (thrown) {
      io.abandon()
      throw thrown
    } finally {
      for (const fd of closeAfter) yield* close(fd)
    }
    yield* io.begin()
    const text = check(yield* readFile(pidFile), `failed to retrieve OCI runtime container pid: open ${pidFile}`)
    return { execId, io, spec, pid: Number(text), exit: undefined, ended: new Signal() }
  }

  *exec(params: ShimStdio & { readonly execId: string; readonly spec: unknown }): Flow<Record<string, never>> {
    if (this.#processes.has(params.execId)) fail(`id ${params.execId}: already exists`)
    const io = new TaskIo(this.#rt, params, params.execId)
    this.#processes.set(params.execId, { execId: params.execId, io, spec: params.spec, pid: 0, exit: undefined, ended: new Signal() })
    yield* []
    return {}
  }

  /** Tells of the end once it has come; with the first process everything ends that shares no PID namespace with it. */
  *#watch(process: Process): Flow<void> {
    const status = yield* this.#client.reaper.exitOf(process.pid)
    const { sec, nsec } = yield* timeNow()
    if (process.execId === undefined) {
      yield* this.#reportOom()
      for (const pid of yield* allPids(this.#cgroup)) yield* call('kill', pid, SIGKILL)
      this.#status = 'stopped'
    }
    yield* process.io.flush()
    process.io.shutdownConsole()
    process.exit = { pid: process.pid, status, exitedAt: sec * 1000 + Math.floor(nsec / 1e6) }
    process.ended.wake()
    yield* this.#tell({ event: 'exit', ...(process.execId === undefined ? {} : { execId: process.execId }), ...process.exit })
  }

  /** The kernel counts in memory.events whom it killed for want of memory. */
  *#reportOom(): Flow<void> {
    const events = yield* readFile(`${this.#cgroup}/memory.events`)
    if (!isErr(events) && /^oom_kill [1-9]/m.test(events)) yield* this.#tell({ event: 'oom' })
  }

  *kill({ execId, signal, all }: Parameters<ShimMethods['kill']>[0]): Flow<Record<string, never>> {
    const process = this.#find({ execId })
    if (execId === undefined && all === true) yield* runRunc(this.#client, 'kill', ['kill', '--all', this.#id, String(signal)])
    else if (process.exit !== undefined || process.pid === 0) fail('process already finished: not found')
    else if (execId === undefined) yield* runRunc(this.#client, 'kill', ['kill', this.#id, String(signal)])
    else {
      const sent = yield* call('kill', process.pid, signal)
      if (isErr(sent)) fail(sent.name === 'ESRCH' ? 'process already finished: not found' : goText(sent))
    }
    return {}
  }

  *resizePty({ execId, width, height }: Parameters<ShimMethods['resizePty']>[0]): Flow<Record<string, never>> {
    yield* this.#find({ execId }).io.resize(width, height)
    return {}
  }

  *closeIO(params: ShimProcess): Flow<Record<string, never>> {
    this.#find(params).io.closeInput()
    yield* []
    return {}
  }

  *wait(params: ShimProcess): Flow<ShimExit> {
    const process = this.#find(params)
    while (process.exit === undefined) yield* this.#rt.wait(process.ended)
    return process.exit
  }

  *pids(): Flow<ReturnType<ShimMethods['pids']>> {
    const byPid = new Map([...this.#processes.values()].map(({ pid, execId }) => [pid, execId]))
    const pids = yield* allPids(this.#cgroup)
    return { pids: pids.map((pid) => ({ pid, ...(byPid.get(pid) === undefined ? {} : { execId: byPid.get(pid) }) })) }
  }

  *pause(): Flow<Record<string, never>> {
    yield* runRunc(this.#client, 'pause', ['pause', this.#id])
    this.#status = 'paused'
    return {}
  }
  *resume(): Flow<Record<string, never>> {
    yield* runRunc(this.#client, 'resume', ['resume', this.#id])
    this.#status = 'running'
    return {}
  }

  *update({ resources }: Parameters<ShimMethods['update']>[0]): Flow<Record<string, never>> {
    yield* runRunc(this.#client, 'update', ['update', '--resources', '-', this.#id], undefined, JSON.stringify(resources))
    return {}
  }

  *state(params: ShimProcess): Flow<ReturnType<ShimMethods['state']>> {
    const process = this.#find(params)
    yield* []
    const own = process.exit !== undefined ? 'stopped' : process.pid === 0 ? 'created' : 'running'
    return { status: params.execId === undefined ? this.#status : own, pid: process.pid }
  }

  *delete(params: ShimProcess): Flow<ShimExit> {
    const process = this.#find(params)
    if (params.execId === undefined) {
      if (process.exit === undefined) yield* runRunc(this.#client, 'delete', ['delete', '--force', this.#id])
      else yield* runRunc(this.#client, 'delete', ['delete', this.#id])
    }
    this.#processes.delete(params.execId)
    return process.exit ?? { pid: process.pid, status: 0, exitedAt: 0 }
  }
}
