// /proc/PID/uid_map, gid_map, projid_map and setgroups (kernel/user_namespace.c: map_write, new_idmap_permitted; user_namespaces(7) lists the rules).
import { CAP_SETFCAP, CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import { O_ACCMODE, O_RDONLY } from '../../../abi/fcntl.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import type { Cred } from '../../cred/cred.ts'
import { type IdExtent, type IdMap, INVALID_ID, makeKgid, makeKuid, mapUp } from '../../cred/ids.ts'
import { nsCapable } from '../../cred/ns-capable.ts'
import { UserNamespace } from '../../ns/user-namespace.ts'
import type { Task } from '../../task.ts'
import type { SeqFile } from '../pseudo/seq-file.ts'
import type { PidFileOptions, PidShow } from './proc-inode.ts'

export type MapKind = 'uid' | 'gid' | 'projid'
const PAGE_SIZE = 4096
const MAX_EXTENTS = 340

function mapOf(ns: UserNamespace, kind: MapKind): IdMap {
  return kind === 'uid' ? ns.uidMap : kind === 'gid' ? ns.gidMap : ns.projidMap
}
function setMap(ns: UserNamespace, kind: MapKind, map: IdMap): void {
  if (kind === 'uid') ns.uidMap = map
  else if (kind === 'gid') ns.gidMap = map
  else ns.projidMap = map
}

/** The user namespace found at open(2). */
function openedNs(file: SeqFile): UserNamespace {
  if (file.target instanceof UserNamespace) return file.target
  throw Errno.EINVAL
}

/** The outer column is in ids of the opener's namespace; the namespace's own members see their parent's ids, and 4294967295 stands for unmapped. */
function showMap(file: SeqFile, kind: MapKind): string {
  const ns = openedNs(file)
  const reader = file.openerCred.userNs
  const lowerNs = reader === ns && reader.parent !== undefined ? reader.parent : reader
  const column = (n: number): string => String(n).padStart(10)
  return mapOf(ns, kind).map((e) => `${column(e.first)} ${column(mapUp(mapOf(lowerNs, kind), e.kernelFirst) ?? INVALID_ID)} ${column(e.count)}\n`).join('')
}

const isSpace = (c: string | undefined): boolean => c !== undefined && /[ \t\n\v\f\r]/.test(c)

/** Three numbers a line; undefined where the kernel says EINVAL. Numbers keep their low 32 bits, as simple_strtoul into a u32 does. */
export function parseMap(text: string): readonly { readonly first: number; readonly lowerFirst: number; readonly count: number }[] | undefined {
  const extents: { first: number; lowerFirst: number; count: number }[] = []
  const lines = text.split('\n')
  if (lines.length > 1 && lines[lines.length - 1] === '') lines.pop()
  for (const [index, line] of lines.entries()) {
    const numbers: number[] = []
    let rest = line
    for (let i = 0; i < 3; i++) {
      const found = /^[ \t\v\f\r]*(\d*)([\s\S]*)$/.exec(rest)
      if (found === null) return undefined
      numbers.push(Number(BigInt.asUintN(32, BigInt(found[1] === '' ? 0 : found[1]))))
      rest = found[2]
      if (i < 2 ? !isSpace(rest[0]) : rest !== '' && !isSpace(rest[0])) return undefined
    }
    if (rest.trim() !== '') return undefined
    const [first, lowerFirst, count] = numbers
    const wraps = (start: number): boolean => ((start + count) >>> 0) <= start
    if (first === INVALID_ID || lowerFirst === INVALID_ID || wraps(first) || wraps(lowerFirst)) return undefined
    const overlaps = (a: number, b: number, length: number): boolean => a < b + length && b < a + count
    if (extents.some((e) => overlaps(first, e.first, e.count) || overlaps(lowerFirst, e.lowerFirst, e.count))) return undefined
    if (extents.length + 1 === MAX_EXTENTS && index < lines.length - 1) return undefined
    extents.push({ first, lowerFirst, count })
  }
  return extents.length === 0 ? undefined : extents
}

/** verify_root_map: the parent's uid 0 may be mapped only by somebody who could give files capabilities there. */
function mayMapRoot(task: Task, cred: Cred, ns: UserNamespace, parent: UserNamespace): boolean {
  return cred.userNs === ns ? ns.parentCouldSetfcap : nsCapable(task, parent, CAP_SETFCAP, cred)
}

/** new_idmap_permitted. The opener's credentials count (`cred`), and for more than one's own id the writer's too. */
function mapPermitted(task: Task, cred: Cred, ns: UserNamespace, parent: UserNamespace, kind: MapKind, map: readonly { lowerFirst: number; count: number }[]): boolean {
  if (kind === 'uid' && map.some((e) => e.lowerFirst === 0) && !mayMapRoot(task, cred, ns, parent)) return false
  if (map.length === 1 && map[0].count === 1 && ns.ownerUid === cred.euid) {
    if (kind === 'uid' && makeKuid(parent, map[0].lowerFirst) === cred.euid) return true
    if (kind === 'gid' && !ns.setgroupsAllowed && makeKgid(parent, map[0].lowerFirst) === cred.egid) return true
  }
  if (kind === 'projid') return true
  const cap = kind === 'uid' ? CAP_SETUID : CAP_SETGID
  return nsCapable(task, parent, cap) && nsCapable(task, parent, cap, cred)
}

/** map_id_range_down: the whole range must lie in one line of the parent's map. */
function rangeDown(map: IdMap, first: number, count: number): number | undefined {
  for (const e of map) if (first >= e.first && first + count <= e.first + e.count) return e.kernelFirst + (first - e.first)
  return undefined
}

function refuseMap(task: Task, ns: UserNamespace, kind: MapKind, rule: string, error: Errno): never {
  task.kernel.trace.emit('idmap.refused', task, { userns: ns.ino, map: `${kind}_map`, rule, error: error.name })
  throw error
}

function writeMap(task: Task, data: Uint8Array, file: SeqFile, kind: MapKind): number {
  const ns = openedNs(file)
  const { parent } = ns
  const cred = file.openerCred
  if (parent === undefined) throw Errno.EPERM
  if (cred.userNs !== ns && cred.userNs !== parent) refuseMap(task, ns, kind, 'opener-neither-inside-nor-parent', Errno.EPERM)
  if (file.pos !== 0 || data.length >= PAGE_SIZE) refuseMap(task, ns, kind, 'one-write', Errno.EINVAL)
  if (mapOf(ns, kind).length > 0) refuseMap(task, ns, kind, 'already-set', Errno.EPERM)
  if (kind !== 'projid' && !nsCapable(task, ns, CAP_SYS_ADMIN, cred)) refuseMap(task, ns, kind, 'opener-no-sys-admin', Errno.EPERM)
  const parsed = parseMap(decodeUtf8(data))
  if (parsed === undefined) refuseMap(task, ns, kind, 'malformed', Errno.EINVAL)
  if (!mapPermitted(task, cred, ns, parent, kind, parsed)) refuseMap(task, ns, kind, 'not-permitted', Errno.EPERM)
  const map: IdExtent[] = []
  for (const e of parsed) {
    const kernelFirst = rangeDown(mapOf(parent, kind), e.lowerFirst, e.count)
    if (kernelFirst === undefined) refuseMap(task, ns, kind, 'not-mapped-in-parent', Errno.EPERM)
    map.push({ ...e, kernelFirst })
  }
  setMap(ns, kind, map)
  task.kernel.trace.emit('idmap.set', task, { userns: ns.ino, map: `${kind}_map`, extents: map.map((e) => [e.first, e.lowerFirst, e.count]) })
  return data.length
}

export function idMapFile(kind: MapKind): { readonly show: PidShow; readonly options: PidFileOptions } {
  return {
    show: (_target, _reader, file) => showMap(file, kind),
    options: { onOpen: (target) => target.userNs, store: (_target, writer, data, file) => writeMap(writer, data, file, kind) },
  }
}

function writeSetgroups(task: Task, data: Uint8Array, file: SeqFile): number {
  const ns = openedNs(file)
  if (file.pos !== 0 || data.length >= 8) throw Errno.EINVAL
  const word = /^(allow|deny)\s*$/.exec(decodeUtf8(data))?.[1]
  if (word === undefined) throw Errno.EINVAL
  if (word === 'allow') {
    if (!ns.setgroupsAllowed) throw Errno.EPERM
  } else {
    if (ns.gidMap.length > 0) throw Errno.EPERM
    ns.setgroupsAllowed = false
    task.kernel.trace.emit('idmap.setgroups', task, { userns: ns.ino, allowed: false })
  }
  return data.length
}

export const setgroupsFile: { readonly show: PidShow; readonly options: PidFileOptions } = {
  show: (_target, _reader, file) => (openedNs(file).setgroupsAllowed ? 'allow\n' : 'deny\n'),
  options: {
    onOpen(target, opener, flags) {
      const ns = target.userNs
      if ((flags & O_ACCMODE) !== O_RDONLY && !nsCapable(opener, ns, CAP_SYS_ADMIN)) throw Errno.EACCES
      return ns
    },
    store: (_target, writer, data, file) => writeSetgroups(writer, data, file),
  },
}
