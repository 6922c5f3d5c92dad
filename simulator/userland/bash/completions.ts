// Static completion data for commands that learners type: their long options and what their arguments may be.

export type ArgumentKind = 'netns' | 'interface' | 'pid' | 'signal' | 'command' | 'user' | 'mount'

export interface ArgumentRule {
  /** The plain arguments before the word; `*` is any. */
  readonly after: readonly string[]
  /** Also when more arguments came before. */
  readonly any?: boolean
  readonly kind: ArgumentKind | readonly string[]
}

export interface CommandCompletion {
  readonly options: readonly string[]
  readonly arguments: readonly ArgumentRule[]
}

const words = (text: string): string[] => text.split(' ')
const options = (text: string): string[] => words(text).map((w) => `--${w}`)

const IP_OBJECTS = words('address link route rule neighbour netns tunnel maddress monitor vrf')

export const COMMANDS: ReadonlyMap<string, CommandCompletion> = new Map<string, CommandCompletion>([
  ['unshare', {
    options: options('mount uts ipc net pid user cgroup time fork map-user= map-group= map-root-user map-current-user map-auto map-users= map-groups= kill-child mount-proc propagation setgroups keep-caps root= wd= setuid setgid monotonic boottime help version'),
    arguments: [{ after: [], kind: 'command' }],
  }],
  ['nsenter', {
    options: options('all target mount uts ipc net pid user cgroup time setuid setgid preserve-credentials root wd no-fork follow-context help version'),
    arguments: [{ after: [], kind: 'pid' }, { after: ['*'], kind: 'command' }],
  }],
  ['lsns', { options: options('json list noheadings output output-all persistent task raw notruncate noheadings tree type help version'), arguments: [{ after: [], kind: 'pid' }] }],
  ['ip', {
    options: words('-brief -color -details -family -json -netns -oneline -statistics -4 -6 -all'),
    arguments: [
      { after: ['netns', 'exec'], kind: 'netns' }, { after: ['netns', 'exec', '*'], kind: 'command' },
      { after: ['netns', 'del|delete|pids|set'], kind: 'netns' }, { after: ['netns'], kind: words('add attach delete exec identify list monitor pids set') },
      { after: ['link|l'], kind: words('add delete set show') }, { after: ['link|l', 'set|show|delete|del'], kind: 'interface' },
      { after: ['link|l', 'set', '*'], kind: words('up down name netns master nomaster mtu address alias') }, { after: ['link|l', 'set', '*', 'netns'], kind: 'netns' },
      { after: ['link|l', 'set', '*', 'master'], kind: 'interface' }, { after: ['link|l', 'add', '*'], kind: words('type') },
      { after: ['link|l', 'add', '*', 'type'], kind: words('bridge dummy ipvlan macvlan veth vlan vxlan tun') },
      { after: ['addr|address|a'], kind: words('add delete flush replace show') }, { after: ['addr|address|a', 'show'], kind: 'interface' },
      { after: ['addr|address|a', 'add|del|delete', '*'], kind: words('dev') }, { after: ['addr|address|a', 'add|del|delete', '*', 'dev'], kind: 'interface' },
      { after: ['route|r'], kind: words('add append change delete flush get list replace show') }, { after: ['neigh|neighbour|n'], kind: words('add change delete flush list replace show') },
      { after: [], kind: IP_OBJECTS },
    ],
  }],
  ['mount', {
    options: options('all bind rbind move make-shared make-slave make-private make-unbindable make-rshared make-rslave make-rprivate make-runbindable options types read-only read-write source target verbose no-canonicalize help version'),
    arguments: [],
  }],
  ['umount', { options: options('all detach-loop force lazy recursive read-only types verbose help version'), arguments: [{ after: [], any: true, kind: 'mount' }] }],
  ['findmnt', { options: options('all json list mountpoint noheadings output raw source submounts target types tree help version'), arguments: [{ after: [], kind: 'mount' }] }],
  ['ps', { options: options('forest format headers no-headers pid ppid sort user width help version'), arguments: [] }],
  ['kill', { options: signalOptions(), arguments: [{ after: [], any: true, kind: 'pid' }] }],
  ['docker', {
    options: options('config context debug host log-level tls version help'),
    arguments: [
      { after: ['network'], kind: words('connect create disconnect inspect ls prune rm') }, { after: ['volume'], kind: words('create inspect ls prune rm') },
      { after: ['image'], kind: words('build history inspect ls prune pull rm tag') }, { after: ['container'], kind: words('exec inspect kill logs ls rm run start stop top') },
      { after: [], kind: words('attach build commit container cp create diff events exec export history image images info inspect kill logs network pause port ps pull push rename restart rm rmi run start stats stop system tag top unpause update version volume wait') },
    ],
  }],
  ['sudo', { options: options('login user group shell preserve-env help version'), arguments: [] }],
  ['su', { options: options('login command shell preserve-environment whitelist-environment help version'), arguments: [{ after: [], kind: 'user' }] }],
  ['chroot', { options: options('groups userspec skip-chdir help version'), arguments: [] }],
  ['hostname', { options: options('alias all-fqdns all-ip-addresses boot domain fqdn file ip-address short version'), arguments: [] }],
  ['systemctl', { options: [], arguments: [{ after: [], kind: words('start stop restart status enable disable') }] }],
])

function signalOptions(): string[] {
  return words('HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT STOP TSTP TTIN TTOU').map((n) => `-${n}`)
}
