import { expect, test } from 'vitest'
import { PageData } from './page-data.ts'

test('content from an image is shared until it is written to', () => {
  const content = new Uint8Array([1, 2, 3])
  const data = new PageData(content)
  data.write(1, new Uint8Array([9]))
  expect([...data.read(0, 10)]).toEqual([1, 9, 3])
  expect([...content]).toEqual([1, 2, 3])
})

test('a hole reads as zeros and takes no page', () => {
  const data = new PageData()
  data.write(10000, new Uint8Array([7]))
  expect(data.size).toBe(10001)
  expect(data.pages).toBe(1)
  expect([...data.read(9999, 5)]).toEqual([0, 7])
  expect(data.seek(0, true)).toBe(8192)
  expect(data.seek(8192, false)).toBe(10001)
  expect(data.seek(0, false)).toBe(0)
})

test('cutting gives pages back and what is extended again reads as zeros', () => {
  const data = new PageData()
  data.write(0, new Uint8Array(9000).fill(5))
  expect(data.setSize(10)).toBe(2)
  data.setSize(20)
  expect([...data.read(8, 4)]).toEqual([5, 5, 0, 0])
})

test('a punched hole frees whole pages only', () => {
  const data = new PageData()
  data.write(0, new Uint8Array(12288).fill(5))
  expect(data.punch(4000, 5000)).toBe(1)
  expect(data.read(3999, 2)).toEqual(new Uint8Array([5, 0]))
  expect(data.read(8999, 2)).toEqual(new Uint8Array([0, 5]))
})
