// Plays a lesson on any machine, as a patient learner would: its start, its solution, each of its wrong answers; the same facts decide as
// on the page. A rehearsal (rehearsal.ts) does it with the simulator in no time and can also replay; this takes the time that it takes.
import type { Observation } from '../facts/fact.ts'
import type { Machine, Terminal } from '../machine.ts'
import { goalProblems, keystrokes, startProblems, wrongProblems } from './judge.ts'
import type { Exercise, Typed } from './lesson.ts'
import { Lookout } from './lookout.ts'
import { taskStates } from './task-engine.ts'
import type { TaskState } from './task-engine.ts'

/** How long to wait, in milliseconds of the wall clock; it depends on how fast the machine is. */
export interface Patience {
  /** A command that prints nothing for so long and is still running (`sleep 300`) is left to run. */
  readonly quiet: number
  /** The longest that any command is waited for. */
  readonly command: number
  /** From a reset to the first prompt. */
  readonly start: number
  readonly pause: (ms: number) => Promise<void>
  readonly now: () => number
}

export interface Playing {
  /** What is wrong, one line each; none: the lesson keeps its word on this machine. */
  readonly problems: readonly string[]
  readonly goal: readonly TaskState[]
  /** What the terminals showed while the solution was typed. */
  readonly transcript: string
}

const LOOK_MS = 20

/** The machine must be at the lesson's start, its setup run; it is reset for every wrong answer. */
export async function playLesson(machine: Machine, lesson: Exercise, patience: Patience): Promise<Playing> {
  const lookout = new Lookout(machine, lesson)
  const desk = await Desk.at(machine, lesson, patience, lookout)
  await desk.begin()
  const problems = startProblems(taskStates(lesson, await desk.observe()))
  await desk.type(lesson.solution)
  const goal = taskStates(lesson, await desk.observe())
  problems.push(...goalProblems(goal))
  const { transcript } = desk
  for (const wrong of lesson.wrong) {
    await machine.reset()
    lookout.forget(-1)
    await desk.begin()
    await desk.type(wrong.type)
    problems.push(...wrongProblems(lesson, wrong, await desk.observe()))
  }
  return { problems, goal, transcript }
}

interface Screen { readonly terminal: Terminal; text: string; heardAt: number; isClosed: boolean; steps: number }

/** Where the learner sits: the lesson's terminals, and what was seen at each. */
class Desk {
  readonly #machine: Machine
  readonly #patience: Patience
  readonly #screens: ReadonlyMap<string, Screen>
  readonly #lookout: Lookout

  private constructor(machine: Machine, patience: Patience, screens: ReadonlyMap<string, Screen>, lookout: Lookout) {
    this.#machine = machine
    this.#lookout = lookout
    this.#patience = patience
    this.#screens = screens
  }

  static async at(machine: Machine, lesson: Pick<Exercise, 'terminals'>, patience: Patience, lookout: Lookout): Promise<Desk> {
    const screens = new Map<string, Screen>()
    for (const { name, user } of lesson.terminals) {
      const terminal = await machine.openTerminal({ name, user, rows: 24, cols: 100 })
      const screen: Screen = { terminal, text: '', heardAt: patience.now(), isClosed: false, steps: 0 }
      const decoder = new TextDecoder()
      screens.set(name, screen)
      terminal.onOutput((bytes, done) => {
        screen.text += decoder.decode(bytes, { stream: true })
        screen.heardAt = patience.now()
        done()
      })
      terminal.onClear(() => {
        screen.text = ''
        screen.isClosed = false
      })
      terminal.onClosed(() => {
        screen.isClosed = true
      })
    }
    machine.onStep(({ terminal }) => {
      const screen = screens.get(terminal)
      if (screen !== undefined) screen.steps++
    })
    return new Desk(machine, patience, screens, lookout)
  }

  /** Waits for the first prompts. */
  async begin(): Promise<void> {
    await this.#machine.world()
    const end = this.#patience.now() + this.#patience.start
    while (this.#machine.timeline.length === 0) {
      if (this.#patience.now() > end) throw new Error(`no prompt after ${this.#patience.start / 1000} s`)
      await this.#patience.pause(LOOK_MS)
    }
  }

  async observe(): Promise<Observation> {
    const world = await this.#machine.world()
    await this.#lookout.look(this.#machine.timeline)
    return { world, steps: this.#lookout.seen(this.#machine.timeline) }
  }

  /** Types lines, each when the last has come to rest: its step is over, its terminal is closed, or it has long been quiet. */
  async type(lines: readonly Typed[]): Promise<void> {
    for (const { terminal = [...this.#screens.keys()][0] ?? '', type } of lines) {
      const screen = this.#screens.get(terminal)
      if (screen === undefined) throw new Error(`no terminal '${terminal}'`)
      const { now, quiet, command, pause } = this.#patience
      const { steps } = screen
      const end = now() + command
      screen.heardAt = now()
      screen.terminal.type(keystrokes(type))
      while (screen.steps === steps && !screen.isClosed && now() < end && now() - screen.heardAt < quiet) await pause(LOOK_MS)
      await this.#lookout.look(this.#machine.timeline)
    }
  }

  get transcript(): string {
    return [...this.#screens].map(([name, { text }]) => `[${name}]\n${text}`).join('\n')
  }
}
