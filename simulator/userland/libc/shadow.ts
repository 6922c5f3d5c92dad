// The password database: getspnam(3) on /etc/shadow (shadow(5)), and asking for a password as PAM's pam_unix does.
import type { Flow } from '../../abi/syscalls.ts'
import { type Errno, isErr } from '../../abi/errno.ts'
import { ECHO, TCGETS, TCSETSF, type Termios } from '../../abi/termios.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import type { Crt } from './crt.ts'
import { call } from './syscall.ts'
import { readFile } from './unistd.ts'

export interface Shadow {
  readonly name: string
  /** The hash; `!` or `*` in front locks the account. */
  readonly passwd: string
}

/** The entry of a user, undefined if there is none, or why the file can't be read. */
export function* getspnam(name: string): Flow<Shadow | undefined | Errno> {
  const text = yield* readFile('/etc/shadow')
  if (isErr(text)) return text
  const line = text.split('\n').find((l) => l.startsWith(`${name}:`))
  return line === undefined ? undefined : { name, passwd: line.split(':')[1] ?? '' }
}

/** Prompts on stderr and reads a line from standard input, without echo on a terminal. Undefined at the end of the input. */
export function* askPassword(c: Crt, prompt: string): Flow<string | undefined> {
  yield* c.stderr.write(prompt)
  const saved = yield* call('ioctl', 0, TCGETS)
  const termios = isErr(saved) ? undefined : (saved as Termios)
  if (termios) yield* call('ioctl', 0, TCSETSF, { ...termios, lflag: termios.lflag & ~ECHO })
  const bytes: number[] = []
  let ended = false
  for (;;) {
    const byte = yield* call('read', 0, 1)
    if (isErr(byte) || byte.length === 0) {
      ended = bytes.length === 0
      break
    }
    if (byte[0] === 10) break
    bytes.push(byte[0])
  }
  if (termios) {
    yield* call('ioctl', 0, TCSETSF, termios)
    yield* c.stderr.write('\n')
  }
  return ended ? undefined : decodeUtf8(new Uint8Array(bytes))
}
