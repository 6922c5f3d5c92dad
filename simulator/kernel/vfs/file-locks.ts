// Advisory locks on a file: flock(2), owned by the open file, and fcntl(2) record locks, owned by the process's descriptor table.
// Deadlock detection between record locks is left out.
import { Errno } from '../../abi/errno.ts'
import { WaitQueue } from '../wait-queue.ts'
import type { FdTable } from './fd-table.ts'
import type { File } from './file.ts'

export interface RecordLock {
  readonly owner: FdTable
  readonly pid: number
  readonly isWrite: boolean
  readonly start: number
  /** exclusive; Infinity for "to the end" */
  readonly end: number
}

const overlap = (a: RecordLock, b: RecordLock): boolean => a.start < b.end && b.start < a.end

export class FileLocks {
  readonly released = new WaitQueue()
  /** flock: true for exclusive */
  readonly #flocks = new Map<File, boolean>()
  #records: RecordLock[] = []

  /** Takes or converts a lock; false when another file's lock is in the way. */
  tryFlock(file: File, exclusive: boolean): boolean {
    for (const [other, otherExclusive] of this.#flocks) {
      if (other !== file && (exclusive || otherExclusive)) return false
    }
    this.#flocks.set(file, exclusive)
    this.released.wakeAll()
    return true
  }
  unflock(file: File): void {
    if (this.#flocks.delete(file)) this.released.wakeAll()
  }
  releaseFile(file: File): void {
    this.unflock(file)
  }

  /** The first lock of another owner that conflicts. */
  conflict(lock: RecordLock): RecordLock | undefined {
    return this.#records.find((r) => r.owner !== lock.owner && (r.isWrite || lock.isWrite) && overlap(r, lock))
  }
  /** Sets `lock` over what the owner had there. Throws EAGAIN on conflict. */
  setRecord(lock: RecordLock): void {
    if (this.conflict(lock) !== undefined) throw Errno.EAGAIN
    this.clearRecords(lock.owner, lock.start, lock.end)
    this.#records.push(lock)
  }
  /** Unlocks a range; what sticks out on either side stays locked. */
  clearRecords(owner: FdTable, start: number, end: number): void {
    const kept: RecordLock[] = []
    for (const r of this.#records) {
      if (r.owner !== owner || r.end <= start || r.start >= end) kept.push(r)
      else {
        if (r.start < start) kept.push({ ...r, end: start })
        if (r.end > end) kept.push({ ...r, start: end })
      }
    }
    this.#records = kept
    this.released.wakeAll()
  }
  get hasRecords(): boolean {
    return this.#records.length > 0
  }
}
