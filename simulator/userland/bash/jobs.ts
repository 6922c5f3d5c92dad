// Making children and waiting for them: fork with bash's retries, process groups and the terminal, wait status, notifications. See JOB CONTROL in bash(1).
import type { Flow, SigAction } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { CLOCK_MONOTONIC, CLONE_VFORK, CLONE_VM } from '../../abi/sched.ts'
import {
  SA_RESTART, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIG_DFL, SIG_IGN, SIG_UNBLOCK, SIGNAL_NAMES, sigBit, WIFSIGNALED, WIFSTOPPED, WNOHANG, WTERMSIG, WUNTRACED,
} from '../../abi/signal.ts'
import { TIOCSPGRP } from '../../abi/termios.ts'
import { call } from '../libc/syscall.ts'
import { sigaction } from '../libc/unistd.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { exitStatus, formatJob, type Job, jobState, jobStatus, signalText } from './job-table.ts'
import { runExitTrap } from './traps.ts'

export type ForkKind = 'substitution' | 'process' | 'subshell' | 'async' | 'pipeline' | 'command'

/** Where a child goes: its process group (0 makes a new one) and whether it gets the terminal. Only with job control. */
export interface Placement {
  readonly pgid: number
  readonly foreground: boolean
}

/** fork(2) as bash does it: tries again on EAGAIN after 1, 2, 4 and 8 seconds. Answers undefined after reporting the failure. */
export function* fork(sh: Shell, child: () => Flow<number>, flags = 0, kind?: ForkKind, placement?: Placement): Flow<number | undefined> {
  yield* sh.flush()
  for (let pause = 1; ; pause *= 2) {
    const pid = yield* call('clone', flags, child)
    if (!isErr(pid)) return pid
    if (!sh.bash) {
      // dash makes the node of a background command without a line number.
      if (sh.dialect === 'dash' && kind === 'async') sh.line = 0
      yield* sh.error(sh.dialect === 'dash' ? 'Cannot fork' : "can't fork: " + pid.message, '')
      throw sh.interactive ? new ShellAbort('discard', 2) : new ShellExit(2)
    }
    if (pid !== Errno.EAGAIN || pause > 8) {
      yield* systemError(sh, 'fork', pid)
      yield* terminatePipeline(sh, placement)
      if (sh.interactive && !sh.forked) throw new ShellAbort('discard', 254)
      throw new ShellExit(254)
    }
    yield* systemError(sh, 'fork: retry', pid)
    yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: pause, nsec: 0 })
  }
}

/** terminate_current_pipeline and throw_to_top_level: what there is of a pipeline ends, and the shell has its terminal again. */
function* terminatePipeline(sh: Shell, placement: Placement | undefined): Flow<void> {
  if (placement !== undefined && placement.pgid > 0) for (const sig of [SIGTERM, SIGCONT]) yield* call('kill', -placement.pgid, sig)
  yield* takeTerminal(sh)
}

/** sys_error: a failed call of the shell itself, without a line number. */
function* systemError(sh: Shell, what: string, e: Errno): Flow<void> {
  yield* sh.write2(`${sh.errorName}: ${what}: ${e.message}\n`)
}

/** clone(2)'s flags for a child that only runs a program: dash uses vfork(2). */
export const programFlags = (sh: Shell): number => (sh.dialect === 'dash' ? CLONE_VM | CLONE_VFORK : 0)

/** Forks a subshell: the interpreter on a copy of this shell. */
export function* forkShell(sh: Shell, kind: ForkKind, run: (child: Shell) => Flow<number>, placement?: Placement): Flow<number | undefined> {
  const child = sh.copy()
  const pid = yield* fork(sh, () => childMain(child, kind, run, placement), kind === 'command' ? programFlags(sh) : 0, kind, placement)
  if (pid !== undefined && placement) yield* call('setpgid', pid, placement.pgid === 0 ? pid : placement.pgid)
  return pid
}

function* childMain(sh: Shell, kind: ForkKind, run: (child: Shell) => Flow<number>, placement: Placement | undefined): Flow<number> {
  sh.bashPid = yield* sh.getpid()
  sh.subshellLevel++
  sh.userSubshell = kind === 'subshell'
  sh.random = (sh.random + sh.bashPid) % 2147483647 || 1
  yield* placeChild(sh, placement)
  const handled = [...sh.traps].filter(([name, action]) => action !== '' || name === 'EXIT')
  yield* resetSignals(sh)
  if (sh.bash) sh.inheritedTraps ??= new Map(sh.traps)
  const kept = new Set([...(sh.options.has('errtrace') ? ['ERR'] : []), ...(sh.options.has('functrace') ? ['DEBUG', 'RETURN'] : [])])
  for (const [name] of handled) if (!kept.has(name)) sh.traps.delete(name)
  sh.options.delete('monitor')
  if (kind === 'async' && !placement) {
    yield* sigaction(SIGINT, SIG_IGN)
    yield* sigaction(SIGQUIT, SIG_IGN)
    // They stay ignored in what this child starts.
    sh.ignoredAtStart = new Set([...sh.ignoredAtStart, SIGINT, SIGQUIT])
  }
  // `jobs` still shows the parent's jobs, until this shell has its own.
  sh.inheritedJobs = true
  sh.loopDepth = 0
  return yield* finish(sh, () => run(sh))
}

