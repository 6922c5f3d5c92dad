import { expect, test } from 'vitest'
import { Clock } from './clock.ts'

test('timers fire in the order of their times, equal ones as they were set', () => {
  const clock = new Clock(0)
  const seen: string[] = []
  clock.at(30, () => seen.push('c'))
  clock.at(10, () => seen.push('a'))
  clock.at(20, () => seen.push('b1'))
  clock.at(20, () => seen.push('b2'))
  clock.advance(25)
  expect(seen).toEqual(['a', 'b1', 'b2'])
  expect(clock.nextDeadline).toBe(30)
})

test('a cancelled timer never fires and is no deadline', () => {
  const clock = new Clock(0)
  const cancel = clock.at(5, () => expect.unreachable())
  cancel()
  expect(clock.nextDeadline).toBeUndefined()
  clock.advance(10)
  expect(clock.now).toBe(10)
})
