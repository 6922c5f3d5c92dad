// Tab in the line editor: completes the word before the cursor; the second Tab in a row lists what it could be.
import type { Flow } from '../../abi/syscalls.ts'
import { isErr } from '../../abi/errno.ts'
import { isDir } from '../../abi/stat.ts'
import { stat } from '../libc/unistd.ts'
import type { LineEditor } from './line-editor.ts'
import { candidates } from './completion.ts'

/** The part of a path that is listed: what comes after the last slash. */
const shortName = (name: string): string => name.replace(/\/$/, '').replace(/^.*\//s, '') + (name.endsWith('/') ? '/' : '')

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? ''
  for (const w of words) {
    let n = 0
    while (n < prefix.length && prefix[n] === w[n]) n++
    prefix = prefix.slice(0, n)
  }
  return prefix
}

/** Columns as readline prints them: sorted downwards. */
export function inColumns(names: readonly string[], columns: number): string {
  const longest = Math.max(...names.map((n) => [...n].length)) + 2
  const across = Math.max(1, Math.floor(columns / longest))
  const rows = Math.ceil(names.length / across)
  let out = ''
  for (let r = 0; r < rows; r++) {
    let line = ''
    for (let i = r; i < names.length; i += rows) line += i + rows < names.length ? names[i].padEnd(longest) : names[i]
    out += `${line}\n`
  }
  return out
}

const escapeName = (text: string): string => text.replace(/[ \t\n"'\\$`&|;<>()*?[\]{}!#]/g, '\\$&')

export function* completeLine(e: LineEditor, presses: number, prompt: string): Flow<void> {
  const found = yield* candidates(e.sh, e.text.slice(0, e.cursor), e.startsCommand)
  const { words, start, quote, kind } = found
  if (words.length === 0) {
    e.screen.put('\x07')
    return
  }
  const typed = e.text.slice(start, e.cursor)
  const prefix = commonPrefix(words)
  const quoted = quote === '' && kind !== 'variable' && !typed.startsWith('~') ? escapeName(prefix) : prefix
  let replacement = typed.startsWith('~') && prefix === typed ? typed : quoted
  if (words.length === 1) {
    const path = kind === 'file' ? expandHome(e, prefix) : kind === 'variable' ? variableValue(e, prefix) : undefined
    const info = path === undefined ? undefined : yield* stat(path)
    const directory = info !== undefined && !isErr(info) && isDir(info.mode)
    if (directory && !replacement.endsWith('/')) replacement += '/'
    else if (!directory && !/[/=]$/.test(replacement)) replacement += `${quote} `
  }
  if (replacement.length > typed.length || (words.length === 1 && replacement !== typed)) {
    e.text = e.text.slice(0, start) + replacement + e.text.slice(e.cursor)
    e.cursor = start + replacement.length
    if (words.length > 1) e.screen.put('\x07')
    return
  }
  if (presses < 2) {
    e.screen.put('\x07')
    return
  }
  e.screen.finish(e.text)
  const names = [...new Set(words.map(kind === 'file' ? shortName : (w) => w))].sort((a, b) => (a < b ? -1 : 1))
  if (names.length > 100) {
    e.screen.put(`Display all ${names.length} possibilities? (y or n)`)
    yield* e.screen.flush()
    const answer = yield* e.key()
    e.screen.put('\n')
    if (answer !== 'y' && answer !== 'Y' && answer !== ' ') {
      e.screen.begin(prompt)
      return
    }
  }
  e.screen.put(inColumns(names, e.screen.columns))
  e.screen.begin(prompt)
}

/** `$NAME` that stands for a directory is completed with a slash. */
const variableValue = (e: LineEditor, word: string): string | undefined => {
  const [, name] = /^\$\{?(\w+)\}?$/.exec(word) ?? []
  return name === undefined ? undefined : e.sh.vars.get(name)
}

const expandHome = (e: LineEditor, path: string): string => (path.startsWith('~/') ? `${e.sh.vars.get('HOME') ?? ''}${path.slice(1)}` : path)
