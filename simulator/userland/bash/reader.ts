// The read-execute loop: gathers lines until a command is complete, runs it, goes on. In an interactive shell an error or Ctrl-C comes back here.
import type { Flow } from '../../abi/syscalls.ts'
import { readCommand, type ReadResult } from './read-command.ts'
import { parseCommands } from './syntax.ts'
import { executeList } from './exec.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'
import { aliasesOf, reportSyntax, warnHereDocs } from './eval.ts'
import type { Input } from './input.ts'
import { notifyJobs } from './jobs.ts'
import { expandPrompt } from './prompt.ts'
import { runPendingTraps } from './traps.ts'

const lines = (text: string): number => text.split('\n').length - 1

/** Reads and executes until the input ends; the status is left in sh.status. */
export function* readerLoop(sh: Shell, input: Input, name: string): Flow<void> {
  let line = 1
  for (;;) {
    if (sh.pendingTraps.length > 0) yield* runPendingTraps(sh)
    yield* notifyJobs(sh)
    const startLine = line
    let source: string
    let result: ReadResult
    try {
      const first = yield* input.line(false)
      if (first === undefined) return
      source = first
      if (sh.options.has('verbose')) yield* sh.write2(source)
      for (;;) {
        result = readCommand(source, 0, { dialect: sh.dialect, final: false, extglob: sh.shopts.get('extglob') === true, aliases: aliasesOf(sh) })
        if (result.kind !== 'incomplete') break
        const more = yield* gather(sh, input, result.hereDoc)
        if (more === undefined) {
          result = readCommand(source, 0, { dialect: sh.dialect, final: true, extglob: sh.shopts.get('extglob') === true, aliases: aliasesOf(sh) })
          break
        }
        source += more
      }
    } catch (e) {
      if (!(e instanceof ShellAbort) || !sh.interactive || sh.forked) throw e
      sh.status = e.status
      continue
    }
    sh.line = sh.interactive ? sh.line : line
    line += lines(source)
    if (result.kind === 'nothing') continue
    if (result.kind === 'error') {
      sh.line = line
      yield* reportSyntax(sh, result.error, source, startLine, name)
      if (result.error.type === 'conditional' && result.error.tokenKind !== 'eof' && sh.bash && !sh.interactive) throw new ShellExit(sh.status)
      sh.status = result.error.inArray && sh.bash ? 1 : 2
      if (sh.interactive && !sh.forked) continue
      throw new ShellExit(sh.status)
    }
    if (result.kind === 'incomplete') return
    if (result.unclosed.length > 0) yield* warnHereDocs(sh, result.unclosed, source, startLine)
    if (sh.options.has('noexec') && !sh.interactive) continue
    if (sh.interactive && sh.bash) yield* announce(sh)
    yield* runOne(sh, result.source, startLine)
    sh.commandNumber++
    if (sh.exitWarned && !/^\s*exit\b/.test(source)) sh.exitWarned = false
  }
}

/** PS0: shown after a command was read and before it runs. */
function* announce(sh: Shell): Flow<void> {
  const text = sh.vars.get('PS0')
  if (text !== undefined && text !== '') yield* sh.write2((yield* expandPrompt(sh, text)).replace(/[\x01\x02]/g, ''))
}

/** The lines that an unfinished command still needs; for a here-document all up to its delimiter. */
function* gather(sh: Shell, input: Input, hereDoc: { delimiter: string; strip: boolean } | undefined): Flow<string | undefined> {
  let out = ''
  for (;;) {
    const more = yield* input.line(true)
    if (more === undefined) return out === '' ? undefined : out
    if (sh.options.has('verbose')) yield* sh.write2(more)
    out += more
    if (!hereDoc || (hereDoc.strip ? more.replace(/^\t+/, '') : more).replace(/\n$/, '') === hereDoc.delimiter) return out
  }
}

function* runOne(sh: Shell, source: string, line: number): Flow<void> {
  try {
    yield* executeList(sh, parseCommands(source, line))
  } catch (e) {
    if (!(e instanceof ShellAbort)) throw e
    resetAfterAbort(sh)
    sh.status = e.status
    if (e.reason === 'fatal' && (!sh.interactive || sh.forked)) throw new ShellExit(e.status)
    if (sh.forked) throw new ShellExit(e.status)
  }
  sh.breaking = 0
  sh.continuing = 0
  sh.returning = false
}

/** Puts the state back that the abandoned command would have restored on its way. */
export function resetAfterAbort(sh: Shell): void {
  while (sh.vars.frames.length > 0) sh.vars.popFrame()
  sh.loopDepth = 0
  sh.conditionDepth = 0
  sh.functionDepth = 0
  sh.builtinName = undefined
  sh.interrupted = false
  sh.inTrap = false
  sh.runningTraps.clear()
}
