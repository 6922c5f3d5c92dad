// A container's network sandbox: files (/etc/hosts, hostname, resolv.conf), endpoints, published ports.
import { isErr } from '../../../../abi/errno.ts'
import { O_RDWR } from '../../../../abi/fcntl.ts'
import { PR_SET_PDEATHSIG } from '../../../../abi/sched.ts'
import { SIGINT, SIGTERM } from '../../../../abi/signal.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { call } from '../../../libc/syscall.ts'
import { execvpe, kill, open, readFile, waitpid } from '../../../libc/unistd.ts'
import type { PortBinding } from '../api.ts'
import { badRequest, serverError } from './api-error.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import { FIRST_RANDOM_PORT, LAST_RANDOM_PORT } from './daemon.ts'
import { startResolver } from './dns.ts'
import { addPortRules, removePortRules } from './iptables.ts'
import type { Endpoint, PublishedPort } from './network.ts'
import { newId, putFile, sha256Hex } from './util.ts'

const HOSTS = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n'

export const isUserDefined = (name: string): boolean => !['bridge', 'host', 'none', 'default', ''].includes(name) && !name.startsWith('container:')

/** Name of the network a container is on by its mode. */
export const networkOf = (mode: string): string => (mode === 'default' || mode === '' ? 'bridge' : mode)

/** Before runc: addresses, cables and files. Throws an ApiError. */
export function* connectNetworks(daemon: Daemon, container: Container): Flow<void> {
  const { hostConfig, config } = container
  const mode = hostConfig.NetworkMode
  container.filesFrom = undefined
  if (mode.startsWith('container:')) {
    const other = daemon.get(mode.slice(10))
    if (!other.state.running) throw serverError(`cannot join network of a non running container: ${other.id}`)
    container.filesFrom = other
    return
  }
  const name = networkOf(mode)
  if (container.wantedNetworks.size === 0) container.wantedNetworks.set(name, {})
  const first = container.wantedNetworks.get(mode) ?? container.wantedNetworks.get(name)
  if (first === undefined) container.wantedNetworks.set(name, {})
  for (const [wanted, request] of container.wantedNetworks) {
    const network = daemon.networks.get(networkOf(wanted))
    if ((request.IPAMConfig?.IPv4Address ?? '') !== '') {
      if (!isUserDefined(network.name)) throw badRequest('user specified IP address is supported on user defined networks only')
      if (!network.isSubnetChosen) throw badRequest('user specified IP address is supported only when connecting to networks with user configured subnets')
    }
    if ((request.Aliases ?? []).length > 0 && !isUserDefined(network.name)) throw badRequest('network-scoped alias is supported only for containers in user defined networks')
    const mac = request.MacAddress ?? config.MacAddress
    const endpoint = yield* daemon.networks.createEndpoint(network, container, mac === undefined ? request : { ...request, MacAddress: mac }, aliasesFor(container, network.name, request.Aliases ?? null))
    container.endpoints.set(network.name, endpoint)
    container.wantedNetworks.set(wanted, { ...request, NetworkID: network.id })
    yield* daemon.networkEvent(network, 'connect', { container: container.id })
  }
  container.sandboxId = yield* newId()
  container.sandboxKey = mode === 'host' ? '/var/run/docker/netns/default' : `/var/run/docker/netns/${container.sandboxId.slice(0, 12)}`
  yield* writeFiles(daemon, container)
  if (mode !== 'host' && mode !== 'none') yield* publishPorts(daemon, container)
}

export const aliasesFor = (container: Container, network: string, wanted: readonly string[] | null): readonly string[] | null =>
  isUserDefined(network) ? [...(wanted ?? []).filter((a) => a !== container.shortId), container.shortId] : wanted

