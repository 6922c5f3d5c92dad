// docker compose (Docker Compose v2): a plug-in of the docker client's, a program of its own that speaks to the daemon's socket. It tells the client who it is when called
// with `docker-cli-plugin-metadata`; otherwise its words are those of `docker compose …`.
import type { Flow } from '../../../../abi/syscalls.ts'
import { type Crt, program } from '../../../libc/crt.ts'
import { GoRuntime } from '../../../libc/goroutine.ts'
import { call } from '../../../libc/syscall.ts'
import { readToEnd } from '../../../libc/unistd.ts'
import { isErr } from '../../../../abi/errno.ts'
import { decodeUtf8 } from '../../../../lib/bytes.ts'
import { DOCKER_SOCKET } from '../api.ts'
import { cpCommand } from '../client/archive-commands.ts'
import { type Cli, columns } from '../client/cli.ts'
import { Connection, RequestError } from '../client/connection.ts'
import { parseTimestamp } from '../client/timestamps.ts'
import { Flags, flagUsages, helpText, parseFlags, parseFlagTable } from '../client/usage.ts'
import { Backend } from './backend.ts'
import { textOf } from './canonical.ts'
import { buildService } from './build.ts'
import { down } from './down.ts'
import { ComposeError, notSimulated, refused } from './error.ts'
import * as lifecycle from './lifecycle.ts'
import { config, images, ls, ofServices, port, ps, top, version } from './listing.ts'
import { showLogs } from './logs.ts'
import { Progress } from './progress.ts'
import { loadProject, normalizeName, type Project, type ProjectOptions, selectServices } from './project.ts'
import { exec, run } from './run.ts'
import { COMPOSE_VERSION, imageOf } from './service-request.ts'
import { attachProject, waitRunning } from './attach.ts'
import { createProject, pullImage, startProject, type UpOptions, warn } from './up.ts'
import { unsimulatedOption } from './unsimulated.ts'
import { commandList, ROOT_FLAGS, USAGES } from './usage.ts'

const METADATA = { SchemaVersion: '0.1.0', Vendor: 'Docker Inc.', Version: `v${COMPOSE_VERSION}`, ShortDescription: 'Docker Compose' }
/** What it takes until the program runs, in microseconds. */
const START_COST = 30000
const FILE_NOT_FOUND = 14

interface Call {
  readonly backend: Backend
  readonly root: Flags
  readonly flags: Flags
}
type Handler = (call: Call) => Flow<number>

function* project({ backend, root }: Call, wanted: readonly string[] = []): Flow<Project> {
  const warnings: string[] = []
  const options: ProjectOptions = {
    files: root.list('file'), name: root.get('project-name'), directory: root.get('project-directory') ?? root.get('workdir'), envFiles: root.list('env-file'), profiles: root.list('profile'),
    env: backend.cli.c.env, wanted, warn: (message) => warnings.push(message),
  }
  const stdin = function* (): Flow<string> {
    const data = yield* readToEnd(0)
    return isErr(data) ? '' : decodeUtf8(data)
  }
  try {
    const loaded = yield* loadProject(options, stdin)
    if (loaded.services.size === 0 && loaded.disabled.size === 0) throw new ComposeError('no service selected')
    return loaded
  } finally {
    for (const message of warnings) yield* warn(backend, message)
  }
}
/** A project's name is enough for many commands, if it is said and there is no file. */
function* nameAndProject(c: Call): Flow<{ readonly backend: Backend; readonly name: string; readonly project: Project | undefined }> {
  const name = c.root.get('project-name') ?? c.backend.cli.c.env.get('COMPOSE_PROJECT_NAME')
  try {
    const loaded = yield* project(c, c.flags.args)
    return { backend: c.backend, name: loaded.name, project: loaded }
  } catch (thrown) {
    if (!(thrown instanceof ComposeError) || thrown.status !== FILE_NOT_FOUND || name === undefined || name === '' || c.root.has('file')) throw thrown
    return { backend: c.backend, name: normalizeName(name), project: undefined }
  }
}

