// How diff(1) writes changes: normal, unified (-u), context (-c), ed (-e), side by side (-y), with colours if asked.
import { textWidth } from '../../../lib/width.ts'
import type { Change } from './edit-script.ts'

export interface Side {
  /** Lines without their newline. */
  readonly lines: readonly string[]
  /** The last line lacks a newline. */
  readonly incomplete: boolean
  /** What stands after --- or +++. */
  readonly label: string
}

export interface Colors {
  readonly header: string
  readonly add: string
  readonly remove: string
  readonly line: string
  readonly reset: string
}
export const PLAIN: Colors = { header: '', add: '', remove: '', line: '', reset: '' }
export const COLORED: Colors = { header: '\x1b[1m', add: '\x1b[32m', remove: '\x1b[31m', line: '\x1b[36m', reset: '\x1b[0m' }

const NO_NEWLINE = '\\ No newline at end of file\n'

function marked(side: Side, from: number, to: number, mark: string, color: string, reset: string): string {
  let out = ''
  for (let i = from; i < to; i++) {
    out += `${color}${mark}${side.lines[i]}${reset}\n`
    if (side.incomplete && i === side.lines.length - 1) out += NO_NEWLINE
  }
  return out
}

/** Line numbers as `3`, `3,5`, or the line before for nothing. */
const span = (from: number, to: number): string => (to - from === 1 ? String(to) : from === to ? String(from) : `${from + 1},${to}`)

export function normal(a: Side, b: Side, changes: readonly Change[], c: Colors): string {
  let out = ''
  for (const { aFrom, aTo, bFrom, bTo } of changes) {
    const letter = aFrom === aTo ? 'a' : bFrom === bTo ? 'd' : 'c'
    out += `${c.line}${span(aFrom, aTo)}${letter}${span(bFrom, bTo)}${c.reset}\n${marked(a, aFrom, aTo, '< ', c.remove, c.reset)}`
    if (letter === 'c') out += '---\n'
    out += marked(b, bFrom, bTo, '> ', c.add, c.reset)
  }
  return out
}

/** Changes near each other, to be shown as one piece with `context` lines around. */
function hunks(changes: readonly Change[], context: number): readonly (readonly Change[])[] {
  const groups: Change[][] = []
  for (const change of changes) {
    const last = groups.at(-1)
    const before = last?.at(-1)
    if (last !== undefined && before !== undefined && change.aFrom - before.aTo <= 2 * context) last.push(change)
    else groups.push([change])
  }
  return groups
}

const unifiedSpan = (from: number, to: number): string => (to - from === 1 ? String(to) : from === to ? `${from},0` : `${from + 1},${to - from}`)

export function unified(a: Side, b: Side, changes: readonly Change[], context: number, c: Colors): string {
  let out = `${c.header}--- ${a.label}${c.reset}\n${c.header}+++ ${b.label}${c.reset}\n`
  for (const group of hunks(changes, context)) {
    const [first, last] = [group[0], group[group.length - 1]]
    const before = Math.min(context, first.aFrom, first.bFrom)
    const [aFrom, bFrom] = [first.aFrom - before, first.bFrom - before]
    const [aTo, bTo] = [Math.min(a.lines.length, last.aTo + context), Math.min(b.lines.length, last.bTo + context)]
    out += `${c.line}@@ -${unifiedSpan(aFrom, aTo)} +${unifiedSpan(bFrom, bTo)} @@${c.reset}\n`
    let at = aFrom
    for (const change of group) {
      out += marked(a, at, change.aFrom, ' ', '', '') + marked(a, change.aFrom, change.aTo, '-', c.remove, c.reset) + marked(b, change.bFrom, change.bTo, '+', c.add, c.reset)
      at = change.aTo
    }
    out += marked(a, at, aTo, ' ', '', '')
  }
  return out
}

const contextSpan = (from: number, to: number): string => (to - from <= 1 ? String(to) : `${from + 1},${to}`)

