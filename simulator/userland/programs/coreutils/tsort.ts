// tsort(1) and pathchk(1): an order in which everything comes after what it needs; names that other systems would refuse.
import { isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { quote, quoteaf, quotef } from '../../../lib/quote.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { lstat } from '../../libc/unistd.ts'
import { NO_OPTIONS, command, noMoreOperands, parseArgs } from './command.ts'
import { readLines } from './inputs.ts'

interface Item { readonly name: string; before: number; readonly after: Item[] }

export const tsort = command('tsort', 'sort what depends on each other', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  yield* noMoreOperands(c, operands, 1)
  const { lines, ok } = yield* readLines(c, operands)
  if (!ok) return 1
  const words = lines.flatMap((line) => decodeUtf8(line).split(/[ \t]+/)).filter((w) => w !== '')
  if (words.length % 2 !== 0) return yield* fail(c, 1, `${quotef(operands[0] ?? '-')}: input contains an odd number of tokens`)
  const items = new Map<string, Item>()
  const item = (name: string): Item => {
    let found = items.get(name)
    if (found === undefined) items.set(name, (found = { name, before: 0, after: [] }))
    return found
  }
  for (let i = 0; i < words.length; i += 2) {
    const [first, second] = [item(words[i]), item(words[i + 1])]
    if (first === second) continue
    first.after.push(second)
    second.before++
  }
  const left = new Set([...items.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
  const ready = [...left].filter((each) => each.before === 0)
  let status = 0
  while (left.size > 0) {
    const next = ready.shift()
    if (next === undefined) {
      // A loop: its members are named, and one of its arrows is dropped.
      const loop = findLoop([...left][0], left)
      yield* warn(c, `${quotef(operands[0] ?? '-')}: input contains a loop:`)
      for (const each of loop) yield* warn(c, each.name)
      status = 1
      const [from, to] = [loop[loop.length - 1], loop[0]]
      from.after.splice(from.after.indexOf(to), 1)
      if (--to.before === 0) ready.push(to)
      continue
    }
    left.delete(next)
    yield* c.stdout.write(`${next.name}\n`)
    for (const each of [...next.after].reverse()) if (--each.before === 0) ready.push(each)
  }
  return status
})

/** Items each of which points to the next, and the last to the first. */
function findLoop(start: Item, left: ReadonlySet<Item>): readonly Item[] {
  const path: Item[] = [start]
  for (;;) {
    const next = path[path.length - 1].after.find((each) => left.has(each))
    if (next === undefined) return path
    const at = path.indexOf(next)
    if (at >= 0) return path.slice(at)
    path.push(next)
  }
}

const pathchkOptions = { short: 'pP', long: [{ name: 'portability', arg: 'none' }] } as const

export const pathchk = command('pathchk', 'check whether file names are valid or portable', pathchkOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, pathchkOptions)
  const has = (opt: string): boolean => options.some((o) => o.opt === opt || o.opt === 'portability')
  if (operands.length === 0) return yield* usageError(c, 1, 'missing operand')
  let ok = true
  for (const path of operands) {
    const odd = /[^A-Za-z0-9._/-]/.exec(path)
    let complaint: string | undefined
    if (has('P') && path.split('/').some((part) => part.startsWith('-'))) complaint = `leading '-' in a component of file name ${quoteaf(path)}`
    else if (has('P') && path === '') complaint = 'empty file name'
    else if (has('p') && odd !== null) complaint = `nonportable character ${quote(odd[0])} in file name ${quoteaf(path)}`
    else if (has('p') && path.length > 255) complaint = `limit 255 exceeded by length ${path.length} of file name ${quoteaf(path)}`
    else if (has('p') && path.split('/').some((part) => part.length > 14)) {
      const part = path.split('/').find((each) => each.length > 14) ?? ''
      complaint = `limit 14 exceeded by length ${part.length} of file name component ${quoteaf(part)}`
    } else if (!has('p')) {
      const st = path === '' ? yield* lstat('') : path.length > 4095 || path.split('/').some((part) => part.length > 255) ? yield* lstat(path) : undefined
      if (st !== undefined && isErr(st)) complaint = `${quotef(path)}: ${st.message}`
    }
    if (complaint === undefined) continue
    yield* warn(c, complaint)
    ok = false
  }
  return ok ? 0 : 1
})
