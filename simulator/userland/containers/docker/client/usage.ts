// Docker's command line as cobra and pflag treat it: parsing flags, their error messages, usage texts wrapped to the terminal.

export interface CommandUsage {
  /** Words that select it: `run`, `network ls`. */
  readonly name: string
  /** The usage line without `docker `. */
  readonly usage: string
  readonly short: string
  readonly aliases?: string
  readonly examples?: string
  /** One flag a line: `[letter ]name[:type]|usage`; `!` in front hides it from --help. */
  readonly flags: string
}

export interface FlagDefinition {
  readonly name: string
  readonly letter: string
  /** '' is a boolean. */
  readonly type: string
  readonly usage: string
  readonly isHidden: boolean
}

export function parseFlagTable(text: string): readonly FlagDefinition[] {
  return text.split('\n').filter((l) => l !== '' && !l.startsWith('\'') && l.includes('|')).map((line) => {
    const bar = line.indexOf('|')
    const m = /^(!?)(?:(\w) )?([\w-]+)(?::(\S+))?$/.exec(line.slice(0, bar))
    return { name: m?.[3] ?? '', letter: m?.[2] ?? '', type: m?.[4] ?? '', usage: line.slice(bar + 1).replace(/\\n/g, '\n'), isHidden: m?.[1] === '!' }
  })
}

/** What was given. Values of flags given several times are kept in order. */
export class Flags {
  readonly #values = new Map<string, string[]>()
  readonly args: string[] = []

  set(name: string, value: string): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value])
  }
  has(name: string): boolean {
    return this.#values.has(name)
  }
  /** The last value given. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)
  }
  text(name: string): string {
    return this.get(name) ?? ''
  }
  list(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }
  /** A comma separated list given any number of times. */
  strings(name: string): readonly string[] {
    return this.list(name).flatMap((v) => v.split(','))
  }
  bool(name: string, otherwise = false): boolean {
    const value = this.get(name)
    return value === undefined ? otherwise : ['1', 't', 'true', 'T', 'TRUE', 'True'].includes(value)
  }
  number(name: string, otherwise = 0): number {
    const value = this.get(name)
    return value === undefined ? otherwise : Number(value)
  }
}

export interface FlagError {
  readonly error: string
}

/** Go's strconv errors for each type; undefined if the value will do. */
function checkValue(type: string, value: string): string | undefined {
  switch (type) {
    case '': return /^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value) ? undefined : `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`
    case 'int': return /^[+-]?\d+$/.test(value) ? undefined : `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`
    case 'uint16': return !/^\d+$/.test(value) ? `strconv.ParseUint: parsing ${JSON.stringify(value)}: invalid syntax` : Number(value) > 65535 ? `strconv.ParseUint: parsing ${JSON.stringify(value)}: value out of range` : undefined
    case 'bytes': return parseBytes(value) === undefined ? `invalid size: '${value}'` : undefined
    case 'decimal': return /^\d*\.?\d+$/.test(value) ? undefined : `failed to parse ${value} as a rational number`
    case 'duration': return parseDuration(value) === undefined ? `time: invalid duration ${JSON.stringify(value)}` : undefined
    default: return undefined
  }
}

