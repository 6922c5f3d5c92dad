// The kernel's own threads as `ps` shows them on the reference machine: name and PID. They exist, belong to kthreadd, and never run.
export const KERNEL_THREADS: readonly (readonly [pid: number, name: string])[] = [
  [2, 'kthreadd'], [3, 'rcu_gp'], [4, 'rcu_par_gp'], [5, 'slub_flushwq'], [6, 'netns'], [8, 'kworker/0:0H-ev'], [10, 'mm_percpu_wq'],
  [11, 'rcu_tasks_kthread'], [12, 'rcu_tasks_rude_kthread'], [13, 'rcu_tasks_trace_kthread'], [14, 'ksoftirqd/0'], [15, 'rcu_preempt'], [16, 'migration/0'],
  [17, 'kworker/0:1-eve'], [18, 'cpuhp/0'], [20, 'kdevtmpfs'], [21, 'inet_frag_wq'], [22, 'kauditd'], [23, 'khungtaskd'], [25, 'oom_reaper'],
  [26, 'writeback'], [28, 'kcompactd0'], [29, 'ksmd'], [30, 'kintegrityd'], [31, 'kblockd'], [32, 'blkcg_punt_bio'], [35, 'kswapd0'], [41, 'kthrotld'],
  [50, 'mld'], [51, 'ipv6_addrconf'], [85, 'jbd2/vda-8'], [86, 'ext4-rsv-conver'],
]
/** The nice value of a kernel thread: rescuers of workqueues are urgent, memory merging is not. */
export function kernelThreadNice(name: string): number {
  if (name === 'ksmd') return 5
  const isPlain = /^(kthreadd|rcu_(tasks|preempt)|ksoftirqd|migration|kworker\/0:1-|cpuhp|kdevtmpfs|kauditd|khungtaskd|oom_reaper|kcompactd|kswapd|jbd2)/.test(name)
  return isPlain ? 0 : -20
}
/** Where the numbers of ordinary processes go on after boot. */
export const FIRST_USER_PID = 400
