// memory.*: limits, figures and events of the memory controller (mm/memcontrol.c). Lines of memory.stat that the machine doesn't keep read 0.
import { Errno } from '../../abi/errno.ts'
import type { Cgroup } from './cgroup.ts'
import { type CgroupFileEntry, constant, figure, setting } from './cgroup-file.ts'
import { memoryLimit, shownLimit, zeroOrOne } from './cgroup-values.ts'
import { reclaim, shrinkToMax } from './memory.ts'
import { MEMORY_EVENTS, type MemoryState } from './memory-state.ts'

const NUMA_NAMES = `anon file kernel_stack pagetables sec_pagetables shmem file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp inactive_anon active_anon
  inactive_file active_file unevictable slab_reclaimable slab_unreclaimable workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file
  workingset_restore_anon workingset_restore_file workingset_nodereclaim`
const STAT_NAMES = `anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp
  inactive_anon active_anon inactive_file active_file unevictable slab_reclaimable slab_unreclaimable slab workingset_refault_anon workingset_refault_file
  workingset_activate_anon workingset_activate_file workingset_restore_anon workingset_restore_file workingset_nodereclaim pgscan pgsteal pgscan_kswapd pgscan_direct
  pgsteal_kswapd pgsteal_direct pgfault pgmajfault pgrefill pgactivate pgdeactivate pglazyfree pglazyfreed thp_fault_alloc thp_collapse_alloc`
const words = (text: string): string[] => text.split(/\s+/)

function figures({ stat, pageFaults }: MemoryState): ReadonlyMap<string, number> {
  return new Map([
    ...Object.entries(stat), ['kernel', stat.kernel_stack + stat.pagetables], ['inactive_anon', stat.anon + stat.shmem], ['inactive_file', stat.file - stat.shmem], ['pgfault', pageFaults],
  ])
}
function lines(group: Cgroup, names: string, separator: string): string {
  const known = figures(group.memory)
  return words(names).map((name) => `${name}${separator}${known.get(name) ?? 0}\n`).join('')
}

type Limit = 'max' | 'high' | 'low' | 'min' | 'swapMax' | 'swapHigh'
const limit = (name: string, key: Limit, then?: (group: Cgroup, writer: Parameters<typeof shrinkToMax>[1]) => void): CgroupFileEntry =>
  setting(name, 'memory', (group) => shownLimit(group.memory[key]), (group, text, writer) => {
    group.memory[key] = memoryLimit(text)
    then?.(group, writer)
  })

const events = (name: string, key: 'events' | 'localEvents'): CgroupFileEntry =>
  figure(name, 'memory', (group) => MEMORY_EVENTS.map((event) => `${event} ${group.memory[key][event]}\n`).join(''))

export const MEMORY_FILES: readonly CgroupFileEntry[] = [
  figure('memory.current', 'memory', (group) => `${group.memory.usage}\n`),
  figure('memory.peak', 'memory', (group) => `${group.memory.peak}\n`),
  limit('memory.min', 'min'), limit('memory.low', 'low'),
  limit('memory.high', 'high', (group) => reclaim(group, group.memory.usage - group.memory.high)),
  limit('memory.max', 'max', shrinkToMax),
  events('memory.events', 'events'), events('memory.events.local', 'localEvents'),
  figure('memory.stat', 'memory', (group) => lines(group, STAT_NAMES, ' '), 'all'),
  figure('memory.numa_stat', 'memory', (group) => lines(group, NUMA_NAMES, ' N0='), 'all'),
  setting('memory.oom.group', 'memory', (group) => (group.memory.oomGroup ? '1' : '0'), (group, text) => {
    group.memory.oomGroup = zeroOrOne(text, Errno.EINVAL)
  }),
  ['memory.reclaim', {
    mode: 0o200, where: 'all', controller: 'memory',
    show: () => {
      throw Errno.EINVAL
    },
    store: (group, _writer, text) => {
      const wanted = memoryLimit(text.trim(), '')
      if (reclaim(group, wanted) < wanted) throw Errno.EAGAIN
    },
  }],
  constant('memory.swap.current', 'memory', '0\n'), limit('memory.swap.high', 'swapHigh'), limit('memory.swap.max', 'swapMax'),
  constant('memory.swap.events', 'memory', 'high 0\nmax 0\nfail 0\n'),
]
