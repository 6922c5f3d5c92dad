// dd(1): copies blocks with bs= count= skip= seek= conv= iflag= oflag=. Simpler: no cbs conversions and O_DIRECT; USR1 prints statistics.
import type { Flow } from '../../../abi/syscalls.ts'
import { O_DIRECT, O_DSYNC, O_SYNC, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY, SEEK_CUR } from '../../../abi/fcntl.ts'
import { CLOCK_MONOTONIC } from '../../../abi/sched.ts'
import { SIGUSR1 } from '../../../abi/signal.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, unsimulated, usageError, warn } from '../../libc/err.ts'
import { Heap } from '../../libc/malloc.ts'
import { call } from '../../libc/syscall.ts'
import { fstat, open, sigaction } from '../../libc/unistd.ts'
import { NO_OPTIONS, command, parseArgs } from './command.ts'

const CONVERSIONS = ['ascii', 'ebcdic', 'ibm', 'block', 'unblock', 'lcase', 'ucase', 'sparse', 'swab', 'sync', 'excl', 'nocreat', 'notrunc', 'noerror', 'fdatasync', 'fsync']
const FLAGS = ['append', 'binary', 'cio', 'direct', 'directory', 'dsync', 'noatime', 'nocache', 'noctty', 'nofollow', 'nolinks', 'nonblock', 'sync', 'text', 'fullblock', 'count_bytes', 'skip_bytes', 'seek_bytes']
const UNSIMULATED = ['ascii', 'ebcdic', 'ibm', 'block', 'unblock']

interface Job {
  readonly input: string | undefined
  readonly output: string | undefined
  readonly ibs: number
  readonly obs: number
  readonly count: number
  readonly skip: number
  readonly seek: number
  readonly conv: ReadonlySet<string>
  readonly iflag: ReadonlySet<string>
  readonly oflag: ReadonlySet<string>
  readonly status: string
  /** bs= was given: blocks are written as they were read. */
  readonly sameBlocks: boolean
}

export const dd = command('dd', 'copy blocks of data', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  const job = yield* readJob(c, operands)
  const copy = new BlockCopy(c, job)
  yield* sigaction(SIGUSR1, () => copy.report())
  return yield* copy.run()
})

function* readJob(c: Crt, operands: readonly string[]): Flow<Job> {
  const text = new Map<string, string>()
  const sets = { conv: new Set<string>(), iflag: new Set<string>(), oflag: new Set<string>() }
  for (const operand of operands) {
    const eq = operand.indexOf('=')
    const name = operand.slice(0, eq)
    const value = operand.slice(eq + 1)
    if (eq < 0 || !/^(if|of|ibs|obs|bs|cbs|count|skip|iseek|seek|oseek|conv|iflag|oflag|status)$/.test(name)) exit(yield* usageError(c, 1, `unrecognized operand ${quote(operand)}`))
    if (name !== 'conv' && name !== 'iflag' && name !== 'oflag') {
      text.set(name === 'iseek' ? 'skip' : name === 'oseek' ? 'seek' : name, value)
      continue
    }
    for (const word of value.split(',')) {
      if (!(name === 'conv' ? CONVERSIONS : FLAGS).includes(word)) exit(yield* usageError(c, 1, `invalid ${name === 'conv' ? 'conversion' : name === 'iflag' ? 'input flag' : 'output flag'}: ${quote(word)}`))
      if (UNSIMULATED.includes(word)) exit(yield* unsimulated(c, `${name}=${word}`))
      sets[name].add(word)
    }
  }
  const number = function* (name: string, otherwise: number): Flow<number> {
    const value = text.get(name)
    if (value === undefined) return otherwise
    const factors = value.split('x').map((factor) => parseSize(factor))
    const product = factors.reduce<number>((n, factor) => (factor === undefined ? Number.NaN : n * factor), 1)
    if (Number.isNaN(product) || (product === 0 && name.endsWith('bs'))) exit(yield* fail(c, 1, `invalid number: ${quote(value)}`))
    return product
  }
  const bs = yield* number('bs', 0)
  const status = text.get('status') ?? 'default'
  if (!/^(none|noxfer|progress|default)$/.test(status)) exit(yield* usageError(c, 1, `invalid status level: ${quote(status)}`))
  const bytes = (name: string): boolean => /B$/.test(text.get(name) ?? '')
  const [ibs, obs] = [bs || (yield* number('ibs', 512)), bs || (yield* number('obs', 512))]
  const inBytes = (name: 'count' | 'skip' | 'seek', flags: ReadonlySet<string>, unit: number): number => (flags.has(`${name}_bytes`) || bytes(name) ? 1 : unit)
  return {
    sameBlocks: bs > 0, input: text.get('if'), output: text.get('of'), ibs, obs, ...sets, status,
    count: (yield* number('count', Infinity)) * inBytes('count', sets.iflag, ibs), skip: (yield* number('skip', 0)) * inBytes('skip', sets.iflag, ibs),
    seek: (yield* number('seek', 0)) * inBytes('seek', sets.oflag, obs),
  }
}

