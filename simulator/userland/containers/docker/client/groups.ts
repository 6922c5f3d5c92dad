// Management commands and what they bring together, for `docker GROUP` and `docker --help`.
import type { Plugin } from './plugins.ts'
import { flagUsages, parseFlagTable } from './usage.ts'

export interface Group {
  readonly name: string
  readonly short: string
  /** One a line: `name what it does`. */
  readonly commands: string
  readonly known: readonly string[]
  readonly aliases: Readonly<Record<string, string>>
}

const TABLE: readonly (readonly [string, string, string])[] = [
  ['builder', 'Manage builds', `build Build an image from a Dockerfile
prune Remove build cache`],
  ['completion', 'Generate the autocompletion script for the specified shell', `bash Generate the autocompletion script for bash
fish Generate the autocompletion script for fish
powershell Generate the autocompletion script for powershell
zsh Generate the autocompletion script for zsh`],
  ['config', 'Manage Docker configs', `create Create a config from a file or STDIN
inspect Display detailed information on one or more configs
ls List configs
rm Remove one or more configs`],
  ['container', 'Manage containers', `attach Attach local standard input, output, and error streams to a running container
commit Create a new image from a container's changes
cp Copy files/folders between a container and the local filesystem
create Create a new container
diff Inspect changes to files or directories on a container's filesystem
exec Run a command in a running container
export Export a container's filesystem as a tar archive
inspect Display detailed information on one or more containers
kill Kill one or more running containers
logs Fetch the logs of a container
ls List containers
pause Pause all processes within one or more containers
port List port mappings or a specific mapping for the container
prune Remove all stopped containers
rename Rename a container
restart Restart one or more containers
rm Remove one or more containers
run Run a command in a new container
start Start one or more stopped containers
stats Display a live stream of container(s) resource usage statistics
stop Stop one or more running containers
top Display the running processes of a container
unpause Unpause all processes within one or more containers
update Update configuration of one or more containers
wait Block until one or more containers stop, then print their exit codes`],
  ['context', 'Manage contexts', `create Create a context
export Export a context to a tar or kubeconfig file
import Import a context from a tar or zip file
inspect Display detailed information on one or more contexts
ls List contexts
rm Remove one or more contexts
update Update a context
use Set the current docker context`],
  ['image', 'Manage images', `build Build an image from a Dockerfile
history Show the history of an image
import Import the contents from a tarball to create a filesystem image
inspect Display detailed information on one or more images
load Load an image from a tar archive or STDIN
ls List images
prune Remove unused images
pull Pull an image or a repository from a registry
push Push an image or a repository to a registry
rm Remove one or more images
save Save one or more images to a tar archive (streamed to STDOUT by default)
tag Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE`],
  ['manifest', 'Manage Docker image manifests and manifest lists', `annotate Add additional information to a local image manifest
create Create a local manifest list for annotating and pushing to a registry
inspect Display an image manifest, or manifest list
push Push a manifest list to a repository
rm Delete one or more manifest lists from local storage`],
  ['network', 'Manage networks', `connect Connect a container to a network
create Create a network
disconnect Disconnect a container from a network
inspect Display detailed information on one or more networks
ls List networks
prune Remove all unused networks
rm Remove one or more networks`],
  ['node', 'Manage Swarm nodes', `demote Demote one or more nodes from manager in the swarm
inspect Display detailed information on one or more nodes
ls List nodes in the swarm
promote Promote one or more nodes to manager in the swarm
ps List tasks running on one or more nodes, defaults to current node
rm Remove one or more nodes from the swarm
update Update a node`],
  ['plugin', 'Manage plugins', `create Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.
disable Disable a plugin
enable Enable a plugin
inspect Display detailed information on one or more plugins
install Install a plugin
ls List plugins
push Push a plugin to a registry
rm Remove one or more plugins
set Change settings for a plugin
upgrade Upgrade an existing plugin`],
  ['secret', 'Manage Docker secrets', `create Create a secret from a file or STDIN as content
inspect Display detailed information on one or more secrets
ls List secrets
rm Remove one or more secrets`],
  ['service', 'Manage services', `create Create a new service
inspect Display detailed information on one or more services
logs Fetch the logs of a service or task
ls List services
ps List the tasks of one or more services
rm Remove one or more services
rollback Revert changes to a service's configuration
scale Scale one or multiple replicated services
update Update a service`],
  ['stack', 'Manage Docker stacks', `deploy Deploy a new stack or update an existing stack
ls List stacks
ps List the tasks in the stack
rm Remove one or more stacks
services List the services in the stack`],
  ['swarm', 'Manage Swarm', `ca Display and rotate the root CA
init Initialize a swarm
join Join a swarm as a node and/or manager
join-token Manage join tokens
leave Leave the swarm
unlock Unlock swarm
unlock-key Manage the unlock key
update Update the swarm`],
  ['system', 'Manage Docker', `df Show docker disk usage
events Get real time events from the server
info Display system-wide information
prune Remove unused data`],
  ['trust', 'Manage trust on Docker images', `inspect Return low-level information about keys and signatures
revoke Remove trust for an image
sign Sign an image`],
  ['volume', 'Manage volumes', `create Create a volume
inspect Display detailed information on one or more volumes
ls List volumes
prune Remove all unused local volumes
rm Remove one or more volumes`],
]

