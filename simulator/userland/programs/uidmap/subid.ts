// /etc/subuid and /etc/subgid (subuid(5)): ranges of ids that belong to a user besides his own.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { readFile } from '../../libc/unistd.ts'

export interface SubidRange {
  /** Name, or the uid as text. */
  readonly owner: string
  readonly start: number
  readonly count: number
}

export function parseSubids(text: string): SubidRange[] {
  return text.split('\n').flatMap((line) => {
    const [owner, start, count] = line.split(':')
    return count !== undefined && /^\d+$/.test(start) && /^\d+$/.test(count) ? [{ owner, start: Number(start), count: Number(count) }] : []
  })
}

export function* readSubids(file: string): Flow<readonly SubidRange[]> {
  const text = yield* readFile(file)
  return isErr(text) ? [] : parseSubids(text)
}

/** Does every id of the range belong to the user? Ranges of one user may lie side by side. */
export function grantsRange(all: readonly SubidRange[], user: string, uid: number, start: number, count: number): boolean {
  const own = all.filter((r) => r.owner === user || r.owner === String(uid))
  let next = start
  while (next < start + count) {
    const holder = own.find((r) => next >= r.start && next < r.start + r.count)
    if (!holder) return false
    next = holder.start + holder.count
  }
  return true
}
