// libnetwork's controller: which networks there are, the bridges behind them, and how a container's namespace is plugged in.
import { isErr } from '../../../../abi/errno.ts'
import { O_CREAT, O_RDONLY } from '../../../../abi/fcntl.ts'
import { MNT_DETACH, MS_BIND } from '../../../../abi/mount.ts'
import { IFF_UP, NLM_F_CREATE, NLM_F_EXCL } from '../../../../abi/netlink.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { formatIpv4, parseIpv4 } from '../../../../lib/ip.ts'
import { call } from '../../../libc/syscall.ts'
import { close, open, readFile, unlink, writeFile } from '../../../libc/unistd.ts'
import type { EndpointRequest, EndpointSettings, StringMap } from '../api.ts'
import { ApiError, badRequest, conflict, notFound, serverError } from './api-error.ts'
import { addBridgeRules, type BridgeRules, removeBridgeRules, setupChains } from './iptables.ts'
import { AddressPool, contains, type Endpoint, formatSubnet, type IpamConfig, macOf, type Network, overlaps, parseSubnet, type Subnet } from './network.ts'
import { addAddress, ask, inNamespace, linkByName, setUp } from './rtnl.ts'
import { hex, mkdirAll, newId, putFile, timestamp } from './util.ts'

export interface NetworkRequest {
  readonly Name: string
  readonly Driver?: string
  readonly Internal?: boolean
  readonly Attachable?: boolean
  readonly CheckDuplicate?: boolean
  readonly EnableIPv6?: boolean
  readonly IPAM?: { readonly Driver?: string; readonly Options?: StringMap | null; readonly Config?: readonly IpamConfig[] | null } | null
  readonly Options?: StringMap | null
  readonly Labels?: StringMap | null
}
/** A network as local-kv.db has it. */
type NetworkFile = Omit<Network, 'addresses' | 'endpoints'> & { readonly addresses: undefined; readonly endpoints: readonly (Omit<Endpoint, 'network'> & { readonly network: undefined })[] }

const PREDEFINED = new Set(['bridge', 'host', 'none', 'default'])
const MTU = 1500
const OTHER_DRIVERS = new Set(['macvlan', 'ipvlan', 'overlay'])

export class NetworkController {
  readonly #root: string
  readonly networks = new Map<string, Network>()
  /** Containers on docker0 may speak to each other. */
  icc = true

  constructor(root: string) {
    this.#root = root
  }

