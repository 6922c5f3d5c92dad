// What connection tracking makes of a TCP segment (nf_conntrack_proto_tcp.c): the state table. Windows and sequence numbers are not checked.
import { type Tcp, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../packet.ts'
import type { Direction } from './connection.ts'

const STATES = ['NONE', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE', 'SYN_SENT2'] as const
export type TcpState = (typeof STATES)[number]
const SHORT: Readonly<Record<string, TcpState | 'ignore' | 'invalid'>> = {
  SS: 'SYN_SENT', SR: 'SYN_RECV', ES: 'ESTABLISHED', FW: 'FIN_WAIT', CW: 'CLOSE_WAIT', LA: 'LAST_ACK', TW: 'TIME_WAIT', CL: 'CLOSE', S2: 'SYN_SENT2', IG: 'ignore', IV: 'invalid',
}
/** Rows: what came; columns: the state before, in the order of STATES. */
const TABLE: Readonly<Record<Direction, Readonly<Record<string, string>>>> = {
  original: {
    syn: 'SS SS IG IG IG IG IG SS SS S2', synack: 'IV IV SR IV IV IV IV IV IV SR', fin: 'IV IV FW FW LA LA LA TW CL IV', ack: 'ES IV ES ES CW CW TW TW CL IV', rst: 'IV CL CL CL CL CL CL CL CL CL',
    none: 'IV IV IV IV IV IV IV IV IV IV',
  },
  reply: {
    syn: 'IV S2 IV IV IV IV IV SS IV S2', synack: 'IV SR IG IG IG IG IG IG IG SR', fin: 'IV IV FW FW LA LA LA TW CL IV', ack: 'IV IG SR ES CW CW TW TW CL IG', rst: 'IV CL CL CL CL CL CL CL CL CL',
    none: 'IV IV IV IV IV IV IV IV IV IV',
  },
}
const kindOf = (flags: number): string =>
  (flags & TCP_RST) !== 0 ? 'rst' : (flags & TCP_SYN) !== 0 ? ((flags & TCP_ACK) !== 0 ? 'synack' : 'syn') : (flags & TCP_FIN) !== 0 ? 'fin' : (flags & TCP_ACK) !== 0 ? 'ack' : 'none'

/** The state after a segment; `ignore`: it changes nothing; `invalid`: it can't belong here. */
export function nextTcpState(before: string, direction: Direction, segment: Tcp): TcpState | 'ignore' | 'invalid' {
  const column = STATES.findIndex((s) => s === before)
  return SHORT[TABLE[direction][kindOf(segment.flags)].split(' ')[Math.max(column, 0)]]
}
export const isReset = (segment: Tcp): boolean => (segment.flags & TCP_RST) !== 0
