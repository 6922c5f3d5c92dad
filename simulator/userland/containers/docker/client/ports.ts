// -p [IP:][HOST:]CONTAINER[/PROTO] and --expose (docker/go-connections/nat).
import type { EmptySet, PortMap } from '../api.ts'

export interface Ports {
  readonly exposed: EmptySet
  readonly bindings: PortMap
}
interface PortError {
  readonly error: string
}

/** `80` or `80-90`; undefined if it is none. */
function range(text: string): readonly [number, number] | undefined {
  const m = /^(\d+)(?:-(\d+))?$/.exec(text)
  if (m === null) return undefined
  const first = Number(m[1])
  const last = Number(m[2] ?? m[1])
  return first > 65535 || last > 65535 || last < first ? undefined : [first, last]
}

export function parsePorts(publish: readonly string[], expose: readonly string[]): Ports | PortError {
  const exposed: EmptySet = {}
  const bindings: PortMap = {}
  for (const spec of publish) {
    const error = addPort(spec, exposed, bindings)
    if (error !== undefined) return { error }
  }
  for (const spec of expose) {
    if (spec.includes(':')) return { error: `invalid port format for --expose: ${spec}` }
    const [ports, proto = 'tcp'] = spec.split('/')
    const parsed = range(ports)
    if (parsed === undefined) return { error: `invalid range format for --expose: ${spec}, error: ${/^\d+$/.test(ports) ? `strconv.ParseUint: parsing "${ports}": value out of range` : `strconv.ParseUint: parsing "${ports}": invalid syntax`}` }
    for (let n = parsed[0]; n <= parsed[1]; n++) exposed[`${n}/${proto.toLowerCase()}`] = {}
  }
  return { exposed, bindings }
}

function addPort(spec: string, exposed: EmptySet, bindings: PortMap): string | undefined {
  const slash = spec.lastIndexOf('/')
  const proto = slash < 0 ? 'tcp' : spec.slice(slash + 1)
  const parts = (slash < 0 ? spec : spec.slice(0, slash)).split(':')
  const container = parts[parts.length - 1]
  const host = parts.length > 1 ? parts[parts.length - 2] : ''
  const ip = parts.slice(0, -2).join(':').replace(/^\[|\]$/g, '')
  if (ip.includes(':') && !/^[0-9a-fA-F:]*::[0-9a-fA-F:]*$|^(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}$/.test(ip)) return `Invalid ip address ${ip}: address ${ip}:: too many colons in address`
  if (ip !== '' && !/^\d+\.\d+\.\d+\.\d+$/.test(ip) && !ip.includes(':')) return `Invalid ip address: ${ip}`
  if (container === '') return `No port specified: ${spec}<empty>`
  const inside = range(container)
  if (inside === undefined) return `Invalid containerPort: ${container}`
  const outside = host === '' ? undefined : range(host)
  if (host !== '' && outside === undefined) return `Invalid hostPort: ${host}`
  if (outside !== undefined && inside[1] - inside[0] !== outside[1] - outside[0] && inside[0] !== inside[1]) return `Invalid ranges specified for container and host Ports: ${container} and ${host}`
  if (!['tcp', 'udp', 'sctp'].includes(proto.toLowerCase())) return `Invalid proto: ${proto}`
  for (let i = 0; i <= inside[1] - inside[0]; i++) {
    const port = `${inside[0] + i}/${proto.toLowerCase()}`
    exposed[port] = {}
    const isHostRange = outside !== undefined && inside[0] === inside[1] && outside[0] !== outside[1]
    bindings[port] = [...(bindings[port] ?? []), { HostIp: ip, HostPort: outside === undefined ? '' : isHostRange ? host : String(outside[0] + i) }]
  }
  return undefined
}
