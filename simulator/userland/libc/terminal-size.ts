// The size of the terminal that a program writes to. See ioctl_tty(2), TIOCGWINSZ.
import type { Flow } from '../../abi/syscalls.ts'
import { TIOCGWINSZ } from '../../abi/termios.ts'
import { call } from './syscall.ts'

interface Size { readonly rows: number; readonly cols: number }

/** Size of the terminal on standard output, or `otherwise`. */
export function* terminalSize(otherwise: Size): Flow<Size> {
  const size = (yield* call('ioctl', 1, TIOCGWINSZ)) as Size | object
  return 'cols' in size && size.cols > 0 ? size : otherwise
}
