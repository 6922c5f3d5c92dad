// Quoting of values for output that can be read back: 'single', $'ansi', back\slashes, "double" as bash prints them in each place.

const CONTROL = /[\x00-\x1f\x7f]|[\udc80-\udcff]/

/** sh_single_quote: 'it'\''s' */
export const singleQuote = (s: string): string => (s === "'" ? "\\'" : `'${s.replaceAll("'", "'\\''")}'`)

const ESCAPES: Readonly<Record<string, string>> = { '\x07': 'a', '\b': 'b', '\x1b': 'E', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v', '\\': '\\', "'": "'" }

/** ansic_quote: $'a\nb' */
export function ansiQuote(s: string): string {
  let out = ''
  for (const c of s) {
    const code = c.charCodeAt(0)
    if (ESCAPES[c] !== undefined) out += `\\${ESCAPES[c]}`
    else if (code < 0x20 || code === 0x7f) out += `\\${code.toString(8).padStart(3, '0')}`
    else if (code >= 0xdc80 && code <= 0xdcff) out += `\\${(code & 0xff).toString(8)}`
    else out += c
  }
  return `$'${out}'`
}

/** sh_backslash_quote: it\'s */
export function backslashQuote(s: string): string {
  if (s === '') return "''"
  return s.replace(/[ \t!"$&'()*,;<>?[\\\]^`{|}]|^[#~]|(?<=[:=])~/g, '\\$&')
}

/** sh_quote_reusable: what ${x@Q} and ${x@A} show. */
export const reusableQuote = (s: string): string => (CONTROL.test(s) ? ansiQuote(s) : singleQuote(s))

/** printf %q, ${x@Q}'s neighbour. */
export const printfQuote = (s: string): string => (CONTROL.test(s) ? ansiQuote(s) : backslashQuote(s))

const SHELL_META = /[ \t\n'"\\|&;()<>!{}*[\]?^$`]|^[#~]|[=:]~/

/** How set -x shows a word: quoted only where it must be. */
export function traceQuote(s: string): string {
  if (s === '') return "''"
  return SHELL_META.test(s) ? singleQuote(s) : CONTROL.test(s) ? ansiQuote(s) : s
}

/** The value in `declare -p` output: "double quoted", or $'…' with control characters. */
export function declareQuote(s: string): string {
  return CONTROL.test(s) ? ansiQuote(s) : `"${s.replace(/["$`\\]/g, '\\$&')}"`
}

/** The value in the output of `set`: bare where possible. */
export const setQuote = (s: string): string => (s === '' ? '' : CONTROL.test(s) ? ansiQuote(s) : SHELL_META.test(s) ? singleQuote(s) : s)
