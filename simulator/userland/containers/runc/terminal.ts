// runc run with a terminal of its own (tty.go): the container makes a pty and passes its master here; the user's terminal becomes raw while both are coupled.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDWR } from '../../../abi/fcntl.ts'
import { TCGETS, TCSETS, type Termios, TIOCGWINSZ, TIOCSWINSZ } from '../../../abi/termios.ts'
import { call } from '../../libc/syscall.ts'
import { close, isatty, open } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import { makeRaw } from '../../libc/tty.ts'

export interface HostTerminal {
  /** The end of the console socket that the container's process gets. */
  readonly childEnd: number
  receiveMaster(): Flow<number>
  /** Gives the container's terminal the size of the user's. */
  resizeTo(): Flow<void>
  restore(): Flow<void>
}

/** console.Current(): whichever of the standard streams is a terminal; /dev/tty otherwise. */
export function* openHostTerminal(): Flow<HostTerminal> {
  let tty = -1
  for (const fd of [2, 1, 0]) {
    if (!(yield* isatty(fd))) continue
    tty = fd
    break
  }
  if (tty < 0) tty = check(yield* open('/dev/tty', O_RDWR | O_CLOEXEC), 'open /dev/tty')
  const [parentEnd, childEnd] = check(yield* call('socketpair', 'unix', 'stream|cloexec'), 'socketpair')
  let master = -1
  let old: Termios | undefined
  return {
    childEnd,
    *receiveMaster() {
      const message = yield* call('recvmsg', parentEnd, 0)
      const fd = isErr(message) ? undefined : (message as { readonly fds?: readonly number[] }).fds?.[0]
      if (fd === undefined) return fail('recvfd: no file descriptor')
      master = fd
      yield* close(parentEnd)
      const settings = yield* call('ioctl', tty, TCGETS)
      if (!isErr(settings)) {
        old = settings as Termios
        yield* call('ioctl', tty, TCSETS, makeRaw(old))
      }
      return fd
    },
    *resizeTo() {
      const size = yield* call('ioctl', tty, TIOCGWINSZ)
      if (master >= 0 && !isErr(size)) yield* call('ioctl', master, TIOCSWINSZ, size)
    },
    *restore() {
      if (old !== undefined) yield* call('ioctl', tty, TCSETS, old)
    },
  }
}
