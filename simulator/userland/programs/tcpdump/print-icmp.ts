// ICMP and ICMPv6 lines (print-icmp.c, print-icmp6.c).
import type { Flow } from '../../../abi/syscalls.ts'
import { ETHERTYPE_IP, ETHERTYPE_IP6, type IpParts, ipParts, ipv4At, ipv6At, macAt, properChecksum, PROTO_TCP, PROTO_UDP, u16, u8 } from './frame.ts'
import type { Names } from './settings.ts'

/** Prints the packet an error quotes. */
export type Inner = (network: Uint8Array) => Flow<string>

function* portOf(names: Names, inner: IpParts): Flow<string | undefined> {
  if (inner.protocol !== PROTO_TCP && inner.protocol !== PROTO_UDP) return undefined
  const protocol = inner.protocol === PROTO_TCP ? 'tcp' : 'udp'
  return `${yield* names.host(inner.destination)} ${protocol} port ${names.port(u16(inner.payload, 2), protocol)}`
}

function* unreachable(code: number, bytes: Uint8Array, names: Names): Flow<string> {
  const inner = ipParts(ETHERTYPE_IP, bytes.subarray(8))
  const host = yield* names.host(ipv4At(bytes, 24))
  switch (code) {
    case 0: return `net ${host} unreachable`
    case 1: return `host ${host} unreachable`
    case 2: return `${host} protocol ${u8(bytes, 17)} unreachable`
    case 3: return `${(inner === undefined ? undefined : yield* portOf(names, inner)) ?? `${host} protocol ${u8(bytes, 17)} port ${u16(bytes, 30)}`} unreachable`
    case 4: return `${host} unreachable - need to frag${u16(bytes, 6) === 0 ? '' : ` (mtu ${u16(bytes, 6)})`}`
    case 5: return `${host} unreachable - source route failed`
    case 6: return `net ${host} unreachable - unknown`
    case 7: return `host ${host} unreachable - unknown`
    case 9: return `net ${host} unreachable - admin prohibited`
    case 10: return `host ${host} unreachable - admin prohibited`
    case 13: return `host ${host} unreachable - admin prohibited filter`
    default: return `${host} unreachable - #${code}`
  }
}

export function* icmpText(ip: IpParts, names: Names, inner: Inner): Flow<string> {
  const { payload } = ip
  const [type, code] = [u8(payload, 0), u8(payload, 1)]
  let text: string
  switch (type) {
    case 0: case 8: text = `echo ${type === 8 ? 'request' : 'reply'}, id ${u16(payload, 4)}, seq ${u16(payload, 6)}`; break
    case 3: text = yield* unreachable(code, payload, names); break
    case 5: text = `redirect ${yield* names.host(ipv4At(payload, 24))} to ${code === 0 ? 'net' : 'host'} ${yield* names.host(ipv4At(payload, 4))}`; break
    case 11: text = code === 0 ? 'time exceeded in-transit' : code === 1 ? 'ip reassembly time exceeded' : `time exceeded-#${code}`; break
    default: text = `type-#${type}`
  }
  text = `ICMP ${text}, length ${payload.length}`
  const isError = type === 3 || type === 4 || type === 5 || type === 11 || type === 12
  if (names.settings.verbosity > 0 && isError && payload.length > 28) text += `\n\t${yield* inner(payload.subarray(8))}`
  return text
}

const V6_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'destination unreachable'], [2, 'packet too big'], [3, 'time exceeded'], [4, 'parameter problem'], [128, 'echo request'], [129, 'echo reply'], [130, 'multicast listener query'],
  [133, 'router solicitation'], [134, 'router advertisement'], [135, 'neighbor solicitation'], [136, 'neighbor advertisement'], [137, 'redirect'], [143, 'multicast listener report v2'],
])
const V6_UNREACHABLE: readonly string[] = ['unreachable route', 'unreachable prohibited', 'beyond scope', 'unreachable address', 'unreachable port']

