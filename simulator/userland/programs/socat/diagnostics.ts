// What socat says: a time stamp, its process, the level, the text.
import { isErr } from '../../../abi/errno.ts'
import type { Flow, SockAddr } from '../../../abi/syscalls.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'

export type Level = 'E' | 'W' | 'N' | 'I'
const ORDER: readonly Level[] = ['E', 'W', 'N', 'I']

export class Diagnostics {
  readonly #c: Crt
  readonly #shown: number
  /** `verbosity`: how many -d were given. */
  constructor(c: Crt, verbosity: number) {
    this.#c = c
    this.#shown = verbosity
  }
  *say(level: Level, text: string): Flow<void> {
    if (ORDER.indexOf(level) > this.#shown) return
    const time = yield* call('clock_gettime', 0)
    const pid = yield* call('getpid')
    yield* this.#c.stderr.write(`${strftime('%Y/%m/%d %H:%M:%S', isErr(time) ? 0 : time.sec)} socat[${isErr(pid) ? 0 : pid}] ${level} ${text}\n`)
  }
  *fail(text: string): Flow<never> {
    yield* this.say('E', text)
    yield* this.say('N', 'exit(1)')
    return exit(1)
  }
}

/** `AF=2 127.0.0.1:80` */
export function addressText(addr: SockAddr | undefined): string {
  switch (addr?.family) {
    case 'inet': return `AF=2 ${addr.addr}:${addr.port}`
    case 'inet6': return `AF=10 [${addr.addr}]:${addr.port}`
    case 'unix': return `AF=1 "${addr.path.replace(/\0/g, '\\0')}"`
    default: return ''
  }
}
export const addressLength = (addr: SockAddr): number => (addr.family === 'inet' ? 16 : addr.family === 'inet6' ? 28 : addr.family === 'unix' ? 2 + addr.path.length : 12)
