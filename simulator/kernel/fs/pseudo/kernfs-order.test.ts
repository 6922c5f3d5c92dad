import { expect, test } from 'vitest'
import { kernfsNameHash, kernfsOrder } from './kernfs-order.ts'

test('names come in the order in which Linux 6.1 lists them', () => {
  const listed = ['cgroup.events', 'memory.events', 'io.pressure', 'cgroup.procs', 'memory.events.local', 'memory.swap.current', 'memory.swap.max', 'cpu.weight', 'memory.swap.events']
  expect(kernfsOrder(listed.toSorted().map((name, ino) => ({ ino, name, type: 8 }))).map(({ name }) => name)).toEqual(listed)
})

test('the hash stays within 31 bits, whatever the length', () => {
  for (const name of ['', 'a', 'x'.repeat(255)]) {
    expect(kernfsNameHash(name)).toBeGreaterThanOrEqual(2)
    expect(kernfsNameHash(name)).toBeLessThan(0x7fff_ffff)
  }
})
