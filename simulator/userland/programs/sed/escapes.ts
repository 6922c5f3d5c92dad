// Backslash sequences in sed's expressions and replacements.
import type { CaseMode, ReplacementPart } from './script.ts'

/** The one-letter escapes that stand for a control character. */
export const ESCAPES: ReadonlyMap<string, string> = new Map([['a', '\x07'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t'], ['v', '\v']])

/** \t, \f, \xHH, \oNNN, \dNNN, \cX in an expression become the characters they name; special ones stay quoted. */
export function regexEscapes(pattern: string): string {
  return pattern.replace(/\\(?:x([0-9a-fA-F]{1,2})|o([0-7]{1,3})|d([0-9]{1,3})|c([^])|([^]))/g, (whole: string, hex?: string, octal?: string, decimal?: string, control?: string, letter?: string) => {
    const code = hex !== undefined ? parseInt(hex, 16) : octal !== undefined ? parseInt(octal, 8) : decimal !== undefined ? parseInt(decimal, 10) : undefined
    if (code !== undefined) {
      const char = String.fromCharCode(code)
      return /[\^$\\.*[\]]/.test(char) ? `\\${char}` : char
    }
    if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) ^ 0x40)
    return letter !== undefined && 'aftv'.includes(letter) ? ESCAPES.get(letter) ?? whole : letter === 'r' ? '\r' : whole
  })
}

const CASES = new Map<string, CaseMode>([['U', 'upper'], ['L', 'lower'], ['u', 'upperFirst'], ['l', 'lowerFirst'], ['E', 'end']])

export function parseReplacement(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = []
  let literal = ''
  const flush = (): void => {
    if (literal !== '') parts.push({ kind: 'text', text: literal })
    literal = ''
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '&') {
      flush()
      parts.push({ kind: 'group', index: 0 })
      continue
    }
    if (c !== '\\') {
      literal += c
      continue
    }
    const e = text[++i] ?? ''
    const mode = CASES.get(e)
    const code = /^(?:x([0-9a-fA-F]{1,2})|o([0-7]{1,3})|d([0-9]{1,3}))/.exec(text.slice(i))
    if (/\d/.test(e)) {
      flush()
      parts.push({ kind: 'group', index: Number(e) })
    } else if (mode !== undefined) {
      flush()
      parts.push({ kind: 'case', mode })
    } else if (code !== null) {
      literal += String.fromCharCode(parseInt(code[1] ?? code[2] ?? code[3], code[1] !== undefined ? 16 : code[2] !== undefined ? 8 : 10))
      i += code[0].length - 1
    } else if (e === 'c' && text[i + 1] !== undefined) literal += String.fromCharCode(text[++i].toUpperCase().charCodeAt(0) ^ 0x40)
    else literal += ESCAPES.get(e) ?? e
  }
  flush()
  return parts
}
