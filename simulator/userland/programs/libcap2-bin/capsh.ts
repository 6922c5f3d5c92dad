// capsh(1) of libcap 2.66: does what its arguments say, one after the other, on its own process; `--` starts a shell with the result.
// Simpler: no cap_launch (-+, =+).
import type { Flow } from '../../../abi/syscalls.ts'
import { CAP_LAST, CAP_NAMES, CAP_SETPCAP, CAP_SYS_CHROOT, type CapSets, capBit } from '../../../abi/capability.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import {
  CLOCK_MONOTONIC, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, PR_CAP_AMBIENT_LOWER, PR_CAP_AMBIENT_RAISE, PR_CAPBSET_DROP, PR_GET_NO_NEW_PRIVS, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_SET_SECUREBITS,
} from '../../../abi/sched.ts'
import { type Crt, envStrings, exit, program } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { getgrnam, getgrouplist, getpwnam } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { capByName, capFromText, capList, capName, iabFromText } from './cap-text.ts'
import { guessMode, hasBit, MODES, ownCaps, printCurrent, printIab, printState, setMode } from './capsh-state.ts'
import { CAP_EXPLANATIONS } from './explanations.ts'
import { CAPSH_USAGE } from './help.ts'

function* die(c: Crt, message: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(message)
  return exit(1)
}

/** Makes a permitted capability effective for one step, then puts the sets back. */
function* withEffective<T>(c: Crt, cap: number, failure: string, step: () => Flow<T>): Flow<T> {
  const before = yield* ownCaps()
  const raised = yield* call('capset', { ...before, effective: before.effective | capBit(cap) })
  if (isErr(raised)) return yield* die(c, `${failure}: ${raised.message}\n`)
  const result = yield* step()
  const after = yield* ownCaps()
  yield* call('capset', { ...after, effective: before.effective & after.permitted })
  return result
}

/** A comma list of capabilities as numbers. */
function* parseCaps(c: Crt, list: string): Flow<readonly number[]> {
  const caps: number[] = []
  for (const name of list.split(',')) {
    if (name !== '') caps.push(capByName(name) ?? (yield* die(c, `capability [${name}] is unknown to libcap\n`)))
  }
  return caps
}

function* parseCap(c: Crt, name: string): Flow<number> {
  return capByName(name) ?? (yield* die(c, `cap[${name}] not recognized by library\n`))
}

function* parseNumber(c: Crt, option: string, text: string): Flow<number> {
  const n = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(text) ? Number(/^0\d/.test(text) ? `0o${text}` : text) : -1
  return n >= 0 ? n : yield* die(c, `invalid --${option} value: want non-negative integer, got "${text}"\n`)
}

type Action = (c: Crt, arg: string, option: string) => Flow<void>

function* check(c: Crt, good: boolean, message: string): Flow<void> {
  if (!good) yield* die(c, message)
}

function has(set: keyof CapSets, failure: string): Action {
  return function* run(c, arg) {
    const cap = yield* parseCap(c, arg)
    yield* check(c, hasBit((yield* ownCaps())[set], cap), `cap[${arg}] ${failure}\n`)
  }
}

function* setCaps(c: Crt, sets: Pick<CapSets, 'effective' | 'inheritable' | 'permitted'>, failure: (e: Errno) => string): Flow<void> {
  const set = yield* call('capset', sets)
  if (isErr(set)) yield* die(c, failure(set))
}

function* drop(c: Crt, arg: string): Flow<void> {
  const caps = arg === 'all' ? Array.from({ length: CAP_LAST + 1 }, (_, i) => i) : yield* parseCaps(c, arg)
  yield* withEffective(c, CAP_SETPCAP, 'unable to raise CAP_SETPCAP for BSET changes', function* dropEach() {
    for (const cap of caps) {
      const dropped = yield* call('prctl', PR_CAPBSET_DROP, cap)
      if (isErr(dropped)) yield* die(c, `failed to drop [${capName(cap)}=${cap}]\n`)
    }
  })
}

