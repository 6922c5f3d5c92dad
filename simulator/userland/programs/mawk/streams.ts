// AWK's files and pipes: input by records, output by name, commands run by sh.
import { isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CLOEXEC, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../abi/signal.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { compileRegex, type Regex } from '../../../lib/regex.ts'
import { type Crt, envStrings } from '../../libc/crt.ts'
import { InStream, OutStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { close, open, waitpid } from '../../libc/unistd.ts'

/** AWK's text of bytes: one character each. */
export function fromBytes(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return out
}
export function toBytes(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i)
  return out
}

const separators = new Map<string, Regex | undefined>()
function regexOf(source: string): Regex | undefined {
  if (!separators.has(source)) {
    const regex = compileRegex(source, { syntax: 'extended', dialect: 'mawk' })
    separators.set(source, 'error' in regex ? undefined : regex)
  }
  return separators.get(source)
}

/** Splits a stream into records as RS says at each read. */
export class RecordReader {
  readonly #input: InStream
  #buffer = ''
  #ended = false

  constructor(input: InStream) {
    this.#input = input
  }

  get error(): boolean {
    return this.#input.error !== undefined
  }

  *#fill(): Flow<boolean> {
    if (this.#ended) return false
    const block = yield* this.#input.block()
    if (block === undefined) this.#ended = true
    else this.#buffer += fromBytes(block)
    return block !== undefined
  }

  /** The next record without its separator, or undefined at the end. */
  *next(rs: string): Flow<string | undefined> {
    const paragraph = rs === ''
    if (paragraph) {
      for (;;) {
        this.#buffer = this.#buffer.replace(/^\n+/, '')
        if (this.#buffer !== '' || !(yield* this.#fill())) break
      }
    }
    let from = 0
    for (;;) {
      const found = this.#find(paragraph ? '\n\n+' : rs, from)
      if (found !== undefined && (found.end < this.#buffer.length || found.certain || this.#ended)) {
        const record = this.#buffer.slice(0, found.start)
        this.#buffer = this.#buffer.slice(found.end)
        return record
      }
      if (found === undefined && rs.length === 1) from = this.#buffer.length
      if (yield* this.#fill()) continue
      if (found !== undefined) continue
      if (this.#buffer === '') return undefined
      const last = paragraph ? this.#buffer.replace(/\n$/, '') : this.#buffer
      this.#buffer = ''
      return last
    }
  }

  #find(rs: string, from: number): { start: number; end: number; certain: boolean } | undefined {
    if (rs.length === 1) {
      const at = this.#buffer.indexOf(rs, from)
      return at < 0 ? undefined : { start: at, end: at + 1, certain: true }
    }
    const m = regexOf(rs)?.exec(this.#buffer, 0)
    return m === undefined || m.end === m.start ? undefined : { start: m.start, end: m.end, certain: false }
  }
}

interface Output {
  readonly stream: OutStream
  readonly pid: number | undefined
}
interface Input {
  readonly reader: RecordReader
  readonly fd: number
  readonly pid: number | undefined
}

/** Open files and pipes by the text that names them. */
export class Streams {
  readonly #c: Crt
  readonly #outputs = new Map<string, Output>()
  readonly #inputs = new Map<string, Input>()
  /** why the last open failed */
  lastError = ''

  constructor(c: Crt) {
    this.#c = c
  }

  /** The stream of `print > name` and its kin, or undefined if it can't be opened. */
  *output(kind: '>' | '>>' | '|', name: string): Flow<OutStream | undefined> {
    if (kind !== '|' && (name === '/dev/stdout' || name === '-')) return this.#c.stdout
    if (kind !== '|' && name === '/dev/stderr') return this.#c.stderr
    const known = this.#outputs.get(name)
    if (known !== undefined) return known.stream
    if (kind === '|') {
      const pipe = yield* this.#spawn(name, 'write')
      if (pipe === undefined) return undefined
      this.#outputs.set(name, { stream: new OutStream(pipe.fd, 'full'), pid: pipe.pid })
    } else {
      const fd = yield* open(utf8(name), O_WRONLY | O_CREAT | O_CLOEXEC | (kind === '>' ? O_TRUNC : O_APPEND), 0o666)
      if (isErr(fd)) {
        this.lastError = fd.message
        return undefined
      }
      this.#outputs.set(name, { stream: new OutStream(fd), pid: undefined })
    }
    return this.#outputs.get(name)?.stream
  }

  *file(name: string): Flow<RecordReader | undefined> {
    const known = this.#inputs.get(name)
    if (known !== undefined) return known.reader
    if (name === '-' || name === '/dev/stdin') return this.#keep(name, 0, undefined, this.#c.stdin)
    const fd = yield* open(utf8(name), O_RDONLY | O_CLOEXEC)
    return isErr(fd) ? undefined : this.#keep(name, fd, undefined)
  }

  *command(name: string): Flow<RecordReader | undefined> {
    const known = this.#inputs.get(name)
    if (known !== undefined) return known.reader
    const pipe = yield* this.#spawn(name, 'read')
    return pipe === undefined ? undefined : this.#keep(name, pipe.fd, pipe.pid)
  }

  #keep(name: string, fd: number, pid: number | undefined, stream = new InStream(fd)): RecordReader {
    const reader = new RecordReader(stream)
    this.#inputs.set(name, { reader, fd, pid })
    return reader
  }

  *flush(): Flow<void> {
    yield* this.#c.stdout.flush()
    for (const output of this.#outputs.values()) yield* output.stream.flush()
  }

  /** close(): the exit status of a command, 0 for a file, -1 if nothing of that name is open. */
  *close(name: string): Flow<number> {
    let status = -1
    const output = this.#outputs.get(name)
    if (output !== undefined) {
      this.#outputs.delete(name)
      yield* output.stream.flush()
      yield* close(output.stream.fd)
      status = yield* reap(output.pid)
    }
    const input = this.#inputs.get(name)
    if (input !== undefined) {
      this.#inputs.delete(name)
      if (input.fd !== 0) yield* close(input.fd)
      status = yield* reap(input.pid)
    }
    return status
  }

  /** At exit: pipes are closed and waited for, in the order they were opened, last first. */
  *closeAll(): Flow<void> {
    for (const name of [...this.#outputs.keys()].reverse()) yield* this.close(name)
  }

  /** system(): runs the command and answers its status. */
  *system(command: string): Flow<number> {
    yield* this.flush()
    const pid = yield* this.#fork(command, [])
    return pid === undefined ? -1 : yield* reap(pid)
  }

  *#spawn(command: string, mode: 'read' | 'write'): Flow<{ fd: number; pid: number } | undefined> {
    yield* this.flush()
    const pipe = yield* call('pipe2', O_CLOEXEC)
    if (isErr(pipe)) return undefined
    const [ours, theirs] = mode === 'read' ? pipe : [pipe[1], pipe[0]]
    const pid = yield* this.#fork(command, [[theirs, mode === 'read' ? 1 : 0]])
    yield* close(theirs)
    if (pid !== undefined) return { fd: ours, pid }
    yield* close(ours)
    return undefined
  }

  *#fork(command: string, moves: readonly (readonly [number, number])[]): Flow<number | undefined> {
    const env = envStrings(this.#c.env)
    const pid = yield* call('clone', 0, function* () {
      for (const [from, to] of moves) yield* call('dup2', from, to)
      yield* call('execve', '/bin/sh', ['sh', '-c', utf8(command)], env)
      return 127
    })
    return isErr(pid) ? undefined : pid
  }
}

function* reap(pid: number | undefined): Flow<number> {
  if (pid === undefined) return 0
  const result = yield* waitpid(pid)
  if (isErr(result)) return -1
  return WIFEXITED(result.status) ? WEXITSTATUS(result.status) : 256 + WTERMSIG(result.status)
}

/** Bytes back to the text that system calls take. */
export const utf8 = (text: string): string => decodeUtf8(toBytes(text))
