// Answers of REJECT (nf_reject_ipv4.c, nf_reject_ipv6.c, nft_reject.c): an ICMP message, or a TCP reset. The packet itself is dropped.
import { isErr } from '../../../abi/errno.ts'
import { drainNow } from '../device-queue.ts'
import type { HookContext } from '../hooks.ts'
import { sendIcmpError } from '../icmp-error.ts'
import { sendIp } from '../ip-output.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { EMPTY_BYTES } from '../../../lib/bytes.ts'
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet.ts'

/** Type and code of what iptables calls a reject type. */
const NAMED: Readonly<Record<string, readonly [number, number]>> = {
  'icmp-net-unreachable': [3, 0], 'icmp-host-unreachable': [3, 1], 'icmp-proto-unreachable': [3, 2], 'icmp-port-unreachable': [3, 3], 'icmp-net-prohibited': [3, 9], 'icmp-host-prohibited': [3, 10],
  'icmp-admin-prohibited': [3, 13], 'icmp6-no-route': [1, 0], 'icmp6-adm-prohibited': [1, 1], 'icmp6-addr-unreachable': [1, 3], 'icmp6-port-unreachable': [1, 4], 'icmp6-policy-fail': [1, 5],
  'icmp6-reject-route': [1, 6],
}
/** Codes of the family inet (NFT_REJECT_ICMPX_…) for IPv4 and IPv6. */
const ICMPX: readonly (readonly [v4: number, v6: number])[] = [[0, 0], [3, 4], [1, 3], [13, 1]]

function reset(net: NetNamespace, { packet }: HookContext): void {
  const { payload } = packet
  if (payload.kind !== 'tcp' || (payload.flags & TCP_RST) !== 0) return
  const hasAck = (payload.flags & TCP_ACK) !== 0
  const length = payload.data.length + ((payload.flags & TCP_SYN) !== 0 ? 1 : 0) + ((payload.flags & TCP_FIN) !== 0 ? 1 : 0)
  try {
    sendIp(net, {
      family: packet.family, source: packet.destination, destination: packet.source,
      payload: {
        kind: 'tcp', sport: payload.dport, dport: payload.sport, seq: hasAck ? payload.ack : 0, ack: hasAck ? 0 : (payload.seq + length) >>> 0, flags: hasAck ? TCP_RST : TCP_RST | TCP_ACK, window: 0,
        options: {}, data: EMPTY_BYTES,
      },
    })
  } catch (error) {
    if (!isErr(error)) throw error
  }
}

/** A sender on this machine has the message before its call returns; TCP's sockets are busy with that call, and get theirs later. */
function icmpError(net: NetNamespace, { packet, hook }: HookContext, code: readonly [number, number]): void {
  sendIcmpError(net, packet, code)
  if (hook === 'OUTPUT' && packet.payload.kind !== 'tcp') drainNow(net.loopback)
}

/** `how`: `tcp-reset` or a name of iptables. */
export function rejectNamed(net: NetNamespace, context: HookContext, how: string): void {
  if (how === 'tcp-reset') reset(net, context)
  else icmpError(net, context, NAMED[how] ?? [3, 3])
}
export function rejectCode(net: NetNamespace, context: HookContext, type: 'icmp' | 'tcp-reset' | 'icmpx', code: number): void {
  const isV4 = context.packet.family === 'inet'
  if (type === 'tcp-reset') reset(net, context)
  else if (type === 'icmp') icmpError(net, context, [isV4 ? 3 : 1, code])
  else icmpError(net, context, [isV4 ? 3 : 1, ICMPX[code]?.[isV4 ? 0 : 1] ?? 3])
}
