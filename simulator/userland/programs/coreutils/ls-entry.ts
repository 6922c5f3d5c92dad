// One file in a listing, and the orders ls can put files in. The locale is C.UTF-8: names compare by code point.
import type { Stat } from '../../../abi/stat.ts'
import { S_IFDIR, S_IFMT } from '../../../abi/stat.ts'

export interface Entry {
  readonly name: string
  /** Missing where ls had no need of it or stat failed. */
  readonly st: Stat | undefined
  /** File type bits of the mode, also known from the directory alone; 0 if unknown. */
  readonly type: number
  readonly ino: number
  /** Where a symbolic link points, and the mode of what is there (undefined if nothing). */
  readonly target?: string
  readonly targetMode?: number
}

export type SortKey = 'none' | 'name' | 'size' | 'time' | 'version' | 'extension' | 'width'
export type TimeKey = 'mtime' | 'atime' | 'ctime' | 'btime'

export interface Order {
  readonly key: SortKey
  readonly time: TimeKey
  readonly reverse: boolean
  readonly directoriesFirst: boolean
}

export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isDirectory = (e: Entry): boolean => (((e.st?.mode ?? e.type) & S_IFMT) === S_IFDIR || ((e.targetMode ?? 0) & S_IFMT) === S_IFDIR)

export function sortEntries(entries: readonly Entry[], order: Order): readonly Entry[] {
  if (order.key === 'none') return entries
  const compare = comparison(order)
  const sign = order.reverse ? -1 : 1
  return [...entries].sort((a, b) => {
    if (order.directoriesFirst && isDirectory(a) !== isDirectory(b)) return isDirectory(a) ? -1 : 1
    return sign * (compare(a, b) || compareNames(a.name, b.name))
  })
}

function comparison(order: Order): (a: Entry, b: Entry) => number {
  switch (order.key) {
    case 'size': return (a, b) => (b.st?.size ?? 0) - (a.st?.size ?? 0)
    case 'time': return (a, b) => (b.st?.[order.time] ?? 0) - (a.st?.[order.time] ?? 0)
    case 'version': return (a, b) => compareVersions(a.name, b.name)
    case 'extension': return (a, b) => compareNames(extension(a.name), extension(b.name))
    case 'width': return (a, b) => a.name.length - b.name.length
    default: return () => 0
  }
}

const extension = (name: string): string => (name.includes('.') ? name.slice(name.lastIndexOf('.')) : '')

/** filevercmp: numbers in names by value; file suffixes like .tar.gz count only if the rest is equal; hidden files first. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0
  for (const special of ['', '.', '..']) {
    if (a === special) return -1
    if (b === special) return 1
  }
  if (a.startsWith('.') !== b.startsWith('.')) return a.startsWith('.') ? -1 : 1
  const stem = (name: string): string => name.replace(/(\.[A-Za-z~][A-Za-z0-9~]*)*$/, '')
  return compareVersionText(stem(a), stem(b)) || compareVersionText(a, b)
}

/** verrevcmp of dpkg: digits by value, letters before other characters, ~ before the end. */
export function compareVersionText(a: string, b: string): number {
  let i = 0
  let j = 0
  const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9'
  const rank = (c: string | undefined): number => (c === undefined || isDigit(c) ? 0 : c === '~' ? -1 : /[A-Za-z]/.test(c) ? c.charCodeAt(0) : c.charCodeAt(0) + 256)
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = rank(a[i]) - rank(b[j])
      if (difference !== 0) return difference
      i++
      j++
    }
    const first = /^\d*/.exec(a.slice(i))?.[0] ?? ''
    const second = /^\d*/.exec(b.slice(j))?.[0] ?? ''
    const difference = Number(first) - Number(second)
    if (difference !== 0) return difference
    i += first.length
    j += second.length
  }
  return 0
}
