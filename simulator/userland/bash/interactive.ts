// A shell at a terminal: prompts, line editing, history, job control, the end of the session.
import type { Flow } from '../../abi/syscalls.ts'
import { Errno, isErr } from '../../abi/errno.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import { call } from '../libc/syscall.ts'
import { readFile, writeFile } from '../libc/unistd.ts'
import { expandHistory, HistoryError } from './history-expansion.ts'
import { historyFile } from './history-file.ts'
import type { Input } from './input.ts'
import type { Invocation } from './invocation.ts'
import { endStoppedJobs, hangUpJobs, takeTerminal } from './jobs.ts'
import { LineEditor } from './line-editor.ts'
import { expandPrompt } from './prompt.ts'
import { evalString } from './eval.ts'
import { warnsOfStopped } from './builtins/flow.ts'
import { readerLoop } from './reader.ts'
import { runStartupFiles } from './startup.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { endJobControl, leaveJobControl, startJobControl, type Terminal, updateWindow } from './terminal.ts'
import { newVariable } from './variables.ts'
import { passwdEntry } from './expansion-tilde.ts'

const DEFAULT_PS1: Readonly<Record<string, string>> = { bash: '\\s-\\v\\$ ', dash: '$ ', ash: '\\w \\$ ' }

/** Lines typed at a terminal; the end of input is `exit`, with its warning about stopped jobs. */
class TypedInput implements Input {
  readonly #sh: Shell
  readonly #terminal: Terminal
  readonly #editor: LineEditor | undefined
  /** Lines of the command being typed, for one history entry. */
  #entry: string[] = []

  constructor(sh: Shell, terminal: Terminal, editor: LineEditor | undefined) {
    this.#sh = sh
    this.#terminal = terminal
    this.#editor = editor
  }

  *line(continued: boolean): Flow<string | undefined> {
    const sh = this.#sh
    for (;;) {
      if (!continued) {
        this.#entry = []
        yield* this.#beforePrompt()
      }
      // yy_readline_get: after `suspend` and fg of another shell the terminal is that one's child's.
      if (this.#editor && sh.monitor) yield* takeTerminal(sh)
      const prompt = yield* expandPrompt(sh, sh.vars.get(continued ? 'PS2' : 'PS1') ?? '')
      const text = this.#editor ? yield* this.#editor.readLine(prompt, sh.historyList, !continued || commandMayFollow(this.#entry)) : yield* this.#plainLine(prompt)
      if (text === undefined) {
        if (continued) {
          if (sh.bash) yield* sh.write2('\n')
          return undefined
        }
        if (yield* this.#atEnd()) return undefined
        continue
      }
      const line = yield* this.#withHistory(text, continued)
      if (line !== undefined) return `${line}\n`
    }
  }

  *#beforePrompt(): Flow<void> {
    const sh = this.#sh
    sh.interrupted = false
    if (sh.shopts.get('checkwinsize')) yield* updateWindow(sh, this.#terminal)
    const command = sh.vars.get('PROMPT_COMMAND')
    if (sh.bash && command !== undefined && command !== '') {
      const status = sh.status
      yield* evalString(sh, command, 'PROMPT_COMMAND', sh.line)
      sh.status = status
    }
  }

  /** dash has no line editor: the terminal's own editing serves. */
  *#plainLine(prompt: string): Flow<string | undefined> {
    const sh = this.#sh
    yield* sh.write2(prompt)
    for (;;) {
      const bytes = yield* call('read', 0, 8192)
      if (isErr(bytes)) {
        if (bytes === Errno.EINTR && !sh.interrupted) continue
        sh.interrupted = false
        yield* sh.write2('\n')
        throw new ShellAbort('interrupt', 130)
      }
      return bytes.length === 0 ? undefined : decodeUtf8(bytes).replace(/\n$/, '')
    }
  }

  /** Ctrl-D. Answers whether the shell may go. */
  *#atEnd(): Flow<boolean> {
    const sh = this.#sh
    if (sh.options.has('ignoreeof')) {
      yield* sh.write2(sh.bash ? `Use "${sh.login ? 'logout' : 'exit'}" to leave the shell.\n` : '\nUse "exit" to leave shell.\n')
      return false
    }
    yield* sh.write2(sh.bash ? (sh.login ? 'logout\n' : 'exit\n') : '\n')
    sh.previousBuiltin = sh.thisBuiltin
    sh.thisBuiltin = 'exit'
    if (warnsOfStopped(sh)) {
      yield* sh.write2(sh.bash ? 'There are stopped jobs.\n' : 'You have stopped jobs.\n')
      sh.exitWarned = true
      return false
    }
    return true
  }

