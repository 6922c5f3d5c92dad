// The syntax of nginx.conf (src/core/ngx_conf_file.c): directives ended by `;` or by a block, quotes, comments, include with patterns.
import type { Flow } from '../../../abi/syscalls.ts'
import { type Errno, isErr } from '../../../abi/errno.ts'
import { fnmatch } from '../../../lib/fnmatch.ts'
import { readDir, readFile } from '../../libc/unistd.ts'

export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly block: readonly Directive[] | undefined
  /** `FILE:LINE`, or `command line` */
  readonly place: string
}

/** What nginx says about a bad configuration, without `nginx: [emerg] `. */
export class ConfigError {
  readonly message: string
  /** The file couldn't be opened at all. */
  readonly errno: Errno | undefined
  constructor(message: string, errno?: Errno) {
    this.message = message
    this.errno = errno
  }
}

type Token = { readonly kind: 'word'; readonly text: string; readonly line: number } | { readonly kind: ';' | '{' | '}' | 'end'; readonly line: number }

function* tokens(text: string): Iterable<Token> {
  let line = 1
  for (let at = 0; at < text.length;) {
    const char = text[at]
    if (char === '\n') line++
    if (/\s/.test(char)) at++
    else if (char === '#') at = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
    else if (char === ';' || char === '{' || char === '}') {
      yield { kind: char, line }
      at++
    } else {
      const start = line
      let word = ''
      if (char === '"' || char === "'") {
        for (at++; at < text.length && text[at] !== char; at++) {
          if (text[at] === '\\' && (text[at + 1] === char || text[at + 1] === '\\')) at++
          if (text[at] === '\n') line++
          word += text[at]
        }
        at++
      } else {
        for (; at < text.length && !/[\s;]/.test(text[at]); at++) {
          if (text[at] === '{' && text[at - 1] !== '$') break
          if (text[at] === '\\' && at + 1 < text.length) word += text[at++]
          word += text[at]
        }
      }
      yield { kind: 'word', text: word, line: start }
    }
  }
  yield { kind: 'end', line }
}

/** Parses a text; `include` asks for the directives of other files. */
class Parser {
  readonly #tokens: Token[]
  readonly #file: string
  readonly #prefix: string
  #at = 0

  constructor(text: string, file: string, prefix: string) {
    this.#tokens = [...tokens(text)]
    this.#file = file
    this.#prefix = prefix
  }

  #place(line: number): string {
    return this.#file === '' ? 'command line' : `${this.#file}:${line}`
  }

  *block(isTop: boolean): Flow<Directive[]> {
    const list: Directive[] = []
    let words: string[] = []
    let start = 0
    for (;;) {
      const token = this.#tokens[this.#at++]
      const place = this.#place(token.line)
      if (token.kind === 'word') {
        if (words.length === 0) start = token.line
        words.push(token.text)
        continue
      }
      if (token.kind === 'end') {
        if (this.#file === '' && words.length > 0) throw new ConfigError('unexpected end of parameter, expecting ";" in command line')
        if (words.length > 0) throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${place}`)
        if (!isTop) throw new ConfigError(`unexpected end of file, expecting "}" in ${place}`)
        return list
      }
      if (token.kind === '}') {
        if (words.length > 0) throw new ConfigError(`unexpected "}" in ${place}`)
        if (isTop) throw new ConfigError(`unexpected "}" in ${place}`)
        return list
      }
      if (words.length === 0) throw new ConfigError(`unexpected "${token.kind}" in ${place}`)
      const [name, ...args] = words
      words = []
      if (name === 'include' && token.kind === ';') list.push(...(yield* includeFiles(args[0] ?? '', this.#prefix, this.#place(start))))
      else list.push({ name, args, place: this.#place(token.line), block: token.kind === '{' ? yield* this.block(false) : undefined })
    }
  }
}

function* includeFiles(pattern: string, prefix: string, place: string): Flow<Directive[]> {
  const path = pattern.startsWith('/') ? pattern : `${prefix}/${pattern}`
  if (!/[*?[]/.test(path)) return yield* parseFile(path, prefix, place)
  const slash = path.lastIndexOf('/')
  const directory = path.slice(0, slash) || '/'
  const entries = yield* readDir(directory)
  if (isErr(entries)) return []
  const list: Directive[] = []
  for (const name of entries.map((entry) => entry.name).filter((n) => !n.startsWith('.') && fnmatch(path.slice(slash + 1), n)).sort()) {
    list.push(...(yield* parseFile(`${directory}/${name}`, prefix, place)))
  }
  return list
}

export function* parseFile(path: string, prefix: string, place?: string): Flow<Directive[]> {
  const text = yield* readFile(path)
  if (isErr(text)) throw new ConfigError(`open() "${path}" failed (${text.number}: ${text.message})${place === undefined ? '' : ` in ${place}`}`, text)
  return yield* new Parser(text, path, prefix).block(true)
}

/** -g: directives of the command line. */
export function* parseText(text: string): Flow<Directive[]> {
  return yield* new Parser(text, '', '').block(true)
}
