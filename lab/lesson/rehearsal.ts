// Plays a lesson without a learner: its start, its solution, each of its wrong answers. Proves what an author claims, and yields the
// World that the goal picture is drawn from.
import type { ActionResults, Observation } from '../facts/fact.ts'
import { fnv1a } from '../session/checksum.ts'
import type { InputLog } from '../session/log.ts'
import { Session } from '../session/session.ts'
import type { Boot } from '../session/session.ts'
import type { World } from '../world.ts'
import { goalProblems, keystrokes, startProblems, wrongProblems } from './judge.ts'
import type { Exercise, Typed } from './lesson.ts'
import { resultsOf } from './lookout.ts'
import { neededActions, taskStates } from './task-engine.ts'
import type { TaskState } from './task-engine.ts'

const SECOND = 1e9
const PROMPT_WAIT = 30 * SECOND
/** A command that prints nothing for so long and is still running (`sleep 300`) is left to run. */
const QUIET_WAIT = 2 * SECOND
const BUSY_STEPS = 2_000_000

export interface Rehearsal {
  /** What is wrong, one line each; none: the lesson keeps its word. */
  readonly problems: readonly string[]
  readonly start: readonly TaskState[]
  readonly goal: { readonly world: World; readonly states: readonly TaskState[] }
  readonly log: InputLog
  /** What the terminals showed, for looking at. */
  readonly transcript: string
}

/** A lesson's session at its start. */
export function startLesson(boot: Boot, lesson: Pick<Exercise, 'id' | 'docker' | 'images' | 'setup' | 'terminals'>, build = 'rehearsal'): Session {
  const session = new Session(boot, { lesson: lesson.id, docker: lesson.docker, images: lesson.images, build })
  if (lesson.setup !== '') session.run(lesson.setup)
  for (const { name, user } of lesson.terminals) session.open(name, user, 24, 100)
  session.advance(session.machine.now + SECOND)
  return session
}

/** Types lines as a patient learner does: each when the last has come to rest. `after` is called each time. */
export function typeLines(session: Session, lesson: Pick<Exercise, 'terminals'>, lines: readonly Typed[], after: () => void = () => undefined): void {
  for (const { terminal = lesson.terminals[0]?.name ?? '', type } of lines) {
    session.type(terminal, keystrokes(type))
    rest(session, terminal)
    after()
  }
}

/** A session and what is seen of it: its steps, and what actions found after them. */
class Viewing {
  readonly session: Session
  readonly #exercise: Exercise
  readonly #found = new Map<number, ActionResults>()

  constructor(boot: Boot, exercise: Exercise) {
    this.session = startLesson(boot, exercise)
    this.#exercise = exercise
    this.#look()
  }

  type(lines: readonly Typed[]): void {
    typeLines(this.session, this.#exercise, lines, () => this.#look())
  }

  get observation(): Observation {
    const { machine, timeline } = this.session
    return { world: machine.world(), steps: timeline.map((step) => ({ ...step, results: this.#found.get(step.n) })) }
  }

  #look(): void {
    const actions = neededActions(this.#exercise, this.observation)
    const last = this.session.timeline.at(-1)
    if (actions.length > 0 && last !== undefined) this.#found.set(last.n, resultsOf(actions, this.session.check(actions)))
  }
}

function rest(session: Session, name: string): void {
  const { machine } = session
  const end = machine.now + PROMPT_WAIT
  const lastStep = machine.steps + BUSY_STEPS
  let quietSince = machine.now
  let seen = machine.lastSeq
  while (machine.now < end && machine.steps < lastStep) {
    session.advance(machine.now + SECOND / 10, () => machine.steps < lastStep)
    const terminal = session.terminals.find((each) => each.name === name)
    if (terminal === undefined || terminal.isAtPrompt || terminal.isClosed) return
    if (machine.lastSeq !== seen) quietSince = machine.now
    seen = machine.lastSeq
    if (machine.now - quietSince > QUIET_WAIT) return
  }
}

/** Plays everything that a lesson claims. */
export function rehearse(boot: Boot, lesson: Exercise): Rehearsal {
  const problems: string[] = []
  const viewing = new Viewing(boot, lesson)
  const { session } = viewing

  const start = taskStates(lesson, viewing.observation)
  problems.push(...startProblems(start))

  viewing.type(lesson.solution)
  const goal = { world: session.machine.world(), states: taskStates(lesson, viewing.observation) }
  problems.push(...goalProblems(goal.states))

  for (const wrong of lesson.wrong) {
    const attempt = new Viewing(boot, lesson)
    attempt.type(wrong.type)
    problems.push(...wrongProblems(lesson, wrong, attempt.observation))
  }

  const { log } = session
  const shown = collect(session)
  const hashes = [0, 1].map(() => fnv1a(collect(Session.replay(boot, log))))
  if (hashes.some((hash) => hash !== fnv1a(shown))) problems.push('a replay of the solution does not print the same bytes')
  return { problems, start, goal, log, transcript: shown }
}

/** Everything printed so far, by terminal. */
function collect(session: Session): string {
  const texts = new Map<string, string>()
  for (const { terminal, bytes } of session.takeOutput()) texts.set(terminal, (texts.get(terminal) ?? '') + Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return [...texts].map(([terminal, text]) => `[${terminal}]\n${text}`).join('\n')
}