/** Runs the body of a shell process to its exit status, whatever way it ends, and the EXIT trap. */
export function* finish(sh: Shell, run: () => Flow<number>): Flow<number> {
  let status: number
  let silent = false
  try {
    status = yield* run()
  } catch (e) {
    if (e instanceof ShellExit) {
      status = e.status
      silent = e.silent
    } else if (e instanceof ShellAbort) {
      // Bash's FORCE_EOF: only the shell that was given -c answers 127 instead of 1.
      status = e.status
    } else throw e
  }
  if (!silent) {
    sh.status = status
    status = yield* runExitTrap(sh, status)
  }
  yield* sh.flush()
  return status & 0xff
}

/** In the child: joins its process group and takes the terminal, as bash's make_child does. */
export function* placeChild(sh: Shell, placement: Placement | undefined): Flow<void> {
  if (!placement) return
  yield* call('setpgid', 0, placement.pgid)
  if (placement.foreground && sh.terminal.fd >= 0) {
    const pgid = placement.pgid === 0 ? yield* call('getpid') : placement.pgid
    yield* call('ioctl', sh.terminal.fd, TIOCSPGRP, pgid)
  }
}

/** Signals of a new child: handlers go back to the default, and so does what an interactive shell ignores. */
export function* resetSignals(sh: Shell): Flow<void> {
  for (const [name, action] of sh.traps) {
    const sig = SIGNAL_NAMES.indexOf(name)
    if (sig > 0 && action !== '') yield* sigaction(sig, SIG_DFL)
  }
  if (sh.bash && !sh.interactive && !sh.traps.has('QUIT') && !sh.ignoredAtStart.has(SIGQUIT)) yield* sigaction(SIGQUIT, SIG_DFL)
  if (sh.interactive && !sh.forkedSignals) {
    for (const sig of [SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU]) {
      const name = SIGNAL_NAMES[sig] ?? ''
      if (sh.traps.get(name) !== '' && !sh.ignoredAtStart.has(sig)) yield* sigaction(sig, SIG_DFL)
    }
    sh.forkedSignals = true
  }
}

/** Notes a status that wait4 has reported. */
function record(sh: Shell, pid: number, status: number): void {
  const found = sh.jobs.process(pid)
  if (found) {
    found.process.status = status
    found.job.notified = false
    if (!WIFSTOPPED(status)) sh.jobs.finished.set(pid, status)
    else sh.jobs.touch(found.job)
  } else sh.jobs.finished.set(pid, status)
}

/** Reaps without waiting. */
export function* reap(sh: Shell): Flow<void> {
  for (;;) {
    const r = yield* call('wait4', -1, WNOHANG | (sh.monitor ? WUNTRACED : 0))
    if (isErr(r) || r.pid === 0) return
    record(sh, r.pid, r.status)
  }
}

/** Waits until a child of ours (not in the job table) ends or stops; answers its wait status. */
export function* waitForPid(sh: Shell, pid: number): Flow<number> {
  for (;;) {
    const known = sh.jobs.finished.get(pid)
    if (known !== undefined) {
      sh.jobs.finished.delete(pid)
      return known
    }
    const r = yield* call('wait4', -1, sh.monitor ? WUNTRACED : 0)
    if (isErr(r)) {
      if (r === Errno.EINTR) continue
      return 127 << 8
    }
    if (r.pid === pid) return r.status
    record(sh, r.pid, r.status)
  }
}

/** Waits for any change of a job; answers false when interrupted by a signal (EINTR) or without children. */
export function* waitForJobs(sh: Shell, done: () => boolean): Flow<'done' | 'interrupted' | 'none'> {
  while (!done()) {
    const r = yield* call('wait4', -1, sh.monitor ? WUNTRACED : 0)
    if (isErr(r)) return r === Errno.EINTR ? 'interrupted' : 'none'
    record(sh, r.pid, r.status)
    if (sh.pendingTraps.length > 0 || sh.interrupted) return 'interrupted'
  }
  return 'done'
}

