// Is what the simulated machine printed what the real one printed?
import type { RecordedCase } from './case.ts'
import type { Played } from './delimit.ts'
import { normalLines, Names, screen, trimEnd } from './normalise.ts'

export interface Difference {
  readonly index: number
  readonly command: string
  readonly want: readonly string[]
  readonly got: readonly string[]
  readonly wantStatus: number | undefined
  readonly gotStatus: number | undefined
}

/** What each command of a case printed, in the form that is compared and recorded. */
export interface Normal { readonly lines: readonly string[]; readonly status: number | undefined }

/** One for each command; undefined for those that were never come to. */
export function normalised(recorded: Pick<RecordedCase, 'mode' | 'masks' | 'commands'>, played: readonly Played[]): (Normal | undefined)[] {
  const names = new Names()
  const isTerminal = recorded.mode === 'pty'
  const all = played.map(({ output, status }) => ({ lines: normalLines(isTerminal ? screen(output) : output, names, recorded.masks), status: isTerminal ? undefined : status }))
  return recorded.commands.map((_, index) => all[index + (isTerminal ? 1 : 0)])
}

export function compare(recorded: RecordedCase, played: readonly Played[]): Difference[] {
  const all = normalised(recorded, played)
  return recorded.commands.flatMap(({ command, output, status }, index) => {
    const want = trimEnd(output)
    const { lines: got, status: gotStatus } = all[index] ?? { lines: ['<MISSING>'], status: undefined }
    const wantStatus = recorded.mode === 'pty' || status === 999 ? undefined : status
    return want.join('\n') !== got.join('\n') || want.length !== got.length || wantStatus !== gotStatus ? [{ index, command, want, got, wantStatus, gotStatus }] : []
  })
}

/** The differences of one case, in the manner of diff -U1: `-` what is wanted (by whom), `+` here. */
export function describe(differences: readonly Difference[], wanted = 'real Linux'): string {
  return differences.map(({ command, want, got, wantStatus, gotStatus }) => {
    const lines = [`    $ ${command.split('\n')[0] ?? ''}`, ...unified(want, got).map((line) => `      ${line}`)]
    if (wantStatus !== gotStatus) lines.push(`      exit status: ${wanted} ${wantStatus ?? 'none'}, here ${gotStatus ?? 'none'}`)
    return lines.join('\n')
  }).join('\n')
}

/** Longest-common-subsequence diff with one line of context. */
function unified(want: readonly string[], got: readonly string[]): string[] {
  const table = lengths(want, got)
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0
  const all: string[] = []
  let i = 0
  let j = 0
  while (i < want.length || j < got.length) {
    if (i < want.length && j < got.length && want[i] === got[j]) {
      all.push(` ${want[i] ?? ''}`)
      i++
      j++
    } else if (i < want.length && (j >= got.length || at(i + 1, j) >= at(i, j + 1))) all.push(`-${want[i++] ?? ''}`)
    else all.push(`+${got[j++] ?? ''}`)
  }
  const isChange = (k: number): boolean => all[k] !== undefined && !all[k].startsWith(' ')
  return all.filter((_, k) => isChange(k - 1) || isChange(k) || isChange(k + 1))
}

function lengths(want: readonly string[], got: readonly string[]): number[][] {
  const table = Array.from({ length: want.length + 1 }, () => new Array<number>(got.length + 1).fill(0))
  for (let i = want.length - 1; i >= 0; i--) {
    for (let j = got.length - 1; j >= 0; j--) {
      const row = table[i] ?? []
      row[j] = want[i] === got[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return table
}
