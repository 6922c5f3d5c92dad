// A copy of Python's values for the child of a fork. Parts that can't change stay shared.
import { list, type Py, type PyBytes, tuple } from './py-values.ts'

/** A copy for the child of a fork; shared parts stay shared. */
export function copied(v: Py, seen: Map<object, Py>, copy: (v: Py) => Py): Py {
  if (v === null || typeof v !== 'object' || v.kind === 'native' || v.kind === 'class' || v.kind === 'range' || v.kind === 'function') return v
  const known = seen.get(v)
  if (known !== undefined) return known
  switch (v.kind) {
    case 'list': {
      const made = list([])
      seen.set(v, made)
      made.items = v.items.map(copy)
      return made
    }
    case 'bytes': case 'bytearray': {
      const made: PyBytes = { kind: v.kind, bytes: v.bytes.slice(), held: v.held }
      seen.set(v, made)
      return made
    }
    case 'dict': {
      const entries = new Map<string, readonly [Py, Py]>()
      const made: Py = { kind: 'dict', entries }
      seen.set(v, made)
      for (const [key, [k, value]] of v.entries) entries.set(key, [copy(k), copy(value)])
      return made
    }
    case 'object': case 'module': {
      const attributes = new Map<string, Py>()
      const made: Py = v.kind === 'object' ? { ...v, attributes } : { ...v, attributes }
      seen.set(v, made)
      for (const [name, value] of v.attributes) attributes.set(name, copy(value))
      return made
    }
    case 'tuple': return tuple(...v.items.map(copy))
    case 'set': return { kind: 'set', items: new Map(v.items) }
    case 'iterator': return { kind: 'iterator', items: v.items.map(copy), at: v.at }
  }
}
