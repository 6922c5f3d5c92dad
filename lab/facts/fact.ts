// The vocabulary of checks: what a lesson can say about a machine. lessons/README.md explains each; fact-schema.ts reads them from files.
import type { ScriptResult } from '../machine.ts'
import type { RanCommand } from '../session/commands.ts'
import type { NsType, World } from '../world.ts'

/** At most so much; `memory` in bytes. */
export interface Limits { readonly pids?: number | undefined; readonly memory?: number | undefined }

export interface ProcessFact {
  readonly process: string
  readonly args?: string | undefined
  readonly user?: string | number | undefined
  readonly uid?: number | undefined
  readonly pid?: number | undefined
  readonly own?: readonly NsType[] | undefined
  readonly shares?: readonly NsType[] | undefined
  readonly 'for-children'?: readonly ('pid' | 'time')[] | undefined
  readonly hostname?: string | undefined
  readonly proc?: 'own' | 'host' | undefined
  readonly state?: 'R' | 'S' | 'T' | 'Z' | 'D' | undefined
  readonly together?: readonly NsType[] | undefined
  /** With `together`: the same namespaces as a process of this name. */
  readonly as?: string | undefined
  readonly capability?: string | undefined
  readonly dropped?: readonly string[] | undefined
  readonly 'no-new-privs'?: boolean | undefined
  readonly root?: 'own' | undefined
  readonly 'old-root'?: 'gone' | undefined
  readonly cgroup?: string | undefined
  readonly limits?: Limits | undefined
  readonly terminal?: boolean | undefined
  readonly count?: number | undefined
}
export interface NamespaceFact {
  readonly namespace: NsType
  readonly hostname?: string | undefined
  readonly empty?: boolean | undefined
  readonly 'held-by'?: string | undefined
  readonly owner?: string | number | undefined
  readonly occupants?: number | undefined
  readonly level?: number | undefined
  readonly count?: number | undefined
}
export interface HostnameFact { readonly hostname: string; readonly uts?: 'own' | 'host' | undefined }
export interface MapFact {
  readonly map: number
  readonly to?: string | number | undefined
  readonly length?: number | undefined
  readonly ids?: 'uid' | 'gid' | undefined
  readonly setgroups?: 'allow' | 'deny' | undefined
}
export interface MountFact {
  readonly mount: string
  readonly type?: string | undefined
  readonly source?: string | undefined
  readonly in?: 'own' | 'host' | undefined
  readonly propagation?: string | undefined
  readonly options?: readonly string[] | undefined
}
export interface LinkFact { readonly link: string; readonly netns?: string | undefined; readonly address?: string | undefined; readonly up?: boolean | undefined }
export interface RouteFact { readonly route: string; readonly netns?: string | undefined; readonly via?: string | undefined; readonly dev?: string | undefined }
export interface ChainFact {
  readonly chain: string
  readonly netns?: string | undefined
  readonly table?: string | undefined
  readonly policy?: 'accept' | 'drop' | undefined
  readonly rules?: number | undefined
}
export interface CgroupFact { readonly cgroup: string; readonly limits?: Limits | undefined; readonly member?: string | undefined }
/** Needs an action: somebody has to send the packet. */
export interface PingFact { readonly ping: string; readonly from?: string | ProcessFact | undefined }
/** Needs an action: true if the script ends with status 0. */
export interface ShFact { readonly sh: string; readonly user: 'root' | 'learner'; readonly says: string; readonly otherwise?: string | undefined }
export interface RanFact {
  readonly ran: string
  readonly args?: string | undefined
  readonly without?: string | undefined
  readonly status?: number | 'failed' | undefined
  readonly in?: 'own' | 'host' | undefined
  readonly last?: boolean | undefined
}
export interface GoneFact { readonly gone: Fact }
export interface NotFact { readonly not: Fact }
export interface AnyFact { readonly any: readonly Fact[] }

export type Fact = ProcessFact | NamespaceFact | HostnameFact | MapFact | MountFact | LinkFact | RouteFact | ChainFact | CgroupFact | PingFact | ShFact | RanFact | GoneFact | NotFact | AnyFact

/** A script to be run beside the terminals, for a fact that the World alone can't tell. */
export interface Action { readonly user: string; readonly script: string }
/** What actions have found, by actionKey. */
export type ActionResults = ReadonlyMap<string, ScriptResult>

export interface SeenStep {
  readonly n: number
  readonly world: World
  readonly ran: readonly RanCommand[]
  /** What was found by actions after this step; an action that isn't in it has not been run then. */
  readonly results?: ActionResults | undefined
}

/** What is looked at: the World now, and the steps up to now (step 0 is the start). */
export interface Observation { readonly world: World; readonly steps: readonly SeenStep[] }

/** `words` tell what was measured, met or unmet, without a full stop: "bash 3421 is running, but shares the host's hostname". */
export interface Verdict { readonly met: boolean; readonly words: string }
