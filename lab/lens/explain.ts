// What a run of commands did, told process by process: the calls that changed something or were refused, each with the kernel's reasons.
// Made of the event stream alone, so the page's lens and `isolab explain` tell the same story.
import type { KernelEvent } from '../../simulator/trace/emitter.ts'
import { sentence } from '../../simulator/trace/events.ts'
import { SIGNATURES } from '../../simulator/trace/signatures.ts'
import { callsOf, failureOf, formatCall, type TracedCall } from '../../simulator/trace/strace.ts'

/** One call, with what the kernel said while it was made. */
export interface ExplainedCall {
  readonly text: string
  /** Completes “asks the kernel to …”; empty for a call without a description. */
  readonly purpose: string
  readonly failure: string | undefined
  /** Checks, refusals, new and changed objects, as sentences. */
  readonly reasons: readonly string[]
}

/** One program that ran: from its execve (or fork) to the next. */
export interface ExplainedProcess {
  readonly pid: number
  readonly command: string
  readonly calls: readonly ExplainedCall[]
  /** How many calls were made in all, the uninteresting ones included. */
  readonly callCount: number
  readonly exitStatus: number | undefined
}

/** Calls that look something up and fail as a matter of course: no news. */
const ROUTINE_FAILURES: ReadonlySet<string> = new Set(['ioctl ENOTTY', 'execve ENOENT', 'openat ENOENT', 'newfstatat ENOENT', 'readlinkat EINVAL', 'faccessat2 ENOENT', 'wait4 ECHILD', 'lseek ESPIPE', 'statx ENOENT'])
const TELLING: ReadonlySet<string> = new Set([
  'unshare', 'setns', 'mount', 'umount2', 'pivot_root', 'chroot', 'sethostname', 'setdomainname', 'kill', 'setuid', 'setgid', 'setresuid', 'setresgid', 'setgroups', 'capset',
  'mkdirat', 'unlinkat', 'renameat2', 'linkat', 'symlinkat', 'fchmodat', 'fchownat', 'mknodat', 'setsid', 'execve',
])
const NOT_REASONS: ReadonlySet<string> = new Set(['sys.enter', 'sys.exit', 'task.exec', 'task.exit', 'signal.send'])

function isTelling(call: TracedCall): boolean {
  const failure = failureOf(call)
  if (failure !== undefined) return !ROUTINE_FAILURES.has(`${call.nr} ${failure}`)
  if (TELLING.has(call.nr)) return true
  return call.inside.some((event) => !NOT_REASONS.has(event.name) && event.name !== 'cap.check' && event.name !== 'ptrace.check' && event.name !== 'task.fork')
}

function explainCall(call: TracedCall): ExplainedCall {
  return {
    text: formatCall(call), purpose: SIGNATURES[call.nr]?.purpose ?? '', failure: failureOf(call),
    reasons: call.inside.filter((event) => !NOT_REASONS.has(event.name)).map(sentence),
  }
}

/** Everything that happened in `events`, in the order processes began. With `all`, every call is told. */
export function explain(events: readonly KernelEvent[], all = false): readonly ExplainedProcess[] {
  const found: { pid: number; command: string; calls: TracedCall[]; exitStatus: number | undefined }[] = []
  const current = new Map<number, (typeof found)[number]>()
  const begin = (pid: number, command: string): (typeof found)[number] => {
    const process = { pid, command, calls: [], exitStatus: undefined }
    found.push(process)
    current.set(pid, process)
    return process
  }
  const calls = new Map(callsOf(events).map((call) => [call.enter.seq, call]))
  for (const event of events) {
    const call = calls.get(event.seq)
    if (call !== undefined) (current.get(event.tid) ?? begin(event.tid, 'the shell')).calls.push(call)
    else if (event.name === 'task.exec') begin(event.tid, Array.isArray(event.data.argv) ? event.data.argv.join(' ') : String(event.data.comm))
    else if (event.name === 'task.fork' && typeof event.data.child === 'number') begin(event.data.child, `a copy of ${current.get(event.tid)?.command ?? 'the shell'}`)
    else if (event.name === 'task.exit') {
      const ended = current.get(event.tid)
      if (ended !== undefined) ended.exitStatus = Number(event.data.status)
    }
  }
  return found
    .map(({ pid, command, calls: made, exitStatus }) => ({
      pid, command, callCount: made.length, exitStatus, calls: made.filter((call) => all || isTelling(call)).map(explainCall),
    }))
    .filter((process) => process.calls.length > 0)
}
