// What the three kinds of System V IPC share (ipc/util.c): ids, keys, owners, permissions. One table a kind in each IPC namespace.
import { CAP_IPC_OWNER, CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, type IpcChange, type IpcPerm } from '../../abi/ipc.ts'
import { inGroup } from '../cred/cred.ts'
import { fromKgidMunged, fromKuidMunged, type Kgid, type Kuid, makeKgid, makeKuid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { IpcNamespace } from '../ns/other-namespaces.ts'
import type { UserNamespace } from '../ns/user-namespace.ts'
import type { Task } from '../task.ts'
import type { Room } from '../rooms.ts'

const MNI_SHIFT = 15
const MIN_CYCLE = 64
const SEQ_MAX = 0xffff

export interface IpcOwner { key: number; uid: Kuid; gid: Kgid; readonly cuid: Kuid; readonly cgid: Kgid; mode: number }

export abstract class IpcObject {
  id = -1
  readonly owner: IpcOwner
  /** milliseconds since 1970 */
  ctime: number

  constructor(task: Task, key: number, flags: number) {
    const { euid, egid } = task.cred
    this.owner = { key, uid: euid, gid: egid, cuid: euid, cgid: egid, mode: flags & 0o777 }
    this.ctime = task.kernel.clock.realtimeMs
  }
  /** Removed by IPC_RMID or with its namespace. */
  abstract destroy(): void

  perm(viewer: UserNamespace): IpcPerm {
    const { key, uid, gid, cuid, cgid, mode } = this.owner
    return {
      key, id: this.id, mode, uid: fromKuidMunged(viewer, uid), gid: fromKgidMunged(viewer, gid), cuid: fromKuidMunged(viewer, cuid), cgid: fromKgidMunged(viewer, cgid),
    }
  }
}

/** One kind's objects in one namespace. */
export class IpcIds<T extends IpcObject> {
  readonly #byIndex = new Map<number, T>()
  #next = 0
  #lastIndex = -1
  #seq = 0

  get inUse(): number {
    return this.#byIndex.size
  }
  /** In the order of their indexes, as /proc/sysvipc lists them. */
  list(): readonly T[] {
    return [...this.#byIndex.entries()].sort(([a], [b]) => a - b).map(([, object]) => object)
  }
  byKey(key: number): T | undefined {
    for (const object of this.#byIndex.values()) if (object.owner.key === key) return object
    return undefined
  }
  /** Throws EINVAL for an id that is not, or no more, in use. */
  require(id: number): T {
    const object = this.#byIndex.get(id & ((1 << MNI_SHIFT) - 1))
    if (object === undefined || object.id !== id) throw Errno.EINVAL
    return object
  }

  /** ipc_addid: indexes go round, so that a number just freed is not given again at once. Throws ENOSPC at `limit`. */
  add(object: T, limit: number): number {
    if (this.#byIndex.size >= limit) throw Errno.ENOSPC
    const max = Math.min(Math.max(Math.floor((this.#byIndex.size * 3) / 2), MIN_CYCLE), limit)
    let index = this.#next >= max ? 0 : this.#next
    while (this.#byIndex.has(index)) index = index + 1 >= max ? 0 : index + 1
    this.#next = index + 1
    if (index <= this.#lastIndex) this.#seq = this.#seq >= SEQ_MAX ? 0 : this.#seq + 1
    this.#lastIndex = index
    object.id = (this.#seq << MNI_SHIFT) + index
    this.#byIndex.set(index, object)
    return object.id
  }
  remove(object: T): void {
    this.#byIndex.delete(object.id & ((1 << MNI_SHIFT) - 1))
    object.destroy()
  }
}

/** ipcperms: like the mode of a file; CAP_IPC_OWNER over the namespace's owner overrides. Throws EACCES. */
export function checkIpcPermission(task: Task, object: IpcObject, flags: number): void {
  const { cred } = task
  const { uid, gid, cuid, cgid, mode } = object.owner
  const requested = (flags >> 6) | (flags >> 3) | flags
  const granted = cred.euid === cuid || cred.euid === uid ? mode >> 6 : inGroup(cred, cgid) || inGroup(cred, gid) ? mode >> 3 : mode
  if ((requested & ~granted & 7) === 0) return
  const { owner } = task.nsproxy.ipc
  if (owner === undefined || !nsCapable(task, owner, CAP_IPC_OWNER)) throw Errno.EACCES
}

/** ipcctl_obtain_check: only owner, creator, or CAP_SYS_ADMIN may change or remove. Throws EPERM. */
export function checkIpcControl(task: Task, object: IpcObject): void {
  const { euid } = task.cred
  const { owner } = task.nsproxy.ipc
  if (euid === object.owner.cuid || euid === object.owner.uid || (owner !== undefined && nsCapable(task, owner, CAP_SYS_ADMIN))) return
  throw Errno.EPERM
}

/** ipcget: finds by key or makes. `fits` checks an existing object's size. */
export function ipcGet<T extends IpcObject>(task: Task, ids: IpcIds<T>, key: number, flags: number, limit: number, make: () => T, fits: (object: T) => void): number {
  const found = key === IPC_PRIVATE ? undefined : ids.byKey(key)
  if (found === undefined) {
    if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) throw Errno.ENOENT
    return ids.add(make(), limit)
  }
  if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) throw Errno.EEXIST
  fits(found)
  checkIpcPermission(task, found, flags)
  return found.id
}

/** IPC_SET. Throws EINVAL for ids without a mapping. */
export function changeOwner(task: Task, object: IpcObject, change: IpcChange): void {
  const uid = makeKuid(task.userNs, change.uid)
  const gid = makeKgid(task.userNs, change.gid)
  if (uid === undefined || gid === undefined) throw Errno.EINVAL
  object.owner.uid = uid
  object.owner.gid = gid
  object.owner.mode = (object.owner.mode & ~0o777) | (change.mode & 0o777)
  object.ctime = task.kernel.clock.realtimeMs
}

/** The table of one kind in a namespace, made at first use. */
export const idsOf = <T extends IpcObject>(ns: IpcNamespace, kind: Room<IpcIds<T>>): IpcIds<T> => ns.rooms.open(kind, () => new IpcIds<T>())

export const seconds = (ms: number): number => Math.floor(ms / 1000)
