// The client's plug-ins (cli-plugins/manager): programs docker-NAME in a few directories that, asked with `docker-cli-plugin-metadata`, say who they are. `docker NAME …` runs one.
import { isErr } from '../../../../abi/errno.ts'
import { SIGINT, SIGQUIT, SIGTERM, WEXITSTATUS, WIFEXITED, WTERMSIG } from '../../../../abi/signal.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { envStrings } from '../../../libc/crt.ts'
import { call } from '../../../libc/syscall.ts'
import { readDir, sigaction, waitpid } from '../../../libc/unistd.ts'
import { runProgram } from '../daemon/util.ts'
import type { Cli } from './cli.ts'

const METADATA_COMMAND = 'docker-cli-plugin-metadata'
const SYSTEM_DIRECTORIES = ['/usr/local/lib/docker/cli-plugins', '/usr/local/libexec/docker/cli-plugins', '/usr/lib/docker/cli-plugins', '/usr/libexec/docker/cli-plugins']

export interface Plugin {
  readonly name: string
  readonly path: string
  readonly vendor: string
  readonly version: string
  readonly short: string
}
interface Metadata {
  readonly SchemaVersion?: string
  readonly Vendor?: string
  readonly Version?: string
  readonly ShortDescription?: string
}

function* candidates(cli: Cli): Flow<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const directory of [`${cli.c.env.get('HOME') ?? '/root'}/.docker/cli-plugins`, ...SYSTEM_DIRECTORIES]) {
    const entries = yield* readDir(directory)
    for (const { name } of isErr(entries) ? [] : entries) {
      const plugin = /^docker-([a-z][a-z0-9]*)$/.exec(name)?.[1]
      if (plugin !== undefined && !found.has(plugin)) found.set(plugin, `${directory}/${name}`)
    }
  }
  return found
}

/** A program that doesn't answer as a plug-in should is none. */
function* examine(name: string, path: string): Flow<Plugin | undefined> {
  const { status, output } = yield* runProgram([path, METADATA_COMMAND], { dropsErrors: true })
  if (status !== 0) return undefined
  try {
    const { SchemaVersion, Vendor = '', Version: version = '', ShortDescription = '' } = JSON.parse(output) as Metadata
    return SchemaVersion === '0.1.0' && Vendor !== '' ? { name, path, vendor: Vendor, version, short: ShortDescription } : undefined
  } catch {
    return undefined
  }
}

/** All there are, by name. */
export function* listPlugins(cli: Cli): Flow<readonly Plugin[]> {
  const plugins: Plugin[] = []
  for (const [name, path] of [...(yield* candidates(cli))].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const plugin = yield* examine(name, path)
    if (plugin !== undefined) plugins.push(plugin)
  }
  return plugins
}
export function* findPlugin(cli: Cli, name: string): Flow<Plugin | undefined> {
  const path = (yield* candidates(cli)).get(name)
  return path === undefined ? undefined : yield* examine(name, path)
}

/** Runs it with all of docker's own words, and with its streams; what a terminal sends reaches both. */
export function* runPlugin(cli: Cli, plugin: Plugin): Flow<number> {
  const { argv, env } = cli.c
  for (const number of [SIGINT, SIGQUIT, SIGTERM]) yield* sigaction(number, function* () {})
  const words = [plugin.path, ...argv.slice(1)]
  const pid = yield* call('clone', 0, function* () {
    yield* call('execve', plugin.path, words, [...envStrings(env), `DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND=${argv[0]}`])
    return 127
  })
  if (isErr(pid)) return 1
  for (;;) {
    const ended = yield* waitpid(pid)
    if (isErr(ended)) {
      if (ended.name === 'EINTR') continue
      return 1
    }
    return WIFEXITED(ended.status) ? WEXITSTATUS(ended.status) : 128 + WTERMSIG(ended.status)
  }
}
