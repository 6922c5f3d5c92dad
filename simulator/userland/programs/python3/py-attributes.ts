// Methods of the built-in types, and attributes of objects.
import { isErr } from '../../../abi/errno.ts'
import { SEEK_SET } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { call } from '../../libc/syscall.ts'
import { writeAll } from '../../libc/unistd.ts'
import type { PyMachine } from './py-machine.ts'
import { POPEN } from './py-subprocess.ts'
import { SOCKET_METHODS } from './py-socket.ts'
import { formatValue, index, orderOf } from './py-operators.ts'
import {
  bytes, equal, isKindOf, isTrue, itemsOf, keyOf, list, type Method, native, osError, type Py, type PyBytes, type PyDict, type PyList, type PyObject, PyUnsimulated, raise, repr, toBytes, toInt, toText, tuple, typeName,
} from './py-values.ts'

/** A method that makes no system calls. */
const pure = <T>(run: (self: T, args: readonly Py[], named: ReadonlyMap<string, Py>) => Py): Method<T> => function* (_m, self, args, named) {
  return run(self, args, named)
}
const text = (v: Py | undefined): string => toText(v)
const stripped = (s: string, chars: Py | undefined, left: boolean, right: boolean): string => {
  const set = chars === undefined || chars === null ? ' \t\n\r\v\f' : text(chars)
  let from = 0
  let to = s.length
  while (left && from < to && set.includes(s[from])) from++
  while (right && to > from && set.includes(s[to - 1])) to--
  return s.slice(from, to)
}
function split(s: string, separator: Py | undefined, limit: Py | undefined): string[] {
  const max = limit === undefined ? Infinity : Number(limit) < 0 ? Infinity : Number(limit)
  if (separator === undefined || separator === null) {
    const words = s.trim().split(/\s+/).filter((w) => w !== '')
    return words.length <= max ? words : [...words.slice(0, max), s.trim().split(/\s+/).slice(max).join(' ')]
  }
  const parts = s.split(text(separator))
  return parts.length <= max ? parts : [...parts.slice(0, max), parts.slice(max).join(text(separator))]
}

