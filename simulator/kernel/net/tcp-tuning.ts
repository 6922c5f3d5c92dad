// What programs set on a TCP socket with setsockopt(2) (tcp(7), socket(7)), and connections inherit from their listener.
import type { NetSysctls } from './net-sysctl.ts'

const MIN_RECEIVE_BUFFER = 2304, MIN_SEND_BUFFER = 4608

export interface TcpTuning {
  /** Already doubled; undefined: as the sysctls say. */
  readonly receiveBuffer?: number
  readonly sendBuffer?: number
  readonly noDelay?: boolean
  readonly synRetries?: number
  /** Seconds; 0: close(2) resets the connection. */
  readonly lingersFor?: number
}

/** The tuning after one option; undefined for options of others. */
export function tuned(tuning: TcpTuning, option: string, value: unknown, sysctls: NetSysctls): TcpTuning | undefined {
  const n = Number(value)
  switch (option) {
    case 'SO_RCVBUF': return { ...tuning, receiveBuffer: Math.max(MIN_RECEIVE_BUFFER, 2 * Math.min(n, sysctls.getNumber('net/core/rmem_max'))) }
    case 'SO_SNDBUF': return { ...tuning, sendBuffer: Math.max(MIN_SEND_BUFFER, 2 * Math.min(n, sysctls.getNumber('net/core/wmem_max'))) }
    case 'TCP_NODELAY': return { ...tuning, noDelay: n !== 0 }
    case 'TCP_SYNCNT': return { ...tuning, synRetries: n }
    /** Seconds, -1 to switch it off. */
    case 'SO_LINGER': return { ...tuning, lingersFor: n < 0 ? undefined : n }
    default: return undefined
  }
}
