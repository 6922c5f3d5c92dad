// How docker's commands are called: usage lines and flags of docker 20.10's command line, for parsing and for --help.
// A flag is `[letter ]name[:type]|what it does`; the default value, where it isn't the zero one, stands in parentheses at the end.
import type { CommandUsage } from './usage.ts'

export const CONTAINER_USAGE: readonly CommandUsage[] = [
  { name: 'start', usage: 'start [OPTIONS] CONTAINER [CONTAINER...]', short: 'Start one or more stopped containers', flags: `
a attach|Attach STDOUT/STDERR and forward signals
detach-keys:string|Override the key sequence for detaching a container
i interactive|Attach container's STDIN` },
  { name: 'stop', usage: 'stop [OPTIONS] CONTAINER [CONTAINER...]', short: 'Stop one or more running containers', flags: `
t time:int|Seconds to wait for stop before killing it (default 10)` },
  { name: 'restart', usage: 'restart [OPTIONS] CONTAINER [CONTAINER...]', short: 'Restart one or more containers', flags: `
t time:int|Seconds to wait for stop before killing the container (default 10)` },
  { name: 'kill', usage: 'kill [OPTIONS] CONTAINER [CONTAINER...]', short: 'Kill one or more running containers', flags: `
s signal:string|Signal to send to the container (default "KILL")` },
  { name: 'rm', usage: 'rm [OPTIONS] CONTAINER [CONTAINER...]', short: 'Remove one or more containers', flags: `
f force|Force the removal of a running container (uses SIGKILL)
l link|Remove the specified link
v volumes|Remove anonymous volumes associated with the container` },
  { name: 'ps', usage: 'ps [OPTIONS]', short: 'List containers', flags: `
a all|Show all containers (default shows just running)
f filter:filter|Filter output based on conditions provided
format:string|Pretty-print containers using a Go template
n last:int|Show n last created containers (includes all states) (default -1)
l latest|Show the latest created container (includes all states)
no-trunc|Don't truncate output
q quiet|Only display container IDs
s size|Display total file sizes` },
  { name: 'exec', usage: 'exec [OPTIONS] CONTAINER COMMAND [ARG...]', short: 'Run a command in a running container', flags: `
d detach|Detached mode: run command in the background
detach-keys:string|Override the key sequence for detaching a container
e env:list|Set environment variables
env-file:list|Read in a file of environment variables
i interactive|Keep STDIN open even if not attached
privileged|Give extended privileges to the command
t tty|Allocate a pseudo-TTY
u user:string|Username or UID (format: <name|uid>[:<group|gid>])
w workdir:string|Working directory inside the container` },
  { name: 'attach', usage: 'attach [OPTIONS] CONTAINER', short: 'Attach local standard input, output, and error streams to a running container', flags: `
detach-keys:string|Override the key sequence for detaching a container
no-stdin|Do not attach STDIN
sig-proxy|Proxy all received signals to the process (default true)` },
  { name: 'logs', usage: 'logs [OPTIONS] CONTAINER', short: 'Fetch the logs of a container', flags: `
details|Show extra details provided to logs
f follow|Follow log output
since:string|Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)
n tail:string|Number of lines to show from the end of the logs (default "all")
t timestamps|Show timestamps
until:string|Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)` },
  { name: 'wait', usage: 'wait CONTAINER [CONTAINER...]', short: 'Block until one or more containers stop, then print their exit codes', flags: '' },
  { name: 'inspect', usage: 'inspect [OPTIONS] NAME|ID [NAME|ID...]', short: 'Return low-level information on Docker objects', flags: `
f format:string|Format the output using the given Go template
s size|Display total file sizes if the type is container
type:string|Return JSON for specified type` },
  { name: 'commit', usage: 'commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]', short: 'Create a new image from a container\'s changes', flags: `
a author:string|Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")
c change:list|Apply Dockerfile instruction to the created image
m message:string|Commit message
p pause|Pause container during commit (default true)` },
  { name: 'cp', usage: 'cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH', short: 'Copy files/folders between a container and the local filesystem\n\nUse \'-\' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse \'-\' as the destination to stream a tar archive of a\ncontainer source to stdout.', flags: `
a archive|Archive mode (copy all uid/gid information)
L follow-link|Always follow symbol link in SRC_PATH` },
  { name: 'diff', usage: 'diff CONTAINER', short: 'Inspect changes to files or directories on a container\'s filesystem', flags: '' },
  { name: 'export', usage: 'export [OPTIONS] CONTAINER', short: 'Export a container\'s filesystem as a tar archive', flags: `
o output:string|Write to a file, instead of STDOUT` },
  { name: 'top', usage: 'top CONTAINER [ps OPTIONS]', short: 'Display the running processes of a container', flags: '' },
  { name: 'stats', usage: 'stats [OPTIONS] [CONTAINER...]', short: 'Display a live stream of container(s) resource usage statistics', flags: `
a all|Show all containers (default shows just running)
format:string|Pretty-print images using a Go template
no-stream|Disable streaming stats and only pull the first result
no-trunc|Do not truncate output` },
  { name: 'port', usage: 'port CONTAINER [PRIVATE_PORT[/PROTO]]', short: 'List port mappings or a specific mapping for the container', flags: '' },
  { name: 'pause', usage: 'pause CONTAINER [CONTAINER...]', short: 'Pause all processes within one or more containers', flags: '' },
  { name: 'unpause', usage: 'unpause CONTAINER [CONTAINER...]', short: 'Unpause all processes within one or more containers', flags: '' },
  { name: 'rename', usage: 'rename CONTAINER NEW_NAME', short: 'Rename a container', flags: '' },
  { name: 'update', usage: 'update [OPTIONS] CONTAINER [CONTAINER...]', short: 'Update configuration of one or more containers', flags: `
blkio-weight:uint16|Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)
cpu-period:int|Limit CPU CFS (Completely Fair Scheduler) period
cpu-quota:int|Limit CPU CFS (Completely Fair Scheduler) quota
cpu-rt-period:int|Limit the CPU real-time period in microseconds
cpu-rt-runtime:int|Limit the CPU real-time runtime in microseconds
c cpu-shares:int|CPU shares (relative weight)
cpus:decimal|Number of CPUs
cpuset-cpus:string|CPUs in which to allow execution (0-3, 0,1)
cpuset-mems:string|MEMs in which to allow execution (0-3, 0,1)
kernel-memory:bytes|Kernel memory limit
m memory:bytes|Memory limit
memory-reservation:bytes|Memory soft limit
memory-swap:bytes|Swap limit equal to memory plus swap: '-1' to enable unlimited swap
pids-limit:int|Tune container pids limit (set -1 for unlimited)
restart:string|Restart policy to apply when a container exits` },
  { name: 'container prune', usage: 'container prune [OPTIONS]', short: 'Remove all stopped containers', flags: `
filter:filter|Provide filter values (e.g. 'until=<timestamp>')
f force|Do not prompt for confirmation` },
  { name: 'container inspect', usage: 'container inspect [OPTIONS] CONTAINER [CONTAINER...]', short: 'Display detailed information on one or more containers', flags: `
f format:string|Format the output using the given Go template
s size|Display total file sizes` },
  { name: 'container ls', usage: 'container ls [OPTIONS]', short: 'List containers', aliases: 'ls, ps, list', flags: `
a all|Show all containers (default shows just running)
f filter:filter|Filter output based on conditions provided
format:string|Pretty-print containers using a Go template
n last:int|Show n last created containers (includes all states) (default -1)
l latest|Show the latest created container (includes all states)
no-trunc|Don't truncate output
q quiet|Only display container IDs
s size|Display total file sizes` },
]
