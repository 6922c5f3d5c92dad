// echo(1): -n, -e, -E are options only while every letter of the word is one of them. Escapes as in printf's %b, but octal needs \0.
import { concatBytes } from '../../../lib/bytes.ts'
import { NO_OPTIONS, command, parseArgs } from './command.ts'
import { expandEscapes } from './escapes.ts'

export const echo = command('echo', 'print its arguments', NO_OPTIONS, function* (c) {
  if (c.argv.length === 2 && /^--(help|version)$/.test(c.argv[1]) && !c.env.has('POSIXLY_CORRECT')) yield* parseArgs(c, NO_OPTIONS)
  const words = c.argv.slice(1)
  let newline = true
  let escapes = false
  while (words.length > 0 && /^-[neE]+$/.test(words[0])) {
    for (const letter of words[0].slice(1)) {
      if (letter === 'n') newline = false
      else escapes = letter === 'e'
    }
    words.shift()
  }
  const text = words.join(' ')
  if (!escapes) {
    yield* c.stdout.write(text + (newline ? '\n' : ''))
    return 0
  }
  const { bytes, stop } = expandEscapes(text, 'echo')
  yield* c.stdout.write(newline && !stop ? concatBytes([bytes, Uint8Array.of(10)]) : bytes)
  return 0
})
