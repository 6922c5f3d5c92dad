// getopt(1) of util-linux 2.38.1: puts a script's options in order and quotes them.
import type { Flow } from '../../../abi/syscalls.ts'
import { type LongOption, getoptLong } from '../../../lib/getopt.ts'
import type { Crt } from '../../libc/crt.ts'
import { warn } from '../../libc/err.ts'
import { die, option, tryHelp } from './common.ts'
import { GETOPT_HELP } from './help/getopt.ts'

const LONG: readonly LongOption[] = [
  { name: 'options', arg: 'required', is: 'o' }, { name: 'longoptions', arg: 'required', is: 'l' }, { name: 'quiet', arg: 'none', is: 'q' },
  { name: 'quiet-output', arg: 'none', is: 'Q' }, { name: 'shell', arg: 'required', is: 's' }, { name: 'test', arg: 'none', is: 'T' }, { name: 'unquoted', arg: 'none', is: 'u' },
  { name: 'help', arg: 'none', is: 'h' }, { name: 'alternative', arg: 'none', is: 'a' }, { name: 'name', arg: 'required', is: 'n' }, { name: 'version', arg: 'none', is: 'V' },
]

export function* getopt(c: Crt): Flow<number> {
  const compatible = c.env.has('GETOPT_COMPATIBLE')
  const [first] = c.argv.slice(1)
  if (first === undefined) {
    if (compatible) {
      yield* c.stdout.write(' --\n')
      return 0
    }
    yield* warn(c, 'missing optstring argument')
    return yield* tryHelp(c, 2)
  }
  if (!first.startsWith('-') || compatible) return yield* reorder(c, [c.name, ...c.argv.slice(2)], first.replace(/^[+-]+/, ''), [], { quote: false, csh: false, quiet: false, silent: false })
  const parsed = getoptLong(c.argv, '+ao:l:n:qQs:TuhV', LONG)
  let [short, name]: [string | undefined, string] = [undefined, c.name]
  const long: LongOption[] = []
  let alternative = false
  const style = { quote: true, csh: false, quiet: false, silent: false }
  for (const event of parsed.options) {
    const { opt, arg = '' } = yield* option(c, event, GETOPT_HELP, 2)
    if (opt === 'T') return 4
    if (opt === 'a') alternative = true
    else if (opt === 'o') short = arg
    else if (opt === 'n') name = arg
    else if (opt === 'u') style.quote = false
    else if (opt === 'q') style.quiet = true
    else if (opt === 'Q') style.silent = true
    else if (opt === 's') {
      if (!['sh', 'bash', 'csh', 'tcsh'].includes(arg)) return yield* die(c, 2, "unknown shell after -s or --shell argument")
      style.csh = arg.endsWith('csh')
    } else if (opt === 'l') {
      for (const word of arg.split(/[, \t]+/)) {
        const m = /^(.+?)(:{0,2})$/.exec(word)
        if (m !== null) long.push({ name: m[1], arg: m[2] === '' ? 'none' : m[2] === ':' ? 'required' : 'optional' })
      }
    }
  }
  const rest = [...parsed.operands]
  short ??= rest.shift()
  if (short === undefined) {
    yield* warn(c, 'missing optstring argument')
    return yield* tryHelp(c, 2)
  }
  const words = alternative ? rest.map((word) => (long.some((o) => word.startsWith('-') && !word.startsWith('--') && o.name.startsWith(word.slice(1).replace(/=.*/s, ''))) && word.length > 2 ? `-${word}` : word)) : rest
  return yield* reorder(c, [name, ...words], short, long, style)
}

interface Style { readonly quote: boolean; readonly csh: boolean; readonly quiet: boolean; readonly silent: boolean }

function quoted(text: string, style: Style): string {
  if (!style.quote) return text
  const plain = text.replaceAll("'", "'\\''")
  return `'${style.csh ? plain.replace(/!/g, "'\\!'").replace(/\n/g, '\\n') : plain}'`
}

function* reorder(c: Crt, argv: readonly string[], short: string, long: readonly LongOption[], style: Style): Flow<number> {
  let out = ''
  let status = 0
  let rest = [...argv]
  const operands: string[] = []
  // A list that begins with `-` leaves operands where they stand: up to each, the words are read as if it were the end.
  const inPlace = short.startsWith('-')
  // getoptLong stops at the first mistake; getopt(1) goes on with the next word.
  for (;;) {
    const parsed = getoptLong(rest, inPlace ? `+${short.slice(1)}` : short, long)
    for (const event of parsed.options) {
      if ('error' in event) {
        if (!style.quiet) yield* c.stderr.write(`${argv[0]}: ${event.error}\n`)
        status = 1
      } else if ('opt' in event) out += ` ${event.spelled}${event.arg !== undefined ? ` ${quoted(event.arg, style)}` : optionalEmpty(event.spelled, short, long) ? ` ${quoted('', style)}` : ''}`
    }
    if (inPlace && parsed.operands.length > 0 && rest.at(-parsed.operands.length - 1) !== '--') {
      out += ` ${quoted(parsed.operands[0], style)}`
      rest = [argv[0], ...parsed.operands.slice(1)]
      continue
    }
    operands.push(...parsed.operands)
    const last = parsed.options.at(-1)
    if (last === undefined || !('error' in last)) break
    const bad = rest.findIndex((word, i) => i > 0 && word.startsWith('-') && getoptLong([argv[0], word, 'x'], short, long).options.some((e) => 'error' in e))
    if (bad < 0) break
    rest = [argv[0], ...rest.slice(bad + 1)]
  }
  if (!style.silent) yield* c.stdout.write(`${out} --${operands.map((word) => ` ${quoted(word, style)}`).join('')}\n`)
  return status
}

/** An option whose argument is optional and absent is followed by an empty word. */
function optionalEmpty(spelled: string, short: string, long: readonly LongOption[]): boolean {
  if (spelled.startsWith('--')) return long.find((o) => `--${o.name}` === spelled)?.arg === 'optional'
  return new RegExp(`${spelled[1].replace(/[^a-z0-9]/i, '\\$&')}::`).test(short)
}
