// Networks and what a container has of one. Addresses are handed out lowest first, as libnetwork's IPAM does.
import { formatIpv4, parseIpv4 } from '../../../../lib/ip.ts'
import type { EndpointSettings, StringMap } from '../api.ts'
import { badRequest, serverError } from './api-error.ts'
import type { PortRule } from './iptables.ts'

export interface IpamConfig {
  Subnet: string
  IPRange?: string
  Gateway?: string
  AuxiliaryAddresses?: StringMap
}
export interface Subnet {
  readonly base: number
  readonly bits: number
}

export interface Network {
  readonly id: string
  readonly name: string
  readonly created: string
  readonly driver: string
  readonly internal: boolean
  readonly attachable: boolean
  readonly ipamOptions: StringMap | null
  readonly ipam: readonly IpamConfig[]
  /** The user chose the subnet: only then may a container ask for an address. */
  readonly isSubnetChosen: boolean
  readonly options: StringMap
  readonly labels: StringMap
  /** Name of the bridge device; '' for host and none. */
  readonly bridge: string
  readonly addresses: AddressPool | undefined
  /** By container id. */
  readonly endpoints: Map<string, Endpoint>
}

export interface PublishedPort extends PortRule {
  /** docker-proxy processes */
  proxies: readonly number[]
}
export interface Endpoint {
  readonly network: Network
  readonly id: string
  readonly containerId: string
  containerName: string
  readonly settings: EndpointSettings
  /** Device on the host */
  readonly hostDevice: string
  /** Its name in the container, once it is there */
  device: string
  readonly published: PublishedPort[]
}

export function parseSubnet(text: string): Subnet | undefined {
  const [address, length] = text.split('/')
  const ip = parseIpv4(address)
  const bits = Number(length)
  if (ip === undefined || length === undefined || !/^\d+$/.test(length) || bits > 32) return undefined
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0
  return { base: (ip & mask) >>> 0, bits }
}
export const formatSubnet = ({ base, bits }: Subnet): string => `${formatIpv4(base)}/${bits}`
export const overlaps = (a: Subnet, b: Subnet): boolean => {
  const bits = Math.min(a.bits, b.bits)
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0
  return (a.base & mask) >>> 0 === (b.base & mask) >>> 0
}
const size = (s: Subnet): number => 2 ** (32 - s.bits)
export const contains = (s: Subnet, ip: number): boolean => ip >= s.base && ip < s.base + size(s)

/** Addresses of one subnet. */
export class AddressPool {
  readonly subnet: Subnet
  readonly #range: Subnet
  readonly #taken = new Set<number>()

  constructor(subnet: Subnet, range: Subnet = subnet) {
    this.subnet = subnet
    this.#range = range
    this.#taken.add(subnet.base)
    this.#taken.add(subnet.base + size(subnet) - 1)
  }

  /** The lowest free one. Throws an ApiError when there is none. */
  take(): string {
    const count = size(this.#range)
    for (let i = 0; i < count; i++) {
      const ip = this.#range.base + i
      if (this.#taken.has(ip)) continue
      this.#taken.add(ip)
      return formatIpv4(ip)
    }
    throw serverError('no available IPv4 addresses on this network\'s address pools')
  }
  takeThis(address: string): void {
    const ip = parseIpv4(address)
    if (ip === undefined) throw badRequest(`invalid IPv4 address: ${address}`)
    if (!contains(this.subnet, ip)) throw badRequest(`Invalid address ${address}: It does not belong to any of this network's subnets`)
    if (this.#taken.has(ip)) throw new Error('taken')
    this.#taken.add(ip)
  }
  isFree(address: string): boolean {
    const ip = parseIpv4(address)
    return ip !== undefined && !this.#taken.has(ip)
  }
  release(address: string): void {
    const ip = parseIpv4(address)
    if (ip !== undefined) this.#taken.delete(ip)
  }
}

/** The MAC address that follows from an address: 02:42 and its four bytes. */
export const macOf = (address: string): string => `02:42:${address.split('.').map((n) => Number(n).toString(16).padStart(2, '0')).join(':')}`
