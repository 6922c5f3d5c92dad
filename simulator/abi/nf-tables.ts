// nf_tables over NETLINK_NETFILTER as typed messages (include/uapi/linux/netfilter/nf_tables.h): what iptables-nft and nft pass to sendmsg(2) and read back.
// Simpler than Linux: the registers through which one expression hands a value to the next are written as operands, so that `payload; bitwise; cmp` is one
// `cmp` whose left side is a bitwise of a payload. Data are hexadecimal digits in network byte order, whatever the byte order of a kernel register.
import type { Errno } from './errno.ts'
import type { XtMatch, XtTarget } from './xtables.ts'

export type NfFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev'
export type NfHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'ingress' | 'egress'
/** Bytes as lower-case hexadecimal digits, first byte first. */
export type Hex = string

export type MetaKey =
  | 'length' | 'protocol' | 'priority' | 'mark' | 'iif' | 'oif' | 'iifname' | 'oifname' | 'iiftype' | 'oiftype' | 'skuid' | 'skgid' | 'nftrace' | 'rtclassid'
  | 'nfproto' | 'l4proto' | 'iifgroup' | 'oifgroup' | 'cgroup' | 'pkttype' | 'cpu' | 'random' | 'ibrname' | 'obrname' | 'ibriport' | 'obriport' | 'time' | 'day' | 'hour'
export type CtKey =
  | 'state' | 'direction' | 'status' | 'mark' | 'expiration' | 'helper' | 'l3proto' | 'protocol' | 'saddr' | 'daddr' | 'proto-src' | 'proto-dst' | 'bytes' | 'packets' | 'avgpkt' | 'zone' | 'id'

export type NftLoad =
  | { readonly kind: 'payload'; readonly base: 'link' | 'network' | 'transport'; readonly offset: number; readonly length: number }
  | { readonly kind: 'meta'; readonly key: MetaKey }
  | { readonly kind: 'ct'; readonly key: CtKey; readonly direction?: 'original' | 'reply'; readonly length: number; readonly family?: 'ip' | 'ip6' }
  | { readonly kind: 'fib'; readonly result: 'oif' | 'oifname' | 'type'; readonly selectors: readonly ('saddr' | 'daddr' | 'mark' | 'iif' | 'oif')[] }
  | { readonly kind: 'rt'; readonly key: 'classid' | 'nexthop4' | 'nexthop6' | 'tcpmss' }
  | { readonly kind: 'numgen'; readonly mode: 'inc' | 'random'; readonly modulus: number; readonly offset: number }
  | { readonly kind: 'tcpopt'; readonly option: number; readonly offset: number; readonly length: number; readonly present?: true }
  | { readonly kind: 'value'; readonly data: Hex }
  | { readonly kind: 'bitwise'; readonly of: NftLoad; readonly mask: Hex; readonly xor: Hex }
  | { readonly kind: 'concat'; readonly parts: readonly NftLoad[] }
  | { readonly kind: 'map'; readonly key: NftLoad; readonly set: string }

export type NftVerdict =
  | { readonly code: 'accept' | 'drop' | 'continue' | 'return' }
  | { readonly code: 'jump' | 'goto'; readonly chain: string }

export type RejectType = 'icmp' | 'tcp-reset' | 'icmpx'
export interface NatFlags { readonly random?: true; readonly fullyRandom?: true; readonly persistent?: true }

export type NftExpr =
  | { readonly kind: 'cmp'; readonly op: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte'; readonly left: NftLoad; readonly data: Hex }
  | { readonly kind: 'range'; readonly op: 'eq' | 'neq'; readonly left: NftLoad; readonly from: Hex; readonly to: Hex }
  | { readonly kind: 'lookup'; readonly left: NftLoad; readonly set: string; readonly invert: boolean }
  | { readonly kind: 'vmap'; readonly key: NftLoad; readonly set: string }
  | { readonly kind: 'verdict'; readonly verdict: NftVerdict }
  | { readonly kind: 'counter'; readonly packets: number; readonly bytes: number }
  /** `rate` of `unit` seconds; `over` matches what is above. */
  | { readonly kind: 'limit'; readonly rate: number; readonly unit: number; readonly burst: number; readonly type: 'packets' | 'bytes'; readonly over: boolean }
  | { readonly kind: 'quota'; readonly bytes: number; readonly used: number; readonly over: boolean }
  | { readonly kind: 'connlimit'; readonly count: number; readonly over: boolean }
  | { readonly kind: 'log'; readonly prefix?: string; readonly level?: number; readonly group?: number; readonly snaplen?: number; readonly threshold?: number; readonly flags?: number }
  | { readonly kind: 'reject'; readonly type: RejectType; readonly code: number }
  | ({ readonly kind: 'nat'; readonly type: 'snat' | 'dnat'; readonly family: 'ip' | 'ip6'; readonly min?: NftLoad; readonly max?: NftLoad; readonly portMin?: NftLoad; readonly portMax?: NftLoad } & NatFlags)
  | ({ readonly kind: 'masq' | 'redir'; readonly portMin?: NftLoad; readonly portMax?: NftLoad } & NatFlags)
  | { readonly kind: 'set-meta'; readonly key: MetaKey; readonly value: NftLoad }
  | { readonly kind: 'set-ct'; readonly key: CtKey; readonly value: NftLoad }
  | { readonly kind: 'set-payload'; readonly base: 'link' | 'network' | 'transport'; readonly offset: number; readonly value: NftLoad }
  | { readonly kind: 'set-tcpopt'; readonly option: number; readonly offset: number; readonly value: NftLoad }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'objref'; readonly type: NftObjectType; readonly name: string }
  | { readonly kind: 'dynset'; readonly set: string; readonly op: 'add' | 'update' | 'delete'; readonly key: NftLoad; readonly timeout?: number; readonly exprs: readonly NftExpr[] }
  | { readonly kind: 'match'; readonly match: XtMatch }
  | { readonly kind: 'target'; readonly target: XtTarget }

