// The World's mounts, from the text of /proc/PID/mountinfo.
import type { NsId, WorldMount } from '../../lab/world.ts'

export interface NsMount { readonly ns: NsId; readonly target: string }

/** Options that a World names, in its order. */
const NAMED: readonly string[] = ['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime']

interface Line {
  readonly id: number
  readonly parent: number
  readonly device: string
  readonly root: string
  readonly target: string
  readonly options: readonly string[]
  /** `shared:3`, `master:2`, `unbindable` */
  readonly tags: readonly string[]
  readonly fstype: string
  readonly source: string
  readonly superOptions: readonly string[]
}

/** Blanks and backslashes are written as `\040`. */
const unescape = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))

function linesOf(mountinfo: string): Line[] {
  return mountinfo.split('\n').filter((line) => line !== '').map((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [id, parent, device = '', root = '', target = '', options = '', ...tags] = before.split(' ')
    const [fstype = '', source = '', superOptions = ''] = after.split(' ')
    return {
      id: Number(id), parent: Number(parent), device, root: unescape(root), target: unescape(target), options: options.split(','), tags: tags.filter((tag) => tag !== ''),
      fstype, source: unescape(source), superOptions: superOptions.split(','),
    }
  })
}

const numberOf = (tags: readonly string[], name: string): number | undefined => {
  const tag = tags.find((each) => each.startsWith(`${name}:`))
  return tag === undefined ? undefined : Number(tag.slice(name.length + 1))
}

/** In mountinfo's order. `procs`: PID namespaces by the device number of proc file systems. */
export function mountsOf(mountinfo: string, procs: Readonly<Record<string, NsId>>): WorldMount[] {
  return linesOf(mountinfo).map(({ id, parent, device, root, target, options, tags, fstype, source, superOptions }) => {
    const peerGroup = numberOf(tags, 'shared')
    const master = numberOf(tags, 'master')
    const propagation = tags.includes('unbindable') ? 'unbindable' : master !== undefined ? (peerGroup !== undefined ? 'shared,slave' : 'slave') : peerGroup !== undefined ? 'shared' : 'private'
    return {
      id, parent, target, source, fstype, dev: device, root,
      options: [options.includes('ro') || superOptions.includes('ro') ? 'ro' : 'rw', ...NAMED.filter((name) => options.includes(name))],
      propagation, peerGroup, master, pidns: fstype === 'proc' ? procs[device] : undefined,
    }
  })
}

/** Namespaces that are mounted somewhere in this namespace. */
export function nsMounts(mountinfo: string): NsMount[] {
  return linesOf(mountinfo).flatMap(({ fstype, root, target }) => {
    const number = fstype === 'nsfs' ? /^\w+:\[(\d+)\]$/.exec(root)?.[1] : undefined
    return number === undefined ? [] : [{ ns: Number(number), target }]
  })
}
