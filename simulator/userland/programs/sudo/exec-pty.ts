// sudo with `Defaults use_pty`: the command gets a pseudo terminal of its own, so that it can't inject input into the user's. Three processes: sudo copies
// between both terminals, its monitor leads the new session, the command runs in the foreground of it.
// Simpler: standard streams that are no terminal are handed to the command as they are, not through pipes.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_NOCTTY, O_RDWR, POLLERR, POLLHUP, POLLIN } from '../../../abi/fcntl.ts'
import { SIGCONT, SIGHUP, SIGSTOP, SIGTERM, SIGTTOU, SIGWINCH, WIFSTOPPED, WUNTRACED } from '../../../abi/signal.ts'
import {
  ECHO, ICANON, ICRNL, IEXTEN, ISIG, IXON, OPOST, TCGETS, TCSETSF, type Termios, TIOCGPGRP, TIOCGPTN, TIOCGWINSZ, TIOCSCTTY, TIOCSPGRP, TIOCSPTLCK, TIOCSWINSZ,
} from '../../../abi/termios.ts'
import { encodeUtf8, decodeUtf8 } from '../../../lib/bytes.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { close, isatty, kill, open, read, sigaction, waitpid, writeAll } from '../../libc/unistd.ts'
import { endAs, executeNoPty, type RunDetails, runCommand } from './execute.ts'

interface Pty { readonly master: number; readonly slave: number }

function* openPty(uid: number): Flow<Pty | undefined> {
  const master = yield* open('/dev/ptmx', O_RDWR | O_NOCTTY | O_CLOEXEC)
  if (isErr(master)) return undefined
  yield* call('ioctl', master, TIOCSPTLCK, 0)
  const number = yield* call('ioctl', master, TIOCGPTN)
  const path = `/dev/pts/${String(number)}`
  yield* call('fchownat', -100, path, uid, -1, 0)
  const slave = yield* open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
  if (isErr(slave)) {
    yield* close(master)
    return undefined
  }
  return { master, slave }
}

/** Runs the command on a new pseudo terminal if the user has a terminal, else without. */
export function* executeWithPty(c: Crt, d: RunDetails): Flow<number> {
  const tty = yield* open('/dev/tty', O_RDWR | O_CLOEXEC)
  if (isErr(tty)) return yield* executeNoPty(c, d)
  const pty = yield* openPty(d.uid)
  const channel = yield* call('pipe2', O_CLOEXEC)
  if (pty === undefined || isErr(channel)) {
    yield* warn(c, 'unable to allocate pty')
    return 1
  }
  const [reports, report] = channel
  const saved = yield* call('ioctl', tty, TCGETS)
  const termios = isErr(saved) ? undefined : (saved as Termios)
  if (termios) yield* call('ioctl', pty.slave, TCSETSF, termios)
  yield* copySize(tty, pty.master)
  const monitor = yield* forkChild(c, (child) => runMonitor(child, d, pty, report))
  if (isErr(monitor)) {
    yield* warn(c, 'unable to fork', monitor)
    return 1
  }
  yield* close(pty.slave)
  yield* close(report)
  const status = yield* new Relay(tty, pty.master, reports, monitor, termios).run()
  yield* waitpid(monitor)
  return yield* endAs(status)
}

function* copySize(from: number, to: number): Flow<void> {
  const size = yield* call('ioctl', from, TIOCGWINSZ)
  if (!isErr(size)) yield* call('ioctl', to, TIOCSWINSZ, size)
}

/** Leads the new session, starts the command in its foreground and reports `pid N`, then each wait status. */
function* runMonitor(c: Crt, d: RunDetails, pty: Pty, report: number): Flow<number> {
  yield* close(pty.master)
  yield* call('setsid')
  yield* call('ioctl', pty.slave, TIOCSCTTY, 0)
  yield* sigaction(SIGTTOU, 'ignore')
  const pid = yield* forkChild(c, function* (child) {
    yield* call('setpgid', 0, 0)
    yield* call('ioctl', pty.slave, TIOCSPGRP, (yield* call('getpid')) as number)
    yield* sigaction(SIGTTOU, 'default')
    for (const fd of [0, 1, 2]) if (yield* isatty(fd)) yield* call('dup2', pty.slave, fd)
    return yield* runCommand(child, d)
  })
  if (isErr(pid)) return 1
  yield* call('setpgid', pid, pid)
  yield* call('ioctl', pty.slave, TIOCSPGRP, pid)
  yield* writeAll(report, encodeUtf8(`pid ${pid}\n`))
  for (;;) {
    const result = yield* waitpid(pid, WUNTRACED)
    if (result === E.EINTR) continue
    if (isErr(result)) return 1
    const isOver = !WIFSTOPPED(result.status)
    // What the command left in the background mustn't get the SIGHUP of this session's end, so the foreground is taken back first.
    if (isOver) yield* call('ioctl', pty.slave, TIOCSPGRP, (yield* call('getpgid', 0)) as number)
    yield* writeAll(report, encodeUtf8(`status ${result.status}\n`))
    if (isOver) return 0
  }
}

