// What docker inspect shows of containers, images and networks (api/types), members in the order of the Go structs.
import type { Flow } from '../../../../abi/syscalls.ts'
import { type EndpointSettings, orderedConfig, sortKeys } from '../api.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import { diskUsage } from './disk-usage.ts'
import type { Image } from './image-store.ts'
import type { Network } from './network.ts'

export function containerState(container: Container): Record<string, unknown> {
  const { state } = container
  return {
    Status: container.status, Running: state.running, Paused: state.paused, Restarting: state.restarting, OOMKilled: state.oomKilled && !state.running, Dead: state.dead, Pid: state.pid,
    ExitCode: state.exitCode, Error: state.error, StartedAt: state.startedAt, FinishedAt: state.finishedAt, ...(state.health === undefined ? {} : { Health: state.health }),
  }
}

interface NetworkSettings extends Record<string, unknown> {
  readonly Networks: Record<string, EndpointSettings>
}

export function networkSettings(container: Container): NetworkSettings {
  const main = container.endpoints.get('bridge')?.settings
  const networks: Record<string, EndpointSettings> = {}
  for (const [name, request] of container.wantedNetworks) {
    const key = name === 'default' ? 'bridge' : name
    networks[key] = container.endpoints.get(key)?.settings ?? {
      IPAMConfig: request.IPAMConfig ?? null, Links: request.Links ?? null, Aliases: request.Aliases ?? null, NetworkID: request.NetworkID ?? '', EndpointID: '', Gateway: '', IPAddress: '', IPPrefixLen: 0,
      IPv6Gateway: '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0, MacAddress: '', DriverOpts: request.DriverOpts ?? null,
    }
  }
  for (const [name, endpoint] of container.endpoints) networks[name] = endpoint.settings
  return {
    Bridge: '', SandboxID: container.sandboxId, HairpinMode: false, LinkLocalIPv6Address: '', LinkLocalIPv6PrefixLen: 0, Ports: sortKeys(container.ports), SandboxKey: container.sandboxKey,
    SecondaryIPAddresses: null, SecondaryIPv6Addresses: null, EndpointID: main?.EndpointID ?? '', Gateway: main?.Gateway ?? '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0,
    IPAddress: main?.IPAddress ?? '', IPPrefixLen: main?.IPPrefixLen ?? 0, IPv6Gateway: '', MacAddress: main?.MacAddress ?? '', Networks: sortKeys(networks),
  }
}

export const mountPoints = (container: Container): unknown[] =>
  container.mounts.map((m) => ({
    Type: m.Type, ...(m.Name === undefined ? {} : { Name: m.Name }), Source: m.Source, Destination: m.Destination, ...(m.Driver === undefined ? {} : { Driver: m.Driver }),
    Mode: m.Type === 'tmpfs' ? '' : m.Mode, RW: m.RW, Propagation: m.Propagation,
  }))

/** GET /containers/ID/json */
export function* inspectContainer(daemon: Daemon, container: Container, withSize: boolean): Flow<unknown> {
  const { hostConfig } = container
  const overlay = `${daemon.root}/overlay2`
  const image = daemon.images.images.get(container.imageId)
  const lowers = [`${container.cacheId}-init`, ...(image === undefined ? [] : [...daemon.layers.chain(daemon.images.chainOf(image))].reverse().map((l) => l.cacheId))]
  const size = withSize ? yield* diskUsage(`${overlay}/${container.cacheId}/diff`) : 0
  const file = (name: string): string => `${container.filesFrom?.directory ?? container.directory}/${name}`
  const started = container.hasBeenStarted || container.state.error !== ''
  return {
    Id: container.id, Created: container.created, Path: container.path, Args: container.args, State: containerState(container), Image: container.imageId,
    ResolvConfPath: started ? file('resolv.conf') : '', HostnamePath: started ? file('hostname') : '', HostsPath: started ? file('hosts') : '', LogPath: started ? container.logPath : '',
    Name: `/${container.name}`, RestartCount: container.restartCount, Driver: 'overlay2', Platform: 'linux', MountLabel: '', ProcessLabel: '', AppArmorProfile: container.appArmorProfile,
    ExecIDs: container.execs.size === 0 ? null : [...container.execs.keys()],
    HostConfig: { ...hostConfig, MaskedPaths: hostConfig.MaskedPaths, ReadonlyPaths: hostConfig.ReadonlyPaths },
    GraphDriver: {
      Data: {
        LowerDir: lowers.map((l) => `${overlay}/${l}/diff`).join(':'), MergedDir: `${overlay}/${container.cacheId}/merged`, UpperDir: `${overlay}/${container.cacheId}/diff`,
        WorkDir: `${overlay}/${container.cacheId}/work`,
      },
      Name: 'overlay2',
    },
    ...(withSize ? { SizeRw: size, SizeRootFs: size + (image === undefined ? 0 : daemon.images.sizeOf(image)) } : {}),
    Mounts: mountPoints(container), Config: orderedConfig(container.config), NetworkSettings: networkSettings(container),
  }
}

/** GET /images/NAME/json */
export function inspectImage(daemon: Daemon, image: Image): unknown {
  const { file } = image
  const layers = daemon.layers.chain(daemon.images.chainOf(image))
  const overlay = `${daemon.root}/overlay2`
  const top = layers[layers.length - 1]
  const lower = layers.slice(0, -1).reverse().map((l) => `${overlay}/${l.cacheId}/diff`)
  const size = daemon.images.sizeOf(image)
  return {
    Id: image.id, RepoTags: daemon.images.namesOf(image.id), RepoDigests: [], Parent: image.parent, Comment: file.comment ?? '', Created: file.created, Container: file.container ?? '',
    ContainerConfig: orderedConfig(file.container_config), DockerVersion: file.docker_version, Author: file.author ?? '', Config: orderedConfig(file.config), Architecture: file.architecture, Os: file.os,
    Size: size, VirtualSize: size,
    GraphDriver: {
      Data: top === undefined ? null : {
        ...(lower.length === 0 ? {} : { LowerDir: lower.join(':') }), MergedDir: `${overlay}/${top.cacheId}/merged`, UpperDir: `${overlay}/${top.cacheId}/diff`, WorkDir: `${overlay}/${top.cacheId}/work`,
      },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: file.rootfs.diff_ids }, Metadata: { LastTagTime: image.lastTagTime },
  }
}

/** GET /networks/ID */
export function inspectNetwork(network: Network, withContainers: boolean): unknown {
  const containers: Record<string, unknown> = {}
  for (const endpoint of withContainers ? network.endpoints.values() : []) {
    const { settings } = endpoint
    containers[endpoint.containerId] = {
      Name: endpoint.containerName, EndpointID: endpoint.id, MacAddress: settings.MacAddress, IPv4Address: settings.IPAddress === '' ? '' : `${settings.IPAddress}/${settings.IPPrefixLen}`, IPv6Address: '',
    }
  }
  return {
    Name: network.name, Id: network.id, Created: network.created, Scope: 'local', Driver: network.driver, EnableIPv6: false,
    IPAM: { Driver: 'default', Options: network.ipamOptions, Config: network.ipam }, Internal: network.internal, Attachable: network.attachable, Ingress: false, ConfigFrom: { Network: '' },
    ConfigOnly: false, Containers: sortKeys(containers), Options: sortKeys(network.options), Labels: sortKeys(network.labels),
  }
}
