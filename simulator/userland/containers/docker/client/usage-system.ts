// How docker's commands are called: usage lines and flags of docker 20.10's command line, for parsing and for --help.
// A flag is `[letter ]name[:type]|what it does`; the default value, where it isn't the zero one, stands in parentheses at the end.
import type { CommandUsage } from './usage.ts'

export const SYSTEM_USAGE: readonly CommandUsage[] = [
  { name: 'events', usage: 'events [OPTIONS]', short: 'Get real time events from the server', flags: `
f filter:filter|Filter output based on conditions provided
format:string|Format the output using the given Go template
since:string|Show all events created since timestamp
until:string|Stream events until this timestamp` },
  { name: 'info', usage: 'info [OPTIONS]', short: 'Display system-wide information', flags: `
f format:string|Format the output using the given Go template` },
  { name: 'version', usage: 'version [OPTIONS]', short: 'Show the Docker version information', flags: `
f format:string|Format the output using the given Go template
kubeconfig:string|Kubernetes config file` },
  { name: 'search', usage: 'search [OPTIONS] TERM', short: 'Search the Docker Hub for images', flags: `
f filter:filter|Filter output based on conditions provided
format:string|Pretty-print search using a Go template
limit:int|Max number of search results (default 25)
no-trunc|Don't truncate output` },
  { name: 'login', usage: 'login [OPTIONS] [SERVER]', short: 'Log in to a Docker registry.\nIf no server is specified, the default is defined by the daemon.', flags: `
p password:string|Password
password-stdin|Take the password from stdin
u username:string|Username` },
  { name: 'logout', usage: 'logout [SERVER]', short: 'Log out from a Docker registry.\nIf no server is specified, the default is defined by the daemon.', flags: '' },
  { name: 'system df', usage: 'system df [OPTIONS]', short: 'Show docker disk usage', flags: `
format:string|Pretty-print images using a Go template
v verbose|Show detailed information on space usage` },
  { name: 'system prune', usage: 'system prune [OPTIONS]', short: 'Remove unused data', flags: `
a all|Remove all unused images not just dangling ones
filter:filter|Provide filter values (e.g. 'label=<key>=<value>')
f force|Do not prompt for confirmation
volumes|Prune volumes` },
  { name: 'context ls', usage: 'context ls [OPTIONS]', short: 'List contexts', aliases: 'ls, list', flags: `
format:string|Pretty-print contexts using a Go template
q quiet|Only show context names` },
  { name: 'network ls', usage: 'network ls [OPTIONS]', short: 'List networks', aliases: 'ls, list', flags: `
f filter:filter|Provide filter values (e.g. 'driver=bridge')
format:string|Pretty-print networks using a Go template
no-trunc|Do not truncate the output
q quiet|Only display network IDs` },
  { name: 'network create', usage: 'network create [OPTIONS] NETWORK', short: 'Create a network', flags: `
attachable|Enable manual container attachment
aux-address:map|Auxiliary IPv4 or IPv6 addresses used by Network driver (default map[])
config-from:string|The network from which to copy the configuration
config-only|Create a configuration only network
d driver:string|Driver to manage the Network (default "bridge")
gateway:strings|IPv4 or IPv6 Gateway for the master subnet
ingress|Create swarm routing-mesh network
internal|Restrict external access to the network
ip-range:strings|Allocate container ip from a sub-range
ipam-driver:string|IP Address Management Driver (default "default")
ipam-opt:map|Set IPAM driver specific options (default map[])
ipv6|Enable IPv6 networking
label:list|Set metadata on a network
o opt:map|Set driver specific options (default map[])
scope:string|Control the network's scope
subnet:strings|Subnet in CIDR format that represents a network segment` },
  { name: 'network rm', usage: 'network rm NETWORK [NETWORK...]', short: 'Remove one or more networks', aliases: 'rm, remove', flags: '' },
  { name: 'network inspect', usage: 'network inspect [OPTIONS] NETWORK [NETWORK...]', short: 'Display detailed information on one or more networks', flags: `
f format:string|Format the output using the given Go template
v verbose|Verbose output for diagnostics` },
  { name: 'network connect', usage: 'network connect [OPTIONS] NETWORK CONTAINER', short: 'Connect a container to a network', flags: `
alias:strings|Add network-scoped alias for the container
driver-opt:strings|driver options for the network
ip:string|IPv4 address (e.g., 172.30.100.104)
ip6:string|IPv6 address (e.g., 2001:db8::33)
link:list|Add link to another container
link-local-ip:strings|Add a link-local address for the container` },
  { name: 'network disconnect', usage: 'network disconnect [OPTIONS] NETWORK CONTAINER', short: 'Disconnect a container from a network', flags: `
f force|Force the container to disconnect from a network` },
  { name: 'network prune', usage: 'network prune [OPTIONS]', short: 'Remove all unused networks', flags: `
filter:filter|Provide filter values (e.g. 'until=<timestamp>')
f force|Do not prompt for confirmation` },
  { name: 'volume ls', usage: 'volume ls [OPTIONS]', short: 'List volumes', aliases: 'ls, list', flags: `
f filter:filter|Provide filter values (e.g. 'dangling=true')
format:string|Pretty-print volumes using a Go template
q quiet|Only display volume names` },
  { name: 'volume create', usage: 'volume create [OPTIONS] [VOLUME]', short: 'Create a volume', flags: `
d driver:string|Specify volume driver name (default "local")
label:list|Set metadata for a volume
!name:string|Specify volume name
o opt:map|Set driver specific options (default map[])` },
  { name: 'volume rm', usage: 'volume rm [OPTIONS] VOLUME [VOLUME...]', short: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.', aliases: 'rm, remove', examples: '$ docker volume rm hello\nhello', flags: `
f force|Force the removal of one or more volumes` },
  { name: 'volume inspect', usage: 'volume inspect [OPTIONS] VOLUME [VOLUME...]', short: 'Display detailed information on one or more volumes', flags: `
f format:string|Format the output using the given Go template` },
  { name: 'volume prune', usage: 'volume prune [OPTIONS]', short: 'Remove all unused local volumes', flags: `
filter:filter|Provide filter values (e.g. 'label=<label>')
f force|Do not prompt for confirmation` },
]
