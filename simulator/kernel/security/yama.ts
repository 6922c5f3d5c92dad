// Yama (security/yama/yama_lsm.c, ptrace(2), /proc/sys/kernel/yama/ptrace_scope): who may attach to whom, on top of the ptrace access check.
// It does not matter for reading /proc. Simpler: PR_SET_PTRACER exceptions are not simulated.
import { CAP_SYS_PTRACE } from '../../abi/capability.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { bindingOf } from '../fs/proc/sysctl-bindings.ts'
import type { Task } from '../task.ts'

const SCOPE_DISABLED = 0, SCOPE_RELATIONAL = 1, SCOPE_CAPABILITY = 2

function isDescendant(task: Task, ancestor: Task): boolean {
  for (let walker: Task | undefined = task; walker !== undefined; walker = walker.parent) if (walker === ancestor) return true
  return false
}

/** 0 all that may look, 1 one's own descendants or with CAP_SYS_PTRACE, 2 only with the capability, 3 nobody. */
export function yamaAllowsAttach(task: Task, target: Task): boolean {
  const scope = Number(bindingOf('kernel/yama/ptrace_scope').get(task))
  if (scope === SCOPE_DISABLED || (scope === SCOPE_RELATIONAL && isDescendant(target, task))) return true
  return scope <= SCOPE_CAPABILITY && nsCapable(task, target.cred.userNs, CAP_SYS_PTRACE)
}
