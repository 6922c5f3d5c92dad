// The Worker's end: owns the session, runs it in short turns between messages, holds it to the wall clock, and stops while the page has
// not yet shown what was printed. A fork bomb or `yes` keeps the machine busy, never the page.
import { LogError, readLog, writeLog } from './log.ts'
import type { InputLog } from './log.ts'
import { Pacer } from './pacer.ts'
import { OUTPUT_WINDOW } from './protocol.ts'
import type { Numbered, Report, Request, SessionStart } from './protocol.ts'
import { Session } from './session.ts'
import type { Boot } from './session.ts'

/** What the server needs from where it runs. `later` calls back after so many milliseconds, but lets messages in first, also for 0; it answers how to cancel. */
export interface Surroundings {
  readonly now: () => number
  readonly later: (call: () => void, ms: number) => () => void
  readonly send: (report: Numbered<Report>) => void
  readonly boot: Boot
  readonly build: string
}

const TURN_MS = 8
const SAVE_MS = 1000
const WORLD_MS = 250
/** Running free, an hour of the machine's time at once: a program that sleeps for ever in a loop still lets messages in. */
const FREE_STRETCH = 3600e9

export class SessionServer {
  readonly #around: Surroundings
  #session: Session | undefined
  #start: SessionStart | undefined
  #pacer: Pacer
  #isFree = false
  #seq = 0
  #expected = 1
  #cancelTurn: (() => void) | undefined
  #cancelSave: (() => void) | undefined
  readonly #unacknowledged = new Map<string, number>()
  #sentSteps = 0
  readonly #closed = new Set<string>()
  #lastState = ''
  #worldAt = 0
  #worldSeq = 0

  constructor(around: Surroundings) {
    this.#around = around
    this.#pacer = new Pacer(around.now, 0)
  }

