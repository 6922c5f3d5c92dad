// Invariants of mount trees after any sequence of mounts, binds, unmounts and changes of propagation in several namespaces.
import { expect, test } from 'vitest'
import { MS_BIND, MS_PRIVATE, MS_REC, MS_SHARED, MS_SLAVE, MS_UNBINDABLE, MNT_DETACH } from '../../abi/mount.ts'
import { CLONE_NEWNS, CLONE_NEWUSER } from '../../abi/sched.ts'
import type { Flow } from '../../abi/syscalls.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { MountNamespace } from '../../kernel/mount/mount-namespace.ts'
import { type Mount, mountTree } from '../../kernel/mount/mount.ts'
import { nextPeer } from '../../kernel/mount/mount-propagation.ts'
import { Random } from '../../lib/random.ts'
import { call } from '../../userland/libc/syscall.ts'
import { writeFile } from '../../userland/libc/unistd.ts'
import { runFlow } from './run-flow.ts'

const PLACES = ['/tmp/a', '/tmp/b', '/tmp/a/x', '/tmp/b/x', '/tmp/a/x/y']
const TYPES = [MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE]

/** Mounts and unmounts at random; whatever Linux refuses is simply refused. */
function* disturb(random: Random, steps: number): Flow<void> {
  const place = (): string => PLACES[random.below(PLACES.length)]
  for (let i = 0; i < steps; i++) {
    const at = place()
    yield* call('mkdirat', -100, at, 0o755)
    const kind = random.below(8)
    if (kind < 3) yield* call('mount', 't', at, 'tmpfs', 0, '')
    else if (kind === 3) yield* call('mount', place(), at, '', MS_BIND, '')
    else if (kind === 4) yield* call('mount', place(), at, '', MS_BIND | MS_REC, '')
    else if (kind === 5) yield* call('mount', '', at, '', TYPES[random.below(4)] | (random.below(2) * MS_REC), '')
    else yield* call('umount2', at, random.below(2) * MNT_DETACH)
  }
}

function* namespaces(random: Random, stay: boolean): Flow<number> {
  yield* writeFile('/proc/sys/fs/mount-max', '100\n')
  for (const flags of [CLONE_NEWNS, CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWUSER]) {
    yield* call('clone', flags, function* () {
      yield* disturb(random, 10)
      yield* call('clock_nanosleep', 1, 0, { sec: 1, nsec: 0 })
      yield* disturb(random, 10)
      if (stay) yield* call('pause')
      return 0
    })
  }
  yield* disturb(random, 12)
  yield* call('clock_nanosleep', 1, 0, { sec: 2, nsec: 0 })
  yield* disturb(random, 12)
  if (stay) yield* call('pause')
  return 0
}

function mountNamespaces(kernel: Kernel): MountNamespace[] {
  return [...kernel.namespaces.values()].filter((ns) => ns instanceof MountNamespace)
}

const idsOf = (mounts: Iterable<Mount>): number[] => [...mounts].map((mount) => mount.id).sort((a, b) => a - b)

/** Everything that is wrong with one mount, in words. */
function faults(mount: Mount, ns: MountNamespace): string[] {
  const found: string[] = []
  const check = (ok: boolean, what: string): void => {
    if (!ok) found.push(`mount ${mount.id}: ${what}`)
  }
  check(mount.ns === ns, 'belongs to another namespace')
  for (const child of mount.children) {
    check(child.parent === mount && mount.childAt(child.mountpoint) === child, `child ${child.id} is not attached`)
    check(child.mountpoint.mountsHere?.has(child) === true, `the mount point of ${child.id} does not know it`)
    check(child.mountpoint.isBelow(mount.root), `child ${child.id} lies outside`)
  }
  check(mount.peerGroup !== undefined || mount.share.isEmpty, 'has peers but no group')
  for (let peer = nextPeer(mount); peer !== mount; peer = nextPeer(peer)) check(peer.peerGroup === mount.peerGroup, `peer ${peer.id} is in another group`)
  for (const slave of mount.slaves) check(slave.master === mount, `slave ${slave.id} has another master`)
  check(mount.master === undefined || [...mount.master.slaves].includes(mount), 'its master does not know it')
  return found
}

test('every namespace is one tree, its list says the same, peers and slaves know each other', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const kernel = runFlow(() => namespaces(new Random(seed), true))
    const ids = new Set<number>()
    for (const ns of mountNamespaces(kernel)) {
      const root = ns.root
      if (root === undefined) throw new Error('no root')
      expect(idsOf(mountTree(root))).toEqual(idsOf(ns.mounts))
      for (const mount of ns.mounts) {
        expect(faults(mount, ns)).toEqual([])
        expect(ids.has(mount.id)).toBe(false)
        ids.add(mount.id)
      }
    }
  }
})

test('when the processes have gone, so have their namespaces, mounts and superblocks', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const kernel = runFlow(() => namespaces(new Random(seed), false))
    expect(mountNamespaces(kernel)).toHaveLength(1)
    const [host] = mountNamespaces(kernel)
    const used = new Set([...host.mounts].map((mount) => mount.id))
    let next = 21
    while (used.has(next)) next++
    expect(kernel.mountIds.alloc()).toBe(next)
  }
})
