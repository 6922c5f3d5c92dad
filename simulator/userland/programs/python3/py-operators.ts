// Arithmetic and comparison of Python's values, with its complaints.
import { concatBytes } from '../../../lib/bytes.ts'
import { bytes, equal, isNumber, isTrue, itemsOf, keyOf, lengthOf, list, type Py, raise, repr, str, tuple, typeName } from './py-values.ts'

const isInt = (v: Py): v is bigint | boolean => typeof v === 'bigint' || typeof v === 'boolean'

export function unary(op: string, v: Py): Py {
  if (op === 'not') return !isTrue(v)
  if (op === '~' && isInt(v)) return ~BigInt(v)
  if (isNumber(v) && op !== '~') return op === '-' ? (isInt(v) ? -BigInt(v) : -v) : v
  return raise('TypeError', `bad operand type for unary ${op}: '${typeName(v)}'`)
}

const floorDivide = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)

function integers(op: string, a: bigint, b: bigint): Py | undefined {
  switch (op) {
    case '+': return a + b
    case '-': return a - b
    case '*': return a * b
    case '//': return b === 0n ? raise('ZeroDivisionError', 'integer division or modulo by zero') : floorDivide(a, b)
    case '%': return b === 0n ? raise('ZeroDivisionError', 'integer modulo by zero') : a - floorDivide(a, b) * b
    case '/': return b === 0n ? raise('ZeroDivisionError', 'division by zero') : Number(a) / Number(b)
    case '**': return b < 0n ? Number(a) ** Number(b) : a ** b
    case '<<': return b < 0n ? raise('ValueError', 'negative shift count') : a << b
    case '>>': return a >> b
    case '&': return a & b
    case '|': return a | b
    case '^': return a ^ b
    default: return undefined
  }
}
function floats(op: string, a: number, b: number): Py | undefined {
  switch (op) {
    case '+': return a + b
    case '-': return a - b
    case '*': return a * b
    case '/': return b === 0 ? raise('ZeroDivisionError', 'float division by zero') : a / b
    case '//': return b === 0 ? raise('ZeroDivisionError', 'float floor division by zero') : Math.floor(a / b)
    case '%': return b === 0 ? raise('ZeroDivisionError', 'float modulo') : a - Math.floor(a / b) * b
    case '**': return a ** b
    default: return undefined
  }
}

export function binary(op: string, a: Py, b: Py): Py {
  if (isNumber(a) && isNumber(b)) {
    const result = isInt(a) && isInt(b) ? integers(op, BigInt(a), BigInt(b)) : floats(op, Number(a), Number(b))
    if (result !== undefined) return result
  }
  if (op === '+') {
    if (typeof a === 'string' && typeof b === 'string') return a + b
    if (isBytes(a) && isBytes(b)) return bytes(concatBytes([a.bytes, b.bytes]), a.kind)
    if (isKind(a, 'list') && isKind(b, 'list')) return list([...a.items, ...b.items])
    if (isKind(a, 'tuple') && isKind(b, 'tuple')) return tuple(...a.items, ...b.items)
    if (typeof a === 'string') return raise('TypeError', `can only concatenate str (not "${typeName(b)}") to str`)
  }
  if (op === '*' && (isInt(a) || isInt(b))) {
    const [value, times] = isInt(b) ? [a, Math.max(0, Number(b))] : [b, Math.max(0, Number(a))]
    if (typeof value === 'string') return value.repeat(times)
    if (isBytes(value)) return bytes(concatBytes(new Array<Uint8Array>(times).fill(value.bytes)), value.kind)
    if (isKind(value, 'list') || isKind(value, 'tuple')) {
      const items = Array.from({ length: times }, () => value.items).flat()
      return value.kind === 'list' ? list(items) : tuple(...items)
    }
  }
  if (op === '%' && typeof a === 'string') return percent(a, isKind(b, 'tuple') ? b.items : [b])
  return raise('TypeError', `unsupported operand type(s) for ${op === '**' ? '** or pow()' : op}: '${typeName(a)}' and '${typeName(b)}'`)
}
const isKind = <K extends 'list' | 'tuple' | 'set' | 'dict'>(v: Py, kind: K): v is Extract<Py, { kind: K }> => typeof v === 'object' && v !== null && v.kind === kind
const isBytes = (v: Py): v is Extract<Py, { kind: 'bytes' | 'bytearray' }> => typeof v === 'object' && v !== null && (v.kind === 'bytes' || v.kind === 'bytearray')

