// Runs compiled Python: frames with stacks of their own, exceptions that unwind them, tracebacks as Python 3.11 prints them. The whole machine is data, so that a fork
// goes on in a copy of it.
import { isErr } from '../../../abi/errno.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { forkChild } from '../../libc/fork.ts'
import { Heap } from '../../libc/malloc.ts'
import { call } from '../../libc/syscall.ts'
import { attributeOf, setAttribute } from './py-attributes.ts'
import { BUILTINS } from './py-builtins.ts'
import type { Code, Constant } from './py-code.ts'
import { copied } from './py-copy.ts'
import { traceback } from './py-traceback.ts'
import { constant, dictOf, importFrom, lazyRange, matches, rotate, sizeOf, storeIndex, take, unpacked } from './py-stack.ts'
import { MODULES } from './py-modules.ts'
import { binary, compare, formatValue, index, slice, unary } from './py-operators.ts'
import {
  isTrue, itemsOf, keyOf, list, osError, type Py, type PyDict, type PyFunction, type PyObject, PyRaise, PyUnsimulated, raise, repr, str, tuple, typeName,
} from './py-values.ts'

interface Frame {
  readonly code: Code
  ip: number
  readonly stack: Py[]
  readonly locals: Map<string, Py>
  readonly tries: { readonly handler: number; readonly depth: number }[]
  /** The exceptions being handled. */
  readonly handled: PyRaise[]
}
const MAX_DEPTH = 1000
const STEPS_PER_CHARGE = 100
/** Values this big are worth telling the kernel about. */
const BIG = 64 * 1024
const EXIT_STATUS_ERROR = 1

export class PyMachine {
  readonly c: Crt
  readonly argv: readonly string[]
  readonly heap: Heap
  /** `<string>`, or the script's path. */
  readonly #file: string
  readonly #lines: readonly string[] | undefined
  #frames: Frame[] = []
  readonly #globals: Map<string, Py>
  readonly #modules: Map<string, Py>
  #steps = 0
  /** Files with bytes that are not written yet. */
  readonly pendingFiles = new Set<PyObject>()
  /** Signals that have come, for handlers in Python. */
  readonly pendingSignals: number[] = []
  readonly handlers = new Map<number, Py>()
  /** os.environ, once os is imported. */
  environment: PyDict | undefined

  constructor(c: Crt, file: string, source: string | undefined, argv: readonly string[], state?: { readonly heap: Heap; readonly globals: Map<string, Py>; readonly modules: Map<string, Py>; readonly frames: Frame[] }) {
    this.c = c
    this.argv = argv
    this.#file = file
    this.#lines = source?.split('\n')
    this.heap = state?.heap ?? new Heap()
    this.#globals = state?.globals ?? new Map<string, Py>([['__name__', '__main__']])
    this.#modules = state?.modules ?? new Map()
    this.#frames = state?.frames ?? []
  }

  /** Runs a module; answers the exit status. */
  *run(code: Code): Flow<number> {
    return yield* this.#toStatus(this.#execute({ code, ip: 0, stack: [], locals: this.#globals, tries: [], handled: [] }))
  }
  *#toStatus(flow: Flow<Py>): Flow<number> {
    try {
      yield* flow
      yield* this.#forgetFiles(true)
      return 0
    } catch (thrown) {
      if (thrown instanceof PyUnsimulated) return yield* unsimulated(this.c, `${thrown.message} of this Python program`)
      if (!(thrown instanceof PyRaise)) throw thrown
      if (thrown.value.type === 'SystemExit') return yield* this.#exitStatus(thrown.value)
      yield* this.c.stderr.write(traceback(thrown, this.#file, this.#lines))
      return EXIT_STATUS_ERROR
    }
  }
  *#exitStatus(value: PyObject): Flow<number> {
    const args = value.attributes.get('args')
    const code = typeof args === 'object' && args?.kind === 'tuple' ? (args.items[0] ?? null) : null
    if (code === null) return 0
    if (typeof code === 'bigint' || typeof code === 'boolean') return Number(code) & 0xff
    yield* this.c.stderr.write(`${str(code)}\n`)
    return EXIT_STATUS_ERROR
  }

