// truncate(1): sets sizes, absolute or relative (+ - < > / %).
import { O_CREAT, O_NONBLOCK, O_WRONLY } from '../../../abi/fcntl.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, open, stat } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'

const truncateOptions = {
  short: 'cor:s:',
  long: [
    { name: 'no-create', arg: 'none', is: 'c' }, { name: 'io-blocks', arg: 'none', is: 'o' }, { name: 'reference', arg: 'required', is: 'r' },
    { name: 'size', arg: 'required', is: 's' },
  ],
} as const

export const truncate = command('truncate', 'set the size of files', truncateOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, truncateOptions)
  const value = (opt: string): string | undefined => options.findLast((o) => o.opt === opt)?.arg
  const [sizeText, reference] = [value('s'), value('r')]
  if (sizeText === undefined && reference === undefined) return yield* usageError(c, 1, `you must specify either ${quote('--size')} or ${quote('--reference')}`)
  const m = /^\s*([-+<>/%]?)\s*(.*)$/s.exec(sizeText ?? '+0')
  const amount = parseSize(m?.[2] ?? '')
  if (amount === undefined) return yield* fail(c, 1, `Invalid number: ${quote(m?.[2] ?? '')}`)
  if (reference !== undefined && sizeText !== undefined && m?.[1] === '') return yield* usageError(c, 1, `you must specify a relative ${quote('--size')} with ${quote('--reference')}`)
  if (operands.length === 0) return yield* usageError(c, 1, 'missing file operand')
  const model = reference === undefined ? undefined : yield* stat(reference)
  if (isErr(model)) return yield* fail(c, 1, `cannot stat ${quoteaf(reference ?? '')}`, model)
  let status = 0
  for (const path of operands) {
    const fd = yield* open(path, O_WRONLY | O_NONBLOCK | (options.some((o) => o.opt === 'c') ? 0 : O_CREAT), 0o666)
    if (isErr(fd)) {
      if (fd === Errno.ENOENT && options.some((o) => o.opt === 'c')) continue
      yield* warn(c, `cannot open ${quoteaf(path)} for writing`, fd)
      status = 1
      continue
    }
    const st = yield* fstat(fd)
    const old = model?.size ?? (isErr(st) ? 0 : st.size)
    const unit = options.some((o) => o.opt === 'o') && !isErr(st) ? amount * st.blksize : amount
    const sizes: Readonly<Record<string, number>> = {
      '': unit, '+': old + unit, '-': Math.max(0, old - unit), '<': Math.min(old, unit), '>': Math.max(old, unit),
      '/': unit === 0 ? old : Math.floor(old / unit) * unit, '%': unit === 0 ? old : Math.ceil(old / unit) * unit,
    }
    const size = sizes[m?.[1] ?? '']
    const set = yield* call('ftruncate', fd, size)
    if (isErr(set)) {
      yield* warn(c, `failed to truncate ${quoteaf(path)} at ${size} bytes`, set)
      status = 1
    }
    yield* close(fd)
  }
  return status
})
