// The World: a plain-JSON picture of a machine after a step. Checks, goal view, floor plan and text twin read it and nothing else,
// so that a real machine which prints the same JSON can stand in for the simulated one.
import type { NsType } from '../abi/sched.ts'

/** Inode number of a namespace: its id everywhere in a World. */
export type NsId = number

/** One line of uid_map or gid_map; `outside` is in the ids of the initial user namespace. */
export interface WorldIdRange { readonly inside: number; readonly outside: number; readonly count: number }

export interface WorldNamespace {
  readonly id: NsId
  readonly type: NsType
  /** Parent in the hierarchy (user and pid only). */
  readonly parent?: NsId
  /** The user namespace that owns it. */
  readonly owner?: NsId
  /** Why it is alive, by reason: `task`, `bind-mount`, `open-file`, `child`, `owned`, … → how many. */
  readonly holders: Readonly<Record<string, number>>
  /** Paths of nsfs bind mounts that hold it, e.g. `/run/netns/blue`, as seen in the initial mount namespace. */
  readonly mountedAt?: readonly string[]
  /** user: */
  readonly level?: number
  readonly uidMap?: readonly WorldIdRange[]
  readonly gidMap?: readonly WorldIdRange[]
  readonly setgroups?: 'allow' | 'deny'
  /** Owner's uid in the initial user namespace. */
  readonly ownerUid?: number
  /** uts: */
  readonly hostname?: string
  readonly domainname?: string
  /** time: nanoseconds */
  readonly monotonicOffset?: number
  readonly boottimeOffset?: number
  /** cgroup: path of its root */
  readonly root?: string
}

export interface WorldProcess {
  /** PID in the initial namespace; the process's id everywhere in a World. */
  readonly pid: number
  /** Its number in every PID namespace, outermost (host) first, its own last. */
  readonly pids: readonly number[]
  readonly ppid: number
  /** Innermost view of its parent's number; 0 when the parent is outside. */
  readonly ppidInside: number
  readonly comm: string
  readonly argv: readonly string[]
  readonly state: 'R' | 'S' | 'T' | 'Z' | 'D'
  /** Real and effective ids in the initial user namespace, and as the process itself sees them. */
  readonly uid: number
  readonly euid: number
  readonly gid: number
  readonly uidInside: number
  readonly gidInside: number
  readonly ns: Readonly<Record<NsType, NsId>>
  readonly nsForChildren: { readonly pid: NsId; readonly time: NsId }
  readonly pgid: number
  readonly sid: number
  /** `pts/0`, or undefined without a terminal */
  readonly tty?: string
  readonly isKernelThread: boolean
  /** Hex masks as in /proc/PID/status. */
  readonly caps: { readonly inheritable: string; readonly permitted: string; readonly effective: string; readonly bounding: string; readonly ambient: string }
  readonly noNewPrivs: boolean
  readonly cgroup: string
  readonly cwd: string
  /** Its root directory as a path of the host's tree when it can be named so; `/` for ordinary processes. */
  readonly root: string
}

export interface WorldMount {
  readonly id: number
  readonly parent: number
  readonly target: string
  readonly source: string
  readonly fstype: string
  /** Its file system, `major:minor` as in mountinfo: the same number, the same files. */
  readonly dev: string
  /** Subtree of the file system shown, `/` for all. */
  readonly root: string
  readonly options: readonly string[]
  readonly propagation: 'shared' | 'private' | 'slave' | 'shared,slave' | 'unbindable'
  readonly peerGroup?: number
  readonly master?: number
  /** proc: the PID namespace whose processes it shows. */
  readonly pidns?: NsId
}

export interface WorldAddress { readonly address: string; readonly prefix: number; readonly scope: string }
export interface WorldLink {
  readonly index: number
  readonly name: string
  readonly kind: string
  readonly mac: string
  readonly mtu: number
  readonly flags: readonly string[]
  readonly operstate: string
  readonly addresses: readonly WorldAddress[]
  readonly master?: string
  /** Other end of a veth: its namespace and ifindex. */
  readonly peer?: { readonly netns: NsId; readonly index: number }
}
export interface WorldRoute { readonly dst: string; readonly via?: string; readonly dev?: string; readonly src?: string; readonly scope?: string; readonly metric?: number }

/** A base chain: where it is hooked in, what becomes of a packet that no rule has judged, and how many rules it has. */
export interface WorldChain {
  /** `ip`, `ip6`, `inet`, `bridge`, `arp`, `netdev` */
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'ingress' | 'egress'
  readonly priority: number
  readonly policy: 'accept' | 'drop'
  readonly rules: number
}

/** A control group below the root of the hierarchy. */
export interface WorldCgroup {
  /** `/box`, as in the host's /proc/PID/cgroup */
  readonly path: string
  /** What is limited, by file: `pids.max` → `20`, `memory.max` → `67108864`, `memory.high`, `cpu.max` → `50000 100000`. A file that says `max` isn't here. */
  readonly limits: Readonly<Record<string, string>>
}

export interface World {
  /** nanoseconds since boot */
  readonly time: number
  /** The initial namespaces: whoever lives in all of them is on the host. */
  readonly initial: Readonly<Record<NsType, NsId>>
  readonly namespaces: readonly WorldNamespace[]
  readonly processes: readonly WorldProcess[]
  /** By mount namespace, in mount order. */
  readonly mounts: Readonly<Record<NsId, readonly WorldMount[]>>
  /** By network namespace, in ifindex order. */
  readonly links: Readonly<Record<NsId, readonly WorldLink[]>>
  readonly routes: Readonly<Record<NsId, readonly WorldRoute[]>>
  /** By network namespace, the netfilter chains of those that have any, by hook and priority. */
  readonly chains: Readonly<Record<NsId, readonly WorldChain[]>>
  /** By path. */
  readonly cgroups: readonly WorldCgroup[]
  /** Users' names by uid of the host's /etc/passwd, for labels. */
  readonly users: Readonly<Record<number, string>>
}