const STR = new Map<string, Method<string>>(Object.entries<Method<string>>({
  upper: pure((s) => s.toUpperCase()), lower: pure((s) => s.toLowerCase()), strip: pure((s, [c]) => stripped(s, c, true, true)), lstrip: pure((s, [c]) => stripped(s, c, true, false)),
  rstrip: pure((s, [c]) => stripped(s, c, false, true)), split: pure((s, [sep, max], named) => list(split(s, sep ?? named.get('sep'), max ?? named.get('maxsplit')))),
  splitlines: pure((s) => list(s.replace(/\n$/, '').split('\n'))), join: pure((s, [items]) => itemsOf(items).map((i, n) => (typeof i === 'string' ? i : raise('TypeError', `sequence item ${n}: expected str instance, ${typeName(i)} found`))).join(s)),
  replace: pure((s, [a, b]) => s.replaceAll(text(a), text(b))), startswith: pure((s, [p]) => (typeof p === 'object' && p?.kind === 'tuple' ? p.items.some((i) => s.startsWith(text(i))) : s.startsWith(text(p)))),
  endswith: pure((s, [p]) => s.endsWith(text(p))), find: pure((s, [p]) => BigInt(s.indexOf(text(p)))), count: pure((s, [p]) => BigInt(s.split(text(p)).length - 1)),
  encode: pure((s) => bytes(encodeUtf8(s))), isdigit: pure((s) => /^\d+$/.test(s)), isalpha: pure((s) => /^\p{L}+$/u.test(s)), isspace: pure((s) => /^\s+$/.test(s)), title: pure((s) => s.replace(/\b\w/g, (c) => c.toUpperCase())),
  capitalize: pure((s) => s.slice(0, 1).toUpperCase() + s.slice(1).toLowerCase()), zfill: pure((s, [n]) => s.padStart(toInt(n), '0')), ljust: pure((s, [n, f]) => s.padEnd(toInt(n), f === undefined ? ' ' : text(f))),
  rjust: pure((s, [n, f]) => s.padStart(toInt(n), f === undefined ? ' ' : text(f))), center: pure((s, [n]) => formatValue(s, `^${toInt(n)}`)),
  partition: pure((s, [p]) => (s.includes(text(p)) ? tuple(s.slice(0, s.indexOf(text(p))), text(p), s.slice(s.indexOf(text(p)) + text(p).length)) : tuple(s, '', ''))),
  format: pure((s, args, named) => {
    let next = 0
    return s.replace(/\{\{|\}\}|\{([^{}:!]*)(?::([^{}]*))?\}/g, (all, name: string | undefined, spec: string | undefined) => {
      if (name === undefined) return all[0]
      const value = name === '' ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : named.get(name)
      return value === undefined ? raise('IndexError', `Replacement index ${name} out of range for positional args tuple`) : formatValue(value, spec ?? '')
    })
  }),
}))
const LIST = new Map<string, Method<PyList>>(Object.entries<Method<PyList>>({
  append: pure((l, [v]) => (l.items.push(v), null)), extend: pure((l, [v]) => (l.items.push(...itemsOf(v)), null)), insert: pure((l, [i, v]) => (l.items.splice(toInt(i), 0, v), null)),
  pop: pure((l, [i]) => l.items.splice(i === undefined ? -1 : toInt(i), 1)[0] ?? raise('IndexError', 'pop from empty list')), clear: pure((l) => (l.items.splice(0), null)),
  remove: pure((l, [v]) => {
    const at = l.items.findIndex((item) => equal(item, v))
    if (at < 0) raise('ValueError', 'list.remove(x): x not in list')
    l.items.splice(at, 1)
    return null
  }),
  index: pure((l, [v]) => {
    const at = l.items.findIndex((item) => equal(item, v))
    return at < 0 ? raise('ValueError', `${repr(v)} is not in list`) : BigInt(at)
  }),
  count: pure((l, [v]) => BigInt(l.items.filter((item) => equal(item, v)).length)), reverse: pure((l) => (l.items.reverse(), null)), copy: pure((l) => list([...l.items])),
  sort: function* (m, l, _args, named) {
    l.items = yield* sorted(m, l.items, named)
    return null
  },
}))
/** sorted(): by key, perhaps backwards. */
export function* sorted(m: PyMachine, items: readonly Py[], named: ReadonlyMap<string, Py>): Flow<Py[]> {
  const key = named.get('key')
  const keyed: { readonly item: Py; readonly key: Py }[] = []
  for (const item of items) keyed.push({ item, key: key === undefined || key === null ? item : yield* m.invoke(key, [item]) })
  keyed.sort((a, b) => orderOf(a.key, b.key) ?? raise('TypeError', `'<' not supported between instances of '${typeName(b.key)}' and '${typeName(a.key)}'`))
  const out = keyed.map((k) => k.item)
  return isTrue(named.get('reverse') ?? false) ? out.reverse() : out
}
const DICT = new Map<string, Method<PyDict>>(Object.entries<Method<PyDict>>({
  get: pure((d, [key, other]) => d.entries.get(keyOf(key))?.[1] ?? other ?? null), keys: pure((d) => list(itemsOf(d).slice())), values: pure((d) => list([...d.entries.values()].map(([, v]) => v))),
  items: pure((d) => list([...d.entries.values()].map(([k, v]) => tuple(k, v)))), clear: pure((d) => (d.entries.clear(), null)), copy: pure((d) => ({ kind: 'dict', entries: new Map(d.entries) })),
  pop: pure((d, [key, other]) => {
    const found = d.entries.get(keyOf(key))
    d.entries.delete(keyOf(key))
    return found?.[1] ?? other ?? raise('KeyError', repr(key), [key])
  }),
  setdefault: pure((d, [key, value]) => {
    if (!d.entries.has(keyOf(key))) d.entries.set(keyOf(key), [key, value ?? null])
    return index(d, key)
  }),
  update: pure((d, [other], named) => {
    if (other !== undefined) for (const key of itemsOf(other)) d.entries.set(keyOf(key), [key, index(other, key)])
    for (const [name, value] of named) d.entries.set(keyOf(name), [name, value])
    return null
  }),
}))
const BYTES = new Map<string, Method<PyBytes>>(Object.entries<Method<PyBytes>>({
  decode: pure((b) => decodeUtf8(b.bytes)), hex: pure((b) => [...b.bytes].map((x) => x.toString(16).padStart(2, '0')).join('')),
  strip: pure((b) => bytes(encodeUtf8(decodeUtf8(b.bytes).trim()))), split: pure((b) => list(decodeUtf8(b.bytes).trim().split(/\s+/).map((w) => bytes(encodeUtf8(w))))),
}))

