// Objects that parts of the kernel hang into a machine or a namespace (the cgroup hierarchy, the disk, SysV tables), each under a typed key that only its part knows.
// No module may hold such an object itself, since two machines in one page must not share any.

/** Names a place for a `T`. Two rooms are never the same, whatever they are called. */
export class Room<T> {
  declare readonly holds: T
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

export class Rooms {
  readonly #objects = new Map<Room<unknown>, unknown>()

  get<T>(room: Room<T>): T | undefined {
    return this.#objects.get(room) as T | undefined
  }
  set<T>(room: Room<T>, value: T): void {
    this.#objects.set(room, value)
  }
  /** What is there, made if need be. */
  open<T>(room: Room<T>, make: () => T): T {
    const known = this.get(room)
    if (known !== undefined) return known
    const made = make()
    this.set(room, made)
    return made
  }
  delete<T>(room: Room<T>): void {
    this.#objects.delete(room)
  }
  clear(): void {
    this.#objects.clear()
  }
}
