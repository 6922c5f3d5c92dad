// How many connections have come to a rule and still are (net/netfilter/nf_conncount.c), by a key: for connlimit of iptables an address, for `ct count` of nftables none.
import type { Connection } from './connection.ts'
import type { Conntrack } from './conntrack.ts'

/** already_closed */
const isClosed = ({ tcpState }: Connection): boolean => tcpState === 'TIME_WAIT' || tcpState === 'CLOSE'

export class ConnCount {
  readonly #byKey = new Map<bigint, Set<Connection>>()

  /** nf_conncount_count: forgets those that have ended, adds this one, answers how many there are. */
  add(conntrack: Conntrack, key: bigint, connection: Connection | undefined): number {
    const counted = this.#byKey.get(key) ?? new Set<Connection>()
    for (const other of counted) if (other !== connection && (isClosed(other) || conntrack.find(other.original)?.connection !== other)) counted.delete(other)
    if (connection !== undefined) counted.add(connection)
    if (counted.size === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, counted)
    return counted.size
  }
}
