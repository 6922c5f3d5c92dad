import { expect, test } from 'vitest'
import { Pacer } from './pacer.ts'

test('virtual time keeps to the wall clock, and never rushes to catch up', () => {
  let wall = 100
  const pacer = new Pacer(() => wall, 5e9)
  wall = 350
  expect(pacer.target).toBe(5e9 + 250e6)
  expect(pacer.delayUntil(6e9)).toBe(750)
  pacer.fellBehind(5e9 + 10e6)
  expect(pacer.target).toBe(5e9 + 10e6)
  pacer.setSpeed(10, 5e9 + 10e6)
  wall = 450
  expect(pacer.target).toBe(5e9 + 10e6 + 1e9)
})
