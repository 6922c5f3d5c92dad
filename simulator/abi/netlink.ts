// rtnetlink(7) as typed messages: what programs pass to sendmsg(2) and get from recvmsg(2) on a socket('netlink', 'raw', NETLINK_ROUTE).
// Names are those of include/uapi/linux/{netlink,rtnetlink,if_link,if_addr}.h. Addresses are text (`10.0.2.15`, `52:54:00:12:34:56`), since bytes
// would only be printed again. Simpler than Linux: one request per sendmsg.
// A request is answered by zero or more RTM_NEW… and then NLMSG_DONE (for dumps) or NLMSG_ERROR (always, as if NLM_F_ACK were set; errno undefined = success).
import type { Errno } from './errno.ts'
import type { EthtoolInfo, Qdisc, QdiscRequest } from './netlink-driver.ts'
import type { Netconf } from './netlink-groups.ts'

export type { EthtoolFeature, EthtoolInfo, NetemOptions, Qdisc, QdiscRequest } from './netlink-driver.ts'

export const NETLINK_ROUTE = 0, NETLINK_SOCK_DIAG = 4, NETLINK_NETFILTER = 12

/** Flags of a request: NLM_F_DUMP asks for all; REPLACE, EXCL, CREATE, APPEND say what NEW… may do. */
export const NLM_F_ROOT = 0x100, NLM_F_DUMP = 0x300, NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_APPEND = 0x800

/** net_device flags (SIOCGIFFLAGS, netdevice(7)). */
export const IFF_UP = 0x1, IFF_BROADCAST = 0x2, IFF_DEBUG = 0x4, IFF_LOOPBACK = 0x8, IFF_POINTOPOINT = 0x10, IFF_NOTRAILERS = 0x20, IFF_RUNNING = 0x40
export const IFF_NOARP = 0x80, IFF_PROMISC = 0x100, IFF_ALLMULTI = 0x200, IFF_MASTER = 0x400, IFF_SLAVE = 0x800, IFF_MULTICAST = 0x1000
export const IFF_DYNAMIC = 0x8000, IFF_LOWER_UP = 0x10000, IFF_DORMANT = 0x20000

/** ARPHRD_… hardware types. */
export const ARPHRD_ETHER = 1, ARPHRD_NONE = 0xfffe, ARPHRD_LOOPBACK = 772

/** IF_OPER_…, RFC 2863. */
export const IF_OPER_UNKNOWN = 0, IF_OPER_NOTPRESENT = 1, IF_OPER_DOWN = 2, IF_OPER_LOWERLAYERDOWN = 3, IF_OPER_TESTING = 4, IF_OPER_DORMANT = 5, IF_OPER_UP = 6

export const RT_SCOPE_UNIVERSE = 0, RT_SCOPE_SITE = 200, RT_SCOPE_LINK = 253, RT_SCOPE_HOST = 254, RT_SCOPE_NOWHERE = 255
export const RT_TABLE_UNSPEC = 0, RT_TABLE_DEFAULT = 253, RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255
export const RTPROT_UNSPEC = 0, RTPROT_REDIRECT = 1, RTPROT_KERNEL = 2, RTPROT_BOOT = 3, RTPROT_STATIC = 4, RTPROT_RA = 9
export const RTN_UNSPEC = 0, RTN_UNICAST = 1, RTN_LOCAL = 2, RTN_BROADCAST = 3, RTN_ANYCAST = 4, RTN_MULTICAST = 5, RTN_BLACKHOLE = 6
export const RTN_UNREACHABLE = 7, RTN_PROHIBIT = 8, RTN_THROW = 9
/** What kind of destination a looked-up route has (rtm_flags of RTM_F_CLONED). */
export const RTCF_BROADCAST = 0x10000000, RTCF_MULTICAST = 0x20000000, RTCF_LOCAL = 0x80000000
export const RTNH_F_DEAD = 1, RTNH_F_PERVASIVE = 2, RTNH_F_ONLINK = 4, RTNH_F_LINKDOWN = 16

