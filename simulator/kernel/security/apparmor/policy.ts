// The loaded profiles (security/apparmor/policy.c) and what tasks hold of them. A task holds a slot, not a profile, so that replacing one changes the rules of running
// processes and removing one frees them.
import type { ApparmorFileRule, ApparmorProfile } from '../../../abi/apparmor.ts'
import { Errno } from '../../../abi/errno.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../task.ts'
import { audit } from './audit.ts'

export interface CompiledFileRule extends ApparmorFileRule {
  readonly regex: RegExp
}
export interface LoadedProfile {
  readonly policy: ApparmorProfile
  readonly files: readonly CompiledFileRule[]
  readonly attach: RegExp | undefined
  /** Counts loads; names the profile's directory. */
  readonly id: number
}
/** What is loaded under a name; empty once it was removed. */
export interface Slot {
  readonly name: string
  profile: LoadedProfile | undefined
}
export class Policy {
  /** In the order they were loaded. */
  readonly slots = new Map<string, Slot>()
  revision = 0
  #nextId = 0

  find(name: string): Slot | undefined {
    return this.slots.get(name)
  }
  get profiles(): LoadedProfile[] {
    return [...this.slots.values()].flatMap((slot) => (slot.profile === undefined ? [] : [slot.profile]))
  }

  /** .load and .replace: all profiles of one file or none. Throws EEXIST when one is there and may not be replaced, EPROTO for what is no policy. */
  load(task: Task, text: string, mayReplace: boolean): void {
    const profiles = unpack(text)
    const taken = profiles.find((p) => this.slots.has(p.name))
    if (taken !== undefined && !mayReplace) {
      audit(task, 'STATUS', 'profile_load', { info: 'profile already exists', error: -17, profile: 'unconfined', name: taken.name })
      throw Errno.EEXIST
    }
    for (const policy of profiles) {
      const slot = this.slots.get(policy.name)
      const isSame = slot?.profile !== undefined && JSON.stringify(slot.profile.policy) === JSON.stringify(policy)
      audit(task, 'STATUS', slot === undefined ? 'profile_load' : 'profile_replace', { ...(isSame ? { info: 'same as current profile, skipping' } : {}), profile: 'unconfined', name: policy.name })
      const loaded = compile(policy, slot?.profile?.id ?? this.#nextId++)
      if (slot === undefined) this.slots.set(policy.name, { name: policy.name, profile: loaded })
      else slot.profile = loaded
    }
    this.revision++
  }

  /** .remove: a profile and its children. Throws ENOENT. */
  remove(task: Task, name: string): void {
    const slot = this.slots.get(name)
    if (slot === undefined) {
      audit(task, 'STATUS', 'profile_remove', { info: 'profile does not exist', error: -2, profile: 'unconfined', name })
      throw Errno.ENOENT
    }
    for (const other of [...this.slots.values()]) if (other === slot || other.name.startsWith(`${name}//`)) this.#drop(other)
    audit(task, 'STATUS', 'profile_remove', { profile: 'unconfined', name })
    this.revision++
  }
  #drop(slot: Slot): void {
    slot.profile = undefined
    this.slots.delete(slot.name)
  }

  /** A complain-mode profile's stand-in for what it has no exec rule for: everything allowed and logged. */
  nullProfile(parent: LoadedProfile, path: string): Slot {
    const name = `${parent.policy.name}//null-${path}`
    const known = this.slots.get(name)
    if (known !== undefined) return known
    const empty = { files: [], caps: [], network: [], mounts: [], signals: [], ptrace: [], changeProfile: [] }
    const slot = { name, profile: compile({ name, mode: 'complain', flags: [], ...empty }, this.#nextId++) }
    this.slots.set(name, slot)
    return slot
  }
}

const isList = (value: unknown): boolean => Array.isArray(value)

function unpack(text: string): readonly ApparmorProfile[] {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw Errno.EPROTO
  }
  const sections: readonly (keyof ApparmorProfile)[] = ['flags', 'files', 'caps', 'network', 'mounts', 'signals', 'ptrace', 'changeProfile']
  if (!Array.isArray(data) || !data.every((p: ApparmorProfile) => typeof p === 'object' && p !== null && typeof p.name === 'string' && sections.every((s) => isList(p[s])))) throw Errno.EPROTO
  return data as readonly ApparmorProfile[]
}

function compile(policy: ApparmorProfile, id: number): LoadedProfile {
  return { policy, id, files: policy.files.map((rule) => ({ ...rule, regex: wholeRegex(rule.path) })), attach: policy.attach === undefined ? undefined : wholeRegex(policy.attach.path) }
}

/** A regular expression for the whole of a text. Throws EPROTO if it is none. */
export function wholeRegex(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'su')
  } catch {
    throw Errno.EPROTO
  }
}

export function policyOf(kernel: Kernel): Policy {
  let policy = kernel.rooms.get('apparmor') as Policy | undefined
  if (policy === undefined) kernel.rooms.set('apparmor', (policy = new Policy()))
  return policy
}

/** The profile whose rules bind the task now; undefined when it is unconfined. */
export function profileOf(task: Task): LoadedProfile | undefined {
  const profile = task.apparmor?.slot.profile
  return profile === undefined || profile.policy.mode === 'unconfined' ? undefined : profile
}
/** As /proc/PID/attr/current shows it: `name (mode)`, or `unconfined`. */
export function labelText(task: Task): string {
  const profile = task.apparmor?.slot.profile
  return profile === undefined ? 'unconfined' : `${profile.policy.name} (${profile.policy.mode})`
}
