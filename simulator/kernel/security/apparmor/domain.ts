// Changes of a task's profile (security/apparmor/domain.c, aa_change_profile(2), aa_change_onexec(2)): at execve by attachment, by the exec modes of its rules or as asked
// for beforehand; at once through /proc/PID/attr/current.
import { Errno } from '../../../abi/errno.ts'
import type { Task } from '../../task.ts'
import type { Path } from '../../vfs/path.ts'
import { audit } from './audit.ts'
import { filePermissions } from './mediate.ts'
import { isMediated, nameOf } from './path-name.ts'
import { fits, type LoadedProfile, policyOf, profileOf, type Slot } from './policy.ts'

/** What a task is confined by; undefined for nothing. */
export type Confinement = { readonly slot: Slot; readonly onExec?: Slot | 'unconfined' } | undefined

const confinedBy = (slot: Slot | undefined): Confinement => (slot === undefined ? undefined : { slot })

/** find_attach: the profile whose pattern fits a program's path most closely. Children only for their parent. */
function findAttachment(task: Task, name: string, parent?: string): Slot | undefined {
  let best: Slot | undefined
  let most = -1
  for (const slot of policyOf(task.kernel).slots.values()) {
    const { profile } = slot
    const isChild = slot.name.includes('//')
    if (profile?.attach === undefined || isChild !== (parent !== undefined) || (parent !== undefined && !slot.name.startsWith(`${parent}//`))) continue
    const specific = profile.policy.attach?.specific ?? 0
    if (specific <= most || !profile.attach.test(name)) continue
    best = slot
    most = specific
  }
  return best
}

/** apparmor_bprm_creds_for_exec: what confines the new program. Throws EACCES where the profile doesn't let it run, EPERM where no_new_privs forbids the change. */
export function confinementForExec(task: Task, path: Path): Confinement {
  const policy = policyOf(task.kernel)
  if (policy.slots.size === 0 && task.apparmor === undefined) return undefined
  const current = profileOf(task)
  const onExec = task.apparmor?.onExec
  const next = onExec !== undefined ? confinedBy(onExec === 'unconfined' ? undefined : onExec) : isMediated(path) ? transition(task, current, path) : confinedBy(task.apparmor?.slot)
  if (task.noNewPrivs && current !== undefined && next?.slot !== task.apparmor?.slot) {
    audit(task, 'DENIED', 'exec', { info: 'no new privs', error: -1, profile: current.policy.name, name: nameOf(task, path, false, []), target: next?.slot.name ?? 'unconfined' })
    throw Errno.EPERM
  }
  return next
}

function transition(task: Task, current: LoadedProfile | undefined, path: Path): Confinement {
  const name = nameOf(task, path, false, current?.policy.flags ?? ['attach_disconnected']) ?? ''
  if (current === undefined) return confinedBy(findAttachment(task, name))
  const { inode } = path.dentry
  const isOwner = inode.uid === task.cred.fsuid
  const { allow } = filePermissions(current, name, isOwner)
  const rule = current.files.findLast((r) => r.exec !== undefined && (r.owner !== true || isOwner) && r.regex.test(name))
  const fields = { profile: current.policy.name, name, requested_mask: 'x', denied_mask: 'x', fsuid: task.cred.fsuid as number, ouid: inode.uid as number }
  if (!allow.includes('x') || rule?.exec === undefined) {
    if (current.policy.mode !== 'complain') {
      audit(task, 'DENIED', 'exec', fields)
      throw Errno.EACCES
    }
    const stand = policyOf(task.kernel).nullProfile(current, name)
    audit(task, 'ALLOWED', 'exec', { ...fields, target: stand.name })
    return confinedBy(stand)
  }
  const { kind, fallback, target } = rule.exec
  const found = kind === 'i' ? task.apparmor?.slot : kind === 'u' ? 'none' : findTarget(task, current, kind, name, target)
  if (found === 'none') return undefined
  if (found !== undefined) return confinedBy(found)
  if (fallback === 'i') return confinedBy(task.apparmor?.slot)
  if (fallback === 'u') return undefined
  audit(task, 'DENIED', 'exec', { info: 'profile transition not found', error: -13, ...fields })
  throw Errno.EACCES
}

function findTarget(task: Task, current: LoadedProfile, kind: 'p' | 'c', name: string, target: string | undefined): Slot | 'none' | undefined {
  const policy = policyOf(task.kernel)
  const own = current.policy.name
  if (target === 'unconfined') return 'none'
  if (target !== undefined) return policy.find(kind === 'c' ? `${own}//${target}` : target)
  return findAttachment(task, name, kind === 'c' ? own : undefined)
}

/** `changeprofile NAME` and `exec NAME` written to attr/current and attr/exec. Throws ENOENT for unknown profiles, EACCES without a change_profile rule, EINVAL. */
export function changeProfile(task: Task, text: string, atExec: boolean): void {
  const match = /^(changeprofile|permprofile|exec|stack|changehat|permhat) +(.*?)[\0\n]*$/s.exec(text)
  if (match === null || atExec !== (match[1] === 'exec') || match[1] === 'stack' || match[1].endsWith('hat')) throw Errno.EINVAL
  const name = match[2]
  const operation = atExec ? 'change_onexec' : 'change_profile'
  const slot = name === 'unconfined' ? 'unconfined' : policyOf(task.kernel).find(name)
  const current = profileOf(task)
  if (slot === undefined) {
    audit(task, 'DENIED', operation, { info: 'label not found', error: -2, profile: current?.policy.name ?? 'unconfined', name })
    throw Errno.ENOENT
  }
  if (current !== undefined) mayChange(task, current, name, operation)
  if (atExec) task.apparmor = { slot: task.apparmor?.slot ?? FREE, onExec: slot }
  else task.apparmor = slot === 'unconfined' ? undefined : { slot }
  task.kernel.trace.emit('apparmor.change', task, { profile: name, atExec })
}
/** Stands for no profile in a task that has asked for one at its next execve. */
const FREE: Slot = { name: 'unconfined', profile: undefined }

function mayChange(task: Task, current: LoadedProfile, name: string, operation: string): void {
  const covering = current.policy.changeProfile.filter((rule) => fits(current, rule.target, name))
  if (covering.length > 0 && covering.every((rule) => rule.deny !== true) && !(task.noNewPrivs && name !== current.policy.name)) return
  const complains = current.policy.mode === 'complain'
  audit(task, complains ? 'ALLOWED' : 'DENIED', operation, { error: -13, profile: current.policy.name, name })
  if (!complains) throw Errno.EACCES
}
