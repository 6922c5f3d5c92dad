// Ranges of ids for unshare's --map-users and --map-auto: reading them, and laying them around a single mapped id. See unshare(1).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Crt } from '../../libc/crt.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { readFile } from '../../libc/unistd.ts'
import { die, unsignedNumber } from './common.ts'

export interface MapRange {
  readonly outer: number
  readonly inner: number
  readonly count: number
}

/** `outer,inner,count`, in the order of 2.38. */
export function* parseMapRange(c: Crt, text: string): Flow<MapRange> {
  const m = /^\s*(\d+),\s*(\d+),\s*(\d+)$/.exec(text)
  if (m === null) {
    if (/^\s*\d+(,\s*\d+)?$/.test(text)) return yield* die(c, 1, `mapping '${text}' contains only ${text.split(',').length} elements`)
    return yield* die(c, 1, `could not parse ID: '${text.slice(text.search(/(?<![^,])\s*\d*[^\d,]/))}'`)
  }
  return { outer: Number(m[1]), inner: Number(m[2]), count: Number(m[3]) }
}

/** The first range /etc/subuid or /etc/subgid grants to a user, mapped from 0 on. */
export function* readSubidRange(c: Crt, file: string, uid: number): Flow<MapRange> {
  const user = yield* getpwuid(uid)
  if (user === undefined) return yield* die(c, 1, `you (user ${uid}) don't exist.`)
  const text = yield* readFile(file)
  if (isErr(text)) return yield* die(c, 1, `could not open '${file}'`, text)
  for (const line of text.split('\n')) {
    const [name, outer, count] = line.split(':')
    if (count === undefined || (name !== user.name && Number.parseInt(name, 10) !== uid)) continue
    return {
      outer: yield* unsignedNumber(c, outer, 'failed to parse subid map'), inner: 0, count: yield* unsignedNumber(c, count, 'failed to parse subid map'),
    }
  }
  return yield* die(c, 1, `no line matching user "${user.name}" in ${file}`)
}

/**
 * The arguments for newuidmap: the range alone, or `single` first and the range split so that it touches neither of the single's ids.
 * A range that would overlap gives up its topmost id.
 */
export function layOutMap(range: MapRange, single: { readonly outer: number; readonly inner: number } | undefined): MapRange[] {
  if (single === undefined) return [range]
  const { outer, inner } = single
  const overlaps = (id: number, start: number): boolean => id >= start && id <= start + range.count
  const count = overlaps(outer, range.outer) || overlaps(inner, range.inner) ? range.count - 1 : range.count
  const outerOffset = Math.min(Math.max(outer - range.outer, 0), count)
  const innerOffset = Math.min(Math.max(inner - range.inner, 0), count)
  const skip = (id: number, hole: number): number => (id === hole ? id + 1 : id)
  const low = { outer: range.outer, inner: range.inner, count: Math.min(innerOffset, outerOffset) }
  const mid = { outer: skip(low.outer + low.count, outer), inner: skip(low.inner + low.count, inner), count: Math.abs(outerOffset - innerOffset) }
  const high = { outer: skip(mid.outer + mid.count, outer), inner: skip(mid.inner + mid.count, inner), count: count - low.count - mid.count }
  return [{ outer, inner, count: 1 }, ...[low, mid, high].filter((r) => r.count > 0)]
}
