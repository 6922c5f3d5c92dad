// Python's objects: whole numbers are bigint, floats number, None null; everything else has a kind. All of it is data or functions of this package, so it can be copied.
import type { Errno } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import type { Code } from './py-code.ts'
import type { PyMachine } from './py-machine.ts'

export interface PyList { readonly kind: 'list'; items: Py[] }
export interface PyTuple { readonly kind: 'tuple'; readonly items: readonly Py[] }
export interface PySet { readonly kind: 'set'; readonly items: Map<string, Py> }
export interface PyDict { readonly kind: 'dict'; readonly entries: Map<string, readonly [Py, Py]> }
/** Long zeros are not written out: only how many there are. */
export interface PyBytes { readonly kind: 'bytes' | 'bytearray'; bytes: Uint8Array; readonly held: number }
export interface PyRange { readonly kind: 'range'; readonly from: bigint; readonly to: bigint; readonly step: bigint }
export interface PyFunction { readonly kind: 'function'; readonly code: Code; readonly defaults: readonly Py[] }
export type Native = (m: PyMachine, args: readonly Py[], named: ReadonlyMap<string, Py>) => Flow<Py>
/** A method gets the object it was taken from, never keeps it: a fork copies objects. */
export type Method<T> = (m: PyMachine, self: T, args: readonly Py[], named: ReadonlyMap<string, Py>) => Flow<Py>
export interface PyNative { readonly kind: 'native'; readonly name: string; readonly run: Native }
export interface PyModule { readonly kind: 'module'; readonly name: string; readonly attributes: Map<string, Py> }
/** An instance of a class that is built in: a file, a finished process, an exception. */
export interface PyObject { readonly kind: 'object'; readonly type: string; readonly attributes: Map<string, Py> }
export interface PyClass { readonly kind: 'class'; readonly name: string; readonly make: Native }
export interface PyIterator { readonly kind: 'iterator'; readonly items: readonly Py[]; at: number }
export type Py = null | boolean | bigint | number | string | PyList | PyTuple | PySet | PyDict | PyBytes | PyRange | PyFunction | PyNative | PyModule | PyObject | PyClass | PyIterator

/** A Python exception on its way. */
export class PyRaise extends Error {
  readonly value: PyObject
  constructor(value: PyObject) {
    super(value.type)
    this.value = value
  }
}
/** A word or method this Python doesn't have. */
export class PyUnsimulated extends Error {}

export const tuple = (...items: readonly Py[]): PyTuple => ({ kind: 'tuple', items })
export const list = (items: Py[]): PyList => ({ kind: 'list', items })
export const native = (name: string, run: Native): PyNative => ({ kind: 'native', name, run })
export const object = (type: string, attributes: readonly (readonly [string, Py])[]): PyObject => ({ kind: 'object', type, attributes: new Map(attributes) })
export const module = (name: string, ...attributes: readonly (readonly [string, Py])[]): PyModule => ({ kind: 'module', name, attributes: new Map(attributes) })
export const file = (fd: number, name: string, binaryMode: boolean, unbuffered = false): Py =>
  object('TextIOWrapper', [['fd', BigInt(fd)], ['name', name], ['binary', binaryMode], ['closed', false], ['unbuffered', unbuffered]])
export const bytes = (data: Uint8Array, kind: PyBytes['kind'] = 'bytes'): PyBytes => ({ kind, bytes: data, held: data.length })

/** `message` is what str() of the exception shows. */
export function raise(type: string, message: string, args: readonly Py[] = [message]): never {
  throw new PyRaise(object(type, [['args', tuple(...(message === '' && args.length === 1 && args[0] === '' ? [] : args))], ['message', message]]))
}
const OS_ERRORS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'PermissionError'], ['EPERM', 'PermissionError'], ['ENOENT', 'FileNotFoundError'], ['EEXIST', 'FileExistsError'], ['EAGAIN', 'BlockingIOError'], ['ECHILD', 'ChildProcessError'],
  ['ENOTDIR', 'NotADirectoryError'], ['EISDIR', 'IsADirectoryError'], ['ESRCH', 'ProcessLookupError'], ['EINTR', 'InterruptedError'], ['EPIPE', 'BrokenPipeError'],
  ['ECONNREFUSED', 'ConnectionRefusedError'], ['ECONNRESET', 'ConnectionResetError'], ['ETIMEDOUT', 'TimeoutError'],
])
/** The OSError for a failed system call, with the name of the file it was about. */
export function osError(errno: Errno, name?: string): never {
  const message = `[Errno ${errno.number}] ${errno.message}${name === undefined ? '' : `: ${repr(name)}`}`
  throw new PyRaise(object(OS_ERRORS.get(errno.name) ?? 'OSError', [
    ['args', tuple(BigInt(errno.number), errno.message)], ['errno', BigInt(errno.number)], ['strerror', errno.message], ['filename', name ?? null], ['message', message],
  ]))
}