export type ChainType = 'filter' | 'nat' | 'route'
export interface NftBaseChain {
  readonly type: ChainType
  readonly hook: NfHook
  readonly priority: number
  readonly policy: 'accept' | 'drop'
  readonly devices?: readonly string[]
  /** Counted only once somebody has set it (NFTA_CHAIN_COUNTERS). */
  readonly counters?: { readonly packets: number; readonly bytes: number }
}

export interface NftTable { readonly family: NfFamily; readonly name: string; readonly handle: number; readonly use: number; readonly dormant: boolean }
export interface NftChain { readonly family: NfFamily; readonly table: string; readonly name: string; readonly handle: number; readonly use: number; readonly base: NftBaseChain | undefined; readonly comment?: string }
export interface NftRule {
  readonly family: NfFamily
  readonly table: string
  readonly chain: string
  readonly handle: number
  readonly expressions: readonly NftExpr[]
  /** NFTA_RULE_USERDATA: nft keeps comments in it. */
  readonly comment?: string
}
export type NftObjectType = 'counter' | 'quota' | 'limit'
export interface NftObject { readonly family: NfFamily; readonly table: string; readonly name: string; readonly type: NftObjectType; readonly handle: number; readonly state: NftExpr }

/** What the kernel keeps of a set. Data types are userspace's names (`ipv4_addr . inet_service`), as nft stores them beside the set. */
export interface NftSetInfo {
  readonly family: NfFamily
  readonly table: string
  readonly name: string
  readonly handle: number
  readonly anonymous: boolean
  readonly constant: boolean
  readonly interval: boolean
  readonly dynamic: boolean
  readonly keyType: string
  readonly keyLength: number
  /** Maps: the type of their data, `verdict` for verdict maps. */
  readonly dataType?: string
  readonly objectType?: NftObjectType
  /** milliseconds */
  readonly timeout?: number
  readonly gcInterval?: number
  readonly size?: number
  readonly policy?: 'memory' | 'performance'
  readonly autoMerge?: boolean
  readonly counter?: boolean
  readonly comment?: string
}
export interface NftElement {
  readonly key: Hex
  /** The last key of an interval, itself included. */
  readonly end?: Hex
  readonly data?: Hex
  readonly verdict?: NftVerdict
  readonly object?: string
  readonly timeout?: number
  readonly expires?: number
  readonly comment?: string
  readonly counter?: { readonly packets: number; readonly bytes: number }
}

export type NftChange =
  | { readonly type: 'NEWTABLE'; readonly family: NfFamily; readonly table: string; readonly exclusive: boolean; readonly dormant?: boolean }
  | { readonly type: 'DELTABLE'; readonly family: NfFamily | undefined; readonly table?: string; readonly handle?: number; readonly ifExists?: boolean }
  | {
    readonly type: 'NEWCHAIN'; readonly family: NfFamily; readonly table: string; readonly chain: string; readonly exclusive: boolean
    readonly base?: { readonly type: ChainType; readonly hook: NfHook; readonly priority: number; readonly devices?: readonly string[] }
    readonly policy?: 'accept' | 'drop'
    readonly counters?: { readonly packets: number; readonly bytes: number }
    /** A new name for the chain with this handle. */
    readonly rename?: number
    readonly comment?: string
  }
  /** `recursive`: with its rules; else it must be empty (NLM_F_NONREC). */
  | { readonly type: 'DELCHAIN'; readonly family: NfFamily; readonly table: string; readonly chain?: string; readonly handle?: number; readonly ifExists?: boolean; readonly recursive?: true }
  | {
    readonly type: 'NEWRULE'; readonly family: NfFamily; readonly table: string; readonly chain: string; readonly expressions: readonly NftExpr[]; readonly comment?: string
    readonly mode: 'append' | 'insert' | 'replace'
    /** The rule to replace, or beside which it goes. */
    readonly handle?: number
    /** Beside the n-th message's new rule of the same batch (NFTA_RULE_POSITION_ID). */
    readonly index?: number
  }
  /** Without a handle all rules of the chain, without a chain all of the table. */
  | { readonly type: 'DELRULE'; readonly family: NfFamily; readonly table: string; readonly chain?: string; readonly handle?: number }
  | { readonly type: 'NEWSET'; readonly set: Omit<NftSetInfo, 'handle'>; readonly exclusive: boolean }
  | { readonly type: 'DELSET'; readonly family: NfFamily; readonly table: string; readonly set?: string; readonly handle?: number; readonly ifExists?: boolean }
  | { readonly type: 'NEWSETELEM'; readonly family: NfFamily; readonly table: string; readonly set: string; readonly elements: readonly NftElement[]; readonly exclusive: boolean }
  /** Without elements: all. */
  | { readonly type: 'DELSETELEM'; readonly family: NfFamily; readonly table: string; readonly set: string; readonly elements?: readonly NftElement[]; readonly ifExists?: boolean }
  | { readonly type: 'NEWOBJ'; readonly family: NfFamily; readonly table: string; readonly name: string; readonly state: NftExpr; readonly exclusive: boolean }
  | { readonly type: 'DELOBJ'; readonly family: NfFamily; readonly table: string; readonly name: string; readonly objectType: NftObjectType; readonly ifExists?: boolean }

