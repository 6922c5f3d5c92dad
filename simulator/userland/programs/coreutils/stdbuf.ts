// stdbuf(1): a program with other buffering of its standard streams, told to its C library by environment variables.
import { Errno } from '../../../abi/errno.ts'
import { parseSize } from '../../../lib/human.ts'
import { quote } from '../../../lib/quote.ts'
import { envStrings } from '../../libc/crt.ts'
import { fail, usageError } from '../../libc/err.ts'
import { execvpe } from '../../libc/unistd.ts'
import { command, needOperands, parseArgs } from './command.ts'

const EXIT_CANCELED = 125, EXIT_CANNOT_INVOKE = 126, EXIT_NOT_FOUND = 127
const LIBRARY = '/usr/libexec/coreutils/libstdbuf.so'

const options = {
  short: '+i:o:e:',
  long: [{ name: 'input', arg: 'required', is: 'i' }, { name: 'output', arg: 'required', is: 'o' }, { name: 'error', arg: 'required', is: 'e' }],
} as const

export const stdbuf = command('stdbuf', 'run a program with other buffering of its streams', options, function* (c) {
  const { options: given, operands } = yield* parseArgs(c, options, EXIT_CANCELED)
  const modes = new Map<string, string>()
  for (const { opt, arg = '' } of given) {
    if (opt === 'i' && arg === 'L') return yield* usageError(c, EXIT_CANCELED, 'line buffering stdin is meaningless')
    const size = arg === 'L' ? 'L' : parseSize(arg)
    if (size === undefined) return yield* fail(c, EXIT_CANCELED, `invalid mode ${quote(arg)}`)
    modes.set(`_STDBUF_${opt.toUpperCase()}`, String(size))
  }
  yield* needOperands(c, operands, 1, EXIT_CANCELED)
  if (modes.size === 0) return yield* usageError(c, EXIT_CANCELED, 'you must specify a buffering mode option')
  const env = new Map(c.env)
  for (const name of ['_STDBUF_I', '_STDBUF_O', '_STDBUF_E']) {
    const mode = modes.get(name)
    if (mode !== undefined) env.set(name, mode)
  }
  const preloaded = env.get('LD_PRELOAD')
  env.set('LD_PRELOAD', preloaded === undefined ? LIBRARY : `${preloaded}:${LIBRARY}`)
  const error = yield* execvpe(operands[0], operands, envStrings(env))
  return yield* fail(c, error === Errno.ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE, `failed to run command ${quote(operands[0])}`, error)
})