/** The user's side: raw terminal while in the foreground, bytes both ways, signals and stops handed on. */
class Relay {
  readonly #tty: number
  readonly #master: number
  readonly #reports: number
  readonly #monitor: number
  readonly #termios: Termios | undefined
  #command = 0
  #raw = false
  #status: number | undefined

  constructor(tty: number, master: number, reports: number, monitor: number, termios: Termios | undefined) {
    this.#tty = tty
    this.#master = master
    this.#reports = reports
    this.#monitor = monitor
    this.#termios = termios
  }

  *run(): Flow<number> {
    const tty = this.#tty
    const master = this.#master
    const relay = (sig: number): Flow<0 | typeof E.EPERM> => kill(this.#command === 0 ? this.#monitor : this.#command, sig)
    for (const sig of [SIGTERM, SIGHUP]) yield* sigaction(sig, function* handOn(s: number) { yield* relay(s) })
    yield* sigaction(SIGWINCH, () => copySize(tty, master))
    yield* this.#goRaw()
    while (this.#status === undefined) yield* this.#step()
    yield* this.#drain()
    yield* this.#restore()
    return this.#status
  }

  *#isForeground(): Flow<boolean> {
    return (yield* call('ioctl', this.#tty, TIOCGPGRP)) === (yield* call('getpgid', 0))
  }

  *#goRaw(): Flow<void> {
    if (!this.#termios || this.#raw || !(yield* this.#isForeground())) return
    const t = this.#termios
    yield* call('ioctl', this.#tty, TCSETSF, {
      ...t, iflag: t.iflag & ~(ICRNL | IXON), oflag: t.oflag & ~OPOST, lflag: t.lflag & ~(ECHO | ICANON | ISIG | IEXTEN), cc: { ...t.cc, min: 1, time: 0 },
    })
    this.#raw = true
  }

  *#restore(): Flow<void> {
    if (this.#raw && this.#termios && (yield* this.#isForeground())) yield* call('ioctl', this.#tty, TCSETSF, this.#termios)
    this.#raw = false
  }

  *#step(): Flow<void> {
    const fds = [{ fd: this.#master, events: POLLIN }, { fd: this.#reports, events: POLLIN }, ...(this.#raw ? [{ fd: this.#tty, events: POLLIN }] : [])]
    const ready = yield* call('poll', fds, -1)
    if (isErr(ready)) return
    const [output, news, input = 0] = ready
    if ((output & POLLIN) !== 0) yield* this.#copy(this.#master, 1)
    else if ((news & (POLLIN | POLLHUP | POLLERR)) !== 0) yield* this.#readReport()
    else if ((output & (POLLHUP | POLLERR)) !== 0) yield* this.#readReport()
    if ((input & POLLIN) !== 0) yield* this.#copy(this.#tty, this.#master)
  }

  *#copy(from: number, to: number): Flow<boolean> {
    const data = yield* read(from, 4096)
    if (isErr(data) || data.length === 0) return false
    yield* writeAll(to === 1 ? this.#tty : to, data)
    return true
  }

  *#readReport(): Flow<void> {
    const data = yield* read(this.#reports, 4096)
    if (data === E.EINTR) return
    if (isErr(data) || data.length === 0) {
      this.#status ??= 1 << 8
      return
    }
    for (const line of decodeUtf8(data).split('\n')) {
      const [word, value] = line.split(' ')
      if (word === 'pid') this.#command = Number(value)
      else if (word === 'status' && WIFSTOPPED(Number(value))) yield* this.#suspend()
      else if (word === 'status') this.#status = Number(value)
    }
  }

  /** The command stopped: so do we, with the user's terminal as it was; on going on it goes on too. */
  *#suspend(): Flow<void> {
    yield* this.#flushOutput()
    yield* this.#restore()
    yield* kill((yield* call('getpid')) as number, SIGSTOP)
    yield* this.#goRaw()
    yield* copySize(this.#tty, this.#master)
    yield* kill(-this.#command, SIGCONT)
  }

  *#flushOutput(): Flow<void> {
    for (;;) {
      const ready = yield* call('poll', [{ fd: this.#master, events: POLLIN }], 0)
      if (isErr(ready) || (ready[0] & POLLIN) === 0 || !(yield* this.#copy(this.#master, 1))) return
    }
  }

  *#drain(): Flow<void> {
    yield* this.#flushOutput()
    yield* close(this.#master)
  }
}
