// History expansion: !! !n !-n !str !?str? !# !$ !^ !* !:n, word designators, modifiers :h :t :r :e :p :s/a/b/ :& :g, and ^a^b^. See HISTORY EXPANSION in bash(1).

export class HistoryError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export interface HistoryExpansion {
  readonly text: string
  readonly changed: boolean
  /** `:p`: print it, don't run it. */
  readonly printOnly: boolean
}

/** Splits a history line into words as the shell would, operators apart. */
export function historyWords(line: string): string[] {
  const out: string[] = []
  let i = 0
  while (i < line.length) {
    if (/\s/.test(line[i])) {
      i++
      continue
    }
    const operator = /^(?:&&|\|\||;;|<<<|<<|>>|>&|<&|[;|&()<>])/.exec(line.slice(i))
    if (operator) {
      out.push(operator[0])
      i += operator[0].length
      continue
    }
    const start = i
    while (i < line.length && !/[\s;|&()<>]/.test(line[i])) {
      const c = line[i]
      if (c === '\\') i++
      else if (c === '"' || c === "'" || c === '`') {
        i++
        while (i < line.length && line[i] !== c) i += line[i] === '\\' && c !== "'" ? 2 : 1
      }
      i++
    }
    out.push(line.slice(start, i))
  }
  return out
}

/** Finds the event; `i` is just after the `!`. Answers the line and where the designator ends. */
function findEvent(line: string, i: number, history: readonly string[], base: number): { event: string; end: number; shown: string } {
  const rest = line.slice(i)
  const fail = (shown: string): never => {
    throw new HistoryError(`!${shown}: event not found`)
  }
  if (rest[0] === '!') return { event: history[history.length - 1] ?? fail('!'), end: i + 1, shown: '!' }
  const number = /^-?\d+/.exec(rest)
  if (number) {
    const n = Number(number[0])
    return { event: history[n < 0 ? history.length + n : n - base] ?? fail(number[0]), end: i + number[0].length, shown: number[0] }
  }
  const inside = /^\?([^?]*)\??/.exec(rest)
  if (inside) {
    const found = [...history].reverse().find((h) => h.includes(inside[1]))
    return { event: found ?? fail(inside[0]), end: i + inside[0].length, shown: inside[0] }
  }
  if (/^[$^*:%]/.test(rest)) return { event: history[history.length - 1] ?? fail(rest[0]), end: i, shown: '' }
  const name = /^[^\s:;|&()<>"$^*%-]+/.exec(rest) ?? /^[^\s:]+/.exec(rest)
  const text = name?.[0] ?? ''
  const found = [...history].reverse().find((h) => h.startsWith(text))
  return { event: found ?? fail(text), end: i + text.length, shown: text }
}

function select(event: string, designator: string): string {
  const words = historyWords(event)
  const last = words.length - 1
  const at = (t: string): number => (t === '^' ? 1 : t === '$' ? last : Number(t))
  if (designator === '*') return words.slice(1).join(' ')
  const range = /^(\d+|\^)?(-)(\d+|\$)?$|^(\d+)(\*)$|^(\d+|[\^$%])$/.exec(designator)
  if (!range) return event
  const bad = (): never => {
    throw new HistoryError(`:${designator}: bad word specifier`)
  }
  if (range[6] !== undefined) return words[at(range[6] === '%' ? '1' : range[6])] ?? bad()
  const from = range[5] ? Number(range[4]) : range[1] === undefined ? 0 : at(range[1])
  const to = range[5] ? last : range[3] === undefined ? last - 1 : at(range[3])
  if (from > last + 1 || to > last) bad()
  return words.slice(from, to + 1).join(' ')
}

function modify(text: string, modifier: string): string {
  switch (modifier[0]) {
    case 'h': return text.includes('/') ? text.slice(0, text.lastIndexOf('/')) : text
    case 't': return text.slice(text.lastIndexOf('/') + 1)
    case 'r': return text.replace(/\.[^./]*$/, '')
    case 'e': return /\.[^./]*$/.exec(text)?.[0] ?? text
    case 'q': return `'${text.replaceAll("'", "'\\''")}'`
    default: {
      const global = modifier.startsWith('g')
      const m = /^g?s(.)(.*?)\1(.*?)(?:\1|$)/.exec(modifier)
      if (!m) return text
      if (!text.includes(m[2])) throw new HistoryError(`:${modifier}: substitution failed`)
      return global ? text.replaceAll(m[2], m[3].replaceAll('&', m[2])) : text.replace(m[2], () => m[3].replaceAll('&', m[2]))
    }
  }
}

/** Expands a line; throws HistoryError. `base` is the number of the first line kept. */
export function expandHistory(line: string, history: readonly string[], base: number): HistoryExpansion {
  const quick = /^\^([^^]*)\^([^^\n]*)\^?(.*)$/s.exec(line)
  if (quick) {
    const event = history[history.length - 1]
    if (event === undefined || !event.includes(quick[1])) throw new HistoryError(`:s${line}: substitution failed`)
    return { text: event.replace(quick[1], () => quick[2]) + quick[3], changed: true, printOnly: false }
  }
  let out = ''
  let changed = false
  let printOnly = false
  let double = false
  for (let i = 0; i < line.length; ) {
    const c = line[i]
    if (c === '\\' && i + 1 < line.length) {
      out += c + line[i + 1]
      i += 2
      continue
    }
    if (c === "'" && !double) {
      const end = line.indexOf("'", i + 1)
      out += line.slice(i, end < 0 ? undefined : end + 1)
      i = end < 0 ? line.length : end + 1
      continue
    }
    if (c === '"') double = !double
    const next = line[i + 1]
    const literal = next === undefined || /[\s=(]/.test(next) || (double && next === '"') || (out.endsWith('$') || out.endsWith('${') || out.endsWith('['))
    if (c !== '!' || literal) {
      out += c
      i++
      continue
    }
    changed = true
    // !# is the line itself, as far as it has come.
    const found = next === '#' ? { event: out, end: i + 2 } : findEvent(line, i + 1, history, base)
    let text = found.event
    i = found.end
    const designator = /^(?::(\d+-(?:\d+|\$)|\d+-|\d+\*|\d+|\^-?\$?|[$*%^]|-(?:\d+|\$))|([$^*%]))/.exec(line.slice(i))
    if (designator) {
      text = select(text, designator[1] ?? designator[2])
      i += designator[0].length
    }
    for (;;) {
      const m = /^:(g?s(.).*?\2.*?(?:\2|$)|[htreqp])/.exec(line.slice(i))
      if (!m) break
      if (m[1] === 'p') printOnly = true
      else text = modify(text, m[1])
      i += m[0].length
    }
    out += text
  }
  return { text: out, changed, printOnly }
}
