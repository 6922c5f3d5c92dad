// Abstract names of unix sockets (unix(7)): a name space of each network namespace.
import type { UnixSocket } from './unix-socket.ts'

export class AbstractSockets {
  readonly #byName = new Map<string, UnixSocket>()

  find(name: string): UnixSocket | undefined {
    return this.#byName.get(name)
  }
  add(name: string, socket: UnixSocket): void {
    this.#byName.set(name, socket)
  }
  remove(name: string, socket: UnixSocket): void {
    if (this.#byName.get(name) === socket) this.#byName.delete(name)
  }
  *entries(): Iterable<readonly [string, UnixSocket]> {
    yield* this.#byName
  }
}
