// Which matches and targets there are. Those of Debian's package that aren't simulated are known by name, so that a typing mistake is told from a gap.
import * as other from './match-other.ts'
import * as ports from './match-ports.ts'
import * as state from './match-state.ts'
import * as nat from './targets-nat.ts'
import * as targets from './targets.ts'
import type { Extension, MatchInfo, TargetInfo } from './types.ts'

type Any<I> = Extension<I>
const table = <I>(list: readonly unknown[]): ReadonlyMap<string, Any<I>> => new Map((list as readonly Any<I>[]).map((e) => [e.name, e]))

export const MATCHES = table<MatchInfo>([
  ports.tcp, ports.udp, ports.icmp, ports.icmp6, ports.multiport, state.conntrack, state.state, state.mark, state.connmark, state.connlimit,
  other.addrtype, other.comment, other.iprange, other.length, other.limit, other.mac, other.owner, other.physdev, other.pkttype, other.statistic, other.ttl, other.hl,
])
export const TARGETS = table<TargetInfo>([
  targets.reject, targets.log, targets.nflog, targets.mark, targets.connmark, targets.tcpmss, targets.ct, targets.notrack, targets.ttl, targets.hl, targets.trace,
  nat.snat, nat.dnat, nat.masquerade, nat.redirect, nat.netmap,
])
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))
export const UNSIMULATED_MATCHES = words('ah bpf cgroup cluster connbytes connlabel cpu dccp devgroup dscp dst ecn esp eui64 frag hashlimit hbh helper ipcomp ipv6header ipvs mh nfacct osf policy quota rateest realm recent ' +
  'rpfilter rt sctp set socket srh standard string tcpmss time tos u32')
export const UNSIMULATED_TARGETS = words('AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNSECMARK DNPT DSCP ECN HMARK IDLETIMER LED NFQUEUE RATEEST SECMARK SET SNPT SYNPROXY TCPOPTSTRIP TEE TOS TPROXY')
export const VERDICTS: ReadonlySet<string> = words('ACCEPT DROP RETURN QUEUE')

/** Extensions of one family only. */
const ONLY: ReadonlyMap<string, 'inet' | 'inet6'> = new Map([['icmp', 'inet'], ['icmp6', 'inet6'], ['ttl', 'inet'], ['hl', 'inet6'], ['TTL', 'inet'], ['HL', 'inet6']])
export const isOfFamily = (name: string, family: 'inet' | 'inet6'): boolean => (ONLY.get(name) ?? family) === family

export const matchOf = (info: MatchInfo): Any<MatchInfo> | undefined => MATCHES.get(info.name === 'conntrack' && info.alias ? 'state' : info.name)
export const targetOf = (info: TargetInfo): Any<TargetInfo> | undefined => TARGETS.get(info.name === 'CT' && info.alias ? 'NOTRACK' : info.name)
