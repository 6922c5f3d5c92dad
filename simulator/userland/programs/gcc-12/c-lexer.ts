// C source to words, macros replaced (C11 6.4, 6.10): #define with and without arguments, #include passed over since the headers' contents are known, #ifdef not.

export interface CToken {
  readonly kind: 'number' | 'string' | 'char' | 'name' | 'mark' | 'end'
  readonly text: string
  /** Of numbers and characters. */
  readonly value: number
  readonly line: number
}

/** What this compiler doesn't understand, at a line of the source. */
export class CError extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

const MARKS = ['...', '<<=', '>>=', '->', '++', '--', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=',
  '{', '}', '(', ')', '[', ']', ';', ',', '.', '+', '-', '*', '/', '%', '&', '|', '^', '~', '!', '=', '<', '>', '?', ':', '#']
const ESCAPES: ReadonlyMap<string, string> = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['0', '\0'], ['a', '\x07'], ['b', '\b'], ['e', '\x1b'], ['\\', '\\'], ['"', '"'], ["'", "'"]])

function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)/gs, (_all, code: string) => {
    if (code.startsWith('x')) return String.fromCharCode(parseInt(code.slice(1), 16))
    return /^[0-7]+$/.test(code) ? String.fromCharCode(parseInt(code, 8)) : (ESCAPES.get(code) ?? code)
  })
}

function parseNumber(text: string): number {
  const digits = text.replace(/[uUlL]+$/, '')
  return /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits)
}

interface Macro {
  readonly parameters: readonly string[] | undefined
  readonly body: readonly CToken[]
}

function words(line: string, number: number): CToken[] {
  const out: CToken[] = []
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at)
    const found = /^(?:(\s+)|(\d[\w.]*|\.\d+)|([A-Za-z_]\w*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)+)')/s.exec(rest)
    const mark = found === null ? MARKS.find((m) => rest.startsWith(m)) : undefined
    if (found === null && mark === undefined) throw new CError(`stray '${rest[0]}' in program`, number)
    const token = (kind: CToken['kind'], text: string, value = 0): void => {
      out.push({ kind, text, value, line: number })
    }
    if (mark !== undefined) token('mark', mark)
    else if (found?.[2] !== undefined) token('number', found[2], parseNumber(found[2]))
    else if (found?.[3] !== undefined) token('name', found[3])
    else if (found?.[4] !== undefined) token('string', unescape(found[4]))
    else if (found?.[5] !== undefined) token('char', found[5], unescape(found[5]).charCodeAt(0))
    at += mark?.length ?? found?.[0].length ?? 1
  }
  return out
}

const isMark = (token: CToken | undefined, text: string): boolean => token?.kind === 'mark' && token.text === text

/** Replaces macros in a list of words. */
function expand(tokens: readonly CToken[], macros: ReadonlyMap<string, Macro>, hidden: ReadonlySet<string> = new Set()): CToken[] {
  const out: CToken[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    const macro = token.kind === 'name' && !hidden.has(token.text) ? macros.get(token.text) : undefined
    if (macro === undefined || (macro.parameters !== undefined && !isMark(tokens[i + 1], '('))) {
      out.push(token)
      continue
    }
    const inside = new Set([...hidden, token.text])
    const at = (list: readonly CToken[]): CToken[] => list.map((t) => ({ ...t, line: token.line }))
    if (macro.parameters === undefined) {
      out.push(...expand(at(macro.body), macros, inside))
      continue
    }
    const args: CToken[][] = [[]]
    let depth = 0
    for (i += 2; i < tokens.length; i++) {
      if (isMark(tokens[i], ')') && depth === 0) break
      if (isMark(tokens[i], '(')) depth++
      if (isMark(tokens[i], ')')) depth--
      if (isMark(tokens[i], ',') && depth === 0) args.push([])
      else args[args.length - 1].push(tokens[i])
    }
    const values = new Map(macro.parameters.map((name, n) => [name, expand(args[n] ?? [], macros, hidden)]))
    out.push(...expand(at(macro.body).flatMap((t) => (t.kind === 'name' ? (values.get(t.text) ?? [t]) : [t])), macros, inside))
  }
  return out
}

/** Comments become blanks, continued lines one. */
const strip = (source: string): string =>
  source.replace(/\\\n/g, ' ').replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (m) => (m.startsWith('/') ? m.replace(/[^\n]/g, ' ') : m))

export interface Preprocessed {
  readonly tokens: readonly CToken[]
  readonly includes: readonly string[]
}

/** Throws CError. `prelude`: definitions that headers would bring. */
export function preprocess(source: string, prelude: string): Preprocessed {
  const macros = new Map<string, Macro>()
  const includes: string[] = []
  const out: CToken[] = []
  const define = (text: string, line: number): void => {
    const found = /^(\w+)(?:\(([^)]*)\))?\s*(.*)$/s.exec(text)
    if (found === null) throw new CError('macro names must be identifiers', line)
    macros.set(found[1], { parameters: found[2]?.split(',').map((p) => p.trim()).filter((p) => p !== ''), body: words(found[3], line) })
  }
  for (const line of prelude.split('\n').filter((l) => l !== '')) define(line, 0)
  for (const [i, line] of strip(source).split('\n').entries()) {
    const directive = /^\s*#\s*(\w+)\s*(.*)$/.exec(line)
    if (directive === null) out.push(...words(line, i + 1))
    else if (directive[1] === 'include') includes.push(directive[2].replace(/[<>"\s]/g, ''))
    else if (directive[1] === 'define') define(directive[2], i + 1)
    else if (directive[1] === 'undef') macros.delete(directive[2].trim())
    else if (directive[1] !== 'pragma') throw new CError(`#${directive[1]}`, i + 1)
  }
  return { tokens: expand(out, macros), includes }
}
