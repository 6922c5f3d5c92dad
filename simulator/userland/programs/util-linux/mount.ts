// mount(8) of util-linux 2.38.1: the command line, the listing, fstab lookups. mount-context.ts makes the calls.
// Simpler: no loop devices, no labels and UUIDs, no mount.TYPE helpers.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_RDONLY } from '../../../abi/fcntl.ts'
import { CLONE_NEWNS } from '../../../abi/sched.ts'
import { MS_BIND, MS_MOVE, MS_REMOUNT } from '../../../abi/mount.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { matchesOptions, matchesType, type MountEntry, readFstab, readMountinfo } from '../../libc/mountinfo.ts'
import { canonicalize } from '../../libc/realpath.ts'
import { call } from '../../libc/syscall.ts'
import { open } from '../../libc/unistd.ts'
import { die, option, tryHelp, LIBMOUNT } from './common.ts'
import { dropPrivileges, type MountJob, mountOne } from './mount-context.ts'
import { parseMountOptions } from './mount-options.ts'
import { MOUNT_HELP } from './help/mount.ts'

export const MOUNT_OPTIONS: OptionTable = {
  short: 'aBcfFhilL:Mm::no:O:rRsU:vVwt:T:N:',
  unsimulatedShort: 'F',
  long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'bind', arg: 'none', is: 'B' }, { name: 'fake', arg: 'none', is: 'f' },
    { name: 'fstab', arg: 'required', is: 'T' }, { name: 'fork', arg: 'none', unsimulated: true }, { name: 'help', arg: 'none', is: 'h' },
    { name: 'label', arg: 'required', is: 'L' }, { name: 'make-private', arg: 'none', is: '=private' },
    { name: 'make-rprivate', arg: 'none', is: '=rprivate' }, { name: 'make-rshared', arg: 'none', is: '=rshared' },
    { name: 'make-rslave', arg: 'none', is: '=rslave' }, { name: 'make-runbindable', arg: 'none', is: '=runbindable' },
    { name: 'make-shared', arg: 'none', is: '=shared' }, { name: 'make-slave', arg: 'none', is: '=slave' },
    { name: 'make-unbindable', arg: 'none', is: '=unbindable' }, { name: 'mkdir', arg: 'optional', is: 'm' }, { name: 'move', arg: 'none', is: 'M' },
    { name: 'no-canonicalize', arg: 'none', is: 'c' }, { name: 'no-mtab', arg: 'none', is: 'n' }, { name: 'options', arg: 'required', is: 'o' },
    { name: 'options-mode', arg: 'required', unsimulated: true }, { name: 'options-source', arg: 'required', unsimulated: true },
    { name: 'options-source-force', arg: 'none', unsimulated: true }, { name: 'rbind', arg: 'none', is: 'R' }, { name: 'read-only', arg: 'none', is: 'r' },
    { name: 'read-write', arg: 'none', is: 'w' }, { name: 'rw', arg: 'none', is: 'w' }, { name: 'show-labels', arg: 'none', is: 'l' },
    { name: 'source', arg: 'required' }, { name: 'target', arg: 'required' }, { name: 'target-prefix', arg: 'required', unsimulated: true },
    { name: 'test-opts', arg: 'required', is: 'O' }, { name: 'types', arg: 'required', is: 't' }, { name: 'uuid', arg: 'required', is: 'U' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' }, { name: 'namespace', arg: 'required', is: 'N' },
    { name: 'internal-only', arg: 'none', is: 'i' },
  ],
}

/** What a user who is not root may say without losing the setuid privilege. */
const HARMLESS = 'hlLUVvrist'

interface Request {
  readonly options: string[]
  readonly fstab: string | undefined
  source: string | undefined
  target: string | undefined
  type: string | undefined
  testOptions: string | undefined
  all: boolean
  fake: boolean
  verbose: boolean
  mkdir: number | undefined
}

