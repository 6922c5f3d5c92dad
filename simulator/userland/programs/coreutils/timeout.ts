// timeout(1): runs a command in a process group of its own and signals it when its time is over.
import type { Flow } from '../../../abi/syscalls.ts'
import {
  SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGNAL_NAMES, SIGQUIT, SIGTERM, SIGTTIN, SIGTTOU, SIG_DFL, SIG_IGN, WEXITSTATUS, WIFEXITED, WTERMSIG,
} from '../../../abi/signal.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote } from '../../../lib/quote.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { call } from '../../libc/syscall.ts'
import { kill, sigaction, waitpid } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'
import { EXIT_CANCELED, runCommand } from './run.ts'
import { parseDuration } from './sleep.ts'

const EXIT_TIMED_OUT = 124

const options = {
  short: '+k:s:v',
  long: [
    { name: 'kill-after', arg: 'required', is: 'k' }, { name: 'signal', arg: 'required', is: 's' }, { name: 'verbose', arg: 'none', is: 'v' },
    { name: 'foreground', arg: 'none' }, { name: 'preserve-status', arg: 'none' },
  ],
} as const

/** A signal by number or name, with or without SIG. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? Number(text) : undefined
  const number = SIGNAL_NAMES.indexOf(text.toUpperCase().replace(/^SIG/, ''))
  return number > 0 ? number : undefined
}

export const timeout = command('timeout', 'run a program with a time limit', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options, EXIT_CANCELED)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const killText = value('k')
  let killAfter = killText === undefined ? 0 : parseDuration(killText)
  if (killAfter === undefined) return yield* usageError(c, EXIT_CANCELED, `invalid time interval ${quote(killText ?? '')}`)
  const signalText = value('s')
  let signal = signalText === undefined ? SIGTERM : (signalNumber(signalText) ?? -1)
  if (signal < 0) return yield* usageError(c, EXIT_CANCELED, `${quote(signalText ?? '')}: invalid signal`)
  if (operands.length < 2) {
    yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
    return EXIT_CANCELED
  }
  const seconds = parseDuration(operands[0])
  if (seconds === undefined) return yield* usageError(c, EXIT_CANCELED, `invalid time interval ${quote(operands[0])}`)
  const words = operands.slice(1)
  const foreground = has('foreground')
  let child = 0
  let timedOut = false
  if (!foreground) yield* call('setpgid', 0, 0)
  const cleanup = function* (caught: number): Flow<void> {
    if (caught === SIGALRM) timedOut = true
    const sent = caught === SIGALRM ? signal : caught
    if (child === 0) return
    if (killAfter !== undefined && killAfter > 0) {
      signal = SIGKILL
      yield* call('alarm', killAfter)
      killAfter = 0
    }
    if (has('v')) yield* warn(c, `sending signal ${SIGNAL_NAMES[sent] ?? sent} to command ${quote(words[0])}`)
    yield* kill(child, sent)
    if (foreground) return
    yield* sigaction(sent, SIG_IGN)
    yield* kill(0, sent)
    if (sent === SIGKILL || sent === SIGCONT) return
    yield* kill(child, SIGCONT)
    yield* sigaction(SIGCONT, SIG_IGN)
    yield* kill(0, SIGCONT)
  }
  for (const caught of new Set([SIGALRM, SIGINT, SIGQUIT, SIGHUP, SIGTERM, signal])) {
    const old = yield* call('rt_sigaction', caught, undefined)
    if (caught !== SIGKILL && (isErr(old) || old.handler !== 'ignore')) yield* sigaction(caught, cleanup)
  }
  yield* sigaction(SIGTTIN, SIG_IGN)
  yield* sigaction(SIGTTOU, SIG_IGN)
  const pid = yield* forkChild(c, function* (inner) {
    yield* sigaction(SIGTTIN, SIG_DFL)
    yield* sigaction(SIGTTOU, SIG_DFL)
    return yield* runCommand(inner, words)
  })
  if (isErr(pid)) return yield* fail(c, EXIT_CANCELED, 'fork system call failed', pid)
  child = pid
  if (seconds > 0 && seconds !== Infinity) yield* call('alarm', seconds)
  for (;;) {
    const done = yield* waitpid(pid)
    if (isErr(done)) {
      if (done === Errno.EINTR) continue
      return yield* fail(c, EXIT_CANCELED, 'error waiting for command', done)
    }
    if (WIFEXITED(done.status)) return timedOut && !has('preserve-status') ? EXIT_TIMED_OUT : WEXITSTATUS(done.status)
    const died = WTERMSIG(done.status)
    if (!timedOut) {
      yield* sigaction(died, SIG_DFL)
      yield* kill(yield* ownPid(), died)
    }
    return timedOut && died !== SIGKILL && !has('preserve-status') ? EXIT_TIMED_OUT : 128 + died
  }
})

function* ownPid(): Flow<number> {
  const pid = yield* call('getpid')
  return isErr(pid) ? 0 : pid
}