function upOptions({ flags }: Call): UpOptions {
  if (flags.bool('force-recreate') && flags.bool('no-recreate')) throw new ComposeError('--force-recreate and --no-recreate are incompatible')
  if (flags.bool('build') && flags.bool('no-build')) throw new ComposeError('--build and --no-build are incompatible')
  const scale = new Map(flags.list('scale').map((entry): [string, number] => {
    const [name, count] = entry.split('=')
    if (count === undefined || !/^\d+$/.test(count)) throw new ComposeError(`invalid --scale option ${JSON.stringify(entry)}. Should be SERVICE=NUM`)
    return [name, Number(count)]
  }))
  return {
    build: flags.bool('build'), noBuild: flags.bool('no-build'), recreate: flags.bool('force-recreate') ? 'force' : flags.bool('no-recreate') ? 'never' : 'diverged', scale,
    timeout: flags.has('timeout') ? flags.number('timeout') : undefined, removeOrphans: flags.bool('remove-orphans'), pull: flags.get('pull'),
  }
}

const up: Handler = function* (c) {
  const { backend, flags } = c
  const options = upOptions(c)
  if (flags.bool('detach') && (flags.bool('abort-on-container-exit') || flags.has('exit-code-from'))) throw new ComposeError('--detach cannot be combined with --abort-on-container-exit or --attach-dependencies')
  const all = yield* project(c, flags.args)
  for (const name of options.scale.keys()) if (!all.services.has(name)) throw new ComposeError(`no such service: ${name}`)
  const chosen = selectServices(all, flags.args, flags.bool('no-deps'))
  const progress = new Progress(backend.cli)
  yield* createProject(backend, chosen, options, progress)
  if (flags.bool('no-start')) return 0
  if (flags.bool('detach') || flags.bool('wait')) {
    yield* startProject(backend, chosen, progress)
    return flags.bool('wait') ? yield* waitRunning(backend, chosen, progress, flags.number('wait-timeout', Infinity)) : 0
  }
  const isAttached = (name: string): boolean => (flags.has('attach') ? flags.list('attach').includes(name) : flags.args.length === 0 || flags.bool('attach-dependencies') || flags.args.includes(name)) && !flags.list('no-attach').includes(name) && textOf(chosen.services.get(name)?.get('attach')) !== 'false'
  return yield* attachProject(backend, chosen, {
    isAttached, noPrefix: flags.bool('no-log-prefix'), noColor: flags.bool('no-color'), timestamps: flags.bool('timestamps'), abort: flags.bool('abort-on-container-exit') || flags.has('exit-code-from'),
    exitCodeFrom: flags.get('exit-code-from'), timeout: options.timeout,
  })
}

