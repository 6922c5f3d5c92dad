// Words of SQL: names, numbers, strings, operators, each with its place in the text.
import { SqlError } from './protocol.ts'

export interface Token {
  readonly kind: 'word' | 'quoted' | 'number' | 'string' | 'operator' | 'end'
  /** Names in small letters, unless they were quoted. */
  readonly text: string
  /** Counted from 0. */
  readonly at: number
  readonly end: number
}

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  const pattern = /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|"((?:[^"]|"")*)"|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|'((?:[^']|'')*)'|(::|<>|!=|<=|>=|\|\||[-+*/%<>=(),.;])|([\s\S])/gy
  for (const match of source.matchAll(pattern)) {
    const [all, word, quoted, number, text, operator, other] = match
    const place = { at: match.index, end: match.index + all.length }
    if (word !== undefined) tokens.push({ kind: 'word', text: word.toLowerCase(), ...place })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll('""', '"'), ...place })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, ...place })
    else if (text !== undefined) tokens.push({ kind: 'string', text: text.replaceAll("''", "'"), ...place })
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, ...place })
    else if (other === "'") throw new SqlError('42601', `unterminated quoted string at or near "${source.slice(match.index)}"`, { position: match.index + 1 })
    else if (other !== undefined) throw new SqlError('42601', `syntax error at or near "${other}"`, { position: match.index + 1 })
  }
  return [...tokens, { kind: 'end', text: '', at: source.length, end: source.length }]
}
