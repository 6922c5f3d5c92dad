// docker(1): finds the command, parses its flags, runs it, reports in docker's words. Talks to the daemon's socket and to nothing else.
import type { Flow } from '../../../../abi/syscalls.ts'
import { type Crt, program } from '../../../libc/crt.ts'
import { EXIT_UNSIMULATED, unsimulated } from '../../../libc/err.ts'
import { GoRuntime } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { DOCKER_SOCKET, DOCKER_VERSION } from '../api.ts'
import { type Cli, columns, type Command, fail } from './cli.ts'
import { COMMANDS } from './commands.ts'
import { Connection, RequestError } from './connection.ts'
import { groupHelp, GROUPS, rootHelp } from './groups.ts'
import { findPlugin, listPlugins, runPlugin } from './plugins.ts'
import { unsimulatedOption } from './unsimulated.ts'
import { helpText, parseFlags, parseFlagTable } from './usage.ts'

const GLOBAL_FLAGS = parseFlagTable(`
config:string|Location of client config files
c context:string|Name of the context
D debug|Enable debug mode
H host:list|Daemon socket(s) to connect to
l log-level:string|Set the logging level
tls|Use TLS
tlscacert:string|Trust certs signed only by this CA
tlscert:string|Path to TLS certificate file
tlskey:string|Path to TLS key file
tlsverify|Use TLS and verify the remote
v version|Print version information and quit`)

function countMessage(command: Command, given: number): string | undefined {
  const { usage, least, most } = command
  if (given >= least && given <= most) return undefined
  const words = usage.name
  const plural = (n: number): string => (n === 1 ? 'argument' : 'arguments')
  const takes = most === 0 ? 'accepts no arguments'
    : least === most ? `requires exactly ${least} ${plural(least)}`
      : most === Infinity ? `requires at least ${least} ${plural(least)}`
        : least === 0 ? `requires at most ${most} ${plural(most)}` : `requires at least ${least} and at most ${most} ${plural(most)}`
  return `"docker ${words}" ${takes}.\nSee 'docker ${words} --help'.\n\nUsage:  docker ${usage.usage}\n\n${usage.short.split('\n')[0].split('. ')[0]}`
}

function* runCommand(cli: Cli, command: Command, words: readonly string[]): Flow<number> {
  const { usage } = command
  const parsed = parseFlags(parseFlagTable(usage.flags), words, command.stopsAtFirst === true, command.validate)
  if (parsed === 'help') {
    const isShort = words.includes('-h') && !words.includes('--help')
    if (isShort) yield* cli.c.stderr.write('Flag shorthand -h has been deprecated, please use --help\n')
    yield* cli.c.stdout.write(helpText(usage, yield* columns(cli)))
    return 0
  }
  if ('error' in parsed) return yield* fail(cli, `${parsed.error}\nSee 'docker ${usage.name} --help'.`, 125)
  const wrong = countMessage(command, parsed.args.length)
  if (wrong !== undefined) return yield* fail(cli, wrong, 1)
  const lacking = unsimulatedOption(usage.name, parsed)
  if (lacking !== undefined) return yield* unsimulated({ ...cli.c, name: 'docker' }, `option --${lacking}`)
  try {
    return yield* command.run(cli, parsed)
  } catch (thrown) {
    if (thrown instanceof RequestError) return yield* fail(cli, thrown.message, thrown.isUnsimulated ? EXIT_UNSIMULATED : 1)
    throw thrown
  }
}

function* dispatch(cli: Cli, words: readonly string[]): Flow<number> {
  const [first, second] = words
  if (first === 'help') {
    const target = words.slice(1)
    return target.length === 0 ? yield* showRoot(cli) : yield* dispatch(cli, [...target, '--help'])
  }
  const group = GROUPS.find((g) => g.name === first)
  if (group === undefined) {
    const command = COMMANDS.get(first)
    if (command !== undefined) return yield* runCommand(cli, command, words.slice(1))
    const plugin = yield* findPlugin(cli, first)
    if (plugin !== undefined) return yield* runPlugin(cli, plugin)
    return yield* fail(cli, `docker: '${first}' is not a docker command.\nSee 'docker --help'`)
  }
  const command = second === undefined ? undefined : (COMMANDS.get(`${first} ${second}`) ?? COMMANDS.get(`${first} ${group.aliases[second] ?? ''}`))
  if (command !== undefined) return yield* runCommand(cli, command, words.slice(2))
  if (second !== undefined && group.known.includes(second) && !words.includes('--help')) return yield* unsimulated(cli.c, `${first} ${second}`)
  const isHelp = second === undefined || !second.startsWith('-') || second === '--help' || second === '-h'
  if (!isHelp) return yield* fail(cli, `unknown ${second.startsWith('--') ? `flag: ${second}` : `shorthand flag: '${second[1]}' in ${second}`}\nSee 'docker ${first} --help'.\n${groupHelp(group)}`, 125)
  yield* (second?.startsWith('-') === true ? cli.c.stdout : cli.c.stderr).write(groupHelp(group))
  return 0
}
/** Plug-ins are listed among the management commands. */
function* rootText(cli: Cli, withCompletion = true): Flow<string> {
  return rootHelp(yield* columns(cli), cli.c.env.get('HOME') ?? '/root', withCompletion, yield* listPlugins(cli))
}
function* showRoot(cli: Cli): Flow<number> {
  yield* cli.c.stdout.write(yield* rootText(cli))
  return 0
}

/** What it takes until a Go program of 48 MB has read its configuration and looked for plug-ins, in microseconds. */
const START_COST = 20000

function* main(c: Crt): Flow<number> {
  yield* call('cpu', START_COST)
  const rt = new GoRuntime()
  const parsed = parseFlags(GLOBAL_FLAGS, c.argv.slice(1), true)
  const early: Cli = { c, rt, api: new Connection(rt, `unix://${DOCKER_SOCKET}`) }
  if (parsed === 'help') {
    if (c.argv.includes('-h') && !c.argv.includes('--help')) yield* c.stderr.write('Flag shorthand -h has been deprecated, please use --help\n')
    return yield* showRoot(early)
  }
  if ('error' in parsed) return yield* fail(early, `${parsed.error}\nSee 'docker --help'.\n${yield* rootText(early, false)}`, 125)
  if (parsed.bool('version')) {
    yield* c.stdout.write(`Docker version ${DOCKER_VERSION}, build 297e128\n`)
    return 0
  }
  const env = c.env.get('DOCKER_HOST')
  const host = parsed.get('host') ?? (env === undefined || env === '' ? `unix://${DOCKER_SOCKET}` : env)
  const cli: Cli = { c, rt, api: new Connection(rt, host.includes('://') ? host : `tcp://${host}${host.includes(':') ? '' : ':2375'}`) }
  if (parsed.args.length === 0) {
    yield* c.stderr.write(yield* rootText(cli))
    return 0
  }
  return yield* rt.run(dispatch(cli, parsed.args))
}

export const docker = program(main)
