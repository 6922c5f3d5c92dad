// What was run, and what was refused: read from the kernel's events, so that facts and the timeline need not look at keystrokes.
import type { KernelEvent } from '../../simulator/trace/emitter.ts'

export interface RanCommand {
  readonly pid: number
  readonly argv: readonly string[]
  /** Name of the program, without its directory. */
  readonly comm: string
  /** Exit status as a shell shows it; undefined while it runs. */
  readonly status: number | undefined
  /** Was it entirely in the host's namespaces when it started? Undefined if not known. */
  readonly onHost: boolean | undefined
}

export interface Refusal {
  readonly pid: number
  /** The capability that was missing (`sys_admin`), or `file` for a file's permission bits. */
  readonly what: string
  /** The rule that decided, as the kernel names it. */
  readonly rule: string
  /** User namespace in which it was needed. */
  readonly userns: number | undefined
  readonly data: Readonly<Record<string, unknown>>
}

type Draft = { -readonly [Key in keyof RanCommand]: RanCommand[Key] }

/** Collects from the event stream; `take` ends one step and begins the next. Commands still running are carried over until they end. */
export class CommandCollector {
  #ran: Draft[] = []
  #refusals: Refusal[] = []
  readonly #running = new Map<number, Draft>()
  readonly #initialNs: () => ReadonlySet<number>

  /** `initialNs` answers the numbers of the host's namespaces. */
  constructor(initialNs: () => ReadonlySet<number>) {
    this.#initialNs = initialNs
  }

  read(events: readonly KernelEvent[]): void {
    for (const event of events) {
      switch (event.name) {
        case 'task.exec':
          this.#exec(event)
          break
        case 'task.exit':
          this.#exit(event)
          break
        case 'cap.check':
          if (event.data.granted === false) this.#refuse(event, String(event.data.cap).replace(/^cap_/i, '').toLowerCase())
          break
        case 'file.refused':
          this.#refuse(event, 'file')
          break
        default:
      }
    }
  }

  /** What was started and refused since the last call. The commands stay live: a later exit fills in their status. */
  take(): { readonly ran: readonly RanCommand[]; readonly refusals: readonly Refusal[] } {
    const taken = { ran: this.#ran, refusals: this.#refusals }
    this.#ran = []
    this.#refusals = []
    return taken
  }

  #exec({ tid, data }: KernelEvent): void {
    const argv = Array.isArray(data.argv) ? data.argv.map(String) : []
    const comm = String(data.path ?? argv[0] ?? '').replace(/^.*\//, '')
    const ns = Array.isArray(data.ns) ? data.ns.map(Number) : undefined
    const initial = this.#initialNs()
    const draft: Draft = { pid: tid, argv, comm, status: undefined, onHost: ns?.every((id) => initial.has(id)) }
    this.#ran.push(draft)
    this.#running.set(tid, draft)
  }

  #exit({ tid, data }: KernelEvent): void {
    const draft = this.#running.get(tid)
    if (draft === undefined) return
    const status = Number(data.status)
    draft.status = (status & 0x7f) === 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    this.#running.delete(tid)
  }

  #refuse({ tid, data }: KernelEvent, what: string): void {
    this.#refusals.push({ pid: tid, what, rule: String(data.rule ?? ''), userns: typeof data.userns === 'number' ? data.userns : undefined, data })
  }
}