  /** Sets up docker0 and what was there before; `isActive`: containers that still run keep what they have of a network. */
  *start(isActive: (containerId: string) => boolean): Flow<void> {
    yield* mkdirAll(`${this.#root}/network/files`, 0o750)
    yield* writeFile('/proc/sys/net/ipv4/ip_forward', '1\n')
    yield* setupChains()
    const saved = yield* this.#load()
    const fixed = function* (name: string): Flow<{ id: string; created: string }> {
      const old = saved.find((n) => n.name === name)
      return { id: old?.id ?? (yield* newId()), created: old?.created ?? (yield* timestamp()) }
    }
    const common = { internal: false, attachable: false, ipamOptions: null, isSubnetChosen: false, labels: {} }
    this.#add({ ...common, ...(yield* fixed('none')), name: 'none', driver: 'null', ipam: [], options: {}, bridge: '', addresses: undefined, endpoints: new Map() })
    this.#add({ ...common, ...(yield* fixed('host')), name: 'host', driver: 'host', ipam: [], options: {}, bridge: '', addresses: undefined, endpoints: new Map() })
    const old = saved.find((n) => n.name === 'bridge' && n.endpoints.some((e) => isActive(e.containerId)))
    const base: Subnet = { base: parseIpv4('172.17.0.0') ?? 0, bits: 16 }
    const bridge: Network = {
      ...common, id: old?.id ?? (yield* newId()), created: old?.created ?? (yield* timestamp()), name: 'bridge', driver: 'bridge', ipam: [{ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' }],
      options: {
        'com.docker.network.bridge.default_bridge': 'true', 'com.docker.network.bridge.enable_icc': String(this.icc), 'com.docker.network.bridge.enable_ip_masquerade': 'true',
        'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0', 'com.docker.network.bridge.name': 'docker0', 'com.docker.network.driver.mtu': '1500',
      },
      bridge: 'docker0', addresses: new AddressPool(base), endpoints: new Map(),
    }
    bridge.addresses?.takeThis('172.17.0.1')
    yield* this.#makeBridge(bridge)
    this.#add(bridge)
    for (const old of saved.filter((n) => !PREDEFINED.has(n.name))) {
      const subnet = parseSubnet(old.ipam[0]?.Subnet ?? '')
      if (subnet === undefined) continue
      const pool = new AddressPool(subnet)
      pool.takeThis(old.ipam[0]?.Gateway ?? formatIpv4(subnet.base + 1))
      const network: Network = { ...old, addresses: pool, endpoints: new Map() }
      yield* this.#makeBridge(network)
      this.#add(network)
    }
    for (const { id, endpoints } of saved) yield* this.#restore(this.networks.get(id), endpoints, isActive)
    yield* this.save()
  }
  #add(network: Network): void {
    this.networks.set(network.id, network)
  }
  get #file(): string {
    return `${this.#root}/network/files/local-kv.db`
  }
  *#load(): Flow<readonly NetworkFile[]> {
    const text = yield* readFile(this.#file)
    return isErr(text) || text === '' ? [] : (JSON.parse(text) as NetworkFile[])
  }
  /** Writes down all networks with their endpoints. */
  *save(): Flow<void> {
    const file = (n: Network): NetworkFile => ({ ...n, addresses: undefined, endpoints: [...n.endpoints.values()].map((e) => ({ ...e, network: undefined })) })
    yield* putFile(this.#file, JSON.stringify([...this.networks.values()].map(file)))
  }
  /** Endpoints of containers that outlived a daemon keep address and cable; those of others go. */
  *#restore(network: Network | undefined, endpoints: NetworkFile['endpoints'], isActive: (containerId: string) => boolean): Flow<void> {
    for (const endpoint of endpoints) {
      if (network !== undefined && isActive(endpoint.containerId)) {
        network.endpoints.set(endpoint.containerId, { ...endpoint, network })
        if (endpoint.settings.IPAddress !== '') network.addresses?.takeThis(endpoint.settings.IPAddress)
      } else if (endpoint.hostDevice !== '') yield* ask({ type: 'RTM_DELLINK', flags: 0, name: endpoint.hostDevice })
    }
  }

  /** By id, name, or the start of an id. */
  find(ref: string): Network | undefined {
    const all = [...this.networks.values()]
    return this.networks.get(ref) ?? all.find((n) => n.name === ref) ?? (ref === '' ? undefined : all.find((n) => n.id.startsWith(ref)))
  }
  get(ref: string): Network {
    const network = this.find(ref)
    if (network === undefined) throw notFound(`network ${ref} not found`)
    return network
  }

