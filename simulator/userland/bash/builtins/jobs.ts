// jobs fg bg wait disown suspend
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { SIGCONT, SIGINT, SIGPIPE, SIGSTOP, WIFSIGNALED, WTERMSIG } from '../../../abi/signal.ts'
import { TIOCSPGRP } from '../../../abi/termios.ts'
import { call } from '../../libc/syscall.ts'
import { exitStatus, formatJob, type Job, jobState, jobStatus, signalText } from '../job-table.ts'
import { evalString } from '../eval.ts'
import { singleQuote } from '../quote.ts'
import { ashLine, notifyJobs, reap, takeTerminal, waitForeground, waitForJobs } from '../jobs.ts'
import { runPendingTraps } from '../traps.ts'
import { ShellAbort, type Shell } from '../state.ts'
import { assignReported } from './assign-value.ts'
import type { BuiltinTable } from './index.ts'

/** The job a specification means, or undefined after the complaint. */
export function* findJob(sh: Shell, spec: string | undefined): Flow<Job | undefined> {
  const found = spec === undefined ? sh.jobs.current() : sh.jobs.find(spec)
  if (found === 'ambiguous') yield* sh.error(`${spec?.replace(/^%[?]?/, '')}: ambiguous job spec`)
  else if (found) return found
  else if (sh.bash) yield* sh.error(`${spec ?? 'current'}: no such job`)
  else yield* sh.error(spec === undefined ? `No current job` : `No such job: ${spec}`)
  return undefined
}

/** jobs -x: runs a command in which job specifications have become PIDs of process groups. */
function* withJobPids(sh: Shell, words: readonly string[]): Flow<number> {
  const text = words.map((word) => {
    const job = word.startsWith('%') ? sh.jobs.find(word) : undefined
    return singleQuote(job === undefined || job === 'ambiguous' ? word : String(job.pgid))
  }).join(' ')
  yield* evalString(sh, text, 'jobs', sh.line)
  return sh.status
}

function* jobs(sh: Shell, words: readonly string[]): Flow<number> {
  let form: 'standard' | 'long' | 'pids' = 'standard'
  let changedOnly = false
  let only: 'running' | 'stopped' | undefined
  let i = 1
  if (sh.bash && words[1] === '-x') return yield* withJobPids(sh, words.slice(2))
  for (; i < words.length && /^-./.test(words[i]); i++) {
    for (const c of words[i].slice(1)) {
      if (c === 'l') form = 'long'
      else if (c === 'p') form = 'pids'
      else if (c === 'r') only = 'running'
      else if (c === 's') only = 'stopped'
      else if (c === 'n') changedOnly = true
      else if (c !== '-') {
        yield* sh.error(`-${c}: invalid option`)
        yield* sh.write2('jobs: usage: jobs [-lnprs] [jobspec ...] or jobs -x command [args]\n')
        return 2
      }
    }
  }
  yield* reap(sh)
  const specs = words.slice(i)
  const chosen: Job[] = []
  let status = 0
  for (const spec of specs) {
    const job = yield* findJob(sh, spec)
    if (job) chosen.push(job)
    else {
      if (sh.bash && sh.jobs.find(spec) === 'ambiguous') yield* sh.error(`${spec}: no such job`)
      status = 1
    }
  }
  for (const job of specs.length > 0 ? chosen : [...sh.jobs.jobs]) {
    const state = jobState(job)
    if (only && state !== only) continue
    if (changedOnly && (state === 'running' || job.notified)) continue
    // Without job control a shell doesn't hear of stopped children.
    if (form === 'pids') sh.print(`${job.pgid}\n`)
    else if (!sh.bash && form === 'standard') sh.print(ashLine(sh, job))
    else if (sh.interactive || state !== 'done' || !job.notified) sh.print(formatJob(sh.jobs, job, form, sh.cwd, sh.vars.get('HOME')))
    job.notified = true
    if (state === 'done') sh.jobs.remove(job)
  }
  return status
}

/** Puts a job into the foreground and waits for it. */
function* fg(sh: Shell, words: readonly string[]): Flow<number> {
  if (!sh.monitor && sh.dialect !== 'dash') return yield* sh.fail(1, 'no job control')
  const spec = words[1] === '--' ? words[2] : words[1]
  const job = yield* findJob(sh, spec)
  if (!job) return sh.dialect === 'dash' ? 2 : 1
  if (!sh.monitor) return yield* sh.fail(2, `job ${spec ?? '(null)'} not created under job control`)
  const texts = job.processes.map((p) => p.command)
  sh.print(`${texts.join(' | ')}${job.cwd === sh.cwd ? '' : `\t(wd: ${job.cwd})`}\n`)
  yield* sh.flush()
  if (sh.terminal.fd >= 0) yield* call('ioctl', sh.terminal.fd, TIOCSPGRP, job.pgid)
  sh.jobs.remove(job)
  if (jobState(job) === 'stopped') yield* call('kill', -job.pgid, SIGCONT)
  const pids = job.processes.filter((p) => p.status === undefined || jobState({ ...job, processes: [p] }) === 'stopped').map((p) => p.pid)
  const builtin = sh.builtinName
  sh.builtinName = undefined
  yield* waitForeground(sh, pids.length > 0 ? pids : [job.pgid], () => texts, job.pgid, job)
  sh.builtinName = builtin
  yield* takeTerminal(sh)
  return sh.status
}

