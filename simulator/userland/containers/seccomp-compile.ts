// From a seccomp profile to the filter that runc installs: its names looked up, and its stub in front that answers ENOSYS for calls younger than the profile
// (libcontainer/seccomp, patchbpf). The rest is lib/seccomp-filter.ts.
import {
  SECCOMP_RET_ALLOW, SECCOMP_RET_DATA, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG, SECCOMP_RET_TRACE, SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF, type SockFilter,
} from '../../abi/seccomp.ts'
import { SYSCALL_NUMBER_BY_NAME } from '../../abi/syscall-names.ts'
import { type Comparison, compileFilter, type FilterRule } from '../../lib/seccomp-filter.ts'
import { type OciSeccomp, resolveSeccompProfile, type SeccompArg, type SeccompProfile } from './seccomp-profile.ts'

const ACTIONS: ReadonlyMap<string, number> = new Map([
  ['SCMP_ACT_KILL', SECCOMP_RET_KILL_THREAD], ['SCMP_ACT_KILL_THREAD', SECCOMP_RET_KILL_THREAD], ['SCMP_ACT_KILL_PROCESS', SECCOMP_RET_KILL_PROCESS],
  ['SCMP_ACT_TRAP', SECCOMP_RET_TRAP], ['SCMP_ACT_ERRNO', SECCOMP_RET_ERRNO], ['SCMP_ACT_TRACE', SECCOMP_RET_TRACE], ['SCMP_ACT_ALLOW', SECCOMP_RET_ALLOW],
  ['SCMP_ACT_LOG', SECCOMP_RET_LOG], ['SCMP_ACT_NOTIFY', SECCOMP_RET_USER_NOTIF],
])
const OPERATORS: ReadonlySet<string> = new Set(['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'])
const EPERM = 1
const ENOSYS = 38

/** The answer of a rule, its errno (EPERM unless said) included. Throws an Error with runc's message. */
function actionOf(name: string, errnoRet: number | undefined): number {
  const action = ACTIONS.get(name)
  if (action === undefined) throw new Error(`string ${name} is not a valid action for seccomp`)
  return action === SECCOMP_RET_ERRNO || action === SECCOMP_RET_TRACE ? (action | ((errnoRet ?? EPERM) & SECCOMP_RET_DATA)) >>> 0 : action
}

function comparison({ index, value, valueTwo, op }: SeccompArg): Comparison {
  const short = op.replace(/^SCMP_CMP_/, '')
  if (!op.startsWith('SCMP_CMP_') || !OPERATORS.has(short)) throw new Error(`string ${op} is not a valid operator for seccomp`)
  return { index, value, op: short as Comparison['op'], ...(valueTwo === undefined ? {} : { valueTwo }) }
}

/** Calls that are younger than any the profile names don't exist for its containers: a C library may then fall back to older ones. */
function younger(rules: readonly FilterRule[], action: number): { readonly than: number; readonly action: number } | undefined {
  if (action === SECCOMP_RET_ALLOW || action === SECCOMP_RET_LOG || action === (SECCOMP_RET_ERRNO | ENOSYS) >>> 0 || rules.length === 0) return undefined
  return { than: Math.max(...rules.map((rule) => rule.number)), action: (SECCOMP_RET_ERRNO | ENOSYS) >>> 0 }
}

/** The filter for `linux.seccomp` of an OCI config.json. Names nobody knows are passed over. Throws an Error with runc's message for unknown actions and operators. */
export function compileSeccomp(profile: OciSeccomp): readonly SockFilter[] {
  const defaultAction = actionOf(profile.defaultAction, profile.defaultErrnoRet)
  const rules = (profile.syscalls ?? []).flatMap((rule) => {
    const action = actionOf(rule.action, rule.errnoRet)
    const args = (rule.args ?? []).map(comparison)
    return rule.names.flatMap((name): FilterRule[] => {
      const number = SYSCALL_NUMBER_BY_NAME.get(name)
      return number === undefined ? [] : [{ number, action, args }]
    })
  })
  return compileFilter(defaultAction, rules, younger(rules, defaultAction))
}

/** The filter for a Docker profile and a container with these capabilities, `CAP_` and all. */
export function compileSeccompProfile(profile: SeccompProfile, caps: readonly string[]): readonly SockFilter[] {
  return compileSeccomp(resolveSeccompProfile(profile, caps))
}
