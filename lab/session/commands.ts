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

/** Which of the kernel's checks said no: each of them is asked, and one is enough. */
export type RefusalLayer = 'capability' | 'permission' | 'id map' | 'Yama' | 'seccomp' | 'AppArmor' | 'cgroup' | 'memory'

export interface Refusal {
  readonly pid: number
  readonly layer: RefusalLayer
  /** The capability that was missing (`sys_admin`), the call that seccomp refused, the operation that AppArmor did, else the layer's own word. */
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
        default: {
          const refused = refusedBy(event)
          if (refused !== undefined) this.#refusals.push({ ...refused, pid: refused.pid ?? event.tid, rule: String(event.data.rule ?? ''), userns: typeof event.data.userns === 'number' ? event.data.userns : undefined, data: event.data })
        }
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
}

/** Actions of seccomp that let a call through: allow, log, trace, ask. */
const SECCOMP_LETS: ReadonlySet<number> = new Set([0x7fff0000, 0x7ffc0000, 0x7ff00000, 0x7fc00000])

/** The layer that said no in this event, and to what; undefined for every other event. */
export function refusedBy({ name, data }: KernelEvent): { readonly layer: RefusalLayer; readonly what: string; readonly pid?: number } | undefined {
  switch (name) {
    case 'cap.check': return data.granted === false ? { layer: 'capability', what: String(data.cap).replace(/^cap_/i, '').toLowerCase() } : undefined
    case 'file.refused': return { layer: 'permission', what: 'file' }
    case 'ptrace.check': return data.granted === false ? { layer: 'Yama', what: 'ptrace' } : undefined
    case 'idmap.refused': return { layer: 'id map', what: String(data.map) }
    case 'userns.refused': return { layer: 'id map', what: 'user namespace' }
    case 'seccomp.act': return SECCOMP_LETS.has(Number(data.action)) ? undefined : { layer: 'seccomp', what: String(data.nr) }
    case 'apparmor.check': return data.verdict === 'DENIED' ? { layer: 'AppArmor', what: String(data.operation) } : undefined
    case 'device.refused': return { layer: 'cgroup', what: 'device' }
    case 'cgroup.refused': return { layer: 'cgroup', what: String(data.controller) }
    case 'oom.kill': return { layer: 'memory', what: 'memory', pid: Number(data.victim) }
    default: return undefined
  }
}
