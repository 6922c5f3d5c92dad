// Steps of a real machine: what was typed, which programs ran in it, the World after it. The same shapes and labels as a session on the
// simulated machine gives; nothing here waits for anything.
import type { Step } from '../../lab/machine.ts'
import type { RanCommand } from '../../lab/session/commands.ts'
import { TypedLine } from '../../lab/session/typed-line.ts'
import type { World } from '../../lab/world.ts'
import type { RanEvent } from './agent-client.ts'

type Draft = { -readonly [Key in keyof RanCommand]: RanCommand[Key] }

/** A step that is over but for its World. */
export interface EndedStep { readonly terminal: string; readonly label: string; readonly ran: readonly RanCommand[] }

export class StepRecorder {
  readonly #timeline: Step[] = []
  readonly #typed = new Map<string, { readonly line: TypedLine; labels: (string | undefined)[] }>()
  readonly #running = new Map<number, Draft>()
  #host: ReadonlySet<number> = new Set()
  #ran: Draft[] = []
  /** Does what runs now still belong to the step that is over but for its World? */
  #isEnding = false
  #hasStarted = false

  get timeline(): readonly Step[] {
    return this.#timeline
  }
  /** Is step 0 over: have all terminals come to their first prompt? */
  get hasStarted(): boolean {
    return this.#hasStarted
  }

  /** `initial`: the host's namespaces. */
  startOn({ initial }: { readonly initial: readonly (number | null)[] }): void {
    this.#host = new Set(initial.filter((id) => id !== null))
  }

  ran({ pid, path, argv, ns, status }: RanEvent): void {
    if (argv !== undefined) {
      const comm = (path ?? argv[0] ?? '').replace(/^.*\//, '')
      const draft: Draft = { pid, argv, comm, status: undefined, onHost: ns?.every((id) => this.#host.has(id)) }
      this.#ran.push(draft)
      this.#running.set(pid, draft)
    } else if (status !== undefined) {
      const draft = this.#running.get(pid)
      if (draft !== undefined) draft.status = status
      this.#running.delete(pid)
    }
  }

  typed(terminal: string, text: string): void {
    this.#cut()
    const typed = this.#typed.get(terminal) ?? { line: new TypedLine(), labels: [] }
    this.#typed.set(terminal, typed)
    typed.labels.push(...typed.line.feed(text))
  }

  /** Has a line been sent off at this terminal since its last step? */
  isWholeLineTyped(terminal: string): boolean {
    return (this.#typed.get(terminal)?.labels.length ?? 0) > 0
  }

  /** Nothing has been typed since the last step began to end. */
  get isEnding(): boolean {
    return this.#isEnding
  }

  /** What runs from now on belongs to the next step. */
  #cut(): void {
    if (this.#isEnding) this.#ran = []
    this.#isEnding = false
  }

  /** The machine waits again: ends the step at `terminal`, at first the start (''). Until its end() or the next key, what it has begun in the background still
   * belongs to it. Undefined if only empty lines were typed. */
  begin(terminal: string): EndedStep | undefined {
    const typed = this.#typed.get(terminal)
    const labels = typed?.labels.filter((each) => each !== '') ?? []
    if (typed !== undefined) typed.labels = []
    if (this.#hasStarted && labels.length === 0) return undefined
    this.#cut()
    const ran = this.#ran
    this.#isEnding = true
    const label = this.#hasStarted ? labels.map((each) => each ?? '…').join('; ') : 'start'
    this.#hasStarted = true
    return { terminal, label: label === '…' ? (ran[0]?.argv.join(' ') ?? label) : label, ran }
  }

  end(ended: EndedStep, world: World): Step {
    if (ended.ran === this.#ran) this.#cut()
    const step: Step = { n: this.#timeline.length, ...ended, world, refusals: [], time: world.time }
    this.#timeline.push(step)
    return step
  }
}