/** units.RAMInBytes: `512m`, `1g`, `1.5kb`. */
export function parseBytes(text: string): number | undefined {
  const m = /^(-?\d+(?:\.\d+)?)\s?([kKmMgGtTpP])?(?:[iI]?[bB])?$/.exec(text)
  if (m === null) return undefined
  const power = m[2] === undefined ? 0 : 'kmgtp'.indexOf(m[2].toLowerCase()) + 1
  return Math.trunc(Number(m[1]) * 1024 ** power)
}
/** time.ParseDuration in nanoseconds. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  const units: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }
  let sum = 0
  for (const [, n, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) sum += Number(n) * units[unit]
  return Math.round(text.startsWith('-') ? -sum : sum)
}

/** Reads the words after a command. `stopAtFirst`: everything from the first argument on is the user's. */
export function parseFlags(table: readonly FlagDefinition[], words: readonly string[], stopAtFirst: boolean, validate: (flag: FlagDefinition, value: string) => string | undefined = () => undefined): Flags | FlagError | 'help' {
  const flags = new Flags()
  const set = (flag: FlagDefinition, value: string): FlagError | undefined => {
    const wrong = checkValue(flag.type, value) ?? validate(flag, value)
    if (wrong !== undefined) return { error: `invalid argument ${JSON.stringify(value)} for "${flag.letter === '' ? '' : `-${flag.letter}, `}--${flag.name}" flag: ${wrong}` }
    flags.set(flag.name, value)
    return undefined
  }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--') {
      flags.args.push(...words.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      flags.args.push(word)
      if (!stopAtFirst) continue
      flags.args.push(...words.slice(i + 1))
      break
    }
    if (word.startsWith('--')) {
      const eq = word.indexOf('=')
      const name = eq < 0 ? word.slice(2) : word.slice(2, eq)
      const flag = table.find((f) => f.name === name)
      if (flag === undefined && name === 'help') return 'help'
      if (flag === undefined) return { error: name === '' ? `bad flag syntax: ${word}` : `unknown flag: --${name}` }
      if (name === 'help') return 'help'
      let value = eq < 0 ? 'true' : word.slice(eq + 1)
      if (eq < 0 && flag.type !== '') {
        if (i + 1 >= words.length) return { error: `flag needs an argument: --${name}` }
        i += 1
        value = words[i]
      }
      const wrong = set(flag, value)
      if (wrong !== undefined) return wrong
      continue
    }
    const letters = word.slice(1)
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at]
      const flag = table.find((f) => f.letter === letter)
      if (flag === undefined && letter === 'h') return 'help'
      if (flag === undefined) return { error: `unknown shorthand flag: '${letter}' in -${letters.slice(at)}` }
      let value = 'true'
      const rest = letters.slice(at + 1)
      if (flag.type === '') {
        if (rest.startsWith('=')) value = rest.slice(1)
        const wrong = set(flag, value)
        if (wrong !== undefined) return wrong
        if (rest.startsWith('=')) break
        continue
      }
      if (rest !== '') value = rest.startsWith('=') ? rest.slice(1) : rest
      else if (i + 1 < words.length) {
        i += 1
        value = words[i]
      } else return { error: `flag needs an argument: '${letter}' in -${letters.slice(at)}` }
      const wrong = set(flag, value)
      if (wrong !== undefined) return wrong
      break
    }
  }
  return flags
}

function wrapN(width: number, slop: number, text: string): readonly [string, string] {
  if (width + slop > text.length) return [text, '']
  const head = text.slice(0, width)
  const at = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t'), head.lastIndexOf('\n'))
  if (at <= 0) return [text, '']
  const newline = head.lastIndexOf('\n')
  return newline > 0 && newline < at ? [text.slice(0, newline), text.slice(newline + 1)] : [text.slice(0, at), text.slice(at + 1)]
}
function wrap(indentWanted: number, columns: number, text: string): string {
  let indent = indentWanted
  let width = columns - indent
  let result = ''
  if (width < 24) {
    indent = 16
    width = columns - indent
    result = `\n${' '.repeat(indent)}`
  }
  if (width < 24) return text.replace(/\n/g, result)
  const pad = `\n${' '.repeat(indent)}`
  let [line, rest] = wrapN(width - 5, 5, text)
  result += line.replace(/\n/g, pad)
  while (rest !== '') {
    ;[line, rest] = wrapN(width - 5, 5, rest)
    result += pad + line.replace(/\n/g, pad)
  }
  return result
}

/** The block of options in a usage text (pflag's FlagUsagesWrapped). */
export function flagUsages(table: readonly FlagDefinition[], columns: number): string {
  const shown = table.filter((f) => !f.isHidden).sort((a, b) => (a.name < b.name ? -1 : 1))
  const heads = shown.map((f) => `${f.letter === '' ? '      ' : `  -${f.letter}, `}--${f.name}${f.type === '' ? '' : ` ${f.type}`}`)
  const widest = Math.max(0, ...heads.map((h) => h.length + 1))
  return shown.map((f, i) => `${heads[i]}${' '.repeat(widest - heads[i].length + 2)}${wrap(widest + 2, columns, f.usage)}\n`).join('')
}

export function helpText(command: CommandUsage, columns: number): string {
  const table = parseFlagTable(command.flags)
  const aliases = command.aliases === undefined ? '' : `\nAliases:\n  ${command.aliases}\n`
  const examples = command.examples === undefined ? '' : `\nExamples:\n\n${command.examples}\n\n`
  const options = table.length === 0 ? '' : `\nOptions:\n${flagUsages(table, columns)}`
  return `\nUsage:  docker ${command.usage}\n\n${command.short}\n${aliases}${examples}${options}`
}
