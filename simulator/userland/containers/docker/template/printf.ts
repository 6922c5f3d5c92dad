// fmt.Sprintf for templates: %v %s %d %q %t %x %f %e %c %U %T and %%, with the flags - + # 0 blank, width and precision.
import { GoFloat, GoSlice, type GoValue, printValue, quoteJson, typeName } from './value.ts'

function digits(value: number, base: number, flags: string): string {
  const text = Math.abs(value).toString(base)
  return `${value < 0 ? '-' : flags.includes('+') ? '+' : ''}${flags.includes('#') && base === 16 ? '0x' : ''}${text}`
}
const hex = (s: string): string => [...s].map((c) => (c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')).join('')

function one(verb: string, flags: string, precision: number | undefined, value: GoValue): string {
  const wrong = `%!${verb}(${typeName(value)}=${printValue(value)})`
  if (value instanceof GoSlice && 'sdqx'.includes(verb)) return `[${value.items.map((v) => one(verb, flags, precision, v)).join(' ')}]`
  switch (verb) {
    case 'v': return flags.includes('#') && typeof value === 'string' ? quoteJson(value) : printValue(value)
    case 's': return typeof value === 'string' ? value.slice(0, precision) : typeof value === 'object' && !(value instanceof GoFloat) ? printValue(value) : wrong
    case 'q': return typeof value === 'string' ? quoteJson(value) : typeof value === 'number' ? `'${String.fromCodePoint(value)}'` : wrong
    case 'd': return typeof value === 'number' ? digits(value, 10, flags) : wrong
    case 'o': return typeof value === 'number' ? digits(value, 8, flags) : wrong
    case 'b': return typeof value === 'number' ? digits(value, 2, flags) : wrong
    case 'x': return typeof value === 'number' ? digits(value, 16, flags) : typeof value === 'string' ? hex(value) : wrong
    case 'X': return typeof value === 'number' ? digits(value, 16, flags).toUpperCase() : typeof value === 'string' ? hex(value).toUpperCase() : wrong
    case 'c': return typeof value === 'number' ? String.fromCodePoint(value) : wrong
    case 't': return typeof value === 'boolean' ? String(value) : wrong
    case 'T': return typeName(value)
    case 'f': return value instanceof GoFloat ? value.value.toFixed(precision ?? 6) : wrong
    case 'g': return value instanceof GoFloat ? printValue(value) : wrong
    case 'e': return value instanceof GoFloat ? value.value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2') : wrong
    default: return wrong
  }
}

export function formatVerbs(format: string, args: readonly GoValue[]): string {
  let used = 0
  const text = format.replace(/%([-+# 0]*)(\d*)(?:\.(\d*))?(.|$)/gsu, (_, flags: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    if (verb === '') return '%!(NOVERB)'
    if (used >= args.length) return `%!${verb}(MISSING)`
    const value = args[used]
    used += 1
    const out = one(verb, flags, precision === undefined ? undefined : Number(precision), value)
    if (flags.includes('-')) return out.padEnd(Number(width))
    return flags.includes('0') && typeof value === 'number' && value >= 0 ? out.padStart(Number(width), '0') : out.padStart(Number(width))
  })
  if (used >= args.length) return text
  return `${text}%!(EXTRA ${args.slice(used).map((v) => `${typeName(v)}=${printValue(v)}`).join(', ')})`
}
