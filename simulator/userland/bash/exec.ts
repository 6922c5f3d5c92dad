// Execution of command lists: background commands, pipelines, && and ||, subshells, set -e. Compound commands are in exec-compound.ts, simple ones in
// exec-simple.ts. `last` means that the process has nothing left to do after the command, so that it may be replaced instead of forking.
import type { Flow } from '../../abi/syscalls.ts'
import type { Command, List, Pipeline } from './ast.ts'
import { isErr } from '../../abi/errno.ts'
import { O_RDONLY } from '../../abi/fcntl.ts'
import { call } from '../libc/syscall.ts'
import { close, open } from '../libc/unistd.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { executeSimple } from './exec-simple.ts'
import { executeCompound } from './exec-compound.ts'
import { forkShell, type Placement, waitForeground, waitForPid } from './jobs.ts'
import { exitStatus } from './job-table.ts'
import { beforeCommand, runPendingTraps, runTrap } from './traps.ts'
import { commandText } from './printer.ts'
import { redirect, undoRedirects, type Undo } from './redirect.ts'
import { reportTime, startTimer } from './exec-time.ts'
import { waitStatus } from './status.ts'
import { resumeJob } from './builtins/jobs.ts'

export function* executeList(sh: Shell, list: List, last = false): Flow<void> {
  const { statements } = list
  for (let i = 0; i < statements.length; i++) {
    const s = statements[i]
    if (sh.options.has('noexec') && !sh.interactive) return
    if (s.background) yield* background(sh, s.command, i > 0 && statements[i - 1].background)
    else yield* execute(sh, s.command, last && i === statements.length - 1 && !(sh.bash && i > 0 && statements[i - 1].background))
    if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
    if (sh.breaking > 0 || sh.continuing > 0 || sh.returning) return
  }
}

/** set -e and the ERR trap, after a command whose status nobody asks for. */
export function* checkStatus(sh: Shell): Flow<void> {
  if (sh.status === 0 || sh.conditionDepth > 0 || sh.returning) return
  if (sh.traps.has('ERR') && !sh.runningTraps.has('ERR')) yield* runTrap(sh, 'ERR')
  if (sh.options.has('errexit')) throw new ShellExit(sh.status)
}

export function* execute(sh: Shell, c: Command, last = false): Flow<void> {
  switch (c.kind) {
    case 'simple':
      yield* executeSimple(sh, c, last)
      if (sh.status !== 0) yield* checkStatus(sh)
      return
    case 'pipeline': return yield* pipeline(sh, c, last)
    case 'and-or': {
      for (let i = 0; i < c.commands.length; i++) {
        if (i > 0 && (c.operators[i - 1] === '&&') !== (sh.status === 0)) continue
        const final = i === c.commands.length - 1
        if (!final) sh.conditionDepth++
        try {
          yield* execute(sh, c.commands[i], last && final)
        } finally {
          if (!final) sh.conditionDepth--
        }
        if (sh.breaking > 0 || sh.continuing > 0 || sh.returning) return
      }
      return
    }
    case 'subshell': {
      if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
      if (last && sh.forked && canReplace(sh) && c.redirects.length === 0) {
        sh.subshellLevel++
        sh.userSubshell = true
        return yield* executeList(sh, c.body, true)
      }
      yield* foreground(sh, c, function* (child) {
        if (!(yield* redirect(child, c.redirects, undefined))) return 1
        yield* executeList(child, c.body, true)
        return child.status
      })
      return yield* checkStatus(sh)
    }
    default: break
  }
  if ('redirects' in c && c.redirects.length > 0) {
    const undo: Undo[] = []
    const substitutions = sh.substitutions.length
    sh.line = c.line
    if (yield* redirect(sh, c.redirects, undo)) {
      try {
        yield* executeCompound(sh, c)
      } finally {
        yield* undoRedirects(undo)
      }
    } else {
      yield* undoRedirects(undo)
      sh.status = 1
      yield* checkStatus(sh)
    }
    yield* closeSubstitutions(sh, substitutions)
  } else yield* executeCompound(sh, c)
}

