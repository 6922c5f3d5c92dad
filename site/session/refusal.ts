// "Why was this refused?": one refusal of the kernel as four facts and a rule in words.
import type { Step } from '../../lab/machine.ts'
import { mapInward } from '../../lab/world.ts'
import type { World, WorldProcess } from '../../simulator/machine/world.ts'
import { terminalProcess } from './whereabouts.ts'

type Refusal = Step['refusals'][number]

export interface Reasons {
  readonly command: string
  readonly asked: string
  readonly needs: string
  readonly has: string
  readonly verdict: string
  readonly errno: string
  readonly rule: string
  readonly ways: string
}

/** Refusals that the learner's command ran into: checks that a program survives without a word are no refusals to a learner. */
export function refusalOf(step: Step): Refusal | undefined {
  const failed = new Set(step.ran.filter(ran => ran.status !== undefined && ran.status !== 0).map(ran => ran.pid))
  return step.refusals.findLast(refusal => failed.has(refusal.pid)) ?? step.refusals.findLast(refusal => !step.ran.some(ran => ran.pid === refusal.pid))
}

const RULES: Readonly<Record<string, string>> = {
  'not-in-effective-set': 'Three rules could allow it: the capability in this user namespace, the capability in a parent of it, or owning it from outside. The process belongs to the right place, but the capability is not in its effective set.',
  'not-an-ancestor': 'Three rules could allow it: the capability in this user namespace, the capability in a parent of it, or owning it from outside. The process is in another user namespace, and whatever it holds there counts for nothing here.',
}

function userNamespace(world: World, id: number | undefined): string {
  if (id === undefined || id === world.initial.user) return 'the host’s user namespace'
  return `user namespace ${id}`
}

const S_IFMT = 0o170000, S_IFDIR = 0o40000
const rwx = (mask: number, isDirectory: boolean): string =>
  [[4, 'read'], [2, 'write'], [1, isDirectory ? 'search' : 'execute']].filter(([bit]) => (mask & Number(bit)) !== 0).map(([, word]) => word).join(' and ') || 'no'

function owner(world: World, process: WorldProcess | undefined, uid: number): string {
  const inside = process ? mapInward(world.namespaces.find(ns => ns.id === process.ns.user)?.uidMap, uid) : undefined
  const name = world.users[uid]
  return `uid ${uid}${name === undefined ? '' : ` \`${name}\``}${inside !== undefined && inside !== uid ? ` (${inside} inside)` : ''}`
}

/** Backticks enclose machine text. */
export function reasons(step: Step, refusal: Refusal): Reasons {
  const { world } = step
  const ran = step.ran.find(each => each.pid === refusal.pid)
  const actor = world.processes.find(process => process.pid === refusal.pid) ?? terminalProcess(world, step.terminal)
  const command = step.label
  const asked = `\`${(ran?.argv ?? [actor?.comm ?? command]).join(' ')}\``
  const { data } = refusal
  if (refusal.what === 'file') {
    const path = String(data.path ?? 'a file'), mode = Number(data.mode ?? 0)
    return {
      command, asked, needs: `${rwx(Number(data.mask ?? 0), (mode & S_IFMT) === S_IFDIR)} permission on \`${path}\``,
      has: `${owner(world, actor, Number(data.fsuid ?? actor?.euid ?? 0))}; it belongs to ${owner(world, undefined, Number(data.uid ?? 0))}, mode \`${(mode & 0o7777).toString(8).padStart(4, '0')}\``,
      verdict: 'Permission denied', errno: String(data.error ?? 'EACCES'),
      rule: 'The kernel takes the first class that fits: the owner’s bits for the owner, the group’s bits for its members, the others’ bits for the rest. It never adds them up.',
      ways: 'Open to you: act as the owner, be given the bit, or hold a capability that overrides it (dac_override) over the file’s owner.',
    }
  }
  const effective = actor?.caps.effective ?? '0'
  const none = /^0+$/.test(effective)
  return {
    command, asked, needs: `\`CAP_${refusal.what.toUpperCase()}\` over ${userNamespace(world, refusal.userns)}`,
    has: `${actor ? owner(world, actor, actor.euid) : 'an ordinary user'}, ${none ? 'no capabilities' : typeof data.in === 'number' && data.in !== refusal.userns ? `capabilities only in ${userNamespace(world, data.in)}` : 'other capabilities'}`,
    verdict: 'Operation not permitted', errno: 'EPERM',
    rule: RULES[refusal.rule] ?? 'No rule gives this process the capability here.',
    ways: 'Open to you: become root on the host (`sudo`), or make a user namespace of your own (`--user`) in which you hold every capability.',
  }
}