/** Other names of a group's commands. */
const ALIASES: Readonly<Record<string, string>> = { list: 'ls', ps: 'ls', remove: 'rm', rmi: 'rm' }

export const GROUPS: readonly Group[] = TABLE.map(([name, short, commands]) => ({ name, short, commands, known: commands.split('\n').map((l) => l.split(' ')[0]), aliases: ALIASES }))

const listing = (lines: string): string => lines.split('\n').map((l) => `  ${l.slice(0, l.indexOf(' ')).padEnd(11)} ${l.slice(l.indexOf(' ') + 1)}\n`).join('')

export const groupHelp = ({ name, short, commands }: Group): string =>
  `\nUsage:  docker ${name} COMMAND\n\n${short}\n\nCommands:\n${listing(commands)}\nRun 'docker ${name} COMMAND --help' for more information on a command.\n`

const COMMANDS = `attach Attach local standard input, output, and error streams to a running container
build Build an image from a Dockerfile
commit Create a new image from a container's changes
cp Copy files/folders between a container and the local filesystem
create Create a new container
diff Inspect changes to files or directories on a container's filesystem
events Get real time events from the server
exec Run a command in a running container
export Export a container's filesystem as a tar archive
history Show the history of an image
images List images
import Import the contents from a tarball to create a filesystem image
info Display system-wide information
inspect Return low-level information on Docker objects
kill Kill one or more running containers
load Load an image from a tar archive or STDIN
login Log in to a Docker registry
logout Log out from a Docker registry
logs Fetch the logs of a container
pause Pause all processes within one or more containers
port List port mappings or a specific mapping for the container
ps List containers
pull Pull an image or a repository from a registry
push Push an image or a repository to a registry
rename Rename a container
restart Restart one or more containers
rm Remove one or more containers
rmi Remove one or more images
run Run a command in a new container
save Save one or more images to a tar archive (streamed to STDOUT by default)
search Search the Docker Hub for images
start Start one or more stopped containers
stats Display a live stream of container(s) resource usage statistics
stop Stop one or more running containers
tag Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE
top Display the running processes of a container
unpause Unpause all processes within one or more containers
update Update configuration of one or more containers
version Show the Docker version information
wait Block until one or more containers stop, then print their exit codes`

/** docker --help */
export function rootHelp(columns: number, home: string, withCompletion: boolean, plugins: readonly Plugin[]): string {
  const flags = parseFlagTable(`
config:string|Location of client config files (default "${home}/.docker")
c context:string|Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")
D debug|Enable debug mode
H host:list|Daemon socket(s) to connect to
l log-level:string|Set the logging level ("debug"|"info"|"warn"|"error"|"fatal") (default "info")
tls|Use TLS; implied by --tlsverify
tlscacert:string|Trust certs signed only by this CA (default "${home}/.docker/ca.pem")
tlscert:string|Path to TLS certificate file (default "${home}/.docker/cert.pem")
tlskey:string|Path to TLS key file (default "${home}/.docker/key.pem")
tlsverify|Use TLS and verify the remote
v version|Print version information and quit`)
  const management = [
    ...GROUPS.filter((g) => withCompletion || g.name !== 'completion').map((g) => [g.name, g.short] as const), ...plugins.map((p) => [`${p.name}*`, `${p.short} (${p.vendor}, ${p.version})`] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
  return `\nUsage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nOptions:\n${flagUsages(flags, columns)}\nManagement Commands:\n${listing(management.map(([name, short]) => `${name} ${short}`).join('\n'))}\nCommands:\n${listing(COMMANDS)}\nRun 'docker COMMAND --help' for more information on a command.\n\nTo get more help with docker, check out our guides at https://docs.docker.com/go/guides/\n`
}
