// Who may look into another process (kernel/ptrace.c: __ptrace_may_access with FSCREDS; ptrace(2), "Ptrace access mode checking").
// Yama's ptrace_scope does not matter for reading.
import { CAP_SYS_PTRACE } from '../../abi/capability.ts'
import type { Task } from '../task.ts'
import { allowsPtrace } from '../security/apparmor/mediate.ts'
import { nsCapable } from './ns-capable.ts'

/** Why looking was granted or refused; the last three refuse. */
export type PtraceRule = 'self' | 'same-ids' | 'capability' | 'other-ids' | 'not-dumpable' | 'more-capabilities'

function ptraceRule(task: Task, target: Task): PtraceRule {
  if (task === target) return 'self'
  const { cred } = task
  const other = target.cred
  const sameIds = [other.euid, other.suid, other.uid].every((id) => id === cred.fsuid) && [other.egid, other.sgid, other.gid].every((id) => id === cred.fsgid)
  const hasCap = (): boolean => nsCapable(task, other.userNs, CAP_SYS_PTRACE)
  if (!sameIds && !hasCap()) return 'other-ids'
  if (!target.dumpable && !hasCap()) return 'not-dumpable'
  if (cred.userNs === other.userNs && (other.permitted & ~cred.effective) === 0n) return sameIds ? 'same-ids' : 'capability'
  return hasCap() ? 'capability' : 'more-capabilities'
}

/** ptrace_may_access: true if `task` may read what belongs to `target`, or with `trace` (PTRACE_MODE_ATTACH) follow what it does. Tells the event stream (`ptrace.check`) the rule that decided. */
export function ptraceMayAccess(task: Task, target: Task, access: 'read' | 'trace' = 'read'): boolean {
  const rule = ptraceRule(task, target)
  const granted = rule === 'self' || ((rule === 'same-ids' || rule === 'capability') && allowsPtrace(task, target, access))
  if (rule !== 'self') task.kernel.trace.emit('ptrace.check', task, { target: target.globalPid, granted, rule })
  return granted
}
