// Static completion data for commands that learners type: their long options and what their arguments may be.

export type ArgumentKind = 'netns' | 'interface' | 'pid' | 'signal' | 'command' | 'user' | 'group' | 'mount' | 'fstype' | 'shell' | 'directory' | 'capability'

export interface ArgumentRule {
  /** The plain arguments before the word; `*` is any. */
  readonly after: readonly string[]
  /** Also when more arguments came before. */
  readonly any?: boolean
  readonly kind: ArgumentKind | readonly string[]
}

export interface CommandCompletion {
  /** Undefined: those that the command was built with. */
  readonly options?: readonly string[]
  /** What comes after an option, or behind its `=`. */
  readonly values?: Readonly<Record<string, ArgumentKind | readonly string[]>>
  /** From the first plain argument (or the one after so many) on it is the command line of another program. */
  readonly runs?: number
  readonly arguments: readonly ArgumentRule[]
}

const words = (text: string): string[] => text.split(' ')
const options = (text: string): string[] => words(text).map((w) => `--${w}`)

const SIGNALS = words('HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT STOP TSTP TTIN TTOU')
const IP_OBJECTS = words('address link route rule neighbour netns tunnel maddress monitor vrf')

const NAMESPACE_TYPES = words('mnt net ipc user pid uts cgroup time')
const PS_COLUMNS = words('pid ppid pgid sid user uid group gid comm args cmd stat state tty time etime ni pri pcpu pmem rss vsz wchan pidns userns mntns netns utsns ipcns cgroupns timens lstart')
const MOUNT_COLUMNS = words('TARGET SOURCE FSTYPE OPTIONS PROPAGATION FSROOT ID PARENT MAJ:MIN SIZE USED AVAIL USE% VFS-OPTIONS FS-OPTIONS LABEL UUID')
const MOUNT_OPTIONS = words('ro rw bind rbind remount noexec nosuid nodev noatime relatime size= mode= uid= gid= lowerdir= upperdir= workdir= hidepid= loop')
const LSNS_COLUMNS = words('NS TYPE PATH NPROCS PID PPID COMMAND UID USER NETNSID NSFS PNS ONS')
const SECUREBITS = words('+noroot +noroot_locked +no_setuid_fixup +no_setuid_fixup_locked +keep_caps_locked +no_cap_ambient_raise')
const DOCKER_RUN = options('add-host cap-add cap-drop cgroupns cpus cpu-shares detach device entrypoint env env-file expose help hostname init interactive ip ipc label link memory mount name network no-healthcheck oom-kill-disable pid pids-limit privileged publish publish-all read-only restart rm runtime security-opt shm-size stop-signal sysctl tmpfs tty ulimit user userns uts volume volumes-from workdir')

