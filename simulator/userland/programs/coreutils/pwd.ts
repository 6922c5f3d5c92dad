// pwd(1), the program: -P is the default, -L trusts $PWD if it names the working directory and has no . or .. in it.
import { isErr } from '../../../abi/errno.ts'
import { fail, warn } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { stat } from '../../libc/unistd.ts'
import { command, parseArgs } from './command.ts'

const options = { short: 'LP', long: [{ name: 'logical', arg: 'none', is: 'L' }, { name: 'physical', arg: 'none', is: 'P' }] } as const

export const pwd = command('pwd', 'print the working directory', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options)
  if (operands.length > 0) yield* warn(c, 'ignoring non-option arguments')
  const logical = given.at(-1)?.opt === 'L' || (given.length === 0 && c.env.has('POSIXLY_CORRECT'))
  const named = c.env.get('PWD')
  if (logical && named !== undefined && named.startsWith('/') && !/\/\.{1,2}(\/|$)/.test(named)) {
    const [there, here] = [yield* stat(named), yield* stat('.')]
    if (!isErr(there) && !isErr(here) && there.dev === here.dev && there.ino === here.ino) {
      yield* c.stdout.write(`${named}\n`)
      return 0
    }
  }
  const cwd = yield* call('getcwd')
  if (isErr(cwd)) return yield* fail(c, 1, 'couldn\'t find directory entry in ‘..’ with matching i-node')
  yield* c.stdout.write(`${cwd}\n`)
  return 0
})
