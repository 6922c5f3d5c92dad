// find's tests: each predicate's arguments and what it asks of a file.
import { isErr } from '../../../abi/errno.ts'
import { R_OK, W_OK, X_OK } from '../../../abi/fcntl.ts'
import { isDir, isLnk, isReg, type Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { compileRegex, type RegexOptions } from '../../../lib/regex.ts'
import { getgrnam, getpwnam, type IdNames } from '../../libc/pwd.ts'
import { access, lstat, readDir, readlink, stat } from '../../libc/unistd.ts'
import { parseDate } from '../coreutils/parse-date.ts'
import { FindError, pure, type Search, type Test } from './entry.ts'
import { parseMode } from './permissions.ts'
import { typeLetter } from './printf.ts'

const REGEX_TYPES = ['findutils-default', 'ed', 'emacs', 'gnu-awk', 'grep', 'posix-awk', 'awk', 'posix-basic', 'posix-egrep', 'egrep', 'posix-extended', 'posix-minimal-basic', 'sed']

/** What the words before a predicate have set. */
export interface ParseState {
  regexType: string
  /** seconds since 1970 */
  now: number
  readonly names: IdNames
}

type Order = (value: number) => boolean

/** +N, -N, N compared with a whole number. */
function comparison(text: string, predicate: string): Order {
  const m = /^([-+]?)(\d+(?:\.\d+)?)$/.exec(text)
  if (m === null) throw new FindError(`invalid argument \`${text}' to \`${predicate}'`)
  const n = Number(m[2])
  return m[1] === '+' ? (v) => v > n : m[1] === '-' ? (v) => v < n : (v) => v === n
}

const SIZE_UNITS = new Map([['b', 512], ['c', 1], ['w', 2], ['k', 1024], ['M', 1048576], ['G', 1073741824]])

const ageTest = (text: string, predicate: string, unit: number, now: number, field: 'mtime' | 'atime' | 'ctime'): Test => {
  const order = comparison(text, predicate)
  return pure((e) => order(Math.floor((now - e.stat[field] / 1000) / unit)))
}

/** A test that takes an argument, or undefined if `name` is none. */
export function* testWithArgument(name: string, arg: string, p: ParseState): Flow<Test | undefined> {
  switch (name) {
    case '-name': return pure((e) => fnmatch(arg, e.name))
    case '-iname': return pure((e) => fnmatch(arg, e.name, { casefold: true }))
    case '-path': case '-wholename': return pure((e) => fnmatch(arg, e.path))
    case '-ipath': case '-iwholename': return pure((e) => fnmatch(arg, e.path, { casefold: true }))
    case '-regex': case '-iregex': return regexTest(arg, name === '-iregex', p.regexType)
    case '-regextype':
      if (!REGEX_TYPES.includes(arg)) throw new FindError(`Unknown regular expression type ‘${arg}’; valid types are ${REGEX_TYPES.map((t) => `‘${t}’`).join(', ')}.`)
      p.regexType = arg
      return pure(() => true)
    case '-type': case '-xtype': return typeTest(arg, name)
    case '-size': return sizeTest(arg)
    case '-mtime': return ageTest(arg, name, 86400, p.now, 'mtime')
    case '-atime': return ageTest(arg, name, 86400, p.now, 'atime')
    case '-ctime': return ageTest(arg, name, 86400, p.now, 'ctime')
    case '-mmin': return ageTest(arg, name, 60, p.now, 'mtime')
    case '-amin': return ageTest(arg, name, 60, p.now, 'atime')
    case '-cmin': return ageTest(arg, name, 60, p.now, 'ctime')
    case '-newer': case '-anewer': case '-cnewer': {
      const reference = yield* statOf(arg)
      const field = name === '-newer' ? 'mtime' : name === '-anewer' ? 'atime' : 'ctime'
      return pure((e) => e.stat[field] > reference.mtime)
    }
    case '-perm': return permissionTest(arg)
    case '-user': {
      const user = yield* getpwnam(arg)
      const uid = user?.uid ?? (/^\d+$/.test(arg) ? Number(arg) : undefined)
      if (uid === undefined) throw new FindError(`‘${arg}’ is not the name of a known user`)
      return pure((e) => e.stat.uid === uid)
    }
    case '-group': {
      const group = yield* getgrnam(arg)
      const gid = group?.gid ?? (/^\d+$/.test(arg) ? Number(arg) : undefined)
      if (gid === undefined) throw new FindError(`‘${arg}’ is not the name of an existing group`)
      return pure((e) => e.stat.gid === gid)
    }
    case '-uid': return numberTest(arg, name, (st) => st.uid)
    case '-gid': return numberTest(arg, name, (st) => st.gid)
    case '-links': return numberTest(arg, name, (st) => st.nlink)
    case '-inum': return numberTest(arg, name, (st) => st.ino)
    case '-used': {
      const order = comparison(arg, name)
      return pure((e) => order(Math.floor((e.stat.atime - e.stat.ctime) / 86400000)))
    }
    case '-samefile': {
      const reference = yield* statOf(arg)
      return pure((e) => e.stat.ino === reference.ino && e.stat.dev === reference.dev)
    }
    case '-lname': case '-ilname':
      return function* (_s, e) {
        const target = isLnk(e.stat.mode) ? yield* readlink(e.path) : undefined
        return target !== undefined && !isErr(target) && fnmatch(arg, target, { casefold: name === '-ilname' })
      }
    case '-fstype': return pure((e, s) => s.device.get(e.stat.dev) === arg)
    case '-context': throw new FindError('invalid predicate -context: SELinux is not enabled.')
  }
  const newer = /^-newer([aBcm])([aBcmt])$/.exec(name)
  return newer === null ? undefined : yield* newerTest(newer[1], newer[2], arg, p)
}

const FIELDS = new Map<string, 'atime' | 'btime' | 'ctime' | 'mtime'>([['a', 'atime'], ['B', 'btime'], ['c', 'ctime'], ['m', 'mtime']])

function* newerTest(what: string, than: string, arg: string, p: ParseState): Flow<Test> {
  const field = FIELDS.get(what) ?? 'mtime'
  let limit: number
  if (than === 't') {
    const time = parseDate(arg, p.now)
    if (time === undefined) throw new FindError(`I cannot figure out how to interpret ‘${arg}’ as a date or time`)
    limit = time * 1000
  } else limit = (yield* statOf(arg))[FIELDS.get(than) ?? 'mtime']
  return pure((e) => e.stat[field] > limit)
}

function* statOf(path: string): Flow<Stat> {
  const st = yield* stat(path)
  if (isErr(st)) throw new FindError(`‘${path}’: ${st.message}`)
  return st
}

/** A test without argument, or undefined. */
export function plainTest(name: string): Test | undefined {
  switch (name) {
    case '-true': return pure(() => true)
    case '-false': return pure(() => false)
    case '-empty':
      return function* (_s, e) {
        if (isReg(e.stat.mode)) return e.stat.size === 0
        if (!isDir(e.stat.mode)) return false
        const entries = yield* readDir(e.path)
        return !isErr(entries) && entries.every((x) => x.name === '.' || x.name === '..')
      }
    case '-readable': return accessTest(R_OK)
    case '-writable': return accessTest(W_OK)
    case '-executable': return accessTest(X_OK)
    case '-nouser': return namelessTest((s, st) => s.names.user(st.uid))
    case '-nogroup': return namelessTest((s, st) => s.names.group(st.gid))
    case '-prune': return pure((_e, s) => (s.prune = true))
    case '-quit': return pure((_e, s) => (s.quit = true))
    default: return undefined
  }
}

const accessTest = (mode: number): Test => function* (_s, e) {
  return !isErr(yield* access(e.path, mode))
}
const namelessTest = (name: (s: Search, st: Stat) => Flow<string | undefined>): Test => function* (s, e) {
  return (yield* name(s, e.stat)) === undefined
}

function numberTest(arg: string, name: string, field: (st: Stat) => number): Test {
  const order = comparison(arg, name)
  return pure((e) => order(field(e.stat)))
}

function sizeTest(arg: string): Test {
  const letter = arg.slice(-1)
  if (/[^0-9]$/.test(arg) && !SIZE_UNITS.has(letter)) throw new FindError(`invalid -size type \`${letter}'`)
  const unit = SIZE_UNITS.get(letter)
  const order = comparison(unit === undefined ? arg : arg.slice(0, -1), '-size')
  return pure((e) => order(Math.ceil(e.stat.size / (unit ?? 512))))
}

function permissionTest(arg: string): Test {
  const kind = arg[0] === '-' || arg[0] === '/' ? arg[0] : ''
  const mode = parseMode(arg.slice(kind.length))
  if (mode === undefined) throw new FindError(`invalid mode ‘${arg}’`)
  return pure((e) => {
    const bits = e.stat.mode & 0o7777
    return kind === '-' ? (bits & mode) === mode : kind === '/' ? mode === 0 || (bits & mode) !== 0 : bits === mode
  })
}

function typeTest(arg: string, name: string): Test {
  const wanted = arg.split(',')
  for (const letter of wanted) {
    if (letter === '') throw new FindError(`Arguments to ${name} should contain at least one letter`)
    if (letter.length > 1) throw new FindError(`Must separate multiple arguments to ${name} using: ','`)
    if (!'bcdpflsD'.includes(letter)) throw new FindError(`Unknown argument to ${name}: ${letter}`)
  }
  if (name === '-type') return pure((e) => wanted.includes(typeLetter(e.stat.mode)))
  return function* (s, e) {
    const other = yield* s.follow === 'always' ? lstat(e.path) : stat(e.path)
    return wanted.includes(typeLetter(isErr(other) ? e.stat.mode : other.mode))
  }
}

/** Emacs syntax, find's default: + ? * are operators, ( ) | only with a backslash. */
const fromEmacs = (pattern: string): string => pattern.replace(/\\([(){}|])|([(){}|])/g, (_m, escaped?: string, bare?: string) => escaped ?? `\\${bare ?? ''}`)

function regexTest(pattern: string, ignoreCase: boolean, type: string): Test {
  const basic = ['ed', 'grep', 'posix-basic', 'posix-minimal-basic', 'sed'].includes(type)
  const emacs = type === 'emacs' || type === 'findutils-default'
  const options: RegexOptions = { syntax: basic ? 'basic' : 'extended', dialect: 'grep', ignoreCase, whole: 'line' }
  const regex = compileRegex(emacs ? fromEmacs(pattern) : pattern, options)
  if ('error' in regex) throw new FindError(`failed to compile regular expression '${pattern}': ${regex.error}`)
  return pure((e) => regex.test(e.path))
}
