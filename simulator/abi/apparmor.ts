// AppArmor policy as the parser hands it to the kernel through /sys/kernel/security/apparmor/.load and .replace: on Linux a binary with state machines, here JSON
// with regular expressions. See apparmor.d(5).

export type ApparmorMode = 'enforce' | 'complain' | 'kill' | 'unconfined'

/** Modes of a path: r w a l k m, in one string. */
export interface ApparmorFileRule {
  /** regular expression over the whole path; directories end in a slash */
  readonly path: string
  readonly allow?: string
  readonly deny?: string
  /** log what is allowed, or what a deny rule refuses */
  readonly audit?: boolean
  /** only for files of the process's own user */
  readonly owner?: boolean
  readonly exec?: ApparmorExec
}
/** What executing such a path leads to: the same profile (i), another (p), a child (c), none (u); with a fallback where there is no such profile. */
export interface ApparmorExec {
  readonly kind: 'i' | 'p' | 'c' | 'u'
  readonly fallback?: 'i' | 'u'
  readonly target?: string
}
interface Rule {
  readonly deny?: boolean
  readonly audit?: boolean
}
export interface ApparmorCapRule extends Rule {
  /** names without `cap_`; undefined for all */
  readonly caps?: readonly string[]
}
export interface ApparmorNetworkRule extends Rule {
  readonly family?: string
  readonly type?: string
}
export interface ApparmorMountRule extends Rule {
  readonly op: 'mount' | 'remount' | 'umount' | 'pivot_root'
  /** options=(…): the mount's flags must be exactly these; with `in` a part of them */
  readonly options?: readonly string[]
  readonly optionsIn?: readonly string[]
  readonly fstype?: string
  readonly source?: string
  readonly target?: string
}
export interface ApparmorSignalRule extends Rule {
  readonly access: readonly ('send' | 'receive')[]
  readonly set?: readonly string[]
  readonly peer?: string
}
export interface ApparmorPtraceRule extends Rule {
  readonly access: readonly ('trace' | 'read' | 'tracedby' | 'readby')[]
  readonly peer?: string
}
export interface ApparmorChangeRule extends Rule {
  /** regular expression over names */
  readonly target: string
}
export interface ApparmorProfile {
  readonly name: string
  /** regular expression over the paths of programs it is for, and how many characters of it are fixed: the most specific profile wins */
  readonly attach?: { readonly path: string; readonly specific: number }
  readonly mode: ApparmorMode
  readonly flags: readonly string[]
  readonly files: readonly ApparmorFileRule[]
  readonly caps: readonly ApparmorCapRule[]
  readonly network: readonly ApparmorNetworkRule[]
  readonly mounts: readonly ApparmorMountRule[]
  readonly signals: readonly ApparmorSignalRule[]
  readonly ptrace: readonly ApparmorPtraceRule[]
  readonly changeProfile: readonly ApparmorChangeRule[]
}