  /** Expands history references and remembers the line; undefined when there is nothing to run. */
  *#withHistory(text: string, continued: boolean): Flow<string | undefined> {
    const sh = this.#sh
    let line = text
    if (sh.bash && sh.options.has('histexpand') && /[!^]/.test(text)) {
      try {
        const r = expandHistory(text, sh.historyList, sh.historyBase)
        if (r.changed) yield* sh.write2(`${r.text}\n`)
        if (r.printOnly) {
          this.#remember(r.text)
          return undefined
        }
        line = r.text
      } catch (e) {
        if (!(e instanceof HistoryError)) throw e
        yield* sh.write2(`${sh.errorName}: ${e.message}\n`)
        return undefined
      }
    }
    if (sh.dialect === 'dash') return line
    if (!continued) this.#entry = [line]
    else {
      this.#entry.push(line)
      sh.historyList.pop()
    }
    if (!continued && line.trim() === '') return line
    this.#remember(joinEntry(this.#entry))
    return line
  }

  #remember(line: string): void {
    const sh = this.#sh
    const control = (sh.vars.get('HISTCONTROL') ?? '').split(':')
    const last = sh.historyList[sh.historyList.length - 1]
    const ignoreSpace = control.includes('ignorespace') || control.includes('ignoreboth')
    const ignoreDuplicates = control.includes('ignoredups') || control.includes('ignoreboth')
    if ((ignoreSpace && /^[ \t]/.test(line)) || (ignoreDuplicates && last === line)) {
      // A continued command must still have an entry to replace.
      if (this.#entry.length === 1) return
    }
    sh.historyList.push(line)
    const limit = Number(sh.vars.get('HISTSIZE') ?? 500)
    while (Number.isFinite(limit) && limit > 0 && sh.historyList.length > limit) {
      sh.historyList.shift()
      sh.historyBase++
    }
  }
}

/** After these lines of an unfinished command: can a command begin, or is it the middle of a string or here-document? */
function commandMayFollow(lines: readonly string[]): boolean {
  const probe = joinEntry([...lines, 'x'])
  return !/\nx$/.test(probe) && !lines[lines.length - 1]?.endsWith('\\')
}

/** cmdhist: the lines of one command as one entry, with `; ` where a newline separated commands. */
export function joinEntry(lines: readonly string[]): string {
  let out = lines[0] ?? ''
  let inDocument = /<<-?\s*\S/.test(out)
  for (const line of lines.slice(1)) {
    const open = (out.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1 || (out.match(/'/g)?.length ?? 0) % 2 === 1
    if (inDocument || open) out += `\n${line}`
    else if (out.endsWith('\\')) out = out.slice(0, -1) + line
    else if (/(?:^|[\s;])(?:do|then|else|in|\{|\()\s*$|[;|&({]\s*$/.test(out)) out += ` ${line}`
    else out += `; ${line}`
    inDocument ||= /<<-?\s*\S/.test(line)
  }
  return out
}

function* loadHistory(sh: Shell): Flow<void> {
  const text = yield* readFile(historyFile(sh))
  if (isErr(text)) return
  sh.historyList = text.split('\n').filter((l) => l !== '').slice(-500)
}

function* saveHistory(sh: Shell): Flow<void> {
  if (!sh.bash || sh.vars.get('HISTFILE') === undefined) return
  yield* writeFile(historyFile(sh), sh.historyList.map((l) => `${l}\n`).join(''))
}

export function* interactiveShell(sh: Shell, how: Invocation): Flow<number> {
  sh.interactive = true
  for (const name of ['emacs', ...(sh.bash ? ['histexpand', 'history'] : [])]) sh.options.add(name)
  sh.shopts.set('expand_aliases', true)
  const terminal = yield* startJobControl(sh)
  sh.restoreTerminal = () => terminal.cooked()
  sh.leaveJobControl = () => leaveJobControl(sh, terminal)
  const defaults: [string, string][] = [['PS1', sh.dialect === 'dash' && sh.effectiveUid === 0 ? '# ' : DEFAULT_PS1[sh.dialect]], ['PS2', '> ']]
  if (sh.bash) defaults.push(['HISTFILE', historyFile(sh)], ['HISTSIZE', '500'], ['HISTFILESIZE', '500'], ['MAILCHECK', '60'])
  for (const [name, value] of defaults) if (sh.vars.get(name) === undefined || (name === 'PS1' && sh.dialect === 'dash')) sh.vars.map.set(name, newVariable(value))
  const uid = yield* call('geteuid')
  const user = yield* passwdEntry((f) => f[2] === String(uid))
  sh.userName = user?.[0] ?? 'I have no name!'
  if (sh.bash && sh.vars.get('HOME') === undefined) sh.vars.map.set('HOME', newVariable(user?.[5] ?? '/'))
  if (sh.dialect === 'ash') yield* sh.write2('\n\nBusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) built-in shell (ash)\nEnter \'help\' for a list of built-in commands.\n\n')
  yield* updateWindow(sh, terminal)
  let status: number
  try {
    yield* runStartupFiles(sh, how)
    if (sh.bash) yield* loadHistory(sh)
    const editor = sh.dialect === 'dash' ? undefined : new LineEditor(sh, terminal)
    yield* readerLoop(sh, new TypedInput(sh, terminal, editor), '')
    status = sh.status
    if (sh.login && sh.bash && sh.shopts.get('huponexit')) yield* hangUpJobs(sh)
  } catch (e) {
    if (e instanceof ShellExit && e.silent) throw e
    if (!(e instanceof ShellExit)) throw e
    status = e.status
  }
  if (sh.forked) throw new ShellExit(status)
  yield* saveHistory(sh)
  if (sh.login && sh.bash) {
    const home = sh.vars.get('HOME') ?? ''
    const text = yield* readFile(`${home}/.bash_logout`)
    if (!isErr(text)) {
      try {
        yield* evalString(sh, text, `${home}/.bash_logout`, 1)
      } catch (e) {
        if (!(e instanceof ShellExit) && !(e instanceof ShellAbort)) throw e
      }
    }
  }
  yield* endStoppedJobs(sh)
  yield* endJobControl(sh, terminal)
  return status
}
