// The shim's calls of runc (containerd/go-runc): one command, its errors read from log.json.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDWR } from '../../../abi/fcntl.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, execvpe, open, readFile, unlink, writeAll } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import type { Reaper } from './reaper.ts'

/** Descriptors that runc gets as 0, 1 and 2; /dev/null where undefined. */
export type Streams = readonly [number | undefined, number | undefined, number | undefined]
const NO_STREAMS: Streams = [undefined, undefined, undefined]

export interface RuncClient {
  /** --root */
  readonly root: string
  readonly bundle: string
  readonly env: readonly string[]
  readonly reaper: Reaper
}

/** Runs `runc ARGS`; throws what it logged as its error, `WHAT failed: message`. */
export function* runRunc(client: RuncClient, what: string, args: readonly string[], streams = NO_STREAMS, input?: string): Flow<void> {
  const log = `${client.bundle}/log.json`
  yield* unlink(log)
  const argv = ['runc', '--root', client.root, '--log', log, '--log-format', 'json', ...args]
  const feed = input === undefined ? undefined : check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const pid = check(yield* call('clone', 0, function* exec() {
    const empty = yield* open('/dev/null', O_RDWR)
    for (const [target, fd] of [feed?.[0] ?? streams[0], streams[1], streams[2]].entries()) {
      const from = fd ?? empty
      if (!isErr(from)) yield* call('dup2', from, target)
    }
    if (!isErr(empty) && empty > 2) yield* close(empty)
    yield* execvpe('runc', argv, client.env)
    return 127
  }), `OCI runtime ${what} failed: fork/exec runc`)
  if (feed !== undefined) {
    yield* close(feed[0])
    yield* writeAll(feed[1], encodeUtf8(input ?? ''))
    yield* close(feed[1])
  }
  const status = yield* client.reaper.exitOf(pid)
  if (status !== 0) fail(`OCI runtime ${what} failed: ${yield* lastError(log, status)}`)
}

/** The last error of the log (getLastRuntimeError). */
function* lastError(log: string, status: number): Flow<string> {
  const text = yield* readFile(log)
  let found: string | undefined
  for (const line of isErr(text) ? [] : text.split('\n')) {
    if (line === '') continue
    const entry = JSON.parse(line) as { readonly level?: string; readonly msg?: string }
    if (entry.level === 'error') found = entry.msg
  }
  return found ?? `runc exited with status ${status}`
}
