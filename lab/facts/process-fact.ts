// "There is a process such that …"
import { CAP_NAMES } from '../../simulator/abi/capability.ts'
import { hostnameOf, innerPid, levelOf, mountAt, namespaceById, NS_WORD, ownNamespaces, procView, processName, userName } from '../world.ts'
import type { NsType, World, WorldMount, WorldProcess } from '../world.ts'
import type { ProcessFact, Verdict } from './fact.ts'
import { groupPath, limitConditions } from './cgroup-facts.ts'
import { enumerate, matching, thereIs } from './nearest.ts'
import type { Condition } from './nearest.ts'

/** The id of a user given by name or number, in the initial user namespace. */
export function uidOf(world: World, user: string | number): number | undefined {
  if (typeof user === 'number' || /^\d+$/.test(user)) return Number(user)
  const entry = Object.entries(world.users).find(([, name]) => name === user)
  return entry === undefined ? undefined : Number(entry[0])
}

/** Its numbers, and whoever it is on either side of a user namespace: `bash, 1 inside, 3421 on the host`. */
export function describeProcess(world: World, process: WorldProcess): string {
  const own = ownNamespaces(world, process).filter((type) => type !== 'user' && type !== 'pid').map((type) => NS_WORD[type])
  const parts = [
    ...(process.pids.length > 1 ? [`${innerPid(process)} inside, ${process.pid} on the host`] : []),
    ...(process.uidInside !== process.euid ? [`uid ${process.uidInside} inside, ${process.euid} outside`] : []),
  ]
  if (parts.length > 0) return `${process.pids.length > 1 ? process.comm : processName(process)}, ${parts.join('; ')}`
  return own.length > 0 ? `${processName(process)} has its own ${own.join(', ')} namespace` : `${processName(process)} is running`
}

/** All processes for which the fact holds (but for `count` and `together`). */
export function processesThat(world: World, fact: ProcessFact): WorldProcess[] {
  return matching({ candidates: candidates(world, fact), conditions: (process) => conditions(world, process, fact) })
}

export function processVerdict(world: World, fact: ProcessFact): Verdict {
  const what = fact.process === '*' ? 'process' : fact.process
  const described = {
    candidates: candidates(world, fact).filter((process) => fact.process !== '*' || hasSomeOf(world, process, fact.own)),
    conditions: (process: WorldProcess) => conditions(world, process, fact),
    name: (process: WorldProcess) => describeProcess(world, process),
    none: `no ${what}${fact.args === undefined ? '' : ` with ${fact.args}`} ${fact.own === undefined || fact.process !== '*' ? 'is running' : `has its own ${walls(fact.own)}`}`,
    count: fact.count,
  }
  if (fact.together === undefined || fact.as !== undefined) return thereIs(described)
  const { together, count = 2 } = fact
  const groups = new Map<string, WorldProcess[]>()
  for (const process of matching(described)) {
    const key = together.map((type) => process.ns[type]).join(' ')
    groups.set(key, [...(groups.get(key) ?? []), process])
  }
  const largest = [...groups.values()].reduce<WorldProcess[]>((best, group) => (group.length > best.length ? group : best), [])
  if (largest.length === 0) return thereIs({ ...described, count: 1 })
  const names = largest.slice(0, 4).map(processName).join(', ')
  return { met: largest.length >= count, words: largest.length >= count ? `${names} share it` : `only ${names} is in there` }
}

function candidates(world: World, fact: ProcessFact): WorldProcess[] {
  return world.processes.filter((process) =>
    !process.isKernelThread && (fact.process === '*' || process.comm === fact.process) &&
    (process.state !== 'Z' || fact.state === 'Z') && (fact.args === undefined || process.argv.join(' ').includes(fact.args)))
}

/** Where any process will do, one without a single wall of its own is not on the way; it would be the nearest only for want of another. */
const hasSomeOf = (world: World, process: WorldProcess, own: ProcessFact['own']): boolean => own === undefined || own.some((type) => process.ns[type] !== world.initial[type])

const walls = (types: readonly NsType[]): string => `${enumerate(types.map((type) => NS_WORD[type]))} namespace${types.length > 1 ? 's' : ''}`

