// The terminal under an interactive shell: job-control set-up, window size, raw mode for the line editor. See termios(3), tty_ioctl(4).
import type { Flow } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { F_DUPFD_CLOEXEC, O_RDWR } from '../../abi/fcntl.ts'
import { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIG_DFL, SIG_IGN } from '../../abi/signal.ts'
import {
  ECHO, ICANON, ICRNL, IEXTEN, INLCR, TCGETS, TCSETSW, type Termios, TIOCGPGRP, TIOCGWINSZ, TIOCSPGRP, type Winsize,
} from '../../abi/termios.ts'
import { call } from '../libc/syscall.ts'
import { close, open, sigaction } from '../libc/unistd.ts'
import { interactiveHandler } from './signals.ts'
import type { Shell } from './state.ts'
import { newVariable } from './variables.ts'

export class Terminal {
  readonly fd: number
  readonly originalPgid: number
  /** Modes that commands run with: as the last command left them. */
  #cooked: Termios | undefined

  constructor(fd: number, originalPgid: number) {
    this.fd = fd
    this.originalPgid = originalPgid
  }

  *columns(): Flow<number> {
    const size = yield* call('ioctl', this.fd, TIOCGWINSZ)
    return isErr(size) ? 80 : (size as Winsize).cols || 80
  }

  /** rl_prep_terminal: character at a time, no echo, Enter as \r; signals stay on. */
  *raw(): Flow<void> {
    const modes = yield* call('ioctl', this.fd, TCGETS)
    if (isErr(modes)) return
    const old = modes as Termios
    this.#cooked = old
    yield* call('ioctl', this.fd, TCSETSW, {
      ...old, iflag: old.iflag & ~(ICRNL | INLCR), lflag: old.lflag & ~(ICANON | ECHO | IEXTEN), cc: { ...old.cc, min: 1, time: 0 },
    })
  }

  *cooked(): Flow<void> {
    if (this.#cooked) yield* call('ioctl', this.fd, TCSETSW, this.#cooked)
  }
}

/** Makes the shell the leader of its own process group in the terminal's foreground (initialize_job_control). */
export function* startJobControl(sh: Shell): Flow<Terminal> {
  const tty = yield* open('/dev/tty', O_RDWR)
  let fd = isErr(tty) ? 2 : tty
  const high = yield* call('fcntl', fd, F_DUPFD_CLOEXEC, sh.bash ? 255 : 10)
  if (!isErr(high)) {
    if (!isErr(tty)) yield* close(tty)
    fd = high
  }
  const mine = yield* call('getpgid', 0)
  const original = isErr(mine) ? 0 : mine
  const terminal = new Terminal(fd, original)
  const foreground = yield* call('ioctl', fd, TIOCGPGRP)
  if (isErr(foreground)) {
    const why = foreground === Errno.ENOTTY ? 'Inappropriate ioctl for device' : foreground.message
    if (sh.bash) yield* sh.write2(`${sh.arg0}: cannot set terminal process group (${original === 0 ? -1 : original}): ${why}\n${sh.arg0}: no job control in this shell\n`)
    else if (sh.dialect === 'dash') yield* sh.write2(`${sh.arg0}: 0: can't access tty; job control turned off\n`)
    else yield* sh.write2(`${sh.arg0}: can't access tty; job control turned off\n`)
    yield* interactiveSignals(sh, false)
    return terminal
  }
  yield* interactiveSignals(sh, true)
  if (original !== sh.pid) {
    yield* call('setpgid', 0, sh.pid)
  }
  yield* call('ioctl', fd, TIOCSPGRP, sh.pid)
  sh.terminal = { fd, pgid: sh.pid }
  sh.options.add('monitor')
  return terminal
}

function* interactiveSignals(sh: Shell, jobControl: boolean): Flow<void> {
  yield* sigaction(SIGINT, interactiveHandler(sh))
  yield* sigaction(SIGTERM, SIG_IGN)
  yield* sigaction(SIGQUIT, SIG_IGN)
  if (!jobControl) return
  for (const sig of [SIGTSTP, SIGTTIN, SIGTTOU]) yield* sigaction(sig, SIG_IGN)
}

/** Gives the terminal back to the process group the shell was started in (end_job_control). */
export function* endJobControl(sh: Shell, terminal: Terminal): Flow<void> {
  if (sh.terminal.fd < 0 || terminal.originalPgid === sh.terminal.pgid) return
  const given = yield* call('ioctl', terminal.fd, TIOCSPGRP, terminal.originalPgid)
  if (isErr(given) && sh.dialect === 'dash') yield* sh.error(`Cannot set tty process group (${given.message})`, '')
}

/** What exec has to undo before another program takes over. */
export function* leaveJobControl(sh: Shell, terminal: Terminal): Flow<void> {
  yield* endJobControl(sh, terminal)
  if (sh.terminal.fd >= 0 && terminal.originalPgid > 0 && terminal.originalPgid !== sh.terminal.pgid) yield* call('setpgid', 0, terminal.originalPgid)
  for (const sig of [SIGTERM, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU]) yield* sigaction(sig, SIG_DFL)
}

/** checkwinsize: COLUMNS and LINES follow the window. */
export function* updateWindow(sh: Shell, terminal: Terminal): Flow<void> {
  const size = yield* call('ioctl', terminal.fd, TIOCGWINSZ)
  if (isErr(size)) return
  const { rows, cols } = size as Winsize
  if (cols > 0) sh.vars.map.set('COLUMNS', { ...(sh.vars.map.get('COLUMNS') ?? newVariable()), value: String(cols) })
  if (rows > 0) sh.vars.map.set('LINES', { ...(sh.vars.map.get('LINES') ?? newVariable()), value: String(rows) })
}
