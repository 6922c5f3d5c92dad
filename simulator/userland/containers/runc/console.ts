// The container's terminal (libcontainer/init_linux.go: setupConsole): a pty of the container's own devpts; its master goes out through the console socket.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_NOCTTY, O_RDWR } from '../../../abi/fcntl.ts'
import { MS_BIND } from '../../../abi/mount.ts'
import { TIOCGPTN, TIOCSCTTY, TIOCSPTLCK, TIOCSWINSZ } from '../../../abi/termios.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, open } from '../../libc/unistd.ts'
import { check, fail } from '../go-error.ts'
import type { InitContext } from './init.ts'

/** `mounts`: also as /dev/console. */
export function* setUpConsole({ consoleFd, init }: InitContext, mounts: boolean): Flow<void> {
  if (consoleFd === undefined) return fail('console socket is missing')
  const master = check(yield* open('/dev/ptmx', O_RDWR | O_NOCTTY | O_CLOEXEC), 'open /dev/ptmx')
  const number = check(yield* call('ioctl', master, TIOCGPTN), 'ioctl TIOCGPTN') as number
  check(yield* call('ioctl', master, TIOCSPTLCK, 0), 'ioctl TIOCSPTLCK')
  const slave = `/dev/pts/${number}`
  check(yield* call('fchownat', AT_FDCWD, slave, init.uid, init.gid, 0), `chown ${slave}`)
  if (init.consoleSize !== undefined && init.consoleSize.height > 0) {
    yield* call('ioctl', master, TIOCSWINSZ, { rows: init.consoleSize.height, cols: init.consoleSize.width })
  }
  if (mounts) yield* mountConsole(slave)
  check(yield* call('sendmsg', consoleFd, { data: encodeUtf8('/dev/ptmx'), fds: [master] }), 'sendmsg')
  yield* close(consoleFd)
  const fd = check(yield* open(slave, O_RDWR), `open ${slave}`)
  for (const target of [0, 1, 2]) check(yield* call('dup3', fd, target, 0), 'dup3')
  if (fd > 2) yield* close(fd)
  yield* close(master)
  check(yield* call('ioctl', 0, TIOCSCTTY, 0), 'ioctl TIOCSCTTY')
}

function* mountConsole(slave: string): Flow<void> {
  const old = yield* call('umask', 0)
  const fd = yield* open('/dev/console', O_CREAT | O_RDWR | O_NOCTTY, 0o666)
  if (!isErr(old)) yield* call('umask', old)
  if (!isErr(fd)) yield* close(fd)
  check(yield* call('mount', slave, '/dev/console', 'bind', MS_BIND, ''), `mount ${slave}:/dev/console`)
}
