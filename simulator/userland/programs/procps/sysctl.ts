// sysctl(8) of procps 4.0.2: kernel settings as files under /proc/sys.
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong, type LongOption } from '../../../lib/getopt.ts'
import { compileRegex, type Regex } from '../../../lib/regex.ts'
import type { Crt } from '../../libc/crt.ts'
import { close, open, readDir, readFile, stat, writeAll } from '../../libc/unistd.ts'
import { SYSCTL_USAGE } from './usages.ts'

const ROOT = '/proc/sys/'
export const SYSCTL_SHORT = 'bneNwfp::qoxaAXr:Vdh'
const none = (name: string, is = name): LongOption => ({ name, arg: 'none', is })
export const SYSCTL_LONG: readonly LongOption[] = [
  none('all', 'a'), none('deprecated'), none('dry-run'), none('binary', 'b'), none('ignore', 'e'), none('names', 'N'), none('values', 'n'), { name: 'load', arg: 'optional', is: 'p' },
  none('quiet', 'q'), none('write', 'w'), none('system'), { name: 'pattern', arg: 'required', is: 'r' }, none('help', 'h'), none('version', 'V'),
]

interface Context {
  readonly c: Crt
  readonly flags: ReadonlySet<string>
  readonly pattern: Regex | undefined
}

export function* sysctl(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, SYSCTL_SHORT, SYSCTL_LONG)
  const flags = new Set<string>()
  let pattern: Regex | undefined
  let load: string | undefined
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* c.stderr.write(`sysctl: ${event.error}\n${SYSCTL_USAGE}`)
      return 0
    }
    if ('unsimulated' in event) continue
    if (event.opt === 'h' || event.opt === 'd' || event.opt === 'V') {
      yield* c.stdout.write(event.opt === 'V' ? 'sysctl from procps-ng 4.0.2\n' : SYSCTL_USAGE)
      return 0
    }
    if (event.opt === 'r') {
      const regex = compileRegex(event.arg ?? '', { syntax: 'extended' })
      if ('error' in regex) {
        yield* c.stderr.write(`sysctl: invalid pattern: ${event.arg ?? ''}\n`)
        return 1
      }
      pattern = regex
    } else if (event.opt === 'p' || event.opt === 'f') load = event.arg ?? parsed.operands[0] ?? '/etc/sysctl.conf'
    else flags.add('AX'.includes(event.opt) ? 'a' : event.opt)
  }
  const x: Context = { c, flags, pattern }
  if (flags.has('a')) {
    const root = yield* stat(ROOT)
    if (isErr(root)) {
      yield* c.stderr.write(`sysctl: unable to open directory "${ROOT}"\n`)
      return 1
    }
    return (yield* readAll(x, '')) ? 0 : 1
  }
  if (load !== undefined) return (yield* loadFile(x, load)) ? 0 : 1
  if (flags.has('system')) return yield* loadSystem(x)
  if (parsed.operands.length === 0) {
    yield* c.stderr.write(pattern === undefined && c.argv.length === 1 ? SYSCTL_USAGE : "sysctl: no variables specified\nTry `sysctl --help' for more information.\n")
    return 1
  }
  let failures = 0
  for (const operand of parsed.operands) {
    if (flags.has('w') || operand.includes('=')) {
      const eq = operand.indexOf('=')
      if (eq < 0) {
        yield* c.stderr.write('sysctl: command line(0): invalid syntax, continuing...\n')
        failures++
      } else if (!(yield* set(x, operand.slice(0, eq).trim(), operand.slice(eq + 1).trim(), false))) failures++
    } else if (!(yield* show(x, operand))) failures++
  }
  return failures
}

/** The file's path below /proc/sys: dots separate, unless the first separator is a slash. */
function pathOf(key: string): string {
  const first = /[./]/.exec(key)?.[0]
  return first === '/' ? key : key.replace(/[./]/g, (s) => (s === '.' ? '/' : '.'))
}

/** The name sysctl shows for a path. */
const nameOf = (path: string): string => path.replace(/[./]/g, (s) => (s === '/' ? '.' : '/'))

function* complain(x: Context, message: string): Flow<false> {
  yield* x.c.stdout.flush()
  yield* x.c.stderr.write(`sysctl: ${message}\n`)
  return false
}

function* show(x: Context, key: string): Flow<boolean> {
  if (key === '') return yield* complain(x, '"" is an unknown key')
  const path = pathOf(key)
  const st = yield* stat(ROOT + path)
  if (isErr(st)) {
    if (st === Errno.ENOENT && x.flags.has('e')) return true
    return yield* complain(x, `cannot stat ${ROOT}${path}: ${st.message}`)
  }
  if (isDir(st.mode)) return yield* readAll(x, path.endsWith('/') ? path : `${path}/`)
  return yield* showFile(x, path, false)
}