function* setIab(c: Crt, arg: string): Flow<void> {
  const iab = iabFromText(arg) ?? (yield* die(c, `iab: '${arg}' malformed\n`))
  yield* drop(c, capList(iab.blocked))
  const sets = yield* ownCaps()
  yield* setCaps(c, { ...sets, inheritable: iab.inheritable }, (e) => `unable to set IAB tuple: ${e.message}\n`)
  yield* call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
  yield* ambient(c, capList(iab.ambient), PR_CAP_AMBIENT_RAISE, 'raise')
}

function* ambient(c: Crt, arg: string, operation: number, verb: string): Flow<void> {
  const caps = arg === 'all' ? Array.from({ length: CAP_LAST + 1 }, (_, i) => i) : yield* parseCaps(c, arg)
  for (const cap of caps) {
    const done = yield* call('prctl', PR_CAP_AMBIENT, operation, cap, 0, 0)
    if (isErr(done) && arg === 'all') yield* die(c, `Unable to ${verb === 'raise' ? verb : 'clear'} ambient capability [${capName(cap)}]\n`)
    if (isErr(done)) yield* die(c, `failed to ${verb} ambient [${capName(cap)}=${cap}]\n`)
  }
}

function* explain(c: Crt, cap: number): Flow<void> {
  const mask = `0x${capBit(cap).toString(16).padStart(16, '0')}`
  const lines = (CAP_EXPLANATIONS[cap] ?? '').split('\n').map((line) => (line === '' ? '' : `    ${line}`))
  yield* c.stdout.write(`${capName(cap)} (${cap}) [/proc/self/status:CapXXX: ${mask}]\n\n${lines.join('\n')}\n`)
}

function* becomeUser(c: Crt, name: string, keepEnv: boolean): Flow<void> {
  const user = (yield* getpwnam(name)) ?? (yield* die(c, `User [${name}] not known\n`))
  if (isErr(yield* call('setgroups', yield* getgrouplist(name, user.gid)))) yield* die(c, 'Unable to set group list for user: Operation not permitted\n')
  const gid = yield* call('setgid', user.gid)
  if (isErr(gid)) yield* die(c, `Failed to set gid=${user.gid}(user's group): ${gid.message}\n`)
  // cap_setuid(3): capabilities stay permitted, until a program is executed.
  yield* call('prctl', PR_SET_KEEPCAPS, 1)
  const uid = yield* call('setuid', user.uid)
  yield* call('prctl', PR_SET_KEEPCAPS, 0)
  if (isErr(uid)) yield* die(c, `Failed to set uid=${user.uid}(user=${name}): ${uid.message}\n`)
  if (keepEnv) return
  c.env.set('USER', name)
  c.env.set('HOME', user.dir)
}

function* setGroups(c: Crt, arg: string): Flow<void> {
  const ids: number[] = []
  for (const name of arg.split(',').filter((n) => n !== '')) {
    const gid = /^\d+$/.test(name) ? Number(name) : (yield* getgrnam(name))?.gid
    ids.push(gid ?? (yield* die(c, `Failed to identify gid for group [${name}]\n`)))
  }
  if (isErr(yield* call('setgroups', ids))) yield* die(c, 'Failed to setgroups.\n')
}