/** /etc/hosts, hostname, resolv.conf. */
export function* writeFiles(daemon: Daemon, container: Container): Flow<void> {
  const { hostConfig, config, directory } = container
  const fullName = config.Domainname === '' ? config.Hostname : `${config.Hostname}.${config.Domainname}`
  yield* putFile(`${directory}/hostname`, `${config.Hostname}\n`)
  const resolvPath = `${directory}/resolv.conf`
  const hostResolv = yield* readFile('/etc/resolv.conf')
  const hasOwnDns = [...container.endpoints.values()].some((e) => isUserDefined(e.network.name))
  const resolv = resolvConf(isErr(hostResolv) ? '' : hostResolv, container, hasOwnDns, hostConfig.NetworkMode === 'host', daemon.dns)
  yield* putFile(resolvPath, resolv)
  yield* putFile(`${resolvPath}.hash`, `sha256:${sha256Hex(resolv)}`)
  if (hostConfig.NetworkMode === 'host') {
    const hosts = yield* readFile('/etc/hosts')
    yield* putFile(`${directory}/hosts`, isErr(hosts) ? HOSTS : hosts)
    return
  }
  const extra = (hostConfig.ExtraHosts ?? []).map((entry) => {
    const at = entry.indexOf(':')
    const address = entry.slice(at + 1)
    return `${address === 'host-gateway' ? '172.17.0.1' : address}\t${entry.slice(0, at)}\n`
  })
  const links = linkedHosts(daemon, container)
  const names = config.Domainname === '' ? config.Hostname : `${fullName} ${config.Hostname}`
  const own = [...container.endpoints.values()].filter((e) => e.settings.IPAddress !== '').map((e) => `${e.settings.IPAddress}\t${names}\n`)
  yield* putFile(`${directory}/hosts`, HOSTS + extra.join('') + links.join('') + own.join(''))
}
function resolvConf(host: string, container: Container, hasOwnDns: boolean, isHostNetwork: boolean, usual: readonly string[]): string {
  const { DnsSearch, DnsOptions } = container.hostConfig
  const Dns = container.hostConfig.Dns.length > 0 ? container.hostConfig.Dns : usual
  const lines = host.split('\n').filter((l) => l.trim() !== '' && !l.startsWith('#'))
  if (hasOwnDns) {
    const searches = DnsSearch.length > 0 ? [`search ${DnsSearch.join(' ')}\n`] : lines.filter((l) => l.startsWith('search')).map((l) => `${l}\n`)
    return `${searches.join('')}nameserver 127.0.0.11\noptions ${[...DnsOptions, 'ndots:0'].join(' ')}\n`
  }
  if (Dns.length > 0 || DnsSearch.length > 0 || DnsOptions.length > 0) {
    const servers = Dns.length > 0 ? Dns : lines.filter((l) => l.startsWith('nameserver')).map((l) => l.split(/\s+/)[1])
    return `${DnsSearch.length > 0 ? `search ${DnsSearch.join(' ')}\n` : ''}${servers.map((s) => `nameserver ${s}\n`).join('')}${DnsOptions.length > 0 ? `options ${DnsOptions.join(' ')}\n` : ''}`
  }
  if (isHostNetwork) return host
  const kept = lines.filter((l) => !/^nameserver\s+(127\.|::1)/.test(l))
  const text = kept.map((l) => `${l}\n`).join('')
  return kept.some((l) => l.startsWith('nameserver')) ? text : `${text}\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n`
}
/** --link on the default bridge: lines for /etc/hosts, and variables. */
function linkedHosts(daemon: Daemon, container: Container): readonly string[] {
  const env: string[] = []
  const lines = (container.hostConfig.Links ?? []).flatMap((link) => {
    const [ref, alias = ref] = link.split(':')
    const other = daemon.find(ref)
    const address = other?.endpoints.get('bridge')?.settings.IPAddress
    if (other === undefined || address === undefined) return []
    env.push(`${alias.toUpperCase().replace(/-/g, '_')}_NAME=/${container.name}/${alias}`)
    return [`${address}\t${[alias, other.config.Hostname, other.name].filter((n, i, all) => all.indexOf(n) === i).join(' ')}\n`]
  })
  container.linkEnv = env
  return lines
}

