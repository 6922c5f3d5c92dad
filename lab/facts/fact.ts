// The vocabulary of checks: what a lesson can say about a machine. lessons/README.md explains each; fact-schema.ts reads them from files.
import type { RanCommand } from '../session/commands.ts'
import type { NsType, World } from '../world.ts'

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
  readonly capability?: string | undefined
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

export type Fact = ProcessFact | NamespaceFact | HostnameFact | MapFact | MountFact | LinkFact | RanFact | GoneFact | NotFact | AnyFact

/** What is looked at: the World now, and the steps up to now (step 0 is the start). */
export interface Observation {
  readonly world: World
  readonly steps: readonly { readonly n: number; readonly world: World; readonly ran: readonly RanCommand[] }[]
}

/** `words` tell what was measured, met or unmet, without a full stop: "bash 3421 is running, but shares the host's hostname". */
export interface Verdict { readonly met: boolean; readonly words: string }
