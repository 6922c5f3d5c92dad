// terminfo(5): the entry of a terminal and its parametrised strings (tparm of ncurses). Padding ($<5>) is left out, as for any fast terminal.
import { TERMINALS, type TerminalEntry } from './terminfo-data.ts'

export interface Terminal {
  /** The description, last of the names. */
  readonly longName: string
  /** true, a number, or a string with its escapes done. */
  readonly capabilities: ReadonlyMap<string, true | number | string>
}

const ESCAPES: Readonly<Record<string, string>> = { E: '\x1b', e: '\x1b', n: '\n', l: '\n', r: '\r', t: '\t', b: '\b', f: '\f', s: ' ' }

const unescape = (text: string): string =>
  text.replace(/\$<[\d.]+[*/]*>/g, '').replace(/\\(\d{3}|.)|\^(.)/g, (_all, escaped: string | undefined, control: string | undefined) => {
    if (control !== undefined) return control === '?' ? '\x7f' : String.fromCharCode(control.charCodeAt(0) & 31)
    const code = escaped ?? ''
    return /^\d{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code)
  })

const nameOf = (capability: string): string => /^[^=#]+/.exec(capability)?.[0] ?? ''

function entryCapabilities(entry: TerminalEntry): Map<string, true | number | string> {
  const base = TERMINALS.find((t) => t.names.split('|')[0] === entry.use)
  const all = base === undefined ? new Map<string, true | number | string>() : entryCapabilities(base)
  for (const text of entry.capabilities.split(/\t|\n {6}/)) {
    const name = nameOf(text)
    const rest = text.slice(name.length)
    if (name !== '') all.set(name, rest === '' ? true : rest.startsWith('#') ? Number(rest.slice(1)) : unescape(rest.slice(1)))
  }
  return all
}

export function findTerminal(name: string): Terminal | undefined {
  const entry = TERMINALS.find((t) => t.names.split('|').slice(0, -1).includes(name))
  return entry === undefined ? undefined : { longName: entry.names.split('|').at(-1) ?? '', capabilities: entryCapabilities(entry) }
}

/** Is this the name of any capability known here? */
export const isCapability = (name: string): boolean => TERMINALS.some((t) => t.capabilities.split(/\t|\n {6}/).some((text) => nameOf(text) === name))

type Value = number | string

/** tparm(3): the string with its parameters filled in. */
export function instantiate(text: string, given: readonly Value[]): string {
  const params: Value[] = Array.from({ length: 9 }, (_, i) => given[i] ?? 0)
  const variables = new Map<string, Value>()
  const stack: Value[] = []
  const popNumber = (): number => Number(stack.pop() ?? 0)
  const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
    '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => (b === 0 ? 0 : Math.trunc(a / b)), m: (a, b) => (b === 0 ? 0 : a % b), '&': (a, b) => a & b,
    '|': (a, b) => a | b, '^': (a, b) => a ^ b, '=': (a, b) => (a === b ? 1 : 0), '<': (a, b) => (a < b ? 1 : 0), '>': (a, b) => (a > b ? 1 : 0),
    A: (a, b) => (a !== 0 && b !== 0 ? 1 : 0), O: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  }
  let out = ''
  let at = 0
  /** Moves behind the matching %e or %;. */
  const skip = (toElse: boolean): void => {
    let depth = 0
    for (; at < text.length; at++) {
      if (text[at] !== '%') continue
      const next = text[++at]
      if (next === '?') depth++
      else if (next === ';' && depth-- === 0) break
      else if (next === 'e' && depth === 0 && toElse) break
    }
    at++
  }
  while (at < text.length) {
    const c = text[at++]
    if (c !== '%') {
      out += c
      continue
    }
    const m = /^(?::?([-+# 0-9.]*)([doxXs])|(.))/s.exec(text.slice(at))
    const operator = m?.[3] ?? ''
    if (m?.[2] !== undefined) {
      at += m[0].length
      out += formatted(m[1] ?? '', m[2], stack.pop() ?? 0)
      continue
    }
    at++
    const calculate = binary[operator]
    if (calculate !== undefined) {
      const right = popNumber()
      stack.push(calculate(popNumber(), right))
    } else if (operator === '%') out += '%'
    else if (operator === 'c') out += String.fromCharCode(popNumber())
    else if (operator === 'p') stack.push(params[Number(text[at++]) - 1] ?? 0)
    else if (operator === 'P') variables.set(text[at++], stack.pop() ?? 0)
    else if (operator === 'g') stack.push(variables.get(text[at++]) ?? 0)
    else if (operator === "'") {
      stack.push(text.charCodeAt(at))
      at += 2
    } else if (operator === '{') {
      const end = text.indexOf('}', at)
      stack.push(Number(text.slice(at, end)))
      at = end + 1
    } else if (operator === 'l') stack.push(String(stack.pop() ?? '').length)
    else if (operator === '!') stack.push(popNumber() === 0 ? 1 : 0)
    else if (operator === '~') stack.push(~popNumber())
    else if (operator === 'i') for (const n of [0, 1]) params[n] = Number(params[n]) + 1
    else if (operator === 't' && popNumber() === 0) skip(true)
    else if (operator === 'e') skip(false)
  }
  return out
}

function formatted(spec: string, conversion: string, value: Value): string {
  if (conversion === 's') return String(value)
  const n = Number(value)
  const [, width = '', precision = ''] = /^[-+# ]*(\d*)(?:\.(\d+))?$/.exec(spec) ?? []
  const digits = n.toString(conversion === 'd' ? 10 : conversion === 'o' ? 8 : 16)
  const text = (conversion === 'X' ? digits.toUpperCase() : digits).padStart(Number(precision), '0')
  return text.padStart(Number(width), width.startsWith('0') ? '0' : ' ')
}
