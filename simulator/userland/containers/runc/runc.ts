// runc(8) 1.1.5 as Debian 12 has it: the OCI run time. Containers are made of the real steps: `runc init` in three stages, exec.fifo, state.json, a cgroup.
// Not simulated: checkpoint, restore, events, the systemd cgroup driver, keyrings, SELinux.
import type { Flow } from '../../../abi/syscalls.ts'
import { isErr } from '../../../abi/errno.ts'
import type { Crt } from '../../libc/crt.ts'
import { unsimulated } from '../../libc/err.ts'
import { call } from '../../libc/syscall.ts'
import { fail, GoError } from '../go-error.ts'
import { type ParsedFlags, parseFlags } from './cli.ts'
import { type Command, COMMANDS } from './commands.ts'
import { type Context, isSet, option } from './context.ts'
import { EXEC_FAILED, execCommand } from './exec.ts'
import { features } from './features.ts'
import { appHelp, commandHelp, GLOBAL_FLAGS, VERSION_TEXT } from './help.ts'
import { runInit } from './init.ts'
import { Log } from './log.ts'
import { deleteCommand, killCommand, listCommand, pauseCommand, psCommand, resumeCommand, stateCommand, updateCommand } from './manage.ts'
import { createCommand, runCommand, startCommand } from './run.ts'
import { goJson, specCommand } from './spec.ts'

interface Action {
  /** How many operands checkArgs demands. */
  readonly operands?: { readonly exact: number } | { readonly least: number }
  readonly run: (x: Context) => Flow<number>
}

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['create', { operands: { exact: 1 }, run: createCommand }],
  ['delete', { operands: { exact: 1 }, run: deleteCommand }],
  ['exec', { operands: { least: 1 }, run: execCommand }],
  ['kill', { operands: { least: 1 }, run: killCommand }],
  ['list', { operands: { exact: 0 }, run: listCommand }],
  ['pause', { operands: { exact: 1 }, run: pauseCommand }],
  ['ps', { operands: { least: 1 }, run: psCommand }],
  ['resume', { operands: { exact: 1 }, run: resumeCommand }],
  ['run', { operands: { exact: 1 }, run: runCommand }],
  ['start', { operands: { exact: 1 }, run: startCommand }],
  ['state', { operands: { exact: 1 }, run: stateCommand }],
  ['update', { operands: { exact: 1 }, run: updateCommand }],
  ['spec', { operands: { exact: 0 }, *run(x) {
    yield* specCommand(option(x, 'bundle'), isSet(x, 'rootless'))
    return 0
  } }],
  ['features', { operands: { exact: 0 }, *run(x) {
    yield* x.c.stdout.write(`${goJson(features(), '    ')}\n`)
    return 0
  } }],
])
/** Their operands may look like options: those of the command to be run. */
const KEEPS_ORDER: ReadonlySet<string> = new Set(['exec', 'ps'])

export function* runc(c: Crt): Flow<number> {
  if (c.argv[1] === 'init') return yield* runInit(c)
  const global = parseFlags(c.argv.slice(1), [...GLOBAL_FLAGS, { name: 'version', short: 'v', usage: '' }], false)
  if (global.error !== undefined) {
    yield* c.stdout.write(`Incorrect Usage. ${global.error}\n\n${appHelp()}`)
    return yield* fatal(c, yield* Log.open(undefined, 'text'), global.error, 1)
  }
  const [name, ...words] = global.operands
  if (global.values.has('version')) return yield* say(c, `runc version ${VERSION_TEXT}`)
  if (global.wantsHelp || name === undefined) return yield* say(c, appHelp())
  if (name === 'help' || name === 'h') {
    const about = COMMANDS.find((command) => command.name === words[0])
    return yield* say(c, about === undefined ? appHelp() : commandHelp(about))
  }
  let log: Log
  try {
    log = yield* Log.open(global.values.get('log'), global.values.get('log-format') ?? 'text')
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    return yield* fatal(c, yield* Log.open(undefined, 'text'), thrown.message, 1)
  }
  const command = COMMANDS.find((one) => one.name === name)
  if (command === undefined) return yield* fatal(c, log, `No help topic for '${name}'\n`, 3)
  return yield* runCommandNamed(c, command, words, global, log)
}

function* say(c: Crt, text: string): Flow<number> {
  yield* c.stdout.write(text)
  return 0
}

/** Logs the error; with --log FILE it is also said plainly on stderr. */
function* fatal(c: Crt, log: Log, message: string, status: number): Flow<number> {
  yield* c.stdout.flush()
  yield* log.write('error', message)
  if (!log.isStderr) yield* c.stderr.write(`${message}\n`)
  return status
}

function* runCommandNamed(c: Crt, command: Command, words: readonly string[], global: ParsedFlags, log: Log): Flow<number> {
  const flags = parseFlags(words, command.flags, !KEEPS_ORDER.has(command.name))
  if (flags.error !== undefined) {
    yield* c.stdout.write(`Incorrect Usage: ${flags.error}\n\n${commandHelp(command)}`)
    return yield* fatal(c, log, flags.error, 1)
  }
  if (flags.wantsHelp) return yield* say(c, commandHelp(command))
  const action = ACTIONS.get(command.name)
  if (action === undefined) return yield* unsimulated({ ...c, name: 'runc' }, `the command ${command.name}`)
  for (const missing of ['systemd-cgroup']) if (global.values.has(missing)) return yield* unsimulated({ ...c, name: 'runc' }, `option --${missing}`)
  const wrong = wrongOperands(command.name, action, flags.operands.length)
  if (wrong !== undefined) {
    yield* c.stdout.write(`Incorrect Usage.\n\n${commandHelp(command)}`)
    return yield* fatal(c, log, wrong, 1)
  }
  try {
    const root = yield* stateRoot(c, global.values.get('root'))
    return yield* action.run({ c, log, root, rootless: global.values.get('rootless') ?? 'auto', flags, args: flags.operands })
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown
    return yield* fatal(c, log, thrown.message, command.name === 'exec' ? EXEC_FAILED : 1)
  }
}

function wrongOperands(name: string, { operands }: Action, count: number): string | undefined {
  if (operands === undefined) return undefined
  if ('exact' in operands) return count === operands.exact ? undefined : `runc: "${name}" requires exactly ${operands.exact} argument(s)`
  return count >= operands.least ? undefined : `runc: "${name}" requires a minimum of ${operands.least} argument(s)`
}

/** --root, or for users other than root a directory of their session. */
function* stateRoot(c: Crt, given: string | undefined): Flow<string> {
  if (given !== undefined) {
    if (given.startsWith('/')) return given
    const cwd = yield* call('getcwd')
    return isErr(cwd) ? fail('getwd') : `${cwd}/${given}`
  }
  const session = c.env.get('XDG_RUNTIME_DIR')
  return session !== undefined && session !== '' && (yield* call('geteuid')) !== 0 ? `${session}/runc` : '/run/runc'
}
