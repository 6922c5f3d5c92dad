// A fact about things ("there is a process such that …") looks at every thing and tells how near the nearest came.
import type { Verdict } from './fact.ts'

/** One thing asked of a candidate; `otherwise` says what is the case instead ("is down"). Where there may be several of a kind, `what` is the one: "shares the host's", "hostname". */
export interface Condition { readonly holds: boolean; readonly otherwise: string; readonly what?: string }

interface Described<T> {
  readonly candidates: readonly T[]
  readonly conditions: (candidate: T) => readonly Condition[]
  /** The thing with its numbers: `bash, 1 inside, 3421 on the host`. */
  readonly name: (candidate: T) => string
  /** What to say where there is no candidate at all: `no bash is running`. */
  readonly none: string
  readonly count?: number | undefined
}

/** All candidates for which every condition holds. */
export function matching<T>({ candidates, conditions }: Pick<Described<T>, 'candidates' | 'conditions'>): T[] {
  return candidates.filter((candidate) => conditions(candidate).every(({ holds }) => holds))
}

export function thereIs<T>(described: Described<T>): Verdict {
  const { candidates, conditions, name, none, count = 1 } = described
  const found = matching(described)
  const [first] = found
  if (first !== undefined && found.length >= count) return { met: true, words: found.slice(0, 3).map(name).join('; ') }
  if (first !== undefined) return { met: false, words: `${found.length} of ${count}: ${found.map(name).join('; ')}` }
  let nearest: { readonly candidate: T; readonly failed: readonly Condition[] } | undefined
  for (const candidate of candidates) {
    const failed = conditions(candidate).filter(({ holds }) => !holds)
    if (nearest === undefined || failed.length <= nearest.failed.length) nearest = { candidate, failed }
  }
  if (nearest === undefined) return { met: false, words: none }
  return { met: false, words: `${name(nearest.candidate)}, but it ${inOneSentence(nearest.failed)}` }
}

/** What is of a kind is said once: "shares the host's mounts, network and hostname and is 7 inside". */
function inOneSentence(failed: readonly Condition[]): string {
  const kinds = new Map<string, string[]>()
  for (const { otherwise, what } of failed) kinds.set(otherwise, [...(kinds.get(otherwise) ?? []), ...(what === undefined ? [] : [what])])
  return enumerate([...kinds].map(([otherwise, things]) => (things.length === 0 ? otherwise : `${otherwise} ${enumerate(things)}`)))
}

/** "a, b and c" */
export const enumerate = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`)