/** Which built-in exceptions are kinds of which. */
const PARENTS: ReadonlyMap<string, string> = new Map([
  ...[...OS_ERRORS.values()].map((name): [string, string] => [name, 'OSError']),
  ...['OSError', 'ValueError', 'TypeError', 'LookupError', 'ArithmeticError', 'NameError', 'AttributeError', 'RuntimeError', 'AssertionError', 'MemoryError', 'ImportError', 'EOFError', 'SyntaxError',
    'SubprocessError'].map((name): [string, string] => [name, 'Exception']),
  ['IndexError', 'LookupError'], ['KeyError', 'LookupError'], ['ZeroDivisionError', 'ArithmeticError'], ['OverflowError', 'ArithmeticError'], ['UnboundLocalError', 'NameError'],
  ['NotImplementedError', 'RuntimeError'], ['RecursionError', 'RuntimeError'], ['ModuleNotFoundError', 'ImportError'], ['UnicodeDecodeError', 'ValueError'], ['CalledProcessError', 'SubprocessError'],
  ['TimeoutExpired', 'SubprocessError'], ['Exception', 'BaseException'], ['KeyboardInterrupt', 'BaseException'], ['SystemExit', 'BaseException'], ['gaierror', 'OSError'],
])
export const EXCEPTIONS: readonly string[] = ['BaseException', ...PARENTS.keys(), 'IOError']
export function isKindOf(type: string, of: string): boolean {
  const wanted = of === 'IOError' ? 'OSError' : of
  for (let name: string | undefined = type; name !== undefined; name = PARENTS.get(name)) if (name === wanted) return true
  return false
}

const TYPE_NAMES: Readonly<Record<string, string>> = { bigint: 'int', number: 'float', string: 'str', boolean: 'bool' }
export function typeName(v: Py): string {
  if (v === null) return 'NoneType'
  if (typeof v !== 'object') return TYPE_NAMES[typeof v]
  if (v.kind === 'object') return v.type
  if (v.kind === 'native') return 'builtin_function_or_method'
  return v.kind === 'class' ? 'type' : v.kind
}

export function isTrue(v: Py): boolean {
  if (v === null || typeof v === 'boolean') return v === true
  if (typeof v === 'bigint') return v !== 0n
  if (typeof v === 'number') return v !== 0
  if (typeof v === 'string') return v !== ''
  switch (v.kind) {
    case 'list': case 'tuple': return v.items.length > 0
    case 'set': return v.items.size > 0
    case 'dict': return v.entries.size > 0
    case 'bytes': case 'bytearray': return v.held > 0
    case 'range': return lengthOf(v) > 0
    default: return true
  }
}

/** What makes two values the same key. */
export function keyOf(v: Py): string {
  if (typeof v === 'boolean') return `n${v ? 1 : 0}`
  if (typeof v === 'bigint' || typeof v === 'number') return `n${String(v)}`
  if (typeof v === 'string') return `s${v}`
  if (v === null) return 'none'
  if (v.kind === 'tuple') return `t(${v.items.map(keyOf).join(',')})`
  if (v.kind === 'bytes') return `b${repr(v)}`
  if (v.kind === 'list' || v.kind === 'dict' || v.kind === 'set' || v.kind === 'bytearray') return raise('TypeError', `unhashable type: '${v.kind}'`)
  return `o${repr(v)}`
}

export function lengthOf(v: Py): number {
  if (typeof v === 'string') return [...v].length
  if (v !== null && typeof v === 'object') {
    switch (v.kind) {
      case 'list': case 'tuple': return v.items.length
      case 'set': return v.items.size
      case 'dict': return v.entries.size
      case 'bytes': case 'bytearray': return v.held
      case 'range': return Math.max(0, Number(v.step > 0n ? (v.to - v.from + v.step - 1n) / v.step : (v.from - v.to - v.step - 1n) / -v.step))
    }
  }
  return raise('TypeError', `object of type '${typeName(v)}' has no len()`)
}

const floatText = (n: number): string => (Number.isInteger(n) && Math.abs(n) < 1e16 ? `${n}.0` : Number.isNaN(n) ? 'nan' : n === Infinity ? 'inf' : n === -Infinity ? '-inf' : String(n).replace(/e([+-])(\d)$/, 'e$10$2'))

