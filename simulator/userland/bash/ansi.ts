// Backslash escapes of echo -e, printf %b and formats, $'…'.
import { decodeUtf8 } from '../../lib/bytes.ts'

const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }

/** One byte as text: bytes of a UTF-8 sequence are put together at the end. */
const byteChar = (n: number): string => (n < 0x80 ? String.fromCharCode(n) : String.fromCharCode(0xdc00 + n))

/** Joins bytes written singly (\xc3\xa4) to the characters they mean. */
function joinBytes(text: string): string {
  if (!/[\udc80-\udcff]/.test(text)) return text
  return text.replace(/[\udc80-\udcff]{2,4}/g, (run) => decodeUtf8(Uint8Array.from([...run].map((c) => c.charCodeAt(0) & 0xff))))
}

/** Expands escapes. `octal` says how: '0nnn' for %b (also \nnn), 'echo' without the latter, 'nnn' for formats. `stop` is true after \c; without `hex` there are no \x, \u and \U (dash). */
export function ansiUnescape(text: string, octal: 'echo' | '0nnn' | 'nnn' = 'nnn', allowC = false, hex = true): { text: string; stop: boolean } {
  if (!text.includes('\\')) return { text, stop: false }
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c !== '\\' || i + 1 >= text.length) {
      out += c
      continue
    }
    const next = text[++i]
    if (SIMPLE[next] !== undefined) out += SIMPLE[next]
    else if (next === 'c' && allowC) return { text: joinBytes(out), stop: true }
    else if (next === 'x' && hex) {
      const m = /^[0-9A-Fa-f]{1,2}/.exec(text.slice(i + 1))
      out += m ? byteChar(Number.parseInt(m[0], 16)) : '\\x'
      i += m ? m[0].length : 0
    } else if (hex && (next === 'u' || next === 'U')) {
      const m = (next === 'u' ? /^[0-9A-Fa-f]{1,4}/ : /^[0-9A-Fa-f]{1,8}/).exec(text.slice(i + 1))
      out += m ? String.fromCodePoint(Math.min(Number.parseInt(m[0], 16), 0x10ffff)) : `\\${next}`
      i += m ? m[0].length : 0
    } else if (next === '0' || (octal !== 'echo' && /[1-7]/.test(next))) {
      const m = (octal === 'echo' ? /^0[0-7]{0,3}/ : octal === '0nnn' ? /^(?:0[0-7]{0,3}|[1-7][0-7]{0,2})/ : /^[0-7]{1,3}/).exec(text.slice(i))
      const digits = m ? m[0] : next
      out += byteChar(Number.parseInt(digits, 8) & 0xff)
      i += digits.length - 1
    } else if ((next === '"' || next === "'" || next === '?') && octal === 'nnn') out += next
    else out += `\\${next}`
  }
  return { text: joinBytes(out), stop: false }
}
