// uniq(1): folds neighbouring lines that are equal, with counts (-c), only repeated (-d, -D) or only single ones (-u).
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote, quotef } from '../../../lib/quote.ts'
import { fail, usageError } from '../../libc/err.ts'
import { OutStream } from '../../libc/stdio.ts'
import { open } from '../../libc/unistd.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { command, noMoreOperands, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'

const options = {
  short: 'cdDf:is:uw:z',
  long: [
    { name: 'count', arg: 'none', is: 'c' }, { name: 'repeated', arg: 'none', is: 'd' }, { name: 'all-repeated', arg: 'optional', is: 'D' },
    { name: 'group', arg: 'optional' }, { name: 'ignore-case', arg: 'none', is: 'i' }, { name: 'unique', arg: 'none', is: 'u' },
    { name: 'skip-fields', arg: 'required', is: 'f' }, { name: 'skip-chars', arg: 'required', is: 's' }, { name: 'check-chars', arg: 'required', is: 'w' },
    { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const

const NUMBERS = { f: 'invalid number of fields to skip', s: 'invalid number of bytes to skip', w: 'invalid number of bytes to compare' } as const

export const uniq = command('uniq', 'report or leave out repeated lines', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  yield* noMoreOperands(c, operands, 2)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const numbers = { f: 0, s: 0, w: Infinity }
  for (const { opt, arg } of given) {
    if (opt !== 'f' && opt !== 's' && opt !== 'w') continue
    if (!/^\d+$/.test(arg ?? '')) return yield* fail(c, 1, `${arg}: ${NUMBERS[opt]}`)
    numbers[opt] = Number(arg)
  }
  const group = given.findLast((o) => o.opt === 'group')
  if (group !== undefined && (has('c') || has('d') || has('D') || has('u'))) return yield* usageError(c, 1, '--group is mutually exclusive with -c/-d/-D/-u')
  if (has('D') && has('c')) return yield* usageError(c, 1, 'printing all duplicated lines and repeat counts is meaningless')
  const input = yield* openInput(c, operands[0] ?? '-')
  if (isErr(input)) return yield* fail(c, 1, quotef(operands[0] ?? '-'), input)
  let out = c.stdout
  if (operands[1] !== undefined && operands[1] !== '-') {
    const fd = yield* open(operands[1], O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    if (isErr(fd)) return yield* fail(c, 1, quotef(operands[1]), fd)
    out = new OutStream(fd)
  }
  const end = has('z') ? '\0' : '\n'
  const keyOf = (line: string): string => {
    const skipped = numbers.f > 0 ? line.replace(new RegExp(`^(?:[ \\t]*[^ \\t]+){0,${numbers.f}}`), '') : line
    const key = skipped.slice(numbers.s, numbers.s + numbers.w)
    return has('i') ? key.toLowerCase() : key
  }
  const method = (given.findLast((o) => o.opt === 'D')?.arg ?? group?.arg ?? (group === undefined ? 'none' : 'separate'))
  if (!/^(none|prepend|separate|append|both)$/.test(method)) return yield* usageError(c, 1, `invalid argument ${quote(method)} for ${quote(group === undefined ? '--all-repeated' : '--group')}`)
  let groups = 0
  const emit = function* (lines: readonly string[]) {
    if (group !== undefined || has('D')) {
      if (has('D') && lines.length < 2) return
      const before = method === 'prepend' || method === 'both' || (method === 'separate' && groups > 0)
      yield* out.write((before && !(method === 'both' && groups > 0) ? end : '') + lines.map((l) => l + end).join('') + (method === 'append' || method === 'both' ? end : ''))
      groups++
    } else if ((lines.length === 1 && has('d') && !has('u')) || (lines.length > 1 && has('u') && !has('d')) || (has('u') && has('d'))) return
    else yield* out.write(`${has('c') ? `${String(lines.length).padStart(7)} ` : ''}${lines[0]}${end}`)
  }
  let current: string[] = []
  for (;;) {
    const bytes = yield* input.lineBytes(has('z') ? 0 : 10)
    if (bytes === undefined) break
    const line = decodeUtf8(bytes.at(-1) === end.charCodeAt(0) ? bytes.subarray(0, -1) : bytes)
    if (current.length > 0 && keyOf(line) === keyOf(current[0])) current.push(line)
    else {
      if (current.length > 0) yield* emit(current)
      current = [line]
    }
  }
  if (current.length > 0) yield* emit(current)
  if (input.error !== undefined) return yield* fail(c, 1, `error reading ${quotef(operands[0] ?? '-')}`, input.error)
  yield* out.flush()
  return 0
})
