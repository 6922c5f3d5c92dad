// The table of connections as others see it: ctnetlink (nf_conntrack_netlink.c) and /proc/net/nf_conntrack (nf_conntrack_standalone.c).
import { Errno } from '../../../abi/errno.ts'
import type { CtEntry, CtTuple, NfReply, NfRequest } from '../../../abi/nf-tables.ts'
import { IPS_ASSURED, IPS_SEEN_REPLY } from '../../../abi/xtables.ts'
import { formatIp } from '../../../lib/ip.ts'
import { NSEC_PER_SEC } from '../../clock.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { type Connection, isIcmp, type Tuple } from './connection.ts'

const timeout = (net: NetNamespace, c: Connection): number => Math.max(0, Math.floor((c.expires - net.kernel.clock.now) / NSEC_PER_SEC))

function tupleView(t: Tuple): CtTuple {
  const addresses = { source: formatIp(t.family, t.source), destination: formatIp(t.family, t.destination) }
  if (isIcmp(t)) return { ...addresses, icmpType: t.dport >> 8, icmpCode: t.dport & 0xff, icmpId: t.sport }
  return t.protocol === 6 || t.protocol === 17 ? { ...addresses, sport: t.sport, dport: t.dport } : addresses
}
function entryOf(net: NetNamespace, c: Connection): CtEntry {
  const counters = net.sysctls.getNumber('net/netfilter/nf_conntrack_acct') === 0 ? {} : { counters: [{ ...c.counters.original }, { ...c.counters.reply }] as const }
  return {
    id: c.id, family: c.original.family, protocol: c.original.protocol, timeout: timeout(net, c), tcpState: c.tcpState, status: c.status, original: tupleView(c.original), reply: tupleView(c.reply),
    mark: c.mark, use: 1, ...counters,
  }
}

type CtRequest = Extract<NfRequest, { readonly type: `IPCTNL_${string}` }>
export function answerConntrack(net: NetNamespace, request: CtRequest): NfReply[] {
  const { conntrack } = net.netfilter
  switch (request.type) {
    case 'IPCTNL_MSG_CT_GET': return conntrack.list().filter((c) => request.family === undefined || c.original.family === request.family).map((c) => ({ type: 'IPCTNL_MSG_CT_NEW', entry: entryOf(net, c) }))
    case 'IPCTNL_MSG_CT_GET_STATS': return [{ type: 'IPCTNL_MSG_CT_GET_STATS', stats: { ...conntrack.stats, insert: 0, error: 0, searchRestart: 0 } }]
    case 'IPCTNL_MSG_CT_DELETE': {
      const gone = conntrack.list().filter((c) => (request.id === undefined ? request.family === undefined || c.original.family === request.family : c.id === request.id))
      if (request.id !== undefined && gone.length === 0) throw Errno.ENOENT
      for (const c of gone) conntrack.remove(c)
      return []
    }
    case 'IPCTNL_MSG_CT_NEW': {
      const found = conntrack.list().find((c) => c.id === request.id)
      if (found === undefined) throw Errno.ENOENT
      if (request.mark !== undefined) found.mark = request.mark
      if (request.timeout !== undefined) found.expires = net.kernel.clock.now + request.timeout * NSEC_PER_SEC
      return []
    }
  }
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' }
/** ct_seq_show: IPv6 addresses in full. */
const procAddress = (t: Tuple, a: bigint): string => (t.family === 'inet' ? formatIp('inet', a) : (a.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':'))
function procTuple(t: Tuple): string {
  const ports = isIcmp(t) ? `type=${t.dport >> 8} code=${t.dport & 0xff} id=${t.sport} ` : t.protocol === 6 || t.protocol === 17 ? `sport=${t.sport} dport=${t.dport} ` : ''
  return `src=${procAddress(t, t.source)} dst=${procAddress(t, t.destination)} ${ports}`
}
export function showConntrack(net: NetNamespace): string {
  return net.netfilter.conntrack.list().map((c) => {
    const { family, protocol } = c.original
    const state = c.tcpState === undefined ? '' : `${c.tcpState} `
    const unreplied = (c.status & IPS_SEEN_REPLY) === 0 ? '[UNREPLIED] ' : ''
    const assured = (c.status & IPS_ASSURED) === 0 ? '' : '[ASSURED] '
    return `${family === 'inet' ? 'ipv4' : 'ipv6'}     ${family === 'inet' ? 2 : 10} ${(PROTOCOLS[protocol] ?? 'unknown').padEnd(8)} ${protocol} ${timeout(net, c)} ${state}${procTuple(c.original)}${unreplied}${procTuple(c.reply)}${assured}mark=${c.mark} zone=0 use=2\n`
  }).join('')
}
