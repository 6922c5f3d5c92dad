// env(1), printenv(1): run a program in another environment, or print this one. -S splits on blanks with quotes; signals options are not simulated.
import { Errno, isErr } from '../../../abi/errno.ts'
import { quote, quoteaf } from '../../../lib/quote.ts'
import { envStrings } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'

const EXIT_FAILURE = 125, EXIT_CANNOT_INVOKE = 126, EXIT_NOT_FOUND = 127

const envOptions = {
  short: '+C:iS:u:v0',
  unsimulatedShort: 'v',
  long: [
    { name: 'ignore-environment', arg: 'none', is: 'i' }, { name: 'null', arg: 'none', is: '0' }, { name: 'unset', arg: 'required', is: 'u' },
    { name: 'chdir', arg: 'required', is: 'C' }, { name: 'default-signal', arg: 'optional', unsimulated: true },
    { name: 'ignore-signal', arg: 'optional', unsimulated: true }, { name: 'block-signal', arg: 'optional', unsimulated: true },
    { name: 'list-signal-handling', arg: 'none', unsimulated: true }, { name: 'debug', arg: 'none', unsimulated: true },
    { name: 'split-string', arg: 'required', is: 'S' },
  ],
} as const

export const env = command('env', 'run a program in a modified environment', envOptions, function* (c) {
  const split = splitStrings(c.argv)
  const { options, operands } = yield* parseArgs({ ...c, argv: split }, envOptions, EXIT_FAILURE)
  const words = [...operands]
  const vars = new Map(c.env)
  if (options.some((o) => o.opt === 'i')) vars.clear()
  if (words[0] === '-') {
    vars.clear()
    words.shift()
  }
  for (const { opt, arg } of options) {
    if (opt !== 'u') continue
    if (arg === undefined || arg === '' || arg.includes('=')) return yield* fail(c, EXIT_FAILURE, `cannot unset ${quote(arg ?? '')}`, Errno.EINVAL)
    vars.delete(arg)
  }
  while (words.length > 0 && words[0].includes('=')) {
    const word = words.shift() ?? ''
    const eq = word.indexOf('=')
    vars.set(word.slice(0, eq), word.slice(eq + 1))
  }
  const zero = options.some((o) => o.opt === '0')
  const directory = options.findLast((o) => o.opt === 'C')?.arg
  if (words.length === 0) {
    if (directory !== undefined) return yield* usageError(c, EXIT_FAILURE, 'must specify command with --chdir (-C)')
    for (const entry of envStrings(vars)) yield* c.stdout.write(entry + (zero ? '\0' : '\n'))
    return 0
  }
  if (zero) return yield* usageError(c, EXIT_FAILURE, 'cannot specify --null (-0) with command')
  if (directory !== undefined) {
    const moved = yield* call('chdir', directory)
    if (isErr(moved)) return yield* fail(c, EXIT_FAILURE, `cannot change directory to ${quoteaf(directory)}`, moved)
  }
  const error = yield* execvpe(words[0], words, envStrings(vars))
  const status = yield* fail(c, error === Errno.ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE, quote(words[0]), error)
  if (error === Errno.ENOENT && words[0].includes(' ')) yield* c.stderr.write(`${c.name}: use -[v]S to pass options in shebang lines\n`)
  return status
})

/** Replaces `-S TEXT`, `-STEXT` and `--split-string=TEXT` in front of the operands by the words of TEXT. */
function splitStrings(argv: readonly string[]): readonly string[] {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]
    if (word === '--' || !word.startsWith('-') || word === '-') return argv
    const attached = /^(?:-[i0v]*S|--split-string=)(.+)$/s.exec(word)
    if (attached !== null) {
      const flags = /^-([i0v]+)S/.exec(word)
      return [...argv.slice(0, i), ...(flags === null ? [] : [`-${flags[1]}`]), ...splitWords(attached[1]), ...argv.slice(i + 1)]
    }
    if ((word === '-S' || word === '--split-string') && i + 1 < argv.length) return [...argv.slice(0, i), ...splitWords(argv[i + 1]), ...argv.slice(i + 2)]
    if (/^-[uC]$/.test(word)) i++
  }
  return argv
}

function splitWords(text: string): string[] {
  const words: string[] = []
  for (const match of text.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/gs)) {
    words.push(match[0].replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, (_, single?: string, double?: string, escaped?: string) => single ?? double?.replace(/\\(.)/gs, '$1') ?? escaped ?? ''))
  }
  return words
}

const printenvOptions = { short: '+0', long: [{ name: 'null', arg: 'none', is: '0' }] } as const

export const printenv = command('printenv', 'print environment variables', printenvOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, printenvOptions, 2)
  const end = options.length > 0 ? '\0' : '\n'
  if (operands.length === 0) {
    for (const entry of envStrings(c.env)) yield* c.stdout.write(entry + end)
    return 0
  }
  let status = 0
  for (const name of operands) {
    const value = c.env.get(name)
    if (value === undefined) status = 1
    else yield* c.stdout.write(value + end)
  }
  return status
})
