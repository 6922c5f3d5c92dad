// The last steps before the user's program: descriptors, directory, user, capabilities, the program's file (libcontainer/init_linux.go: finalizeNamespace).
import type { Flow } from '../../../abi/syscalls.ts'
import { CAP_LAST, CAP_NAMES, type CapName, capBit, type CapSet } from '../../../abi/capability.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { AT_EMPTY_PATH } from '../../../abi/fcntl.ts'
import { PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, PR_CAPBSET_DROP, PR_CAPBSET_READ, PR_SET_KEEPCAPS } from '../../../abi/sched.ts'
import { isChr, makedev } from '../../../abi/stat.ts'
import { getpwuid } from '../../libc/pwd.ts'
import { call } from '../../libc/syscall.ts'
import { fstat, readFile } from '../../libc/unistd.ts'
import { fail, goText, quoted } from '../go-error.ts'
import { hasNamespace } from './config.ts'
import type { InitConfig } from './init-config.ts'
import type { InitContext } from './init.ts'

const CLOSE_RANGE_CLOEXEC = 4

/** Answers the program's environment: HOME is looked up if nobody set it. */
export function* finalizeNamespace(init: InitConfig): Flow<string[]> {
  yield* call('close_range', init.passedFiles + 3, 0xffffffff, CLOSE_RANGE_CLOEXEC)
  let mustChdir = init.cwd !== ''
  if (mustChdir) {
    const done = yield* call('chdir', init.cwd)
    if (!isErr(done)) mustChdir = false
    // Perhaps the user may what root without capabilities may not.
    else if (done !== Errno.EACCES && done !== Errno.EPERM) fail(`chdir to cwd (${quoted(init.cwd)}) set in config.json failed: ${goText(done)}`)
  }
  const sets = capabilitySets(init)
  yield* dropBounding(sets.bounding)
  yield* call('prctl', PR_SET_KEEPCAPS, 1)
  const env = yield* setUpUser(init)
  if (mustChdir) {
    const done = yield* call('chdir', init.cwd)
    if (isErr(done)) fail(`chdir to cwd (${quoted(init.cwd)}) set in config.json failed: ${goText(done)}`)
  }
  yield* call('prctl', PR_SET_KEEPCAPS, 0)
  yield* applyCapabilities(sets)
  return env
}

interface Sets {
  readonly bounding: CapSet
  readonly effective: CapSet
  readonly inheritable: CapSet
  readonly permitted: CapSet
  readonly ambient: CapSet
}

/** The number of a capability by its name in config.json; undefined if this kernel has none such. */
export function capNumber(name: string): number | undefined {
  const index = CAP_NAMES.indexOf(name.toLowerCase() as CapName)
  return index < 0 ? undefined : index
}

function capabilitySets({ capabilities }: InitConfig): Sets {
  const set = (names: readonly string[] | null | undefined): CapSet => (names ?? []).reduce((bits, name) => {
    const cap = capNumber(name)
    return cap === undefined ? bits : bits | capBit(cap)
  }, 0n)
  return {
    bounding: set(capabilities?.Bounding), effective: set(capabilities?.Effective), inheritable: set(capabilities?.Inheritable), permitted: set(capabilities?.Permitted),
    ambient: set(capabilities?.Ambient),
  }
}

function* dropBounding(keep: CapSet): Flow<void> {
  for (let cap = 0; cap <= CAP_LAST; cap++) {
    if ((keep & capBit(cap)) !== 0n || (yield* call('prctl', PR_CAPBSET_READ, cap)) !== 1) continue
    const dropped = yield* call('prctl', PR_CAPBSET_DROP, cap, 0, 0, 0)
    if (isErr(dropped)) fail(`unable to apply bounding set: ${goText(dropped)}`)
  }
}

function* applyCapabilities({ effective, permitted, inheritable, ambient }: Sets): Flow<void> {
  const set = yield* call('capset', { effective, permitted, inheritable })
  if (isErr(set)) fail(`unable to apply caps: ${goText(set)}`)
  // An ambient capability must also be inheritable; runc 1.1 does not look at the answer.
  for (let cap = 0; cap <= CAP_LAST; cap++) if ((ambient & capBit(cap)) !== 0n) yield* call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0)
}

function* setUpUser(init: InitConfig): Flow<string[]> {
  const { config, uid, gid } = init
  yield* fixStdioPermissions(uid)
  const setgroups = yield* readFile('/proc/self/setgroups')
  const allowed = config.rootless_euid !== true && (isErr(setgroups) || setgroups.trim() !== 'deny')
  if (!allowed && init.additionalGroups.length > 0) fail('unable to setup user: cannot set any additional groups in a rootless container')
  if (allowed) {
    const set = yield* call('setgroups', init.additionalGroups)
    if (isErr(set)) fail(`unable to setup user: setgroups: ${goText(set)}`)
  }
  const group = yield* call('setgid', gid)
  if (isErr(group)) fail(`unable to setup user: cannot set gid to unmapped user in user namespace: ${goText(group)}`)
  const user = yield* call('setuid', uid)
  if (isErr(user)) fail(`unable to setup user: cannot set uid to unmapped user in user namespace: ${goText(user)}`)
  if (!hasNamespace(config, 'NEWNS') || init.umask !== null) yield* call('umask', init.umask ?? 0o022)
  const env = [...new Map(init.env.map((entry) => [entry.split('=')[0], entry])).values()]
  if (env.some((entry) => entry.startsWith('HOME=') && entry !== 'HOME=')) return env
  const entry = yield* getpwuid(uid)
  return [...env.filter((e) => !e.startsWith('HOME=')), `HOME=${entry?.dir ?? '/'}`]
}

const DEV_NULL = makedev(1, 3)

/** Standard streams belong to the user, so that they can be opened again through /proc/self/fd; not /dev/null, which is everybody's. */
function* fixStdioPermissions(uid: number): Flow<void> {
  for (const fd of [0, 1, 2]) {
    const st = yield* fstat(fd)
    if (isErr(st) || st.uid === uid || (isChr(st.mode) && st.rdev === DEV_NULL)) continue
    const done = yield* call('fchownat', fd, '', uid, -1, AT_EMPTY_PATH)
    if (isErr(done) && done !== Errno.EINVAL && done !== Errno.EPERM && done !== Errno.EROFS) fail(`unable to setup user: fchown fd ${fd}: ${goText(done)}`)
  }
}

/** execve(2), or what it says: `exec /bin/x: exec format error`. */
export function* execute(x: InitContext, name: string, env: readonly string[]): Flow<number> {
  const error = yield* call('execve', name, x.init.args, env)
  yield* x.c.stderr.write(`exec ${name}: ${isErr(error) ? goText(error) : ''}\n`)
  return 1
}