/** Options of the form --name=value. */
const WITH_VALUE: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['drop', drop],
  ['iab', setIab],
  ['addamb', (c, arg) => ambient(c, arg, PR_CAP_AMBIENT_RAISE, 'raise')],
  ['delamb', (c, arg) => ambient(c, arg, PR_CAP_AMBIENT_LOWER, 'lower')],
  ['caps', function* caps(c, arg) {
    const sets = capFromText(arg) ?? (yield* die(c, `unable to interpret [--caps=${arg}]\n`))
    yield* setCaps(c, sets, () => `Unable to set capabilities [--caps=${arg}]\n`)
  }],
  ['inh', function* inh(c, arg) {
    const named = arg === '' ? { inheritable: 0n } : capFromText(`${arg}+i`)
    const inheritable = named?.inheritable ?? (yield* die(c, 'Fatal error internalizing capabilities: Invalid argument\n'))
    yield* setCaps(c, { ...(yield* ownCaps()), inheritable }, (e) => `Unable to set inheritable capabilities: ${e.message}\n`)
  }],
  ['decode', function* decode(c, arg) {
    const m = /^(?:0x)?([0-9a-f]*)/i.exec(arg)
    const value = m === null || m[1] === '' ? 0n : BigInt.asUintN(64, BigInt(`0x${m[1]}`))
    yield* c.stdout.write(`0x${value.toString(16).padStart(16, '0')}=${capList(value)}\n`)
  }],
  ['explain', function* show(c, arg) { yield* explain(c, capByName(arg) ?? (yield* die(c, `unrecognised value '${arg}'\n`))) }],
  ['suggest', function* suggest(c, arg) {
    const wanted = arg.toLowerCase()
    for (const [cap, name] of CAP_NAMES.entries()) if (name.includes(wanted) || CAP_EXPLANATIONS[cap].toLowerCase().split('\n').some((line) => line.includes(wanted))) yield* explain(c, cap)
  }],
  ['supports', function* supports(c, arg) {
    const cap = capByName(arg) ?? (yield* die(c, `cap[${arg}] not recognized by library\n`))
    yield* check(c, cap <= CAP_LAST, `cap[${arg}=${cap}] not supported by kernel\n`)
  }],
  ['has-p', has('permitted', 'not permitted')],
  ['has-i', has('inheritable', 'not inheritable')],
  ['has-a', has('ambient', 'not in ambient vector')],
  ['has-b', has('bounding', 'not in bounding vector')],
  ['uid', function* uid(c, arg, option) {
    const id = yield* parseNumber(c, option, arg)
    const set = yield* call('setuid', id)
    if (isErr(set)) yield* die(c, `Failed to set uid=${id}: ${set.message}\n`)
  }],
  ['cap-uid', function* capUid(c, arg, option) {
    const id = yield* parseNumber(c, option, arg)
    yield* call('prctl', PR_SET_KEEPCAPS, 1)
    const set = yield* call('setuid', id)
    yield* call('prctl', PR_SET_KEEPCAPS, 0)
    if (isErr(set)) yield* die(c, `Failed to cap_setuid(${id}): ${set.message}\n`)
  }],
  ['gid', function* gid(c, arg, option) {
    const id = yield* parseNumber(c, option, arg)
    const set = yield* call('setgid', id)
    if (isErr(set)) yield* die(c, `Failed to set gid=${id}: ${set.message}\n`)
  }],
  ['groups', setGroups],
  ['keep', function* keep(c, arg, option) {
    const value = yield* parseNumber(c, option, arg)
    const set = yield* call('prctl', PR_SET_KEEPCAPS, value)
    if (isErr(set)) yield* die(c, `prctl(PR_SET_KEEPCAPS, ${value}) failed: ${set.message}\n`)
  }],
  ['secbits', function* secbits(c, arg, option) {
    const bits = yield* parseNumber(c, option, arg)
    if (isErr(yield* call('prctl', PR_SET_SECUREBITS, bits))) yield* die(c, `failed to set securebits to 0${bits.toString(8)}/0x${bits.toString(16)}\n`)
  }],
  ['chroot', function* chroot(c, arg) {
    const done = yield* withEffective(c, CAP_SYS_CHROOT, 'unable to raise CAP_SYS_CHROOT', () => call('chroot', arg))
    if (isErr(done) || isErr(yield* call('chdir', '/'))) yield* die(c, `Unable to chroot/chdir to [${arg}]`)
  }],
  ['mode', function* mode(c, arg) {
    const wanted = MODES.slice(1).find((m) => m === arg) ?? (yield* die(c, `unsupported mode: ${arg}\n`))
    if (!(yield* setMode(wanted))) yield* die(c, `failed to set mode [${arg}]: Operation not permitted\n`)
  }],
  ['inmode', function* inmode(c, arg) {
    const now = yield* guessMode()
    yield* check(c, now === arg, `mismatched mode got=${now} want=${arg}\n`)
  }],
  ['is-uid', function* isUid(c, arg, option) {
    const want = yield* parseNumber(c, option, arg)
    const got = yield* call('getuid')
    yield* check(c, got === want, `uid: got=${String(got)}, want=${want}\n`)
  }],
  ['is-gid', function* isGid(c, arg, option) {
    const want = yield* parseNumber(c, option, arg)
    const got = yield* call('getgid')
    yield* check(c, got === want, `gid: got=${String(got)}, want=${want}\n`)
  }],
])

