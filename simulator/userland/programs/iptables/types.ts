// What iptables knows of one rule (struct iptables_command_state), and how a wrong command line ends it.
import type { IpFamily } from '../../../abi/netlink.ts'
import type { Inverted, Masked, TcpMatch, UdpMatch, XtMatch, XtTarget } from '../../../abi/xtables.ts'
import type { HostEntry } from '../../libc/netdb.ts'
import type { Protocols, Services } from '../../libc/getservent.ts'

export const PARAMETER_PROBLEM = 2, VERSION_PROBLEM = 3, RESOURCE_PROBLEM = 4, OTHER_PROBLEM = 1

/** xtables_error: the program ends with this status after printing the message. */
export class XtError {
  readonly status: number
  readonly message: string
  /** Found at the end (xtables_option_fcall), when all options are known. */
  readonly isFinal: boolean
  constructor(status: number, message: string, isFinal = false) {
    this.status = status
    this.message = message
    this.isFinal = isFinal
  }
}
export const bad = (message: string): XtError => new XtError(PARAMETER_PROBLEM, message)
/** A real feature that isn't simulated. */
export class Gap {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/** Names of the machine, read from /etc when the program starts. */
export interface Names {
  readonly services: Services
  readonly protocols: Protocols
  readonly users: ReadonlyMap<string, number>
  readonly groups: ReadonlyMap<string, number>
  readonly hosts: readonly HostEntry[]
}

/** Matches that have expressions of their own in nf_tables. */
export type NativeMatch =
  | UdpMatch
  | { readonly name: 'mark'; readonly mark: Masked; readonly invert: boolean }
  | { readonly name: 'limit'; readonly rate: number; readonly unit: number; readonly burst: number }
  | TcpMatch
export type MatchInfo = XtMatch | NativeMatch
export interface NflogTarget { readonly name: 'NFLOG'; readonly group: number; readonly prefix: string; readonly size?: number; readonly threshold: number }
export type TargetInfo = XtTarget | NflogTarget | { readonly name: 'standard'; readonly verdict: 'ACCEPT' | 'DROP' | 'RETURN' | 'QUEUE' }

export interface HostMask { readonly address: bigint; readonly mask: bigint; readonly invert: boolean }
export interface Interface { readonly name: string; readonly invert: boolean }

export interface RuleState {
  readonly family: IpFamily
  protocol: number
  protocolInvert: boolean
  source: HostMask | undefined
  dest: HostMask | undefined
  input: Interface | undefined
  output: Interface | undefined
  fragment: Inverted<true> | undefined
  matches: MatchInfo[]
  target: TargetInfo | undefined
  /** The name of a chain of one's own. */
  jump: string | undefined
  goto: boolean
  counters: { readonly packets: number; readonly bytes: number }
}
export const newRuleState = (family: IpFamily): RuleState => ({
  family, protocol: 0, protocolInvert: false, source: undefined, dest: undefined, input: undefined, output: undefined, fragment: undefined, matches: [], target: undefined, jump: undefined,
  goto: false, counters: { packets: 0, bytes: 0 },
})

/** An option of a match or target as typed. */
export interface SeenOption { readonly option: string; readonly arg: string; readonly invert: boolean; /** The second argument of --tcp-flags. */ readonly more?: string }
export interface ExtensionOption { readonly name: string; readonly arg: 'none' | 'required'; readonly is?: string; readonly invertible?: boolean; readonly multiple?: boolean }

export interface BuildContext {
  readonly names: Names
  readonly family: IpFamily
  readonly table: string
  readonly rule: RuleState
}
export interface PrintContext {
  readonly names: Names
  readonly family: IpFamily
  readonly numeric: boolean
  readonly protocol: number
}
export interface Extension<I> {
  /** As typed after -m or -j. */
  readonly name: string
  readonly options: readonly ExtensionOption[]
  /** Makes its record of the options typed; throws XtError. */
  build(seen: readonly SeenOption[], context: BuildContext): I
  /** The words of -L, without the blank before them. */
  print(info: I, context: PrintContext): string
  /** The options of -S, each with a blank before it. */
  save(info: I, context: PrintContext): string
}