/**
 * Waits for a foreground pipeline and sets $?. Outside job control a SIGINT that also ended the child ends the shell (wait_sigint_handler);
 * a stopped job goes to the job table (`resumed`, the one that fg continued, back to its place).
 */
export function* waitForeground(sh: Shell, pids: readonly number[], texts: () => string[], pgid: number, resumed?: Job): Flow<void> {
  let sawInterrupt = false
  let old: SigAction['handler'] = SIG_DFL
  const watch = !sh.interactive && !sh.traps.has('INT') && !sh.ignoredAtStart.has(SIGINT) && !(sh.forked && sh.interactive)
  if (watch) {
    const previous = yield* sigaction(SIGINT, function* () {
      sawInterrupt = true
    })
    // Ignored since an ancestor's time (a background job): it stays so.
    if (!isErr(previous)) old = previous.handler
    if (old === SIG_IGN) yield* sigaction(SIGINT, SIG_IGN)
  }
  const statuses: number[] = []
  for (const pid of pids) statuses.push(yield* waitForPid(sh, pid))
  if (watch) yield* sigaction(SIGINT, old)
  const last = statuses[statuses.length - 1]
  if (sh.monitor) yield* takeTerminal(sh)
  if (statuses.some(WIFSTOPPED)) {
    const job = resumed ?? stoppedJob(sh, pids, statuses, texts(), pgid)
    if (resumed) {
      for (const p of resumed.processes) p.status = statuses[pids.indexOf(p.pid)] ?? p.status
      resumed.notified = true
      sh.jobs.putBack(resumed)
    }
    if (sh.restoreTerminal) yield* sh.restoreTerminal()
    // dash and ash say nothing now, and the whole line before the next prompt.
    if (sh.bash) yield* sh.write2(`\n${formatJob(sh.jobs, job, 'standard', sh.cwd, sh.vars.get('HOME'))}`)
    else job.notified = false
  } else {
    if (WIFSIGNALED(last) && sh.restoreTerminal && sh.monitor) yield* sh.restoreTerminal()
    // Jobs are reported in their order, and the one waited for is the youngest.
    if (sh.bash && !sh.interactive) yield* notifyJobs(sh)
    yield* reportDeath(sh, last, pids, statuses, texts)
  }
  if (!sh.forked || !sh.interactive) yield* notifyJobs(sh)
  sh.pipeStatus = statuses.map(exitStatus)
  sh.status = exitStatus(last)
  if (sh.options.has('pipefail')) sh.status = [...sh.pipeStatus].reverse().find((s) => s !== 0) ?? 0
  if (WIFSIGNALED(last) && WTERMSIG(last) === SIGINT) {
    if (sawInterrupt) yield* killSelf(sh, SIGINT)
    if (sh.interactive && !sh.forked && (sh.bash || sh.monitor)) {
      yield* sh.write2('\n')
      if (!sh.traps.has('INT')) throw new ShellAbort('interrupt', 130)
    }
  }
}

const stoppedJob = (sh: Shell, pids: readonly number[], statuses: readonly number[], names: readonly string[], pgid: number): Job =>
  sh.jobs.add({
    pgid, cwd: sh.cwd, foreground: false, jobControl: true, notified: true, noHup: false,
    processes: pids.map((pid, n) => ({ pid, command: names[n] ?? '', status: statuses[n] })),
  })

/** Dies of a signal, after the EXIT trap has run. */
export function* killSelf(sh: Shell, sig: number): Flow<never> {
  yield* sh.flush()
  yield* runExitTrap(sh, 128 + sig)
  yield* sigaction(sig, SIG_DFL)
  // In a handler the signal is blocked.
  yield* call('rt_sigprocmask', SIG_UNBLOCK, sigBit(sig))
  yield* call('kill', sh.bashPid, sig)
  throw new ShellExit(128 + sig, true)
}

