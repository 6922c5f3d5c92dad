// The io controller (block/blk-throttle.c, block/blk-cgroup.c): bytes and operations of a group on each disk, and how many of them it may make in a second.
import { Errno } from '../../abi/errno.ts'
import { major, makedev, minor } from '../../abi/stat.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import type { Cgroup } from './cgroup.ts'

export const IO_KEYS = ['rbps', 'wbps', 'riops', 'wiops'] as const
type IoKey = (typeof IO_KEYS)[number]
export type IoLimits = Record<IoKey, number>
interface IoFigures {
  rbytes: number
  wbytes: number
  rios: number
  wios: number
}

export class IoState {
  /** io.max by device number */
  readonly limits = new Map<number, IoLimits>()
  readonly figures = new Map<number, IoFigures>()
  weight = 100
  /** When each device's next request of a kind may start, by device and direction. */
  readonly nextStart = new Map<string, number>()
}

const OPERATION_BYTES = 1024 * 1024

/** A transfer between memory and a disk: counted for the group and those above; answers for how long limits hold it up, in nanoseconds. */
export function transfer(owner: Cgroup, dev: number, bytes: number, isWrite: boolean): number {
  const operations = Math.max(1, Math.ceil(bytes / OPERATION_BYTES))
  const { now } = owner.kernel.clock
  let until = now
  for (const group of owner.lineage()) {
    count(group.io, dev, bytes, operations, isWrite)
    const limits = group.io.limits.get(dev)
    if (limits === undefined || !group.has('io')) continue
    const seconds = isWrite ? Math.max(bytes / limits.wbps, operations / limits.wiops) : Math.max(bytes / limits.rbps, operations / limits.riops)
    const key = `${dev} ${isWrite}`
    const end = Math.max(now, group.io.nextStart.get(key) ?? 0) + seconds * NSEC_PER_SEC
    group.io.nextStart.set(key, end)
    until = Math.max(until, end)
  }
  return until - now
}

function count(io: IoState, dev: number, bytes: number, operations: number, isWrite: boolean): void {
  const figures = io.figures.get(dev) ?? { rbytes: 0, wbytes: 0, rios: 0, wios: 0 }
  io.figures.set(dev, figures)
  if (isWrite) {
    figures.wbytes += bytes
    figures.wios += operations
  } else {
    figures.rbytes += bytes
    figures.rios += operations
  }
}

/** `MAJ:MIN rest` (blkcg_conf_open_bdev). `disks`: device numbers of whole disks. Throws EINVAL, ENODEV. */
export function parseDevice(text: string, disks: readonly number[]): { readonly dev: number; readonly rest: string } {
  const match = /^\s*(\d+):(\d+)\s+(\S.*?)?\s*$/s.exec(`${text} `)
  if (match === null) throw Errno.EINVAL
  const dev = makedev(Number(match[1]), Number(match[2]))
  if (!disks.includes(dev)) throw Errno.ENODEV
  return { dev, rest: match[3] ?? '' }
}

const isKey = (name: string): name is IoKey => (IO_KEYS as readonly string[]).includes(name)

/** tg_set_limit: all or nothing. Throws EINVAL for what it doesn't know and for a limit of 1, ERANGE for a limit of 0. */
export function changeIoMax(io: IoState, dev: number, text: string): void {
  const limits: IoLimits = { ...(io.limits.get(dev) ?? { rbps: Infinity, wbps: Infinity, riops: Infinity, wiops: Infinity }) }
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    const [key, value] = word.split('=')
    const digits = /^\d+/.exec(value ?? '')?.[0]
    if (value === undefined || (digits === undefined && value !== 'max')) throw Errno.EINVAL
    const number = digits === undefined ? Infinity : Number(digits)
    if (number === 0) throw Errno.ERANGE
    if (!isKey(key) || number === 1) throw Errno.EINVAL
    limits[key] = number
  }
  if (!io.figures.has(dev)) io.figures.set(dev, { rbytes: 0, wbytes: 0, rios: 0, wios: 0 })
  if (IO_KEYS.every((key) => limits[key] === Infinity)) io.limits.delete(dev)
  else io.limits.set(dev, limits)
}

const shown = (n: number): string => (n === Infinity ? 'max' : String(n))
export const deviceName = (dev: number): string => `${major(dev)}:${minor(dev)}`

export const showIoMax = (io: IoState): string =>
  [...io.limits].map(([dev, limits]) => `${deviceName(dev)} ${IO_KEYS.map((key) => `${key}=${shown(limits[key])}`).join(' ')}\n`).join('')

/** What the boot read and wrote. */
const BOOT: IoFigures = { rbytes: 63714 * 512, wbytes: 7024 * 512, rios: 2677, wios: 80 }
/** blkcg_fill_root_iostats: the root shows what the disk itself has counted. */
export function rootFigures(io: IoState, dev: number): IoFigures {
  const f = io.figures.get(dev) ?? { rbytes: 0, wbytes: 0, rios: 0, wios: 0 }
  return { rbytes: BOOT.rbytes + f.rbytes, wbytes: BOOT.wbytes + f.wbytes, rios: BOOT.rios + f.rios, wios: BOOT.wios + f.wios }
}
const shownFigures = (f: IoFigures): string => (f.rios + f.wios === 0 ? '' : `rbytes=${f.rbytes} wbytes=${f.wbytes} rios=${f.rios} wios=${f.wios} dbytes=0 dios=0`)

/** Figures count for those above as they are made, so each group's are whole. A device that the group has settings for is named also without any. */
export const showIoStat = (group: Cgroup, disks: readonly number[]): string => group.parent === undefined
  ? disks.map((dev) => `${deviceName(dev)} ${shownFigures(rootFigures(group.io, dev))}\n`).join('')
  : [...group.io.figures].map(([dev, f]) => `${deviceName(dev)} ${shownFigures(f)}\n`).join('')
