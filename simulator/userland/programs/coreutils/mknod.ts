// mkfifo(1), mknod(1): pipes and device files.
import type { Flow } from '../../../abi/syscalls.ts'
import { AT_FDCWD } from '../../../abi/fcntl.ts'
import { S_IFBLK, S_IFCHR, S_IFIFO, makedev } from '../../../abi/stat.ts'
import { isErr } from '../../../abi/errno.ts'
import { quote, quoteaf, quotef } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { chmod } from '../../libc/unistd.ts'
import { command, needOperands, parseArgs } from './command.ts'
import { applyMode, parseMode } from './mode-change.ts'

const nodeOptions = { short: 'm:Z', unsimulatedShort: 'Z', long: [{ name: 'context', arg: 'optional', unsimulated: true }, { name: 'mode', arg: 'required', is: 'm' }] } as const

/** The mode for new nodes: 666 less the umask, or -m's, which the umask doesn't touch. */
function* nodeMode(c: Crt, text: string | undefined): Flow<{ readonly mode: number; readonly exact: boolean }> {
  if (text === undefined) return { mode: 0o666, exact: false }
  const changes = parseMode(text)
  const umask = yield* call('umask', 0)
  yield* call('umask', isErr(umask) ? 0o022 : umask)
  if (changes === undefined) exit(yield* fail(c, 1, 'invalid mode'))
  const mode = applyMode(0o666, false, isErr(umask) ? 0o022 : umask, changes)
  if (mode & ~0o777) exit(yield* fail(c, 1, 'mode must specify only file permission bits'))
  return { mode, exact: true }
}

function* makeNode(c: Crt, path: string, type: number, dev: number, how: { readonly mode: number; readonly exact: boolean; readonly fifo?: true }): Flow<number> {
  const made = yield* call('mknodat', AT_FDCWD, path, type | how.mode, dev)
  if (isErr(made)) return yield* fail(c, 1, how.fifo === true ? `cannot create fifo ${quoteaf(path)}` : quotef(path), made)
  const set = how.exact ? yield* chmod(path, how.mode) : 0
  return isErr(set) ? yield* fail(c, 1, `cannot set permissions of ${quoteaf(path)}`, set) : 0
}

export const mkfifo = command('mkfifo', 'make named pipes', nodeOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, nodeOptions)
  yield* needOperands(c, operands)
  const mode = yield* nodeMode(c, options.findLast((o) => o.opt === 'm')?.arg)
  let status = 0
  for (const path of operands) status = Math.max(status, yield* makeNode(c, path, S_IFIFO, 0, { ...mode, fifo: true }))
  return status
})

export const mknod = command('mknod', 'make device files and pipes', nodeOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, nodeOptions)
  const mode = yield* nodeMode(c, options.findLast((o) => o.opt === 'm')?.arg)
  const isFifo = operands[1]?.startsWith('p') ?? false
  const expected = operands.length < 2 || !isFifo ? 4 : 2
  if (operands.length < expected) {
    const message = operands.length === 0 ? 'missing operand' : `missing operand after ${quote(operands[operands.length - 1])}`
    yield* warn(c, message)
    if (expected === 4 && operands.length === 2) yield* c.stderr.write('Special files require major and minor device numbers.\n')
    yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
    return 1
  }
  if (operands.length > expected) {
    yield* warn(c, `extra operand ${quote(operands[expected])}`)
    if (expected === 2 && operands.length === 4) yield* c.stderr.write('Fifos do not have major and minor device numbers.\n')
    yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
    return 1
  }
  const [path, kind] = operands
  if (isFifo) return yield* makeNode(c, path, S_IFIFO, 0, mode)
  const type = kind.startsWith('b') ? S_IFBLK : /^[cu]/.test(kind) ? S_IFCHR : undefined
  if (type === undefined) return yield* usageError(c, 1, `invalid device type ${quote(kind)}`)
  const number = (text: string): number | undefined => (/^(0x[0-9a-f]+|\d+)$/i.test(text) ? (/^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text)) : undefined)
  const [major, minor] = [number(operands[2]), number(operands[3])]
  if (major === undefined) return yield* fail(c, 1, `invalid major device number ${quote(operands[2])}`)
  if (minor === undefined) return yield* fail(c, 1, `invalid minor device number ${quote(operands[3])}`)
  return yield* makeNode(c, path, type, makedev(major, minor), mode)
})
