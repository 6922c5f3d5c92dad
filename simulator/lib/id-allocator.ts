// Lowest-free id allocator (the kernel's ida): hands out the smallest number not in use, in logarithmic time.

export class IdAllocator {
  readonly #first: number
  #next: number
  /** Binary min-heap of freed numbers below #next. */
  readonly #freed: number[] = []

  /** Hands out numbers from `first`; those below `next` count as taken. */
  constructor(first: number, next = first) {
    this.#first = first
    this.#next = next
  }

  alloc(): number {
    const heap = this.#freed
    if (heap.length === 0) return this.#next++
    const lowest = heap[0]
    const last = heap.pop() as number
    if (heap.length > 0) {
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++
        if (heap[child] >= last) break
        heap[at] = heap[child]
        at = child
      }
      heap[at] = last
    }
    return lowest
  }

  free(id: number): void {
    if (id < this.#first || id >= this.#next) throw new Error(`id ${id} was never allocated`)
    const heap = this.#freed
    let at = heap.length
    heap.push(id)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent] <= id) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = id
  }
}
