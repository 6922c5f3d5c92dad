// tail(1): the last lines or bytes, or all from a place on; -f and -F go on as files grow (looking once per -s seconds, as tail does without inotify).
import type { Flow } from '../../../abi/syscalls.ts'
import { CLOCK_REALTIME } from '../../../abi/sched.ts'
import { O_RDONLY, SEEK_SET } from '../../../abi/fcntl.ts'
import { isReg } from '../../../abi/stat.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { concatBytes, EMPTY_BYTES } from '../../../lib/bytes.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { Heap } from '../../libc/malloc.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, kill, open, stat } from '../../libc/unistd.ts'
import { argMatch } from './argmatch.ts'
import { command, parseArgs } from './command.ts'

const options = {
  short: 'c:n:fFqs:vz',
  long: [
    { name: 'bytes', arg: 'required', is: 'c' }, { name: 'lines', arg: 'required', is: 'n' }, { name: 'follow', arg: 'optional' },
    { name: 'max-unchanged-stats', arg: 'required' }, { name: 'pid', arg: 'required' }, { name: 'quiet', arg: 'none', is: 'q' },
    { name: 'retry', arg: 'none' }, { name: 'silent', arg: 'none', is: 'q' }, { name: 'sleep-interval', arg: 'required', is: 's' },
    { name: 'verbose', arg: 'none', is: 'v' }, { name: 'zero-terminated', arg: 'none', is: 'z' },
  ],
} as const

interface Followed {
  readonly name: string
  fd: number | undefined
  dev: number
  ino: number
}

export const tail = command('tail', 'show the last lines of files', options, function* (c) {
  const obsolete = /^([-+])(\d+)([bcl]?)(f?)$/.exec(c.argv[1] ?? '')
  const argv = obsolete === null ? c.argv : [c.argv[0], ...modern(obsolete), ...c.argv.slice(2)]
  const { options: given, operands } = yield* parseArgs({ ...c, argv }, options)
  let from: { unit: 'lines' | 'bytes'; count: number; start: boolean } = { unit: 'lines', count: 10, start: false }
  let headers = operands.length > 1
  let follow: 'no' | 'descriptor' | 'name' = 'no'
  let retry = false
  let seconds = 1
  let pid: number | undefined
  for (const { opt, arg } of given) {
    const text = arg ?? ''
    if (opt === 'q') headers = false
    else if (opt === 'v') headers = true
    else if (opt === 'f') follow = 'descriptor'
    else if (opt === 'F') { follow = 'name'; retry = true }
    else if (opt === 'retry') retry = true
    else if (opt === 'follow') {
      follow = arg === undefined ? 'descriptor' : yield* argMatch(c, '--follow', arg, [['descriptor', 'descriptor'], ['name', 'name']] as const)
    } else if (opt === 's') {
      seconds = Number(text)
      if (!(seconds >= 0)) return yield* fail(c, 1, `invalid number of seconds: ${quote(text)}`)
    } else if (opt === 'pid') {
      if (!/^\d+$/.test(text)) return yield* fail(c, 1, `invalid PID: ${quote(text)}`)
      pid = Number(text)
    } else if (opt === 'c' || opt === 'n') {
      const count = parseSize(text.replace(/^[-+]/, ''))
      if (count === undefined) return yield* fail(c, 1, `invalid number of ${opt === 'c' ? 'bytes' : 'lines'}: ${quote(text)}`)
      from = { unit: opt === 'c' ? 'bytes' : 'lines', count, start: text.startsWith('+') }
    }
  }
  const delimiter = given.some((o) => o.opt === 'z') ? 0 : 10
  const files: Followed[] = []
  let status = 0
  let shown: string | undefined
  for (const name of operands.length > 0 ? operands : ['-']) {
    const fd = name === '-' ? 0 : yield* open(name, O_RDONLY)
    if (isErr(fd)) {
      yield* warn(c, `cannot open ${quoteaf(name)} for reading`, fd)
      status = 1
      if (retry) files.push({ name, fd: undefined, dev: 0, ino: 0 })
      continue
    }
    if (headers) yield* c.stdout.write(header(name, shown === undefined))
    shown = name
    const data = yield* readTail(c, fd, from, delimiter)
    if (isErr(data)) {
      yield* warn(c, `error reading ${quoteaf(name === '-' ? 'standard input' : name)}`, data)
      status = 1
      continue
    }
    yield* c.stdout.write(data.subarray(startOf(data, from, delimiter)))
    const st = yield* fstat(fd)
    if (follow === 'no') {
      if (fd !== 0) yield* close(fd)
    } else if (!isErr(st) && (name !== '-' || isReg(st.mode))) files.push({ name, fd, dev: st.dev, ino: st.ino })
  }
  if (follow === 'no') return status
  yield* c.stdout.flush()
  if (files.length === 0) return operands.length === 0 ? status : yield* fail(c, 1, 'no files remaining')
  return yield* goOn(c, files, { byName: follow === 'name', seconds, pid, headers, shown })
})

const header = (name: string, first: boolean): string => `${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`

