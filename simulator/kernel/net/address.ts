// Addresses on a device (struct in_ifaddr, inet6_ifaddr; ip-address(8)).
import { type Address, IFA_F_DEPRECATED, IFA_F_PERMANENT, IFA_F_SECONDARY, IFA_F_TENTATIVE, INFINITY_LIFE_TIME } from '../../abi/netlink.ts'
import { formatIp, ipMask, type IpVersion } from '../../lib/ip.ts'
import { NSEC_PER_SEC } from '../clock.ts'

export interface AddressInit {
  readonly family: IpVersion
  readonly local: bigint
  readonly prefixlen: number
  readonly scope: number
  readonly flags?: number
  readonly peer?: bigint
  readonly broadcast?: bigint
  readonly label?: string
  readonly metric?: number
  /** Seconds from now, INFINITY_LIFE_TIME for ever. */
  readonly validLft?: number
  readonly preferredLft?: number
}

export class InterfaceAddress {
  readonly family: IpVersion
  readonly local: bigint
  /** IFA_ADDRESS: other than `local` only on a point-to-point link. */
  readonly peer: bigint
  readonly prefixlen: number
  readonly scope: number
  flags: number
  readonly broadcast: bigint | undefined
  readonly label: string | undefined
  metric: number | undefined
  /** Virtual times at which they end, undefined for never. */
  #validUntil: number | undefined
  #preferredUntil: number | undefined

  constructor(init: AddressInit, now: number) {
    this.family = init.family
    this.local = init.local
    this.peer = init.peer ?? init.local
    this.prefixlen = init.prefixlen
    this.scope = init.scope
    this.flags = init.flags ?? 0
    this.broadcast = init.broadcast
    this.label = init.label
    this.metric = init.metric
    this.setLifetime(init.validLft, init.preferredLft, now)
  }

  /** set_ifa_lifetime */
  setLifetime(valid: number | undefined, preferred: number | undefined, now: number): void {
    const until = (seconds: number | undefined): number | undefined => (seconds === undefined || seconds === INFINITY_LIFE_TIME ? undefined : now + seconds * NSEC_PER_SEC)
    this.#validUntil = until(valid)
    this.#preferredUntil = until(preferred)
    this.flags = this.#validUntil === undefined ? this.flags | IFA_F_PERMANENT : this.flags & ~IFA_F_PERMANENT
  }
  /** When the address goes by itself. */
  get validUntil(): number | undefined {
    return this.#validUntil
  }
  isDeprecated(now: number): boolean {
    return this.#preferredUntil !== undefined && now >= this.#preferredUntil
  }

  get network(): bigint {
    return this.peer & ipMask(this.family, this.prefixlen)
  }
  get isSecondary(): boolean {
    return this.family === 'inet' && (this.flags & IFA_F_SECONDARY) !== 0
  }
  get isTentative(): boolean {
    return (this.flags & IFA_F_TENTATIVE) !== 0
  }

  toMessage(index: number, now: number): Address {
    const left = (until: number | undefined): number => (until === undefined ? INFINITY_LIFE_TIME : Math.max(0, Math.ceil((until - now) / NSEC_PER_SEC)))
    const text = (value: bigint): string => formatIp(this.family, value)
    return {
      family: this.family, index, local: text(this.local), address: text(this.peer), prefixlen: this.prefixlen, scope: this.scope,
      flags: this.flags | (this.isDeprecated(now) ? IFA_F_DEPRECATED : 0),
      broadcast: this.broadcast === undefined ? undefined : text(this.broadcast), label: this.label, metric: this.metric,
      validLft: left(this.#validUntil), preferredLft: left(this.#preferredUntil),
    }
  }
}
