// Words of AppArmor's profile language (parser/parser_lex.l), with the names that bison's messages give them. Includes are read here, so that all the rest sees one list.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import { readFile, stat } from '../../libc/unistd.ts'
import { isDir } from '../../../abi/stat.ts'
import { openDir, close } from '../../libc/unistd.ts'

export type TokenType = 'TOK_ID' | 'TOK_MODE' | 'TOK_OPEN' | 'TOK_CLOSE' | 'TOK_END_OF_RULE' | 'TOK_OPENPAREN' | 'TOK_CLOSEPAREN' | 'TOK_EQUALS' | 'TOK_ARROW' | 'TOK_SET_VAR' | 'TOK_VALUE'
  | 'TOK_ADD_ASSIGN' | 'end of file'
export interface Token {
  readonly type: TokenType
  readonly text: string
  readonly line: number
  readonly file: string | undefined
  /** Written in quotes: never a mode. */
  readonly quoted?: boolean
}

/** A mistake in a profile, at a line of a file (undefined for standard input). */
export class ProfileError extends Error {
  readonly line: number
  readonly file: string | undefined
  constructor(message: string, line: number, file: string | undefined) {
    super(message)
    this.line = line
    this.file = file
  }
}

const MODES = /^(?:[pPcC]?[iIuU]?[xX]|[rRwWaAlLkKmM])+$/
const INCLUDE = /#?include\s+(if\s+exists\s+)?(?:<([^>\n]*)>|"([^"\n]*)"|(\S+))[^\S\n]*,?/y
const PLAIN: ReadonlyMap<string, TokenType> = new Map([['(', 'TOK_OPENPAREN'], [')', 'TOK_CLOSEPAREN'], ['{', 'TOK_OPEN'], ['}', 'TOK_CLOSE'], [',', 'TOK_END_OF_RULE']])

/** Where a word ends: at blanks, and outside of braces at commas; names that are no paths also at `=` and parentheses. */
function wordEnd(text: string, start: number): number {
  const isPath = text[start] === '/' || text[start] === '@' || text[start] === '{' || text[start] === '*'
  let depth = 0
  let at = start
  for (; at < text.length; at++) {
    const c = text[at]
    if (c === '\\') at++
    else if (c === '{') depth++
    else if (c === '}' && depth > 0) depth--
    else if (c === '}') break
    else if (/\s/.test(c)) break
    else if (depth === 0 && c === ',' && !/[^\s,]/.test(text[at + 1] ?? '\n')) break
    else if (depth === 0 && c === ',' && !isPath) break
    else if (!isPath && (c === '=' || c === '(' || c === ')')) break
    else if (isPath && c === ')' && depth === 0) break
    if (c === '{' && !isPath && depth === 1 && text[at - 1] !== '@' && at === start) break
  }
  return at
}

export type ReadInclude = (name: string, ifExists: boolean, line: number, file: string | undefined) => Flow<readonly { readonly path: string; readonly text: string }[]>

export function* tokenize(text: string, file: string | undefined, include: ReadInclude): Flow<Token[]> {
  const tokens: Token[] = []
  let line = 1
  let at = 0
  const add = (type: TokenType, word: string, quoted = false): void => {
    tokens.push({ type, text: word, line, file, ...(quoted ? { quoted } : {}) })
  }
  while (at < text.length) {
    const c = text[at]
    if (c === '\n') {
      line++
      at++
      continue
    }
    if (/\s/.test(c)) {
      at++
      continue
    }
    INCLUDE.lastIndex = at
    const found = INCLUDE.exec(text)
    if (found !== null) {
      at = INCLUDE.lastIndex
      for (const part of yield* include(found[2] ?? found[3] ?? found[4], found[1] !== undefined, line, file)) tokens.push(...(yield* tokenize(part.text, part.path, include)))
      continue
    }
    if (c === '#') {
      while (at < text.length && text[at] !== '\n') at++
      continue
    }
    const assign = /^(@\{[A-Za-z_][A-Za-z0-9_]*\}|\$\{?[A-Za-z_]\w*\}?)\s*(\+?=)([^\n]*)/.exec(text.slice(at))
    if (assign !== null) {
      add('TOK_SET_VAR', assign[1])
      add(assign[2] === '=' ? 'TOK_EQUALS' : 'TOK_ADD_ASSIGN', assign[2])
      for (const value of assign[3].replace(/(^|\s)#.*/, '').match(/"[^"]*"|\S+/g) ?? []) add('TOK_VALUE', value.replace(/^"(.*)"$/, '$1'))
      at += assign[0].length
      continue
    }
    if (text.startsWith('->', at)) {
      add('TOK_ARROW', '->')
      at += 2
      continue
    }
    if (c === '=') {
      add('TOK_EQUALS', '=')
      at++
      continue
    }
    const plain = PLAIN.get(c)
    if (plain !== undefined && !(c === '{' && /[^\s]/.test(text[at + 1] ?? ' ') && text[at + 1] !== '}' && text.slice(at).match(/^\{[^\s{}]*[,}][^\s]*/) !== null)) {
      add(plain, c)
      at++
      continue
    }
    if (c === '"') {
      const end = text.indexOf('"', at + 1)
      const stop = end < 0 ? text.length : end
      add('TOK_ID', text.slice(at + 1, stop), true)
      at = stop + 1
      continue
    }
    const end = Math.max(at + 1, wordEnd(text, at))
    const word = text.slice(at, end)
    add(MODES.test(word) ? 'TOK_MODE' : 'TOK_ID', word)
    at = end
  }
  return tokens
}

const BASE = '/etc/apparmor.d'

/** Files that an include names: below /etc/apparmor.d, from the file's own directory or as an absolute path; a directory stands for all its files. */
export function* readInclude(name: string, ifExists: boolean, line: number, file: string | undefined): Flow<readonly { readonly path: string; readonly text: string }[]> {
  const path = name.startsWith('/') ? name : `${BASE}/${name}`
  const st = yield* stat(path)
  if (isErr(st)) {
    if (ifExists) return []
    throw new ProfileError(`Could not open '${name}'`, line, file)
  }
  if (!isDir(st.mode)) {
    const text = yield* readFile(path)
    if (isErr(text)) throw new ProfileError(`Could not open '${name}'`, line, file)
    return [{ path, text }]
  }
  const dir = yield* openDir(path)
  if (isErr(dir)) return []
  yield* close(dir.fd)
  const parts: { path: string; text: string }[] = []
  for (const entry of dir.entries.map((e) => e.name).filter((n) => !n.startsWith('.') && !/(~|\.dpkg-(new|old|dist|bak)|\.rpm(new|save)|README)$/.test(n)).sort()) {
    const text = yield* readFile(`${path}/${entry}`)
    if (!isErr(text)) parts.push({ path: `${path}/${entry}`, text })
  }
  return parts
}
