// Figures per area, and the ratchet: what agreed with real Linux once may not differ later (passed.json).
import type { CaseResult } from './pool.ts'

export interface AreaFigures { readonly area: string; cases: number; casesEqual: number; commands: number; commandsEqual: number }

export function figures(results: readonly CaseResult[]): AreaFigures[] {
  const areas = new Map<string, AreaFigures>()
  for (const { id, commands, differences } of results) {
    const area = id.slice(0, id.indexOf('/'))
    const sum = areas.get(area) ?? { area, cases: 0, casesEqual: 0, commands: 0, commandsEqual: 0 }
    areas.set(area, sum)
    sum.cases++
    sum.casesEqual += differences.length === 0 ? 1 : 0
    sum.commands += commands
    sum.commandsEqual += commands - differences.length
  }
  return [...areas.values()].toSorted((a, b) => a.area.localeCompare(b.area))
}

export function table(areas: readonly AreaFigures[]): string {
  const percent = (part: number, whole: number): string => `${(100 * part / whole).toFixed(1)} %`.padStart(8)
  const row = (name: string, f: Omit<AreaFigures, 'area'>): string =>
    `${name.padEnd(10)} ${`${f.casesEqual}/${f.cases}`.padStart(9)} ${percent(f.casesEqual, f.cases)}   ${`${f.commandsEqual}/${f.commands}`.padStart(11)} ${percent(f.commandsEqual, f.commands)}`
  const all = { cases: 0, casesEqual: 0, commands: 0, commandsEqual: 0 }
  for (const f of areas) {
    all.cases += f.cases
    all.casesEqual += f.casesEqual
    all.commands += f.commands
    all.commandsEqual += f.commandsEqual
  }
  return [`${'area'.padEnd(10)} ${'cases'.padStart(9)} ${''.padStart(8)}   ${'commands'.padStart(11)}`, ...areas.map((f) => row(f.area, f)), ...(areas.length > 1 ? [row('all', all)] : [])].join('\n')
}

/** Case id → which commands agreed: `all`, or their numbers from 0 as ranges, `0-3,5`. */
export type Ratchet = Readonly<Record<string, string>>

export function equalCommands({ commands, differences }: CaseResult): number[] {
  const differing = new Set(differences.map(({ index }) => index))
  return Array.from({ length: commands }, (_, index) => index).filter((index) => !differing.has(index))
}

/** What the ratchet holds and now differs. */
export function lost(ratchet: Ratchet, results: readonly CaseResult[]): { readonly id: string; readonly commands: readonly number[] }[] {
  return results.flatMap((result) => {
    const equal = new Set(equalCommands(result))
    const commands = parseRanges(ratchet[result.id] ?? '', result.commands).filter((index) => !equal.has(index))
    return commands.length === 0 ? [] : [{ id: result.id, commands }]
  })
}

/** The ratchet with what agrees now added; nothing is ever taken away. */
export function extended(ratchet: Ratchet, results: readonly CaseResult[]): Ratchet {
  const next = new Map(Object.entries(ratchet))
  for (const result of results) {
    const both = new Set([...parseRanges(ratchet[result.id] ?? '', result.commands), ...equalCommands(result)])
    if (both.size > 0) next.set(result.id, both.size === result.commands ? 'all' : ranges([...both].toSorted((a, b) => a - b)))
  }
  return Object.fromEntries([...next].toSorted(([a], [b]) => a.localeCompare(b)))
}

export function ranges(numbers: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < numbers.length; ) {
    const first = numbers[i] ?? 0
    let last = first
    while (numbers[++i] === last + 1) last++
    parts.push(first === last ? `${first}` : `${first}-${last}`)
  }
  return parts.join(',')
}

export function parseRanges(text: string, commands: number): number[] {
  if (text === 'all') return Array.from({ length: commands }, (_, index) => index)
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}
