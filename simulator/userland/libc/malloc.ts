// malloc(3) for what programs really hold in quantity: a heap that grows by mmap(2), so that memory limits and the OOM killer see it. What a program takes in small
// things is part of its footprint already, so the first 128 KiB are free.
import { isErr, type Errno } from '../../abi/errno.ts'
import type { Flow } from '../../abi/syscalls.ts'
import { call } from './syscall.ts'

const MMAP_THRESHOLD = 128 * 1024
const PROT_READ_WRITE = 3
const MAP_PRIVATE_ANONYMOUS = 0x22

export class Heap {
  #used = 0
  #reserved = MMAP_THRESHOLD
  readonly #areas: { readonly address: number; readonly length: number }[] = []

  /** For a child that is a copy of this process. */
  copy(): Heap {
    const copy = new Heap()
    copy.#used = this.#used
    copy.#reserved = this.#reserved
    copy.#areas.push(...this.#areas)
    return copy
  }

  /** Takes bytes more; ENOMEM when there are none. The process may be killed here instead. */
  *take(bytes: number): Flow<Errno | undefined> {
    this.#used += bytes
    const missing = this.#used - this.#reserved
    if (missing <= 0) return undefined
    const length = Math.ceil(Math.max(missing, MMAP_THRESHOLD) / 4096) * 4096
    const address = yield* call('mmap', 0, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0)
    if (isErr(address)) {
      this.#used -= bytes
      return address
    }
    this.#reserved += length
    this.#areas.push({ address, length })
    return undefined
  }

  /** Gives bytes back; areas that are not needed any more return to the kernel. */
  *give(bytes: number): Flow<void> {
    this.#used = Math.max(0, this.#used - bytes)
    for (let last = this.#areas.at(-1); last !== undefined && this.#reserved - last.length >= this.#used; last = this.#areas.at(-1)) {
      this.#areas.pop()
      this.#reserved -= last.length
      yield* call('munmap', last.address, last.length)
    }
  }

  /** Holds this many bytes from now on. */
  *resize(bytes: number): Flow<Errno | undefined> {
    if (bytes > this.#used) return yield* this.take(bytes - this.#used)
    yield* this.give(this.#used - bytes)
    return undefined
  }
}
