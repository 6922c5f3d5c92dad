// Addresses on a device (struct in_ifaddr, inet6_ifaddr; ip-address(8)).
import { type Address, IFA_F_PERMANENT, IFA_F_SECONDARY, IFA_F_TENTATIVE, INFINITY_LIFE_TIME } from '../../abi/netlink.ts'
import { formatIp, ipMask, type IpVersion } from '../../lib/ip.ts'

export interface AddressInit {
  readonly family: IpVersion
  readonly local: bigint
  readonly prefixlen: number
  readonly scope: number
  readonly flags?: number
  readonly peer?: bigint
  readonly broadcast?: bigint
  readonly label?: string
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
  readonly validLft: number
  readonly preferredLft: number

  constructor(init: AddressInit) {
    this.family = init.family
    this.local = init.local
    this.peer = init.peer ?? init.local
    this.prefixlen = init.prefixlen
    this.scope = init.scope
    this.validLft = init.validLft ?? INFINITY_LIFE_TIME
    this.preferredLft = init.preferredLft ?? INFINITY_LIFE_TIME
    this.flags = (init.flags ?? 0) | (this.validLft === INFINITY_LIFE_TIME ? IFA_F_PERMANENT : 0)
    this.broadcast = init.broadcast
    this.label = init.label
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

  toMessage(index: number): Address {
    const text = (value: bigint): string => formatIp(this.family, value)
    return {
      family: this.family, index, local: text(this.local), address: text(this.peer), prefixlen: this.prefixlen, scope: this.scope, flags: this.flags,
      broadcast: this.broadcast === undefined ? undefined : text(this.broadcast), label: this.label, validLft: this.validLft, preferredLft: this.preferredLft,
    }
  }
}
