// What all util-linux programs share: --help and --version, the shape of their complaints, strict numbers (lib/strutils.c), running a program.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno as E, type Errno } from '../../../abi/errno.ts'
import type { OptionEvent } from '../../../lib/getopt.ts'
import { type Crt, envStrings, exit } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { execvpe } from '../../libc/unistd.ts'

export const UTIL_LINUX = 'util-linux 2.38.1'
/** What mount and umount add to --version. */
export const LIBMOUNT = ' (libmount 2.38.1: selinux, smack, btrfs, verity, namespaces, assert, debug)'

/** err(3) and errx(3): complain and exit. */
export function* die(c: Crt, status: number, message: string, errno?: Errno): Flow<never> {
  yield* warn(c, message, errno)
  return exit(status)
}

/** `Try 'x --help' for more information.`, then exit. */
export function* tryHelp(c: Crt, status = 1): Flow<never> {
  yield* c.stderr.write(`Try '${c.name} --help' for more information.\n`)
  return exit(status)
}

export interface Option {
  readonly opt: string
  readonly arg: string | undefined
}

/** One option of getoptLong. --help (as `h`), --version (as `V`), bad options and unsimulated ones are answered here and end the program. */
export function* option(c: Crt, event: OptionEvent, help: string, status = 1, versionNote = ''): Flow<Option> {
  if ('error' in event) {
    yield* warn(c, event.error)
    return yield* tryHelp(c, status)
  }
  if ('unsimulated' in event) return exit(yield* unsimulated(c, `option ${event.unsimulated}`))
  if (event.opt === 'h' && event.arg === undefined) {
    yield* c.stdout.write(help)
    return exit(0)
  }
  if (event.opt === 'V') {
    yield* c.stdout.write(`${c.name} from ${UTIL_LINUX}${versionNote}\n`)
    return exit(0)
  }
  return event
}

/** strtoul_or_err(): the whole text must be an unsigned number. */
export function* unsignedNumber(c: Crt, text: string, message: string, max = 2 ** 64 - 1): Flow<number> {
  if (!/^\s*\+?\d+$/.test(text)) return yield* die(c, 1, `${message}: '${text}'`)
  const n = Number(text)
  return n > max ? yield* die(c, 1, `${message}: '${text}'`, E.ERANGE) : n
}

/** strtos64_or_err(): the whole text must be a signed number. */
export function* signedNumber(c: Crt, text: string, message: string): Flow<number> {
  if (!/^\s*[+-]?\d+$/.test(text)) return yield* die(c, 1, `${message}: '${text}'`)
  return Number(text)
}

/** execvp(3); if it fails, says so and exits with 127 (not found) or 126. */
export function* execute(c: Crt, argv: readonly string[]): Flow<never> {
  yield* c.stdout.flush()
  const error = yield* execvpe(argv[0], argv, envStrings(c.env))
  return yield* die(c, error === E.ENOENT ? 127 : 126, `failed to execute ${argv[0]}`, error)
}

/** exec_shell(): the user's shell as a login shell, named `-bash`. */
export function* executeShell(c: Crt): Flow<never> {
  const shell = c.env.get('SHELL') ?? '/bin/sh'
  const error = yield* execvpe(shell, [`-${shell.slice(shell.lastIndexOf('/') + 1)}`], envStrings(c.env))
  return yield* die(c, error === E.ENOENT ? 127 : 126, `failed to execute ${shell}`, error)
}
