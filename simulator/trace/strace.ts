// System calls of the event stream as strace(1) prints them: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3`.
import { SIGNAL_NAMES, W_CONTINUED, WEXITSTATUS, WIFEXITED, WIFSTOPPED, WSTOPSIG, WTERMSIG } from '../abi/signal.ts'
import { Errno, type ErrnoName } from '../abi/errno.ts'
import { decodeAny, decodeArg, decodePrctl, prctlArguments } from './decode-args.ts'
import type { KernelEvent } from './emitter.ts'
import { SIGNATURES } from './signatures.ts'
import type { EntryCount } from './trace-args.ts'

/** A call: what was asked and what came of it. `exit` is missing while it sleeps, and for good when the task ended in it. */
export interface TracedCall {
  readonly tid: number
  readonly nr: string
  readonly enter: KernelEvent
  readonly exit: KernelEvent | undefined
  /** Everything else the kernel said while the call was made. */
  readonly inside: readonly KernelEvent[]
}

/** Joins events into calls, in the order they began. Events outside any call are left out. */
export function callsOf(events: readonly KernelEvent[]): readonly TracedCall[] {
  const calls: { tid: number; nr: string; enter: KernelEvent; exit: KernelEvent | undefined; inside: KernelEvent[] }[] = []
  const bySeq = new Map<number, (typeof calls)[number]>()
  for (const event of events) {
    if (event.name === 'sys.enter') {
      const call = { tid: event.tid, nr: String(event.data.nr), enter: event, exit: undefined, inside: [] }
      calls.push(call)
      bySeq.set(event.seq, call)
      continue
    }
    const call = bySeq.get(event.cause)
    if (call === undefined) continue
    if (event.name === 'sys.exit') call.exit = event
    else call.inside.push(event)
  }
  return calls
}

const errnoOf = (result: unknown): ErrnoName | undefined =>
  typeof result === 'object' && result !== null && 'errno' in result ? (String(result.errno) as ErrnoName) : undefined

/** The error a call failed with. */
export const failureOf = (call: TracedCall): ErrnoName | undefined => errnoOf(call.exit?.data.result)

function formatResult(call: TracedCall): string {
  if (call.exit === undefined) return '?'
  const { result } = call.exit.data
  const errno = errnoOf(result)
  if (errno !== undefined) return `-1 ${errno} (${Errno[errno].message})`
  if (SIGNATURES[call.nr]?.result === 'bytes' && typeof result === 'object' && result !== null && 'length' in result) return String(result.length)
  if (typeof result === 'number' || typeof result === 'bigint') return String(result)
  if (typeof result === 'object' && result !== null && 'pid' in result) return String(result.pid)
  return '0'
}

/** Calls whose answer stands behind their first argument. */
const OUTPUT_SECOND: ReadonlySet<string> = new Set(['read', 'pread64', 'wait4'])

/** The status word of wait4(2), taken apart with the macros of wait(2). */
function formatStatus(status: number): string {
  if (WIFEXITED(status)) return `[{WIFEXITED(s) && WEXITSTATUS(s) == ${WEXITSTATUS(status)}}]`
  if (status === W_CONTINUED) return '[{WIFCONTINUED(s)}]'
  if (WIFSTOPPED(status)) return `[{WIFSTOPPED(s) && WSTOPSIG(s) == SIG${SIGNAL_NAMES[WSTOPSIG(status)] ?? ''}}]`
  return `[{WIFSIGNALED(s) && WTERMSIG(s) == SIG${SIGNAL_NAMES[WTERMSIG(status)] ?? ''}${(status & 0x80) !== 0 ? ' && WCOREDUMP(s)' : ''}}]`
}

const isEntryCount = (result: unknown): result is EntryCount => typeof result === 'object' && result !== null && 'entries' in result && typeof result.entries === 'number'

/** What a call answered through its pointers, shown among the arguments as strace does. */
function outputOf(call: TracedCall): string | undefined {
  const kind = SIGNATURES[call.nr]?.result
  const result = call.exit?.data.result
  if (kind === undefined || result === undefined || errnoOf(result) !== undefined) return undefined
  if (call.nr === 'wait4') return typeof result === 'object' && result !== null && 'status' in result ? formatStatus(Number(result.status)) : undefined
  if (isEntryCount(result)) return `/* ${result.entries} entries */`
  return decodeAny(result)
}

/** How a call begins, before anything is known of what comes of it: `read(3, `. */
export function formatEntry(call: TracedCall): string {
  const line = formatCall({ ...call, exit: undefined })
  if (OUTPUT_SECOND.has(call.nr)) return line.slice(0, line.indexOf(', ') + 2)
  return line.slice(0, line.lastIndexOf(') = '))
}

/** One line, without the number of the task. */
export function formatCall(call: TracedCall): string {
  const { args } = call.enter.data
  const values = Array.isArray(args) ? args : []
  const kinds = SIGNATURES[call.nr]?.args
  const shown: string[] = []
  values.forEach((value, i) => {
    const kind = kinds?.[i] ?? 'any'
    if (call.nr === 'prctl' && i >= prctlArguments(values[0])) return
    if (kind === 'hidden' || (kind === 'mode' && call.nr === 'openat' && (Number(values[2]) & 0o100) === 0)) return
    shown.push(call.nr === 'prctl' && i > 0 ? decodePrctl(values[0], value) : decodeArg(kind, value))
    if (kind === 'bytes' && typeof value === 'object' && value !== null && 'length' in value) shown.push(String(value.length))
  })
  const output = outputOf(call)
  if (output !== undefined) shown.splice(OUTPUT_SECOND.has(call.nr) ? 1 : shown.length, 0, output)
  if (call.nr === 'wait4') {
    if (output === undefined) shown.splice(1, 0, 'NULL')
    shown.push('NULL')
  }
  return `${call.nr}(${shown.join(', ')}) = ${formatResult(call)}`
}
