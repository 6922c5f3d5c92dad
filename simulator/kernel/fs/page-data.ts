// The bytes of a regular file in memory: whole content shared with the image until the first change, then 4 KiB pages; a page never
// written is a hole. Knows how many pages it takes, so that a file system can charge for them.
import { EMPTY_BYTES } from '../../lib/bytes.ts'

export const PAGE_SIZE = 4096

export class PageData {
  #size: number
  /** Content not changed since the file was loaded, until there are pages. */
  #whole: Uint8Array
  #pages: Map<number, Uint8Array> | undefined

  constructor(content: Uint8Array = EMPTY_BYTES) {
    this.#whole = content
    this.#size = content.length
  }

  get size(): number {
    return this.#size
  }
  get pages(): number {
    return this.#pages?.size ?? Math.ceil(this.#whole.length / PAGE_SIZE)
  }
  /** Is there data, not a hole, in this page? */
  hasPage(index: number): boolean {
    return this.#pages?.has(index) ?? index * PAGE_SIZE < this.#whole.length
  }

  read(offset: number, count: number): Uint8Array {
    const end = Math.min(offset + count, this.#size)
    if (offset >= end) return EMPTY_BYTES
    const pages = this.#pages
    if (pages === undefined) return this.#whole.slice(offset, end)
    const out = new Uint8Array(end - offset)
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / PAGE_SIZE)
      const from = at - index * PAGE_SIZE
      const length = Math.min(PAGE_SIZE - from, end - at)
      const page = pages.get(index)
      if (page !== undefined) out.set(page.subarray(from, from + length), at - offset)
      at += length
    }
    return out
  }

  /** Makes sure the page exists; true if it is new. */
  allocate(index: number): boolean {
    const pages = this.#split()
    if (pages.has(index)) return false
    pages.set(index, new Uint8Array(PAGE_SIZE))
    return true
  }

  /** Writes within allocated pages and grows the size. */
  write(offset: number, data: Uint8Array): void {
    const pages = this.#split()
    for (let at = 0; at < data.length; ) {
      const index = Math.floor((offset + at) / PAGE_SIZE)
      const from = offset + at - index * PAGE_SIZE
      const length = Math.min(PAGE_SIZE - from, data.length - at)
      this.allocate(index)
      pages.get(index)?.set(data.subarray(at, at + length), from)
      at += length
    }
    this.#size = Math.max(this.#size, offset + data.length)
  }

  /** Cuts or extends; answers how many pages were given back. */
  setSize(size: number): number {
    const pages = this.#split()
    const before = pages.size
    if (size < this.#size) {
      const keep = Math.ceil(size / PAGE_SIZE)
      for (const index of [...pages.keys()]) if (index >= keep) pages.delete(index)
      const tail = size % PAGE_SIZE
      if (tail !== 0) pages.get(keep - 1)?.fill(0, tail)
    }
    this.#size = size
    return before - pages.size
  }

  /** Makes whole pages in a range holes and zeroes the rest of it; answers how many pages were given back. */
  punch(offset: number, length: number): number {
    const pages = this.#split()
    const before = pages.size
    const end = Math.min(offset + length, this.#size)
    for (const [index, page] of [...pages]) {
      const start = index * PAGE_SIZE
      if (start >= offset && start + PAGE_SIZE <= offset + length) pages.delete(index)
      else if (start < end && start + PAGE_SIZE > offset) page.fill(0, Math.max(0, offset - start), Math.min(PAGE_SIZE, end - start))
    }
    return before - pages.size
  }

  /** SEEK_DATA and SEEK_HOLE: the next offset of the kind, `size` for the end's hole, undefined if there is no data. */
  seek(offset: number, wantsData: boolean): number | undefined {
    for (let index = Math.floor(offset / PAGE_SIZE); index * PAGE_SIZE < this.#size; index++) {
      if (this.hasPage(index) === wantsData) return Math.max(offset, index * PAGE_SIZE)
    }
    return wantsData ? undefined : this.#size
  }

  #split(): Map<number, Uint8Array> {
    if (this.#pages !== undefined) return this.#pages
    const pages = new Map<number, Uint8Array>()
    for (let at = 0; at < this.#whole.length; at += PAGE_SIZE) {
      const page = new Uint8Array(PAGE_SIZE)
      page.set(this.#whole.subarray(at, at + PAGE_SIZE))
      pages.set(at / PAGE_SIZE, page)
    }
    this.#whole = EMPTY_BYTES
    this.#pages = pages
    return pages
  }
}
