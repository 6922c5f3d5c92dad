// AWK's built-in functions that only compute. Those that touch files or processes are in evaluate.ts.
import { strftime, timegm } from '../../libc/time.ts'
import { format, FormatError } from './format.ts'
import { AwkRuntimeError, regexFor } from './record.ts'
import type { Runtime } from './runtime.ts'
import { toNumber, type Value } from './values.ts'

const asciiUpper = (text: string): string => text.replace(/[a-z]/g, (c) => c.toUpperCase())
const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (c) => c.toLowerCase())

/** printf and sprintf. */
export function formatValues(rt: Runtime, values: readonly Value[], name: string): string {
  const [template, ...args] = values
  try {
    return format(rt.text(template), args.map((v) => ({ text: rt.text(v), number: toNumber(v), isNumber: typeof v === 'number' })), name)
  } catch (thrown) {
    if (thrown instanceof FormatError) throw new AwkRuntimeError(thrown.message)
    throw thrown
  }
}

/** The value of a pure function, or undefined when `name` is none. */
export function callBuiltin(rt: Runtime, name: string, args: readonly Value[]): Value | undefined {
  const n = (i: number): number => toNumber(args[i])
  const s = (i: number): string => rt.text(args[i])
  switch (name) {
    case 'length': return s(0).length
    case 'substr': return substr(s(0), n(1), args.length > 2 ? n(2) : undefined)
    case 'index': return s(0).indexOf(s(1)) + 1
    case 'sprintf': return formatValues(rt, args, 'sprintf')
    case 'sin': return Math.sin(n(0))
    case 'cos': return Math.cos(n(0))
    case 'atan2': return Math.atan2(n(0), n(1))
    case 'exp': return Math.exp(n(0))
    case 'log': return Math.log(n(0))
    case 'sqrt': return Math.sqrt(n(0))
    case 'int': return Math.trunc(n(0))
    case 'rand': return rt.random()
    case 'tolower': return asciiLower(s(0))
    case 'toupper': return asciiUpper(s(0))
    case 'strftime': return strftime(args.length > 0 ? s(0) : '%c', n(1))
    case 'mktime': {
      const parts = s(0).trim().split(/\s+/).map(Number)
      return parts.length < 6 || parts.some(Number.isNaN) ? -1 : timegm(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5])
    }
    default: return undefined
  }
}

/** Positions are cut to whole numbers. A start before the text makes the piece longer instead of shorter: mawk 1.3.4's own way. */
function substr(text: string, start: number, length: number | undefined): string {
  const from = Math.trunc(start)
  if (length === undefined) return text.slice(Math.max(from, 1) - 1)
  const count = Math.trunc(from < 1 ? length - from : length)
  const first = Math.max(from, 1) - 1
  return count <= 0 ? '' : text.slice(first, first + count)
}

/** What `&` and `\&` in a replacement stand for. */
function expand(replacement: string, matched: string): string {
  return replacement.replace(/\\\\|\\&|&/g, (m) => (m === '&' ? matched : m === '\\&' ? '&' : '\\'))
}

/** sub and gsub: the new text and how often it was replaced. An empty match right behind a replaced piece does not count. */
export function substitute(text: string, source: string, replacement: string, all: boolean): { readonly text: string; readonly count: number } {
  const regex = regexFor(source)
  let out = ''
  let at = 0
  let count = 0
  let replacedTo = -1
  for (let from = 0; from <= text.length; ) {
    const m = regex.exec(text, from)
    if (m === undefined) break
    out += text.slice(at, m.start)
    at = m.end
    if (m.end > m.start || m.start !== replacedTo) {
      out += expand(replacement, text.slice(m.start, m.end))
      count++
      replacedTo = m.end
    }
    if (!all) break
    from = m.end
    if (m.end === m.start) {
      out += text.slice(m.end, m.end + 1)
      at = m.end + 1
      from = m.end + 1
    }
  }
  return { text: out + text.slice(at), count }
}