function modern(m: RegExpExecArray): string[] {
  const [, sign, count, unit, f] = m
  const number = unit === 'b' ? String(Number(count) * 512) : count
  return [unit === 'l' || unit === '' ? '-n' : '-c', sign === '+' ? `+${number}` : number, ...(f === '' ? [] : ['-f'])]
}

/** The offset of the first byte to show. */
export function startOf(data: Uint8Array, from: { readonly unit: 'lines' | 'bytes'; readonly count: number; readonly start: boolean }, delimiter: number): number {
  const { unit, count, start } = from
  if (unit === 'bytes') return start ? Math.min(data.length, Math.max(0, count - 1)) : Math.max(0, data.length - count)
  if (start) {
    let at = 0
    for (let line = 1; line < count; line++) {
      const next = data.indexOf(delimiter, at)
      if (next < 0) return data.length
      at = next + 1
    }
    return at
  }
  if (count === 0) return data.length
  let at = data.length > 0 && data[data.length - 1] === delimiter ? data.length - 1 : data.length
  for (let line = 0; line < count; line++) {
    at = at === 0 ? -1 : data.lastIndexOf(delimiter, at - 1)
    if (at < 0) return 0
  }
  return at + 1
}

interface Following {
  readonly byName: boolean
  readonly seconds: number
  readonly pid: number | undefined
  readonly headers: boolean
  shown: string | undefined
}

function* goOn(c: Crt, files: readonly Followed[], task: Following): Flow<number> {
  for (;;) {
    for (const file of files) {
      if (task.byName) yield* reopen(c, file)
      if (file.fd === undefined) continue
      const data = yield* newData(c, file)
      if (data.length === 0) continue
      if (task.headers && task.shown !== file.name) yield* c.stdout.write(header(file.name, task.shown === undefined))
      task.shown = file.name
      yield* c.stdout.write(data)
      yield* c.stdout.flush()
      if (c.stdout.error !== undefined) exit(1)
    }
    if (task.pid !== undefined && (yield* kill(task.pid, 0)) === Errno.ESRCH) return 0
    const whole = Math.floor(task.seconds)
    yield* call('clock_nanosleep', CLOCK_REALTIME, 0, { sec: whole, nsec: Math.round((task.seconds - whole) * 1e9) })
  }
}

function* newData(c: Crt, file: Followed): Flow<Uint8Array> {
  if (file.fd === undefined) return EMPTY_BYTES
  const st = yield* fstat(file.fd)
  if (!isErr(st) && isReg(st.mode)) {
    const at = yield* call('lseek', file.fd, 0, 1)
    if (!isErr(at) && st.size < at) {
      yield* warn(c, `${file.name}: file truncated`)
      yield* call('lseek', file.fd, 0, SEEK_SET)
    }
  }
  const parts: Uint8Array[] = []
  for (;;) {
    const part = yield* call('read', file.fd, 65536)
    if (isErr(part) || part.length === 0) return concatBytes(parts)
    parts.push(part)
    if (isErr(st) || !isReg(st.mode)) return concatBytes(parts)
  }
}

/** -F: notices that the name is gone, is back, or means another file now. */
function* reopen(c: Crt, file: Followed): Flow<void> {
  if (file.name === '-') return
  const st = yield* stat(file.name)
  if (isErr(st)) {
    if (file.fd === undefined) return
    yield* warn(c, `${quoteaf(file.name)} has become inaccessible`, st)
    yield* close(file.fd)
    file.fd = undefined
    return
  }
  if (file.fd !== undefined && st.dev === file.dev && st.ino === file.ino) return
  const fd = yield* open(file.name, O_RDONLY)
  if (isErr(fd)) return
  yield* warn(c, `${quoteaf(file.name)} has ${file.fd === undefined ? 'appeared' : 'been replaced'};  following new file`)
  if (file.fd !== undefined) yield* close(file.fd)
  Object.assign(file, { fd, dev: st.dev, ino: st.ino })
}

/** Reads a file and keeps what may still be needed of it: everything from the start asked for, or enough at the end. */
function* readTail(c: Crt, fd: number, from: { readonly unit: 'lines' | 'bytes'; readonly count: number; readonly start: boolean }, delimiter: number): Flow<Uint8Array | Errno> {
  const parts: { readonly bytes: Uint8Array; readonly units: number }[] = []
  const heap = new Heap()
  let later = 0
  for (;;) {
    const bytes = yield* call('read', fd, 65536)
    if (isErr(bytes)) return bytes
    if (bytes.length === 0) return concatBytes(parts.map((p) => p.bytes))
    const units = from.unit === 'bytes' ? bytes.length : bytes.reduce((n, b) => (b === delimiter ? n + 1 : n), 0)
    parts.push({ bytes, units })
    later += units
    while (!from.start && parts.length > 1 && later - parts[0].units > from.count) {
      later -= parts[0].units
      yield* heap.give(parts.shift()?.bytes.length ?? 0)
    }
    if (!from.start && (yield* heap.take(bytes.length)) !== undefined) exit(yield* fail(c, 1, 'memory exhausted'))
  }
}
