// Shell variables: scalars, indexed and associative arrays, their attributes, and the frames that `local` and temporary assignments save into.

export interface Variable {
  value: string | undefined
  indexed: Map<number, string> | undefined
  assoc: Map<string, string> | undefined
  exported: boolean
  readonly: boolean
  integer: boolean
  lower: boolean
  upper: boolean
  nameref: boolean
  trace: boolean
  /** Imported from or last exported to the environment unchanged? Kept for `local` variables of functions only as a mark. */
  local: boolean
  /** An array that was declared and never given a value. */
  unassigned?: boolean
}

export const newVariable = (value?: string): Variable => ({
  value, indexed: undefined, assoc: undefined, exported: false, readonly: false, integer: false, lower: false, upper: false, nameref: false, trace: false, local: false,
})

function copyOf(v: Variable): Variable {
  const copy = { ...v }
  if (v.indexed !== undefined) copy.indexed = new Map(v.indexed)
  if (v.assoc !== undefined) copy.assoc = new Map(v.assoc)
  return copy
}

/** What a frame must put back: the variable as it was, or undefined for none. */
type Saved = Map<string, Variable | undefined>

export class Variables {
  readonly map = new Map<string, Variable>()
  readonly frames: Saved[] = []
  readonly #undo = new Map<number, (() => void)[]>()

  /** The copy that a subshell works on. */
  copy(): Variables {
    const out = new Variables()
    for (const [name, v] of this.map) out.map.set(name, copyOf(v))
    for (const frame of this.frames) out.frames.push(new Map([...frame].map(([k, v]) => [k, v && copyOf(v)])))
    return out
  }

  /** Follows name references. */
  resolve(name: string): string {
    let current = name
    for (let i = 0; i < 10; i++) {
      const v = this.map.get(current)
      if (!v?.nameref || v.value === undefined || v.value === '') return current
      current = v.value
    }
    return current
  }

  find(name: string): Variable | undefined {
    const v = this.map.get(name)
    return v?.nameref ? this.map.get(this.resolve(name)) : v
  }

  get(name: string): string | undefined {
    const v = this.find(name)
    if (v === undefined) return this.map.get(name)?.nameref ? this.#element(this.resolve(name)) : undefined
    if (v.indexed) return v.indexed.get(0)
    if (v.assoc) return v.assoc.get('0')
    return v.value
  }

  /** The element that a name reference stands for. */
  #element(target: string): string | undefined {
    const m = /^(\w+)\[(.*)\]$/s.exec(target)
    const v = m ? this.find(m[1]) : undefined
    return v?.assoc ? v.assoc.get(m?.[2] ?? '') : v?.indexed?.get(Number(m?.[2]))
  }

  /** The variable of that name, made if there is none. */
  make(name: string): Variable {
    const real = this.resolve(name)
    let v = this.map.get(real)
    if (!v) {
      v = newVariable()
      this.map.set(real, v)
    }
    return v
  }

  /** Sets a scalar (or element 0 of an array); no checks, no attributes applied. */
  set(name: string, value: string): void {
    const v = this.make(name)
    if (v.indexed) v.indexed.set(0, value)
    else if (v.assoc) v.assoc.set('0', value)
    else v.value = value
  }

  delete(name: string): void {
    this.map.delete(name)
  }

  /** Something to do when the present frame ends. */
  atPop(undo: () => void): void {
    const at = this.frames.length - 1
    this.#undo.set(at, [...(this.#undo.get(at) ?? []), undo])
  }

  pushFrame(): void {
    this.frames.push(new Map())
  }

  popFrame(): void {
    const frame = this.frames.pop()
    if (!frame) return
    const undo = this.#undo.get(this.frames.length)
    if (undo) {
      this.#undo.delete(this.frames.length)
      for (const f of undo) f()
    }
    for (const [name, old] of frame) {
      if (old) this.map.set(name, old)
      else this.map.delete(name)
    }
  }

  /** Hides `name` until the frame ends; answers the fresh variable in its place. */
  local(name: string, inherit: boolean): Variable {
    const frame = this.frames[this.frames.length - 1]
    const old = this.map.get(name)
    if (frame && !frame.has(name)) {
      frame.set(name, old)
      const fresh = inherit && old ? copyOf(old) : newVariable()
      fresh.local = true
      if (old?.exported && old.value !== undefined) fresh.exported = true
      this.map.set(name, fresh)
      return fresh
    }
    return old ?? this.make(name)
  }

  isLocal(name: string): boolean {
    return this.frames[this.frames.length - 1]?.has(name) === true
  }

  names(prefix = ''): string[] {
    return [...this.map.keys()].filter((n) => n.startsWith(prefix)).sort(compareNames)
  }
}

export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z_0-9]*$/.test(text)

export const sortedIndices = (v: Variable): number[] => [...(v.indexed?.keys() ?? [])].sort((a, b) => a - b)

/** Bucket of a key in bash's hash tables, which gives their visible order: FNV over the bytes. */
export function bucket(key: string, buckets: number): number {
  let h = 2166136261
  for (let i = 0; i < key.length; i++) {
    h = Math.imul(h, 16777619) >>> 0
    h = (h ^ key.charCodeAt(i)) >>> 0
  }
  return h & (buckets - 1)
}

/** Keys of an associative array in bash's order: by bucket, the newest of a bucket first. */
export function assocKeys(v: Variable): string[] {
  const keys = [...(v.assoc?.keys() ?? [])]
  return keys.map((key, n) => ({ key, n, b: bucket(key, 1024) })).sort((x, y) => x.b - y.b || y.n - x.n).map((x) => x.key)
}

/** Values of a variable seen as an array. */
export function arrayValues(v: Variable | undefined): string[] {
  if (!v) return []
  if (v.indexed) return sortedIndices(v).map((i) => v.indexed?.get(i) ?? '')
  if (v.assoc) return assocKeys(v).map((k) => v.assoc?.get(k) ?? '')
  return v.value === undefined ? [] : [v.value]
}

export function arrayKeys(v: Variable | undefined): string[] {
  if (!v) return []
  if (v.indexed) return sortedIndices(v).map(String)
  if (v.assoc) return assocKeys(v)
  return v.value === undefined ? [] : ['0']
}
