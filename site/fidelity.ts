// Build time only: what the coverage page says about truth. How much of the recorded cases the simulator prints exactly as real Linux did
// (counted from the cases and the ratchet), and what a real machine printed when it was last asked (reality.json, if there is one).
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fnv1a } from '../lab/session/checksum.ts'
import { parseCase } from '../test/conformance/case.ts'
import { readRatchet } from '../test/conformance/files.ts'
import { readReality, readReasons } from '../test/conformance/reality.ts'
import { parseRanges } from '../test/conformance/report.ts'

export interface CaseFidelity {
  readonly id: string
  readonly title: string
  readonly commands: number
  /** Commands that the simulator prints as recorded. */
  readonly equal: number
  /** Commands that a real machine printed as recorded, by machine; none where this recording was not asked for there. */
  readonly real: ReadonlyMap<string, number>
  /** Why it is other there, by machine. */
  readonly why: ReadonlyMap<string, string>
}
export interface AreaFidelity { readonly area: string; readonly cases: readonly CaseFidelity[] }

/** The last time that a real machine was asked for the recorded cases. */
export interface Confirmation {
  readonly machine: string
  /** In words. */
  readonly title: string
  readonly kernel: string
  /** `2026-11-22` */
  readonly date: string
  readonly cases: number
  readonly casesHolding: number
  readonly commands: number
  readonly commandsHolding: number
}

const ROOT = join(process.cwd(), 'test/conformance')
const WORDS: Readonly<Record<string, string>> = {
  process: 'Processes and PID namespaces', user: 'Users and user namespaces', shell: 'The shell', prompt: 'The prompt: line editing, jobs, completion', files: 'Files and text tools', mount: 'Mounts',
  ipc: 'IPC, UTS, time', net: 'Networks', firewall: 'Packet filters', cgroup: 'Control groups', security: 'Sandboxes', docker: 'Containers',
}
const MACHINE_WORDS: Readonly<Record<string, string>> = { qemu: 'a Debian 12 in QEMU', 'browser-vm': 'the small Linux that runs in the page' }

/** Empty while nothing has been measured. */
export function fidelity(): AreaFidelity[] {
  if (!existsSync(join(ROOT, 'passed.json'))) return []
  const passed = new Map(Object.entries(readRatchet(ROOT)))
  const machines = Object.entries(readReality(ROOT))
  const reasons = Object.entries(readReasons(ROOT))
  return Object.entries(WORDS).filter(([area]) => existsSync(join(ROOT, 'cases', area))).map(([area, words]) => ({
    area: words,
    cases: readdirSync(join(ROOT, 'cases', area)).filter(file => file.endsWith('.t')).toSorted().map(file => {
      const id = `${area}/${file}`
      const text = readFileSync(join(ROOT, 'cases', area, file), 'utf8')
      const { title, commands } = parseCase(id, text)
      const count = (ranges: string): number => parseRanges(ranges, commands.length).length
      // A result counts for the recording that it was a result of.
      const real = machines.flatMap(([machine, { cases }]) => cases[id]?.recording === fnv1a(text) ? [[machine, count(cases[id].agree)] as const] : [])
      return { id, title, commands: commands.length, equal: count(passed.get(id) ?? ''), real: new Map(real), why: new Map(reasons.flatMap(([machine, of]) => of[id] === undefined ? [] : [[machine, of[id]]])) }
    }),
  }))
}

export const commandsOf = (cases: readonly CaseFidelity[]): number => cases.reduce((sum, each) => sum + each.commands, 0)
export const equalOf = (cases: readonly CaseFidelity[]): number => cases.reduce((sum, each) => sum + each.equal, 0)
export const wholeOf = (cases: readonly CaseFidelity[]): number => cases.filter(each => each.equal === each.commands).length

export function confirmations(areas: readonly AreaFidelity[]): Confirmation[] {
  const cases = areas.flatMap(each => each.cases)
  return Object.entries(readReality(ROOT)).map(([machine, { kernel, date }]) => {
    const asked = cases.filter(each => each.real.has(machine))
    return {
      machine, title: MACHINE_WORDS[machine] ?? machine, kernel, date, cases: asked.length, casesHolding: asked.filter(each => each.real.get(machine) === each.commands).length,
      commands: commandsOf(asked), commandsHolding: asked.reduce((sum, each) => sum + (each.real.get(machine) ?? 0), 0),
    }
  }).filter(each => each.cases > 0)
}
