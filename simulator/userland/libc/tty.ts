// The width a program prints for: COLUMNS, the terminal's own size, or nothing if the output is no terminal.
import type { Flow } from '../../abi/syscalls.ts'
import { TIOCGWINSZ, type Winsize } from '../../abi/termios.ts'
import { isErr } from '../../abi/errno.ts'
import { call } from './syscall.ts'
import { isatty } from './unistd.ts'

/** The width of the terminal on `fd`, or undefined if it is none. */
export function* terminalWidth(fd: number, env: ReadonlyMap<string, string>): Flow<number | undefined> {
  if (!(yield* isatty(fd))) return undefined
  const columns = Number(env.get('COLUMNS'))
  if (Number.isInteger(columns) && columns > 0) return columns
  const size = yield* call('ioctl', fd, TIOCGWINSZ)
  const cols = isErr(size) ? 0 : (size as Winsize).cols
  return cols > 0 ? cols : 80
}
