// What a running AWK program holds: variables, the record, streams, random numbers.
import type { AwkProgram } from './ast.ts'
import { AwkArray } from './arrays.ts'
import type { Crt } from '../../libc/crt.ts'
import { Record } from './record.ts'
import { Streams } from './streams.ts'
import { toNumber, toText, type Value } from './values.ts'

/** A variable: a scalar, or an array once it is used as one. An argument that was never assigned leads to the caller's variable. */
export class Variable {
  value: Value = undefined
  #array: AwkArray | undefined
  readonly #origin: Variable | undefined

  constructor(origin?: Variable) {
    this.#origin = origin
  }

  get isArray(): boolean {
    return this.#array !== undefined || (this.#origin?.isArray ?? false)
  }

  get array(): AwkArray {
    if (this.#array === undefined) this.#array = this.#origin !== undefined && this.value === undefined ? this.#origin.array : new AwkArray()
    return this.#array
  }
}

export class Runtime {
  readonly c: Crt
  readonly program: AwkProgram
  readonly streams: Streams
  readonly record: Record
  readonly globals = new Map<string, Variable>()
  /** the locals of the running functions, innermost last */
  frame: readonly Variable[] = []
  depth = 0
  nr = 0
  fnr = 0
  seed = 0
  previousSeed = 0
  /** counts work, so that long computations let time pass */
  work = 0

  constructor(c: Crt, program: AwkProgram) {
    this.c = c
    this.program = program
    this.streams = new Streams(c)
    this.record = new Record(() => ({ fs: this.textOf('FS'), ofs: this.textOf('OFS'), toText: (v) => this.text(v) }))
    const start: readonly (readonly [string, Value])[] = [['FS', ' '], ['OFS', ' '], ['ORS', '\n'], ['RS', '\n'], ['SUBSEP', '\x1c'], ['CONVFMT', '%.6g'], ['OFMT', '%.6g']]
    for (const [name, value] of start) this.global(name).value = value
  }

  global(name: string): Variable {
    let variable = this.globals.get(name)
    if (variable === undefined) {
      variable = new Variable()
      this.globals.set(name, variable)
    }
    return variable
  }

  getScalar(name: string): Value {
    if (name === 'NF') return this.record.count
    if (name === 'NR') return this.nr
    if (name === 'FNR') return this.fnr
    return this.global(name).value
  }

  setScalar(name: string, value: Value): void {
    if (name === 'NF') this.record.count = Math.trunc(toNumber(value))
    else if (name === 'NR') this.nr = toNumber(value)
    else if (name === 'FNR') this.fnr = toNumber(value)
    else this.global(name).value = value
  }

  textOf(name: string): string {
    return toText(this.global(name).value, '%.6g')
  }

  text(v: Value): string {
    return typeof v === 'number' ? toText(v, this.textOf('CONVFMT')) : toText(v, '')
  }

  /** A number in [0,1): xorshift of the seed. */
  random(): number {
    let x = this.seed | 0 || 0x2545f491
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.seed = x
    return (x >>> 0) / 4294967296
  }
}
