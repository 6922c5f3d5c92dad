// yes(1), tee(1), sync(1), uname(1): each too small for a file of its own.
import { O_APPEND, O_CREAT, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { SIG_IGN, SIGINT } from '../../../abi/signal.ts'
import { isErr } from '../../../abi/errno.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { quoteaf, quotef } from '../../../lib/quote.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, sigaction, writeAll } from '../../libc/unistd.ts'
import { NO_OPTIONS, command, noMoreOperands, parseArgs } from './command.ts'

export const yes = command('yes', 'print a word again and again', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, { short: '+', long: [] })
  const line = `${operands.length > 0 ? operands.join(' ') : 'y'}\n`
  const block = encodeUtf8(line.repeat(Math.max(1, Math.floor(8192 / encodeUtf8(line).length))))
  for (;;) {
    const wrote = yield* writeAll(1, block)
    if (isErr(wrote)) return yield* fail(c, 1, 'standard output', wrote)
  }
})

const teeOptions = {
  short: 'aip',
  long: [{ name: 'append', arg: 'none', is: 'a' }, { name: 'ignore-interrupts', arg: 'none', is: 'i' }, { name: 'output-error', arg: 'optional', is: 'p' }],
} as const

export const tee = command('tee', 'copy input to files and to the output', teeOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, teeOptions)
  const append = options.some((o) => o.opt === 'a')
  if (options.some((o) => o.opt === 'i')) yield* sigaction(SIGINT, SIG_IGN)
  const outputs: { readonly name: string; readonly fd: number; broken: boolean }[] = [{ name: "'standard output'", fd: 1, broken: false }]
  let status = 0
  for (const name of operands) {
    const fd = yield* open(name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o666)
    if (isErr(fd)) {
      yield* warn(c, quotef(name), fd)
      status = 1
    } else outputs.push({ name: quotef(name), fd, broken: false })
  }
  while (outputs.some((o) => !o.broken)) {
    const part = yield* call('read', 0, 65536)
    if (isErr(part)) return yield* fail(c, 1, 'read error', part)
    if (part.length === 0) break
    for (const output of outputs.filter((o) => !o.broken)) {
      const wrote = yield* writeAll(output.fd, part)
      if (!isErr(wrote)) continue
      yield* warn(c, output.name, wrote)
      output.broken = true
      status = 1
    }
  }
  return status
})

const syncOptions = { short: 'df', long: [{ name: 'data', arg: 'none', is: 'd' }, { name: 'file-system', arg: 'none', is: 'f' }] } as const

export const sync = command('sync', 'write cached data to disk', syncOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, syncOptions)
  if (operands.length === 0) {
    if (options.some((o) => o.opt === 'd')) return yield* fail(c, 1, '--data needs at least one argument')
    yield* call('sync')
    return 0
  }
  let status = 0
  for (const path of operands) {
    const fd = yield* open(path, O_RDONLY | O_NONBLOCK)
    const done = isErr(fd) ? fd : yield* call('fsync', fd)
    if (isErr(done)) {
      yield* warn(c, `error ${isErr(fd) ? 'opening' : 'syncing'} ${quoteaf(path)}`, done)
      status = 1
    }
    if (!isErr(fd)) yield* close(fd)
  }
  return status
})

const unameOptions = {
  short: 'asnrvmpio',
  long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'kernel-name', arg: 'none', is: 's' }, { name: 'sysname', arg: 'none', is: 's' },
    { name: 'nodename', arg: 'none', is: 'n' }, { name: 'kernel-release', arg: 'none', is: 'r' }, { name: 'release', arg: 'none', is: 'r' },
    { name: 'kernel-version', arg: 'none', is: 'v' }, { name: 'machine', arg: 'none', is: 'm' }, { name: 'processor', arg: 'none', is: 'p' },
    { name: 'hardware-platform', arg: 'none', is: 'i' }, { name: 'operating-system', arg: 'none', is: 'o' },
  ],
} as const

export const uname = command('uname', 'print the name and version of the system', unameOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, unameOptions)
  yield* noMoreOperands(c, operands, 0)
  const uts = yield* call('uname')
  if (isErr(uts)) return yield* fail(c, 1, 'cannot get system name', uts)
  const all = options.some((o) => o.opt === 'a')
  const fields = { s: uts.sysname, n: uts.nodename, r: uts.release, v: uts.version, m: uts.machine, p: 'unknown', i: 'unknown', o: 'GNU/Linux' }
  const order = ['s', 'n', 'r', 'v', 'm', 'p', 'i', 'o'] as const
  const shown = order.filter((l) => (all ? l !== 'p' && l !== 'i' : options.length === 0 ? l === 's' : options.some((o) => o.opt === l)))
  yield* c.stdout.write(`${shown.map((l) => fields[l]).join(' ')}\n`)
  return 0
})