export const IFA_F_SECONDARY = 0x01, IFA_F_NODAD = 0x02, IFA_F_OPTIMISTIC = 0x04, IFA_F_DADFAILED = 0x08, IFA_F_HOMEADDRESS = 0x10, IFA_F_DEPRECATED = 0x20
export const IFA_F_TENTATIVE = 0x40, IFA_F_PERMANENT = 0x80, IFA_F_MANAGETEMPADDR = 0x100, IFA_F_NOPREFIXROUTE = 0x200
export const INFINITY_LIFE_TIME = 0xffffffff

export const NUD_INCOMPLETE = 0x01, NUD_REACHABLE = 0x02, NUD_STALE = 0x04, NUD_DELAY = 0x08, NUD_PROBE = 0x10, NUD_FAILED = 0x20, NUD_NOARP = 0x40, NUD_PERMANENT = 0x80

export const IFNAMSIZ = 16
/** A name the kernel takes (dev_valid_name): 1–15 characters, not `.` or `..`, no `/`, `:` or white space. */
export const isValidIfname = (name: string): boolean => name.length > 0 && name.length < IFNAMSIZ && name !== '.' && name !== '..' && !/[/:\s]/.test(name)

export type IpFamily = 'inet' | 'inet6'

export interface LinkStats {
  readonly bytes: number
  readonly packets: number
  readonly errors: number
  readonly dropped: number
  readonly multicast?: number
}

/** IFLA_INFO_DATA: what a kind of device adds; a mapping per kind, so that printing `ip -d link` needs no more. */
export type LinkInfoData = Readonly<Record<string, number | string | boolean>>

export interface BridgeVlan {
  readonly vid: number
  readonly isPvid: boolean
  readonly isUntagged: boolean
}

/** RTM_NEWLINK as the kernel sends it: everything `ip -d link` prints. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly altnames: readonly string[]
  readonly arphrd: number
  readonly flags: number
  readonly mtu: number
  readonly minMtu: number
  readonly maxMtu: number
  readonly txqlen: number
  readonly qdisc: string
  readonly operstate: number
  /** 0 default, 1 dormant */
  readonly linkmode: number
  readonly group: number
  /** Undefined for a device without link-layer addresses (tun). */
  readonly address: string | undefined
  readonly broadcast: string | undefined
  readonly carrierChanges: number
  /** Set where the current address is not the one it was born with. */
  readonly permAddress: string | undefined
  /** IFLA_LINK: the veth peer's or the lower device's ifindex, and in which namespace that number counts when it is another one (IFLA_LINK_NETNSID). */
  readonly link: number | undefined
  readonly linkNetnsid: number | undefined
  readonly master: number | undefined
  /** IFLA_INFO_KIND: `veth`, `dummy`, `bridge` …; undefined for lo and physical devices. */
  readonly kind: string | undefined
  readonly data: LinkInfoData | undefined
  /** IFLA_INFO_SLAVE_KIND: `bridge` for a port of one. */
  readonly slaveKind: string | undefined
  readonly slaveData: LinkInfoData | undefined
  /** IFLA_BRIDGE_VLAN_INFO: of bridges and their ports. */
  readonly vlans: readonly BridgeVlan[] | undefined
  readonly alias: string | undefined
  readonly promiscuity: number
  readonly allmulti: number
  readonly carrier: boolean
  /** in6_addr_gen_mode: 0 eui64, 1 none, 2 stable_secret, 3 random */
  readonly addrGenMode: number
  readonly numTxQueues: number
  readonly numRxQueues: number
  /** The largest segments the stack hands to the device or takes from it at once. */
  readonly gsoMaxSize: number
  readonly gsoMaxSegs: number
  readonly groMaxSize: number
  readonly tsoMaxSize: number
  readonly tsoMaxSegs: number
  readonly parentBus: string | undefined
  readonly parentDev: string | undefined
  readonly rx: LinkStats
  readonly tx: LinkStats
}

/** What RTM_NEWLINK/RTM_SETLINK may set. Absent fields stay as they are. */
export interface LinkChange {
  /** New values of the flags in `mask` (IFF_UP, IFF_NOARP, IFF_MULTICAST, IFF_PROMISC, IFF_ALLMULTI). */
  readonly flags?: number
  readonly mask?: number
  /** IFLA_IFNAME: the name of a new device, the new name of an old one. */
  readonly newName?: string
  readonly mtu?: number
  readonly txqlen?: number
  readonly address?: string
  readonly broadcast?: string
  readonly group?: number
  readonly alias?: string
  readonly addrGenMode?: number
  readonly carrier?: boolean
  readonly numTxQueues?: number
  readonly numRxQueues?: number
  /** IFLA_LINK_NETNSID: where the lower device is. */
  readonly linkNetnsid?: number
  /** ifindex of the new master, 0 for none */
  readonly master?: number
  /** Moves it: an open file of a network namespace, or a process (in the caller's PID namespace). */
  readonly netnsFd?: number
  readonly netnsPid?: number
}

