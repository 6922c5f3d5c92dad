// AppArmor's rules for mount(2), umount2(2) and pivot_root(2) (security/apparmor/mount.c): asked before any capability.
import { Errno } from '../../../abi/errno.ts'
import type { ApparmorMountRule } from '../../../abi/apparmor.ts'
import {
  MS_BIND, MS_DIRSYNC, MS_MANDLOCK, MS_MOVE, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_RDONLY, MS_REC, MS_RELATIME, MS_REMOUNT, MS_SHARED,
  MS_SILENT, MS_SLAVE, MS_STRICTATIME, MS_SYNCHRONOUS, MS_UNBINDABLE,
} from '../../../abi/mount.ts'
import type { Task } from '../../task.ts'
import type { Path } from '../../vfs/path.ts'
import { verdict } from './mediate.ts'
import { nameOf } from './path-name.ts'
import { fits, profileOf } from './policy.ts'

const WORDS: readonly (readonly [number, string])[] = [
  [MS_NOSUID, 'nosuid'], [MS_NODEV, 'nodev'], [MS_NOEXEC, 'noexec'], [MS_SYNCHRONOUS, 'sync'], [MS_REMOUNT, 'remount'], [MS_MANDLOCK, 'mand'], [MS_DIRSYNC, 'dirsync'],
  [MS_NOATIME, 'noatime'], [MS_NODIRATIME, 'nodiratime'], [MS_MOVE, 'move'], [MS_SILENT, 'silent'], [MS_RELATIME, 'relatime'], [MS_STRICTATIME, 'strictatime'],
]
const PROPAGATION: readonly (readonly [number, string])[] = [[MS_UNBINDABLE, 'unbindable'], [MS_PRIVATE, 'private'], [MS_SLAVE, 'slave'], [MS_SHARED, 'shared']]

function words(flags: number): string[] {
  const recurses = (flags & MS_REC) !== 0
  const bind = (flags & MS_BIND) === 0 ? [] : [recurses ? 'rbind' : 'bind']
  const types = PROPAGATION.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => (recurses ? `r${word}` : `make-${word}`).replace(/^r(.*)/, 'make-r$1'))
  return [...((flags & MS_RDONLY) === 0 ? [] : ['ro']), ...WORDS.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word), ...bind, ...types]
}

interface Request {
  readonly op: ApparmorMountRule['op']
  readonly options: readonly string[]
  readonly hasFlags: boolean
  readonly fstype?: string
  readonly source?: string
}

function check(task: Task, target: Path, request: Request): void {
  const profile = profileOf(task)
  if (profile === undefined) return
  const name = nameOf(task, target, target.dentry.inode.isDir, profile.policy.flags) ?? ''
  const matches = (pattern: string | undefined, text: string | undefined): boolean => fits(profile, pattern, text)
  const { options } = request
  const covering = profile.policy.mounts.filter((rule) => rule.op === request.op && matches(rule.target, name) && matches(rule.source, request.source) && matches(rule.fstype, request.fstype)
    && (rule.options === undefined || (rule.options.length === options.length && options.every((o) => rule.options?.includes(o))))
    && (rule.optionsIn === undefined || options.every((o) => rule.optionsIn?.includes(o))))
  const denied = covering.find((rule) => rule.deny === true)
  if (denied === undefined && covering.length > 0) return
  const operation = request.op === 'umount' ? 'umount' : request.op === 'pivot_root' ? 'pivotroot' : 'mount'
  verdict(task, profile, operation, Errno.EACCES, denied !== undefined && denied.audit !== true, {
    ...(operation === 'mount' ? { info: 'failed mntpnt match', error: -13 } : {}), name, ...(request.fstype === undefined ? {} : { fstype: request.fstype }),
    ...(request.source === undefined ? {} : { srcname: request.source }),
    ...(request.hasFlags ? { flags: [...(options.includes('ro') ? [] : ['rw']), ...options].join(', ') } : {}),
  })
}

/** aa_new_mount and its relatives. Throws EACCES. */
export function checkMount(task: Task, target: Path, flags: number, source: string, fstype: string): void {
  const isPlain = (flags & (MS_REMOUNT | MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)) === 0
  const op = (flags & MS_REMOUNT) !== 0 ? 'remount' : 'mount'
  check(task, target, { op, options: words(flags), hasFlags: flags !== 0, ...(isPlain ? { fstype } : {}), ...(source === '' ? {} : { source }) })
}
export function checkUnmount(task: Task, target: Path): void {
  check(task, target, { op: 'umount', options: [], hasFlags: false })
}
export function checkPivotRoot(task: Task, target: Path): void {
  check(task, target, { op: 'pivot_root', options: [], hasFlags: false })
}