function conditions(world: World, process: WorldProcess, fact: ProcessFact): Condition[] {
  const list: Condition[] = []
  const ask = (holds: boolean, otherwise: string, what?: string): void => void list.push(what === undefined ? { holds, otherwise } : { holds, otherwise, what })
  for (const type of fact.own ?? []) ask(process.ns[type] !== world.initial[type], 'shares the host’s', shared(type))
  for (const type of fact.shares ?? []) ask(process.ns[type] === world.initial[type], 'has its own', shared(type))
  for (const type of fact['for-children'] ?? []) ask(process.nsForChildren[type] !== process.ns[type], `has its children in its own ${NS_WORD[type]} namespace`)
  if (fact.as !== undefined) {
    const { together = [], as } = fact
    const others = world.processes.filter((other) => other.comm === as && other.pid !== process.pid && other.state !== 'Z')
    ask(others.some((other) => together.every((type) => other.ns[type] === process.ns[type])), others.length === 0 ? `lives alone: there is no ${as}` : `lives apart from ${as} (${together.map((type) => NS_WORD[type]).join(', ')} namespace)`)
  }
  if (fact.pid !== undefined) ask(innerPid(process) === fact.pid, `is ${innerPid(process)} inside`)
  if (fact.uid !== undefined) ask(process.uidInside === fact.uid, `sees itself as uid ${process.uidInside}`)
  if (fact.user !== undefined) ask(process.euid === uidOf(world, fact.user), `is ${userName(world, process.euid)} on the host`)
  if (fact.hostname !== undefined) ask(hostnameOf(world, process) === fact.hostname, `reads the hostname ${hostnameOf(world, process) ?? ''}`)
  if (fact.proc !== undefined) ask((procView(world, process) === process.ns.pid) === (fact.proc === 'own'), procWords(world, process))
  if (fact.state !== undefined) ask(process.state === fact.state, `is in state ${process.state}`)
  if (fact.terminal !== undefined) ask((process.tty !== undefined) === fact.terminal, fact.terminal ? 'has no terminal' : 'has a terminal')
  if (fact.capability !== undefined) ask(hasCapability(process.caps.effective, fact.capability), `lacks ${fact.capability}`)
  for (const name of fact.dropped ?? []) {
    if (hasCapability(process.caps.permitted, name)) ask(false, 'has', name)
    else ask(!hasCapability(process.caps.bounding, name), `could get ${name} back, which is in its bounding set`)
  }
  if (fact['no-new-privs'] !== undefined) ask(process.noNewPrivs === fact['no-new-privs'], fact['no-new-privs'] ? 'may gain privileges by running a program' : 'has given up gaining privileges')
  if (fact.root !== undefined) ask(hasOwnRoot(world, process), 'has the host’s / as its own')
  if (fact['old-root'] !== undefined) ask(!seesHostRoot(world, process), 'can still reach the host’s / by a mount')
  if (fact.cgroup !== undefined) ask(process.cgroup === groupPath(fact.cgroup), `is in the group ${process.cgroup}`)
  list.push(...limitConditions(world, process.cgroup, fact.limits))
  return list
}

/** A tree of files is a file system and the directory in it that is shown. */
const treeOf = (mount: WorldMount | undefined): string | undefined => (mount === undefined ? undefined : `${mount.dev} ${mount.root}`)

function hasOwnRoot(world: World, process: WorldProcess): boolean {
  return process.root !== '/' || treeOf(mountAt(world, process.ns.mnt, '/')) !== treeOf(mountAt(world, world.initial.mnt, '/'))
}

function seesHostRoot(world: World, process: WorldProcess): boolean {
  const host = treeOf(mountAt(world, world.initial.mnt, '/'))
  return (world.mounts[process.ns.mnt] ?? []).some((mount) => treeOf(mount) === host)
}

function shared(type: NsType): string {
  const things: Readonly<Record<NsType, string>> = { uts: 'hostname', pid: 'process numbers', mnt: 'mounts', user: 'user ids', net: 'network', ipc: 'IPC objects', cgroup: 'cgroup view', time: 'clocks' }
  return `${things[type]} (${NS_WORD[type]} namespace)`
}

function procWords(world: World, process: WorldProcess): string {
  const shown = namespaceById(world, procView(world, process) ?? 0)
  if (shown === undefined) return 'sees no /proc'
  if (shown.id === process.ns.pid) return 'sees its own processes in /proc'
  return levelOf(world, shown) === 0 ? 'still sees the host’s processes in /proc' : 'sees another room’s processes in /proc'
}

/** Its number in the kernel's masks: `sys_admin`, `CAP_SYS_ADMIN`. */
export function capabilityBit(name: string): number | undefined {
  const plain = (each: string): string => each.replace(/^cap_/i, '').toLowerCase()
  const bit = CAP_NAMES.findIndex((each) => plain(each) === plain(name))
  return bit < 0 ? undefined : bit
}

function hasCapability(mask: string, name: string): boolean {
  const bit = capabilityBit(name)
  return bit !== undefined && ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 1n
}
