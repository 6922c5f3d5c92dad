// Input files of the text commands: `-` is standard input, complaints are `NAME: FILE: strerror`.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { quotef } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { InStream } from '../../libc/stdio.ts'
import { close, open } from '../../libc/unistd.ts'

/** Opens a named file or standard input. */
export function* openInput(c: Crt, name: string): Flow<InStream | Errno> {
  if (name === '-') return c.stdin
  const fd = yield* open(name, O_RDONLY)
  return isErr(fd) ? fd : new InStream(fd)
}

/** Reads each file in turn with `read`, which answers false to stop early. The result is true if all could be read. `cannotOpen` words the complaint. */
export function* forEachInput(
  c: Crt, names: readonly string[], read: (input: InStream, name: string) => Flow<boolean | undefined>, cannotOpen: (name: string) => string = quotef,
): Flow<boolean> {
  let ok = true
  for (const name of names.length > 0 ? names : ['-']) {
    const input = yield* openInput(c, name)
    const goOn = isErr(input) ? true : yield* read(input, name)
    const error = isErr(input) ? input : input.error
    if (error !== undefined) {
      yield* warn(c, isErr(input) ? cannotOpen(name) : quotef(name), error)
      ok = false
    }
    if (!isErr(input) && input.fd !== 0) yield* close(input.fd)
    if (goOn === false) break
  }
  return ok
}

/** All lines of the files as bytes without their delimiter. */
export function* readLines(c: Crt, names: readonly string[], delimiter = 10): Flow<{ readonly lines: readonly Uint8Array[]; readonly ok: boolean }> {
  const lines: Uint8Array[] = []
  const ok = yield* forEachInput(c, names, function* (input) {
    for (;;) {
      const line = yield* input.lineBytes(delimiter)
      if (line === undefined) return undefined
      lines.push(line.at(-1) === delimiter ? line.subarray(0, -1) : line)
    }
  })
  return { lines, ok }
}
