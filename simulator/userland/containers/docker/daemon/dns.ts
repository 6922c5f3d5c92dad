// The resolver at 127.0.0.11 that containers on networks of one's own ask (libnetwork/resolver.go): sockets of the daemon inside the container's
// network namespace, reached through two NAT rules there. Knows names, aliases and short ids of the containers on the same networks.
import { isErr } from '../../../../abi/errno.ts'
import type { Flow, SockAddr } from '../../../../abi/syscalls.ts'
import { formatIpv4, parseIpv4 } from '../../../../lib/ip.ts'
import { call } from '../../../libc/syscall.ts'
import { close } from '../../../libc/unistd.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import { iptables } from './iptables.ts'
import { inNamespace } from './rtnl.ts'

const ADDRESS = '127.0.0.11'
const TYPE_A = 1, TYPE_PTR = 12

function* openSocket(type: 'stream' | 'dgram'): Flow<{ readonly fd: number; readonly port: number } | undefined> {
  const fd = yield* call('socket', 'inet', `${type}|cloexec`, 0)
  if (isErr(fd)) return undefined
  const bound = yield* call('bind', fd, { family: 'inet', addr: ADDRESS, port: 0 })
  if (isErr(bound) || (type === 'stream' && isErr(yield* call('listen', fd, 4096)))) {
    yield* close(fd)
    return undefined
  }
  const name = yield* call('getsockname', fd)
  return isErr(name) || name.family !== 'inet' ? undefined : { fd, port: name.port }
}

/** Opens the sockets in the container's namespace, lays the rules and answers from then on. */
export function* startResolver(daemon: Daemon, container: Container, namespace: string): Flow<void> {
  const sockets = yield* inNamespace(namespace, function* () {
    const udp = yield* openSocket('dgram')
    const tcp = yield* openSocket('stream')
    for (const [chain, from] of [['DOCKER_OUTPUT', 'OUTPUT'], ['DOCKER_POSTROUTING', 'POSTROUTING']]) {
      if ((yield* iptables('-t', 'nat', '-N', chain)).status === 0) yield* iptables('-t', 'nat', '-I', from, '-d', ADDRESS, '-j', chain)
      else yield* iptables('-t', 'nat', '-F', chain)
    }
    for (const [proto, socket] of [['tcp', tcp], ['udp', udp]] as const) {
      if (socket === undefined) continue
      yield* iptables('-t', 'nat', '-A', 'DOCKER_OUTPUT', '-d', ADDRESS, '-p', proto, '--dport', '53', '-j', 'DNAT', '--to-destination', `${ADDRESS}:${socket.port}`)
      yield* iptables('-t', 'nat', '-A', 'DOCKER_POSTROUTING', '-s', ADDRESS, '-p', proto, '--sport', String(socket.port), '-j', 'SNAT', '--to-source', ':53')
    }
    return { udp, tcp }
  })
  if (isErr(sockets) || sockets.udp === undefined) return
  daemon.rt.go(serve(daemon, container, sockets.udp.fd, container.generation, sockets.tcp?.fd))
}

function* serve(daemon: Daemon, container: Container, fd: number, generation: number, tcp: number | undefined): Flow<void> {
  const isOver = (): boolean => container.isGone || container.state.pid === 0 || container.generation > generation + 1
  while (!isOver()) {
    yield* daemon.rt.readableOr(fd, container.changed)
    if (isOver()) break
    const got = yield* call('recvfrom', fd, 4096, 0x40)
    if (isErr(got)) continue
    const reply = answer(daemon, container, got.data)
    if (reply !== undefined) yield* call('sendto', fd, reply, 0, got.addr as SockAddr)
  }
  yield* close(fd)
  if (tcp !== undefined) yield* close(tcp)
}

interface Question {
  readonly name: string
  readonly type: number
  readonly end: number
}
function question(data: Uint8Array): Question | undefined {
  const labels: string[] = []
  let at = 12
  while (at < data.length && data[at] !== 0) {
    const length = data[at]
    labels.push(String.fromCharCode(...data.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
  return at + 5 > data.length ? undefined : { name: labels.join('.'), type: (data[at + 1] << 8) | data[at + 2], end: at + 5 }
}

/** The addresses of a name on the networks of a container. */
export function resolveName(container: Container, name: string): readonly string[] {
  const wanted = name.replace(/\.$/, '').toLowerCase()
  const found: string[] = []
  for (const own of container.endpoints.values()) {
    const { network } = own
    for (const endpoint of network.endpoints.values()) {
      const names = [endpoint.containerName, endpoint.containerId.slice(0, 12), ...(endpoint.settings.Aliases ?? [])]
      const linked = (own.settings.Links ?? []).some((link) => link.split(':')[1] === wanted && link.split(':')[0] === endpoint.containerName)
      if (linked || names.some((n) => n.toLowerCase() === wanted || `${n}.${network.name}`.toLowerCase() === wanted)) found.push(endpoint.settings.IPAddress)
    }
  }
  return found
}
function resolveAddress(container: Container, name: string): string | undefined {
  const address = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name)?.slice(1).reverse().join('.')
  for (const { network } of container.endpoints.values()) {
    for (const endpoint of network.endpoints.values()) if (endpoint.settings.IPAddress === address) return `${endpoint.containerName}.${network.name}`
  }
  return undefined
}

const encodeName = (name: string): readonly number[] => [...name.split('.').flatMap((label) => [label.length, ...[...label].map((c) => c.charCodeAt(0))]), 0]

/** A reply to one query: addresses, no error without any for other types of a known name, or that the name doesn't exist. */
function answer(_daemon: Daemon, container: Container, data: Uint8Array): Uint8Array | undefined {
  const q = question(data)
  if (q === undefined) return undefined
  const addresses = resolveName(container, q.name)
  const pointer = q.type === TYPE_PTR ? resolveAddress(container, q.name) : undefined
  const records: number[][] = []
  if (q.type === TYPE_A) {
    for (const address of addresses) {
      const ip = parseIpv4(address) ?? 0
      records.push([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 2, 88, 0, 4, ...formatIpv4(ip).split('.').map(Number)])
    }
  }
  if (pointer !== undefined) {
    const name = encodeName(pointer)
    records.push([0xc0, 12, 0, TYPE_PTR, 0, 1, 0, 0, 2, 88, 0, name.length, ...name])
  }
  const isKnown = addresses.length > 0 || pointer !== undefined
  // without an upstream server a foreign name fails: SERVFAIL; what looks like one of ours doesn't exist: NXDOMAIN
  const code = isKnown ? 0 : q.name.includes('.') ? 2 : 3
  const header = [data[0], data[1], 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0]
  return new Uint8Array([...header, ...data.subarray(12, q.end), ...records.flat()])
}