/** Options of neighbour discovery: the sender's or the target's MAC address. */
function linkOptions(bytes: Uint8Array, from: number, verbosity: number): string {
  let text = ''
  for (let at = from; at + 8 <= bytes.length; at += u8(bytes, at + 1) * 8) {
    const kind = u8(bytes, at)
    if (u8(bytes, at + 1) === 0) break
    if (kind !== 1 && kind !== 2) {
      const data = macAt(bytes, at + 2).replaceAll(':', '').match(/.{1,4}/g)?.join(' ') ?? ''
      text += `\n\t  unknown option (${kind}), length ${u8(bytes, at + 1) * 8} (${u8(bytes, at + 1)}): \n\t  0x0000:  ${data}`
      continue
    }
    text += `\n\t  ${kind === 1 ? 'source' : 'destination'} link-address option (${kind}), length ${u8(bytes, at + 1) * 8} (${u8(bytes, at + 1)}): ${macAt(bytes, at + 2)}`
    if (verbosity > 1) text += `\n\t    0x0000:  ${macAt(bytes, at + 2).replaceAll(':', '').match(/.{1,4}/g)?.join(' ') ?? ''}`
  }
  return text
}

const RECORD_TYPES: readonly string[] = ['', 'is_in', 'is_ex', 'to_in', 'to_ex', 'allow', 'block']
/** Group records of an MLDv2 report. */
function records(payload: Uint8Array): string {
  let text = ''
  for (let at = 8; at + 20 <= payload.length; at += 20 + u16(payload, at + 2) * 16) {
    text += ` [gaddr ${ipv6At(payload, at + 4)} ${RECORD_TYPES[u8(payload, at)] ?? ''}, ${u16(payload, at + 2)} source(s)]`
  }
  return text
}

function* icmp6Details(type: number, code: number, payload: Uint8Array, names: Names): Flow<string> {
  const { verbosity } = names.settings
  const inner = ipParts(ETHERTYPE_IP6, payload.subarray(8))
  const target = (): string => ipv6At(payload, 32)
  switch (type) {
    case 1: {
      if (code === 4 && inner !== undefined) return `, unreachable port, ${(yield* portOf(names, inner)) ?? ''}`
      return `, ${V6_UNREACHABLE[code] ?? `unknown unreach code (${code})`} ${yield* names.host(target())}`
    }
    case 2: return `, mtu ${((u16(payload, 4) << 16) | u16(payload, 6)) >>> 0}`
    case 3: return code === 0 ? ` in-transit for ${yield* names.host(target())}` : ' in-reassembly (code 1)'
    case 128: case 129: return `, id ${u16(payload, 4)}, seq ${u16(payload, 6)}`
    case 133: return verbosity > 0 ? linkOptions(payload, 8, verbosity) : ''
    case 135: return `, who has ${yield* names.host(ipv6At(payload, 8))}${verbosity > 0 ? linkOptions(payload, 24, verbosity) : ''}`
    case 136: {
      const bits = u8(payload, 4)
      const flags = [[0x80, 'router'], [0x40, 'solicited'], [0x20, 'override']].filter(([bit]) => (bits & Number(bit)) !== 0).map(([, name]) => name).join(', ')
      return `, tgt is ${yield* names.host(ipv6At(payload, 8))}${verbosity > 0 ? `, Flags [${flags === '' ? 'none' : flags}]${linkOptions(payload, 24, verbosity)}` : ''}`
    }
    case 143: return `, ${u16(payload, 6)} group record(s)${verbosity > 0 ? records(payload) : ''}`
    default: return ''
  }
}

export function* icmp6Text(network: Uint8Array, ip: IpParts, names: Names): Flow<string> {
  const { payload } = ip
  const { verbosity } = names.settings
  const [type, code] = [u8(payload, 0), u8(payload, 1)]
  const sum = verbosity === 0 ? '' : properChecksum(network, ip, 2) === u16(payload, 2) ? '[icmp6 sum ok] ' : '[bad icmp6 cksum] '
  const tellsLength = verbosity > 0 && type >= 133 && type <= 137
  const details = yield* icmp6Details(type, code, payload, names)
  return `${sum}ICMP6, ${V6_TYPES.get(type) ?? `unknown icmp6 type (${type})`}${tellsLength ? `, length ${payload.length}` : ''}${details}${verbosity > 0 ? '' : `, length ${payload.length}`}`
}
