// The sysctls of one network namespace: /proc/sys/net as its members see it (ip-sysctl). Values are texts without the newline.
import { IPV4_CONF, IPV6_CONF, NEIGH } from './device-sysctl-defaults.ts'
import { NET_SYSCTLS } from './sysctl-defaults.ts'

export interface SysctlDefinition {
  /** `net/ipv4/ip_forward` */
  readonly path: string
  readonly mode: number
  readonly value: string
  /** Only in the initial network namespace. */
  readonly hostOnly: boolean
}

/** Reads the tables of sysctl-defaults.ts. */
export function parseSysctls(text: string): readonly SysctlDefinition[] {
  const all: SysctlDefinition[] = []
  let dir = ''
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (line.startsWith('[')) {
      dir = line.slice(1, -1)
      continue
    }
    const match = /^(! )?(?:(\d{3}) )?([^=]+)=(.*)$/.exec(line)
    if (match !== null) all.push({ path: `${dir}/${match[3]}`, mode: Number.parseInt(match[2] ?? '644', 8), value: match[4], hostOnly: match[1] !== undefined })
  }
  return all
}

const DEFINITIONS = new Map(parseSysctls(NET_SYSCTLS).map((d) => [d.path, d]))
const perDevice = (text: string): readonly (readonly [string, string])[] => text.trim().split('\n').map((line) => {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)] as const
})
/** Directories with one subdirectory for each device, and what is in it. */
const DEVICE_DIRS: ReadonlyMap<string, readonly (readonly [string, string])[]> = new Map([
  ['net/ipv4/conf', perDevice(IPV4_CONF)], ['net/ipv6/conf', perDevice(IPV6_CONF)], ['net/ipv4/neigh', perDevice(NEIGH)],
  ['net/ipv6/neigh', perDevice(NEIGH).map(([name, value]) => [name, name === 'locktime' ? '0' : name === 'retrans_time' ? '250' : value] as const)],
])
/** Sizes of the neighbour table as a whole, only in neigh/default. */
const NEIGH_TABLE: readonly (readonly [string, string])[] = [['gc_interval', '30'], ['gc_thresh1', '128'], ['gc_thresh2', '512'], ['gc_thresh3', '1024']]
const isNeighDefault = (dir: string): boolean => dir === 'net/ipv4/neigh/default' || dir === 'net/ipv6/neigh/default'
const LO_EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['net/ipv4/conf/lo/disable_policy', '1'], ['net/ipv4/conf/lo/disable_xfrm', '1'], ['net/ipv4/conf/all/accept_source_route', '0'], ['net/ipv6/conf/lo/accept_dad', '-1'],
  ['net/ipv6/conf/lo/use_tempaddr', '-1'], ['net/ipv6/conf/all/accept_dad', '0'], ['net/ipv6/conf/lo/mtu', '65536'], ['net/ipv6/conf/all/mtu', '1280'], ['net/ipv6/conf/default/mtu', '1280'],
])

export class NetSysctls {
  readonly #values = new Map<string, string>()
  /** Numbers that were asked for since the last change: packets ask often. */
  readonly #numbers = new Map<string, number>()
  readonly #isInitial: boolean
  readonly #deviceNames: () => readonly string[]
  readonly #changed: (path: string) => void