export const COMMANDS: ReadonlyMap<string, CommandCompletion> = new Map<string, CommandCompletion>([
  ['unshare', {
    arguments: [{ after: [], kind: 'command' }], runs: 0,
    values: { '--propagation': words('private shared slave unchanged'), '--setgroups': words('allow deny'), '--map-user': 'user', '--map-group': 'group', '--kill-child': words('TERM KILL INT HUP') },
  }],
  ['nsenter', { arguments: [{ after: [], kind: 'command' }], runs: 0, values: { '-t': 'pid', '--target': 'pid' } }],
  ['lsns', { arguments: [{ after: [], kind: 'pid' }], values: { '-t': NAMESPACE_TYPES, '--type': NAMESPACE_TYPES, '-p': 'pid', '--task': 'pid', '-o': LSNS_COLUMNS, '--output': LSNS_COLUMNS } }],
  ['ip', {
    options: words('-brief -color -details -family -json -netns -oneline -statistics -4 -6 -all'), values: { '-n': 'netns', '-netns': 'netns' },
    arguments: [
      { after: ['netns', 'exec'], kind: 'netns' }, { after: ['netns', 'exec', '*'], kind: 'command' },
      { after: ['netns', 'del|delete|pids|set'], kind: 'netns' }, { after: ['netns'], kind: words('add attach delete exec identify list monitor pids set') },
      { after: ['link|l'], kind: words('add delete set show') }, { after: ['link|l', 'set|show|delete|del'], kind: 'interface' },
      { after: ['link|l', 'set', 'dev'], kind: 'interface' },
      { after: ['link|l', 'set', '*'], kind: words('up down name netns master nomaster mtu address alias') }, { after: ['link|l', 'set', '*', 'netns'], kind: 'netns' },
      { after: ['link|l', 'set', '*', 'master'], kind: 'interface' }, { after: ['link|l', 'add', '*'], kind: words('type') },
      { after: ['link|l', 'add', '*', 'type'], kind: words('bridge dummy ipvlan macvlan veth vlan vxlan tun') },
      { after: ['link|l', 'add', '*', 'type', 'veth'], kind: words('peer') }, { after: ['link|l', 'add', '*', 'type', 'veth', 'peer'], kind: words('name netns') },
      { after: ['addr|address|a'], kind: words('add delete flush replace show') }, { after: ['addr|address|a', 'show'], kind: 'interface' },
      { after: ['addr|address|a', 'show', 'dev'], kind: 'interface' }, { after: ['addr|address|a', 'flush', 'dev'], kind: 'interface' },
      { after: ['addr|address|a', 'add|del|delete', '*'], kind: words('dev') }, { after: ['addr|address|a', 'add|del|delete', '*', 'dev'], kind: 'interface' },
      { after: ['route|r'], kind: words('add append change delete flush get list replace show') }, { after: ['route|r', 'add|replace|del|delete', '*'], kind: words('via dev') },
      { after: ['route|r', 'add|replace|del|delete', '*', 'dev'], kind: 'interface' }, { after: ['route|r', 'add|replace|del|delete', '*', 'via', '*', 'dev'], kind: 'interface' },
      { after: ['neigh|neighbour|n'], kind: words('add change delete flush list replace show') }, { after: [], kind: IP_OBJECTS },
    ],
  }],
  ['mount', { arguments: [], values: { '-t': 'fstype', '--types': 'fstype', '-o': MOUNT_OPTIONS, '--options': MOUNT_OPTIONS } }],
  ['umount', { arguments: [{ after: [], any: true, kind: 'mount' }], values: { '-t': 'fstype', '--types': 'fstype' } }],
  ['findmnt', { arguments: [{ after: [], kind: 'mount' }], values: { '-t': 'fstype', '--types': 'fstype', '-o': MOUNT_COLUMNS, '--output': MOUNT_COLUMNS, '-N': 'pid', '--task': 'pid' } }],
  ['mountpoint', { arguments: [{ after: [], kind: 'mount' }] }],
  ['ps', {
    options: options('forest format headers no-headers pid ppid sort user width help version'), arguments: [],
    values: { '-o': PS_COLUMNS, '-eo': PS_COLUMNS, '--format': PS_COLUMNS, '--sort': PS_COLUMNS, '-p': 'pid', '--pid': 'pid', '--ppid': 'pid', '-u': 'user', '-U': 'user', '--user': 'user', '-G': 'group' },
  }],
  ['pstree', { arguments: [{ after: [], kind: 'pid' }] }],
  ['kill', { options: signalOptions(), arguments: [{ after: [], any: true, kind: 'pid' }], values: { '-s': SIGNALS, '-n': SIGNALS } }],
  ['pkill', { arguments: [], values: { '-u': 'user', '--euid': 'user', '--signal': SIGNALS, '-P': 'pid' } }],
  ['pgrep', { arguments: [], values: { '-u': 'user', '--euid': 'user', '-P': 'pid', '--ns': 'pid', '--nslist': NAMESPACE_TYPES } }],
  ['timeout', { arguments: [{ after: ['*'], kind: 'command' }], runs: 1, values: { '-s': SIGNALS, '--signal': SIGNALS } }],
  ['setpriv', {
    arguments: [{ after: [], kind: 'command' }], runs: 0,
    values: {
      '--reuid': 'user', '--euid': 'user', '--ruid': 'user', '--regid': 'group', '--egid': 'group', '--rgid': 'group', '--groups': 'group', '--securebits': SECUREBITS,
      '--bounding-set': 'capability', '--inh-caps': 'capability', '--ambient-caps': 'capability', '--pdeathsig': words('keep clear HUP INT KILL TERM'),
    },
  }],
  ['docker', {
    options: options('config context debug host log-level tls version help'),
    arguments: [
      { after: ['network'], kind: words('connect create disconnect inspect ls prune rm') }, { after: ['volume'], kind: words('create inspect ls prune rm') },
      { after: ['image'], kind: words('build history inspect ls prune pull rm tag') }, { after: ['container'], kind: words('exec inspect kill logs ls rm run start stop top') },
      { after: ['system'], kind: words('df events info prune') },
      { after: [], kind: words('attach build commit container cp create diff events exec export history image images info inspect kill logs network pause port ps pull push rename restart rm rmi run start stats stop system tag top unpause update version volume wait') },
    ],
  }],
  ['docker run', { options: DOCKER_RUN, arguments: [] }],
  ['docker create', { options: DOCKER_RUN, arguments: [] }],
  ['docker exec', { options: options('detach detach-keys env env-file help interactive privileged tty user workdir'), arguments: [] }],
  ['docker ps', { options: options('all filter format help last latest no-trunc quiet size'), arguments: [] }],
  ['docker rm', { options: options('force help link volumes'), arguments: [] }],
  ['sudo', { options: options('login user group shell preserve-env help version'), arguments: [{ after: [], kind: 'command' }], runs: 0, values: { '-u': 'user', '--user': 'user', '-g': 'group', '--group': 'group' } }],
  ['su', { arguments: [{ after: [], kind: 'user' }], values: { '-s': 'shell', '--shell': 'shell' } }],
  ['runuser', { arguments: [{ after: [], kind: 'user' }], values: { '-u': 'user', '--user': 'user', '-s': 'shell' } }],
  ['chroot', { arguments: [{ after: [], kind: 'directory' }, { after: ['*'], kind: 'command' }], runs: 1 }],
  ['chown', { arguments: [{ after: [], kind: 'user' }] }],
  ['chgrp', { arguments: [{ after: [], kind: 'group' }] }],
  ['id', { arguments: [{ after: [], kind: 'user' }] }],
  ['groups', { arguments: [{ after: [], kind: 'user' }] }],
  ['passwd', { arguments: [{ after: [], kind: 'user' }] }],
  ['chsh', { arguments: [{ after: [], kind: 'user' }], values: { '-s': 'shell', '--shell': 'shell' } }],
  ['usermod', { arguments: [{ after: [], kind: 'user' }], values: { '-G': 'group', '-aG': 'group', '-g': 'group', '-s': 'shell' } }],
  ['userdel', { arguments: [{ after: [], kind: 'user' }] }],
  ['groupdel', { arguments: [{ after: [], kind: 'group' }] }],
  ['newgrp', { arguments: [{ after: [], kind: 'group' }] }],
  ['getent', { arguments: [{ after: [], kind: words('ahosts group gshadow hosts initgroups networks passwd protocols services shadow') }] }],
  ['getpcaps', { arguments: [{ after: [], any: true, kind: 'pid' }] }],
  ['strace', { arguments: [{ after: [], kind: 'command' }], runs: 0, values: { '-p': 'pid' } }],
  ['nice', { arguments: [{ after: [], kind: 'command' }], runs: 0 }],
  ['nohup', { arguments: [{ after: [], kind: 'command' }], runs: 0 }],
  ['setsid', { arguments: [{ after: [], kind: 'command' }], runs: 0 }],
  ['hostname', { options: options('alias all-fqdns all-ip-addresses boot domain fqdn file ip-address short version'), arguments: [] }],
])

function signalOptions(): string[] {
  return SIGNALS.map((n) => `-${n}`)
}
