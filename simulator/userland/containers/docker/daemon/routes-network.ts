// Requests about networks and volumes.
import { type EndpointRequest } from '../api.ts'
import { ApiError, badRequest, conflict, notFound } from './api-error.ts'
import { saveContainer } from './container-files.ts'
import { labelsMatch } from './create.ts'
import { startResolver } from './dns.ts'
import { inspectNetwork } from './inspect.ts'
import { checkFilters } from './list.ts'
import type { NetworkRequest } from './network-controller.ts'
import type { Route } from './router.ts'
import { aliasesFor, disconnect, isUserDefined, nextInterface, writeFiles } from './sandbox.ts'

const decoded = (text: string): string => decodeURIComponent(text)
const NETWORK_FILTERS = new Set(['driver', 'type', 'name', 'id', 'label', 'scope', 'dangling'])
const VOLUME_FILTERS = new Set(['dangling', 'name', 'driver', 'label'])

export const NETWORK_ROUTES: readonly Route[] = [
  ['GET', /^\/networks$/, function* (daemon, x) {
    const filters = x.filters()
    checkFilters(filters, NETWORK_FILTERS)
    const all = [...daemon.networks.networks.values()].filter((n) => {
      const test = (key: string, check: (v: string) => boolean): boolean => (filters.get(key) ?? []).length === 0 || (filters.get(key) ?? []).some(check)
      const isPredefined = ['bridge', 'host', 'none'].includes(n.name)
      return test('driver', (v) => n.driver === v) && test('name', (v) => n.name.includes(v)) && test('id', (v) => n.id.startsWith(v)) && test('scope', (v) => v === 'local') &&
        test('type', (v) => (v === 'builtin') === isPredefined) && test('dangling', (v) => ['true', '1'].includes(v) === (!isPredefined && n.endpoints.size === 0)) && labelsMatch(n.labels, filters.get('label') ?? [])
    })
    yield* x.sendJson(200, all.map((n) => inspectNetwork(n, false)))
  }],
  ['POST', /^\/networks\/create$/, function* (daemon, x) {
    const network = yield* daemon.networks.create(x.json() as NetworkRequest)
    yield* daemon.networkEvent(network, 'create')
    yield* x.sendJson(201, { Id: network.id, Warning: '' })
  }],
  ['POST', /^\/networks\/prune$/, function* (daemon, x) {
    const deleted: string[] = []
    for (const network of [...daemon.networks.networks.values()]) {
      const isUsed = [...daemon.containers.values()].some((c) => c.wantedNetworks.has(network.name))
      if (!isUserDefined(network.name) || network.endpoints.size > 0 || isUsed) continue
      yield* daemon.networks.remove(network)
      yield* daemon.networkEvent(network, 'destroy')
      deleted.push(network.name)
    }
    yield* x.sendJson(200, { NetworksDeleted: deleted.length === 0 ? null : deleted })
  }],
  ['GET', /^\/networks\/([^/]+)$/, function* (daemon, x) {
    yield* x.sendJson(200, inspectNetwork(daemon.networks.get(decoded(x.params[0])), true))
  }],
  ['DELETE', /^\/networks\/([^/]+)$/, function* (daemon, x) {
    const ref = decoded(x.params[0])
    const network = daemon.networks.find(ref)
    if (network === undefined) throw notFound(`No such network: ${ref}`)
    yield* daemon.networks.remove(network)
    yield* daemon.networkEvent(network, 'destroy')
    yield* x.sendEmpty()
  }],
  ['POST', /^\/networks\/([^/]+)\/connect$/, function* (daemon, x) {
    const { Container: ref = '', EndpointConfig: request = {} } = x.json() as { Container?: string; EndpointConfig?: EndpointRequest }
    const container = daemon.get(ref)
    const network = daemon.networks.get(decoded(x.params[0]))
    if (container.hostConfig.NetworkMode.startsWith('container:')) throw new ApiError(403, 'container sharing network namespace with another container or host cannot be connected to any other network')
    if (container.hostConfig.NetworkMode === 'host' && network.name !== 'host') throw new ApiError(403, 'container cannot be connected to host network or disconnected from it')
    if (network.name === 'host') throw new ApiError(403, 'container cannot be connected to host network or disconnected from host network')
    const address = request.IPAMConfig?.IPv4Address ?? ''
    if (address !== '' && !isUserDefined(network.name)) throw badRequest('user specified IP address is supported on user defined networks only')
    if (address !== '' && !network.isSubnetChosen) throw badRequest('user specified IP address is supported only when connecting to networks with user configured subnets')
    if ((request.Aliases ?? []).length > 0 && !isUserDefined(network.name)) throw badRequest('network-scoped alias is supported only for containers in user defined networks')
    if (container.state.running) {
      if (network.endpoints.has(container.id)) throw new ApiError(403, `endpoint with name ${container.name} already exists in network ${network.name}`)
      const hadResolver = [...container.endpoints.values()].some((e) => isUserDefined(e.network.name))
      const hadNetwork = container.endpoints.size > 0 && !container.endpoints.has('none')
      const endpoint = yield* daemon.networks.createEndpoint(network, container, request, aliasesFor(container, network.name, request.Aliases ?? null))
      container.endpoints.set(network.name, endpoint)
      const namespace = `/proc/${container.state.pid}/ns/net`
      yield* daemon.networks.plug(endpoint, namespace, !hadNetwork, nextInterface(container))
      yield* writeFiles(daemon, container)
      if (!hadResolver && isUserDefined(network.name)) yield* startResolver(daemon, container, namespace)
    }
    container.wantedNetworks.set(network.name, request)
    yield* daemon.networks.save()
    yield* saveContainer(container)
    yield* daemon.networkEvent(network, 'connect', { container: container.id })
    yield* x.sendEmpty(200)
  }],
  ['POST', /^\/networks\/([^/]+)\/disconnect$/, function* (daemon, x) {
    const { Container: ref = '', Force: force = false } = x.json() as { Container?: string; Force?: boolean }
    const container = daemon.get(ref)
    const network = daemon.networks.get(decoded(x.params[0]))
    const endpoint = container.endpoints.get(network.name)
    if (container.state.running && endpoint === undefined) throw new ApiError(403, `container ${container.id} is not connected to network ${network.name}`)
    if (!container.state.running && !container.wantedNetworks.has(network.name) && !force) throw conflict(`container ${container.id} is not connected to network ${network.name}`)
    if (endpoint !== undefined) {
      const next = [...container.endpoints.values()].find((e) => e !== endpoint && e.settings.Gateway !== '')
      yield* daemon.networks.unplug(endpoint, `/proc/${container.state.pid}/ns/net`, next)
      yield* disconnect(daemon, container, endpoint)
      yield* writeFiles(daemon, container)
    }
    container.wantedNetworks.delete(network.name)
    yield* daemon.networks.save()
    yield* saveContainer(container)
    yield* x.sendEmpty(200)
  }],
  ['GET', /^\/volumes$/, function* (daemon, x) {
    const filters = x.filters()
    checkFilters(filters, VOLUME_FILTERS)
    const found = [...daemon.volumes.volumes.values()].filter((v) => {
      const test = (key: string, check: (value: string) => boolean): boolean => (filters.get(key) ?? []).length === 0 || (filters.get(key) ?? []).some(check)
      return test('name', (n) => v.Name.includes(n)) && test('driver', (d) => v.Driver === d) && test('dangling', (d) => ['true', '1'].includes(d) === (daemon.volumeUsers(v.Name).length === 0)) && labelsMatch(v.Labels, filters.get('label') ?? [])
    })
    yield* x.sendJson(200, { Volumes: found, Warnings: null })
  }],
  ['POST', /^\/volumes\/create$/, function* (daemon, x) {
    const { Name: name = '', Driver: driver = '', Labels: labels = null, DriverOpts: options = null } = x.json() as { Name?: string; Driver?: string; Labels?: Record<string, string> | null; DriverOpts?: Record<string, string> | null }
    const { volume, isNew } = yield* daemon.volumes.create(name, driver, labels ?? {}, options ?? {})
    if (isNew) yield* daemon.events.emit('volume', 'create', volume.Name, { driver: volume.Driver })
    yield* x.sendJson(201, volume)
  }],
  ['POST', /^\/volumes\/prune$/, function* (daemon, x) {
    const deleted: string[] = []
    for (const volume of [...daemon.volumes.volumes.values()]) {
      if (daemon.volumeUsers(volume.Name).length > 0) continue
      yield* daemon.volumes.remove(volume.Name, [])
      yield* daemon.events.emit('volume', 'destroy', volume.Name, { driver: volume.Driver })
      deleted.push(volume.Name)
    }
    yield* x.sendJson(200, { VolumesDeleted: deleted.length === 0 ? null : deleted.sort(), SpaceReclaimed: 0 })
  }],
  ['GET', /^\/volumes\/([^/]+)$/, function* (daemon, x) {
    yield* x.sendJson(200, daemon.volumes.get(decoded(x.params[0])))
  }],
  ['DELETE', /^\/volumes\/([^/]+)$/, function* (daemon, x) {
    const name = decoded(x.params[0])
    if (!daemon.volumes.volumes.has(name)) throw notFound(`get ${name}: no such volume`)
    yield* daemon.volumes.remove(name, daemon.volumeUsers(name))
    yield* daemon.events.emit('volume', 'destroy', name, { driver: 'local' })
    yield* x.sendEmpty()
  }],
]
