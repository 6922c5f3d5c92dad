import { expect, test } from 'vitest'
import { Errno } from '../../../abi/errno.ts'
import type { NftChange } from '../../../abi/nf-tables.ts'
import { EMPTY_BYTES } from '../../../lib/bytes.ts'
import { type Tcp, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet.ts'
import { Batch } from './batch.ts'
import { nextTcpState } from './conntrack-tcp.ts'
import { newState, type Ruleset, type SetObject } from './ruleset.ts'
import { addElements, deleteElements, findElement } from './set.ts'
import { takeToken } from './evaluate.ts'

const run = (before: Ruleset, ...changes: readonly NftChange[]): Ruleset => {
  const batch = new Batch(before, 0, () => true)
  changes.forEach((change, i) => batch.apply(change, i))
  return batch.result
}
const table: NftChange = { type: 'NEWTABLE', family: 'ip', table: 't', exclusive: false }
const chain = (name: string): NftChange => ({ type: 'NEWCHAIN', family: 'ip', table: 't', chain: name, exclusive: false })
const input: NftChange = { type: 'NEWCHAIN', family: 'ip', table: 't', chain: 'in', exclusive: false, base: { type: 'filter', hook: 'input', priority: 0 } }
const jump = (from: string, to: string): NftChange => ({ type: 'NEWRULE', family: 'ip', table: 't', chain: from, mode: 'append', expressions: [{ kind: 'verdict', verdict: { code: 'jump', chain: to } }] })

test('a refused batch leaves the old rules as they were', () => {
  const before = run(new Map(), table, chain('a'))
  expect(() => run(before, jump('a', 'a'), chain('b'), jump('b', 'nowhere'))).toThrow()
  expect([...before.values()][0].chains.get('a')?.rules).toHaveLength(0)
  expect([...before.values()][0].chains.has('b')).toBe(false)
})
test('a loop is refused as soon as a base chain leads into it', () => {
  const before = run(new Map(), table, input, chain('a'), chain('b'), jump('a', 'b'), jump('b', 'a'))
  const batch = new Batch(before, 0, () => true)
  const attempt = (): unknown => {
    try {
      return batch.apply(jump('in', 'a'), 0)
    } catch (thrown) {
      return thrown
    }
  }
  expect(attempt()).toBe(Errno.EMLINK)
})
test('handles of a refused batch are not used again', () => {
  const before = run(new Map(), table, chain('a'))
  expect(() => run(before, jump('a', 'a'), jump('nowhere', 'a'))).toThrow()
  const after = run(before, jump('a', 'a'))
  expect([...after.values()][0].chains.get('a')?.rules[0].handle).toBe(3)
})

const ports: SetObject = {
  info: { family: 'ip', table: 't', name: 's', handle: 1, anonymous: false, constant: false, interval: true, dynamic: false, keyType: 'inet_service', keyLength: 2 }, elements: new Map(), sorted: undefined,
}
test('an interval set finds the range a port lies in', () => {
  const set = addElements(ports, [{ key: '0050' }, { key: '1f40', end: '1f90' }], false, 0)
  expect(findElement(set, '0050', 0)).toBeDefined()
  expect(findElement(set, '1f41', 0)).toBeDefined()
  expect(findElement(set, '1f91', 0)).toBeUndefined()
  expect(findElement(set, '0051', 0)).toBeUndefined()
  expect(findElement(deleteElements(set, [{ key: '0050' }], false, 0), '0050', 0)).toBeUndefined()
})
test('an element with a timeout goes when its time is over', () => {
  const set = addElements({ ...ports, info: { ...ports.info, interval: false, timeout: 1000 } }, [{ key: '0050' }], false, 0)
  expect(findElement(set, '0050', 999e6)).toBeDefined()
  expect(findElement(set, '0050', 1000e6)).toBeUndefined()
})

test('a limit lets its burst through, then its rate', () => {
  const limit = { kind: 'limit', rate: 1, unit: 1, burst: 2, type: 'packets', over: false } as const
  const state = newState()
  expect([0, 0, 0, 1e9, 1e9].map((now) => takeToken(limit, state, now, 100))).toEqual([true, true, false, true, false])
})

const segment = (flags: number): Tcp => ({ kind: 'tcp', sport: 1, dport: 2, seq: 0, ack: 0, flags, window: 0, options: {}, data: EMPTY_BYTES })
test('a TCP connection opens and closes', () => {
  const steps = [['original', TCP_SYN], ['reply', TCP_SYN | TCP_ACK], ['original', TCP_ACK], ['original', TCP_FIN | TCP_ACK], ['reply', TCP_ACK], ['reply', TCP_FIN | TCP_ACK], ['original', TCP_ACK]] as const
  let state = 'NONE'
  expect(steps.map(([direction, flags]) => (state = nextTcpState(state, direction, segment(flags))))).toEqual(['SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT'])
  expect(nextTcpState('ESTABLISHED', 'reply', segment(TCP_RST))).toBe('CLOSE')
  expect(nextTcpState('SYN_SENT', 'original', segment(TCP_SYN | TCP_ACK))).toBe('invalid')
})
