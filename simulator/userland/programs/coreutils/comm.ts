// comm(1), join(1): two sorted files compared line by line, or put together by a common field.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import type { InStream } from '../../libc/stdio.ts'
import { command, needOperands, noMoreOperands, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'
import { compareNames } from './ls-entry.ts'

const commOptions = {
  short: '123z',
  long: [
    { name: 'check-order', arg: 'none' }, { name: 'nocheck-order', arg: 'none' }, { name: 'output-delimiter', arg: 'required' },
    { name: 'total', arg: 'none' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const

/** Lines of a sorted file; complains once if they aren't sorted. */
class SortedLines {
  current: string | undefined
  unsorted = false
  readonly #c: Crt
  readonly #input: InStream
  readonly #delimiter: number
  readonly #number: 1 | 2
  readonly #strict: boolean

  constructor(c: Crt, input: InStream, delimiter: number, number: 1 | 2, strict: boolean) {
    this.#c = c
    this.#input = input
    this.#delimiter = delimiter
    this.#number = number
    this.#strict = strict
  }

  *next(check: boolean): Flow<void> {
    const before = this.current
    const bytes = yield* this.#input.lineBytes(this.#delimiter)
    this.current = bytes === undefined ? undefined : decodeUtf8(bytes.at(-1) === this.#delimiter ? bytes.subarray(0, -1) : bytes)
    if (!check || this.unsorted || before === undefined || this.current === undefined || compareNames(before, this.current) <= 0) return
    this.unsorted = true
    yield* warn(this.#c, `file ${this.#number} is not in sorted order`)
    if (this.#strict) exit(1)
  }
}

export const comm = command('comm', 'compare two sorted files line by line', commOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, commOptions)
  const has = (opt: string): boolean => options.some((o) => o.opt === opt)
  yield* needOperands(c, operands, 2)
  yield* noMoreOperands(c, operands, 2)
  const end = has('z') ? '\0' : '\n'
  const separator = options.findLast((o) => o.opt === 'output-delimiter')?.arg ?? '\t'
  const sources: SortedLines[] = []
  for (const [i, name] of operands.entries()) {
    const input = yield* openInput(c, name)
    if (isErr(input)) return yield* fail(c, 1, quotef(name), input)
    sources.push(new SortedLines(c, input, end.charCodeAt(0), i === 0 ? 1 : 2, has('check-order')))
  }
  const [a, b] = sources
  let unpaired = false
  const check = (): boolean => has('check-order') || (!has('nocheck-order') && unpaired)
  yield* a.next(false)
  yield* b.next(false)
  const totals = [0, 0, 0]
  const prefix = ['', has('1') ? '' : separator, (has('1') ? '' : separator) + (has('2') ? '' : separator)]
  while (a.current !== undefined || b.current !== undefined) {
    const order = a.current === undefined ? 1 : b.current === undefined ? -1 : compareNames(a.current, b.current)
    const column = order < 0 ? 0 : order > 0 ? 1 : 2
    totals[column]++
    if (column !== 2) unpaired = true
    if (!has(String(column + 1))) yield* c.stdout.write(`${prefix[column]}${(column === 1 ? b.current : a.current) ?? ''}${end}`)
    if (order <= 0) yield* a.next(check())
    if (order >= 0) yield* b.next(check())
  }
  if (has('total')) yield* c.stdout.write(`${totals.join(separator)}${separator}total${end}`)
  return a.unsorted || b.unsorted ? yield* fail(c, 1, 'input is not in sorted order') : 0
})

const joinOptions = {
  short: 'a:e:i1:2:j:o:t:v:z',
  long: [
    { name: 'ignore-case', arg: 'none', is: 'i' }, { name: 'check-order', arg: 'none' }, { name: 'nocheck-order', arg: 'none' },
    { name: 'zero-terminated', arg: 'none', is: 'z' }, { name: 'header', arg: 'none' },
  ],
} as const

interface Row {
  readonly fields: readonly string[]
  readonly key: string
}

export const join = command('join', 'join two sorted files by a field', joinOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, joinOptions)
  const value = (opt: string): string | undefined => options.findLast((o) => o.opt === opt)?.arg
  yield* needOperands(c, operands, 2)
  yield* noMoreOperands(c, operands, 2)
  const both = value('j')
  const fields = [value('1') ?? both ?? '1', value('2') ?? both ?? '1']
  for (const field of fields) if (!/^[1-9]\d*$/.test(field)) return yield* fail(c, 1, `invalid field number: ${quote(field)}`)
  const end = options.some((o) => o.opt === 'z') ? '\0' : '\n'
  const tab = value('t')
  const fold = options.some((o) => o.opt === 'i')
  const files: Row[][] = []
  for (const [i, name] of operands.entries()) files.push(yield* rows(c, name, Number(fields[i]) - 1, { tab, fold, end }))
  const separator = tab === undefined ? ' ' : tab === '' ? '\n' : tab
  const empty = value('e') ?? ''
  const list = options.filter((o) => o.opt === 'o').flatMap((o) => (o.arg ?? '').split(/[,\s]+/)).filter((f) => f !== '')
  const shown = (a: Row | undefined, b: Row | undefined): string => {
    if (list.length > 0 && list[0] !== 'auto') {
      return list.map((spec) => {
        if (spec === '0') return (a ?? b)?.key || empty
        const [file, field] = spec.split('.')
        return (file === '1' ? a : b)?.fields[Number(field) - 1] || empty
      }).join(separator)
    }
    const others = (row: Row | undefined, i: number): readonly string[] => row?.fields.filter((_, n) => n !== Number(fields[i]) - 1) ?? []
    const own = (a?.fields[Number(fields[0]) - 1] ?? b?.fields[Number(fields[1]) - 1]) ?? ''
    return [own, ...others(a, 0), ...others(b, 1)].map((f) => f || empty).join(separator)
  }
  const unpairable = new Set(options.filter((o) => o.opt === 'a' || o.opt === 'v').map((o) => o.arg))
  const onlyUnpaired = options.some((o) => o.opt === 'v')
  const [left, right] = files
  let [i, j] = [0, 0]
  if (options.some((o) => o.opt === 'header') && left.length + right.length > 0) yield* c.stdout.write(shown(left[i++], right[j++]) + end)
  while (i < left.length || j < right.length) {
    const order = i >= left.length ? 1 : j >= right.length ? -1 : compareNames(left[i].key, right[j].key)
    if (order < 0) {
      if (unpairable.has('1')) yield* c.stdout.write(shown(left[i], undefined) + end)
      i++
    } else if (order > 0) {
      if (unpairable.has('2')) yield* c.stdout.write(shown(undefined, right[j]) + end)
      j++
    } else {
      const key = left[i].key
      let lastLeft = i
      while (lastLeft < left.length && left[lastLeft].key === key) lastLeft++
      let lastRight = j
      while (lastRight < right.length && right[lastRight].key === key) lastRight++
      if (!onlyUnpaired) for (const a of left.slice(i, lastLeft)) for (const b of right.slice(j, lastRight)) yield* c.stdout.write(shown(a, b) + end)
      i = lastLeft
      j = lastRight
    }
  }
  const disorder = yield* reportDisorder(c, operands, files, options.some((o) => o.opt === 'nocheck-order'))
  return disorder ? yield* fail(c, 1, 'input is not in sorted order') : 0
})

function* rows(c: Crt, name: string, field: number, how: { readonly tab: string | undefined; readonly fold: boolean; readonly end: string }): Flow<Row[]> {
  const input = yield* openInput(c, name)
  if (isErr(input)) exit(yield* fail(c, 1, quotef(name), input))
  const out: Row[] = []
  for (;;) {
    const bytes = yield* input.lineBytes(how.end.charCodeAt(0))
    if (bytes === undefined) return out
    const line = decodeUtf8(bytes).replace(how.end, '')
    const fields = how.tab === undefined ? line.trim().split(/[ \t]+/) : how.tab === '' ? [line] : line.split(how.tab)
    const key = fields[field] ?? ''
    out.push({ fields, key: how.fold ? key.toLowerCase() : key })
  }
}

function* reportDisorder(c: Crt, names: readonly string[], files: readonly (readonly Row[])[], quiet: boolean): Flow<boolean> {
  let any = false
  for (const [i, file] of quiet ? [] : files.entries()) {
    const at = file.findIndex((row, n) => n > 0 && compareNames(file[n - 1].key, row.key) > 0)
    if (at < 0) continue
    yield* warn(c, `${names[i]}:${at + 1}: is not sorted: ${file[at].fields.join(' ')}`)
    any = true
  }
  return any
}
