// The state of one shell process. A subshell is a copy of it (a generator can't be forked), so everything a child may change is here and nowhere else.
import { Heap } from '../libc/malloc.ts'
import type { Flow } from '../../abi/syscalls.ts'
import type { Command } from './ast.ts'
import type { Dialect } from './lexer.ts'
import { encodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { type Errno, isErr } from '../../abi/errno.ts'
import { writeAll } from '../libc/unistd.ts'
import { Variables } from './variables.ts'
import { JobTable } from './job-table.ts'

export interface ShellFunction {
  readonly name: string
  readonly body: Command
  /** BASH_SOURCE of its definition: a file, `main`, or `environment`. */
  readonly source: string
  exported: boolean
  readonly: boolean
  trace: boolean
}

/** One entry of FUNCNAME, BASH_SOURCE and BASH_LINENO. */
export interface CallFrame {
  readonly name: string
  readonly source: string
  readonly callLine: number
}

/** exit: leaves the process with this status. */
export class ShellExit {
  readonly status: number
  /** The EXIT trap must not run (the shell was replaced, or killed itself). */
  readonly silent: boolean
  constructor(status: number, silent = false) {
    this.status = status
    this.silent = silent
  }
}

/**
 * An error that drops what is being executed: `discard` gives up the current line, `fatal` ends a non-interactive shell
 * (status 127 for -c, where bash calls it FORCE_EOF), `interrupt` is Ctrl-C.
 */
export class ShellAbort {
  readonly reason: 'discard' | 'fatal' | 'interrupt'
  readonly status: number
  constructor(reason: 'discard' | 'fatal' | 'interrupt', status: number) {
    this.reason = reason
    this.status = status
  }
}

export const SHOPT_DEFAULTS: readonly (readonly [string, boolean])[] = [
  ['autocd', false], ['assoc_expand_once', false], ['cdable_vars', false], ['cdspell', false], ['checkhash', false], ['checkjobs', false],
  ['checkwinsize', true], ['cmdhist', true], ['compat31', false], ['compat32', false], ['compat40', false], ['compat41', false], ['compat42', false],
  ['compat43', false], ['compat44', false], ['complete_fullquote', true], ['direxpand', false], ['dirspell', false], ['dotglob', false],
  ['execfail', false], ['expand_aliases', false], ['extdebug', false], ['extglob', false], ['extquote', true], ['failglob', false],
  ['force_fignore', true], ['globasciiranges', true], ['globskipdots', true], ['globstar', false], ['gnu_errfmt', false], ['histappend', false],
  ['histreedit', false], ['histverify', false], ['hostcomplete', true], ['huponexit', false], ['inherit_errexit', false],
  ['interactive_comments', true], ['lastpipe', false], ['lithist', false], ['localvar_inherit', false], ['localvar_unset', false],
  ['login_shell', false], ['mailwarn', false], ['no_empty_cmd_completion', false], ['nocaseglob', false], ['nocasematch', false],
  ['noexpand_translation', false], ['nullglob', false], ['patsub_replacement', true], ['progcomp', true], ['progcomp_alias', false],
  ['promptvars', true], ['restricted_shell', false], ['shift_verbose', false], ['sourcepath', true], ['varredir_close', false], ['xpg_echo', false],
]

/** `set -o` names in bash's order, with their letters. */
export const SET_OPTIONS: readonly (readonly [string, string])[] = [
  ['allexport', 'a'], ['braceexpand', 'B'], ['emacs', ''], ['errexit', 'e'], ['errtrace', 'E'], ['functrace', 'T'], ['hashall', 'h'], ['histexpand', 'H'],
  ['history', ''], ['ignoreeof', ''], ['interactive-comments', ''], ['keyword', 'k'], ['monitor', 'm'], ['noclobber', 'C'], ['noexec', 'n'], ['noglob', 'f'],
  ['nolog', ''], ['notify', 'b'], ['nounset', 'u'], ['onecmd', 't'], ['physical', 'P'], ['pipefail', ''], ['posix', ''], ['privileged', 'p'], ['verbose', 'v'],
  ['vi', ''], ['xtrace', 'x'],
]

/** Builtins of BusyBox's shell that are applets called as functions: their errors name neither themselves nor the line. */
const APPLET_BUILTINS: ReadonlySet<string> = new Set(['test', '[', '[[', 'echo', 'printf', 'kill'])

export class Shell {
  readonly dialect: Dialect
  vars = new Variables()
  functions = new Map<string, ShellFunction>()
  aliases = new Map<string, string>()
  /** Names of `set -o` options that are on. */
  options = new Set<string>(['braceexpand', 'hashall', 'interactive-comments'])
  shopts: Map<string, boolean>
  arg0 = 'bash'
  params: string[] = []
  status = 0
  /** How many command substitutions have run: an assignment without one leaves $? at 0. */
  commandSubstitutions = 0
  pipeStatus: number[] = []
  pid = 0
  parentPid = 0
  bashPid = 0
  lastBackground: number | undefined
  lastArgument = ''
  subshellLevel = 0
  interactive = false
  login = false
  /** -c was given: $- has c, and some errors exit 127. */
  commandString = false
  readingStdin = false
  /** Line of the command being executed. */
  line = 0
  /** What long strings take. */
  heap = new Heap()
  frames: CallFrame[] = []
  /** Loops around the current command, in this function. */
  loopDepth = 0
  /** break/continue under way: how many loops are left to leave. */
  breaking = 0
  continuing = 0
  returning = false
  /** $? when return was called: what a RETURN trap sees. */
  statusBeforeReturn = 0
  functionDepth = 0
  sourceDepth = 0
  /** Above 0 while a status is being asked for, so that set -e is asleep. */
  conditionDepth = 0
  traps = new Map<string, string>()
  /** Signals with a trap that have arrived. */
  pendingTraps: number[] = []
  /** Commands run so far: every few cost the processor some time, so that a loop of builtins can be interrupted. */
  commandsRun = 0
  inTrap = false
  /** Names of the traps whose commands are being run. */
  runningTraps = new Set<string>()
  /** What BASH_COMMAND tells: the command under way, or its text. */
  currentCommand: Command | string = ''
  /** The DEBUG trap has run for the next command already: before the fork. */
  debugDone = false
  /** In a subshell: the traps of its parent, which `trap` lists until one is set. */
  inheritedTraps: ReadonlyMap<string, string> | undefined
  /** Signals ignored when the shell started: can't be trapped. */
  ignoredAtStart = new Set<number>()
  interrupted = false
  /** Runs functions with the EXIT trap kept from the parent's (a subshell resets it). */
  builtinName: string | undefined
  jobs = new JobTable()
  hash = new Map<string, { path: string; hits: number }>()
  dirStack: string[] = []
  cwd = ''
  umaskReset = false
  optionIndex = { at: 1, char: 0 }
  random = 0
  startSeconds = 0
  now = 0
  historyList: string[] = []
  historyBase = 1
  commandNumber = 1
  /** True in a process that was forked from this shell and will exit by itself. */
  forked = false
  /** Name of the input for syntax errors: `-c`, `eval`, or the script's. */
  inputName = ''
  hostname = ''
  /** Names of the assignments before the command under way: the first in its environment. */
  temporaryNames: ReadonlySet<string> = new Set()
  /** This process is a ( ): its last command is one level less deep. */
  userSubshell = false
  /** Supplementary groups, once GROUPS was asked for. */
  groups: readonly number[] = []
  userName = ''
  effectiveUid = 0
  /** The controlling terminal and the shell's own process group. */
  terminal: { fd: number; pgid: number } = { fd: -1, pgid: 0 }
  /** Puts the terminal's modes back after a command was killed or stopped. */
  restoreTerminal: (() => Flow<void>) | undefined
  /** Undoes job control before exec. */
  leaveJobControl: (() => Flow<void>) | undefined
  /** A forked child has already given back the signals of an interactive shell. */
  forkedSignals = false
  /** Dispositions the shell was started with, to give back to children. */
  startup = new Set<number>()
  /** Process substitutions of the command under way. */
  substitutions: { readonly fd: number; readonly pid: number }[] = []
  #out: string[] = []
  /** Set by a failed flush; builtins turn it into a write error. */
  writeFailed = false
  /** The job table is a copy of the parent's. */
  inheritedJobs = false
  /** Specifications given to `complete`, by command name. */
  completions = new Map<string, readonly string[]>()
  /** dash: exit has warned of stopped jobs. */
  exitWarned = false
  /** The builtin being run, and the one before it ('' for anything else): bash's exit doesn't warn after exit, logout or jobs. */
  thisBuiltin = ''
  previousBuiltin = ''
  /** $? as exit in a trap sees it. */
  statusBeforeTrap: number | undefined
  /** exec without a command: its redirections stay. */
  keepRedirects = false
  /** Depth of substitutions and evals, for PS4. */
  traceLevel = 0

  constructor(dialect: Dialect, shopts: Iterable<readonly [string, boolean]> = SHOPT_DEFAULTS) {
    this.dialect = dialect
    this.shopts = new Map(shopts)
  }

  /** What fork gives the child. */
  copy(): Shell {
    const s = new Shell(this.dialect, this.shopts)
    const { shopts } = s
    Object.assign(s, this)
    s.vars = this.vars.copy()
    s.functions = new Map(this.functions)
    s.aliases = new Map(this.aliases)
    s.options = new Set(this.options)
    s.shopts = shopts
    s.params = [...this.params]
    s.pipeStatus = [...this.pipeStatus]
    s.frames = [...this.frames]
    s.traps = new Map(this.traps)
    s.pendingTraps = []
    s.runningTraps = new Set(this.runningTraps)
    s.jobs = this.jobs.copy()
    s.hash = new Map(this.hash)
    s.dirStack = [...this.dirStack]
    s.optionIndex = { ...this.optionIndex }
    s.historyList = [...this.historyList]
    s.substitutions = [...this.substitutions]
    s.heap = this.heap.copy()
    s.forked = true
    return s
  }

  get bash(): boolean {
    return this.dialect === 'bash'
  }

  /** Job control is on. */
  get monitor(): boolean {
    return this.options.has('monitor')
  }

  /** Text for standard output; leaves line by line at the end of the builtin. */
  print(text: string): void {
    this.#out.push(text)
  }

  /** Writes what was printed, one write(2) for each line as the line-buffered stream of bash does (dash: one for all). */
  *flush(): Flow<void> {
    if (this.#out.length === 0) return
    const text = this.#out.join('')
    this.#out = []
    const pieces = this.bash ? text.split(/(?<=\n)/) : [text]
    for (const piece of pieces) {
      if (piece === '') continue
      const n = yield* writeAll(1, encodeUtf8(piece))
      if (isErr(n)) {
        this.writeFailed = true
        yield* this.error(this.dialect === 'dash' ? `${this.builtinName ?? 'echo'}: I/O error` : `write error: ${n.message}`)
        return
      }
    }
  }

  get hasOutput(): boolean {
    return this.#out.length > 0
  }

  *write2(text: string): Flow<void> {
    yield* writeAll(2, encodeUtf8(text))
  }

  /** Name in front of error messages: the file being executed, or $0. */
  get errorName(): string {
    if (!this.interactive) {
      const source = this.frames[this.frames.length - 1]?.source
      if (source !== undefined && source !== '') return source
    }
    return this.arg0
  }

  /** `bash: line 3: ` and its relatives; with `builtin` also that name ('' for none). */
  prefix(builtin = this.builtinName): string {
    if (this.dialect === 'ash' && builtin !== undefined && APPLET_BUILTINS.has(builtin)) return `${this.errorName}: `
    const tail = builtin === undefined || builtin === '' ? '' : `${builtin}: `
    if (this.dialect === 'dash') return `${this.arg0}: ${this.line}: ${tail}`
    if (this.dialect === 'ash') return `${this.arg0}: ${tail}${tail !== '' && !this.interactive ? `line ${this.line - 1}: ` : ''}`
    return this.interactive ? `${this.errorName}: ${tail}` : `${this.errorName}: line ${this.line}: ${tail}`
  }

  *error(message: string, builtin = this.builtinName): Flow<void> {
    if (this.hasOutput) yield* this.flush()
    yield* this.write2(`${this.prefix(builtin)}${message}\n`)
  }

  /** sys_error of bash: without a line number. */
  *systemError(message: string, errno: Errno): Flow<void> {
    if (this.hasOutput) yield* this.flush()
    yield* this.write2(`${this.errorName}: ${message}: ${errno.message}\n`)
  }
  /** error(), then the status to return. */
  *fail(status: number, message: string): Flow<number> {
    yield* this.error(message)
    return status
  }

  *getpid(): Flow<number> {
    const pid = yield* call('getpid')
    return typeof pid === 'number' ? pid : 0
  }
}
