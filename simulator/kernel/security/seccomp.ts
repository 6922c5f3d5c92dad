// seccomp(2) (kernel/seccomp.c): strict mode and filters. Filters form a chain that forks share and execve keeps; all of them see every call, and the most
// severe answer counts. Simpler: no listeners (SECCOMP_RET_USER_NOTIF answers ENOSYS) and no tracers (so does SECCOMP_RET_TRACE).
import { CAP_SYS_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import {
  AUDIT_ARCH_X86_64, SECCOMP_DATA_SIZE, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_GET_ACTION_AVAIL,
  SECCOMP_MODE_FILTER, SECCOMP_MODE_STRICT, SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ALLOW, SECCOMP_RET_DATA, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG, SECCOMP_RET_TRACE, SECCOMP_RET_TRAP, SECCOMP_RET_USER_NOTIF, SECCOMP_SET_MODE_FILTER, SECCOMP_SET_MODE_STRICT,
  type SockFilter,
} from '../../abi/seccomp.ts'
import { SIGKILL, SIGSYS, sigBit } from '../../abi/signal.ts'
import type { SyscallRequest } from '../../abi/syscalls.ts'
import { dumpCore } from '../core-dump.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import { PROGRAM_REPLACED } from '../scheduler.ts'
import { isUnkillable, sendSignal } from '../signal-send.ts'
import { exitTask } from '../task-exit.ts'
import type { Task } from '../task.ts'
import { checkProgram, runProgram } from './bpf.ts'
import { argumentWords, numberOf } from './seccomp-data.ts'

/** struct seccomp_filter: shared by all who inherited it. */
export interface SeccompFilter {
  readonly program: readonly SockFilter[]
  readonly previous: SeccompFilter | undefined
  readonly logs: boolean
  /** Filters in the chain from here on, and what they cost of MAX_INSNS_PER_PATH. */
  readonly count: number
  readonly weight: number
}
export interface SeccompState {
  readonly mode: number
  readonly filter: SeccompFilter | undefined
}

const MAX_INSNS_PER_PATH = 32768
/** What each further filter costs besides its instructions. */
const FILTER_PENALTY = 4
const MAX_ERRNO = 4095
const STRICT_CALLS: ReadonlySet<string> = new Set(['read', 'write', 'exit'])
const KNOWN_FLAGS = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW
const ACTIONS: ReadonlySet<number> = new Set([
  SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO, SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW,
])
const ERRNO_BY_NUMBER = new Map(Object.values(Errno).map((errno) => [errno.number, errno]))

const isInstruction = (value: unknown): value is SockFilter =>
  typeof value === 'object' && value !== null && ['code', 'jt', 'jf', 'k'].every((field) => field in value && typeof value[field as keyof typeof value] === 'number')

/** prctl(PR_SET_SECCOMP, mode, program) */
export function setSeccompMode(task: Task, mode: number, program: unknown): number {
  if (mode === SECCOMP_MODE_STRICT) return setStrict(task)
  return mode === SECCOMP_MODE_FILTER ? addFilter(task, 0, program) : fail(Errno.EINVAL)
}

/** seccomp(2) */
export function seccomp(task: Task, operation: number, flags: number, program: unknown): number {
  switch (operation) {
    case SECCOMP_SET_MODE_STRICT:
      return flags !== 0 || (program !== undefined && program !== null) ? fail(Errno.EINVAL) : setStrict(task)
    case SECCOMP_SET_MODE_FILTER:
      return addFilter(task, flags, program)
    case SECCOMP_GET_ACTION_AVAIL:
      if (flags !== 0) throw Errno.EINVAL
      return typeof program === 'number' && ACTIONS.has(program >>> 0) ? 0 : fail(Errno.EOPNOTSUPP)
    default:
      throw Errno.EINVAL
  }
}

function fail(errno: Errno): never {
  throw errno
}

function setStrict(task: Task): number {
  if (task.seccomp !== undefined && task.seccomp.mode !== SECCOMP_MODE_STRICT) throw Errno.EINVAL
  task.seccomp = { mode: SECCOMP_MODE_STRICT, filter: undefined }
  return 0
}

/** Who could still gain privileges at execve may not filter: a setuid program would run with calls failing that it relies on. */
function addFilter(task: Task, flags: number, program: unknown): number {
  if ((flags & ~KNOWN_FLAGS) !== 0) throw Errno.EINVAL
  if (!Array.isArray(program) || !program.every(isInstruction)) throw Errno.EFAULT
  if (program.length === 0) throw Errno.EINVAL
  if (!task.noNewPrivs && !nsCapable(task, task.cred.userNs, CAP_SYS_ADMIN)) throw Errno.EACCES
  checkProgram(program)
  if (task.seccomp?.mode === SECCOMP_MODE_STRICT) throw Errno.EINVAL
  const previous = task.seccomp?.filter
  const weight = program.length + (previous === undefined ? 0 : previous.weight + FILTER_PENALTY)
  if (weight > MAX_INSNS_PER_PATH) throw Errno.ENOMEM
  const filter = { program: [...program], previous, logs: (flags & SECCOMP_FILTER_FLAG_LOG) !== 0, count: (previous?.count ?? 0) + 1, weight }
  task.seccomp = { mode: SECCOMP_MODE_FILTER, filter }
  return 0
}

/** Asked before each call of a task that has a mode. Returns when the call may go on, answers it otherwise: by an errno, a number, or the end of the task. */
export function checkSeccomp(task: Task, state: SeccompState, request: SyscallRequest): { readonly result: number } | undefined {
  const nr = numberOf(request)
  if (state.mode === SECCOMP_MODE_STRICT) {
    if (!STRICT_CALLS.has(request.nr)) kill(task, request, nr, SIGKILL, SECCOMP_RET_KILL_THREAD)
    return undefined
  }
  const words = argumentWords(request)
  const data = new Uint32Array(SECCOMP_DATA_SIZE / 4)
  data.set([nr, AUDIT_ARCH_X86_64, 0, 0, ...words])
  let answer = SECCOMP_RET_ALLOW
  let logs = false
  for (let filter = state.filter; filter !== undefined; filter = filter.previous) {
    const own = runProgram(filter.program, data)
    if (severity(own) >= severity(answer)) continue
    answer = own
    logs = filter.logs
  }
  return act(task, request, nr, answer, logs)
}

/** Compared as signed numbers: KILL_PROCESS is the smallest and wins. */
const severity = (answer: number): number => answer & SECCOMP_RET_ACTION_FULL

function act(task: Task, request: SyscallRequest, nr: number, answer: number, logs: boolean): { readonly result: number } | undefined {
  const action = (answer & SECCOMP_RET_ACTION_FULL) >>> 0
  const data = answer & SECCOMP_RET_DATA
  if (action === SECCOMP_RET_ALLOW) return undefined
  task.kernel.trace.emit('seccomp.act', task, { nr: request.via ?? request.nr, action, data })
  switch (action) {
    case SECCOMP_RET_LOG:
      log(task, nr, 0, action)
      return undefined
    case SECCOMP_RET_ERRNO: {
      if (logs) log(task, nr, 0, action)
      const number = Math.min(data, MAX_ERRNO)
      if (number === 0) return { result: 0 }
      throw ERRNO_BY_NUMBER.get(number) ?? Errno.ENOSYS
    }
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_USER_NOTIF:
      throw Errno.ENOSYS
    case SECCOMP_RET_TRAP:
      if (logs) log(task, nr, SIGSYS, action)
      return forceSigsys(task, nr)
    default:
      return kill(task, request, nr, SIGSYS, action)
  }
}

/** force_sig: a blocked or ignored SIGSYS ends the process all the same, and one without a handler ends a PID 1 too. */
function forceSigsys(task: Task, nr: number): { readonly result: number } {
  const { signals } = task
  if ((signals.blocked & sigBit(SIGSYS)) !== 0n || signals.action(SIGSYS).handler === 'ignore') {
    signals.blocked &= ~sigBit(SIGSYS)
    signals.resetAction(SIGSYS)
  }
  if (isUnkillable(task) && signals.action(SIGSYS).handler === 'default') return end(task, SIGSYS)
  sendSignal(task.kernel, task, SIGSYS)
  return { result: nr }
}

/** Ends the task as by a signal that nothing can catch, not even a PID 1. */
function kill(task: Task, request: SyscallRequest, nr: number, signal: number, action: number): never {
  if (signal === SIGKILL) task.kernel.trace.emit('seccomp.act', task, { nr: request.via ?? request.nr, action, data: 0 })
  log(task, nr, signal, action)
  return end(task, signal)
}
function end(task: Task, signal: number): never {
  const dumps = signal === SIGSYS && dumpCore(task, signal)
  exitTask(task, signal | (dumps ? 0x80 : 0))
  throw PROGRAM_REPLACED
}

/** The line of audit_seccomp in the kernel log. */
function log(task: Task, nr: number, signal: number, action: number): void {
  const { kernel, cred } = task
  const code = action.toString(16)
  kernel.printk(5, `audit: type=1326 uid=${cred.uid} gid=${cred.gid} pid=${task.globalPid} comm="${task.comm}" sig=${signal} arch=c000003e syscall=${nr} compat=0 code=0x${code}`)
}
