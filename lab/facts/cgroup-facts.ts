// Facts about control groups: what a group, or a process in it, may use at most.
import type { World } from '../world.ts'
import type { CgroupFact, Limits, Verdict } from './fact.ts'
import { thereIs } from './nearest.ts'
import type { Condition } from './nearest.ts'

/** `box` and `/box` are the same group. */
export const groupPath = (name: string): string => (name.startsWith('/') ? name : `/${name}`)

/** What a limit of a group and the groups above it comes to; undefined where none is set. */
function limitOf(world: World, path: string, file: string): number | undefined {
  const set = world.cgroups.filter((group) => path === group.path || path.startsWith(`${group.path}/`)).flatMap(({ limits }) => limits[file] ?? [])
  return set.length === 0 ? undefined : Math.min(...set.map(Number))
}

const inWords = (size: number): string => (size >= 2 ** 20 ? `${Math.round(size / 2 ** 20)} MB` : `${Math.round(size / 2 ** 10)} kB`)

/** For a group, or a process that is in it. */
export function limitConditions(world: World, path: string, limits: Limits | undefined): Condition[] {
  const list: Condition[] = []
  if (limits?.pids !== undefined) {
    const most = limitOf(world, path, 'pids.max')
    list.push({ holds: most !== undefined && most <= limits.pids, otherwise: most === undefined ? 'may have as many processes as there are' : `may have ${most} processes, more than ${limits.pids}` })
  }
  if (limits?.memory !== undefined) {
    const most = limitOf(world, path, 'memory.max')
    list.push({ holds: most !== undefined && most <= limits.memory, otherwise: most === undefined ? 'may use all the memory there is' : `may use ${inWords(most)}, more than ${inWords(limits.memory)}` })
  }
  return list
}

export function cgroupVerdict(world: World, fact: CgroupFact): Verdict {
  const wanted = fact.cgroup === '*' ? undefined : groupPath(fact.cgroup)
  const members = (path: string): string[] => world.processes.filter(({ cgroup, state }) => cgroup === path && state !== 'Z').map(({ comm }) => comm)
  return thereIs({
    candidates: world.cgroups.filter(({ path }) => wanted === undefined || path === wanted),
    none: wanted === undefined ? 'there is no control group but the root' : `there is no control group ${wanted}`,
    name: ({ path }) => `group ${path}`,
    conditions: ({ path }) => [
      ...limitConditions(world, path, fact.limits),
      ...(fact.member === undefined ? [] : [{ holds: members(path).some((comm) => fact.member === '*' || comm === fact.member), otherwise: members(path).length === 0 ? 'is empty' : `has no ${fact.member} in it` }]),
    ],
  })
}
