// tar's command line: GNU options, and the old form without a dash (`tar xvf archive`).
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { readFile, readToEnd } from '../../libc/unistd.ts'
import type { OptionTable } from '../../program-table.ts'

export const TAR_OPTIONS: OptionTable = {
  short: 'ctxruAdvf:zJjOC:phkaPmT:X:b:I:lsSWwUio',
  unsimulatedShort: 'JjXIsSWwUi',
  long: [
    { name: 'create', arg: 'none', is: 'c' }, { name: 'list', arg: 'none', is: 't' }, { name: 'extract', arg: 'none', is: 'x' }, { name: 'get', arg: 'none', is: 'x' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'file', arg: 'required', is: 'f' }, { name: 'gzip', arg: 'none', is: 'z' }, { name: 'to-stdout', arg: 'none', is: 'O' },
    { name: 'directory', arg: 'required', is: 'C' }, { name: 'preserve-permissions', arg: 'none', is: 'p' }, { name: 'same-permissions', arg: 'none', is: 'p' },
    { name: 'dereference', arg: 'none', is: 'h' }, { name: 'keep-old-files', arg: 'none', is: 'k' }, { name: 'auto-compress', arg: 'none', is: 'a' },
    { name: 'absolute-names', arg: 'none', is: 'P' }, { name: 'touch', arg: 'none', is: 'm' }, { name: 'sort', arg: 'required' }, { name: 'exclude', arg: 'required' },
    { name: 'strip-components', arg: 'required' }, { name: 'numeric-owner', arg: 'none' }, { name: 'owner', arg: 'required' }, { name: 'group', arg: 'required' },
    { name: 'mode', arg: 'required', unsimulated: true }, { name: 'mtime', arg: 'required', unsimulated: true }, { name: 'same-owner', arg: 'none' }, { name: 'no-same-owner', arg: 'none' },
    { name: 'one-file-system', arg: 'none', unsimulated: true }, { name: 'no-recursion', arg: 'none' }, { name: 'append', arg: 'none', is: 'r' }, { name: 'update', arg: 'none', is: 'u' },
    { name: 'diff', arg: 'none', is: 'd' }, { name: 'compare', arg: 'none', is: 'd' }, { name: 'delete', arg: 'none' }, { name: 'files-from', arg: 'required', is: 'T' },
    { name: 'concatenate', arg: 'none', is: 'A' }, { name: 'catenate', arg: 'none', is: 'A' }, { name: 'wildcards', arg: 'none' },
    { name: 'transform', arg: 'required', unsimulated: true }, { name: 'xz', arg: 'none', unsimulated: true }, { name: 'bzip2', arg: 'none', unsimulated: true },
    { name: 'help', arg: 'none', unsimulated: true }, { name: 'version', arg: 'none' },
  ],
}

/** Letters of the old form that take the following words, in their order. */
const WITH_ARGUMENT = 'fCTXbI'

export interface TarRequest {
  readonly action: 'c' | 't' | 'x' | 'r' | 'u' | 'A' | 'd' | 'delete'
  /** Undefined or `-`: standard input or output. */
  readonly archive: string | undefined
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly excludes: readonly string[]
  /** Names in order; `-C` stands before those it is for. */
  readonly names: readonly string[]
  readonly directory: string | undefined
}

/** `tar xvf a.tar` is `tar -x -v -f a.tar`. */
function* newForm(c: Crt): Flow<readonly string[]> {
  const [name, first, ...rest] = c.argv
  if (first === undefined || first.startsWith('-') || first === '') return c.argv
  const words: string[] = []
  for (const letter of first) {
    words.push(`-${letter}`)
    if (!WITH_ARGUMENT.includes(letter)) continue
    const value = rest.shift()
    if (value === undefined) return exit(yield* usage(c, `Old option '${letter}' requires an argument.`))
    words.push(value)
  }
  return [name, ...words, ...rest]
}

export function* usage(c: Crt, message: string, status = 2): Flow<number> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${message}\nTry '${c.name} --help' or '${c.name} --usage' for more information.\n`)
  return status
}

export function* parseTar(c: Crt): Flow<TarRequest> {
  const parsed = getoptLong(yield* newForm(c), TAR_OPTIONS.short, TAR_OPTIONS.long, TAR_OPTIONS.unsimulatedShort)
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const excludes: string[] = []
  for (const event of parsed.options) {
    if ('error' in event) return exit(yield* usage(c, event.error, 64))
    if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    if (event.opt === 'exclude') excludes.push(event.arg ?? '')
    else if (event.arg !== undefined) values.set(event.opt, event.arg)
    else flags.add(event.opt)
  }
  if (flags.has('version')) {
    yield* c.stdout.write('tar (GNU tar) 1.34\n')
    return exit(0)
  }
  const actions = (['c', 't', 'x', 'r', 'u', 'A', 'd', 'delete'] as const).filter((a) => flags.has(a))
  if (actions.length > 1) return exit(yield* usage(c, `You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option`))
  if (actions.length === 0) return exit(yield* usage(c, `You must specify one of the '-Acdtrux', '--delete' or '--test-label' options`))
  const names = [...parsed.operands, ...(yield* namesFrom(c, values.get('T')))]
  if ('cruA'.includes(actions[0]) && names.length === 0 && !values.has('T')) return exit(yield* usage(c, 'Cowardly refusing to create an empty archive'))
  const archive = values.get('f')
  return { action: actions[0], archive: archive === '-' ? undefined : archive, flags, values, excludes, names, directory: values.get('C') }
}

/** -T: names from a file, one a line. */
function* namesFrom(c: Crt, path: string | undefined): Flow<readonly string[]> {
  if (path === undefined) return []
  const text = path === '-' ? yield* readFd(0) : yield* readFile(path)
  if (isErr(text)) return exit(yield* fatal(c, `${path}: Cannot open: ${text.message}`))
  return text.split('\n').filter((line) => line !== '')
}

function* readFd(fd: number): Flow<string | Errno> {
  const data = yield* readToEnd(fd)
  return isErr(data) ? data : decodeUtf8(data)
}

/** `tar: …: Cannot open: …` and the end. */
export function* fatal(c: Crt, message: string): Flow<number> {
  yield* warn(c, message)
  yield* warn(c, 'Error is not recoverable: exiting now')
  return 2
}
