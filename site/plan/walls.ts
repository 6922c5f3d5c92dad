// The eight kinds of wall: order in which their layers stand (outermost first), words and glyphs.
import type { NsType } from '../../simulator/abi/sched.ts'

export const WALL_ORDER: readonly NsType[] = ['user', 'pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup', 'time']
/** In which order shared namespaces are tried as enclosures of several rooms. */
export const NESTING_ORDER: readonly NsType[] = ['user', 'pid', 'net', 'ipc', 'uts', 'mnt', 'cgroup', 'time']
export const WALL_WORD: Readonly<Record<NsType, string>> = {
  user: 'user', pid: 'pid', mnt: 'mount', uts: 'uts', ipc: 'ipc', net: 'net', cgroup: 'cgroup', time: 'time',
}

export interface GlyphPart { readonly d: string; readonly isFilled?: boolean }
const circle = (x: number, y: number, r: number): string => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`

/** Strokes on a 16 by 16 grid. */
export const GLYPHS: Readonly<Record<NsType, readonly GlyphPart[]>> = {
  user: [{ d: `${circle(8, 5, 2.7)}M3 14c0-3.3 2.2-5.2 5-5.2s5 1.9 5 5.2z` }, { d: 'M8 2.3a2.7 2.7 0 0 1 0 5.4zM8 8.8c2.8 0 5 1.9 5 5.2H8z', isFilled: true }],
  pid: [{ d: `${circle(8, 8, 6)}M6.4 6.3 8.4 5v6.2` }],
  mnt: [{ d: 'M2.5 2v12M13.5 2v12M2.5 7.5h11M2.5 12.5h11' }, { d: 'M4.6 4.2h2.6v3.3H4.6zM8.8 9.6h2.6v2.9H8.8z', isFilled: true }],
  uts: [{ d: 'M1.5 4.5h13v7h-13zM4.5 8h7' }],
  ipc: [{ d: 'M2 2.5h8v7H2zM6 6.5h8v7H6z' }, { d: 'M6 6.5h4v3H6z', isFilled: true }],
  net: [{ d: 'M8 13.6 2.4 4h11.2zM8 4V1.4' }],
  cgroup: [{ d: 'M2 12.5a6 6 0 0 1 12 0zM8 12.5l2.8-4' }],
  time: [{ d: 'M3.8 2.3h8.4M3.8 13.7h8.4M5 2.3c0 4 6 7.4 6 11.4M11 2.3c0 4-6 7.4-6 11.4' }],
}

/** Classes of the strokes that make one layer of a wall: the line type says the kind without colour. */
export function layerClasses(type: NsType): readonly string[] {
  if (type === 'mnt') return ['mnt-a', 'mnt-b']
  if (type === 'cgroup') return ['cg-a', 'cg-b']
  return [`w-${type}`]
}

/** `pid and mount`, `user, pid and mount` */
export function wallWords(types: readonly NsType[]): string {
  const words = types.map(type => WALL_WORD[type])
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}
