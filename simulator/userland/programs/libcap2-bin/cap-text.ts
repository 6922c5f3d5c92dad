// libcap's text forms: capability sets as `cap_chown,cap_kill=ep` (cap_to_text(3), cap_from_text(3)) and IAB vectors as `!cap_chown,^cap_kill` (cap_iab(3)).
import { CAP_FULL, CAP_LAST, CAP_NAMES, type CapSet, type CapSets, capBit } from '../../../abi/capability.ts'

/** The three sets a text form describes. */
export type CapTriple = Pick<CapSets, 'effective' | 'inheritable' | 'permitted'>

export const EMPTY_CAPS: CapTriple = { effective: 0n, inheritable: 0n, permitted: 0n }
const E = 1, P = 2, I = 4

export const capName = (cap: number): string => CAP_NAMES[cap] ?? String(cap)
const letters = (flags: number): string => ((flags & E) !== 0 ? 'e' : '') + ((flags & I) !== 0 ? 'i' : '') + ((flags & P) !== 0 ? 'p' : '')

function flagsOf(caps: CapTriple, cap: number): number {
  const bit = capBit(cap)
  return ((caps.effective & bit) !== 0n ? E : 0) | ((caps.permitted & bit) !== 0n ? P : 0) | ((caps.inheritable & bit) !== 0n ? I : 0)
}

/** The most common combination first, then each other one with the capabilities that differ. */
export function capToText(caps: CapTriple): string {
  const groups: number[][] = Array.from({ length: 8 }, () => [])
  for (let cap = 0; cap <= CAP_LAST; cap++) groups[flagsOf(caps, cap)].push(cap)
  let base = 7
  for (let t = 6; t >= 0; t--) if (groups[t].length >= groups[base].length) base = t
  let text = `=${letters(base)}`
  for (let t = 7; t >= 0; t--) {
    if (t === base || groups[t].length === 0) continue
    text += ` ${groups[t].map(capName).join(',')}`
    const more = t & ~base
    const less = base & ~t
    if (more !== 0) {
      // "= a,b+ep" is written "a,b=ep".
      const first = text.startsWith('= ')
      if (first) text = text.slice(2)
      text += `${first ? '=' : '+'}${letters(more)}`
    }
    if (less !== 0) text += `-${letters(less)}`
  }
  return text
}

/** A name (in any case, `all` not included) or a number; undefined if it is neither. */
export function capByName(name: string): number | undefined {
  const index = CAP_NAMES.findIndex((n) => n === name.toLowerCase())
  if (index >= 0) return index
  return /^\d+$/.test(name) && Number(name) < 64 ? Number(name) : undefined
}

/** Undefined if the text is none. */
export function capFromText(text: string): CapTriple | undefined {
  let caps: CapTriple = EMPTY_CAPS
  for (const clause of text.trim().split(/\s+/)) {
    if (clause === '') continue
    const m = /^([^=+-]*)((?:[=+-][eip]*)+)$/i.exec(clause)
    if (m === null) return undefined
    let mask = 0n
    if (m[1] === '' && !m[2].startsWith('=')) return undefined
    if (m[1] === '' || m[1].toLowerCase() === 'all') mask = CAP_FULL
    else {
      for (const name of m[1].split(',')) {
        const cap = name.toLowerCase() === 'all' ? undefined : capByName(name)
        if (cap === undefined && name.toLowerCase() !== 'all') return undefined
        mask |= cap === undefined ? CAP_FULL : capBit(cap)
      }
    }
    for (const [, op, flags] of m[2].matchAll(/([=+-])([eip]*)/gi)) {
      if (op !== '=' && flags === '') return undefined
      caps = apply(caps, mask, op, flags.toLowerCase())
    }
  }
  return caps
}

function apply(caps: CapTriple, mask: CapSet, op: string, flags: string): CapTriple {
  const change = (set: CapSet, letter: string): CapSet => {
    const named = flags.includes(letter)
    if (op === '=') return named ? set | mask : set & ~mask
    return !named ? set : op === '+' ? set | mask : set & ~mask
  }
  return { effective: change(caps.effective, 'e'), inheritable: change(caps.inheritable, 'i'), permitted: change(caps.permitted, 'p') }
}

/** Inheritable, ambient, bounding: `!` not in the bounding set, `^` ambient, `%` inheritable though not bounding. */
export function iabToText(sets: Pick<CapSets, 'inheritable' | 'ambient' | 'bounding'>): string {
  const words: string[] = []
  for (let cap = 0; cap <= CAP_LAST; cap++) {
    const bit = capBit(cap)
    const blocked = (sets.bounding & bit) === 0n
    const ambient = (sets.ambient & bit) !== 0n
    const inheritable = (sets.inheritable & bit) !== 0n
    const mark = (blocked ? '!' : '') + (ambient ? '^' : blocked && inheritable ? '%' : '')
    if (mark !== '' || inheritable) words.push(mark + capName(cap))
  }
  return words.join(',')
}

export interface Iab {
  readonly inheritable: CapSet
  readonly ambient: CapSet
  /** To be dropped from the bounding set. */
  readonly blocked: CapSet
}

export function iabFromText(text: string): Iab | undefined {
  const iab = { inheritable: 0n, ambient: 0n, blocked: 0n }
  for (const word of text.split(',')) {
    if (word === '') continue
    const m = /^([!^%]*)(.+)$/.exec(word)
    const cap = m === null ? undefined : capByName(m[2])
    if (m === null || cap === undefined) return undefined
    const bit = capBit(cap)
    if (m[1].includes('!')) iab.blocked |= bit
    if (m[1].includes('^')) iab.ambient |= bit
    if (m[1] === '' || m[1].includes('^') || m[1].includes('%')) iab.inheritable |= bit
  }
  return iab
}

/** Names in a comma list, for the bounding set and the like. */
export function capList(set: CapSet): string {
  const names: string[] = []
  for (let cap = 0; cap < 64; cap++) if ((set & capBit(cap)) !== 0n) names.push(capName(cap))
  return names.join(',')
}
