// du(1): disk usage of files and directories. Files with several names count once.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Stat, isDir } from '../../../abi/stat.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { type BlockSize, inBlocks, parseBlockSize } from '../../../lib/human.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import type { Crt } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { lstat, readDir, stat } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'
import { baseName } from './path-names.ts'
import { joinPath } from './walk.ts'

const options = {
  short: '0abcd:chHklmst:xB:DLPSX:', unsimulatedShort: 'tX',
  long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'apparent-size', arg: 'none' }, { name: 'block-size', arg: 'required', is: 'B' }, { name: 'bytes', arg: 'none', is: 'b' },
    { name: 'count-links', arg: 'none', is: 'l' }, { name: 'dereference', arg: 'none', is: 'L' }, { name: 'dereference-args', arg: 'none', is: 'D' },
    { name: 'exclude', arg: 'required' }, { name: 'exclude-from', arg: 'required', unsimulated: true }, { name: 'files0-from', arg: 'required', unsimulated: true },
    { name: 'human-readable', arg: 'none', is: 'h' }, { name: 'inodes', arg: 'none' }, { name: 'si', arg: 'none' }, { name: 'max-depth', arg: 'required', is: 'd' },
    { name: 'null', arg: 'none', is: '0' }, { name: 'no-dereference', arg: 'none', is: 'P' }, { name: 'one-file-system', arg: 'none', is: 'x' },
    { name: 'separate-dirs', arg: 'none', is: 'S' }, { name: 'summarize', arg: 'none', is: 's' }, { name: 'total', arg: 'none', is: 'c' },
    { name: 'threshold', arg: 'required', unsimulated: true }, { name: 'time', arg: 'optional', unsimulated: true }, { name: 'time-style', arg: 'required', unsimulated: true },
  ],
} as const

interface Task {
  readonly all: boolean
  readonly apparent: boolean
  readonly inodes: boolean
  readonly depth: number
  readonly follow: 'never' | 'operands' | 'always'
  readonly countLinks: boolean
  readonly oneFileSystem: boolean
  readonly separate: boolean
  readonly exclude: readonly string[]
  readonly size: BlockSize
  readonly end: string
}

export const du = command('du', 'show how much space files take', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  let size: BlockSize = { unit: 1024, suffix: '' }
  for (const { opt, arg } of given) {
    if (opt === 'h') size = { unit: 1, human: 1024, suffix: '' }
    else if (opt === 'si') size = { unit: 1, human: 1000, suffix: '' }
    else if (opt === 'k' || opt === 'm') size = { unit: opt === 'k' ? 1024 : 1048576, suffix: '' }
    else if (opt === 'b') size = { unit: 1, suffix: '' }
    else if (opt === 'B') {
      const parsed = parseBlockSize(arg ?? '')
      if (parsed === undefined) return yield* fail(c, 1, `invalid -B argument '${arg}'`)
      size = parsed
    }
  }
  const depthText = given.findLast((o) => o.opt === 'd')?.arg
  if (depthText !== undefined && !/^\d+$/.test(depthText)) return yield* usageError(c, 1, `invalid maximum depth ${quote(depthText)}`)
  if (has('a') && has('s')) return yield* usageError(c, 1, 'cannot both summarize and show all entries')
  if (has('s') && depthText !== undefined) {
    if (Number(depthText) === 0) yield* warn(c, 'warning: summarizing is the same as using --max-depth=0')
    else return yield* usageError(c, 1, `warning: summarizing conflicts with --max-depth=${depthText}`)
  }
  const links = given.findLast((o) => 'DHLP'.includes(o.opt))?.opt
  const usage = new Usage(c, {
    all: has('a'), apparent: has('apparent-size') || has('b'), inodes: has('inodes'), depth: has('s') ? 0 : Number(depthText ?? Infinity),
    follow: links === 'L' ? 'always' : links === 'D' || links === 'H' ? 'operands' : 'never', countLinks: has('l'), oneFileSystem: has('x'), separate: has('S'),
    exclude: given.filter((o) => o.opt === 'exclude').map((o) => o.arg ?? ''), size: has('inodes') ? { unit: 1, suffix: '' } : size, end: has('0') ? '\0' : '\n',
  })
  let total = 0
  for (const path of operands.length > 0 ? operands : ['.']) total += (yield* usage.measure(path, 0, undefined)).all
  if (has('c')) yield* usage.print(total, 'total')
  return usage.status
})

class Usage {
  status = 0
  readonly #c: Crt
  readonly #task: Task
  readonly #seen = new Set<string>()

  constructor(c: Crt, task: Task) {
    this.#c = c
    this.#task = task
  }

  *print(amount: number, path: string): Flow<void> {
    const { size, end } = this.#task
    yield* this.#c.stdout.write(`${inBlocks(amount, size)}\t${path}${end}`)
  }

  *#failed(message: string, error: Errno): Flow<void> {
    this.status = 1
    yield* warn(this.#c, message, error)
  }

  #amount(st: Stat): number {
    const { inodes, apparent } = this.#task
    return inodes ? 1 : apparent ? (isDir(st.mode) && st.size === 0 ? 0 : st.size) : st.blocks * 512
  }

  /** The amount of a file and everything below; `own` leaves out subdirectories. */
  *measure(path: string, level: number, dev: number | undefined): Flow<{ readonly all: number; readonly own: number }> {
    const { follow, exclude, countLinks, oneFileSystem, all, depth, separate } = this.#task
    const nothing = { all: 0, own: 0 }
    if (exclude.some((p) => fnmatch(p, baseName(path)) || fnmatch(p, path))) return nothing
    const st = yield* follow === 'always' || (follow === 'operands' && level === 0) ? stat(path) : lstat(path)
    if (isErr(st)) {
      yield* this.#failed(`cannot access ${quoteaf(path)}`, st)
      return nothing
    }
    if (oneFileSystem && dev !== undefined && st.dev !== dev) return nothing
    const id = `${st.dev}:${st.ino}`
    if (!countLinks && (isDir(st.mode) || st.nlink > 1 || level === 0)) {
      if (this.#seen.has(id)) return nothing
      this.#seen.add(id)
    }
    let own = this.#amount(st)
    if (!isDir(st.mode)) {
      if ((all && level <= depth) || level === 0) yield* this.print(own, path)
      return { all: own, own }
    }
    let below = 0
    const names = yield* readDir(path)
    if (isErr(names)) yield* this.#failed(`cannot read directory ${quoteaf(path)}`, names)
    for (const { name, type } of isErr(names) ? [] : names) {
      if (name === '.' || name === '..') continue
      const child = yield* this.measure(joinPath(path, name), level + 1, st.dev)
      if (type === 4) below += child.all
      else own += child.all
    }
    if (level <= depth) yield* this.print(separate ? own : own + below, path)
    return { all: own + below, own }
  }
}
