// Every recorded case on the simulated machine. What agreed with real Linux once must agree; the rest is counted.
import { expect, test } from 'vitest'
import { findCases, readRatchet } from './files.ts'
import { runCases } from './pool.ts'
import { figures, lost, table } from './report.ts'

const root = import.meta.dirname

test('no recorded command that agreed with real Linux differs now', { timeout: 600_000 }, async () => {
  const results = await runCases(findCases(root, []))
  console.log(`\n${table(figures(results))}\n`)
  expect(lost(readRatchet(root), results), 'see: npx isolab conformance -v AREA/CASE').toEqual([])
})
