// What has happened, for `docker events`: the last 64 of them and everybody who listens.
import type { Flow } from '../../../../abi/syscalls.ts'
import { Signal } from '../../../libc/goroutine.ts'
import { sortKeys, type StringMap } from '../api.ts'
import { now } from './util.ts'

export interface DaemonEvent {
  readonly status?: string
  readonly id?: string
  readonly from?: string
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: StringMap }
  readonly scope: string
  readonly time: number
  readonly timeNano: number
  /** the nanoseconds that a double can't hold */
  readonly nsec: number
}
const KEPT = 64

export class EventLog {
  readonly events: DaemonEvent[] = []
  /** How many have been dropped from the front. */
  dropped = 0
  readonly added = new Signal()

  get last(): DaemonEvent | undefined {
    return this.events[this.events.length - 1]
  }

  *emit(type: string, action: string, id: string, attributes: StringMap): Flow<void> {
    const { sec, nsec } = yield* now()
    const legacy = type === 'container' ? { status: action, id, from: attributes['image'] ?? '' } : type === 'image' ? { status: action, id } : {}
    this.events.push({ ...legacy, Type: type, Action: action, Actor: { ID: id, Attributes: sortKeys(attributes) }, scope: 'local', time: sec, timeNano: sec * 1e9 + nsec, nsec })
    if (this.events.length > KEPT) {
      this.events.shift()
      this.dropped += 1
    }
    this.added.wake()
  }
}