const PLAIN: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['--print', printState],
  ['--current', function* current(c) {
    yield* printCurrent(c)
    yield* printIab(c)
  }],
  ['--noamb', function* noamb(c) {
    if (isErr(yield* call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))) yield* die(c, 'failed to reset ambient set\n')
  }],
  ['--mode', function* mode(c) { yield* c.stdout.write(`Mode: ${yield* guessMode()}\n`) }],
  ['--modes', function* modes(c) { yield* c.stdout.write(`Supported modes: ${MODES.slice(1).join(' ')}\n`) }],
  ['--no-new-privs', function* nnp(c) {
    if (isErr(yield* call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))) yield* die(c, 'unable to set no-new-privs\n')
  }],
  ['--has-no-new-privs', function* hasNnp(c) {
    yield* check(c, (yield* call('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) === 1, 'no-new-privs not set\n')
  }],
  ['--license', function* license(c) {
    yield* c.stdout.write('capsh see License file for details.\nCopyright (c) 2008-11,16,19-21 Andrew G. Morgan <morgan@kernel.org>\n')
    exit(0)
  }],
])

/** A child that sleeps; killIt ends it with a signal and waits for it. */
function* forkFor(c: Crt, child: number, arg: string): Flow<number> {
  if (child !== 0) yield* die(c, 'already forked\n')
  const seconds = yield* parseNumber(c, 'forkfor', arg)
  if (seconds === 0) yield* die(c, 'require non-zero --forkfor value\n')
  const pid = yield* forkChild(c, function* () {
    yield* call('clock_nanosleep', CLOCK_MONOTONIC, 0, { sec: seconds, nsec: 0 })
    return 0
  })
  return isErr(pid) ? yield* die(c, 'unable to fork()\n') : pid
}
function* killIt(c: Crt, child: number, arg: string): Flow<number> {
  const sig = yield* parseNumber(c, 'killit', arg)
  if (child === 0) yield* die(c, 'no forked process to kill\n')
  const killed = yield* call('kill', child, sig)
  if (isErr(killed)) yield* die(c, `unable to kill child process: ${killed.message}\n`)
  const ended = yield* call('wait4', child, 0)
  if (isErr(ended)) yield* die(c, `waitpid didn't match child: ${child} != -1\n`)
  return 0
}

function* main(c: Crt): Flow<number> {
  let shell = '/bin/bash'
  let keepEnv = false
  let child = 0
  for (let i = 1; i < c.argv.length; i++) {
    const word = c.argv[i]
    if (word === '--' || word === '==') return yield* run(c, word === '--' ? shell : '/proc/self/exe', word === '--' ? shell : c.argv[0], c.argv.slice(i + 1))
    if (word === '--help' || word === '-h') {
      yield* c.stdout.write(CAPSH_USAGE)
      return 0
    }
    const eq = word.indexOf('=')
    const name = word.slice(2, eq < 0 ? undefined : eq)
    const withValue = word.startsWith('--') && eq > 0 ? WITH_VALUE.get(name) : undefined
    const plain = PLAIN.get(word)
    if (word === '--noenv') keepEnv = true
    else if (word === '--strict' || word === '--has-ambient' || (word === '--quiet' && i === 1)) continue
    else if (word.startsWith('--shell=')) shell = word.slice(8)
    else if (word.startsWith('--user=')) yield* becomeUser(c, word.slice(7), keepEnv)
    else if (withValue) yield* withValue(c, word.slice(eq + 1), name)
    else if (plain) yield* plain(c, '', word)
    else if (word.startsWith('--forkfor=')) child = yield* forkFor(c, child, word.slice(eq + 1))
    else if (word.startsWith('--killit=')) child = yield* killIt(c, child, word.slice(eq + 1))
    else if (word === '-+' || word === '=+') return yield* unsimulated(c, `option ${word.replace(/=.*/, '')}`)
    else return yield* die(c, CAPSH_USAGE)
  }
  return 0
}

function* run(c: Crt, path: string, argv0: string, args: readonly string[]): Flow<number> {
  // what is still buffered goes with the program
  yield* call('execve', path, [argv0, ...args], envStrings(c.env))
  return yield* die(c, `execve '${path}' failed!\n`)
}

export const capsh = program(main)
