// Small steps of the machine that need nothing but values.
import type { Constant } from './py-code.ts'
import { bytes, isKindOf, itemsOf, keyOf, type Py, type PyBytes, type PyDict, PyUnsimulated, raise, typeName } from './py-values.ts'

export const take = (stack: Py[], count: number): Py[] => (count === 0 ? [] : stack.splice(-count))
export function constant({ value }: Constant): Py {
  return value instanceof Uint8Array ? bytes(value) : value
}
export function dictOf(flat: readonly Py[]): PyDict {
  const entries = new Map<string, readonly [Py, Py]>()
  for (let i = 0; i < flat.length; i += 2) entries.set(keyOf(flat[i]), [flat[i], flat[i + 1]])
  return { kind: 'dict', entries }
}
/** For `-n` the value below n parts of a target comes above them. */
export function rotate(stack: Py[], count: number): void {
  if (count >= 0) return
  const parts = stack.splice(count)
  const value = stack.pop() ?? null
  stack.push(...parts, value)
}
export function unpacked(value: Py, count: number): Py[] {
  const items = itemsOf(value)
  if (items.length > count) return raise('ValueError', `too many values to unpack (expected ${count})`)
  return items.length < count ? raise('ValueError', `not enough values to unpack (expected ${count}, got ${items.length})`) : [...items]
}
export function matches(pattern: Py, value: Py): boolean {
  if (typeof value !== 'object' || value?.kind !== 'object') return false
  const patterns = typeof pattern === 'object' && pattern?.kind === 'tuple' ? pattern.items : [pattern]
  return patterns.some((p) => typeof p === 'object' && p?.kind === 'class' && isKindOf(value.type, p.name))
}
export function storeIndex(target: Py, at: Py, value: Py): void {
  if (typeof target === 'object' && target?.kind === 'dict') target.entries.set(keyOf(at), [at, value])
  else if (typeof target === 'object' && target?.kind === 'list') {
    const n = Number(at) < 0 ? Number(at) + target.items.length : Number(at)
    if (n < 0 || n >= target.items.length) raise('IndexError', 'list assignment index out of range')
    target.items[n] = value
  } else if (typeof target === 'object' && target?.kind === 'bytearray') target.bytes[Number(at)] = Number(value)
  else raise('TypeError', `'${typeName(target)}' object does not support item assignment`)
}
export function importFrom(module: Py, name: string): Py {
  const found = typeof module === 'object' && module?.kind === 'module' ? module.attributes.get(name) : undefined
  if (found === undefined) throw new PyUnsimulated(`${typeof module === 'object' && module?.kind === 'module' ? module.name : ''}.${name}`)
  return found
}
export function lazyRange(range: { readonly from: bigint; readonly to: bigint; readonly step: bigint }): readonly Py[] {
  return itemsOf({ kind: 'range', ...range })
}
export function sizeOf(value: Py): number {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object') return 0
  if (value.kind === 'bytes' || value.kind === 'bytearray') return (value as PyBytes).held
  return value.kind === 'list' || value.kind === 'tuple' ? value.items.length * 8 : 0
}
