// unshare(1) 2.38.1: the command line, read in order so that the first mistake is the one reported.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER, CLONE_NEWUTS } from '../../../abi/sched.ts'
import { MS_PRIVATE, MS_REC, MS_SHARED, MS_SLAVE } from '../../../abi/mount.ts'
import { SIGKILL, SIGNAL_NAMES } from '../../../abi/signal.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { getgrnam, getpwnam } from '../../libc/pwd.ts'
import { die, option, signedNumber, unsignedNumber } from './common.ts'
import { type MapRange, parseMapRange, readSubidRange } from './id-map-ranges.ts'
import { UNSHARE_HELP } from './help/unshare.ts'

export const UNSHARE_OPTIONS: OptionTable = {
  short: '+fhVmuinpCTUrR:w:S:G:c',
  long: [
    { name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'mount', arg: 'optional', is: 'm' }, { name: 'uts', arg: 'optional', is: 'u' }, { name: 'ipc', arg: 'optional', is: 'i' },
    { name: 'net', arg: 'optional', is: 'n' }, { name: 'pid', arg: 'optional', is: 'p' }, { name: 'user', arg: 'optional', is: 'U' },
    { name: 'cgroup', arg: 'optional', is: 'C' }, { name: 'time', arg: 'optional', is: 'T' },
    { name: 'fork', arg: 'none', is: 'f' }, { name: 'kill-child', arg: 'optional' }, { name: 'mount-proc', arg: 'optional' },
    { name: 'map-user', arg: 'required' }, { name: 'map-users', arg: 'required' }, { name: 'map-group', arg: 'required' },
    { name: 'map-groups', arg: 'required' }, { name: 'map-root-user', arg: 'none', is: 'r' }, { name: 'map-current-user', arg: 'none', is: 'c' },
    { name: 'map-auto', arg: 'none' }, { name: 'propagation', arg: 'required' }, { name: 'setgroups', arg: 'required' },
    { name: 'keep-caps', arg: 'none' }, { name: 'setuid', arg: 'required', is: 'S' }, { name: 'setgid', arg: 'required', is: 'G' },
    { name: 'root', arg: 'required', is: 'R' }, { name: 'wd', arg: 'required', is: 'w' }, { name: 'monotonic', arg: 'required' },
    { name: 'boottime', arg: 'required' },
  ],
}

const FLAG: Readonly<Record<string, number>> = {
  m: CLONE_NEWNS, u: CLONE_NEWUTS, i: CLONE_NEWIPC, n: CLONE_NEWNET, p: CLONE_NEWPID, U: CLONE_NEWUSER, C: CLONE_NEWCGROUP, T: CLONE_NEWTIME,
}
const PROPAGATION = new Map([['slave', MS_REC | MS_SLAVE], ['private', MS_REC | MS_PRIVATE], ['shared', MS_REC | MS_SHARED], ['unchanged', 0]])

/** (uid_t)-1 stands for no map at all. */
const NO_ID = 4294967295
const mapped = (id: number): number | undefined => (id === NO_ID ? undefined : id)

export interface UnshareRequest {
  flags: number
  /** Files to bind the new namespaces to, by CLONE_NEW… flag. */
  readonly persist: Map<number, string>
  fork: boolean
  killChild: number
  proc: string | undefined
  mapUser: number | undefined
  mapGroup: number | undefined
  userRange: MapRange | undefined
  groupRange: MapRange | undefined
  propagation: number
  setgroups: 'allow' | 'deny' | undefined
  keepCaps: boolean
  uid: number | undefined
  gid: number | undefined
  root: string | undefined
  wd: string | undefined
  monotonic: number | undefined
  boottime: number | undefined
  readonly euid: number
  readonly egid: number
  command: readonly string[]
}

/** The number of a signal by name, with or without SIG, in any case. */
function signalNumber(name: string): number {
  const plain = name.toUpperCase().replace(/^SIG/, '')
  return SIGNAL_NAMES.findIndex((n) => n === plain)
}

