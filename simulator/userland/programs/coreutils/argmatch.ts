// Option arguments that are one of a few words (--color=WHEN): unique beginnings count, and a wrong word is answered with all right ones.
import type { Flow } from '../../../abi/syscalls.ts'
import { quote } from '../../../lib/quote.ts'
import { type Crt, exit } from '../../libc/crt.ts'

/** The words that mean one thing, the thing first. */
export type Choice<T> = readonly [value: T, ...words: string[]]

/** What the word means, or undefined if it is none of the choices or the beginning of several. */
export function matchWord<T>(word: string, choices: readonly Choice<T>[]): T | undefined {
  const names = choices.flatMap(([value, ...words]) => words.map((name) => ({ value, name: String(name) })))
  const exact = names.find((n) => n.name === word)
  const candidates = exact === undefined ? names.filter((n) => word !== '' && n.name.startsWith(word)) : [exact]
  return candidates.length > 0 && candidates.every((n) => n.value === candidates[0].value) ? candidates[0].value : undefined
}

/** What the word means; ends the program with the list of choices if it is none of them. `context` names the option, e.g. `--color`. */
export function* argMatch<T>(c: Crt, context: string, word: string, choices: readonly Choice<T>[], status = 1): Flow<T> {
  const value = matchWord(word, choices)
  if (value !== undefined) return value
  const ambiguous = word !== '' && choices.some(([, ...words]) => words.some((w) => String(w).startsWith(word)))
  yield* c.stdout.flush()
  yield* c.stderr.write(`${c.name}: ${ambiguous ? 'ambiguous' : 'invalid'} argument ${quote(word)} for ${quote(context)}\nValid arguments are:\n`)
  for (const [, ...words] of choices) yield* c.stderr.write(`  - ${words.map((w) => quote(String(w))).join(', ')}\n`)
  yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
  return exit(status)
}

export type When = 'always' | 'never' | 'auto'
export const WHEN: readonly Choice<When>[] = [['always', 'always', 'yes', 'force'], ['never', 'never', 'no', 'none'], ['auto', 'auto', 'tty', 'if-tty']]
