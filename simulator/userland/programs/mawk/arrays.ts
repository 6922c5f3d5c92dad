// Associative arrays that are walked in mawk's order: by the slots of its hash table (FNV-1a), in a slot the most recently used first.
import type { Value } from './values.ts'

interface Entry {
  value: Value
  /** when it was last looked up by text; undefined while known only by number */
  textUse: number | undefined
  numberUse: number
  readonly number: number | undefined
}

const SLOTS = 64
const MAX_AVERAGE = 12

function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0
  return h
}

export class AwkArray {
  readonly #entries = new Map<string, Entry>()
  #clock = 0

  get size(): number {
    return this.#entries.size
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** The element, made if it is not there. `number` is the key when it was given as a whole number. */
  get(key: string, number: number | undefined): Value {
    return this.#entry(key, number).value
  }

  set(key: string, number: number | undefined, value: Value): void {
    this.#entry(key, number).value = value
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  #entry(key: string, number: number | undefined): Entry {
    let entry = this.#entries.get(key)
    const now = ++this.#clock
    if (entry === undefined) {
      entry = { value: undefined, textUse: number === undefined ? now : undefined, numberUse: now, number }
      this.#entries.set(key, entry)
    } else if (number === undefined) entry.textUse = now
    else entry.numberUse = now
    return entry
  }

  /** The keys in the order of `for (k in a)`. */
  keys(): readonly string[] {
    let slots = SLOTS
    while (this.#entries.size > slots * MAX_AVERAGE) slots *= 2
    const byNumber = [...this.#entries.values()].filter((e) => e.textUse === undefined)
    const slotOf = (e: Entry): number => ((e.number ?? 0) >>> 0) & (slots - 1)
    byNumber.sort((a, b) => slotOf(a) - slotOf(b) || b.numberUse - a.numberUse)
    for (const entry of byNumber) entry.textUse = ++this.#clock
    return [...this.#entries]
      .map(([key, entry]) => ({ key, slot: hash(key) & (slots - 1), use: entry.textUse ?? 0 }))
      .sort((a, b) => a.slot - b.slot || b.use - a.use)
      .map((e) => e.key)
  }
}
