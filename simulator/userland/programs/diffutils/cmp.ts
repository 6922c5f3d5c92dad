// cmp(1): compares two files byte by byte.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { parseSize } from '../../../lib/human.ts'
import { type Crt, type Main, exit } from '../../libc/crt.ts'
import { fail, unsimulated } from '../../libc/err.ts'
import { open, readToEnd } from '../../libc/unistd.ts'
import type { OptionTable } from '../../program-table.ts'

const TROUBLE = 2

export const cmpOptions: OptionTable = {
  short: 'bci:ln:sv', unsimulatedShort: 'v',
  long: [
    { name: 'print-bytes', arg: 'none', is: 'b' }, { name: 'ignore-initial', arg: 'required', is: 'i' }, { name: 'verbose', arg: 'none', is: 'l' },
    { name: 'bytes', arg: 'required', is: 'n' }, { name: 'quiet', arg: 'none', is: 's' }, { name: 'silent', arg: 'none', is: 's' },
    { name: 'help', arg: 'none', unsimulated: true }, { name: 'version', arg: 'none', is: 'v', unsimulated: true },
  ],
}

function* hint(c: Crt, message: string): Flow<never> {
  yield* c.stderr.write(`${c.name}: ${message}\n${c.name}: Try '${c.name} --help' for more information.\n`)
  return exit(TROUBLE)
}

export const cmp: Main = function* (c) {
  const parsed = getoptLong(c.argv, cmpOptions.short, cmpOptions.long, cmpOptions.unsimulatedShort)
  const flags = new Set<string>()
  let [skips, limit] = [[0, 0], Infinity]
  const skipsOf = function* (text: string): Flow<number[]> {
    const sizes = text.split(':').map((part) => parseSize(part))
    if (sizes.some((s) => s === undefined)) return yield* hint(c, `invalid --ignore-initial value '${text}'`)
    return [sizes[0] ?? 0, sizes[1] ?? sizes[0] ?? 0]
  }
  for (const event of parsed.options) {
    if ('error' in event) return yield* hint(c, event.error)
    if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
    if (event.opt === 'i') skips = yield* skipsOf(event.arg ?? '')
    else if (event.opt === 'n') {
      const size = parseSize(event.arg ?? '')
      if (size === undefined) return yield* hint(c, `invalid --bytes value '${event.arg}'`)
      limit = size
    } else flags.add(event.opt)
  }
  const [first, second = '-', skip1, skip2, extra] = parsed.operands
  if (first === undefined) return yield* hint(c, `missing operand after '${c.argv[c.argv.length - 1]}'`)
  if (extra !== undefined) return yield* hint(c, `extra operand '${extra}'`)
  if (skip1 !== undefined) skips = [(yield* skipsOf(skip1))[0], skip2 === undefined ? 0 : (yield* skipsOf(skip2))[0]]
  const [a, b] = [yield* contents(first), yield* contents(second)]
  if (isErr(a)) return flags.has('s') ? TROUBLE : yield* fail(c, TROUBLE, first, a)
  if (isErr(b)) return flags.has('s') ? TROUBLE : yield* fail(c, TROUBLE, second, b)
  const end = (skip: number): number | undefined => (limit === Infinity ? undefined : skip + limit)
  return yield* compare(c, { names: [first, second], a: a.subarray(skips[0], end(skips[0])), b: b.subarray(skips[1], end(skips[1])), flags })
}

function* contents(path: string): Flow<Uint8Array | Errno> {
  const fd = path === '-' ? 0 : yield* open(path, O_RDONLY)
  return isErr(fd) ? fd : yield* readToEnd(fd)
}

interface Pair {
  readonly names: readonly [string, string]
  readonly a: Uint8Array
  readonly b: Uint8Array
  readonly flags: ReadonlySet<string>
}

const octal = (byte: number): string => byte.toString(8).padStart(3)
const visible = (byte: number): string => {
  const low = byte & 127
  return (byte > 127 ? 'M-' : '') + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low))
}

function* compare(c: Crt, { names, a, b, flags }: Pair): Flow<number> {
  const common = Math.min(a.length, b.length)
  let [line, differs] = [1, false]
  const width = String(Math.max(a.length, b.length)).length
  for (let i = 0; i < common; i++) {
    if (a[i] !== b[i]) {
      if (flags.has('s')) return 1
      const bytes = flags.has('b') ? [`${octal(a[i])} ${visible(a[i])}`, `${octal(b[i])} ${visible(b[i])}`] : [octal(a[i]), octal(b[i])]
      if (!flags.has('l')) {
        yield* c.stdout.write(`${names.join(' ')} differ: byte ${i + 1}, line ${line}${flags.has('b') ? ` is ${bytes[0]} ${bytes[1]}` : ''}\n`)
        return 1
      }
      yield* c.stdout.write(`${String(i + 1).padStart(width)} ${flags.has('b') ? `${bytes[0].padEnd(8)} ${bytes[1]}` : bytes.join(' ')}\n`)
      differs = true
    }
    if (a[i] === 10) line++
  }
  if (a.length === b.length) return differs ? 1 : 0
  if (flags.has('s')) return 1
  const [shorter, data] = a.length < b.length ? [names[0], a] : [names[1], b]
  const whole = data[common - 1] === 10
  const place = common === 0 ? ' which is empty' : ` after byte ${common}${flags.has('l') ? '' : whole ? `, line ${line - 1}` : `, in line ${line}`}`
  yield* c.stderr.write(`${c.name}: EOF on ${shorter}${place}\n`)
  return 1
}
