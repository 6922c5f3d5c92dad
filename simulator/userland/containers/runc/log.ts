// runc's log: logrus with its text and JSON formats, on stderr or in the file of --log. On a terminal levels are short and coloured.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../../abi/fcntl.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { isatty, open, writeAll } from '../../libc/unistd.ts'
import { fail, goText } from '../go-error.ts'
import { rfc3339, timeNow } from '../go-time.ts'
import { goJson } from './spec.ts'

export type Level = 'error' | 'warning' | 'info' | 'debug'
const COLOURS: Readonly<Record<Level, number>> = { error: 31, warning: 33, info: 36, debug: 37 }
const PLAIN = /^[\w\-./@^+]+$/

export class Log {
  readonly #fd: number
  readonly #isJson: boolean
  readonly #start: number

  private constructor(fd: number, isJson: boolean, start: number) {
    this.#fd = fd
    this.#isJson = isJson
    this.#start = start
  }

  /** `file` undefined or empty: stderr. */
  static *open(file: string | undefined, format: string): Flow<Log> {
    if (format !== 'text' && format !== 'json') fail(`invalid log-format: ${format}`)
    const { sec } = yield* timeNow()
    if (file === undefined || file === '' || file === '/dev/stderr') return new Log(2, format === 'json', sec)
    const fd = yield* open(file, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o644)
    if (isErr(fd)) return fail(`open ${file}: ${goText(fd)}`)
    return new Log(fd, format === 'json', sec)
  }

  get isStderr(): boolean {
    return this.#fd === 2
  }

  *write(level: Level, message: string): Flow<void> {
    const { sec } = yield* timeNow()
    yield* writeAll(this.#fd, encodeUtf8(yield* this.#line(level, message, sec)))
  }

  *#line(level: Level, message: string, now: number): Flow<string> {
    const time = rfc3339(now)
    if (this.#isJson) return `${goJson({ level, msg: message, time })}\n`
    if (yield* isatty(this.#fd)) {
      const elapsed = String(now - this.#start).padStart(4, '0')
      return `\x1b[${COLOURS[level]}m${level.toUpperCase().slice(0, 4)}\x1b[0m[${elapsed}] ${message.padEnd(44)} \n`
    }
    return `time="${time}" level=${level} msg=${PLAIN.test(message) ? message : JSON.stringify(message)}\n`
  }
}
