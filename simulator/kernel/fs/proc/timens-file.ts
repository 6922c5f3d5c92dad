// /proc/PID/timens_offsets (fs/proc/base.c, kernel/time/namespace.c: proc_timens_set_offset; time_namespaces(7)): offsets of the time namespace
// that the process's children will be in.
import { CAP_SYS_TIME } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import { nsCapable } from '../../cred/ns-capable.ts'
import type { TimeNamespace } from '../../ns/other-namespaces.ts'
import type { Task } from '../../task.ts'
import type { SeqFile } from '../pseudo/seq-file.ts'
import type { PidFileOptions, PidShow } from './proc-inode.ts'

const KTIME_SEC_MAX = 9223372036
const PAGE_SIZE = 4096
type ClockKey = 'monotonicOffset' | 'boottimeOffset'
const CLOCKS: ReadonlyMap<string, ClockKey> = new Map([['monotonic', 'monotonicOffset'], ['1', 'monotonicOffset'], ['boottime', 'boottimeOffset'], ['7', 'boottimeOffset']])

function showOffset(name: string, nanoseconds: number): string {
  const sec = Math.floor(nanoseconds / NSEC_PER_SEC)
  return `${name.padEnd(10)} ${String(sec).padStart(10)} ${String(nanoseconds - sec * NSEC_PER_SEC).padStart(9)}\n`
}

function parseOffsets(text: string): { readonly key: ClockKey; readonly sec: number; readonly nsec: number }[] {
  const lines = text.split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  if (lines.length === 0 || lines.length > 2) throw Errno.EINVAL
  return lines.map((line) => {
    const match = /^\s*(\S{1,9})\s+(-?\d+)\s+(\d+)\s*$/.exec(line)
    const key = match === null ? undefined : CLOCKS.get(match[1])
    if (match === null || key === undefined || Number(match[3]) >= NSEC_PER_SEC) throw Errno.EINVAL
    return { key, sec: Number(match[2]), nsec: Number(match[3]) }
  })
}

function write(target: Task, writer: Task, data: Uint8Array, file: SeqFile): number {
  if (file.pos !== 0 || data.length >= PAGE_SIZE) throw Errno.EINVAL
  const offsets = parseOffsets(decodeUtf8(data))
  const ns: TimeNamespace = target.nsproxy.timeForChildren
  if (ns.owner === undefined || !nsCapable(writer, ns.owner, CAP_SYS_TIME, file.openerCred)) throw Errno.EPERM
  for (const { sec } of offsets) {
    const now = writer.kernel.clock.now / NSEC_PER_SEC
    if (Math.abs(sec) > KTIME_SEC_MAX || now + sec < 0 || now + sec > KTIME_SEC_MAX / 2) throw Errno.ERANGE
  }
  if (ns.frozen || ns === writer.kernel.initTimeNs) throw Errno.EACCES
  for (const { key, sec, nsec } of offsets) ns[key] = sec * NSEC_PER_SEC + nsec
  return data.length
}

export const timensOffsetsFile: { readonly show: PidShow; readonly options: PidFileOptions } = {
  show(target) {
    const ns = target.isAlive ? target.nsproxy.timeForChildren : target.kernel.initTimeNs
    return showOffset('monotonic', ns.monotonicOffset) + showOffset('boottime', ns.boottimeOffset)
  },
  options: { store: write, keepsPosition: true },
}
