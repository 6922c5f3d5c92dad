// Mount options as words: which are flags of mount(2), which are for mount(8) itself, which belong to the file system. See mount(8).
import {
  MS_BIND, MS_DIRSYNC, MS_LAZYTIME, MS_MANDLOCK, MS_MOVE, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_NOSYMFOLLOW, MS_PRIVATE,
  MS_RDONLY, MS_REC, MS_RELATIME, MS_REMOUNT, MS_SHARED, MS_SILENT, MS_SLAVE, MS_STRICTATIME, MS_SYNCHRONOUS, MS_UNBINDABLE,
} from '../../../abi/mount.ts'

/** Sets flags, or with a leading `-` in the table below takes them away. */
const FLAGS = new Map<string, { readonly flag: number; readonly off: boolean }>()
const define = (flag: number, on: readonly string[], off: readonly string[] = []): void => {
  for (const name of on) FLAGS.set(name, { flag, off: false })
  for (const name of off) FLAGS.set(name, { flag, off: true })
}
define(MS_RDONLY, ['ro'], ['rw'])
define(MS_NOEXEC, ['noexec'], ['exec'])
define(MS_NOSUID, ['nosuid'], ['suid'])
define(MS_NODEV, ['nodev'], ['dev'])
define(MS_SYNCHRONOUS, ['sync'], ['async'])
define(MS_DIRSYNC, ['dirsync'])
define(MS_REMOUNT, ['remount'])
define(MS_BIND, ['bind'])
define(MS_BIND | MS_REC, ['rbind'])
define(MS_MOVE, ['move'])
define(MS_SILENT, ['silent'], ['loud'])
define(MS_MANDLOCK, ['mand'], ['nomand'])
define(MS_NOATIME, ['noatime'], ['atime'])
define(MS_NODIRATIME, ['nodiratime'], ['diratime'])
define(MS_RELATIME, ['relatime'], ['norelatime'])
define(MS_STRICTATIME, ['strictatime'], ['nostrictatime'])
define(MS_LAZYTIME, ['lazytime'], ['nolazytime'])
define(MS_NOSYMFOLLOW, ['nosymfollow'], ['symfollow'])

const PROPAGATION = new Map([
  ['unbindable', MS_UNBINDABLE], ['runbindable', MS_UNBINDABLE | MS_REC], ['private', MS_PRIVATE], ['rprivate', MS_PRIVATE | MS_REC],
  ['slave', MS_SLAVE], ['rslave', MS_SLAVE | MS_REC], ['shared', MS_SHARED], ['rshared', MS_SHARED | MS_REC],
])

/** For mount(8) alone; never given to the kernel. */
const USERSPACE = new Set([
  'defaults', 'auto', 'noauto', 'user', 'nouser', 'users', 'nousers', 'owner', 'noowner', 'group', 'nogroup', '_netdev', 'comment', 'nofail', 'uhelper',
  'helper', 'loop', 'offset', 'sizelimit', 'encryption', 'pgrp',
])

/** Words that let a user mount imply these, unless a later word says otherwise. */
const USER_IMPLIES = new Map([['user', MS_NOEXEC | MS_NOSUID | MS_NODEV], ['users', MS_NOEXEC | MS_NOSUID | MS_NODEV], ['owner', MS_NOSUID | MS_NODEV], ['group', MS_NOSUID | MS_NODEV]])

export interface ParsedOptions {
  readonly flags: number
  /** One mount(2) call each, after the mount itself. */
  readonly propagation: readonly number[]
  /** The rest, for the file system. */
  readonly data: string
  readonly words: readonly string[]
}

/** Commas separate, but not inside double quotes. */
export const splitOptions = (text: string): string[] => (text.match(/(?:[^,"]|"[^"]*"?)+/g) ?? []).filter((word) => word !== '')

export function parseMountOptions(text: string): ParsedOptions {
  const words = splitOptions(text)
  let flags = 0
  const propagation: number[] = []
  const data: string[] = []
  for (const word of words) {
    const name = word.replace(/=.*/s, '')
    const known = FLAGS.get(word)
    const change = PROPAGATION.get(word)
    if (known) flags = known.off ? flags & ~known.flag : flags | known.flag
    else if (change !== undefined) propagation.push(change)
    else if (USER_IMPLIES.has(name)) flags |= USER_IMPLIES.get(name) ?? 0
    else if (!USERSPACE.has(name) && !/^x-/i.test(name)) data.push(word)
  }
  return { flags, propagation, data: data.join(','), words }
}
