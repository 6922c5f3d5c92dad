// IP addresses and prefixes: text to numbers and back (inet_pton(3), inet_ntop(3)), masks. An address is a bigint of 32 or 128 bits.

export type IpVersion = 'inet' | 'inet6'
export const ipBits = (family: IpVersion): number => (family === 'inet' ? 32 : 128)

export function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  const parts = match.slice(1).map(Number)
  if (parts.some((p, i) => p > 255 || (match[i + 1].length > 1 && match[i + 1].startsWith('0')))) return undefined
  return ((parts[0] << 24) | (parts[1] << 16) | (parts[2] << 8) | parts[3]) >>> 0
}
/** inet_aton(3): also `127.1`, `0x7f.1`, one number. */
export function parseAton(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length > 4) return undefined
  const numbers: number[] = []
  for (const part of parts) {
    if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(part)) return undefined
    numbers.push(/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part))
  }
  const rest = numbers.pop() ?? 0
  if (numbers.some((n) => n > 255) || rest >= 256 ** (4 - numbers.length)) return undefined
  return numbers.reduce((sum, n, i) => sum + n * 256 ** (3 - i), rest)
}
export const formatIpv4 = (n: number): string => `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`

export function parseIpv6(text: string): bigint | undefined {
  let source = text
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted !== null) {
    const v4 = parseIpv4(dotted[2])
    if (v4 === undefined) return undefined
    source = `${dotted[1]}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`
  }
  const halves = source.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'))
  const head = groups(halves[0])
  const tail = halves.length === 2 ? groups(halves[1]) : []
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  let value = 0n
  for (const group of [...head, ...Array<string>(missing).fill('0'), ...tail]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    value = (value << 16n) | BigInt(`0x${group}`)
  }
  return value
}

/** ::ffff:a.b.c.d, as which an IPv6 socket sees IPv4 (RFC 4291). */
export const isMappedIpv4 = (value: bigint): boolean => value >> 32n === 0xffffn

/** RFC 5952: the longest run of at least two zero groups becomes `::`. */
export function formatIpv6(value: bigint): string {
  if (isMappedIpv4(value)) return `::ffff:${formatIpv4(Number(value & 0xffffffffn))}`
  const digits = value.toString(16).padStart(32, '0')
  const groups = Array.from({ length: 8 }, (_, i) => Number.parseInt(digits.slice(4 * i, 4 * i + 4), 16))
  let best = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > length) {
      best = i
      length = end - i
    }
  }
  const hex = (from: number, to: number): string => groups.slice(from, to).map((g) => g.toString(16)).join(':')
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + length, 8)}`
}

export function parseIp(family: IpVersion, text: string): bigint | undefined {
  if (family === 'inet6') return parseIpv6(text)
  const v4 = parseIpv4(text)
  return v4 === undefined ? undefined : BigInt(v4)
}
export const formatIp = (family: IpVersion, value: bigint): string => (family === 'inet' ? formatIpv4(Number(value)) : formatIpv6(value))

/** The network mask of a prefix length. */
export function ipMask(family: IpVersion, length: number): bigint {
  const bits = BigInt(ipBits(family))
  const all = (1n << bits) - 1n
  return all ^ ((1n << (bits - BigInt(length))) - 1n)
}
export const inPrefix = (family: IpVersion, address: bigint, network: bigint, length: number): boolean => (address & ipMask(family, length)) === (network & ipMask(family, length))

/** The link-local address that belongs to a MAC address (modified EUI-64). */
export function linkLocalOf(mac: string): bigint {
  const bytes = mac.split(':').map((b) => Number.parseInt(b, 16))
  const eui = [bytes[0] ^ 2, bytes[1], bytes[2], 0xff, 0xfe, bytes[3], bytes[4], bytes[5]]
  return (0xfe80n << 112n) | eui.reduce((n, b) => (n << 8n) | BigInt(b), 0n)
}