function* showFile(x: Context, path: string, listing: boolean): Flow<boolean> {
  const name = nameOf(path)
  if (x.pattern !== undefined && !x.pattern.test(name)) return true
  if (x.flags.has('N')) {
    yield* x.c.stdout.write(`${name}\n`)
    return true
  }
  const text = yield* readFile(ROOT + path)
  if (isErr(text)) {
    if (text === Errno.EACCES || text === Errno.EPERM) return yield* complain(x, `permission denied on key '${name}'`)
    return listing ? true : yield* complain(x, `reading key "${name}": ${text.message}`)
  }
  const lines = text.replace(/\n$/, '').split('\n')
  for (const line of lines) {
    if (x.flags.has('b')) yield* x.c.stdout.write(line)
    else yield* x.c.stdout.write(x.flags.has('n') ? `${line}\n` : `${name} = ${line}\n`)
  }
  return true
}

/** All readable settings below a directory, by name. */
function* readAll(x: Context, directory: string): Flow<boolean> {
  const entries = yield* readDir(ROOT + directory)
  if (isErr(entries)) return yield* complain(x, `unable to open directory "${ROOT}${directory}"`)
  let ok = true
  const names = entries.map((e) => e.name).filter((n) => n !== '.' && n !== '..').sort()
  for (const name of names) {
    const path = directory + name
    const st = yield* stat(ROOT + path)
    if (isErr(st)) continue
    if (isDir(st.mode)) ok = (yield* readAll(x, `${path}/`)) && ok
    else if ((st.mode & 0o444) !== 0) ok = (yield* showFile(x, path, true)) && ok
  }
  return ok
}

function* set(x: Context, key: string, value: string, ignoreErrors: boolean): Flow<boolean> {
  if (key === '') return yield* complain(x, 'Path is not under /proc/sys/: /proc/sys/')
  const path = pathOf(key)
  const name = nameOf(path)
  const st = yield* stat(ROOT + path)
  if (isErr(st)) {
    if (ignoreErrors || (st === Errno.ENOENT && x.flags.has('e'))) return true
    return yield* complain(x, `cannot stat ${ROOT}${path}: ${st.message}`)
  }
  if ((st.mode & 0o200) === 0 || isDir(st.mode)) {
    if (!ignoreErrors) yield* complain(x, `setting key "${name}": Invalid argument`)
    return true
  }
  if (!x.flags.has('dry-run')) {
    const fd = yield* open(ROOT + path, O_WRONLY | O_CLOEXEC)
    if (isErr(fd)) {
      if (ignoreErrors) return true
      const isDenied = fd === Errno.EACCES || fd === Errno.EPERM || fd === Errno.EROFS
      return yield* complain(x, isDenied ? `permission denied on key "${name}"` : `setting key "${name}": ${fd.message}`)
    }
    const written = yield* writeAll(fd, encodeUtf8(`${value}\n`))
    yield* close(fd)
    if (isErr(written)) return ignoreErrors || (yield* complain(x, written === Errno.EACCES ? `permission denied on key "${name}"` : `setting key "${name}": ${written.message}`))
  }
  if (x.flags.has('N')) yield* x.c.stdout.write(`${name}\n`)
  else if (!x.flags.has('q')) yield* x.c.stdout.write(x.flags.has('n') ? `${value}\n` : `${name} = ${value}\n`)
  return true
}

/** sysctl.conf(5): `key = value`, comments with # and ;, a leading dash forgives errors. */
function* loadFile(x: Context, file: string): Flow<boolean> {
  const text = yield* readFile(file === '-' ? '/dev/stdin' : file)
  if (isErr(text)) return yield* complain(x, `cannot open "${file}": ${text.message}`)
  let ok = true
  const settings: (readonly [string, string, boolean])[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || /^[#;]/.test(line)) continue
    const eq = line.indexOf('=')
    const forgiving = line.startsWith('-')
    if (eq < 0) {
      if (!forgiving) yield* complain(x, `${file}(${i + 1}): invalid syntax, continuing...`)
      continue
    }
    settings.push([line.slice(forgiving ? 1 : 0, eq).trim(), line.slice(eq + 1).trim(), forgiving])
  }
  for (const [key, value, forgiving] of settings) ok = (yield* set(x, key, value, forgiving)) && ok
  return ok
}

const DIRECTORIES = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d']

function* loadSystem(x: Context): Flow<number> {
  const files = new Map<string, string>()
  for (const directory of DIRECTORIES) {
    const entries = yield* readDir(directory)
    for (const { name } of isErr(entries) ? [] : entries) if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${directory}/${name}`)
  }
  const paths = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
  const last = yield* stat('/etc/sysctl.conf')
  if (!isErr(last)) paths.push('/etc/sysctl.conf')
  let ok = true
  for (const path of paths) {
    if (!x.flags.has('q')) yield* x.c.stdout.write(`* Applying ${path} ...\n`)
    ok = (yield* loadFile(x, path)) && ok
  }
  return ok ? 0 : 1
}
