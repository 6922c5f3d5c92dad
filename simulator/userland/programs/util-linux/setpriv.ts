// setpriv(1) of util-linux 2.38.1: changes ids, groups, capabilities and securebits of itself, then runs a program.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { CAP_LAST, CAP_NAMES, CAP_SETGID, CAP_SETPCAP, CAP_SETUID, type CapSet, type CapSets, capBit, CAP_FULL } from '../../../abi/capability.ts'
import { isErr } from '../../../abi/errno.ts'
import {
  PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, PR_CAP_AMBIENT_RAISE, PR_CAPBSET_DROP, PR_GET_NO_NEW_PRIVS, PR_GET_PDEATHSIG, PR_GET_SECUREBITS, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS,
  PR_SET_PDEATHSIG, PR_SET_SECUREBITS,
} from '../../../abi/sched.ts'
import { O_RDWR } from '../../../abi/fcntl.ts'
import { SIGNAL_NAMES } from '../../../abi/signal.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { getgrnam, getgrouplist, getpwnam, getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readFile, stat } from '../../libc/unistd.ts'
import { die, execute, option } from './common.ts'
import { SETPRIV_HELP } from './help/setpriv.ts'

export const SETPRIV_OPTIONS: OptionTable = {
  short: '+dhV',
  long: [
    { name: 'dump', arg: 'none', is: 'd' }, { name: 'nnp', arg: 'none' }, { name: 'no-new-privs', arg: 'none', is: 'nnp' },
    { name: 'inh-caps', arg: 'required' }, { name: 'ambient-caps', arg: 'required' }, { name: 'bounding-set', arg: 'required' },
    { name: 'list-caps', arg: 'none' }, { name: 'ruid', arg: 'required' }, { name: 'euid', arg: 'required' }, { name: 'rgid', arg: 'required' },
    { name: 'egid', arg: 'required' }, { name: 'reuid', arg: 'required' }, { name: 'regid', arg: 'required' }, { name: 'clear-groups', arg: 'none' },
    { name: 'keep-groups', arg: 'none' }, { name: 'init-groups', arg: 'none' }, { name: 'groups', arg: 'required' }, { name: 'securebits', arg: 'required' },
    { name: 'pdeathsig', arg: 'required' }, { name: 'selinux-label', arg: 'required' },
    { name: 'apparmor-profile', arg: 'required' }, { name: 'reset-env', arg: 'none' }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'version', arg: 'none', is: 'V' },
  ],
}

/** Exit status when a privilege could not be changed. */
const PRIVERR = 127
const PROC_ATTR_EXEC = '/proc/self/attr/exec'
const SECUREBITS = ['noroot', 'noroot_locked', 'no_setuid_fixup', 'no_setuid_fixup_locked', 'keep_caps', 'keep_caps_locked'] as const

interface Request {
  readonly given: Map<string, string>
  ruid: number | undefined
  euid: number | undefined
  rgid: number | undefined
  egid: number | undefined
  groups: readonly number[] | undefined
}

export function* setpriv(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, SETPRIV_OPTIONS.short, SETPRIV_OPTIONS.long)
  const r: Request = { given: new Map(), ruid: undefined, euid: undefined, rgid: undefined, egid: undefined, groups: undefined }
  let dumps = 0
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, SETPRIV_HELP)
    if (opt === 'd') dumps++
    r.given.set(opt, arg)
    yield* takeIds(c, r, opt, arg)
  }
  if (dumps > 0) {
    if (parsed.options.length !== dumps || parsed.operands.length > 0) yield* die(c, 1, '--dump is incompatible with all other options')
    yield* dump(c, dumps > 1)
    return 0
  }
  if (r.given.has('list-caps')) {
    if (parsed.options.length > 1) yield* die(c, 1, '--list-caps must be specified alone')
    for (const name of CAP_NAMES) yield* c.stdout.write(`${name.slice(4)}\n`)
    return 0
  }
  yield* requireConsistency(c, r, parsed.operands)
  yield* apply(c, r)
  return yield* execute(c, parsed.operands)
}

