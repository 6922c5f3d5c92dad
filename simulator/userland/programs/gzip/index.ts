// Debian's package gzip 1.12: gzip, gunzip, zcat.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { gunzip, gzip as pack, isGzip } from '../../../lib/gzip.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { unsimulated, usageError, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, close, lstat, open, readToEnd, unlink, writeAll } from '../../libc/unistd.ts'
import type { OptionTable, ProgramPackage } from '../../program-table.ts'

const OPTIONS: OptionTable = {
  short: '123456789cdfhklnNqrS:tvV',
  unsimulatedShort: 'lNrSt',
  long: [
    { name: 'stdout', arg: 'none', is: 'c' }, { name: 'to-stdout', arg: 'none', is: 'c' }, { name: 'decompress', arg: 'none', is: 'd' }, { name: 'uncompress', arg: 'none', is: 'd' },
    { name: 'force', arg: 'none', is: 'f' }, { name: 'keep', arg: 'none', is: 'k' }, { name: 'list', arg: 'none', unsimulated: true }, { name: 'recursive', arg: 'none', unsimulated: true },
    { name: 'test', arg: 'none', unsimulated: true }, { name: 'fast', arg: 'none', is: '1' }, { name: 'best', arg: 'none', is: '9' }, { name: 'quiet', arg: 'none', is: 'q' },
    { name: 'no-name', arg: 'none', is: 'n' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const main = (defaults: string) =>
  function* (c: Crt): Flow<number> {
    const parsed = getoptLong(c.argv, OPTIONS.short, OPTIONS.long, OPTIONS.unsimulatedShort)
    const flags = new Set<string>(defaults)
    for (const event of parsed.options) {
      if ('error' in event) return yield* usageError(c, 1, event.error)
      if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
      flags.add(event.opt)
    }
    if (parsed.operands.length === 0 || parsed.operands[0] === '-') return yield* filter(c, flags)
    let status = 0
    for (const name of parsed.operands) status = Math.max(status, yield* one(c, flags, name))
    return status
  }

function* filter(c: Crt, flags: ReadonlySet<string>): Flow<number> {
  const data = yield* readToEnd(0)
  if (isErr(data)) return 1
  const result = flags.has('d') ? gunzip(data) : pack(data)
  if (result === undefined) {
    yield* c.stderr.write(`\n${c.name}: stdin: ${isGzip(data) ? 'unexpected end of file' : 'not in gzip format'}\n`)
    return 1
  }
  yield* c.stdout.write(result)
  return 0
}

function* one(c: Crt, flags: ReadonlySet<string>, given: string): Flow<number> {
  const unpack = flags.has('d')
  let name = given
  let info = yield* lstat(name)
  if (isErr(info) && unpack && !name.endsWith('.gz')) {
    name = `${given}.gz`
    info = yield* lstat(name)
  }
  if (isErr(info)) {
    yield* warn(c, name, info)
    return 1
  }
  const complain = function* (message: string, status: number): Flow<number> {
    // gunzip and zcat are scripts that run gzip.
    yield* c.stderr.write(`gzip: ${message}\n`)
    return status
  }
  if (isDir(info.mode)) return yield* complain(`${name} is a directory -- ignored`, 2)
  if (!flags.has('c')) {
    if (info.nlink > 1 && !flags.has('f')) return yield* complain(`${name} has ${info.nlink - 1} other link${info.nlink > 2 ? 's' : ' '} -- file ignored`.replace('link  --', 'link --'), 2)
    if (unpack && !/\.(gz|tgz)$/.test(name)) return yield* complain(`${name}: unknown suffix -- ignored`, 2)
    if (!unpack && name.endsWith('.gz')) return yield* complain(`${name} already has .gz suffix -- unchanged`, 2)
  }
  const fd = yield* open(name, O_RDONLY)
  if (isErr(fd)) {
    yield* warn(c, name, fd)
    return 1
  }
  const data = yield* readToEnd(fd)
  yield* close(fd)
  const result = isErr(data) ? undefined : unpack ? gunzip(data) : pack(data)
  if (result === undefined) {
    yield* c.stderr.write(`\n${c.name}: ${name}: not in gzip format\n`)
    return 1
  }
  if (flags.has('c')) {
    yield* c.stdout.write(result)
    return 0
  }
  const target = unpack ? name.replace(/\.tgz$/, '.tar').replace(/\.gz$/, '') : `${name}.gz`
  const out = yield* open(target, O_WRONLY | O_CREAT | (flags.has('f') ? O_TRUNC : O_EXCL), 0o600)
  if (isErr(out)) {
    if (out === Errno.EEXIST) return yield* complain(`${target} already exists;\tnot overwritten`, 2)
    yield* warn(c, target, out)
    return 1
  }
  yield* writeAll(out, result)
  yield* close(out)
  yield* chmod(target, info.mode & 0o7777)
  yield* call('utimensat', -100, target, info.atime, info.mtime, 0)
  if (!flags.has('k')) yield* unlink(name)
  return 0
}

const entry = (path: string, flags: string, summary: string): ProgramPackage['programs'][number] => ({ path, program: program(main(flags)), options: OPTIONS, summary })

export const gzip: ProgramPackage = {
  name: 'gzip',
  version: '1.12-1',
  programs: [
    entry('/usr/bin/gzip', '', 'makes a file smaller'), entry('/usr/bin/gunzip', 'd', 'gets back what gzip made smaller'), entry('/usr/bin/zcat', 'cd', 'prints what gzip made smaller'),
  ],
}