function* bg(sh: Shell, words: readonly string[]): Flow<number> {
  if (!sh.monitor && sh.dialect !== 'dash') return yield* sh.fail(1, 'no job control')
  const specs = words.length > 1 ? words.slice(1) : [undefined]
  let status = 0
  for (const spec of specs) {
    const job = yield* findJob(sh, spec)
    if (!job) {
      status = sh.dialect === 'dash' ? 2 : 1
      continue
    }
    if (!sh.monitor) return yield* sh.fail(2, `job ${spec ?? '(null)'} not created under job control`)
    if (jobState(job) === 'running') {
      yield* sh.error(`job ${job.id} already in background`)
      continue
    }
    const commands = job.processes.map((p) => p.command).join(' | ')
    sh.print(sh.bash ? `[${job.id}]${sh.jobs.mark(job)} ${commands} &\n` : `[${job.id}] ${commands}\n`)
    for (const p of job.processes) p.status = undefined
    job.notified = false
    sh.lastBackground = job.processes[job.processes.length - 1].pid
    yield* call('kill', -job.pgid, SIGCONT)
  }
  return status
}

/** Handles a wait that a signal has broken off: 128+n for a trapped signal, Ctrl-C ends the line. */
function* interrupted(sh: Shell): Flow<number | undefined> {
  if (sh.interrupted) {
    sh.interrupted = false
    yield* sh.write2('\n')
    throw new ShellAbort('interrupt', 130)
  }
  const [sig] = sh.pendingTraps
  if (sig === undefined) return undefined
  yield* runPendingTraps(sh)
  return 128 + sig
}

function* waitFor(sh: Shell, done: () => boolean): Flow<number | undefined> {
  for (;;) {
    const how = yield* waitForJobs(sh, done)
    if (how !== 'interrupted') return undefined
    const status = yield* interrupted(sh)
    if (status !== undefined) return status
  }
}

function* wait(sh: Shell, words: readonly string[]): Flow<number> {
  let next = false
  let variable: string | undefined
  let i = 1
  for (; i < words.length && /^-./.test(words[i]); i++) {
    if (words[i] === '--') {
      i++
      break
    }
    if (words[i] === '-n') next = true
    else if (words[i] === '-f') continue
    else if (words[i] === '-p') variable = words[++i]
    else {
      yield* sh.error(sh.bash ? `${words[i].slice(0, 2)}: invalid option` : `Illegal option ${words[i].slice(0, 2)}`)
      if (sh.bash) yield* sh.write2('wait: usage: wait [-fn] [-p var] [id ...]\n')
      return 2
    }
  }
  const specs = words.slice(i)
  if (next) return yield* waitNext(sh, specs, variable)
  if (specs.length === 0) {
    yield* reap(sh)
    let waitedForSome = false
    for (const job of [...sh.jobs.jobs]) {
      if (jobState(job) !== 'running') {
        // Dead before anybody waited: the last one stays known to `jobs`.
        if (jobState(job) === 'done' && !sh.interactive && job.processes.every((p) => p.pid !== sh.lastBackground)) sh.jobs.remove(job)
        continue
      }
      waitedForSome = true
      const status = yield* waitFor(sh, () => jobState(job) !== 'running')
      if (status !== undefined) return status
      yield* waited(sh, job)
    }
    // With nothing to wait for, what has ended is forgotten without a word (mark_dead_jobs_as_notified).
    if (sh.bash && !sh.interactive) sh.jobs.finished.clear()
    if (sh.interactive && sh.bash && !waitedForSome) for (const job of [...sh.jobs.jobs]) if (jobState(job) === 'done') sh.jobs.remove(job)
    return 0
  }
  let status = 0
  for (const spec of specs) {
    const job = variable !== undefined && spec.startsWith('%') ? sh.jobs.find(spec) : undefined
    status = yield* waitOne(sh, spec)
    const pid = job === undefined || job === 'ambiguous' ? spec : String(job.processes[job.processes.length - 1].pid)
    if (variable !== undefined && /^\d+$/.test(pid) && status !== 127) yield* assignReported(sh, variable, pid)
  }
  return status
}

/** A job that was waited for is reported if a signal ended it, and forgotten. */
function* waited(sh: Shell, job: Job): Flow<void> {
  if (sh.interactive && !sh.forked) return
  const builtin = sh.builtinName
  sh.builtinName = undefined
  yield* notifyJobs(sh)
  sh.builtinName = builtin
  const status = jobStatus(job)
  if (sh.dialect === 'dash' && WIFSIGNALED(status) && WTERMSIG(status) !== SIGINT && WTERMSIG(status) !== SIGPIPE) yield* sh.write2(`${signalText(WTERMSIG(status))}\n`)
  if (jobState(job) === 'done') sh.jobs.remove(job)
}