/** The message about a foreground command that a signal has killed. */
function* reportDeath(sh: Shell, last: number, pids: readonly number[], statuses: readonly number[], texts: () => string[]): Flow<void> {
  const deadly = statuses.find((s) => WIFSIGNALED(s) && WTERMSIG(s) !== SIGINT && WTERMSIG(s) !== SIGPIPE)
  if (deadly === undefined) return
  const sig = WTERMSIG(deadly)
  if (!sh.bash) {
    for (const s of statuses) if (WIFSIGNALED(s) && WTERMSIG(s) !== SIGINT && WTERMSIG(s) !== SIGPIPE) yield* sh.write2(`${signalText(WTERMSIG(s))}${s & 0x80 ? ' (core dumped)' : ''}\n`)
    return
  }
  if (!WIFSIGNALED(last)) return
  if (!sh.interactive && sig !== SIGTERM && !sh.traps.has(SIGNAL_NAMES[sig] ?? '')) {
    const names = texts()
    const job: Job = {
      id: 0, pgid: 0, cwd: sh.cwd, foreground: true, jobControl: false, notified: true, noHup: false, touched: 0,
      processes: pids.map((pid, n) => ({ pid, command: names[n] ?? '', status: statuses[n] })),
    }
    yield* sh.flush()
    yield* sh.write2(`${sh.errorName}: line ${sh.line}: ${formatJob(sh.jobs, job, 'script', sh.cwd, sh.vars.get('HOME'))}`)
  } else yield* sh.write2(`${signalText(WTERMSIG(last))}${last & 0x80 ? ' (core dumped)' : ''}\n`)
}

/** A job as dash and BusyBox's ash show it: the state from column 6, the commands (which only a shell with job control remembers) from column 33. */
export function ashLine(sh: Shell, job: Job): string {
  const state = jobState(job)
  const status = jobStatus(job)
  const code = exitStatus(status)
  const text = state === 'running' ? 'Running' : state === 'done' && !WIFSIGNALED(status) ? `Done${code === 0 ? '' : `(${code})`}` : state === 'done' ? signalText(WTERMSIG(status)) : 'Stopped'
  const commands = sh.monitor ? job.processes.map((p) => p.command).join(' | ') : ''
  const mark = sh.jobs.mark(job)
  return `${`[${job.id}]${sh.dialect === 'dash' ? ` ${mark} ` : `${mark}  `}${text}`.padEnd(33)}${commands}\n`
}

/** Gives the terminal back to the shell's own process group. */
export function* takeTerminal(sh: Shell): Flow<void> {
  if (sh.terminal.fd >= 0 && !sh.forked) yield* call('ioctl', sh.terminal.fd, TIOCSPGRP, sh.terminal.pgid)
}

/** notify_and_cleanup: reports changed jobs and forgets dead ones. Called before a prompt, and in scripts between commands. */
export function* notifyJobs(sh: Shell): Flow<void> {
  if (sh.jobs.jobs.length === 0) return
  yield* reap(sh)
  for (const job of [...sh.jobs.jobs]) {
    const state = jobState(job)
    if (state === 'running') continue
    if (!job.notified) {
      const status = jobStatus(job)
      if (sh.interactive && !sh.forked) {
        if (!sh.bash) yield* sh.write2(ashLine(sh, job))
        else yield* sh.write2((state === 'stopped' ? '\n' : '') + formatJob(sh.jobs, job, 'standard', sh.cwd, sh.vars.get('HOME')))
        job.notified = true
      } else if (sh.bash && state === 'done' && WIFSIGNALED(status) && ![SIGINT, SIGTERM, SIGPIPE].includes(WTERMSIG(status)) && !sh.traps.has(SIGNAL_NAMES[WTERMSIG(status)] ?? '')) {
        yield* sh.write2(`${sh.errorName}: line ${sh.line}: ${formatJob(sh.jobs, job, 'script', sh.cwd, sh.vars.get('HOME'))}`)
        job.notified = true
      } else if (state === 'done' && !sh.interactive && !WIFSIGNALED(status)) {
        // A script hears nothing of it; `jobs` may still show it once.
        continue
      }
    }
    if (state === 'done') sh.jobs.remove(job)
  }
}

/** SIGHUP to the jobs of an interactive login shell that ends. */
export function* hangUpJobs(sh: Shell): Flow<void> {
  for (const job of sh.jobs.jobs) {
    if (jobState(job) === 'done' || job.noHup) continue
    yield* call('kill', -job.pgid, SIGHUP)
    if (jobState(job) === 'stopped') yield* call('kill', -job.pgid, 18)
  }
}

/** terminate_stopped_jobs: an interactive bash that ends leaves nobody stopped behind. */
export function* endStoppedJobs(sh: Shell): Flow<void> {
  if (!sh.bash) return
  for (const job of sh.jobs.jobs) {
    if (jobState(job) !== 'stopped') continue
    yield* call('kill', -job.pgid, SIGTERM)
    yield* call('kill', -job.pgid, SIGCONT)
  }
}

/** What every bash does to its signals: SIGQUIT is ignored, SIGCHLD only noticed. */
export function* ownSignals(sh: Shell): Flow<void> {
  if (!sh.bash) return
  if (!sh.ignoredAtStart.has(SIGQUIT)) yield* sigaction(SIGQUIT, SIG_IGN)
  yield* sigaction(SIGCHLD, function* () {}, SA_RESTART)
}
