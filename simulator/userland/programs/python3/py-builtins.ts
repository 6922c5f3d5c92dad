// Python's built-in functions and classes.
import { isErr } from '../../../abi/errno.ts'
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { open } from '../../libc/unistd.ts'
import { attributeOf, sorted } from './py-attributes.ts'
import type { PyMachine } from './py-machine.ts'
import { binary, formatValue, orderOf } from './py-operators.ts'
import {
  bytes, EXCEPTIONS, file, isKindOf, isNumber, isTrue, itemsOf, keyOf, lengthOf, list, type Native, native, object, osError, type Py, type PyClass, raise, repr, str, toBytes, toInt, toText, tuple, typeName,
} from './py-values.ts'

const pure = (name: string, run: (args: readonly Py[], named: ReadonlyMap<string, Py>) => Py): readonly [string, Py] => [name, native(name, function* (_m, args, named) {
  return run(args, named)
})]
const flow = (name: string, run: Native): readonly [string, Py] => [name, native(name, run)]
const type = (name: string, make: (args: readonly Py[], named: ReadonlyMap<string, Py>) => Py): readonly [string, PyClass] => [name, { kind: 'class', name, make: function* (_m, args, named) {
  return make(args, named)
} }]

function* print(m: PyMachine, args: readonly Py[], named: ReadonlyMap<string, Py>): Flow<Py> {
  const separator = named.get('sep')
  const end = named.get('end')
  const out = `${args.map(str).join(typeof separator === 'string' ? separator : ' ')}${typeof end === 'string' ? end : '\n'}`
  const to = named.get('file')
  if (to !== undefined && to !== null) yield* m.invoke(attributeOf(to, 'write'), [out])
  else yield* m.c.stdout.write(out)
  if (isTrue(named.get('flush') ?? false)) yield* m.c.stdout.flush()
  return null
}

const MODES: ReadonlyMap<string, number> = new Map([
  ['r', O_RDONLY], ['w', O_WRONLY | O_CREAT | O_TRUNC], ['a', O_WRONLY | O_CREAT | O_APPEND], ['x', O_WRONLY | O_CREAT | O_EXCL], ['r+', O_RDWR], ['w+', O_RDWR | O_CREAT | O_TRUNC], ['a+', O_RDWR | O_CREAT | O_APPEND],
])
function* openFile(_m: PyMachine, args: readonly Py[], named: ReadonlyMap<string, Py>): Flow<Py> {
  const mode = toText(args[1] ?? named.get('mode') ?? 'r')
  const flags = MODES.get(mode.replace(/[bt]/g, ''))
  if (flags === undefined) return raise('ValueError', `invalid mode: '${mode}'`)
  if (typeof args[0] === 'bigint') return file(Number(args[0]), '', mode.includes('b'))
  const path = toText(args[0])
  const fd = yield* open(path, flags, 0o666)
  if (isErr(fd)) return osError(fd, path)
  return file(fd, path, mode.includes('b'), Number(args[2] ?? named.get('buffering') ?? 1n) === 0)
}

function integer(args: readonly Py[]): Py {
  const [value = 0n, base] = args
  if (typeof value === 'bigint') return value
  if (isNumber(value)) return BigInt(Math.trunc(Number(value)))
  if (typeof value !== 'string') return raise('TypeError', `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`)
  const digits = value.trim().replaceAll('_', '')
  const radix = base === undefined ? 10 : toInt(base)
  const valid = radix === 10 ? /^[+-]?\d+$/ : radix === 16 ? /^[+-]?(0[xX])?[0-9a-fA-F]+$/ : radix === 8 ? /^[+-]?(0[oO])?[0-7]+$/ : radix === 2 ? /^[+-]?(0[bB])?[01]+$/ : /^$/
  if (!valid.test(digits)) return raise('ValueError', `invalid literal for int() with base ${radix}: ${repr(value)}`)
  const body = digits.replace(/^[+-]/, '').replace(/^0[xXoObB]/, '')
  const magnitude = radix === 10 ? BigInt(body) : BigInt(`${radix === 16 ? '0x' : radix === 8 ? '0o' : '0b'}${body}`)
  return digits.startsWith('-') ? -magnitude : magnitude
}
function float([value = 0]: readonly Py[]): Py {
  if (isNumber(value)) return Number(value)
  const n = Number(str(value).trim())
  return Number.isNaN(n) && str(value) !== 'nan' ? raise('ValueError', `could not convert string to float: ${repr(value)}`) : n
}
function byteArray(kind: 'bytes' | 'bytearray') {
  return ([value]: readonly Py[]): Py => {
    if (value === undefined) return bytes(new Uint8Array(0), kind)
    if (typeof value === 'bigint') {
      if (value < 0n) return raise('ValueError', 'negative count')
      // Zeros are counted, not written out: how many there are is what memory is about.
      return value > 1_000_000n ? { kind, bytes: new Uint8Array(0), held: Number(value) } : bytes(new Uint8Array(Number(value)), kind)
    }
    if (typeof value === 'string') return bytes(encodeUtf8(value), kind)
    return typeof value === 'object' && value !== null && (value.kind === 'bytes' || value.kind === 'bytearray') ? bytes(toBytes(value).slice(), kind) : bytes(Uint8Array.from(itemsOf(value), toInt), kind)
  }
}
function range(args: readonly Py[]): Py {
  const [a, b, c] = args.map((v) => BigInt(toInt(v)))
  if (c === 0n) return raise('ValueError', 'range() arg 3 must not be zero')
  return b === undefined ? { kind: 'range', from: 0n, to: a ?? 0n, step: 1n } : { kind: 'range', from: a, to: b, step: c ?? 1n }
}
function extreme(name: 'min' | 'max'): readonly [string, Py] {
  return pure(name, (args) => {
    const items = args.length === 1 ? itemsOf(args[0]) : args
    if (items.length === 0) return raise('ValueError', `${name}() arg is an empty sequence`)
    return items.reduce((best, item) => ((orderOf(item, best) ?? 0) < 0 === (name === 'min') && orderOf(item, best) !== 0 ? item : best))
  })
}

