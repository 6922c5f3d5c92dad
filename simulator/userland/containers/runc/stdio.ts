// The standard streams of what runc starts (tty.go, utils_linux.go: setupIO): inherited when runc leaves, copied through pipes or a terminal while it stays.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, POLLERR, POLLHUP, POLLIN } from '../../../abi/fcntl.ts'
import { SIGCHLD, SIGKILL, SIGPIPE, SIGSTOP, SIGURG, SIGWINCH, WEXITSTATUS, WIFEXITED, WNOHANG, WTERMSIG } from '../../../abi/signal.ts'
import { call } from '../../libc/syscall.ts'
import { close, sigaction, waitpid, writeAll } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import type { Stdio } from './launch.ts'
import { type HostTerminal, openHostTerminal } from './terminal.ts'

const SIGRTMAX = 64
const COPY_SIZE = 32768

/** From a descriptor to another until the first ends; `closes` the second then. */
interface Copy {
  readonly from: number
  readonly to: number
  readonly closes: boolean
  /** Input is not waited for at the end. */
  readonly isInput: boolean
}

export interface Attached {
  readonly stdio: Stdio
  /** Takes the terminal's master once the process has made one. */
  readonly afterStart: (pid: number) => Flow<void>
  readonly copies: Copy[]
  readonly terminal: HostTerminal | undefined
}

/** checkTerminal, before anything is made. */
export function checkTerminal(terminal: boolean, detaches: boolean, consoleSocket: string): void {
  if (detaches && terminal && consoleSocket === '') fail('cannot allocate tty if runc will detach without setting console socket')
  if ((!detaches || !terminal) && consoleSocket !== '') fail('cannot use console socket if runc will not detach or allocate tty')
}

/** `detaches`: the process keeps runc's own streams, or its terminal goes to whoever listens on the console socket. */
export function* setUpIo(terminal: boolean, detaches: boolean, consoleSocket: string): Flow<Attached> {
  const nothing = function* (): Flow<void> {}
  if (terminal) {
    if (!detaches) {
      const host = yield* openHostTerminal()
      const copies: Copy[] = []
      const afterStart = function* (): Flow<void> {
        const master = yield* host.receiveMaster()
        copies.push({ from: 0, to: master, closes: false, isInput: true }, { from: master, to: 1, closes: false, isInput: false })
      }
      return { stdio: { fds: [0, 1, 2], console: host.childEnd, closeAfter: [host.childEnd] }, afterStart, copies, terminal: host }
    }
    const fd = check(yield* call('socket', 'unix', 'stream|cloexec', 0), 'socket')
    check(yield* call('connect', fd, { family: 'unix', path: consoleSocket }), `dial unix ${consoleSocket}: connect`)
    return { stdio: { fds: [0, 1, 2], console: fd, closeAfter: [fd] }, afterStart: nothing, copies: [], terminal: undefined }
  }
  if (detaches) return { stdio: { fds: [0, 1, 2], console: undefined, closeAfter: [] }, afterStart: nothing, copies: [], terminal: undefined }
  const input = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const output = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const errors = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  return {
    stdio: { fds: [input[0], output[1], errors[1]], console: undefined, closeAfter: [input[0], output[1], errors[1]] }, afterStart: nothing, terminal: undefined,
    copies: [
      { from: 0, to: input[1], closes: true, isInput: true }, { from: output[0], to: 1, closes: false, isInput: false }, { from: errors[0], to: 2, closes: false, isInput: false },
    ],
  }
}

/** Stays until the process has ended and everything it wrote has been passed on; signals go to the process. Answers its exit status. */
export function* forward(attached: Attached, pid: number): Flow<number> {
  const [awake, alarm] = check(yield* call('pipe2', O_CLOEXEC), 'pipe2')
  const pending: number[] = []
  const wake = function* (sig: number): Flow<void> {
    pending.push(sig)
    yield* call('write', alarm, new Uint8Array([sig]))
  }
  for (let sig = 1; sig <= SIGRTMAX; sig++) if (sig !== SIGKILL && sig !== SIGSTOP && sig !== SIGURG && sig !== SIGPIPE && sig !== 32 && sig !== 33) yield* sigaction(sig, wake)
  yield* attached.terminal?.resizeTo() ?? nothing()
  let open = [...attached.copies]
  let status = yield* reapAll(pid)
  while (status === undefined || open.some(({ isInput }) => !isInput)) {
    const watched = status === undefined ? open : open.filter(({ isInput }) => !isInput)
    const events = yield* call('poll', [{ fd: awake, events: POLLIN }, ...watched.map(({ from }) => ({ fd: from, events: POLLIN }))], -1)
    if (!isErr(events)) {
      if ((events[0] & POLLIN) !== 0) yield* call('read', awake, 64)
      for (const [index, copy] of watched.entries()) {
        if ((events[index + 1] & (POLLIN | POLLHUP | POLLERR)) === 0) continue
        if (!(yield* copyOnce(copy))) open = open.filter((other) => other !== copy)
      }
    }
    for (const sig of pending.splice(0)) {
      if (sig === SIGCHLD) status ??= yield* reapAll(pid)
      else if (sig === SIGWINCH) yield* attached.terminal?.resizeTo() ?? nothing()
      else yield* call('kill', pid, sig)
    }
  }
  yield* attached.terminal?.restore() ?? nothing()
  return status
}
function* nothing(): Flow<void> {}

function* copyOnce({ from, to, closes }: Copy): Flow<boolean> {
  const data = yield* call('read', from, COPY_SIZE)
  if (data === Errno.EINTR || data === Errno.EAGAIN) return true
  const isOver = isErr(data) || data.length === 0
  if (!isOver && !isErr(yield* writeAll(to, data))) return true
  if (closes) yield* close(to)
  if (from !== 0) yield* close(from)
  return false
}

/** Buries every child that has ended; answers the status of `pid` if it was among them: 128 + signal if killed. */
function* reapAll(pid: number): Flow<number | undefined> {
  let found: number | undefined
  for (;;) {
    const result = yield* waitpid(-1, WNOHANG)
    if (isErr(result) || result.pid === 0) return found
    if (result.pid === pid) found = WIFEXITED(result.status) ? WEXITSTATUS(result.status) : 128 + WTERMSIG(result.status)
  }
}
