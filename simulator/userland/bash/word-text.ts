// The text of words as syntax.ts compiles it: backslashes, tildes, what needs no expansion at all.
import type { Part } from './ast.ts'
import { hasGlob } from '../../lib/fnmatch.ts'
import { PLAIN_QUOTE } from './lexer.ts'

export type Mode = 'word' | 'assign' | 'plain' | 'here-doc'

/** The word's value if nothing in it needs expanding. */
export function literalOf(parts: readonly Part[]): string | undefined {
  let out = ''
  let quoted = false
  for (const p of parts) {
    if (p.kind === 'text') {
      if (!p.quoted && hasGlob(p.text, true)) return undefined
      out += p.text
      quoted ||= p.quoted
    } else if (p.kind === 'double') {
      const inner = literalOf(p.parts)
      if (inner === undefined && p.parts.length > 0) return undefined
      out += inner ?? ''
      quoted = true
    } else return undefined
  }
  return out !== '' || quoted ? out : undefined
}

/** Unquoted text as it stands in the source: backslashes quote, `~` may be a home directory. */
export function literalParts(raw: string, mode: Mode): Part[] {
  const out: Part[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') out.push({ kind: 'text', text: plain, quoted: mode === 'here-doc' })
    plain = ''
  }
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i]
    if (c === '\\' && i + 1 < raw.length) {
      const next = raw[++i]
      if (next === '\n') continue
      if (mode === 'here-doc') plain += '$`\\'.includes(next) ? next : c + next
      else {
        flush()
        out.push({ kind: 'text', text: next, quoted: true })
      }
    } else plain += c
  }
  flush()
  return mode === 'word' || mode === 'assign' ? withTilde(out, mode) : out
}

/** Finds `~user` at the start of a word, and after `:` and `=` in assignments. */
function withTilde(parts: Part[], mode: Mode): Part[] {
  const first = parts[0]
  if (first?.kind !== 'text' || first.quoted || !first.text.includes('~')) return parts
  const out: Part[] = []
  // An argument that looks like an assignment is treated like one.
  const named = mode === 'word' ? /^[A-Za-z_]\w*\+?=/.exec(first.text)?.[0] : undefined
  const pieces = named !== undefined ? [named, ...first.text.slice(named.length).split(/(?<=:)/)] : mode === 'assign' ? first.text.split(/(?<=:)/) : [first.text]
  pieces.forEach((piece, n) => {
    const m = /^~([^/:]*)/.exec(piece)
    const whole = m && (m[0].length < piece.length || n < pieces.length - 1 || parts.length === 1)
    if (m && whole) {
      out.push({ kind: 'tilde', user: m[1] })
      if (m[0].length < piece.length) out.push({ kind: 'text', text: piece.slice(m[0].length), quoted: false })
    } else out.push({ kind: 'text', text: piece, quoted: false })
  })
  return [...out, ...parts.slice(1)]
}

export const doubled = (text: string): Part[] => (text === '' ? [] : [{ kind: 'text', text: doubleText(text), quoted: true }])

export function doubleText(text: string): string {
  const raw = text.includes(PLAIN_QUOTE) ? text.replaceAll(PLAIN_QUOTE, "'") : text
  return raw.includes('\\') ? raw.replace(/\\([$`"\\\n])/g, (_, c: string) => (c === '\n' ? '' : c)) : raw
}
