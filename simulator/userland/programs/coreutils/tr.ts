// tr(1): translates, squeezes or deletes bytes. Sets are in tr-set.ts.
import { command, parseArgs } from './command.ts'
import { quote } from '../../../lib/quote.ts'
import { fail, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { writeAll } from '../../libc/unistd.ts'
import { isErr } from '../../../abi/errno.ts'
import { type SetError, expandPair, expandSet } from './tr-set.ts'

const options = {
  short: '+cCdst',
  long: [
    { name: 'complement', arg: 'none', is: 'c' }, { name: 'delete', arg: 'none', is: 'd' }, { name: 'squeeze-repeats', arg: 'none', is: 's' },
    { name: 'truncate-set1', arg: 'none', is: 't' },
  ],
} as const

export const tr = command('tr', 'translate or delete characters', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  const has = (letters: string): boolean => given.some((o) => letters.includes(o.opt))
  const [remove, squeeze, inverse] = [has('d'), has('s'), has('cC')]
  const least = remove === squeeze ? 2 : 1
  const most = remove && !squeeze ? 1 : 2
  if (operands.length < least) {
    if (operands.length === 0) return yield* usageError(c, 1, 'missing operand')
    const why = squeeze ? 'Two strings must be given when both deleting and squeezing repeats.' : 'Two strings must be given when translating.'
    yield* c.stderr.write(`${c.name}: missing operand after ${quote(operands[operands.length - 1])}\n${why}\nTry '${c.name} --help' for more information.\n`)
    return 1
  }
  if (operands.length > most) {
    yield* c.stderr.write(`${c.name}: extra operand ${quote(operands[most])}\n`)
    if (operands.length === 2) yield* c.stderr.write('Only one string may be given when deleting without squeezing repeats.\n')
    yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
    return 1
  }
  const table = plan(operands, { remove, squeeze, inverse, truncate: has('t') })
  if (typeof table === 'string') return yield* fail(c, 1, table)
  let previous = -1
  for (;;) {
    const part = yield* call('read', 0, 65536)
    if (isErr(part)) return yield* fail(c, 1, 'read error', part)
    if (part.length === 0) return 0
    const out = new Uint8Array(part.length)
    let size = 0
    for (const byte of part) {
      if (table.deleted[byte]) continue
      const to = table.map[byte]
      if (to === previous && table.squeezed[to]) continue
      previous = to
      out[size++] = to
    }
    const wrote = yield* writeAll(1, out.subarray(0, size))
    if (isErr(wrote)) return yield* fail(c, 1, 'write error', wrote)
  }
})

interface Table {
  readonly map: readonly number[]
  readonly deleted: readonly boolean[]
  readonly squeezed: readonly boolean[]
}

function plan(sets: readonly string[], how: { readonly remove: boolean; readonly squeeze: boolean; readonly inverse: boolean; readonly truncate: boolean }): Table | SetError {
  const bytes = Array.from({ length: 256 }, (_, i) => i)
  const members = (list: readonly number[]): boolean[] => {
    const is = new Array<boolean>(256).fill(false)
    for (const b of list) is[b] = true
    return is
  }
  const none = members([])
  if (how.remove || sets.length === 1) {
    const first = expandSet(sets[0], how.inverse)
    if (typeof first === 'string') return first
    const second = sets.length === 2 ? expandSet(sets[1], false) : []
    if (typeof second === 'string') return second
    return { map: bytes, deleted: how.remove ? members(first) : none, squeezed: how.remove ? members(second) : members(first) }
  }
  const pair = expandPair(sets[0], sets[1], how.inverse, how.truncate)
  if (typeof pair === 'string') return pair
  const map = [...bytes]
  pair.from.forEach((b, i) => { if (i < pair.to.length) map[b] = pair.to[i] })
  return { map, deleted: none, squeezed: how.squeeze ? members(pair.to) : none }
}