/** A device to be made: IFLA_LINKINFO. `peer` is veth's VETH_INFO_PEER; `link` the lower device of vlan, macvlan, ipvlan. */
export interface LinkInit extends LinkChange {
  readonly kind: string
  readonly data?: LinkInfoData
  readonly link?: number
  readonly index?: number
  readonly peer?: LinkChange & { readonly index?: number }
}

export interface Address {
  readonly family: IpFamily
  readonly index: number
  /** IFA_LOCAL: our own address */
  readonly local: string
  /** IFA_ADDRESS: the same, or the peer's on a point-to-point link */
  readonly address: string
  readonly prefixlen: number
  readonly scope: number
  readonly flags: number
  readonly broadcast: string | undefined
  /** IFA_LABEL, inet only */
  readonly label: string | undefined
  /** IFA_RT_PRIORITY, where one was asked for. */
  readonly metric: number | undefined
  readonly validLft: number
  readonly preferredLft: number
}

export interface AddressRequest {
  readonly family: IpFamily
  readonly index: number
  readonly local: string
  readonly prefixlen: number
  readonly address?: string
  readonly scope?: number
  readonly flags?: number
  readonly broadcast?: string
  readonly label?: string
  readonly metric?: number
  /** Deleting: whatever the prefix length is. */
  readonly isAnyPrefix?: boolean
  readonly validLft?: number
  readonly preferredLft?: number
}

export interface NextHop {
  readonly oif: number | undefined
  readonly gateway: string | undefined
  /** RTNH_F_… */
  readonly flags: number
  readonly weight: number
}

export interface Route {
  readonly family: IpFamily
  readonly table: number
  readonly type: number
  /** Undefined together with prefix length 0: default. */
  readonly dst: string | undefined
  readonly dstLen: number
  readonly scope: number
  readonly protocol: number
  readonly prefsrc: string | undefined
  readonly metric: number
  readonly mtu: number | undefined
  readonly tos: number
  /** RTA_METRICS beside the MTU, by iproute2's names; those in `locked` are locked. */
  readonly metrics: RouteMetrics | undefined
  /** inet6: 0 low, 1 medium, 2 high; undefined for inet */
  readonly pref: number | undefined
  readonly nexthops: readonly NextHop[]
}

export type RouteMetrics = Readonly<Record<string, number | readonly string[]>>

export interface RouteRequest {
  readonly family: IpFamily
  readonly dst?: string
  readonly dstLen?: number
  readonly table?: number
  readonly type?: number
  readonly scope?: number
  readonly protocol?: number
  readonly prefsrc?: string
  readonly metric?: number
  readonly mtu?: number
  readonly tos?: number
  readonly metrics?: RouteMetrics
  readonly pref?: number
  readonly oif?: number
  readonly gateway?: string
  readonly onlink?: boolean
  readonly nexthops?: readonly NextHop[]
}

/** RTM_GETROUTE without DUMP: what route would a packet take? */
export interface RouteLookup {
  readonly family: IpFamily
  readonly dst: string
  readonly src?: string
  readonly oif?: number
  readonly iif?: number
  readonly mark?: number
  readonly tos?: number
  readonly uid?: number
  readonly ipProto?: number
  readonly sport?: number
  readonly dport?: number
  /** RTM_F_FIB_MATCH: the route itself is wanted. */
  readonly fibMatch?: boolean
}
/** The answer to it: RTM_NEWROUTE with RTM_F_CLONED. */
export interface ResolvedRoute {
  readonly family: IpFamily
  readonly type: number
  readonly dst: string
  readonly src: string | undefined
  readonly oif: number
  readonly iif: number | undefined
  readonly gateway: string | undefined
  readonly table: number
  readonly protocol: number
  readonly mark: number
  /** Unset for what comes from outside. */
  readonly uid: number | undefined
  /** RTA_CACHEINFO: the seconds for which a path MTU that routers told counts. */
  readonly expires?: number
  readonly metric: number
  readonly mtu: number | undefined
  readonly metrics: RouteMetrics | undefined
  readonly pref: number | undefined
  /** RTCF_… */
  readonly flags: number
}

