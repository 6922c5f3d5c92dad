// AWK's tokens. Whether `/` begins a regular expression depends on the token before it. Text is bytes, one character each.
import { AwkSyntaxError } from './ast.ts'

export interface Token {
  readonly type: 'number' | 'string' | 'regex' | 'name' | 'funcname' | 'builtin' | 'keyword' | 'operator' | 'newline' | 'end'
  readonly text: string
  readonly value?: number
  readonly line: number
}

const KEYWORDS = new Set([
  'BEGIN', 'END', 'function', 'if', 'else', 'while', 'for', 'do', 'break', 'continue', 'next', 'nextfile', 'exit', 'return', 'delete', 'in', 'getline', 'print', 'printf',
])
export const BUILTINS = new Set([
  'length', 'substr', 'index', 'split', 'sub', 'gsub', 'match', 'sprintf', 'sin', 'cos', 'atan2', 'exp', 'log', 'sqrt', 'int', 'rand', 'srand', 'tolower', 'toupper',
  'system', 'close', 'fflush', 'systime', 'strftime', 'mktime',
])
const OPERATORS = [
  '&&', '||', '==', '!=', '<=', '>=', '>>', '++', '--', '+=', '-=', '*=', '/=', '%=', '^=', '!~',
  '{', '}', '(', ')', '[', ']', ';', ',', '+', '-', '*', '/', '%', '^', '!', '>', '<', '|', '?', ':', '~', '$', '=',
]
const ESCAPES = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['f', '\f'], ['v', '\v'], ['a', '\x07'], ['b', '\b'], ['\\', '\\'], ['"', '"'], ['/', '\\/']])

/** Escapes of a string constant; unknown ones keep their backslash, as mawk does. */
export function unescape(text: string): string {
  return text.replace(/\\([0-7]{1,3}|[^])/g, (whole: string, e: string) => {
    if (/^[0-7]/.test(e)) return String.fromCharCode(parseInt(e, 8) & 0xff)
    return ESCAPES.get(e) ?? whole
  })
}

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  const push = (type: Token['type'], text: string, value?: number): void => {
    tokens.push({ type, text, line, ...(value === undefined ? {} : { value }) })
  }
  while (at < source.length) {
    const c = source[at]
    if (c === '\n') {
      push('newline', '\n')
      line++
      at++
      continue
    }
    const blank = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)/.exec(source.slice(at, at + 4000))
    if (blank !== null) {
      if (blank[0].endsWith('\n')) line++
      at += blank[0].length
      continue
    }
    const rest = source.slice(at)
    const number = /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(rest)
    if (number !== null) {
      push('number', number[0], Number(number[0]))
      at += number[0].length
      continue
    }
    const name = /^[A-Za-z_]\w*/.exec(rest)
    if (name !== null) {
      const word = name[0]
      at += word.length
      if (KEYWORDS.has(word) || word === 'func') push('keyword', word === 'func' ? 'function' : word)
      else if (BUILTINS.has(word)) push('builtin', word)
      else push(source[at] === '(' ? 'funcname' : 'name', word)
      continue
    }
    if (c === '"') {
      const string = /^"((?:[^"\\\n]|\\[^])*)"/.exec(rest)
      if (string === null) throw new AwkSyntaxError(`line ${line}: runaway string constant ${rest.split('\n')[0].slice(0, 30)} ...`)
      push('string', unescape(string[1].replace(/\\\n/g, '')))
      line += string[0].split('\n').length - 1
      at += string[0].length
      continue
    }
    if (c === '/' && regexMayFollow(tokens[tokens.length - 1])) {
      const end = regexEnd(source, at)
      if (end < 0) throw new AwkSyntaxError(`line ${line}: runaway regular expression ${rest.split('\n')[0].slice(0, 30)} ...`)
      push('regex', source.slice(at + 1, end).replaceAll('\\/', '/'))
      at = end + 1
      continue
    }
    const operator = OPERATORS.find((o) => source.startsWith(o, at))
    if (operator === undefined) throw new AwkSyntaxError(`${line}: unexpected character '${c}'`)
    push('operator', operator)
    at += operator.length
  }
  line += 1
  push('end', 'end of file')
  return tokens
}

/** The closing slash; one inside brackets or after a backslash does not close. */
function regexEnd(source: string, start: number): number {
  let inBracket = false
  for (let i = start + 1; i < source.length && source[i] !== '\n'; i++) {
    const c = source[i]
    if (c === '\\') i++
    else if (inBracket) inBracket = c !== ']' || source[i - 1] === '[' || (source[i - 1] === '^' && source[i - 2] === '[')
    else if (c === '[') inBracket = true
    else if (c === '/') return i
  }
  return -1
}

function regexMayFollow(previous: Token | undefined): boolean {
  if (previous === undefined) return true
  if (['number', 'string', 'regex', 'name', 'builtin'].includes(previous.type)) return false
  return !(previous.type === 'operator' && [')', ']', '$', '++', '--'].includes(previous.text))
}
