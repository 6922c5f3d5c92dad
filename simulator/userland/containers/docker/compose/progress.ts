// How compose tells what it is doing (pkg/progress): a line for each event where the output is no terminal; on a terminal a list that is drawn anew at each event.
import type { Flow } from '../../../../abi/syscalls.ts'
import { terminalWidth } from '../../../libc/tty.ts'
import { isatty } from '../../../libc/unistd.ts'
import { type Cli, nowSeconds } from '../client/cli.ts'

type Status = 'working' | 'done' | 'error'
interface Row {
  readonly id: string
  text: string
  status: Status
  readonly start: number
  end: number
}

const GREEN = '\x1b[32m', BLUE = '\x1b[34m', RED = '\x1b[31m', RESET = '\x1b[0m'
const COLOURS: Readonly<Record<Status, string>> = { working: BLUE, done: GREEN, error: RED }
const MARKS: Readonly<Record<Status, string>> = { working: `${GREEN}⠋${RESET}`, done: `${GREEN}✔${RESET}`, error: `${RED}✘${RESET}` }

export class Progress {
  readonly #cli: Cli
  readonly #title: string
  readonly #isQuiet: boolean
  readonly #rows = new Map<string, Row>()
  #isTerminal: boolean | undefined
  #drawn = 0
  #width = 80

  constructor(cli: Cli, title = 'Running', isQuiet = false) {
    this.#cli = cli
    this.#title = title
    this.#isQuiet = isQuiet
  }

  /** `Container web-1` is now `Starting`. */
  *event(id: string, text: string, status: Status = 'working'): Flow<void> {
    if (this.#isQuiet) return
    this.#isTerminal ??= yield* isatty(2)
    const now = yield* nowSeconds()
    const row = this.#rows.get(id)
    if (row === undefined) this.#rows.set(id, { id, text, status, start: now, end: now })
    else Object.assign(row, { text, status, end: now })
    if (this.#isTerminal) yield* this.#draw(now)
    else yield* this.#cli.c.stderr.write(` ${id}  ${text}\n`)
  }
  *done(id: string, text: string): Flow<void> {
    yield* this.event(id, text, 'done')
  }

  *#draw(now: number): Flow<void> {
    this.#width = (yield* terminalWidth(2, this.#cli.c.env)) ?? 80
    const rows = [...this.#rows.values()]
    const done = rows.filter((r) => r.status === 'done').length
    const head = `[+] ${this.#title} ${done}/${rows.length}`
    const padding = Math.max(...rows.map((r) => r.id.length + 1))
    const lines = rows.map((row) => {
      const text = ` ${row.id.padEnd(padding)} ${row.text}`
      const timer = `${((row.status === 'working' ? now : row.end) - row.start).toFixed(1)}s `
      const gap = Math.max(0, this.#width - text.length - 2 - timer.length)
      return ` ${MARKS[row.status]} ${row.id.padEnd(padding)} ${COLOURS[row.status]}${row.text}${RESET}${' '.repeat(gap)}${BLUE}${timer}${RESET}\n`
    })
    const up = this.#drawn === 0 ? '' : `\x1b[${this.#drawn + 1}A\x1b[0G`
    yield* this.#cli.c.stderr.write(`${up}\x1b[?25l${done === rows.length ? `${BLUE}${head}${RESET}` : head}\n${lines.join('')}\x1b[?25h`)
    this.#drawn = rows.length
  }
}
