// sort(1): sorts lines. Keys are in sort-key.ts. Simpler: everything in memory, no --parallel, --batch-size, --compress-program, --debug.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isErr } from '../../../abi/errno.ts'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { Heap } from '../../libc/malloc.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, writeAll } from '../../libc/unistd.ts'
import { type Option, command, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'
import { type Key, type Ordering, compareLines, orderingOf, parseKey } from './sort-key.ts'

const options = {
  short: 'bcCdfghik:mMno:rRsS:t:T:uVyz',
  long: [
    { name: 'ignore-leading-blanks', arg: 'none', is: 'b' }, { name: 'check', arg: 'optional' }, { name: 'compress-program', arg: 'required', unsimulated: true },
    { name: 'debug', arg: 'none', unsimulated: true }, { name: 'dictionary-order', arg: 'none', is: 'd' }, { name: 'ignore-case', arg: 'none', is: 'f' },
    { name: 'files0-from', arg: 'required', unsimulated: true }, { name: 'general-numeric-sort', arg: 'none', is: 'g' },
    { name: 'ignore-nonprinting', arg: 'none', is: 'i' }, { name: 'key', arg: 'required', is: 'k' }, { name: 'merge', arg: 'none', is: 'm' },
    { name: 'month-sort', arg: 'none', is: 'M' }, { name: 'numeric-sort', arg: 'none', is: 'n' }, { name: 'human-numeric-sort', arg: 'none', is: 'h' },
    { name: 'version-sort', arg: 'none', is: 'V' }, { name: 'random-sort', arg: 'none', is: 'R', unsimulated: true }, { name: 'random-source', arg: 'required', unsimulated: true },
    { name: 'sort', arg: 'required' }, { name: 'output', arg: 'required', is: 'o' }, { name: 'reverse', arg: 'none', is: 'r' }, { name: 'stable', arg: 'none', is: 's' },
    { name: 'batch-size', arg: 'required' }, { name: 'buffer-size', arg: 'required', is: 'S' }, { name: 'field-separator', arg: 'required', is: 't' },
    { name: 'temporary-directory', arg: 'required', is: 'T' }, { name: 'unique', arg: 'none', is: 'u' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
    { name: 'parallel', arg: 'required' },
  ],
  unsimulatedShort: 'R',
} as const

const SORTS = new Map([['general-numeric', 'g'], ['human-numeric', 'h'], ['month', 'M'], ['numeric', 'n'], ['version', 'V'], ['random', 'R']])
const FAILURE = 2
/** Text, and the table of its lines. */
const BYTES_PER_BYTE = 2

export const sort = command('sort', 'sort lines of text', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options, FAILURE)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const { keys, global, separator } = yield* readKeys(c, given)
  const delimiter = has('z') ? 0 : 10
  const check = given.findLast((o) => o.opt === 'c' || o.opt === 'C' || o.opt === 'check')
  const unique = has('u')
  const compare = (a: string, b: string): number => compareLines(a, b, { keys, global, separator, stable: has('s'), unique })
  if (check !== undefined) {
    if (operands.length > 1) return yield* usageError(c, FAILURE, `extra operand ${quote(operands[1])} not allowed with -${check.opt === 'C' ? 'C' : 'c'}`)
    const quiet = check.opt === 'C' || /^(quiet|silent)$/.test(check.arg ?? '')
    return yield* checkOrder(c, operands[0] ?? '-', { quiet, delimiter, unique, compare })
  }
  const files: (readonly string[])[] = []
  for (const name of operands.length > 0 ? operands : ['-']) files.push(yield* linesOf(c, name, delimiter))
  const lines = has('m') ? merge(files, compare) : files.flat()
  yield* call('cpu', Math.ceil((lines.length * Math.log2(lines.length + 2)) / 4))
  if (!has('m')) lines.sort(compare)
  const kept = unique ? lines.filter((line, i) => i === 0 || compare(lines[i - 1], line) !== 0) : lines
  return yield* output(c, given.findLast((o) => o.opt === 'o')?.arg, kept, delimiter === 0 ? '\0' : '\n')
})

/** -m: always the least of the files' next lines, also if the files aren't sorted. */
function merge(files: readonly (readonly string[])[], compare: (a: string, b: string) => number): string[] {
  const next = files.map(() => 0)
  const out: string[] = []
  for (;;) {
    let best = -1
    for (let i = 0; i < files.length; i++) if (next[i] < files[i].length && (best < 0 || compare(files[i][next[i]], files[best][next[best]]) < 0)) best = i
    if (best < 0) return out
    out.push(files[best][next[best]++])
  }
}

