// users(1), who(1): who is logged in. The machine keeps no utmp, as the reference host, so the lists are empty.
import { isErr } from '../../../abi/errno.ts'
import { unsimulated } from '../../libc/err.ts'
import { readFile } from '../../libc/unistd.ts'
import { NO_OPTIONS, command, parseArgs } from './command.ts'

const UTMP = '/var/run/utmp'

export const users = command('users', 'print who is logged in', NO_OPTIONS, function* (c) {
  const { operands } = yield* parseArgs(c, NO_OPTIONS)
  const records = yield* readFile(operands[0] ?? UTMP)
  return isErr(records) || records === '' ? 0 : yield* unsimulated(c, 'a utmp file with entries')
})

const whoOptions = {
  short: 'abdlmpqrstuwHT',
  long: [
    { name: 'all', arg: 'none', is: 'a' }, { name: 'boot', arg: 'none', is: 'b' }, { name: 'count', arg: 'none', is: 'q' }, { name: 'dead', arg: 'none', is: 'd' },
    { name: 'heading', arg: 'none', is: 'H' }, { name: 'login', arg: 'none', is: 'l' }, { name: 'lookup', arg: 'none' }, { name: 'message', arg: 'none', is: 'T' },
    { name: 'mesg', arg: 'none', is: 'T' }, { name: 'process', arg: 'none', is: 'p' }, { name: 'runlevel', arg: 'none', is: 'r' },
    { name: 'short', arg: 'none', is: 's' }, { name: 'time', arg: 'none', is: 't' }, { name: 'users', arg: 'none', is: 'u' }, { name: 'writable', arg: 'none', is: 'T' },
  ],
} as const

export const who = command('who', 'show who is logged in', whoOptions, function* (c) {
  const { options, operands } = yield* parseArgs(c, whoOptions)
  const records = yield* readFile(operands.length === 1 ? operands[0] : UTMP)
  if (!isErr(records) && records !== '') return yield* unsimulated(c, 'a utmp file with entries')
  if (options.some((o) => o.opt === 'q')) yield* c.stdout.write('\n# users=0\n')
  else if (options.some((o) => o.opt === 'H')) yield* c.stdout.write('NAME     LINE         TIME             COMMENT\n')
  return 0
})