function* waitOne(sh: Shell, spec: string): Flow<number> {
  if (spec.startsWith('%')) {
    const job = yield* findJob(sh, spec)
    if (!job) return sh.bash ? 127 : 2
    const broken = yield* waitFor(sh, () => jobState(job) !== 'running')
    if (broken === undefined) yield* waited(sh, job)
    return broken ?? exitStatus(jobStatus(job))
  }
  if (!/^\d+$/.test(spec)) {
    yield* sh.error(sh.bash ? `\`${spec}': not a pid or valid job spec` : `Illegal number: ${spec}`)
    return sh.bash ? 1 : 2
  }
  const pid = Number(spec)
  const owner = sh.jobs.jobs.find((j) => j.processes.some((p) => p.pid === pid))
  if (!owner) {
    const old = sh.jobs.finished.get(pid)
    if (old !== undefined) return exitStatus(old)
    if (sh.lastBackground === pid) {
      const broken = yield* waitFor(sh, () => sh.jobs.finished.has(pid))
      const status = sh.jobs.finished.get(pid)
      if (broken !== undefined || status !== undefined) return broken ?? exitStatus(status ?? 0)
    }
    if (sh.bash) yield* sh.error(`pid ${pid} is not a child of this shell`)
    return 127
  }
  const process = owner.processes.find((p) => p.pid === pid)
  const broken = yield* waitFor(sh, () => process?.status !== undefined)
  if (broken === undefined && jobState(owner) === 'done') yield* waited(sh, owner)
  return broken ?? exitStatus(process?.status ?? 0)
}

function* waitNext(sh: Shell, specs: readonly string[], variable: string | undefined): Flow<number> {
  const wanted = (j: Job): boolean => specs.length === 0 || specs.some((s) => sh.jobs.find(s) === j || j.processes.some((p) => String(p.pid) === s))
  yield* reap(sh)
  const candidates = sh.jobs.jobs.filter(wanted)
  if (candidates.length === 0) return 127
  const broken = yield* waitFor(sh, () => candidates.some((j) => jobState(j) === 'done'))
  if (broken !== undefined) return broken
  const job = candidates.find((j) => jobState(j) === 'done')
  if (!job) return 127
  if (variable !== undefined) yield* assignReported(sh, variable, String(job.processes[job.processes.length - 1].pid))
  sh.jobs.remove(job)
  return exitStatus(jobStatus(job))
}

function* disown(sh: Shell, words: readonly string[]): Flow<number> {
  let keep = false
  let all = false
  let onlyRunning = false
  const specs: string[] = []
  for (const w of words.slice(1)) {
    if (/^-[ahr]+$/.test(w)) {
      all ||= /[ar]/.test(w)
      onlyRunning ||= w.includes('r')
      keep ||= w.includes('h')
    }
    else specs.push(w)
  }
  if (all && specs.length === 0) {
    for (const job of [...sh.jobs.jobs]) {
      if (onlyRunning && jobState(job) !== 'running') continue
      if (keep) job.noHup = true
      else yield* forget(sh, job)
    }
    return 0
  }
  let status = 0
  for (const spec of specs.length > 0 ? specs : ['%+']) {
    const byPid = /^\d+$/.test(spec) ? sh.jobs.jobs.find((j) => j.processes.some((p) => p.pid === Number(spec))) : undefined
    const job = byPid ?? sh.jobs.find(spec)
    if (!job || job === 'ambiguous') {
      yield* sh.error(`${specs.length > 0 ? spec : 'current'}: no such job`)
      status = 1
    } else if (keep) job.noHup = true
    else yield* forget(sh, job)
  }
  return status
}

/** delete_job: a stopped job that nobody can continue any more deserves a warning. */
function* forget(sh: Shell, job: Job): Flow<void> {
  if (jobState(job) === 'stopped' && !sh.forked) yield* sh.error(`warning: deleting stopped job ${job.id} with process group ${job.pgid}`, '')
  sh.jobs.remove(job)
}

function* suspend(sh: Shell, words: readonly string[]): Flow<number> {
  const bad = words.slice(1).find((w) => /^-./.test(w) && w !== '-f' && w !== '--')
  if (bad !== undefined) {
    yield* sh.error(`${bad.slice(0, 2)}: invalid option`)
    yield* sh.write2('suspend: usage: suspend [-f]\n')
    return 2
  }
  if (!sh.monitor) return yield* sh.fail(1, 'cannot suspend: no job control')
  if (sh.login && words[1] !== '-f') return yield* sh.fail(1, 'cannot suspend a login shell')
  const r = yield* call('kill', sh.bashPid, SIGSTOP)
  return isErr(r) ? 1 : 0
}

/** A command that is a job specification: `%2` is `fg %2`, `%2 &` is `bg %2`. */
export function* resumeJob(sh: Shell, words: readonly string[], isBackground: boolean): Flow<void> {
  sh.builtinName = isBackground ? 'bg' : 'fg'
  sh.status = yield* (isBackground ? bg : fg)(sh, [sh.builtinName, ...words.slice(0, 1)])
  sh.builtinName = undefined
  if (sh.hasOutput) yield* sh.flush()
}

export const JOBS: BuiltinTable = { jobs, fg, bg, wait, disown, suspend }
