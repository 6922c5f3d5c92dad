// One line from a descriptor that others read too: byte by byte, or in blocks with the rest given back by lseek where that is possible.
import type { Flow } from '../../abi/syscalls.ts'
import { type Errno, isErr } from '../../abi/errno.ts'
import { SEEK_CUR } from '../../abi/fcntl.ts'
import { concatBytes, decodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'

/** Bytes up to and with the delimiter; fewer at the end of the input; EINTR if a signal came first. */
export function* readBytes(fd: number, delimiter: number): Flow<Uint8Array | Errno> {
  const seekable = !isErr(yield* call('lseek', fd, 0, SEEK_CUR))
  const parts: Uint8Array[] = []
  for (;;) {
    const part = yield* call('read', fd, seekable ? 512 : 1)
    if (isErr(part)) return part
    if (part.length === 0) return concatBytes(parts)
    const end = part.indexOf(delimiter)
    if (end < 0) {
      parts.push(part)
      continue
    }
    parts.push(part.subarray(0, end + 1))
    if (end + 1 < part.length) yield* call('lseek', fd, end + 1 - part.length, SEEK_CUR)
    return concatBytes(parts)
  }
}

/** A line without its newline; undefined at the end of the input. */
export function* readLine(fd: number): Flow<string | undefined> {
  const bytes = yield* readBytes(fd, 10)
  if (isErr(bytes) || bytes.length === 0) return undefined
  return decodeUtf8(bytes).replace(/\n$/, '')
}
