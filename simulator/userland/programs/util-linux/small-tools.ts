// Small tools of util-linux 2.38.1: rev(1), mcookie(1), uuidgen(1), whereis(1), fallocate(1), logger(1), and nologin(8) of the login package.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_RDONLY, O_WRONLY } from '../../../abi/fcntl.ts'
import { parseSize } from '../../../lib/human.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { InStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, readDir, stat } from '../../libc/unistd.ts'
import { die, option, tryHelp } from './common.ts'
import { FALLOCATE_HELP } from './help/fallocate.ts'
import { LOGGER_HELP } from './help/logger.ts'
import { MCOOKIE_HELP } from './help/mcookie.ts'
import { REV_HELP } from './help/rev.ts'
import { UUIDGEN_HELP } from './help/uuidgen.ts'
import { WHEREIS_HELP } from './help/whereis.ts'

const HELP = [{ name: 'help', arg: 'none', is: 'h' }, { name: 'version', arg: 'none', is: 'V' }] as const

export function* rev(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'hV', HELP)
  for (const event of parsed.options) yield* option(c, event, REV_HELP)
  let status = 0
  for (const path of parsed.operands.length > 0 ? parsed.operands : [undefined]) {
    const fd = path === undefined ? 0 : yield* open(path, O_RDONLY)
    if (isErr(fd)) {
      yield* warn(c, `cannot open ${path}`, fd)
      status = 1
      continue
    }
    const input = path === undefined ? c.stdin : new InStream(fd)
    for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
      const text = line.replace(/\n$/, '')
      yield* c.stdout.write([...text].reverse().join('') + (line.endsWith('\n') ? '\n' : ''))
    }
    if (path !== undefined) yield* close(fd)
  }
  return status
}

function* randomHex(bytes: number): Flow<string> {
  const data = yield* call('getrandom', bytes)
  return isErr(data) ? '0'.repeat(bytes * 2) : [...data].map((b) => b.toString(16).padStart(2, '0')).join('')
}

export function* mcookie(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'f:m:vhV', [...HELP, { name: 'file', arg: 'required', unsimulated: true }, { name: 'max-size', arg: 'required', is: 'm' }, { name: 'verbose', arg: 'none', is: 'v' }], 'f')
  for (const event of parsed.options) yield* option(c, event, MCOOKIE_HELP)
  yield* c.stdout.write(`${yield* randomHex(16)}\n`)
  return 0
}

