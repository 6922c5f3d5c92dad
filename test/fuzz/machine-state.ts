// What of a machine has to be as it was once everybody has left: namespaces, processes, numbers, mounts.
import { createHash } from 'node:crypto'
import { MountNamespace } from '../../simulator/kernel/mount/mount-namespace.ts'
import type { IdAllocator } from '../../simulator/lib/id-allocator.ts'
import type { Kernel } from '../../simulator/kernel/kernel.ts'
import type { Task } from '../../simulator/kernel/task.ts'

/** How many numbers below PROBE are taken. The allocator hands out the lowest ones, so that trying it leaves no trace. */
function inUse(ids: IdAllocator): number {
  const free: number[] = []
  for (let id = ids.alloc(); ; id = ids.alloc()) {
    free.push(id)
    if (id >= PROBE) break
  }
  for (const id of free) ids.free(id)
  return PROBE + 1 - free.length
}

function lowestFree(ids: IdAllocator): number {
  const id = ids.alloc()
  ids.free(id)
  return id
}

const PROBE = 3000

export interface MachineState { readonly namespaces: readonly string[]; readonly processes: readonly string[]; readonly mounts: readonly string[]; readonly [numbers: string]: unknown }

export function machineState(kernel: Kernel): MachineState {
  const namespaces = [...kernel.namespaces.values()]
  const tasks: readonly Task[] = [...kernel.tasks.values()]
  return {
    namespaces: namespaces.map((ns) => ns.link),
    holders: namespaces.map((ns) => `${ns.type}: ${[...ns.holders].map(([reason, n]) => `${reason} ${n}`).sort().join(', ')}`),
    processes: tasks.filter((task) => !task.isKernelThread).map((task) => `${task.comm} ${task.state}`),
    mounts: namespaces.filter((ns) => ns instanceof MountNamespace).flatMap((ns) => [...ns.mounts].map((mount) => `${ns.ino} ${mount.sb.type.name}`)),
    mountIds: inUse(kernel.mountIds),
    peerGroups: inUse(kernel.peerGroupIds),
    devices: inUse(kernel.anonDevs),
    inodeOfNextNamespace: lowestFree(kernel.nsInos),
    userNamespaceCounts: [...kernel.initUserNs.counts].filter(([, n]) => n !== 0).map(([key, n]) => `${key} ${n}`),
    listeners: kernel.trace.listeners.size,
    pids: kernel.initPidNs.population,
  }
}

/** A digest of all that happened. */
export function storyOf(kernel: Kernel): string {
  const hash = createHash('sha256')
  for (const event of kernel.trace.since(0)) hash.update(JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)))
  return `${kernel.trace.lastSeq} events, ${hash.digest('hex')}`
}
