// Values of a running C program. Memory is made of cells; a pointer is an object of cells and a place in it, so it can't point anywhere else. Characters are numbers.

import { encodeUtf8 } from '../../../lib/bytes.ts'

export interface Cells {
  readonly cells: Value[]
  readonly isArray: boolean
}
export interface Pointer {
  readonly kind: 'pointer'
  readonly to: Cells
  readonly at: number
}
export interface Struct {
  readonly kind: 'struct'
  readonly type: string
  readonly fields: Map<string, Cells>
}
/** A function of the program, by name. */
export interface FunctionValue {
  readonly kind: 'function'
  readonly name: string
}
/** Something of a library: seccomp_init's context. */
export interface Opaque {
  readonly kind: 'opaque'
  readonly data: object
}
export type Value = number | Pointer | Struct | FunctionValue | Opaque

export const one = (value: Value): Cells => ({ cells: [value], isArray: false })
export const pointer = (to: Cells, at = 0): Pointer => ({ kind: 'pointer', to, at })
export const isTrue = (value: Value): boolean => value !== 0

export const textValue = (text: string): Pointer => pointer({ cells: [...encodeUtf8(text), 0], isArray: true })

/** The program did what would be undefined behaviour: it dies of a segmentation fault. */
export class Fault extends Error {}

export function loadFrom(value: Value): Value {
  if (typeof value === 'number' || value.kind !== 'pointer') throw new Fault('not a pointer')
  const found = value.to.cells[value.at]
  if (found === undefined) throw new Fault('outside of an object')
  return found
}
export function storeTo(target: Pointer, value: Value): void {
  if (target.at < 0 || target.at >= target.to.cells.length) throw new Fault('outside of an object')
  target.to.cells[target.at] = value
}
export const toNumber = (value: Value): number => (typeof value === 'number' ? value : 1)
/** Bytes up to the first 0. */
export function bytesOf(value: Value): Uint8Array {
  if (typeof value === 'number' || value.kind !== 'pointer') throw new Fault('not a string')
  const bytes: number[] = []
  for (let at = value.at; ; at++) {
    const cell = value.to.cells[at]
    if (cell === undefined) throw new Fault('a string without an end')
    if (cell === 0) return Uint8Array.from(bytes)
    bytes.push(toNumber(cell))
  }
}
/** Structs are copied when they are assigned. */
export function copied(value: Value): Value {
  if (typeof value === 'number' || value.kind !== 'struct') return value
  return { kind: 'struct', type: value.type, fields: new Map([...value.fields].map(([name, field]) => [name, { cells: field.cells.map(copied), isArray: field.isArray }])) }
}