const FUNCTIONS: readonly (readonly [string, Py])[] = [
  flow('print', print), flow('open', openFile), pure('len', ([v]) => BigInt(lengthOf(v))), pure('repr', ([v]) => repr(v)), pure('abs', ([v]) => (typeof v === 'bigint' ? (v < 0n ? -v : v) : Math.abs(Number(v)))),
  pure('chr', ([v]) => String.fromCodePoint(toInt(v))), pure('ord', ([v]) => BigInt(str(v).codePointAt(0) ?? 0)), pure('hex', ([v]) => formatValue(v, '#x')), pure('oct', ([v]) => formatValue(v, '#o')), pure('bin', ([v]) => formatValue(v, '#b')),
  pure('sum', ([items, start = 0n]) => itemsOf(items).reduce((a, b) => binary('+', a, b), start)), extreme('min'), extreme('max'), pure('any', ([v]) => itemsOf(v).some(isTrue)), pure('all', ([v]) => itemsOf(v).every(isTrue)),
  flow('sorted', function* (m, [items], named) {
    return list(yield* sorted(m, itemsOf(items), named))
  }),
  pure('reversed', ([v]) => list([...itemsOf(v)].reverse())), pure('enumerate', ([v, start = 0n]) => list(itemsOf(v).map((item, i) => tuple(BigInt(i) + BigInt(toInt(start)), item)))),
  pure('zip', (lists) => {
    const all = lists.map(itemsOf)
    return list(Array.from({ length: Math.min(...all.map((l) => l.length)) }, (_, i) => tuple(...all.map((l) => l[i]))))
  }),
  flow('map', function* (m, [f, items]) {
    const out: Py[] = []
    for (const item of itemsOf(items)) out.push(yield* m.invoke(f, [item]))
    return list(out)
  }),
  pure('isinstance', ([v, c]) => (typeof c === 'object' && c?.kind === 'tuple' ? c.items : [c]).some((one) => typeof one === 'object' && one?.kind === 'class' && (typeName(v) === one.name || isKindOf(typeName(v), one.name)))),
  pure('id', () => 140000000000000n), pure('round', ([v, n]) => (n === undefined ? BigInt(Math.round(toInt(v))) : Number(Number(v).toFixed(toInt(n))))), pure('divmod', ([a, b]) => tuple(binary('//', a, b), binary('%', a, b))),
  pure('pow', ([a, b]) => binary('**', a, b)), pure('callable', ([v]) => typeof v === 'object' && v !== null && ['function', 'native', 'class'].includes(v.kind)),
  flow('input', function* (m, [prompt]) {
    if (prompt !== undefined) yield* m.c.stdout.write(str(prompt))
    yield* m.c.stdout.flush()
    const line = yield* m.c.stdin.lineBytes()
    return line === undefined ? raise('EOFError', 'EOF when reading a line') : decodeUtf8(line).replace(/\n$/, '')
  }),
  ...['exit', 'quit'].map((name) => pure(name, ([code]) => raise('SystemExit', '', code === undefined ? [] : [code]))),
]
const TYPES: readonly (readonly [string, Py])[] = [
  type('int', integer), type('float', float), type('str', ([v]) => (v === undefined ? '' : str(v))), type('bool', ([v]) => isTrue(v ?? false)), type('bytes', byteArray('bytes')), type('bytearray', byteArray('bytearray')),
  type('list', ([v]) => list(v === undefined ? [] : [...itemsOf(v)])), type('tuple', ([v]) => tuple(...(v === undefined ? [] : itemsOf(v)))), type('set', ([v]) => ({ kind: 'set', items: new Map((v === undefined ? [] : itemsOf(v)).map((i) => [keyOf(i), i])) })),
  type('dict', ([v], named) => {
    const pairs = v === undefined ? [] : typeof v === 'object' && v?.kind === 'dict' ? [...v.entries.values()] : itemsOf(v).map((pair) => itemsOf(pair))
    return { kind: 'dict', entries: new Map([...pairs, ...named].map(([key, value]) => [keyOf(key), [key, value] as const])) }
  }),
  type('range', range), type('type', ([v]) => ({ kind: 'class', name: typeName(v), make: function* () {
    return raise('TypeError', 'cannot make one')
  } })),
  ...EXCEPTIONS.map((name) => type(name, (args) => {
    const os = isKindOf(name, 'OSError') && args.length >= 2
    const message = os ? `[Errno ${str(args[0])}] ${str(args[1])}` : args.length === 0 ? '' : args.length === 1 ? (name === 'KeyError' ? repr(args[0]) : str(args[0])) : repr(tuple(...args))
    return object(name === 'IOError' ? 'OSError' : name, [['args', tuple(...args)], ['message', message], ...(os ? ([['errno', args[0]], ['strerror', args[1]]] as const) : [])])
  })),
]

export const BUILTINS: ReadonlyMap<string, Py> = new Map([...FUNCTIONS, ...TYPES, ['__name__', '__main__']])
