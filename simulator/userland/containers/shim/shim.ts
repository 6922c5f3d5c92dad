// containerd-shim-runc-v2 1.6 (containerd: runtime/v2/shim): stands between the daemon and one container, so that neither dies with the other. `start` listens,
// starts the server in a process group of its own and prints its address; the server is the container's parent and does with runc what it is asked.
// Simpler than containerd's: JSON lines for ttrpc (see shim-protocol.ts), no publishing of events to containerd.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { F_SETFD, FD_CLOEXEC, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { sha256 } from '../../../lib/digest.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { GoRuntime, Signal } from '../../libc/goroutine.ts'
import { call } from '../../libc/syscall.ts'
import { close, getcwd, open, unlink, writeFile } from '../../libc/unistd.ts'
import { check, GoError } from '../go-error.ts'
import { mkdirAll } from '../runc/mounts.ts'
import type { ShimMessage, ShimMethod, ShimRequest } from '../shim-protocol.ts'
import { Reaper } from './reaper.ts'
import { ShimTask } from './task.ts'

const SOCKET_FD = 3
const SOCKETS = '/run/containerd/s'
const RUNC_ROOT = '/var/run/docker/runtime-runc'

interface Arguments {
  readonly namespace: string
  readonly id: string
  readonly address: string
  readonly action: string | undefined
}

function parse(argv: readonly string[]): Arguments {
  const values = new Map<string, string>()
  let index = 1
  while (argv[index]?.startsWith('-') === true && argv[index + 1] !== undefined) {
    values.set(argv[index].replace(/^--?/, ''), argv[index + 1])
    index += 2
  }
  return { namespace: values.get('namespace') ?? '', id: values.get('id') ?? '', address: values.get('address') ?? '', action: argv[index] }
}

export function* shim(c: Crt): Flow<number> {
  const args = parse(c.argv)
  if (args.namespace === '') {
    yield* c.stderr.write('shim namespace cannot be empty\n')
    return 1
  }
  try {
    switch (args.action) {
      case 'start': return yield* startServer(c, args)
      case undefined: return yield* serve(c, args)
      default: return yield* unsimulated(c, `the action ${args.action}`)
    }
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    yield* c.stderr.write(`${c.name}: ${thrown.message}\n`)
    return 1
  }
}

function socketName(text: string): string {
  const digest = sha256()
  digest.update(encodeUtf8(text))
  return digest.hex()
}

/** Prints where the server listens once it does. */
function* startServer(c: Crt, { namespace, id, address }: Arguments): Flow<number> {
  yield* mkdirAll(SOCKETS, 0o711)
  const path = `${SOCKETS}/${socketName(`${address}/${namespace}/${id}`)}`
  const fd = check(yield* call('socket', 'unix', 'stream|cloexec', 0), 'socket')
  yield* unlink(path)
  check(yield* call('bind', fd, { family: 'unix', path }), `listen unix ${path}: bind`)
  check(yield* call('listen', fd, 128), 'listen')
  check(yield* call('clone', 0, function* exec() {
    yield* call('setpgid', 0, 0)
    if (fd === SOCKET_FD) yield* call('fcntl', fd, F_SETFD, 0)
    else yield* call('dup2', fd, SOCKET_FD)
    const empty = yield* open('/dev/null', O_RDWR)
    if (!isErr(empty)) for (const target of [0, 1]) yield* call('dup2', empty, target)
    yield* call('execve', '/usr/bin/containerd-shim-runc-v2', ['/usr/bin/containerd-shim-runc-v2', '-namespace', namespace, '-id', id, '-address', address], envStrings(c.env))
    return 1
  }), 'fork/exec containerd-shim-runc-v2')
  yield* writeFile('address', `unix://${path}`, O_WRONLY | O_CREAT | O_TRUNC)
  yield* c.stdout.write(`unix://${path}`)
  return 0
}

function* serve(c: Crt, { namespace, id }: Arguments): Flow<number> {
  yield* call('fcntl', SOCKET_FD, F_SETFD, FD_CLOEXEC)
  const bundle = check(yield* getcwd(), 'getwd')
  const rt = new GoRuntime()
  const reaper = new Reaper(rt)
  yield* reaper.start()
  const server = new Server(rt, { root: `${RUNC_ROOT}/${namespace}`, bundle, env: envStrings(c.env), reaper }, id)
  return yield* rt.run(server.run())
}

const METHODS: ReadonlySet<string> = new Set<ShimMethod>([
  'create', 'start', 'exec', 'kill', 'resizePty', 'closeIO', 'wait', 'pids', 'pause', 'resume', 'update', 'state', 'delete',
])

class Server {
  readonly #rt: GoRuntime
  readonly #task: ShimTask
  readonly #clients = new Set<number>()
  readonly #over = new Signal()
  #isOver = false

  constructor(rt: GoRuntime, client: ConstructorParameters<typeof ShimTask>[1], id: string) {
    this.#rt = rt
    this.#task = new ShimTask(rt, client, id, (message) => this.#tell(message))
  }

  *#tell(message: ShimMessage): Flow<void> {
    for (const fd of this.#clients) yield* this.#send(fd, message)
  }
  *#send(fd: number, message: ShimMessage): Flow<void> {
    yield* this.#rt.write(fd, encodeUtf8(`${JSON.stringify(message)}\n`))
  }

  /** Until somebody asks for the shutdown. */
  *run(): Flow<number> {
    this.#rt.go(this.#accept())
    while (!this.#isOver) yield* this.#rt.wait(this.#over)
    return 0
  }

  *#accept(): Flow<void> {
    for (;;) {
      const accepted = yield* this.#rt.accept(SOCKET_FD)
      if (isErr(accepted)) continue
      yield* call('fcntl', accepted.fd, F_SETFD, FD_CLOEXEC)
      this.#clients.add(accepted.fd)
      this.#rt.go(this.#read(accepted.fd))
    }
  }

  *#read(fd: number): Flow<void> {
    let text = ''
    for (;;) {
      const data = yield* this.#rt.read(fd)
      if (isErr(data) ? data.name !== 'EINTR' : data.length === 0) break
      if (isErr(data)) continue
      const lines = (text + decodeUtf8(data)).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) this.#rt.go(this.#answer(fd, JSON.parse(line) as ShimRequest))
    }
    this.#clients.delete(fd)
    yield* close(fd)
  }

  *#answer(fd: number, request: ShimRequest): Flow<void> {
    let message: ShimMessage
    try {
      message = { id: request.id, result: yield* this.#handle(request) }
    } catch (thrown) {
      if (!(thrown instanceof GoError)) throw thrown
      message = { id: request.id, error: thrown.message }
    }
    yield* this.#send(fd, message)
    if (request.method === 'shutdown') {
      this.#isOver = true
      this.#over.wake()
    }
  }

  *#handle({ method, params }: ShimRequest): Flow<unknown> {
    if (method === 'shutdown') return {}
    if (!METHODS.has(method)) throw new GoError(`${String(method)}: not implemented`)
    return yield* (this.#task[method] as (given: unknown) => Flow<unknown>).call(this.#task, params)
  }
}
