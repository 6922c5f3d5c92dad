// Debian's package gzip 1.12: gzip, gunzip, zcat.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isDir } from '../../../abi/stat.ts'
import { encodeUtf8 } from '../../../lib/bytes.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { gunzip, gzip as pack, gzipHeader, isGzip } from '../../../lib/gzip.ts'
import { type Crt, program } from '../../libc/crt.ts'
import { fail, unsimulated, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { chmod, close, lstat, open, readDir, readToEnd, unlink, writeAll } from '../../libc/unistd.ts'
import type { OptionTable, ProgramPackage } from '../../program-table.ts'

const OPTIONS: OptionTable = {
  short: '123456789cdfhklnNqrS:tvV',
  unsimulatedShort: 'N',
  long: [
    { name: 'stdout', arg: 'none', is: 'c' }, { name: 'to-stdout', arg: 'none', is: 'c' }, { name: 'decompress', arg: 'none', is: 'd' }, { name: 'uncompress', arg: 'none', is: 'd' },
    { name: 'force', arg: 'none', is: 'f' }, { name: 'keep', arg: 'none', is: 'k' }, { name: 'list', arg: 'none', is: 'l' }, { name: 'recursive', arg: 'none', is: 'r' },
    { name: 'test', arg: 'none', is: 't' }, { name: 'suffix', arg: 'required', is: 'S' }, { name: 'fast', arg: 'none', is: '1' }, { name: 'best', arg: 'none', is: '9' }, { name: 'quiet', arg: 'none', is: 'q' },
    { name: 'no-name', arg: 'none', is: 'n' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'version', arg: 'none', is: 'V' },
  ],
}

const main = (defaults: string) =>
  function* (c: Crt): Flow<number> {
    const parsed = getoptLong(c.argv, OPTIONS.short, OPTIONS.long, OPTIONS.unsimulatedShort)
    const flags = new Set<string>(defaults)
    let suffix = '.gz'
    for (const event of parsed.options) {
      if ('error' in event) return yield* fail(c, 1, `${event.error}\nTry \`${c.name} --help' for more information.`)
      if ('unsimulated' in event) return yield* unsimulated(c, `option ${event.unsimulated}`)
      if (event.opt === 'S') suffix = event.arg ?? suffix
      flags.add(event.opt)
    }
    if (flags.has('V')) {
      yield* c.stdout.write('gzip 1.12\nCopyright (C) 2018 Free Software Foundation, Inc.\nCopyright (C) 1993 Jean-loup Gailly.\nThis is free software.  You may redistribute copies of it under the terms of\nthe GNU General Public License <https://www.gnu.org/licenses/gpl.html>.\nThere is NO WARRANTY, to the extent permitted by law.\n\nWritten by Jean-loup Gailly.\n')
      return 0
    }
    if (parsed.operands.length === 0 || parsed.operands[0] === '-') return yield* filter(c, flags)
    const job: Job = { flags, suffix, totals: [] }
    let status = 0
    for (const name of parsed.operands) status = Math.max(status, yield* one(c, job, name))
    if (job.totals.length > 1) yield* c.stdout.write(listLine(job.totals.reduce((sum, [packed]) => sum + packed, 0), job.totals.reduce((sum, [, plain]) => sum + plain, 0), '(totals)', 0))
    return status
  }

interface Job {
  readonly flags: ReadonlySet<string>
  readonly suffix: string
  /** Sizes listed by -l: packed, unpacked. */
  readonly totals: (readonly [number, number])[]
}

const TRAILER = 8

/** How much smaller the data became, without gzip's own `header` and trailer, in percent. */
const ratio = (packed: number, plain: number, header: number): string => `${(plain === 0 ? 0 : ((plain - (packed - header - TRAILER)) / plain) * 100).toFixed(1)}%`.padStart(6)
const listLine = (packed: number, plain: number, name: string, header: number): string => `${String(packed).padStart(19)} ${String(plain).padStart(19)} ${ratio(packed, plain, header)} ${name}\n`

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

function* one(c: Crt, job: Job, given: string): Flow<number> {
  const { flags, suffix } = job
  const unpack = flags.has('d') || flags.has('l') || flags.has('t')
  let name = given
  let info = yield* lstat(name)
  if (isErr(info) && unpack && !name.endsWith(suffix)) {
    name = `${given}${suffix}`
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
  if (isDir(info.mode) && flags.has('r')) {
    const entries = yield* readDir(name)
    let status = 0
    for (const entry of isErr(entries) ? [] : entries) if (entry.name !== '.' && entry.name !== '..') status = Math.max(status, yield* one(c, job, `${name.replace(/\/$/, '')}/${entry.name}`))
    return status
  }
  if (isDir(info.mode)) return yield* complain(`${name} is a directory -- ignored`, 2)
  if (!flags.has('c') && !flags.has('l') && !flags.has('t')) {
    if (info.nlink > 1 && !flags.has('f')) return yield* complain(`${name} has ${info.nlink - 1} other link${info.nlink > 2 ? 's' : ' '} -- file ignored`.replace('link  --', 'link --'), 2)
    if (unpack && !name.endsWith(suffix) && !name.endsWith('.tgz')) return yield* complain(`${name}: unknown suffix -- ignored`, 2)
    if (!unpack && name.endsWith(suffix)) return yield* complain(`${name} already has ${suffix} suffix -- unchanged`, 2)
  }
  const fd = yield* open(name, O_RDONLY)
  if (isErr(fd)) {
    yield* warn(c, name, fd)
    return 1
  }
  const data = yield* readToEnd(fd)
  yield* close(fd)
  const result = isErr(data) ? undefined : unpack ? gunzip(data) : flags.has('n') ? pack(data) : pack(data, encodeUtf8(name.replace(/^.*\//, '')), Math.floor(info.mtime / 1000))
  if (result === undefined) {
    yield* c.stderr.write(`\ngzip: ${name}: not in gzip format\n`)
    return 1
  }
  if (flags.has('l')) {
    if (job.totals.length === 0 && !flags.has('q')) yield* c.stdout.write('         compressed        uncompressed  ratio uncompressed_name\n')
    job.totals.push([info.size, result.length])
    yield* c.stdout.write(listLine(info.size, result.length, name.slice(0, -suffix.length), isErr(data) ? 0 : gzipHeader(data).length))
    return 0
  }
  if (flags.has('t')) {
    if (flags.has('v')) yield* c.stderr.write(`${name}:\t OK\n`)
    return 0
  }
  if (flags.has('c')) {
    yield* c.stdout.write(result)
    return 0
  }
  const target = unpack ? name.endsWith('.tgz') ? name.replace(/\.tgz$/, '.tar') : name.slice(0, -suffix.length) : `${name}${suffix}`
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
  if (flags.has('v')) {
    const [packed, plain] = unpack ? [info.size, result.length] : [result.length, info.size]
    yield* c.stderr.write(`${name}:\t${ratio(packed, plain, isErr(data) ? 0 : gzipHeader(unpack ? data : result).length)} -- ${flags.has('k') ? 'created' : 'replaced with'} ${target}\n`)
  }
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
