// What a TCP connection is told when it is made: its ports, the path's segment size, buffers, and the sysctls of its network namespace (ip-sysctl).
import type { Kernel } from '../kernel.ts'
import { NSEC_PER_SEC } from '../clock.ts'
import type { NetNamespace } from './net-namespace.ts'

export interface TcpSettings {
  readonly sport: number
  readonly dport: number
  readonly initialSequence: number
  /** What our end of the path takes in one segment, options not counted. */
  readonly mss: number
  readonly pathMtu: number
  /** Bytes kept for the reader, before the window closes; and for the peer. */
  readonly receiveSpace: number
  readonly sendSpace: number
  readonly windowScale: number
  readonly timestamps: boolean
  readonly sack: boolean
  readonly windowScaling: boolean
  /** How often a SYN, an answer to one, and data are sent again (tcp_syn_retries, tcp_synack_retries, tcp_retries2, tcp_orphan_retries). */
  readonly synRetries: number
  readonly synAckRetries: number
  readonly retries: number
  readonly orphanRetries: number
  /** How long a closed socket waits for the peer's FIN (tcp_fin_timeout), in nanoseconds. */
  readonly finTimeout: number
}

const MAX_SCALE = 14
const ORPHAN_RETRIES = 8
/** SKB_TRUESIZE-like overhead of a segment, by which the send buffer is counted. */
const SEGMENT_OVERHEAD = 256, HEADER_ROOM = 640
const SEGMENTS_IN_BUFFER = 20

/** A buffer of so many bytes opens a window of half of it (tcp_adv_win_scale 1). */
export const windowOf = (buffer: number): number => buffer >> 1

/** tcp_sndbuf_expand: room for twenty segments with all their overhead. */
export const sendBufferFor = (mss: number, least: number): number => Math.max(least, SEGMENTS_IN_BUFFER * (2 ** Math.ceil(Math.log2(mss + HEADER_ROOM)) + SEGMENT_OVERHEAD))

const third = (text: string, index: number): number => Number(text.split(/\s+/)[index])

/** The middle of tcp_rmem or tcp_wmem. */
export const defaultBuffer = (net: NetNamespace, which: 'rmem' | 'wmem'): number => third(net.sysctls.get(`net/ipv4/tcp_${which}`), 1)

function windowScaleOf(net: NetNamespace, receiveBuffer: number | undefined): number {
  const largest = receiveBuffer ?? Math.max(third(net.sysctls.get('net/ipv4/tcp_rmem'), 2), net.sysctls.getNumber('net/core/rmem_max'))
  return Math.max(0, Math.min(MAX_SCALE, Math.floor(Math.log2(Math.max(1, largest))) - 15))
}

export interface TcpPath {
  readonly sport: number
  readonly dport: number
  readonly mss: number
  readonly pathMtu: number
  /** Set by the program (SO_RCVBUF, SO_SNDBUF, already doubled); undefined: as the sysctls say. */
  readonly receiveBuffer: number | undefined
  readonly sendBuffer: number | undefined
  /** TCP_SYNCNT */
  readonly synRetries: number | undefined
}

export function tcpSettings(kernel: Kernel, net: NetNamespace, path: TcpPath): TcpSettings {
  const number = (name: string): number => net.sysctls.getNumber(`net/ipv4/tcp_${name}`)
  return {
    sport: path.sport, dport: path.dport, mss: path.mss, pathMtu: path.pathMtu, initialSequence: kernel.random.u32() >>> 0,
    receiveSpace: windowOf(path.receiveBuffer ?? defaultBuffer(net, 'rmem')),
    sendSpace: path.sendBuffer ?? sendBufferFor(path.mss, defaultBuffer(net, 'wmem')),
    windowScale: windowScaleOf(net, path.receiveBuffer), timestamps: number('timestamps') !== 0, sack: number('sack') !== 0, windowScaling: number('window_scaling') !== 0,
    synRetries: path.synRetries ?? number('syn_retries'), synAckRetries: number('synack_retries'), retries: number('retries2'),
    orphanRetries: number('orphan_retries') === 0 ? ORPHAN_RETRIES : number('orphan_retries'), finTimeout: number('fin_timeout') * NSEC_PER_SEC,
  }
}
