// Lines in the kernel's log about packets (net/netfilter/nf_log_syslog.c). Only the initial network namespace writes them, unless net.netfilter.nf_log_all_netns says so.
import { LOG_TCPOPT, LOG_TCPSEQ, LOG_UID } from '../../../abi/xtables.ts'
import { formatIp } from '../../../lib/ip.ts'
import type { HookContext } from '../hooks.ts'
import { initialNet } from '../initial-net.ts'
import type { NetNamespace } from '../net-namespace.ts'
import { type IpPacket, packetLength, payloadLength, protocolOf, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, tcpOptionsLength } from '../packet.ts'
import { payloadBytes } from '../wire.ts'
import { bytesHex } from './header-bytes.ts'
import { senderOf } from './load.ts'

const byte = (n: number): string => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`
const TCP_FLAGS = [[TCP_ACK, 'ACK'], [TCP_PSH, 'PSH'], [TCP_RST, 'RST'], [TCP_SYN, 'SYN'], [TCP_FIN, 'FIN']] as const

/** The bytes of TCP's options. */
function optionText(packet: IpPacket): string {
  if (packet.payload.kind !== 'tcp') return ''
  const length = tcpOptionsLength(packet.payload.options)
  return length === 0 ? '' : `OPT (${bytesHex(payloadBytes(packet).subarray(20, 20 + length)).toUpperCase()}) `
}
function transportText(packet: IpPacket, flags = 0): string {
  const { payload } = packet
  switch (payload.kind) {
    case 'tcp': return `PROTO=TCP SPT=${payload.sport} DPT=${payload.dport} ${(flags & LOG_TCPSEQ) === 0 ? '' : `SEQ=${payload.seq} ACK=${payload.ack} `}WINDOW=${payload.window} RES=0x00 ${TCP_FLAGS.filter(([bit]) => (payload.flags & bit) !== 0).map(([, n]) => `${n} `).join('')}URGP=0 ${(flags & LOG_TCPOPT) === 0 ? '' : optionText(packet)}`
    case 'udp': return `PROTO=UDP SPT=${payload.sport} DPT=${payload.dport} LEN=${payloadLength(packet)} `
    case 'icmp': {
      const name = packet.family === 'inet' ? 'ICMP' : 'ICMPv6'
      const about = payload.about === undefined ? '' : `[${addressText(payload.about)}${transportText(payload.about)}] `
      const echo = payload.about === undefined ? `ID=${payload.id} SEQ=${payload.sequence} ` : ''
      return `PROTO=${name} TYPE=${payload.type} CODE=${payload.code} ${echo}${about}`
    }
    default: return `PROTO=${protocolOf(packet)} `
  }
}
function addressText(packet: IpPacket): string {
  const { family, tos, ttl } = packet
  const addresses = `SRC=${formatIp(family, packet.source)} DST=${formatIp(family, packet.destination)} `
  if (family === 'inet6') return `${addresses}LEN=${packetLength(packet)} TC=${tos} HOPLIMIT=${ttl} FLOWLBL=0 `
  return `${addresses}LEN=${packetLength(packet)} TOS=${byte(tos & 0x1e)} PREC=${byte(tos & 0xe0)} TTL=${ttl} ID=${packet.ident} ${packet.dontFragment ? 'DF ' : ''}`
}

export function logPacket(net: NetNamespace, context: HookContext, prefix: string, level: number, flags: number): void {
  const { kernel } = net
  if (initialNet(kernel) !== net && net.sysctls.getNumber('net/netfilter/nf_log_all_netns') === 0) return
  const { packet, input, output, physicalInput, physicalOutput } = context
  const mac = input === undefined || input.isLoopback || packet.linkSource === undefined ? (input === undefined ? '' : input.isLoopback ? 'MAC=00:00:00:00:00:00:00:00:00:00:00:00:08:00 ' : 'MAC= ') :
    `MAC=${input.address}:${packet.linkSource}:${packet.family === 'inet' ? '08:00' : '86:dd'} `
  const sender = (flags & LOG_UID) === 0 ? undefined : senderOf(context)
  const devices = `IN=${input?.name ?? ''} OUT=${output?.name ?? ''} ${physicalInput === undefined ? '' : `PHYSIN=${physicalInput.name} `}${physicalOutput === undefined ? '' : `PHYSOUT=${physicalOutput.name} `}`
  kernel.printk(level, `${prefix}${devices}${mac}${addressText(packet)}${transportText(packet, flags)}${sender === undefined ? '' : `UID=${sender.fsuid} GID=${sender.fsgid} `}${packet.mark === 0 ? '' : `MARK=0x${packet.mark.toString(16)} `}`)
}
