// kill: signals to processes and jobs; -l.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { SIGCONT, SIGNAL_NAMES, SIGTERM } from '../../../abi/signal.ts'
import { call } from '../../libc/syscall.ts'
import { jobState } from '../job-table.ts'
import { runPendingTraps } from '../traps.ts'
import type { Shell } from '../state.ts'
import { findJob } from './jobs.ts'
import type { BuiltinTable } from './index.ts'

/** Number of a signal given as number or name, with or without SIG; undefined if there is none. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? Number(text) : undefined
  const name = text.toUpperCase().replace(/^SIG/, '')
  if (name === 'EXIT') return 0
  if (name === 'CLD') return 17
  if (name === 'POLL') return 29
  if (name === 'IOT') return 6
  const n = SIGNAL_NAMES.indexOf(name)
  return n > 0 ? n : undefined
}

/** `kill -l` of bash: five columns. */
export function signalTable(): string {
  let out = ''
  let column = 0
  for (let n = 1; n <= 64; n++) {
    const name = SIGNAL_NAMES[n]
    if (name === undefined) continue
    out += `${String(n).padStart(2)}) SIG${name}`
    if (++column < 5) out += '\t'
    else {
      out += '\n'
      column = 0
    }
  }
  return column === 0 ? out : `${out}\n`
}

function* list(sh: Shell, args: readonly string[]): Flow<number> {
  if (args.length === 0) {
    if (sh.bash) sh.print(signalTable())
    else for (let n = sh.dialect === 'dash' ? 0 : 1; n <= 64; n++) if (n === 0) sh.print('0\n')
    else if (SIGNAL_NAMES[n] !== undefined) sh.print(`${SIGNAL_NAMES[n] ?? ''}\n`)
    return 0
  }
  let status = 0
  for (const arg of args) {
    if (/^\d+$/.test(arg)) {
      const n = Number(arg) > 128 ? Number(arg) - 128 : Number(arg)
      const name = n === 0 ? 'EXIT' : SIGNAL_NAMES[n]
      if (name !== undefined) sh.print(`${name}\n`)
      else {
        yield* sh.error(`${arg}: invalid signal specification`)
        status = 1
      }
    } else {
      const n = signalNumber(arg)
      if (n !== undefined) sh.print(`${n}\n`)
      else {
        yield* sh.error(`${arg}: invalid signal specification`)
        status = 1
      }
    }
  }
  return status
}

function* kill(sh: Shell, words: readonly string[]): Flow<number> {
  let sig = SIGTERM
  let i = 1
  const invalid = function* (text: string): Flow<number> {
    if (sh.bash) return yield* sh.fail(1, `${text}: invalid signal specification`)
    yield* sh.error(sh.dialect === 'dash' ? `Illegal option -${text[0] ?? ''}` : `bad signal name '${text}'`)
    return sh.dialect === 'dash' ? 2 : 1
  }
  const [, first] = words
  if (first === '-l' || first === '-L') return yield* list(sh, words.slice(2))
  if (first === '-s' || first === '-n') {
    if (words[2] === undefined) return yield* sh.fail(1, `${first}: option requires an argument`)
    const n = signalNumber(words[2])
    if (n === undefined) return yield* invalid(words[2])
    sig = n
    i = 3
  } else if (first !== undefined && /^-./.test(first) && first !== '--') {
    const n = signalNumber(first.slice(1))
    if (n === undefined) return yield* invalid(first.slice(1))
    sig = n
    i = 2
  }
  if (words[i] === '--') i++
  const targets = words.slice(i)
  if (targets.length === 0) {
    if (sh.bash) yield* sh.write2('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n')
    else if (sh.dialect === 'dash') yield* sh.write2(`${sh.prefix()}Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]\n`)
    else yield* sh.write2(`${sh.prefix()}you need to specify whom to kill\n`)
    return sh.bash ? 2 : 2
  }
  let status = 1
  let failed = false
  for (const target of targets) {
    if (target.startsWith('%')) {
      const job = yield* findJob(sh, target)
      if (!job) {
        failed = true
        continue
      }
      const whom = job.jobControl ? [-job.pgid] : job.processes.map((p) => p.pid)
      for (const pid of whom) {
        const r = yield* call('kill', pid, sig)
        if (isErr(r)) failed = true
        else status = 0
      }
      if (jobState(job) === 'stopped' && job.jobControl && sig !== SIGCONT && sig !== 0 && sh.bash) {
        yield* call('kill', -job.pgid, SIGCONT)
        if (sig === SIGTERM || sig === 1) for (const p of job.processes) p.status = undefined
      } else if (sig === SIGCONT) for (const p of job.processes) if (jobState({ ...job, processes: [p] }) === 'stopped') p.status = undefined
    } else if (/^-?\d+$/.test(target)) {
      const r = yield* call('kill', Number(target), sig)
      if (isErr(r)) {
        if (sh.bash) yield* sh.error(`(${target}) - ${r.message}`)
        else if (sh.dialect === 'dash') yield* sh.error(`${r.message}\n`)
        else yield* sh.write2(`${sh.arg0}: can't kill pid ${target}: ${r.message}\n`)
        failed = true
        if (r === Errno.ESRCH) continue
      } else status = 0
    } else {
      yield* sh.error(sh.bash ? target === '' ? "`': not a pid or valid job spec" : `${target}: arguments must be process or job IDs` : sh.dialect === 'dash' ? `Illegal number: ${target}` : `invalid number '${target}'`)
      failed = true
    }
  }
  // The woken process runs first, as the scheduler prefers it.
  yield* call('sched_yield')
  if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
  // bash: one that was signalled is a success.
  if (sh.bash) return status
  if (failed && sh.dialect === 'dash' && targets.some((t) => !/^%|^-?\d+$/.test(t))) return 2
  return failed ? 1 : status
}

export const KILL: BuiltinTable = { kill }
