import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFinished, NO_PROGRESS, progress, readProgress } from './progress.ts'
import type { ProgressEvent } from './progress.ts'

test('a task met after its solution was used is solved with help, one met before is not', () => {
  const helped = progress(progress(NO_PROGRESS, { kind: 'solution-used', task: 'a' }), { kind: 'met', task: 'a' })
  expect(helped.solved).toEqual({ a: 'with-help' })
  expect(progress(progress(NO_PROGRESS, { kind: 'met', task: 'a' }), { kind: 'solution-used', task: 'a' }).helped).toEqual([])
})

test('the first guess is the one that counts', () => {
  const first = progress(NO_PROGRESS, { kind: 'predicted', prediction: 'p', option: 2 })
  expect(progress(first, { kind: 'predicted', prediction: 'p', option: 1 })).toBe(first)
})

test('what is stored is read back; damage costs ticks only', () => {
  const word = fc.constantFrom('a', 'b', '__proto__', 'constructor')
  const event: fc.Arbitrary<ProgressEvent> = fc.oneof(
    fc.record({ kind: fc.constant('met' as const), task: word }),
    fc.record({ kind: fc.constant('hint' as const), task: word, count: fc.nat(5) }),
    fc.record({ kind: fc.constant('solution-used' as const), task: word }),
  )
  fc.assert(fc.property(fc.array(event), (events) => {
    const state = events.reduce(progress, NO_PROGRESS)
    expect(readProgress(JSON.stringify(state))).toEqual(state)
    expect(isFinished(state, [])).toBe(true)
  }))
  fc.assert(fc.property(fc.string(), (text) => {
    expect(() => readProgress(text)).not.toThrow()
  }))
})