  /** `from`: the initial namespace's, whose IPv4 device settings a new namespace starts with (net.core.devconf_inherit_init_net = 0). `changed` hears what was set. */
  constructor(isInitial: boolean, deviceNames: () => readonly string[], from: NetSysctls | undefined, changed: (path: string) => void) {
    this.#isInitial = isInitial
    this.#deviceNames = deviceNames
    this.#changed = changed
    if (from === undefined) return
    for (const [path, value] of from.#values) if (/^net\/ipv4\/(conf\/(all|default)\/|ip_forward$)/.test(path)) this.#values.set(path, value)
  }

  /** Values that are found out when somebody asks, until somebody writes another. */
  readonly live = new Map<string, () => string>()

  get(path: string): string {
    return this.live.get(path)?.() ?? this.#values.get(path) ?? LO_EXCEPTIONS.get(path) ?? DEFINITIONS.get(path)?.value ?? this.#deviceDefault(path) ?? '0'
  }
  getNumber(path: string): number {
    let number = this.#numbers.get(path)
    if (number === undefined) this.#numbers.set(path, (number = Number(this.get(path))))
    return number
  }
  /** Stores a checked value. Forwarding switches set that of all devices with them. */
  set(path: string, value: string): void {
    this.#numbers.clear()
    this.live.delete(path)
    this.#values.set(path, value)
    const forwardsAll = path === 'net/ipv4/ip_forward' || path === 'net/ipv4/conf/all/forwarding'
    if (forwardsAll) {
      this.#values.set('net/ipv4/ip_forward', value)
      for (const name of ['all', 'default', ...this.#deviceNames()]) this.#values.set(`net/ipv4/conf/${name}/forwarding`, value === '0' ? '0' : '1')
    } else if (path === 'net/ipv6/conf/all/forwarding') for (const name of ['default', ...this.#deviceNames()]) this.#values.set(`net/ipv6/conf/${name}/forwarding`, value)
    else if (path === 'net/ipv6/conf/all/disable_ipv6') for (const name of ['default', ...this.#deviceNames()]) this.#values.set(`net/ipv6/conf/${name}/disable_ipv6`, value)
    this.#changed(path)
  }

  /** A device has come: it starts with what `default` says. */
  addDevice(name: string): void {
    this.#numbers.clear()
    for (const dir of DEVICE_DIRS.keys()) {
      for (const [path, value] of [...this.#values]) if (path.startsWith(`${dir}/default/`)) this.#values.set(`${dir}/${name}/${path.slice(dir.length + 9)}`, value)
    }
  }
  removeDevice(name: string): void {
    this.#numbers.clear()
    for (const dir of DEVICE_DIRS.keys()) for (const path of [...this.#values.keys()]) if (path.startsWith(`${dir}/${name}/`)) this.#values.delete(path)
  }

  #deviceDefault(path: string): string | undefined {
    const at = path.lastIndexOf('/')
    const key = path.slice(at + 1)
    const dir = path.slice(0, path.lastIndexOf('/', at - 1))
    const ofTable = isNeighDefault(path.slice(0, at)) ? NEIGH_TABLE.find(([name]) => name === key)?.[1] : undefined
    return ofTable ?? DEVICE_DIRS.get(dir)?.find(([name]) => name === key)?.[1]
  }

  /** The definition of a file, or undefined. */
  definition(path: string): SysctlDefinition | undefined {
    const known = DEFINITIONS.get(path)
    if (known !== undefined) return known.hostOnly && !this.#isInitial ? undefined : known
    const value = this.#deviceDefault(path)
    const device = path.split('/')[3]
    return value === undefined || !this.#devicesOf(path).includes(device) ? undefined : { path, mode: 0o644, value, hostOnly: false }
  }
  #devicesOf(path: string): readonly string[] {
    const names = [...this.#deviceNames(), 'default']
    return path.includes('/neigh/') || path.endsWith('/neigh') ? names : ['all', ...names]
  }

  /** The names in a directory below net, each with true for a directory; undefined if there is no such directory. */
  list(dir: string): ReadonlyMap<string, boolean> | undefined {
    const names = new Map<string, boolean>()
    const prefix = `${dir}/`
    for (const { path, hostOnly } of DEFINITIONS.values()) {
      if (!path.startsWith(prefix) || (hostOnly && !this.#isInitial)) continue
      const rest = path.slice(prefix.length)
      const slash = rest.indexOf('/')
      names.set(slash < 0 ? rest : rest.slice(0, slash), slash >= 0)
    }
    if (dir === 'net/ipv4' || dir === 'net/ipv6') names.set('conf', true).set('neigh', true)
    if (DEVICE_DIRS.has(dir)) for (const name of [...this.#devicesOf(dir)].sort()) names.set(name, true)
    const up = dir.slice(0, dir.lastIndexOf('/'))
    if (DEVICE_DIRS.has(up) && this.#devicesOf(up).includes(dir.slice(up.length + 1))) for (const [name] of DEVICE_DIRS.get(up) ?? []) names.set(name, false)
    if (isNeighDefault(dir)) for (const [name] of NEIGH_TABLE) names.set(name, false)
    return names.size === 0 ? undefined : new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
