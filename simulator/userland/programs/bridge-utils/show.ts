// brctl show, showmacs, showstp: what bridge-utils prints of bridges (brctl_disp.c, brctl_cmd.c).
import type { Flow } from '../../../abi/syscalls.ts'
import type { Link, LinkInfoData } from '../../../abi/netlink.ts'
import { type Crt, exit } from '../../libc/crt.ts'
import type { Bridges } from './brctl.ts'

const byName = (a: Link, b: Link): number => (a.name < b.name ? -1 : 1)
/** `8000.525400123456` */
function identifier(value: LinkInfoData[string] | undefined): string {
  const [priority, mac = ''] = String(value).split('.')
  return `${priority}.${mac.split(':').map((byte) => byte.padStart(2, '0')).join('')}`
}
const seconds = (value: LinkInfoData[string] | undefined): string => (Number(value ?? 0) / 100).toFixed(2).padStart(7)

function* complain(c: Crt, message: string): Flow<void> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${message}\n`)
}

export function* showList(c: Crt, b: Bridges, names: readonly string[]): Flow<number> {
  const links = yield* b.links()
  const bridges = names.length === 0 ? links.filter((l) => l.kind === 'bridge').sort(byName) : []
  let status = 0
  for (const name of names) {
    const link = links.find((l) => l.name === name)
    if (link?.kind === 'bridge') bridges.push(link)
    else {
      yield* complain(c, link === undefined ? `bridge ${name} does not exist!` : `device ${name} is not a bridge!`)
      status = 1
    }
  }
  if (names.length === 0 || bridges.length > 0) yield* c.stdout.write('bridge name\tbridge id\t\tSTP enabled\tinterfaces\n')
  for (const bridge of bridges) {
    const ports = links.filter((l) => l.master === bridge.index).sort(byName)
    const isStp = bridge.data?.stp_state === 1
    yield* c.stdout.write(`${bridge.name}\t\t${identifier(bridge.data?.bridge_id)}\t${isStp ? 'yes' : 'no'}\t\t${ports.map((p) => p.name).join('\n\t\t\t\t\t\t\t')}\n`)
  }
  return status
}

const portNumber = (link: Link | undefined): number => Number(link?.slaveData?.port_no ?? 0)

export function* showMacs(c: Crt, b: Bridges, [name]: readonly string[]): Flow<number> {
  const links = yield* b.links()
  const bridge = links.find((l) => l.name === name)
  if (bridge?.kind !== 'bridge') {
    yield* complain(c, 'read of forward table failed: No such device')
    return exit(1)
  }
  yield* c.stdout.write('port no\tmac addr\t\tis local?\tageing timer\n')
  const macs = [...(yield* b.macs(bridge))].sort((a, z) => (a.mac < z.mac ? -1 : a.mac > z.mac ? 1 : 0))
  for (const entry of macs) {
    const port = portNumber(links.find((l) => l.index === entry.index))
    yield* c.stdout.write(`${String(port).padStart(3)}\t${entry.mac}\t${entry.isLocal ? 'yes' : 'no'}\t\t${(entry.isLocal ? 0 : entry.age).toFixed(2).padStart(7)}\n`)
  }
  return 0
}

export function* showStp(c: Crt, b: Bridges, [name]: readonly string[]): Flow<number> {
  const bridge = yield* b.bridge(name)
  const d = bridge.data ?? {}
  yield* c.stdout.write(
    `${name}\n bridge id\t\t${identifier(d.bridge_id)}\n designated root\t${identifier(d.designated_root)}\n root port\t\t${'0'.padStart(4)}\t\t\tpath cost\t\t${'0'.padStart(4)}\n` +
    ` max age\t\t${seconds(d.max_age)}\t\t\tbridge max age\t\t${seconds(d.max_age)}\n hello time\t\t${seconds(d.hello_time)}\t\t\tbridge hello time\t${seconds(d.hello_time)}\n` +
    ` forward delay\t\t${seconds(d.forward_delay)}\t\t\tbridge forward delay\t${seconds(d.forward_delay)}\n ageing time\t\t${seconds(d.ageing_time)}\n` +
    ` hello timer\t\t${seconds(d.hello_timer)}\t\t\ttcn timer\t\t${seconds(d.tcn_timer)}\n topology change timer\t${seconds(d.topology_change_timer)}\t\t\tgc timer\t\t${seconds(d.gc_timer)}\n` +
    ' flags\t\t\t\n\n\n')
  for (const port of (yield* b.links()).filter((l) => l.master === bridge.index).sort(byName)) {
    const p = port.slaveData ?? {}
    const id = Number(p.designated_port).toString(16).padStart(4, '0')
    yield* c.stdout.write(
      `${port.name} (${portNumber(port)})\n port id\t\t${id}\t\t\tstate\t\t${String(p.state).padStart(15)}\n designated root\t${identifier(p.designated_root)}\tpath cost\t\t${String(p.cost).padStart(4)}\n` +
      ` designated bridge\t${identifier(p.designated_bridge)}\tmessage age timer\t${seconds(p.message_age_timer)}\n designated port\t${id}\t\t\tforward delay timer\t${seconds(p.forward_delay_timer)}\n` +
      ` designated cost\t${'0'.padStart(4)}\t\t\thold timer\t\t${seconds(p.hold_timer)}\n flags\t\t\t${p.hairpin === true ? '\n hairpin mode\t\t   1' : ''}\n\n`)
  }
  return 0
}
