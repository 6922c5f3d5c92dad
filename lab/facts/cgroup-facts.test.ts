import { expect, test } from 'vitest'
import { ownForTest, processForTest, worldForTest } from '../world-for-tests.ts'
import type { World } from '../world.ts'
import { evaluate } from './evaluate.ts'
import type { Fact } from './fact.ts'

const words = (fact: Fact, world: World): string => {
  const { met, words: measured } = evaluate(fact, { world, steps: [] })
  return `${met ? 'met' : 'not yet'}: ${measured}`
}
const M = 2 ** 20

test('a limit holds for the groups below as well', () => {
  const world = worldForTest([processForTest(700, 'nginx', { cgroup: '/box/inner' })], [], {
    cgroups: [{ path: '/box', limits: { 'pids.max': '20' } }, { path: '/box/inner', limits: { 'pids.max': '100', 'memory.max': String(64 * M) } }, { path: '/boxes', limits: { 'pids.max': '1' } }],
  })
  expect(words({ process: 'nginx', limits: { pids: 20, memory: 64 * M } }, world)).toBe('met: nginx 700 is running')
  expect(words({ process: 'nginx', limits: { pids: 10 } }, world)).toBe('not yet: nginx 700 is running, but it may have 20 processes, more than 10')
  expect(words({ process: 'bash', limits: { memory: 64 * M } }, world)).toBe('not yet: bash 500 is running, but it may use all the memory there is')
  expect(words({ process: 'nginx', cgroup: 'box' }, world)).toBe('not yet: nginx 700 is running, but it is in the group /box/inner')
  expect(words({ cgroup: 'box', member: 'nginx' }, world)).toBe('not yet: group /box, but it is empty')
  expect(words({ cgroup: '/box/inner', member: 'nginx', limits: { memory: 64 * M } }, world)).toBe('met: group /box/inner')
})

test('a process has dropped a capability for good when it is out of the bounding set', () => {
  const caps = { inheritable: '0', permitted: '0', effective: '0', bounding: '1ffffffffff', ambient: '0' }
  const world = worldForTest([processForTest(700, 'a', { caps }), processForTest(701, 'b', { caps: { ...caps, bounding: '1ffffdfffff' } })])
  expect(words({ process: 'a', dropped: ['sys_admin'] }, world)).toBe('not yet: a 700 is running, but it could get sys_admin back, which is in its bounding set')
  expect(words({ process: 'b', dropped: ['CAP_SYS_ADMIN'] }, world)).toBe('met: b 701 is running')
})

test('a root of its own is another tree, and the old one has to go', () => {
  const mnt = ownForTest('mnt', 4026532700)
  const mount = (id: number, target: string, dev: string, root = '/') => ({ id, parent: 1, target, source: 'x', fstype: 'ext4', dev, root, options: ['rw'], propagation: 'private' as const })
  const world = (mounts: World['mounts'][number]): World => worldForTest([processForTest(700, 'bash', { ns: mnt.of })], [mnt.ns], { mounts: { [worldForTest().initial.mnt]: [mount(1, '/', '254:0')], [mnt.ns.id]: mounts } })
  const fact: Fact = { process: 'bash', own: ['mnt'], root: 'own', 'old-root': 'gone' }
  expect(words(fact, world([mount(9, '/', '0:40'), mount(10, '/usr', '254:0', '/usr')]))).toBe('met: bash 700 has its own mount namespace')
  expect(words(fact, world([mount(9, '/', '0:40'), mount(10, '/old', '254:0')]))).toBe('not yet: bash 700 has its own mount namespace, but it can still reach the host’s / by a mount')
  expect(words({ process: 'bash', own: ['mnt'], root: 'own' }, world([mount(9, '/', '254:0')]))).toBe('not yet: bash 700 has its own mount namespace, but it has the host’s / as its own')
})
