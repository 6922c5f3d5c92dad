// The lines of /proc/PID/mountinfo and /proc/PID/mounts (fs/proc_namespace.c, proc(5)), as seen from a task's root.
import {
  MS_DIRSYNC, MS_LAZYTIME, MS_MANDLOCK, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_NOSYMFOLLOW, MS_RDONLY, MS_RELATIME, MS_SYNCHRONOUS,
} from '../../abi/mount.ts'
import { major, minor } from '../../abi/stat.ts'
import type { Task } from '../task.ts'
import { dentryPath, pathFromRoot } from '../vfs/path-string.ts'
import { dominatingGroupId } from './mount-propagation.ts'
import type { Mount } from './mount.ts'

const MOUNT_OPTIONS: readonly (readonly [number, string])[] = [
  [MS_NOSUID, 'nosuid'], [MS_NODEV, 'nodev'], [MS_NOEXEC, 'noexec'], [MS_NOATIME, 'noatime'], [MS_NODIRATIME, 'nodiratime'], [MS_RELATIME, 'relatime'],
  [MS_NOSYMFOLLOW, 'nosymfollow'],
]
const SUPER_OPTIONS: readonly (readonly [number, string])[] = [[MS_SYNCHRONOUS, 'sync'], [MS_DIRSYNC, 'dirsync'], [MS_MANDLOCK, 'mand'], [MS_LAZYTIME, 'lazytime']]

/** Blanks and backslashes as octal escapes; a `#` too where programs would take it for a comment. */
const mangle = (text: string, chars = /[ \t\n\\]/g): string => text.replace(chars, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
const mangleSource = (text: string): string => mangle(text, /[ \t\n\\#]/g)
const names = (options: readonly (readonly [number, string])[], flags: number): string[] => options.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name)
const access = (flags: number): string => ((flags & MS_RDONLY) !== 0 ? 'ro' : 'rw')

function shownOptions(task: Task, mount: Mount): string[] {
  const options = mount.sb.showOptions(task, mount.root)
  return options === '' ? [] : [options]
}

/** Where the mount is, from the task's root; undefined if it can't be reached from there. */
function mountedAt(task: Task, mount: Mount): string | undefined {
  const { text, end } = pathFromRoot({ mount, dentry: mount.root }, task.fs.root)
  return end === 'root' ? text : undefined
}

/** One line of mountinfo without the newline; undefined for a mount that the task can't see from its root. */
export function formatMountinfo(task: Task, mount: Mount): string | undefined {
  const at = mountedAt(task, mount)
  if (at === undefined) return undefined
  const { sb } = mount
  const tags: string[] = []
  if (mount.peerGroup !== undefined) tags.push(` shared:${mount.peerGroup.id}`)
  if (mount.master !== undefined) {
    const master = mount.master.peerGroup?.id ?? 0
    const dominating = dominatingGroupId(mount, task.fs.root)
    tags.push(` master:${master}`)
    if (dominating !== 0 && dominating !== master) tags.push(` propagate_from:${dominating}`)
  }
  if (mount.isUnbindable) tags.push(' unbindable')
  const root = mangle(sb.showRoot(task, mount.root) ?? dentryPath(mount.root))
  const own = [access(mount.flags), ...names(MOUNT_OPTIONS, mount.flags)].join(',')
  const sup = [access(sb.flags), ...names(SUPER_OPTIONS, sb.flags), ...shownOptions(task, mount)].join(',')
  return `${mount.id} ${mount.parent.id} ${major(sb.dev)}:${minor(sb.dev)} ${root} ${mangle(at)} ${own}${tags.join('')} - ${sb.type.name} ${mangleSource(mount.source)} ${sup}`
}

/** One line of /proc/mounts without the newline. */
export function formatMounts(task: Task, mount: Mount): string | undefined {
  const at = mountedAt(task, mount)
  if (at === undefined) return undefined
  const { sb } = mount
  const options = [access(mount.flags | sb.flags), ...names(SUPER_OPTIONS, sb.flags), ...names(MOUNT_OPTIONS, mount.flags), ...shownOptions(task, mount)].join(',')
  return `${mangleSource(mount.source)} ${mangle(at)} ${sb.type.name} ${options} 0 0`
}
