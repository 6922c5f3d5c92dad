// Runs a parsed Go template over a value (text/template/exec.go), with Go's error messages: `template: :LINE:COLUMN: executing "" at <CODE>: …`.
import { CallError, FUNCTIONS, type TemplateFunction } from './functions.ts'
import { lineOf, TemplateError } from './lexer.ts'
import { type Command, type ControlNode, type Node, type Operand, type Pipeline, TemplateParser } from './parser.ts'
import { type GoMethod, GoFloat, GoMap, GoSlice, GoStruct, type GoValue, isTrue, printValue, sortedEntries, typeName } from './value.ts'

/** What a map answers for a missing key: prints as `<no value>`. */
const NO_VALUE = new GoStruct('<no value>', new Map())
interface Variable {
  readonly name: string
  value: GoValue
}
class LoopJump {
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    this.kind = kind
  }
}

export class Template {
  readonly #source: string
  readonly #nodes: readonly Node[]
  readonly #functions: ReadonlyMap<string, TemplateFunction>

  /** Throws a TemplateError if the text can't be parsed. */
  constructor(source: string, functions?: ReadonlyMap<string, TemplateFunction>) {
    this.#source = source
    this.#functions = functions === undefined ? FUNCTIONS : new Map([...FUNCTIONS, ...functions])
    this.#nodes = new TemplateParser(source, new Set(this.#functions.keys())).parse()
  }

  /** The text for `data`. Throws a TemplateError. */
  execute(data: GoValue, options: { readonly missingKeyIsError?: boolean } = {}): string {
    return new Execution(this.#source, this.#functions, options.missingKeyIsError === true, data).run(this.#nodes)
  }
}

class Execution {
  readonly #source: string
  readonly #functions: ReadonlyMap<string, TemplateFunction>
  readonly #strict: boolean
  readonly #root: GoValue
  #variables: Variable[]
  #out = ''

  constructor(source: string, functions: ReadonlyMap<string, TemplateFunction>, strict: boolean, root: GoValue) {
    this.#source = source
    this.#functions = functions
    this.#strict = strict
    this.#root = root
    this.#variables = [{ name: '$', value: root }]
  }

  run(nodes: readonly Node[]): string {
    this.#walk(nodes, this.#root)
    return this.#out
  }

  #fail(node: { readonly at: number; readonly text: string }, message: string): never {
    const before = this.#source.slice(0, node.at)
    const column = node.at - (before.lastIndexOf('\n') + 1)
    const shown = node.text.length > 20 ? `${node.text.slice(0, 20)}...` : node.text
    throw new TemplateError(`template: :${lineOf(this.#source, node.at)}:${column}: executing "" at <${shown}>: ${message}`)
  }

