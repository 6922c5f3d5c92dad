// trap
import type { Flow } from '../../../abi/syscalls.ts'
import { SIGHUP, SIGINT, SIGKILL, SIGNAL_NAMES, SIGQUIT, SIGSTOP, SIGTERM, SIG_DFL, SIG_IGN } from '../../../abi/signal.ts'
import { sigaction } from '../../libc/unistd.ts'
import { singleQuote } from '../quote.ts'
import type { Shell } from '../state.ts'
import { signalNumber, signalTable } from './kill.ts'
import { killSelf } from '../jobs.ts'
import type { BuiltinTable } from './index.ts'
import { interactiveHandler } from '../signals.ts'

const PSEUDO = ['EXIT', 'ERR', 'DEBUG', 'RETURN']

/** Canonical trap name of a specification: a signal's without SIG, or a pseudo signal's. */
function trapName(sh: Shell, spec: string): string | undefined {
  const upper = spec.toUpperCase()
  if (upper === 'EXIT' || spec === '0') return 'EXIT'
  if (sh.bash && PSEUDO.includes(upper)) return upper
  const n = signalNumber(spec)
  return n === undefined || n === 0 ? undefined : SIGNAL_NAMES[n]
}

/** Order of `trap -p`: EXIT, signals by number, then DEBUG, ERR, RETURN. */
const rank = (name: string): number => (name === 'EXIT' ? 0 : SIGNAL_NAMES.indexOf(name) > 0 ? SIGNAL_NAMES.indexOf(name) : 100 + PSEUDO.indexOf(name))

/** A subshell lists its parent's traps until it sets one. */
const listed = (sh: Shell): ReadonlyMap<string, string> => sh.inheritedTraps ?? sh.traps

function show(sh: Shell, names: readonly string[]): void {
  for (const name of [...names].sort((a, b) => rank(a) - rank(b))) {
    const action = listed(sh).get(name)
    if (action !== undefined) sh.print(`trap -- ${singleQuote(action)} ${PSEUDO.includes(name) || !sh.bash ? name : `SIG${name}`}\n`)
  }
}

function* setTrap(sh: Shell, name: string, action: string | undefined): Flow<void> {
  sh.inheritedTraps = undefined
  const sig = SIGNAL_NAMES.indexOf(name)
  if (sig > 0) {
    if (sh.ignoredAtStart.has(sig) && !sh.interactive) return
    if (sig !== SIGKILL && sig !== SIGSTOP) {
      if (action === undefined) yield* resetDisposition(sh, sig)
      else if (action === '') yield* sigaction(sig, SIG_IGN)
      else {
        yield* sigaction(sig, function* (s) {
          sh.pendingTraps.push(s)
          if (s === SIGINT && sh.interactive) sh.interrupted = false
        })
      }
    }
  }
  if (action === undefined) sh.traps.delete(name)
  else sh.traps.set(name, action)
  if (name === 'EXIT' && sh.bash && !sh.interactive) yield* catchTermination(sh, action !== undefined)
}

/** Signals that end bash still let its EXIT trap run. */
function* catchTermination(sh: Shell, on: boolean): Flow<void> {
  for (const sig of [SIGHUP, SIGINT, SIGTERM]) {
    if (sh.traps.has(SIGNAL_NAMES[sig] ?? '') || sh.ignoredAtStart.has(sig)) continue
    if (!on) yield* sigaction(sig, SIG_DFL)
    else {
      yield* sigaction(sig, function* (s) {
        yield* killSelf(sh, s)
      })
    }
  }
}

/** What a signal without a trap does to this shell. */
function* resetDisposition(sh: Shell, sig: number): Flow<void> {
  if (sh.interactive && !sh.forked) {
    if (sig === SIGINT) {
      yield* sigaction(SIGINT, interactiveHandler(sh))
      return
    }
    if (sig === SIGTERM || sig === SIGQUIT) {
      yield* sigaction(sig, SIG_IGN)
      return
    }
  }
  yield* sigaction(sig, SIG_DFL)
  if (sh.traps.has('EXIT') && sh.bash && !sh.interactive) {
    sh.traps.delete(SIGNAL_NAMES[sig] ?? '')
    yield* catchTermination(sh, true)
  }
}

function* trap(sh: Shell, words: readonly string[]): Flow<number> {
  let args = words.slice(1)
  if (args[0] === '-l' && sh.bash) {
    sh.print(signalTable())
    return 0
  }
  if (args[0] === '-p' && sh.bash) {
    const names: string[] = []
    for (const spec of args.slice(1)) {
      const name = trapName(sh, spec)
      if (name === undefined) return yield* sh.fail(1, `${spec}: invalid signal specification`)
      names.push(name)
    }
    show(sh, args.length > 1 ? names : [...listed(sh).keys()])
    return 0
  }
  if (args[0] === '--') args = args.slice(1)
  else if (sh.bash && args[0] !== undefined && /^-./.test(args[0])) {
    yield* sh.error(`${args[0].slice(0, 2)}: invalid option`)
    yield* sh.write2('trap: usage: trap [-lp] [[arg] signal_spec ...]\n')
    return 2
  }
  if (args.length === 0) {
    show(sh, [...listed(sh).keys()])
    return 0
  }
  // A single argument, or a number first, resets.
  const [first] = args
  const resets = args.length === 1 || /^\d+$/.test(first)
  if (sh.bash && args.length === 1 && trapName(sh, first) === undefined) {
    yield* sh.write2('trap: usage: trap [-lp] [[arg] signal_spec ...]\n')
    return 2
  }
  const action = resets || first === '-' ? undefined : first
  let status = 0
  for (const spec of resets ? args : args.slice(1)) {
    const name = trapName(sh, spec)
    if (name === undefined) {
      if (sh.bash) yield* sh.error(`${spec}: invalid signal specification`)
      else yield* sh.write2(`trap: ${spec}: bad trap\n`)
      status = 1
    } else yield* setTrap(sh, name, action)
  }
  return status
}

export const TRAP: BuiltinTable = { trap }
