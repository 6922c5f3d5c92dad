// getopt_long(3) of glibc: permutation, abbreviations, and its exact error texts (without the leading program name).

export interface LongOption {
  readonly name: string
  readonly arg: 'none' | 'required' | 'optional'
  /** What `opt` reads when this option is seen: a short letter, or any own name. Default: the long name. */
  readonly is?: string
  /** Real on Linux but not simulated: the caller answers with unsimulated(). */
  readonly unsimulated?: boolean
}

export type OptionEvent =
  | { readonly opt: string; readonly arg: string | undefined; readonly spelled: string }
  /** A bad option; print `NAME: ${error}`. */
  | { readonly error: string }
  /** Seen an option that is real but not simulated; `unsimulated` names it as typed canonically, e.g. `--fork` or `-f`. */
  | { readonly unsimulated: string }

export interface Parsed {
  readonly options: readonly OptionEvent[]
  readonly operands: readonly string[]
}

/**
 * Parses argv[1…]. `short` is a getopt string: `a` flag, `b:` required, `c::` optional argument; a leading `+` stops at the first operand.
 * `unsimulatedShort` lists letters of `short` that are real but not simulated. Stops at the first error, as most programs do.
 */
export function getoptLong(argv: readonly string[], short: string, long: readonly LongOption[] = [], unsimulatedShort = ''): Parsed {
  const stopAtOperand = short.startsWith('+')
  const letters = parseShort(short.replace(/^[+-]/, ''))
  const options: OptionEvent[] = []
  const operands: string[] = []
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]
    if (word === '--') {
      operands.push(...argv.slice(i + 1))
      break
    }
    if (word === '-' || !word.startsWith('-')) {
      operands.push(word)
      if (stopAtOperand) {
        operands.push(...argv.slice(i + 1))
        break
      }
      continue
    }
    if (word.startsWith('--')) {
      const { event, consumed } = parseLong(word, argv[i + 1], long)
      options.push(event)
      if ('error' in event) return { options, operands }
      if (consumed) i++
      continue
    }
    for (let k = 1; k < word.length; k++) {
      const letter = word[k]
      const kind = letters.get(letter)
      if (kind === undefined) {
        options.push({ error: `invalid option -- '${letter}'` })
        return { options, operands }
      }
      let arg: string | undefined
      const rest = word.slice(k + 1)
      if (kind === 'required') {
        if (rest !== '') arg = rest
        else if (i + 1 < argv.length) arg = argv[++i]
        else {
          options.push({ error: `option requires an argument -- '${letter}'` })
          return { options, operands }
        }
      } else if (kind === 'optional' && rest !== '') arg = rest
      options.push(unsimulatedShort.includes(letter) ? { unsimulated: `-${letter}` } : { opt: letter, arg, spelled: `-${letter}` })
      if (kind === 'required' || arg !== undefined) break
    }
  }
  return { options, operands }
}

function parseShort(short: string): Map<string, LongOption['arg']> {
  const letters = new Map<string, LongOption['arg']>()
  for (let i = 0; i < short.length; i++) {
    if (short[i] === ':') continue
    const required = short[i + 1] === ':'
    letters.set(short[i], required ? (short[i + 2] === ':' ? 'optional' : 'required') : 'none')
  }
  return letters
}

function parseLong(word: string, next: string | undefined, long: readonly LongOption[]): { event: OptionEvent; consumed: boolean } {
  const eq = word.indexOf('=')
  const typed = eq < 0 ? word.slice(2) : word.slice(2, eq)
  const value = eq < 0 ? undefined : word.slice(eq + 1)
  const exact = long.find((o) => o.name === typed)
  const candidates = exact ? [exact] : long.filter((o) => o.name.startsWith(typed))
  const same = candidates.every((o) => (o.is ?? o.name) === (candidates[0].is ?? candidates[0].name) && o.arg === candidates[0].arg)
  if (candidates.length === 0) return { event: { error: `unrecognized option '--${typed}'` }, consumed: false }
  if (candidates.length > 1 && !same) {
    const names = candidates.map((o) => ` '--${o.name}'`).join('')
    return { event: { error: `option '${word}' is ambiguous; possibilities:${names}` }, consumed: false }
  }
  const option = candidates[0]
  if (value !== undefined && option.arg === 'none') return { event: { error: `option '--${option.name}' doesn't allow an argument` }, consumed: false }
  if (option.arg === 'required' && value === undefined && next === undefined) return { event: { error: `option '--${option.name}' requires an argument` }, consumed: false }
  const consumed = option.arg === 'required' && value === undefined
  if (option.unsimulated) return { event: { unsimulated: `--${option.name}` }, consumed }
  return { event: { opt: option.is ?? option.name, arg: consumed ? next : value, spelled: `--${option.name}` }, consumed }
}
