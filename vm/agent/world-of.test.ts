import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mountAt, namespaceById, procView } from '../../lab/world.ts'
import type { WorldProcess } from '../../lab/world.ts'
import type { RawWorld } from './raw-world.ts'
import { ttyName, worldOf } from './world-of.ts'

// As an agent on Debian 12 printed it: a host with some rooms, shortened.
const raw = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'raw-world.json'), 'utf8')) as RawWorld
const world = worldOf(raw)

const running = (line: string): WorldProcess => {
  const process = world.processes.find(({ argv }) => argv.join(' ') === line)
  if (process === undefined) throw new Error(`no ${line}`)
  return process
}

describe('the World of a real machine', () => {
  it('has a process’s numbers, ids and namespaces as seen from outside and inside', () => {
    const inner = running('sleep 1002')
    expect(inner).toMatchObject({ pids: [161, 1], ppid: 159, ppidInside: 0, uid: 0, uidInside: 0, tty: undefined })
    expect(inner.ns.pid).not.toBe(world.initial.pid)
    expect(running('unshare -Urpf --mount-proc sleep 1002')).toMatchObject({ pids: [159], ppidInside: 1, nsForChildren: { pid: inner.ns.pid } })
    expect(procView(world, inner)).toBe(inner.ns.pid)
    expect(namespaceById(world, inner.ns.user)).toMatchObject({ level: 1, parent: world.initial.user, uidMap: [{ inside: 0, outside: 0, count: 1 }], setgroups: 'deny', ownerUid: 0 })
  })
  it('tells why a namespace is alive', () => {
    const holders = (line: string, type: 'uts' | 'net'): unknown => namespaceById(world, running(line).ns[type])?.holders
    expect(holders('sleep 1001', 'uts')).toEqual({ 'task': 1, 'open-file': 1 })
    expect(namespaceById(world, running('sleep 1003').ns.net)?.mountedAt).toEqual(['/run/netns/blue'])
    expect(world.namespaces.find(({ hostname }) => hostname === 'kept')).toMatchObject({ mountedAt: ['/run/held/uts'], holders: { 'bind-mount': 2 } })
  })
  it('shows mounts with their options and kinship', () => {
    expect(mountAt(world, running('sleep 1004').ns.mnt, '/tmp/story')).toMatchObject({ source: 'data', fstype: 'tmpfs', options: ['ro', 'nosuid', 'relatime'], propagation: 'private' })
    expect(mountAt(world, world.initial.mnt, '/proc')).toMatchObject({ propagation: 'shared', peerGroup: 2, pidns: world.initial.pid, dev: '0:19' })
    expect(running('/bin/sleep 1011')).toMatchObject({ root: '/srv/jail', cwd: '/' })
  })
  it('follows cables into other namespaces', () => {
    const blue = running('sleep 1003').ns.net
    const [va, eth9] = ['va', 'eth9'].map((name) => world.links[blue]?.find((link) => link.name === name))
    expect(va).toMatchObject({ kind: 'veth', master: 'br0', flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'], operstate: 'UP' })
    expect(namespaceById(world, va?.peer?.netns ?? 0)?.mountedAt).toEqual(['/run/netns/red'])
    expect(eth9?.peer?.netns).toBe(world.initial.net)
    expect(world.links[world.initial.net]?.find(({ name }) => name === 'macv')?.peer).toBeUndefined()
    expect(world.routes[va?.peer?.netns ?? 0]?.[0]).toEqual({ dst: 'default', via: '10.9.0.1', dev: 'vb', src: undefined, scope: 'global', metric: 0 })
    expect(world.chains[blue]).toEqual([{ family: 'ip', table: 't', chain: 'c', hook: 'input', priority: 5, policy: 'drop', rules: 1 }])
  })
  it('has control groups with their limits', () => {
    expect(world.cgroups).toEqual([
      { path: '/box', limits: { 'pids.max': '20', 'memory.max': '67108864', 'cpu.max': '50000 100000' } },
      { path: '/box/inner', limits: {} },
    ])
    expect(namespaceById(world, running('sleep 1009').ns.cgroup)?.root).toBe('/box/inner')
  })
  it('leaves the agent out, whose children are init’s', () => {
    const [shell] = worldOf({ ...raw, processes: [...raw.processes, { pid: raw.agent, comm: 'isolab-agent', state: 'S', ppid: 1 }, { pid: 900, comm: 'bash', state: 'S', ppid: raw.agent, pids: [900], tty: 34817 }] }).processes.slice(-1)
    expect(shell).toMatchObject({ pid: 900, ppid: 1, ppidInside: 1, tty: 'pts/1' })
    expect(world.processes.some(({ pid }) => pid === raw.agent)).toBe(false)
  })
  it('gives zombies and kernel threads a place', () => {
    const zombie = { pid: 901, comm: 'sh', state: 'Z', ppid: 161, pids: [901, 7], ns: [null, null, null, null, 4026532273, null, 4026532271, null] }
    const [last] = worldOf({ ...raw, processes: [...raw.processes, zombie] }).processes.slice(-1)
    expect(last).toMatchObject({ state: 'Z', argv: [], ppidInside: 1, ns: running('sleep 1002').ns })
    expect(world.processes.find(({ pid }) => pid === 3)).toMatchObject({ isKernelThread: true, state: 'S', ns: world.initial })
  })
  it('names terminals by their device numbers', () => {
    expect([0, 34816, 34816 + 255, 137 << 8, 1088, 229 << 8].map(ttyName)).toEqual([undefined, 'pts/0', 'pts/255', 'pts/256', 'ttyS0', 'hvc0'])
  })
})