/** A connection as ctnetlink shows it. */
export interface CtTuple { readonly source: string; readonly destination: string; readonly sport?: number; readonly dport?: number; readonly icmpType?: number; readonly icmpCode?: number; readonly icmpId?: number }
export interface CtEntry {
  readonly id: number
  readonly family: 'inet' | 'inet6'
  readonly protocol: number
  /** seconds */
  readonly timeout: number
  readonly tcpState: string | undefined
  /** IPS_… */
  readonly status: number
  readonly original: CtTuple
  readonly reply: CtTuple
  readonly mark: number
  readonly use: number
  /** With nf_conntrack_acct: packets and bytes of each direction. */
  readonly counters?: readonly [CtCounter, CtCounter]
}
export interface CtCounter { readonly packets: number; readonly bytes: number }
export interface CtStats { readonly found: number; readonly invalid: number; readonly insert: number; readonly insertFailed: number; readonly drop: number; readonly earlyDrop: number; readonly error: number; readonly searchRestart: number }

export type NfRequest =
  | { readonly type: 'NFT_MSG_GETGEN' }
  | { readonly type: 'NFT_MSG_GETTABLE' | 'NFT_MSG_GETCHAIN' | 'NFT_MSG_GETSET' | 'NFT_MSG_GETOBJ'; readonly family?: NfFamily }
  | { readonly type: 'NFT_MSG_GETRULE'; readonly family?: NfFamily; readonly table?: string; readonly chain?: string; /** Answer with counters and set them to zero (GETRULE_RESET). */ readonly reset?: true }
  | { readonly type: 'NFT_MSG_GETSETELEM'; readonly family: NfFamily; readonly table: string; readonly set: string }
  | { readonly type: 'NFT_MSG_GETOBJ_RESET'; readonly family?: NfFamily; readonly table?: string; readonly name?: string }
  /** All or nothing. */
  | { readonly type: 'NFT_BATCH'; readonly changes: readonly NftChange[] }
  | { readonly type: 'IPCTNL_MSG_CT_GET'; readonly family?: 'inet' | 'inet6' }
  | { readonly type: 'IPCTNL_MSG_CT_DELETE'; readonly id?: number; /** Flush: only of this family. */ readonly family?: 'inet' | 'inet6' }
  | { readonly type: 'IPCTNL_MSG_CT_NEW'; readonly id: number; readonly mark?: number; readonly timeout?: number }
  | { readonly type: 'IPCTNL_MSG_CT_GET_STATS' }

export type NfReply =
  | { readonly type: 'NFT_MSG_NEWGEN'; readonly id: number; readonly processId: number; readonly processName: string }
  | { readonly type: 'NFT_MSG_NEWTABLE'; readonly table: NftTable }
  | { readonly type: 'NFT_MSG_NEWCHAIN'; readonly chain: NftChain }
  | { readonly type: 'NFT_MSG_NEWRULE'; readonly rule: NftRule }
  | { readonly type: 'NFT_MSG_NEWSET'; readonly set: NftSetInfo }
  | { readonly type: 'NFT_MSG_NEWSETELEM'; readonly element: NftElement }
  | { readonly type: 'NFT_MSG_NEWOBJ'; readonly object: NftObject }
  | { readonly type: 'IPCTNL_MSG_CT_NEW'; readonly entry: CtEntry }
  | { readonly type: 'IPCTNL_MSG_CT_GET_STATS'; readonly stats: CtStats }
  /** One for each refused message of a batch (`index`), or for the request as a whole. */
  | { readonly type: 'NLMSG_ERROR'; readonly errno: Errno; readonly index?: number }
  | { readonly type: 'NLMSG_DONE' }

/** Ends with NLMSG_DONE; no NLMSG_ERROR in it means success. */
export type NfDatagram = readonly NfReply[]
