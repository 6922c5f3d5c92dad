// Where a shell's commands come from: a script file, standard input (shared with the commands it runs, so never read too far), or a string.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { readBytes } from './read-line.ts'

export interface Input {
  /** The next line with its newline (the last may lack it); undefined at the end. `continued` asks for PS2. */
  line(continued: boolean): Flow<string | undefined>
}

/** Lines of standard input, each read no further than its newline. */
export class StdinInput implements Input {
  *line(): Flow<string | undefined> {
    const bytes = yield* readBytes(0, 10)
    if (isErr(bytes) || bytes.length === 0) return undefined
    return decodeUtf8(bytes)
  }
}

/** A script file, read in blocks through a descriptor of its own. */
export class FileInput implements Input {
  readonly #fd: number
  #text = ''
  #rest: Uint8Array[] = []
  #eof = false

  constructor(fd: number) {
    this.#fd = fd
  }

  *line(): Flow<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n')
      if (end >= 0 || this.#eof) {
        if (this.#text === '') return undefined
        const line = end < 0 ? this.#text : this.#text.slice(0, end + 1)
        this.#text = this.#text.slice(line.length)
        return line
      }
      const part = yield* call('read', this.#fd, 65536)
      if (isErr(part) || part.length === 0) this.#eof = true
      else this.#text += decodeUtf8(part)
      if (this.#rest.length > 0) this.#rest = []
    }
  }
}