/** Closes the process substitutions made since there were `keep` of them. */
export function* closeSubstitutions(sh: Shell, keep: number): Flow<void> {
  while (sh.substitutions.length > keep) {
    const s = sh.substitutions.pop()
    if (s) yield* close(s.fd)
  }
}

/** Nothing prevents this process from becoming the last command: no traps that would have to run afterwards. */
export const canReplace = (sh: Shell): boolean => {
  for (const [name, action] of sh.traps) if (action !== '' || name === 'EXIT' || name === 'ERR') return false
  return true
}

/** Runs a body in a child and waits for it. */
export function* foreground(sh: Shell, c: Command, run: (child: Shell) => Flow<number>): Flow<void> {
  const placement: Placement | undefined = sh.monitor ? { pgid: 0, foreground: true } : undefined
  const pid = yield* forkShell(sh, 'subshell', run, placement)
  if (pid === undefined) return
  yield* waitForeground(sh, [pid], () => [commandText(c)], pid)
}

/**
 * The command that a child was forked for: a subshell's parentheses are that child already, with its redirections. For a simple command
 * the DEBUG trap has run before the fork, and the parent looks after its status.
 */
function* executeForked(child: Shell, c: Command): Flow<void> {
  if (c.kind === 'simple') {
    child.debugDone = true
    return yield* executeSimple(child, c, true)
  }
  if (c.kind !== 'subshell') return yield* execute(child, c, true)
  child.userSubshell = true
  if (yield* redirect(child, c.redirects, undefined)) yield* executeList(child, c.body, true)
  else child.status = 1
}

/** `command &` */
function* background(sh: Shell, c: Command, keepStdin: boolean): Flow<void> {
  const placement: Placement | undefined = sh.monitor ? { pgid: 0, foreground: false } : undefined
  // `%2 &` continues a job in the background: nothing is forked.
  if (c.kind === 'simple' && c.words[0]?.text.startsWith('%') && sh.monitor && sh.bash) return yield* resumeJob(sh, c.words.map((w) => w.text), true)
  if (c.kind === 'pipeline' && c.commands.length > 1 && !c.negate && c.time === 'no') return yield* backgroundPipeline(sh, c, placement)
  if (c.kind === 'simple') yield* beforeCommand(sh, c)
  const pid = yield* forkShell(sh, 'async', function* (child) {
    if (!placement && !keepStdin) {
      const fd = yield* open('/dev/null', O_RDONLY)
      if (!isErr(fd) && fd !== 0) {
        yield* call('dup2', fd, 0)
        yield* close(fd)
      }
    }
    yield* executeForked(child, c)
    return child.status
  }, placement)
  if (pid !== undefined) yield* registerBackground(sh, [pid], [commandText(c)])
}

export function* registerBackground(sh: Shell, pids: readonly number[], texts: readonly string[]): Flow<void> {
  if (sh.inheritedJobs) sh.jobs.jobs = []
  sh.inheritedJobs = false
  const job = sh.jobs.add({
    pgid: pids[0], cwd: sh.cwd, foreground: false, jobControl: sh.monitor, notified: false, noHup: false,
    processes: pids.map((pid, n) => ({ pid, command: texts[n], status: undefined })),
  })
  sh.lastBackground = pids[pids.length - 1]
  sh.status = 0
  sh.pipeStatus = [0]
  if (sh.interactive && !sh.forked && sh.bash) yield* sh.write2(`[${job.id}] ${sh.lastBackground}\n`)
}

function* backgroundPipeline(sh: Shell, c: Pipeline, placement: Placement | undefined): Flow<void> {
  const pids = yield* startPipeline(sh, c, placement)
  if (pids) yield* registerBackground(sh, pids, c.commands.map((x) => commandText(x)))
}

