// What capsh(1) shows of a process: its sets, securebits, ids and the mode libcap guesses from them (cap_get_mode(3)).
import type { Flow } from '../../../abi/syscalls.ts'
import { CAP_FULL, CAP_LAST, type CapSets, capBit } from '../../../abi/capability.ts'
import { isErr } from '../../../abi/errno.ts'
import {
  PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, PR_CAPBSET_DROP, PR_GET_NO_NEW_PRIVS, PR_GET_SECUREBITS, PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, SECBIT_KEEP_CAPS_LOCKED,
  SECBIT_NO_CAP_AMBIENT_RAISE, SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED, SECBIT_NO_SETUID_FIXUP, SECBIT_NO_SETUID_FIXUP_LOCKED, SECBIT_NOROOT, SECBIT_NOROOT_LOCKED,
} from '../../../abi/sched.ts'
import type { Crt } from '../../libc/crt.ts'
import { getgrgid, getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { capList, capToText, iabToText } from './cap-text.ts'

export const NONE: CapSets = { inheritable: 0n, permitted: 0n, effective: 0n, bounding: 0n, ambient: 0n }

export function* ownCaps(): Flow<CapSets> {
  const sets = yield* call('capget', 0)
  return isErr(sets) ? NONE : sets
}

export function* secureBits(): Flow<number> {
  const bits = yield* call('prctl', PR_GET_SECUREBITS)
  return isErr(bits) ? 0 : bits
}

const SECURED = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED
const SECURED_AMBIENT = SECURED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED

export const MODES = ['UNCERTAIN', 'NOPRIV', 'PURE1E_INIT', 'PURE1E', 'HYBRID'] as const
export type Mode = (typeof MODES)[number]

export function* guessMode(): Flow<Mode> {
  const bits = yield* secureBits()
  if ((bits & SECURED) !== SECURED) return 'HYBRID'
  const sets = yield* ownCaps()
  if ((bits & SECURED_AMBIENT) === SECURED_AMBIENT ? sets.ambient !== 0n : false) return 'UNCERTAIN'
  if (sets.inheritable !== 0n) return 'PURE1E'
  return sets.permitted !== 0n || sets.effective !== 0n || (sets.bounding & CAP_FULL) !== 0n ? 'PURE1E_INIT' : 'NOPRIV'
}

/** cap_set_mode(3); false if the kernel refuses. */
export function* setMode(mode: Mode): Flow<boolean> {
  const bits = mode === 'HYBRID' ? 0 : SECURED_AMBIENT
  if (mode !== 'HYBRID') yield* call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
  if (isErr(yield* call('prctl', PR_SET_SECUREBITS, bits))) return false
  const sets = yield* ownCaps()
  if (mode === 'HYBRID' || mode === 'PURE1E') return !isErr(yield* call('capset', { ...sets, effective: 0n }))
  if (mode === 'NOPRIV') for (let cap = 0; cap <= CAP_LAST; cap++) if (isErr(yield* call('prctl', PR_CAPBSET_DROP, cap))) return false
  const left = mode === 'NOPRIV' ? NONE : { ...sets, inheritable: 0n, effective: 0n }
  return !isErr(yield* call('capset', left))
}

export function* printCurrent(c: Crt): Flow<void> {
  const sets = yield* ownCaps()
  yield* c.stdout.write(`Current: ${capToText(sets)}\n`)
}

export function* printIab(c: Crt): Flow<void> {
  yield* c.stdout.write(`Current IAB: ${iabToText(yield* ownCaps())}\n`)
}

/** capsh --print */
export function* printState(c: Crt): Flow<void> {
  yield* printCurrent(c)
  const sets = yield* ownCaps()
  yield* c.stdout.write(`Bounding set =${capList(sets.bounding)}\nAmbient set =${capList(sets.ambient)}\n`)
  yield* printIab(c)
  const bits = yield* secureBits()
  const nnp = yield* call('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
  const binary = bits.toString(2)
  yield* c.stdout.write(`Securebits: 0${bits.toString(8)}/0x${bits.toString(16)}/${binary.length}'b${binary} (no-new-privs=${String(nnp)})\n`)
  for (const [name, set, locked] of [
    ['noroot', SECBIT_NOROOT, SECBIT_NOROOT_LOCKED], ['no-suid-fixup', SECBIT_NO_SETUID_FIXUP, SECBIT_NO_SETUID_FIXUP_LOCKED],
    ['keep-caps', SECBIT_KEEP_CAPS, SECBIT_KEEP_CAPS_LOCKED], ['no-ambient-raise', SECBIT_NO_CAP_AMBIENT_RAISE, SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED],
  ] as const) {
    yield* c.stdout.write(` secure-${name}: ${(bits & set) !== 0 ? 'yes' : 'no'} (${(bits & locked) !== 0 ? 'locked' : 'unlocked'})\n`)
  }
  yield* printIds(c)
  const mode = yield* guessMode()
  yield* c.stdout.write(`Guessed mode: ${mode} (${MODES.indexOf(mode)})\n`)
}

function* printIds(c: Crt): Flow<void> {
  const uid = (yield* call('getuid')) as number
  const euid = (yield* call('geteuid')) as number
  const gid = (yield* call('getgid')) as number
  const user = (id: number): Flow<string> => named(id, getpwuid)
  const group = (id: number): Flow<string> => named(id, getgrgid)
  yield* c.stdout.write(`uid=${uid}(${yield* user(uid)}) euid=${euid}(${yield* user(euid)})\ngid=${gid}(${yield* group(gid)})\n`)
  const groups = yield* call('getgroups')
  const names: string[] = []
  for (const id of isErr(groups) ? [] : groups) names.push(`${id}(${yield* group(id)})`)
  yield* c.stdout.write(`groups=${names.join(',')}\n`)
}

function* named(id: number, lookup: (id: number) => Flow<{ readonly name: string } | undefined>): Flow<string> {
  return (yield* lookup(id))?.name ?? '???'
}

export const hasBit = (set: bigint, cap: number): boolean => (set & capBit(cap)) !== 0n