export function contextual(a: Side, b: Side, changes: readonly Change[], context: number, c: Colors): string {
  let out = `${c.header}*** ${a.label}${c.reset}\n${c.header}--- ${b.label}${c.reset}\n`
  for (const group of hunks(changes, context)) {
    const [first, last] = [group[0], group[group.length - 1]]
    const before = Math.min(context, first.aFrom, first.bFrom)
    const [aFrom, bFrom] = [first.aFrom - before, first.bFrom - before]
    const [aTo, bTo] = [Math.min(a.lines.length, last.aTo + context), Math.min(b.lines.length, last.bTo + context)]
    out += `***************\n${c.line}*** ${contextSpan(aFrom, aTo)} ****${c.reset}\n`
    if (group.some((x) => x.aFrom < x.aTo)) {
      let at = aFrom
      for (const x of group) {
        out += marked(a, at, x.aFrom, '  ', '', '') + marked(a, x.aFrom, x.aTo, x.bFrom < x.bTo ? '! ' : '- ', c.remove, c.reset)
        at = x.aTo
      }
      out += marked(a, at, aTo, '  ', '', '')
    }
    out += `${c.line}--- ${contextSpan(bFrom, bTo)} ----${c.reset}\n`
    if (group.some((x) => x.bFrom < x.bTo)) {
      let at = bFrom
      for (const x of group) {
        out += marked(b, at, x.bFrom, '  ', '', '') + marked(b, x.bFrom, x.bTo, x.aFrom < x.aTo ? '! ' : '+ ', c.add, c.reset)
        at = x.bTo
      }
      out += marked(b, at, bTo, '  ', '', '')
    }
  }
  return out
}

/** Commands for ed(1), last change first. */
export function edScript(b: Side, changes: readonly Change[]): string {
  let out = ''
  for (const { aFrom, aTo, bFrom, bTo } of [...changes].reverse()) {
    const letter = aFrom === aTo ? 'a' : bFrom === bTo ? 'd' : 'c'
    out += `${span(aFrom, aTo)}${letter}\n`
    if (letter !== 'd') out += `${b.lines.slice(bFrom, bTo).join('\n')}\n.\n`
  }
  return out
}

/** White space from one column to another with tab stops of eight. */
function tabsTo(from: number, to: number): string {
  let [at, out] = [from, '']
  while (at < to) {
    const stop = at + 8 - (at % 8)
    out += stop <= to ? '\t' : ' '
    at = stop <= to ? stop : at + 1
  }
  return out
}

export function sideBySide(a: Side, b: Side, changes: readonly Change[], width: number, onlyChanges: boolean): string {
  const unit = Math.floor((width + 8 + 3) / 16) * 8
  const right = Math.max(0, Math.min(unit, width))
  const half = Math.max(0, Math.min(right - 3, width - right))
  const middle = Math.floor((half + right - 1) / 2)
  const cut = (text: string): string => [...text].slice(0, half).join('')
  let out = ''
  const row = (left: string | undefined, mark: string, other: string | undefined): void => {
    const shown = left === undefined ? '' : cut(left)
    let column = textWidth(shown)
    out += shown
    if (mark !== '') {
      out += tabsTo(column, middle) + mark
      column = middle + 1
    }
    if (other !== undefined && other !== '') out += tabsTo(column, right) + cut(other)
    out += '\n'
  }
  const equal = (from: number, to: number, shift: number): void => {
    if (!onlyChanges) for (let i = from; i < to; i++) row(a.lines[i], '', b.lines[i + shift])
  }
  let [at, other] = [0, 0]
  for (const { aFrom, aTo, bFrom, bTo } of changes) {
    equal(at, aFrom, other - at)
    const both = Math.min(aTo - aFrom, bTo - bFrom)
    for (let i = 0; i < both; i++) row(a.lines[aFrom + i], '|', b.lines[bFrom + i])
    for (let i = aFrom + both; i < aTo; i++) row(a.lines[i], '<', undefined)
    for (let j = bFrom + both; j < bTo; j++) row(undefined, '>', b.lines[j])
    at = aTo
    other = bTo
  }
  equal(at, a.lines.length, other - at)
  return out
}