/** pull --policy missing: what is there stays. */
function* isKept({ backend, flags }: Call, image: string): Flow<boolean> {
  const policy = flags.get('policy') ?? 'always'
  if (!['missing', 'always'].includes(policy)) throw new ComposeError(`unknown pull policy ${JSON.stringify(policy)}`)
  return policy === 'missing' && (yield* backend.imageId(image)) !== undefined
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['up', up],
  ['create', function* (c) {
    yield* createProject(c.backend, selectServices(yield* project(c, c.flags.args), c.flags.args), upOptions(c), new Progress(c.backend.cli))
    return 0
  }],
  ['down', function* (c) {
    const { name, project: loaded } = yield* nameAndProject({ ...c, flags: new Flags() })
    const images = c.flags.text('rmi')
    if (!['', 'all', 'local'].includes(images)) throw new ComposeError(`invalid value for --rmi: ${JSON.stringify(images)}`)
    if (loaded !== undefined) for (const service of c.flags.args) if (!loaded.services.has(service)) throw new ComposeError(`no such service: ${service}`)
    yield* down(c.backend, name, loaded, {
      volumes: c.flags.bool('volumes'), images, removeOrphans: c.flags.bool('remove-orphans'), timeout: c.flags.has('timeout') ? c.flags.number('timeout') : undefined, services: c.flags.args,
    }, new Progress(c.backend.cli))
    return 0
  }],
  ['ps', function* (c) {
    const { name, project: loaded } = yield* nameAndProject(c)
    return yield* ps(c.backend, name, loaded, c.flags)
  }],
  ['images', function* (c) {
    const { name, project: loaded } = yield* nameAndProject(c)
    return yield* images(c.backend, name, loaded, c.flags)
  }],
  ['top', function* (c) {
    const { name, project: loaded } = yield* nameAndProject(c)
    return yield* top(c.backend, name, loaded, c.flags)
  }],
  ['port', function* (c) {
    return yield* port(c.backend, (yield* nameAndProject({ ...c, flags: new Flags() })).name, c.flags)
  }],
  ['ls', (c) => ls(c.backend, c.flags)],
  ['version', (c) => version(c.backend, c.flags)],
  ['config', function* (c) {
    return yield* config(c.backend, selectServices(yield* project(c, c.flags.args), c.flags.args), c.flags)
  }],
  ['logs', function* (c) {
    const { name, project: loaded } = yield* nameAndProject(c)
    const { flags, backend } = c
    const times: Record<string, string> = {}
    for (const key of ['since', 'until']) {
      const at = flags.has(key) ? yield* parseTimestamp(flags.text(key)) : ''
      if (at === undefined) throw new ComposeError(`failed to parse value as time or duration: ${JSON.stringify(flags.text(key))}`)
      times[key] = at
    }
    const index = flags.number('index', 0)
    const containers = ofServices(yield* backend.containers(name, { all: true }), loaded, flags.args).filter((x) => index === 0 || x.number === index)
    const tail = flags.text('tail')
    yield* showLogs(backend, name, containers, {
      follow: flags.bool('follow'), tail: tail === 'all' ? '' : tail, since: times['since'], until: times['until'], timestamps: flags.bool('timestamps'), noPrefix: flags.bool('no-log-prefix'), noColor: flags.bool('no-color'),
    })
    return 0
  }],
  ['exec', function* (c) {
    const { name } = yield* nameAndProject({ ...c, flags: new Flags() })
    return yield* exec(c.backend, name, c.flags)
  }],
  ['run', function* (c) {
    return yield* run(c.backend, yield* project(c, c.flags.args.slice(0, 1)), c.flags, upOptions(c))
  }],
  ['build', function* (c) {
    const chosen = selectServices(yield* project(c, c.flags.args), c.flags.args, !c.flags.bool('with-dependencies'))
    for (const [name, service] of chosen.services) if (service.has('build')) yield* buildService(c.backend.cli, chosen, name, service, { noCache: c.flags.bool('no-cache'), quiet: c.flags.bool('quiet'), pulls: c.flags.bool('pull'), args: c.flags.list('build-arg') })
    return 0
  }],
  ['pull', function* (c) {
    const chosen = selectServices(yield* project(c, c.flags.args), c.flags.args, !c.flags.bool('include-deps'))
    for (const [name, service] of chosen.services) if (!service.has('build') && !(yield* isKept(c, imageOf(chosen, name, service)))) yield* pullImage(c.backend, name, imageOf(chosen, name, service))
    return 0
  }],
  ['scale', function* (c) {
    const scale = new Map(c.flags.args.map((entry): [string, number] => {
      const [name, count = ''] = entry.split('=')
      if (!/^\d+$/.test(count)) throw new ComposeError(`invalid scale specifier: ${entry}`)
      return [name, Number(count)]
    }))
    const all = yield* project(c)
    const progress = new Progress(c.backend.cli)
    const chosen = selectServices(all, [...scale.keys()], c.flags.bool('no-deps'))
    yield* createProject(c.backend, chosen, { ...upOptions(c), scale }, progress)
    yield* startProject(c.backend, chosen, progress)
    return 0
  }],
  ['cp', function* (c) {
    const { name } = yield* nameAndProject({ ...c, flags: new Flags() })
    const containers = yield* c.backend.containers(name, { all: true })
    const index = c.flags.number('index', 1)
    const plain = new Flags()
    for (const flag of ['archive', 'follow-link']) if (c.flags.bool(flag)) plain.set(flag, 'true')
    for (const arg of c.flags.args) {
      const match = /^([a-zA-Z0-9._-]+):(.*)$/.exec(arg)
      const container = match === null ? undefined : containers.find((x) => x.service === match[1] && x.number === index)
      if (match !== null && container === undefined) throw new ComposeError(`no container found for service ${JSON.stringify(match[1])}`)
      plain.args.push(match === null || container === undefined ? arg : `${container.id}:${match[2]}`)
    }
    return yield* cpCommand(c.backend.cli, plain)
  }],
  ...(['start', 'stop', 'restart', 'kill', 'pause', 'unpause', 'rm', 'wait'] as const).map((name): [string, Handler] => [name, function* (c) {
    return yield* lifecycle[name](yield* nameAndProject(c), c.flags)
  }]),
])
/** How many arguments a command needs. */
const LEAST: Readonly<Record<string, number>> = { exec: 2, run: 1, port: 2, wait: 1, scale: 1, cp: 2, attach: 1 }
const STOPS_AT_FIRST = new Set(['exec', 'run'])

