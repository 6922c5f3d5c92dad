// head(1): the first lines or bytes, or all but the last ones. -NUM as in old times.
import type { Flow } from '../../../abi/syscalls.ts'
import { SEEK_CUR } from '../../../abi/fcntl.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { concatBytes } from '../../../lib/bytes.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { close } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'
import { openInput } from './inputs.ts'

const options = {
  short: 'c:n:qvz',
  long: [
    { name: 'bytes', arg: 'required', is: 'c' }, { name: 'lines', arg: 'required', is: 'n' }, { name: 'quiet', arg: 'none', is: 'q' },
    { name: 'silent', arg: 'none', is: 'q' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const

interface Task {
  readonly unit: 'lines' | 'bytes'
  readonly count: number
  /** Everything but the last `count`. */
  readonly butLast: boolean
  readonly delimiter: number
}

export const head = command('head', 'show the first lines of files', options, function* (c) {
  const obsolete = /^-(\d+)([bkm]?)([clqvz]*)$/.exec(c.argv[1] ?? '')
  const argv = obsolete === null ? c.argv : [c.argv[0], ...modern(obsolete), ...c.argv.slice(2)]
  const { options: given, operands } = yield* parseArgs({ ...c, argv }, options)
  let task: Task = { unit: 'lines', count: 10, butLast: false, delimiter: given.some((o) => o.opt === 'z') ? 0 : 10 }
  let headers = operands.length > 1
  for (const { opt, arg } of given) {
    if (opt === 'q') headers = false
    else if (opt === 'v') headers = true
    else if (opt === 'c' || opt === 'n') {
      const text = arg ?? ''
      const count = parseSize(text.replace(/^-/, ''))
      if (count === undefined) return yield* fail(c, 1, `invalid number of ${opt === 'c' ? 'bytes' : 'lines'}: ${quote(text.replace(/^-/, ''))}`)
      task = { ...task, unit: opt === 'c' ? 'bytes' : 'lines', count, butLast: text.startsWith('-') }
    }
  }
  let status = 0
  let first = true
  for (const name of operands.length > 0 ? operands : ['-']) {
    const input = yield* openInput(c, name)
    if (isErr(input)) {
      yield* warn(c, `cannot open ${quoteaf(name)} for reading`, input)
      status = 1
      continue
    }
    if (headers) yield* c.stdout.write(`${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`)
    first = false
    const error = yield* copyHead(c, input.fd, task)
    if (error !== undefined) {
      yield* warn(c, `error reading ${quoteaf(name === '-' ? 'standard input' : name)}`, error)
      status = 1
    }
    if (input.fd !== 0) yield* close(input.fd)
  }
  return status
})

/** -5, -5c, -2k as options of today. */
function modern(m: RegExpExecArray): string[] {
  const [, count, multiplier, letters] = m
  const inBytes = multiplier !== '' || letters.includes('c')
  return [inBytes ? '-c' : '-n', count + (multiplier === 'k' ? 'K' : multiplier === 'm' ? 'M' : multiplier), ...[...letters].filter((l) => !'cl'.includes(l)).map((l) => `-${l}`)]
}

/** Reads no further than needed; what was read too much of a seekable file is given back, so that the next reader of the descriptor goes on there. */
function* copyHead(c: Crt, fd: number, task: Task): Flow<Errno | undefined> {
  if (task.butLast) return yield* copyButLast(c, fd, task)
  let left = task.count
  while (left > 0) {
    const part = yield* call('read', fd, task.unit === 'bytes' ? Math.min(left, 8192) : 8192)
    if (isErr(part)) return part
    if (part.length === 0) return undefined
    let end = part.length
    if (task.unit === 'bytes') left -= part.length
    else {
      let at = -1
      while (left > 0 && (at = part.indexOf(task.delimiter, at + 1)) >= 0) left--
      if (left === 0) {
        end = at + 1
        if (end < part.length) yield* call('lseek', fd, end - part.length, SEEK_CUR)
      }
    }
    yield* put(c, part.subarray(0, end))
  }
  return undefined
}

function* put(c: Crt, bytes: Uint8Array): Flow<void> {
  yield* c.stdout.write(bytes)
  if (c.stdout.error === undefined) return
  c.stdout.isErrorTold = true
  exit(yield* fail(c, 1, "error writing 'standard output'", c.stdout.error))
}

function* copyButLast(c: Crt, fd: number, task: Task): Flow<Errno | undefined> {
  const parts: Uint8Array[] = []
  for (;;) {
    const part = yield* call('read', fd, 65536)
    if (isErr(part)) return part
    if (part.length === 0) break
    parts.push(part)
  }
  const all = concatBytes(parts)
  let end = all.length
  if (task.unit === 'bytes') end = Math.max(0, end - task.count)
  else if (task.count > 0) {
    let lines = task.count
    if (end > 0 && all[end - 1] === task.delimiter) end--
    while (lines > 0 && end >= 0) {
      end = end === 0 ? -1 : all.lastIndexOf(task.delimiter, end - 1)
      lines--
    }
    end++
  }
  yield* put(c, all.subarray(0, end))
  return undefined
}
