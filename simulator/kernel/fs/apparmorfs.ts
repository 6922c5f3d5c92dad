// AppArmor's part of securityfs (security/apparmor/apparmorfs.c): loading and removing policy, the list of profiles, what this kernel can do.
import { CAP_MAC_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { decodeUtf8 } from '../../lib/bytes.ts'
import type { Dirent } from '../../abi/stat.ts'
import { capable } from '../cred/ns-capable.ts'
import { type LoadedProfile, policyOf } from '../security/apparmor/policy.ts'
import type { Task } from '../task.ts'
import type { Inode } from '../vfs/inode.ts'
import { PseudoDir, PseudoFile, TableDir } from './pseudo/pseudo-inode.ts'
import type { PseudoSuperBlock } from './pseudo/pseudo-super-block.ts'

const CAPS = `chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module
  sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
  wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore`.replace(/\s+/g, ' ')
const FAMILIES = `unspec unix inet ax25 ipx appletalk netrom bridge atmpvc x25 inet6 rose netbeui security key netlink packet ash econet atmsvc rds sna irda pppox wanpipe llc ib mpls
  can tipc bluetooth iucv rxrpc isdn phonet ieee802154 caif alg nfc vsock kcm qipcrtr smc xdp mctp`.replace(/\s+/g, ' ')
const SIGNALS = 'hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop stp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys emt lost'

type Features = { readonly [name: string]: string | Features }
const FEATURES: Features = {
  capability: '0xffffff', caps: { mask: CAPS },
  domain: {
    attach_conditions: { xattr: 'yes' }, change_hat: 'yes', change_hatv: 'yes', change_onexec: 'yes', change_profile: 'yes', computed_longest_left: 'yes', fix_binfmt_elf_mmap: 'yes',
    post_nnp_subset: 'yes', stack: 'yes', version: '1.2',
  },
  file: { mask: 'create read write exec append mmap_exec link lock' }, mount: { mask: 'mount umount pivot_root' }, namespaces: { pivot_root: 'no', profile: 'yes' },
  network_v8: { af_mask: FAMILIES }, policy: { outofband: '0x000001', set_load: 'yes', versions: { v5: 'yes', v6: 'yes', v7: 'yes', v8: 'yes', v9: 'yes' } },
  ptrace: { mask: 'read trace' }, query: { label: { data: 'yes', multi_transaction: 'yes', perms: 'allow deny audit quiet' } },
  rlimit: { mask: 'cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime' }, signal: { mask: SIGNALS },
}

/** policy_admin_capable, policy_view_capable: in the initial user namespace. */
function mustRulePolicy(task: Task): void {
  if (!capable(task, CAP_MAC_ADMIN)) throw Errno.EACCES
}

function featuresDir(sb: PseudoSuperBlock, features: Features): TableDir {
  const dir = new TableDir(sb, 0o755)
  for (const [name, value] of Object.entries(features)) dir.add(name, () => (typeof value === 'string' ? new PseudoFile(sb, 0o444, () => `${value}\n`) : featuresDir(sb, value)))
  return dir
}

/** policy/profiles: a directory for each, `NAME.NUMBER`. */
class ProfilesDir extends PseudoDir {
  readonly #made = new Map<string, Inode>()

  #find(name: string): LoadedProfile | undefined {
    return policyOf(this.sb.kernel).profiles.find((p) => nameOf(p) === name)
  }
  override lookup(_task: Task, name: string): Inode | undefined {
    const profile = this.#find(name)
    if (profile === undefined) return undefined
    let inode = this.#made.get(name)
    if (inode === undefined) this.#made.set(name, (inode = profileDir(this.sb, () => this.#find(name) ?? profile)))
    return inode
  }
  override isStale(task: Task, name: string, child: Inode): boolean {
    return this.lookup(task, name) !== child
  }
  override *entries(task: Task): Iterable<Dirent> {
    for (const profile of policyOf(this.sb.kernel).profiles) {
      const inode = this.lookup(task, nameOf(profile))
      if (inode !== undefined) yield { ino: inode.ino, name: nameOf(profile), type: inode.mode >> 12 }
    }
  }
}
const nameOf = ({ policy, id }: LoadedProfile): string => `${policy.name.replaceAll('/', '.').replace(/^\./, '')}.${id}`

function profileDir(sb: PseudoSuperBlock, profile: () => LoadedProfile): TableDir {
  const file = (text: () => string) => () => new PseudoFile(sb, 0o444, () => `${text()}\n`)
  return new TableDir(sb, 0o755).add('name', file(() => profile().policy.name)).add('mode', file(() => profile().policy.mode))
    .add('attach', file(() => (profile().policy.attach === undefined ? profile().policy.name : '<unknown>')))
}

export function apparmorDir(sb: PseudoSuperBlock): TableDir {
  const { kernel } = sb
  const text = (show: (task: Task) => string) => () => new PseudoFile(sb, 0o444, show)
  const command = (run: (task: Task, data: string) => void) => () => new PseudoFile(sb, 0o666, () => '', (task, data) => {
    mustRulePolicy(task)
    run(task, decodeUtf8(data))
    return data.length
  })
  const policy = (): TableDir => new TableDir(sb, 0o755).add('namespaces', () => new TableDir(sb, 0o755)).add('profiles', () => new ProfilesDir(sb, 0o755))
    .add('revision', text(() => `${policyOf(kernel).revision}\n`))
  return new TableDir(sb, 0o755)
    .add('.load', command((task, data) => policyOf(kernel).load(task, data, false)))
    .add('.replace', command((task, data) => policyOf(kernel).load(task, data, true)))
    .add('.remove', command((task, data) => policyOf(kernel).remove(task, data.replace(/[\0\n]+$/, ''))))
    .add('.ns_level', text(() => '0\n')).add('.ns_name', text(() => 'root\n')).add('.ns_stacked', text(() => 'no\n')).add('.stacked', text(() => 'no\n'))
    .add('features', () => featuresDir(sb, FEATURES)).add('policy', policy)
    .add('profiles', text((task) => {
      mustRulePolicy(task)
      return policyOf(kernel).profiles.toReversed().map((p) => `${p.policy.name} (${p.policy.mode})\n`).join('')
    }))
    .add('revision', text(() => `${policyOf(kernel).revision}\n`))
}
