import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Cgroups } from './cgroup.ts'

let parent = ''
beforeEach(() => { parent = mkdtempSync(join(tmpdir(), 'isolab-cgroup-')) })
afterEach(() => { rmSync(parent, { recursive: true }) })

it('gets a cgroup of its own, with limits', () => {
  writeFileSync(join(parent, 'cgroup.subtree_control'), 'cpuset cpu io memory pids\n')
  const groups = new Cgroups(parent)
  groups.add('machine-1', 4321, { memory: 512, cpus: 0.5 })
  const folder = join(parent, `isolab-machines-${process.pid}`)
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8')
  expect(file('cgroup.subtree_control')).toBe('+cpu +memory +pids')
  expect(file('machine-1/memory.max')).toBe(String((512 + 192) * 1024 * 1024))
  expect(file('machine-1/cpu.max')).toBe('50000 100000')
  expect(file('machine-1/cgroup.procs')).toBe('4321')
})

it('moves what runs in a cgroup of the service’s own out of the machines’ way', () => {
  writeFileSync(join(parent, 'cgroup.subtree_control'), '')
  writeFileSync(join(parent, 'cgroup.controllers'), 'cpuset cpu io memory pids\n')
  writeFileSync(join(parent, 'cgroup.procs'), `${process.pid}\n`)
  expect(new Cgroups(parent).about).toMatch(/limited in/)
  expect(readFileSync(join(parent, 'isolab-service', 'cgroup.procs'), 'utf8')).toBe(String(process.pid))
  expect(readFileSync(join(parent, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +memory +pids')
})

it('does without where it may make none, and says so', () => {
  const groups = new Cgroups(parent)
  groups.add('machine-1', 4321, { memory: 512, cpus: 1 })()
  expect(groups.about).toMatch(/rlimits only/)
  writeFileSync(join(parent, 'cgroup.subtree_control'), 'cpu\n')
  expect(new Cgroups(parent).about).toMatch(/rlimits only/)
})

it('leaves the cgroups of services that still run', () => {
  writeFileSync(join(parent, 'cgroup.subtree_control'), 'cpu memory pids\n')
  mkdirSync(join(parent, `isolab-machines-${process.ppid}`))
  mkdirSync(join(parent, 'isolab-machines-999999999'))
  new Cgroups(parent)
  expect(() => readFileSync(join(parent, `isolab-machines-${process.ppid}`, 'cgroup.kill'))).toThrow(/ENOENT/)
  expect(readFileSync(join(parent, 'isolab-machines-999999999', 'cgroup.kill'), 'utf8')).toBe('1')
})
