// The bytes of a regular file in memory: whole content shared with the image until the first change, then 4 KiB pages; a page never
// written is a hole. Knows how many pages it takes, so that a file system can charge for them.
import { EMPTY_BYTES } from '../../lib/bytes.ts'

export const PAGE_SIZE = 4096

export class PageData {
  #size: number
  /** Content not changed since the file was loaded. */
  #whole: Uint8Array | undefined
  readonly #pages = new Map<number, Uint8Array>()

  constructor(content?: Uint8Array) {
    this.#whole = content
    this.#size = content?.length ?? 0
  }

  get size(): number {
    return this.#size
  }
  get pages(): number {
    return this.#whole === undefined ? this.#pages.size : Math.ceil(this.#whole.length / PAGE_SIZE)
  }
  /** Is there data, not a hole, in this page? */
  hasPage(index: number): boolean {
    return this.#whole === undefined ? this.#pages.has(index) : index * PAGE_SIZE < this.#whole.length
  }

  read(offset: number, count: number): Uint8Array {
    const end = Math.min(offset + count, this.#size)
    if (offset >= end) return EMPTY_BYTES
    if (this.#whole !== undefined) return this.#whole.slice(offset, end)
    const out = new Uint8Array(end - offset)
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / PAGE_SIZE)
      const from = at - index * PAGE_SIZE
      const length = Math.min(PAGE_SIZE - from, end - at)
      const page = this.#pages.get(index)
      if (page !== undefined) out.set(page.subarray(from, from + length), at - offset)
      at += length
    }
    return out
  }

  /** Makes sure the page exists; true if it is new. */
  allocate(index: number): boolean {
    this.#split()
    if (this.#pages.has(index)) return false
    this.#pages.set(index, new Uint8Array(PAGE_SIZE))
    return true
  }

  /** Writes within allocated pages and grows the size. */
  write(offset: number, data: Uint8Array): void {
    this.#split()
    for (let at = 0; at < data.length; ) {
      const index = Math.floor((offset + at) / PAGE_SIZE)
      const from = offset + at - index * PAGE_SIZE
      const length = Math.min(PAGE_SIZE - from, data.length - at)
      this.allocate(index)
      this.#pages.get(index)?.set(data.subarray(at, at + length), from)
      at += length
    }
    this.#size = Math.max(this.#size, offset + data.length)
  }

  /** Cuts or extends; answers how many pages were given back. */
  setSize(size: number): number {
    this.#split()
    const before = this.#pages.size
    if (size < this.#size) {
      const keep = Math.ceil(size / PAGE_SIZE)
      for (const index of [...this.#pages.keys()]) if (index >= keep) this.#pages.delete(index)
      const tail = size % PAGE_SIZE
      if (tail !== 0) this.#pages.get(keep - 1)?.fill(0, tail)
    }
    this.#size = size
    return before - this.#pages.size
  }

  /** Makes whole pages in a range holes and zeroes the rest of it; answers how many pages were given back. */
  punch(offset: number, length: number): number {
    this.#split()
    const before = this.#pages.size
    const end = Math.min(offset + length, this.#size)
    for (const [index, page] of [...this.#pages]) {
      const start = index * PAGE_SIZE
      if (start >= offset && start + PAGE_SIZE <= offset + length) this.#pages.delete(index)
      else if (start < end && start + PAGE_SIZE > offset) page.fill(0, Math.max(0, offset - start), Math.min(PAGE_SIZE, end - start))
    }
    return before - this.#pages.size
  }

  /** SEEK_DATA and SEEK_HOLE: the next offset of the kind, `size` for the end's hole, undefined if there is no data. */
  seek(offset: number, wantsData: boolean): number | undefined {
    for (let index = Math.floor(offset / PAGE_SIZE); index * PAGE_SIZE < this.#size; index++) {
      if (this.hasPage(index) === wantsData) return Math.max(offset, index * PAGE_SIZE)
    }
    return wantsData ? undefined : this.#size
  }

  #split(): void {
    const whole = this.#whole
    if (whole === undefined) return
    this.#whole = undefined
    for (let at = 0; at < whole.length; at += PAGE_SIZE) {
      const page = new Uint8Array(PAGE_SIZE)
      page.set(whole.subarray(at, at + PAGE_SIZE))
      this.#pages.set(at / PAGE_SIZE, page)
    }
  }
}
