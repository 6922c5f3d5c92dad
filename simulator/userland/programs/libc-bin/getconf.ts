// getconf(1) of glibc 2.36: system limits by name. Simpler: the programming environments (-v, _POSIX_V7_…) are not listed.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { RLIM_INFINITY, type RlimitName } from '../../../abi/sched.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { readFile, stat } from '../../libc/unistd.ts'
import { GETCONF_VALUES } from './getconf-values.ts'

const USAGE = 'Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n'
/** Those that belong to a file system: they need a path name. */
const OF_PATHS = new Set(['LINK_MAX', 'MAX_CANON', 'MAX_INPUT', 'NAME_MAX', 'PATH_MAX', 'PIPE_BUF', 'SOCK_MAXBUF', 'FILESIZEBITS', 'SYMLINK_MAX'])

function values(): ReadonlyMap<string, string> {
  return new Map(GETCONF_VALUES.trim().split(/\s+/).map((text) => {
    const [name, value = ''] = text.split(/=(.*)/s)
    return [name, value.replaceAll('·', ' ')]
  }))
}

function* limit(name: RlimitName): Flow<number> {
  const r = yield* call('prlimit64', 0, name, undefined)
  return isErr(r) ? RLIM_INFINITY : r.soft
}

/** What depends on the machine or the caller. */
function* measured(name: string): Flow<string | undefined> {
  const shown = (n: number): string => (n === RLIM_INFINITY ? '-1' : String(n))
  switch (name) {
    case 'OPEN_MAX': return shown(yield* limit('NOFILE'))
    case 'CHILD_MAX': return shown(yield* limit('NPROC'))
    case 'SIGQUEUE_MAX': return shown(yield* limit('SIGPENDING'))
    case 'ARG_MAX': return shown(Math.max(131072, Math.floor((yield* limit('STACK')) / 4)))
    case '_NPROCESSORS_CONF': case '_NPROCESSORS_ONLN': return '1'
    case '_PHYS_PAGES': return String(Math.floor((yield* meminfo('MemTotal')) / 4))
    case '_AVPHYS_PAGES': return String(Math.floor((yield* meminfo('MemFree')) / 4))
    default: return undefined
  }
}

function* meminfo(name: string): Flow<number> {
  const text = yield* readFile('/proc/meminfo')
  return isErr(text) ? 0 : Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

function* usage(c: Crt): Flow<number> {
  yield* c.stderr.write(USAGE)
  return 2
}

export const getconf = program(function* (c) {
  const words = c.argv.slice(1)
  if (words[0] === '-a') return yield* unsimulated(c, 'option -a')
  if (words[0] === '-v' || /^-v./.test(words[0] ?? '')) return yield* unsimulated(c, 'option -v')
  if (words[0] === '--version') {
    yield* c.stdout.write('getconf (Debian GLIBC 2.36-9+deb12u13) 2.36\n')
    return 0
  }
  const [name, path] = words
  if (name === undefined || words.length > 2) return yield* usage(c)
  const known = values().get(name)
  const value = (yield* measured(name)) ?? known
  if (value === undefined) {
    yield* warn(c, `Unrecognized variable \`${name}'`)
    return 2
  }
  if (OF_PATHS.has(name) !== (path !== undefined)) return yield* usage(c)
  if (path !== undefined) {
    const st = yield* stat(path)
    if (isErr(st)) {
      yield* warn(c, `pathconf: ${path}`, st)
      return 3
    }
  }
  yield* c.stdout.write(`${value === '' ? 'undefined' : value}\n`)
  return 0
})
