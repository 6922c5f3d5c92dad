// Each argument of a traced call with a sentence: what it is for, and what its value means. Made of the texts in argument-texts.ts.
import { modeString } from '../lib/filemode.ts'
import { ARGUMENT_ROLES, FLAG_TEXTS } from './argument-texts.ts'
import { decodeArg } from './decode-args.ts'
import { type ArgKind, SIGNATURES } from './signatures.ts'
import type { TracedCall } from './strace.ts'

export interface ArgumentNote {
  /** As in the call's line. */
  readonly shown: string
  readonly note: string
}

const STANDARD = ['standard input', 'standard output', 'standard error']

/** Whom a number means that is no process's. */
function ofPid(nr: string, n: number): string {
  if (nr === 'kill') return n === 0 ? 'everybody in its process group' : n === -1 ? 'everybody it may signal' : n < 0 ? `the process group ${-n}` : ''
  if (nr === 'wait4') return n === -1 ? 'any child' : n === 0 ? 'any of its process group' : n < 0 ? `any of the process group ${-n}` : ''
  return n === 0 ? 'itself' : ''
}

function meaning(nr: string, kind: ArgKind, value: unknown, shown: string): string {
  const n = typeof value === 'number' ? value : 0
  switch (kind) {
    case 'fd': return STANDARD[n] ?? ''
    case 'dirfd': return FLAG_TEXTS[shown] ?? 'an open directory'
    case 'mode': return modeString(n).slice(1)
    case 'id': return n === 4294967295 ? 'left as it is' : n === 0 ? 'root' : ''
    case 'pid': return ofPid(nr, n)
    case 'signal': return n === 0 ? 'none: only asks whether it could be sent' : (FLAG_TEXTS[shown] ?? '')
    case 'ns-type': return n === 0 ? 'any' : flags(shown)
    case 'open-flags': case 'clone-flags': case 'mount-flags': case 'umount-flags': case 'at-flags': case 'wait-options': case 'whence': case 'clock': case 'prctl': case 'prot': case 'map-flags':
      return shown === '0' ? (kind === 'mount-flags' ? 'a new mount' : 'none') : flags(shown)
    default: return value === undefined ? 'none' : ''
  }
}

const flags = (shown: string): string => shown.split('|').map((name) => FLAG_TEXTS[name] ?? name).join('; ')

/** The arguments that the call's line shows, in their order. */
export function explainArguments(call: TracedCall): readonly ArgumentNote[] {
  const { args } = call.enter.data
  const values: readonly unknown[] = Array.isArray(args) ? args : []
  const kinds = SIGNATURES[call.nr]?.args ?? []
  const roles = ARGUMENT_ROLES[call.nr] ?? []
  return values.flatMap((value, i) => {
    const kind = kinds[i] ?? 'any'
    if (kind === 'hidden' || roles[i] === undefined || (kind === 'mode' && call.nr === 'openat' && (Number(values[2]) & 0o100) === 0)) return []
    const shown = decodeArg(kind, value)
    const said = meaning(call.nr, kind, value, shown)
    return [{ shown, note: said === '' ? roles[i] : `${roles[i]}: ${said}` }]
  })
}
