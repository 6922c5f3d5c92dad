// Sets and maps of nf_tables (nft_set_hash.c, nft_set_rbtree.c): single keys by hash, intervals by binary search; timeouts on the virtual clock.
import { Errno } from '../../../abi/errno.ts'
import type { Hex, NftElement } from '../../../abi/nf-tables.ts'
import { NSEC_PER_MSEC } from '../../clock.ts'
import { type Element, newState, type SetObject } from './ruleset.ts'

const isLive = (e: Element, now: number): boolean => e.expires === undefined || e.expires > now
const lastKey = (info: NftElement): Hex => info.end ?? info.key
const overlaps = (a: NftElement, b: NftElement): boolean => a.key <= lastKey(b) && b.key <= lastKey(a)
const sameData = (a: NftElement, b: NftElement): boolean => a.data === b.data && a.object === b.object && JSON.stringify(a.verdict) === JSON.stringify(b.verdict)

export function makeElement(set: SetObject, info: NftElement, now: number): Element {
  const timeout = info.timeout ?? set.info.timeout
  const left = info.expires ?? timeout
  const counter = info.counter ?? (set.info.counter === true ? { packets: 0, bytes: 0 } : undefined)
  return {
    info: timeout === undefined ? info : { ...info, timeout }, state: counter === undefined ? undefined : newState(counter.packets, counter.bytes),
    expires: left === undefined || timeout === 0 ? undefined : now + left * NSEC_PER_MSEC,
  }
}
const isConcat = (set: SetObject): boolean => set.info.keyType.includes(' . ')

/** The set with more elements; EEXIST for intervals that overlap, or where the same key means something else. */
export function addElements(set: SetObject, added: readonly NftElement[], exclusive: boolean, now: number): SetObject {
  const elements = new Map([...set.elements].filter(([, e]) => isLive(e, now)))
  for (const info of added) {
    const same = elements.get(info.key)
    if (same !== undefined && lastKey(same.info) === lastKey(info)) {
      if (exclusive || !sameData(same.info, info)) throw Errno.EEXIST
      continue
    }
    if (set.info.interval && !isConcat(set)) for (const other of elements.values()) if (overlaps(other.info, info)) throw Errno.EEXIST
    elements.set(info.key, makeElement(set, info, now))
    if (set.info.size !== undefined && !set.info.anonymous && elements.size > set.info.size) throw Errno.ENFILE
  }
  return { ...set, elements, sorted: undefined }
}
export function deleteElements(set: SetObject, gone: readonly NftElement[] | undefined, ifExists: boolean, now: number): SetObject {
  if (gone === undefined) return { ...set, elements: new Map(), sorted: undefined }
  const elements = new Map([...set.elements].filter(([, e]) => isLive(e, now)))
  for (const info of gone) {
    const old = elements.get(info.key)
    if (old === undefined || lastKey(old.info) !== lastKey(info)) {
      if (ifExists) continue
      throw Errno.ENOENT
    }
    elements.delete(info.key)
  }
  return { ...set, elements, sorted: undefined }
}

/** Whether a concatenation lies in a box: each part between its bounds. Parts are padded to words, so bytes can be compared word by word. */
function inBox(info: NftElement, key: Hex): boolean {
  const end = lastKey(info)
  for (let i = 0; i < key.length; i += 8) {
    const word = key.slice(i, i + 8)
    if (word < info.key.slice(i, i + 8) || word > end.slice(i, i + 8)) return false
  }
  return true
}

/** The element a key belongs to. */
export function findElement(set: SetObject, key: Hex, now: number): Element | undefined {
  const exact = set.elements.get(key)
  if (exact !== undefined && isLive(exact, now)) return exact
  if (!set.info.interval) return undefined
  if (isConcat(set)) {
    for (const e of set.elements.values()) if (isLive(e, now) && inBox(e.info, key)) return e
    return undefined
  }
  set.sorted ??= [...set.elements.values()].sort((a, b) => (a.info.key < b.info.key ? -1 : 1))
  let low = 0
  let high = set.sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (set.sorted[middle].info.key <= key) low = middle + 1
    else high = middle
  }
  const found = low === 0 ? undefined : set.sorted[low - 1]
  return found !== undefined && key <= lastKey(found.info) && isLive(found, now) ? found : undefined
}

/** The elements as a dump shows them. */
export function liveElements(set: SetObject, now: number): NftElement[] {
  return [...set.elements.values()].filter((e) => isLive(e, now)).map(({ info, state, expires }) => ({
    ...info, ...(state === undefined ? {} : { counter: { packets: state.packets, bytes: state.bytes } }), ...(expires === undefined ? {} : { expires: Math.round((expires - now) / NSEC_PER_MSEC) }),
  }))
}
