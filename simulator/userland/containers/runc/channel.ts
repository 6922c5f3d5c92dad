// The pipe between runc and `runc init`: one JSON value a line over a unix stream socket, read by one side at a time.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { close, writeAll } from '../../libc/unistd.ts'
import { fail } from '../go-error.ts'

const NEWLINE = 10

export class Channel {
  readonly fd: number
  #rest: Uint8Array = new Uint8Array()

  constructor(fd: number) {
    this.fd = fd
  }

  *send(value: unknown): Flow<void> {
    const written = yield* writeAll(this.fd, encodeUtf8(`${JSON.stringify(value)}\n`))
    if (isErr(written)) fail(`write init-p: ${written.message.toLowerCase()}`)
  }

  /** The next value; undefined at the end. A signal that interrupts the wait is not the end. */
  *receive(): Flow<unknown> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE)
      if (end >= 0) {
        const line = decodeUtf8(this.#rest.subarray(0, end))
        this.#rest = this.#rest.subarray(end + 1)
        return JSON.parse(line)
      }
      const part = yield* call('read', this.fd, 65536)
      if (isErr(part) && part.name === 'EINTR') continue
      if (isErr(part) || part.length === 0) return undefined
      this.#rest = concatBytes([this.#rest, part])
    }
  }

  close(): Flow<unknown> {
    return close(this.fd)
  }
}

/** What `runc init` first learns: the namespaces to make and to join, and the id maps its parent stage writes. */
export interface Bootstrap {
  /** CLONE_NEW… */
  readonly cloneFlags: number
  /** In the order they are joined. */
  readonly namespacePaths: readonly string[]
  readonly uidMap: string
  readonly gidMap: string
  readonly isRootless: boolean
  readonly oomScoreAdj: number | undefined
}
export interface StagePids {
  readonly stage1: number
  readonly stage2: number
}
export type SyncType = 'procError' | 'procReady' | 'procRun' | 'procHooks' | 'procResume' | 'createCgroupns'
export interface Sync {
  readonly type: SyncType
  readonly message?: string
}
