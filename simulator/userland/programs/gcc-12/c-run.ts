// Runs a C program: walks its tree, one generator for each call. Integers are as wide as JavaScript's exact ones, bit operations as 64 bits. Simpler: no fork(2), since
// a running generator can't be copied.
import { SIGSEGV } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { kill } from '../../libc/unistd.ts'
import type { CProgram, CType, Declarator, Expr, Initializer, Statement } from './c-ast.ts'
import { CONSTANTS, STRUCT_FIELDS } from './c-constants.ts'
import { LIBRARY } from './c-library.ts'
import { type Cells, copied, Fault, isTrue, loadFrom, one, type Pointer, pointer, storeTo, type Struct, textValue, toNumber, type Value } from './c-values.ts'

const SIZES: ReadonlyMap<string, number> = new Map([['char', 1], ['bool', 1], ['short', 2], ['long', 8], ['double', 8], ['size_t', 8], ['ssize_t', 8], ['struct sock_filter', 8], ['struct sock_fprog', 16]])
/** A step takes a microsecond, far longer than machine code would: what runs for long should not take long here. */
const STEPS_PER_CHARGE = 200

type Scope = Map<string, Cells>
type Outcome = { readonly kind: 'return'; readonly value: Value } | { readonly kind: 'break' } | { readonly kind: 'continue' } | undefined

export class Machine {
  readonly c: Crt
  readonly #program: CProgram
  readonly #globals: Scope = new Map()
  #steps = 0

  constructor(c: Crt, program: CProgram) {
    this.c = c
    this.#program = program
  }

