import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NSEC_PER_SEC } from '../clock.ts'
import { PSI_IOWAIT, PSI_MEMSTALL, PSI_ON_CPU, PSI_RUNNING, PsiState } from './psi.ts'

const line = (psi: PsiState, resource: 'cpu' | 'io' | 'memory', now: number, isMachine = false): Record<string, number>[] =>
  psi.show(resource, now, isMachine).trim().split('\n').map((l) => Object.fromEntries([...l.matchAll(/(\w+)=([\d.]+)/g)].map(([, key, value]) => [key, Number(value)])))

test('two who want the CPU: one waits all the time, never both', () => {
  const psi = new PsiState()
  psi.change(0, PSI_RUNNING | PSI_ON_CPU, 0)
  psi.change(0, PSI_RUNNING, 0)
  const [some, full] = line(psi, 'cpu', 10 * NSEC_PER_SEC)
  expect(some['total']).toBe(10_000_000)
  expect(full['total']).toBe(0)
  expect(some['avg10']).toBeGreaterThan(10)
})

test('one who waits for memory while another runs stalls some; alone it stalls all', () => {
  const psi = new PsiState()
  psi.change(0, PSI_MEMSTALL, 0)
  psi.change(0, PSI_RUNNING | PSI_ON_CPU, NSEC_PER_SEC)
  psi.change(PSI_RUNNING | PSI_ON_CPU, 0, 3 * NSEC_PER_SEC)
  const [some, full] = line(psi, 'memory', 4 * NSEC_PER_SEC)
  expect([some['total'], full['total']]).toEqual([4_000_000, 2_000_000])
})

test('an average falls to nothing when nobody waits', () => {
  const psi = new PsiState()
  psi.change(0, PSI_IOWAIT, 0)
  psi.change(PSI_IOWAIT, 0, 20 * NSEC_PER_SEC)
  const averages = [20, 30, 60, 400].map((s) => line(psi, 'io', s * NSEC_PER_SEC)[0]['avg10'])
  expect(averages).toEqual([...averages].sort((a, b) => b - a))
  expect(averages[3]).toBe(0)
})

test('no total is more than the time that went by, and all is no more than some', () => {
  const flags = fc.constantFrom(0, PSI_RUNNING, PSI_RUNNING | PSI_ON_CPU, PSI_MEMSTALL, PSI_IOWAIT)
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3), flags, fc.nat(3_000_000_000)), { maxLength: 60 }), (steps) => {
    const psi = new PsiState()
    const tasks = [0, 0, 0, 0]
    let now = 0
    for (const [task, to, ns] of steps) {
      now += ns
      const isTaken = (to & PSI_ON_CPU) !== 0 && tasks.some((f, i) => i !== task && (f & PSI_ON_CPU) !== 0)
      const next = isTaken ? PSI_RUNNING : to
      psi.change(tasks[task], next, now)
      tasks[task] = next
    }
    for (const resource of ['cpu', 'io', 'memory'] as const) {
      const [some, full] = line(psi, resource, now)
      expect(full['total']).toBeLessThanOrEqual(some['total'])
      expect(some['total']).toBeLessThanOrEqual(now / 1000)
      expect(some['avg10']).toBeLessThanOrEqual(100)
    }
  }))
})