/** Random UUIDs; those made of the time or of names are not simulated. */
export function* uuidgen(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'rtVhn:N:msx', [
    ...HELP, { name: 'random', arg: 'none', is: 'r' }, { name: 'time', arg: 'none', unsimulated: true }, { name: 'namespace', arg: 'required', unsimulated: true },
    { name: 'name', arg: 'required', unsimulated: true }, { name: 'md5', arg: 'none', unsimulated: true }, { name: 'sha1', arg: 'none', unsimulated: true },
    { name: 'hex', arg: 'none', unsimulated: true },
  ], 'tnNmsx')
  for (const event of parsed.options) yield* option(c, event, UUIDGEN_HELP)
  const hex = yield* randomHex(16)
  const variant = '89ab'[Number.parseInt(hex[16], 16) & 3]
  yield* c.stdout.write(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}\n`)
  return 0
}

const BINARIES = ['/usr/bin', '/usr/sbin', '/usr/lib', '/bin', '/sbin', '/etc', '/usr/local/bin', '/usr/local/sbin', '/usr/local/etc']

/** Programs and configuration by name; sources and manual pages where the image has any. */
export function* whereis(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'bmsulfB:M:S:hV', HELP, 'lBMSu')
  const kinds = new Set<string>()
  for (const event of parsed.options) kinds.add((yield* option(c, event, WHEREIS_HELP)).opt)
  if (parsed.operands.length === 0) {
    yield* warn(c, 'not enough arguments')
    return yield* tryHelp(c)
  }
  const all = !kinds.has('b') && !kinds.has('m') && !kinds.has('s')
  for (const name of parsed.operands) {
    const found: string[] = []
    const wanted = name.replace(/^.*\//, '')
    if (all || kinds.has('b')) for (const dir of BINARIES) yield* collect(dir, (n) => n === wanted || (n.startsWith(`${wanted}.`) && dir !== '/etc'), found)
    if (all || kinds.has('m')) for (const section of '12345678') yield* collect(`/usr/share/man/man${section}`, (n) => n.startsWith(`${wanted}.`), found)
    yield* c.stdout.write(`${wanted}:${found.map((path) => ` ${path}`).join('')}\n`)
  }
  return 0
}

function* collect(dir: string, test: (name: string) => boolean, found: string[]): Flow<void> {
  const own = yield* stat(dir)
  const canonical = BINARIES.find((other) => other.startsWith('/usr') && other.endsWith(dir) && other !== dir)
  const twin = canonical === undefined ? own : yield* stat(canonical)
  // /bin is /usr/bin under another name: listed once.
  if (isErr(own) || (canonical !== undefined && !isErr(twin) && twin.ino === own.ino)) return
  const entries = yield* readDir(dir)
  for (const { name } of isErr(entries) ? [] : entries) if (test(name)) found.push(`${dir}/${name}`)
}

export function* fallocate(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, 'hvVncpdizl:o:x', [
    ...HELP, { name: 'keep-size', arg: 'none', is: 'n' }, { name: 'length', arg: 'required', is: 'l' }, { name: 'offset', arg: 'required', is: 'o' }, { name: 'verbose', arg: 'none', is: 'v' },
    { name: 'punch-hole', arg: 'none', is: 'p' }, { name: 'posix', arg: 'none', is: 'x' }, { name: 'collapse-range', arg: 'none', unsimulated: true },
    { name: 'dig-holes', arg: 'none', unsimulated: true }, { name: 'insert-range', arg: 'none', unsimulated: true }, { name: 'zero-range', arg: 'none', unsimulated: true },
  ], 'cdiz')
  let mode = 0
  let length: number | undefined
  let offset = 0
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, FALLOCATE_HELP)
    if (opt === 'n') mode |= 1
    else if (opt === 'p') mode |= 3
    else if (opt === 'l' || opt === 'o') {
      const value = parseSize(arg) ?? -1
      if (opt === 'l') length = value
      else offset = value
    }
  }
  const [path] = parsed.operands
  if (path === undefined) return yield* die(c, 1, 'no filename specified')
  if (length === undefined) return yield* die(c, 1, 'no length argument specified')
  if (length <= 0) return yield* die(c, 1, 'invalid length value specified')
  const fd = yield* open(path, O_WRONLY | ((mode & 2) === 0 ? O_CREAT : 0), 0o666)
  if (isErr(fd)) return yield* die(c, 1, `cannot open ${path}`, fd)
  const done = yield* call('fallocate', fd, mode, offset, length)
  return isErr(done) ? yield* die(c, 1, 'fallocate failed', done) : 0
}

/** There is no syslog daemon on this host: with -s or on a terminal the message shows what that means. */
const FACILITIES = 'auth authpriv cron daemon ftp kern lpr mail news security syslog user uucp local0 local1 local2 local3 local4 local5 local6 local7'.split(' ')
const LEVELS = 'alert crit debug emerg err error info none notice panic warn warning'.split(' ')

/** FACILITY.LEVEL or LEVEL, by name or number. */
function* checkPriority(c: Crt, text: string): Flow<void> {
  const dot = text.indexOf('.')
  const [facility, level] = dot < 0 ? [undefined, text] : [text.slice(0, dot), text.slice(dot + 1)]
  const known = (names: readonly string[], name: string): boolean => names.includes(name.toLowerCase()) || /^\d+$/.test(name)
  if (facility !== undefined && !known(FACILITIES, facility)) yield* die(c, 1, `unknown facility name: ${facility}`)
  if (!known(LEVELS, level)) yield* die(c, 1, `unknown priority name: ${level}`)
}

export function* logger(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, '+f:ip:st:u:dTn:P:VhS:e', [
    ...HELP, { name: 'id', arg: 'optional', is: 'i' }, { name: 'priority', arg: 'required', is: 'p' }, { name: 'stderr', arg: 'none', is: 's' }, { name: 'tag', arg: 'required', is: 't' },
    { name: 'file', arg: 'required', is: 'f' }, { name: 'size', arg: 'required', is: 'S' },
    { name: 'server', arg: 'required', unsimulated: true }, { name: 'port', arg: 'required', unsimulated: true }, { name: 'socket', arg: 'required', unsimulated: true },
  ], 'nPu')
  let loud = false
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, LOGGER_HELP)
    if (opt === 's') loud = true
    else if (opt === 'p') yield* checkPriority(c, arg)
    else if (opt === 'S' && parseSize(arg) === undefined) yield* die(c, 1, `failed to parse message size: '${arg}'`, Errno.EINVAL)
    else if (opt === 'f') {
      const fd = yield* open(arg, O_RDONLY)
      if (isErr(fd)) yield* die(c, 1, `file ${arg}`, fd)
      else yield* close(fd)
    }
  }
  const socket = yield* stat('/dev/log')
  if (isErr(socket) && loud) yield* warn(c, 'socket /dev/log', socket)
  return loud && isErr(socket) ? 1 : 0
}

export function* nologin(c: Crt): Flow<number> {
  const fd = yield* open('/etc/nologin.txt', O_RDONLY)
  if (!isErr(fd)) yield* close(fd)
  yield* c.stdout.write('This account is currently not available.\n')
  return 1
}
