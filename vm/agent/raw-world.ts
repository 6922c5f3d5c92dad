// What the agent prints of its machine: facts as the kernel tells them, little digested, since every byte and every system call costs in
// an emulated guest. world-of.ts makes the World of it.
import type { NsType, World } from '../../lab/world.ts'

export type NsNumbers = readonly (number | null)[]

/** The order of a process's namespaces in `ns`; a zombie has only some. */
export const RAW_NS_ORDER: readonly NsType[] = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']

export interface RawProcess {
  readonly pid: number
  readonly comm: string
  /** Letter of /proc/PID/stat. */
  readonly state: string
  readonly ppid: number
  /** A kernel thread: nothing else is told of it. */
  readonly kernel?: 1
  readonly pgid?: number
  readonly sid?: number
  /** Device number of the terminal, as in /proc/PID/stat; 0 for none. */
  readonly tty?: number
  /** NSpid: of /proc/PID/status, outermost first. */
  readonly pids?: readonly number[]
  /** real, effective, saved, file system */
  readonly uid?: readonly number[]
  readonly gid?: readonly number[]
  /** CapInh, CapPrm, CapEff, CapBnd, CapAmb */
  readonly caps?: readonly string[]
  readonly noNewPrivs?: number
  /** Each argument ended by NUL. */
  readonly cmdline?: string
  /** Path in the unified hierarchy. */
  readonly cgroup?: string
  readonly cwd?: string
  readonly root?: string
  readonly ns?: NsNumbers
  readonly nsForChildren?: NsNumbers
  /** Namespaces that its descriptors are open on. */
  readonly nsFds?: readonly number[]
}

export interface RawNamespace {
  readonly id: number
  readonly type: NsType
  readonly parent?: number
  readonly owner?: number
  readonly ownerUid?: number
  /** The text of uid_map, gid_map (ids of the agent's own user namespace outside), setgroups. */
  readonly uidMap?: string
  readonly gidMap?: string
  readonly setgroups?: string
  readonly hostname?: string
  readonly domainname?: string
  /** The text of timens_offsets. */
  readonly offsets?: string
  /** Path of a cgroup namespace's root. */
  readonly root?: string
  /** mnt: the text of mountinfo, read at the root of the namespace. */
  readonly mountinfo?: string
  readonly net?: RawNet
}

export interface RawLink {
  readonly index: number
  readonly name: string
  /** IFF_ bits */
  readonly flags: number
  readonly operstate: number
  readonly mtu: number
  /** ARPHRD_ */
  readonly arp: number
  readonly mac?: string
  readonly kind?: string
  readonly master?: number
  /** Index of the other end, and this namespace's number for its namespace unless it is this one. */
  readonly link?: number
  readonly nsid?: number
}
export interface RawAddress { readonly index: number; readonly address: string; readonly prefix: number; readonly scope: number }
export interface RawRoute { readonly dst?: string; readonly dstLength: number; readonly via?: string; readonly dev?: number; readonly src?: string; readonly scope: number; readonly metric?: number }
export interface RawChain { readonly family: number; readonly table: string; readonly chain: string; readonly hook: number; readonly priority: number; readonly policy: number; readonly rules: number }

export interface RawNet {
  readonly links: readonly RawLink[]
  /** [number, inode number of the namespace that it means] */
  readonly nsids: readonly (readonly [number, number])[]
  readonly addresses: readonly RawAddress[]
  readonly routes: readonly RawRoute[]
  readonly chains: readonly RawChain[]
}

export interface RawWorld {
  /** nanoseconds since boot */
  readonly time: number
  /** The agent, which is no part of the World. */
  readonly agent: number
  /** Who is parent of the agent's children in the World. */
  readonly init: number
  readonly initial: NsNumbers
  readonly processes: readonly RawProcess[]
  readonly namespaces: readonly RawNamespace[]
  /** PID namespaces by device number (`0:21`) of the proc file systems that show them. */
  readonly procs: Readonly<Record<string, number>>
  /** In no order. */
  readonly cgroups: World['cgroups']
  /** [uid, name] of /etc/passwd. */
  readonly users: readonly (readonly [number, string])[]
}
