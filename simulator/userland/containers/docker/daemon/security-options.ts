// --security-opt as the daemon takes it: seccomp profile, AppArmor profile, no-new-privileges, labels (daemon.parseSecurityOpt).
import type { SeccompProfile } from '../../seccomp-profile.ts'
import { badRequest, serverError } from './api-error.ts'

export interface SecurityOptions {
  readonly apparmor: string | undefined
  readonly seccomp: { readonly kind: 'default' | 'unconfined' } | { readonly kind: 'profile'; readonly profile: SeccompProfile }
  readonly noNewPrivileges: boolean
}

/** Throws an ApiError. */
export function parseSecurityOptions(options: readonly string[]): SecurityOptions {
  let apparmor: string | undefined
  let seccomp: SecurityOptions['seccomp'] = { kind: 'default' }
  let noNewPrivileges = false
  for (const option of options) {
    if (option === 'no-new-privileges') {
      noNewPrivileges = true
      continue
    }
    const at = option.search(/[=:]/)
    if (at < 0) throw badRequest(`invalid --security-opt 1: "${option}"`)
    const key = option.slice(0, at)
    const value = option.slice(at + 1)
    switch (key) {
      case 'label': break
      case 'apparmor':
        apparmor = value
        break
      case 'seccomp':
        seccomp = value === 'unconfined' ? { kind: 'unconfined' } : { kind: 'profile', profile: parseProfile(value) }
        break
      case 'no-new-privileges':
        if (value !== 'true' && value !== 'false') throw badRequest(`invalid --security-opt 2: "${option}"`)
        noNewPrivileges = value === 'true'
        break
      default: throw badRequest(`invalid --security-opt 2: "${option}"`)
    }
  }
  return { apparmor, seccomp, noNewPrivileges }
}

function parseProfile(text: string): SeccompProfile {
  try {
    return JSON.parse(text) as SeccompProfile
  } catch {
    throw serverError('Decoding seccomp profile failed: invalid character in JSON')
  }
}