/** NTF_…: what ndm_flags say. */
export const NTF_USE = 0x01, NTF_SELF = 0x02, NTF_MASTER = 0x04, NTF_PROXY = 0x08, NTF_EXT_LEARNED = 0x10, NTF_STICKY = 0x40, NTF_ROUTER = 0x80

/** An entry of a neighbour table; in family `bridge` one of a forwarding database, whose `dst` is a MAC address. */
export interface Neighbour {
  readonly family: IpFamily | 'bridge'
  readonly index: number
  readonly dst: string
  readonly lladdr: string | undefined
  /** NUD_… */
  readonly state: number
  /** NTF_… */
  readonly flags: number
  readonly protocol: number
  /** NDA_CACHEINFO: seconds since it was last used, confirmed, changed; and how many hold it. */
  readonly age?: { readonly used: number; readonly confirmed: number; readonly updated: number; readonly refs: number }
  readonly probes?: number
  /** Family bridge: the bridge, and the VLAN. */
  readonly master?: number
  readonly vlan?: number
}
export interface NeighbourRequest {
  readonly family: IpFamily | 'bridge'
  readonly index: number
  readonly dst: string
  readonly lladdr?: string
  readonly state?: number
  readonly flags?: number
  readonly protocol?: number
  readonly vlan?: number
}

export type RuleAction = 'lookup' | 'goto' | 'nop' | 'blackhole' | 'unreachable' | 'prohibit'
/** struct fib_rule_hdr and its attributes: what it matches, and what then happens. Absent fields match all. */
export interface RuleRequest {
  readonly family: IpFamily
  readonly priority?: number
  readonly action?: RuleAction
  readonly table?: number
  readonly invert?: boolean
  readonly src?: string
  readonly srcLen?: number
  readonly dst?: string
  readonly dstLen?: number
  readonly tos?: number
  readonly mark?: number
  readonly markMask?: number
  readonly iif?: string
  readonly oif?: string
  readonly target?: number
  readonly suppressPrefixlen?: number
  readonly protocol?: number
  readonly ipProto?: number
  readonly sport?: readonly [number, number]
  readonly dport?: readonly [number, number]
  readonly uids?: readonly [number, number]
}
export interface Rule extends RuleRequest {
  readonly priority: number
  readonly action: RuleAction
  readonly table: number
  /** FIB_RULE_IIF_DETACHED, OIF_DETACHED, UNRESOLVED: the device or the rule to go to isn't there. */
  readonly isInputDetached: boolean
  readonly isOutputDetached: boolean
  readonly isUnresolved: boolean
}

