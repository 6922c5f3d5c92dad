// Changing ids: setuid(2), setreuid(2), setresuid(2) and their group twins, setgroups(2) (kernel/sys.c), with what happens to capabilities
// when uid 0 is left or reached (security/commoncap.c: cap_emulate_setxuid, capabilities(7)).
import { CAP_SETGID, CAP_SETUID } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { SECBIT_KEEP_CAPS, SECBIT_NO_SETUID_FIXUP } from '../../abi/sched.ts'
import type { Task } from '../task.ts'
import { commitCred } from './commit.ts'
import type { Cred } from './cred.ts'
import { INVALID_ID, type Kgid, type Kuid, makeKgid, makeKuid } from './ids.ts'
import { nsCapable } from './ns-capable.ts'

const isNone = (id: number): boolean => id === INVALID_ID || id === -1

function uidOf(task: Task, uid: number): Kuid {
  const id = makeKuid(task.cred.userNs, uid)
  if (id === undefined) throw Errno.EINVAL
  return id
}
function gidOf(task: Task, gid: number): Kgid {
  const id = makeKgid(task.cred.userNs, gid)
  if (id === undefined) throw Errno.EINVAL
  return id
}

/** cap_task_fix_setuid */
function withFixedCaps(old: Cred, next: Cred): Cred {
  if ((old.securebits & SECBIT_NO_SETUID_FIXUP) !== 0) return next
  const root = makeKuid(old.userNs, 0)
  const wasRoot = old.uid === root || old.euid === root || old.suid === root
  const isRoot = next.uid === root || next.euid === root || next.suid === root
  let { permitted, effective, ambient } = next
  if (wasRoot && !isRoot) {
    if ((old.securebits & SECBIT_KEEP_CAPS) === 0) {
      permitted = 0n
      effective = 0n
    }
    ambient = 0n
  }
  if (old.euid === root && next.euid !== root) effective = 0n
  if (old.euid !== root && next.euid === root) effective = permitted
  return { ...next, permitted, effective, ambient }
}

export function setuid(task: Task, uid: number): 0 {
  const old = task.cred
  const id = uidOf(task, uid)
  let next: Cred
  if (nsCapable(task, old.userNs, CAP_SETUID)) next = { ...old, uid: id, euid: id, suid: id, fsuid: id }
  else if (id === old.uid || id === old.suid) next = { ...old, euid: id, fsuid: id }
  else throw Errno.EPERM
  commitCred(task, withFixedCaps(old, next))
  return 0
}

export function setreuid(task: Task, ruid: number, euid: number): 0 {
  const old = task.cred
  const r = isNone(ruid) ? undefined : uidOf(task, ruid)
  const e = isNone(euid) ? undefined : uidOf(task, euid)
  const may = (): boolean => nsCapable(task, old.userNs, CAP_SETUID)
  if (r !== undefined && r !== old.uid && r !== old.euid && !may()) throw Errno.EPERM
  if (e !== undefined && e !== old.uid && e !== old.euid && e !== old.suid && !may()) throw Errno.EPERM
  const newEuid = e ?? old.euid
  const suid = r !== undefined || (e !== undefined && e !== old.uid) ? newEuid : old.suid
  commitCred(task, withFixedCaps(old, { ...old, uid: r ?? old.uid, euid: newEuid, suid, fsuid: newEuid }))
  return 0
}

export function setresuid(task: Task, ruid: number, euid: number, suid: number): 0 {
  const old = task.cred
  const pick = (id: number, current: Kuid): Kuid => (isNone(id) ? current : uidOf(task, id))
  const r = pick(ruid, old.uid)
  const e = pick(euid, old.euid)
  const s = pick(suid, old.suid)
  const own = (id: Kuid): boolean => id === old.uid || id === old.euid || id === old.suid
  if (!(own(r) && own(e) && own(s)) && !nsCapable(task, old.userNs, CAP_SETUID)) throw Errno.EPERM
  commitCred(task, withFixedCaps(old, { ...old, uid: r, euid: e, suid: s, fsuid: e }))
  return 0
}

export function setgid(task: Task, gid: number): 0 {
  const old = task.cred
  const id = gidOf(task, gid)
  if (nsCapable(task, old.userNs, CAP_SETGID)) commitCred(task, { ...old, gid: id, egid: id, sgid: id, fsgid: id })
  else if (id === old.gid || id === old.sgid) commitCred(task, { ...old, egid: id, fsgid: id })
  else throw Errno.EPERM
  return 0
}

export function setregid(task: Task, rgid: number, egid: number): 0 {
  const old = task.cred
  const r = isNone(rgid) ? undefined : gidOf(task, rgid)
  const e = isNone(egid) ? undefined : gidOf(task, egid)
  const may = (): boolean => nsCapable(task, old.userNs, CAP_SETGID)
  if (r !== undefined && r !== old.gid && r !== old.egid && !may()) throw Errno.EPERM
  if (e !== undefined && e !== old.gid && e !== old.egid && e !== old.sgid && !may()) throw Errno.EPERM
  const newEgid = e ?? old.egid
  const sgid = r !== undefined || (e !== undefined && e !== old.gid) ? newEgid : old.sgid
  commitCred(task, { ...old, gid: r ?? old.gid, egid: newEgid, sgid, fsgid: newEgid })
  return 0
}

export function setresgid(task: Task, rgid: number, egid: number, sgid: number): 0 {
  const old = task.cred
  const pick = (id: number, current: Kgid): Kgid => (isNone(id) ? current : gidOf(task, id))
  const r = pick(rgid, old.gid)
  const e = pick(egid, old.egid)
  const s = pick(sgid, old.sgid)
  const own = (id: Kgid): boolean => id === old.gid || id === old.egid || id === old.sgid
  if (!(own(r) && own(e) && own(s)) && !nsCapable(task, old.userNs, CAP_SETGID)) throw Errno.EPERM
  commitCred(task, { ...old, gid: r, egid: e, sgid: s, fsgid: e })
  return 0
}

/** may_setgroups: CAP_SETGID, a gid map, and setgroups not denied there. */
export function setgroups(task: Task, groups: readonly number[]): 0 {
  const { cred } = task
  const ns = cred.userNs
  if (ns.gidMap.length === 0 || !ns.setgroupsAllowed || !nsCapable(task, ns, CAP_SETGID)) throw Errno.EPERM
  const ids = groups.map((gid) => gidOf(task, gid)).sort((a, b) => a - b)
  commitCred(task, { ...cred, groups: ids })
  return 0
}
