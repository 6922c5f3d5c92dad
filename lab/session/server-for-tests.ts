// A SessionServer without threads, timers or a wall clock of its own: the test turns the handle.
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { Report, Request, SessionStart } from './protocol.ts'
import { SessionServer } from './server.ts'

interface Due { at: number; call: (() => void) | undefined }

export class ServerBench {
  readonly reports: Report[] = []
  /** Does the page show what it gets? */
  acknowledges = true
  #wall = 0
  #seq = 0
  #due: Due[] = []
  readonly #server: SessionServer

  constructor(build = 'test') {
    this.#server = new SessionServer({
      boot: bootMachine, build,
      // Every look at the clock takes a millisecond, so that turns end.
      now: () => ++this.#wall,
      later: (call, ms) => {
        const due: Due = { at: this.#wall + ms, call }
        this.#due.push(due)
        return () => {
          due.call = undefined
        }
      },
      send: (report) => {
        this.reports.push(report)
        if (report.kind === 'output' && this.acknowledges) this.#due.push({ at: this.#wall, call: () => this.send({ kind: 'ack', terminal: report.terminal, bytes: report.bytes.length }) })
      },
    })
  }

  start(start: Partial<SessionStart> = {}): void {
    this.send({ kind: 'start', start: { lesson: 'playground', docker: false, setup: '', terminals: [{ name: 'host', user: 'learner', rows: 24, cols: 80 }], ...start } })
    this.pass(1000)
  }

  send(request: Request, seq = ++this.#seq): void {
    this.#server.receive({ ...request, seq })
  }

  type(text: string, terminal = 'host'): void {
    this.send({ kind: 'type', terminal, bytes: new TextEncoder().encode(text) })
  }

  /** Lets so many milliseconds of wall time pass. */
  pass(ms: number): void {
    const end = this.#wall + ms
    while (this.#wall < end) {
      this.#due = this.#due.filter(({ call }) => call !== undefined)
      const next = this.#due.reduce<Due | undefined>((first, due) => (first === undefined || due.at < first.at ? due : first), undefined)
      if (next === undefined || next.at > end) {
        this.#wall = end
        return
      }
      this.#due.splice(this.#due.indexOf(next), 1)
      this.#wall = Math.max(this.#wall, next.at)
      next.call?.()
    }
  }

  of<Kind extends Report['kind']>(kind: Kind): Extract<Report, { readonly kind: Kind }>[] {
    return this.reports.filter((report): report is Extract<Report, { readonly kind: Kind }> => report.kind === kind)
  }

  /** What the terminal has been sent since the session last began. */
  screen(terminal = 'host'): string {
    const since = this.reports.findLastIndex(({ kind }) => kind === 'started')
    const bytes = this.reports.slice(since).flatMap((report) => (report.kind === 'output' && report.terminal === terminal ? [...report.bytes] : []))
    return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\x1b\[[0-9;?]*[a-z]/gi, '')
  }

  get savedLog(): string {
    return this.of('save').at(-1)?.log ?? ''
  }
}
