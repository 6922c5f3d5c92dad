import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromKuidMunged, type IdMap, kuid, makeKuid, mapDown, mapUp } from './ids.ts'

/** Maps whose ranges overlap on neither side, as the kernel accepts them. */
const idMap: fc.Arbitrary<IdMap> = fc.array(fc.tuple(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 40 })), { maxLength: 5 }).map((lines) => {
  let inside = 0
  let outside = 100000
  return lines.map(([gapInside, gapOutside, count]) => {
    const extent = { first: inside + gapInside, lowerFirst: outside + gapOutside, kernelFirst: outside + gapOutside, count }
    inside = extent.first + count
    outside = extent.kernelFirst + count
    return extent
  })
})

test('down and up again is the same id, wherever it is mapped', () => {
  fc.assert(
    fc.property(idMap, fc.nat(400), (map, id) => {
      const down = mapDown(map, id)
      if (down !== undefined) expect(mapUp(map, down)).toBe(id)
    }),
  )
})

test('an unmapped id has no kernel id and reads as nobody', () => {
  const ns = { uidMap: [{ first: 0, lowerFirst: 1000, kernelFirst: 1000, count: 1 }], gidMap: [] }
  expect(makeKuid(ns, 0)).toBe(1000)
  expect(makeKuid(ns, 1)).toBeUndefined()
  expect(fromKuidMunged(ns, kuid(1000))).toBe(0)
  expect(fromKuidMunged(ns, kuid(0))).toBe(65534)
})
