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
  /** Which check of the kernel said no. */
  readonly layer: string
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

interface Judgement { readonly needs: string; readonly has: string; readonly verdict: string; readonly errno: string; readonly rule: string; readonly ways: string }
type Judge = (refusal: Refusal, world: World, actor: WorldProcess | undefined) => Judgement

const NOT_PERMITTED = { verdict: 'Operation not permitted', errno: 'EPERM' }

/** Each layer of the kernel in its own words. Backticks enclose machine text. */
const JUDGES: Readonly<Record<Refusal['layer'], Judge>> = {
  capability: ({ what, userns, rule, data }, world, actor) => ({
    ...NOT_PERMITTED, needs: `\`CAP_${what.toUpperCase()}\` over ${userNamespace(world, userns)}`,
    has: `${actor ? owner(world, actor, actor.euid) : 'an ordinary user'}, ${/^0+$/.test(actor?.caps.effective ?? '0') ? 'no capabilities' : typeof data.in === 'number' && data.in !== userns ? `capabilities only in ${userNamespace(world, data.in)}` : 'other capabilities'}`,
    rule: RULES[rule] ?? 'No rule gives this process the capability here.',
    ways: 'Open to you: become root on the host (`sudo`), or make a user namespace of your own (`--user`) in which you hold every capability.',
  }),
  permission: ({ data }, world, actor) => {
    const path = String(data.path ?? 'a file'), mode = Number(data.mode ?? 0)
    return {
      verdict: 'Permission denied', errno: String(data.error ?? 'EACCES'),
      needs: `${rwx(Number(data.mask ?? 0), (mode & S_IFMT) === S_IFDIR)} permission on \`${path}\``,
      has: `${owner(world, actor, Number(data.fsuid ?? actor?.euid ?? 0))}; it belongs to ${owner(world, undefined, Number(data.uid ?? 0))}, mode \`${(mode & 0o7777).toString(8).padStart(4, '0')}\``,
      rule: 'The kernel takes the first class that fits: the owner’s bits for the owner, the group’s bits for its members, the others’ bits for the rest. It never adds them up.',
      ways: 'Open to you: act as the owner, be given the bit, or hold a capability that overrides it (dac_override) over the file’s owner.',
    }
  },
  'id map': ({ what, data }) => ({
    ...NOT_PERMITTED, errno: String(data.error ?? 'EPERM'), needs: what === 'user namespace' ? 'ids that the user namespace around it knows, and no changed root' : `a \`${what}\` that its writer may set`,
    has: what === 'user namespace' ? (data.why === 'chroot' ? 'a changed root' : 'ids without a mapping') : String(data.rule ?? 'another one'),
    rule: 'A map gives away ids of the world outside, so the kernel lets an ordinary user map only their own, once, and lets a helper (`newuidmap`) map what /etc/subuid grants.',
    ways: 'Open to you: map your own id alone (`--map-root-user`), or have a range granted and use `newuidmap`, as `--map-auto` does.',
  }),
  Yama: ({ data }) => ({
    ...NOT_PERMITTED, needs: `the right to look into process \`${String(data.target)}\``, has: `none: ${String(data.rule)}`,
    rule: 'Whoever may look into a process may read its memory and act as it. So the kernel wants the same user with no more capabilities, and Yama on top of that often wants an ancestor.',
    ways: 'Open to you: be its ancestor, or hold CAP_SYS_PTRACE over its user namespace.',
  }),
  seccomp: ({ what }) => ({
    ...NOT_PERMITTED, needs: `the system call \`${what}\``, has: 'a seccomp filter that doesn’t let it through',
    rule: 'A filter is asked before the call begins. It sees the call’s number and plain arguments, nothing else, and it can’t be taken off again: children have it, too.',
    ways: 'Open to you: start the program without the filter or with another one (Docker: `--security-opt seccomp=…`).',
  }),
  AppArmor: ({ what, data }) => ({
    verdict: 'Permission denied', errno: what === 'capable' || what === 'mount' || what === 'umount' || what === 'pivotroot' ? 'EPERM or EACCES' : 'EACCES',
    needs: `a rule that allows ${what}${data.name === undefined ? '' : ` of \`${String(data.name)}\``}`, has: `the profile \`${String(data.profile)}\`, which has none`,
    rule: 'A profile belongs to the program, whoever runs it. What it doesn’t allow is refused, to root as well, after file modes and capabilities have agreed.',
    ways: 'Open to you: change the profile, put it into complain mode, or start the program unconfined. `dmesg` has the denial.',
  }),
  cgroup: ({ what, data }) => what === 'pids' ? {
    verdict: 'Resource temporarily unavailable', errno: 'EAGAIN', needs: 'one more process', has: `a group, \`${String(data.group)}\`, that is full: \`pids.max\` is ${String(data.limit)}`,
    rule: 'A fork is counted in every group above. The first full one refuses it, and everything that runs already goes on.', ways: 'Open to you: end some, or raise `pids.max`.',
  } : what === 'device' ? {
    ...NOT_PERMITTED, needs: `the device \`${String(data.type)} ${String(data.major)}:${String(data.minor)}\` (${String(data.access)})`, has: `a group, \`${String(data.cgroup)}\`, whose device rules leave it out`,
    rule: 'A device file is only a name. The group’s device program is asked when it is opened or made, and container runtimes allow no more than null, zero, random and the terminals.',
    ways: 'Open to you: have the device allowed (Docker: `--device`), or run without such a group.',
  } : {
    verdict: 'Permission denied', errno: 'EACCES', needs: `the right to write \`${String(data.group)}/cgroup.procs\``, has: 'only groups further down',
    rule: 'Moving a process takes it out of one group and into another, so it takes the right over what both have in common.', ways: 'Open to you: move within the tree that was given to you.',
  },
  memory: ({ data }) => ({
    verdict: 'Killed', errno: 'SIGKILL', needs: 'one more page of memory', has: `a group, \`${String(data.group)}\`, that has used up its \`memory.max\``,
    rule: 'When nothing can be taken back, the kernel ends the process of the group that holds most. Neighbours in other groups don’t notice.', ways: 'Open to you: need less, or raise `memory.max`.',
  }),
}

export function reasons(step: Step, refusal: Refusal): Reasons {
  const { world } = step
  const ran = step.ran.find(each => each.pid === refusal.pid)
  const actor = world.processes.find(process => process.pid === refusal.pid) ?? terminalProcess(world, step.terminal)
  return { command: step.label, asked: `\`${(ran?.argv ?? [actor?.comm ?? step.label]).join(' ')}\``, layer: refusal.layer, ...JUDGES[refusal.layer](refusal, world, actor) }
}
