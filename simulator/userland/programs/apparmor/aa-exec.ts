// aa-exec(1): runs a command confined by a profile, from its execve(2) on or at once. aa-enabled(1): is AppArmor there?
import { Errno, isErr } from '../../../abi/errno.ts'
import { O_WRONLY } from '../../../abi/fcntl.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { type Crt, envStrings, program } from '../../libc/crt.ts'
import { call } from '../../libc/syscall.ts'
import { execvpe, readFile, stat, writeFile } from '../../libc/unistd.ts'
import { readOptions } from './options.ts'

const USAGE = `USAGE: aa-exec [OPTIONS] <prog> <args>

Confine <prog> with the specified PROFILE.

OPTIONS:
  -p PROFILE, --profile=PROFILE\t\tPROFILE to confine <prog> with
  -n NAMESPACE, --namespace=NAMESPACE\tNAMESPACE to confine <prog> in
  -d, --debug\t\t\t\tshow messages with debugging information
  -i, --immediate\t\t\tchange profile immediately instead of at exec
  -v, --verbose\t\t\t\tshow messages with stats
  -h, --help\t\t\t\tdisplay this help

`
export const aaExecOptions = {
  short: '+dvhp:n:i',
  long: [
    { name: 'debug', arg: 'none', is: 'd' }, { name: 'verbose', arg: 'none', is: 'v' }, { name: 'help', arg: 'none', is: 'h' }, { name: 'profile', arg: 'required', is: 'p' },
    { name: 'namespace', arg: 'required', is: 'n', unsimulated: true }, { name: 'immediate', arg: 'none', is: 'i' },
  ],
  unsimulatedShort: 'n',
} as const

function* error(c: Crt, text: string): Flow<number> {
  yield* c.stderr.write(`[${String(yield* call('getpid'))}] aa-exec: ERROR: ${text}\n`)
  return 1
}

export const aaExec = program(function* (c) {
  const { has, value, operands, error: wrong } = yield* readOptions(c, aaExecOptions)
  if (wrong !== undefined) yield* c.stderr.write(`${wrong}\n`)
  if (has('h')) {
    yield* c.stdout.write(USAGE)
    return 0
  }
  if (wrong !== undefined || operands.length === 0) {
    yield* c.stderr.write(USAGE)
    return 1
  }
  const profile = value('p')
  if (profile !== undefined) {
    const atOnce = has('i')
    const changed = yield* writeFile(`/proc/${String(yield* call('gettid'))}/attr/apparmor/${atOnce ? 'current' : 'exec'}`, `${atOnce ? 'changeprofile' : 'exec'} ${profile}`, O_WRONLY)
    if (isErr(changed)) return yield* error(c, reason(changed, profile))
  }
  const failed = yield* execvpe(operands[0], operands, envStrings(c.env))
  return yield* error(c, `Failed to execute "${operands[0]}": ${failed.message}`)
})

function reason(errno: Errno, profile: string): string {
  if (errno === Errno.ENOENT) return `profile '${profile}' does not exist`
  if (errno === Errno.EACCES || errno === Errno.EPERM) return `insufficient permissions to change to the profile '${profile}'`
  return errno === Errno.EINVAL ? 'AppArmor interface not available' : errno.message
}

export const aaEnabled = program(function* (c) {
  const quiet = c.argv.slice(1).some((a) => a === '-q' || a === '--quiet')
  const enabled = yield* readFile('/sys/module/apparmor/parameters/enabled')
  if (enabled === Errno.EACCES || enabled === Errno.EPERM) {
    if (!quiet) yield* c.stdout.write('Maybe - insufficient permissions to determine availability.\n')
    return 4
  }
  const isEnabled = isErr(enabled) ? !isErr(yield* stat('/sys/kernel/security/apparmor')) : enabled.startsWith('Y')
  if (!quiet) yield* c.stdout.write(isEnabled ? 'Yes\n' : 'No - not available on this system.\n')
  return isEnabled ? 0 : 1
})