export type NetlinkRequest =
  | { readonly type: 'RTM_GETLINK'; readonly flags: number; readonly index?: number; readonly name?: string; readonly kind?: string; readonly master?: number }
  | { readonly type: 'RTM_NEWLINK'; readonly flags: number; readonly link: LinkInit }
  /** By index, or by name where the index is 0 or absent. */
  | { readonly type: 'RTM_SETLINK'; readonly flags: number; readonly index?: number; readonly name?: string; readonly change: LinkChange; readonly kind?: string; readonly data?: LinkInfoData }
  | { readonly type: 'RTM_DELLINK'; readonly flags: number; readonly index?: number; readonly name?: string; readonly kind?: string }
  | { readonly type: 'RTM_NEWLINKPROP' | 'RTM_DELLINKPROP'; readonly flags: number; readonly index: number; readonly altname: string }
  /** VLANs `from` to `to` of a port, or of a bridge itself. */
  | { readonly type: 'RTM_NEWVLAN' | 'RTM_DELVLAN'; readonly flags: number; readonly index: number; readonly from: number; readonly to: number; readonly isPvid?: boolean; readonly isUntagged?: boolean }
  /** Linux has these in a generic netlink family of their own. */
  | { readonly type: 'ETHTOOL_GET'; readonly flags: number; readonly name: string }
  | { readonly type: 'ETHTOOL_SET'; readonly flags: number; readonly name: string; readonly features: Readonly<Record<string, boolean>> }
  | { readonly type: 'RTM_GETQDISC'; readonly flags: number }
  | { readonly type: 'RTM_NEWQDISC' | 'RTM_DELQDISC'; readonly flags: number; readonly qdisc: QdiscRequest }
  | { readonly type: 'RTM_GETADDR'; readonly flags: number; readonly family?: IpFamily; readonly index?: number }
  | { readonly type: 'RTM_NEWADDR'; readonly flags: number; readonly addr: AddressRequest }
  | { readonly type: 'RTM_DELADDR'; readonly flags: number; readonly addr: AddressRequest }
  /** Dump of a table (RT_TABLE_UNSPEC: all). */
  | { readonly type: 'RTM_GETROUTE'; readonly flags: number; readonly family?: IpFamily; readonly table?: number; readonly lookup?: RouteLookup }
  | { readonly type: 'RTM_NEWROUTE'; readonly flags: number; readonly route: RouteRequest }
  | { readonly type: 'RTM_DELROUTE'; readonly flags: number; readonly route: RouteRequest }
  /** Dump (of proxies: NTF_PROXY in `ntf`), or the one entry for `dst`. */
  | { readonly type: 'RTM_GETNEIGH'; readonly flags: number; readonly family?: IpFamily | 'bridge'; readonly index?: number; readonly dst?: string; readonly ntf?: number }
  | { readonly type: 'RTM_NEWNEIGH' | 'RTM_DELNEIGH'; readonly flags: number; readonly neighbour: NeighbourRequest }
  | { readonly type: 'RTM_GETRULE'; readonly flags: number; readonly family?: IpFamily }
  | { readonly type: 'RTM_NEWRULE' | 'RTM_DELRULE'; readonly flags: number; readonly rule: RuleRequest }
  /** The id by which the socket's namespace knows another one; by open file or process. NEWNSID assigns one (-1: any). */
  | { readonly type: 'RTM_GETNSID'; readonly flags: number; readonly fd?: number; readonly pid?: number; readonly nsid?: number }
  | { readonly type: 'RTM_NEWNSID'; readonly flags: number; readonly fd?: number; readonly pid?: number; readonly nsid: number }

export type NetlinkReply =
  | { readonly type: 'RTM_NEWQDISC'; readonly qdisc: Qdisc }
  | { readonly type: 'ETHTOOL_GET_REPLY'; readonly info: EthtoolInfo }
  | { readonly type: 'RTM_NEWLINK'; readonly link: Link }
  | { readonly type: 'RTM_NEWADDR'; readonly addr: Address }
  | { readonly type: 'RTM_NEWROUTE' | 'RTM_DELROUTE'; readonly route: Route }
  | { readonly type: 'RTM_NEWROUTE'; readonly resolved: ResolvedRoute }
  | { readonly type: 'RTM_NEWNEIGH'; readonly neighbour: Neighbour }
  | { readonly type: 'RTM_NEWRULE'; readonly rule: Rule }
  /** nsid -1: none assigned yet */
  | { readonly type: 'RTM_NEWNSID' | 'RTM_DELNSID'; readonly nsid: number }
  /** Only told to those who have joined a group. A device that moves says where it is then. */
  | { readonly type: 'RTM_DELLINK'; readonly link: Link; readonly newNetnsid?: number; readonly newIndex?: number }
  | { readonly type: 'RTM_DELADDR'; readonly addr: Address }
  | { readonly type: 'RTM_DELNEIGH'; readonly neighbour: Neighbour }
  | { readonly type: 'RTM_DELRULE'; readonly rule: Rule }
  | { readonly type: 'RTM_NEWNETCONF' | 'RTM_DELNETCONF'; readonly netconf: Netconf }
  /** `extack` is NLMSGERR_ATTR_MSG: iproute2 prints `Error: TEXT.` instead of `RTNETLINK answers: strerror`. */
  | { readonly type: 'NLMSG_ERROR'; readonly errno: Errno | undefined; readonly extack?: string }
  | { readonly type: 'NLMSG_DONE'; readonly errno: Errno | undefined; readonly extack?: string }

/** What recvmsg(2) gives on a netlink socket: one datagram, several messages. The last one of an answer is NLMSG_ERROR or NLMSG_DONE. */
export type NetlinkDatagram = readonly NetlinkReply[]