class BlockCopy {
  readonly #c: Crt
  readonly #job: Job
  #started = 0
  #fullIn = 0
  #partIn = 0
  #fullOut = 0
  #partOut = 0
  #bytes = 0

  readonly #heap = new Heap()

  constructor(c: Crt, job: Job) {
    this.#c = c
    this.#job = job
  }

  *run(): Flow<number> {
    const job = this.#job
    if (job.input !== undefined) {
      const fd = yield* open(job.input, O_RDONLY | this.#openFlags(job.iflag))
      if (isErr(fd)) return yield* fail(this.#c, 1, `failed to open ${quoteaf(job.input)}`, fd)
      yield* this.#moveTo(fd, 0)
    }
    if (job.output !== undefined) {
      const create = job.conv.has('nocreat') ? 0 : O_CREAT | (job.conv.has('excl') ? O_EXCL : 0)
      const trunc = job.conv.has('notrunc') || job.seek > 0 ? 0 : O_TRUNC
      const fd = yield* open(job.output, O_WRONLY | create | trunc | this.#openFlags(job.oflag), 0o666)
      if (isErr(fd)) return yield* fail(this.#c, 1, `failed to open ${quoteaf(job.output)}`, fd)
      yield* this.#moveTo(fd, 1)
      if (job.seek > 0 && !job.conv.has('notrunc')) yield* call('ftruncate', 1, job.seek)
    }
    this.#started = yield* this.#now()
    const status = yield* this.#copy()
    if (job.conv.has('fsync') || job.conv.has('fdatasync')) yield* call('fsync', 1)
    yield* this.report()
    return status
  }

  *#moveTo(from: number, to: number): Flow<void> {
    if (from === to) return
    yield* call('dup2', from, to)
    yield* call('close', from)
  }

  #openFlags(flags: ReadonlySet<string>): number {
    return (flags.has('append') ? O_APPEND : 0) | (flags.has('nofollow') ? O_NOFOLLOW : 0) | (flags.has('nonblock') ? O_NONBLOCK : 0)
      | (flags.has('direct') ? O_DIRECT : 0) | (flags.has('sync') ? O_SYNC : 0) | (flags.has('dsync') ? O_DSYNC : 0)
  }

  *#now(): Flow<number> {
    const t = yield* call('clock_gettime', CLOCK_MONOTONIC)
    return isErr(t) ? 0 : t.sec + t.nsec / 1e9
  }

  *#copy(): Flow<number> {
    const job = this.#job
    const inputName = quoteaf(job.input ?? 'standard input')
    const outputName = quoteaf(job.output ?? 'standard output')
    if (job.skip > 0) {
      const st = yield* fstat(0)
      const moved = yield* call('lseek', 0, job.skip, SEEK_CUR)
      if (isErr(moved)) yield* this.#discard(job.skip)
      else if (!isErr(st) && job.skip > st.size && st.size > 0) yield* warn(this.#c, `${inputName}: cannot skip to specified offset`)
    }
    if (job.seek > 0) {
      const moved = yield* call('lseek', 1, job.seek, SEEK_CUR)
      if (isErr(moved)) return yield* fail(this.#c, 1, `${outputName}: cannot seek`, moved)
    }
    let left = job.count
    let pending: Uint8Array[] = []
    let held = 0
    while (left > 0) {
      const block = yield* this.#readBlock(Math.min(job.ibs, left))
      if (isErr(block)) {
        yield* warn(this.#c, `error reading ${inputName}`, block)
        return 1
      }
      if (block.length === 0) break
      left -= block.length === job.ibs || job.count % job.ibs !== 0 ? block.length : job.ibs
      if (block.length === job.ibs) this.#fullIn++
      else this.#partIn++
      let data = this.#convert(block)
      if (job.ibs === job.obs) {
        const error = yield* this.#write(data)
        if (error !== undefined) return yield* this.#writeError(outputName, error)
        continue
      }
      pending.push(data)
      held += data.length
      if (held < job.obs) continue
      data = concatBytes(pending)
      let at = 0
      for (; held - at >= job.obs; at += job.obs) {
        const error = yield* this.#write(data.subarray(at, at + job.obs))
        if (error !== undefined) return yield* this.#writeError(outputName, error)
      }
      pending = [data.subarray(at)]
      held -= at
    }
    const error = held > 0 ? yield* this.#write(concatBytes(pending)) : undefined
    return error === undefined ? 0 : yield* this.#writeError(outputName, error)
  }

  *#readBlock(size: number): Flow<Uint8Array | Errno> {
    yield* this.#heap.resize(this.#job.ibs)
    const parts: Uint8Array[] = []
    let have = 0
    do {
      const part = yield* call('read', 0, size - have)
      if (isErr(part)) {
        if (part === Errno.EINTR) continue
        return part
      }
      if (part.length === 0) break
      parts.push(part)
      have += part.length
    } while (this.#job.iflag.has('fullblock') && have < size)
    return concatBytes(parts.length > 0 ? parts : [new Uint8Array(0)])
  }

  *#discard(count: number): Flow<void> {
    for (let left = count; left > 0; ) {
      const part = yield* this.#readBlock(Math.min(this.#job.ibs, left))
      if (isErr(part) || part.length === 0) return
      left -= part.length
    }
  }

  #convert(block: Uint8Array): Uint8Array {
    const { conv, ibs } = this.#job
    if (!conv.has('sync') && !conv.has('swab') && !conv.has('ucase') && !conv.has('lcase')) return block
    const out = new Uint8Array(conv.has('sync') ? Math.max(ibs, block.length) : block.length)
    out.set(block)
    if (conv.has('swab')) for (let i = 0; i + 1 < out.length; i += 2) [out[i], out[i + 1]] = [out[i + 1], out[i]]
    if (conv.has('ucase')) out.forEach((b, i) => { if (b >= 97 && b <= 122) out[i] = b - 32 })
    if (conv.has('lcase')) out.forEach((b, i) => { if (b >= 65 && b <= 90) out[i] = b + 32 })
    return out
  }

  *#write(data: Uint8Array): Flow<Errno | undefined> {
    let done = 0
    while (done < data.length) {
      const n = yield* call('write', 1, data.subarray(done))
      if (isErr(n)) {
        if (n === Errno.EINTR) continue
        this.#bytes += done
        if (done > 0) this.#partOut++
        return n
      }
      done += n
    }
    this.#bytes += data.length
    if (data.length === this.#job.obs) this.#fullOut++
    else this.#partOut++
    return undefined
  }

  *#writeError(name: string, error: Errno): Flow<number> {
    return yield* fail(this.#c, 1, `${this.#job.sameBlocks ? 'error writing' : 'writing to'} ${name}`, error)
  }

  *report(): Flow<void> {
    const { status } = this.#job
    if (status === 'none') return
    const seconds = (yield* this.#now()) - this.#started
    yield* this.#c.stderr.write(`${this.#fullIn}+${this.#partIn} records in\n${this.#fullOut}+${this.#partOut} records out\n`)
    if (status === 'noxfer') return
    const [si, iec] = [scaled(this.#bytes, 1000), scaled(this.#bytes, 1024)]
    const size = this.#bytes < 1000 ? '' : this.#bytes < 1024 ? ` (${si})` : ` (${si}, ${iec})`
    const rate = seconds > 0 ? `${scaled(this.#bytes / seconds, 1000, 1)}/s` : 'Infinity B/s'
    yield* this.#c.stderr.write(`${this.#bytes} byte${this.#bytes === 1 ? '' : 's'}${size} copied, ${general(seconds)} s, ${rate}\n`)
  }
}

/** printf's %g with six digits. */
function general(x: number): string {
  if (x === 0) return '0'
  const exponent = Math.floor(Math.log10(Math.abs(x)))
  if (exponent < -4) return x.toExponential(5).replace(/\.?0+e/, 'e').replace(/e([-+])(\d)$/, 'e$10$2')
  return x.toFixed(Math.max(0, 5 - exponent)).replace(/\.?0+$/, '')
}

/** 1.0 MB, 977 KiB: one decimal below ten. `least` is the smallest unit used. */
function scaled(bytes: number, base: 1000 | 1024, least = 0): string {
  const units = base === 1000 ? ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] : ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let [value, unit] = [bytes / base ** least, least]
  while (value >= base && unit < units.length - 1) {
    value /= base
    unit++
  }
  const tenths = Math.round(value * 10) / 10
  const text = unit > 0 && tenths < 10 ? tenths.toFixed(1) : String(Math.round(value))
  return Number(text) >= base && unit < units.length - 1 ? `1.0 ${units[unit + 1]}` : `${text} ${units[unit]}`
}