function* takeIds(c: Crt, r: Request, opt: string, arg: string): Flow<void> {
  if (opt === 'ruid' || opt === 'euid' || opt === 'reuid') {
    const uid = (yield* getpwnam(arg))?.uid ?? (/^\d+$/.test(arg) ? Number(arg) : yield* die(c, 1, `failed to parse ${opt}: '${arg}'`))
    if (opt !== 'euid') r.ruid = uid
    if (opt !== 'ruid') r.euid = uid
  } else if (opt === 'rgid' || opt === 'egid' || opt === 'regid') {
    const gid = (yield* getgrnam(arg))?.gid ?? (/^\d+$/.test(arg) ? Number(arg) : yield* die(c, 1, `failed to parse ${opt}: '${arg}'`))
    if (opt !== 'egid') r.rgid = gid
    if (opt !== 'rgid') r.egid = gid
  } else if (opt === 'groups') {
    const ids: number[] = []
    for (const name of arg.split(',')) ids.push((yield* getgrnam(name))?.gid ?? (/^\d+$/.test(name) ? Number(name) : yield* die(c, 1, `Invalid supplementary group id: '${name}'`)))
    r.groups = ids
  }
}

function* requireConsistency(c: Crt, r: Request, command: readonly string[]): Flow<void> {
  if (command.length === 0) yield* die(c, 1, 'No program specified')
  const choices = ['clear-groups', 'keep-groups', 'init-groups', 'groups'].filter((name) => r.given.has(name))
  if (choices.length > 1) yield* die(c, 1, 'mutually exclusive arguments: --clear-groups --keep-groups --init-groups --groups')
  if ((r.rgid !== undefined || r.egid !== undefined) && choices.length === 0) yield* die(c, 1, '--[re]gid requires --keep-groups, --clear-groups, --init-groups, or --groups')
  if (!r.given.has('init-groups')) return
  if (r.ruid === undefined) return yield* die(c, 1, '--init-groups requires --ruid or --reuid')
  const user = yield* getpwuid(r.ruid)
  if (!user) return yield* die(c, 1, `uid ${r.ruid} not found, --init-groups requires an user that can be found on the system`)
  r.groups = yield* getgrouplist(user.name, r.rgid ?? user.gid)
}

function* ownCaps(c: Crt): Flow<CapSets> {
  const sets = yield* call('capget', 0)
  return isErr(sets) ? yield* die(c, PRIVERR, 'getting process capabilities failed', sets) : sets
}

/** Makes what is needed for the next steps effective, as far as it is permitted. */
function* bump(c: Crt): Flow<void> {
  const sets = yield* ownCaps(c)
  const wanted = (capBit(CAP_SETPCAP) | capBit(CAP_SETUID) | capBit(CAP_SETGID)) & sets.permitted
  yield* call('capset', { ...sets, effective: sets.effective | wanted })
}

/** do_apparmor_profile: from the next execve on. */
function* setProfile(c: Crt, profile: string): Flow<void> {
  if (isErr(yield* stat('/sys/kernel/security/apparmor'))) yield* die(c, PRIVERR, 'AppArmor is not running')
  const fd = yield* open(PROC_ATTR_EXEC, O_RDWR)
  if (isErr(fd)) return yield* die(c, PRIVERR, `cannot open ${PROC_ATTR_EXEC}`, fd)
  const written = yield* call('write', fd, encodeUtf8(`exec ${profile}`))
  if (isErr(written)) yield* die(c, PRIVERR, `write failed: ${PROC_ATTR_EXEC}`, written)
  yield* close(fd)
}