export function* parseUnshare(c: Crt): Flow<UnshareRequest> {
  const parsed = getoptLong(c.argv, UNSHARE_OPTIONS.short, UNSHARE_OPTIONS.long)
  const r: UnshareRequest = {
    flags: 0, persist: new Map(), fork: false, killChild: 0, proc: undefined, mapUser: undefined, mapGroup: undefined, userRange: undefined,
    groupRange: undefined, propagation: MS_REC | MS_PRIVATE, setgroups: undefined, keepCaps: false, uid: undefined, gid: undefined, root: undefined,
    wd: undefined, monotonic: undefined, boottime: undefined, euid: (yield* call('geteuid')) as number, egid: (yield* call('getegid')) as number,
    command: parsed.operands,
  }
  for (const event of parsed.options) {
    const { opt, arg } = yield* option(c, event, UNSHARE_HELP)
    if (opt in FLAG) {
      r.flags |= FLAG[opt]
      if (arg !== undefined) r.persist.set(FLAG[opt], arg)
    } else yield* other(c, r, opt, arg ?? '', arg !== undefined)
  }
  if ((r.monotonic !== undefined || r.boottime !== undefined) && (r.flags & CLONE_NEWTIME) === 0) {
    yield* die(c, 1, 'options --monotonic and --boottime require unsharing of a time namespace (-t)')
  }
  return r
}

function* other(c: Crt, r: UnshareRequest, opt: string, arg: string, given: boolean): Flow<void> {
  if (opt === 'r' || opt === 'c' || opt.startsWith('map-')) r.flags |= CLONE_NEWUSER
  switch (opt) {
    case 'f':
      r.fork = true
      return
    case 'r':
      r.mapUser = 0
      r.mapGroup = 0
      return
    case 'c':
      r.mapUser = r.euid
      r.mapGroup = r.egid
      return
    case 'map-user':
      r.mapUser = mapped((yield* getpwnam(arg))?.uid ?? (yield* unsignedNumber(c, arg.replace(/^-1$/, String(NO_ID)), 'failed to parse uid')))
      return
    case 'map-group':
      r.mapGroup = mapped((yield* getgrnam(arg))?.gid ?? (yield* unsignedNumber(c, arg.replace(/^-1$/, String(NO_ID)), 'failed to parse gid')))
      return
    case 'map-users':
      r.userRange = arg === 'auto' ? yield* readSubidRange(c, '/etc/subuid', r.euid) : yield* parseMapRange(c, arg)
      return
    case 'map-groups':
      r.groupRange = arg === 'auto' ? yield* readSubidRange(c, '/etc/subgid', r.euid) : yield* parseMapRange(c, arg)
      return
    case 'map-auto':
      r.userRange = yield* readSubidRange(c, '/etc/subuid', r.euid)
      r.groupRange = yield* readSubidRange(c, '/etc/subgid', r.euid)
      return
    case 'mount-proc':
      r.flags |= CLONE_NEWNS
      r.proc = given ? arg : '/proc'
      return
    case 'kill-child':
      r.fork = true
      r.killChild = given ? signalNumber(arg) : SIGKILL
      if (r.killChild < 0) yield* die(c, 1, `unknown signal: ${arg}`)
      return
    case 'propagation':
      r.propagation = PROPAGATION.get(arg) ?? (yield* die(c, 1, `unsupported propagation mode: ${arg}`))
      return
    case 'setgroups':
      r.setgroups = arg === 'allow' || arg === 'deny' ? arg : yield* die(c, 1, `unsupported --setgroups argument '${arg}'`)
      return
    case 'keep-caps':
      r.keepCaps = true
      return
    case 'S':
      r.uid = yield* unsignedNumber(c, arg, 'failed to parse uid')
      return
    case 'G':
      r.gid = yield* unsignedNumber(c, arg, 'failed to parse gid')
      return
    case 'R':
      r.root = arg
      return
    case 'w':
      r.wd = arg
      return
    case 'monotonic':
      r.monotonic = yield* signedNumber(c, arg, 'failed to parse monotonic offset')
      return
    case 'boottime':
      r.boottime = yield* signedNumber(c, arg, 'failed to parse boottime offset')
      return
  }
}
