// getfattr(1) of attr 2.5.1: shows extended attributes (xattr(7)).
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { isDir } from '../../../abi/stat.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { compileRegex } from '../../../lib/regex.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { lstat, readDir, stat } from '../../libc/unistd.ts'
import { type Encoding, encodeValue } from './encoding.ts'

export const GETFATTR_OPTIONS: OptionTable = {
  short: 'dm:n:e:hRLPV?',
  long: [
    { name: 'dump', arg: 'none', is: 'd' }, { name: 'encoding', arg: 'required', is: 'e' }, { name: 'match', arg: 'required', is: 'm' }, { name: 'name', arg: 'required', is: 'n' },
    { name: 'only-values', arg: 'none' }, { name: 'no-dereference', arg: 'none', is: 'h' }, { name: 'one-file-system', arg: 'none' }, { name: 'absolute-names', arg: 'none' },
    { name: 'recursive', arg: 'none', is: 'R' }, { name: 'logical', arg: 'none', is: 'L' }, { name: 'physical', arg: 'none', is: 'P' }, { name: 'version', arg: 'none', is: 'V' },
    { name: 'help', arg: 'none' },
  ],
}
const USAGE = 'Usage: getfattr [-hRLP] [-n name|-d] [-e en] [-m pattern] path...\n'
const HELP = `getfattr 2.5.1 -- get extended attributes
${USAGE}  -n, --name=name         get the named extended attribute value
  -d, --dump              get all extended attribute values
  -e, --encoding=...      encode values (as 'text', 'hex' or 'base64')
      --match=pattern     only get attributes with names matching pattern
      --only-values       print the bare values only
  -h, --no-dereference    do not dereference symbolic links
      --one-file-system   skip files on different filesystems
      --absolute-names    don't strip leading '/' in pathnames
  -R, --recursive         recurse into subdirectories
  -L, --logical           logical walk, follow symbolic links
  -P  --physical          physical walk, do not follow symbolic links
      --version           print version and exit
      --help              this help text
`

interface Task {
  readonly flags: ReadonlySet<string>
  readonly name: string | undefined
  readonly matches: (name: string) => boolean
  readonly encoding: Encoding | undefined
}

export function* getfattr(c: Crt): Flow<number> {
  const parsed = getoptLong(c.argv, GETFATTR_OPTIONS.short, GETFATTR_OPTIONS.long)
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (const event of parsed.options) {
    if (!('opt' in event)) {
      if ('error' in event) yield* warn(c, event.error)
      return yield* usage(c)
    }
    if (event.opt === 'V' || event.opt === 'help') {
      yield* c.stdout.write(event.opt === 'V' ? 'getfattr 2.5.1\n' : HELP)
      return 0
    }
    flags.add(event.opt)
    if (event.arg !== undefined) values.set(event.opt, event.arg)
  }
  if (parsed.operands.length === 0) return yield* usage(c)
  const encodings: readonly Encoding[] = ['text', 'hex', 'base64']
  const encoding = encodings.find((name) => name === values.get('e'))
  if (flags.has('e') && encoding === undefined) return yield* usage(c)
  if (flags.has('one-file-system')) return yield* unsimulated(c, 'option --one-file-system')
  const pattern = values.get('m') ?? '^user\\.'
  const regex = pattern === '-' ? undefined : compileRegex(pattern, { syntax: 'extended' })
  if (regex !== undefined && 'error' in regex) {
    yield* warn(c, 'invalid regular expression')
    return 1
  }
  const task: Task = { flags, name: values.get('n'), encoding, matches: (name) => regex === undefined || regex.test(name) }
  const walker = new Walker(c, task)
  for (const path of parsed.operands) yield* walker.visit(path, true)
  return walker.failed ? 1 : 0
}

function* usage(c: Crt): Flow<number> {
  yield* c.stderr.write(`${USAGE}Try \`getfattr --help' for more information.\n`)
  return 2
}

class Walker {
  readonly #c: Crt
  readonly #task: Task
  #warnedAboutRoot = false
  failed = false

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *#complain(path: string, error: Errno): Flow<void> {
    yield* warn(this.#c, path, error)
    this.failed = true
  }

  *visit(path: string, isOperand: boolean): Flow<void> {
    const { flags } = this.#task
    const st = yield* flags.has('L') || (isOperand && !flags.has('P')) ? stat(path) : lstat(path)
    if (isErr(st)) return yield* this.#complain(path, st)
    yield* this.#show(path.replace(/^\.\//, ''), !flags.has('h'))
    if (!flags.has('R') || !isDir(st.mode)) return
    const names = yield* readDir(path)
    for (const { name } of isErr(names) ? [] : names) if (name !== '.' && name !== '..') yield* this.visit(`${path === '/' ? '' : path.replace(/\/$/, '')}/${name}`, false)
  }

  *#show(path: string, follow: boolean): Flow<void> {
    const { flags, name, matches, encoding } = this.#task
    let names: readonly string[]
    if (name !== undefined) names = [name]
    else {
      const listed = yield* call('listxattr', path, follow)
      if (isErr(listed)) return yield* this.#complain(path, listed)
      names = [...listed].filter(matches).sort()
    }
    const lines: string[] = []
    for (const each of names) {
      const value = flags.has('d') || name !== undefined || flags.has('only-values') ? yield* call('getxattr', path, each, follow) : undefined
      if (value !== undefined && isErr(value)) {
        yield* this.#c.stdout.flush()
        yield* this.#c.stderr.write(`${path}: ${each}: ${value.message === 'No data available' ? 'No such attribute' : value.message}\n`)
        this.failed = true
        continue
      }
      if (flags.has('only-values') && value !== undefined) yield* this.#c.stdout.write(value)
      else lines.push(value === undefined ? each : `${each}=${encodeValue(value, encoding)}`)
    }
    if (lines.length === 0) return
    yield* this.#c.stdout.write(`# file: ${yield* this.#shownName(path)}\n${lines.join('\n')}\n\n`)
  }

  *#shownName(path: string): Flow<string> {
    if (!path.startsWith('/') || this.#task.flags.has('absolute-names')) return path
    if (!this.#warnedAboutRoot) yield* warn(this.#c, "Removing leading '/' from absolute path names")
    this.#warnedAboutRoot = true
    return path.replace(/^\/+/, '') || '.'
  }
}
