// What a run of commands did, told process by process: the calls that changed something or were refused, each with the kernel's reasons.
// Made of the event stream alone, so the page's lens and `isolab explain` tell the same story.
import type { KernelEvent } from '../../simulator/trace/emitter.ts'
import { sentence } from '../../simulator/trace/events.ts'
import { type ArgumentNote, explainArguments } from '../../simulator/trace/explain-args.ts'
import { SIGNATURES } from '../../simulator/trace/signatures.ts'
import { refusedBy } from '../session/commands.ts'
import { journeys, type PacketStory } from './journeys.ts'
import { callsOf, failureOf, formatCall, type TracedCall } from '../../simulator/trace/strace.ts'

/** A check, a refusal, a new or changed object, as a sentence. */
export interface Reason { readonly text: string; readonly isRefusal: boolean }

/** One call, with what the kernel said while it was made. */
export interface ExplainedCall {
  readonly text: string
  /** Completes “asks the kernel to …”; empty for a call without a description. */
  readonly purpose: string
  /** What each argument is for and means. */
  readonly args: readonly ArgumentNote[]
  readonly failure: string | undefined
  /** It changed something or was refused. Other calls are routine. */
  readonly isTelling: boolean
  readonly reasons: readonly Reason[]
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
/** A command line or an argument may be of any length. */
const LONGEST_TEXT = 300
const MOST_REASONS = 12
const NOT_REASONS: ReadonlySet<string> = new Set(['sys.enter', 'sys.exit', 'task.exec', 'task.exit', 'signal.send'])

function isTelling(call: TracedCall): boolean {
  const failure = failureOf(call)
  if (failure !== undefined) return !ROUTINE_FAILURES.has(`${call.nr} ${failure}`)
  if (TELLING.has(call.nr)) return true
  return call.inside.some((event) => !NOT_REASONS.has(event.name) && event.name !== 'cap.check' && event.name !== 'ptrace.check' && event.name !== 'task.fork')
}

const short = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text)
const isRefusal = (event: KernelEvent): boolean => refusedBy(event) !== undefined || event.name === 'mount.busy'

/** A call that will be told. `more`: how many reasons there were beyond those kept with it. */
interface ChosenCall { readonly call: TracedCall; readonly isTelling: boolean; readonly more: { readonly count: number; readonly isRefusal: boolean } }
const NO_MORE: ChosenCall['more'] = { count: 0, isRefusal: false }

const isReason = (event: KernelEvent): boolean => !NOT_REASONS.has(event.name)

function choose(call: TracedCall, isTelling: boolean): ChosenCall {
  if (call.inside.length <= MOST_REASONS) return { call, isTelling, more: NO_MORE }
  const reasons = call.inside.filter(isReason)
  const rest = reasons.slice(MOST_REASONS)
  return { call: { ...call, inside: reasons.slice(0, MOST_REASONS) }, isTelling, more: { count: rest.length, isRefusal: rest.some(isRefusal) } }
}

function explainCall({ call, isTelling, more }: ChosenCall): ExplainedCall {
  const reasons = call.inside.filter(isReason).map((event) => ({ text: short(sentence(event)), isRefusal: isRefusal(event) }))
  if (more.count > 0) reasons.push({ text: `and ${more.count} more`, isRefusal: more.isRefusal })
  return { text: short(formatCall(call)), purpose: SIGNATURES[call.nr]?.purpose ?? '', args: explainArguments(call).map(({ shown, note }) => ({ shown: short(shown), note })), failure: failureOf(call), isTelling, reasons }
}

interface Run { readonly pid: number; readonly command: string; readonly calls: TracedCall[]; exitStatus: number | undefined }
interface ChosenRun { readonly pid: number; readonly command: string; readonly calls: readonly ChosenCall[]; readonly callCount: number; readonly exitStatus: number | undefined }

const explainRun = (run: ChosenRun): ExplainedProcess => ({ ...run, calls: run.calls.map(explainCall) })

