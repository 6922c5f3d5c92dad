// Brace expansion: purely textual, before any other expansion. {a,b}, {1..5}, {a..e..2}, {01..10}; quotes and expansions inside are left alone.

/** Skips a quoted or expanded stretch that begins at `i`; answers the index after it, or `i` if there is none. */
function skip(text: string, i: number): number {
  const c = text[i]
  if (c === '\\') return i + 2
  if (c === "'") {
    const end = text.indexOf("'", i + 1)
    return end < 0 ? text.length : end + 1
  }
  if (c === '"' || c === '`') {
    for (let k = i + 1; k < text.length; k++) {
      if (text[k] === '\\') k++
      else if (text[k] === c) return k + 1
    }
    return text.length
  }
  const open = text[i + 1]
  if (c === '$' && (open === '{' || open === '(')) {
    const close = open === '{' ? '}' : ')'
    let depth = 0
    for (let k = i + 1; k < text.length; ) {
      if (text[k] === open) depth++
      else if (text[k] === close && --depth === 0) return k + 1
      const next = skip(text, k)
      k = next > k ? next : k + 1
    }
    return text.length
  }
  return i
}

/** Between Z and a there are a backquote, which stands for itself, and a backslash, of which quote removal leaves nothing. */
const quotedLetter = (c: string): string => (c === '`' ? '\\`' : c === '\\' ? "''" : c)

function sequence(body: string): string[] | undefined {
  const m = /^([-+]?\d+)\.\.([-+]?\d+)(?:\.\.([-+]?\d+))?$/.exec(body)
  const letters = m ? null : /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(body)
  if (!m && !letters) return undefined
  const [from, to, stepText] = m ? [Number(m[1]), Number(m[2]), m[3]] : [(letters?.[1] ?? '').charCodeAt(0), (letters?.[2] ?? '').charCodeAt(0), letters?.[3]]
  const step = Math.max(1, Math.abs(Number(stepText ?? 1))) * (from > to ? -1 : 1)
  const padded = m !== null && [m[1], m[2]].some((t) => /^[-+]?0\d/.test(t))
  const width = m ? Math.max(m[1].length, m[2].length) : 0
  const out: string[] = []
  for (let n = from; step > 0 ? n <= to : n >= to; n += step) {
    if (!m) out.push(quotedLetter(String.fromCharCode(n)))
    else out.push(padded ? (n < 0 ? '-' : '') + String(Math.abs(n)).padStart(n < 0 ? width - 1 : width, '0') : String(n))
    if (out.length > 1_000_000) break
  }
  return out
}

/** The words a word stands for; itself alone when it has no valid braces. */
export function expandBraces(text: string): string[] {
  for (let i = 0; i < text.length; ) {
    const after = skip(text, i)
    if (after > i) {
      i = after
      continue
    }
    if (text[i] !== '{') {
      i++
      continue
    }
    const commas: number[] = []
    let depth = 0
    let close = -1
    for (let k = i + 1; k < text.length; ) {
      const next = skip(text, k)
      if (next > k) {
        k = next
        continue
      }
      if (text[k] === '{') depth++
      else if (text[k] === '}' && depth-- === 0) {
        close = k
        break
      } else if (text[k] === ',' && depth === 0) commas.push(k)
      k++
    }
    if (close < 0) {
      i++
      continue
    }
    const before = text.slice(0, i)
    let middle: string[] | undefined
    if (commas.length > 0) {
      const edges = [i, ...commas, close]
      middle = edges.slice(1).flatMap((edge, n) => expandBraces(text.slice(edges[n] + 1, edge)))
    } else middle = sequence(text.slice(i + 1, close))
    if (!middle) {
      i++
      continue
    }
    const tails = expandBraces(text.slice(close + 1))
    return middle.flatMap((m) => tails.map((t) => before + m + t))
  }
  return [text]
}
