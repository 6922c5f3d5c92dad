// The OOM killer (mm/oom_kill.c): the process that frees most, weighed by its oom_score_adj, dies; with memory.oom.group everybody in the group with it. Its memory is
// taken at once (the OOM reaper), so that the others can go on before it has ended.
import { SIGKILL } from '../../abi/signal.ts'
import { KERNEL_BUILD, MEM_TOTAL_KB, OS_RELEASE } from '../fs/proc/machine-info.ts'
import { sendSignal } from '../signal-send.ts'
import type { Task } from '../task.ts'
import { type Cgroup, rootCgroup } from './cgroup.ts'
import { countEvent, limitOf } from './memory.ts'

const OOM_SCORE_ADJ_MIN = -1000
const PAGE_KB = 4
const MACHINE_PAGES = MEM_TOTAL_KB / PAGE_KB

const isSpared = (task: Task): boolean => task.kernel.initTask === task || task.oomScoreAdj === OOM_SCORE_ADJ_MIN

function sizesOf(task: Task): { readonly total: number; readonly anon: number; readonly file: number; readonly tables: number } {
  const { size, rss, anon, pageTables } = task.mm.sizes
  return { total: size, anon, file: rss - anon, tables: pageTables }
}

/** oom_badness in pages, for a limit of so many; undefined for those that are not chosen. A vfork's child goes with its parent, whose memory it is. */
export function badness(task: Task, limitPages: number): number | undefined {
  if (task.isKernelThread || isSpared(task) || task.isExiting || task.vforkDone !== undefined) return undefined
  const { anon, file, tables } = sizesOf(task)
  return Math.trunc((anon + file + tables) / PAGE_KB) + task.oomScoreAdj * Math.trunc(limitPages / 1000)
}

/** /proc/PID/oom_score (proc_oom_score): badness where all the machine's memory is the limit, from 0 to 1333. */
export function oomScore(task: Task): number {
  const points = badness(task, MACHINE_PAGES)
  return points === undefined ? 0 : Math.trunc(((1000 + Math.trunc((points * 1000) / MACHINE_PAGES)) * 2) / 3)
}

/** Kills for a group that is full. Answers who had to go; undefined if nobody can. `invoker`: the task that asked for memory. */
export function outOfMemory(group: Cgroup, invoker: Task): Task | undefined {
  const { kernel } = group
  const candidates = [...group.subtree()].flatMap((g) => g.members.filter((t) => !t.isExiting && t.mm.mapped + t.mm.charged > 0))
  let victim: Task | undefined
  let most = -Infinity
  const limitPages = group.parent === undefined ? MACHINE_PAGES : Math.trunc(limitOf(group) / (PAGE_KB * 1024))
  for (const task of candidates) {
    const points = badness(task, limitPages)
    if (points === undefined || points < most) continue
    victim = task
    most = points
  }
  report(group, invoker, candidates)
  if (victim === undefined) {
    kernel.printk(4, 'Out of memory and no killable processes...')
    return undefined
  }
  kernel.printk(6, `oom-kill:constraint=${group.parent === undefined ? 'CONSTRAINT_NONE' : 'CONSTRAINT_MEMCG'},nodemask=(null),cpuset=/,mems_allowed=0,`
    + `${group.parent === undefined ? 'global_oom' : `oom_memcg=${group.path}`},task_memcg=${victim.cgroup.path},task=${victim.comm},pid=${victim.globalPid},uid=${victim.cred.uid}`)
  const whole = oomGroupOf(victim, group)
  const home = victim.cgroup
  kill(victim, group)
  if (whole !== undefined) {
    // Sleepers that wake go before whoever has run for long (wake-up preemption).
    kernel.scheduler.yieldCpu()
    countEvent(whole, 'oom_group_kill')
    kernel.printk(6, `Tasks in ${whole.path} are going to be killed due to memory.oom.group set`)
    for (const member of [...whole.subtree()].flatMap((g) => g.members)) {
      if (!isSpared(member)) kill(member, group)
    }
  }
  kernel.trace.emit('oom.kill', invoker, { victim: victim.globalPid, comm: victim.comm, group: group.path, home: home.path })
  return victim
}

/** The highest group up to the one that is full which wants to die as one. */
function oomGroupOf(victim: Task, full: Cgroup): Cgroup | undefined {
  let whole: Cgroup | undefined
  for (const above of victim.cgroup.lineage()) {
    if (above.parent === undefined) break
    if (above.memory.oomGroup) whole = above
    if (above === full) break
  }
  return whole
}

/** __oom_kill_process: whoever shares the victim's memory dies too; only then is it free. */
function kill(victim: Task, group: Cgroup): void {
  const { kernel } = victim
  const { total, anon, file, tables } = sizesOf(victim)
  kernel.printk(3, `${group.parent === undefined ? 'Out of memory' : 'Memory cgroup out of memory'}: Killed process ${victim.globalPid} (${victim.comm}) total-vm:${total}kB, anon-rss:${anon}kB, `
    + `file-rss:${file}kB, shmem-rss:0kB, UID:${victim.cred.uid} pgtables:${tables}kB oom_score_adj:${victim.oomScoreAdj}`)
  if (victim.cgroup !== rootCgroup(kernel)) countEvent(victim.cgroup, 'oom_kill')
  sendSignal(kernel, victim, SIGKILL)
  let isFree = true
  for (const sharer of kernel.tasks.values()) {
    if (sharer === victim || sharer.mm !== victim.mm || !sharer.isAlive) continue
    if (isSpared(sharer)) isFree = false
    else sendSignal(kernel, sharer, SIGKILL)
  }
  if (isFree) victim.mm.release()
}

/** dump_header: who asked, what the group uses and who is in it. Simpler: no call trace and no table of memory.stat. */
function report(group: Cgroup, invoker: Task, candidates: readonly Task[]): void {
  const { kernel } = group
  const print = (text: string): void => kernel.printk(4, text)
  print(`${invoker.comm} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${invoker.oomScoreAdj}`)
  print(`CPU: 0 PID: ${invoker.globalPid} Comm: ${invoker.comm} Not tainted ${OS_RELEASE} #1  ${KERNEL_BUILD}`)
  if (group.parent !== undefined) {
    const kb = (bytes: number): string => (bytes === Infinity ? '9007199254740988' : String(Math.trunc(bytes / 1024)))
    print(`memory: usage ${kb(group.memory.usage)}kB, limit ${kb(group.memory.max)}kB, failcnt ${group.memory.localEvents.max}`)
    print(`swap: usage 0kB, limit ${kb(group.memory.swapMax)}kB, failcnt 0`)
    print(`Memory cgroup stats for ${group.path}:`)
  }
  print('Tasks state (memory values in pages):')
  print('[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name')
  for (const task of candidates) {
    const { total, anon, file, tables } = sizesOf(task)
    const pid = String(task.globalPid)
    print(`[${pid.padStart(7)}] ${String(task.cred.uid).padStart(5)} ${pid.padStart(5)} ${String(Math.trunc(total / PAGE_KB)).padStart(8)} ${String(Math.trunc((anon + file) / PAGE_KB)).padStart(8)} `
      + `${String(tables * 1024).padStart(8)} ${'0'.padStart(8)}         ${String(task.oomScoreAdj).padStart(5)} ${task.comm}`)
  }
}
