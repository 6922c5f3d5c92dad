// What changed between two Worlds, as data and as sentences: the caption under a step, the live region, the revision cloud.
import { innerPid, namespaceById, NS_WORD, ownNamespaces, processName } from './world.ts'
import type { World, WorldNamespace, WorldProcess } from './world.ts'

export type Change =
  | { readonly kind: 'process-new' | 'process-gone' | 'process-moved'; readonly pid: number; readonly words: string }
  | { readonly kind: 'namespace-new' | 'namespace-gone' | 'namespace-changed'; readonly ns: number; readonly words: string }
  | { readonly kind: 'mount-new' | 'mount-gone'; readonly ns: number; readonly target: string; readonly words: string }

export function worldDiff(before: World, after: World): Change[] {
  return [...namespaceChanges(before, after), ...processChanges(before, after), ...mountChanges(before, after)]
}

/** One sentence for a step; `nothing changed` is worth saying too. */
export function inWords(changes: readonly Change[]): string {
  if (changes.length === 0) return 'Nothing in the machine changed.'
  const shown = changes.slice(0, 4).map((change) => change.words)
  const rest = changes.length - shown.length
  const text = [...shown, ...(rest > 0 ? [`and ${rest} more ${rest === 1 ? 'change' : 'changes'}`] : [])].join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function whereabouts(world: World, process: WorldProcess): string {
  const own = ownNamespaces(world, process)
  const numbers = process.pids.length > 1 ? `${innerPid(process)} inside, ${process.pid} on the host` : `${process.pid}`
  return `${process.comm}, ${numbers}${own.length > 0 ? `, with its own ${list(own.map((type) => NS_WORD[type]))}` : ''}`
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

function processChanges(before: World, after: World): Change[] {
  const old = new Map(before.processes.map((process) => [process.pid, process]))
  const now = new Map(after.processes.map((process) => [process.pid, process]))
  const changes: Change[] = []
  for (const process of after.processes) {
    const was = old.get(process.pid)
    if (was === undefined) changes.push({ kind: 'process-new', pid: process.pid, words: `new process ${whereabouts(after, process)}` })
    else if (Object.entries(process.ns).some(([type, id]) => was.ns[type as keyof typeof was.ns] !== id)) changes.push({ kind: 'process-moved', pid: process.pid, words: `${processName(process)} moved: it is now ${whereabouts(after, process)}` })
  }
  for (const process of before.processes) if (!now.has(process.pid)) changes.push({ kind: 'process-gone', pid: process.pid, words: `${processName(process)} has ended` })
  return changes
}

function namespaceChanges(before: World, after: World): Change[] {
  const changes: Change[] = []
  for (const ns of after.namespaces) {
    const was = namespaceById(before, ns.id)
    const words = was === undefined ? `new ${NS_WORD[ns.type]} namespace ${ns.id}` : changed(was, ns)
    if (words !== undefined) changes.push({ kind: was === undefined ? 'namespace-new' : 'namespace-changed', ns: ns.id, words })
  }
  for (const ns of before.namespaces) if (namespaceById(after, ns.id) === undefined) changes.push({ kind: 'namespace-gone', ns: ns.id, words: `${NS_WORD[ns.type]} namespace ${ns.id} is gone` })
  return changes
}

function changed(was: WorldNamespace, ns: WorldNamespace): string | undefined {
  if (was.hostname !== ns.hostname) return `hostname ${was.hostname ?? ''} became ${ns.hostname ?? ''}`
  const map = (of: WorldNamespace): string => (of.uidMap ?? []).map((range) => `${range.inside} is ${range.outside} outside${range.count > 1 ? ` (${range.count} ids)` : ''}`).join(', ')
  if (map(was) !== map(ns)) return `user namespace ${ns.id} maps uid ${map(ns)}`
  return undefined
}

function mountChanges(before: World, after: World): Change[] {
  return Object.entries(after.mounts).flatMap(([id, mounts]) => {
    const ns = Number(id)
    const old = before.mounts[ns]
    if (old === undefined) return []
    const key = (mount: { id: number; target: string }): string => `${mount.id} ${mount.target}`
    const had = new Set(old.map(key))
    const has = new Set(mounts.map(key))
    return [
      ...mounts.filter((mount) => !had.has(key(mount))).map((mount): Change => ({ kind: 'mount-new', ns, target: mount.target, words: `${mount.fstype} mounted on ${mount.target}` })),
      ...old.filter((mount) => !has.has(key(mount))).map((mount): Change => ({ kind: 'mount-gone', ns, target: mount.target, words: `${mount.target} is no longer mounted` })),
    ]
  })
}