const fdOf = (self: PyObject): number => Number(self.attributes.get('fd') ?? -1n)
const isBinary = (self: PyObject): boolean => self.attributes.get('binary') === true
function* flushFile(m: PyMachine, self: PyObject): Flow<void> {
  const fd = fdOf(self)
  if (fd === 1) return yield* m.c.stdout.flush()
  const pending = self.attributes.get('pending')
  if (typeof pending !== 'object' || pending?.kind !== 'bytes' || pending.held === 0) return
  self.attributes.set('pending', bytes(new Uint8Array(0)))
  m.pendingFiles.delete(self)
  const written = yield* writeAll(fd, pending.bytes)
  if (isErr(written)) osError(written)
}
function* readAll(self: PyObject): Flow<Uint8Array> {
  const parts: Uint8Array[] = []
  for (;;) {
    const part = yield* call('read', fdOf(self), 65536)
    if (isErr(part)) osError(part)
    if (part.length === 0) return concatBytes(parts)
    parts.push(part)
  }
}
const shown = (self: PyObject, data: Uint8Array): Py => (isBinary(self) ? bytes(data) : decodeUtf8(data))
function* readLine(self: PyObject): Flow<Uint8Array> {
  const parts: number[] = []
  for (;;) {
    const byte = yield* call('read', fdOf(self), 1)
    if (isErr(byte)) osError(byte)
    if (byte.length === 0) return Uint8Array.from(parts)
    parts.push(byte[0])
    if (byte[0] === 10) return Uint8Array.from(parts)
  }
}
const FILE = new Map<string, Method<PyObject>>(Object.entries<Method<PyObject>>({
  write: function* (m, self, [data]) {
    const out = toBytes(data)
    if (fdOf(self) === 1) yield* m.c.stdout.write(out)
    else if (fdOf(self) === 2) yield* m.c.stderr.write(out)
    else {
      const pending = self.attributes.get('pending')
      const all = concatBytes([typeof pending === 'object' && pending?.kind === 'bytes' ? pending.bytes : new Uint8Array(0), out])
      self.attributes.set('pending', bytes(all))
      m.pendingFiles.add(self)
      if (all.length >= 8192 || self.attributes.get('unbuffered') === true) yield* flushFile(m, self)
    }
    return BigInt(typeof data === 'string' ? [...data].length : out.length)
  },
  flush: function* (m, self) {
    yield* flushFile(m, self)
    return null
  },
  read: function* (m, self, [size]) {
    yield* flushFile(m, self)
    if (size === undefined || size === null || Number(size) < 0) return shown(self, yield* readAll(self))
    const part = yield* call('read', fdOf(self), Number(size))
    return isErr(part) ? osError(part) : shown(self, part)
  },
  readline: function* (_m, self) {
    return shown(self, yield* readLine(self))
  },
  readlines: function* (_m, self) {
    const lines = decodeUtf8(yield* readAll(self)).match(/[^\n]*\n|[^\n]+$/g) ?? []
    return list(lines.map((line) => (isBinary(self) ? bytes(encodeUtf8(line)) : line)))
  },
  close: function* (m, self) {
    yield* flushFile(m, self)
    if (self.attributes.get('closed') !== true) yield* call('close', fdOf(self))
    self.attributes.set('closed', true)
    return null
  },
  seek: function* (m, self, [to]) {
    yield* flushFile(m, self)
    const at = yield* call('lseek', fdOf(self), toInt(to), SEEK_SET)
    return isErr(at) ? osError(at) : BigInt(at)
  },
  fileno: pure((self) => BigInt(fdOf(self))), isatty: pure(() => false),
}))
const CLASSES: ReadonlyMap<string, ReadonlyMap<string, Method<PyObject>>> = new Map([['TextIOWrapper', FILE], ['Popen', POPEN], ['socket', SOCKET_METHODS]])

export function attributeOf(v: Py, name: string): Py {
  const bind = <T>(methods: ReadonlyMap<string, Method<T>>, self: T): Py => {
    const method = methods.get(name)
    return method === undefined ? missing(v, name) : native(name, (m, args, named) => method(m, self, args, named))
  }
  if (typeof v === 'string') return bind(STR, v)
  if (v === null || typeof v !== 'object') return missing(v, name)
  switch (v.kind) {
    case 'list': return bind(LIST, v)
    case 'dict': return bind(DICT, v)
    case 'bytes': case 'bytearray': return bind(BYTES, v)
    case 'set': if (name === 'add') return native(name, function* (_m, [item]) {
      v.items.set(keyOf(item), item)
      return null
    })
    break
    case 'module': {
      const found = v.attributes.get(name)
      if (found === undefined) throw new PyUnsimulated(`${v.name}.${name}`)
      return found
    }
    case 'object': {
      const found = v.attributes.get(name)
      if (found !== undefined) return found
      const methods = CLASSES.get(v.type)
      if (methods !== undefined) return bind(methods, v)
      break
    }
    case 'class': if (name === '__name__') return v.name
  }
  return missing(v, name)
}
function missing(v: Py, name: string): Py {
  if (typeof v === 'object' && v?.kind === 'object' && isKindOf(v.type, 'BaseException')) return raise('AttributeError', `'${v.type}' object has no attribute '${name}'`)
  if (typeof v === 'object' && v !== null && ['tuple', 'set', 'iterator', 'function', 'native', 'range'].includes(v.kind)) throw new PyUnsimulated(`${typeName(v)}.${name}`)
  return raise('AttributeError', `'${typeName(v)}' object has no attribute '${name}'`)
}
export function setAttribute(v: Py, name: string, value: Py): void {
  if (typeof v !== 'object' || (v?.kind !== 'object' && v?.kind !== 'module')) throw new PyUnsimulated('setting this attribute')
  v.attributes.set(name, value)
}
