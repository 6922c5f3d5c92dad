// The command line of sudo(8) 1.9.13.
import type { Flow } from '../../../abi/syscalls.ts'
import type { OptionTable } from '../../program-table.ts'
import { getoptLong } from '../../../lib/getopt.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import { unsimulated, warn } from '../../libc/err.ts'
import { terminalWidth } from '../../libc/tty.ts'
import { sudoHelp, sudoUsage } from './help.ts'

export const SUDO_OPTIONS: OptionTable = {
  short: '+Aa:BbC:c:D:Eeg:Hh::iKklNnPp:R:r:SsT:t:U:u:Vv',
  unsimulatedShort: 'Aacert',
  long: [
    { name: 'askpass', arg: 'none', unsimulated: true }, { name: 'bell', arg: 'none', is: 'B' }, { name: 'background', arg: 'none', is: 'b' },
    { name: 'close-from', arg: 'required', is: 'C' }, { name: 'chdir', arg: 'required', is: 'D' }, { name: 'preserve-env', arg: 'optional', is: 'E' },
    { name: 'edit', arg: 'none', unsimulated: true }, { name: 'group', arg: 'required', is: 'g' }, { name: 'set-home', arg: 'none', is: 'H' },
    { name: 'help', arg: 'none', is: 'help' }, { name: 'host', arg: 'required', unsimulated: true }, { name: 'login', arg: 'none', is: 'i' },
    { name: 'remove-timestamp', arg: 'none', is: 'K' }, { name: 'reset-timestamp', arg: 'none', is: 'k' }, { name: 'list', arg: 'none', is: 'l' },
    { name: 'no-update', arg: 'none', is: 'N' }, { name: 'non-interactive', arg: 'none', is: 'n' }, { name: 'preserve-groups', arg: 'none', is: 'P' },
    { name: 'prompt', arg: 'required', is: 'p' }, { name: 'chroot', arg: 'required', is: 'R' }, { name: 'role', arg: 'required', unsimulated: true },
    { name: 'stdin', arg: 'none', is: 'S' }, { name: 'shell', arg: 'none', is: 's' }, { name: 'type', arg: 'required', unsimulated: true },
    { name: 'command-timeout', arg: 'required', is: 'T' }, { name: 'other-user', arg: 'required', is: 'U' }, { name: 'user', arg: 'required', is: 'u' },
    { name: 'version', arg: 'none', is: 'V' }, { name: 'validate', arg: 'none', is: 'v' },
  ],
}

export interface SudoRequest {
  /** Option letters without arguments. */
  readonly flags: Set<string>
  user: string | undefined
  group: string | undefined
  otherUser: string | undefined
  prompt: string | undefined
  /** --preserve-env=list */
  readonly preserve: string[]
  /** VAR=value before the command. */
  readonly assignments: (readonly [string, string])[]
  /** An option that needs a permission nobody has here. */
  forbidden: 'C' | 'D' | 'R' | 'T' | undefined
  command: readonly string[]
}

export function* usage(c: Crt): Flow<never> {
  yield* c.stderr.write(sudoUsage((yield* terminalWidth(2, c.env)) ?? 80))
  return exit(1)
}

export function* parseSudo(c: Crt): Flow<SudoRequest> {
  const parsed = getoptLong(c.argv, SUDO_OPTIONS.short, SUDO_OPTIONS.long, SUDO_OPTIONS.unsimulatedShort)
  const r: SudoRequest = {
    flags: new Set(), user: undefined, group: undefined, otherUser: undefined, prompt: undefined, preserve: [], assignments: [], forbidden: undefined, command: [],
  }
  for (const event of parsed.options) {
    if ('error' in event) {
      yield* warn(c, event.error)
      yield* usage(c)
    } else if ('unsimulated' in event) exit(yield* unsimulated(c, `option ${event.unsimulated}`))
    else yield* take(c, r, event.opt, event.arg)
  }
  const words = [...parsed.operands]
  for (let m = assignment(words[0]); m; m = assignment(words[0])) {
    r.assignments.push(m)
    words.shift()
  }
  r.command = words
  if (r.flags.has('i') && r.flags.has('s')) {
    yield* warn(c, 'you may not specify both the -i and -s options')
    yield* usage(c)
  }
  if (r.flags.has('i') && r.flags.has('E')) {
    yield* warn(c, 'you may not specify both the -i and -E options')
    yield* usage(c)
  }
  const alone = ['l', 'v', 'k', 'K', 'i', 's', 'V'].some((f) => r.flags.has(f))
  if (r.command.length === 0 && !alone) yield* usage(c)
  return r
}

function assignment(word: string | undefined): readonly [string, string] | undefined {
  const eq = word?.indexOf('=') ?? -1
  return word !== undefined && eq > 0 && !word.slice(0, eq).includes('/') ? [word.slice(0, eq), word.slice(eq + 1)] : undefined
}

function* take(c: Crt, r: SudoRequest, opt: string, arg: string | undefined): Flow<void> {
  if (opt === 'help' || (opt === 'h' && arg === undefined)) {
    yield* c.stdout.write(sudoHelp((yield* terminalWidth(2, c.env)) ?? 80))
    exit(0)
  }
  if (opt === 'u') r.user = arg
  else if (opt === 'g') r.group = arg
  else if (opt === 'U') r.otherUser = arg
  else if (opt === 'p') r.prompt = arg
  else if (opt === 'E' && arg !== undefined) r.preserve.push(...arg.split(','))
  else if (opt === 'C' || opt === 'D' || opt === 'R' || opt === 'T') r.forbidden = opt
  else r.flags.add(opt === 'l' && r.flags.has('l') ? 'll' : opt)
}
