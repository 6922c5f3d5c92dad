// brctl(8) of bridge-utils 1.7: bridges and their ports. The real one asks by ioctl(2) and sysfs; this one by rtnetlink.
import type { Flow } from '../../../abi/syscalls.ts'
import { Errno, isErr } from '../../../abi/errno.ts'
import { IFF_UP, type Link, type LinkInfoData, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NUD_PERMANENT } from '../../../abi/netlink.ts'
import { type Crt, exit, program } from '../../libc/crt.ts'
import { RtnlSocket } from '../../libc/rtnetlink.ts'
import { showList, showMacs, showStp } from './show.ts'

/** All complaints go to stderr; the status is 1. */
function* fail(c: Crt, message: string): Flow<never> {
  yield* c.stdout.flush()
  yield* c.stderr.write(`${message}\n`)
  return exit(1)
}

export class Bridges {
  readonly #c: Crt
  readonly #rtnl = new RtnlSocket()

  constructor(c: Crt) {
    this.#c = c
  }

  *links(): Flow<readonly Link[]> {
    return yield* this.#rtnl.dumpLinks()
  }
  *find(name: string): Flow<Link | undefined> {
    return (yield* this.links()).find((l) => l.name === name)
  }
  *bridge(name: string): Flow<Link> {
    const link = yield* this.find(name)
    if (link === undefined) return yield* fail(this.#c, `bridge ${name} does not exist!`)
    return link.kind === 'bridge' ? link : yield* fail(this.#c, `device ${name} is not a bridge!`)
  }
  /** Entries of the forwarding table: MAC address, port, whether it is a port's own, seconds since it was seen. */
  *macs(bridge: Link): Flow<readonly { readonly mac: string; readonly index: number; readonly isLocal: boolean; readonly age: number }[]> {
    const { replies } = yield* this.#rtnl.request({ type: 'RTM_GETNEIGH', flags: NLM_F_DUMP, family: 'bridge' })
    return replies.flatMap((r) => (r.type === 'RTM_NEWNEIGH' && r.neighbour.master === bridge.index
      ? [{ mac: r.neighbour.dst, index: r.neighbour.index, isLocal: r.neighbour.state === NUD_PERMANENT, age: r.neighbour.age?.used ?? 0 }] : []))
  }
  *create(name: string): Flow<Errno | undefined> {
    return (yield* this.#rtnl.request({ type: 'RTM_NEWLINK', flags: NLM_F_CREATE | NLM_F_EXCL, link: { kind: 'bridge', newName: name } })).errno
  }
  *remove(index: number): Flow<Errno | undefined> {
    return (yield* this.#rtnl.request({ type: 'RTM_DELLINK', flags: 0, index })).errno
  }
  *setMaster(index: number, master: number): Flow<Errno | undefined> {
    return (yield* this.#rtnl.request({ type: 'RTM_SETLINK', flags: 0, index, change: { master } })).errno
  }
  *set(index: number, kind: 'bridge' | 'bridge_slave', data: LinkInfoData): Flow<Errno | undefined> {
    return (yield* this.#rtnl.request({ type: 'RTM_SETLINK', flags: 0, index, change: {}, kind, data })).errno
  }
}

type Run = (c: Crt, b: Bridges, args: readonly string[]) => Flow<number>
interface Command { readonly name: string; readonly args: string; readonly help: string; readonly count: readonly [number, number]; readonly run: Run }

function* addBridge(c: Crt, b: Bridges, [name]: readonly string[]): Flow<number> {
  const errno = yield* b.create(name)
  if (errno === Errno.EEXIST) return yield* fail(c, `device ${name} already exists; can't create bridge with the same name`)
  return errno === undefined ? 0 : yield* fail(c, `add bridge failed: ${errno.message}`)
}
function* deleteBridge(c: Crt, b: Bridges, [name]: readonly string[]): Flow<number> {
  const link = yield* b.find(name)
  if (link === undefined) return yield* fail(c, `bridge ${name} doesn't exist; can't delete it`)
  if (link.kind !== 'bridge') return yield* fail(c, `can't delete bridge ${name}: ${Errno.EPERM.message}`)
  if ((link.flags & IFF_UP) !== 0) return yield* fail(c, `bridge ${name} is still up; can't delete it`)
  const errno = yield* b.remove(link.index)
  return errno === undefined ? 0 : yield* fail(c, `can't delete bridge ${name}: ${errno.message}`)
}
function* addPorts(c: Crt, b: Bridges, [name, ...ports]: readonly string[]): Flow<number> {
  const bridge = yield* b.find(name)
  if (bridge === undefined) return yield* fail(c, `bridge ${name} does not exist!`)
  for (const port of ports) {
    const link = yield* b.find(port)
    if (link === undefined) return yield* fail(c, `interface ${port} does not exist!`)
    const errno = link.master === undefined ? yield* b.setMaster(link.index, bridge.index) : Errno.EBUSY
    if (errno === Errno.EBUSY) return yield* fail(c, `device ${port} is already a member of a bridge; can't add it to bridge ${name}.`)
    if (errno === Errno.ELOOP) return yield* fail(c, `device ${port} is a bridge device itself; can't add a bridge device to a bridge device.`)
    if (errno !== undefined) return yield* fail(c, `can't add ${port} to bridge ${name}: ${errno.message}`)
  }
  return 0
}
function* deletePorts(c: Crt, b: Bridges, [name, ...ports]: readonly string[]): Flow<number> {
  const bridge = yield* b.find(name)
  if (bridge === undefined) return yield* fail(c, `bridge ${name} does not exist!`)
  for (const port of ports) {
    const link = yield* b.find(port)
    if (link === undefined) return yield* fail(c, `interface ${port} does not exist!`)
    if (link.master !== bridge.index) return yield* fail(c, `device ${port} is not a port of ${name}`)
    const errno = yield* b.setMaster(link.index, 0)
    if (errno !== undefined) return yield* fail(c, `can't delete ${port} from ${name}: ${errno.message}`)
  }
  return 0
}

/** A time in seconds, perhaps with a fraction, in hundredths. */
const hundredths = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 100) : undefined)
const number = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined)

const setter = (what: string, setting: string, read: (text: string) => number | undefined, bad: string): Run => function* (c, b, [name, text]) {
  const value = read(text)
  if (value === undefined) return yield* fail(c, `bad ${bad} value`)
  const link = yield* b.find(name)
  const errno = link === undefined ? Errno.ENODEV : link.kind === 'bridge' ? yield* b.set(link.index, 'bridge', { [setting]: value }) : Errno.EOPNOTSUPP
  return errno === undefined ? 0 : yield* fail(c, `set ${what} failed: ${errno.message}`)
}
const portSetter = (setting: string, bad: string, complaint: (port: string, bridge: string) => string): Run => function* (c, b, [name, port, text]) {
  const value = number(text)
  if (value === undefined) return yield* fail(c, `bad ${bad}`)
  const errno = yield* setPort(b, name, port, { [setting]: value })
  return errno === undefined ? 0 : yield* fail(c, `${complaint(port, name)}: ${errno.message}`)
}
function* setPort(b: Bridges, name: string, port: string, data: LinkInfoData): Flow<Errno | undefined> {
  const bridge = yield* b.find(name)
  const link = yield* b.find(port)
  return bridge === undefined || link === undefined || link.master !== bridge.index ? Errno.ENOENT : yield* b.set(link.index, 'bridge_slave', data)
}
function onOff(text: string): boolean | undefined {
  if (['on', 'yes', '1'].includes(text)) return true
  return ['off', 'no', '0'].includes(text) ? false : undefined
}
function* hairpin(c: Crt, b: Bridges, [name, port, text]: readonly string[]): Flow<number> {
  const value = onOff(text)
  if (value === undefined) return yield* fail(c, 'expect on/off for argument')
  const errno = yield* setPort(b, name, port, { hairpin: value })
  return errno === undefined ? 0 : yield* fail(c, `can't set ${port} to hairpin on bridge ${name}: ${errno.message}`)
}
function* stp(c: Crt, b: Bridges, [name, text]: readonly string[]): Flow<number> {
  const value = onOff(text)
  if (value === undefined) return yield* fail(c, 'expect on/off for argument')
  const link = yield* b.find(name)
  const errno = link === undefined ? Errno.ENODEV : link.kind === 'bridge' ? yield* b.set(link.index, 'bridge', { stp_state: value ? 1 : 0 }) : Errno.EOPNOTSUPP
  return errno === undefined ? 0 : yield* fail(c, `set stp status failed: ${errno.message}`)
}

const COMMANDS: readonly Command[] = [
  { name: 'addbr', args: '<bridge>', help: 'add bridge', count: [1, 1], run: addBridge },
  { name: 'delbr', args: '<bridge>', help: 'delete bridge', count: [1, 1], run: deleteBridge },
  { name: 'addif', args: '<bridge> <device>', help: 'add interface to bridge', count: [2, Infinity], run: addPorts },
  { name: 'delif', args: '<bridge> <device>', help: 'delete interface from bridge', count: [2, Infinity], run: deletePorts },
  { name: 'hairpin', args: '<bridge> <port> {on|off}', help: 'turn hairpin on/off', count: [3, 3], run: hairpin },
  { name: 'setageing', args: '<bridge> <time>', help: 'set ageing time', count: [2, 2], run: setter('ageing time', 'ageing_time', hundredths, 'ageing time') },
  { name: 'setbridgeprio', args: '<bridge> <prio>', help: 'set bridge priority', count: [2, 2], run: setter('bridge priority', 'priority', number, 'priority') },
  { name: 'setfd', args: '<bridge> <time>', help: 'set bridge forward delay', count: [2, 2], run: setter('forward delay', 'forward_delay', hundredths, 'forward delay') },
  { name: 'sethello', args: '<bridge> <time>', help: 'set hello time', count: [2, 2], run: setter('hello timer', 'hello_time', hundredths, 'hello timer') },
  { name: 'setmaxage', args: '<bridge> <time>', help: 'set max message age', count: [2, 2], run: setter('max age', 'max_age', hundredths, 'max age') },
  { name: 'setpathcost', args: '<bridge> <port> <cost>', help: 'set path cost', count: [3, 3], run: portSetter('cost', 'path cost value', () => 'set path cost failed') },
  { name: 'setportprio', args: '<bridge> <port> <prio>', help: 'set port priority', count: [3, 3], run: portSetter('priority', 'port priority value', () => 'set port priority failed') },
  { name: 'show', args: '[ <bridge> ]', help: 'show a list of bridges', count: [0, Infinity], run: showList },
  { name: 'showmacs', args: '<bridge>', help: 'show a list of mac addrs', count: [1, 1], run: showMacs },
  { name: 'showstp', args: '<bridge>', help: 'show bridge stp info', count: [1, 1], run: showStp },
  { name: 'stp', args: '<bridge> {on|off}', help: 'turn stp on/off', count: [2, 2], run: stp },
]
const USAGE = `Usage: brctl [commands]\ncommands:\n${COMMANDS.map(({ name, args, help }) => `\t${name.padEnd(10)}\t${args}\t\t${help}`).join('\n')}`

function* main(c: Crt): Flow<number> {
  const [word, ...args] = c.argv.slice(1)
  if (word === '-V' || word === '--version') {
    yield* c.stdout.write('bridge-utils, 1.7\n')
    return 0
  }
  if (word === undefined || word === '-h' || word === '--help') return yield* fail(c, USAGE)
  const command = COMMANDS.find(({ name }) => name === word)
  if (command === undefined) return yield* fail(c, `never heard of command [${word}]\n${USAGE}`)
  if (args.length < command.count[0] || args.length > command.count[1]) return yield* fail(c, `Incorrect number of arguments for command\nUsage: brctl ${command.name} ${command.args}\t\t${command.help}`)
  const status = yield* command.run(c, new Bridges(c), args)
  return isErr(status) ? 1 : status
}

export const brctl = program(main)
