// sed's input and output: the chain of input files with one line of look-ahead, in-place editing, and outputs that keep a missing last newline missing.
import { type Errno, isErr } from '../../../abi/errno.ts'
import { O_CLOEXEC, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import { isReg, type Stat } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8 } from '../../../lib/bytes.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { InStream, OutStream } from '../../libc/stdio.ts'
import { call } from '../../libc/syscall.ts'
import { close, fstat, open, rename } from '../../libc/unistd.ts'

export const EXIT_BAD_INPUT = 2
export const EXIT_PANIC = 4

/** An output that remembers that its last line had no newline. */
export class SedOutput {
  readonly stream: OutStream
  #missing = false
  readonly #delimiter: string

  constructor(stream: OutStream, delimiter: string) {
    this.stream = stream
    this.#delimiter = delimiter
  }

  *line(text: string, complete: boolean): Flow<void> {
    yield* this.text(complete ? text + this.#delimiter : text)
    this.#missing = !complete
  }

  /** Text as it is, behind the newline that may be owed. */
  *text(text: string): Flow<void> {
    yield* this.stream.write(this.#missing ? this.#delimiter + text : text)
    this.#missing = false
  }
}

export interface InputOptions {
  readonly files: readonly string[]
  readonly separate: boolean
  readonly delimiter: number
  /** suffix of the backup; undefined when not editing in place */
  readonly inPlace: string | undefined
}

interface Line {
  readonly text: string
  readonly complete: boolean
}

/** A file being edited in place. */
interface Edit {
  readonly name: string
  readonly temporary: string
  readonly output: SedOutput
}

export class SedInput {
  readonly #c: Crt
  readonly #o: InputOptions
  #index = 0
  #stream: InStream | undefined
  #fd = -1
  #ahead: Line | undefined
  #edit: Edit | undefined
  #status = 0
  lineNumber = 0
  fileName = '-'

  constructor(c: Crt, options: InputOptions) {
    this.#c = c
    this.#o = options
  }

  /** 2 if a file could not be read. */
  get status(): number {
    return this.#status
  }

  /** Where output goes instead of standard output, while a file is edited. */
  get editing(): SedOutput | undefined {
    return this.#edit?.output
  }

  *#readLine(): Flow<Line | undefined> {
    if (this.#stream === undefined) return undefined
    const bytes = yield* this.#stream.lineBytes(this.#o.delimiter)
    if (bytes === undefined) {
      if (this.#stream.error !== undefined) {
        yield* this.#c.stdout.flush()
        yield* this.#c.stderr.write(`sed: read error on ${this.fileName}: ${this.#stream.error.message}\n`)
        exit(EXIT_PANIC)
      }
      return undefined
    }
    const complete = bytes[bytes.length - 1] === this.#o.delimiter
    return { text: decodeUtf8(complete ? bytes.subarray(0, -1) : bytes), complete }
  }

  /** The next line, or undefined when all input is used up. */
  *next(): Flow<Line | undefined> {
    for (;;) {
      const line = this.#ahead ?? (yield* this.#readLine())
      this.#ahead = undefined
      if (line !== undefined) {
        this.lineNumber++
        return line
      }
      if (!(yield* this.#openNext())) return undefined
    }
  }

  /** Is the line just read the last one? Looks ahead, into the following files unless they are separate. */
  *isLast(): Flow<boolean> {
    for (;;) {
      if (this.#ahead !== undefined) return false
      this.#ahead = yield* this.#readLine()
      if (this.#ahead !== undefined) return false
      if (this.#o.separate || !(yield* this.#openNext())) return true
    }
  }

  *#openNext(): Flow<boolean> {
    yield* this.finishFile()
    while (this.#index < this.#o.files.length) {
      const name = this.#o.files[this.#index++]
      if (name === '-' && this.#o.inPlace === undefined) {
        this.#stream = this.#c.stdin
        this.#fd = -1
      } else {
        const fd = yield* open(name, O_RDONLY | O_CLOEXEC)
        if (isErr(fd)) {
          yield* this.#complain(`can't read ${name}: ${fd.message}`, EXIT_BAD_INPUT)
          continue
        }
        if (this.#o.inPlace !== undefined && !(yield* this.#beginEdit(name, fd))) continue
        this.#fd = fd
        this.#stream = new InStream(fd)
      }
      this.fileName = name
      if (this.#o.separate) this.lineNumber = 0
      return true
    }
    return false
  }

  *#complain(message: string, status: number): Flow<void> {
    yield* this.#c.stdout.flush()
    yield* this.#c.stderr.write(`sed: ${message}\n`)
    this.#status = status
  }

  *#beginEdit(name: string, fd: number): Flow<boolean> {
    const st = yield* fstat(fd)
    if (isErr(st) || !isReg(st.mode)) {
      yield* this.#complain(`couldn't edit ${name}: not a regular file`, EXIT_PANIC)
      yield* close(fd)
      return false
    }
    const slash = name.lastIndexOf('/')
    const directory = slash < 0 ? './' : name.slice(0, slash + 1)
    const made = yield* this.#temporaryFile(directory)
    if ('error' in made) {
      yield* this.#complain(`couldn't open temporary file ${made.path}: ${made.error.message}`, EXIT_PANIC)
      exit(EXIT_PANIC)
    }
    yield* this.#copyAttributes(made.fd, st)
    this.#edit = { name, temporary: made.path, output: new SedOutput(new OutStream(made.fd, 'full'), this.#o.delimiter === 0 ? '\0' : '\n') }
    return true
  }

  *#temporaryFile(directory: string): Flow<{ fd: number; path: string } | { error: Errno; path: string }> {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
    const random = yield* call('getrandom', 6)
    const path = `${directory}sed${isErr(random) ? 'XXXXXX' : Array.from(random, (b) => letters[b % letters.length]).join('')}`
    const fd = yield* open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    return isErr(fd) ? { error: fd, path } : { fd, path }
  }

  *#copyAttributes(fd: number, st: Stat): Flow<void> {
    yield* call('fchownat', fd, '', st.uid, st.gid, 0x1000)
    yield* call('fchmod', fd, st.mode & 0o7777)
  }

  /** Closes the current file; an edited one takes the place of the original. */
  *finishFile(): Flow<void> {
    this.#stream = undefined
    if (this.#fd >= 0) yield* close(this.#fd)
    this.#fd = -1
    const edit = this.#edit
    if (edit === undefined) return
    this.#edit = undefined
    yield* edit.output.stream.flush()
    yield* close(edit.output.stream.fd)
    const suffix = this.#o.inPlace ?? ''
    if (suffix !== '') yield* rename(edit.name, backupName(edit.name, suffix))
    const moved = yield* rename(edit.temporary, edit.name)
    if (isErr(moved)) yield* this.#complain(`cannot rename ${edit.temporary}: ${moved.message}`, EXIT_PANIC)
  }

  /** After q with -i: the rest of the file is kept. */
  *copyRest(): Flow<void> {
    const output = this.#edit?.output
    if (output === undefined) return
    for (let line = yield* this.next(); line !== undefined; line = yield* this.next()) yield* output.line(line.text, line.complete)
  }
}

function backupName(name: string, suffix: string): string {
  const slash = name.lastIndexOf('/') + 1
  const base = name.slice(slash)
  if (!suffix.includes('*')) return name + suffix
  const backup = suffix.replaceAll('*', base)
  return backup.includes('/') ? backup : name.slice(0, slash) + backup
}

/** The files of w commands, opened (and emptied) before anything runs. */
export function* openOutputs(c: Crt, names: readonly string[], delimiter: string): Flow<ReadonlyMap<string, SedOutput>> {
  const outputs = new Map<string, SedOutput>()
  for (const name of names) {
    if (outputs.has(name)) continue
    if (name === '/dev/stderr') outputs.set(name, new SedOutput(c.stderr, delimiter))
    else if (name !== '/dev/stdout') {
      const fd = yield* open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      if (isErr(fd)) {
        yield* c.stderr.write(`sed: couldn't open file ${name}: ${fd.message}\n`)
        exit(EXIT_PANIC)
      }
      outputs.set(name, new SedOutput(new OutStream(fd), delimiter))
    }
  }
  return outputs
}