export const nextInterface = (container: Container): string => {
  container.nextInterface += 1
  return `eth${container.nextInterface - 1}`
}

/** runc has made the process: its namespace gets cables, addresses, a resolver. */
export function* plugNetworks(daemon: Daemon, container: Container): Flow<void> {
  const mode = container.hostConfig.NetworkMode
  if (mode === 'host' || mode.startsWith('container:')) return
  const namespace = `/proc/${container.state.pid}/ns/net`
  yield* daemon.networks.keepNamespace(container.sandboxKey, namespace)
  container.isPlugged = true
  let isFirst = true
  container.nextInterface = 0
  for (const endpoint of container.endpoints.values()) {
    yield* daemon.networks.plug(endpoint, namespace, isFirst, nextInterface(container))
    isFirst = false
  }
  if ([...container.endpoints.values()].some((e) => isUserDefined(e.network.name))) yield* startResolver(daemon, container, namespace)
  yield* daemon.networks.save()
}

/** A container that outlived a daemon: rules of its ports, proxies and resolver were that daemon's, or went with its start. */
export function* restoreNetworks(daemon: Daemon, container: Container): Flow<void> {
  const { NetworkMode: mode } = container.hostConfig
  if (mode.startsWith('container:')) {
    container.filesFrom = daemon.find(mode.slice(10))
    return
  }
  for (const network of daemon.networks.networks.values()) {
    const endpoint = network.endpoints.get(container.id)
    if (endpoint === undefined) continue
    container.endpoints.set(network.name, endpoint)
    container.nextInterface += 1
    for (const published of endpoint.published) {
      const proxies: number[] = []
      for (const host of !daemon.hasProxies ? [] : published.hostIp === '' ? ['0.0.0.0', '::'] : [published.hostIp]) {
        const proxy = yield* startProxy(published.proto, host, published.hostPort, published)
        if (typeof proxy === 'number') proxies.push(proxy)
      }
      published.proxies = proxies
      yield* addPortRules(published)
    }
  }
  if ([...container.endpoints.values()].some((e) => isUserDefined(e.network.name))) yield* startResolver(daemon, container, `/proc/${container.state.pid}/ns/net`)
}

/** Ports asked for, by `80/tcp`. */
function* publishPorts(daemon: Daemon, container: Container): Flow<void> {
  const { config, hostConfig } = container
  container.ports = {}
  for (const port of Object.keys(config.ExposedPorts ?? {})) container.ports[port] = null
  const endpoint = [...container.endpoints.values()].find((e) => e.settings.IPAddress !== '' && !e.network.internal)
  if (endpoint === undefined) return
  const wanted = { ...hostConfig.PortBindings }
  if (hostConfig.PublishAllPorts) for (const port of Object.keys(config.ExposedPorts ?? {})) wanted[port] ??= [{ HostIp: '', HostPort: '' }]
  for (const [spec, bindings] of Object.entries(wanted)) {
    const list: PortBinding[] = []
    for (const binding of bindings ?? []) list.push(...(yield* publish(daemon, container, endpoint, spec, binding)))
    container.ports[spec] = list.length > 0 ? list : null
  }
}

