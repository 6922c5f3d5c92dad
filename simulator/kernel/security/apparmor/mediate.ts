// AppArmor's decisions (security/apparmor/file.c, capability.c, net.c, mount.c, ipc.c, task.c): each asks the rules of the task's profile. What no rule allows is
// refused and logged, what a deny rule names is refused silently; in complain mode the first goes through. Nothing here costs an unconfined task more than a look.
import { CAP_NAMES } from '../../../abi/capability.ts'
import { Errno } from '../../../abi/errno.ts'
import type { Task } from '../../task.ts'
import type { Path } from '../../vfs/path.ts'
import type { Inode } from '../../vfs/inode.ts'
import { audit, type AuditFields } from './audit.ts'
import { isMediated, nameOf } from './path-name.ts'
import { fits, type LoadedProfile, profileOf } from './policy.ts'

/** x w r a c d k m l, in the order they are printed. */
const MASK_ORDER = 'xwracdkml'
/** What a mode in a rule stands for: w covers creating, deleting and appending. */
const expand = (modes: string | undefined): string => (modes === undefined ? '' : modes.includes('w') ? `${modes}acd` : modes)

export const inOrder = (mask: string): string => [...MASK_ORDER].filter((letter) => mask.includes(letter)).join('')

interface FilePermissions {
  readonly allow: string
  readonly quiet: string
}

export function filePermissions(profile: LoadedProfile, name: string, isOwner: boolean): FilePermissions {
  let allow = ''
  let deny = ''
  let loud = ''
  for (const rule of profile.files) {
    if ((rule.owner === true && !isOwner) || !rule.regex.test(name)) continue
    allow += expand(rule.allow)
    deny += expand(rule.deny)
    if (rule.exec !== undefined) allow += 'x'
    if (rule.audit === true) loud += expand(rule.deny)
  }
  return { allow: [...allow].filter((letter) => !deny.includes(letter)).join(''), quiet: [...deny].filter((letter) => !loud.includes(letter)).join('') }
}

/** Refuses with an audit line, or only logs in complain mode. `isQuiet`: an explicit deny rule decided, which complain mode doesn't soften. */
export function verdict(task: Task, profile: LoadedProfile, operation: string, error: Errno, isQuiet: boolean, fields: AuditFields): void {
  if (isQuiet) {
    task.kernel.trace.emit('apparmor.check', task, { verdict: 'DENIED', operation, profile: profile.policy.name, name: fields.name ?? fields.capname ?? fields.family, mask: fields.denied_mask })
    throw error
  }
  const complains = profile.policy.mode === 'complain'
  audit(task, complains ? 'ALLOWED' : 'DENIED', operation, { profile: profile.policy.name, ...fields })
  if (!complains) throw error
}

/** aa_path_perm: may the task do this to a file? `mask` is made of x w r a c d k m l. Throws EACCES. */
export function checkPath(task: Task, operation: string, path: Path, mask: string, owner?: Inode): void {
  const profile = profileOf(task)
  if (profile === undefined || !isMediated(path)) return
  const { inode } = path.dentry
  checkName(task, profile, operation, nameOf(task, path, inode.isDir, profile.policy.flags), mask, (owner ?? inode).uid)
}
/** The same for a name that is only about to be. */
export function checkNewPath(task: Task, operation: string, dir: Path, last: string, mask: string, isDir = false): void {
  const profile = profileOf(task)
  if (profile === undefined) return
  const parent = nameOf(task, dir, true, profile.policy.flags)
  checkName(task, profile, operation, parent === undefined ? undefined : `${parent}${last}${isDir ? '/' : ''}`, mask, task.cred.fsuid)
}