export function repr(v: Py): string {
  if (v === null) return 'None'
  if (typeof v === 'boolean') return v ? 'True' : 'False'
  if (typeof v === 'bigint') return String(v)
  if (typeof v === 'number') return floatText(v)
  if (typeof v === 'string') {
    const quote = v.includes("'") && !v.includes('"') ? '"' : "'"
    return quote + v.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r').replaceAll('\0', '\\x00').replaceAll(quote, `\\${quote}`) + quote
  }
  switch (v.kind) {
    case 'list': return `[${v.items.map(repr).join(', ')}]`
    case 'tuple': return `(${v.items.map(repr).join(', ')}${v.items.length === 1 ? ',' : ''})`
    case 'set': return v.items.size === 0 ? 'set()' : `{${[...v.items.values()].map(repr).join(', ')}}`
    case 'dict': return `{${[...v.entries.values()].map(([key, value]) => `${repr(key)}: ${repr(value)}`).join(', ')}}`
    case 'bytes': return bytesText(v.bytes)
    case 'bytearray': return `bytearray(${bytesText(v.bytes)})`
    case 'range': return `range(${v.from}, ${v.to}${v.step === 1n ? '' : `, ${v.step}`})`
    case 'class': return `<class '${v.name}'>`
    case 'module': return `<module '${v.name}'>`
    case 'function': return `<function ${v.code.name} at 0x7f0000001000>`
    case 'native': return `<built-in function ${v.name}>`
    case 'iterator': return '<iterator object>'
    case 'object': return objectText(v)
  }
}
const bytesText = (data: Uint8Array): string =>
  `b'${Array.from(data, (b) => (b === 10 ? '\\n' : b === 9 ? '\\t' : b === 13 ? '\\r' : b === 92 ? '\\\\' : b === 39 ? "\\'" : b >= 32 && b < 127 ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`)).join('')}'`
function objectText(v: PyObject): string {
  if (v.type === 'CompletedProcess') return `CompletedProcess(args=${repr(v.attributes.get('args') ?? null)}, returncode=${repr(v.attributes.get('returncode') ?? null)})`
  const args = v.attributes.get('args')
  return isKindOf(v.type, 'BaseException') && typeof args === 'object' && args?.kind === 'tuple' ? `${v.type}(${args.items.map(repr).join(', ')})` : `<${v.type} object>`
}

export function str(v: Py): string {
  if (typeof v === 'string') return v
  if (typeof v === 'object' && v?.kind === 'object' && isKindOf(v.type, 'BaseException')) return messageOf(v)
  return repr(v)
}
export function messageOf(v: PyObject): string {
  const message = v.attributes.get('message')
  return typeof message === 'string' ? message : ''
}

/** Everything a for loop goes through. */
export function itemsOf(v: Py): readonly Py[] {
  if (typeof v === 'string') return [...v]
  if (v !== null && typeof v === 'object') {
    switch (v.kind) {
      case 'list': case 'tuple': return v.items
      case 'set': return [...v.items.values()]
      case 'dict': return [...v.entries.values()].map(([key]) => key)
      case 'bytes': case 'bytearray': return Array.from(v.bytes, BigInt)
      case 'range': return Array.from({ length: lengthOf(v) }, (_, i) => v.from + BigInt(i) * v.step)
      case 'iterator': return v.items.slice(v.at)
    }
  }
  return raise('TypeError', `'${typeName(v)}' object is not iterable`)
}
export function equal(a: Py, b: Py): boolean {
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b)
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b
  if ((a.kind === 'bytes' || a.kind === 'bytearray') && (b.kind === 'bytes' || b.kind === 'bytearray')) return a.held === b.held && a.bytes.every((x, i) => x === b.bytes[i])
  if ((a.kind === 'list' || a.kind === 'tuple') && a.kind === b.kind) return a.items.length === b.items.length && a.items.every((item, i) => equal(item, b.items[i]))
  if (a.kind === 'dict' && b.kind === 'dict') return a.entries.size === b.entries.size && [...a.entries].every(([key, [, value]]) => b.entries.has(key) && equal(value, b.entries.get(key)?.[1] ?? null))
  if (a.kind === 'set' && b.kind === 'set') return a.items.size === b.items.size && [...a.items.keys()].every((key) => b.items.has(key))
  return a === b
}
export const isNumber = (v: Py): v is bigint | number | boolean => typeof v === 'bigint' || typeof v === 'number' || typeof v === 'boolean'
export const toInt = (v: Py): number => (isNumber(v) ? Number(v) : raise('TypeError', `'${typeName(v)}' object cannot be interpreted as an integer`))
export const toBytes = (v: Py): Uint8Array =>
  typeof v === 'string' ? encodeUtf8(v) : typeof v === 'object' && (v?.kind === 'bytes' || v?.kind === 'bytearray') ? v.bytes : raise('TypeError', `a bytes-like object is required, not '${typeName(v)}'`)
/** A path or a name: str or bytes. */
export const toText = (v: Py | undefined): string =>
  typeof v === 'string' ? v : typeof v === 'object' && v?.kind === 'bytes' ? decodeUtf8(v.bytes) : raise('TypeError', `expected str, bytes or os.PathLike object, not ${typeName(v ?? null)}`)
