// The environment sudo gives to a command (sudoers(5), "Command environment"): a few variables survive, the identity is the target's, SUDO_… tell who asked.
import type { Passwd } from '../../libc/pwd.ts'
import { defaultValue, type Sudoers } from './sudoers.ts'

const KEPT = new Set(['COLORS', 'DISPLAY', 'HOSTNAME', 'KRB5CCNAME', 'LS_COLORS', 'PATH', 'PS1', 'PS2', 'XAUTHORITY', 'XAUTHORIZATION', 'XDG_CURRENT_DESKTOP'])
/** Kept if the value has no `/` or `%`. */
const CHECKED = /^(COLORTERM|LANG|LANGUAGE|LC_.*|LINGUAS|TERM|TZ)$/

export interface EnvironmentRequest {
  readonly invoker: Passwd
  readonly target: Passwd
  readonly command: string
  readonly login: boolean
  readonly preserveAll: boolean
  readonly setHome: boolean
  readonly preserve: readonly string[]
  readonly assignments: readonly (readonly [string, string])[]
}

export function sudoEnvironment(env: ReadonlyMap<string, string>, s: Sudoers, r: EnvironmentRequest): Map<string, string> {
  const keep = new Set([...KEPT, ...(defaultValue(s, 'env_keep') ?? '').split(' '), ...r.preserve])
  const survives = (name: string, value: string): boolean => {
    if (keep.has(name)) return true
    return CHECKED.test(name) && (name === 'TZ' || !/[/%]/.test(value))
  }
  const reset = !r.preserveAll && defaultValue(s, 'env_reset') !== undefined
  const out = new Map<string, string>()
  for (const [name, value] of env) if (!reset || survives(name, value)) out.set(name, value)
  const path = defaultValue(s, 'secure_path')
  if (path !== undefined) out.set('PATH', path)
  if (reset) out.set('MAIL', `/var/mail/${r.target.name}`)
  out.set('LOGNAME', r.target.name)
  out.set('USER', r.target.name)
  if (reset || r.login || r.setHome) out.set('HOME', r.target.dir)
  if (reset || r.login) out.set('SHELL', r.target.shell === '' ? '/bin/sh' : r.target.shell)
  if (!out.has('TERM')) out.set('TERM', 'unknown')
  for (const [name, value] of r.assignments) out.set(name, value)
  out.set('SUDO_COMMAND', r.command)
  out.set('SUDO_USER', r.invoker.name)
  out.set('SUDO_UID', String(r.invoker.uid))
  out.set('SUDO_GID', String(r.invoker.gid))
  return out
}
