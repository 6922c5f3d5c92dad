// reset(1) of ncurses 6.4: gives a terminal that a program has left in a mess its usual modes and state back. Simpler: no questions, no -m mappings.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { DEFAULT_TERMIOS, TCGETS, TCSETSW } from '../../../abi/termios.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { resetStrings, terminalNamed, terminalOptions } from './tput.ts'

const USAGE = `Usage: reset [options] [terminal]

Options:
  -c          set control characters
  -e ch       erase character
  -I          no initialization strings
  -i ch       interrupt character
  -k ch       kill character
  -m mapping  map identifier to type
  -Q          do not output control key settings
  -q          display term only, do no changes
  -r          display term on stderr
  -s          output TERM set command
  -V          print curses-version
  -w          set window-size

If neither -c/-w are given, both are assumed.
`

export function* reset(c: Crt): Flow<number> {
  const { flags, term, operands } = yield* terminalOptions(c, 'ace:Ii:k:m:nQqrSsT:Vw', USAGE, 1)
  let tty: number | undefined
  for (const fd of [2, 1, 0]) {
    const modes = yield* call('ioctl', fd, TCGETS)
    if (!isErr(modes)) {
      tty = fd
      break
    }
  }
  if (tty === undefined) return yield* fail(c, 1, 'terminal attributes', Errno.ENXIO)
  const name = operands[0] ?? term
  const terminal = yield* terminalNamed(c, name)
  if (flags.has('q')) {
    yield* c.stdout.write(`${name}\n`)
    return 0
  }
  yield* call('ioctl', tty, TCSETSW, DEFAULT_TERMIOS)
  if (!flags.has('I')) yield* c.stderr.write(`${resetStrings(terminal, true)}\r`)
  if (flags.has('s')) yield* c.stdout.write(`TERM=${name};\n`)
  return 0
}
