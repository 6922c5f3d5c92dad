// Backslash escapes of echo -e, printf's format and printf's %b, as bytes.
import { concatBytes, encodeUtf8 } from '../../../lib/bytes.ts'

const SIMPLE = new Map([['a', 7], ['b', 8], ['e', 27], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11], ['\\', 92]])

export interface Expanded {
  readonly bytes: Uint8Array
  /** \c was seen: print nothing more. */
  readonly stop: boolean
}

/** One escape at `at`, which is the character after the backslash. `length` counts from there; `missing` is the kind of a number without digits. */
export function readEscape(text: string, at: number, dialect: 'echo' | 'format' | '%b'): { bytes: Uint8Array; length: number; stop?: boolean; missing?: boolean } {
  const char = text[at]
  const simple = char === undefined ? undefined : SIMPLE.get(char)
  if (simple !== undefined) return { bytes: Uint8Array.of(simple), length: 1 }
  if (char === '"' && dialect !== 'echo') return { bytes: Uint8Array.of(34), length: 1 }
  if (char === 'c') return { bytes: new Uint8Array(0), length: 1, stop: true }
  const rest = text.slice(at)
  if (char === 'x') {
    const digits = /^x([0-9a-fA-F]{1,2})/.exec(rest)?.[1]
    if (digits !== undefined) return { bytes: Uint8Array.of(Number.parseInt(digits, 16)), length: 1 + digits.length }
    return { bytes: encodeUtf8('\\x'), length: 1, missing: true }
  }
  const octal = (dialect === 'format' ? /^([0-7]{1,3})/ : dialect === 'echo' ? /^0([0-7]{0,3})/ : /^0?([0-7]{1,3})|^0/).exec(rest)
  if (octal !== null) return { bytes: Uint8Array.of(Number.parseInt(octal[1] || '0', 8) & 255), length: octal[0].length }
  if ((char === 'u' || char === 'U') && dialect !== 'echo') {
    const digits = (char === 'u' ? /^u([0-9a-fA-F]{4})/ : /^U([0-9a-fA-F]{8})/).exec(rest)?.[1]
    if (digits === undefined) return { bytes: encodeUtf8(`\\${char}`), length: 1, missing: true }
    return { bytes: encodeUtf8(String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff))), length: 1 + digits.length }
  }
  return char === undefined ? { bytes: Uint8Array.of(92), length: 0 } : { bytes: encodeUtf8(`\\${char}`), length: 1 }
}

/** A whole text with its escapes replaced. */
export function expandEscapes(text: string, dialect: 'echo' | '%b'): Expanded {
  const parts: Uint8Array[] = []
  let at = 0
  for (;;) {
    const next = text.indexOf('\\', at)
    parts.push(encodeUtf8(next < 0 ? text.slice(at) : text.slice(at, next)))
    if (next < 0) return { bytes: concatBytes(parts), stop: false }
    const escape = readEscape(text, next + 1, dialect)
    parts.push(escape.bytes)
    if (escape.stop === true) return { bytes: concatBytes(parts), stop: true }
    at = next + 1 + escape.length
  }
}