function* apply(c: Crt, r: Request): Flow<void> {
  if (r.given.has('nnp')) {
    const set = yield* call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if (isErr(set)) yield* die(c, 1, 'disallow granting new privileges failed', set)
  }
  if (r.given.has('selinux-label')) yield* die(c, PRIVERR, 'SELinux is not running')
  const profile = r.given.get('apparmor-profile')
  if (profile !== undefined) yield* setProfile(c, profile)
  if (r.given.has('reset-env')) yield* resetEnvironment(c, r)
  yield* call('prctl', PR_SET_KEEPCAPS, 1, 0, 0, 0)
  yield* bump(c)
  if (r.ruid !== undefined || r.euid !== undefined) {
    const set = yield* call('setresuid', r.ruid ?? -1, r.euid ?? -1, r.euid ?? -1)
    if (isErr(set)) yield* die(c, PRIVERR, 'setresuid failed', set)
    yield* bump(c)
  }
  if (r.rgid !== undefined || r.egid !== undefined) {
    const set = yield* call('setresgid', r.rgid ?? -1, r.egid ?? -1, r.egid ?? -1)
    if (isErr(set)) yield* die(c, PRIVERR, 'setresgid failed', set)
  }
  const groups = r.groups ?? (r.given.has('clear-groups') ? [] : undefined)
  if (groups !== undefined) {
    const set = yield* call('setgroups', groups)
    if (isErr(set)) yield* die(c, PRIVERR, r.given.has('init-groups') ? 'initgroups failed' : 'setgroups failed', set)
  }
  const bits = r.given.get('securebits')
  if (bits !== undefined) yield* setSecurebits(c, bits)
  yield* applyCaps(c, r)
  const signal = r.given.get('pdeathsig')
  if (signal !== undefined) yield* setDeathSignal(c, signal)
}

function* applyCaps(c: Crt, r: Request): Flow<void> {
  const bounding = r.given.get('bounding-set')
  if (bounding !== undefined) {
    // Refused drops are passed over in silence, as libcap-ng does.
    const wanted = yield* changed(c, (yield* ownCaps(c)).bounding, bounding)
    for (let cap = 0; cap <= CAP_LAST; cap++) if ((wanted & capBit(cap)) === 0n) yield* call('prctl', PR_CAPBSET_DROP, cap)
  }
  const inheritable = r.given.get('inh-caps')
  if (inheritable !== undefined) {
    const sets = yield* ownCaps(c)
    const set = yield* call('capset', { ...sets, inheritable: yield* changed(c, sets.inheritable, inheritable) })
    if (isErr(set)) yield* die(c, PRIVERR, 'apply capabilities', set)
  }
  const ambient = r.given.get('ambient-caps')
  if (ambient !== undefined) {
    const before = (yield* ownCaps(c)).ambient
    const wanted = yield* changed(c, before, ambient)
    for (let cap = 0; cap <= CAP_LAST; cap++) {
      const on = (wanted & capBit(cap)) !== 0n
      if (on !== ((before & capBit(cap)) !== 0n)) yield* call('prctl', PR_CAP_AMBIENT, on ? PR_CAP_AMBIENT_RAISE : PR_CAP_AMBIENT_LOWER, cap, 0, 0)
    }
  }
}

/** `+chown,-kill,-all`: what becomes of a set. */
function* changed(c: Crt, set: CapSet, list: string): Flow<CapSet> {
  let result = set
  for (const word of list.split(',')) {
    if (!/^[+-]/.test(word)) yield* die(c, 1, 'bad capability string')
    const name = word.slice(1)
    const index = CAP_NAMES.findIndex((n) => n === `cap_${name.toLowerCase()}`)
    const cap = /^cap_\d+$/.test(name) ? Number(name.slice(4)) : index
    if (name !== 'all' && cap < 0) yield* die(c, 1, `unknown capability "${name}"`)
    const mask = name === 'all' ? CAP_FULL : capBit(cap)
    result = word.startsWith('+') ? result | mask : result & ~mask
  }
  return result
}