  *#makeBridge(network: Network): Flow<void> {
    const [config] = network.ipam
    const subnet = parseSubnet(config.Subnet)
    if (subnet === undefined) return
    if ((yield* linkByName(network.bridge)) === undefined) {
      const random = yield* call('getrandom', 4)
      const address = `02:42:${isErr(random) ? '00:00:00:00' : hex(random).replace(/..(?!$)/g, '$&:')}`
      const { errno } = yield* ask({ type: 'RTM_NEWLINK', flags: NLM_F_CREATE | NLM_F_EXCL, link: { kind: 'bridge', newName: network.bridge, address, txqlen: 0 } })
      if (errno !== undefined) throw serverError(`Error initializing network controller: Error creating default "bridge" network: ${errno.message.toLowerCase()}`)
    }
    const link = yield* linkByName(network.bridge)
    const gateway = config.Gateway?.split('/')[0] ?? formatIpv4(subnet.base + 1)
    const broadcast = formatIpv4(subnet.base + 2 ** (32 - subnet.bits) - 1)
    if (link !== undefined) yield* addAddress(link.index, gateway, subnet.bits, broadcast)
    yield* setUp(network.bridge)
    yield* addBridgeRules(this.#rules(network))
  }
  #rules(network: Network): BridgeRules {
    return {
      bridge: network.bridge, subnet: network.ipam[0].Subnet, isInternal: network.internal,
      masquerade: network.options['com.docker.network.bridge.enable_ip_masquerade'] !== 'false', icc: network.options['com.docker.network.bridge.enable_icc'] !== 'false',
    }
  }

  *create(request: NetworkRequest): Flow<Network> {
    const driver = request.Driver === undefined || request.Driver === '' || request.Driver === 'default' ? 'bridge' : request.Driver
    const { Name: name } = request
    if (PREDEFINED.has(name)) throw new ApiError(403, `operation is not permitted on predefined ${name} network `)
    if (name.trim() === '') throw badRequest('network name cannot be empty')
    if (request.CheckDuplicate !== false && [...this.networks.values()].some((n) => n.name === name)) throw conflict(`network with name ${name} already exists`)
    if (driver === 'host' || driver === 'null') throw new ApiError(403, `only one instance of "${driver}" network is allowed`)
    if (OTHER_DRIVERS.has(driver)) throw new ApiError(501, `network driver ${driver} is real, but not simulated here`)
    if (driver !== 'bridge') throw notFound(`plugin "${driver}" not found`)
    const asked = request.IPAM?.Config?.[0]
    const subnet = asked?.Subnet === undefined || asked.Subnet === '' ? yield* this.#freeSubnet() : this.#chosenSubnet(asked.Subnet)
    const gateway = asked?.Gateway ?? formatIpv4(subnet.base + 1)
    const range = asked?.IPRange === undefined ? undefined : parseSubnet(asked.IPRange)
    const pool = new AddressPool(subnet, range)
    pool.takeThis(gateway)
    for (const address of Object.values(asked?.AuxiliaryAddresses ?? {})) pool.takeThis(address)
    const id = yield* newId()
    const options = request.Options ?? {}
    const network: Network = {
      id, name, created: yield* timestamp(), driver, internal: request.Internal === true, attachable: request.Attachable === true, ipamOptions: request.IPAM?.Options ?? {},
      ipam: [asked === undefined ? { Subnet: formatSubnet(subnet), Gateway: gateway } : { Subnet: formatSubnet(subnet), ...(asked.IPRange === undefined ? {} : { IPRange: asked.IPRange }), Gateway: gateway, ...(asked.AuxiliaryAddresses === undefined ? {} : { AuxiliaryAddresses: asked.AuxiliaryAddresses }) }],
      isSubnetChosen: asked?.Subnet !== undefined && asked.Subnet !== '', options, labels: request.Labels ?? {}, bridge: options['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`,
      addresses: pool, endpoints: new Map(),
    }
    yield* this.#makeBridge(network)
    this.#add(network)
    yield* this.save()
    return network
  }
  #chosenSubnet(text: string): Subnet {
    const subnet = parseSubnet(text)
    if (subnet === undefined) throw badRequest(`Invalid subnet ${text} : invalid CIDR address: ${text}`)
    if (this.#isTaken(subnet)) throw new ApiError(403, 'Pool overlaps with other one on this address space')
    return subnet
  }
  #isTaken(subnet: Subnet): boolean {
    return [...this.networks.values()].some((n) => n.addresses !== undefined && overlaps(n.addresses.subnet, subnet))
  }
  /** The first of Docker's own pools that neither a network nor an address of the host is in. */
  *#freeSubnet(): Flow<Subnet> {
    const { replies } = yield* ask({ type: 'RTM_GETADDR', flags: 0x300, family: 'inet' })
    const used = replies.flatMap((r) => (r.type === 'RTM_NEWADDR' ? [parseSubnet(`${r.addr.local}/${r.addr.prefixlen}`)] : []))
    const pools: Subnet[] = []
    for (let i = 17; i < 32; i++) pools.push({ base: parseIpv4(`172.${i}.0.0`) ?? 0, bits: 16 })
    for (let i = 0; i < 256; i += 16) pools.push({ base: parseIpv4(`192.168.${i}.0`) ?? 0, bits: 20 })
    const free = pools.find((p) => !this.#isTaken(p) && !used.some((u) => u !== undefined && overlaps(u, p)))
    if (free === undefined) throw serverError('could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network')
    return free
  }

  *remove(network: Network): Flow<void> {
    if (PREDEFINED.has(network.name)) throw new ApiError(403, `${network.name} is a pre-defined network and cannot be removed`)
    if (network.endpoints.size > 0) throw new ApiError(403, `error while removing network: network ${network.name} id ${network.id} has active endpoints`)
    yield* removeBridgeRules(this.#rules(network))
    yield* ask({ type: 'RTM_DELLINK', flags: 0, name: network.bridge })
    this.networks.delete(network.id)
    yield* this.save()
  }

  /** An endpoint for a container: address, MAC, and both ends of a cable still on the host. */
  *createEndpoint(network: Network, container: { readonly id: string; readonly name: string }, request: EndpointRequest, aliases: readonly string[] | null): Flow<Endpoint> {
    const id = yield* newId()
    const settings: EndpointSettings = {
      IPAMConfig: request.IPAMConfig ?? null, Links: request.Links ?? null, Aliases: aliases === null ? null : [...aliases], NetworkID: network.id, EndpointID: id, Gateway: '', IPAddress: '', IPPrefixLen: 0,
      IPv6Gateway: '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0, MacAddress: '', DriverOpts: request.DriverOpts ?? null,
    }
    const endpoint: Endpoint = { network, id, containerId: container.id, containerName: container.name, settings, hostDevice: '', device: '', published: [] }
    const { addresses } = network
    if (addresses === undefined) {
      network.endpoints.set(container.id, endpoint)
      return endpoint
    }
    const wanted = request.IPAMConfig?.IPv4Address
    if (wanted !== undefined && wanted !== '') {
      if (!addresses.isFree(wanted)) throw new ApiError(403, contains(addresses.subnet, parseIpv4(wanted) ?? 0) ? 'Address already in use' : `Invalid address ${wanted}: It does not belong to any of this network's subnets`)
      addresses.takeThis(wanted)
    }
    settings.IPAddress = wanted === undefined || wanted === '' ? addresses.take() : wanted
    settings.IPPrefixLen = addresses.subnet.bits
    settings.Gateway = network.ipam[0].Gateway ?? ''
    settings.MacAddress = request.MacAddress === undefined || request.MacAddress === '' ? macOf(settings.IPAddress) : request.MacAddress
    const [host, guest] = yield* this.#vethNames()
    const made = yield* ask({ type: 'RTM_NEWLINK', flags: NLM_F_CREATE | NLM_F_EXCL, link: { kind: 'veth', newName: host, txqlen: 0, peer: { newName: guest, address: settings.MacAddress, txqlen: 0 } } })
    if (made.errno !== undefined) throw serverError(`failed to add the host (${host}) <=> sandbox (${guest}) pair interfaces: ${made.errno.message.toLowerCase()}`)
    const bridge = yield* linkByName(network.bridge)
    if (bridge !== undefined) yield* ask({ type: 'RTM_SETLINK', flags: 0, name: host, change: { master: bridge.index } })
    yield* setUp(host)
    const real: Endpoint = { ...endpoint, hostDevice: host, device: guest }
    network.endpoints.set(container.id, real)
    return real
  }
  /** `veth` and seven random digits, for both ends. */
  *#vethNames(): Flow<readonly [string, string]> {
    const bytes = yield* call('getrandom', 8)
    const digits = isErr(bytes) ? '0123456789abcdef' : hex(bytes)
    return [`veth${digits.slice(0, 7)}`, `veth${digits.slice(8, 15)}`]
  }

  /** Moves the cable's end into a namespace as ethN, with address and routes. */
  *plug(endpoint: Endpoint, namespace: string, isDefaultRoute: boolean, eth: string): Flow<void> {
    const { settings, network } = endpoint
    if (network.addresses === undefined) {
      yield* inNamespace(namespace, function* () {
        yield* writeFile('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1')
        yield* setUp('lo')
        return undefined
      })
      return
    }
    const fd = yield* open(namespace, O_RDONLY)
    if (isErr(fd)) throw serverError(`failed to open ${namespace}: ${fd.message.toLowerCase()}`)
    const moved = yield* ask({ type: 'RTM_SETLINK', flags: 0, name: endpoint.device, change: { netnsFd: fd } })
    yield* close(fd)
    if (moved.errno !== undefined) throw serverError(`failed to move interface ${endpoint.device} to sandbox: ${moved.errno.message.toLowerCase()}`)
    const { device } = endpoint
    const { bits, base } = network.addresses.subnet
    const broadcast = formatIpv4(base + 2 ** (32 - bits) - 1)
    const name = yield* inNamespace(namespace, function* () {
      yield* writeFile('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1')
      yield* setUp('lo')
      yield* ask({ type: 'RTM_SETLINK', flags: 0, name: device, change: { newName: eth } })
      const link = yield* linkByName(eth)
      if (link !== undefined) yield* addAddress(link.index, settings.IPAddress, settings.IPPrefixLen, broadcast)
      yield* ask({ type: 'RTM_SETLINK', flags: 0, name: eth, change: { flags: IFF_UP, mask: IFF_UP, mtu: MTU } })
      if (isDefaultRoute && settings.Gateway !== '' && link !== undefined) {
        yield* ask({ type: 'RTM_NEWROUTE', flags: NLM_F_CREATE, route: { family: 'inet', gateway: settings.Gateway, oif: link.index } })
      }
      return eth
    })
    if (!isErr(name)) endpoint.device = name
  }
  /** Takes a running container off a network. */
  *unplug(endpoint: Endpoint, namespace: string, next: Endpoint | undefined): Flow<void> {
    const { device } = endpoint
    yield* inNamespace(namespace, function* () {
      yield* ask({ type: 'RTM_DELLINK', flags: 0, name: device })
      const link = next === undefined ? undefined : yield* linkByName(next.device)
      if (next !== undefined && link !== undefined && next.settings.Gateway !== '') {
        yield* ask({ type: 'RTM_NEWROUTE', flags: NLM_F_CREATE, route: { family: 'inet', gateway: next.settings.Gateway, oif: link.index } })
      }
      return undefined
    })
  }

  *releaseEndpoint(endpoint: Endpoint): Flow<void> {
    const { network } = endpoint
    network.endpoints.delete(endpoint.containerId)
    network.addresses?.release(endpoint.settings.IPAddress)
    if (endpoint.hostDevice !== '') yield* ask({ type: 'RTM_DELLINK', flags: 0, name: endpoint.hostDevice })
  }

  /** Keeps a namespace by a bind mount of it, /var/run/docker/netns/KEY. */
  *keepNamespace(key: string, namespace: string): Flow<void> {
    yield* mkdirAll('/var/run/docker/netns')
    const fd = yield* open(key, O_RDONLY | O_CREAT, 0o644)
    if (!isErr(fd)) yield* close(fd)
    yield* call('mount', namespace, key, 'bind', MS_BIND, '')
  }
  *dropNamespace(key: string): Flow<void> {
    if (key === '') return
    yield* call('umount2', key, MNT_DETACH)
    yield* unlink(key)
  }
}
