// The columns of findmnt(8) and how their texts are made of one mount.
import type { Flow } from '../../../abi/syscalls.ts'
import type { Statfs } from '../../../abi/stat.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Column } from '../../../lib/columns.ts'
import type { FstabEntry, MountEntry } from '../../libc/mountinfo.ts'
import { call } from '../../libc/syscall.ts'
import { sizeString } from './size-string.ts'

export const FINDMNT_COLUMNS: readonly Column[] = [
  { name: 'ACTION' }, { name: 'AVAIL', hint: 5, right: true }, { name: 'FREQ', right: true, json: 'number' }, { name: 'FSROOT', noExtremes: true, hint: 0.25 },
  { name: 'FSTYPE', trunc: true, hint: 0.1 }, { name: 'FS-OPTIONS', trunc: true, hint: 0.1 }, { name: 'ID', hint: 2, right: true, json: 'number' },
  { name: 'LABEL', hint: 0.1 }, { name: 'MAJ:MIN', hint: 6 }, { name: 'OLD-OPTIONS', trunc: true, hint: 0.1 }, { name: 'OLD-TARGET', hint: 0.3 },
  { name: 'OPTIONS', trunc: true, hint: 0.1 }, { name: 'OPT-FIELDS', trunc: true, hint: 0.1 }, { name: 'PARENT', right: true, json: 'number' },
  { name: 'PARTLABEL', hint: 0.1 }, { name: 'PARTUUID', hint: 36 }, { name: 'PASSNO', right: true, json: 'number' }, { name: 'PROPAGATION', hint: 0.1 },
  { name: 'SIZE', hint: 5, right: true }, { name: 'SOURCE', noExtremes: true, hint: 0.25 }, { name: 'SOURCES', noExtremes: true, hint: 0.25 },
  { name: 'TARGET', tree: true, noExtremes: true, hint: 0.3 }, { name: 'TID', hint: 4, right: true, json: 'number' }, { name: 'USED', hint: 5, right: true },
  { name: 'USE%', hint: 3, right: true }, { name: 'UUID', hint: 36 }, { name: 'VFS-OPTIONS', trunc: true, hint: 0.2 },
]

export interface CellStyle {
  readonly bytes: boolean
  /** Leave out [/dir] after the source. */
  readonly noRoot: boolean
  readonly tid: number
}

/** A mount, or a line of fstab, which lacks what only the kernel knows. */
export type AnyMount = MountEntry | FstabEntry
export const isMounted = (m: AnyMount): m is MountEntry => 'id' in m

const STATFS_COLUMNS = new Set(['SIZE', 'USED', 'AVAIL', 'USE%'])

export function* findmntCells(m: AnyMount, columns: readonly Column[], style: CellStyle): Flow<(string | undefined)[]> {
  const wantsSize = columns.some((col) => STATFS_COLUMNS.has(col.name))
  const size = wantsSize && isMounted(m) ? yield* call('statfs', m.target) : undefined
  const fs = size === undefined || isErr(size) ? undefined : size
  return columns.map((col) => (fs && STATFS_COLUMNS.has(col.name) ? sizeCell(col.name, fs, style.bytes) : cell(col.name, m, style)))
}

function sizeCell(column: string, fs: Statfs, bytes: boolean): string {
  const used = fs.blocks - fs.bfree
  if (column === 'USE%') return fs.blocks === 0 ? '-' : `${Math.round((used / fs.blocks) * 100)}%`
  const count = (column === 'SIZE' ? fs.blocks : column === 'USED' ? used : fs.bavail) * fs.bsize
  return count === 0 || bytes ? String(count) : sizeString(count)
}

function cell(column: string, m: AnyMount, style: CellStyle): string | undefined {
  switch (column) {
    case 'TARGET': return m.target
    case 'FSTYPE': return m.fstype
    case 'OPTIONS': return m.options
    case 'SOURCE':
    case 'SOURCES': return isMounted(m) && !style.noRoot && m.root !== '/' ? `${m.source}[${m.root}]` : m.source
  }
  if (!isMounted(m)) return column === 'FREQ' ? String(m.freq) : column === 'PASSNO' ? String(m.passno) : undefined
  switch (column) {
    case 'VFS-OPTIONS': return m.vfsOptions
    case 'FS-OPTIONS': return m.fsOptions
    case 'OPT-FIELDS': return m.optional.join(' ')
    case 'PROPAGATION': return propagation(m)
    case 'FSROOT': return m.root
    case 'ID': return String(m.id)
    case 'PARENT': return String(m.parent)
    case 'MAJ:MIN': return majorMinor(m.dev)
    case 'TID': return String(style.tid)
    default: return undefined
  }
}

function majorMinor(dev: string): string {
  const [major, minor] = dev.split(':')
  return `${major.padStart(3)}:${minor.padEnd(3)}`
}

function propagation(m: MountEntry): string {
  const has = (word: string): boolean => m.optional.some((field) => field === word || field.startsWith(`${word}:`))
  return [has('shared') ? 'shared' : 'private', ...(has('master') ? ['slave'] : []), ...(has('unbindable') ? ['unbindable'] : [])].join(',')
}
