// compose build: a service's `build` as docker build's flags; the daemon's own builder does the work.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import type { YamlMap } from '../../../../lib/yaml.ts'
import { stat } from '../../../libc/unistd.ts'
import { buildCommand } from '../client/build-command.ts'
import type { Cli } from '../client/cli.ts'
import { Flags } from '../client/usage.ts'
import { flagOf, mapOf, textOf, textsOf } from './canonical.ts'
import { ComposeError, notSimulated } from './error.ts'
import type { Project } from './project.ts'
import { imageOf, LABEL } from './service-request.ts'

const BUILD_FAILURE = 17
const UNSIMULATED = [
  'dockerfile_inline', 'additional_contexts', 'secrets', 'ssh', 'platforms', 'cache_from', 'cache_to', 'entitlements', 'extra_hosts', 'isolation', 'privileged', 'shm_size', 'ulimits',
]

export interface BuildOptions {
  readonly noCache?: boolean
  readonly quiet?: boolean
  readonly pulls?: boolean
  readonly args?: readonly string[]
}

export function* buildService(cli: Cli, project: Project, name: string, service: YamlMap, options: BuildOptions): Flow<void> {
  const build = mapOf(service.get('build'))
  for (const key of UNSIMULATED) if (build.has(key)) throw notSimulated(`services.${name}.build.${key}`)
  const context = textOf(build.get('context'))
  const there = yield* stat(context)
  if (isErr(there)) throw new ComposeError(`unable to prepare context: path ${JSON.stringify(context)} not found`, BUILD_FAILURE)
  const flags = new Flags()
  const file = textOf(build.get('dockerfile'))
  flags.set('file', file.startsWith('/') ? file : `${context}/${file}`)
  for (const tag of [imageOf(project, name, service), ...textsOf(build.get('tags'))]) flags.set('tag', tag)
  for (const [key, value] of mapOf(build.get('args'))) flags.set('build-arg', value === null ? key : `${key}=${textOf(value)}`)
  for (const arg of options.args ?? []) flags.set('build-arg', arg)
  for (const [key, value] of mapOf(build.get('labels'))) flags.set('label', `${key}=${textOf(value)}`)
  flags.set('label', `${LABEL.project}=${project.name}`)
  flags.set('label', `${LABEL.service}=${name}`)
  if (build.has('target')) flags.set('target', textOf(build.get('target')))
  if (build.has('network')) flags.set('network', textOf(build.get('network')))
  if (options.noCache === true || flagOf(build.get('no_cache'))) flags.set('no-cache', 'true')
  if (options.pulls === true || flagOf(build.get('pull'))) flags.set('pull', 'true')
  if (options.quiet === true) flags.set('quiet', 'true')
  flags.args.push(context)
  const status = yield* buildCommand(cli, flags)
  if (status !== 0) throw new ComposeError('', status)
}
