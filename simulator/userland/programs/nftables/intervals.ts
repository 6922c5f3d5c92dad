// Intervals of a set (src/segtree.c, intervals.c): what overlaps or touches becomes one.
import type { Hex, NftElement } from '../../../abi/nf-tables.ts'

export interface Range { readonly from: Hex; readonly to: Hex }

/** Merged, in order. */
export function intervals(elements: readonly NftElement[]): NftElement[] {
  const sorted = [...elements].sort((a, b) => (a.key < b.key ? -1 : 1))
  const merged: NftElement[] = []
  for (const e of sorted) {
    const last = merged.at(-1)
    const lastEnd = last?.end ?? last?.key
    if (last === undefined || lastEnd === undefined || BigInt(`0x${e.key}`) > BigInt(`0x${lastEnd}`) + 1n) {
      merged.push(e)
      continue
    }
    const end = e.end ?? e.key
    merged[merged.length - 1] = { ...last, end: end > lastEnd ? end : lastEnd }
  }
  return merged.map((e) => (e.end === e.key ? { ...e, end: undefined } : e)).map(({ end, ...e }) => (end === undefined ? e : { ...e, end }))
}
/** The prefix length a range of bytes has, if it is one. */
export function prefixLength({ from, to }: Range): number | undefined {
  const bits = from.length * 4
  const size = BigInt(`0x${to}`) - BigInt(`0x${from}`) + 1n
  if ((size & (size - 1n)) !== 0n || BigInt(`0x${from}`) % size !== 0n) return undefined
  return bits - (size.toString(2).length - 1)
}
