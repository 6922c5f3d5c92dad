// The terminal side of attach, run and exec: raw mode, copying both ways, the detach keys, signals and sizes passed on.
import { isErr } from '../../../../abi/errno.ts'
import { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH } from '../../../../abi/signal.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { TCGETS, TCSETSF, type Termios, TIOCGWINSZ, type Winsize } from '../../../../abi/termios.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { isatty, sigaction, writeAll } from '../../../libc/unistd.ts'
import { makeRaw } from './raw-mode.ts'
import { FrameReader } from '../stdcopy.ts'
import type { Cli } from './cli.ts'
import { type Hijacked, query, RequestError } from './connection.ts'

const DEFAULT_KEYS = [16, 17]

/** `ctrl-p,ctrl-q` as bytes; undefined if it can't be understood. */
export function parseDetachKeys(text: string): readonly number[] | undefined {
  if (text === '') return DEFAULT_KEYS
  const keys: number[] = []
  for (const key of text.split(',')) {
    const m = /^ctrl-([a-z@[\\\]^_])$/.exec(key)
    if (m !== null) keys.push(m[1].charCodeAt(0) & 31)
    else if (key.length === 1) keys.push(key.charCodeAt(0))
    else return undefined
  }
  return keys
}

export interface StreamOptions {
  readonly stdin: boolean
  readonly isTerminal: boolean
  readonly detachKeys: readonly number[]
}
export type StreamEnd = 'closed' | 'detached'

/** Copies until the daemon hangs up or the user detaches. */
export function* pump(cli: Cli, { fd, rest }: Hijacked, options: StreamOptions): Flow<StreamEnd> {
  const { rt } = cli
  const raw = options.isTerminal && options.stdin && (yield* isatty(0)) ? yield* setRaw() : undefined
  const state = { end: undefined as StreamEnd | undefined }
  const over = new Signal()
  const finish = (end: StreamEnd): void => {
    state.end ??= end
    over.wake()
  }
  rt.go(copyOut(cli, fd, rest, options.isTerminal, finish))
  if (options.stdin) rt.go(copyIn(cli, fd, options, finish))
  while (state.end === undefined) yield* rt.wait(over)
  if (raw !== undefined) yield* call('ioctl', 0, TCSETSF, raw)
  yield* rt.close(fd)
  return state.end
}

function* setRaw(): Flow<Termios | undefined> {
  const termios = yield* call('ioctl', 0, TCGETS)
  if (isErr(termios)) return undefined
  yield* call('ioctl', 0, TCSETSF, makeRaw(termios as Termios))
  return termios as Termios
}

function* copyOut(cli: Cli, fd: number, first: Uint8Array, isTerminal: boolean, finish: (end: StreamEnd) => void): Flow<void> {
  const frames = new FrameReader()
  let data: Uint8Array = first
  for (;;) {
    if (isTerminal) yield* writeAll(1, data)
    else {
      frames.push(data)
      for (let f = frames.next(); f !== undefined; f = frames.next()) yield* writeAll(f.stream === 2 ? 2 : 1, f.data)
    }
    const got = yield* cli.rt.read(fd)
    if (isErr(got) || got.length === 0) break
    data = got
  }
  finish('closed')
}

function* copyIn(cli: Cli, fd: number, options: StreamOptions, finish: (end: StreamEnd) => void): Flow<void> {
  let matched = 0
  for (;;) {
    const data = yield* cli.rt.read(0)
    if (isErr(data) || data.length === 0) break
    let out = data
    if (options.isTerminal) {
      const kept: number[] = []
      for (const byte of data) {
        if (byte === options.detachKeys[matched]) {
          matched += 1
          if (matched === options.detachKeys.length) return finish('detached')
          continue
        }
        kept.push(...options.detachKeys.slice(0, matched), byte)
        matched = 0
      }
      out = new Uint8Array(kept)
    }
    if (out.length > 0 && isErr(yield* cli.rt.write(fd, out))) return
  }
  yield* call('shutdown', fd, 1)
}

/** Tells the daemon the terminal's size; before the start of a process its terminal gets that size. */
export function* tellSize(cli: Cli, target: string, more = 0): Flow<void> {
  const size = yield* call('ioctl', 1, TIOCGWINSZ)
  if (isErr(size)) return
  const { rows, cols } = size as Winsize
  if (rows === 0 && cols === 0) return
  try {
    yield* cli.api.request('POST', `${target}/resize${query({ h: rows + more, w: cols + more })}`)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
  }
}
/** Tells it whenever the size changes. `nudge`: at once, and first another one, so that a program draws its prompt again. */
export function* watchSize(cli: Cli, target: string, nudge = false): Flow<void> {
  if (nudge) {
    yield* tellSize(cli, target, 1)
    yield* tellSize(cli, target)
  }
  yield* sigaction(SIGWINCH, function* () {
    cli.rt.go(tellSize(cli, target))
  })
}

const FORWARDED: readonly (readonly [number, string])[] = [[SIGHUP, 'HUP'], [SIGINT, 'INT'], [SIGQUIT, 'QUIT'], [SIGTERM, 'TERM']]

/** --sig-proxy: what the client is sent goes to the container's first process. */
export function* forwardSignals(cli: Cli, container: string): Flow<void> {
  for (const [number, name] of FORWARDED) {
    yield* sigaction(number, function* () {
      cli.rt.go((function* () {
        try {
          yield* cli.api.request('POST', `/containers/${container}/kill?signal=${name}`)
        } catch (thrown) {
          if (!(thrown instanceof RequestError)) throw thrown
        }
      })())
    })
  }
}
