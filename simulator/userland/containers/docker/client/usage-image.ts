// How docker's commands are called: usage lines and flags of docker 20.10's command line, for parsing and for --help.
// A flag is `[letter ]name[:type]|what it does`; the default value, where it isn't the zero one, stands in parentheses at the end.
import type { CommandUsage } from './usage.ts'

export const IMAGE_USAGE: readonly CommandUsage[] = [
  { name: 'images', usage: 'images [OPTIONS] [REPOSITORY[:TAG]]', short: 'List images', flags: `
a all|Show all images (default hides intermediate images)
digests|Show digests
f filter:filter|Filter output based on conditions provided
format:string|Pretty-print images using a Go template
no-trunc|Don't truncate output
q quiet|Only show image IDs` },
  { name: 'rmi', usage: 'rmi [OPTIONS] IMAGE [IMAGE...]', short: 'Remove one or more images', flags: `
f force|Force removal of the image
no-prune|Do not delete untagged parents` },
  { name: 'tag', usage: 'tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]', short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE', flags: '' },
  { name: 'pull', usage: 'pull [OPTIONS] NAME[:TAG|@DIGEST]', short: 'Pull an image or a repository from a registry', flags: `
a all-tags|Download all tagged images in the repository
disable-content-trust|Skip image verification (default true)
platform:string|Set platform if server is multi-platform capable
q quiet|Suppress verbose output` },
  { name: 'push', usage: 'push [OPTIONS] NAME[:TAG]', short: 'Push an image or a repository to a registry', flags: `
a all-tags|Push all tagged images in the repository
disable-content-trust|Skip image signing (default true)
q quiet|Suppress verbose output` },
  { name: 'build', usage: 'build [OPTIONS] PATH | URL | -', short: 'Build an image from a Dockerfile', flags: `
add-host:list|Add a custom host-to-IP mapping (host:ip)
build-arg:list|Set build-time variables
cache-from:strings|Images to consider as cache sources
cgroup-parent:string|Optional parent cgroup for the container
compress|Compress the build context using gzip
cpu-period:int|Limit the CPU CFS (Completely Fair Scheduler) period
cpu-quota:int|Limit the CPU CFS (Completely Fair Scheduler) quota
c cpu-shares:int|CPU shares (relative weight)
cpuset-cpus:string|CPUs in which to allow execution (0-3, 0,1)
cpuset-mems:string|MEMs in which to allow execution (0-3, 0,1)
disable-content-trust|Skip image verification (default true)
f file:string|Name of the Dockerfile (Default is 'PATH/Dockerfile')
force-rm|Always remove intermediate containers
iidfile:string|Write the image ID to the file
isolation:string|Container isolation technology
label:list|Set metadata for an image
m memory:bytes|Memory limit
memory-swap:bytes|Swap limit equal to memory plus swap: '-1' to enable unlimited swap
network:string|Set the networking mode for the RUN instructions during build (default "default")
no-cache|Do not use cache when building the image
pull|Always attempt to pull a newer version of the image
q quiet|Suppress the build output and print image ID on success
rm|Remove intermediate containers after a successful build (default true)
security-opt:strings|Security options
shm-size:bytes|Size of /dev/shm
squash|Squash newly built layers into a single new layer
t tag:list|Name and optionally a tag in the 'name:tag' format
target:string|Set the target build stage to build.
ulimit:ulimit|Ulimit options (default [])` },
  { name: 'import', usage: 'import [OPTIONS] file|URL|- [REPOSITORY[:TAG]]', short: 'Import the contents from a tarball to create a filesystem image', flags: `
c change:list|Apply Dockerfile instruction to the created image
m message:string|Set commit message for imported image
platform:string|Set platform if server is multi-platform capable` },
  { name: 'save', usage: 'save [OPTIONS] IMAGE [IMAGE...]', short: 'Save one or more images to a tar archive (streamed to STDOUT by default)', flags: `
o output:string|Write to a file, instead of STDOUT` },
  { name: 'load', usage: 'load [OPTIONS]', short: 'Load an image from a tar archive or STDIN', flags: `
i input:string|Read from tar archive file, instead of STDIN
q quiet|Suppress the load output` },
  { name: 'history', usage: 'history [OPTIONS] IMAGE', short: 'Show the history of an image', flags: `
format:string|Pretty-print images using a Go template
H human|Print sizes and dates in human readable format (default true)
no-trunc|Don't truncate output
q quiet|Only show image IDs` },
  { name: 'image ls', usage: 'image ls [OPTIONS] [REPOSITORY[:TAG]]', short: 'List images', aliases: 'ls, list', flags: `
a all|Show all images (default hides intermediate images)
digests|Show digests
f filter:filter|Filter output based on conditions provided
format:string|Pretty-print images using a Go template
no-trunc|Don't truncate output
q quiet|Only show image IDs` },
  { name: 'image prune', usage: 'image prune [OPTIONS]', short: 'Remove unused images', flags: `
a all|Remove all unused images, not just dangling ones
filter:filter|Provide filter values (e.g. 'until=<timestamp>')
f force|Do not prompt for confirmation` },
  { name: 'image inspect', usage: 'image inspect [OPTIONS] IMAGE [IMAGE...]', short: 'Display detailed information on one or more images', flags: `
f format:string|Format the output using the given Go template` },
  { name: 'image rm', usage: 'image rm [OPTIONS] IMAGE [IMAGE...]', short: 'Remove one or more images', aliases: 'rm, rmi, remove', flags: `
f force|Force removal of the image
no-prune|Do not delete untagged parents` },
  { name: 'builder prune', usage: 'builder prune', short: 'Remove build cache', flags: `
a all|Remove all unused build cache, not just dangling ones
filter:filter|Provide filter values (e.g. 'until=24h')
f force|Do not prompt for confirmation
keep-storage:bytes|Amount of disk space to keep for cache` },
]
