// jq's values: JSON with objects as maps, their order, equality and text.

export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>

export const isObject = (v: Json): v is ReadonlyMap<string, Json> => v instanceof Map
export const isArray = (v: Json): v is readonly Json[] => Array.isArray(v)

export function typeOf(v: Json): string {
  return v === null ? 'null' : isObject(v) ? 'object' : isArray(v) ? 'array' : typeof v
}

export const isTrue = (v: Json): boolean => v !== null && v !== false

const RANK = ['null', 'false', 'true', 'number', 'string', 'array', 'object']
const rank = (v: Json): number => RANK.indexOf(typeof v === 'boolean' ? String(v) : typeOf(v))

/** jq's total order: null < false < true < numbers < strings < arrays < objects. */
export function compare(a: Json, b: Json): number {
  const difference = rank(a) - rank(b)
  if (difference !== 0) return difference
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (isArray(a) && isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const c = compare(a[i], b[i])
      if (c !== 0) return c
    }
    return a.length - b.length
  }
  if (isObject(a) && isObject(b)) {
    const [ka, kb] = [[...a.keys()].sort(), [...b.keys()].sort()]
    const keys = compare(ka, kb)
    if (keys !== 0) return keys
    for (const key of ka) {
      const c = compare(a.get(key) ?? null, b.get(key) ?? null)
      if (c !== 0) return c
    }
  }
  return 0
}

export interface Style {
  /** '' prints everything on one line */
  readonly indent: string
  readonly sortKeys: boolean
  readonly ascii: boolean
}
export const COMPACT: Style = { indent: '', sortKeys: false, ascii: false }

function quote(text: string, ascii: boolean): string {
  const out = JSON.stringify(text).replace(/\u007f/g, '\\u007f')
  return ascii ? out.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : out
}

export function numberText(n: number): string {
  if (Number.isNaN(n)) return 'null'
  if (!Number.isFinite(n)) return n > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308'
  return String(n).replace(/e-(\d)$/, 'e-0$1')
}

export function toJson(v: Json, style: Style = COMPACT, depth = 0): string {
  if (v === null || typeof v === 'boolean') return String(v)
  if (typeof v === 'number') return numberText(v)
  if (typeof v === 'string') return quote(v, style.ascii)
  const wrap = (open: string, close: string, items: readonly string[]): string => {
    if (items.length === 0) return open + close
    if (style.indent === '') return open + items.join(',') + close
    const pad = `\n${style.indent.repeat(depth + 1)}`
    return `${open}${pad}${items.join(`,${pad}`)}\n${style.indent.repeat(depth)}${close}`
  }
  if (isArray(v)) return wrap('[', ']', v.map((x) => toJson(x, style, depth + 1)))
  const entries = isObject(v) ? [...v] : []
  if (style.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return wrap('{', '}', entries.map(([k, x]) => `${quote(k, style.ascii)}:${style.indent === '' ? '' : ' '}${toJson(x, style, depth + 1)}`))
}

export class JsonError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** All JSON texts that follow each other in `text`; throws JsonError in jq's words. */
export function parseAll(text: string): Json[] {
  const out: Json[] = []
  let at = 0
  const where = (): string => {
    const before = text.slice(0, at)
    const line = before.split('\n').length
    return `line ${line}, column ${at - before.lastIndexOf('\n') - 1}`
  }
  const fail = (what: string): never => {
    throw new JsonError(`${what} at ${where()}`)
  }
  const blanks = (): void => {
    while (/[ \t\r\n]/.test(text[at] ?? 'x')) at++
  }
  const value = (): Json => {
    blanks()
    const c = text[at]
    if (c === undefined) return fail('Unfinished JSON term at EOF')
    if (c === '"') {
      const m = /^"(?:[^"\\]|\\[^])*"/.exec(text.slice(at))
      if (m === null) {
        at = text.length
        return fail('Unfinished string at EOF')
      }
      at += m[0].length
      try {
        return JSON.parse(m[0].replace(/\n/g, '\\n').replace(/\t/g, '\\t')) as string
      } catch {
        return fail('Invalid escape')
      }
    }
    if (c === '[' || c === '{') return container(c)
    if (c === ']' || c === '}') {
      at++
      return fail(`Unmatched '${c}'`)
    }
    const word = /^[^\s[\]{},:"]+/.exec(text.slice(at))?.[0] ?? ''
    at += word.length
    if (word === 'null' || word === 'nan') return null
    if (word === 'true' || word === 'false') return word === 'true'
    const n = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(word) ? Number(word) : NaN
    if (Number.isNaN(n)) {
      at = Math.min(at + 1, text.length)
      return fail(word === '' ? "Expected value before ','" : 'Invalid numeric literal')
    }
    return n
  }
  const container = (open: string): Json => {
    at++
    const close = open === '[' ? ']' : '}'
    const items: Json[] = []
    const map = new Map<string, Json>()
    blanks()
    if (text[at] === close) {
      at++
      return open === '[' ? items : map
    }
    for (;;) {
      const item = value()
      if (open === '{') {
        if (typeof item !== 'string') return fail('Object keys must be strings')
        blanks()
        if (text[at] === undefined) return fail('Unfinished JSON term at EOF')
        if (text[at] !== ':') return fail('Objects must consist of key:value pairs')
        at++
        map.set(item, value())
      } else items.push(item)
      blanks()
      const next = text[at]
      if (next === undefined) return fail('Unfinished JSON term at EOF')
      at++
      if (next === close) return open === '[' ? items : map
      if (next !== ',') return fail(`Expected separator between values`)
    }
  }
  for (blanks(); at < text.length; blanks()) out.push(value())
  return out
}
