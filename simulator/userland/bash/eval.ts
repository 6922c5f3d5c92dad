// Running source text: eval, -c, traps, sourced files. Reads one complete command after the other, so that a mistake later on doesn't undo what ran.
import type { Flow } from '../../abi/syscalls.ts'
import { readCommand, type SyntaxFailure } from './read-command.ts'
import { parseCommands } from './syntax.ts'
import { executeList } from './exec.ts'
import { ShellAbort, ShellExit, type Shell } from './state.ts'

const countLines = (text: string, to: number): number => {
  let n = 0
  for (let i = text.indexOf('\n'); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) n++
  return n
}

/** The text of a line of the input, for syntax errors. */
function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  return text.slice(start, end < 0 ? undefined : end)
}

/** Prints a syntax error as this shell does. `firstLine` is the number of the input's first line. */
export function* reportSyntax(sh: Shell, e: SyntaxFailure, input: string, firstLine: number, name: string): Flow<void> {
  const closed = input.endsWith('\n') || input === '' ? input : `${input}\n`
  const atEnd = e.type === 'eof'
  const line = firstLine + countLines(closed, atEnd ? closed.length : e.at)
  if (sh.hasOutput) yield* sh.flush()
  if (!sh.bash) {
    const expecting = e.expecting === undefined ? '' : ` (expecting "${e.expecting}")`
    const what = e.type === 'unclosed' ? '' : e.type === 'eof' ? 'end of file' : ['word', 'redirection', 'newline'].includes(e.tokenKind) && !isReservedToken(e) ? e.tokenKind : `"${e.text}"`
    if (sh.dialect === 'dash') {
      const message = e.type === 'message' ? e.text : e.type === 'unclosed' ? unclosedDash(e.text) : `${what} unexpected${expecting}`
      yield* sh.write2(`${sh.arg0}: ${firstLine + countLines(input, e.type === 'eof' || e.type === 'unclosed' ? input.length : e.at)}: ${name === 'eval' ? 'eval: ' : ''}Syntax error: ${message}\n`)
    } else yield* sh.write2(`${sh.arg0}: ${name === '' || name === '-c' ? '' : `${name}: line ${line}: `}syntax error: ${e.type === 'unclosed' ? 'unterminated quoted string' : `unexpected ${what}${expecting}`}\n`)
    return
  }
  const errorName = sh.errorName
  const head = sh.interactive && name === '' ? `${errorName}: ` : name === '' || name === errorName ? `${errorName}: line ${line}: ` : `${errorName}: ${name}: line ${line}: `
  if (e.type === 'conditional') {
    if (e.text !== '') yield* sh.write2(`${head}${e.text}\n`)
  } else if (e.type === 'message') for (const text of e.text.split('\n')) yield* sh.write2(`${head}${text}\n`)
  else if (e.type === 'eof') yield* sh.write2(`${head}syntax error: unexpected end of file\n`)
  else if (e.type === 'unclosed') yield* sh.write2(`${head}unexpected EOF while looking for matching \`${e.text}'\n`)
  else {
    yield* sh.write2(`${head}syntax error near unexpected token \`${e.text}'\n`)
    if (!(sh.interactive && name === '')) yield* sh.write2(`${head}\`${lineAt(input, e.at)}'\n`)
  }
}

const isReservedToken = (e: SyntaxFailure): boolean =>
  e.tokenKind === 'word' && /^(if|then|else|elif|fi|do|done|case|esac|while|until|for|[{}!])$/.test(e.text)

const unclosedDash = (c: string): string =>
  c === '}' ? 'Missing \'}\'' : c === '`' ? 'EOF in backquote substitution' : c === ')' ? 'end of file unexpected (expecting ")")' : 'Unterminated quoted string'

export interface EvalOptions {
  /** The process ends after this text: its last command may replace it (bash -c). */
  readonly last?: boolean
}

const parsed = new Map<string, ReturnType<typeof parseCommands>>()

/** Parses one command's source, with a memory for short texts run often (traps, eval in loops). */
function parseCached(source: string, line: number): ReturnType<typeof parseCommands> {
  if (source.length > 400) return parseCommands(source, line)
  const key = `${line}:${source}`
  let list = parsed.get(key)
  if (!list) {
    if (parsed.size > 500) parsed.clear()
    list = parseCommands(source, line)
    parsed.set(key, list)
  }
  return list
}

/** Runs text in this shell. `name` is how syntax errors call it. The status is left in sh.status. */
export function* evalString(sh: Shell, text: string, name: string, firstLine: number, options: EvalOptions = {}): Flow<void> {
  const input = text.endsWith('\n') || !sh.bash ? text : `${text}\n`
  let at = 0
  let ran = false
  while (at < input.length) {
    const r = readCommand(input, at, {
      dialect: sh.dialect, final: true, extglob: sh.shopts.get('extglob') === true, aliases: aliasesOf(sh),
    })
    if (r.kind === 'nothing') break
    if (r.kind === 'error') {
      const before = sh.status
      sh.line = firstLine + countLines(input, at)
      yield* reportSyntax(sh, r.error, text, firstLine, name)
      // The end of the text inside NAME=( is an error of the assignment, not of the grammar.
      sh.status = sh.bash && r.error.inArray ? 1 : sh.bash && r.error.type === 'unclosed' && r.error.text === ')' && /(?:^|[\s;&|(])[A-Za-z_]\w*\+?=\([^()]*$/.test(text) ? 1 : 2
      // After an error in [[ ]] the shell ends with the status it had.
      if (r.error.type === 'conditional' && r.error.tokenKind !== 'eof' && name === '-c') sh.status = before
      if (!sh.bash && !sh.interactive) throw new ShellExit(2)
      return
    }
    if (r.kind === 'incomplete') break
    const line = firstLine + countLines(input, at)
    if (name === '-c' && sh.options.has('verbose')) yield* sh.write2(input.slice(at, r.end).replace(/\n*$/, '\n'))
    if (r.unclosed.length > 0) yield* warnHereDocs(sh, r.unclosed, input, firstLine)
    ran = true
    if (sh.options.has('noexec') && !sh.interactive) {
      at = r.end
      continue
    }
    const rest = input.slice(r.end).trim() === ''
    try {
      yield* executeList(sh, parseCached(r.source, line), options.last === true && rest)
    } catch (e) {
      // An expansion error drops its line and goes on with the next one of this text; a subshell ends.
      if (!(e instanceof ShellAbort) || e.reason !== 'discard' || !sh.bash || sh.subshellLevel > 0) throw e
      sh.status = e.status
    }
    if (sh.returning || sh.breaking > 0 || sh.continuing > 0) return
    at = r.end
  }
  if (!ran) sh.status = 0
}

export const aliasesOf = (sh: Shell): ReadonlyMap<string, string> | undefined =>
  sh.aliases.size > 0 && (!sh.bash || sh.shopts.get('expand_aliases')) ? sh.aliases : undefined

export function* warnHereDocs(sh: Shell, docs: readonly { delimiter: string; at: number }[], input: string, firstLine: number): Flow<void> {
  if (!sh.bash) return
  for (const doc of docs) {
    const end = firstLine + countLines(input, input.length) - (input.endsWith('\n') ? 1 : 0)
    const prefix = sh.interactive ? `${sh.errorName}: ` : `${sh.errorName}: line ${end}: `
    yield* sh.write2(`${prefix}warning: here-document at line ${firstLine + countLines(input, doc.at)} delimited by end-of-file (wanted \`${doc.delimiter}')\n`)
  }
}