export function compare(op: string, a: Py, b: Py): boolean {
  switch (op) {
    case '==': return equal(a, b)
    case '!=': return !equal(a, b)
    case 'is': return a === b
    case 'is not': return a !== b
    case 'in': return contains(b, a)
    case 'not in': return !contains(b, a)
  }
  const order = orderOf(a, b)
  if (order === undefined) return raise('TypeError', `'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
  return op === '<' ? order < 0 : op === '>' ? order > 0 : op === '<=' ? order <= 0 : order >= 0
}
export function orderOf(a: Py, b: Py): number | undefined {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if ((isKind(a, 'list') || isKind(a, 'tuple')) && (isKind(b, 'list') || isKind(b, 'tuple'))) {
    for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
      const order = orderOf(a.items[i], b.items[i])
      if (order !== 0) return order
    }
    return a.items.length - b.items.length
  }
  return undefined
}
function contains(where: Py, what: Py): boolean {
  if (typeof where === 'string') return typeof what === 'string' ? where.includes(what) : raise('TypeError', `'in <string>' requires string as left operand, not ${typeName(what)}`)
  if (isKind(where, 'dict')) return where.entries.has(keyOf(what))
  return itemsOf(where).some((item) => equal(item, what))
}

/** `'%s %d' % (…)` */
function percent(text: string, values: readonly Py[]): string {
  let next = 0
  return text.replace(/%([-+ 0#]*)(\d+)?(?:\.(\d+))?([sdrxXofic%])/g, (_all, flags: string, width: string | undefined, digits: string | undefined, kind: string) => {
    if (kind === '%') return '%'
    const value = values[next++] ?? raise('TypeError', 'not enough arguments for format string')
    return formatValue(value, `${flags.includes('-') ? '<' : flags.includes('0') ? '0' : '>'}${width ?? ''}${digits === undefined ? '' : `.${digits}`}${kind === 's' || kind === 'r' ? '' : kind === 'i' ? 'd' : kind}`, kind === 'r' ? 'r' : 's')
  })
}

/** format(): [[fill]align][sign][0][width][,][.precision][type] */
export function formatValue(value: Py, spec: string, conversion = ''): string {
  const found = /^(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/.exec(spec)
  if (found === null) return raise('ValueError', `Invalid format specifier '${spec}' for object of type '${typeName(value)}'`)
  const [, fill, align, sign, alternate, zero, width, group, digits, type] = found
  let text = conversion === 'r' ? repr(value) : str(value)
  const isNumeric = conversion === '' && isNumber(value) && typeof value !== 'boolean'
  if (isNumber(value) && type !== undefined && type !== 's') text = formatNumber(Number(value), BigInt(Math.trunc(Number(value))), type, digits, alternate !== undefined)
  else if (typeof value === 'number' && digits !== undefined) text = Number(value).toPrecision(Number(digits))
  else if (digits !== undefined) text = text.slice(0, Number(digits))
  if (group !== undefined) text = text.replace(/\B(?=(\d{3})+(?!\d))/g, group)
  if (sign === '+' && isNumber(value) && Number(value) >= 0) text = `+${text}`
  const wide = Number(width ?? 0)
  const pad = fill ?? (zero === undefined ? ' ' : '0')
  const side = align ?? (isNumeric || (isNumber(value) && type !== undefined) ? '>' : '<')
  if (pad === '0' && text.startsWith('-') && align === undefined) return `-${text.slice(1).padStart(wide - 1, '0')}`
  if (side === '<') return text.padEnd(wide, pad)
  return side === '^' ? text.padStart(text.length + Math.floor((wide - text.length) / 2), pad).padEnd(wide, pad) : text.padStart(wide, pad)
}
function formatNumber(n: number, whole: bigint, type: string, digits: string | undefined, alternate: boolean): string {
  switch (type) {
    case 'x': return `${alternate ? '0x' : ''}${whole.toString(16)}`
    case 'X': return whole.toString(16).toUpperCase()
    case 'o': return `${alternate ? '0o' : ''}${whole.toString(8)}`
    case 'b': return `${alternate ? '0b' : ''}${whole.toString(2)}`
    case 'c': return String.fromCodePoint(n)
    case 'f': case 'F': return n.toFixed(Number(digits ?? 6))
    case '%': return `${(n * 100).toFixed(Number(digits ?? 6))}%`
    case 'e': case 'E': return n.toExponential(Number(digits ?? 6)).replace(/e([+-])(\d)$/, 'e$10$2')
    case 'g': case 'G': return String(n)
    default: return String(whole)
  }
}

/** v[i] */
export function index(v: Py, at: Py): Py {
  if (isKind(v, 'dict')) {
    const entry = v.entries.get(keyOf(at))
    return entry === undefined ? raise('KeyError', repr(at), [at]) : entry[1]
  }
  if (v === null || isNumber(v) || (typeof v === 'object' && !['list', 'tuple', 'bytes', 'bytearray', 'range'].includes(v.kind))) return raise('TypeError', `'${typeName(v)}' object is not subscriptable`)
  if (!isInt(at)) return raise('TypeError', `${typeof v === 'string' ? 'string' : typeName(v)} indices must be integers${typeof v === 'string' ? `, not '${typeName(at)}'` : ` or slices, not ${typeName(at)}`}`)
  const n = Number(at) < 0 ? Number(at) + lengthOf(v) : Number(at)
  if (n < 0 || n >= lengthOf(v)) return raise('IndexError', `${typeof v === 'string' ? 'string' : typeName(v)} index out of range`)
  if (isBytes(v)) return BigInt(v.bytes[n] ?? 0)
  return itemsOf(v)[n]
}

export function slice(v: Py, from: Py, to: Py, step: Py): Py {
  const length = lengthOf(v)
  const by = step === null ? 1 : Number(step)
  if (by === 0) return raise('ValueError', 'slice step cannot be zero')
  const clamp = (n: Py, other: number): number => (n === null ? other : Math.min(Math.max(Number(n) < 0 ? Number(n) + length : Number(n), by < 0 ? -1 : 0), by < 0 ? length - 1 : length))
  const start = clamp(from, by < 0 ? length - 1 : 0)
  const end = clamp(to, by < 0 ? -1 : length)
  const places: number[] = []
  for (let i = start; by > 0 ? i < end : i > end; i += by) places.push(i)
  if (typeof v === 'string') {
    const letters = [...v]
    return places.map((i) => letters[i]).join('')
  }
  if (isBytes(v)) return bytes(Uint8Array.from(places, (i) => v.bytes[i] ?? 0), v.kind)
  const items = itemsOf(v)
  const picked = places.map((i) => items[i])
  return isKind(v, 'tuple') ? tuple(...picked) : list(picked)
}
