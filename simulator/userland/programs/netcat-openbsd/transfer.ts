// readwrite() of nc: bytes from standard input to the network and back, until one side has had enough.
import { Errno, isErr } from '../../../abi/errno.ts'
import { POLLHUP, POLLIN, POLLOUT } from '../../../abi/fcntl.ts'
import { SIGALRM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes, EMPTY_BYTES } from '../../../lib/bytes.ts'
import { exit } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { read, sigaction } from '../../libc/unistd.ts'
import type { NcOptions } from './options.ts'

const BUFFER = 16384
const SHUT_RD = 0, SHUT_WR = 1
const NEWLINE = 10, CARRIAGE_RETURN = 13
const STDIN = 0, STDOUT = 1

/** Newlines as CR LF (-C), where there is no CR yet. */
function withCarriageReturns(data: Uint8Array): Uint8Array {
  const out: number[] = []
  data.forEach((byte, i) => {
    if (byte === NEWLINE && (i === 0 || data[i - 1] !== CARRIAGE_RETURN)) out.push(CARRIAGE_RETURN)
    out.push(byte)
  })
  return Uint8Array.from(out)
}

/** After the end of input: -q says when to go. */
function* startQuitTimer(seconds: number): Flow<void> {
  if (seconds === 0) exit(0)
  yield* sigaction(SIGALRM, function* () {
    yield* call('exit_group', 0)
  })
  yield* call('alarm', seconds)
}

class Transfer {
  readonly #net: number
  readonly #options: NcOptions
  #toNet: Uint8Array = EMPTY_BYTES
  #toStdout: Uint8Array = EMPTY_BYTES
  #stdinOpen: boolean
  #netIn = true
  #netOut = true
  #stdout = true
  #received = 0

  constructor(net: number, options: NcOptions) {
    this.#net = net
    this.#options = options
    this.#stdinOpen = !options.detached
  }

  *run(): Flow<void> {
    for (;;) {
      const isDone = (!this.#stdinOpen && !this.#netIn && this.#toNet.length === 0 && this.#toStdout.length === 0) || (!this.#netOut && !this.#stdout) ||
        (this.#options.listens && !this.#netIn && this.#toNet.length === 0 && this.#toStdout.length === 0) || this.#received >= this.#options.receiveLimit
      if (isDone || !(yield* this.#turn())) return
    }
  }

  /** Waits for something to do and does it; false: it has waited long enough. */
  *#turn(): Flow<boolean> {
    const { intervalSeconds, timeoutMs } = this.#options
    if (intervalSeconds > 0) yield* call('clock_nanosleep', 1, 0, { sec: intervalSeconds, nsec: 0 })
    const wanted: { readonly fd: number; readonly events: number; readonly what: 'stdin' | 'net' | 'stdout' }[] = []
    if (this.#stdinOpen && this.#toNet.length < BUFFER) wanted.push({ fd: STDIN, events: POLLIN, what: 'stdin' })
    const netEvents = (this.#netIn && this.#toStdout.length < BUFFER ? POLLIN : 0) | (this.#netOut && this.#toNet.length > 0 ? POLLOUT : 0)
    if (this.#netIn || this.#netOut) wanted.push({ fd: this.#net, events: netEvents, what: 'net' })
    if (this.#stdout && this.#toStdout.length > 0) wanted.push({ fd: STDOUT, events: POLLOUT, what: 'stdout' })
    const ready = yield* call('poll', wanted, timeoutMs)
    if (isErr(ready)) return ready === Errno.EINTR
    if (ready.every((events) => events === 0)) return false
    const happened = (what: string): number => ready[wanted.findIndex((w) => w.what === what)] ?? 0
    const net = happened('net')
    if (this.#netIn && (net & (POLLIN | POLLHUP)) !== 0 && this.#toStdout.length < BUFFER) yield* this.#readNet()
    if ((net & POLLHUP) !== 0 && (net & POLLIN) === 0) this.#netOut = false
    if (this.#toStdout.length > 0) yield* this.#writeStdout()
    if (happened('stdin') !== 0) yield* this.#readStdin()
    if (this.#toNet.length > 0 && this.#netOut) yield* this.#writeNet()
    if (!this.#stdinOpen && this.#toNet.length === 0 && this.#netOut) {
      if (this.#options.shutsDown) yield* call('shutdown', this.#net, SHUT_WR)
      this.#netOut = false
    }
    if (!this.#netIn && this.#toStdout.length === 0) this.#stdout = false
    return true
  }
  *#readNet(): Flow<void> {
    const data = yield* read(this.#net, BUFFER)
    if (data === Errno.EAGAIN) return
    if (isErr(data) || data.length === 0) {
      yield* call('shutdown', this.#net, SHUT_RD)
      this.#netIn = false
      return
    }
    this.#received++
    this.#toStdout = concatBytes([this.#toStdout, data])
  }
  *#writeStdout(): Flow<void> {
    const n = yield* call('write', STDOUT, this.#toStdout)
    if (isErr(n)) {
      this.#stdout = false
      this.#toStdout = EMPTY_BYTES
    } else this.#toStdout = this.#toStdout.subarray(n)
  }
  *#readStdin(): Flow<void> {
    const data = yield* read(STDIN, BUFFER)
    if (isErr(data) || data.length === 0) {
      this.#stdinOpen = false
      if (this.#options.quitAfter !== undefined) {
        if (this.#toNet.length > 0) yield* this.#writeNet()
        yield* startQuitTimer(this.#options.quitAfter)
      }
      return
    }
    this.#toNet = concatBytes([this.#toNet, this.#options.crlf ? withCarriageReturns(data) : data])
  }
  *#writeNet(): Flow<void> {
    const n = yield* call('write', this.#net, this.#toNet)
    if (n === Errno.EAGAIN) return
    if (isErr(n)) {
      this.#netOut = false
      this.#toNet = EMPTY_BYTES
    } else this.#toNet = this.#toNet.subarray(n)
  }
}

/** Carries bytes between the standard streams and a connected socket. */
export const readWrite = (net: number, options: NcOptions): Flow<void> => new Transfer(net, options).run()
