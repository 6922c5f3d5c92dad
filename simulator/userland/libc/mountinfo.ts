// The mount table of a process as libmount reads it from /proc/PID/mountinfo (proc(5)), and /etc/fstab (fstab(5)).
import type { Flow } from '../../abi/syscalls.ts'
import { type Errno, isErr } from '../../abi/errno.ts'
import { decodeUtf8, encodeUtf8 } from '../../lib/bytes.ts'
import { readFile } from './unistd.ts'

export interface MountEntry {
  readonly id: number
  readonly parent: number
  /** `major:minor` */
  readonly dev: string
  /** The part of the file system that is mounted. */
  readonly root: string
  readonly target: string
  readonly vfsOptions: string
  /** `shared:1`, `master:2`, … */
  readonly optional: readonly string[]
  readonly fstype: string
  readonly source: string
  readonly fsOptions: string
  /** Both kinds of options in one, as mount(8) and findmnt(8) show them. */
  readonly options: string
}

/** Undoes the kernel's `\040` for blanks. */
export function unmangle(text: string): string {
  if (!text.includes('\\')) return text
  return decodeUtf8(encodeUtf8(text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => {
    const byte = Number.parseInt(octal, 8)
    return byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(0xdc00 + byte)
  })))
}

/** rw or ro first (read-only if either says so), then the rest of both. */
export function mergeOptions(vfs: string, fs: string): string {
  if (vfs === fs) return vfs
  const words = [...vfs.split(','), ...fs.split(',')].filter((word) => word !== '')
  const rest = words.filter((word) => word !== 'rw' && word !== 'ro')
  return [words.includes('ro') ? 'ro' : 'rw', ...rest].join(',')
}

export function parseMountinfo(text: string): MountEntry[] {
  const entries: MountEntry[] = []
  for (const line of text.split('\n')) {
    const words = line.split(' ')
    const dash = words.indexOf('-', 6)
    if (dash < 0) continue
    const [id, parent, dev, root, target, vfsOptions] = words
    const [fstype, source = '', fsOptions = ''] = words.slice(dash + 1)
    entries.push({
      id: Number(id), parent: Number(parent), dev, root: unmangle(root), target: unmangle(target), vfsOptions, optional: words.slice(6, dash), fstype,
      source: unmangle(source), fsOptions: unmangle(fsOptions), options: mergeOptions(vfsOptions, unmangle(fsOptions)),
    })
  }
  return entries
}

export function* readMountinfo(path = '/proc/self/mountinfo'): Flow<readonly MountEntry[] | Errno> {
  const text = yield* readFile(path)
  return isErr(text) ? text : parseMountinfo(text)
}

export interface FstabEntry {
  readonly source: string
  readonly target: string
  readonly fstype: string
  readonly options: string
  readonly freq: number
  readonly passno: number
}

export function parseFstab(text: string): FstabEntry[] {
  const entries: FstabEntry[] = []
  for (const line of text.split('\n')) {
    const [source, target, fstype, options = 'defaults', freq = '0', passno = '0'] = line.split(/[ \t]+/).filter((word) => word !== '')
    if (fstype === undefined || source.startsWith('#')) continue
    entries.push({ source: unmangle(source), target: unmangle(target), fstype, options, freq: Number(freq), passno: Number(passno) })
  }
  return entries
}

export function* readFstab(path = '/etc/fstab'): Flow<readonly FstabEntry[] | Errno> {
  const text = yield* readFile(path)
  return isErr(text) ? text : parseFstab(text)
}

/** Does a type match a list as of `-t`: `tmpfs,proc` or, negated as a whole, `notmpfs,proc`? */
export function matchesType(fstype: string, list: string | undefined): boolean {
  if (list === undefined) return true
  const negated = list.startsWith('no')
  const names = (negated ? list.slice(2) : list).split(',')
  return names.some((name) => name === fstype) !== negated
}

/** Does an option string satisfy a list as of `-O`: every word there, or with `no` or `+` in front as libmount reads them? */
export function matchesOptions(options: string, list: string | undefined): boolean {
  if (list === undefined) return true
  const have = options.split(',')
  return list.split(',').every((word) => {
    if (word.startsWith('+')) return have.includes(word.slice(1))
    return word.startsWith('no') ? !have.includes(word.slice(2)) : have.includes(word)
  })
}
