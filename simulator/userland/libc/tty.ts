// Terminals as programs handle them: the width to print for (COLUMNS, the terminal's own size, or nothing if the output is no terminal), cfmakeraw(3).
import type { Flow } from '../../abi/syscalls.ts'
import { ECHO, ECHONL, ICANON, ICRNL, IEXTEN, IGNCR, INLCR, ISIG, IXON, OPOST, type Termios, TIOCGWINSZ, type Winsize } from '../../abi/termios.ts'
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

/** cfmakeraw(3): bytes go through as they are, one at a time. */
export const makeRaw = (t: Termios): Termios => ({
  ...t, iflag: t.iflag & ~(INLCR | IGNCR | ICRNL | IXON), oflag: t.oflag & ~OPOST, lflag: t.lflag & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN), cc: { ...t.cc, min: 1, time: 0 },
})
