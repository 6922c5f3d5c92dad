// Replacing a task's credentials (kernel/cred.c: commit_creds): counts move along, and a gain or loss of ids makes the task undumpable.
import type { Task } from '../task.ts'
import type { Cred } from './cred.ts'

/** cred_cap_issubset: has `now` no more than `old`? Whoever owns a user namespace has everything in it and in those below, so entering it gains nothing. */
function credCapIsSubset(old: Cred, now: Cred): boolean {
  if (old.userNs === now.userNs && (now.permitted & ~old.permitted) === 0n) return true
  for (let ns = now.userNs; ns.parent !== undefined; ns = ns.parent) {
    if (ns.parent === old.userNs && ns.ownerUid === old.euid) return true
  }
  return false
}

export function commitCred(task: Task, cred: Cred): void {
  const old = task.cred
  if (cred === old) return
  if (cred.userNs !== old.userNs) {
    cred.userNs.hold('task')
    task.cred = cred
    old.userNs.release('task')
  } else task.cred = cred
  if (cred.uid !== old.uid) {
    task.kernel.countProcess(old.uid, -1)
    task.kernel.countProcess(cred.uid, 1)
  }
  if (old.euid !== cred.euid || old.egid !== cred.egid || old.fsuid !== cred.fsuid || old.fsgid !== cred.fsgid || !credCapIsSubset(old, cred)) {
    task.dumpable = false
    task.pdeathSignal = 0
  }
  if (!sameCred(old, cred)) task.kernel.trace.emit('cred.change', task, { uid: cred.uid, euid: cred.euid, gid: cred.gid, userns: cred.userNs.ino, effective: cred.effective.toString(16) })
}

const sameCred = (a: Cred, b: Cred): boolean => (Object.keys(a) as (keyof Cred)[]).every((key) => a[key] === b[key])
