// How the texts written to cgroup settings are read (cgroups(7), Documentation/admin-guide/cgroup-v2.rst): each kind of setting with its errors.
import { Errno } from '../../abi/errno.ts'

const PAGE_SIZE = 4096n
const MAX_PAGES = (1n << 63n) / PAGE_SIZE

/** page_counter_memparse: bytes with K, M, G … or `max`; whole pages are kept. */
export function memory(text: string): string {
  if (text === 'max') return 'max'
  const match = /^(\d+)([kKmMgGtTpPeE]?)$/.exec(text)
  if (match === null) throw Errno.EINVAL
  const shift = BigInt((match[2] === '' ? 0 : 'kmgtpe'.indexOf(match[2].toLowerCase()) + 1) * 10)
  const pages = (BigInt(match[1]) << shift) / PAGE_SIZE
  return pages >= MAX_PAGES ? 'max' : String(pages * PAGE_SIZE)
}

export const ranged = (min: number, max: number) => (text: string): string => {
  if (!/^-?\d+$/.test(text)) throw Errno.EINVAL
  const n = Number(text)
  if (n < min || n > max) throw Errno.ERANGE
  return String(n)
}

/** `max` or a count. */
export function countOrMax(text: string): string {
  if (text === 'max') return 'max'
  if (!/^-?\d+$/.test(text)) throw Errno.EINVAL
  if (Number(text) < 0 || Number(text) > 4194304 * 512) throw Errno.EINVAL
  return String(Number(text))
}
export function limitOrMax(text: string): string {
  if (text === 'max') return 'max'
  if (!/^-?\d+$/.test(text)) throw Errno.EINVAL
  if (Number(text) < 0) throw Errno.ERANGE
  return String(Number(text))
}

/** cpu.max: quota and period in microseconds. */
export function cpuMax(text: string, old: string): string {
  const [quota, period = old.split(' ')[1]] = text.split(/\s+/)
  if (!/^\d+$/.test(period) || (quota !== 'max' && !/^\d+$/.test(quota))) throw Errno.EINVAL
  if (Number(period) < 1000 || Number(period) > 1000000 || (quota !== 'max' && Number(quota) < 1000)) throw Errno.EINVAL
  return `${quota} ${period}`
}

/** io.weight: `default N` or just N. */
export function ioWeight(text: string): string {
  const match = /^(?:default\s+)?(\d+)$/.exec(text)
  if (match === null) throw Errno.EINVAL
  return `default ${ranged(1, 10000)(match[1])}`
}

export function flag(text: string): string {
  if (!/^-?\d+$/.test(text)) throw Errno.EINVAL
  if (text !== '0' && text !== '1') throw Errno.ERANGE
  return text
}