function* readKeys(c: Crt, given: readonly Option[]): Flow<{ readonly keys: readonly Key[]; readonly global: Ordering; readonly separator: string | undefined }> {
  let letters = ''
  let separator: string | undefined
  const specs: string[] = []
  for (const { opt, arg } of given) {
    if ('bdfghiMnrV'.includes(opt)) letters += opt
    else if (opt === 'sort') {
      const letter = SORTS.get(arg ?? '')
      if (letter === undefined) exit(yield* usageError(c, FAILURE, `invalid argument ‘${arg}’ for ‘--sort’`))
      letters += letter
    } else if (opt === 'k') specs.push(arg ?? '')
    else if (opt === 't') {
      const tab = arg === '\\0' ? '\0' : (arg ?? '')
      if (tab === '') exit(yield* fail(c, FAILURE, 'empty tab'))
      if ([...tab].length > 1) exit(yield* fail(c, FAILURE, `multi-character tab ${quote(tab)}`))
      if (separator !== undefined && separator !== tab) exit(yield* fail(c, FAILURE, 'incompatible tabs'))
      separator = tab
    }
  }
  const global = orderingOf(letters)
  const keys: Key[] = []
  for (const spec of specs) {
    const key = parseKey(spec, global)
    if (typeof key === 'string') exit(yield* fail(c, FAILURE, key))
    keys.push(key)
  }
  const kinds = [...new Set(letters)].filter((l) => 'dghiMnV'.includes(l))
  const exclusive = kinds.filter((l) => 'ghMnV'.includes(l))
  if (exclusive.length > 1 || (exclusive.length === 1 && /[di]/.test(kinds.join('')) && exclusive[0] !== 'V')) {
    exit(yield* fail(c, FAILURE, `options '-${kinds.sort().join('')}' are incompatible`))
  }
  return { keys, global, separator }
}

function* linesOf(c: Crt, name: string, delimiter: number): Flow<readonly string[]> {
  const input = yield* openInput(c, name)
  if (isErr(input)) exit(yield* fail(c, FAILURE, `cannot read: ${quotef(name)}`, input))
  const parts: Uint8Array[] = []
  const heap = new Heap()
  for (;;) {
    const block = yield* input.block()
    if (block === undefined) break
    parts.push(block)
    if ((yield* heap.take(block.length * BYTES_PER_BYTE)) !== undefined) exit(yield* fail(c, FAILURE, 'memory exhausted'))
  }
  if (input.error !== undefined) exit(yield* fail(c, FAILURE, `read failed: ${quotef(name)}`, input.error))
  if (input.fd !== 0) yield* close(input.fd)
  const end = delimiter === 0 ? '\0' : '\n'
  const text = decodeUtf8(concatBytes(parts))
  if (text === '') return []
  return (text.endsWith(end) ? text.slice(0, -1) : text).split(end)
}

interface Check {
  readonly quiet: boolean
  readonly delimiter: number
  readonly unique: boolean
  readonly compare: (a: string, b: string) => number
}

function* checkOrder(c: Crt, name: string, check: Check): Flow<number> {
  const lines = yield* linesOf(c, name, check.delimiter)
  for (let i = 1; i < lines.length; i++) {
    const order = check.compare(lines[i - 1], lines[i])
    if (order < 0 || (order === 0 && !check.unique)) continue
    if (!check.quiet) yield* c.stderr.write(`${c.name}: ${name}:${i + 1}: disorder: ${lines[i]}\n`)
    return 1
  }
  return 0
}

function* output(c: Crt, path: string | undefined, lines: readonly string[], end: string): Flow<number> {
  const text = lines.length === 0 ? '' : lines.join(end) + end
  if (path === undefined) {
    yield* c.stdout.write(text)
    yield* c.stdout.flush()
    if (c.stdout.error === undefined) return 0
    c.stdout.isErrorTold = true
    return yield* fail(c, FAILURE, "write failed: 'standard output'", c.stdout.error)
  }
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  if (isErr(fd)) return yield* fail(c, FAILURE, `open failed: ${quotef(path)}`, fd)
  const wrote = yield* writeAll(fd, encodeUtf8(text))
  return isErr(wrote) ? yield* fail(c, FAILURE, `write failed: ${quotef(path)}`, wrote) : 0
}
