// The loaded profiles (security/apparmor/policy.c) and what tasks hold of them. A task holds a slot, not a profile, so that replacing one changes the rules of running
// processes and removing one frees them.
import type { ApparmorFileRule, ApparmorMode, ApparmorProfile } from '../../../abi/apparmor.ts'
import { Errno } from '../../../abi/errno.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../task.ts'
import { audit } from './audit.ts'
import { Room } from '../../rooms.ts'

export interface CompiledFileRule extends ApparmorFileRule {
  readonly regex: RegExp
}
export interface LoadedProfile {
  readonly policy: ApparmorProfile
  readonly files: readonly CompiledFileRule[]
  readonly attach: RegExp | undefined
  /** The regular expressions of all other rules, by their source. */
  readonly patterns: ReadonlyMap<string, RegExp>
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
    const compiled = profiles.map(compile)
    for (const [i, policy] of profiles.entries()) {
      const slot = this.slots.get(policy.name)
      const isSame = slot?.profile !== undefined && JSON.stringify(slot.profile.policy) === JSON.stringify(policy)
      audit(task, 'STATUS', slot === undefined ? 'profile_load' : 'profile_replace', { ...(isSame ? { info: 'same as current profile, skipping' } : {}), profile: 'unconfined', name: policy.name })
      const loaded = { ...compiled[i], id: slot?.profile?.id ?? this.#nextId++ }
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
    const slot = { name, profile: { ...compile({ name, mode: 'complain', flags: [], ...empty }), id: this.#nextId++ } }
    this.slots.set(name, slot)
    return slot
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isTextOrNothing = (value: unknown): boolean => value === undefined || isText(value)
const isWords = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isWordsOrNothing = (value: unknown): boolean => value === undefined || isWords(value)

const MODES: readonly unknown[] = ['enforce', 'complain', 'kill', 'unconfined'] satisfies ApparmorMode[]
type Check = (value: unknown) => boolean
/** What the fields of each section's rules must be, beside those that are only compared. */
const RULES: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  files: { path: isText, allow: isTextOrNothing, deny: isTextOrNothing, exec: (exec) => exec === undefined || (isObject(exec) && isTextOrNothing(exec.target)) },
  caps: { caps: isWordsOrNothing },
  network: {},
  mounts: { target: isTextOrNothing, source: isTextOrNothing, fstype: isTextOrNothing, options: isWordsOrNothing, optionsIn: isWordsOrNothing },
  signals: { access: isWords, set: isWordsOrNothing, peer: isTextOrNothing },
  ptrace: { access: isWords, peer: isTextOrNothing },
  changeProfile: { target: isText },
}
function isProfile(value: unknown): value is ApparmorProfile {
  if (!isObject(value) || !isText(value.name) || !MODES.includes(value.mode) || !isWords(value.flags)) return false
  if (value.attach !== undefined && (!isObject(value.attach) || !isText(value.attach.path) || typeof value.attach.specific !== 'number')) return false
  return Object.entries(RULES).every(([section, fields]) => {
    const rules = value[section]
    return Array.isArray(rules) && rules.every((rule) => isObject(rule) && Object.entries(fields).every(([field, fits]) => fits(rule[field])))
  })
}

function unpack(text: string): readonly ApparmorProfile[] {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw Errno.EPROTO
  }
  if (!Array.isArray(data) || !data.every(isProfile)) throw Errno.EPROTO
  return data
}

/** All of a profile's patterns. Throws EPROTO if one is none. */
function compile(policy: ApparmorProfile): Omit<LoadedProfile, 'id'> {
  const { files, attach, mounts, signals, ptrace, changeProfile } = policy
  const sources = [...mounts.flatMap((r) => [r.target, r.source, r.fstype]), ...[...signals, ...ptrace].map((r) => r.peer), ...changeProfile.map((r) => r.target)]
  return {
    policy, files: files.map((rule) => ({ ...rule, regex: wholeRegex(rule.path) })), attach: attach === undefined ? undefined : wholeRegex(attach.path),
    patterns: new Map(sources.filter((source) => source !== undefined).map((source) => [source, wholeRegex(source)])),
  }
}

/** Does a pattern of one of the profile's rules fit? A rule without one fits all. */
export const fits = (profile: LoadedProfile, pattern: string | undefined, text: string | undefined): boolean =>
  pattern === undefined || (text !== undefined && profile.patterns.get(pattern)?.test(text) === true)

/** A regular expression for the whole of a text. Throws EPROTO if it is none. */
function wholeRegex(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'su')
  } catch {
    throw Errno.EPROTO
  }
}

const POLICY = new Room<Policy>('apparmor')
export const policyOf = (kernel: Kernel): Policy => kernel.rooms.open(POLICY, () => new Policy())

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
