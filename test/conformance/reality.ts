// Three sides of every recorded command: what the recording says, what the simulator prints, and what a real machine prints today.
// reality.json keeps the last comparison for the site's coverage page.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Difference } from './compare.ts'
import { ranges } from './report.ts'

/** One case, compared. `simulated` and `real` differ from the recording as they say. */
export interface ThreeSides { readonly id: string; readonly commands: number; readonly simulated: readonly Difference[]; readonly real: readonly Difference[] }

export interface AreaSides {
  readonly area: string
  cases: number
  casesReal: number
  commands: number
  /** Commands on which these two agree. */
  simulatorRecording: number
  realRecording: number
  simulatorReal: number
}

/** Do simulator and real machine print the same at a command of the case? */
function agree({ simulated, real }: ThreeSides, index: number): boolean {
  const [a, b] = [simulated, real].map((differences) => differences.find((each) => each.index === index))
  if (a === undefined || b === undefined) return a === b
  return a.got.join('\n') === b.got.join('\n') && a.gotStatus === b.gotStatus
}

export function sides(all: readonly ThreeSides[]): AreaSides[] {
  const areas = new Map<string, AreaSides>()
  for (const each of all) {
    const area = each.id.slice(0, each.id.indexOf('/'))
    const sum = areas.get(area) ?? { area, cases: 0, casesReal: 0, commands: 0, simulatorRecording: 0, realRecording: 0, simulatorReal: 0 }
    areas.set(area, sum)
    sum.cases++
    sum.casesReal += each.real.length === 0 ? 1 : 0
    sum.commands += each.commands
    sum.simulatorRecording += each.commands - each.simulated.length
    sum.realRecording += each.commands - each.real.length
    sum.simulatorReal += Array.from({ length: each.commands }, (_, index) => index).filter((index) => agree(each, index)).length
  }
  return [...areas.values()].toSorted((a, b) => a.area.localeCompare(b.area))
}

export function sidesTable(areas: readonly AreaSides[]): string {
  const all = areas.reduce<AreaSides>((sum, each) => ({
    area: 'all', cases: sum.cases + each.cases, casesReal: sum.casesReal + each.casesReal, commands: sum.commands + each.commands,
    simulatorRecording: sum.simulatorRecording + each.simulatorRecording, realRecording: sum.realRecording + each.realRecording, simulatorReal: sum.simulatorReal + each.simulatorReal,
  }), { area: 'all', cases: 0, casesReal: 0, commands: 0, simulatorRecording: 0, realRecording: 0, simulatorReal: 0 })
  const share = (part: number, whole: number): string => `${part} ${`${(100 * part / Math.max(1, whole)).toFixed(1)} %`.padStart(8)}`.padStart(16)
  const row = (each: AreaSides): string => `${each.area.padEnd(10)} ${String(each.cases).padStart(5)} ${String(each.commands).padStart(9)}` +
    `${share(each.simulatorRecording, each.commands)}${share(each.realRecording, each.commands)}${share(each.simulatorReal, each.commands)}`
  const head = `${'area'.padEnd(10)} ${'cases'.padStart(5)} ${'commands'.padStart(9)}${'sim=recording'.padStart(16)}${'real=recording'.padStart(16)}${'sim=real'.padStart(16)}`
  return [head, ...areas.map(row), ...(areas.length > 1 ? [row(all)] : [])].join('\n')
}

// ---- reality.json

/** A case as last run on a machine: which recording that was (its checksum), and which commands printed what it says (`all`, or `0-3,5`). */
export interface RealCase { readonly recording: string; readonly agree: string }
export interface RealRun { readonly date: string; readonly kernel: string; readonly cases: Readonly<Record<string, RealCase>> }
/** By machine: `qemu`, `browser-vm`. */
export type Reality = Readonly<Record<string, RealRun>>

export function realCase(recording: string, { commands, real }: ThreeSides): RealCase {
  const differing = new Set(real.map(({ index }) => index))
  const equal = Array.from({ length: commands }, (_, index) => index).filter((index) => !differing.has(index))
  return { recording, agree: equal.length === commands ? 'all' : ranges(equal) }
}

export function readReality(root: string): Reality {
  const path = join(root, 'reality.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Reality) : {}
}

/** Adds a run to what is known of its machine; cases that were not run keep their old result unless the kernel is another. */
export function withRun(reality: Reality, machine: string, run: RealRun): Reality {
  const before = reality[machine]
  const kept = before?.kernel === run.kernel ? before.cases : {}
  const cases = Object.fromEntries(Object.entries({ ...kept, ...run.cases }).toSorted(([a], [b]) => a.localeCompare(b)))
  return { ...reality, [machine]: { ...run, cases } }
}

/** Why a case comes out otherwise on a machine, in words for the coverage page; by machine and case. Written by hand, when who is right has been found out. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

export function readReasons(root: string): Reasons {
  return JSON.parse(readFileSync(join(root, 'reality-reasons.json'), 'utf8')) as Reasons
}

export function writeReality(root: string, reality: Reality): void {
  writeFileSync(join(root, 'reality.json'), `${JSON.stringify(reality, undefined, 1)}\n`)
}