  /** os.fork: the child goes on in a copy, where the call answers 0. */
  *fork(): Flow<Py> {
    const seen = new Map<object, Py>()
    const copyValue = (v: Py): Py => copied(v, seen, copyValue)
    const copyMap = (map: ReadonlyMap<string, Py>): Map<string, Py> => new Map([...map].map(([name, value]) => [name, copyValue(value)]))
    const globals = copyMap(this.#globals)
    const frames = this.#frames.map((f): Frame => ({
      ...f, stack: f.stack.map(copyValue), locals: f.locals === this.#globals ? globals : copyMap(f.locals), tries: [...f.tries], handled: [...f.handled],
    }))
    const state = { heap: this.heap.copy(), globals, modules: copyMap(this.#modules), frames }
    const self = this
    const pid = yield* forkChild(this.c, function* (c) {
      const child = new PyMachine(c, self.#file, self.#lines?.join('\n'), self.argv, state)
      return yield* child.#toStatus(child.#resume(0n))
    })
    return isErr(pid) ? osError(pid) : BigInt(pid)
  }
  /** Goes on with a value as the answer of the call in progress. */
  *#resume(value: Py): Flow<Py> {
    this.#frames.at(-1)?.stack.push(value)
    return yield* this.#loop(0)
  }

  /** Calls a function of any kind. */
  *invoke(callee: Py, args: readonly Py[], named: ReadonlyMap<string, Py> = new Map()): Flow<Py> {
    if (typeof callee === 'object' && callee !== null) {
      if (callee.kind === 'native') return yield* callee.run(this, args, named)
      if (callee.kind === 'class') return yield* callee.make(this, args, named)
      if (callee.kind === 'function') return yield* this.#execute(this.#frameFor(callee, args, named))
    }
    return raise('TypeError', `'${typeName(callee)}' object is not callable`)
  }
  #frameFor({ code, defaults }: PyFunction, args: readonly Py[], named: ReadonlyMap<string, Py>): Frame {
    if (args.length > code.parameters.length) raise('TypeError', `${code.name}() takes ${code.parameters.length} positional argument${code.parameters.length === 1 ? '' : 's'} but ${args.length} ${args.length === 1 ? 'was' : 'were'} given`)
    const locals = new Map<string, Py>()
    const missing: string[] = []
    for (const [i, name] of code.parameters.entries()) {
      const value = args[i] ?? named.get(name) ?? defaults[i - (code.parameters.length - defaults.length)]
      if (i < args.length) locals.set(name, args[i])
      else if (named.has(name)) locals.set(name, named.get(name) ?? null)
      else if (i >= code.parameters.length - defaults.length) locals.set(name, value ?? null)
      else missing.push(`'${name}'`)
    }
    for (const name of named.keys()) if (!code.parameters.includes(name)) raise('TypeError', `${code.name}() got an unexpected keyword argument '${name}'`)
    if (missing.length > 0) raise('TypeError', `${code.name}() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${missing.join(' and ')}`)
    return { code, ip: 0, stack: [], locals, tries: [], handled: [] }
  }

  *#execute(frame: Frame): Flow<Py> {
    const base = this.#frames.length
    if (base > MAX_DEPTH) raise('RecursionError', 'maximum recursion depth exceeded')
    this.#frames.push(frame)
    return yield* this.#loop(base)
  }

  /** Until the frame at `base` has returned. */
  *#loop(base: number): Flow<Py> {
    for (;;) {
      const frame = this.#frames[this.#frames.length - 1]
      try {
        const result = yield* this.#step(frame)
        if (result === undefined) continue
        this.#frames.pop()
        if (this.#frames.length <= base) return result.value
        this.#frames[this.#frames.length - 1].stack.push(result.value)
      } catch (thrown) {
        this.#unwind(thrown, base)
      }
    }
  }

  #unwind(thrown: unknown, base: number): void {
    if (!(thrown instanceof PyRaise)) throw thrown
    const trace = (thrown.value.attributes.get('__trace__') ?? list([])) as { kind: 'list'; items: Py[] }
    thrown.value.attributes.set('__trace__', trace)
    while (this.#frames.length > base) {
      const frame = this.#frames[this.#frames.length - 1]
      const at = frame.code.body[Math.max(0, frame.ip - 1)]
      trace.items.unshift(tuple(frame.code.name, BigInt(at.line), BigInt(at.from), BigInt(at.to)))
      const handler = frame.tries.pop()
      if (handler !== undefined) {
        frame.stack.length = handler.depth
        frame.stack.push(thrown.value)
        frame.handled.push(thrown)
        frame.ip = handler.handler
        return
      }
      this.#frames.pop()
    }
    throw thrown
  }

  *#step(frame: Frame): Flow<{ readonly value: Py } | undefined> {
    if (++this.#steps % STEPS_PER_CHARGE === 0) yield* call('cpu', STEPS_PER_CHARGE)
    if (this.pendingSignals.length > 0) yield* this.runPendingSignals()
    const instruction = frame.code.body[frame.ip++]
    const { stack } = frame
    const pop = (): Py => stack.pop() ?? null
    const { op, arg } = instruction
    switch (op) {
      case 'const': stack.push(constant(arg as Constant)); break
      case 'load': stack.push(this.#load(frame, String(arg))); break
      case 'store': yield* this.#store(frame, String(arg), pop()); break
      case 'delete': this.#delete(frame, String(arg)); break
      case 'attribute': stack.push(attributeOf(pop(), String(arg))); break
      case 'store-attribute': {
        const value = pop()
        setAttribute(pop(), String(arg), value)
        break
      }
      case 'index': {
        const at = pop()
        stack.push(index(pop(), at))
        break
      }
      case 'store-index': {
        const value = pop()
        const at = pop()
        storeIndex(pop(), at, value)
        break
      }
      case 'delete-index': {
        const at = pop()
        const from = pop()
        if (typeof from !== 'object' || from?.kind !== 'dict') throw new PyUnsimulated('del on this')
        if (!from.entries.delete(keyOf(at))) raise('KeyError', repr(at))
        break
      }
      case 'slice': {
        const [from, to, by] = stack.splice(-3)
        stack.push(slice(pop(), from, to, by))
        break
      }
      case 'unary': stack.push(unary(String(arg), pop())); break
      case 'binary': {
        const right = pop()
        stack.push(yield* this.#keep(binary(String(arg), pop(), right)))
        break
      }
      case 'compare': {
        const right = pop()
        stack.push(compare(String(arg), pop(), right))
        break
      }
      case 'list': stack.push(list(take(stack, Number(arg)))); break
      case 'tuple': stack.push(tuple(...take(stack, Number(arg)))); break
      case 'set': stack.push({ kind: 'set', items: new Map(take(stack, Number(arg)).map((v) => [keyOf(v), v])) }); break
      case 'dict': stack.push(dictOf(take(stack, 2 * Number(arg)))); break
      case 'append': {
        const value = pop()
        const target = stack.at(-2)
        if (typeof target === 'object' && target?.kind === 'list') target.items.push(value)
        break
      }
      case 'call': {
        const entered = yield* this.#call(frame, arg as readonly string[])
        if (entered !== undefined) stack.push(yield* this.#keep(entered.value))
        break
      }
      case 'jump': frame.ip = Number(arg); break
      case 'jump-if-false': if (!isTrue(pop())) frame.ip = Number(arg); break
      case 'jump-if-true': if (isTrue(pop())) frame.ip = Number(arg); break
      case 'jump-if-false-keep': case 'jump-if-true-keep':
        if (isTrue(stack.at(-1) ?? null) === (op === 'jump-if-true-keep')) frame.ip = Number(arg)
        else stack.pop()
        break
      case 'pop':
        yield* this.#drop(pop())
        if (this.pendingFiles.size > 0) yield* this.#forgetFiles()
        break
      case 'dup': stack.push(...stack.slice(-Math.max(1, Number(arg ?? 1)))); break
      // A positive count moves nothing: value and target are in order already; a negative one brings the value above its target.
      case 'rotate': rotate(stack, Number(arg)); break
      case 'iterate': stack.push(yield* this.#iterator(pop())); break
      case 'next': yield* this.#next(frame, Number(arg)); break
      case 'unpack': stack.push(...unpacked(pop(), Number(arg)).toReversed()); break
      case 'function': {
        const code = arg as Code
        stack.push({ kind: 'function', code, defaults: take(stack, code.defaults) })
        break
      }
      case 'return': return { value: pop() }
      case 'import': stack.push(this.#import(String(arg))); break
      case 'import-from': stack.push(importFrom(stack.at(-1) ?? null, String(arg))); break
      case 'try': frame.tries.push({ handler: Number(arg), depth: stack.length }); break
      case 'end-try': frame.tries.pop(); break
      case 'match': if (!matches(stack.pop() ?? null, stack.at(-1) ?? null)) frame.ip = Number(arg); break
      case 'clear-exception': frame.handled.pop(); break
      case 'raise': return this.#raise(pop())
      case 'reraise': {
        const last = frame.handled.pop()
        if (last !== undefined) throw last
        raise('RuntimeError', 'No active exception to reraise')
        break
      }
      case 'format': {
        const [conversion, spec] = arg as readonly string[]
        stack.push(formatValue(pop(), spec, conversion))
        break
      }
      case 'join': stack.push(take(stack, Number(arg)).map(str).join('')); break
      case 'enter': stack.push(stack.at(-1) ?? null); break
      case 'leave': {
        const thing = pop()
        const close = attributeOf(thing, 'close')
        yield* this.invoke(close, [])
        break
      }
    }
    return undefined
  }

  #raise(value: Py): never {
    if (typeof value === 'object' && value?.kind === 'object') throw new PyRaise(value)
    if (typeof value === 'object' && value?.kind === 'class') return raise(value.name, '', [])
    return raise('TypeError', 'exceptions must derive from BaseException')
  }

  #load(frame: Frame, name: string): Py {
    if (frame.locals !== this.#globals && frame.code.locals.has(name)) {
      const local = frame.locals.get(name)
      return local === undefined ? raise('UnboundLocalError', `cannot access local variable '${name}' where it is not associated with a value`) : local
    }
    const found = this.#globals.get(name) ?? (this.#globals.has(name) ? null : BUILTINS.get(name))
    return found === undefined ? raise('NameError', `name '${name}' is not defined`) : found
  }
  *#store(frame: Frame, name: string, value: Py): Flow<void> {
    const target = frame.locals !== this.#globals && frame.code.locals.has(name) ? frame.locals : this.#globals
    const before = target.get(name)
    target.set(name, value)
    if (before !== undefined && before !== value) yield* this.#drop(before)
  }
  #delete(frame: Frame, name: string): void {
    if (!frame.locals.delete(name) && !this.#globals.delete(name)) raise('NameError', `name '${name}' is not defined`)
  }

  /** What a big value takes is memory of the process; MemoryError when there is none. */
  *#keep(value: Py): Flow<Py> {
    const size = sizeOf(value)
    if (size >= BIG && (yield* this.heap.take(size)) !== undefined) raise('MemoryError', '', [])
    return value
  }
  /** A name or an expression statement lets a value go. Simpler: whoever else still holds it is not asked. */
  *#drop(value: Py): Flow<void> {
    const size = sizeOf(value)
    if (size >= BIG) yield* this.heap.give(size)
  }

  /** A file that no variable holds is closed at once. */
  *#forgetFiles(all = false): Flow<void> {
    const held = new Set<Py>(this.#frames.flatMap((f) => [...f.locals.values(), ...f.stack]).concat(...this.#globals.values()))
    for (const file of [...this.pendingFiles]) if (all || !held.has(file)) yield* this.invoke(attributeOf(file, all ? 'flush' : 'close'), [])
  }

  *#call(frame: Frame, arg: readonly string[]): Flow<{ readonly value: Py } | undefined> {
    const [count, ...names] = arg
    const args = take(frame.stack, Number(count))
    const callee = frame.stack.pop() ?? null
    const positional = args.slice(0, args.length - names.length)
    const named = new Map(names.map((name, i) => [name, args[positional.length + i]]))
    if (typeof callee === 'object' && callee?.kind === 'function') {
      if (this.#frames.length > MAX_DEPTH) raise('RecursionError', 'maximum recursion depth exceeded')
      this.#frames.push(this.#frameFor(callee, positional, named))
      return undefined
    }
    return { value: yield* this.invoke(callee, positional, named) }
  }

  *#iterator(value: Py): Flow<Py> {
    if (typeof value === 'object' && value?.kind === 'object' && value.type === 'TextIOWrapper') return { kind: 'iterator', items: itemsOf(yield* this.invoke(attributeOf(value, 'readlines'), [])), at: 0 }
    if (typeof value === 'object' && value?.kind === 'iterator') return value
    return typeof value === 'object' && value?.kind === 'range' ? { kind: 'iterator', items: lazyRange(value), at: 0 } : { kind: 'iterator', items: itemsOf(value), at: 0 }
  }
  *#next(frame: Frame, end: number): Flow<void> {
    const iterator = frame.stack.at(-1)
    if (typeof iterator === 'object' && iterator?.kind === 'iterator' && iterator.at < iterator.items.length) {
      frame.stack.push(iterator.items[iterator.at++])
      return
    }
    frame.stack.pop()
    frame.ip = end
  }

  #import(name: string): Py {
    const top = name.split('.')[0]
    let module = this.#modules.get(top)
    if (module === undefined) {
      const make = MODULES.get(top)
      if (make === undefined) throw new PyUnsimulated(`the module ${name}`)
      if (top === 'os') this.environment = dictOf([...this.c.env].flat())
      module = make(this)
      this.#modules.set(top, module)
    }
    return module
  }

  /** The handlers of signals that have come. */
  *runPendingSignals(): Flow<void> {
    for (const sig of this.pendingSignals.splice(0)) {
      const handler = this.handlers.get(sig)
      if (handler === undefined) raise('KeyboardInterrupt', '', [])
      else yield* this.invoke(handler, [BigInt(sig), null])
    }
  }
}