export function* mount(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, MOUNT_OPTIONS.short, MOUNT_OPTIONS.long, MOUNT_OPTIONS.unsimulatedShort)
  const r: Request = {
    options: [], fstab: undefined, source: undefined, target: undefined, type: undefined, testOptions: undefined, all: false, fake: false, verbose: false,
    mkdir: undefined,
  }
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, MOUNT_HELP, 1, LIBMOUNT)
    if (!HARMLESS.includes(opt)) yield* dropPrivileges()
    yield* take(c, r, opt, arg)
  }
  const [first, second, ...rest] = parsed.operands
  const noSpec = r.source === undefined && r.target === undefined
  if (first === undefined && noSpec && !r.all) {
    if (r.options.length > 0) return yield* badUsage(c)
    return yield* list(c, r.type)
  }
  if (r.all) return yield* mountAll(c, r)
  if (rest.length > 0 || (second !== undefined && !noSpec) || (first !== undefined && r.source !== undefined && r.target !== undefined)) return yield* badUsage(c)
  if (second !== undefined) {
    r.source = first
    r.target = second
    yield* dropPrivileges()
  } else if (first !== undefined) {
    if (r.source !== undefined) yield* dropPrivileges()
    return yield* mountNamed(c, r, first)
  }
  if (r.source === undefined || r.target === undefined) return yield* mountNamed(c, r, r.target ?? r.source ?? '')
  if (/^(LABEL|UUID|PARTLABEL|PARTUUID|ID)=/.test(r.source)) return yield* die(c, 1, `${r.target}: can't find ${r.source}.`)
  return yield* mountOne(c, job(r, { source: r.source, target: r.target, fstype: namedType(r.type), options: r.options.join(',') }))
}

function* take(c: Crt, r: Request, opt: string, arg: string): Flow<void> {
  if (opt.startsWith('=')) r.options.push(opt.slice(1))
  else if (opt === 'a') r.all = true
  else if (opt === 'B') r.options.push('bind')
  else if (opt === 'R') r.options.push('rbind')
  else if (opt === 'M') r.options.push('move')
  else if (opt === 'o') r.options.push(arg)
  else if (opt === 'r') r.options.push('ro')
  else if (opt === 'w') r.options.push('rw')
  else if (opt === 't') r.type = arg
  else if (opt === 'O') r.testOptions = arg
  else if (opt === 'f') r.fake = true
  else if (opt === 'v') r.verbose = true
  else if (opt === 'm') r.mkdir = arg === '' ? 0o755 : Number.parseInt(arg, 8)
  else if (opt === 'source') r.source = arg
  else if (opt === 'target') r.target = arg
  else if (opt === 'L') r.source = `LABEL="${arg}"`
  else if (opt === 'U') r.source = `UUID="${arg}"`
  else if (opt === 'N') yield* enterMountNamespace(c, arg)
  else if (opt === 'T') exit(yield* unsimulated(c, 'option --fstab'))
}

/** -N: a PID or a namespace file. */
export function* enterMountNamespace(c: Crt, name: string): Flow<void> {
  const path = /^\d+$/.test(name) ? `/proc/${name}/ns/mnt` : name
  const fd = yield* open(path, O_RDONLY | O_CLOEXEC)
  const entered = isErr(fd) ? fd : yield* call('setns', fd, CLONE_NEWNS)
  if (isErr(entered)) yield* die(c, 1, `${path}: failed to switch namespace`, entered)
}

function* badUsage(c: Crt): Flow<number> {
  yield* warn(c, 'bad usage')
  return yield* tryHelp(c)
}

function* list(c: Crt, types: string | undefined): Flow<number> {
  const mounts = yield* readMountinfo()
  if (isErr(mounts)) return yield* die(c, 1, 'failed to read mtab', mounts)
  for (const m of mounts) if (matchesType(m.fstype, types)) yield* c.stdout.write(`${m.source} on ${m.target} type ${m.fstype} (${m.options})\n`)
  return 0
}

