// Matches and targets of x_tables as iptables hands them to the kernel through nft_compat (include/uapi/linux/netfilter/xt_*.h): one typed record for
// each extension instead of its C structure. `invert` is the `!` before an option. Addresses are numbers; masks as the option's text was masked.
import type { IpFamily } from './netlink.ts'

/** Bits of a connection's state as rules see them (XT_CONNTRACK_STATE_BIT, NF_CT_STATE_BIT). */
export const CT_INVALID = 1, CT_ESTABLISHED = 2, CT_RELATED = 4, CT_NEW = 8, CT_UNTRACKED = 64
/** Only for `--ctstate SNAT,DNAT`. */
export const CT_SNAT = 0x100, CT_DNAT = 0x200
/** IPS_…: what `ct status` and `conntrack -L` know of a connection. */
export const IPS_EXPECTED = 1, IPS_SEEN_REPLY = 2, IPS_ASSURED = 4, IPS_CONFIRMED = 8, IPS_SRC_NAT = 16, IPS_DST_NAT = 32, IPS_DYING = 0x200

export interface Inverted<T> { readonly value: T; readonly invert: boolean }
export interface AddressMask { readonly address: bigint; readonly mask: bigint }
export interface PortRange { readonly from: number; readonly to: number }
/** A value under a mask: marks. */
export interface Masked { readonly value: number; readonly mask: number }

export interface TcpMatch {
  readonly name: 'tcp'
  readonly source?: Inverted<PortRange>
  readonly dest?: Inverted<PortRange>
  readonly flags?: Inverted<{ readonly mask: number; readonly compare: number }>
  readonly option?: Inverted<number>
}

export interface UdpMatch { readonly name: 'udp'; readonly source?: Inverted<PortRange>; readonly dest?: Inverted<PortRange> }

export type XtMatch =
  | {
    readonly name: 'conntrack'
    /** Typed as `-m state`. */
    readonly alias: boolean
    readonly state?: Inverted<number>
    readonly status?: Inverted<number>
    readonly proto?: Inverted<number>
    readonly origsrc?: Inverted<AddressMask>
    readonly origdst?: Inverted<AddressMask>
    readonly replsrc?: Inverted<AddressMask>
    readonly repldst?: Inverted<AddressMask>
    readonly origsrcport?: Inverted<PortRange>
    readonly origdstport?: Inverted<PortRange>
    readonly replsrcport?: Inverted<PortRange>
    readonly repldstport?: Inverted<PortRange>
    readonly expire?: Inverted<PortRange>
    readonly direction?: 'ORIGINAL' | 'REPLY'
  }
  | { readonly name: 'addrtype'; readonly source?: Inverted<number>; readonly dest?: Inverted<number>; readonly limitIn: boolean; readonly limitOut: boolean }
  | { readonly name: 'multiport'; readonly side: 'source' | 'destination' | 'either'; readonly ports: readonly PortRange[]; readonly invert: boolean }
  | { readonly name: 'comment'; readonly comment: string }
  | { readonly name: 'icmp' | 'icmp6'; readonly type: number; readonly codes: PortRange; readonly invert: boolean }
  | { readonly name: 'owner'; readonly uid?: Inverted<PortRange>; readonly gid?: Inverted<PortRange>; readonly socketExists?: Inverted<true>; readonly supplementary: boolean }
  | { readonly name: 'mac'; readonly address: string; readonly invert: boolean }
  | {
    readonly name: 'physdev'
    readonly input?: Inverted<string>
    readonly output?: Inverted<string>
    readonly isIn?: Inverted<true>
    readonly isOut?: Inverted<true>
    readonly isBridged?: Inverted<true>
  }
  | {
    readonly name: 'iprange'
    readonly family: IpFamily
    readonly source?: Inverted<{ readonly from: bigint; readonly to: bigint }>
    readonly dest?: Inverted<{ readonly from: bigint; readonly to: bigint }>
  }
  | { readonly name: 'statistic'; readonly mode: 'random'; readonly probability: number; readonly invert: boolean }
  | { readonly name: 'statistic'; readonly mode: 'nth'; readonly every: number; readonly packet: number; readonly invert: boolean }
  | { readonly name: 'connmark'; readonly mark: Masked; readonly invert: boolean }
  | { readonly name: 'length'; readonly range: PortRange; readonly invert: boolean }
  | { readonly name: 'pkttype'; readonly type: 'unicast' | 'broadcast' | 'multicast'; readonly invert: boolean }
  | { readonly name: 'ttl' | 'hl'; readonly op: 'eq' | 'ne' | 'lt' | 'gt'; readonly value: number }
  /** Only with `--tcp-option` or with nothing; the rest has expressions of its own. */
  | TcpMatch
  | UdpMatch
  | { readonly name: 'connlimit'; readonly limit: number; readonly mask: number; readonly upto: boolean; readonly daddr: boolean }

export interface NatRange {
  readonly min?: bigint
  readonly max?: bigint
  readonly ports?: PortRange
  readonly random: boolean
  readonly fullyRandom: boolean
  readonly persistent: boolean
}

export interface NatTarget extends NatRange { readonly name: 'SNAT' | 'DNAT' | 'MASQUERADE' | 'REDIRECT' | 'NETMAP' }

export type XtTarget =
  | { readonly name: 'REJECT'; readonly with: string }
  | { readonly name: 'LOG'; readonly level: number; readonly prefix: string; readonly flags: number }
  | NatTarget
  | { readonly name: 'MARK'; readonly mark: Masked }
  | { readonly name: 'CONNMARK'; readonly mode: 'set' | 'save' | 'restore'; readonly ctmark: number; readonly ctmask: number; readonly nfmask: number }
  /** -1: clamp to the path's MTU. */
  | { readonly name: 'TCPMSS'; readonly mss: number }
  | { readonly name: 'CT'; readonly notrack: true; readonly alias: boolean }
  | { readonly name: 'TTL' | 'HL'; readonly op: 'set' | 'dec' | 'inc'; readonly value: number }
  | { readonly name: 'TRACE' }

/** LOG's flags (XT_LOG_…). */
export const LOG_TCPSEQ = 1, LOG_TCPOPT = 2, LOG_IPOPT = 4, LOG_UID = 8, LOG_MACDECODE = 32
