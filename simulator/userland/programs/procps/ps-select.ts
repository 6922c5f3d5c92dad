// Which processes ps shows: the default, -a -d a x g, and the lists (procps' select.c).
import type { PsOptions, Selector } from './ps-options.ts'
import type { Process } from './read-proc.ts'

/** Who asks: `self` decides "our user" and "our terminal". */
export interface SelectContext {
  readonly self: Process
  readonly uidOf: (user: string) => number
  readonly gidOf: (group: string) => number
}

/** Bit n of the mask: is a process wanted for which n = our user | 2 leader | 4 without terminal | 8 our terminal? */
function selectBits(o: PsOptions): number | 'all' {
  const s = o.simple
  if (s.size === 0 && !o.bsd) return 0xaa00
  if (s.has('U_a') && s.has('U_d')) return 0x3f3f
  if (s.has('U_a')) return 0x0303
  if (s.has('U_d')) return 0x3333
  if (s.has('B_x') && s.has('B_a')) return 'all'
  if (s.has('B_x')) return 0xaaaa
  return s.has('B_a') ? 0x0f0f : 0x0a0a
}

export function selects(o: PsOptions, x: SelectContext): (p: Process) => boolean {
  const bits = selectBits(o)
  const lists = o.lists.map((list) => listTest(list.kind, list.values, x))
  if (o.ownTty) lists.push((p) => p.ttyNr === x.self.ttyNr)
  const accepted = (p: Process): boolean => {
    if (o.all || bits === 'all') return true
    if (o.simple.size > 0 || lists.length === 0) {
      const index = (p.uids[1] === x.self.uids[1] ? 1 : 0) | (p.session === p.pid ? 2 : 0) | (p.ttyNr === 0 ? 4 : 0) | (p.ttyNr === x.self.ttyNr ? 8 : 0)
      if ((bits & (1 << index)) !== 0) return true
    }
    return lists.some((test) => test(p))
  }
  return (p) => {
    const yes = accepted(p) && (!o.runningOnly || p.state === 'R' || p.state === 'D')
    return o.negate ? !yes : yes
  }
}

function listTest(kind: Selector, values: readonly string[], x: SelectContext): (p: Process) => boolean {
  switch (kind) {
    case 'pid': return byNumber(values, (p) => p.pid)
    case 'ppid': return byNumber(values, (p) => p.ppid)
    case 'session': return byNumber(values, (p) => p.session)
    case 'euser': return byNumber(values.map(x.uidOf), (p) => p.uids[1])
    case 'ruser': return byNumber(values.map(x.uidOf), (p) => p.uids[0])
    case 'egroup': return byNumber(values.map(x.gidOf), (p) => p.gids[1])
    case 'rgroup': return byNumber(values.map(x.gidOf), (p) => p.gids[0])
    case 'sessionOrGroup': return values.every((v) => /^\d+$/.test(v)) ? byNumber(values, (p) => p.session) : byNumber(values.map(x.gidOf), (p) => p.gids[1])
    case 'command': {
      const names = new Set(values.map((v) => v.slice(0, 15)))
      return (p) => names.has(p.comm.slice(0, 15))
    }
    case 'tty': {
      const names = new Set(values.map((v) => v.replace(/^\/dev\//, '').replace(/^-$/, '?')))
      return (p) => names.has(p.tty) || names.has(p.tty.replace(/^tty/, '')) || names.has(p.tty.replace(/^pts\//, ''))
    }
  }
}

function byNumber(values: readonly (string | number)[], field: (p: Process) => number): (p: Process) => boolean {
  const wanted = new Set(values.map(Number))
  return (p) => wanted.has(field(p))
}
