// true(1), false(1): no options but --help and --version, and those only as the one argument.
import { NO_OPTIONS, command, parseArgs } from './command.ts'
import type { Main } from '../../libc/crt.ts'

const answering = (status: number): Main =>
  function* main(c) {
    if (c.argv.length === 2 && /^--(help|version)$/.test(c.argv[1])) yield* parseArgs(c, NO_OPTIONS, 1, undefined, status)
    return status
  }

export const trueCommand = command('true', 'do nothing, successfully', NO_OPTIONS, answering(0))
export const falseCommand = command('false', 'do nothing, unsuccessfully', NO_OPTIONS, answering(1))
