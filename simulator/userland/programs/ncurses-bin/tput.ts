// tput(1) and clear(1) of ncurses 6.4: what the terminal understands, for scripts. `tput reset` and init send the same strings as reset(1).
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { TIOCGWINSZ, type Winsize } from '../../../abi/termios.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { findTerminal, instantiate, isCapability, type Terminal } from './terminfo.ts'

const TPUT_USAGE = `Usage: tput [options] [command]

Options:
  -S <<       read commands from standard input
  -T TERM     use this instead of $TERM
  -V          print curses-version
  -x          do not try to clear scrollback

Commands:
  clear       clear the screen
  init        initialize the terminal
  reset       reinitialize the terminal
  capname     unlike clear/init/reset, print value for capability "capname"
`
const CLEAR_USAGE = `Usage: clear [options]

Options:
  -T TERM     use this instead of $TERM
  -V          print curses-version
  -x          do not try to clear scrollback
`
export const NCURSES_VERSION = 'ncurses 6.4.20221231\n'

export interface ParsedTerminalOptions {
  readonly flags: ReadonlySet<string>
  readonly term: string | undefined
  readonly operands: readonly string[]
}

/** -T, -V, -x and what each program has besides; ends the program at a bad option. */
export function* terminalOptions(c: Crt, short: string, usage: string, badStatus: number): Flow<ParsedTerminalOptions> {
  const parsed = getoptLong(c.argv, short)
  const flags = new Set<string>()
  let term = c.env.get('TERM')
  for (const event of parsed.options) {
    if (!('opt' in event)) {
      // Only getopt(3) here: a long option is the letter `-`.
      if ('error' in event) yield* warn(c, event.error.startsWith('unrecognized option') ? "invalid option -- '-'" : event.error)
      yield* c.stderr.write(usage)
      exit(badStatus)
    } else if (event.opt === 'T') term = event.arg
    else if (event.opt === 'V') {
      yield* c.stdout.write(NCURSES_VERSION)
      exit(0)
    } else flags.add(event.opt)
  }
  return { flags, term, operands: parsed.operands }
}

export function* tput(c: Crt): Flow<number> {
  const { flags, term, operands } = yield* terminalOptions(c, '+ST:Vx', TPUT_USAGE, 2)
  if (operands.length === 0 && !flags.has('S')) {
    yield* c.stderr.write(TPUT_USAGE)
    return 2
  }
  if (term === undefined || term === '') return yield* fail(c, 2, 'No value for $TERM and no -T specified')
  const terminal = findTerminal(term)
  if (terminal === undefined) return yield* fail(c, 3, `unknown terminal "${term}"`)
  if (!flags.has('S')) return yield* commands(c, terminal, operands, flags.has('x'))
  let status = 0
  for (let line = yield* c.stdin.line(); line !== undefined; line = yield* c.stdin.line()) {
    const words = line.trim().split(/\s+/)
    if (words[0] !== '') status = (yield* commands(c, terminal, words, flags.has('x'))) || status
  }
  return status
}

/** Several capabilities in one call; each takes as many of the words as it has parameters. */
function* commands(c: Crt, terminal: Terminal, words: readonly string[], keepScrollback: boolean): Flow<number> {
  let status = 0
  for (let at = 0; at < words.length; ) {
    const value = terminal.capabilities.get(words[at])
    const wanted = typeof value === 'string' ? Math.max(0, ...[...value.matchAll(/%p(\d)/g)].map((m) => Number(m[1]))) : 0
    status = yield* command(c, terminal, words.slice(at, at + 1 + wanted), keepScrollback)
    at += 1 + wanted
  }
  return status
}

function* command(c: Crt, terminal: Terminal, [name, ...args]: readonly string[], keepScrollback: boolean): Flow<number> {
  const { capabilities } = terminal
  if (name === 'clear') return yield* clearScreen(c, terminal, keepScrollback)
  if (name === 'init' || name === 'reset') {
    yield* c.stdout.write(resetStrings(terminal, name === 'reset'))
    return 0
  }
  if (name === 'longname') {
    yield* c.stdout.write(terminal.longName)
    return 0
  }
  if (name === 'cols' || name === 'lines') {
    const size = (yield* screenSize()) ?? { rows: Number(capabilities.get('lines') ?? 24), cols: Number(capabilities.get('cols') ?? 80) }
    const own = Number(c.env.get(name === 'cols' ? 'COLUMNS' : 'LINES') ?? '')
    yield* c.stdout.write(`${own > 0 ? own : name === 'cols' ? size.cols : size.rows}\n`)
    return 0
  }
  const value = capabilities.get(name)
  if (value === undefined) {
    if (!isCapability(name)) return yield* fail(c, 4, `unknown terminfo capability '${name}'`)
    if (!NUMERIC.has(name)) return 1
    yield* c.stdout.write('-1\n')
    return 0
  }
  if (value === true) return 0
  yield* c.stdout.write(typeof value === 'number' ? `${value}\n` : instantiate(value, args.map((a) => (/^-?\d+$/.test(a) ? Number(a) : a))))
  return 0
}

/** Of the terminal behind any of the standard descriptors, so that `$(tput cols)` works. */
function* screenSize(): Flow<Winsize | undefined> {
  for (const fd of [2, 1, 0]) {
    const size = yield* call('ioctl', fd, TIOCGWINSZ)
    if (!isErr(size) && (size as Winsize).cols > 0) return size as Winsize
  }
  return undefined
}

const NUMERIC = new Set(['colors', 'it', 'pairs', 'ncv', 'vt', 'lines', 'cols'])

function* clearScreen(c: Crt, { capabilities }: Terminal, keepScrollback: boolean): Flow<number> {
  const clear = capabilities.get('clear')
  if (typeof clear !== 'string') return 1
  const scrollback = capabilities.get('E3')
  yield* c.stdout.write(`${clear}${typeof scrollback === 'string' && !keepScrollback ? scrollback : ''}`)
  return 0
}

/** What puts the terminal into its first state. */
export function resetStrings({ capabilities }: Terminal, reset: boolean): string {
  const parts = (reset ? ['rs1', 'rs2', 'rs3'] : ['is1', 'is2', 'is3']).map((name) => capabilities.get(name))
  return parts.map((part) => (typeof part === 'string' ? part : '')).join('')
}

export function* clear(c: Crt): Flow<number> {
  const { flags, term, operands } = yield* terminalOptions(c, 'T:Vx', CLEAR_USAGE, 1)
  if (operands.length > 0) {
    yield* c.stderr.write(CLEAR_USAGE)
    return 1
  }
  const terminal = yield* terminalNamed(c, term)
  return yield* clearScreen(c, terminal, flags.has('x'))
}

/** The terminal; ends the program as setupterm(3) does without one. */
export function* terminalNamed(c: Crt, name: string | undefined): Flow<Terminal> {
  const terminal = name === undefined || name === '' ? undefined : findTerminal(name)
  if (terminal !== undefined) return terminal
  yield* c.stderr.write(name === undefined || name === '' ? 'TERM environment variable not set.\n' : `'${name}': unknown terminal type.\n`)
  return exit(1)
}
