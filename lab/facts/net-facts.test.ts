import { expect, test } from 'vitest'
import { ownForTest, processForTest, worldForTest } from '../world-for-tests.ts'
import type { World } from '../world.ts'
import { actionKey, actionsOf } from './action.ts'
import { evaluate, evaluateAll } from './evaluate.ts'
import type { ActionResults, Fact } from './fact.ts'

const words = (fact: Fact, world: World, results?: ActionResults): string => {
  const { met, words: measured } = evaluate(fact, { world, steps: [{ n: 0, world, ran: [], results }] })
  return `${met ? 'met' : 'not yet'}: ${measured}`
}

const red = ownForTest('net', 4026532500, { mountedAt: ['/run/netns/red'] })
const bare = ownForTest('net', 4026532600)
const world = worldForTest([processForTest(700, 'sleep', { ns: bare.of })], [red.ns, bare.ns], {
  routes: { [red.ns.id]: [{ dst: '10.0.0.0/24', dev: 'eth0' }, { dst: 'default', via: '10.0.0.1', dev: 'eth0' }] },
  chains: { [worldForTest().initial.net]: [{ family: 'ip', table: 'filter', chain: 'FORWARD', hook: 'forward', priority: 0, policy: 'accept', rules: 1 }] },
})

test('a route is somewhere, and goes somewhere', () => {
  expect(words({ route: 'default', netns: 'red', via: '10.0.0.1' }, world)).toBe('met: default via 10.0.0.1 dev eth0 in red')
  expect(words({ route: 'default', via: '10.0.0.254' }, world)).toBe('not yet: default via 10.0.0.1 dev eth0 in red, but it goes by 10.0.0.1')
  expect(words({ route: 'default', netns: 'host' }, world)).toBe('not yet: there is no route to everywhere else (default) on the host')
})

test('a chain has a policy and rules', () => {
  expect(words({ chain: 'FORWARD', rules: 1 }, world)).toBe('met: filter FORWARD on the host')
  expect(words({ chain: 'forward', policy: 'drop' }, world)).toBe('not yet: filter FORWARD on the host, but it lets through what no rule has judged')
})

test('a ping is sent by the host, from a named room, or from beside a process', () => {
  const scripts = (fact: Fact): string[] => actionsOf(fact, world).map(({ script }) => script)
  expect(scripts({ ping: '10.0.0.2' })).toEqual(['ping -n -c 1 -W 2 10.0.0.2'])
  expect(scripts({ not: { ping: '10.0.0.2', from: 'red' } })).toEqual(['ip netns exec red ping -n -c 1 -W 2 10.0.0.2'])
  expect(scripts({ any: [{ ping: '10.0.0.2', from: { process: 'sleep', own: ['net'] } }, { hostname: 'x' }] })).toEqual(['nsenter --net --target 700 ping -n -c 1 -W 2 10.0.0.2'])
  expect(scripts({ ping: '10.0.0.2', from: 'blue' })).toEqual([])
})

test('what an action found is looked up, and told', () => {
  const fact: Fact = { ping: '10.0.2.2', from: 'red' }
  const found = (output: string, status: number): ActionResults => new Map(actionsOf(fact, world).map((action) => [actionKey(action), { output, status }]))
  expect(words(fact, world)).toBe('not yet: not looked at yet')
  expect(words(fact, world, found('', 0))).toBe('met: 10.0.2.2 answers red')
  expect(words(fact, world, found('1 packets transmitted, 0 received', 1))).toBe('not yet: red gets no answer from 10.0.2.2')
  expect(words(fact, world, found('ping: connect: Network is unreachable', 2))).toBe('not yet: red has no route to 10.0.2.2')
  expect(words({ ping: '10.0.2.2', from: 'blue' }, world)).toBe('not yet: there is no room called blue')
})

test('that an address does not answer is only known once somebody has asked it', () => {
  const fact: Fact = { not: { ping: '10.0.2.2', from: 'red' } }
  const found = (status: number): ActionResults => new Map(actionsOf(fact, world).map((action) => [actionKey(action), { output: '', status }]))
  expect(words(fact, world)).toBe('not yet: not looked at yet')
  expect(words(fact, world, found(1))).toBe('met: red gets no answer from 10.0.2.2')
  expect(words(fact, world, found(0))).toBe('not yet: 10.0.2.2 answers red')
})

test('what keeps a list from being looked at is told, not that it has not been', () => {
  const facts: Fact[] = [{ ping: '10.0.0.2' }, { route: 'default', netns: 'host' }]
  expect(evaluateAll(facts, { world, steps: [] }).words).toBe('there is no route to everywhere else (default) on the host')
})
