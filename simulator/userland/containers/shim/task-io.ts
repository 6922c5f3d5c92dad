// The streams of a container's process: FIFOs of the daemon on one side, pipes or the master of a terminal on the other, copied as long as anybody writes.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDWR, POLLIN } from '../../../abi/fcntl.ts'
import { TIOCSWINSZ } from '../../../abi/termios.ts'
import { type GoRuntime, Signal } from '../../libc/goroutine.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, unlink } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import type { ShimStdio } from '../shim-protocol.ts'
import type { Streams } from './runc-client.ts'

const CHUNK = 32768

export class TaskIo {
  readonly #rt: GoRuntime
  readonly #params: ShimStdio
  readonly #id: string
  #stdinFifo: number | undefined
  /** What the process reads from: the pipe's other end, or the terminal's master. */
  #input: number | undefined
  #outputs: { readonly from: number; readonly to: number | undefined }[] = []
  /** Nothing is passed on before runc has started the process. */
  #start: 'awaited' | 'done' | 'failed' = 'awaited'
  readonly #started = new Signal()
  #master: number | undefined
  #listener: number | undefined
  #isInputOver = false
  readonly #inputOver = new Signal()
  #isConsoleOver = false
  readonly #consoleOver = new Signal()

  constructor(rt: GoRuntime, params: ShimStdio, id: string) {
    this.#rt = rt
    this.#params = params
    this.#id = id
  }

  get consoleSocket(): string {
    return `/tmp/pty${this.#id.slice(0, 10)}/pty.sock`
  }
  get #socketDirectory(): string {
    return this.consoleSocket.slice(0, this.consoleSocket.lastIndexOf('/'))
  }

  /** Opens the daemon's FIFOs and makes what runc is given; `extra` are its arguments for a terminal. */
  *prepare(): Flow<{ readonly streams: Streams; readonly extra: readonly string[]; readonly closeAfter: readonly number[] }> {
    const { terminal, stdin, stdout, stderr } = this.#params
    this.#stdinFifo = yield* openFifo(stdin)
    const out = yield* openFifo(stdout)
    if (terminal) {
      yield* call('mkdirat', -100, this.#socketDirectory, 0o700)
      const fd = check(yield* call('socket', 'unix', 'stream|cloexec', 0), 'socket')
      check(yield* call('bind', fd, { family: 'unix', path: this.consoleSocket }), `listen unix ${this.consoleSocket}: bind`)
      check(yield* call('listen', fd, 1), 'listen')
      this.#listener = fd
      this.#outputs = [{ from: -1, to: out }]
      return { streams: [undefined, undefined, undefined], extra: ['--console-socket', this.consoleSocket], closeAfter: [] }
    }
    const err = yield* openFifo(stderr)
    const pipe = function* (): Flow<readonly [number, number]> {
      return check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
    }
    const outPipe = yield* pipe()
    const errPipe = yield* pipe()
    const inPipe = stdin === undefined ? undefined : yield* pipe()
    this.#input = inPipe?.[1]
    this.#outputs = [{ from: outPipe[0], to: out }, { from: errPipe[0], to: err }]
    for (const { from, to } of this.#outputs) this.#rt.go(this.#copyOut(from, to))
    const childs = [inPipe?.[0], outPipe[1], errPipe[1]] as const
    return { streams: childs, extra: [], closeAfter: childs.filter((fd) => fd !== undefined) }
  }

  /** Once runc has started the process: takes the terminal. Pipes are read from before, so that what comes on which first is known. */
  *begin(): Flow<void> {
    if (this.#listener !== undefined) yield* this.#takeMaster(this.#listener)
    this.#settle('done')
    if (this.#params.terminal) for (const { from, to } of this.#outputs) this.#rt.go(this.#copyOut(from, to))
    if (this.#input !== undefined && this.#stdinFifo !== undefined) this.#rt.go(this.#copyIn(this.#stdinFifo, this.#input))
  }

  /** runc could not start it: what was written is runc's own complaint, which is told another way. */
  abandon(): void {
    this.#settle('failed')
  }
  #settle(start: 'done' | 'failed'): void {
    this.#start = start
    this.#started.wake()
  }

  *#takeMaster(listener: number): Flow<void> {
    const connection = check(yield* call('accept4', listener, 0), 'accept')
    const message = yield* call('recvmsg', connection.fd, 0)
    const master = isErr(message) ? undefined : (message as { readonly fds?: readonly number[] }).fds?.[0]
    yield* close(connection.fd)
    yield* close(listener)
    yield* unlink(this.consoleSocket)
    yield* call('unlinkat', -100, this.#socketDirectory, 0x200)
    this.#listener = undefined
    if (master === undefined) return fail('failed to retrieve console master: no file descriptor')
    this.#master = master
    this.#input = master
    this.#outputs = [{ from: master, to: this.#outputs[0].to }]
  }

  *#copyOut(from: number, to: number | undefined): Flow<void> {
    for (;;) {
      if (from === this.#master) yield* this.#rt.readableOr(from, this.#consoleOver)
      if (this.#isConsoleOver && !(yield* hasData(from))) break
      const data = yield* this.#rt.read(from, CHUNK)
      if (data === Errno.EINTR || data === Errno.EAGAIN) continue
      while (this.#start === 'awaited') yield* this.#rt.wait(this.#started)
      // The master of a terminal that nobody has open any more reads as EIO.
      if (isErr(data) || data.length === 0) break
      if (to !== undefined && this.#start === 'done') yield* this.#rt.write(to, data)
    }
    this.#outputs = this.#outputs.filter((output) => output.from !== from)
    yield* close(from)
    if (to !== undefined) yield* close(to)
  }

  *#copyIn(from: number, to: number): Flow<void> {
    for (;;) {
      if (this.#isInputOver && !(yield* hasData(from))) break
      yield* this.#rt.readableOr(from, this.#inputOver)
      if (!(yield* hasData(from))) continue
      const data = yield* call('read', from, CHUNK)
      if (isErr(data) || data.length === 0) break
      if (isErr(yield* this.#rt.write(to, data))) break
    }
    yield* close(from)
    if (to !== this.#master) yield* close(to)
  }

  /** closeIO: the process reads what has come so far, then the end. */
  closeInput(): void {
    this.#isInputOver = true
    this.#inputOver.wake()
  }

  /** ShutdownConsole: the process has ended; who else still has its terminal open is not waited for. */
  shutdownConsole(): void {
    if (this.#master === undefined) return
    this.#isConsoleOver = true
    this.#consoleOver.wake()
  }

  *resize(width: number, height: number): Flow<void> {
    if (this.#master !== undefined) yield* call('ioctl', this.#master, TIOCSWINSZ, { rows: height, cols: width })
  }

  /** Passes on what the process wrote before it ended, so that nobody hears of the end first. */
  *flush(): Flow<void> {
    for (const { from } of this.#outputs) for (let turns = 0; turns < 64 && (yield* hasData(from)); turns++) yield* this.#rt.sleep(0)
  }
}

/** Both ways, so that opening waits for nobody and what is written before anybody reads is kept. */
function* openFifo(path: string | undefined): Flow<number | undefined> {
  if (path === undefined || path === '') return undefined
  return check(yield* open(path, O_RDWR | O_CLOEXEC), `open ${path}`)
}

function* hasData(fd: number): Flow<boolean> {
  const events = yield* call('poll', [{ fd, events: POLLIN }], 0)
  return !isErr(events) && (events[0] & POLLIN) !== 0
}
