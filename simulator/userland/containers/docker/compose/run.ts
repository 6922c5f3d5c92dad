// compose exec and run: a command in a service's container, or in a new one made for it (pkg/compose/{exec,run}.go).
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import type { YamlValue } from '../../../../lib/yaml.ts'
import { call } from '../../../libc/syscall.ts'
import { isatty } from '../../../libc/unistd.ts'
import { execCommand, startCommand } from '../client/container-commands.ts'
import { RequestError } from '../client/connection.ts'
import { Flags } from '../client/usage.ts'
import { hex } from '../daemon/util.ts'
import type { Backend } from './backend.ts'
import { canonicalService, mapOf, merge, textOf } from './canonical.ts'
import { ComposeError, refused } from './error.ts'
import { Progress } from './progress.ts'
import { type Project, selectServices } from './project.ts'
import { createRequest, imageOf, LABEL } from './service-request.ts'
import { createProject, startProject, type UpOptions } from './up.ts'

export function* exec(backend: Backend, projectName: string, flags: Flags): Flow<number> {
  const [service, ...words] = flags.args
  const index = flags.number('index', 0)
  const container = (yield* backend.containers(projectName, { all: false })).find((c) => c.service === service && (index === 0 || c.number === index))
  if (container === undefined) throw new ComposeError(index === 0 ? `service ${JSON.stringify(service)} is not running` : `service ${JSON.stringify(service)} is not running container #${index}`)
  const isTerminal = !flags.bool('no-TTY') && (yield* isatty(1)) && (yield* isatty(0))
  const plain = new Flags()
  for (const [name, value] of [['tty', isTerminal], ['interactive', true], ['detach', flags.bool('detach')], ['privileged', flags.bool('privileged')]] as const) if (value) plain.set(name, 'true')
  for (const name of ['user', 'workdir']) if (flags.has(name)) plain.set(name, flags.text(name))
  for (const env of flags.list('env')) plain.set('env', env)
  plain.args.push(container.id, ...words)
  return yield* execCommand(backend.cli, plain)
}

/** The service as it is for this one run: what is said on the command line goes above the file. */
function runService(project: Project, name: string, words: readonly string[], flags: Flags, isTerminal: boolean, home: string): ReturnType<typeof canonicalService> {
  const service = project.services.get(name)
  if (service === undefined) throw new ComposeError(`no such service: ${name}`)
  const more = new Map<string, YamlValue>()
  if (words.length > 0) more.set('command', [...words])
  if (flags.has('entrypoint')) more.set('entrypoint', flags.text('entrypoint') === '' ? [] : flags.text('entrypoint').split(' '))
  if (flags.has('user')) more.set('user', flags.text('user'))
  if (flags.has('workdir')) more.set('working_dir', flags.text('workdir'))
  for (const [flag, key] of [['env', 'environment'], ['label', 'labels'], ['cap-add', 'cap_add'], ['cap-drop', 'cap_drop'], ['volume', 'volumes'], ['publish', 'ports']] as const) {
    if (flags.has(flag)) more.set(key, [...flags.list(flag)])
  }
  more.set('tty', isTerminal)
  more.set('stdin_open', flags.bool('interactive', true))
  const dropped = ['container_name', 'restart', ...(flags.bool('service-ports') || flags.has('publish') ? [] : ['ports'])]
  if (flags.has('publish') && !flags.bool('service-ports')) dropped.push('ports')
  const base = new Map([...service].filter(([key]) => !dropped.includes(key) && !(key === 'command' && flags.has('entrypoint') && words.length === 0)))
  return mapOf(merge(base, canonicalService(more, project.directory, home)))
}

export function* run(backend: Backend, all: Project, flags: Flags, options: UpOptions): Flow<number> {
  const [name, ...words] = flags.args
  const isTerminal = !flags.bool('no-TTY') && !flags.bool('detach') && (yield* isatty(1)) && (yield* isatty(0))
  const project = selectServices(all, [name], flags.bool('no-deps'))
  const service = runService(project, name, words, flags, isTerminal, backend.cli.c.env.get('HOME') ?? '/')
  const progress = new Progress(backend.cli)
  const others: Project = { ...project, services: new Map([...project.services].filter(([n]) => n !== name)) }
  yield* createProject(backend, project, { ...options, recreate: 'never', leaves: name }, progress)
  yield* startProject(backend, others, progress)
  const bytes = yield* call('getrandom', 6)
  const slug = isErr(bytes) ? '000000000000' : hex(bytes)
  const containerName = flags.get('name') ?? `${project.name}-${name}-run-${slug}`
  const there = yield* backend.containers(project.name, { all: true })
  let id: string
  try {
    id = yield* backend.create(containerName, createRequest(project, name, service, {
      number: 1, containerName, imageId: (yield* backend.imageId(imageOf(project, name, service))) ?? '', containerOf: (other) => there.find((c) => c.service === other)?.id ?? other, isOneOff: true,
      withAliases: flags.bool('use-aliases'), moreLabels: { [LABEL.slug]: slug },
    }))
  } catch (thrown) {
    throw thrown instanceof RequestError ? refused(thrown) : thrown
  }
  if (flags.bool('detach')) {
    yield* backend.start(id)
    yield* backend.cli.c.stdout.write(`${containerName}\n`)
    return 0
  }
  const plain = new Flags()
  plain.set('attach', 'true')
  if (textOf(service.get('stdin_open')) === 'true') plain.set('interactive', 'true')
  plain.args.push(id)
  let status: number
  try {
    status = yield* startCommand(backend.cli, plain)
  } catch (thrown) {
    if (!(thrown instanceof RequestError)) throw thrown
    if (flags.bool('rm')) yield* backend.remove(id, { force: true, volumes: true })
    throw refused(thrown)
  }
  if (flags.bool('rm')) yield* backend.remove(id, { force: true, volumes: true })
  return status
}
