// The commands of runc 1.1.5 with their options and help texts, as Debian 12 prints them.

export interface Flag {
  readonly name: string
  readonly short?: string
  readonly takesValue?: boolean
  readonly usage: string
}
export interface Command {
  readonly name: string
  readonly usage: string
  /** What follows `runc NAME [command options] ` in the help. */
  readonly argsUsage: string
  readonly description: string
  readonly flags: readonly Flag[]
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'checkpoint', usage: 'checkpoint a running container',
    argsUsage: `<container-id>

Where "<container-id>" is the name for the instance of the container to be
checkpointed.`,
    description: 'The checkpoint command saves the state of the container instance.',
    flags: [
      { name: 'image-path', takesValue: true, usage: 'path for saving criu image files' },
      { name: 'work-path', takesValue: true, usage: 'path for saving work files and logs' },
      { name: 'parent-path', takesValue: true, usage: 'path for previous criu image files in pre-dump' },
      { name: 'leave-running', usage: 'leave the process running after checkpointing' },
      { name: 'tcp-established', usage: 'allow open tcp connections' },
      { name: 'ext-unix-sk', usage: 'allow external unix sockets' },
      { name: 'shell-job', usage: 'allow shell jobs' },
      { name: 'lazy-pages', usage: 'use userfaultfd to lazily restore memory pages' },
      { name: 'status-fd', takesValue: true, usage: 'criu writes \\0 to this FD once lazy-pages is ready (default: -1)' },
      { name: 'page-server', takesValue: true, usage: 'ADDRESS:PORT of the page server' },
      { name: 'file-locks', usage: 'handle file locks, for safety' },
      { name: 'pre-dump', usage: "dump container's memory information only, leave the container running after this" },
      { name: 'manage-cgroups-mode', takesValue: true, usage: "cgroups mode: 'soft' (default), 'full' and 'strict'" },
      { name: 'empty-ns', takesValue: true, usage: "create a namespace, but don't restore its properties" },
      { name: 'auto-dedup', usage: 'enable auto deduplication of memory images' },
    ],
  },
  {
    name: 'create', usage: 'create a container',
    argsUsage: `<container-id>

Where "<container-id>" is your name for the instance of the container that you
are starting. The name you provide for the container instance must be unique on
your host.`,
    description: `The create command creates an instance of a container for a bundle. The bundle
is a directory with a specification file named "config.json" and a root
filesystem.

The specification file includes an args parameter. The args parameter is used
to specify command(s) that get run when the container is started. To change the
command(s) that get executed on start, edit the args parameter of the spec. See
"runc spec --help" for more explanation.`,
    flags: [
      { name: 'bundle', short: 'b', takesValue: true, usage: 'path to the root of the bundle directory, defaults to the current directory' },
      { name: 'console-socket', takesValue: true, usage: "path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal" },
      { name: 'pid-file', takesValue: true, usage: 'specify the file to write the process id to' },
      { name: 'no-pivot', usage: 'do not use pivot root to jail process inside rootfs.  This should be used whenever the rootfs is on top of a ramdisk' },
      { name: 'no-new-keyring', usage: 'do not create a new session keyring for the container.  This will cause the container to inherit the calling processes session key' },
      { name: 'preserve-fds', takesValue: true, usage: 'Pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total) (default: 0)' },
    ],
  },
  {
    name: 'delete', usage: 'delete any resources held by the container often used with detached container',
    argsUsage: `<container-id>

Where "<container-id>" is the name for the instance of the container.

EXAMPLE:
For example, if the container id is "ubuntu01" and runc list currently shows the
status of "ubuntu01" as "stopped" the following will delete resources held for
"ubuntu01" removing "ubuntu01" from the runc list of containers:

       # runc delete ubuntu01`,
    description: '',
    flags: [
      { name: 'force', short: 'f', usage: 'Forcibly deletes the container if it is still running (uses SIGKILL)' },
    ],
  },
  {
    name: 'events', usage: 'display container events such as OOM notifications, cpu, memory, and IO usage statistics',
    argsUsage: `<container-id>

Where "<container-id>" is the name for the instance of the container.`,
    description: `The events command displays information about the container. By default the
information is displayed once every 5 seconds.`,
    flags: [
      { name: 'interval', takesValue: true, usage: 'set the stats collection interval (default: 5s)' },
      { name: 'stats', usage: "display the container's stats then exit" },
    ],
  },
  {
    name: 'exec', usage: 'execute new process inside the container',
    argsUsage: `<container-id> <command> [command options]  || -p process.json <container-id>

Where "<container-id>" is the name for the instance of the container and
"<command>" is the command to be executed in the container.
"<command>" can't be empty unless a "-p" flag provided.

EXAMPLE:
For example, if the container is configured to run the linux ps command the
following will output a list of processes running in the container:

       # runc exec <container-id> ps`,
    description: '',
    flags: [
      { name: 'console-socket', takesValue: true, usage: "path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal" },
      { name: 'cwd', takesValue: true, usage: 'current working directory in the container' },
      { name: 'env', short: 'e', takesValue: true, usage: 'set environment variables' },
      { name: 'tty', short: 't', usage: 'allocate a pseudo-TTY' },
      { name: 'user', short: 'u', takesValue: true, usage: 'UID (format: <uid>[:<gid>])' },
      { name: 'additional-gids', short: 'g', takesValue: true, usage: 'additional gids' },
      { name: 'process', short: 'p', takesValue: true, usage: 'path to the process.json' },
      { name: 'detach', short: 'd', usage: "detach from the container's process" },
      { name: 'pid-file', takesValue: true, usage: 'specify the file to write the process id to' },
      { name: 'process-label', takesValue: true, usage: 'set the asm process label for the process commonly used with selinux' },
      { name: 'apparmor', takesValue: true, usage: 'set the apparmor profile for the process' },
      { name: 'no-new-privs', usage: 'set the no new privileges value for the process' },
      { name: 'cap', short: 'c', takesValue: true, usage: 'add a capability to the bounding set for the process' },
      { name: 'preserve-fds', takesValue: true, usage: 'Pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total) (default: 0)' },
      { name: 'cgroup', takesValue: true, usage: 'run the process in an (existing) sub-cgroup(s). Format is [<controller>:]<cgroup>.' },
      { name: 'ignore-paused', usage: 'allow exec in a paused container' },
    ],
  },
  {
    name: 'kill', usage: "kill sends the specified signal (default: SIGTERM) to the container's init process",
    argsUsage: `<container-id> [signal]

Where "<container-id>" is the name for the instance of the container and
"[signal]" is the signal to be sent to the init process.

EXAMPLE:
For example, if the container id is "ubuntu01" the following will send a "KILL"
signal to the init process of the "ubuntu01" container:

       # runc kill ubuntu01 KILL`,
    description: '',
    flags: [
      { name: 'all', short: 'a', usage: 'send the specified signal to all processes inside the container' },
    ],
  },
  {
    name: 'list', usage: 'lists containers started by runc with the given root',
    argsUsage: `

Where the given root is specified via the global option "--root"
(default: "/run/runc").

EXAMPLE 1:
To list containers created via the default "--root":
       # runc list

EXAMPLE 2:
To list containers created using a non-default value for "--root":
       # runc --root value list`,
    description: '',
    flags: [
      { name: 'format', short: 'f', takesValue: true, usage: 'select one of: table or json (default: "table")' },
      { name: 'quiet', short: 'q', usage: 'display only container IDs' },
    ],
  },
  {
    name: 'pause', usage: 'pause suspends all processes inside the container',
    argsUsage: `<container-id>

Where "<container-id>" is the name for the instance of the container to be
paused. `,
    description: `The pause command suspends all processes in the instance of the container.

Use runc list to identify instances of containers and their current status.`,
    flags: [],
  },
  {
    name: 'ps', usage: 'ps displays the processes running inside a container',
    argsUsage: '<container-id> [ps options]',
    description: '',
    flags: [
      { name: 'format', short: 'f', takesValue: true, usage: 'select one of: table or json (default: "table")' },
    ],
  },
  {
    name: 'restore', usage: 'restore a container from a previous checkpoint',
    argsUsage: `<container-id>

Where "<container-id>" is the name for the instance of the container to be
restored.`,
    description: `Restores the saved state of the container instance that was previously saved
using the runc checkpoint command.`,
    flags: [
      { name: 'console-socket', takesValue: true, usage: "path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal" },
      { name: 'image-path', takesValue: true, usage: 'path to criu image files for restoring' },
      { name: 'work-path', takesValue: true, usage: 'path for saving work files and logs' },
      { name: 'tcp-established', usage: 'allow open tcp connections' },
      { name: 'ext-unix-sk', usage: 'allow external unix sockets' },
      { name: 'shell-job', usage: 'allow shell jobs' },
      { name: 'file-locks', usage: 'handle file locks, for safety' },
      { name: 'manage-cgroups-mode', takesValue: true, usage: "cgroups mode: 'soft' (default), 'full' and 'strict'" },
      { name: 'bundle', short: 'b', takesValue: true, usage: 'path to the root of the bundle directory' },
      { name: 'detach', short: 'd', usage: "detach from the container's process" },
      { name: 'pid-file', takesValue: true, usage: 'specify the file to write the process id to' },
      { name: 'no-subreaper', usage: 'disable the use of the subreaper used to reap reparented processes' },
      { name: 'no-pivot', usage: 'do not use pivot root to jail process inside rootfs.  This should be used whenever the rootfs is on top of a ramdisk' },
      { name: 'empty-ns', takesValue: true, usage: "create a namespace, but don't restore its properties" },
      { name: 'auto-dedup', usage: 'enable auto deduplication of memory images' },
      { name: 'lazy-pages', usage: 'use userfaultfd to lazily restore memory pages' },
      { name: 'lsm-profile', takesValue: true, usage: 'Specify an LSM profile to be used during restore in the form of TYPE:NAME.' },
      { name: 'lsm-mount-context', takesValue: true, usage: 'Specify an LSM mount context to be used during restore.' },
    ],
  },
  {
    name: 'resume', usage: 'resumes all processes that have been previously paused',
    argsUsage: `<container-id>

Where "<container-id>" is the name for the instance of the container to be
resumed.`,
    description: `The resume command resumes all processes in the instance of the container.

Use runc list to identify instances of containers and their current status.`,
    flags: [],
  },
  {
    name: 'run', usage: 'create and run a container',
    argsUsage: `<container-id>

Where "<container-id>" is your name for the instance of the container that you
are starting. The name you provide for the container instance must be unique on
your host.`,
    description: `The run command creates an instance of a container for a bundle. The bundle
is a directory with a specification file named "config.json" and a root
filesystem.

The specification file includes an args parameter. The args parameter is used
to specify command(s) that get run when the container is started. To change the
command(s) that get executed on start, edit the args parameter of the spec. See
"runc spec --help" for more explanation.`,
    flags: [
      { name: 'bundle', short: 'b', takesValue: true, usage: 'path to the root of the bundle directory, defaults to the current directory' },
      { name: 'console-socket', takesValue: true, usage: "path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal" },
      { name: 'detach', short: 'd', usage: "detach from the container's process" },
      { name: 'keep', usage: 'do not delete the container after it exits' },
      { name: 'pid-file', takesValue: true, usage: 'specify the file to write the process id to' },
      { name: 'no-subreaper', usage: 'disable the use of the subreaper used to reap reparented processes' },
      { name: 'no-pivot', usage: 'do not use pivot root to jail process inside rootfs.  This should be used whenever the rootfs is on top of a ramdisk' },
      { name: 'no-new-keyring', usage: 'do not create a new session keyring for the container.  This will cause the container to inherit the calling processes session key' },
      { name: 'preserve-fds', takesValue: true, usage: 'Pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total) (default: 0)' },
    ],
  },
  {
    name: 'spec', usage: 'create a new specification file',
    argsUsage: '[arguments...]',
    description: `The spec command creates the new specification file named "config.json" for
the bundle.

The spec generated is just a starter file. Editing of the spec is required to
achieve desired results. For example, the newly generated spec includes an args
parameter that is initially set to call the "sh" command when the container is
started. Calling "sh" may work for an ubuntu container or busybox, but will not
work for containers that do not include the "sh" program.

EXAMPLE:
  To run docker's hello-world container one needs to set the args parameter
in the spec to call hello. This can be done using the sed command or a text
editor. The following commands create a bundle for hello-world, change the
default args parameter in the spec from "sh" to "/hello", then run the hello
command in a new hello-world container named container1:

    mkdir hello
    cd hello
    docker pull hello-world
    docker export $(docker create hello-world) > hello-world.tar
    mkdir rootfs
    tar -C rootfs -xf hello-world.tar
    runc spec
    sed -i 's;"sh";"/hello";' config.json
    runc run container1

In the run command above, "container1" is the name for the instance of the
container that you are starting. The name you provide for the container instance
must be unique on your host.

An alternative for generating a customized spec config is to use "oci-runtime-tool", the
sub-command "oci-runtime-tool generate" has lots of options that can be used to do any
customizations as you want, see runtime-tools (https://github.com/opencontainers/runtime-tools)
to get more information.

When starting a container through runc, runc needs root privilege. If not
already running as root, you can use sudo to give runc root privilege. For
example: "sudo runc start container1" will give runc root privilege to start the
container on your host.

Alternatively, you can start a rootless container, which has the ability to run
without root privileges. For this to work, the specification file needs to be
adjusted accordingly. You can pass the parameter --rootless to this command to
generate a proper rootless spec file.

Note that --rootless is not needed when you execute runc as the root in a user namespace
created by an unprivileged user.
`,
    flags: [
      { name: 'bundle', short: 'b', takesValue: true, usage: 'path to the root of the bundle directory' },
      { name: 'rootless', usage: 'generate a configuration for a rootless container' },
    ],
  },
  {
    name: 'start', usage: 'executes the user defined process in a created container',
    argsUsage: `<container-id>

Where "<container-id>" is your name for the instance of the container that you
are starting. The name you provide for the container instance must be unique on
your host.`,
    description: 'The start command executes the user defined process in a created container.',
    flags: [],
  },
  {
    name: 'state', usage: 'output the state of a container',
    argsUsage: `<container-id>

Where "<container-id>" is your name for the instance of the container.`,
    description: `The state command outputs current state information for the
instance of a container.`,
    flags: [],
  },
  {
    name: 'update', usage: 'update container resource constraints',
    argsUsage: '<container-id>',
    description: '',
    flags: [
      { name: 'resources', short: 'r', takesValue: true, usage: `path to the file containing the resources to update or '-' to read from the standard input

The accepted format is as follow (unchanged values can be omitted):

{
  "memory": {
    "limit": 0,
    "reservation": 0,
    "swap": 0
  },
  "cpu": {
    "shares": 0,
    "quota": 0,
    "period": 0,
    "realtimeRuntime": 0,
    "realtimePeriod": 0,
    "cpus": "",
    "mems": ""
  },
  "blockIO": {
    "weight": 0
  }
}

Note: if data is to be read from a file or the standard input, all
other options are ignored.` },
      { name: 'blkio-weight', takesValue: true, usage: 'Specifies per cgroup weight, range is from 10 to 1000 (default: 0)' },
      { name: 'cpu-period', takesValue: true, usage: 'CPU CFS period to be used for hardcapping (in usecs). 0 to use system default' },
      { name: 'cpu-quota', takesValue: true, usage: 'CPU CFS hardcap limit (in usecs). Allowed cpu time in a given period' },
      { name: 'cpu-share', takesValue: true, usage: 'CPU shares (relative weight vs. other containers)' },
      { name: 'cpu-rt-period', takesValue: true, usage: 'CPU realtime period to be used for hardcapping (in usecs). 0 to use system default' },
      { name: 'cpu-rt-runtime', takesValue: true, usage: 'CPU realtime hardcap limit (in usecs). Allowed cpu time in a given period' },
      { name: 'cpuset-cpus', takesValue: true, usage: 'CPU(s) to use' },
      { name: 'cpuset-mems', takesValue: true, usage: 'Memory node(s) to use' },
      { name: 'memory', takesValue: true, usage: 'Memory limit (in bytes)' },
      { name: 'memory-reservation', takesValue: true, usage: 'Memory reservation or soft_limit (in bytes)' },
      { name: 'memory-swap', takesValue: true, usage: "Total memory usage (memory + swap); set '-1' to enable unlimited swap" },
      { name: 'pids-limit', takesValue: true, usage: 'Maximum number of pids allowed in the container (default: 0)' },
      { name: 'l3-cache-schema', takesValue: true, usage: 'The string of Intel RDT/CAT L3 cache schema' },
      { name: 'mem-bw-schema', takesValue: true, usage: 'The string of Intel RDT/MBA memory bandwidth schema' },
    ],
  },
  {
    name: 'features', usage: 'show the enabled features',
    argsUsage: '[arguments...]',
    description: `Show the enabled features.
   The result is parsable as a JSON.
   See https://pkg.go.dev/github.com/opencontainers/runc/types/features for the type definition.
   The types are experimental and subject to change.`,
    flags: [],
  },
]