function* setSecurebits(c: Crt, list: string): Flow<void> {
  let bits = (yield* call('prctl', PR_GET_SECUREBITS)) as number
  for (const word of list.split(',')) {
    if (!/^[+-]/.test(word)) yield* die(c, 1, 'bad securebits string')
    const name = word.slice(1)
    if (name === 'keep_caps') yield* die(c, 1, 'adjusting keep_caps does not make sense')
    const mask = name === 'all' ? 0x2f : 1 << SECUREBITS.findIndex((n) => n === name)
    if (name !== 'all' && !SECUREBITS.some((n) => n === name)) yield* die(c, 1, 'unrecognized securebit')
    bits = word.startsWith('+') ? bits | mask : bits & ~mask
  }
  const set = yield* call('prctl', PR_SET_SECUREBITS, bits)
  if (isErr(set)) yield* die(c, PRIVERR, 'set process securebits failed', set)
}

function* setDeathSignal(c: Crt, name: string): Flow<void> {
  const plain = name.toUpperCase().replace(/^SIG/, '')
  const sig = name === 'keep' ? -1 : name === 'clear' ? 0 : SIGNAL_NAMES.findIndex((n) => n === plain)
  if (name === 'keep') return
  if (sig < 0) yield* die(c, 1, `unknown signal: ${name}`)
  const set = yield* call('prctl', PR_SET_PDEATHSIG, sig)
  if (isErr(set)) yield* die(c, PRIVERR, 'set parent death signal failed', set)
}

function* resetEnvironment(c: Crt, r: Request): Flow<void> {
  const uid = r.ruid ?? ((yield* call('getuid')) as number)
  const user = yield* getpwuid(uid)
  const term = c.env.get('TERM')
  c.env.clear()
  if (term !== undefined) c.env.set('TERM', term)
  c.env.set('SHELL', user === undefined || user.shell === '' ? '/bin/sh' : user.shell)
  if (!user) return
  for (const [name, value] of [['HOME', user.dir], ['USER', user.name], ['LOGNAME', user.name]]) c.env.set(name, value)
  c.env.set('PATH', uid === 0 ? '/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin' : '/usr/local/bin:/bin:/usr/bin')
}

const listed = (words: readonly string[]): string => (words.length === 0 ? '[none]' : words.join(','))
const capNames = (set: CapSet): string => listed(CAP_NAMES.filter((_, cap) => (set & capBit(cap)) !== 0n).map((name) => name.slice(4)))

function* dump(c: Crt, all: boolean): Flow<void> {
  const groups = yield* call('getgroups')
  const sets = yield* ownCaps(c)
  const bits = (yield* call('prctl', PR_GET_SECUREBITS)) as number
  const signal = (yield* call('prctl', PR_GET_PDEATHSIG)) as number
  const profile = yield* readFile('/proc/self/attr/current')
  const lines = [
    `uid: ${String(yield* call('getuid'))}`, `euid: ${String(yield* call('geteuid'))}`, `gid: ${String(yield* call('getgid'))}`, `egid: ${String(yield* call('getegid'))}`,
    `Supplementary groups: ${listed(isErr(groups) ? [] : groups.map(String))}`,
    `no_new_privs: ${String(yield* call('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))}`,
    ...(all ? [`Effective capabilities: ${capNames(sets.effective)}`, `Permitted capabilities: ${capNames(sets.permitted)}`] : []),
    `Inheritable capabilities: ${capNames(sets.inheritable)}`, `Ambient capabilities: ${capNames(sets.ambient)}`, `Capability bounding set: ${capNames(sets.bounding)}`,
    `Securebits: ${listed(SECUREBITS.filter((_, i) => (bits & (1 << i)) !== 0))}`, `Parent death signal: ${signal > 0 ? (SIGNAL_NAMES[signal] ?? signal) : '[none]'}`,
    ...(isErr(profile) ? [] : [`AppArmor profile: ${profile.trim()}`]),
  ]
  yield* c.stdout.write(`${lines.join('\n')}\n`)
}
