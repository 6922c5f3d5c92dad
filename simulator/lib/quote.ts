// Quoting of names in GNU programs' output: gnulib's quotearg in a UTF-8 locale. `quote` is for messages that use ‘ ’, `quotef` and `quoteaf`
// for those that quote like a shell (only if needed; always), `quoteC` for C string syntax.
import { encodeUtf8 } from './bytes.ts'

const C_ESCAPES = new Map([['\x07', 'a'], ['\b', 'b'], ['\f', 'f'], ['\n', 'n'], ['\r', 'r'], ['\t', 't'], ['\v', 'v']])
const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`

/** False for control characters, unassigned code points and bytes that are not UTF-8. */
const isPrint = (char: string): boolean => !/[\p{C}\u2028\u2029]/u.test(char) && !/[\uD800-\uDFFF]/.test(char.length === 1 ? char : '')

function escapeC(char: string): string | undefined {
  const letter = C_ESCAPES.get(char)
  if (letter !== undefined) return `\\${letter}`
  return isPrint(char) ? undefined : Array.from(encodeUtf8(char), octal).join('')
}

/** Characters that force quotes wherever they stand; `#` and `~` only in front, `{` and `}` only alone. */
const SPECIAL = /^[#~]|^[{}]$|[ !"$&()*;<=>[^`|\\'?]/

/** Characters that mean the same between double quotes as between single ones, so that a name with an apostrophe can be shown as "it's". */
const INERT = /^[ %+,\-./0-9:A-Za-z\]_'#~{}@\u0080-\u{10ffff}]*$/u

/** 'text', or "text" if only an apostrophe is in the way, with control characters as $'\n'. */
export function quoteaf(text: string): string {
  const chars = [...text]
  if (text.includes("'") && INERT.test(text) && chars.every(isPrint)) return `"${text}"`
  let out = "'"
  let escaping = false
  for (const char of chars) {
    const escaped = escapeC(char)
    if (escaped !== undefined) {
      out += escaping ? escaped : `'$'${escaped}`
      escaping = true
    } else if (char === "'") {
      out += "'\\''"
      escaping = false
    } else {
      out += escaping ? `''${char}` : char
      escaping = false
    }
  }
  return `${out}'`
}

/** The text as it is if a shell would read it back, else quoteaf. `also` are further characters that force quotes. */
export function quoteShell(text: string, also = ''): string {
  const plain = text !== '' && !SPECIAL.test(text) && ![...text].some((c) => escapeC(c) !== undefined || also.includes(c))
  return plain ? text : quoteaf(text)
}

/** A file name in front of `: strerror`: shell quotes where needed, also for a colon. */
export const quotef = (text: string): string => quoteShell(text, ':')

/** ‘text’ with C escapes. */
export const quote = (text: string): string => `‘${Array.from(text, (c) => (c === '\\' || c === '’' ? `\\${c}` : escapeC(c) ?? c)).join('')}’`

/** "text" in C syntax. */
export const quoteC = (text: string): string => `"${escapeText(text, '"')}"`

/** C escapes without quotes; `also` are further characters that get a backslash. */
export const escapeText = (text: string, also = ''): string => Array.from(text, (c) => (c === '\\' || also.includes(c) ? `\\${c}` : escapeC(c) ?? c)).join('')

/** Every unprintable character as one question mark, as ls -q shows names. */
export const questionMarks = (text: string): string => Array.from(text, (c) => (isPrint(c) ? c : '?')).join('')