function checkName(task: Task, profile: LoadedProfile, operation: string, name: string | undefined, mask: string, ouid: number): void {
  const fsuid: number = task.cred.fsuid
  if (name === undefined) {
    verdict(task, profile, operation, Errno.EACCES, false, { info: 'Failed name lookup - disconnected path', error: -13, name: '', requested_mask: inOrder(mask), denied_mask: inOrder(mask), fsuid, ouid })
    return
  }
  const { allow, quiet } = filePermissions(profile, name, fsuid === ouid)
  const denied = [...mask].filter((letter) => !allow.includes(letter)).join('')
  if (denied === '') return
  const told = [...denied].filter((letter) => !quiet.includes(letter)).join('')
  verdict(task, profile, operation, Errno.EACCES, told === '', { name, requested_mask: inOrder(mask), denied_mask: inOrder(told === '' ? denied : told), fsuid, ouid })
}

/** aa_capable: the profile must allow what the credentials do. */
export function allowsCapability(task: Task, cap: number): boolean {
  const profile = profileOf(task)
  if (profile === undefined) return true
  const name = CAP_NAMES[cap].replace(/^cap_/, '')
  const covering = profile.policy.caps.filter((rule) => rule.caps === undefined || rule.caps.includes(name))
  const denied = covering.find((rule) => rule.deny === true)
  if (denied === undefined && covering.length > 0) return true
  try {
    verdict(task, profile, 'capable', Errno.EPERM, denied !== undefined && denied.audit !== true, { capability: cap, capname: name })
  } catch {
    return false
  }
  return true
}

/** aa_af_perm: sockets of a family and type. Throws EACCES. */
export function checkSocket(task: Task, family: string, type: string, protocol: number): void {
  const profile = profileOf(task)
  if (profile === undefined) return
  const covering = profile.policy.network.filter((rule) => (rule.family === undefined || rule.family === family) && (rule.type === undefined || rule.type === type))
  const denied = covering.find((rule) => rule.deny === true)
  if (denied === undefined && covering.length > 0) return
  verdict(task, profile, 'create', Errno.EACCES, denied !== undefined && denied.audit !== true,
    { family, sock_type: type, protocol, requested_mask: 'create', denied_mask: 'create' })
}

const OTHER_SIDE = { send: 'receive', trace: 'tracedby', read: 'readby' } as const
const plainLabel = (task: Task): string => profileOf(task)?.policy.name ?? 'unconfined'

/** aa_may_signal: the sender's profile must let it go, the receiver's let it in. Throws EACCES. */
export function checkSignal(task: Task, target: Task, signal: string): void {
  for (const [profile, peer, access] of [[profileOf(task), plainLabel(target), 'send'], [profileOf(target), plainLabel(task), 'receive']] as const) {
    if (profile === undefined) continue
    const covering = profile.policy.signals.filter((rule) => rule.access.includes(access) && (rule.set === undefined || rule.set.includes(signal)) && fits(profile, rule.peer, peer))
    const denied = covering.find((rule) => rule.deny === true)
    if (denied === undefined && covering.length > 0) continue
    verdict(task, profile, 'signal', Errno.EACCES, denied !== undefined && denied.audit !== true, { requested_mask: access, denied_mask: access, signal, peer })
  }
}

/** aa_may_ptrace: `read` for looking through /proc, `trace` for attaching. */
export function allowsPtrace(task: Task, target: Task, access: 'read' | 'trace'): boolean {
  for (const [profile, peer, wanted] of [[profileOf(task), plainLabel(target), access], [profileOf(target), plainLabel(task), OTHER_SIDE[access]]] as const) {
    // An unconfined tracer is nobody's business.
    if (profile === undefined || (wanted !== access && profileOf(task) === undefined)) continue
    const covering = profile.policy.ptrace.filter((rule) => rule.access.includes(wanted) && fits(profile, rule.peer, peer))
    const denied = covering.find((rule) => rule.deny === true)
    if (denied === undefined && covering.length > 0) continue
    try {
      verdict(task, profile, 'ptrace', Errno.EACCES, denied !== undefined && denied.audit !== true, { requested_mask: wanted, denied_mask: wanted, peer })
    } catch {
      return false
    }
  }
  return true
}
