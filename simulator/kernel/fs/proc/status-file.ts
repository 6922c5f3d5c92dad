// /proc/PID/status (fs/proc/array.c: proc_pid_status). PIDs as the mount's PID namespace numbers them, user ids as the reader's user namespace does.
import { fromKgidMunged, fromKuidMunged } from '../../cred/ids.ts'
import type { Task } from '../../task.ts'
import { hasMemory } from './proc-inode.ts'
import type { PidNamespace } from '../../ns/pid-namespace.ts'
import type { UserNamespace } from '../../ns/user-namespace.ts'
import { hasGroup, memoryOf, parentNumber, STATE_NAMES, stateLetter } from './process-state.ts'

const hex16 = (set: bigint): string => set.toString(16).padStart(16, '0')
const kb = (n: number): string => `${String(n).padStart(8)} kB`
/** 1024 possible memory nodes, as the distribution kernel is configured. */
const MEMS_ALLOWED = `${'00000000,'.repeat(31)}00000001`
const ALL_SIGNALS = 0xffffffffffffffffn

/** The numbers of a process, group or session from `ns` down to the process's own namespace. */
function numbersBelow(numbers: readonly { readonly nr: number }[], ns: PidNamespace): string {
  return numbers.slice(ns.level).map((n) => `\t${n.nr}`).join('')
}

/** The size of the descriptor table: a power of two from 64 up. */
export function fdTableSize(task: Task): number {
  let top = -1
  for (const [fd] of task.files.entries()) top = fd
  let size = 64
  while (size <= top) size *= 2
  return size
}

function namespaceNumbers(task: Task, ns: PidNamespace): string[] {
  const depth = task.pid.numbers.length
  const of = (pid: Task['pgrp'] | undefined): string => {
    let text = ''
    for (let level = ns.level; level < depth; level++) text += `\t${pid?.numberIn(task.pid.numbers[level].ns) ?? 0}`
    return text
  }
  const own = numbersBelow(task.pid.numbers, ns)
  return [`NStgid:${own}`, `NSpid:${own}`, `NSpgid:${of(hasGroup(task) ? task.pgrp : undefined)}`, `NSsid:${of(task.session.leader)}`]
}

function memoryLines(task: Task): string[] {
  const m = memoryOf(task)
  return [
    `VmPeak:\t${kb(m.size)}`, `VmSize:\t${kb(m.size)}`, `VmLck:\t${kb(0)}`, `VmPin:\t${kb(0)}`, `VmHWM:\t${kb(m.rss)}`, `VmRSS:\t${kb(m.rss)}`,
    `RssAnon:\t${kb(m.anon)}`, `RssFile:\t${kb(m.rss - m.anon)}`, `RssShmem:\t${kb(0)}`, `VmData:\t${kb(m.data)}`, `VmStk:\t${kb(m.stack)}`,
    `VmExe:\t${kb(m.code)}`, `VmLib:\t${kb(m.lib)}`, `VmPTE:\t${kb(m.pageTables)}`, `VmSwap:\t${kb(0)}`, `HugetlbPages:\t${kb(0)}`,
    'CoreDumping:\t0', 'THP_enabled:\t1',
  ]
}

export function showStatus(task: Task, ns: PidNamespace, readerNs: UserNamespace): string {
  const { cred, signals } = task
  const letter = stateLetter(task)
  const uids = [cred.uid, cred.euid, cred.suid, cred.fsuid].map((id) => fromKuidMunged(readerNs, id)).join('\t')
  const gids = [cred.gid, cred.egid, cred.sgid, cred.fsgid].map((id) => fromKgidMunged(readerNs, id)).join('\t')
  const nr = task.numberIn(ns)
  const sigq = task.rlimits.get('SIGPENDING')?.soft ?? 0
  const lines = [`Name:\t${escapeName(task.comm)}`]
  if (task.isAlive) lines.push(`Umask:\t${task.fs.umask.toString(8).padStart(4, '0')}`)
  lines.push(
    `State:\t${letter} (${STATE_NAMES[letter]})`, `Tgid:\t${nr}`, 'Ngid:\t0', `Pid:\t${nr}`, `PPid:\t${parentNumber(task, ns)}`, `TracerPid:\t${task.tracer?.task.numberIn(ns) ?? 0}`,
    `Uid:\t${uids}`, `Gid:\t${gids}`, `FDSize:\t${task.isAlive ? fdTableSize(task) : 0}`,
    `Groups:\t${cred.groups.map((g) => fromKgidMunged(readerNs, g)).join(' ')} `, ...namespaceNumbers(task, ns),
  )
  if (hasMemory(task)) lines.push(...memoryLines(task))
  lines.push(
    'Threads:\t1', `SigQ:\t0/${sigq}`, `SigPnd:\t${hex16(0n)}`, `ShdPnd:\t${hex16(signals.pending)}`, `SigBlk:\t${hex16(signals.blocked)}`,
    `SigIgn:\t${hex16(task.isKernelThread ? ALL_SIGNALS : signals.ignored)}`, `SigCgt:\t${hex16(signals.caught)}`,
    `CapInh:\t${hex16(cred.inheritable)}`, `CapPrm:\t${hex16(cred.permitted)}`, `CapEff:\t${hex16(cred.effective)}`,
    `CapBnd:\t${hex16(cred.bounding)}`, `CapAmb:\t${hex16(cred.ambient)}`, `NoNewPrivs:\t${task.noNewPrivs ? 1 : 0}`,
    `Seccomp:\t${task.seccomp?.mode ?? 0}`, `Seccomp_filters:\t${task.seccomp?.filter?.count ?? 0}`,
    'Speculation_Store_Bypass:\tnot vulnerable', 'SpeculationIndirectBranch:\talways enabled', 'Cpus_allowed:\t1', 'Cpus_allowed_list:\t0',
    `Mems_allowed:\t${MEMS_ALLOWED}`, 'Mems_allowed_list:\t0', 'voluntary_ctxt_switches:\t1', 'nonvoluntary_ctxt_switches:\t0',
  )
  return `${lines.join('\n')}\n`
}

/** proc_task_name with escaping: a newline or backslash in a name can't break the format. */
const escapeName = (name: string): string => name.replace(/[\\\n]/g, (c) => (c === '\n' ? '\\n' : '\\\\'))