  receive(request: Numbered<Request>): void {
    try {
      if (request.seq !== this.#expected) throw new Error(`message ${request.seq} came where ${this.#expected} was due`)
      this.#expected++
      this.#handle(request)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Code of programs has come: a machine that waits for it goes on. */
  codeCame(): void {
    this.#turnSoon(0)
  }

  #handle(request: Numbered<Request>): void {
    if (request.kind === 'start') return this.#begin(request.start)
    const session = this.#session
    if (session === undefined) return
    if (request.kind === 'explain') return this.#report({ kind: 'reply', to: request.seq, value: session.explanation(request.step) })
    if (request.kind === 'check') return this.#report({ kind: 'reply', to: request.seq, value: session.check(request.scripts) })
    // A machine at rest isn't run, so its clock stands still: what comes in now comes in now.
    if (!this.#isFree && !this.#isBackedUp()) session.advance(this.#pacer.target, () => false)
    switch (request.kind) {
      case 'open':
        session.open(request.terminal.name, request.terminal.user, request.terminal.rows, request.terminal.cols)
        break
      case 'type':
        session.type(request.terminal, request.bytes)
        this.#saveSoon()
        break
      case 'resize':
        session.resize(request.terminal, request.rows, request.cols)
        break
      case 'ack':
        this.#unacknowledged.set(request.terminal, Math.max(0, (this.#unacknowledged.get(request.terminal) ?? 0) - request.bytes))
        break
      case 'go-back':
        return this.#replay(session.logUpTo(request.step))
      case 'reset':
        return this.#start === undefined ? undefined : this.#begin({ ...this.#start, log: undefined })
      case 'speed':
        this.#isFree = request.speed === Infinity
        this.#pacer.setSpeed(this.#isFree ? 1 : request.speed, session.machine.now)
        break
      case 'run':
        this.#report({ kind: 'reply', to: request.seq, value: session.run(request.script, request.user) })
        break
      case 'world':
        this.#report({ kind: 'reply', to: request.seq, value: session.machine.world() })
    }
    this.#turnSoon(0)
  }

  // ---- beginning, going back

  #begin(start: SessionStart): void {
    this.#start = start
    if (start.log !== undefined) {
      try {
        const log = readLog(start.log)
        return this.#use(Session.replay(this.#around.boot, log, this.#around.build), true)
      } catch (error) {
        if (!(error instanceof LogError)) throw error
        this.#report({ kind: 'bad-log', problem: error.problem, message: error.message, log: start.log })
        return
      }
    }
    const session = new Session(this.#around.boot, { lesson: start.lesson, docker: start.docker, images: start.images ?? [], build: this.#around.build })
    if (start.setup !== '') session.run(start.setup)
    for (const { name, user, rows, cols } of start.terminals) session.open(name, user, rows, cols)
    this.#use(session, false)
  }

  #replay(log: InputLog): void {
    this.#use(Session.replay(this.#around.boot, log), false)
  }

  #use(session: Session, restored: boolean): void {
    this.#session = session
    this.#sentSteps = session.timeline.length
    this.#unacknowledged.clear()
    this.#closed.clear()
    this.#lastState = ''
    this.#pacer.restart(session.machine.now)
    const sizes = new Map(this.#start?.terminals.map((terminal) => [terminal.name, terminal]))
    const terminals = session.terminals.map(({ name, user }) => ({ name, user, rows: sizes.get(name)?.rows ?? 24, cols: sizes.get(name)?.cols ?? 80 }))
    this.#report({ kind: 'started', terminals, timeline: session.timeline, restored })
    this.#saveSoon()
    this.#turnSoon(0)
  }

  // ---- turns

  #turnSoon(ms: number): void {
    this.#cancelTurn?.()
    this.#cancelTurn = this.#around.later(() => {
      try {
        this.#turn()
      } catch (error) {
        this.#fail(error)
      }
    }, ms)
  }

  #turn(): void {
    const session = this.#session
    if (session === undefined) return
    if (this.#isBackedUp()) {
      this.#pacer.fellBehind(session.machine.now)
      return
    }
    const { machine } = session
    const end = this.#around.now() + TURN_MS
    const target = this.#isFree ? machine.now + FREE_STRETCH : this.#pacer.target
    const turn = session.advance(target, () => this.#around.now() < end && machine.now < target && !this.#sendOutput())
    this.#sendOutput()
    this.#sendSteps()
    this.#sendState(turn.state === 'waiting' ? 'busy' : turn.state)
    if (turn.state === 'waiting') this.#pacer.fellBehind(machine.now)
    if (turn.state === 'idle' || turn.state === 'waiting') return
    if (this.#isFree) return this.#turnSoon(0)
    if (turn.state === 'busy') this.#pacer.fellBehind(machine.now)
    this.#turnSoon(Math.max(0, this.#pacer.delayUntil(turn.state === 'sleeping' ? turn.deadline : machine.now)))
  }

  #isBackedUp(): boolean {
    return [...this.#unacknowledged.values()].some((bytes) => bytes > OUTPUT_WINDOW)
  }

  /** True if the page has enough to show for now. */
  #sendOutput(): boolean {
    for (const { terminal, bytes } of this.#session?.takeOutput() ?? []) {
      this.#unacknowledged.set(terminal, (this.#unacknowledged.get(terminal) ?? 0) + bytes.length)
      this.#report({ kind: 'output', terminal, bytes })
    }
    return this.#isBackedUp()
  }

  #sendSteps(): void {
    const session = this.#session
    if (session === undefined) return
    for (const { name, isClosed, status } of session.terminals) {
      if (!isClosed || this.#closed.has(name)) continue
      this.#closed.add(name)
      this.#report({ kind: 'closed', terminal: name, status: status ?? 0 })
    }
    const fresh = session.timeline.slice(this.#sentSteps)
    this.#sentSteps = session.timeline.length
    for (const step of fresh) this.#report({ kind: 'step', step })
    if (fresh.length > 0) this.#save()
    else if (this.#around.now() - this.#worldAt > WORLD_MS && session.machine.lastSeq !== this.#worldSeq) this.#report({ kind: 'world', world: session.machine.world() })
    else return
    this.#worldAt = this.#around.now()
    this.#worldSeq = session.machine.lastSeq
  }

  #sendState(running: 'busy' | 'sleeping' | 'idle'): void {
    const session = this.#session
    if (session === undefined) return
    const turn = Object.fromEntries(session.terminals.map(({ name, isAtPrompt }) => [name, isAtPrompt]))
    const state = JSON.stringify([running, turn])
    if (state === this.#lastState) return
    this.#lastState = state
    this.#report({ kind: 'state', running, turn, time: session.machine.now })
  }

  // ---- saving, reporting

  #saveSoon(): void {
    this.#cancelSave ??= this.#around.later(() => this.#save(), SAVE_MS)
  }

  #save(): void {
    this.#cancelSave?.()
    this.#cancelSave = undefined
    if (this.#session !== undefined) this.#report({ kind: 'save', log: writeLog(this.#session.log) })
  }

  #fail(error: unknown): void {
    const log = this.#session === undefined ? '' : writeLog(this.#session.log)
    this.#session = undefined
    this.#cancelTurn?.()
    this.#report({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error), log })
  }

  #report(report: Report): void {
    this.#around.send({ ...report, seq: ++this.#seq })
  }
}
