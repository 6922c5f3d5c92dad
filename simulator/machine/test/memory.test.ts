import { expect, test } from 'vitest'
import { type Cgroup, rootCgroup } from '../../kernel/cgroup/cgroup.ts'
import { reclaim } from '../../kernel/cgroup/memory.ts'
import { outOfMemory } from '../../kernel/cgroup/oom.ts'
import { Mm } from '../../kernel/mm/mm.ts'
import { PageCache } from '../../kernel/mm/page-cache.ts'
import type { Task } from '../../kernel/task.ts'
import { bootMachine, type Machine } from '../machine.ts'

const PAGE = 4096

function boot(...names: string[]): { machine: Machine; task: Task; groups: Cgroup[] } {
  const machine = bootMachine()
  const task = machine.kernel.initTask
  if (task === undefined) throw new Error('no init')
  return { machine, task, groups: names.map((name) => rootCgroup(machine.kernel).makeChild(name)) }
}

test('a write that fails, or is short, is charged for what it wrote', () => {
  const { machine, groups: [g] } = boot('g')
  machine.runScript(`
    mount -t tmpfs -o size=64k none /mnt; echo $$ > /sys/fs/cgroup/g/cgroup.procs
    for i in 1 2 3 4 5; do head -c 100000 /dev/zero > /mnt/x$i; head -c 100000 /dev/zero >> /mnt/x1; fallocate -l 1M /mnt/y; done
    echo $$ > /sys/fs/cgroup/cgroup.procs
  `)
  expect(g.memory.stat.shmem).toBe(64 * 1024)
  machine.runScript('rm /mnt/*')
  expect(g.memory.usage).toBe(0)
})

test('the page cache of a removed group can still be reclaimed', () => {
  const { machine, groups: [a] } = boot('a')
  a.makeChild('b')
  machine.runScript('echo $$ > /sys/fs/cgroup/a/b/cgroup.procs; head -c 1M /dev/zero > /root/x; echo $$ > /sys/fs/cgroup/cgroup.procs; rmdir /sys/fs/cgroup/a/b')
  expect(a.children.size).toBe(0)
  expect(a.memory.stat.file).toBe(1024 * 1024)
  expect(reclaim(a, Infinity)).toBe(1024 * 1024)
  expect([a.memory.usage, a.memory.cache.size]).toEqual([0, 0])
})

test('a group that still owns pages of a file stays among those that can be reclaimed', () => {
  const { task, groups: [a, b] } = boot('a', 'b')
  const home = task.cgroup
  const cache = new PageCache(false)
  for (const group of [a, b, a]) {
    task.cgroup = group
    cache.grow(task, PAGE)
  }
  task.cgroup = home
  cache.shrinkTo(PAGE)
  expect([a.memory.usage + b.memory.usage, cache.bytes]).toEqual([PAGE, PAGE])
  expect(reclaim(a, Infinity) + reclaim(b, Infinity)).toBe(PAGE)
  expect([a, b].map(({ memory }) => [memory.usage, memory.cache.size])).toEqual([[0, 0], [0, 0]])
})

test('unmapping an area gives back no more than was touched', () => {
  const { task, groups: [g] } = boot('g')
  const home = task.cgroup
  task.cgroup = g
  const mm = new Mm()
  expect(mm.touch(task, mm.map(1024 * 1024))).toBe(true)
  g.memory.max = 1536 * 1024
  const second = mm.map(4096 * 1024)
  expect(mm.touch(task, second)).toBe(false)
  mm.unmap(second, 4096 * 1024)
  expect([mm.mapped, mm.touched, mm.charged, g.memory.usage]).toEqual([1024 * 1024, 1024 * 1024, 1024 * 1024, 1024 * 1024])
  mm.release()
  expect(g.memory.usage).toBe(0)
  task.cgroup = home
})

test('who shares the memory of the OOM killer\'s victim dies too, wherever it is', () => {
  const { machine, task, groups: [g] } = boot('g')
  machine.runScript('for i in 1 2 3; do sleep 100 & done; echo $! > /sys/fs/cgroup/g/cgroup.procs')
  const [sharer, spared, victim] = [...machine.kernel.tasks.values()].filter((t) => t.comm === 'sleep')
  for (const other of [sharer, spared]) {
    other.mm.release()
    other.mm = victim.mm
    victim.mm.users++
  }
  spared.oomScoreAdj = -1000
  expect(outOfMemory(g, task)).toBe(victim)
  expect(victim.mm.charged).toBeGreaterThan(0)
  machine.runScript('true')
  expect([victim, sharer, spared].map((t) => t.isAlive)).toEqual([false, false, true])
  expect([victim.mm.users, g.memory.usage === victim.mm.charged]).toEqual([1, true])
})