  #walk(nodes: readonly Node[], dot: GoValue): void {
    for (const node of nodes) {
      if (node.kind === 'text') this.#out += node.text
      else if (node.kind === 'break' || node.kind === 'continue') throw new LoopJump(node.kind)
      else if (node.kind === 'action') {
        const value = this.#pipeline(node.pipe, dot)
        if (node.pipe.variables.length === 0) this.#out += value === NO_VALUE || value === undefined ? '<no value>' : printValue(value)
      } else if (node.kind === 'if' || node.kind === 'range' || node.kind === 'with') this.#control(node, dot)
    }
  }

  #control(node: ControlNode, dot: GoValue): void {
    const depth = this.#variables.length
    const value = node.kind === 'range' ? this.#rangeValue(node.pipe, dot) : this.#pipeline(node.pipe, dot)
    if (node.kind === 'range') this.#range(node, value, dot)
    else if (value !== NO_VALUE && isTrue(value)) this.#walk(node.body, node.kind === 'with' ? value : dot)
    else this.#walk(node.otherwise, dot)
    this.#variables.length = depth
  }
  #rangeValue(pipe: Pipeline, dot: GoValue): GoValue {
    return this.#commands(pipe, dot)
  }

  #range(node: ControlNode, value: GoValue, dot: GoValue): void {
    let entries: readonly (readonly [GoValue, GoValue])[]
    if (value instanceof GoSlice) entries = value.items.map((v, i) => [i, v] as const)
    else if (value instanceof GoMap) entries = sortedEntries(value)
    else if (value === undefined || value === NO_VALUE) entries = []
    else this.#fail(node.pipe, `range can't iterate over ${printValue(value)}`)
    if (entries.length === 0) {
      this.#walk(node.otherwise, dot)
      return
    }
    const { variables, isAssignment } = node.pipe
    for (const [key, item] of entries) {
      const depth = this.#variables.length
      const set = (name: string, v: GoValue): void => (isAssignment ? this.#assign(node.pipe, name, v) : void this.#variables.push({ name, value: v }))
      if (variables.length === 1) set(variables[0], item)
      else if (variables.length === 2) {
        set(variables[0], key)
        set(variables[1], item)
      }
      try {
        this.#walk(node.body, item)
      } catch (thrown) {
        if (!(thrown instanceof LoopJump)) throw thrown
        if (thrown.kind === 'break') break
      } finally {
        this.#variables.length = depth
      }
    }
  }

  #assign(node: { readonly at: number; readonly text: string }, name: string, value: GoValue): void {
    const variable = this.#find(name)
    if (variable === undefined) this.#fail(node, `undefined variable: ${name}`)
    variable.value = value
  }
  #find(name: string): Variable | undefined {
    for (let i = this.#variables.length - 1; i >= 0; i--) if (this.#variables[i].name === name) return this.#variables[i]
    return undefined
  }

  #pipeline(pipe: Pipeline, dot: GoValue): GoValue {
    const value = this.#commands(pipe, dot)
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.#assign(pipe, name, value)
      else this.#variables.push({ name, value })
    }
    return value
  }
  #commands(pipe: Pipeline, dot: GoValue): GoValue {
    let value: GoValue
    pipe.commands.forEach((command, i) => {
      value = this.#command(command, dot, i === 0 ? [] : [value])
    })
    return value
  }

  #command(command: Command, dot: GoValue, piped: readonly GoValue[]): GoValue {
    const [first, ...rest] = command.words
    if (first.kind === 'function') return this.#call(first, rest, dot, piped)
    if (rest.length > 0 || piped.length > 0) {
      const [arg] = rest
      if (first.kind === 'field' || first.kind === 'variable' || first.kind === 'chain') {
        const name = first.names[first.names.length - 1] ?? first.text
        const method = first.kind === 'field' ? this.#method(first, dot, first.names) : undefined
        if (method !== undefined) return this.#callMethod(first, name, method, [...rest.map((word) => this.#evaluate(word, dot)), ...piped])
        this.#evaluate(first, dot)
        this.#fail(first, `${name} is not a method but has arguments`)
      }
      this.#fail(arg ?? first, `can't give argument to non-function ${first.text}`)
    }
    if (first.kind === 'nil') this.#fail(first, 'nil is not a command')
    return this.#evaluate(first, dot)
  }

  #call(fn: Extract<Operand, { kind: 'function' }>, words: readonly Operand[], dot: GoValue, piped: readonly GoValue[]): GoValue {
    const entry = this.#functions.get(fn.text)
    if (entry === undefined) this.#fail(fn, `${JSON.stringify(fn.text)} is not a defined function`)
    const count = words.length + piped.length
    if (entry.most === undefined ? count < entry.least : count !== entry.least) {
      this.#fail(fn, `wrong number of args for ${fn.text}: want ${entry.most === undefined ? 'at least ' : ''}${entry.least} got ${count}`)
    }
    const args: GoValue[] = []
    for (const word of words) {
      const value = this.#evaluate(word, dot)
      // and, or stop at the first argument that decides
      if ((fn.text === 'and' && !isTrue(value)) || (fn.text === 'or' && isTrue(value))) return value
      args.push(value === NO_VALUE ? undefined : value)
    }
    try {
      return entry.run([...args, ...piped.map((v) => (v === NO_VALUE ? undefined : v))])
    } catch (thrown) {
      if (thrown instanceof CallError) this.#fail(fn, `${thrown.message.startsWith('wrong type') ? '' : `error calling ${fn.text}: `}${thrown.message}`)
      throw thrown
    }
  }

  #evaluate(word: Operand, dot: GoValue): GoValue {
    switch (word.kind) {
      case 'dot': return dot
      case 'nil': return undefined
      case 'constant': return word.isFloat && typeof word.value === 'number' ? new GoFloat(word.value) : word.value
      case 'function': return this.#call(word, [], dot, [])
      case 'pipeline': return this.#pipeline(word.pipe, dot)
      case 'field': return this.#fields(word, dot, word.names)
      case 'chain': return this.#fields(word, this.#evaluate(word.base, dot), word.names)
      case 'variable': {
        const variable = this.#find(word.name)
        if (variable === undefined) this.#fail(word, `undefined variable: ${word.name}`)
        return this.#fields(word, variable.value, word.names)
      }
    }
  }

  #method(node: Operand, start: GoValue, names: readonly string[]): GoMethod | undefined {
    const owner = this.#fields(node, start, names.slice(0, -1))
    return owner instanceof GoStruct || owner instanceof GoMap ? owner.methods.get(names[names.length - 1]) : undefined
  }
  #callMethod(node: Operand, name: string, method: GoMethod, args: readonly GoValue[]): GoValue {
    if (args.length !== 1) this.#fail(node, `wrong number of args for ${name}: want 1 got ${args.length}`)
    const [argument] = args
    if (typeof argument !== 'string') this.#fail(node, `expected string; found ${String(argument)}`)
    return method(argument)
  }

  #fields(node: Operand, start: GoValue, names: readonly string[]): GoValue {
    let value = start
    for (const name of names) value = this.#field(node, value, name)
    return value
  }
  #field(node: Operand, value: GoValue, name: string): GoValue {
    if (value === NO_VALUE) this.#fail(node, `nil data; no entry for key ${JSON.stringify(name)}`)
    if (value instanceof GoStruct) {
      const field = value.fields.get(name)
      if (field === undefined && value.methods.has(name)) this.#fail(node, `wrong number of args for ${name}: want 1 got 0`)
      if (field === undefined) this.#fail(node, `can't evaluate field ${name} in type ${typeName(value)}`)
      return field.value
    }
    if (value instanceof GoMap) {
      if (value.entries.has(name)) return value.entries.get(name)
      if (this.#strict) this.#fail(node, `map has no entry for key ${JSON.stringify(name)}`)
      return value.type.endsWith(']string') ? '' : value.type.includes('struct') ? undefined : NO_VALUE
    }
    if (value === undefined) this.#fail(node, `nil pointer evaluating interface {}.${name}`)
    return this.#fail(node, `can't evaluate field ${name} in type ${value instanceof GoSlice || typeof value !== 'object' ? typeName(value) : 'interface {}'}`)
  }
}
