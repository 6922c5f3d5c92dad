// runc --help and runc COMMAND --help, in the layout of Go's urfave/cli: names and usages in aligned columns.
import { COMMANDS, type Command, type Flag } from './commands.ts'

export const VERSION_TEXT = '1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev\ngo: go1.19.8\nlibseccomp: 2.5.4\n'

export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: 'debug', usage: 'enable debug logging' },
  { name: 'log', takesValue: true, usage: "set the log file to write runc logs to (default is '/dev/stderr')" },
  { name: 'log-format', takesValue: true, usage: 'set the log format (\'text\' (default), or \'json\') (default: "text")' },
  { name: 'root', takesValue: true, usage: 'root directory for storage of container state (this should be located in tmpfs) (default: "/run/runc")' },
  { name: 'criu', takesValue: true, usage: 'path to the criu binary used for checkpoint and restore (default: "criu")' },
  { name: 'systemd-cgroup', usage: 'enable systemd cgroup support, expects cgroupsPath to be of form "slice:prefix:name" for e.g. "system.slice:runc:434234"' },
  { name: 'rootless', takesValue: true, usage: "ignore cgroup permission errors ('true', 'false', or 'auto') (default: \"auto\")" },
]
const GLOBAL_EXTRA: readonly Flag[] = [{ name: 'help', short: 'h', usage: 'show help' }, { name: 'version', short: 'v', usage: 'print the version' }]

const ABOUT = `runc - Open Container Initiative runtime

runc is a command line client for running applications packaged according to
the Open Container Initiative (OCI) format and is a compliant implementation of the
Open Container Initiative specification.

runc integrates well with existing process supervisors to provide a production
container runtime environment for applications. It can be used with your
existing process monitoring tools and the container will be spawned as a
direct child of the process supervisor.

Containers are configured using bundles. A bundle for a container is a directory
that includes a specification file named "config.json" and a root filesystem.
The root filesystem contains the contents of the container.

To start a new instance of a container:

    # runc run [ -b bundle ] <container-id>

Where "<container-id>" is your name for the instance of the container that you
are starting. The name you provide for the container instance must be unique on
your host. Providing the bundle directory using "-b" is optional. The default
value for "bundle" is the current directory.`

const flagNames = ({ name, short, takesValue }: Flag): string => {
  const value = takesValue === true ? ' value' : ''
  return `--${name}${value}${short === undefined ? '' : `, -${short}${value}`}`
}

/** text/tabwriter: rows next to each other share a column width; a usage of several lines ends the block. */
function columns(rows: readonly (readonly [string, string])[]): string {
  let text = ''
  for (let start = 0; start < rows.length;) {
    let end = start
    while (end < rows.length - 1 && !rows[end][1].includes('\n')) end++
    const block = rows.slice(start, end + 1)
    const width = Math.max(...block.map(([name]) => name.length)) + 2
    for (const [name, usage] of block) text += `   ${name.padEnd(width)}${usage}\n`
    start = end + 1
  }
  return text
}
const flagRows = (flags: readonly Flag[]): string => columns(flags.map((flag) => [flagNames(flag), flag.usage] as const))

export function appHelp(): string {
  const rows = COMMANDS.map(({ name, usage }) => [name, usage] as const)
  const commands = columns([...rows, ['help, h', 'Shows a list of commands or help for one command']])
  const version = VERSION_TEXT
  return `NAME:\n   ${ABOUT}\n\nUSAGE:\n   runc [global options] command [command options] [arguments...]\n\nVERSION:\n   ${version}\nCOMMANDS:\n${commands}\nGLOBAL OPTIONS:\n${flagRows([...GLOBAL_FLAGS, ...GLOBAL_EXTRA])}`
}

export function commandHelp(command: Command): string {
  const { name, usage, argsUsage, description, flags } = command
  const options = flags.length > 0 ? '[command options] ' : ''
  const about = description === '' ? '' : `\nDESCRIPTION:\n   ${description}\n`
  return `NAME:\n   runc ${name} - ${usage}\n\nUSAGE:\n   runc ${name} ${options}${argsUsage}\n${about}${flags.length > 0 ? `\nOPTIONS:\n${flagRows(flags)}   \n` : ''}`
}