  /** From main to its exit status. */
  *run(): Flow<number> {
    try {
      for (const global of this.#program.globals) this.#globals.set(global.name, yield* this.#allocate(global, [this.#globals]))
      this.#globals.set('errno', { cells: [0], isArray: false })
      for (const [n, name] of ['stdin', 'stdout', 'stderr'].entries()) this.#globals.set(name, one({ kind: 'opaque', data: { fd: n } }))
      const argv = this.c.argv.map(textValue)
      const status = yield* this.call('main', [argv.length, pointer({ cells: [...argv, 0], isArray: true }), 0])
      return toNumber(status) & 0xff
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      const self = yield* call('getpid')
      if (typeof self === 'number') yield* kill(self, SIGSEGV)
      return 1
    }
  }

  get errno(): number {
    return toNumber(this.#globals.get('errno')?.cells[0] ?? 0)
  }
  setErrno(n: number): void {
    this.#globals.set('errno', one(n))
  }

  *call(name: string, args: readonly Value[]): Flow<Value> {
    const fn = this.#program.functions.find((f) => f.name === name)
    if (fn !== undefined) {
      const scope: Scope = new Map(fn.parameters.map((p, n) => [p, one(copied(args[n] ?? 0))]))
      const outcome = yield* this.#statement(fn.body, [this.#globals, scope])
      return outcome?.kind === 'return' ? outcome.value : 0
    }
    const builtin = LIBRARY.get(name)
    if (builtin === undefined) return exit(yield* unsimulated(this.c, `${name}() of this C program`))
    return yield* builtin(this, args)
  }

  *#tick(): Flow<void> {
    if (++this.#steps % STEPS_PER_CHARGE === 0) yield* call('cpu', STEPS_PER_CHARGE)
  }

  *#allocate(d: Declarator, scopes: readonly Scope[]): Flow<Cells> {
    if (d.array !== undefined) {
      const given = d.init === undefined ? [] : d.init.kind === 'string' ? loadString(d.init.value) : d.init.kind === 'list' ? yield* this.#elements(d.type, d.init.items, scopes) : []
      const length = d.array.length === undefined ? given.length : toNumber(yield* this.#eval(d.array.length, scopes))
      return { cells: Array.from({ length }, (_, i) => given[i] ?? this.#zero(d.type)), isArray: true }
    }
    if (d.init === undefined) return one(this.#zero(d.type))
    if (d.init.kind === 'list') {
      const isStruct = d.type.pointers === 0 && d.type.base.startsWith('struct ')
      return one(isStruct ? yield* this.#struct(d.type.base, d.init.items, scopes) : ((yield* this.#elements(d.type, d.init.items, scopes))[0] ?? 0))
    }
    return one(copied(yield* this.#eval(d.init, scopes)))
  }
  #zero(type: CType): Value {
    return type.pointers === 0 && type.base.startsWith('struct ') ? this.#emptyStruct(type.base) : 0
  }
  #emptyStruct(base: string): Struct {
    const name = base.slice('struct '.length)
    const fields = new Map<string, Cells>()
    for (const field of this.#program.structs.get(name) ?? []) {
      const { array } = field
      const length = array?.length?.kind === 'number' ? array.length.value : array === undefined ? 1 : 0
      fields.set(field.name, { cells: Array.from({ length }, () => this.#zero(field.type)), isArray: array !== undefined })
    }
    for (const field of STRUCT_FIELDS.get(name) ?? []) fields.set(field, one(0))
    return { kind: 'struct', type: name, fields }
  }
  *#elements(type: CType, items: readonly Initializer[], scopes: readonly Scope[]): Flow<Value[]> {
    const out: Value[] = []
    let at = 0
    for (const item of items) {
      if (item.index !== undefined) at = toNumber(yield* this.#eval(item.index, scopes))
      out[at++] = item.value.kind === 'list' ? yield* this.#struct(type.base, item.value.items, scopes) : copied(yield* this.#eval(item.value, scopes))
    }
    return out
  }
  *#struct(base: string, items: readonly Initializer[], scopes: readonly Scope[]): Flow<Struct> {
    const struct = this.#emptyStruct(base)
    const names = [...struct.fields.keys()]
    let at = 0
    for (const item of items) {
      if (item.field !== undefined) at = names.indexOf(item.field)
      const name = names[at++] ?? item.field
      if (name !== undefined) struct.fields.set(name, one(copied(yield* this.#eval(item.value, scopes))))
    }
    return struct
  }

  *#block(body: readonly Statement[], scopes: readonly Scope[]): Flow<Outcome> {
    const inner = [...scopes, new Map<string, Cells>()]
    for (const statement of body) {
      const outcome = yield* this.#statement(statement, inner)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }

  *#statement(s: Statement, scopes: readonly Scope[]): Flow<Outcome> {
    yield* this.#tick()
    switch (s.kind) {
      case 'expression':
        yield* this.#eval(s.e, scopes)
        return undefined
      case 'declare':
        for (const d of s.declarators) scopes[scopes.length - 1].set(d.name, yield* this.#allocate(d, scopes))
        return undefined
      case 'block': return yield* this.#block(s.body, scopes)
      case 'if':
        if (isTrue(yield* this.#eval(s.test, scopes))) return yield* this.#statement(s.yes, scopes)
        return s.no === undefined ? undefined : yield* this.#statement(s.no, scopes)
      case 'while': return yield* this.#loop(s.test, undefined, s.body, scopes, s.first)
      case 'for': {
        const inner = [...scopes, new Map<string, Cells>()]
        if (s.init !== undefined) yield* this.#statement(s.init, inner)
        return yield* this.#loop(s.test, s.step, s.body, inner, true)
      }
      case 'switch': return yield* this.#switch(s, scopes)
      case 'return': return { kind: 'return', value: s.e === undefined ? 0 : copied(yield* this.#eval(s.e, scopes)) }
      default: return s
    }
  }
  *#loop(test: Expr | undefined, step: Expr | undefined, body: Statement, scopes: readonly Scope[], testFirst: boolean): Flow<Outcome> {
    for (let first = true; ; first = false) {
      if ((testFirst || !first) && test !== undefined && !isTrue(yield* this.#eval(test, scopes))) return undefined
      const outcome = yield* this.#statement(body, scopes)
      if (outcome?.kind === 'return') return outcome
      if (outcome?.kind === 'break') return undefined
      if (step !== undefined) yield* this.#eval(step, scopes)
    }
  }
  *#switch(s: Extract<Statement, { kind: 'switch' }>, scopes: readonly Scope[]): Flow<Outcome> {
    const value = toNumber(yield* this.#eval(s.e, scopes))
    let from = -1
    for (const [n, { value: label }] of s.cases.entries()) if (label !== undefined && toNumber(yield* this.#eval(label, scopes)) === value && from < 0) from = n
    if (from < 0) from = s.cases.findIndex((c) => c.value === undefined)
    for (const { body } of from < 0 ? [] : s.cases.slice(from)) {
      const outcome = yield* this.#block(body, scopes)
      if (outcome?.kind === 'break') return undefined
      if (outcome !== undefined) return outcome
    }
    return undefined
  }

  /** Where an expression's value is kept. */
  *#place(e: Expr, scopes: readonly Scope[]): Flow<Pointer> {
    if (e.kind === 'name') {
      const cells = scopes.findLast((s) => s.has(e.name))?.get(e.name)
      if (cells !== undefined) return pointer(cells)
    } else if (e.kind === 'unary' && e.op === '*') return asPointer(yield* this.#eval(e.e, scopes))
    else if (e.kind === 'index') {
      const base = asPointer(yield* this.#eval(e.e, scopes))
      return pointer(base.to, base.at + toNumber(yield* this.#eval(e.at, scopes)))
    } else if (e.kind === 'member') {
      const struct = e.arrow ? loadFrom(yield* this.#eval(e.e, scopes)) : loadFrom(yield* this.#place(e.e, scopes))
      if (typeof struct === 'number' || struct.kind !== 'struct') throw new Fault('not a struct')
      const field = struct.fields.get(e.name) ?? one(0)
      struct.fields.set(e.name, field)
      return pointer(field)
    } else if (e.kind === 'list') return pointer(one(yield* this.#eval(e, scopes)))
    throw new Fault('not an lvalue')
  }

  *#eval(e: Expr, scopes: readonly Scope[]): Flow<Value> {
    switch (e.kind) {
      case 'number': return e.value
      case 'string': return textValue(e.value)
      case 'name': return yield* this.#name(e.name, scopes)
      case 'call': return yield* this.#callExpr(e, scopes)
      case 'unary': return yield* this.#unary(e.op, e.e, scopes)
      case 'postfix': {
        const place = yield* this.#place(e.e, scopes)
        const before = loadFrom(place)
        storeTo(place, add(before, e.op === '++' ? 1 : -1))
        return before
      }
      case 'binary': return yield* this.#binary(e.op, e.l, e.r, scopes)
      case 'assign': {
        const place = yield* this.#place(e.l, scopes)
        const right = copied(yield* this.#eval(e.r, scopes))
        const value = e.op === '' ? right : binary(e.op, loadFrom(place), right)
        storeTo(place, value)
        return value
      }
      case 'condition': return yield* this.#eval(isTrue(yield* this.#eval(e.test, scopes)) ? e.yes : e.no, scopes)
      case 'index': case 'member': {
        const place = yield* this.#place(e, scopes)
        return place.to.isArray && e.kind === 'member' ? place : loadFrom(place)
      }
      case 'cast': {
        const value = yield* this.#eval(e.e, scopes)
        return e.type.pointers === 0 && e.type.base === 'char' && typeof value === 'number' ? value & 0xff : value
      }
      case 'sizeof-type': return (e.type.pointers > 0 ? 8 : (SIZES.get(e.type.base) ?? 4)) * (e.count === undefined ? 1 : toNumber(yield* this.#eval(e.count, scopes)))
      case 'sizeof': return yield* this.#sizeof(e.e, scopes)
      case 'list': {
        const { type } = e
        if (type === undefined) throw new Fault('a list without a type')
        if (e.isArray) return pointer({ cells: yield* this.#elements(type, e.items, scopes), isArray: true })
        return yield* this.#struct(type.base, e.items, scopes)
      }
    }
  }
  /** Arrays count their elements: eight bytes for structs and pointers, else one if all are characters. */
  *#sizeof(e: Expr, scopes: readonly Scope[]): Flow<number> {
    if (e.kind === 'string') return loadString(e.value).length
    const { to } = yield* this.#place(e, scopes)
    if (!to.isArray) return typeof to.cells[0] === 'number' ? 4 : 8
    return to.cells.every((cell) => typeof cell === 'number') ? to.cells.length : to.cells.length * 8
  }

  *#name(name: string, scopes: readonly Scope[]): Flow<Value> {
    const cells = scopes.findLast((s) => s.has(name))?.get(name)
    if (cells !== undefined) return cells.isArray ? pointer(cells) : (cells.cells[0] ?? 0)
    const constant = CONSTANTS.get(name)
    if (constant !== undefined) return constant
    if (this.#program.functions.some((f) => f.name === name)) return { kind: 'function', name }
    return exit(yield* unsimulated(this.c, `${name} of this C program`))
  }

  *#callExpr(e: Extract<Expr, { kind: 'call' }>, scopes: readonly Scope[]): Flow<Value> {
    if (e.callee.kind === 'name') {
      const { name } = e.callee
      const [first] = e.args
      if (name === 'SCMP_SYS' && first.kind === 'name') return CONSTANTS.get(`SYS_${first.name}`) ?? -1
      const isVariable = scopes.some((s) => s.has(name))
      if (!isVariable) {
        const args: Value[] = []
        for (const arg of e.args) args.push(yield* this.#eval(arg, scopes))
        return yield* this.call(name, args)
      }
    }
    const fn = yield* this.#eval(e.callee, scopes)
    if (typeof fn === 'number' || fn.kind !== 'function') throw new Fault('not a function')
    const args: Value[] = []
    for (const arg of e.args) args.push(yield* this.#eval(arg, scopes))
    return yield* this.call(fn.name, args)
  }

  *#unary(op: string, e: Expr, scopes: readonly Scope[]): Flow<Value> {
    if (op === '&') {
      if (e.kind === 'name' && !scopes.some((s) => s.has(e.name))) return yield* this.#name(e.name, scopes)
      return yield* this.#place(e, scopes)
    }
    if (op === '*') return loadFrom(yield* this.#eval(e, scopes))
    if (op === '++' || op === '--') {
      const place = yield* this.#place(e, scopes)
      const value = add(loadFrom(place), op === '++' ? 1 : -1)
      storeTo(place, value)
      return value
    }
    const value = yield* this.#eval(e, scopes)
    if (op === '!') return isTrue(value) ? 0 : 1
    const n = toNumber(value)
    return op === '-' ? -n : op === '~' ? Number(BigInt.asIntN(64, ~BigInt(n))) : n
  }

  *#binary(op: string, l: Expr, r: Expr, scopes: readonly Scope[]): Flow<Value> {
    const left = yield* this.#eval(l, scopes)
    if (op === ',') return yield* this.#eval(r, scopes)
    if (op === '&&') return isTrue(left) && isTrue(yield* this.#eval(r, scopes)) ? 1 : 0
    if (op === '||') return isTrue(left) || isTrue(yield* this.#eval(r, scopes)) ? 1 : 0
    return binary(op, left, yield* this.#eval(r, scopes))
  }
}

const loadString = (text: string): Value[] => textValue(text).to.cells
function asPointer(value: Value): Pointer {
  if (typeof value === 'number' || value.kind !== 'pointer') throw new Fault('not a pointer')
  return value
}
function add(value: Value, n: number): Value {
  if (typeof value === 'number') return value + n
  const p = asPointer(value)
  return pointer(p.to, p.at + n)
}
const same = (a: Value, b: Value): boolean =>
  a === b || (typeof a !== 'number' && typeof b !== 'number' && a.kind === 'pointer' && b.kind === 'pointer' && a.to === b.to && a.at === b.at)
const bits = (f: (a: bigint, b: bigint) => bigint) => (a: number, b: number): number => Number(BigInt.asIntN(64, f(BigInt(Math.trunc(a)), BigInt(Math.trunc(b)))))
const ARITHMETIC: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['*', (a, b) => a * b], ['<', (a, b) => Number(a < b)], ['>', (a, b) => Number(a > b)], ['<=', (a, b) => Number(a <= b)], ['>=', (a, b) => Number(a >= b)],
  ['&', bits((a, b) => a & b)], ['|', bits((a, b) => a | b)], ['^', bits((a, b) => a ^ b)], ['<<', bits((a, b) => a << b)], ['>>', bits((a, b) => a >> b)],
])

function binary(op: string, a: Value, b: Value): Value {
  if (op === '==' || op === '!=') return same(a, b) === (op === '==') ? 1 : 0
  if (op === '+') return typeof a === 'number' ? add(b, a) : add(a, toNumber(b))
  if (op === '-') return typeof a !== 'number' && typeof b !== 'number' ? asPointer(a).at - asPointer(b).at : add(a, -toNumber(b))
  const x = toNumber(a)
  const y = toNumber(b)
  if (op === '/' || op === '%') {
    if (y === 0) throw new Fault('division by zero')
    return op === '/' ? Math.trunc(x / y) : x % y
  }
  return ARITHMETIC.get(op)?.(x, y) ?? 0
}
