// BusyBox's mount and umount (util-linux/mount.c, umount.c): the mount table shown, one mount made or changed, with its own few words for what fails.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import {
  MNT_DETACH, MNT_FORCE, MS_BIND, MS_DIRSYNC, MS_MANDLOCK, MS_MOVE, MS_NOATIME, MS_NODEV, MS_NODIRATIME, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_RDONLY, MS_REC, MS_RELATIME, MS_REMOUNT,
  MS_SHARED, MS_SILENT, MS_SLAVE, MS_STRICTATIME, MS_SYNCHRONOUS, MS_UNBINDABLE,
} from '../../../abi/mount.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { isBlk } from '../../../abi/stat.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { unmangle } from '../../libc/mountinfo.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, stat } from '../../libc/unistd.ts'
import { die, options, showUsage } from './applet.ts'

const SET = new Map<string, number>([
  ['ro', MS_RDONLY], ['nosuid', MS_NOSUID], ['nodev', MS_NODEV], ['noexec', MS_NOEXEC], ['sync', MS_SYNCHRONOUS], ['dirsync', MS_DIRSYNC], ['remount', MS_REMOUNT], ['noatime', MS_NOATIME],
  ['nodiratime', MS_NODIRATIME], ['mand', MS_MANDLOCK], ['relatime', MS_RELATIME], ['strictatime', MS_STRICTATIME], ['loud', 0], ['silent', MS_SILENT], ['defaults', 0], ['auto', 0],
  ['noauto', 0], ['user', 0], ['nofail', 0], ['bind', MS_BIND], ['rbind', MS_BIND | MS_REC], ['move', MS_MOVE], ['shared', MS_SHARED], ['slave', MS_SLAVE], ['private', MS_PRIVATE],
  ['unbindable', MS_UNBINDABLE], ['rshared', MS_SHARED | MS_REC], ['rslave', MS_SLAVE | MS_REC], ['rprivate', MS_PRIVATE | MS_REC], ['runbindable', MS_UNBINDABLE | MS_REC],
])
const CLEAR = new Map<string, number>([
  ['rw', MS_RDONLY], ['suid', MS_NOSUID], ['dev', MS_NODEV], ['exec', MS_NOEXEC], ['async', MS_SYNCHRONOUS], ['atime', MS_NOATIME], ['diratime', MS_NODIRATIME], ['nomand', MS_MANDLOCK],
  ['norelatime', MS_RELATIME], ['nostrictatime', MS_STRICTATIME],
])
const PROPAGATION = MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE
const LONG: readonly LongOption[] = [
  'bind', 'rbind', 'move', 'make-shared', 'make-slave', 'make-private', 'make-unbindable', 'make-rshared', 'make-rslave', 'make-rprivate', 'make-runbindable',
].map((name) => ({ name, arg: 'none' }))
const STATUS_FAILED = 255

export interface MountLine {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: string
}
export function* mountTable(): Flow<MountLine[]> {
  const text = yield* readFile('/proc/mounts')
  if (isErr(text)) return []
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [source, target, type, flags] = line.split(' ').map(unmangle)
    return { source, target, type, options: flags }
  })
}

interface Request {
  flags: number
  data: string[]
}
function applyOptions(request: Request, text: string): void {
  for (const word of text.split(',').filter((w) => w !== '')) {
    const set = SET.get(word)
    const clear = CLEAR.get(word)
    if (set !== undefined) request.flags |= set
    else if (clear !== undefined) request.flags &= ~clear
    else request.data.push(word)
  }
}

export function* mount(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'aT:O:F:rwvft:o:ni', LONG, 'aTOF')
  const request: Request = { flags: 0, data: [] }
  let type: string | undefined
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`mount: ${event.error.replace(/unrecognized option '--(.*)'/, 'unrecognized option: $1')}\n`)
      return yield* showUsage(c)
    }
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'r') request.flags |= MS_RDONLY
    else if (event.opt === 'w') request.flags &= ~MS_RDONLY
    else if (event.opt === 't') type = event.arg
    else if (event.opt === 'o') applyOptions(request, event.arg ?? '')
    else if (event.opt.length > 1) applyOptions(request, event.opt.replace(/^make-/, ''))
  }
  const [first, second] = parsed.operands
  if (first === undefined) return yield* show(c, type)
  if (second !== undefined) return yield* mountOne(c, request, first, second, type)
  const isChange = (request.flags & (MS_REMOUNT | PROPAGATION)) !== 0
  const known = (yield* mountTable()).findLast(({ target, source }) => target === first.replace(/(.)\/$/, '$1') || source === first)
  if (!isChange || known === undefined) return yield* die(c, `can't find ${first} in ${isChange ? '/proc/mounts' : '/etc/fstab'}`)
  return yield* mountOne(c, request, known.source, known.target, type ?? known.type)
}

function* show(c: Crt, type: string | undefined): Flow<number> {
  if (isErr(yield* stat('/proc/mounts'))) return yield* die(c, 'no /proc/mounts')
  for (const entry of yield* mountTable()) {
    if (entry.source === 'rootfs' || (type !== undefined && !type.split(',').includes(entry.type))) continue
    yield* c.stdout.write(`${entry.source} on ${entry.target} type ${entry.type} (${entry.options})\n`)
  }
  return 0
}

function* mountOne(c: Crt, { flags, data }: Request, source: string, target: string, type: string | undefined): Flow<number> {
  if (data.includes('loop')) return exit(yield* unsimulated(c, 'option -o loop'))
  const uid = yield* call('getuid')
  if (uid !== 0) return yield* die(c, 'permission denied (are you root?)')
  const isBound = (flags & (MS_BIND | MS_MOVE | MS_REMOUNT | PROPAGATION)) !== 0
  const types = type !== undefined && type !== 'auto' ? [type] : isBound ? [''] : yield* guessTypes(source)
  let error: Errno = Errno.ENODEV
  for (const one of types) {
    const done = yield* call('mount', source, target, one, flags, data.join(','))
    if (!isErr(done)) return 0
    error = done
    if (error === Errno.EPERM) return yield* die(c, 'permission denied (are you root?)')
  }
  return yield* die(c, `mounting ${source} on ${target} failed`, error, STATUS_FAILED)
}

/** Every file system of the kernel that needs a device. */
function* guessTypes(source: string): Flow<readonly string[]> {
  const st = yield* stat(source)
  if (!isErr(st) && !isBlk(st.mode)) return ['']
  const text = yield* readFile('/proc/filesystems')
  return isErr(text) ? [''] : text.split('\n').filter((line) => line.startsWith('\t')).map((line) => line.trim())
}

export function* umount(c: Crt): Flow<number> {
  const { flags, operands } = yield* options(c, 'fldnravt:O:', 'ardtO')
  if (operands.length === 0) return yield* showUsage(c)
  let status = 0
  for (const path of operands) {
    const target = (yield* mountTable()).findLast(({ source, target: own }) => own === path || source === path)?.target ?? path
    const done = yield* call('umount2', target, (flags.has('l') ? MNT_DETACH : 0) | (flags.has('f') ? MNT_FORCE : 0))
    if (!isErr(done)) continue
    yield* c.stderr.write(`umount: can't unmount ${path}: ${done.message}\n`)
    status = 1
  }
  return status
}