function* pipeline(sh: Shell, c: Pipeline, last: boolean): Flow<void> {
  const timer = c.time === 'no' ? undefined : yield* startTimer()
  if (c.negate) sh.conditionDepth++
  try {
    if (c.commands.length === 0) sh.status = 0
    else if (c.commands.length === 1) yield* execute(sh, c.commands[0], last && !c.negate && timer === undefined)
    else yield* piped(sh, c)
  } finally {
    if (c.negate) sh.conditionDepth--
    if (timer) yield* reportTime(sh, timer, c.time === 'posix')
  }
  if (c.negate) {
    sh.status = sh.status === 0 ? 1 : 0
    return
  }
  if (c.commands.length > 1) yield* checkStatus(sh)
}

function* piped(sh: Shell, c: Pipeline): Flow<void> {
  if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
  sh.line = c.line
  if (sh.shopts.get('lastpipe') && !sh.monitor && sh.bash) return yield* pipedLast(sh, c)
  const pids = yield* startPipeline(sh, c, sh.monitor ? { pgid: 0, foreground: true } : undefined)
  if (pids) yield* waitForeground(sh, pids, () => c.commands.map((x) => commandText(x)), pids[0])
}

/** Starts all commands of a pipeline, each in a child; answers their PIDs. */
function* startPipeline(sh: Shell, c: Pipeline, placement: Placement | undefined): Flow<number[] | undefined> {
  const pids: number[] = []
  let input: number | undefined
  for (let i = 0; i < c.commands.length; i++) {
    const command = c.commands[i]
    const final = i === c.commands.length - 1
    let ends: readonly [number, number] | undefined
    if (!final) {
      const made = yield* call('pipe2', 0)
      if (isErr(made)) {
        yield* sh.error(`pipe error: ${made.message}`, '')
        throw new ShellAbort('discard', 1)
      }
      ends = made
    }
    const from = input
    const to = ends
    const place = placement && { ...placement, pgid: pids[0] ?? 0 }
    if (command.kind === 'simple') yield* beforeCommand(sh, command)
    const pid = yield* forkShell(sh, 'pipeline', function* (child) {
      if (to) yield* close(to[0])
      if (from !== undefined) {
        yield* call('dup2', from, 0)
        yield* close(from)
      }
      if (to) {
        yield* call('dup2', to[1], 1)
        if (c.errorsToo[i]) yield* call('dup2', to[1], 2)
        yield* close(to[1])
      }
      yield* executeForked(child, command)
      return child.status
    }, place)
    if (input !== undefined) yield* close(input)
    if (ends) yield* close(ends[1])
    input = ends?.[0]
    if (pid === undefined) return undefined
    pids.push(pid)
  }
  return pids
}

/** shopt -s lastpipe: the last command runs in the shell itself. */
function* pipedLast(sh: Shell, c: Pipeline): Flow<void> {
  const ends = yield* call('pipe2', 0)
  if (isErr(ends)) return
  const front: Pipeline = { ...c, commands: c.commands.slice(0, -1), negate: false, time: 'no' }
  const pid = yield* forkShell(sh, 'pipeline', function* (child) {
    yield* close(ends[0])
    yield* call('dup2', ends[1], 1)
    yield* close(ends[1])
    if (front.commands.length === 1) yield* execute(child, front.commands[0], true)
    else yield* piped(child, front)
    return child.status
  })
  yield* close(ends[1])
  const saved = yield* call('fcntl', 0, 1030, 10)
  yield* call('dup2', ends[0], 0)
  yield* close(ends[0])
  sh.conditionDepth++
  try {
    yield* execute(sh, c.commands[c.commands.length - 1])
  } finally {
    sh.conditionDepth--
    if (!isErr(saved)) {
      yield* call('dup2', saved, 0)
      yield* close(saved)
    }
  }
  const first = pid === undefined ? 0 : exitStatus(yield* waitForPid(sh, pid))
  sh.pipeStatus = [first, waitStatus(sh)]
  if (sh.options.has('pipefail') && sh.status === 0) sh.status = first
}
