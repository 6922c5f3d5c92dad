import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdAllocator } from './id-allocator.ts'

test('hands out the lowest number that is free, whatever was freed before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (plan) => {
      const ids = new IdAllocator(5)
      const used = new Set<number>()
      for (const step of plan) {
        if (step % 3 === 0 && used.size > 0) {
          const victim = [...used][step % used.size]
          used.delete(victim)
          ids.free(victim)
          continue
        }
        let lowest = 5
        while (used.has(lowest)) lowest++
        expect(ids.alloc()).toBe(lowest)
        used.add(lowest)
      }
    }),
  )
})

test('refuses to free what was never handed out', () => {
  expect(() => new IdAllocator(1).free(1)).toThrow()
})
