// cut(1): chosen bytes or fields of each line. As in GNU cut, -c means bytes.
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { usageError } from '../../libc/err.ts'
import { command, parseArgs } from './command.ts'
import { forEachInput } from './inputs.ts'
import { complement, inRanges, parseRanges } from './ranges.ts'

const options = {
  short: 'b:c:d:f:nsz',
  long: [
    { name: 'bytes', arg: 'required', is: 'b' }, { name: 'characters', arg: 'required', is: 'c' }, { name: 'fields', arg: 'required', is: 'f' },
    { name: 'delimiter', arg: 'required', is: 'd' }, { name: 'only-delimited', arg: 'none', is: 's' }, { name: 'output-delimiter', arg: 'required' },
    { name: 'complement', arg: 'none' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const

export const cut = command('cut', 'print parts of each line', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (opt: string): boolean => given.some((o) => o.opt === opt)
  const value = (opt: string): string | undefined => given.findLast((o) => o.opt === opt)?.arg
  const lists = given.filter((o) => 'bcf'.includes(o.opt))
  if (lists.length > 1) return yield* usageError(c, 1, 'only one list may be specified')
  if (lists.length === 0) return yield* usageError(c, 1, 'you must specify a list of bytes, characters, or fields')
  const byFields = lists[0].opt === 'f'
  const delimiter = value('d')
  if (delimiter !== undefined && encodeUtf8(delimiter).length > 1) return yield* usageError(c, 1, 'the delimiter must be a single character')
  if (!byFields && delimiter !== undefined) return yield* usageError(c, 1, 'an input delimiter may be specified only when operating on fields')
  if (!byFields && has('s')) return yield* usageError(c, 1, 'suppressing non-delimited lines makes sense\n\tonly when operating on fields')
  const parsed = parseRanges(lists[0].arg ?? '', byFields ? 'field' : 'byte/character', byFields ? 'fields' : 'positions')
  if (typeof parsed === 'string') return yield* usageError(c, 1, parsed)
  const ranges = has('complement') ? complement(parsed) : parsed
  const separator = delimiter === undefined ? '\t' : delimiter === '' ? '\0' : delimiter
  const output = value('output-delimiter')
  const end = has('z') ? '\0' : '\n'
  const ok = yield* forEachInput(c, operands, function* (input) {
    for (;;) {
      const bytes = yield* input.lineBytes(has('z') ? 0 : 10)
      if (bytes === undefined) return undefined
      const line = bytes.at(-1) === end.charCodeAt(0) ? bytes.subarray(0, -1) : bytes
      if (byFields) {
        const text = decodeUtf8(line)
        const fields = text.split(separator)
        if (fields.length === 1) {
          if (!has('s')) yield* c.stdout.write(text + end)
        } else yield* c.stdout.write(fields.filter((_, i) => inRanges(i + 1, ranges)).join(output ?? separator) + end)
      } else {
        const pieces = ranges.map(([from, to]) => decodeUtf8(line.subarray(from - 1, to === Infinity ? undefined : to))).filter((p) => p !== '')
        yield* c.stdout.write(pieces.join(output ?? '') + end)
      }
      if (c.stdout.error !== undefined) return false
    }
  })
  return ok ? 0 : 1
})
