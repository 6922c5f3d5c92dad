// The command line of runc: Go's flag package below urfave/cli. `-x` and `--x` are the same, values follow or come after `=`.
import type { Flag } from './commands.ts'

export interface ParsedFlags {
  /** The last value of each option given; `true` for switches. */
  readonly values: ReadonlyMap<string, string>
  readonly lists: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
  /** What flag.Parse complained of. */
  readonly error?: string
  readonly wantsHelp: boolean
}

const FALSE = /^(0|f|F|false|FALSE|False)$/

/** Parses words; `mixes` also takes options after operands (commands reorder their arguments). */
export function parseFlags(words: readonly string[], flags: readonly Flag[], mixes: boolean): ParsedFlags {
  const values = new Map<string, string>()
  const lists = new Map<string, string[]>()
  const operands: string[] = []
  let wantsHelp = false
  const done = (error?: string): ParsedFlags => ({ values, lists, operands, error, wantsHelp })
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') {
      operands.push(...words.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      if (!mixes) {
        operands.push(...words.slice(i))
        break
      }
      operands.push(word)
      continue
    }
    const [, typed, equals, given] = /^--?([^=]*)(=?)(.*)$/s.exec(word) ?? []
    if (typed === '' || typed.startsWith('-')) return done(`bad flag syntax: ${word}`)
    if (typed === 'help' || typed === 'h') {
      wantsHelp = true
      continue
    }
    const flag = flags.find(({ name, short }) => name === typed || short === typed)
    if (flag === undefined) return done(`flag provided but not defined: -${typed}`)
    if (flag.takesValue !== true) {
      if (FALSE.test(given)) values.delete(flag.name)
      else values.set(flag.name, 'true')
      continue
    }
    if (equals === '' && i + 1 >= words.length) return done(`flag needs an argument: -${typed}`)
    const value = equals === '' ? words[++i] : given
    values.set(flag.name, value)
    lists.set(flag.name, [...(lists.get(flag.name) ?? []), value])
  }
  return done()
}
