// What a listening TCP socket keeps (struct request_sock_queue): connections being made, and those made that wait for accept(2).

export class Backlog<S> {
  /** As listen(2) has it; one more than this may wait (sk_acceptq_is_full). */
  limit = 0
  readonly #ready: S[] = []
  readonly #requests = new Set<S>()

  get isFull(): boolean {
    return this.#ready.length > this.limit
  }
  get waiting(): number {
    return this.#ready.length
  }
  request(child: S): void {
    this.#requests.add(child)
  }
  /** The handshake is done. */
  promote(child: S): void {
    this.#requests.delete(child)
    this.#ready.push(child)
  }
  fail(child: S): void {
    this.#requests.delete(child)
  }
  next(): S | undefined {
    return this.#ready.shift()
  }
  /** Everybody leaves. */
  drain(): readonly S[] {
    const all = [...this.#requests, ...this.#ready.splice(0)]
    this.#requests.clear()
    return all
  }
}
