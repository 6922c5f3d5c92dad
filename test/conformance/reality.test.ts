import { expect, test } from 'vitest'
import type { Difference } from './compare.ts'
import { readReality, readReasons, realCase, sides, sidesTable, withRun } from './reality.ts'

const differs = (index: number, got: string): Difference => ({ index, command: 'c', want: ['w'], got: [got], wantStatus: 0, gotStatus: 0 })

test('three sides of a command: who agrees with whom', () => {
  const all = [
    { id: 'net/a.t', commands: 4, simulated: [differs(1, 'x'), differs(2, 'x')], real: [differs(2, 'x'), differs(3, 'y')] },
    { id: 'net/b.t', commands: 1, simulated: [], real: [] },
    { id: 'ipc/c.t', commands: 1, simulated: [differs(0, 'x')], real: [differs(0, 'y')] },
  ]
  expect(sides(all)).toEqual([
    { area: 'ipc', cases: 1, casesReal: 0, commands: 1, simulatorRecording: 0, realRecording: 0, simulatorReal: 0 },
    { area: 'net', cases: 2, casesReal: 1, commands: 5, simulatorRecording: 3, realRecording: 3, simulatorReal: 3 },
  ])
  expect(sidesTable(sides(all)).split('\n')).toHaveLength(4)
})

test('a run keeps the results of cases that were not run, but not those of another kernel', () => {
  const one = { recording: 'a', agree: 'all' }
  const first = withRun({}, 'qemu', { date: '2026-01-01', kernel: '6.1', cases: { 'net/a.t': one } })
  const second = withRun(first, 'qemu', { date: '2026-01-02', kernel: '6.1', cases: { 'ipc/b.t': one } })
  expect(second.qemu).toEqual({ date: '2026-01-02', kernel: '6.1', cases: { 'ipc/b.t': one, 'net/a.t': one } })
  expect(Object.keys(withRun(second, 'qemu', { date: '2026-01-03', kernel: '6.2', cases: { 'net/c.t': one } }).qemu?.cases ?? {})).toEqual(['net/c.t'])
})

test('what agreed is kept as ranges', () => {
  expect(realCase('sum', { id: 'a/b.t', commands: 4, simulated: [], real: [differs(1, 'x')] })).toEqual({ recording: 'sum', agree: '0,2-3' })
})

test('whatever comes out otherwise on a real machine has its reason, and nothing else has', () => {
  const reasons = readReasons(import.meta.dirname)
  for (const [machine, { cases }] of Object.entries(readReality(import.meta.dirname))) {
    const differing = Object.entries(cases).filter(([, { agree }]) => agree !== 'all').map(([id]) => id)
    expect(Object.keys(reasons[machine] ?? {}), machine).toEqual(differing)
  }
})
