// Commands about what this machine hasn't got: registries, a swarm, plugins. The daemon says so.
import type { Flow } from '../../../../abi/syscalls.ts'
import { isatty } from '../../../libc/unistd.ts'
import { type Cli, fail } from './cli.ts'
import { query } from './connection.ts'
import { context, printListing } from './format.ts'
import type { Flags } from './usage.ts'

const REGISTRY = 'https://index.docker.io/v1/'

export function* searchCommand(cli: Cli, flags: Flags): Flow<number> {
  yield* cli.api.request('GET', `/images/search${query({ term: flags.args[0], limit: flags.get('limit') ?? '25' })}`)
  return 0
}

export function* loginCommand(cli: Cli, flags: Flags): Flow<number> {
  if (flags.has('username') && (flags.has('password') || flags.bool('password-stdin'))) {
    if (flags.has('password')) yield* cli.c.stderr.write('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n')
    yield* cli.api.request('POST', '/auth', { username: flags.text('username'), serveraddress: flags.args[0] ?? REGISTRY })
    return 0
  }
  if (!(yield* isatty(0))) return yield* fail(cli, 'Error: Cannot perform an interactive login from a non TTY device')
  return yield* fail(cli, 'docker: logging in to a registry is real, but not simulated here', 95)
}
export function* logoutCommand(cli: Cli, flags: Flags): Flow<number> {
  yield* cli.c.stdout.write(`Removing login credentials for ${flags.args[0] ?? REGISTRY}\n`)
  return 0
}

export function* contextLsCommand(cli: Cli, flags: Flags): Flow<number> {
  const row = context('clientContextContext', { Name: 'default', Current: true, Description: 'Current DOCKER_HOST based configuration', DockerEndpoint: cli.api.host, KubernetesEndpoint: '', StackOrchestrator: 'swarm', Error: '' })
  yield* printListing(cli, {
    format: flags.text('format'), rows: [row],
    standard: flags.bool('quiet') ? '{{.Name}}' : 'table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.KubernetesEndpoint}}\t{{.StackOrchestrator}}',
    headers: { Name: 'NAME', Description: 'DESCRIPTION', DockerEndpoint: 'DOCKER ENDPOINT', KubernetesEndpoint: 'KUBERNETES ENDPOINT', StackOrchestrator: 'ORCHESTRATOR', Current: '' },
  })
  return 0
}

export function* pluginLsCommand(cli: Cli, flags: Flags): Flow<number> {
  yield* cli.api.request('GET', '/plugins')
  yield* printListing(cli, { format: flags.text('format'), standard: 'table {{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}', headers: { ID: 'ID', Name: 'NAME', Description: 'DESCRIPTION', Enabled: 'ENABLED' }, rows: [] })
  return 0
}

/** A list that only a swarm manager has. */
export const swarmList = (url: string) => function* (cli: Cli): Flow<number> {
  yield* cli.api.request('GET', url)
  return 0
}
export function* swarmLeave(cli: Cli): Flow<number> {
  yield* cli.api.request('POST', '/swarm/leave')
  return 0
}
