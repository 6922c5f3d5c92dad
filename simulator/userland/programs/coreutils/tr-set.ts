// The sets of tr(1): ranges, escapes, [:classes:], [=c=] and the repeats [c*n]. Bytes, as GNU tr has no multibyte characters.
import { encodeUtf8 } from '../../../lib/bytes.ts'

export type SetError = string

const CLASSES: readonly (readonly [string, RegExp])[] = [
  ['alnum', /[0-9A-Za-z]/], ['alpha', /[A-Za-z]/], ['blank', /[ \t]/], ['cntrl', /[\0-\x1f\x7f]/], ['digit', /[0-9]/], ['graph', /[!-~]/],
  ['lower', /[a-z]/], ['print', /[ -~]/], ['punct', /[!-/:-@[-`{-~]/], ['space', /[\t-\r ]/], ['upper', /[A-Z]/], ['xdigit', /[0-9A-Fa-f]/],
]
const ESCAPES = new Map([['a', 7], ['b', 8], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11], ['\\', 92]])

type Item =
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'class'; readonly name: string; readonly bytes: readonly number[] }
  | { readonly kind: 'repeat'; readonly byte: number; readonly count: number }

const classBytes = (name: string): readonly number[] | undefined => {
  const test = CLASSES.find(([n]) => n === name)?.[1]
  return test === undefined ? undefined : Array.from({ length: 256 }, (_, i) => i).filter((i) => i < 128 && test.test(String.fromCharCode(i)))
}

interface Unit { readonly byte: number; readonly escaped: boolean }

function units(text: string): readonly Unit[] {
  const bytes = encodeUtf8(text)
  const out: Unit[] = []
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 92 || i + 1 >= bytes.length) {
      out.push({ byte: bytes[i], escaped: false })
      continue
    }
    const rest = String.fromCharCode(...bytes.subarray(i + 1, i + 4))
    const octal = /^[0-3][0-7]{0,2}|^[0-7]{1,2}/.exec(rest)
    if (octal !== null) {
      out.push({ byte: Number.parseInt(octal[0], 8), escaped: true })
      i += octal[0].length
    } else {
      i++
      out.push({ byte: ESCAPES.get(String.fromCharCode(bytes[i])) ?? bytes[i], escaped: true })
    }
  }
  return out
}

function parse(text: string): readonly Item[] | SetError {
  const u = units(text)
  const char = (i: number): string | undefined => (u[i] === undefined || u[i].escaped ? undefined : String.fromCharCode(u[i].byte))
  const items: Item[] = []
  for (let i = 0; i < u.length; ) {
    if (char(i) === '[') {
      if (char(i + 1) === ':' || char(i + 1) === '=') {
        const mark = char(i + 1)
        let end = i + 2
        while (end + 1 < u.length && !(char(end) === mark && char(end + 1) === ']')) end++
        if (end + 1 < u.length && end > i + 1) {
          const name = String.fromCharCode(...u.slice(i + 2, end).map((x) => x.byte))
          if (mark === ':') {
            const bytes = classBytes(name)
            if (name === '') return 'missing character class name ‘[::]’'
            if (bytes === undefined) return `invalid character class ‘${name}’`
            items.push({ kind: 'class', name, bytes })
          } else {
            if (name === '') return 'missing equivalence class character ‘[==]’'
            if (name.length > 1) return `${name}: equivalence class operand must be a single character`
            items.push({ kind: 'bytes', bytes: [u[i + 2].byte] })
          }
          i = end + 2
          continue
        }
      }
      if (char(i + 2) === '*') {
        let end = i + 3
        while (/\d/.test(char(end) ?? '')) end++
        if (char(end) === ']') {
          const digits = String.fromCharCode(...u.slice(i + 3, end).map((x) => x.byte))
          items.push({ kind: 'repeat', byte: u[i + 1].byte, count: digits === '' ? 0 : Number.parseInt(digits, digits.startsWith('0') ? 8 : 10) })
          i = end + 1
          continue
        }
      }
    }
    if (char(i + 1) === '-' && i + 2 < u.length) {
      const [from, to] = [u[i].byte, u[i + 2].byte]
      if (to < from) return `range-endpoints of '${show(from)}-${show(to)}' are in reverse collating sequence order`
      items.push({ kind: 'bytes', bytes: Array.from({ length: to - from + 1 }, (_, k) => from + k) })
      i += 3
      continue
    }
    items.push({ kind: 'bytes', bytes: [u[i].byte] })
    i++
  }
  return items
}

const show = (byte: number): string => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`)
const complementOf = (bytes: readonly number[]): readonly number[] => {
  const has = new Set(bytes)
  return Array.from({ length: 256 }, (_, i) => i).filter((i) => !has.has(i))
}
const flatten = (items: readonly Item[]): readonly number[] => items.flatMap((item) => (item.kind === 'repeat' ? new Array<number>(item.count).fill(item.byte) : item.bytes))

/** The bytes of a set that stands alone (delete, squeeze). */
export function expandSet(text: string, inverse: boolean): readonly number[] | SetError {
  const items = parse(text)
  if (typeof items === 'string') return items
  if (items.some((i) => i.kind === 'repeat')) return 'the [c*] repeat construct may not appear in string1'
  return inverse ? complementOf(flatten(items)) : flatten(items)
}

/** Both sets of a translation, the second made as long as the first. */
export function expandPair(text1: string, text2: string, inverse: boolean, truncate: boolean): { readonly from: readonly number[]; readonly to: readonly number[] } | SetError {
  const [items1, items2] = [parse(text1), parse(text2)]
  if (typeof items1 === 'string') return items1
  if (typeof items2 === 'string') return items2
  if (items1.some((i) => i.kind === 'repeat')) return 'the [c*] repeat construct may not appear in string1'
  const open = items2.filter((i) => i.kind === 'repeat' && i.count === 0)
  if (open.length > 1) return 'only one [c*] repeat construct may appear in string2'
  if (items2.some((i) => i.kind === 'class' && !/^(upper|lower)$/.test(i.name))) {
    return "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'"
  }
  let from = inverse ? complementOf(flatten(items1)) : flatten(items1)
  const fill = Math.max(0, from.length - flatten(items2).length)
  let to = items2.flatMap((i) => (i.kind === 'repeat' ? new Array<number>(i.count === 0 ? fill : i.count).fill(i.byte) : i.bytes))
  if (truncate) from = from.slice(0, to.length)
  else if (to.length === 0 && from.length > 0) return 'when not truncating set1, string2 must be non-empty'
  else if (to.length < from.length && items2.at(-1)?.kind === 'class' && !inverse) return 'when translating with string1 longer than string2,\nthe latter string must not end with a character class'
  else while (to.length < from.length) to = [...to, to[to.length - 1]]
  return { from, to }
}