/** Programs in the order they began. `nameOf` knows those that ran before the first event. */
function runsOf(events: readonly KernelEvent[], nameOf: (pid: number) => string | undefined): readonly Run[] {
  const found: Run[] = []
  const current = new Map<number, Run>()
  const begin = (pid: number, command: string): Run => {
    const run: Run = { pid, command: short(command), calls: [], exitStatus: undefined }
    found.push(run)
    current.set(pid, run)
    return run
  }
  const known = (pid: number): string => current.get(pid)?.command ?? nameOf(pid) ?? 'the shell'
  const calls = callsOf(events)
  let next = 0
  for (const event of events) {
    const call = calls[next]
    if (call?.enter === event) {
      next++
      const run = current.get(event.tid) ?? begin(event.tid, known(event.tid))
      run.calls.push(call)
    } else if (event.name === 'task.exec') begin(event.tid, Array.isArray(event.data.argv) ? event.data.argv.join(' ') : String(event.data.comm))
    else if (event.name === 'task.fork' && typeof event.data.child === 'number') begin(event.data.child, `a copy of ${known(event.tid)}`)
    else if (event.name === 'task.exit') {
      const ended = current.get(event.tid)
      if (ended !== undefined) ended.exitStatus = Number(event.data.status)
    }
  }
  return found.filter((run) => run.calls.length > 0)
}

/** Everything that happened in `events`, in the order processes began. With `all`, every call is told. */
export function explain(events: readonly KernelEvent[], all = false): readonly ExplainedProcess[] {
  return runsOf(events, () => undefined)
    .map(({ pid, command, calls, exitStatus }) => ({ pid, command, callCount: calls.length, exitStatus, calls: calls.map((call) => choose(call, isTelling(call))).filter((call) => all || call.isTelling) }))
    .filter((run) => run.calls.length > 0)
    .map(explainRun)
}

/** The story of one step. */
export interface Explanation {
  /** With their telling calls, and as many routine ones as there was room for. */
  readonly processes: readonly ExplainedProcess[]
  readonly leftOut: { readonly processes: number; readonly calls: number }
  readonly packets: PacketStory
  /** Events so long ago that the kernel's record no longer had them. */
  readonly missing: number
}

/** What is kept of one step until somebody asks for its explanation: the kernel's own events, few enough to be kept. */
export interface StepRecord extends Omit<Explanation, 'processes'> { readonly runs: readonly ChosenRun[] }

export const MOST_PROCESSES = 60
export const MOST_CALLS = 200

/** At most so many, in their order: those that tell something stay longest, then the earliest. */
function mostTelling<T>(items: readonly T[], most: number, tells: (item: T) => boolean): readonly T[] {
  if (items.length <= most) return items
  const kept = new Set([...items.filter(tells), ...items.filter((item) => !tells(item))].slice(0, most))
  return items.filter((item) => kept.has(item))
}

/** Chooses from what happened after event `since`. */
export function recordStep(events: readonly KernelEvent[], since: number, nameOf: (pid: number) => string | undefined = () => undefined): StepRecord {
  const runs = runsOf(events, nameOf)
  const keptRuns = mostTelling(runs, MOST_PROCESSES, (run) => run.calls.some(isTelling))
  const calls = keptRuns.flatMap((run) => run.calls)
  const keptCalls = new Set(mostTelling(calls, MOST_CALLS, isTelling))
  const made = runs.reduce((sum, run) => sum + run.calls.length, 0)
  return {
    runs: keptRuns.map(({ pid, command, calls: own, exitStatus }) => (
      { pid, command, callCount: own.length, exitStatus, calls: own.filter((call) => keptCalls.has(call)).map((call) => choose(call, isTelling(call))) })),
    leftOut: { processes: runs.length - keptRuns.length, calls: made - keptCalls.size }, packets: journeys(events, nameOf), missing: Math.max(0, (events[0]?.seq ?? since + 1) - since - 1),
  }
}

export const explainStep = ({ runs, ...rest }: StepRecord): Explanation => ({ processes: runs.map(explainRun), ...rest })