/** -t's argument as one type; `noTYPE` excludes one instead, which leaves the type to be guessed. */
const namedType = (given: string | undefined): string | undefined => (given?.startsWith('no') === true ? undefined : given)

function job(r: Request, what: Pick<MountJob, 'source' | 'target' | 'fstype' | 'options'>): MountJob {
  return { ...what, fake: r.fake, verbose: r.verbose, mkdir: r.mkdir, userMount: undefined }
}

const joined = (...options: readonly string[]): string => options.filter((o) => o !== '').join(',')

/** One operand: what else is needed comes from fstab, for a remount from the mount table, for some operations from nowhere. */
function* mountNamed(c: Crt, r: Request, spec: string): Flow<number> {
  const { flags, propagation } = parseMountOptions(r.options.join(','))
  const isRemount = (flags & MS_REMOUNT) !== 0
  const path = yield* canonical(spec)
  if (!isRemount && ((flags & (MS_BIND | MS_MOVE)) !== 0 || propagation.length > 0)) {
    return yield* mountOne(c, job(r, { source: undefined, target: path, fstype: namedType(r.type), options: r.options.join(',') }))
  }
  const fstab = yield* readFstab()
  const entry = isErr(fstab) ? undefined : (fstab.findLast((e) => e.target === path) ?? fstab.findLast((e) => e.source === spec || e.source === path))
  if (entry) {
    const userMount = entry.options.split(',').find((word) => word === 'user' || word === 'users')
    return yield* mountOne(c, { ...job(r, { ...entry, fstype: r.type ?? entry.fstype, options: joined(entry.options, r.options.join(',')) }), userMount })
  }
  if (!isRemount) {
    const tag = /^(LABEL|UUID|PARTLABEL|PARTUUID|ID)=(.*)$/.exec(r.source ?? '')
    const reason = tag !== null && r.target !== undefined ? `can't find ${tag[1]}="${tag[2].replace(/^"|"$/g, '')}"` : r.source !== undefined ? `can't find mount source ${r.source} in /etc/fstab` : r.target !== undefined ? "can't find mount point in /etc/fstab" : "can't find in /etc/fstab"
    return yield* die(c, 1, `${spec}: ${reason}.`)
  }
  const mounted = yield* findMounted(path)
  return yield* mountOne(c, job(r, {
    source: mounted?.source, target: path, fstype: mounted?.fstype, options: joined(mounted?.options ?? '', r.options.join(',')),
  }))
}

function* canonical(path: string): Flow<string> {
  const real = yield* canonicalize(path)
  return isErr(real) ? path : real
}

function* findMounted(path: string): Flow<MountEntry | undefined> {
  const mounts = yield* readMountinfo()
  return isErr(mounts) ? undefined : mounts.findLast((m) => m.target === path)
}

/** -a: every entry of fstab that isn't noauto and isn't mounted. Exit status 32 if all failed, 64 if some did. */
function* mountAll(c: Crt, r: Request): Flow<number> {
  const fstab = yield* readFstab()
  if (isErr(fstab)) return yield* die(c, 1, 'can\'t open fstab', fstab)
  let good = 0
  let bad = 0
  for (const entry of fstab) {
    const words = entry.options.split(',')
    const wanted = !words.includes('noauto') && entry.fstype !== 'swap' && entry.target !== 'none' && matchesType(entry.fstype, r.type) && matchesOptions(entry.options, r.testOptions)
    if (!wanted) continue
    const mounted = yield* findMounted(entry.target)
    if (mounted?.source === entry.source) {
      if (r.verbose) yield* c.stdout.write(`${entry.target.padEnd(25)}: already mounted\n`)
      good++
      continue
    }
    const status = yield* mountOne(c, job(r, { ...entry, options: joined(entry.options, r.options.join(',')) }))
    if (status === 0) good++
    else bad++
  }
  return bad === 0 ? 0 : good === 0 ? 32 : 64
}

