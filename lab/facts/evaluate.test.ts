import { describe, expect, test } from 'vitest'
import { ownForTest, processForTest, worldForTest } from '../world-for-tests.ts'
import type { World } from '../world.ts'
import { evaluate } from './evaluate.ts'
import type { Fact, Observation } from './fact.ts'

const seeing = (world: World, before: readonly World[] = []): Observation => ({ world, steps: [...before, world].map((each, n) => ({ n, world: each, ran: [] })) })
const words = (fact: Fact, world: World): string => {
  const { met, words: measured } = evaluate(fact, seeing(world))
  return `${met ? 'met' : 'not yet'}: ${measured}`
}

const uts = ownForTest('uts', 4026532200, { hostname: 'web1' })
const named = worldForTest([processForTest(700, 'bash', { ns: uts.of })], [uts.ns])

describe('a process', () => {
  test('is found, with its numbers', () => {
    const pid = ownForTest('pid', 4026532300, { level: 1 })
    const world = worldForTest([processForTest(3421, 'bash', { pids: [3421, 1], ns: pid.of })], [pid.ns])
    expect(words({ process: 'bash', pid: 1, own: ['pid'] }, world)).toBe('met: bash, 1 inside, 3421 on the host')
    expect(words({ process: 'bash', pid: 1, own: ['pid'], proc: 'own' }, world)).toBe('not yet: bash, 1 inside, 3421 on the host, but it still sees the host’s processes in /proc')
  })
  test('that comes near is measured', () => {
    expect(words({ process: 'bash', own: ['uts'] }, worldForTest())).toBe('not yet: bash 500 is running, but it shares the host’s hostname (UTS namespace)')
    expect(words({ process: 'sleep' }, worldForTest())).toBe('not yet: no sleep is running')
    expect(words({ process: '*', own: ['uts', 'net', 'ipc'], pid: 1 }, named)).toBe('not yet: bash 700 has its own UTS namespace, but it shares the host’s network (network namespace) and IPC objects (IPC namespace) and is 700 inside')
  })
  test('of no name is looked for among those who have a wall of their own', () => {
    expect(words({ process: '*', own: ['pid', 'uts', 'net'], hostname: 'box' }, worldForTest())).toBe('not yet: no process has its own PID, UTS and network namespaces')
  })
  test('can be asked to share a namespace with another', () => {
    const fact: Fact = { process: '*', own: ['uts'], together: ['uts'], count: 2 }
    expect(words(fact, named)).toBe('not yet: only bash 700 is in there')
    expect(words(fact, worldForTest([processForTest(700, 'bash', { ns: uts.of }), processForTest(701, 'sleep', { ns: uts.of })], [uts.ns]))).toBe('met: bash 700, sleep 701 share it')
  })
  test('that is a zombie doesn’t count, unless asked for', () => {
    const world = worldForTest([processForTest(800, 'true', { state: 'Z' })])
    expect(evaluate({ process: 'true' }, seeing(world)).met).toBe(false)
    expect(evaluate({ process: 'true', state: 'Z' }, seeing(world)).met).toBe(true)
  })
})

test('a hostname is the host’s or a room’s', () => {
  expect(words({ hostname: 'web1', uts: 'own' }, named)).toBe('met: a room is called web1')
  expect(words({ hostname: 'web1', uts: 'host' }, named)).toBe('not yet: the host is called host')
  expect(words({ hostname: 'web1', uts: 'own' }, worldForTest())).toBe('not yet: there is no room with a name of its own')
})

test('a map is measured', () => {
  const user = ownForTest('user', 4026532400, { uidMap: [{ inside: 0, outside: 1000, count: 1 }], setgroups: 'deny' })
  const world = worldForTest([], [user.ns])
  expect(words({ map: 0, to: 'learner' }, world)).toBe('met: uid 0 is 1000 outside')
  expect(words({ map: 0, to: 100000 }, world)).toBe('not yet: uid 0 is 1000 outside, but it is 1000 outside, not 100000')
})

test('gone means: it was there', () => {
  const fact: Fact = { gone: { hostname: 'web1', uts: 'own' } }
  expect(evaluate(fact, seeing(worldForTest())).words).toBe('it has not been there yet')
  expect(evaluate(fact, seeing(named)).met).toBe(false)
  expect(evaluate(fact, seeing(worldForTest(), [worldForTest(), named]))).toEqual({ met: true, words: 'gone since step 2' })
})

test('ran looks at the steps after the start', () => {
  const command = { pid: 9, argv: ['lsns', '-t', 'uts'], comm: 'lsns', status: 0, onHost: false }
  const observation: Observation = { world: named, steps: [{ n: 0, world: named, ran: [{ ...command, comm: 'ps' }] }, { n: 1, world: named, ran: [command] }] }
  expect(evaluate({ ran: 'lsns', in: 'own' }, observation).words).toBe('lsns -t uts in step 1')
  expect(evaluate({ ran: 'lsns', in: 'host' }, observation).met).toBe(false)
  expect(evaluate({ ran: 'lsns', args: '-t', status: 'failed' }, observation).met).toBe(false)
  expect(evaluate({ ran: 'ps' }, observation).met).toBe(false)
})
