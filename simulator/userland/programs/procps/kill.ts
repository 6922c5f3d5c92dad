// kill(1) of procps 4.0.2, the program: the shell's builtin is another one with other messages.
import { isErr } from '../../../abi/errno.ts'
import { SIGTERM } from '../../../abi/signal.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { kill as sendSignal } from '../../libc/unistd.ts'
import { LISTED_SIGNALS, signalList, signalName, signalNumber, signalTable } from './signals.ts'

const USAGE = `
Usage:
 kill [options] <pid> [...]

Options:
 <pid> [...]            send signal to every <pid> listed
 -<signal>, -s, --signal <signal>
                        specify the <signal> to be sent
 -q, --queue <value>    integer value to be sent with the signal
 -l, --list=[<signal>]  list all signal names, or convert one to a name
 -L, --table            list all signal names in a nice table

 -h, --help     display this help and exit
 -V, --version  output version information and exit

For more details see kill(1).
`

export function* kill(c: Crt): Flow<number> {
  const argv0 = c.argv[0] ?? 'kill'
  const words = c.argv.slice(1)
  const complain = function* (message: string): Flow<number> {
    yield* c.stderr.write(`${argv0}: ${message}\n`)
    return 1
  }
  const usage = function* (): Flow<number> {
    yield* c.stderr.write(USAGE)
    return 1
  }
  let signal = SIGTERM
  const given = words.findIndex((w) => w.startsWith('-') && w.length > 1 && signalNumber(w.slice(1)) !== undefined && !words.slice(0, words.indexOf(w)).includes('--'))
  if (given >= 0) signal = signalNumber(words.splice(given, 1)[0].slice(1)) ?? SIGTERM
  while (words.length > 0 && words[0].startsWith('-') && words[0] !== '-') {
    const word = words.shift() ?? ''
    if (word === '--') break
    const long = /^--(\w+)(?:=(.*))?$/.exec(word)
    const option = long === null ? word[1] : longOption(long[1])
    const attached = long === null ? (word.length > 2 ? word.slice(2) : undefined) : long[2]
    if (option === 'l') return yield* list(c, attached ?? words[0], complain)
    if (option === 'L') {
      yield* c.stdout.write(signalTable())
      return 0
    }
    if (option === 'h') {
      yield* c.stdout.write(USAGE)
      return 0
    }
    if (option === 'V') {
      yield* c.stdout.write('kill from procps-ng 4.0.2\n')
      return 0
    }
    if (option === 'q') return yield* unsimulated(c, 'option --queue')
    const name = option === 's' ? attached ?? words.shift() : undefined
    if (name === undefined) {
      yield* complain(`invalid argument ${long === null ? word[1] : ' '}`)
      return yield* usage()
    }
    signal = signalNumber(name) ?? -1
  }
  if (words.length === 0) return yield* usage()
  let status = 0
  for (const word of words) {
    if (!/^[-+]?\d+$/.test(word)) {
      status = yield* complain(`failed to parse argument: '${word}'`)
      continue
    }
    const sent = yield* sendSignal(Number(word), signal)
    if (isErr(sent)) status = yield* complain(`(${word}): ${sent.message}`)
  }
  return status
}

const LONG = ['list', 'table', 'help', 'version', 'queue', 'signal']
function longOption(typed: string): string | undefined {
  const found = LONG.filter((name) => name.startsWith(typed))
  if (found.length !== 1) return undefined
  return found[0] === 'table' ? 'L' : found[0] === 'version' ? 'V' : found[0][0]
}

function* list(c: Crt, what: string | undefined, complain: (message: string) => Flow<number>): Flow<number> {
  if (what === undefined) {
    yield* c.stdout.write(signalList())
    return 0
  }
  const number = signalNumber(what)
  const known = number === undefined ? undefined : signalName(number)
  if (number === undefined || known === undefined) return yield* complain(`unknown signal name ${what}`)
  yield* c.stdout.write(`${/^\d/.test(what) ? known : LISTED_SIGNALS.indexOf(known) + 1}\n`)
  return 0
}