function* publish(daemon: Daemon, container: Container, endpoint: Endpoint, spec: string, binding: PortBinding): Flow<PortBinding[]> {
  const [port, proto = 'tcp'] = spec.split('/')
  const [first, last] = binding.HostPort.split('-')
  const fail = (message: string): never => {
    throw serverError(`driver failed programming external connectivity on endpoint ${container.name} (${endpoint.id}): ${message}`)
  }
  const hosts = binding.HostIp === '' ? ['0.0.0.0', '::'] : [binding.HostIp]
  const from = first === '' ? daemon.nextPort : Number(first)
  const to = first === '' ? LAST_RANDOM_PORT : Number(last ?? first)
  for (let number = from; number <= to; number++) {
    const clash = hosts.find((h) => isAllocated(daemon, h, proto, number))
    if (clash !== undefined) {
      if (number < to) continue
      fail(`Bind for ${clash}:${number} failed: port is already allocated`)
    }
    const proxies: number[] = []
    const published: PublishedPort = { bridge: endpoint.network.bridge, proto, hostIp: binding.HostIp, hostPort: number, address: endpoint.settings.IPAddress, port: Number(port), proxies }
    for (const host of daemon.hasProxies ? hosts : []) {
      const proxy = yield* startProxy(proto, host, number, published)
      if (typeof proxy === 'number') {
        proxies.push(proxy)
        continue
      }
      for (const pid of proxies) yield* stopProxy(pid)
      fail(proxy)
    }
    yield* addPortRules(published)
    endpoint.published.push(published)
    if (first === '') daemon.nextPort = number < LAST_RANDOM_PORT ? number + 1 : FIRST_RANDOM_PORT
    return hosts.map((HostIp) => ({ HostIp, HostPort: String(number) }))
  }
  return []
}

function isAllocated(daemon: Daemon, host: string, proto: string, port: number): boolean {
  // each address has its own ports here; that 0.0.0.0 takes them all is for bind(2) to say
  const plain = (ip: string): string => (ip === '' ? '0.0.0.0' : ip)
  for (const container of daemon.containers.values()) {
    for (const endpoint of container.endpoints.values()) {
      for (const p of endpoint.published) {
        if (p.proto !== proto || p.hostPort !== port) continue
        if (host === '::' ? p.hostIp === '' || p.hostIp === '::' : plain(p.hostIp) === plain(host)) return true
      }
    }
  }
  return false
}

/** A docker-proxy tells over descriptor 3 whether it listens: `0`, or `1` and the reason. Answers its PID. */
function* startProxy(proto: string, hostIp: string, hostPort: number, { address, port }: PublishedPort): Flow<number | string> {
  const pipe = yield* call('pipe2', 0)
  if (isErr(pipe)) return pipe.message
  const [output, input] = pipe
  const argv = ['/usr/sbin/docker-proxy', '-proto', proto, '-host-ip', hostIp, '-host-port', String(hostPort), '-container-ip', address, '-container-port', String(port)]
  const pid = yield* call('clone', 0, function* () {
    const null0 = yield* open('/dev/null', O_RDWR)
    if (!isErr(null0)) for (const fd of [0, 1, 2]) yield* call('dup2', null0, fd)
    yield* call('prctl', PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0)
    yield* call('dup2', input, 3)
    yield* call('close_range', 4, 4294967295, 0)
    yield* execvpe(argv[0], argv, ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'])
    return 1
  })
  yield* call('close', input)
  const said = yield* call('read', output, 4096)
  yield* call('close', output)
  if (isErr(pid)) return pid.message
  const text = isErr(said) ? '' : String.fromCharCode(...said)
  if (text.startsWith('0')) return pid
  yield* waitpid(pid)
  return text === '' ? 'Error starting userland proxy' : `Error starting userland proxy: ${text.slice(2)}`
}
function* stopProxy(pid: number): Flow<void> {
  yield* kill(pid, SIGINT)
  yield* waitpid(pid)
}

/** Ports, cables and addresses go back. */
export function* releaseNetworks(daemon: Daemon, container: Container): Flow<void> {
  for (const endpoint of [...container.endpoints.values()]) yield* disconnect(daemon, container, endpoint)
  container.ports = {}
  if (container.isPlugged) yield* daemon.networks.dropNamespace(container.sandboxKey)
  container.isPlugged = false
  yield* daemon.networks.save()
}
export function* disconnect(daemon: Daemon, container: Container, endpoint: Endpoint): Flow<void> {
  for (const published of endpoint.published) {
    for (const pid of published.proxies) yield* stopProxy(pid)
    yield* removePortRules(published)
  }
  endpoint.published.length = 0
  yield* daemon.networks.releaseEndpoint(endpoint)
  container.endpoints.delete(endpoint.network.name)
  yield* daemon.networkEvent(endpoint.network, 'disconnect', { container: container.id })
}
