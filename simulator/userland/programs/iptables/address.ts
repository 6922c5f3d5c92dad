// Addresses and masks of rules (xtables.c: xtables_ipparse_multiple, xtables_ipmask_to_numeric): host names, prefixes, dotted masks.
import type { IpFamily } from '../../../abi/netlink.ts'
import { formatIp, ipBits, ipMask, parseIp } from '../../../lib/ip.ts'
import { parseUint } from './options.ts'
import { bad, type BuildContext, type HostMask, type PrintContext } from './types.ts'

const full = (family: IpFamily): bigint => (1n << BigInt(ipBits(family))) - 1n

/** inet_aton: one to four numbers, the last filling what is left. */
function parseAton(text: string): bigint | undefined {
  if (!/^[0-9a-fA-FxX.]+$/.test(text)) return undefined
  const parts = text.split('.').map((p) => parseUint(p))
  if (parts.length > 4 || parts.some((p) => p === undefined)) return undefined
  const numbers = parts as number[]
  const last = numbers[numbers.length - 1]
  const head = numbers.slice(0, -1)
  const room = 4 - head.length
  if (head.some((n) => n > 255) || last >= 2 ** (8 * room)) return undefined
  return head.reduce((sum, n, i) => sum | (BigInt(n) << BigInt(8 * (3 - i))), BigInt(last))
}
/** parse_ipaddr of a network: the missing bytes of `10.1` are zeros at the end. */
function parseNetwork(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length > 4 || parts.some((p) => !/^\d+$/.test(p) || Number(p) > 255)) return undefined
  return [0, 1, 2, 3].reduce((sum, i) => (sum << 8n) | BigInt(parts[i] ?? 0), 0n)
}

function parseMask(family: IpFamily, text: string): bigint {
  const length = /^\d+$/.test(text) ? Number(text) : undefined
  if (length !== undefined && length <= ipBits(family)) return ipMask(family, length)
  const mask = text.includes('.') || text.includes(':') ? parseIp(family, text) : undefined
  if (mask === undefined) throw bad(`invalid mask \`${text}' specified`)
  return mask
}

/** `a[/mask][,b[/mask]…]`; names of /etc/hosts may have several addresses (glibc counts `::1` as 127.0.0.1 where IPv4 is asked for). */
export function parseHost(text: string, { family, names }: Pick<BuildContext, 'family' | 'names'>): HostMask[] {
  const result: HostMask[] = []
  for (const item of text.split(',')) {
    const slash = item.indexOf('/')
    const host = slash < 0 ? item : item.slice(0, slash)
    const mask = slash < 0 ? full(family) : parseMask(family, item.slice(slash + 1))
    if (mask === 0n) {
      result.push({ address: 0n, mask, invert: false })
      continue
    }
    const numeric = family === 'inet' ? parseNetwork(host) ?? parseAton(host) : parseIp(family, host)
    const found = numeric !== undefined ? [numeric] : names.hosts.filter((h) => [h.name, ...h.aliases].includes(host)).map((h) => parseIp(family, h.addr === '::1' && family === 'inet' ? '127.0.0.1' : h.addr)).filter((a) => a !== undefined)
    if (found.length === 0) throw bad(`host/network \`${host}' not found`)
    for (const address of found) result.push({ address: address & mask, mask, invert: false })
  }
  return result
}

/** The length of a mask, or undefined where it has holes. */
export function maskLength(family: IpFamily, mask: bigint): number | undefined {
  for (let n = 0; n <= ipBits(family); n++) if (ipMask(family, n) === mask) return n
  return undefined
}
/** `10.0.0.0/8`, without the mask for a single host. */
export function maskLengthText(family: IpFamily, address: bigint, mask: bigint): string {
  const length = maskLength(family, mask)
  return length === ipBits(family) ? formatIp(family, address) : `${formatIp(family, address)}/${length ?? formatIp(family, mask)}`
}
/** As -L shows it: `anywhere`, a host's name where there is one and names are wanted. */
export function listAddress(host: HostMask | undefined, p: PrintContext): string {
  if (host === undefined || (host.mask === 0n && !p.numeric)) return p.numeric ? (p.family === 'inet' ? '0.0.0.0/0' : '::/0') : 'anywhere'
  const name = p.numeric || maskLength(p.family, host.mask) !== ipBits(p.family) ? undefined : p.names.hosts.find((h) => parseIp(p.family, h.addr) === host.address)?.name
  return name ?? maskLengthText(p.family, host.address, host.mask)
}
export function saveAddress(family: IpFamily, host: HostMask): string {
  return `${formatIp(family, host.address)}/${maskLength(family, host.mask) ?? formatIp(family, host.mask)}`
}
