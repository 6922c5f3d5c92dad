// Circular doubly linked lists with the kernel's semantics (include/linux/list.h): a node is its own empty list, insertion and removal are O(1).
// Used where the order of a ring is part of what Linux shows (peer groups and slaves of mounts).

export class ListHead<T> {
  readonly owner: T
  next: ListHead<T> = this
  prev: ListHead<T> = this

  constructor(owner: T) {
    this.owner = owner
  }

  get isEmpty(): boolean {
    return this.next === this
  }
  /** list_add: `node` comes right after this one. */
  add(node: ListHead<T>): void {
    node.prev = this
    node.next = this.next
    this.next.prev = node
    this.next = node
  }
  /** list_add_tail: `node` comes right before this one, last in the list that this one heads. */
  addTail(node: ListHead<T>): void {
    this.prev.add(node)
  }
  /** list_del_init */
  remove(): void {
    this.prev.next = this.next
    this.next.prev = this.prev
    this.next = this.prev = this
  }
  /** The nodes of the list that this one heads. */
  *[Symbol.iterator](): Iterator<T> {
    for (let node = this.next; node !== this; ) {
      const next = node.next
      yield node.owner
      node = next
    }
  }
}