function* rootHelp(cli: Cli): Flow<string> {
  return `\nUsage:  docker compose [OPTIONS] COMMAND\n\nDefine and run multi-container applications with Docker\n\nOptions:\n${flagUsages(parseFlagTable(ROOT_FLAGS), yield* columns(cli))}\nCommands:\n${commandList()}\nRun 'docker compose COMMAND --help' for more information on a command.\n`
}

function* dispatch(cli: Cli, words: readonly string[]): Flow<number> {
  const root = parseFlags(parseFlagTable(ROOT_FLAGS), words, true)
  if (root === 'help' || (!('error' in root) && root.args.length === 0 && !root.bool('version')) || (!('error' in root) && root.args[0] === 'help' && root.args.length === 1)) {
    yield* cli.c.stdout.write(yield* rootHelp(cli))
    return 0
  }
  if ('error' in root) throw new ComposeError(`${root.error}\nSee 'docker compose --help'.`, 16)
  const backend = new Backend(cli)
  if (root.bool('version')) return yield* version(backend, new Flags())
  const [first, ...rest] = root.args[0] === 'help' ? [root.args[1], '--help'] : root.args
  const name = first === 'convert' ? 'config' : first
  const usage = USAGES.get(name)
  if (usage === undefined) {
    yield* cli.c.stdout.write(yield* rootHelp(cli))
    yield* cli.c.stdout.flush()
    throw new ComposeError(`unknown docker command: ${JSON.stringify(`compose ${name}`)}`)
  }
  const flags = parseFlags(parseFlagTable(usage.flags), rest, STOPS_AT_FIRST.has(name))
  if (flags === 'help') {
    yield* cli.c.stdout.write(helpText(usage, yield* columns(cli)))
    return 0
  }
  if ('error' in flags) throw new ComposeError(`${flags.error}\nSee 'docker compose ${name} --help'.`, 16)
  if (flags.args.length < (LEAST[name] ?? 0)) throw new ComposeError(`requires at least ${LEAST[name]} arg(s), only received ${flags.args.length}`)
  const lacking = unsimulatedOption('', root) ?? unsimulatedOption(name, flags)
  if (lacking !== undefined) throw notSimulated(`option --${lacking}`)
  const handler = HANDLERS.get(name)
  if (handler === undefined) throw notSimulated(`docker compose ${name}`)
  return yield* handler({ backend, root, flags })
}

function* main(c: Crt): Flow<number> {
  yield* call('cpu', START_COST)
  if (c.argv[1] === 'docker-cli-plugin-metadata') {
    yield* c.stdout.write(`${JSON.stringify(METADATA)}\n`)
    return 0
  }
  const at = c.argv.indexOf('compose')
  const rt = new GoRuntime()
  const env = c.env.get('DOCKER_HOST')
  const cli: Cli = { c, rt, api: new Connection(rt, env === undefined || env === '' ? `unix://${DOCKER_SOCKET}` : env) }
  return yield* rt.run(guarded(cli, c.argv.slice(at < 0 ? 1 : at + 1)))
}
function* guarded(cli: Cli, words: readonly string[]): Flow<number> {
  try {
    return yield* dispatch(cli, words)
  } catch (thrown) {
    if (!(thrown instanceof ComposeError) && !(thrown instanceof RequestError)) throw thrown
    yield* cli.c.stdout.flush()
    if (thrown.message !== '') yield* cli.c.stderr.write(`${thrown.message}\n`)
    return (thrown instanceof ComposeError ? thrown : refused(thrown)).status
  }
}

export const compose = program(main)
