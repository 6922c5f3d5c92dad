import { expect, test } from 'vitest'
import { toExponentialEven, toFixedEven } from './decimal.ts'

test('ties go to the even digit, everything else to the nearest', () => {
  expect([[2.25, 1], [2.35, 1], [0.5, 0], [1.5, 0], [2.5, 0], [0.125, 2], [0.375, 2], [1.005, 2], [-2.25, 1], [9.5, 0], [8.5, 0], [3, 2]].map(([n, d]) => toFixedEven(n, d)))
    .toEqual(['2.2', '2.4', '0', '2', '2', '0.12', '0.38', '1.00', '-2.2', '10', '8', '3.00'])
  expect([[100000.5, 5], [100001.5, 5], [2.5, 0], [3.5, 0], [12345.678, 2]].map(([n, d]) => toExponentialEven(n, d))).toEqual(['1.00000e+5', '1.00002e+5', '2e+0', '4e+0', '1.23e+4'])
})
