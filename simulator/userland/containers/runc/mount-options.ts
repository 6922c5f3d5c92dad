// The options of a mount in config.json as flags and data (libcontainer/specconv: parseMountOptions).
import {
  MS_BIND, MS_DIRSYNC, MS_LAZYTIME, MS_MANDLOCK, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_NOSYMFOLLOW, MS_PRIVATE, MS_RDONLY, MS_REC, MS_RELATIME, MS_REMOUNT,
  MS_SHARED, MS_SILENT, MS_SLAVE, MS_STRICTATIME, MS_SYNCHRONOUS, MS_UNBINDABLE,
} from '../../../abi/mount.ts'
import { fail } from '../go-error.ts'
import { EXT_COPYUP, type MountConfig } from './config.ts'
import type { OciMount } from './oci.ts'

const SET = new Map<string, number>([
  ['bind', MS_BIND], ['rbind', MS_BIND | MS_REC], ['dirsync', MS_DIRSYNC], ['lazytime', MS_LAZYTIME], ['mand', MS_MANDLOCK], ['noatime', MS_NOATIME], ['nodev', MS_NODEV],
  ['nodiratime', MS_NODIRATIME], ['noexec', MS_NOEXEC], ['nosuid', MS_NOSUID], ['nosymfollow', MS_NOSYMFOLLOW], ['relatime', MS_RELATIME], ['remount', MS_REMOUNT], ['ro', MS_RDONLY],
  ['silent', MS_SILENT], ['strictatime', MS_STRICTATIME], ['sync', MS_SYNCHRONOUS], ['acl', 1 << 16], ['iversion', 1 << 23],
])
const CLEAR = new Map<string, number>([
  ['async', MS_SYNCHRONOUS], ['atime', MS_NOATIME], ['dev', MS_NODEV], ['diratime', MS_NODIRATIME], ['exec', MS_NOEXEC], ['loud', MS_SILENT], ['noacl', 1 << 16], ['noiversion', 1 << 23],
  ['nolazytime', MS_LAZYTIME], ['nomand', MS_MANDLOCK], ['norelatime', MS_RELATIME], ['nostrictatime', MS_STRICTATIME], ['rw', MS_RDONLY], ['suid', MS_NOSUID], ['symfollow', MS_NOSYMFOLLOW],
  ['defaults', 0],
])
const PROPAGATION = new Map<string, number>([
  ['private', MS_PRIVATE], ['shared', MS_SHARED], ['slave', MS_SLAVE], ['unbindable', MS_UNBINDABLE],
  ['rprivate', MS_PRIVATE | MS_REC], ['rshared', MS_SHARED | MS_REC], ['rslave', MS_SLAVE | MS_REC], ['runbindable', MS_UNBINDABLE | MS_REC],
])
/** linux.rootfsPropagation */
export const propagationFlag = (word: string): number | undefined => PROPAGATION.get(word)

/** Real, but not simulated: what is mounted below gets the attribute, too (mount_setattr(2)). */
const RECURSIVE = 'rro rrw rnosuid rsuid rnodev rdev rnoexec rexec rnodiratime rdiratime rrelatime rnorelatime rnoatime ratime rstrictatime rnostrictatime rnosymfollow rsymfollow'.split(' ')

/** Every word runc knows, for `runc features`. */
export const KNOWN_MOUNT_OPTIONS = [...SET.keys(), ...CLEAR.keys(), ...PROPAGATION.keys(), ...RECURSIVE, 'tmpcopyup'].sort()

/** A relative source of a bind mount is meant from the bundle. */
export function convertMount(mount: OciMount, bundle: string): MountConfig {
  let flags = 0
  let extensions = 0
  const propagation: number[] = []
  const data: string[] = []
  for (const option of mount.options ?? []) {
    const set = SET.get(option)
    const clear = CLEAR.get(option)
    const propagates = PROPAGATION.get(option)
    if (set !== undefined) flags |= set
    else if (clear !== undefined) flags &= ~clear
    else if (propagates !== undefined) propagation.push(propagates)
    else if (option === 'tmpcopyup') extensions |= EXT_COPYUP
    else if (RECURSIVE.includes(option)) fail(`mount option ${option} is real, but not simulated here`)
    else data.push(option)
  }
  const isBind = (flags & MS_BIND) !== 0
  const source = mount.source ?? ''
  return {
    source: isBind && !source.startsWith('/') ? `${bundle}/${source}` : source, destination: mount.destination, device: isBind ? 'bind' : mount.type ?? '', flags,
    propagation_flags: propagation.length > 0 ? propagation : null, data: data.join(','), relabel: '', rec_attr: null, extensions, premount_cmds: null, postmount_cmds: null,
  }
}
