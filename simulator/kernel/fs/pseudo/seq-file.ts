// Files whose text is made when it is read (fs/seq_file.c): at the start of the file and after a jump the text is made anew; it stays the same while it is read on.
import { Errno } from '../../../abi/errno.ts'
import { EMPTY_BYTES, encodeUtf8 } from '../../../lib/bytes.ts'
import type { Cred } from '../../cred/cred.ts'
import type { Task } from '../../task.ts'
import { File } from '../../vfs/file.ts'
import type { Path } from '../../vfs/path.ts'
import type { Sleepable } from '../../wait-queue.ts'
import { isKFlow } from '../../wait-queue.ts'

export interface SeqOperations {
  /** The file's whole content as this reader sees it. */
  show(task: Task, file: SeqFile): string | Uint8Array
  /** One write(2). Answers how many bytes were taken. */
  store(task: Task, data: Uint8Array, file: SeqFile): Sleepable<number>
  /** Writing doesn't move the position: each write(2) is one at the beginning. */
  readonly keepsPosition?: boolean
}

export class SeqFile extends File {
  /** Who opened it (f_cred): some files ask for the opener's rights at each write. */
  readonly openerCred: Cred
  /** What the opener pinned, for files that resolve their object at open(2). */
  readonly target: unknown
  readonly #operations: SeqOperations
  #content: Uint8Array = EMPTY_BYTES
  /** Where reading on would go on (seq_file.read_pos). */
  #readPos = 0

  constructor(task: Task, path: Path, flags: number, operations: SeqOperations, target?: unknown) {
    super(path, flags)
    this.openerCred = task.cred
    this.#operations = operations
    this.target = target
  }

  override read(task: Task, count: number): Uint8Array {
    const data = this.pread(task, count, this.pos)
    this.pos += data.length
    return data
  }
  override pread(task: Task, count: number, offset: number): Uint8Array {
    if (offset === 0 || offset !== this.#readPos) {
      const text = this.#operations.show(task, this)
      this.#content = typeof text === 'string' ? encodeUtf8(text) : text
    }
    const part = this.#content.subarray(offset, offset + count)
    this.#readPos = offset + part.length
    return part
  }

  override write(task: Task, data: Uint8Array): Sleepable<number> {
    const done = this.#operations.store(task, data, this)
    if (isKFlow(done)) return done
    if (this.#operations.keepsPosition !== true) this.pos += done
    return done
  }
  override pwrite(task: Task, data: Uint8Array, _offset: number): Sleepable<number> {
    return this.#operations.store(task, data, this)
  }

  override seek(_task: Task, offset: number, whence: number): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.pos : undefined
    if (base === undefined || base + offset < 0) throw Errno.EINVAL
    this.pos = base + offset
    return this.pos
  }
}
