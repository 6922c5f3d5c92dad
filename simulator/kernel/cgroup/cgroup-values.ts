// How the texts written to cgroup settings are read (cgroups(7), Documentation/admin-guide/cgroup-v2.rst): each kind of setting with its errors.
import { Errno } from '../../abi/errno.ts'

const PAGE_SIZE = 4096n
const MAX_PAGES = (1n << 63n) / PAGE_SIZE

/** page_counter_memparse: bytes with K, M, G … in whole pages, nothing is 0; Infinity for what stands for no limit. */
export function memoryLimit(text: string, max = 'max'): number {
  if (text === max) return Infinity
  if (text === '') return 0
  const match = /^(0[xX][0-9a-fA-F]+|\d+)([kKmMgGtTpPeE]?)$/.exec(text)
  if (match === null) throw Errno.EINVAL
  const shift = BigInt((match[2] === '' ? 0 : 'kmgtpe'.indexOf(match[2].toLowerCase()) + 1) * 10)
  const pages = BigInt.asUintN(64, BigInt.asUintN(64, BigInt(match[1])) << shift) / PAGE_SIZE
  return pages >= MAX_PAGES ? Infinity : Number(pages * PAGE_SIZE)
}

export const shownLimit = (n: number): string => (n === Infinity ? 'max' : String(BigInt(n)))

/** kstrtoint with base 0. Throws EINVAL for what is no number. */
export function integer(text: string): number {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text)
  if (match === null) throw Errno.EINVAL
  const digits = match[2]
  const isOctal = /^0\d/.test(digits)
  if (isOctal && /[89]/.test(digits)) throw Errno.EINVAL
  const n = isOctal ? parseInt(digits, 8) : Number(digits)
  return match[1] === '-' ? -n : n
}

export const ranged = (min: number, max: number) => (text: string): number => {
  const n = integer(text)
  if (n < min || n > max) throw Errno.ERANGE
  return n
}
export const zeroOrOne = (text: string, error: Errno): boolean => {
  const n = integer(text)
  if (n !== 0 && n !== 1) throw error
  return n === 1
}

const PIDS_MAX = 4194304
/** pids.max */
export function taskLimit(text: string): number {
  if (text === 'max') return Infinity
  const n = integer(text)
  if (n < 0 || n > PIDS_MAX) throw Errno.EINVAL
  return n
}

const INT_MAX = 2 ** 31 - 1
/** cgroup.max.depth and cgroup.max.descendants */
export function treeLimit(text: string): string {
  if (text === 'max') return 'max'
  const n = integer(text)
  if (n < 0 || n > INT_MAX) throw Errno.ERANGE
  return String(n)
}

const MAX_BANDWIDTH_USEC = 2 ** 44 / 1000
/** cpu.max in microseconds: quota (undefined for none) and period. */
export function cpuMax(text: string, oldPeriod: number): { readonly quota: number | undefined; readonly period: number } {
  const [first, second = ''] = text.split(/\s+/)
  // sscanf takes the digits that a word begins with; what follows doesn't matter
  const digits = (word: string): number | undefined => (/^\d/.test(word) ? Number.parseInt(word, 10) : undefined)
  const quota = digits(first)
  const period = digits(second) ?? oldPeriod
  if (quota === undefined && first !== 'max') throw Errno.EINVAL
  if (period < 1000 || period > 1000000 || (quota !== undefined && (quota < 1000 || quota > MAX_BANDWIDTH_USEC))) throw Errno.EINVAL
  return { quota, period }
}
